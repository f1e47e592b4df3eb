package xmpp

import (
	"context"
	"strconv"

	"mellium.im/xmpp/stanza"

	"dragoman/bridge/chat"
	"dragoman/bridge/store"
	"dragoman/mapping/xmppmap"
	"dragoman/protocols/xmpp/xmppwire"
)

func (f *Frontend) rosterIQs(t map[iqKey]iqHandler) {
	t[iqKey{toAccount, false, xmppmap.NSRoster, "query"}] = rosterGet
	t[iqKey{toAccount, true, xmppmap.NSRoster, "query"}] = rosterSet
}

// rosterGet answers with the contact list, or what is new in it since the version that the client has [RFC 6121 §2.6].
func rosterGet(ctx context.Context, s *session, q *request) (*xmppwire.Element, error) {
	s.mu.Lock()
	s.interested = true
	s.mu.Unlock()
	ver, versioned := q.payload.Lookup("ver")
	contacts, version, err := s.Store.Contacts(ctx, s.user)
	if err != nil {
		return nil, err
	}
	now := strconv.FormatInt(version, 10)
	if versioned && ver == now && version > 0 {
		return nil, nil
	}
	roster := xmppwire.New(xmppmap.NSRoster, "query").Set("ver", now)
	for _, c := range contacts {
		if c.Listed {
			roster.Add(s.rosterItem(c))
		}
	}
	return roster, nil
}

func (s *session) rosterItem(c store.Contact) *xmppwire.Element {
	item := xmppwire.New(xmppmap.NSRoster, "item").Set("jid", s.m.UserJID(c.User)).SetIf("name", c.Alias)
	if !c.Listed {
		return item.Set("subscription", "remove")
	}
	item.Set("subscription", xmppmap.Subscription(c.Sees, c.Seen))
	if c.Wants && !c.Sees {
		item.Set("ask", "subscribe")
	}
	if c.Agrees && !c.Seen {
		item.Set("approved", "true")
	}
	for _, g := range c.Groups {
		item.AddNew("group").AddText(g)
	}
	return item
}

// Limits of a roster item; the names are shown in one line.
const (
	maxHandle = 1023
	maxGroups = 64
)

// rosterSet puts somebody on the list, or takes him off. The pushes come with the event [RFC 6121 §2.1.6].
func rosterSet(ctx context.Context, s *session, q *request) (*xmppwire.Element, error) {
	item := q.payload.First()
	if !item.Is(xmppmap.NSRoster, "item") || len(q.payload.Nodes) > 1 && moreItems(q.payload) {
		return nil, refusal(stanza.Modify, stanza.BadRequest)
	}
	a, err := s.m.Parse(item.Attr("jid"))
	switch {
	case err != nil && chat.CodeOf(err) != chat.NotFound:
		return nil, refusal(stanza.Modify, stanza.BadRequest)
	case err != nil || a.Kind == xmppmap.Foreign:
		return nil, refusalText(stanza.Cancel, stanza.ItemNotFound, "nobody has this address")
	case a.Kind != xmppmap.User:
		return nil, refusalText(stanza.Cancel, stanza.NotAllowed, "only people can be contacts")
	case a.User == s.user:
		return nil, refusal(stanza.Cancel, stanza.NotAllowed)
	}
	body := chat.Contact{Change: chat.ContactPut, Alias: item.Attr("name")}
	if item.Attr("subscription") == "remove" {
		current, err := s.Store.Contact(ctx, s.user, a.User)
		if err != nil {
			return nil, err
		}
		if !current.Listed {
			return nil, refusal(stanza.Cancel, stanza.ItemNotFound)
		}
		body = chat.Contact{Change: chat.ContactRemove}
	} else if body.Groups, err = rosterGroups(item); err != nil {
		return nil, err
	}
	if len(body.Alias) > maxHandle {
		return nil, refusal(stanza.Modify, stanza.NotAcceptable)
	}
	_, err = s.submit(ctx, chat.Draft{Conv: chat.Peer(s.user, a.User), Body: body})
	return nil, err
}

