package xmppmap

import (
	"context"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"dragoman/bridge/chat"
	"dragoman/mapping"
	"dragoman/mapping/names"
	"dragoman/mapping/samples"
	"dragoman/protocols/xmpp/xmppwire"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// shelf makes links that say what they lead to.
type shelf struct{}

func (shelf) URL(f chat.FileRef) string {
	return "https://files.example.org/" + f.ID + "/" + f.Name
}

func (shelf) File(url string) (chat.FileRef, bool) {
	id, name, ok := strings.Cut(strings.TrimPrefix(url, "https://files.example.org/"), "/")
	return chat.FileRef{ID: id, Name: name}, ok && strings.HasPrefix(url, "https://files.example.org/")
}

func testMap(t *testing.T) Map {
	return Map{Domain: "example.org", Names: names.New(&names.Memory{}).For(t.Context(), names.XMPP), Links: shelf{}}
}

// view is how Bob sees the samples, all of which are Alice's.
func view(m Map, ev *chat.Event) View {
	if ev.Conv.Kind == chat.KindPeer {
		return View{From: m.DeviceJID(ev.From, ev.Device), By: m.UserJID(samples.Bob)}
	}
	room := m.ConvJID(ev.Conv)
	return View{From: room + "/" + string(ev.From), By: room}
}

// Each sample is written as its golden file says; -update rewrites them.
func TestSamplesAreWrittenAsBefore(t *testing.T) {
	m := testMap(t)
	for _, s := range samples.All() {
		t.Run(s.Name, func(t *testing.T) {
			stanzas, err := m.FromEvent(s.Record, view(m, s.Record.Event))
			if err != nil {
				t.Fatal(err)
			}
			var b strings.Builder
			for _, st := range stanzas {
				b.WriteString(strings.ReplaceAll(st.String(), "><", ">\n<") + "\n\n")
			}
			golden(t, s.Name, b.String())
		})
	}
}

func golden(t *testing.T, name, got string) {
	file := filepath.Join("testdata", "samples", name+".xml")
	if got == "" {
		if *update {
			_ = os.Remove(file)
		}
		if _, err := os.Stat(file); err == nil && !*update {
			t.Fatal("nothing is written any more")
		}
		return
	}
	if *update {
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Fatal(diff)
	}
}

// What the table calls exact comes back as it went.
func TestExactKindsGoThroughXMPPWhole(t *testing.T) {
	m := testMap(t)
	for _, s := range samples.All() {
		ev := s.Record.Event
		exact := true
		for _, kind := range mapping.KindsOf(ev) {
			row, ok := Table().Row(kind, map[chat.ConvKind]mapping.Place{chat.KindPeer: mapping.Peer, chat.KindGroup: mapping.Group, chat.KindRoom: mapping.Room}[ev.Conv.Kind])
			exact = exact && ok && row.In == mapping.Exact && row.Out == mapping.Exact
		}
		plain := ev.Conv.Kind == chat.KindPeer || ev.Conv.Kind == chat.KindGroup || ev.Conv.Kind == chat.KindRoom
		if !exact || !plain || !isSaid(ev) {
			continue
		}
		t.Run(s.Name, func(t *testing.T) {
			stanzas, err := m.FromEvent(s.Record, view(m, ev))
			if err != nil || len(stanzas) != 1 {
				t.Fatal(stanzas, err)
			}
			st := reread(t, stanzas[0])
			d, err := m.ToDraft(Said{Stanza: st, From: ev.From, Conv: ev.Conv})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(essence(ev.Body), essence(d.Body), cmpopts.EquateEmpty()); diff != "" {
				t.Fatal(diff)
			}
		})
	}
}

// isSaid reports whether an event is told by a message. Delivery is told one to one alone; a receipt of all names a message
// once it is stored.
func isSaid(ev *chat.Event) bool {
	switch b := ev.Body.(type) {
	case chat.Message:
		_, gone := b.Content.(chat.Recalled)
		return !gone // what is recalled is said by the recall
	case chat.Edit, chat.Recall, chat.Reaction, chat.Typing:
		return true
	case chat.Receipt:
		return ev.Conv.Kind == chat.KindPeer && !b.Through.IsZero()
	}
	return false
}

func reread(t *testing.T, st xmppwire.Stanza) xmppwire.Stanza {
	e, err := xmppwire.NewDecoder(xmppwire.Limits{}).Decode([]byte(st.String()))
	if err != nil {
		t.Fatal(err)
	}
	again, _ := xmppwire.StanzaOf(e)
	return again
}

// essence is a body with references by id alone, and without what the row of messages says is lost.
func essence(b chat.Body) chat.Body {
	ref := func(r chat.Ref) chat.Ref { return chat.Ref{ID: r.ID} }
	switch b := b.(type) {
	case chat.Message:
		b.WantReceipt, b.MentionAll, b.Push, b.Priority, b.Quiet = false, false, nil, 0, false
		b.ReplyTo = ref(b.ReplyTo)
		if media, ok := b.Content.(chat.Media); ok {
			media.Thumb.Length, media.Thumb.Name = 0, "" // which the shelf knows
			b.Content = media
		}
		return b
	case chat.Edit:
		b.Target = ref(b.Target)
		b.Message.WantReceipt = false
		return b
	case chat.Recall:
		b.Target, b.Reason = ref(b.Target), ""
		return b
	case chat.Receipt:
		b.Through = ref(b.Through)
		return b
	case chat.Reaction:
		b.Target, b.Whole, b.Off = ref(b.Target), false, nil
		b.On = nil // what stands is the entry's, which a golden file shows
		return b
	}
	return b
}

func TestEveryRefusalHasACondition(t *testing.T) {
	for _, c := range chat.Codes() {
		e := Refusal(chat.Refuse(c, "no"))
		if e.Condition == "" || e.Type == "" {
			t.Errorf("code %s: %+v", c, e)
		}
	}
	if e := Refusal(errors.New("boom: secret")); e.Text["en"] != "internal error" {
		t.Errorf("a fault shows its cause: %v", e)
	}
}

// What an XMPP client said reaches XMPP readers as it was: its id, its language, and whatever nobody here understands.
func TestForeignChildrenComeBackUntouched(t *testing.T) {
	m := testMap(t)
	in := `<message xmlns='jabber:client' type='chat' id='a-unique-id' xml:lang='de'><body>hallo</body><body xml:lang='en'>hello</body>` +
		`<thread parent='p'>t</thread><x xmlns='urn:example:x'><y a='1'>z</y></x><stanza-id xmlns='urn:xmpp:sid:0' by='bob@example.org' id='forged'/>` +
		`<origin-id xmlns='urn:xmpp:sid:0' id='a-unique-id'/></message>`
	ev := eventOf(t, m, chat.Peer(samples.Alice, samples.Bob), in)
	stanzas, err := m.FromEvent(chat.Record{Event: ev}, view(m, ev))
	if err != nil || len(stanzas) != 1 {
		t.Fatal(stanzas, err)
	}
	want := `<message xmlns='jabber:client' from='alice@example.org/phone' id='a-unique-id' type='chat' xml:lang='de'><body>hallo</body>` +
		`<body xml:lang='en'>hello</body><thread parent='p'>t</thread><x xmlns='urn:example:x'><y a='1'>z</y></x>` +
		`<origin-id xmlns='urn:xmpp:sid:0' id='a-unique-id'/><stanza-id xmlns='urn:xmpp:sid:0' by='bob@example.org' id='` + ev.ID.String() + `'/></message>`
	if diff := cmp.Diff(want, stanzas[0].String()); diff != "" {
		t.Fatal(diff)
	}
}

// eventOf is the event that comes of a message of Alice's.
func eventOf(t *testing.T, m Map, c chat.Conv, xml string) *chat.Event {
	e, err := xmppwire.NewDecoder(xmppwire.Limits{}).Decode([]byte(xml))
	if err != nil {
		t.Fatal(err)
	}
	st, _ := xmppwire.StanzaOf(e)
	d, err := m.ToDraft(Said{Stanza: st, From: samples.Alice, Conv: c})
	if err != nil {
		t.Fatal(err)
	}
	ev := samples.All()[0].Record.Event
	ev.Draft, ev.From, ev.Device = d, samples.Alice, Device("phone")
	return ev
}

func TestMessagesAreRead(t *testing.T) {
	m := testMap(t)
	peer := chat.Peer(samples.Alice, samples.Bob)
	tests := map[string]struct {
		in   string
		want chat.Body
	}{
		"reply with quotation": {`<body>> hi
no</body><reply xmlns='urn:xmpp:reply:0' id='2235903042245361664'/><fallback xmlns='urn:xmpp:fallback:0' for='urn:xmpp:reply:0'><body start='0' end='5'/></fallback>`,
			chat.Message{Content: chat.Text{Text: "no"}, ReplyTo: chat.Ref{ID: 2235903042245361664}}},
		"file by address": {`<body>https://files.example.org/7/cat.png</body><x xmlns='jabber:x:oob'><url>https://files.example.org/7/cat.png</url></x>`,
			chat.Message{Content: chat.Media{Kind: chat.MediaImage, File: chat.FileRef{ID: "7", Name: "cat.png", Type: "image/png"}}}},
		"link with an address beside it": {`<body>see https://a.example/</body><x xmlns='jabber:x:oob'><url>https://a.example/</url></x>`,
			chat.Message{Content: chat.Text{Text: "see https://a.example/"}}},
		"place":            {`<body>geo:48.85,2.29</body>`, chat.Message{Content: chat.Location{Lat: 48.85, Lon: 2.29}}},
		"marker":           {`<displayed xmlns='urn:xmpp:chat-markers:0' id='0123456789ab'/>`, chat.Receipt{State: chat.Read, Through: chat.Ref{ClientID: "xmpp:0123456789ab", Author: samples.Bob}}},
		"receipt":          {`<received xmlns='urn:xmpp:receipts' id='0123456789ab'/>`, chat.Receipt{Messages: []chat.Ref{{ClientID: "xmpp:0123456789ab", Author: samples.Bob}}}},
		"receipt and word": {`<body>x</body><received xmlns='urn:xmpp:receipts' id='0123456789ab'/>`, chat.Message{Content: chat.Text{Text: "x"}}},
		"correction":       {`<body>y</body><replace xmlns='urn:xmpp:message-correct:0' id='0123456789ab'/>`, chat.Edit{Target: chat.Ref{ClientID: "xmpp:0123456789ab", Author: samples.Alice}, Message: chat.Message{Content: chat.Text{Text: "y"}}}},
		"retraction":       {`<retract xmlns='urn:xmpp:message-retract:1' id='0123456789ab'/><body>gone</body>`, chat.Recall{Target: chat.Ref{ClientID: "xmpp:0123456789ab", Author: samples.Alice}}},
		"older retraction": {`<apply-to xmlns='urn:xmpp:fasten:0' id='0123456789ab'><retract xmlns='urn:xmpp:message-retract:0'/></apply-to>`, chat.Recall{Target: chat.Ref{ClientID: "xmpp:0123456789ab", Author: samples.Alice}}},
		"reactions":        {`<reactions xmlns='urn:xmpp:reactions:0' id='0123456789ab'><reaction>👍</reaction></reactions>`, chat.Reaction{Target: chat.Ref{ClientID: "xmpp:0123456789ab"}, On: []chat.Emoji{"👍"}, Whole: true}},
		"no reactions":     {`<reactions xmlns='urn:xmpp:reactions:0' id='0123456789ab'/>`, chat.Reaction{Target: chat.Ref{ClientID: "xmpp:0123456789ab"}, Whole: true}},
		"typing":           {`<composing xmlns='http://jabber.org/protocol/chatstates'/>`, chat.Typing{Active: true}},
		"typing stopped":   {`<paused xmlns='http://jabber.org/protocol/chatstates'/>`, chat.Typing{}},
		"not to be stored": {`<body>psst</body><no-store xmlns='urn:xmpp:hints'/>`, chat.Message{Content: chat.Text{Text: "psst"}, OnlineOnly: true}},
		"to be stored":     {`<x xmlns='urn:example:x'/><store xmlns='urn:xmpp:hints'/>`, chat.Message{Content: chat.Command{Name: "urn:example:x"}, Quiet: true}},
		"foreign":          {`<x xmlns='urn:example:x'/>`, chat.Relay{}},
		"mention":          {`<body>bob!</body><reference xmlns='urn:xmpp:reference:0' type='mention' uri='xmpp:bob@example.org' begin='0' end='3'/>`, chat.Message{Content: chat.Text{Text: "bob!"}, Mentions: []chat.UserID{samples.Bob}}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			ev := eventOf(t, m, peer, `<message xmlns='jabber:client' type='chat' id='id-of-message'>`+tt.in+`</message>`)
			if diff := cmp.Diff(tt.want, ev.Body); diff != "" {
				t.Fatal(diff)
			}
		})
	}
}

