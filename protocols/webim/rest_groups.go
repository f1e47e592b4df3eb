package webim

import (
	"strings"

	"dragoman/bridge/chat"
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

// targetUser is target, and the user whom the path names beside it.
func (c *call) targetUser() (chat.Conv, chat.UserID, error) {
	conv, err := c.target()
	if err != nil {
		return conv, "", err
	}
	u, err := c.user(c.named["u"])
	return conv, u, err
}

// asked is target, and reads what the body asks of it.
func (c *call) asked(into any) (chat.Conv, error) {
	if err := c.body(into); err != nil {
		return chat.Conv{}, err
	}
	return c.target()
}

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
	conv, err := c.asked(&b)
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
