package xmpp

import (
	"bytes"
	"context"

	"dragoman/bridge/chat"
	"dragoman/mapping/xmppmap"
	"dragoman/protocols/xmpp/xmppwire"
)

// showsItself is for the presence that a foreign device shows to one of ours. Its server sends it to each of those who
// follow the user; to the core it has one. It is gone when it has left the last.
func (s *session) showsItself(ctx context.Context, st xmppwire.Stanza, to xmppmap.Address) {
	s.mu.Lock()
	was := s.presence
	if st.Type == "" {
		s.directed[to.Bare] = true
	} else {
		delete(s.directed, to.Bare)
	}
	shownTo := len(s.directed)
	s.mu.Unlock()
	if s.feed == nil {
		return // it never said that it was there
	}
	if c, err := s.Store.Contact(ctx, to.User, s.user); err == nil && !c.Sees {
		s.deliverLocal(st, to) // shown to a stranger, which the core knows nothing of
	}
	body, native := xmppmap.ToPresence(st)
	switch {
	case st.Type == "":
		st.To, st.ID = "", ""
		if was != nil && sameStanza(*was, st) {
			return
		}
		s.mu.Lock()
		s.presence, s.priority = &st, body.Priority
		s.mu.Unlock()
	case shownTo > 0 || was == nil:
		return
	default:
		s.mu.Lock()
		s.presence = nil
		s.mu.Unlock()
	}
	if _, err := s.submit(ctx, chat.Draft{Conv: chat.Self(s.user), Body: body, Native: native}); err != nil {
		s.log.Err(err).Msg("cannot tell a presence")
	}
}

func sameStanza(a, b xmppwire.Stanza) bool {
	return bytes.Equal(a.AppendTo(nil, ""), b.AppendTo(nil, ""))
}

// agreed reports whether somebody had agreed before to be seen.
func (s *session) agreed(ctx context.Context, to xmppmap.Address) bool {
	mine, err := s.Store.Contact(ctx, s.user, to.User)
	if err != nil || mine.Sees {
		return err == nil
	}
	others, err := s.Store.Contact(ctx, to.User, s.user)
	return err == nil && others.Agrees
}

// confirm tells another server at once that its user may see somebody who had agreed before. The server may have forgotten
// [RFC 6121 §3.1.3].
func (s *session) confirm(to xmppmap.Address) {
	s.send(xmppwire.Stanza{Name: "presence", Type: "subscribed", From: to.Bare, To: s.bare})
	s.showPresenceOf(to.User)
}

// presenceToGateway answers who wants to know whether the gateway itself is there: clients put it on their list
// [XEP-0100 §4.4].
func (s *session) presenceToGateway(st xmppwire.Stanza) {
	here := xmppwire.Stanza{Name: "presence", From: s.m.Domain, To: s.bare}
	switch st.Type {
	case "subscribe":
		s.send(xmppwire.Stanza{Name: "presence", Type: "subscribed", From: s.m.Domain, To: s.bare})
		s.send(here)
	case "probe", "":
		s.send(here)
	}
}

// announce tells the host's users who is there of those whom they follow, and asks who of them is: neither side noticed
// what happened while there was no line. It goes at the pace of the line.
func (ln *line) announce() error {
	for _, id := range ln.Store.TrunkUsers(xmppmap.Trunk) {
		_, address := id.Trunk()
		u := ln.foreigner(address)
		if u.isLinked() {
			u.listen(ln)
		}
		contacts, _, err := ln.Store.Contacts(ln.ctx, u.user)
		if err != nil {
			return err
		}
		for _, c := range contacts {
			if err := ln.out.waitRoom(ln.ctx); err != nil {
				return err
			}
			if c.Sees {
				u.announced(c.User)
			}
			if c.Seen {
				u.send(xmppwire.Stanza{Name: "presence", Type: "probe", From: u.m.UserJID(c.User), To: u.bare})
			}
		}
	}
	return nil
}

// announced shows the user whether one of ours is there.
func (u *foreigner) announced(other chat.UserID) {
	if u.isAvailable(other) {
		u.showPresenceOf(other)
		return
	}
	u.send(xmppwire.Stanza{Name: "presence", Type: "unavailable", From: u.m.UserJID(other), To: u.bare})
}
