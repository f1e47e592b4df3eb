package zim

import (
	"context"
	"strings"

	"dragoman/bridge/chat"
	"dragoman/bridge/store"
	"dragoman/mapping/zimmap"
	"dragoman/protocols/zim/zimwire"
)

// What ZIM allows of a group, in bytes unless said otherwise [zim groups].
const (
	maxGroupID     = 32
	maxGroupName   = 100
	maxGroupNotice = 300
	maxGroupAvatar = 500
	maxAlias       = 256
	maxInvited     = 100 // users in one call
	maxAttributes  = 10
	maxAttrKey     = 16
	maxAttrValue   = 1024
	maxMuteSeconds = 604800
)

// newGroupID checks the id that a caller chose for a group; those that the server makes are its own.
func newGroupID(id string) error {
	if len(id) > maxGroupID || strings.HasPrefix(id, "#") || !allowed(id) || strings.Contains(id, "/") {
		return zimwire.Refuse(zimwire.CommonModuleParamsInvalid, "a groupID has up to 32 letters, digits and signs, not '#' first")
	}
	return nil
}

func tooLong(what string) error {
	return zimwire.Refuse(zimwire.CommonModuleParamsInvalid, what+" is too long")
}

func checkGroup(name, notice, avatar string) error {
	switch {
	case len(name) > maxGroupName:
		return tooLong("the group's name")
	case len(notice) > maxGroupNotice:
		return tooLong("the group's notice")
	case len(avatar) > maxGroupAvatar:
		return tooLong("the address of the group's picture")
	}
	return nil
}

func checkAttributes(attributes map[string]string) error {
	for k, v := range attributes {
		switch {
		case k == "" || len(k) > maxAttrKey:
			return zimwire.Refuse(zimwire.GroupModuleTheLengthOfGroupAttributeKeyExceedsLimit, "a key has 1 to 16 bytes")
		case len(v) > maxAttrValue:
			return zimwire.Refuse(zimwire.GroupModuleTheLengthOfGroupAttributeValueExceedsLimit, "a value has up to 1024 bytes")
		}
	}
	if len(attributes) > maxAttributes {
		return zimwire.Refuse(zimwire.GroupModuleTheNumberOfGroupAttributesExceedsLimit, "a group has at most 10 attributes")
	}
	return nil
}

func (s *session) createGroup(ctx context.Context, p zimwire.CreateGroupParams) (zimwire.GroupCreatedResult, error) {
	id := p.GroupInfo.GroupID
	if id == "" {
		id = s.Router.NewID()
	} else if err := newGroupID(id); err != nil {
		return zimwire.GroupCreatedResult{}, err
	}
	if len(p.UserIDs) > maxInvited {
		return zimwire.GroupCreatedResult{}, zimwire.Refuse(zimwire.CommonModuleParamsInvalid, "at most 100 users at a time")
	}
	if err := checkGroup(p.GroupInfo.GroupName, p.Config.GroupNotice, p.GroupInfo.GroupAvatarURL); err != nil {
		return zimwire.GroupCreatedResult{}, err
	}
	if err := checkAttributes(p.Config.GroupAttributes); err != nil {
		return zimwire.GroupCreatedResult{}, err
	}
	c := chat.Group(id)
	if err := s.free(ctx, c); err != nil {
		return zimwire.GroupCreatedResult{}, err
	}
	members, failed, err := s.existing(ctx, p.UserIDs)
	if err != nil {
		return zimwire.GroupCreatedResult{}, err
	}
	rules, err := rulesOf(p.Config)
	if err != nil {
		return zimwire.GroupCreatedResult{}, err
	}
	b := chat.Lifecycle{Created: true, Members: members, Rules: rules, Attributes: p.Config.GroupAttributes,
		Profile: chat.Profile{Name: &p.GroupInfo.GroupName, Avatar: &p.GroupInfo.GroupAvatarURL, Notice: &p.Config.GroupNotice}}
	if _, err := s.submit(ctx, chat.Draft{Conv: c, Body: b}); err != nil {
		return zimwire.GroupCreatedResult{}, err
	}
	full, err := s.groupInfo(ctx, c)
	if err != nil {
		return zimwire.GroupCreatedResult{}, err
	}
	return zimwire.GroupCreatedResult{GroupInfo: full, UserList: s.memberInfos(ctx, c, append([]chat.UserID{s.actor.User}, members...)), ErrorUserList: failed}, nil
}