// Ids that count from one are no ids of a retry: the next start of the client counts again.
func TestShortIdsAreKeptAndNameNothingForEver(t *testing.T) {
	m := testMap(t)
	ev := eventOf(t, m, chat.Peer(samples.Alice, samples.Bob), `<message xmlns='jabber:client' type='chat' id='5'><body>ok</body></message>`)
	if ev.ClientID != "" || MessageID(ev) != "5" {
		t.Fatalf("ClientID %q, id %q", ev.ClientID, MessageID(ev))
	}
	recent := func(id string) chat.EventID { return map[string]chat.EventID{"5": 42}[id] }
	if r := ref("5", recent); r.ID != 42 {
		t.Fatal(r)
	}
	if r := ref("6", recent); !r.IsZero() {
		t.Fatal(r)
	}
}

func TestAddressesAreReadWhateverTheirCase(t *testing.T) {
	m := testMap(t)
	tests := map[string]Address{
		"example.org":               {Kind: Server, Bare: "example.org"},
		"Alice@Example.ORG/Phone":   {Kind: User, User: "alice", Bare: "alice@example.org", Resource: "Phone"},
		`\41lice@example.org`:       {Kind: User, User: "Alice", Bare: `\41lice@example.org`},
		"groups.example.org":        {Kind: Groups, Bare: "groups.example.org"},
		"7@groups.example.org/Nick": {Kind: Group, Conv: chat.Group("7"), Bare: "7@groups.example.org", Resource: "Nick"},
		"7@rooms.example.org":       {Kind: Room, Conv: chat.Room("7"), Bare: "7@rooms.example.org"},
		"upload.example.org":        {Kind: Upload, Bare: "upload.example.org"},
		"a@elsewhere.example":       {Kind: Foreign, Bare: "a@elsewhere.example"},
		"notexample.org":            {Kind: Foreign, Bare: "notexample.org"},
		"other.example.org":         {Kind: Foreign, Bare: "other.example.org"},
		"alice@example.org/a b/c@d": {Kind: User, User: "alice", Bare: "alice@example.org", Resource: "a b/c@d"},
		"ALICE@example.org/ＮＩＣＫ":    {Kind: User, User: "alice", Bare: "alice@example.org", Resource: "ＮＩＣＫ"},
	}
	for in, want := range tests {
		got, err := m.Parse(in)
		if err != nil {
			t.Errorf("%s: %v", in, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", in, diff)
		}
	}
	for _, in := range []string{"", "@example.org", "a@", "a b@example.org", "example.org/", "a@@example.org", "\x00@example.org", "x@upload.example.org"} {
		if _, err := m.Parse(in); err == nil {
			t.Errorf("%q is an address", in)
		}
	}
}

// Whatever a name of another protocol holds, what stands behind the slash is a resource.
func TestNicksAreResources(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		nick := Nick(rapid.String().Draw(t, "name"))
		m := Map{Domain: "example.org", Names: names.New(&names.Memory{}).For(context.Background(), names.XMPP)}
		a, err := m.Parse("7@groups.example.org/" + nick)
		if err != nil || a.Resource != nick {
			t.Fatalf("%q: %q, %v", nick, a.Resource, err)
		}
	})
}
