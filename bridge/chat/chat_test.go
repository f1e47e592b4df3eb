package chat

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestPeerIsTheSameInEitherOrderAndDifferentForOtherPairs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.StringN(1, 8, 32)
		a, b, c, d := UserID(name.Draw(t, "a")), UserID(name.Draw(t, "b")), UserID(name.Draw(t, "c")), UserID(name.Draw(t, "d"))
		if Peer(a, b) != Peer(b, a) {
			t.Fatalf("Peer(%q, %q) depends on the order", a, b)
		}
		same := (a == c && b == d) || (a == d && b == c)
		if (Peer(a, b) == Peer(c, d)) != same {
			t.Fatalf("%q+%q and %q+%q: same conversation %v", a, b, c, d, !same)
		}
		if x, y := Peer(a, b).Peers(); Peer(x, y) != Peer(a, b) || Peer(a, b).Other(a) != b || Peer(a, b).Other(b) != a {
			t.Fatalf("%v gives %q and %q back", Peer(a, b), x, y)
		}
	})
}

func TestEventIDHoldsTimeShardAndOrder(t *testing.T) {
	now := time.UnixMilli(1_790_000_000_123).UTC()
	id := NewEventID(now, 513, 4095)
	if !id.Time().Equal(now) || id.Shard() != 513 {
		t.Fatalf("id %d: time %v, shard %d", id, id.Time(), id.Shard())
	}
	if id.OrderKey() >= 1<<53 {
		t.Fatalf("order key %d does not fit a double", id.OrderKey())
	}
	if next := NewEventID(now.Add(time.Millisecond), 0, 0); next <= id || next.OrderKey() <= id.OrderKey() {
		t.Fatalf("a later id %d sorts before %d", next, id)
	}
	back, err := ParseEventID(id.String())
	if err != nil || back != id {
		t.Fatalf("ParseEventID(%q) = %d, %v", id.String(), back, err)
	}
}

func TestParseCursorTakesOnlyItsOwn(t *testing.T) {
	c := CursorAt(Place{Pos: 42})
	if got, err := ParseCursor(string(c)); err != nil || got != c || got.Place().Pos != 42 {
		t.Fatalf("ParseCursor(%q) = %q, %v", c, got, err)
	}
	for _, bad := range []string{"42", "1-", "1-042", "1--1", "2-1", "1-x", "1-1 "} {
		if got, err := ParseCursor(bad); err == nil {
			t.Errorf("ParseCursor(%q) = %q, want a refusal", bad, got)
		}
	}
}

func TestNewUserIDRefusesWhatNoNameMayHold(t *testing.T) {
	for _, bad := range []string{"", "a/b", "a\x00b", "\xff", "a\nb", string(make([]byte, 256))} {
		if u, err := NewUserID(bad); CodeOf(err) != Invalid {
			t.Errorf("NewUserID(%q) = %q, %v", bad, u, err)
		}
	}
	if _, err := NewUserID("Ａlice #1"); err != nil {
		t.Error(err)
	}
}

func TestParseUserIDTakesForeignUsersToo(t *testing.T) {
	for _, good := range []string{"alice", "xmpp/bob@there.example"} {
		if u, err := ParseUserID(good); err != nil || string(u) != good {
			t.Errorf("%q: %q, %v", good, u, err)
		}
	}
	for _, bad := range []string{"", "/", "xmpp/", "/bob", "xmpp/bob/desk", "xmpp/b\x00b", "xmpp/" + strings.Repeat("b", 251)} {
		if u, err := ParseUserID(bad); err == nil {
			t.Errorf("%q was taken for %q", bad, u)
		}
	}
}

// fullMessage has every field set, so that a field which the stored form forgets shows.
func fullMessage() Message {
	return Message{
		Content: Multi{Parts: []Content{Text{"hi"}, Media{Kind: MediaImage, File: FileRef{ID: "f", Name: "a.png", Length: 3},
			Size: Size{2, 3}, Duration: time.Second}, Custom{Type: "t", Data: []byte{0, 1}, Params: map[string]Value{"a": Float64(0.1)}},
			Location{Lat: 1.5, Lon: -2, Name: "n"}}},
		ReplyTo: Ref{ID: 7, Seq: 2, ClientID: "c", Author: "bob"}, Mentions: []UserID{"a"}, MentionAll: true, WantReceipt: true,
		OnlineOnly: true, Quiet: true, Priority: PriorityHigh, Push: &Push{Title: "t"},
		Ext: map[string]Value{"i": Int32(-1), "u": Uint32(7), "l": Int64(1 << 60), "f": Float32(1.5), "j": JSON(`{"a":[1]}`), "b": Bool(true)},
	}
}

