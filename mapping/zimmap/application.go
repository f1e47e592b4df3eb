package zimmap

import (
	"dragoman/bridge/chat"
	"dragoman/protocols/zim/zimwire"
)

// Application writes that somebody would join a group, or is asked to, as the reader sees it: ev asked or answered.
func (m Map) Application(ev chat.Event, who chat.UserID, state zimwire.GroupApplicationState) zimwire.GroupApplicationInfo {
	b, _ := ev.Body.(chat.Membership)
	d := m.Dir.Details(ev.Conv)
	info := zimwire.GroupApplicationInfo{
		State: state, GroupInfo: zimwire.GroupInfo{GroupID: ev.Conv.ID, GroupName: d.Name, GroupAvatarURL: d.Avatar},
		CreateTime: millis(ev.Time), UpdateTime: millis(ev.Time), Wording: b.Reason,
	}
	switch b.Change {
	case chat.ChangeInvite, chat.ChangeInviteAccept, chat.ChangeInviteDecline:
		inviter := ev.From
		if b.Change != chat.ChangeInvite && len(b.Users) > 0 {
			inviter = b.Users[0]
		}
		info.Type, info.ApplyUser = zimwire.GroupApplicationTypeInvite, m.user(who)
		if who == m.Reader {
			info.Type, info.ApplyUser = zimwire.GroupApplicationTypeBeInvite, m.user(inviter)
		}
		info.OperatedUser = m.simple(ev.Conv, inviter)
	default:
		info.Type, info.ApplyUser = zimwire.GroupApplicationTypeJoin, m.user(who)
		if ev.From != who {
			info.OperatedUser = m.simple(ev.Conv, ev.From)
		}
	}
	return info
}

// applications tells that somebody has asked, or has an answer.
func (m Map) applications(ev chat.Event, b chat.Membership) []zimwire.Notice {
	var state zimwire.GroupApplicationState
	who := b.Users
	switch b.Change {
	case chat.ChangeApply, chat.ChangeInvite:
		state = zimwire.GroupApplicationStateWaiting
	case chat.ChangeApplyAccept:
		state = zimwire.GroupApplicationStateAccepted
	case chat.ChangeApplyDecline:
		state = zimwire.GroupApplicationStateRejected
	case chat.ChangeInviteAccept:
		state, who = zimwire.GroupApplicationStateAccepted, []chat.UserID{ev.From}
	case chat.ChangeInviteDecline:
		state, who = zimwire.GroupApplicationStateRejected, []chat.UserID{ev.From}
	default:
		return nil
	}
	var list []zimwire.GroupApplicationInfo
	for _, u := range who {
		if m.concerned(ev, u) {
			list = append(list, m.Application(ev, u, state))
		}
	}
	switch {
	case list == nil:
		return nil
	case state == zimwire.GroupApplicationStateWaiting:
		return []zimwire.Notice{{Event: "groupApplicationListChanged", Data: zimwire.EventOfGroupApplicationListChangedResult{
			Action: zimwire.GroupApplicationListChangeActionAdded, ApplicationList: list}}}
	}
	return []zimwire.Notice{{Event: "groupApplicationUpdated", Data: zimwire.EventOfGroupApplicationUpdatedResult{ApplicationList: list}}}
}

// concerned reports whether an application is the reader's affair: he asks, is asked, or manages the group.
func (m Map) concerned(ev chat.Event, who chat.UserID) bool {
	if b, _ := ev.Body.(chat.Membership); b.Change == chat.ChangeInviteAccept || b.Change == chat.ChangeInviteDecline {
		if len(b.Users) > 0 && b.Users[0] == m.Reader {
			return true // his was the invitation
		}
	}
	return who == m.Reader || ev.From == m.Reader || m.Dir.Member(ev.Conv, m.Reader).Role.IsManager()
}