// free refuses an id that a group has, or had.
func (f *frontend) free(ctx context.Context, c chat.Conv) error {
	switch _, err := f.Store.Details(ctx, c); {
	case err == nil:
		return chat.RefuseFor(chat.AlreadyExists, "there is a group of that id")
	case chat.ReasonOf(err) == chat.Dissolved:
		return zimwire.Refuse(zimwire.GroupModuleCreateGroupWithDismissed, "there was a group of that id")
	case chat.CodeOf(err) != chat.NotFound:
		return err
	}
	return nil
}

func rulesOf(c zimwire.GroupAdvancedConfig) (chat.Rules, error) {
	var r chat.Rules
	if c.MaxMemberCount < 0 {
		return r, zimwire.Refuse(zimwire.CommonModuleParamsInvalid, "a group has at least one member")
	}
	if c.MaxMemberCount > 0 {
		r.Max = new(int(c.MaxMemberCount))
	}
	join, err := joinMode(c.JoinMode)
	if err != nil {
		return r, err
	}
	invite, err := inviteMode(c.InviteMode)
	if err != nil {
		return r, err
	}
	consent, err := consentMode(c.BeInviteMode)
	if err != nil {
		return r, err
	}
	r.Join, r.Invite, r.Consent = &join, &invite, &consent
	return r, nil
}

// existing tells users who have an account from those who have none; each is named once.
func (f *frontend) existing(ctx context.Context, names []string) (users []chat.UserID, failed []zimwire.ErrorUserInfo, err error) {
	seen := map[string]bool{}
	for _, name := range names {
		if seen[name] {
			continue
		}
		seen[name] = true
		id, err := chat.ParseUserID(name)
		if err == nil {
			standing, err := f.Accounts.Standing(ctx, id)
			if err != nil {
				return nil, nil, err
			}
			if standing == chat.Active || standing == chat.StandingDisabled {
				users = append(users, id)
				continue
			}
		}
		failed = append(failed, zimwire.ErrorUserInfo{UserID: name, Reason: int64(zimwire.CommonModuleUserIsNotExist)})
	}
	return users, failed, nil
}

// groupInfo returns a group as the user sees it.
func (s *session) groupInfo(ctx context.Context, c chat.Conv) (zimwire.GroupFullInfo, error) {
	d, err := s.Store.Details(ctx, c)
	if err != nil {
		return zimwire.GroupFullInfo{}, err
	}
	settings, err := s.Store.Settings(ctx, s.actor.User, c)
	if err != nil {
		return zimwire.GroupFullInfo{}, err
	}
	return zimmap.FromGroup(d, settings[chat.SettingAlias].Text, settings[chat.SettingMuted].Bits == 0), nil
}

func (s *session) memberInfos(ctx context.Context, c chat.Conv, users []chat.UserID) []zimwire.GroupMemberInfo {
	m := s.me(ctx)
	list := make([]zimwire.GroupMemberInfo, len(users))
	for i, u := range users {
		member := m.Dir.Member(c, u)
		member.User = u
		list[i] = m.FromMember(member)
	}
	return list
}

// inside refuses who is no member; it returns what he is.
func (s *session) inside(ctx context.Context, c chat.Conv) (chat.Member, error) {
	if _, err := s.Store.Details(ctx, c); err != nil {
		return chat.Member{}, err
	}
	me, err := s.Store.Member(ctx, c, s.actor.User)
	if err == nil && !me.Role.IsMember() {
		err = chat.RefuseFor(chat.NotMember, "you are not in this group")
	}
	return me, err
}