func TestStoredFormKeepsEveryBody(t *testing.T) {
	name, silent, when := "n", []Role{RoleMember, 120}, time.Unix(1, 5).UTC()
	mode, count := ModeAsk, 5
	bodies := []Body{fullMessage(), Message{Content: Recalled{}}, Edit{Target: Ref{ID: 1}, Message: fullMessage()},
		Recall{Ref{ID: 1}, "why"}, Receipt{State: Read, Messages: []Ref{{ID: 1}}, Note: "n"},
		Reaction{Target: Ref{ID: 1}, On: []Emoji{"👍"}, Off: []Emoji{"x"}, Whole: true}, Pin{Ref{ID: 1}, true}, Typing{true},
		Membership{[]UserID{"a"}, ChangeMute, 120, when, "nick", "was", "r"}, Profile{Name: &name},
		Rules{Join: &mode, Max: &count, Silent: &silent, SilentUntil: &when},
		Lifecycle{Created: true, Members: []UserID{"x"}, Profile: Profile{Name: &name}, Parent: Group("1"), Linger: time.Hour, Attributes: map[string]string{"k": "v"}},
		Attributes{Set: map[string]string{"k": "v"}, Deleted: []string{"d"}, User: "u", AutoDelete: true},
		Presence{ShowAway, "s", -1, when}, Contact{ContactPut, "a", "n", []string{"g"}}, Block{true}, Watch{when},
		Setting{SettingMarks, JSON("[1]")}, Hide{Messages: []Ref{{ID: 2}}}, CallState{[]UserID{"a"}, CallAccept, time.Second, "x"}, Relay{},
		Message{Content: Bundle{Title: "t", Preview: "p", Items: []Forwarded{{From: "a", Time: when, Message: Message{Content: Text{"x"}}}}}},
		Message{Content: Command{Name: "c", Data: []byte{255}, Params: map[string]Value{}}}}
	seen := map[string]bool{}
	for _, body := range bodies {
		kind, data, err := MarshalBody(body)
		if err != nil {
			t.Fatal(err)
		}
		seen[kind] = true
		back, err := UnmarshalBody(kind, data)
		if err != nil {
			t.Fatal(err)
		}
		empty := cmp.FilterValues(func(a, b map[string]Value) bool { return len(a) == 0 && len(b) == 0 }, cmp.Ignore())
		if diff := cmp.Diff(body, back, empty); diff != "" {
			t.Errorf("%s (-was +is):\n%s", kind, diff)
		}
	}
	for _, body := range Bodies() {
		if !seen[BodyName(body)] {
			t.Errorf("no case for %T", body)
		}
	}
}

func TestEveryContentHasAStoredNameAndASummary(t *testing.T) {
	for _, c := range Contents() {
		if ContentName(c) == "" {
			t.Errorf("%T has no stored name", c)
		}
		if _, isText := c.(Text); !isText && c.Summary() == "" {
			switch c.(type) {
			case Multi, Bundle: // empty ones have nothing to sum up
			default:
				t.Errorf("%T has no summary", c)
			}
		}
	}
}

func TestKeepFollowsConversationAndKind(t *testing.T) {
	cases := []struct {
		draft Draft
		want  Keep
	}{
		{Draft{Conv: Group("1"), Body: Message{Content: Text{"x"}}}, KeepHistory},
		{Draft{Conv: Group("1"), Body: Message{Content: Command{Name: "x"}}}, KeepFeed},
		{Draft{Conv: Group("1"), Body: Message{Content: Text{"x"}, OnlineOnly: true}}, KeepNone},
		{Draft{Conv: All(), Body: Message{Content: Text{"x"}}}, KeepNone},
		{Draft{Conv: Room("1"), Body: Membership{Change: ChangeJoin}}, KeepNone},
		{Draft{Conv: Room("1"), Body: Membership{Change: ChangeBan}}, KeepFeed},
		{Draft{Conv: Group("1"), Body: Membership{Change: ChangeJoin}}, KeepHistory},
		{Draft{Conv: Group("1"), Body: Membership{Change: ChangeApply}}, KeepFeed},
		{Draft{Conv: Self("a"), Body: Presence{Show: ShowOnline}}, KeepNone},
	}
	for _, c := range cases {
		if got := c.draft.Keep(); got != c.want {
			t.Errorf("%v %T: keep %d, want %d", c.draft.Conv, c.draft.Body, got, c.want)
		}
	}
}

