package zim

import (
	"context"
	"slices"
	"time"

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

// expiresAfter is how long an application or invitation waits for its answer [zim groups].
const expiresAfter = 7 * 24 * time.Hour

// hasExpired reports whether an asking has waited too long.
func (s *session) hasExpired(a store.Asking) bool {
	return a.State == store.AskingOpen && s.Now().Sub(a.Time) > expiresAfter
}

// decide answers an application or invitation; one that is not open any more has been answered already, or has expired.
func (s *session) decide(ctx context.Context, id, user string, change chat.Change) error {
	c, err := s.group(id)
	if err != nil {
		return err
	}
	askings, err := s.Store.AskingsOf(ctx, s.actor.User)
	if err != nil {
		return err
	}
	invitation := change == chat.ChangeInviteAccept || change == chat.ChangeInviteDecline
	for _, a := range askings {
		if a.Conv == c && a.By == chat.UserID(user) && a.IsInvitation == invitation && s.hasExpired(a) {
			return zimwire.Refuse(zimwire.FriendModuleFriendApplicationExpired, "the application has expired")
		}
	}
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

// queryGroupApplicationList answers what was asked of the user, by him, and by those whose groups he manages; what was
// answered too, until the same is asked again.
func (s *session) queryGroupApplicationList(ctx context.Context, p zimwire.QueryGroupApplicationListParams) (zimwire.GroupApplicationListQueriedResult, error) {
	askings, err := s.Store.AskingsOf(ctx, s.actor.User)
	if err != nil {
		return zimwire.GroupApplicationListQueriedResult{}, err
	}
	slices.Reverse(askings)
	page, next := slice(askings, p.Config.NextFlag, pageOf(p.Config.Count))
	result := zimwire.GroupApplicationListQueriedResult{NextFlag: next}
	for _, a := range page {
		result.ApplicationList = append(result.ApplicationList, s.asking(ctx, a))
	}
	return result, nil
}

func (s *session) asking(ctx context.Context, a store.Asking) zimwire.GroupApplicationInfo {
	asked := chat.Membership{Users: []chat.UserID{a.User}, Change: chat.ChangeApply, Reason: a.Reason}
	if a.IsInvitation {
		asked.Change = chat.ChangeInvite
	}
	by := a.By
	if !a.IsInvitation && a.Answerer != "" {
		by = a.Answerer // whoever let him in, or did not
	}
	ev := chat.Event{Draft: chat.Draft{Conv: a.Conv, Time: a.Time, Body: asked}, From: by, ID: a.ID}
	info := s.me(ctx).Application(ev, a.User, s.stateOf(a))
	switch {
	case a.State != store.AskingOpen:
		info.UpdateTime = a.Answered.UnixMilli()
	case s.hasExpired(a):
		info.UpdateTime = a.Time.Add(expiresAfter).UnixMilli()
	}
	return info
}

func (s *session) stateOf(a store.Asking) zimwire.GroupApplicationState {
	switch a.State {
	case store.AskingAccepted:
		return zimwire.GroupApplicationStateAccepted
	case store.AskingDeclined:
		return zimwire.GroupApplicationStateRejected
	case store.AskingVoid:
		return zimwire.GroupApplicationStateDisabled
	}
	if s.hasExpired(a) {
		return zimwire.GroupApplicationStateExpired
	}
	return zimwire.GroupApplicationStateWaiting
}
