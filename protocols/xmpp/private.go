package xmpp

import (
	"context"

	"mellium.im/xmpp/stanza"

	"dragoman/bridge/chat"
	"dragoman/protocols/xmpp/xmppwire"
)

const (
	nsPrivate     = "jabber:iq:private"
	nsStorage     = "storage:bookmarks"
	nsBookmarks   = "urn:xmpp:bookmarks:1"
	privatePrefix = "xmpp.private\n"
)

func (f *Frontend) privateIQs(t map[iqKey]iqHandler) {
	t[iqKey{toAccount, false, nsPrivate, "query"}] = privateGet
	t[iqKey{toAccount, true, nsPrivate, "query"}] = privateSet
}

// privateGet answers an element that the client has put aside [XEP-0049]. Bookmarks are the same as those that are published.
func privateGet(ctx context.Context, s *session, q *request) (*xmppwire.Element, error) {
	want := q.payload.First()
	if want == nil {
		return nil, refusal(stanza.Modify, stanza.BadRequest)
	}
	answer := xmppwire.New(nsPrivate, "query")
	if want.Is(nsStorage, "storage") {
		storage, err := s.bookmarkStorage(ctx)
		return answer.Add(storage), err
	}
	key := privatePrefix + want.Space + "\n" + want.Local
	all, err := s.Store.UserAttributes(ctx, s.user, key)
	if err != nil {
		return nil, err
	}
	if text, ok := all[key]; ok {
		kept, err := xmppwire.Parse([]byte(text))
		return answer.Add(kept), err
	}
	return answer.Add(want), nil
}

func privateSet(ctx context.Context, s *session, q *request) (*xmppwire.Element, error) {
	set := map[string]string{}
	for e := range q.payload.Children() {
		if e.Space == "" || e.Space == xmppwire.NSClient || e.Space == nsPrivate {
			return nil, refusal(stanza.Modify, stanza.NotAcceptable)
		}
		if e.Is(nsStorage, "storage") {
			if err := s.takeStorage(ctx, e); err != nil {
				return nil, err
			}
			continue
		}
		set[privatePrefix+e.Space+"\n"+e.Local] = e.String()
	}
	if len(set) == 0 {
		if q.payload.First() == nil {
			return nil, refusal(stanza.Modify, stanza.BadRequest)
		}
		return nil, nil
	}
	d := chat.Draft{Conv: chat.Self(s.user), To: []chat.UserID{s.user}, Body: chat.Attributes{Set: set}}
	_, err := s.submit(ctx, d)
	return nil, err
}

// bookmarkStorage writes the published bookmarks in the old form [XEP-0402 §5, XEP-0048].
func (s *session) bookmarkStorage(ctx context.Context) (*xmppwire.Element, error) {
	items, err := s.bookmarks(ctx)
	if err != nil {
		return nil, err
	}
	storage := xmppwire.New(nsStorage, "storage")
	for _, item := range items {
		b := item.elem.Child(nsBookmarks, "conference")
		if b == nil {
			continue
		}
		c := storage.AddNew("conference").Set("jid", item.id).SetIf("name", b.Attr("name")).SetIf("autojoin", b.Attr("autojoin"))
		for _, local := range []string{"nick", "password"} {
			if text := b.ChildText(nsBookmarks, local); text != "" {
				c.AddNew(local).AddText(text)
			}
		}
	}
	return storage, nil
}

// bookmarkItems is the node that clients knew before bookmarks had one each.
func (s *session) bookmarkItems(ctx context.Context, answer *xmppwire.Element) (*xmppwire.Element, error) {
	storage, err := s.bookmarkStorage(ctx)
	if err != nil {
		return nil, err
	}
	if storage.First() == nil {
		return nil, noNode() // nothing was ever published
	}
	answer.AddNew("items").Set("node", nsStorage).AddNew("item").Set("id", "current").Add(storage)
	return answer, nil
}

// takeStorage makes the published bookmarks what the old form says.
func (s *session) takeStorage(ctx context.Context, storage *xmppwire.Element) error {
	p, err := s.pepOf(ctx, s.user)
	if err != nil {
		return err
	}
	body := chat.Attributes{Set: map[string]string{}}
	wanted := map[string]bool{}
	for c := range storage.Children() {
		if !c.Is(nsStorage, "conference") {
			continue
		}
		a, err := s.m.Parse(c.Attr("jid"))
		if err != nil || badName(a.Bare) {
			continue
		}
		wanted[a.Bare] = true
		b := xmppwire.New(nsBookmarks, "conference").SetIf("name", c.Attr("name")).SetIf("autojoin", c.Attr("autojoin"))
		for _, local := range []string{"nick", "password"} {
			if text := c.ChildText(nsStorage, local); text != "" {
				b.AddNew(local).AddText(text)
			}
		}
		item := xmppwire.New(nsPubSub, "item").Set("id", a.Bare).Add(b)
		body.Set[itemKey(nsBookmarks, a.Bare)] = pepValue(s.Now().UnixNano(), item)
	}
	for _, item := range p.items[nsBookmarks] {
		if !wanted[item.id] {
			body.Deleted = append(body.Deleted, itemKey(nsBookmarks, item.id))
		}
	}
	config := bookmarkConfig()
	if _, ok := p.nodes[nsBookmarks]; !ok {
		if err := putConfig(body.Set, nsBookmarks, config); err != nil {
			return err
		}
	}
	if len(body.Set) == 0 && len(body.Deleted) == 0 {
		return nil
	}
	return s.submitPEP(ctx, config, body)
}

// bookmarkConfig is how clients want their bookmarks kept [XEP-0402 §4].
func bookmarkConfig() pepConfig {
	c := defaultPEP()
	c.Access, c.MaxItems, c.SendLast = "whitelist", "max", "never"
	return c
}