func (s *session) dismissGroup(ctx context.Context, p zimwire.DismissGroupParams) (zimwire.GroupDismissedResult, error) {
	result := zimwire.GroupDismissedResult(p)
	c, err := s.group(p.GroupID)
	if err == nil {
		_, err = s.submit(ctx, chat.Draft{Conv: c, Body: chat.Lifecycle{}})
	}
	return result, err
}

func (s *session) joinGroup(ctx context.Context, p zimwire.JoinGroupParams) (zimwire.GroupJoinedResult, error) {
	c, err := s.group(p.GroupID)
	if err != nil {
		return zimwire.GroupJoinedResult{}, err
	}
	_, err = s.submit(ctx, chat.Draft{Conv: c, Body: chat.Membership{Users: []chat.UserID{s.actor.User}, Change: chat.ChangeJoin}})
	switch reason := chat.ReasonOf(err); {
	case reason == chat.AlreadyMember: // to join twice is no mistake in ZIM
	case reason == chat.NoRight:
		return zimwire.GroupJoinedResult{}, zimwire.Refuse(zimwire.GroupModuleForbidJoinGroupError, "nobody may join this group")
	case err != nil:
		return zimwire.GroupJoinedResult{}, err
	}
	info, err := s.groupInfo(ctx, c)
	return zimwire.GroupJoinedResult{GroupInfo: info}, err
}

func (s *session) leaveGroup(ctx context.Context, p zimwire.LeaveGroupParams) (zimwire.GroupLeftResult, error) {
	result := zimwire.GroupLeftResult(p)
	c, err := s.group(p.GroupID)
	if err != nil {
		return result, err
	}
	me, err := s.inside(ctx, c)
	if err != nil {
		return result, err
	}
	if me.Role == chat.RoleOwner {
		heir, err := s.heir(ctx, c, map[chat.UserID]bool{s.actor.User: true})
		if err != nil {
			return result, err
		}
		if heir == "" {
			_, err := s.submit(ctx, chat.Draft{Conv: c, Body: chat.Lifecycle{}})
			return result, err
		}
		b := chat.Membership{Users: []chat.UserID{heir}, Change: chat.ChangeOwner}
		if _, err := s.submit(ctx, chat.Draft{Conv: c, Body: b}); err != nil {
			return result, err
		}
	}
	_, err = s.submit(ctx, chat.Draft{Conv: c, Body: chat.Membership{Users: []chat.UserID{s.actor.User}, Change: chat.ChangeLeave}})
	return result, err
}

// heir returns who came first of those that stay; "": nobody stays.
func (f *frontend) heir(ctx context.Context, c chat.Conv, going map[chat.UserID]bool) (chat.UserID, error) {
	after := chat.UserID("")
	for {
		page, next, err := f.Store.Members(ctx, c, store.MemberQuery{Limit: maxPage, After: after})
		if err != nil {
			return "", err
		}
		for _, m := range page {
			if !going[m.User] {
				return m.User, nil
			}
		}
		if after = next; next == "" {
			return "", nil
		}
	}
}

func (s *session) inviteUsersIntoGroup(ctx context.Context, p zimwire.InviteUsersIntoGroupParams) (zimwire.GroupUsersInvitedResult, error) {
	result := zimwire.GroupUsersInvitedResult{GroupID: p.GroupID}
	c, err := s.group(p.GroupID)
	if err != nil {
		return result, err
	}
	users, failed, err := s.newcomers(ctx, c, p.UserIDs, maxInvited)
	result.ErrorUserList = failed
	if err != nil || len(users) == 0 {
		return result, err
	}
	_, err = s.submit(ctx, chat.Draft{Conv: c, Body: chat.Membership{Users: users, Change: chat.ChangeAdd}})
	if chat.ReasonOf(err) == chat.NeedsInvite {
		// Who is invited is asked, and the caller is told that he was not simply put in [zim groups].
		if _, err := s.submit(ctx, chat.Draft{Conv: c, Body: chat.Membership{Users: users, Change: chat.ChangeInvite}}); err != nil {
			return result, err
		}
		return result, zimwire.Refuse(zimwire.GroupModuleNeedApplyInviteGroupError, "who is invited is asked first")
	}
	if err != nil {
		return result, err
	}
	result.UserList = s.memberInfos(ctx, c, users)
	return result, nil
}

