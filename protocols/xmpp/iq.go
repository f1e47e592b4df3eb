package xmpp

import (
	"context"

	"mellium.im/xmpp/stanza"

	"dragoman/bridge/chat"
	"dragoman/mapping/xmppmap"
	"dragoman/protocols/xmpp/xmppwire"
)

// scope is what a request is addressed to.
type scope uint8

const (
	toServer   scope = iota // the domain
	toAccount               // the client's own account: its bare address, or none
	toContact               // another's bare address
	toService               // groups.domain or rooms.domain
	toUpload                // upload.domain
	toConv                  // a group or room
	toOccupant              // somebody in it
)

// iqKey names a kind of request. set tells set from get.
type iqKey struct {
	to    scope
	set   bool
	space string
	local string
}

// request is an iq of type get or set.
type request struct {
	xmppwire.Stanza
	payload *xmppwire.Element
	to      xmppmap.Address
	scope   scope
}

// iqHandler answers a request: with a payload (nil: an empty result), an error, or errLater.
type iqHandler func(ctx context.Context, s *session, q *request) (*xmppwire.Element, error)

type later struct{}

func (later) Error() string { return "answered elsewhere" }

// errLater says that the answer has been, or will be, given in another way.
var errLater error = later{}

// iqTable lists every request that is answered.
func (f *Frontend) iqTable() map[iqKey]iqHandler {
	t := map[iqKey]iqHandler{}
	for _, part := range []func(map[iqKey]iqHandler){
		f.basicIQs, f.discoIQs, f.rosterIQs, f.carbonIQs, f.blockingIQs, f.registerIQs, f.mucDiscoIQs, f.mucAdminIQs,
		f.mucOwnerIQs, f.mucRegisterIQs, f.archiveIQs, f.moderationIQs, f.pepIQs, f.privateIQs, f.vcardIQs, f.uploadIQs, f.classicIQs, f.commandIQs,
	} {
		part(t)
	}
	return t
}

// handleIQ answers an iq, or brings it to whom it is for.
func (s *session) handleIQ(ctx context.Context, st xmppwire.Stanza, to xmppmap.Address) {
	switch st.Type {
	case "result", "error":
		if st.To == "" || to.Kind == xmppmap.Server || to.Bare == s.bare && to.Resource == "" {
			s.learned(ctx, st)
			return
		}
		s.forwardIQ(st, to)
		return
	case "get", "set":
		if st.ID == "" || len(st.Children) != 1 { // [RFC 6120 §8.2.3]
			s.refuse(st, stanza.Error{Type: stanza.Modify, Condition: stanza.BadRequest})
			return
		}
	default:
		s.refuse(st, stanza.Error{Type: stanza.Modify, Condition: stanza.BadRequest})
		return
	}
	q := &request{Stanza: st, payload: st.Children[0], to: to}
	switch {
	case st.To == "":
		q.scope, q.to = toAccount, xmppmap.Address{Kind: xmppmap.User, User: s.user, Bare: s.bare}
	case to.Kind == xmppmap.Foreign:
		s.refuse(st, stanza.Error{Type: stanza.Cancel, Condition: stanza.RemoteServerNotFound})
		return
	case to.Kind == xmppmap.User && (to.Resource != "" || s.abroad(to.User) != nil), q.isForOccupant():
		s.forwardIQ(st, to)
		return
	default:
		q.scope = s.scopeOf(to)
	}
	s.answer(ctx, q)
}

// isForOccupant reports whether a request is for an occupant's client rather than for what is known of its user.
func (q *request) isForOccupant() bool {
	inConv := q.to.Kind == xmppmap.Group || q.to.Kind == xmppmap.Room
	return inConv && q.to.Resource != "" && !q.payload.Is(nsVCard, "vCard")
}

func (s *session) scopeOf(to xmppmap.Address) scope {
	switch to.Kind {
	case xmppmap.User:
		if to.User == s.user {
			return toAccount
		}
		return toContact
	case xmppmap.Groups, xmppmap.Rooms:
		return toService
	case xmppmap.Upload:
		return toUpload
	case xmppmap.Group, xmppmap.Room:
		if to.Resource != "" {
			return toOccupant
		}
		return toConv
	}
	return toServer
}

func (s *session) answer(ctx context.Context, q *request) {
	handler := s.iqs[iqKey{q.scope, q.Type == "set", q.payload.Space, q.payload.Local}]
	if handler == nil {
		s.refuse(q.Stanza, s.unknownRequest(ctx, q))
		return
	}
	payload, err := handler(ctx, s, q)
	switch {
	case err == errLater:
	case err != nil:
		s.answerError(q.Stanza, err)
	default:
		s.result(q, payload)
	}
}

// result answers a request in its own name.
func (s *session) result(q *request, payload *xmppwire.Element) {
	out := xmppwire.Stanza{Name: "iq", Type: "result", ID: q.ID, To: s.full, From: q.To}
	out.Add(payload)
	s.send(out)
}

// unknownRequest is the refusal of what nobody handles. Strangers learn nothing: an account that is not there answers like
// one that is [RFC 6121 §8.5.1].
func (s *session) unknownRequest(ctx context.Context, q *request) stanza.Error {
	if q.scope == toConv {
		if _, err := s.Store.Details(ctx, q.to.Conv); chat.CodeOf(err) == chat.NotFound {
			return stanza.Error{Type: stanza.Cancel, Condition: stanza.ItemNotFound}
		}
	}
	return stanza.Error{Type: stanza.Cancel, Condition: stanza.ServiceUnavailable}
}

// forwardIQ brings an iq to the client that it is addressed to. A request that reaches nobody is refused; an answer is
// dropped.
func (s *session) forwardIQ(st xmppwire.Stanza, to xmppmap.Address) {
	switch to.Kind {
	case xmppmap.User:
		if s.toDevice(st, to) || s.answerForDevice(st, to) {
			return
		}
	case xmppmap.Group, xmppmap.Room:
		if to.Resource != "" {
			s.forwardToOccupant(st, to)
			return
		}
	}
	s.refuse(st, stanza.Error{Type: stanza.Cancel, Condition: stanza.ServiceUnavailable})
}

// answerForDevice answers for a device of another protocol, which has an address here like any other.
func (s *session) answerForDevice(st xmppwire.Stanza, to xmppmap.Address) bool {
	if st.Type != "get" || len(st.Children) != 1 {
		return false
	}
	for _, other := range s.Router.Sessions(to.User) {
		resource, own := xmppmap.Resource(other.Device)
		if own || resource != to.Resource {
			continue
		}
		q := &request{Stanza: st, payload: st.Children[0], to: to}
		switch {
		case q.payload.Is(nsPing, "ping"):
			s.result(q, nil)
		case q.payload.Is(nsDiscoInfo, "query"):
			s.result(q, deviceInfo(q))
		default:
			return false
		}
		return true
	}
	return false
}
