package xmpp

import (
	"context"
	"slices"
	"strconv"

	"mellium.im/xmpp/stanza"

	"dragoman/bridge/chat"
	"dragoman/mapping/xmppmap"
	"dragoman/protocols/xmpp/xmppwire"
)

const nsPrivacy = "jabber:iq:privacy"

// blockListName is the one privacy list that classic clients have: whom they block.
const blockListName = "special"

func (f *Frontend) classicIQs(t map[iqKey]iqHandler) {
	t[iqKey{toAccount, false, nsPrivacy, "query"}] = privacyList
	t[iqKey{toAccount, true, nsPrivacy, "query"}] = setPrivacyList
}

// privacyList answers whom the user has blocked, in the words that classic clients know [webim 13].
func privacyList(ctx context.Context, s *session, _ *request) (*xmppwire.Element, error) {
	if s.classic == nil {
		return nil, notOffered()
	}
	blocked, err := s.Store.Blocks(ctx, s.user)
	if err != nil {
		return nil, err
	}
	query := xmppwire.New(nsPrivacy, "query")
	list := query.AddNew("list").Set("name", blockListName)
	for i, u := range blocked {
		list.AddNew("item").Set("type", "jid").Set("value", s.m.UserJID(u)).Set("action", "deny").Set("order", strconv.Itoa(i+1)).AddNew("message")
	}
	return query, nil
}

// setPrivacyList blocks those that a list names and nobody else: the clients send it whole.
func setPrivacyList(ctx context.Context, s *session, q *request) (*xmppwire.Element, error) {
	if s.classic == nil {
		return nil, notOffered()
	}
	list := q.payload.Child(nsPrivacy, "list")
	if list.Attr("name") != blockListName {
		return nil, refusal(stanza.Cancel, stanza.ItemNotFound)
	}
	var want []chat.UserID
	for item := range list.Children() {
		a, err := s.m.Parse(item.Attr("value"))
		if err != nil || a.Kind != xmppmap.User {
			return nil, refusal(stanza.Modify, stanza.JIDMalformed)
		}
		want = append(want, a.User)
	}
	have, err := s.Store.Blocks(ctx, s.user)
	if err != nil {
		return nil, err
	}
	for _, u := range append(slices.Clone(have), want...) {
		on := slices.Contains(want, u)
		if on == slices.Contains(have, u) {
			continue
		}
		if _, err := s.submit(ctx, chat.Draft{Conv: chat.Peer(s.user, u), Body: chat.Block{On: on}}); err != nil {
			return nil, err
		}
	}
	return nil, nil
}

// pushPrivacy tells a classic client that its block list has changed; it asks for it then.
func (s *session) pushPrivacy() {
	query := xmppwire.New(nsPrivacy, "query")
	query.AddNew("list").Set("name", blockListName)
	s.send(xmppwire.Stanza{Name: "iq", Type: "set", To: s.full, ID: "privacy-" + s.nextID(), Children: []*xmppwire.Element{query}})
}
