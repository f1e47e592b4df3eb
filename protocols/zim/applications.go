package zim

import (
	"cmp"
	"context"
	"slices"

	"dragoman/bridge/chat"
	"dragoman/bridge/store"
	"dragoman/protocols/zim/zimwire"
)

func (s *session) sendGroupJoinApplication(ctx context.Context, p zimwire.SendGroupJoinApplicationParams) (zimwire.GroupJoinApplicationSentResult, error) {
	result := zimwire.GroupJoinApplicationSentResult{GroupID: p.GroupID}
	if len(p.Config.Wording) > maxWording {
		return result, tooLong("the wording")
	}
	err := s.change(ctx, p.GroupID, chat.Membership{Users: []chat.UserID{s.actor.User}, Change: chat.ChangeApply, Reason: p.Config.Wording})
	if chat.ReasonOf(err) == chat.NoRight {
		err = zimwire.Refuse(zimwire.GroupModuleForbidJoinGroupError, "nobody may join this group")
	}
	return result, err
}

// decide answers an application; one that is not open any more has been answered already.
func (s *session) decide(ctx context.Context, id, user string, change chat.Change) error {
	return answered(s.change(ctx, id, chat.Membership{Users: []chat.UserID{chat.UserID(user)}, Change: change}))
}

func answered(err error) error {
	if chat.CodeOf(err) == chat.NotFound && chat.ReasonOf(err) == chat.NoReason {
		return zimwire.Refuse(zimwire.FriendModuleFriendApplicationStatusError, "there is no open application")
	}
	return err
}

func (s *session) acceptGroupJoinApplication(ctx context.Context, p zimwire.AcceptGroupJoinApplicationParams) (zimwire.GroupJoinApplicationAcceptedResult, error) {
	return zimwire.GroupJoinApplicationAcceptedResult{GroupID: p.GroupID, UserID: p.UserID}, s.decide(ctx, p.GroupID, p.UserID, chat.ChangeApplyAccept)
}

func (s *session) rejectGroupJoinApplication(ctx context.Context, p zimwire.RejectGroupJoinApplicationParams) (zimwire.GroupJoinApplicationRejectedResult, error) {
	return zimwire.GroupJoinApplicationRejectedResult{GroupID: p.GroupID, UserID: p.UserID}, s.decide(ctx, p.GroupID, p.UserID, chat.ChangeApplyDecline)
}

func (s *session) sendGroupInviteApplications(ctx context.Context, p zimwire.SendGroupInviteApplicationsParams) (zimwire.GroupInviteApplicationsSentResult, error) {
	result := zimwire.GroupInviteApplicationsSentResult{GroupID: p.GroupID}
	if len(p.Config.Wording) > maxWording {
		return result, tooLong("the wording")
	}
	c, err := s.group(p.GroupID)
	if err != nil {
		return result, err
	}
	users, failed, err := s.newcomers(ctx, c, p.UserIDs, maxAsked)
	result.ErrorUserList = failed
	if err != nil || len(users) == 0 {
		return result, err
	}
	change := chat.ChangeInvite
	if d, err := s.Store.Details(ctx, c); err == nil && d.Consent == chat.ModeOpen {
		change = chat.ChangeAdd // who need not be asked is in at once [zim groups]
	}
	_, err = s.submit(ctx, chat.Draft{Conv: c, Body: chat.Membership{Users: users, Change: change, Reason: p.Config.Wording}})
	return result, err
}

func (s *session) acceptGroupInviteApplication(ctx context.Context, p zimwire.AcceptGroupInviteApplicationParams) (zimwire.GroupInviteApplicationAcceptedResult, error) {
	result := zimwire.GroupInviteApplicationAcceptedResult{InviterUserID: p.InviterUserID}
	if err := s.decide(ctx, p.GroupID, p.InviterUserID, chat.ChangeInviteAccept); err != nil {
		return result, err
	}
	var err error
	result.GroupInfo, err = s.groupInfo(ctx, chat.Group(p.GroupID))
	return result, err
}

func (s *session) rejectGroupInviteApplication(ctx context.Context, p zimwire.RejectGroupInviteApplicationParams) (zimwire.GroupInviteApplicationRejectedResult, error) {
	result := zimwire.GroupInviteApplicationRejectedResult{GroupID: p.GroupID, InviterUserID: p.InviterUserID}
	return result, s.decide(ctx, p.GroupID, p.InviterUserID, chat.ChangeInviteDecline)
}

// queryGroupApplicationList answers what waits for an answer: of the user, by him, and by those whose groups he manages.
func (s *session) queryGroupApplicationList(ctx context.Context, p zimwire.QueryGroupApplicationListParams) (zimwire.GroupApplicationListQueriedResult, error) {
	var all []zimwire.GroupApplicationInfo
	for _, part := range []struct {
		query  func(context.Context, chat.UserID) ([]store.Asking, error)
		change chat.Change
	}{{s.Store.ApplicationsFor, chat.ChangeApply}, {s.Store.ApplicationsBy, chat.ChangeApply}, {s.Store.InvitationsFor, chat.ChangeInvite}} {
		list, err := part.query(ctx, s.actor.User)
		if err != nil {
			return zimwire.GroupApplicationListQueriedResult{}, err
		}
		for _, a := range list {
			all = append(all, s.asking(ctx, a, part.change))
		}
	}
	slices.SortStableFunc(all, func(a, b zimwire.GroupApplicationInfo) int { return cmp.Compare(b.CreateTime, a.CreateTime) })
	page, next := slice(all, p.Config.NextFlag, pageOf(p.Config.Count))
	return zimwire.GroupApplicationListQueriedResult{ApplicationList: page, NextFlag: next}, nil
}

func (s *session) asking(ctx context.Context, a store.Asking, change chat.Change) zimwire.GroupApplicationInfo {
	ev := chat.Event{Draft: chat.Draft{Conv: a.Conv, Time: a.Time, Body: chat.Membership{Users: []chat.UserID{a.User}, Change: change, Reason: a.Reason}}, From: a.By, ID: a.ID}
	return s.me(ctx).Application(ev, a.User, zimwire.GroupApplicationStateWaiting)
}
