package names

import (
	"strings"
	"testing"
	"unicode"

	"mellium.im/xmpp/jid"
	"pgregory.net/rapid"

	"dragoman/bridge/chat"
)

// hostile draws ids from the characters that are folded, mapped, composed,
// reordered or refused somewhere, with plain ones between them.
func hostile() *rapid.Generator[string] {
	pieces := []string{
		"a", "alice", "A", "ALICE", "Alice", "0", "_", "-", ".", "..", " ", "  ", "\\", "\\20", "\\5c", "\\s", "\\", "\\41",
		"\"", "&", "'", "/", ":", "<", ">", "@", "#", "%", "%2F", "+", "?", "*", "!", "~", "`", "|", "{",
		"Ａ", "ａ", "ａｌｉｃｅ", "１", "ｶ", "カ", "ﾞ", "　", "\u00a0", "é", "e\u0301", "\u0301", "É", "ß", "ẞ", "ss", "ς", "σ", "Σ",
		"İ", "ı", "I", "i", "i\u0307", "ﬁ", "fi", "K", "k", "Å", "å", "Å", "ǅ", "ǆ", "ſ", "s", "µ", "μ",
		"א", "ב", "م", "ر", "ﷲ", "١", "۱", "\u0640", "\u200d", "\u200c", "\u200e", "\u202e", "\u2066", "\ufeff", "\u00ad", "\u2028",
		"·", "l·l", "・", "׳", "〇", "零", "你好", "ᄀ", "ᅡ", "가", "각", "ㄱ", "क", "क्\u200dष", "\u094d", "ა", "Ა", "Ꭰ", "ꭰ", "Ⅷ", "²", "①",
		"😀", "👨\u200d👩\u200d👧", "🇩🇪", "\U0001d400", "\U00010400", "\U00010428", "\ufffd", "\u0378", "\ue000", "\u0085", "\U000e0041", "ㅤ", "͏",
	}
	anyRune := rapid.StringOfN(rapid.RuneFrom(nil, unicode.Letter, unicode.Mark, unicode.Number, unicode.Punct, unicode.Symbol, unicode.Cf, unicode.Zs), 1, 3, -1)
	piece := rapid.OneOf(rapid.SampledFrom(pieces), rapid.SampledFrom(pieces), anyRune)
	return rapid.Map(rapid.SliceOfN(piece, 1, 6), func(s []string) string { return strings.Join(s, "") })
}

func TestLocalpartGivesTheIDBackAndIsLeftAlone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		id := hostile().Draw(t, "id")
		lp := Localpart(id)
		back, err := FromLocalpart(lp)
		if err != nil || back != id {
			t.Fatalf("%q → %q → %q, %v", id, lp, back, err)
		}
		checkAddress(t, id, lp)
	})
}

// checkAddress asks an independent parser whether it leaves the localpart alone.
func checkAddress(t rapid.TB, id, lp string) {
	j, err := jid.New(lp, "localhost", "")
	if err != nil || j.Localpart() != lp {
		t.Fatalf("%q: parser turned %q into %q, %v", id, lp, j.Localpart(), err)
	}
	if p, err := jid.Parse(lp + "@localhost/x"); err != nil || p.Localpart() != lp {
		t.Fatalf("%q: parser read %q as %q, %v", id, lp, p.Localpart(), err)
	}
	if strings.HasPrefix(lp, `\20`) || strings.HasSuffix(lp, `\20`) {
		t.Fatalf("%q: space at an end of %q [XEP-0106 §4]", id, lp)
	}
	if len(lp) > 3*len(id) {
		t.Fatalf("%q: %d bytes became %d", id, len(id), len(lp))
	}
}

func TestNoTwoIDsShareALocalpart(t *testing.T) {
	owners := make(map[string]string) // over all draws: what one run makes, another may repeat
	rapid.Check(t, func(t *rapid.T) {
		for _, id := range rapid.SliceOfN(hostile(), 2, 20).Draw(t, "ids") {
			lp := Localpart(id)
			if owner, taken := owners[lp]; taken && owner != id {
				t.Fatalf("%q and %q are both %q", owner, id, lp)
			}
			owners[lp] = id
		}
	})
}

