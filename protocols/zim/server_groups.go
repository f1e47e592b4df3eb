package zim

import (
	"strings"
	"time"
	"unicode/utf8"

	"dragoman/bridge/chat"
	"dragoman/bridge/store"
	"dragoman/mapping/zimmap"
	"dragoman/protocols/zim/zimwire"
)

const (
	maxNameChars   = 50 // characters of a group's name
	maxNoticeChars = 300
	maxMemberPage  = 1000
	maxGroupPage   = 10000
	maxForbidPage  = 100
	serverMuteMost = 2592000 // seconds
	maxMuteRoles   = 20
	maxServerMuted = 20
	maxServerKick  = 50
	maxReason      = 32 // bytes
	maxServerNicks = 20
	maxServerNick  = 256 // bytes
)

func checkGroupTexts(name, notice, avatar string) error {
	if utf8.RuneCountInString(name) > maxNameChars || utf8.RuneCountInString(notice) > maxNoticeChars || len(avatar) > maxGroupAvatar {
		return zimwire.Deny(zimwire.RetParam, "GroupName, GroupNotice or GroupAvatar is too long")
	}
	return nil
}

func keyValues(list []zimwire.KeyValue) (map[string]string, error) {
	if len(list) > maxAttributes {
		return nil, zimwire.Deny(zimwire.RetTooManyAttributes, "a group has at most 10 attributes")
	}
	out := make(map[string]string, len(list))
	for _, a := range list {
		if a.Key == "" || len(a.Key) > maxAttrKey || len(a.Value) > maxAttrValue {
			return nil, zimwire.Deny(zimwire.RetAttributeSize, "a key has 1 to 16 bytes, a value up to 1024")
		}
		out[a.Key] = a.Value
	}
	return out, nil
}

func (c call) createGroup(p zimwire.CreateGroup) (any, error) {
	if len(p.UserID) > maxInvited {
		return nil, zimwire.Deny(zimwire.RetGroupFull, "at most 100 members at creation")
	}
	if p.GroupOwner == "" || (p.GroupID != "" && (len(p.GroupID) > maxGroupID || strings.HasPrefix(p.GroupID, "#") || !allowedID(p.GroupID))) {
		return nil, zimwire.Deny(zimwire.RetParam, "GroupOwner is needed, and a GroupId has up to 32 letters, digits and signs, not '#' first")
	}
	if err := checkGroupTexts(p.GroupName, p.GroupNotice, p.GroupAvatar); err != nil {
		return nil, err
	}
	attributes, err := keyValues(p.Attributes)
	if err != nil {
		return nil, err
	}
	owner, err := c.user(p.GroupOwner, zimwire.RetOwnerAbsent)
	if err != nil {
		return nil, err
	}
	id := p.GroupID
	if id == "" {
		id = c.Router.NewID()
	}
	result := zimwire.GroupCreated{GroupID: id}
	var members []chat.UserID
	for _, name := range unique(p.UserID) {
		u, err := c.user(name, zimwire.RetUserUnregistered)
		if err != nil {
			result.ErrorUsers = append(result.ErrorUsers, userError(name, err))
			continue
		}
		if u != owner {
			members = append(members, u)
		}
	}
	b := chat.Lifecycle{Created: true, Members: members, Attributes: attributes,
		Profile: chat.Profile{Name: &p.GroupName, Notice: &p.GroupNotice, Avatar: &p.GroupAvatar}}
	if _, err := c.submit(owner, chat.Draft{Conv: chat.Group(id), Body: b}); err != nil {
		return nil, err
	}
	m := c.mapFor(c.ctx, "")
	for _, u := range append([]chat.UserID{owner}, members...) {
		result.Members = append(result.Members, zimwire.UserOfName{UserID: string(u), UserName: m.Dir.Profile(u).UserName})
	}
	return result, nil
}

// groupOf finds the user and the group of an action, and counts the call for the group.
func (c call) groupOf(fromID, groupID string) (chat.UserID, chat.Conv, chat.Details, error) {
	if err := c.in(groupID); err != nil {
		return "", chat.Conv{}, chat.Details{}, err
	}
	from, err := c.from(fromID)
	if err != nil {
		return "", chat.Conv{}, chat.Details{}, err
	}
	g, d, err := c.group(groupID)
	return from, g, d, err
}

