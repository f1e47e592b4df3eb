package xmpp

import (
	"context"
	"slices"

	"dragoman/bridge/chat"
	"dragoman/protocols/xmpp/xmppwire"
)

// detail is something that a user says of himself: its attribute, which other protocols read and write too, and its place in
// a card [XEP-0054 §3].
type detail struct {
	key   string
	outer string
	inner string // "": outer holds the text itself
}

func details() []detail {
	return []detail{{"mail", "EMAIL", "USERID"}, {"phone", "TEL", "NUMBER"}, {"birth", "BDAY", ""}}
}

func detailKeys() []string {
	var keys []string
	for _, d := range details() {
		keys = append(keys, d.key)
	}
	return keys
}

// in returns what a card says.
func (d detail) in(card *xmppwire.Element) string {
	e := card.Child(nsVCard, d.outer)
	if d.inner != "" {
		e = e.Child(nsVCard, d.inner)
	}
	return e.Text()
}

// putDetails puts into a card what the user says of himself, in this protocol or another; the free text that the others have
// is the card's note.
func putDetails(card *xmppwire.Element, said map[string]string, extra string) {
	for _, d := range details() {
		value := said[d.key]
		if value == "" || value == d.in(card) {
			continue
		}
		card.Nodes = slices.DeleteFunc(slices.Clone(card.Nodes), func(n xmppwire.Node) bool { return n.Elem != nil && n.Elem.Is(nsVCard, d.outer) })
		e := card.AddNew(d.outer)
		if d.inner != "" {
			e = e.AddNew(d.inner)
		}
		e.AddText(value)
	}
	if extra != "" && card.Child(nsVCard, "NOTE") == nil {
		card.AddNew("NOTE").AddText(extra)
	}
}

// shareDetails tells the other protocols what a card says.
func (s *session) shareDetails(ctx context.Context, card *xmppwire.Element) error {
	known, err := s.Store.UserAttributes(ctx, s.user, detailKeys()...)
	if err != nil {
		return err
	}
	set := map[string]string{}
	for _, d := range details() {
		if now := d.in(card); now != known[d.key] {
			set[d.key] = now
		}
	}
	if len(set) == 0 {
		return nil
	}
	_, err = s.submit(ctx, chat.Draft{Conv: chat.Self(s.user), Body: chat.Attributes{Set: set}})
	return err
}
