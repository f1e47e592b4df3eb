package zimmap

import (
	"time"

	"dragoman/bridge/chat"
	"dragoman/protocols/zim/zimwire"
)

// forever is ZIM's time of a mute that does not end.
const forever = -1

// operated describes who did something in a group.
func (m Map) operated(c chat.Conv, u chat.UserID) zimwire.GroupOperatedInfo {
	member := m.Dir.Member(c, u)
	return zimwire.GroupOperatedInfo{
		UserID: string(u), UserName: m.Dir.Profile(u).UserName, MemberNickname: member.Nick, MemberRole: roleOf(member.Role),
	}
}

func (m Map) simple(c chat.Conv, u chat.UserID) *zimwire.GroupMemberSimpleInfo {
	p, member := m.Dir.Profile(u), m.Dir.Member(c, u)
	return &zimwire.GroupMemberSimpleInfo{
		UserID: string(u), UserName: p.UserName, UserAvatarURL: p.UserAvatarURL, UserExtendedData: p.UserExtendedData,
		MemberNickname: member.Nick, MemberRole: roleOf(member.Role),
	}
}

// roleOf writes the role of somebody who may have left meanwhile.
func roleOf(r chat.Role) int64 {
	if r == chat.RoleNone {
		return int64(chat.RoleMember)
	}
	return int64(r)
}

// FromMember writes a member of a group as he stands.
func (m Map) FromMember(member chat.Member) zimwire.GroupMemberInfo {
	p := m.Dir.Profile(member.User)
	return zimwire.GroupMemberInfo{
		UserID: string(member.User), UserName: p.UserName, UserAvatarURL: p.UserAvatarURL, MemberAvatarURL: p.UserAvatarURL,
		UserExtendedData: p.UserExtendedData, MemberNickname: member.Nick, MemberRole: roleOf(member.Role),
		MuteExpiredTime: muteEnd(member),
		GroupEnterInfo:  zimwire.GroupEnterInfo{EnterTime: millis(member.Joined), EnterType: zimwire.GroupEnterTypeJoined},
	}
}

func muteEnd(member chat.Member) int64 {
	switch {
	case !member.Muted:
		return 0
	case member.MutedUntil.IsZero():
		return forever
	}
	return member.MutedUntil.UnixMilli()
}

func (m Map) members(c chat.Conv, users []chat.UserID) []zimwire.GroupMemberInfo {
	out := make([]zimwire.GroupMemberInfo, len(users))
	for i, u := range users {
		member := m.Dir.Member(c, u)
		member.User = u
		out[i] = m.FromMember(member)
	}
	return out
}

// FromGroup writes a group as it stands; alias and notification are what the reader has set.
func FromGroup(d chat.Details, alias string, disturbed bool) zimwire.GroupFullInfo {
	status := zimwire.GroupMessageNotificationStatusNotify
	if !disturbed {
		status = zimwire.GroupMessageNotificationStatusDisturb
	}
	return zimwire.GroupFullInfo{
		BaseInfo:    zimwire.GroupInfo{GroupID: d.Conv.ID, GroupName: d.Name, GroupAvatarURL: d.Avatar},
		GroupNotice: d.Notice, GroupAttributes: d.Attributes, GroupAlias: alias, NotificationStatus: status,
		MutedInfo: MutedInfo(d), CreateTime: millis(d.Created), MaxMemberCount: int64(d.Max), VerifyInfo: VerifyInfo(d),
	}
}

// MutedInfo writes who in a group may not speak.
func MutedInfo(d chat.Details) zimwire.GroupMuteInfo {
	info := zimwire.GroupMuteInfo{}
	if len(d.Silent) == 0 {
		return info
	}
	info.ExpiredTime = forever
	if !d.SilentUntil.IsZero() {
		info.ExpiredTime = d.SilentUntil.UnixMilli()
	}
	for _, r := range d.Silent {
		info.Roles = append(info.Roles, int64(r))
	}
	switch {
	case len(d.Silent) == 1 && d.Silent[0] == chat.RoleMember:
		info.Mode, info.Roles = zimwire.GroupMuteModeNormal, nil
	case len(d.Silent) == len(allRoles) && d.Silent[0] == allRoles[0] && d.Silent[1] == allRoles[1]:
		info.Mode, info.Roles = zimwire.GroupMuteModeAll, nil
	default:
		info.Mode = zimwire.GroupMuteModeCustom
	}
	return info
}

