package webim

import (
	"cmp"
	"slices"

	"dragoman/bridge/chat"
)

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
	for field, value := range map[**string]string{
		&p.Description: cmp.Or(g.Desc, g.Description), &p.Avatar: g.Avatar, &p.Extra: g.Custom,
	} {
		if value != "" {
			*field = &value
		}
	}
	return p
}

// readNewGroup reads what shall be made, and who shall be in it beside its owner, as whom the request goes on.
func (c *call) readNewGroup() (newGroup, []chat.UserID, error) {
	var g newGroup
	if err := c.body(&g); err != nil {
		return g, nil, err
	}
	if err := c.founder(g.Owner); err != nil {
		return g, nil, err
	}
	members, err := c.users(g.Members)
	return g, slices.DeleteFunc(members, func(u chat.UserID) bool { return u == c.me }), err
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
	g, members, err := c.readNewGroup()
	if err != nil {
		return reply{}, err
	}
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
	g, members, err := c.readNewGroup()
	if err != nil {
		return reply{}, err
	}
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