func moreItems(query *xmppwire.Element) bool {
	n := 0
	for range query.Children() {
		n++
	}
	return n != 1
}

func rosterGroups(item *xmppwire.Element) ([]string, error) {
	var groups []string
	for c := range item.Children() {
		name := c.Text()
		switch {
		case !c.Is(xmppmap.NSRoster, "group"):
			continue
		case name == "", len(name) > maxHandle, len(groups) == maxGroups:
			return nil, refusal(stanza.Modify, stanza.NotAcceptable)
		}
		for _, g := range groups {
			if g == name {
				return nil, refusal(stanza.Modify, stanza.BadRequest) // [RFC 6121 §2.3.3]
			}
		}
		groups = append(groups, name)
	}
	return groups, nil
}

// pushContact tells the client of a change of its list or of what somebody asks.
func (s *session) pushContact(ev *chat.Event, b chat.Contact) error {
	other := ev.Conv.Other(s.user)
	c, err := s.Store.Contact(s.ctx, s.user, other)
	if err != nil {
		return err
	}
	if ev.From != s.user && s.mayHear() {
		s.pushAsked(ev, b, c)
	}
	asked := b.Change == chat.ContactAsk && ev.From != s.user // which changes nothing in the list
	if removed := b.Change == chat.ContactRemove && ev.From == s.user; removed || c.Listed && !asked {
		s.pushRoster(c)
	}
	if ev.From != s.user && s.mayHear() {
		switch b.Change {
		case chat.ContactAccept, chat.ContactAdd:
			if c.Sees {
				s.showPresenceOf(other)
			}
		case chat.ContactRevoke, chat.ContactRemove:
			s.hidePresenceOf(other)
		}
	}
	return nil
}

// pushRoster sends a roster push to a client that has asked for the roster.
func (s *session) pushRoster(c store.Contact) {
	s.mu.Lock()
	interested := s.interested
	s.mu.Unlock()
	if !interested {
		return
	}
	push := xmppwire.New(xmppmap.NSRoster, "query").Set("ver", strconv.FormatInt(c.Version, 10)).Add(s.rosterItem(c))
	s.send(xmppwire.Stanza{Name: "iq", Type: "set", To: s.full, ID: "push-" + strconv.FormatInt(c.Version, 10) + "-" + s.nextID(),
		Children: []*xmppwire.Element{push}})
}

// pushAsked tells of another's asking, agreeing or refusing in presence's words [RFC 6121 §3].
func (s *session) pushAsked(ev *chat.Event, b chat.Contact, c store.Contact) {
	kinds := map[chat.ContactChange][]string{
		chat.ContactAsk:     {"subscribe"},
		chat.ContactAccept:  {"subscribed"},
		chat.ContactAdd:     {"subscribed"},
		chat.ContactDecline: {"unsubscribed"},
		chat.ContactRevoke:  {"unsubscribed"},
		chat.ContactDrop:    {"unsubscribe"},
		chat.ContactRemove:  {"unsubscribe", "unsubscribed"},
	}[b.Change]
	if b.Change == chat.ContactAdd && s.trunk != nil {
		kinds = []string{"subscribed", "subscribe"} // his own server has not agreed yet
	}
	for _, kind := range kinds {
		if kind == "subscribe" && !c.Asked && b.Change != chat.ContactAdd {
			continue // answered elsewhere, or before it was asked
		}
		p := xmppwire.Stanza{Name: "presence", Type: kind, From: s.m.UserJID(ev.From), To: s.bare}
		if kind == "subscribe" {
			if native, ok := xmppmap.Native(ev); ok {
				p.Children = native.Children
			} else if b.Note != "" {
				p.Add(xmppwire.TextElement(xmppwire.NSClient, "status", b.Note))
			}
		}
		s.send(p)
	}
}