// allRoles is who is silent when all are. The model lets owner and admins speak all the same.
var allRoles = [...]chat.Role{chat.RoleAdmin, chat.RoleMember} // a constant, but for Go's grammar

// SilentRoles returns who may not speak in a mode of mute.
func SilentRoles(mode zimwire.GroupMuteMode, roles []int64) ([]chat.Role, error) {
	switch mode {
	case zimwire.GroupMuteModeNone:
		return []chat.Role{}, nil
	case zimwire.GroupMuteModeNormal:
		return []chat.Role{chat.RoleMember}, nil
	case zimwire.GroupMuteModeAll:
		return allRoles[:], nil
	case zimwire.GroupMuteModeCustom:
		out := make([]chat.Role, 0, len(roles))
		for _, r := range roles {
			role, err := RoleIn(r)
			if err != nil {
				return nil, err
			}
			out = append(out, role)
		}
		if len(out) == 0 {
			return nil, chat.Refuse(chat.Invalid, "no role is named")
		}
		return out, nil
	}
	return nil, chat.Refuse(chat.Invalid, "unknown mode of mute")
}

// RoleIn reads a role: owner, admin, member, or an application's own.
func RoleIn(r int64) (chat.Role, error) {
	if (r >= 1 && r <= 3) || (r >= 100 && r <= 255) {
		return chat.Role(r), nil
	}
	return 0, chat.Refuse(chat.Invalid, "a role is 1, 2, 3 or from 100 to 255")
}

// MuteUntil returns the end of a mute of so many seconds from now; zero: never. −1 is for ever.
func MuteUntil(duration int64, now time.Time) (time.Time, error) {
	switch {
	case duration == forever:
		return time.Time{}, nil
	case duration <= 0:
		return time.Time{}, chat.Refuse(chat.Invalid, "a mute lasts a while, or -1 for ever")
	}
	return now.Add(time.Duration(duration) * time.Second), nil
}

// VerifyInfo writes how one comes into a group.
func VerifyInfo(d chat.Details) zimwire.GroupVerifyInfo {
	v := zimwire.GroupVerifyInfo{JoinMode: zimwire.GroupJoinMode(d.Join)}
	if d.Invite != chat.ModeOpen {
		v.InviteMode = zimwire.GroupInviteModeAdmin
	}
	if d.Consent != chat.ModeOpen {
		v.BeInviteMode = zimwire.GroupBeInviteModeAuth
	}
	return v
}

// The tips of the changes of membership; a change that is not here gives none.
func tipEvent(change chat.Change) zimwire.TipsMessageEvent {
	switch change {
	case chat.ChangeJoin, chat.ChangeApplyAccept:
		return zimwire.TipsMessageEventGroupJoined
	case chat.ChangeAdd, chat.ChangeInviteAccept:
		return zimwire.TipsMessageEventGroupInvited
	case chat.ChangeLeave:
		return zimwire.TipsMessageEventGroupLeft
	case chat.ChangeKick, chat.ChangeBan:
		return zimwire.TipsMessageEventGroupKickedOut
	case chat.ChangeRole, chat.ChangeOwner, chat.ChangeMute, chat.ChangeUnmute:
		return zimwire.TipsMessageEventGroupMemberInfoChanged
	}
	return zimwire.TipsMessageEventUnknown
}