func TestEverySingleCharacterHasALocalpart(t *testing.T) {
	for r := rune(0x20); r <= unicode.MaxRune; r += stride(r) {
		if r >= 0xd800 && r < 0xe000 {
			r = 0xe000
		}
		id := string(r)
		lp := Localpart(id)
		if back, err := FromLocalpart(lp); err != nil || back != id {
			t.Fatalf("%U → %q → %q, %v", r, lp, back, err)
		}
		if j, err := jid.New(lp, "localhost", ""); err != nil || j.Localpart() != lp {
			t.Fatalf("%U: parser turned %q into %q, %v", r, lp, j.Localpart(), err)
		}
	}
}

// stride passes quickly over the great blocks of equal characters: syllables,
// ideographs, private use and what is not assigned.
func stride(r rune) rune {
	switch {
	case r >= 0x3400 && r < 0x9f00, r >= 0xac00 && r < 0xd7a0, r >= 0xe000 && r < 0xf900, r >= 0x17000 && r < 0x19000:
		return 61
	case r >= 0x20000 && r < 0xe0000, r >= 0xe0200:
		return 509
	}
	return 1
}

func TestLocalpartsAreReadable(t *testing.T) {
	for _, c := range []struct{ id, want string }{
		{"alice", "alice"},
		{"alice.o-neil_7", "alice.o-neil_7"},
		{"alice+bob", "alice+bob"},
		{"Alice", `\41lice`},
		{"d'artagnan", `d\27artagnan`},
		{"a b", `a\20b`},
		{" a", `\sa`},
		{"a@b", `a\40b`},
		{"#group", "#group"},
		{`a\b`, `a\5cb`},
		{"你好", "你好"},
		{"олег", "олег"},
		{"иОлег", `и\d0\9eлег`},
		{"Олег", `\d0\9e\d0\bb\d0\b5\d0\b3`}, // a name that begins with no letter must be ASCII [RFC 5893 §2]
		{"مرحبا", "مرحبا"},
		{"ａ", `\ef\bd\81`},
		{"straße", `stra\c3\9fe`},
		{"xmpp/bob@there", `xmpp\2fbob\40there`},
	} {
		if got := Localpart(c.id); got != c.want {
			t.Errorf("Localpart(%q) = %q, want %q", c.id, got, c.want)
		}
	}
}

