package zim

import (
	"context"

	"dragoman/bridge/chat"
	"dragoman/bridge/store"
	"dragoman/mapping/zimmap"
	"dragoman/protocols/zim/zimwire"
)

const (
	maxNickname = 100 // characters
	maxKicked   = 100 // users in one call
	maxMuted    = 100
	maxAsked    = 20 // users invited by application in one call
	maxWording  = 256
)

// present tells members of a group from who is none.
func (f *frontend) present(ctx context.Context, c chat.Conv, names []string, limit int) (users []chat.UserID, failed []zimwire.ErrorUserInfo, err error) {
	if len(names) == 0 || len(names) > limit {
		return nil, nil, zimwire.Refuse(zimwire.CommonModuleParamsInvalid, "too many users at a time, or none")
	}
	seen := map[string]bool{}
	for _, name := range names {
		if seen[name] {
			continue
		}
		seen[name] = true
		member, err := f.Store.Member(ctx, c, chat.UserID(name))
		if err != nil {
			return nil, nil, err
		}
		if !member.Role.IsMember() {
			failed = append(failed, zimwire.ErrorUserInfo{UserID: name, Reason: int64(zimwire.GroupModuleUserIsNotInTheGroup)})
			continue
		}
		users = append(users, chat.UserID(name))
	}
	return users, failed, nil
}

func (s *session) kickGroupMembers(ctx context.Context, p zimwire.KickGroupMembersParams) (zimwire.GroupMemberKickedResult, error) {
	result := zimwire.GroupMemberKickedResult{GroupID: p.GroupID}
	c, err := s.group(p.GroupID)
	if err != nil {
		return result, err
	}
	if _, err := s.inside(ctx, c); err != nil {
		return result, err
	}
	users, failed, err := s.present(ctx, c, p.UserIDs, maxKicked)
	if err != nil {
		return result, err
	}
	result.ErrorUserList = failed
	if len(users) == 0 {
		return result, zimwire.Refuse(zimwire.GroupModuleUserIsNotInTheGroup, "none of them is in this group")
	}
	for _, u := range users {
		if u == s.actor.User {
			return result, zimwire.Refuse(zimwire.CommonModuleParamsInvalid, "nobody kicks himself")
		}
		result.KickedUserIDs = append(result.KickedUserIDs, string(u))
	}
	_, err = s.submit(ctx, chat.Draft{Conv: c, Body: chat.Membership{Users: users, Change: chat.ChangeKick}})
	return result, err
}

func (s *session) transferGroupOwner(ctx context.Context, p zimwire.TransferGroupOwnerParams) (zimwire.GroupOwnerTransferredResult, error) {
	result := zimwire.GroupOwnerTransferredResult{GroupID: p.GroupID, ToUserID: p.ToUserID}
	return result, s.change(ctx, p.GroupID, chat.Membership{Users: []chat.UserID{chat.UserID(p.ToUserID)}, Change: chat.ChangeOwner})
}

func (s *session) change(ctx context.Context, id string, b chat.Membership) error {
	c, err := s.group(id)
	if err == nil {
		_, err = s.submit(ctx, chat.Draft{Conv: c, Body: b})
	}
	return err
}

func (s *session) queryGroupMemberInfo(ctx context.Context, p zimwire.QueryGroupMemberInfoParams) (zimwire.GroupMemberInfoQueriedResult, error) {
	result := zimwire.GroupMemberInfoQueriedResult{GroupID: p.GroupID}
	c, err := s.group(p.GroupID)
	if err != nil {
		return result, err
	}
	if _, err := s.inside(ctx, c); err != nil {
		return result, err
	}
	member, err := s.Store.Member(ctx, c, chat.UserID(p.UserID))
	if err != nil {
		return result, err
	}
	if !member.Role.IsMember() {
		return result, zimwire.Refuse(zimwire.GroupModuleUserIsNotInTheGroup, "he is not in this group")
	}
	member.User = chat.UserID(p.UserID)
	result.UserInfo = s.me(ctx).FromMember(member)
	return result, nil
}

// allMembers returns the members of a group in which the user is.
func (s *session) allMembers(ctx context.Context, id string) (chat.Conv, []chat.Member, error) {
	c, err := s.group(id)
	if err != nil {
		return c, nil, err
	}
	if _, err := s.inside(ctx, c); err != nil {
		return c, nil, err
	}
	all, _, err := s.Store.Members(ctx, c, store.MemberQuery{})
	return c, all, err
}

func (s *session) queryGroupMemberList(ctx context.Context, p zimwire.QueryGroupMemberListParams) (zimwire.GroupMemberListQueriedResult, error) {
	result := zimwire.GroupMemberListQueriedResult{GroupID: p.GroupID}
	_, all, err := s.allMembers(ctx, p.GroupID)
	if err != nil {
		return result, err
	}
	m := s.me(ctx)
	page, next := slice(all, p.Config.NextFlag, pageOf(p.Config.Count))
	for _, member := range page {
		result.UserList = append(result.UserList, m.FromMember(member))
	}
	result.NextFlag = next
	return result, nil
}

