package xmppmap

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"dragoman/bridge/chat"
	"dragoman/mapping/samples"
	"dragoman/protocols/xmpp/xmppwire"
)

// Whatever an XMPP client puts into a message, XMPP readers get it: through the model, its stored form, and back. The one
// exception are stamps that servers alone may set.
func TestXMPPThroughTheModelIsLossless(t *testing.T) {
	m := testMap(t)
	samples.Lossless(t, func(t *testing.T, r *rand.Rand) {
		conv := []chat.Conv{chat.Peer(samples.Alice, samples.Bob), chat.Group(samples.GroupID), chat.Room(samples.RoomID)}[r.IntN(3)]
		st := someStanza(r, conv)
		text := st.String()
		e, err := xmppwire.NewDecoder(xmppwire.Limits{}).Decode([]byte(text))
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		sent, _ := xmppwire.StanzaOf(e)
		d, err := m.ToDraft(Said{Stanza: sent, From: samples.Alice, Conv: conv, Recent: func(string) chat.EventID { return 42 }})
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		about := &chat.Entry{Event: chat.Event{ID: 42, From: samples.Bob, Draft: chat.Draft{Conv: conv, Body: chat.Message{Content: chat.Text{Text: "x"}}}}}
		for _, c := range sent.Children {
			if id, ok := c.Lookup("id"); ok && about.Native.Protocol == "" {
				about.Native = writeNative(xmppwire.Stanza{ID: id}) // it goes by the name that its author gave it
			}
		}
		if recall, ok := d.Body.(chat.Recall); ok {
			recall.Target.Author = samples.Alice // as the store fills in
			d.Body = recall
		}
		if d.Body, err = samples.Stored(d.Body); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		ev := &chat.Event{Draft: d, ID: 555 << 40, From: samples.Alice, Device: "phone"}
		out, err := m.FromEvent(chat.Record{Event: ev, About: about}, View{From: "alice@example.org/phone", By: ""})
		if err != nil || len(out) != 1 {
			t.Fatalf("%s: %d stanzas, %v", text, len(out), err)
		}
		if got, want := essentials(out[0]), essentials(sent); !slices.Equal(got, want) {
			t.Fatalf("sent %s\ngot  %s", text, out[0].String())
		}
	})
}

// essentials are the attributes and children of a message, in order of their text: order among siblings means nothing.
func essentials(s xmppwire.Stanza) []string {
	all := []string{"id=" + s.ID, "type=" + s.Type, "lang=" + s.Lang}
	for _, c := range s.Children {
		if c.Is(NSHints, "store") && s.ChildOf(NSReactions) != nil {
			continue // which the gateway adds
		}
		all = append(all, c.String())
	}
	slices.Sort(all)
	return all
}

// someStanza is a message of any kind that clients send, with children that nobody has heard of.
func someStanza(r *rand.Rand, conv chat.Conv) xmppwire.Stanza {
	s := xmppwire.Stanza{Name: "message", Type: "chat", ID: someID(r)}
	if conv.Kind != chat.KindPeer {
		s.Type = "groupchat"
	}
	if r.IntN(4) == 0 {
		s.Lang = []string{"de", "en-GB", "zh"}[r.IntN(3)]
	}
	body := func() {
		for range 1 + r.IntN(8)/7 {
			b := xmppwire.TextElement(xmppwire.NSClient, "body", someText(r))
			if r.IntN(5) == 0 {
				b.Attrs = append(b.Attrs, xmppwire.Attr{Name: xmppwire.Name{Space: xmppwire.NSXML, Local: "lang"}, Value: "fr"})
			}
			s.Add(b)
		}
	}
	named := func(space, local string) *xmppwire.Element { return xmppwire.New(space, local).Set("id", someID(r)) }
	switch r.IntN(10) {
	case 0:
		body()
		s.Add(named(NSCorrect, "replace"))
	case 1:
		s.Add([]*xmppwire.Element{named(NSReceipts, "received"), named(NSMarkers, "displayed"),
			named(NSReactions, "reactions").Add(xmppwire.TextElement(NSReactions, "reaction", "👍"))}[r.IntN(3)])
		if conv.Kind != chat.KindPeer {
			s.Children[0] = xmppwire.New(NSChatStates, "active") // in groups the stamped id stands for it, which is another
		}
	case 2:
		s.Add(named(NSRetract, "retract"), xmppwire.TextElement(xmppwire.NSClient, "body", "gone"))
	case 3:
		s.Add(xmppwire.New(NSChatStates, []string{"composing", "paused", "active", "gone"}[r.IntN(4)]))
	case 4:
		body()
		s.Add(named(NSReply, "reply"))
	case 5:
		url := "https://example.org/" + someID(r) + ".png"
		s.Add(xmppwire.TextElement(xmppwire.NSClient, "body", url), xmppwire.New(NSOOB, "x").Add(xmppwire.TextElement(NSOOB, "url", url)))
	case 6:
		s.Add(xmppwire.TextElement(xmppwire.NSClient, "body", "geo:1.5,2.5"), xmppwire.New(NSGeoloc, "geoloc").Add(xmppwire.TextElement(NSGeoloc, "text", someText(r))))
	default:
		body()
	}
	if r.IntN(3) == 0 {
		s.Add(xmppwire.TextElement(xmppwire.NSClient, "thread", someID(r)))
	}
	if r.IntN(3) == 0 && s.Child(NSReceipts, "received") == nil {
		s.Add(xmppwire.New(NSStanzaID, "origin-id").Set("id", s.ID))
	}
	for range r.IntN(4) {
		s.Add(someElement(r, 3))
	}
	return s
}

func someElement(r *rand.Rand, depth int) *xmppwire.Element {
	e := xmppwire.New(fmt.Sprintf("urn:example:%d", r.IntN(5)), []string{"x", "data", "längs", "a.b-c"}[r.IntN(4)])
	for i := range r.IntN(3) {
		e.Set(fmt.Sprintf("a%d", i), someText(r))
	}
	for range r.IntN(3) {
		if depth > 0 && r.IntN(2) == 0 {
			e.Add(someElement(r, depth-1))
		} else {
			e.AddText(someText(r))
		}
	}
	return e
}

func someID(r *rand.Rand) string {
	return fmt.Sprintf("%x", r.Uint64()>>(r.IntN(12)*4))
}

// someText is text that XML can hold, odd ones among it.
func someText(r *rand.Rand) string {
	var b strings.Builder
	b.WriteString("w") // never blank, never a place or a link
	for range r.IntN(12) {
		b.WriteRune([]rune{'a', 'B', ' ', '<', '>', '&', '\'', '"', 'é', '世', '👋', '\n', ']', '\u200d', '\u0301', '}'}[r.IntN(16)])
	}
	return b.String()
}
