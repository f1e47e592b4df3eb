package webim

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"dragoman/bridge/chat"
	"dragoman/bridge/store"
	"dragoman/mapping/webimmap"
)

// groupRoutes are groups and chat rooms themselves [webim 12.4]; their members are
// in memberRoutes.
func groupRoutes() map[string]route {
	table := map[string]route{
		"POST /chatgroups":                        {signedIn, (*call).createGroup},
		"POST /chatrooms":                         {signedIn, (*call).createRoom},
		"GET /chatgroups":                         {server, (*call).listGroups},
		"GET /publicchatgroups":                   {signedIn, (*call).publicGroups},
		"GET /chatrooms":                          {signedIn, (*call).listRooms},
		"GET /users/{me}/joined_chatgroups":       {own, (*call).joinedGroups},
		"GET /chatgroups/user/{me}":               {own, (*call).joinedEntities},
		"GET /chatgroups/user/{me}/joined_count":  {own, (*call).joinedCount},
		"GET /users/{me}/joined_chatrooms":        {own, (*call).joinedRooms},
		"GET /chatgroups/{id}/user/{u}/is_joined": {server, (*call).isJoined},
		"POST /chatgroups/{id}/shield":            {signedIn, (*call).shield},
		"DELETE /chatgroups/{id}/shield":          {signedIn, (*call).unshield},
	}
	for _, k := range []string{"chatgroups", "chatrooms"} {
		table["GET /"+k+"/{id}"] = route{signedIn, (*call).showGroups}
		table["PUT /"+k+"/{id}"] = route{signedIn, (*call).changeGroup}
		table["DELETE /"+k+"/{id}"] = route{signedIn, (*call).dissolve}
		table["POST /"+k+"/{id}/ban"] = route{signedIn, (*call).silence}
		table["DELETE /"+k+"/{id}/ban"] = route{signedIn, (*call).unsilence}
		table["GET /"+k+"/{id}/announcement"] = route{signedIn, (*call).announcement}
		table["POST /"+k+"/{id}/announcement"] = route{signedIn, (*call).announce}
	}
	return table
}

// isRooms reports whether the path is of chat rooms rather than groups.
func (c *call) isRooms() bool {
	return strings.HasPrefix(c.path(), "/chatrooms") || strings.HasPrefix(c.path(), "/sdk/chatrooms")
}

// idKey is what answers call the id of what the path is about.
func (c *call) idKey() string {
	if c.isRooms() {
		return "id"
	}
	return "groupid"
}

// target is the group or room that the path names.
func (c *call) target() (chat.Conv, error) { return c.convOf(c.named["id"]) }

func (c *call) convOf(id string) (chat.Conv, error) {
	conv, err := c.realm.Names.Conv(id)
	if err != nil {
		return chat.Conv{}, err
	}
	if (conv.Kind == chat.KindRoom) != c.isRooms() {
		return chat.Conv{}, chat.RefuseFor(chat.NoGroup, "there is no such group")
	}
	return conv, nil
}

// submit asks the router for what the request is about.
func (c *call) submit(conv chat.Conv, b chat.Body) error {
	return c.submitDraft(chat.Draft{Conv: conv, Body: b})
}

func (c *call) submitDraft(d chat.Draft) error {
	if !c.server && c.orders.rests(d.Conv) {
		return errResting()
	}
	_, err := c.Router.Submit(c.ctx, c.actor(), d)
	return err
}

// flag is a truth that may be written as a text.
type flag bool

// UnmarshalJSON reads true and "true" alike; all else is false.
func (f *flag) UnmarshalJSON(b []byte) error {
	*f = flag(strings.Trim(string(b), `"`) == "true")
	return nil
}

// count is a number that may be written as a text.
type count int

// UnmarshalJSON reads 3 and "3" alike; what is no number is 0.
func (n *count) UnmarshalJSON(b []byte) error {
	v, err := strconv.Atoi(strings.Trim(string(b), `"`))
	if err != nil {
		v = 0
	}
	*n = count(v)
	return nil
}