// tip writes what was done in a group as a message of the system's.
func (m Map) tip(ev chat.Event) (zimwire.Message, bool) {
	if ev.Conv.Kind != chat.KindGroup && ev.Conv.Kind != chat.KindThread {
		return zimwire.Message{}, false
	}
	w := zimwire.Message{Type: zimwire.MessageTypeTips}
	by := m.user(ev.From)
	w.OperatedUser = &by
	switch b := ev.Body.(type) {
	case chat.Lifecycle:
		w.Event = zimwire.TipsMessageEventGroupDismissed
		if b.Created {
			w.Event = zimwire.TipsMessageEventGroupCreated
			w.TargetUserList = m.users(b.Members)
		}
	case chat.Membership:
		if w.Event = tipEvent(b.Change); w.Event == zimwire.TipsMessageEventUnknown {
			return zimwire.Message{}, false
		}
		w.TargetUserList = m.users(joining(ev, b))
		w.ChangeInfo = m.memberChange(ev.Conv, b)
	case chat.Profile:
		w.Event, w.ChangeInfo = zimwire.TipsMessageEventGroupInfoChanged, profileChange(b)
		if w.ChangeInfo == nil {
			return zimwire.Message{}, false
		}
	case chat.Rules:
		if b.Silent == nil {
			return zimwire.Message{}, false
		}
		muted := mutedBy(b)
		w.Event = zimwire.TipsMessageEventGroupInfoChanged
		w.ChangeInfo = &zimwire.TipsMessageChangeInfo{Type: zimwire.TipsMessageChangeInfoTypeGroupMuteChanged, GroupMutedInfo: &muted}
	default:
		return zimwire.Message{}, false
	}
	return w, true
}

// joining is whom a change moved: who accepts an invitation comes in himself.
func joining(ev chat.Event, b chat.Membership) []chat.UserID {
	if b.Change == chat.ChangeInviteAccept {
		return []chat.UserID{ev.From}
	}
	return b.Users
}

func mutedBy(b chat.Rules) zimwire.GroupMuteInfo {
	d := chat.Details{Silent: *b.Silent}
	if b.SilentUntil != nil {
		d.SilentUntil = *b.SilentUntil
	}
	return MutedInfo(d)
}

func (m Map) memberChange(c chat.Conv, b chat.Membership) *zimwire.TipsMessageChangeInfo {
	switch b.Change {
	case chat.ChangeRole:
		return &zimwire.TipsMessageChangeInfo{Type: zimwire.TipsMessageChangeInfoTypeGroupMemberRoleChanged, MemberRole: int64(b.Role)}
	case chat.ChangeOwner:
		return &zimwire.TipsMessageChangeInfo{Type: zimwire.TipsMessageChangeInfoTypeGroupOwnerTransferred, GroupNewOwner: m.simple(c, b.Users[0])}
	case chat.ChangeMute, chat.ChangeUnmute:
		end := muteEnd(chat.Member{Muted: b.Change == chat.ChangeMute, MutedUntil: b.Until})
		return &zimwire.TipsMessageChangeInfo{Type: zimwire.TipsMessageChangeInfoTypeGroupMemberMuteChanged, MuteExpiredTime: end}
	}
	return nil
}

// The bits of groupDataFlag.
const (
	flagName   = 1
	flagNotice = 2
	flagAvatar = 4
)

func profileChange(b chat.Profile) *zimwire.TipsMessageChangeInfo {
	w := &zimwire.TipsMessageChangeInfo{}
	if b.Name != nil {
		w.GroupDataFlag |= flagName
		w.GroupName, w.Type = *b.Name, zimwire.TipsMessageChangeInfoTypeGroupNameChanged
	}
	if b.Notice != nil {
		w.GroupDataFlag |= flagNotice
		w.GroupNotice, w.Type = *b.Notice, zimwire.TipsMessageChangeInfoTypeGroupNoticeChanged
	}
	if b.Avatar != nil {
		w.GroupDataFlag |= flagAvatar
		w.GroupAvatarURL, w.Type = *b.Avatar, zimwire.TipsMessageChangeInfoTypeGroupAvatarUrlChanged
	}
	switch w.GroupDataFlag {
	case 0:
		return nil
	case flagName, flagNotice, flagAvatar:
	default:
		w.Type = zimwire.TipsMessageChangeInfoTypeGroupDataChanged
	}
	return w
}

func (m Map) user(u chat.UserID) zimwire.UserInfo {
	p := m.Dir.Profile(u)
	p.UserID = string(u)
	return p
}

func (m Map) users(list []chat.UserID) []zimwire.UserInfo {
	out := make([]zimwire.UserInfo, len(list))
	for i, u := range list {
		out[i] = m.user(u)
	}
	return out
}
