package webim

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"dragoman/bridge/chat"
	"dragoman/bridge/store"
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
			"GET " + at + "/users":               (*call).members,
			"POST " + at + "/users":              (*call).addMembers,
			"POST " + at + "/users/{u}":          (*call).addMember,
			"DELETE " + at + "/users/{u}":        (*call).removeMembers,
			"POST " + at + "/apply":              (*call).apply,
			"DELETE " + at + "/quit":             (*call).quit,
			"GET " + at + "/admin":               (*call).admins,
			"POST " + at + "/admin":              (*call).makeAdmin,
			"DELETE " + at + "/admin/{u}":        (*call).unmakeAdmin,
			"GET " + at + "/mute":                (*call).mutes,
			"POST " + at + "/mute":               (*call).mute,
			"DELETE " + at + "/mute/{u}":         (*call).unmute,
			"GET " + at + "/blocks/users":        (*call).bans,
			"POST " + at + "/blocks/users":       (*call).banSeveral,
			"POST " + at + "/blocks/users/{u}":   (*call).banOne,
			"DELETE " + at + "/blocks/users/{u}": (*call).unban,
			"GET " + at + "/white/users":         (*call).allowed,
			"POST " + at + "/white/users":        (*call).allowSeveral,
			"POST " + at + "/white/users/{u}":    (*call).allowOne,
			"GET " + at + "/white/users/{u}":     (*call).isAllowed,
			"DELETE " + at + "/white/users/{u}":  (*call).disallow,
			"GET /sdk/" + k + "/{id}/mute/{u}":   (*call).isMuted,
		} {
			table[pattern] = route{signedIn, h}
		}
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

// apply asks to join; where nobody has to agree that is all. The 3.x SDKs enter
// rooms with it too.
func (c *call) apply() (reply, error) {
	var b usernames
	if err := c.body(&b); err != nil {
		return reply{}, err
	}
	conv, err := c.target()
	if err != nil {
		return reply{}, err
	}
	done := map[string]any{"action": "apply", "result": true, "id": c.named["id"], "user": c.name(c.me)}
	if c.isRooms() {
		return reply{Data: done}, c.enter(conv, c.me)
	}
	d, err := c.Store.Details(c.ctx, conv)
	if err != nil {
		return reply{}, err
	}
	change := chat.ChangeJoin
	if d.Join == chat.ModeAsk {
		change = chat.ChangeApply
	}
	return reply{Data: done}, c.submit(conv, chat.Membership{Users: []chat.UserID{c.me}, Change: change, Reason: b.Message})
}

// verdict is what somebody decided about an application or an invitation.
type verdict struct {
	Applicant string `json:"applicant"`
	Invitee   string `json:"invitee"`
	Result    flag   `json:"verifyResult"`
	Reason    string `json:"reason"`
}

func (c *call) decideApplication() (reply, error) {
	var b verdict
	if err := c.body(&b); err != nil {
		return reply{}, err
	}
	conv, err := c.target()
	if err != nil {
		return reply{}, err
	}
	u, err := c.user(b.Applicant)
	if err != nil {
		return reply{}, err
	}
	change := chat.ChangeApplyDecline
	if b.Result {
		change = chat.ChangeApplyAccept
	}
	done := map[string]any{"action": "apply_verify", "result": bool(b.Result), "groupid": c.named["id"], "user": c.name(u)}
	return reply{Data: done}, c.submit(conv, chat.Membership{Users: []chat.UserID{u}, Change: change, Reason: b.Reason})
}