func TestForeignLocalpartsAreRefused(t *testing.T) {
	for _, lp := range []string{"", "Alice", `\61lice`, `\4`, `a\`, `\zz`, `\FF`, `\ff`, `a\20`, `a\sb`, "a b", "é\u0301", "ａ"} {
		if id, err := FromLocalpart(lp); chat.CodeOf(err) != chat.NotFound {
			t.Errorf("FromLocalpart(%q) = %q, %v", lp, id, err)
		}
	}
}

func TestLongestIDHasALocalpart(t *testing.T) {
	id := strings.Repeat("Ａ", 85) // 255 bytes, all to be escaped
	if lp := Localpart(id); len(lp) > 1023 {
		t.Errorf("%d bytes", len(lp))
	}
}

func TestZIMWritesIDsAsTheyAre(t *testing.T) {
	r := New(new(Memory)).For(t.Context(), ZIM)
	for _, id := range []string{"alice", "Alice", "a b#c@d", "xmpp/bob@there"} {
		u, err := r.User(id)
		if err != nil || string(u) != id {
			t.Errorf("User(%q) = %q, %v", id, u, err)
		}
		if name, err := r.UserName(u); err != nil || name != id {
			t.Errorf("UserName(%q) = %q, %v", u, name, err)
		}
		if g, err := r.Group(id); err != nil || g != id {
			t.Errorf("Group(%q) = %q, %v", id, g, err)
		}
	}
	for _, bad := range []string{"a/b/c", "a/", "/a"} {
		if _, err := r.User(bad); chat.CodeOf(err) != chat.Invalid {
			t.Errorf("User(%q): %v", bad, err)
		}
	}
	if _, err := r.Group("\x00"); chat.CodeOf(err) != chat.Invalid {
		t.Errorf("Group with a control character: %v", err)
	}
}

func TestWebIMFindsNamesWithoutRegardToCase(t *testing.T) {
	m := new(Memory)
	for _, id := range []chat.UserID{"Alice", "bob", "Bob"} {
		m.AddAccount(id)
	}
	r := New(m).For(t.Context(), WebIM)
	for _, c := range []struct{ native, want string }{
		{"Alice", "Alice"},
		{"alice", "Alice"},
		{"bob", "bob"},
		{"Bob", "Bob"},
		{"BOB", "BOB"}, // two could be meant: none is
		{"carol", "carol"},
	} {
		if u, err := r.User(c.native); err != nil || string(u) != c.want {
			t.Errorf("User(%q) = %q, %v, want %q", c.native, u, err, c.want)
		}
	}
}

func TestWebIMGroupsThatItCannotWriteGetAnAlias(t *testing.T) {
	m := new(Memory)
	m.AddAccount("bob")
	r := New(m).For(t.Context(), WebIM)
	for _, id := range []string{"#1", "a/b", "a@b", "a b", "ü", "bob", "..", "undefined", "a%2Fb"} {
		native, err := r.GroupName(id)
		if err != nil || native == id || !isWord(native) || len(native) != aliasDigits {
			t.Errorf("GroupName(%q) = %q, %v", id, native, err)
		}
		if again, err := r.GroupName(id); err != nil || again != native {
			t.Errorf("GroupName(%q) = %q and then %q, %v", id, native, again, err)
		}
		if back, err := r.Group(native); err != nil || back != id {
			t.Errorf("Group(%q) = %q, %v, want %q", native, back, err, id)
		}
	}
	for _, id := range []string{"41", "team-a", "Bob", "x.y_z"} {
		if native, err := r.GroupName(id); err != nil || native != id {
			t.Errorf("GroupName(%q) = %q, %v", id, native, err)
		}
	}
}

func TestWebIMGroupMayNotPassForAnother(t *testing.T) {
	r := New(new(Memory)).For(t.Context(), WebIM)
	alias, err := r.GroupName("#1")
	if err != nil {
		t.Fatal(err)
	}
	// Somebody makes a group whose id is the alias of "#1".
	native, err := r.GroupName(alias)
	if err != nil || native == alias {
		t.Fatalf("GroupName(%q) = %q, %v", alias, native, err)
	}
	if back, err := r.Group(native); err != nil || back != alias {
		t.Errorf("Group(%q) = %q, %v", native, back, err)
	}
}

func TestNoTwoGroupsShareAWebIMName(t *testing.T) {
	m := new(Memory)
	m.AddAccount("alice")
	r := New(m).For(t.Context(), WebIM)
	owners := make(map[string]string)
	rapid.Check(t, func(t *rapid.T) {
		id := hostile().Draw(t, "id")
		native, err := r.GroupName(id)
		if err != nil {
			t.Fatal(err)
		}
		if !isWord(native) || native == "alice" {
			t.Fatalf("%q became %q", id, native)
		}
		if owner, taken := owners[native]; taken && owner != id {
			t.Fatalf("%q and %q are both %q", owner, id, native)
		}
		owners[native] = id
		if chat.CodeOf((chat.Draft{Conv: chat.Group(id), Body: chat.Typing{}}).Check()) == chat.Invalid {
			return // no group has that id
		}
		if back, err := r.Group(native); err != nil || back != id {
			t.Fatalf("%q → %q → %q, %v", id, native, back, err)
		}
	})
}

func TestUsersOfTrunksHaveNamesEverywhere(t *testing.T) {
	foreign := chat.Foreign("xmpp", "bob@there")
	r := New(new(Memory)).For(t.Context(), WebIM)
	name, err := r.UserName(foreign)
	if err != nil || !isWord(name) {
		t.Fatalf("UserName(%q) = %q, %v", foreign, name, err)
	}
	if u, err := r.User(name); err != nil || u != foreign {
		t.Errorf("User(%q) = %q, %v", name, u, err)
	}
}
