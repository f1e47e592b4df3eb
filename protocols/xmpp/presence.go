package xmpp

import (
	"context"
	"slices"

	"mellium.im/xmpp/stanza"

	"dragoman/bridge/chat"
	"dragoman/mapping/xmppmap"
	"dragoman/protocols/xmpp/xmppwire"
)

// handlePresence does what a presence of the client's says.
func (s *session) handlePresence(ctx context.Context, st xmppwire.Stanza, to xmppmap.Address) {
	if st.To == "" {
		switch st.Type {
		case "":
			s.becomeAvailable(ctx, st)
		case "unavailable":
			s.becomeUnavailable(ctx, st)
		case "error":
		default:
			s.refuse(st, stanza.Error{Type: stanza.Modify, Condition: stanza.BadRequest})
		}
		return
	}
	switch to.Kind {
	case xmppmap.User:
		s.presenceToUser(ctx, st, to)
	case xmppmap.Group, xmppmap.Room:
		if s.classic != nil {
			s.classicToConv(ctx, st, to)
			return
		}
		s.presenceToConv(ctx, st, to)
	case xmppmap.Foreign:
		if st.Type == "" || st.Type == "subscribe" {
			s.refuse(st, stanza.Error{Type: stanza.Cancel, Condition: stanza.RemoteServerNotFound})
		}
	}
}

func (s *session) presenceToUser(ctx context.Context, st xmppwire.Stanza, to xmppmap.Address) {
	change := chat.Contact{}
	switch st.Type {
	case "subscribe":
		change.Change, change.Note = chat.ContactAsk, st.Child(xmppwire.NSClient, "status").Text()
	case "subscribed":
		change.Change = chat.ContactAccept
	case "unsubscribe":
		change.Change = chat.ContactDrop
	case "unsubscribed":
		change.Change = chat.ContactRevoke
		if c, err := s.Store.Contact(ctx, s.user, to.User); err == nil && c.Asked {
			change.Change = chat.ContactDecline
		}
	case "", "unavailable":
		if s.trunk != nil {
			s.showsItself(ctx, st, to)
		} else {
			s.direct(st, to)
		}
		return
	case "probe":
		s.probe(ctx, to.User)
		return
	default:
		return // an error of another's presence needs no answer
	}
	if to.User == s.user {
		return // one sees oneself
	}
	agreed := st.Type == "subscribe" && s.trunk != nil && s.agreed(ctx, to)
	saw := st.Type == "unsubscribe" && s.trunk != nil && s.seesOf(ctx, to.User)
	d := chat.Draft{Conv: chat.Peer(s.user, to.User), Body: change}
	if st.Type == "subscribe" && len(st.Children) > 0 {
		d.Native = chat.Native{Protocol: xmppmap.Protocol, Data: (&xmppwire.Stanza{Name: "presence", Children: st.Children}).AppendTo(nil, "")}
	}
	switch _, err := s.submit(ctx, d); {
	case err != nil:
		if chat.CodeOf(err) == chat.Internal {
			s.log.Err(err).Msg("cannot change a contact")
		}
		if st.Type == "subscribe" {
			// A stranger who is not there refuses like one who is [RFC 6121 §3.1.3].
			s.send(xmppwire.Stanza{Name: "presence", Type: "unsubscribed", From: to.Bare, To: s.full})
		}
	case agreed:
		s.confirm(to)
	case saw:
		s.hidePresenceOf(to.User) // [RFC 6121 §3.3.3]
	case st.Type == "subscribe" && s.trunk == nil:
		s.noteAsked(ctx, to)
	}
}

// noteAsked tells who asks for another's presence that the question has arrived [RFC 6121 §3.1.3].
func (s *session) noteAsked(ctx context.Context, to xmppmap.Address) {
	if c, err := s.Store.Contact(ctx, s.user, to.User); err == nil && !c.Sees {
		s.sendBehind(ctx, xmppwire.Stanza{Name: "presence", Type: "unavailable", From: to.Bare, To: s.bare}) // the roster says so first
	}
}

// seesOf reports whether the user may see another's presence.
func (s *session) seesOf(ctx context.Context, u chat.UserID) bool {
	c, err := s.Store.Contact(ctx, s.user, u)
	return err == nil && c.Sees
}

// direct shows the client to somebody who does not follow it [RFC 6121 §4.6].
func (s *session) direct(st xmppwire.Stanza, to xmppmap.Address) {
	s.mu.Lock()
	if st.Type == "" {
		s.directed[to.Full()] = true
	} else {
		delete(s.directed, to.Full())
	}
	s.mu.Unlock()
	s.deliverLocal(st, to)
}

// deliverLocal brings a stanza to the XMPP sessions of an address that show themselves.
func (s *session) deliverLocal(st xmppwire.Stanza, to xmppmap.Address) {
	if abroad := s.abroad(to.User); abroad != nil {
		s.pass(abroad, st)
		return
	}
	for _, other := range s.hub.of(to.User) {
		if to.Resource == "" && other.mayHear() || to.Resource != "" && other.resource == to.Resource {
			s.pass(other, st)
		}
	}
}

// mayHear reports whether the session has said that it is available.
func (s *session) mayHear() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.presence != nil
}

// becomeAvailable tells those who follow the user, and the first time brings what has been waiting.
func (s *session) becomeAvailable(ctx context.Context, st xmppwire.Stanza) {
	s.mu.Lock()
	first := s.presence == nil
	if first {
		s.available = s.Now()
	}
	s.mu.Unlock()
	s.learn(st)
	s.tellPresence(ctx, s.pictured(ctx, st))
	if first {
		s.showAll(ctx)
	}
	poke(s.becoming)
}