// newGroup is a group or room to be made.
type newGroup struct {
	Owner       string   `json:"owner"`
	GroupName   string   `json:"groupname"`
	Name        string   `json:"name"`
	Desc        string   `json:"desc"`
	Description string   `json:"description"`
	Avatar      string   `json:"avatar"`
	Custom      string   `json:"custom"`
	Members     []string `json:"members"`
	Public      flag     `json:"public"`
	Approval    flag     `json:"approval"`
	MembersOnly flag     `json:"membersonly"`
	Invites     flag     `json:"allowinvites"`
	Confirm     *flag    `json:"invite_need_confirm"`
	Max         count    `json:"maxusers"`
	GroupID     string   `json:"groupid"`
}

func (g newGroup) profile() chat.Profile {
	p := chat.Profile{Name: new(cmp.Or(g.GroupName, g.Name))}
	for value, field := range map[string]**string{
		cmp.Or(g.Desc, g.Description): &p.Description, g.Avatar: &p.Avatar, g.Custom: &p.Extra,
	} {
		if value != "" {
			*field = &value
		}
	}
	return p
}

// founder makes the request's author who the request says shall own the new thing.
func (c *call) founder(owner string) error {
	switch {
	case owner == "" && c.server:
		return chat.Refuse(chat.Invalid, "owner is required")
	case owner == "":
		return nil
	}
	u, err := c.user(owner)
	if err != nil {
		return err
	}
	if !c.server && u != c.me {
		return chat.RefuseFor(chat.NoRight, "the owner is who makes it")
	}
	c.me = u
	return nil
}

// createGroup makes a group. Who is to be asked first gets an invitation, the
// others are in it.
func (c *call) createGroup() (reply, error) {
	var g newGroup
	if err := c.body(&g); err != nil {
		return reply{}, err
	}
	if err := c.founder(g.Owner); err != nil {
		return reply{}, err
	}
	members, err := c.users(g.Members)
	if err != nil {
		return reply{}, err
	}
	members = slices.DeleteFunc(members, func(u chat.UserID) bool { return u == c.me })
	join, invite, consent := chat.ModeOpen, chat.ModeClosed, chat.ModeOpen
	switch {
	case !bool(g.Public):
		join = chat.ModeClosed
	case bool(g.Approval), bool(g.MembersOnly):
		join = chat.ModeAsk
	}
	if g.Invites {
		invite = chat.ModeOpen
	}
	if g.Confirm != nil && bool(*g.Confirm) {
		consent = chat.ModeAsk
	}
	made := chat.Lifecycle{Created: true, Profile: g.profile(), Members: members, Rules: chat.Rules{Join: &join, Invite: &invite, Consent: &consent, Public: new(bool(g.Public))}}
	if g.Max > 0 {
		made.Rules.Max = new(int(g.Max))
	}
	asked := consent == chat.ModeAsk && !c.server && len(members) > 0
	if asked {
		made.Members = nil
	}
	conv := chat.Group(c.Router.NewID())
	if err := c.submit(conv, made); err != nil {
		return reply{}, err
	}
	if asked {
		if err := c.submit(conv, chat.Membership{Users: members, Change: chat.ChangeInvite}); err != nil {
			return reply{}, err
		}
	}
	return reply{Data: map[string]any{"groupid": c.groupName(conv.ID)}}, nil
}

