package xmpp

import (
	"context"

	"mellium.im/xmpp/stanza"

	"dragoman/bridge/chat"
	"dragoman/mapping/xmppmap"
	"dragoman/protocols/xmpp/xmppwire"
)

const (
	nsBlocking       = "urn:xmpp:blocking"
	nsBlockingErrors = "urn:xmpp:blocking:errors"
)

func (f *Frontend) blockingIQs(t map[iqKey]iqHandler) {
	t[iqKey{toAccount, false, nsBlocking, "blocklist"}] = blockList
	t[iqKey{toAccount, true, nsBlocking, "block"}] = setBlocks
	t[iqKey{toAccount, true, nsBlocking, "unblock"}] = setBlocks
}

// blockList answers whom the user has blocked [XEP-0191 §3.2].
func blockList(ctx context.Context, s *session, _ *request) (*xmppwire.Element, error) {
	s.mu.Lock()
	s.blocking = true
	s.mu.Unlock()
	blocked, err := s.Store.Blocks(ctx, s.user)
	if err != nil {
		return nil, err
	}
	list := xmppwire.New(nsBlocking, "blocklist")
	for _, u := range blocked {
		list.AddNew("item").Set("jid", s.m.UserJID(u))
	}
	return list, nil
}

// setBlocks blocks the people named, or lets them in again; unblocking nobody in particular means all [XEP-0191 §3.5].
func setBlocks(ctx context.Context, s *session, q *request) (*xmppwire.Element, error) {
	on := q.payload.Local == "block"
	var users []chat.UserID
	for item := range q.payload.Children() {
		a, err := s.m.Parse(item.Attr("jid"))
		switch {
		case err != nil:
			return nil, refusal(stanza.Modify, stanza.JIDMalformed)
		case a.Kind != xmppmap.User:
			return nil, refusalText(stanza.Cancel, stanza.NotAcceptable, "only people can be blocked")
		}
		users = append(users, a.User)
	}
	if len(users) == 0 {
		if on {
			return nil, refusal(stanza.Modify, stanza.BadRequest)
		}
		var err error
		if users, err = s.Store.Blocks(ctx, s.user); err != nil {
			return nil, err
		}
	}
	for _, u := range users {
		if _, err := s.submit(ctx, chat.Draft{Conv: chat.Peer(s.user, u), Body: chat.Block{On: on}}); err != nil {
			return nil, err
		}
	}
	return nil, nil
}

// pushBlock tells the client of a change of the block list, and whoever is shut out that the user is gone
// [XEP-0191 §3.3].
func (s *session) pushBlock(ev *chat.Event, b chat.Block) error {
	if ev.From != s.user {
		return nil
	}
	if s.classic != nil {
		s.pushPrivacy()
		return nil
	}
	other := ev.Conv.Other(s.user)
	s.mu.Lock()
	interested, shown := s.blocking, s.presence
	s.mu.Unlock()
	if interested {
		local := "unblock"
		if b.On {
			local = "block"
		}
		push := xmppwire.New(nsBlocking, local)
		push.AddNew("item").Set("jid", s.m.UserJID(other))
		s.send(xmppwire.Stanza{Name: "iq", Type: "set", To: s.full, ID: "block-" + s.nextID(), Children: []*xmppwire.Element{push}})
	}
	if shown == nil {
		return nil
	}
	c, err := s.Store.Contact(s.ctx, other, s.user)
	if err != nil || !c.Sees {
		return err
	}
	p := *shown
	if b.On {
		p = xmppwire.Stanza{Name: "presence", Type: "unavailable", From: s.full}
	}
	p.To = s.m.UserJID(other)
	s.deliverLocal(p, xmppmap.Address{Kind: xmppmap.User, User: other, Bare: p.To})
	return nil
}