// tellPresence keeps what the session shows of itself, and tells those who may know.
func (s *session) tellPresence(ctx context.Context, st xmppwire.Stanza) {
	body, native := xmppmap.ToPresence(st)
	shown := st
	shown.To, shown.ID = "", ""
	shown.From = s.full
	// Its own presence comes to the client before all that it brings about [RFC 6121 §4.2.2]; the feed's copy is passed over.
	if s.classic == nil {
		echo := shown
		echo.ID, echo.To = st.ID, s.bare
		s.send(echo)
	}
	s.mu.Lock()
	s.presence, s.priority, s.shownAt = &shown, body.Priority, s.Now()
	s.mu.Unlock()
	if _, err := s.Router.Submit(ctx, s.actor, chat.Draft{Conv: chat.Self(s.user), Body: body, Native: native}); err != nil {
		s.log.Err(err).Msg("cannot tell a presence")
	}
}

// showAll sends the presence of everybody whom the user follows, and what is asked of him.
func (s *session) showAll(ctx context.Context) {
	followed, err := s.Store.Followed(ctx, s.user)
	if err != nil {
		s.log.Err(err).Msg("cannot tell who is there")
	}
	for _, u := range followed {
		if u != s.user {
			s.showPresenceOf(u)
		}
	}
	for _, own := range s.hub.of(s.user) {
		if own != s {
			s.showSession(own)
		}
	}
	contacts, _, err := s.Store.Contacts(ctx, s.user)
	if err != nil {
		s.log.Err(err).Msg("cannot tell who has asked")
		return
	}
	for _, c := range contacts {
		if c.Asked {
			p := xmppwire.Stanza{Name: "presence", Type: "subscribe", From: s.m.UserJID(c.User), To: s.bare}
			if c.AskText != "" {
				p.Add(xmppwire.TextElement(xmppwire.NSClient, "status", c.AskText))
			}
			s.send(p)
		}
	}
}

// showPresenceOf sends the presence of each of u's devices.
func (s *session) showPresenceOf(u chat.UserID) {
	for _, other := range s.hub.of(u) {
		s.showSession(other)
	}
	for _, other := range s.Router.Sessions(u) {
		if _, own := xmppmap.Resource(other.Device); own || other.Presence.Show == chat.ShowOffline {
			continue
		}
		p := xmppmap.FromPresence(other.Presence, chat.Native{})
		p.From, p.To = s.m.DeviceJID(u, other.Device), s.bare
		s.send(p)
	}
}

func (s *session) showSession(other *session) {
	other.mu.Lock()
	p, at := other.presence, other.shownAt
	other.mu.Unlock()
	if p == nil {
		return
	}
	shown := *p
	shown.Children = slices.Clip(shown.Children)
	shown.Add(xmppmap.Delay(s.m.Domain, at)) // [RFC 6121 §4.3.2]
	shown.From, shown.To = s.m.DeviceJID(other.user, other.actor.Device), s.bare
	s.send(shown)
}

// hidePresenceOf says that each of u's devices is out of sight.
func (s *session) hidePresenceOf(u chat.UserID) {
	for _, other := range s.Router.Sessions(u) {
		if other.Presence.Show != chat.ShowOffline {
			s.send(xmppwire.Stanza{Name: "presence", Type: "unavailable", From: s.m.DeviceJID(u, other.Device), To: s.bare})
		}
	}
}

// probe answers a client that asks for somebody's presence, which servers do for one another and a few clients by hand.
func (s *session) probe(ctx context.Context, u chat.UserID) {
	if u == s.user || s.seesOf(ctx, u) {
		s.showPresenceOf(u)
	}
}

func (s *session) becomeUnavailable(ctx context.Context, st xmppwire.Stanza) {
	if !s.withdraw(&st) {
		return
	}
	s.hub.part(s.user, parted{s.Now(), st.Child(xmppwire.NSClient, "status").Text()})
	// One's own other resources hear of it, and the one that says so [RFC 6121 §4.5.2].
	echo := st
	echo.From, echo.To = s.full, s.bare
	s.send(echo)
	body, native := xmppmap.ToPresence(st)
	if _, err := s.submit(ctx, chat.Draft{Conv: chat.Self(s.user), Body: body, Native: native}); err != nil {
		s.log.Err(err).Msg("cannot tell a presence")
	}
	s.leaveAll()
}

// withdraw forgets that the session was available, and tells those to whom it had shown itself. It reports whether it was.
func (s *session) withdraw(st *xmppwire.Stanza) bool {
	s.mu.Lock()
	was := s.presence != nil
	s.presence = nil
	directed := s.directed
	s.directed = map[string]bool{}
	s.mu.Unlock()
	for address := range directed {
		to, err := s.m.Parse(address)
		if err != nil {
			continue
		}
		gone := xmppwire.Stanza{Name: "presence", Type: "unavailable", From: s.full, To: address}
		if st != nil {
			gone.Children = st.Children
		}
		s.deliverLocal(gone, to)
	}
	return was
}

// sayUnavailable is for a session that ends: the router tells those who follow the user.
func (s *session) sayUnavailable() { s.withdraw(nil) }

// pushPresence shows a change of presence.
func (s *session) pushPresence(ev *chat.Event, b chat.Presence) {
	if !s.mayHear() || ev.Device == "" || ev.From == s.user && ev.Device == s.actor.Device {
		return
	}
	p := xmppmap.FromPresence(b, ev.Native)
	p.From, p.To = s.m.DeviceJID(ev.From, ev.Device), s.bare
	s.sendQuiet(p)
}
