package xmpp

import (
	"context"

	"dragoman/bridge"
	"dragoman/mapping/xmppmap"
	"dragoman/protocols/xmpp/xmppwire"
)

func (f *Frontend) carbonIQs(t map[iqKey]iqHandler) {
	set := func(on bool) iqHandler {
		return func(_ context.Context, s *session, _ *request) (*xmppwire.Element, error) {
			s.mu.Lock()
			s.carbons = on
			s.mu.Unlock()
			return nil, nil
		}
	}
	for _, to := range []scope{toAccount, toServer} {
		t[iqKey{to, true, xmppmap.NSCarbons, "enable"}] = set(true)
		t[iqKey{to, true, xmppmap.NSCarbons, "disable"}] = set(false)
	}
}

// showCopy brings a carbon copy [XEP-0280 §7]: of what the user sent from another device, or of what another of his devices
// received.
func (s *session) showCopy(d *bridge.Delivery, sent bool) error {
	s.mu.Lock()
	wanted := s.carbons
	s.mu.Unlock()
	if !wanted || d.Event.Place.IsZero() && s.isLate(d.Event) {
		return nil
	}
	stanzas, err := s.render(d)
	if err != nil {
		return err
	}
	for _, st := range stanzas {
		if !isCopied(st) {
			continue
		}
		local := "received"
		st.To = s.bare
		if sent {
			local = "sent"
			st.To = s.m.UserJID(d.Event.Conv.Other(s.user))
		}
		copied := xmppwire.New(xmppmap.NSCarbons, local).Add(xmppwire.New(xmppmap.NSForward, "forwarded").Add(st.Element()))
		s.sendQuiet(xmppwire.Stanza{Name: "message", From: s.bare, To: s.full, Type: st.Type, Children: []*xmppwire.Element{copied}})
	}
	return nil
}

// isCopied reports whether a message is one that is copied [XEP-0280 §6.1].
func isCopied(st xmppwire.Stanza) bool {
	if st.Child(xmppmap.NSCarbons, "private") != nil || st.Child(xmppmap.NSHints, "no-copy") != nil {
		return false
	}
	_, says := st.Body()
	return st.Type == "chat" || st.Type == "" && says
}
