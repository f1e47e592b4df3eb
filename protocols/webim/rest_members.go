package webim

import (
	"strconv"
	"strings"

	"dragoman/bridge/chat"
)

// memberRoutes are who is in a group or room, and what he may [webim 12.4].
func memberRoutes() map[string]route {
	table := map[string]route{
		"POST /chatgroups/{id}/invite":        {signedIn, (*call).invite},
		"POST /chatgroups/{id}/apply_verify":  {signedIn, (*call).decideApplication},
		"POST /chatgroups/{id}/invite_verify": {signedIn, (*call).decideInvitation},
	}
	for _, k := range []string{"chatgroups", "chatrooms"} {
		at := "/" + k + "/{id}"
		for pattern, h := range map[string]handler{
			"GET " + at + "/users":             (*call).members,
			"POST " + at + "/users":            (*call).addMembers,
			"POST " + at + "/users/{u}":        (*call).addMember,
			"DELETE " + at + "/users/{u}":      (*call).removeMembers,
			"POST " + at + "/apply":            (*call).apply,
			"DELETE " + at + "/quit":           (*call).quit,
			"GET " + at + "/admin":             (*call).admins,
			"POST " + at + "/admin":            (*call).makeAdmin,
			"DELETE " + at + "/admin/{u}":      (*call).unmakeAdmin,
			"GET " + at + "/mute":              (*call).mutes,
			"POST " + at + "/mute":             (*call).mute,
			"DELETE " + at + "/mute/{u}":       (*call).unmute,
			"GET " + at + "/white/users/{u}":   (*call).isAllowed,
			"GET /sdk/" + k + "/{id}/mute/{u}": (*call).isMuted,
		} {
			table[pattern] = route{signedIn, h}
		}
		bannedList.routes(table, at+"/blocks/users")
		allowedList.routes(table, at+"/white/users")
	}
	return table
}

// usernames is the list that most of these requests carry.
type usernames struct {
	List     []string `json:"usernames"`
	Reason   string   `json:"reason"`
	Message  string   `json:"message"`
	Admin    string   `json:"newadmin"`
	Duration int64    `json:"mute_duration"` // ms; negative: for ever
}

// maxUsers is how many one request may be about.
const maxUsers = 100

func (c *call) readUsernames() (usernames, []chat.UserID, chat.Conv, error) {
	var b usernames
	if err := c.body(&b); err != nil {
		return b, nil, chat.Conv{}, err
	}
	if err := tooMany(len(b.List), maxUsers); err != nil {
		return b, nil, chat.Conv{}, err
	}
	conv, err := c.target()
	if err != nil {
		return b, nil, conv, err
	}
	ids, err := c.users(b.List)
	return b, ids, conv, err
}

// pathUsers are the users that a path names, commas between them.
func (c *call) pathUsers() ([]chat.UserID, chat.Conv, error) {
	list := strings.Split(c.named["u"], ",")
	if err := tooMany(len(list), maxUsers); err != nil {
		return nil, chat.Conv{}, err
	}
	conv, err := c.target()
	if err != nil {
		return nil, conv, err
	}
	ids, err := c.users(list)
	return ids, conv, err
}

// each does something about one user after the other, so that the answer can say
// of each what came of it. What fails for all fails the request.
func (c *call) each(users []chat.UserID, action string, do func(chat.UserID) error) ([]map[string]any, error) {
	rows := make([]map[string]any, 0, len(users))
	var failed error
	done := 0
	for _, u := range users {
		row := map[string]any{"action": action, "result": true, "user": c.name(u), c.idKey(): c.named["id"]}
		if err := do(u); err != nil {
			if chat.CodeOf(err) == chat.Internal {
				return nil, err
			}
			failed = err
			row["result"], row["reason"] = false, c.refusal(err).text
		} else {
			done++
		}
		rows = append(rows, row)
	}
	if done == 0 && failed != nil {
		return nil, failed
	}
	return rows, nil
}

// shape is a list where the caller wants one: the newer SDKs always do, the older
// ones get an object for one user.
func (c *call) shape(rows []map[string]any, err error) (reply, error) {
	if err != nil {
		return reply{}, err
	}
	if len(rows) == 1 && c.query("version") != "v3" {
		return reply{Data: rows[0]}, nil
	}
	return reply{Data: rows}, nil
}

func (c *call) change(conv chat.Conv, change chat.Change, u chat.UserID) error {
	return c.submit(conv, chat.Membership{Users: []chat.UserID{u}, Change: change})
}

