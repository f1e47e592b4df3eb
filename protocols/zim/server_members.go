package zim

import (
	"maps"
	"slices"

	"dragoman/bridge/chat"
	"dragoman/mapping/zimmap"
	"dragoman/protocols/zim/zimwire"
)

func sortedKeys(m map[string]string) []string { return slices.Sorted(maps.Keys(m)) }

func (c call) invite(p zimwire.ServerInvite) (any, error) {
	names := p.UserIDs
	for _, info := range p.GroupMemberInfos {
		names = append(names, info.UserID)
	}
	if len(names) > maxInvited {
		return nil, zimwire.Deny(zimwire.RetTooManyUsers, "at most 100 users at a time")
	}
	if len(names) == 0 {
		return nil, zimwire.Deny(zimwire.RetParam, "UserIds or GroupMemberInfos are needed")
	}
	from, g, _, err := c.groupOf(p.FromUserID, p.GroupID)
	if err != nil {
		return nil, err
	}
	result := zimwire.ErrorUsers{}
	var users []chat.UserID
	for _, name := range unique(names) {
		u, err := c.user(name, zimwire.RetUserUnregistered)
		if err != nil {
			result.ErrorUsers = append(result.ErrorUsers, userError(name, err))
			continue
		}
		// Who is in it already is where he shall be.
		if member, err := c.Store.Member(c.ctx, g, u); err != nil || !member.Role.IsMember() {
			users = append(users, u)
		}
	}
	if len(users) > 0 {
		if _, err := c.submit(from, chat.Draft{Conv: g, Body: chat.Membership{Users: users, Change: chat.ChangeAdd}}); err != nil {
			return nil, err
		}
	}
	return result, allFailed(len(result.ErrorUsers) == len(unique(names)), func() zimwire.ReturnCode { return result.ErrorUsers[0].SubCode })
}

// kick takes members out; where the owner is among them the group goes to who came first of those that stay.
func (c call) kick(p zimwire.KickoutGroupUser) (any, error) {
	if len(p.UserID) == 0 || len(p.UserID) > maxServerKick || len(p.CustomReason) > maxReason {
		return nil, zimwire.Deny(zimwire.RetParam, "1 to 50 users at a time, and a CustomReason of up to 32 bytes")
	}
	from, g, d, err := c.groupOf(p.FromUserID, p.GroupID)
	if err != nil {
		return nil, err
	}
	result := zimwire.UserErrors{}
	var users []chat.UserID
	going := map[chat.UserID]bool{}
	for _, name := range unique(p.UserID) {
		member, err := c.Store.Member(c.ctx, g, chat.UserID(name))
		if err != nil || !member.Role.IsMember() {
			result.ErrorList = append(result.ErrorList, userError(name, zimwire.Deny(zimwire.RetKickedNoMember, "he is not in this group")))
			continue
		}
		users = append(users, chat.UserID(name))
		going[chat.UserID(name)] = true
	}
	if len(users) == 0 {
		return result, zimwire.Deny(zimwire.RetKickedNoMember, "none of them is in this group")
	}
	if going[d.Owner] {
		heir, err := c.heir(c.ctx, g, going)
		if err != nil {
			return nil, err
		}
		if heir != "" {
			if _, err := c.submit(from, chat.Draft{Conv: g, Body: chat.Membership{Users: []chat.UserID{heir}, Change: chat.ChangeOwner}}); err != nil {
				return nil, err
			}
		}
	}
	_, err = c.submit(from, chat.Draft{Conv: g, Body: chat.Membership{Users: users, Change: chat.ChangeKick, Reason: p.CustomReason}})
	return result, err
}

// inGroup refuses who is no member.
func (c call) inGroup(g chat.Conv, name string) (chat.UserID, error) {
	member, err := c.Store.Member(c.ctx, g, chat.UserID(name))
	if err == nil && !member.Role.IsMember() {
		err = zimwire.Deny(zimwire.RetNotInGroup, "he is not in this group")
	}
	return chat.UserID(name), err
}

func (c call) transfer(p zimwire.ServerOwner) (any, error) {
	from, g, _, err := c.groupOf(p.FromUserID, p.GroupID)
	if err != nil {
		return nil, err
	}
	to, err := c.inGroup(g, p.NewOwner)
	if err != nil {
		return nil, err
	}
	_, err = c.submit(from, chat.Draft{Conv: g, Body: chat.Membership{Users: []chat.UserID{to}, Change: chat.ChangeOwner}})
	return nil, err
}