func (c call) dismissGroup(p zimwire.GroupRequest) (any, error) {
	from, g, _, err := c.groupOf(p.FromUserID, p.GroupID)
	if err != nil {
		return nil, err
	}
	_, err = c.submit(from, chat.Draft{Conv: g, Body: chat.Lifecycle{}})
	return nil, err
}

func (c call) updateGroup(p zimwire.UpdateGroupData) (any, error) {
	from, g, _, err := c.groupOf(p.FromUserID, p.GroupID)
	if err != nil {
		return nil, err
	}
	b := chat.Profile{Name: p.GroupName, Notice: p.GroupNotice, Avatar: p.GroupAvatar}
	if b.Name == nil && b.Notice == nil && b.Avatar == nil {
		return nil, zimwire.Deny(zimwire.RetGroupDataChange, "nothing is changed")
	}
	of := func(s *string) string {
		if s == nil {
			return ""
		}
		return *s
	}
	if err := checkGroupTexts(of(b.Name), of(b.Notice), of(b.Avatar)); err != nil {
		return nil, zimwire.Deny(zimwire.RetGroupDataChange, "GroupName, GroupNotice or GroupAvatar is too long")
	}
	_, err = c.submit(from, chat.Draft{Conv: g, Body: b})
	return nil, err
}

func (c call) modifyGroupAttribute(p zimwire.ModifyGroupAttribute) (any, error) {
	if p.Action == nil || *p.Action < 0 || *p.Action > 1 || len(p.Attributes) == 0 {
		return nil, zimwire.Deny(zimwire.RetParam, "Action is 0 or 1, and Attributes are needed")
	}
	from, g, d, err := c.groupOf(p.FromUserID, p.GroupID)
	if err != nil {
		return nil, err
	}
	result := zimwire.GroupAttributeModified{}
	b := chat.Attributes{Set: map[string]string{}, Force: true}
	after := map[string]string{}
	for k, v := range d.Attributes {
		after[k] = v
	}
	for _, a := range p.Attributes {
		_, there := after[a.Key]
		switch {
		case a.Key == "" || len(a.Key) > maxAttrKey || len(a.Value) > maxAttrValue:
			return nil, zimwire.Deny(zimwire.RetAttributesTooLong, "a key has 1 to 16 bytes, a value up to 1024")
		case *p.Action == 1 && !there:
			result.FailKeys = append(result.FailKeys, zimwire.FailKey{Key: a.Key, Reason: "there is no such attribute"})
		case *p.Action == 1:
			b.Deleted = append(b.Deleted, a.Key)
			delete(after, a.Key)
		case !there && len(after) >= maxAttributes:
			result.FailKeys = append(result.FailKeys, zimwire.FailKey{Key: a.Key, Reason: "a group has at most 10 attributes"})
		default:
			b.Set[a.Key], after[a.Key] = a.Value, a.Value
		}
	}
	if len(b.Set)+len(b.Deleted) == 0 {
		return result, zimwire.Deny(zimwire.RetGroupDataChange, "no attribute was changed")
	}
	if _, err := c.submit(from, chat.Draft{Conv: g, Body: b}); err != nil {
		return nil, err
	}
	result.Attributes = listed(after)
	return result, nil
}

// listed writes attributes in order of their keys.
func listed(attributes map[string]string) []zimwire.KeyValue {
	list := make([]zimwire.KeyValue, 0, len(attributes))
	for _, k := range sortedKeys(attributes) {
		list = append(list, zimwire.KeyValue{Key: k, Value: attributes[k]})
	}
	return list
}

