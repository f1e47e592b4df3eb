package xmpp

import (
	"context"

	"mellium.im/xmpp/stanza"

	"dragoman/bridge/chat"
	"dragoman/mapping/xmppmap"
	"dragoman/protocols/xmpp/xmppwire"
)

// handleMessage does what a message of the client's asks for.
func (s *session) handleMessage(ctx context.Context, st xmppwire.Stanza, to xmppmap.Address) {
	switch st.Type {
	case "", "normal", "chat", "groupchat", "headline":
	case "error":
		s.bounce(ctx, st, to)
		return
	default:
		st.Type = "" // unknown types count as normal [RFC 6121 §5.2.2]
	}
	st = st.Without(func(e *xmppwire.Element) bool { return e.Is(xmppmap.NSOwn, pmElement) }) // in whose name he speaks is not his to say
	if st.To == "" {
		to = xmppmap.Address{Kind: xmppmap.User, User: s.user, Bare: s.bare}
	}
	if s.classic != nil {
		s.handleClassic(ctx, st, to)
		return
	}
	switch to.Kind {
	case xmppmap.User:
		if st.Type == "groupchat" { // [RFC 6121 §8.5.2.1.1]
			s.refuse(st, stanza.Error{Type: stanza.Cancel, Condition: stanza.ServiceUnavailable})
			return
		}
		s.say(ctx, st, chat.Peer(s.user, to.User), to.Resource)
	case xmppmap.Group, xmppmap.Room:
		s.messageToConv(ctx, st, to)
	case xmppmap.Foreign:
		s.refuse(st, stanza.Error{Type: stanza.Cancel, Condition: stanza.RemoteServerNotFound})
	default:
		s.refuse(st, stanza.Error{Type: stanza.Cancel, Condition: stanza.ServiceUnavailable})
	}
}

// say submits a message, and tells the client where it was refused.
func (s *session) say(ctx context.Context, st xmppwire.Stanza, c chat.Conv, resource string) {
	d, err := s.m.ToDraft(xmppmap.Said{Stanza: st, From: s.user, Conv: c, Resource: resource, Recent: s.recent.in(c)})
	if err != nil {
		s.refuseErr(st, err)
		return
	}
	if m, plain := d.Body.(chat.Message); !plain || !m.ReplyTo.IsZero() {
		s.flown.Wait() // what it names may be on its way
	}
	id := st.ID
	if d.ClientID != "" {
		id = "" // found by that
	}
	s.begin(ctx, d, func(ev chat.Event, err error) {
		if err != nil {
			s.refuseSaid(st, d, err)
			return
		}
		s.recent.note(c, id, ev.ID)
	})
}

// refuseSaid tells of a refusal. Nobody waits for an answer to a receipt or a chat state.
func (s *session) refuseSaid(st xmppwire.Stanza, d chat.Draft, err error) {
	switch d.Body.(type) {
	case chat.Receipt, chat.Typing:
		return
	}
	s.refuseErr(st, err)
}

// bounce brings an error to whom it is for. An error from an occupant's client says that he is gone.
func (s *session) bounce(ctx context.Context, st xmppwire.Stanza, to xmppmap.Address) {
	if to.Kind == xmppmap.Group || to.Kind == xmppmap.Room {
		s.expelGhost(ctx, st, s.occupantOf(to.Conv))
		return
	}
	if to.Kind == xmppmap.User && to.Resource != "" {
		if !s.toDevice(st, to) && s.trunk != nil {
			s.log.Info().Str("id", st.ID).Str("to", to.Full()).Msg("what was sent to a foreign user did not reach him")
		}
	}
}