func TestCheckRefusesMalformedDrafts(t *testing.T) {
	ok := Message{Content: Text{"x"}}
	drafts := []Draft{
		{Body: ok}, {Conv: Group(""), Body: ok}, {Conv: Conv{KindPeer, "9:ab"}, Body: ok}, {Conv: Conv{KindPeer, "1:ba"}, Body: ok},
		{Conv: Group("1")}, {Conv: Group("1"), Body: Message{}}, {Conv: Group("1"), Body: Message{Content: Text{"\xff"}}},
		{Conv: Group("1"), Body: Message{Content: Location{Lat: 91}}}, {Conv: Group("1"), Body: Message{Content: Recalled{}}},
		{Conv: Group("1"), Body: Recall{}}, {Conv: Group("1"), Body: Reaction{Target: Ref{ID: 1}, On: []Emoji{""}}},
		{Conv: Group("1"), Body: Membership{}}, {Conv: Group("1"), Body: ok, To: []UserID{""}},
		{Conv: Group("1"), Body: Message{Content: Text{"x"}, Ext: map[string]Value{"a": JSON("{")}}},
		{Conv: Group("1"), Body: Message{Content: Text{"x"}, Mentions: []UserID{"a\x00"}}},
		{Conv: Group("1"), Body: Lifecycle{Created: true, Members: []UserID{""}}},
		{Conv: Group("1"), Body: Attributes{User: "\xff"}}, {Conv: Call("1"), Body: CallState{Users: []UserID{""}}},
		{Conv: Group("1"), Body: ok, Time: time.Date(2009, 1, 1, 0, 0, 0, 0, time.UTC)},
		{Conv: Group("1"), Body: ok, Time: time.Date(2080, 1, 1, 0, 0, 0, 0, time.UTC)},
		{Conv: Group("1"), Body: Message{Content: Bundle{Items: []Forwarded{{Message: Message{Content: Bundle{},
			Ext: map[string]Value{"a": JSON("{")}}}}}}},
	}
	for _, d := range drafts {
		if err := d.Check(); CodeOf(err) != Invalid {
			t.Errorf("%+v: %v", d, err)
		}
	}
}

// A time that the stored form cannot hold would make the commit fail, and all drafts of the same commit with it.
func TestCheckRefusesTimesThatCannotBeStored(t *testing.T) {
	far := time.Date(12026, 1, 1, 0, 0, 0, 0, time.UTC)
	for _, d := range []Draft{
		{Conv: Group("1"), Body: Membership{Users: []UserID{"a"}, Change: ChangeMute, Until: far}},
		{Conv: Group("1"), Body: Rules{SilentUntil: &far}},
		{Conv: Group("1"), Body: Lifecycle{Created: true, Rules: Rules{SilentUntil: &far}}},
		{Conv: Self("a"), Body: Presence{Until: far}},
		{Conv: Peer("a", "b"), Body: Watch{Until: far}},
		{Conv: Group("1"), Body: Message{Content: Bundle{Items: []Forwarded{{Time: far, Message: Message{Content: Text{"x"}}}}}}},
		{Conv: Group("1"), Body: Edit{Target: Ref{ID: 1}, Message: Message{Content: Bundle{Items: []Forwarded{{Time: far.AddDate(-20000, 0, 0), Message: Message{Content: Text{"x"}}}}}}}},
	} {
		if err := d.Check(); CodeOf(err) != Invalid {
			_, _, unstorable := MarshalBody(d.Body)
			t.Errorf("%T: %v; stored: %v", d.Body, err, unstorable)
		}
	}
}

func TestCodeOfReadsThroughWrapping(t *testing.T) {
	err := fmt.Errorf("while testing: %w", RefuseFor(Blocked, "you are blocked"))
	if CodeOf(err) != Forbidden || ReasonOf(err) != Blocked || PublicOf(err) != "you are blocked" {
		t.Fatalf("%v: %v %v %q", err, CodeOf(err), ReasonOf(err), PublicOf(err))
	}
	if other := errors.New("disk on fire"); CodeOf(other) != Internal || PublicOf(other) != "internal error" {
		t.Fatal("a fault's own words reach the client")
	}
}

func TestValueWritesValidJSON(t *testing.T) {
	for _, v := range []Value{String("a\"\n"), Bool(true), Int64(-5), Uint32(7), Float32(0.1), Float64(1e300), JSON(`[1]`), {Kind: ValueJSON}} {
		if b := v.AppendJSON(nil); !json.Valid(b) {
			t.Errorf("%+v: %s", v, b)
		}
	}
}