func (c *call) createRoom() (reply, error) {
	var g newGroup
	if err := c.body(&g); err != nil {
		return reply{}, err
	}
	if err := c.founder(g.Owner); err != nil {
		return reply{}, err
	}
	members, err := c.users(g.Members)
	if err != nil {
		return reply{}, err
	}
	members = slices.DeleteFunc(members, func(u chat.UserID) bool { return u == c.me })
	made := chat.Lifecycle{Created: true, Profile: g.profile(), Members: members, Rules: chat.Rules{Public: new(true)}, Linger: -1}
	if g.Max > 0 {
		made.Rules.Max = new(int(g.Max))
	}
	conv := chat.Room(c.Router.NewID())
	actor := c.actor()
	if c.orders.isFounder(c.me) {
		actor.Source = chat.Server // he may where not everybody does
	}
	if _, err := c.Router.Submit(c.ctx, actor, chat.Draft{Conv: conv, Body: made}); err != nil {
		return reply{}, err
	}
	return reply{Data: map[string]any{"id": c.groupName(conv.ID)}}, nil
}

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
	for _, o := range c.Router.Occupants(conv) {
		if !slices.Contains(users, o.User) {
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

// page cuts what pagenum and pagesize name out of a list; first is the number of
// the first page, which differs between paths.
func page[T any](list []T, number, size, first int) []T {
	from := max(number-first, 0) * size
	if from >= len(list) {
		return nil
	}
	return list[from:min(from+size, len(list))]
}

func (c *call) joined(kind chat.ConvKind) ([]map[string]any, error) {
	all, err := c.Store.Joined(c.ctx, c.me, kind, 0, "")
	if err != nil {
		return nil, err
	}
	rows := make([]map[string]any, len(all))
	for i, j := range all {
		rows[i] = c.row(j.Details)
		rows[i]["permission"], rows[i]["role"] = roleName(j.Me.Role), roleName(j.Me.Role)
	}
	return rows, nil
}

func (c *call) joinedGroups() (reply, error) {
	rows, err := c.joined(chat.KindGroup)
	if err != nil {
		return reply{}, err
	}
	total := len(rows)
	if c.query("pagesize") != "" {
		rows = page(rows, c.number("pagenum", 0, 0, 1<<20), c.number("pagesize", 500, 1, 1000), 0)
	}
	return reply{Data: nonNil(rows), Count: &total}, nil
}

// nonNil makes an empty list of none: the SDKs call its methods.
func nonNil[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

func (c *call) joinedEntities() (reply, error) {
	rows, err := c.joined(chat.KindGroup)
	if err != nil {
		return reply{}, err
	}
	total := len(rows)
	rows = page(rows, c.number("pagenum", 0, 0, 1<<20), c.number("pagesize", 20, 1, 500), 0)
	return reply{Entities: nonNil(rows), Count: &total}, nil
}

func (c *call) joinedCount() (reply, error) {
	rows, err := c.Store.Joined(c.ctx, c.me, chat.KindGroup, 0, "")
	return reply{Data: len(rows)}, err
}

func (c *call) isJoined() (reply, error) {
	conv, err := c.target()
	if err != nil {
		return reply{}, err
	}
	u, err := c.user(c.named["u"])
	if err != nil {
		return reply{}, err
	}
	m, err := c.Store.Member(c.ctx, conv, u)
	return reply{Data: m.Role.IsMember()}, err
}

// joinedRooms are the rooms that the user is in now.
func (c *call) joinedRooms() (reply, error) {
	in := c.Router.Entered(c.me)
	found, err := c.Store.DetailsOf(c.ctx, in)
	if err != nil {
		return reply{}, err
	}
	rows := make([]map[string]any, 0, len(in))
	for _, conv := range in {
		if d, ok := found[conv]; ok {
			row := c.row(d)
			row["owner"] = c.cfg.AppKey + "_" + c.name(d.Owner)
			rows = append(rows, row)
		}
	}
	slices.SortFunc(rows, func(a, b map[string]any) int { return strings.Compare(a["id"].(string), b["id"].(string)) })
	return reply{Data: nonNil(page(rows, c.number("pagenum", 1, 1, 1<<20), c.number("pagesize", 20, 1, 1000), 1))}, nil
}

func (c *call) listConvs(kind chat.ConvKind, publicOnly bool) (reply, error) {
	limit := c.number("limit", 20, 1, 1000)
	list, err := c.Store.ListConvs(c.ctx, kind, publicOnly, limit, c.query("cursor"))
	if err != nil {
		return reply{}, err
	}
	rows := make([]map[string]any, len(list))
	for i, d := range list {
		rows[i] = c.row(d)
	}
	r := reply{Data: rows, Count: new(len(rows))}
	if len(list) == limit {
		r.Cursor = &list[limit-1].Conv.ID
	}
	return r, nil
}

func (c *call) listGroups() (reply, error) { return c.listConvs(chat.KindGroup, false) }

func (c *call) publicGroups() (reply, error) { return c.listConvs(chat.KindGroup, true) }

// listRooms pages by number for clients, by cursor for the app's server.
func (c *call) listRooms() (reply, error) {
	if c.query("pagenum") == "" && c.query("pagesize") == "" {
		return c.listConvs(chat.KindRoom, !c.server)
	}
	size, number := c.number("pagesize", 20, 1, 1000), c.number("pagenum", 1, 1, 1000)
	var after string
	var rows []map[string]any
	for at := 1; at <= number; at++ { // pages before are walked: ids are all that the store pages by
		list, err := c.Store.ListConvs(c.ctx, chat.KindRoom, !c.server, size, after)
		if err != nil {
			return reply{}, err
		}
		rows = rows[:0]
		for _, d := range list {
			rows = append(rows, c.row(d))
			after = d.Conv.ID
		}
		if len(list) < size && at < number {
			rows = nil
			break
		}
	}
	return reply{Data: nonNil(rows), Count: new(len(rows))}, nil
}

// visible refuses who may not look into a group.
func (c *call) visible(d chat.Details) (chat.Member, error) {
	if c.server {
		return chat.Member{}, nil
	}
	me, err := c.Store.Member(c.ctx, d.Conv, c.me)
	if err != nil {
		return me, err
	}
	if !me.Role.IsMember() && !d.Public && !me.Invited && d.Conv.Kind != chat.KindRoom {
		return me, chat.RefuseFor(chat.NotMember, "you are not a member of this group")
	}
	return me, nil
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

// change is what a PUT may say of a group or room; nil: not at all.
type change struct {
	GroupName   *string `json:"groupname"`
	Name        *string `json:"name"`
	Description *string `json:"description"`
	Desc        *string `json:"desc"`
	Custom      *string `json:"custom"`
	Avatar      *string `json:"avatar"`
	Max         *count  `json:"maxusers"`
	Public      *flag   `json:"public"`
	MembersOnly *flag   `json:"membersonly"`
	Invites     *flag   `json:"allowinvites"`
	Confirm     *flag   `json:"invite_need_confirm"`
	NewOwner    *string `json:"newowner"`
}

// changeGroup changes settings, or passes it on to another owner.
func (c *call) changeGroup() (reply, error) {
	var b change
	if err := c.body(&b); err != nil {
		return reply{}, err
	}
	conv, err := c.target()
	if err != nil {
		return reply{}, err
	}
	if b.NewOwner != nil {
		u, err := c.user(*b.NewOwner)
		if err != nil {
			return reply{}, err
		}
		return reply{Data: map[string]any{"newowner": true}}, c.submit(conv, chat.Membership{Users: []chat.UserID{u}, Change: chat.ChangeOwner})
	}
	profile, done := b.profile()
	rules := b.rules(done)
	if len(done) == 0 {
		return reply{}, chat.Refuse(chat.Invalid, "nothing to change")
	}
	first, second := chat.Draft{Conv: conv, Body: profile}, chat.Draft{Conv: conv, Body: rules}
	shown, ruled := profile != (chat.Profile{}), rules.Join != nil || rules.Invite != nil || rules.Consent != nil || rules.Max != nil || rules.Public != nil
	if shown && ruled {
		first.Native, second.Native = webimmap.Parts(profile)
	}
	if shown {
		if err := c.submitDraft(first); err != nil {
			return reply{}, err
		}
	}
	if ruled {
		if err := c.submitDraft(second); err != nil {
			return reply{}, err
		}
	}
	return reply{Data: done}, nil
}

func (b change) profile() (chat.Profile, map[string]any) {
	done := map[string]any{}
	var p chat.Profile
	for _, f := range []struct {
		key   string
		value *string
		to    **string
	}{
		{"groupname", b.GroupName, &p.Name}, {"name", b.Name, &p.Name}, {"description", b.Description, &p.Description},
		{"desc", b.Desc, &p.Description}, {"custom", b.Custom, &p.Extra}, {"avatar", b.Avatar, &p.Avatar},
	} {
		if f.value != nil {
			*f.to = f.value
			done[f.key] = true
		}
	}
	return p, done
}

func (b change) rules(done map[string]any) chat.Rules {
	var r chat.Rules
	if b.Max != nil && *b.Max > 0 {
		r.Max = new(int(*b.Max))
		done["maxusers"] = true
	}
	if b.Public != nil {
		r.Public = new(bool(*b.Public))
		done["public"] = true
		if !*b.Public {
			r.Join = new(chat.ModeClosed)
		}
	}
	mode := func(key string, v *flag, on, off chat.Mode, to **chat.Mode) {
		if v != nil {
			*to = new(off)
			if *v {
				*to = new(on)
			}
			done[key] = true
		}
	}
	mode("membersonly", b.MembersOnly, chat.ModeAsk, chat.ModeOpen, &r.Join)
	mode("allowinvites", b.Invites, chat.ModeOpen, chat.ModeClosed, &r.Invite)
	mode("invite_need_confirm", b.Confirm, chat.ModeAsk, chat.ModeOpen, &r.Consent)
	return r
}

func (c *call) dissolve() (reply, error) {
	conv, err := c.target()
	if err != nil {
		return reply{}, err
	}
	return reply{Data: map[string]any{"success": true, c.idKey(): c.named["id"]}}, c.submit(conv, chat.Lifecycle{})
}

func (c *call) silence() (reply, error) { return c.silent(true, []chat.Role{chat.RoleMember}) }

func (c *call) unsilence() (reply, error) { return c.silent(false, []chat.Role{}) }

func (c *call) silent(on bool, roles []chat.Role) (reply, error) {
	conv, err := c.target()
	if err != nil {
		return reply{}, err
	}
	return reply{Data: map[string]any{"mute": on}}, c.submit(conv, chat.Rules{Silent: &roles})
}

func (c *call) announcement() (reply, error) {
	conv, err := c.target()
	if err != nil {
		return reply{}, err
	}
	d, err := c.Store.Details(c.ctx, conv)
	if err != nil {
		return reply{}, err
	}
	_, err = c.visible(d)
	return reply{Data: map[string]any{"announcement": d.Notice}}, err
}

func (c *call) announce() (reply, error) {
	var b struct {
		Announcement string `json:"announcement"`
	}
	if err := c.body(&b); err != nil {
		return reply{}, err
	}
	conv, err := c.target()
	if err != nil {
		return reply{}, err
	}
	return reply{Data: map[string]any{"id": c.named["id"], "result": true}}, c.submit(conv, chat.Profile{Notice: &b.Announcement})
}

// settingShield is that a member wants to hear nothing of a group.
const settingShield chat.SettingKey = "webim.shield"

func (c *call) shield() (reply, error) { return c.setShield(true) }

func (c *call) unshield() (reply, error) { return c.setShield(false) }

func (c *call) setShield(on bool) (reply, error) {
	conv, err := c.target()
	if err != nil {
		return reply{}, err
	}
	return reply{Data: map[string]any{}}, c.submit(conv, chat.Setting{Key: settingShield, Value: chat.Bool(on)})
}

// tooMany refuses a list that is longer than the vendor allows in one request.
func tooMany(n, most int) error {
	if n > most {
		return &restError{status: http.StatusBadRequest, word: "illegal_argument", text: "more than " + strconv.Itoa(most) + " users in one request"}
	}
	return nil
}