func (c call) modifyGroupLimit(p zimwire.ModifyGroupLimit) (any, error) {
	from, g, _, err := c.groupOf(p.FromUserID, p.GroupID)
	if err != nil {
		return nil, err
	}
	var b chat.Rules
	for _, part := range []struct {
		value *int64
		into  **chat.Mode
		read  func(int64) (chat.Mode, error)
	}{
		{p.JoinMode, &b.Join, func(n int64) (chat.Mode, error) { return joinMode(zimwire.GroupJoinMode(n)) }},
		{p.InviteMode, &b.Invite, func(n int64) (chat.Mode, error) { return inviteMode(zimwire.GroupInviteMode(n)) }},
		{p.BeInvitedMode, &b.Consent, func(n int64) (chat.Mode, error) { return consentMode(zimwire.GroupBeInviteMode(n)) }},
	} {
		if part.value == nil {
			continue
		}
		mode, err := part.read(*part.value)
		if err != nil {
			return nil, err
		}
		*part.into = &mode
	}
	if p.MemberCountLimit != nil {
		if *p.MemberCountLimit < 1 {
			return nil, zimwire.Deny(zimwire.RetParam, "MemberCountLimit is above zero")
		}
		b.Max = new(int(*p.MemberCountLimit))
	}
	if b.Join == nil && b.Invite == nil && b.Consent == nil && b.Max == nil {
		return nil, zimwire.Deny(zimwire.RetParam, "nothing is changed")
	}
	_, err = c.submit(from, chat.Draft{Conv: g, Body: b})
	return nil, err
}

// muteEnd reads a Duration: off is 0, −1 for ever.
func (c call) muteEnd(duration *int64) (until time.Time, off bool, err error) {
	if duration == nil || *duration < -1 || *duration > serverMuteMost {
		return until, false, zimwire.Deny(zimwire.RetParam, "Duration is -1, 0 or up to 2592000")
	}
	if *duration == 0 {
		return until, true, nil
	}
	until, err = zimmap.MuteUntil(*duration, c.Now())
	return until, false, err
}

func (c call) muteGroup(p zimwire.ServerMute) (any, error) {
	from, g, _, err := c.groupOf(p.FromUserID, p.GroupID)
	if err != nil {
		return nil, err
	}
	switch me, err := c.Store.Member(c.ctx, g, from); {
	case err != nil:
		return nil, err
	case !me.Role.IsMember():
		return nil, zimwire.Deny(zimwire.RetNotInGroup, "he is not in this group")
	case me.Role != chat.RoleOwner && (p.IsAllMuted || me.Role != chat.RoleAdmin):
		return nil, zimwire.Deny(zimwire.RetGroupPermission, "the owner silences all, he and admins silence roles")
	}
	until, off, err := c.muteEnd(p.Duration)
	if err != nil {
		return nil, err
	}
	mode := zimwire.GroupMuteModeCustom
	switch {
	case off:
		mode = zimwire.GroupMuteModeNone
	case p.IsAllMuted:
		mode = zimwire.GroupMuteModeAll
	case len(p.MuteRoleList) > maxMuteRoles:
		return nil, zimwire.Deny(zimwire.RetParam, "at most 20 roles")
	}
	silent, err := zimmap.SilentRoles(mode, p.MuteRoleList)
	if err != nil {
		return nil, err
	}
	b := chat.Rules{Silent: &silent}
	if !off {
		b.SilentUntil = &until
	}
	_, err = c.submit(from, chat.Draft{Conv: g, Body: b})
	return nil, err
}

func (c call) groupInfo(p zimwire.GroupRequest) (any, error) {
	_, _, d, err := c.groupOf(p.FromUserID, p.GroupID)
	if err != nil {
		return nil, err
	}
	muted, verify := zimmap.MutedInfo(d), zimmap.VerifyInfo(d)
	info := zimwire.GroupInfoFound{
		GroupID: d.Conv.ID, GroupName: d.Name, GroupNotice: d.Notice, GroupAvatar: d.Avatar, GroupDataSeq: d.LastPlace.Pos,
		IsAllForbid: muted.Mode == zimwire.GroupMuteModeAll, ForbidExpireTime: muted.ExpiredTime, GroupCreateTime: d.Created.UnixMilli(),
		LimitInfo: zimwire.GroupLimits{MemberCountLimit: int64(c.limit(d)), JoinMode: int64(verify.JoinMode),
			InviteMode: int64(verify.InviteMode), BeInvitedMode: int64(verify.BeInviteMode), NumberMessage: int64(d.LastSeq)},
		GroupAttributes: listed(d.Attributes),
	}
	if info.GroupID == "" {
		info.GroupID = p.GroupID
	}
	for _, r := range d.Silent {
		info.ForbidList = append(info.ForbidList, int64(r))
	}
	return info, nil
}

