package xmpp

import (
	"context"
	"slices"

	"dragoman/bridge/chat"
	"dragoman/protocols/xmpp/xmppwire"
)

// unmarkedPrefix begins the attribute that says of a group of the user's that he wants no bookmark of it.
const unmarkedPrefix = "xmpp.unmarked\n"

// bookmarks returns the user's bookmarks: those that he has put down, and a group each that he is a member of, so that
// whatever protocol he came in by his XMPP clients find it [XEP-0402].
func (s *session) bookmarks(ctx context.Context) ([]pepItem, error) {
	attributes, err := s.Store.UserAttributes(ctx, s.user)
	if err != nil {
		return nil, err
	}
	items := readPEP(attributes).items[nsBookmarks]
	joined, err := s.Store.Joined(ctx, s.user, chat.KindGroup, 0, "")
	if err != nil {
		return nil, err
	}
	for _, g := range joined {
		room := s.m.ConvJID(g.Conv)
		marked := slices.ContainsFunc(items, func(i pepItem) bool { return i.id == room })
		if _, unmarked := attributes[unmarkedPrefix+room]; !marked && !unmarked {
			items = append(items, s.bookmarkOf(g.Details, g.Me))
		}
	}
	return items, nil
}

func (s *session) bookmarkOf(d chat.Details, me chat.Member) pepItem {
	room := s.m.ConvJID(d.Conv)
	b := xmppwire.New(nsBookmarks, "conference").SetIf("name", d.Name).Set("autojoin", "true")
	me.User = s.user
	b.AddNew("nick").AddText(memberNick(me))
	return pepItem{node: nsBookmarks, id: room, order: me.Joined.UnixNano(), elem: xmppwire.New(nsPubSub, "item").Set("id", room).Add(b)}
}

// isMarked reports whether there is a bookmark of that id.
func (s *session) isMarked(ctx context.Context, id string) (bool, error) {
	all, err := s.bookmarks(ctx)
	return slices.ContainsFunc(all, func(i pepItem) bool { return i.id == id }), err
}

// unmark takes the bookmark off a group that the user stays in.
func (s *session) unmark(ctx context.Context, room string) error {
	body := chat.Attributes{Set: map[string]string{unmarkedPrefix + room: "1"}, Deleted: []string{itemKey(nsBookmarks, room)}}
	return s.submitPEP(ctx, bookmarkConfig(), body)
}

// remark forgets that the user wanted no bookmark.
func remark(node, id string) []string {
	if node == nsBookmarks {
		return []string{unmarkedPrefix + id}
	}
	return nil
}

// pushBookmark tells the client at once of a group that its user has come into, or is no longer in.
func (s *session) pushBookmark(ev *chat.Event, comes bool) {
	if ev.Conv.Kind != chat.KindGroup || !s.wants(nsBookmarks) || s.isLate(ev) {
		return
	}
	if !comes {
		items := xmppwire.New(nsPubSubEvent, "items").Set("node", nsBookmarks)
		items.AddNew("retract").Set("id", s.m.ConvJID(ev.Conv))
		s.notify(s.user, items, nil)
		return
	}
	d, err := s.Store.Details(s.ctx, ev.Conv)
	if err != nil {
		return // dissolved meanwhile
	}
	me, err := s.Store.Member(s.ctx, ev.Conv, s.user)
	if err == nil && me.Role.IsMember() {
		s.notifyItem(s.user, s.bookmarkOf(d, me), false)
	}
}

// bookmarkChange tells whether an event brings the user into a group or out of it.
func (s *session) bookmarkChange(ev *chat.Event) (comes, changes bool) {
	switch b := ev.Body.(type) {
	case chat.Membership:
		me := slices.Contains(b.Users, s.user)
		switch b.Change {
		case chat.ChangeJoin, chat.ChangeAdd, chat.ChangeApplyAccept:
			return true, me
		case chat.ChangeInviteAccept:
			return true, ev.From == s.user
		case chat.ChangeLeave, chat.ChangeKick, chat.ChangeBan:
			return false, me
		}
	case chat.Lifecycle:
		return b.Created, !b.Created || ev.From == s.user || slices.Contains(b.Members, s.user)
	case chat.Profile:
		return true, b.Name != nil
	}
	return false, false
}

// noteBookmark follows the user's groups as events change them.
func (s *session) noteBookmark(ev *chat.Event) {
	if comes, changes := s.bookmarkChange(ev); changes {
		s.pushBookmark(ev, comes)
	}
}