func (c call) setRole(p zimwire.ServerRole) (any, error) {
	from, g, _, err := c.groupOf(p.FromUserID, p.GroupID)
	if err != nil {
		return nil, err
	}
	switch {
	case p.Role == nil:
		return nil, zimwire.Deny(zimwire.RetParam, "Role is needed")
	case *p.Role == int64(chat.RoleOwner):
		return nil, zimwire.Deny(zimwire.RetRoleOwner, "Role cannot be 1")
	case p.ToUserID == p.FromUserID:
		return nil, zimwire.Deny(zimwire.RetRoleSelf, "FromUserId and ToUserId are the same")
	}
	role, err := zimmap.RoleIn(*p.Role)
	if err != nil {
		return nil, err
	}
	to, err := c.inGroup(g, p.ToUserID)
	if err != nil {
		return nil, err
	}
	_, err = c.submit(from, chat.Draft{Conv: g, Body: chat.Membership{Users: []chat.UserID{to}, Change: chat.ChangeRole, Role: role}})
	return nil, err
}

func (c call) setNicknames(p zimwire.SetGroupMembersNickname) (any, error) {
	if len(p.UserIDs) > maxServerNicks {
		return nil, zimwire.Deny(zimwire.RetTooManyUsers, "at most 20 users at a time")
	}
	if len(p.UserIDs) == 0 {
		return nil, zimwire.Deny(zimwire.RetParam, "UserIds are needed")
	}
	from, g, _, err := c.groupOf(p.FromUserID, p.GroupID)
	if err != nil {
		return nil, err
	}
	result := zimwire.ErrorUsers{}
	for _, n := range p.UserIDs {
		u, err := c.inGroup(g, n.UserID)
		if err == nil && len(n.Nickname) > maxServerNick {
			err = zimwire.Deny(zimwire.RetParam, "a Nickname has up to 256 bytes")
		}
		if err == nil {
			_, err = c.submit(from, chat.Draft{Conv: g, Body: chat.Membership{Users: []chat.UserID{u}, Change: chat.ChangeNick, Nick: n.Nickname}})
		}
		if err != nil {
			result.ErrorUsers = append(result.ErrorUsers, userError(n.UserID, err))
		}
	}
	return result, allFailed(len(result.ErrorUsers) == len(p.UserIDs), func() zimwire.ReturnCode { return result.ErrorUsers[0].SubCode })
}

// mayMute refuses to have an admin silence the owner or an admin [zim groups].
func (c call) mayMute(g chat.Conv, me chat.Member, u chat.UserID) error {
	if me.Role == chat.RoleOwner {
		return nil
	}
	them, err := c.Store.Member(c.ctx, g, u)
	if err == nil && them.Role.IsManager() {
		err = zimwire.Deny(zimwire.RetGroupPermission, "an admin silences ordinary members")
	}
	return err
}

func (c call) muteMembers(p zimwire.ServerMuteMembers) (any, error) {
	if len(p.UserIDs) == 0 || len(p.UserIDs) > maxServerMuted {
		return nil, zimwire.Deny(zimwire.RetParam, "1 to 20 users at a time")
	}
	from, g, _, err := c.groupOf(p.FromUserID, p.GroupID)
	if err != nil {
		return nil, err
	}
	until, off, err := c.muteEnd(p.Duration)
	if err != nil {
		return nil, err
	}
	b := chat.Membership{Change: chat.ChangeMute, Until: until}
	if off {
		b.Change = chat.ChangeUnmute
	}
	me, err := c.Store.Member(c.ctx, g, from)
	if err != nil {
		return nil, err
	}
	if !me.Role.IsManager() {
		return nil, zimwire.Deny(zimwire.RetGroupPermission, "the owner and admins silence members")
	}
	result := zimwire.ErrorUsers{}
	for _, name := range unique(p.UserIDs) {
		u, err := c.inGroup(g, name)
		if err == nil {
			err = c.mayMute(g, me, u)
		}
		if err != nil {
			result.ErrorUsers = append(result.ErrorUsers, userError(name, err))
			continue
		}
		b.Users = append(b.Users, u)
	}
	if len(b.Users) == 0 {
		return result, zimwire.Deny(zimwire.RetAllItemsFailed, "none of them is in this group")
	}
	_, err = c.submit(from, chat.Draft{Conv: g, Body: b})
	return result, err
}
