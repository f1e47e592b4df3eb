package xmpp

import (
	"context"
	"errors"
	"fmt"

	"mellium.im/xmpp/stanza"
	"mellium.im/xmpp/stream"

	"dragoman/bridge/chat"
	"dragoman/mapping/xmppmap"
	"dragoman/protocols/xmpp/xmppwire"
)

// handle does what one element of the client's asks for. Its error ends the stream.
func (s *session) handle(ctx context.Context, e *xmppwire.Element) error {
	switch e.Space {
	case nsSM:
		return s.handleSM(e)
	case nsCSI:
		return s.handleCSI(e)
	}
	st, ok := xmppwire.StanzaOf(e)
	if !ok {
		return fmt.Errorf("%s of %q: %w", e.Local, e.Space, stream.UnsupportedStanzaType)
	}
	if st.From != "" && !s.isMine(st.From) {
		return fmt.Errorf("a stanza of somebody else's: %w", stream.InvalidFrom) // [RFC 6120 §8.1.2.1]
	}
	s.count()
	st.From = s.full
	if st.Lang == "" && s.lang != ourLang {
		st.Lang = s.lang // [RFC 6120 §8.1.5]
	}
	to := xmppmap.Address{}
	if st.To != "" {
		var err error
		if to, err = s.m.Parse(st.To); err != nil {
			s.unreachable(st, err)
			return nil
		}
	}
	s.handleStanza(ctx, st, to)
	return nil
}

func (s *session) handleStanza(ctx context.Context, st xmppwire.Stanza, to xmppmap.Address) {
	switch st.Name {
	case "message":
		s.handleMessage(ctx, st, to)
	case "presence":
		s.flown.Wait()
		s.handlePresence(ctx, st, to)
	default:
		s.flown.Wait()
		s.handleIQ(ctx, st, to)
	}
}

// isMine reports whether an address is the client's own, bare or full.
func (s *session) isMine(from string) bool {
	if from == s.full || from == s.bare {
		return true
	}
	a, err := s.m.Parse(from)
	return err == nil && a.Bare == s.bare && (a.Resource == "" || a.Resource == s.resource)
}

// unreachable answers a stanza to an address that nobody can have.
func (s *session) unreachable(st xmppwire.Stanza, err error) {
	e := stanza.Error{Type: stanza.Modify, Condition: stanza.JIDMalformed}
	if chat.CodeOf(err) == chat.NotFound {
		e = stanza.Error{Type: stanza.Cancel, Condition: stanza.ServiceUnavailable}
	}
	if st.Name == "presence" && (st.Type != "" && st.Type != "subscribe") {
		return
	}
	s.refuse(st, e)
}

// refused is an error that carries its stanza error.
type refused struct {
	cond  stanza.Error
	extra *xmppwire.Element // an application's own condition; nil: none
}

func (r *refused) Error() string { return string(r.cond.Condition) }

func refusal(t stanza.ErrorType, c stanza.Condition) error {
	return &refused{cond: stanza.Error{Type: t, Condition: c}}
}

func refusalText(t stanza.ErrorType, c stanza.Condition, text string) error {
	return &refused{cond: stanza.Error{Type: t, Condition: c, Text: map[string]string{"en": text}}}
}

// answerError answers a stanza with whatever err says.
func (s *session) answerError(st xmppwire.Stanza, err error) {
	var r *refused
	if errors.As(err, &r) {
		s.refuse(st, r.cond, r.extra)
		return
	}
	s.refuseErr(st, err)
}

// routeReply sends a reply on its way to whoever asked: a session here, a user of another server, or nobody.
func (s *session) routeReply(st xmppwire.Stanza) {
	to, err := s.m.Parse(st.To)
	if err != nil || to.Kind != xmppmap.User {
		return
	}
	s.toDevice(st, to)
}

// toDevice brings a stanza to the client that has the address, and reports whether there may be one.
func (s *session) toDevice(st xmppwire.Stanza, to xmppmap.Address) bool {
	if abroad := s.abroad(to.User); abroad != nil {
		s.pass(abroad, st)
		return true
	}
	target := s.hub.find(to.User, to.Resource)
	if target == nil || to.Resource == "" {
		return false
	}
	s.pass(target, st)
	return true
}

// pass gives a stanza to another session, with the addresses by which that one knows the two.
func (s *session) pass(other *session, st xmppwire.Stanza) {
	if other.m.Domain != s.m.Domain {
		st.From, st.To = s.m.As(other.m, st.From), s.m.As(other.m, st.To)
	}
	if other.isLinked() {
		st.To = other.full
	}
	other.send(st)
}

func noNode() error     { return refusal(stanza.Cancel, stanza.ItemNotFound) }
func notOffered() error { return refusal(stanza.Cancel, stanza.ServiceUnavailable) }
