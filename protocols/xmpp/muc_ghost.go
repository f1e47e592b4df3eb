package xmpp

import (
	"context"
	"slices"
	"strings"

	"mellium.im/xmpp/stanza"

	"dragoman/mapping/xmppmap"
	"dragoman/protocols/xmpp/xmppwire"
)

// statusLost says that an occupant was removed because he could not be reached [XEP-0045 §15.6.2].
const statusLost = 333

// ghostly are the conditions by which whoever should be there tells that nobody is.
var ghostly = [...]stanza.Condition{stanza.Gone, stanza.ItemNotFound, stanza.RecipientUnavailable, stanza.Redirect,
	stanza.RemoteServerNotFound, stanza.RemoteServerTimeout, stanza.ServiceUnavailable, stanza.JIDMalformed}

// expelGhost removes an occupant whose client answers what the room says with an error: it is there no more
// [XEP-0045 §18.1.2].
func (s *session) expelGhost(ctx context.Context, st xmppwire.Stanza, o *occupant) {
	e := st.Child(xmppwire.NSClient, "error")
	condition := ""
	for c := range e.Children() {
		if c.Space == xmppwire.NSStanzas && c.Local != "text" {
			condition = c.Local
		}
	}
	if o == nil || !slices.Contains(ghostly[:], stanza.Condition(condition)) {
		return
	}
	why := "Kicked: " + strings.ReplaceAll(condition, "-", " ")
	if text := e.ChildText(xmppwire.NSStanzas, "text"); text != "" {
		why += ": " + text
	}
	gone := xmppwire.Presence("unavailable", xmppwire.TextElement(xmppwire.NSClient, "status", why))
	s.leave(ctx, o, &gone, func(i xmppmap.Item, self bool) *xmppwire.Element {
		if self {
			return xmppmap.UserX(i, statusSelf, statusLost)
		}
		return xmppmap.UserX(i, statusLost)
	})
}

// probeOccupant shows an occupant again to another who asks [XEP-0045 §17.3].
func (s *session) probeOccupant(ctx context.Context, st xmppwire.Stanza, to xmppmap.Address) {
	me := s.occupantOf(to.Conv)
	if me == nil {
		s.refuse(st, stanza.Error{Type: stanza.Cancel, Condition: stanza.NotAcceptable})
		return
	}
	d, err := s.Store.Details(ctx, to.Conv)
	if err != nil {
		return // dissolved meanwhile, which is told next
	}
	for _, who := range s.occupants(ctx, to.Conv) {
		if who.nick == to.Resource {
			s.announceTo(ctx, who, to.Conv, &d, []*occupant{me})
			return
		}
	}
	item := xmppmap.Item{Affiliation: "none", Role: "none"}
	if u, err := s.reserved(ctx, to.Conv, to.Resource); err == nil && u != "" { // of a member who is not there
		if m, err := s.standingOf(ctx, &d, u); err == nil {
			item.Affiliation, item.Nick = m.affiliation, to.Resource
		}
		if s.sees(ctx, to.Conv, s.user) {
			item.JID = s.m.UserJID(u)
		}
	}
	gone := xmppwire.Presence("unavailable", xmppmap.UserX(item))
	gone.From, gone.To = to.Full(), s.full
	s.send(gone)
}