// limit is how many members a group has room for.
func (f *frontend) limit(d chat.Details) int {
	if d.Max > 0 {
		return d.Max
	}
	return f.Router.Policy().MaxMembers
}

func (c call) groupMembers(p zimwire.ServerMembers) (any, error) {
	g, _, err := c.group(p.GroupID)
	if err != nil {
		return nil, err
	}
	if p.Limit == nil || *p.Limit < 1 || *p.Limit > maxMemberPage || p.Next < 0 {
		return nil, zimwire.Deny(zimwire.RetParam, "Limit is from 1 to 1000")
	}
	all, _, err := c.Store.Members(c.ctx, g, store.MemberQuery{})
	if err != nil {
		return nil, err
	}
	page, next := slice(all, p.Next, int(*p.Limit))
	m := c.mapFor(c.ctx, "")
	result := zimwire.ServerMemberPage{TotalCount: int64(len(all)), Next: next}
	for _, member := range page {
		result.MemberList = append(result.MemberList, zimwire.ServerMember{
			UserID: string(member.User), UserName: m.Dir.Profile(member.User).UserName, UserNickName: member.Nick, Role: int64(member.Role)})
	}
	return result, nil
}

// pageLimit reads how many groups, or communities, a page shall have.
func pageLimit(p zimwire.PageRequest) (int, error) {
	limit := int64(maxConvPage)
	if p.Limit != nil {
		limit = *p.Limit
	}
	if limit < 1 || limit > maxGroupPage || p.Next < 0 {
		return 0, zimwire.Deny(zimwire.RetParam, "Limit is from 1 to 10000")
	}
	return int(limit), nil
}

// appCommunities answers that there are none: a gateway of three protocols has groups and rooms.
func (c call) appCommunities(p zimwire.PageRequest) (any, error) {
	_, err := pageLimit(p)
	return zimwire.AppCommunityPage{CommunityIDList: []zimwire.ServerCommunity{}}, err
}

func (c call) appGroups(p zimwire.PageRequest) (any, error) {
	limit, err := pageLimit(p)
	if err != nil {
		return nil, err
	}
	var all []chat.Details
	after := ""
	for {
		page, err := c.Store.ListConvs(c.ctx, chat.KindGroup, false, maxMemberPage, after)
		if err != nil {
			return nil, err
		}
		all = append(all, page...)
		if len(page) < maxMemberPage {
			break
		}
		after = page[len(page)-1].Conv.ID
	}
	page, next := slice(all, p.Next, limit)
	result := zimwire.AppGroupPage{TotalCount: int64(len(all)), Next: next}
	for _, d := range page {
		result.GroupIDList = append(result.GroupIDList, zimwire.ServerGroup{GroupID: d.Conv.ID, GroupName: d.Name})
	}
	return result, nil
}

// The bits of a ForbidType.
const (
	forbidAll  = 1
	forbidRole = 2
	forbidUser = 4
)

func (c call) forbidGroups(p zimwire.FetchForbidGroupList) (any, error) {
	from, err := c.from(p.FromUserID)
	if err != nil {
		return nil, err
	}
	if p.StartFlag == nil || *p.StartFlag < 0 {
		return nil, zimwire.Deny(zimwire.RetParam, "StartFlag is needed")
	}
	joined, err := c.Store.Joined(c.ctx, from, chat.KindGroup, 0, "")
	if err != nil {
		return nil, err
	}
	now := c.Now()
	var all []zimwire.ForbidGroup
	for _, g := range joined {
		kind := int64(0)
		if zimmap.MutedInfo(g.Details).Mode == zimwire.GroupMuteModeAll && (g.SilentUntil.IsZero() || now.Before(g.SilentUntil)) {
			kind |= forbidAll
		} else if g.Silences(g.Me.Role, now) {
			kind |= forbidRole
		}
		if g.Me.IsMuted(now) {
			kind |= forbidUser
		}
		if kind != 0 {
			all = append(all, zimwire.ForbidGroup{GroupID: g.Conv.ID, ForbidType: kind})
		}
	}
	page, next := slice(all, *p.StartFlag, maxForbidPage)
	return zimwire.ForbidGroups{FetchEnd: next == 0, NextFlag: next, GroupList: page}, nil
}