// newcomers tells who of the named can come into a group from who cannot, and why not.
func (s *session) newcomers(ctx context.Context, c chat.Conv, names []string, limit int) ([]chat.UserID, []zimwire.ErrorUserInfo, error) {
	if len(names) == 0 || len(names) > limit {
		return nil, nil, zimwire.Refuse(zimwire.CommonModuleParamsInvalid, "too many users at a time, or none")
	}
	if _, err := s.inside(ctx, c); err != nil {
		return nil, nil, err
	}
	users, failed, err := s.existing(ctx, names)
	if err != nil {
		return nil, nil, err
	}
	var fresh []chat.UserID
	for _, u := range users {
		member, err := s.Store.Member(ctx, c, u)
		if err != nil {
			return nil, nil, err
		}
		if member.Role.IsMember() {
			failed = append(failed, zimwire.ErrorUserInfo{UserID: string(u), Reason: int64(zimwire.GroupModuleMemberIsAlreadyInTheGroup)})
			continue
		}
		fresh = append(fresh, u)
	}
	return fresh, failed, nil
}

func (s *session) queryGroupInfo(ctx context.Context, p zimwire.QueryGroupInfoParams) (zimwire.GroupInfoQueriedResult, error) {
	c, err := s.group(p.GroupID)
	if err != nil {
		return zimwire.GroupInfoQueriedResult{}, err
	}
	info, err := s.groupInfo(ctx, c)
	return zimwire.GroupInfoQueriedResult{GroupInfo: info}, err
}

// queryGroupList answers all groups without a count; with one, a page of those in which the named users are, too.
func (s *session) queryGroupList(ctx context.Context, p zimwire.QueryGroupListParams) (zimwire.GroupListQueriedResult, error) {
	if len(p.Config.UserIDs) > maxInvited {
		return zimwire.GroupListQueriedResult{}, zimwire.Refuse(zimwire.CommonModuleParamsInvalid, "at most 100 users at a time")
	}
	joined, err := s.Store.Joined(ctx, s.actor.User, chat.KindGroup, 0, "")
	if err != nil {
		return zimwire.GroupListQueriedResult{}, err
	}
	var shared []store.Joined
	for _, g := range joined {
		all, err := s.allIn(ctx, g.Conv, p.Config.UserIDs)
		if err != nil {
			return zimwire.GroupListQueriedResult{}, err
		}
		if all {
			shared = append(shared, g)
		}
	}
	result := zimwire.GroupListQueriedResult{}
	if p.Count > 0 {
		shared, result.NextFlag = slice(shared, p.Config.NextFlag, pageOf(p.Count))
	}
	for _, g := range shared {
		settings, err := s.Store.Settings(ctx, s.actor.User, g.Conv)
		if err != nil {
			return result, err
		}
		full := zimmap.FromGroup(g.Details, settings[chat.SettingAlias].Text, settings[chat.SettingMuted].Bits == 0)
		result.GroupList = append(result.GroupList, zimwire.Group{BaseInfo: full.BaseInfo, GroupAlias: full.GroupAlias, NotificationStatus: full.NotificationStatus})
	}
	return result, nil
}

func (s *session) allIn(ctx context.Context, c chat.Conv, users []string) (bool, error) {
	for _, u := range users {
		member, err := s.Store.Member(ctx, c, chat.UserID(u))
		if err != nil || !member.Role.IsMember() {
			return false, err
		}
	}
	return true, nil
}