func (s *session) queryGroupMemberCount(ctx context.Context, p zimwire.QueryGroupMemberCountParams) (zimwire.GroupMemberCountQueriedResult, error) {
	result := zimwire.GroupMemberCountQueriedResult{GroupID: p.GroupID}
	_, all, err := s.allMembers(ctx, p.GroupID)
	result.Count = int64(len(all))
	return result, err
}

func (s *session) setGroupMemberRole(ctx context.Context, p zimwire.SetGroupMemberRoleParams) (zimwire.GroupMemberRoleUpdatedResult, error) {
	result := zimwire.GroupMemberRoleUpdatedResult{GroupID: p.GroupID, ForUserID: p.ForUserID, Role: p.Role}
	role, err := zimmap.RoleIn(p.Role)
	if err != nil {
		return result, err
	}
	if role == chat.RoleOwner {
		return result, zimwire.Refuse(zimwire.CommonModuleParamsInvalid, "an owner is made by transferGroupOwner")
	}
	return result, s.change(ctx, p.GroupID, chat.Membership{Users: []chat.UserID{chat.UserID(p.ForUserID)}, Change: chat.ChangeRole, Role: role})
}

func (s *session) setGroupMemberNickname(ctx context.Context, p zimwire.SetGroupMemberNicknameParams) (zimwire.GroupMemberNicknameUpdatedResult, error) {
	result := zimwire.GroupMemberNicknameUpdatedResult{GroupID: p.GroupID, ForUserID: p.ForUserID, Nickname: p.Nickname}
	if len([]rune(p.Nickname)) > maxNickname {
		return result, tooLong("the nickname")
	}
	c, err := s.group(p.GroupID)
	if err != nil {
		return result, err
	}
	if _, err := s.inside(ctx, c); err != nil {
		return result, err
	}
	if _, failed, err := s.present(ctx, c, []string{p.ForUserID}, 1); err != nil || len(failed) > 0 {
		if err == nil {
			err = zimwire.Refuse(zimwire.GroupModuleUserIsNotInTheGroup, "he is not in this group")
		}
		return result, err
	}
	return result, s.change(ctx, p.GroupID, chat.Membership{Users: []chat.UserID{chat.UserID(p.ForUserID)}, Change: chat.ChangeNick, Nick: p.Nickname})
}

func (s *session) muteGroupMembers(ctx context.Context, p zimwire.MuteGroupMembersParams) (zimwire.GroupMembersMutedResult, error) {
	result := zimwire.GroupMembersMutedResult{GroupID: p.GroupID, IsMute: p.IsMute, Duration: p.Config.Duration}
	c, err := s.group(p.GroupID)
	if err != nil {
		return result, err
	}
	if _, err := s.inside(ctx, c); err != nil {
		return result, err
	}
	users, failed, err := s.present(ctx, c, p.UserIDs, maxMuted)
	if err != nil {
		return result, err
	}
	result.ErrorUserList = failed
	if len(users) == 0 {
		return result, zimwire.Refuse(zimwire.GroupModuleUserIsNotInTheGroup, "none of them is in this group")
	}
	b := chat.Membership{Users: users, Change: chat.ChangeUnmute}
	if p.IsMute {
		if p.Config.Duration > maxMuteSeconds {
			return result, zimwire.Refuse(zimwire.CommonModuleParamsInvalid, "a mute lasts up to 604800 seconds, or -1 for ever")
		}
		b.Change = chat.ChangeMute
		if b.Until, err = zimmap.MuteUntil(p.Config.Duration, s.Now()); err != nil {
			return result, err
		}
	}
	for _, u := range users {
		result.MutedUserIDs = append(result.MutedUserIDs, string(u))
	}
	_, err = s.submit(ctx, chat.Draft{Conv: c, Body: b})
	return result, err
}

func (s *session) queryGroupMemberMutedList(ctx context.Context, p zimwire.QueryGroupMemberMutedListParams) (zimwire.GroupMemberMutedListQueriedResult, error) {
	result := zimwire.GroupMemberMutedListQueriedResult{GroupID: p.GroupID}
	c, err := s.group(p.GroupID)
	if err != nil {
		return result, err
	}
	if _, err := s.inside(ctx, c); err != nil {
		return result, err
	}
	muted, err := s.Store.Muted(ctx, c)
	if err != nil {
		return result, err
	}
	m := s.me(ctx)
	page, next := slice(muted, p.Config.NextFlag, pageOf(p.Config.Count))
	for _, member := range page {
		result.UserList = append(result.UserList, m.FromMember(member))
	}
	result.NextFlag = next
	return result, nil
}
