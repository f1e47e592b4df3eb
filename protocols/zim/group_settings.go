package zim

import (
	"context"

	"dragoman/bridge"
	"dragoman/bridge/chat"
	"dragoman/mapping/zimmap"
	"dragoman/protocols/zim/zimwire"
)

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

// attributesOf returns the attributes of a group of which the user is a member.
func (s *session) attributesOf(ctx context.Context, id string) (chat.Conv, map[string]string, error) {
	c, err := s.group(id)
	if err != nil {
		return c, nil, err
	}
	if _, err := s.inside(ctx, c); err != nil {
		return c, nil, err
	}
	d, err := s.Store.Details(ctx, c)
	return c, d.Attributes, err
}

func (s *session) changeAttributes(ctx context.Context, c chat.Conv, b chat.Attributes) error {
	b.Force = true // in a group an attribute belongs to nobody in particular
	_, err := s.submit(ctx, chat.Draft{Conv: c, Body: b})
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
	c, known, err := s.attributesOf(ctx, p.GroupID)
	if err != nil {
		return result, err
	}
	count := len(known)
	for k := range p.GroupAttributes {
		if _, ok := known[k]; !ok {
			count++
		}
	}
	if count > maxAttributes {
		return result, zimwire.Refuse(zimwire.GroupModuleTheNumberOfGroupAttributesExceedsLimit, "a group has at most 10 attributes")
	}
	return result, s.changeAttributes(ctx, c, chat.Attributes{Set: p.GroupAttributes})
}

func (s *session) deleteGroupAttributes(ctx context.Context, p zimwire.DeleteGroupAttributesParams) (zimwire.GroupAttributesOperatedResult, error) {
	result := zimwire.GroupAttributesOperatedResult{GroupID: p.GroupID}
	c, known, err := s.attributesOf(ctx, p.GroupID)
	if err != nil {
		return result, err
	}
	var there []string
	for _, k := range p.Keys {
		if _, ok := known[k]; ok {
			there = append(there, k)
		} else {
			result.ErrorKeys = append(result.ErrorKeys, k)
		}
	}
	if len(there) == 0 {
		return result, zimwire.Refuse(zimwire.GroupModuleGroupAttributeDoesNotExist, "there is no such attribute")
	}
	return result, s.changeAttributes(ctx, c, chat.Attributes{Deleted: there})
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
	var err error
	_, result.GroupAttributes, err = s.attributesOf(ctx, p.GroupID)
	return result, err
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
