package webim

import (
	"context"
	"time"

	"dragoman/bridge/chat"
	"dragoman/bridge/store"
)

func (c *call) admins() (reply, error) {
	conv, err := c.target()
	if err != nil {
		return reply{}, err
	}
	d, err := c.Store.Details(c.ctx, conv)
	if err == nil {
		_, err = c.visible(d)
	}
	if err != nil {
		return reply{}, err
	}
	list, _, err := c.Store.Members(c.ctx, conv, store.MemberQuery{Roles: []chat.Role{chat.RoleAdmin}})
	return reply{Data: c.memberNames(list)}, err
}

func (c *call) setRole(u chat.UserID, r chat.Role) error {
	conv, err := c.target()
	if err != nil {
		return err
	}
	return c.submit(conv, chat.Membership{Users: []chat.UserID{u}, Change: chat.ChangeRole, Role: r})
}

func (c *call) makeAdmin() (reply, error) {
	b, _, _, err := c.readUsernames()
	if err != nil {
		return reply{}, err
	}
	u, err := c.user(b.Admin)
	if err != nil {
		return reply{}, err
	}
	return reply{Data: map[string]any{"result": "success", "newadmin": c.name(u)}}, c.setRole(u, chat.RoleAdmin)
}

func (c *call) unmakeAdmin() (reply, error) {
	u, err := c.user(c.named["u"])
	if err != nil {
		return reply{}, err
	}
	return reply{Data: map[string]any{"result": "success", "oldadmin": c.name(u)}}, c.setRole(u, chat.RoleMember)
}

// forever is the end of a mute without one.
const forever = -1

func expiry(m chat.Member) int64 {
	if m.MutedUntil.IsZero() {
		return forever
	}
	return m.MutedUntil.UnixMilli()
}

func (c *call) mutes() (reply, error) {
	conv, err := c.managed()
	if err != nil {
		return reply{}, err
	}
	list, err := c.Store.Muted(c.ctx, conv)
	if err != nil {
		return reply{}, err
	}
	rows := make([]map[string]any, len(list))
	for i, m := range list {
		rows[i] = map[string]any{"expire": expiry(m), "user": c.name(m.User)}
	}
	return reply{Data: rows}, nil
}

func (c *call) mute() (reply, error) {
	b, ids, conv, err := c.readUsernames()
	if err != nil {
		return reply{}, err
	}
	var until time.Time
	expire := int64(forever)
	if b.Duration > 0 && b.Duration < int64(longest/time.Millisecond) {
		until = c.Now().Add(time.Duration(b.Duration) * time.Millisecond)
		expire = until.UnixMilli()
	}
	rows, err := c.each(ids, "add_mute", func(u chat.UserID) error {
		return c.submit(conv, chat.Membership{Users: []chat.UserID{u}, Change: chat.ChangeMute, Until: until})
	})
	for _, row := range rows {
		row["expire"] = expire
	}
	return reply{Data: rows}, err
}

func (c *call) unmute() (reply, error) {
	ids, conv, err := c.pathUsers()
	if err != nil {
		return reply{}, err
	}
	rows, err := c.each(ids, "remove_mute", func(u chat.UserID) error { return c.change(conv, chat.ChangeUnmute, u) })
	return reply{Data: rows}, err
}

func (c *call) isMuted() (reply, error) {
	conv, u, err := c.targetUser()
	if err != nil {
		return reply{}, err
	}
	if u != c.me {
		if _, err := c.managed(); err != nil {
			return reply{}, err
		}
	}
	m, err := c.Store.Member(c.ctx, conv, u)
	return reply{Data: m.IsMuted(c.Now())}, err
}

// standingList is a list of a group or room that members are put on and taken off: who is banned, and who may speak where
// nobody may.
type standingList struct {
	put, take       chat.Change
	putting, taking string // what answers call it
	who             func(*store.Store, context.Context, chat.Conv) ([]chat.Member, error)
}

var (
	bannedList  = standingList{chat.ChangeBan, chat.ChangeUnban, "add_blocks", "remove_blocks", (*store.Store).Banned}
	allowedList = standingList{chat.ChangeAllow, chat.ChangeDisallow, "add_user_whitelist", "remove_user_whitelist", (*store.Store).Allowed}
)

// routes are the list's, for groups or rooms at a path.
func (l standingList) routes(table map[string]route, at string) {
	table["GET "+at] = route{signedIn, l.show}
	table["POST "+at] = route{signedIn, l.putSeveral}
	table["POST "+at+"/{u}"] = route{signedIn, l.putNamed}
	table["DELETE "+at+"/{u}"] = route{signedIn, l.takeNamed}
}

func (l standingList) show(c *call) (reply, error) {
	conv, err := c.managed()
	if err != nil {
		return reply{}, err
	}
	list, err := l.who(c.Store, c.ctx, conv)
	return reply{Data: c.memberNames(list)}, err
}

func (l standingList) change(c *call, conv chat.Conv, ids []chat.UserID, change chat.Change, action string) (reply, error) {
	return c.shape(c.each(ids, action, func(u chat.UserID) error { return c.change(conv, change, u) }))
}

func (l standingList) putSeveral(c *call) (reply, error) {
	_, ids, conv, err := c.readUsernames()
	if err != nil {
		return reply{}, err
	}
	return l.change(c, conv, ids, l.put, l.putting)
}

func (l standingList) putNamed(c *call) (reply, error) {
	ids, conv, err := c.pathUsers()
	if err != nil {
		return reply{}, err
	}
	return l.change(c, conv, ids, l.put, l.putting)
}

func (l standingList) takeNamed(c *call) (reply, error) {
	ids, conv, err := c.pathUsers()
	if err != nil {
		return reply{}, err
	}
	return l.change(c, conv, ids, l.take, l.taking)
}

// isAllowed tells a member whether he, or another, may speak where nobody may.
func (c *call) isAllowed() (reply, error) {
	conv, u, err := c.targetUser()
	if err != nil {
		return reply{}, err
	}
	if _, err := c.memberHere(conv); err != nil {
		return reply{}, err
	}
	m, err := c.Store.Member(c.ctx, conv, u)
	return reply{Data: map[string]any{"white": m.Allowed, "member": c.name(u)}}, err
}

// managed is the group or room that the path names, for who manages it: its lists are nobody else's business.
func (c *call) managed() (chat.Conv, error) {
	conv, err := c.target()
	if err != nil || c.server {
		return conv, err
	}
	me, err := c.Store.Member(c.ctx, conv, c.me)
	if err == nil && !me.Role.IsManager() {
		err = chat.RefuseFor(chat.NoRight, "only an owner or admin may")
	}
	return conv, err
}
