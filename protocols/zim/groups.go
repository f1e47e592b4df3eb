package zim

import (
	"context"
	"strings"

	"dragoman/bridge"
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

func badMode() error { return zimwire.Refuse(zimwire.CommonModuleParamsInvalid, "unknown mode") }

func joinMode(m zimwire.GroupJoinMode) (chat.Mode, error) {
	switch m {
	case zimwire.GroupJoinModeAny:
		return chat.ModeOpen, nil
	case zimwire.GroupJoinModeAuth:
		return chat.ModeAsk, nil
	case zimwire.GroupJoinModeForbid:
		return chat.ModeClosed, nil
	}
	return 0, badMode()
}

func inviteMode(m zimwire.GroupInviteMode) (chat.Mode, error) {
	switch m {
	case zimwire.GroupInviteModeAny:
		return chat.ModeOpen, nil
	case zimwire.GroupInviteModeAdmin:
		return chat.ModeClosed, nil
	}
	return 0, badMode()
}

func consentMode(m zimwire.GroupBeInviteMode) (chat.Mode, error) {
	switch m {
	case zimwire.GroupBeInviteModeNone:
		return chat.ModeOpen, nil
	case zimwire.GroupBeInviteModeAuth:
		return chat.ModeAsk, nil
	}
	return 0, badMode()
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

// describe changes what a group shows of itself: in ZIM every member may, which the router asks the front-end to answer for.
func (s *session) describe(ctx context.Context, id string, b chat.Profile) error {
	c, err := s.group(id)
	if err != nil {
		return err
	}
	if _, err := s.inside(ctx, c); err != nil {
		return err
	}
	_, err = s.Router.Submit(ctx, s.trusted(), chat.Draft{Conv: c, Body: b})
	return err
}

// trusted is the user acting with the front-end's own word that he may.
func (s *session) trusted() bridge.Actor {
	a := s.actor
	a.Source = chat.Server
	return a
}

func (s *session) updateGroupName(ctx context.Context, p zimwire.UpdateGroupNameParams) (zimwire.GroupNameUpdatedResult, error) {
	result := zimwire.GroupNameUpdatedResult{GroupID: p.GroupID, GroupName: p.GroupName}
	if err := checkGroup(p.GroupName, "", ""); err != nil {
		return result, err
	}
	return result, s.describe(ctx, p.GroupID, chat.Profile{Name: &p.GroupName})
}

func (s *session) updateGroupAvatarURL(ctx context.Context, p zimwire.UpdateGroupAvatarUrlParams) (zimwire.GroupAvatarUrlUpdatedResult, error) {
	result := zimwire.GroupAvatarUrlUpdatedResult{GroupID: p.GroupID, GroupAvatarURL: p.GroupAvatarURL}
	if err := checkGroup("", "", p.GroupAvatarURL); err != nil {
		return result, err
	}
	return result, s.describe(ctx, p.GroupID, chat.Profile{Avatar: &p.GroupAvatarURL})
}

func (s *session) updateGroupNotice(ctx context.Context, p zimwire.UpdateGroupNoticeParams) (zimwire.GroupNoticeUpdatedResult, error) {
	result := zimwire.GroupNoticeUpdatedResult{GroupID: p.GroupID, GroupNotice: p.GroupNotice}
	if err := checkGroup("", p.GroupNotice, ""); err != nil {
		return result, err
	}
	return result, s.describe(ctx, p.GroupID, chat.Profile{Notice: &p.GroupNotice})
}

func (s *session) updateGroupAlias(ctx context.Context, p zimwire.UpdateGroupAliasParams) (zimwire.GroupAliasUpdatedResult, error) {
	result := zimwire.GroupAliasUpdatedResult{GroupID: p.GroupID, GroupAlias: p.GroupAlias}
	if len(p.GroupAlias) > maxAlias {
		return result, tooLong("the alias")
	}
	c, err := s.group(p.GroupID)
	if err != nil {
		return result, err
	}
	if _, err := s.inside(ctx, c); err != nil {
		return result, err
	}
	return result, s.set(ctx, c, chat.SettingAlias, chat.String(p.GroupAlias))
}

// rule changes who may come into a group: the owner alone may, in ZIM.
func (s *session) rule(ctx context.Context, id string, b chat.Rules) error {
	c, err := s.group(id)
	if err != nil {
		return err
	}
	me, err := s.inside(ctx, c)
	if err != nil {
		return err
	}
	if me.Role != chat.RoleOwner {
		return chat.RefuseFor(chat.NoRight, "only the owner may")
	}
	_, err = s.submit(ctx, chat.Draft{Conv: c, Body: b})
	return err
}

func (s *session) updateGroupJoinMode(ctx context.Context, p zimwire.UpdateGroupJoinModeParams) (zimwire.GroupJoinModeUpdatedResult, error) {
	mode, err := joinMode(p.Mode)
	if err == nil {
		err = s.rule(ctx, p.GroupID, chat.Rules{Join: &mode})
	}
	return zimwire.GroupJoinModeUpdatedResult{GroupID: p.GroupID, Mode: p.Mode}, err
}

func (s *session) updateGroupInviteMode(ctx context.Context, p zimwire.UpdateGroupInviteModeParams) (zimwire.GroupInviteModeUpdatedResult, error) {
	mode, err := inviteMode(p.Mode)
	if err == nil {
		err = s.rule(ctx, p.GroupID, chat.Rules{Invite: &mode})
	}
	return zimwire.GroupInviteModeUpdatedResult{GroupID: p.GroupID, Mode: p.Mode}, err
}

func (s *session) updateGroupBeInviteMode(ctx context.Context, p zimwire.UpdateGroupBeInviteModeParams) (zimwire.GroupBeInviteModeUpdatedResult, error) {
	mode, err := consentMode(p.Mode)
	if err == nil {
		err = s.rule(ctx, p.GroupID, chat.Rules{Consent: &mode})
	}
	return zimwire.GroupBeInviteModeUpdatedResult{GroupID: p.GroupID, Mode: p.Mode}, err
}

func (s *session) muteGroup(ctx context.Context, p zimwire.MuteGroupParams) (zimwire.GroupMutedResult, error) {
	result := zimwire.GroupMutedResult{GroupID: p.GroupID, IsMute: p.IsMute}
	mode := p.Config.Mode
	if !p.IsMute {
		mode = zimwire.GroupMuteModeNone
	} else if mode == zimwire.GroupMuteModeNone {
		return result, zimwire.Refuse(zimwire.CommonModuleParamsInvalid, "a mode of mute is needed")
	}
	silent, err := zimmap.SilentRoles(mode, p.Config.Roles)
	if err != nil {
		return result, err
	}
	b := chat.Rules{Silent: &silent}
	if p.IsMute {
		if p.Config.Duration > maxMuteSeconds {
			return result, zimwire.Refuse(zimwire.CommonModuleParamsInvalid, "a mute lasts up to 604800 seconds, or -1 for ever")
		}
		until, err := zimmap.MuteUntil(p.Config.Duration, s.Now())
		if err != nil {
			return result, err
		}
		b.SilentUntil = &until
	}
	if err := s.muteRule(ctx, p.GroupID, mode, b); err != nil {
		return result, err
	}
	info, err := s.queryGroupInfo(ctx, zimwire.QueryGroupInfoParams{GroupID: p.GroupID})
	result.MutedInfo = info.GroupInfo.MutedInfo
	return result, err
}

// muteRule lets an admin silence roles, but only the owner everybody.
func (s *session) muteRule(ctx context.Context, id string, mode zimwire.GroupMuteMode, b chat.Rules) error {
	if mode == zimwire.GroupMuteModeAll {
		return s.rule(ctx, id, b)
	}
	c, err := s.group(id)
	if err != nil {
		return err
	}
	_, err = s.submit(ctx, chat.Draft{Conv: c, Body: b})
	return err
}

// attribute changes the attributes of a group of which the user is a member.
func (s *session) attribute(ctx context.Context, id string, b chat.Attributes) error {
	c, err := s.group(id)
	if err != nil {
		return err
	}
	if _, err := s.inside(ctx, c); err != nil {
		return err
	}
	b.Force = true // in a group an attribute belongs to nobody in particular
	_, err = s.submit(ctx, chat.Draft{Conv: c, Body: b})
	return err
}

func (s *session) setGroupAttributes(ctx context.Context, p zimwire.SetGroupAttributesParams) (zimwire.GroupAttributesOperatedResult, error) {
	result := zimwire.GroupAttributesOperatedResult{GroupID: p.GroupID}
	if len(p.GroupAttributes) == 0 {
		return result, zimwire.Refuse(zimwire.CommonModuleParamsInvalid, "no attribute is named")
	}
	if err := checkAttributes(p.GroupAttributes); err != nil {
		return result, err
	}
	if err := s.roomForAttributes(ctx, p.GroupID, p.GroupAttributes); err != nil {
		return result, err
	}
	return result, s.attribute(ctx, p.GroupID, chat.Attributes{Set: p.GroupAttributes})
}

// roomForAttributes refuses more attributes than a group has.
func (s *session) roomForAttributes(ctx context.Context, id string, set map[string]string) error {
	d, err := s.Store.Details(ctx, chat.Group(id))
	if err != nil {
		return err
	}
	count := len(d.Attributes)
	for k := range set {
		if _, ok := d.Attributes[k]; !ok {
			count++
		}
	}
	if count > maxAttributes {
		return zimwire.Refuse(zimwire.GroupModuleTheNumberOfGroupAttributesExceedsLimit, "a group has at most 10 attributes")
	}
	return nil
}

func (s *session) deleteGroupAttributes(ctx context.Context, p zimwire.DeleteGroupAttributesParams) (zimwire.GroupAttributesOperatedResult, error) {
	result := zimwire.GroupAttributesOperatedResult{GroupID: p.GroupID}
	d, err := s.Store.Details(ctx, chat.Group(p.GroupID))
	if err != nil {
		return result, err
	}
	var there []string
	for _, k := range p.Keys {
		if _, ok := d.Attributes[k]; ok {
			there = append(there, k)
		} else {
			result.ErrorKeys = append(result.ErrorKeys, k)
		}
	}
	if len(there) == 0 {
		return result, zimwire.Refuse(zimwire.GroupModuleGroupAttributeDoesNotExist, "there is no such attribute")
	}
	return result, s.attribute(ctx, p.GroupID, chat.Attributes{Deleted: there})
}

func (s *session) queryGroupAttributes(ctx context.Context, p zimwire.QueryGroupAttributesParams) (zimwire.GroupAttributesQueriedResult, error) {
	all, err := s.queryGroupAllAttributes(ctx, zimwire.QueryGroupAllAttributesParams{GroupID: p.GroupID})
	if err != nil {
		return all, err
	}
	some := map[string]string{}
	for _, k := range p.Keys {
		if v, ok := all.GroupAttributes[k]; ok {
			some[k] = v
		}
	}
	all.GroupAttributes = some
	return all, nil
}

func (s *session) queryGroupAllAttributes(ctx context.Context, p zimwire.QueryGroupAllAttributesParams) (zimwire.GroupAttributesQueriedResult, error) {
	result := zimwire.GroupAttributesQueriedResult{GroupID: p.GroupID}
	c, err := s.group(p.GroupID)
	if err != nil {
		return result, err
	}
	if _, err := s.inside(ctx, c); err != nil {
		return result, err
	}
	d, err := s.Store.Details(ctx, c)
	result.GroupAttributes = d.Attributes
	return result, err
}