func (c *call) decideInvitation() (reply, error) {
	var b verdict
	if err := c.body(&b); err != nil {
		return reply{}, err
	}
	conv, err := c.target()
	if err != nil {
		return reply{}, err
	}
	var inviters []chat.UserID
	all, err := c.Store.InvitationsFor(c.ctx, c.me)
	if err != nil {
		return reply{}, err
	}
	for _, invitation := range all {
		if invitation.Conv == conv {
			inviters = append(inviters, invitation.By)
		}
	}
	if len(inviters) == 0 {
		return reply{}, chat.Refuse(chat.NotFound, "you have no invitation")
	}
	change := chat.ChangeInviteDecline
	if b.Result {
		change = chat.ChangeInviteAccept
	}
	done := map[string]any{"action": "invite_verify", "result": bool(b.Result), "groupid": c.named["id"], "user": c.name(c.me)}
	return reply{Data: done}, c.submit(conv, chat.Membership{Users: inviters, Change: change, Reason: b.Reason})
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

func (c *call) admins() (reply, error) {
	conv, err := c.target()
	if err != nil {
		return reply{}, err
	}
	list, _, err := c.Store.Members(c.ctx, conv, store.MemberQuery{Roles: []chat.Role{chat.RoleAdmin}})
	return reply{Data: c.memberNames(list)}, err
}

func (c *call) memberNames(list []chat.Member) []string {
	names := make([]string, len(list))
	for i, m := range list {
		names[i] = c.name(m.User)
	}
	return names
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
	conv, err := c.target()
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
	conv, err := c.target()
	if err != nil {
		return reply{}, err
	}
	u, err := c.user(c.named["u"])
	if err != nil {
		return reply{}, err
	}
	m, err := c.Store.Member(c.ctx, conv, u)
	return reply{Data: map[string]any{"mute": m.IsMuted(c.Now()), "expire": expiry(m)}}, err
}

func (c *call) bans() (reply, error) {
	conv, err := c.target()
	if err != nil {
		return reply{}, err
	}
	list, err := c.Store.Banned(c.ctx, conv)
	return reply{Data: c.memberNames(list)}, err
}

func (c *call) ban(conv chat.Conv, ids []chat.UserID) (reply, error) {
	return c.shape(c.each(ids, "add_blocks", func(u chat.UserID) error { return c.change(conv, chat.ChangeBan, u) }))
}

func (c *call) banSeveral() (reply, error) {
	_, ids, conv, err := c.readUsernames()
	if err != nil {
		return reply{}, err
	}
	return c.ban(conv, ids)
}

func (c *call) banOne() (reply, error) {
	ids, conv, err := c.pathUsers()
	if err != nil {
		return reply{}, err
	}
	return c.ban(conv, ids)
}

func (c *call) unban() (reply, error) {
	ids, conv, err := c.pathUsers()
	if err != nil {
		return reply{}, err
	}
	return c.shape(c.each(ids, "remove_blocks", func(u chat.UserID) error { return c.change(conv, chat.ChangeUnban, u) }))
}

func (c *call) allowed() (reply, error) {
	conv, err := c.target()
	if err != nil {
		return reply{}, err
	}
	list, err := c.Store.Allowed(c.ctx, conv)
	return reply{Data: c.memberNames(list)}, err
}

func (c *call) allow(conv chat.Conv, ids []chat.UserID) (reply, error) {
	return c.shape(c.each(ids, "add_user_whitelist", func(u chat.UserID) error { return c.change(conv, chat.ChangeAllow, u) }))
}

func (c *call) allowSeveral() (reply, error) {
	_, ids, conv, err := c.readUsernames()
	if err != nil {
		return reply{}, err
	}
	return c.allow(conv, ids)
}

func (c *call) allowOne() (reply, error) {
	ids, conv, err := c.pathUsers()
	if err != nil {
		return reply{}, err
	}
	return c.allow(conv, ids)
}

func (c *call) isAllowed() (reply, error) {
	conv, err := c.target()
	if err != nil {
		return reply{}, err
	}
	u, err := c.user(c.named["u"])
	if err != nil {
		return reply{}, err
	}
	list, err := c.Store.Allowed(c.ctx, conv)
	white := slices.ContainsFunc(list, func(m chat.Member) bool { return m.User == u })
	return reply{Data: map[string]any{"white": white, "member": c.name(u)}}, err
}

func (c *call) disallow() (reply, error) {
	ids, conv, err := c.pathUsers()
	if err != nil {
		return reply{}, err
	}
	return c.shape(c.each(ids, "remove_user_whitelist", func(u chat.UserID) error { return c.change(conv, chat.ChangeDisallow, u) }))
}
