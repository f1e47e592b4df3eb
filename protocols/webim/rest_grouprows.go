package webim

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"dragoman/bridge/chat"
	"dragoman/bridge/store"
)

// roleName is how lists call what somebody is.
func roleName(r chat.Role) string {
	switch r {
	case chat.RoleOwner:
		return "owner"
	case chat.RoleAdmin:
		return "admin"
	case chat.RoleNone:
		return "none"
	default:
		return "member"
	}
}

// maxMembers is what answers say of a group that has no limit of its own.
func (c *call) maxMembers(d chat.Details) int {
	if d.Max > 0 {
		return d.Max
	}
	if most := c.Router.Policy().MaxMembers; most > 0 && d.Conv.Kind == chat.KindGroup {
		return most
	}
	return 10000
}

// size is how many are in it: of a room, those who have entered.
func (c *call) size(d chat.Details) int {
	if d.Conv.Kind == chat.KindRoom {
		return len(c.present(d.Conv))
	}
	return d.Count
}

// present is who is in a room now, in order of coming, each once.
func (c *call) present(conv chat.Conv) []chat.UserID {
	var users []chat.UserID
	known := map[chat.UserID]bool{}
	for _, o := range c.Router.Occupants(conv) {
		if !known[o.User] {
			known[o.User] = true
			users = append(users, o.User)
		}
	}
	return users
}

// row is a group or room in lists, under the names of both of the vendor's versions.
func (c *call) row(d chat.Details) map[string]any {
	id := c.groupName(d.Conv.ID)
	m := map[string]any{
		"id": id, "name": d.Name, "description": d.Description, "owner": c.name(d.Owner), "created": d.Created.UnixMilli(),
		"affiliations_count": c.size(d), "maxusers": c.maxMembers(d), "custom": d.Extra, "avatar": d.Avatar, "disabled": c.orders.rests(d.Conv),
		"public": d.Public, "membersonly": d.Join != chat.ModeOpen, "allowinvites": d.Invite == chat.ModeOpen,
		"invite_need_confirm": d.Consent != chat.ModeOpen, "mute": d.Silences(chat.RoleMember, c.Now()), "last_modified": strconv.FormatInt(d.Changed.UnixMilli(), 10),
	}
	if d.Conv.Kind != chat.KindRoom {
		m["groupid"], m["groupId"], m["groupname"] = id, id, d.Name
	} else {
		m["title"], m["max_users"] = d.Name, c.maxMembers(d)
	}
	return m
}

// showGroups tells of one or several, their ids with commas between.
func (c *call) showGroups() (reply, error) {
	ids := strings.Split(c.named["id"], ",")
	const most = 100
	if len(ids) > most {
		return reply{}, chat.Refuse(chat.Invalid, "more than %d ids", most)
	}
	rows := make([]map[string]any, 0, len(ids))
	for _, id := range ids {
		row, err := c.fullRow(id)
		if err != nil {
			if len(ids) > 1 && chat.CodeOf(err) != chat.Internal {
				continue
			}
			return reply{}, err
		}
		rows = append(rows, row)
	}
	return reply{Data: rows, Count: new(len(rows))}, nil
}

// fullRow is a row with everybody in it.
func (c *call) fullRow(id string) (map[string]any, error) {
	conv, err := c.convOf(id)
	if err != nil {
		return nil, err
	}
	d, err := c.Store.Details(c.ctx, conv)
	if err != nil {
		return nil, err
	}
	me, err := c.visible(d)
	if err != nil {
		return nil, err
	}
	row := c.row(d)
	row["permission"] = roleName(me.Role)
	members, err := c.affiliations(d)
	if err != nil {
		return nil, err
	}
	for _, m := range members { // the vendor shows admins as members here
		if user, ok := m["admin"]; ok {
			delete(m, "admin")
			m["member"] = user
		}
	}
	row["affiliations"] = members
	return row, nil
}

// affiliations lists who is in it, the owner first.
func (c *call) affiliations(d chat.Details) ([]map[string]any, error) {
	members, _, err := c.Store.Members(c.ctx, d.Conv, store.MemberQuery{})
	if err != nil {
		return nil, err
	}
	rows := make([]map[string]any, 0, len(members))
	add := func(role chat.Role, u chat.UserID, since time.Time) {
		rows = append(rows, map[string]any{roleName(role): c.name(u), "joined_time": since.UnixMilli()})
	}
	listed := map[chat.UserID]bool{}
	slices.SortStableFunc(members, func(a, b chat.Member) int { return cmp.Compare(rank(a.Role), rank(b.Role)) })
	inside := c.present(d.Conv)
	for _, m := range members {
		if d.Conv.Kind != chat.KindRoom || m.Role.IsManager() || slices.Contains(inside, m.User) {
			listed[m.User] = true
			add(m.Role, m.User, m.Joined)
		}
	}
	for _, u := range inside {
		if !listed[u] {
			add(chat.RoleMember, u, c.Now())
		}
	}
	return rows, nil
}

// rank sorts owner, admins, members.
func rank(r chat.Role) int {
	switch r {
	case chat.RoleOwner:
		return 0
	case chat.RoleAdmin:
		return 1
	default:
		return 2
	}
}