// members lists by page number, or by cursor.
func (c *call) members() (reply, error) {
	conv, err := c.target()
	if err != nil {
		return reply{}, err
	}
	d, err := c.Store.Details(c.ctx, conv)
	if err != nil {
		return reply{}, err
	}
	if _, err := c.visible(d); err != nil {
		return reply{}, err
	}
	rows, err := c.affiliations(d)
	if err != nil {
		return reply{}, err
	}
	if c.query("limit") != "" {
		limit := c.number("limit", 50, 1, 1000)
		from := c.number("cursor", 0, 0, len(rows))
		part := rows[from:min(from+limit, len(rows))]
		r := reply{Data: nonNil(part), Count: new(len(part)), Cursor: new("")}
		if from+limit < len(rows) {
			r.Cursor = new(strconv.Itoa(from + limit))
		}
		return r, nil
	}
	part := page(rows, c.number("pagenum", 1, 1, 1<<20), c.number("pagesize", 1000, 1, 1000), 1)
	return reply{Data: nonNil(part), Count: new(len(part))}, nil
}

func (c *call) memberNames(list []chat.Member) []string {
	names := make([]string, len(list))
	for i, m := range list {
		names[i] = c.name(m.User)
	}
	return names
}

// bringIn adds a user, or invites him where he must be asked.
func (c *call) bringIn(conv chat.Conv, reason string) func(chat.UserID) error {
	return func(u chat.UserID) error {
		d, err := c.Store.Details(c.ctx, conv)
		if err != nil {
			return err
		}
		change := chat.ChangeAdd
		if d.Consent == chat.ModeAsk && !c.server {
			change = chat.ChangeInvite
		}
		return c.submit(conv, chat.Membership{Users: []chat.UserID{u}, Change: change, Reason: reason})
	}
}

func (c *call) invite() (reply, error) {
	b, ids, conv, err := c.readUsernames()
	if err != nil {
		return reply{}, err
	}
	rows, err := c.each(ids, "invite", c.bringIn(conv, b.Message))
	return reply{Data: rows}, err
}

func (c *call) addMembers() (reply, error) {
	_, ids, conv, err := c.readUsernames()
	if err != nil {
		return reply{}, err
	}
	if c.isRooms() {
		return c.shape(c.each(ids, "add_member", func(u chat.UserID) error { return c.enter(conv, u) }))
	}
	if err := c.submit(conv, chat.Membership{Users: ids, Change: chat.ChangeAdd}); err != nil {
		return reply{}, err
	}
	names := make([]string, len(ids))
	for i, u := range ids {
		names[i] = c.name(u)
	}
	return reply{Data: map[string]any{"newmembers": names, "groupid": c.named["id"], "action": "add_member"}}, nil
}

func (c *call) addMember() (reply, error) {
	ids, conv, err := c.pathUsers()
	if err != nil {
		return reply{}, err
	}
	return c.shape(c.each(ids, "add_member", func(u chat.UserID) error {
		if c.isRooms() {
			return c.enter(conv, u)
		}
		return c.change(conv, chat.ChangeAdd, u)
	}))
}

// enter takes the open sessions of a user into a room, by someone who may.
func (c *call) enter(conv chat.Conv, u chat.UserID) error {
	if !c.server && u != c.me {
		me, err := c.Store.Member(c.ctx, conv, c.me)
		if err != nil {
			return err
		}
		if !me.Role.IsManager() {
			return chat.RefuseFor(chat.NoRight, "only an owner or admin may")
		}
	}
	return c.live.enter(c.ctx, u, chat.DeviceID(c.query("resource")), conv)
}

func (c *call) removeMembers() (reply, error) {
	ids, conv, err := c.pathUsers()
	if err != nil {
		return reply{}, err
	}
	return c.shape(c.each(ids, "remove_member", func(u chat.UserID) error { return c.change(conv, chat.ChangeKick, u) }))
}

func (c *call) quit() (reply, error) {
	conv, err := c.target()
	if err != nil {
		return reply{}, err
	}
	done := map[string]any{"action": "remove_member", "result": true, "user": c.name(c.me), c.idKey(): c.named["id"]}
	if c.isRooms() {
		c.live.leave(c.ctx, c.me, chat.DeviceID(c.query("resource")), conv)
		return reply{Data: done}, nil
	}
	return reply{Data: done}, c.change(conv, chat.ChangeLeave, c.me)
}
