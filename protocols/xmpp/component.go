package xmpp

import (
	"context"

	"mellium.im/xmpp/stanza"

	"dragoman/bridge/chat"
	"dragoman/protocols/xmpp/xmppwire"
)

// nsGateway is how a client learns the address of somebody whose name it knows [XEP-0100 §4.9].
const nsGateway = "jabber:iq:gateway"

// iqTable lists what the host's users may ask: the component for what it is, everybody here for what is known of him, and
// groups and rooms as always. Accounts and uploads they have at home.
func (t *trunk) iqTable() map[iqKey]iqHandler {
	all := map[iqKey]iqHandler{}
	for k, h := range t.Frontend.iqTable() {
		switch k.to {
		case toContact, toConv, toOccupant:
			all[k] = h
		case toServer:
			if k.space == nsVersion || k.space == nsTime || k.space == nsLast || k.space == nsVCard {
				all[k] = h
			}
		}
	}
	for _, to := range []scope{toServer, toContact} {
		all[iqKey{to, false, nsPing, "ping"}] = func(context.Context, *session, *request) (*xmppwire.Element, error) { return nil, nil }
		all[iqKey{to, false, nsVersion, "query"}] = version
	}
	all[iqKey{toServer, false, nsDiscoInfo, "query"}] = gatewayInfo
	all[iqKey{toServer, false, nsDiscoItems, "query"}] = t.gatewayItems
	all[iqKey{toServer, false, nsRegister, "query"}] = registration
	all[iqKey{toServer, true, nsRegister, "query"}] = t.register
	all[iqKey{toServer, false, nsGateway, "query"}] = askName
	all[iqKey{toServer, true, nsGateway, "query"}] = nameToAddress
	return all
}

// gatewayInfo tells that this is a gateway to other networks, and a place for groups and rooms [XEP-0100 §4.1, XEP-0045 §6.1].
func gatewayInfo(_ context.Context, _ *session, q *request) (*xmppwire.Element, error) {
	if q.payload.Attr("node") != "" {
		return nil, noNode()
	}
	ids := []identity{{"gateway", "dragoman", "dragoman"}, {"conference", "text", "Groups and rooms"}}
	return info(q, ids, append(serviceFeatures(), nsLast, nsVCard, nsRegister, nsGateway)), nil
}

func (t *trunk) gatewayItems(ctx context.Context, s *session, q *request) (*xmppwire.Element, error) {
	if q.payload.Attr("node") != "" {
		return xmppwire.New(nsDiscoItems, "query").Set("node", q.payload.Attr("node")), nil
	}
	return s.listConvs(ctx, q, chat.KindGroup, chat.KindRoom)
}

func askName(context.Context, *session, *request) (*xmppwire.Element, error) {
	e := xmppwire.New(nsGateway, "query")
	e.AddNew("desc").AddText("Enter the name of the account.")
	e.AddNew("prompt").AddText("Name")
	return e, nil
}

func nameToAddress(_ context.Context, s *session, q *request) (*xmppwire.Element, error) {
	u, err := chat.NewUserID(q.payload.ChildText(nsGateway, "prompt"))
	if err != nil {
		return nil, refusal(stanza.Modify, stanza.NotAcceptable)
	}
	e := xmppwire.New(nsGateway, "query")
	e.AddNew("jid").AddText(s.m.UserJID(u))
	return e, nil
}
