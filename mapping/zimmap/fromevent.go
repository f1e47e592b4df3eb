package zimmap

import (
	"fmt"
	"slices"

	"dragoman/bridge/chat"
	"dragoman/protocols/zim/zimwire"
)

// FromEvent writes what an event tells the reader's client: no notices for what ZIM does not tell. offline marks a message
// that was sent while he was away. What a change means to a line of the conversation list is not here: see Touches.
func (m Map) FromEvent(r chat.Record, offline bool) ([]zimwire.Notice, error) {
	ev := *r.Event
	switch b := ev.Body.(type) {
	case chat.Message:
		return append(m.knowing(r.About).received(chat.Entry{Event: ev}, offline), m.RepliedCount(r)...), nil
	case chat.Edit:
		return m.changed(r, "messageEdited", func(w zimwire.Message) any {
			return zimwire.EventOfMessageEditedResult{MessageList: []zimwire.Message{w}}
		}), nil
	case chat.Recall:
		return m.changed(r, "messageRevokeReceived", func(w zimwire.Message) any {
			return zimwire.EventOfMessageRevokeReceivedResult{MessageList: []zimwire.Message{w}}
		}), nil
	case chat.Receipt:
		return m.receipt(r, b), nil
	case chat.Reaction:
		return m.reacted(r, b), nil
	case chat.Pin:
		return m.pinned(r, b), nil
	case chat.Membership:
		return m.membership(ev, b, offline), nil
	case chat.Profile:
		return m.profile(ev, b, offline), nil
	case chat.Rules:
		return m.rules(ev, b, offline), nil
	case chat.Lifecycle:
		return m.lifecycle(ev, b, offline), nil
	case chat.Attributes:
		return m.attributes(ev, b), nil
	case chat.Hide:
		return m.hidden(ev, b), nil
	case chat.Setting:
		return m.setting(ev, b), nil
	case chat.Presence, chat.Contact, chat.Block, chat.Watch:
		return nil, nil // told as states: see Touches and the front-end's user status
	case chat.Typing, chat.CallState, chat.Relay:
		return nil, nil
	}
	return nil, fmt.Errorf("zimmap: no form for %T", ev.Body)
}

// received is the event of a message that has come, or of a tip.
func (m Map) received(e chat.Entry, offline bool) []zimwire.Notice {
	w, ok := m.FromEntry(e)
	if !ok {
		return nil
	}
	data := zimwire.EventOfConversationMessageReceivedResult{
		MessageList: []zimwire.Message{w}, FromConversationID: w.ConversationID,
		Info: zimwire.MessageReceivedInfo{IsOfflineMessage: offline},
	}
	switch e.Conv.Kind {
	case chat.KindPeer:
		return []zimwire.Notice{{Event: "peerMessageReceived", Data: data}}
	case chat.KindGroup, chat.KindThread:
		return []zimwire.Notice{{Event: "groupMessageReceived", Data: data}}
	case chat.KindRoom:
		return []zimwire.Notice{{Event: "roomMessageReceived", Data: data}}
	case chat.KindAll:
		return []zimwire.Notice{{Event: "broadcastMessageReceived", Data: zimwire.EventOfBroadcastMessageReceivedResult{Message: w}}}
	}
	return nil
}

// around is a Directory that has a message at hand.
type around struct {
	Directory
	entry *chat.Entry
}

// Entry implements Directory.
func (a around) Entry(c chat.Conv, ref chat.Ref) *chat.Entry {
	if a.entry.ID == ref.ID {
		return a.entry
	}
	return a.Directory.Entry(c, ref)
}

// knowing returns m with what an event refers to at hand; nil: nothing.
func (m Map) knowing(about *chat.Entry) Map {
	if about != nil {
		m.Dir = around{m.Dir, about}
	}
	return m
}

// RepliedCount tells how many replies the message has that this one answers; nil where it answers none.
func (m Map) RepliedCount(r chat.Record) []zimwire.Notice {
	said, ok := r.Event.Body.(chat.Message)
	if !ok || said.ReplyTo.IsZero() || r.About == nil || r.Event.Conv.Kind == chat.KindRoom {
		return nil
	}
	info := zimwire.MessageRootRepliedCountInfo{MessageID: r.About.ID.String(), Count: int64(r.About.Replies)}
	info.ConversationID, info.ConversationType, _ = NameOf(m.Reader, r.Event.Conv)
	return []zimwire.Notice{{Event: "messageRepliedCountChanged",
		Data: zimwire.EventOfMessageRepliedCountChangedResult{Infos: []zimwire.MessageRootRepliedCountInfo{info}}}}
}

// changed tells of a message that is no longer what it was.
func (m Map) changed(r chat.Record, event string, data func(zimwire.Message) any) []zimwire.Notice {
	if r.About == nil {
		return nil
	}
	w, ok := m.FromEntry(*r.About)
	if !ok {
		return nil
	}
	return []zimwire.Notice{{Event: event, Data: data(w)}}
}

func (m Map) receipt(r chat.Record, b chat.Receipt) []zimwire.Notice {
	ev := r.Event
	if b.State != chat.Read {
		return nil // "delivered" came to ZIM after this version
	}
	id, kind, ok := NameOf(m.Reader, ev.Conv)
	if !ok {
		return nil
	}
	if len(b.Messages) > 0 {
		return m.receipts(r, b.Messages)
	}
	var out []zimwire.Notice
	if !b.Through.IsZero() {
		// "Up to here" is what other protocols say; of this very message it is a receipt.
		out = m.receipts(r, []chat.Ref{b.Through})
	}
	if ev.Conv.Kind == chat.KindPeer {
		info := zimwire.MessageReceiptInfo{
			Status: zimwire.MessageReceiptStatusDone, ConversationID: id, ConversationType: kind, IsSelfOperated: ev.From == m.Reader,
		}
		out = append(out, zimwire.Notice{Event: "conversationMessageReceiptChanged",
			Data: zimwire.EventOfConversationMessageReceiptChangedResult{Infos: []zimwire.MessageReceiptInfo{info}}})
	}
	return out
}

// receipts tells of messages that want receipts and have one more.
func (m Map) receipts(r chat.Record, refs []chat.Ref) []zimwire.Notice {
	ev := r.Event
	var infos []zimwire.MessageReceiptInfo
	for _, ref := range refs {
		e := m.about(r, ref)
		if e == nil || (e.From != m.Reader && ev.From != m.Reader) {
			continue // somebody else's message, read by somebody else
		}
		if info := m.ReceiptInfo(*e, *ev); info.Status != zimwire.MessageReceiptStatusNone {
			infos = append(infos, info)
		}
	}
	if infos == nil {
		return nil
	}
	return []zimwire.Notice{{Event: "messageReceiptChanged", Data: zimwire.EventOfMessageReceiptChangedResult{Infos: infos}}}
}

// about returns the message that ref names, from the record if it is there.
func (m Map) about(r chat.Record, ref chat.Ref) *chat.Entry {
	if r.About != nil && r.About.ID == ref.ID {
		return r.About
	}
	return m.Dir.Entry(r.Event.Conv, ref)
}

// ReceiptInfo writes how far a message was read, after the receipt by (or the zero Event, for a question).
func (m Map) ReceiptInfo(e chat.Entry, by chat.Event) zimwire.MessageReceiptInfo {
	info := zimwire.MessageReceiptInfo{MessageID: e.ID.String(), IsSelfOperated: by.From == m.Reader}
	info.ConversationID, info.ConversationType, _ = NameOf(m.Reader, e.Conv)
	said, ok := e.Body.(chat.Message)
	switch {
	case !ok || !said.WantReceipt:
		return info
	case info.IsSelfOperated:
		// What concerns the reader of a message is that he has read it.
		info.Status, info.ReadTime = zimwire.MessageReceiptStatusDone, millis(by.Time)
		return info
	case e.From != m.Reader:
		return info // whoever asks about another's message is told no numbers
	}
	info.Status = zimwire.MessageReceiptStatusProcessing
	info.ReadMemberCount, info.UnreadMemberCount = int64(e.Read.Count), int64(max(0, e.Read.Of-e.Read.Count))
	if e.Read.Of > 0 && e.Read.Count >= e.Read.Of {
		info.Status, info.ReadTime = zimwire.MessageReceiptStatusDone, millis(by.Time)
	}
	return info
}

func (m Map) reacted(r chat.Record, b chat.Reaction) []zimwire.Notice {
	if r.About == nil {
		return nil
	}
	w, ok := m.FromEntry(*r.About)
	if !ok {
		return nil
	}
	data := zimwire.EventOfMessageReactionsChangedResult{}
	change := zimwire.MessageReactionChangeInfo{Message: w}
	for _, step := range []struct {
		kinds  []chat.Emoji
		action zimwire.MessageReactionUserChangeAction
		sum    int64
	}{{b.Off, zimwire.MessageReactionUserChangeActionDeleted, 0}, {b.On, zimwire.MessageReactionUserChangeActionAdded, 1}} {
		for _, kind := range step.kinds {
			data.Reactions = append(data.Reactions, m.ReactionOf(*r.About, string(kind)))
			change.UserChangeInfoList = append(change.UserChangeInfoList, zimwire.MessageReactionUserChangeInfo{
				UserID: string(r.Event.From), ReactionType: string(kind), Action: step.action, SumCount: step.sum})
		}
	}
	data.ChangeInfoList = []zimwire.MessageReactionChangeInfo{change}
	return []zimwire.Notice{{Event: "messageReactionsChanged", Data: data}}
}

func (m Map) pinned(r chat.Record, b chat.Pin) []zimwire.Notice {
	return m.changed(r, "messagePinStatusChanged", func(w zimwire.Message) any {
		status := zimwire.MessagePinStatusNotPinned
		if b.On {
			status = zimwire.MessagePinStatusPinned
		}
		return zimwire.EventOfMessagePinStatusChangedResult{Infos: []zimwire.MessagePinStatusChangeInfo{{PinStatus: status, Message: w}}}
	})
}

// setting tells what is more than a line of the list: the user's own name for a group, and his rules.
func (m Map) setting(ev chat.Event, b chat.Setting) []zimwire.Notice {
	switch all := unpack(ev.Native).All; {
	case b.Key == chat.SettingDeleted && all > 0:
		return []zimwire.Notice{{Event: "conversationsAllDeleted", Data: zimwire.EventOfConversationsAllDeletedResult{Count: all}}}
	case b.Key == chat.SettingAlias && ev.Conv.Kind == chat.KindGroup:
		return []zimwire.Notice{{Event: "groupAliasUpdated", Data: zimwire.EventOfGroupAliasUpdatedResult{
			GroupID: ev.Conv.ID, GroupAlias: b.Value.Text, OperatedUserID: string(ev.From)}}}
	case b.Key == SettingPushRule:
		return []zimwire.Notice{{Event: "userRuleUpdated", Data: zimwire.EventOfUserRuleUpdatedResult{UserRule: UserRule(b.Value)}}}
	}
	return nil
}

// hidden tells the author's other devices what he has deleted for himself.
func (m Map) hidden(ev chat.Event, b chat.Hide) []zimwire.Notice {
	id, kind, ok := NameOf(m.Reader, ev.Conv)
	if !ok || ev.From != m.Reader {
		return nil
	}
	data := zimwire.EventOfMessageDeletedResult{ConversationID: id, ConversationType: kind}
	if unpack(ev.Native).All > 0 {
		return []zimwire.Notice{{Event: "messageDeleted", Data: zimwire.EventOfMessageDeletedResult{
			IsDeleteConversationAllMessage: true, MessageDeleteType: zimwire.MessageDeleteTypeAllConversationMessagesDeleted}}}
	}
	if len(b.Messages) == 0 {
		data.IsDeleteConversationAllMessage = true
		data.MessageDeleteType = zimwire.MessageDeleteTypeConversationAllMessagesDeleted
		return []zimwire.Notice{{Event: "messageDeleted", Data: data}}
	}
	for _, ref := range b.Messages {
		data.MessageList = append(data.MessageList, zimwire.Message{
			MessageID: ref.ID.String(), MessageSeq: int64(ref.Seq), SenderUserID: string(ref.Author), LocalMessageID: ref.ID.String(),
			ConversationID: id, ConversationType: kind, OrderKey: ref.ID.OrderKey(), Timestamp: millis(ref.ID.Time()),
		})
	}
	return []zimwire.Notice{{Event: "messageDeleted", Data: data}}
}

func (m Map) membership(ev chat.Event, b chat.Membership, offline bool) []zimwire.Notice {
	if ev.Conv.Kind == chat.KindRoom {
		return m.roomMembership(ev, b)
	}
	who := joining(ev, b)
	var out []zimwire.Notice
	switch b.Change {
	case chat.ChangeJoin, chat.ChangeApplyAccept:
		out = m.memberState(ev, who, zimwire.GroupMemberStateEnter, zimwire.GroupMemberEventJoined, zimwire.GroupEventJoined)
	case chat.ChangeAdd, chat.ChangeInviteAccept:
		out = m.memberState(ev, who, zimwire.GroupMemberStateEnter, zimwire.GroupMemberEventInvited, zimwire.GroupEventInvited)
	case chat.ChangeLeave:
		out = m.memberState(ev, who, zimwire.GroupMemberStateQuit, zimwire.GroupMemberEventLeft, zimwire.GroupEventLeft)
	case chat.ChangeKick, chat.ChangeBan:
		out = m.memberState(ev, who, zimwire.GroupMemberStateQuit, zimwire.GroupMemberEventKickedOut, zimwire.GroupEventKickedOut)
	case chat.ChangeRole, chat.ChangeNick, chat.ChangeMute, chat.ChangeUnmute:
		out = m.memberInfo(ev, b.Users)
	case chat.ChangeOwner:
		out = m.memberInfo(ev, append(b.Users[:len(b.Users):len(b.Users)], ev.From))
	case chat.ChangeUnban, chat.ChangeAllow, chat.ChangeDisallow:
		return nil // lists that ZIM does not have
	case chat.ChangeApply, chat.ChangeApplyDecline, chat.ChangeInvite, chat.ChangeInviteDecline:
		return m.applications(ev, b)
	}
	out = append(out, m.applications(ev, b)...)
	return append(out, m.received(chat.Entry{Event: ev}, offline)...)
}

// memberState tells who came or went that he did, and the others likewise.
func (m Map) memberState(ev chat.Event, who []chat.UserID, state zimwire.GroupMemberState, event zimwire.GroupMemberEvent, self zimwire.GroupEvent) []zimwire.Notice {
	if slices.Contains(who, m.Reader) {
		groupState := zimwire.GroupStateQuit
		if state == zimwire.GroupMemberStateEnter {
			groupState = zimwire.GroupStateEnter
		}
		return []zimwire.Notice{m.groupState(ev, groupState, self)}
	}
	return []zimwire.Notice{{Event: "groupMemberStateChanged", Data: zimwire.EventOfGroupMemberStateChangedResult{
		GroupID: ev.Conv.ID, State: state, Event: event, UserList: m.members(ev.Conv, who), OperatedInfo: m.operated(ev.Conv, ev.From),
	}}}
}

func (m Map) groupState(ev chat.Event, state zimwire.GroupState, event zimwire.GroupEvent) zimwire.Notice {
	d := m.Dir.Details(ev.Conv)
	d.Conv = ev.Conv
	return zimwire.Notice{Event: "groupStateChanged", Data: zimwire.EventOfGroupStateChangedResult{
		State: state, Event: event, OperatedInfo: m.operated(ev.Conv, ev.From), GroupInfo: FromGroup(d, "", true),
	}}
}

func (m Map) memberInfo(ev chat.Event, who []chat.UserID) []zimwire.Notice {
	return []zimwire.Notice{{Event: "groupMemberInfoUpdated", Data: zimwire.EventOfGroupMemberInfoUpdatedResult{
		GroupID: ev.Conv.ID, UserList: m.members(ev.Conv, who), OperatedInfo: m.operated(ev.Conv, ev.From),
	}}}
}

func (m Map) profile(ev chat.Event, b chat.Profile, offline bool) []zimwire.Notice {
	switch ev.Conv.Kind {
	case chat.KindSelf:
		p := m.user(ev.From)
		return []zimwire.Notice{{Event: "userInfoUpdated", Data: zimwire.EventOfUserInfoUpdatedResult{Info: FullInfo(p)}}}
	case chat.KindGroup, chat.KindThread:
	default:
		return nil
	}
	id, by := ev.Conv.ID, m.operated(ev.Conv, ev.From)
	var out []zimwire.Notice
	if b.Name != nil {
		out = append(out, zimwire.Notice{Event: "groupNameUpdated",
			Data: zimwire.EventOfGroupNameUpdatedResult{GroupID: id, GroupName: *b.Name, OperatedInfo: by}})
	}
	if b.Avatar != nil {
		out = append(out, zimwire.Notice{Event: "groupAvatarUrlUpdated",
			Data: zimwire.EventOfGroupAvatarUrlUpdatedResult{GroupID: id, GroupAvatarURL: *b.Avatar, OperatedInfo: by}})
	}
	if b.Notice != nil {
		out = append(out, zimwire.Notice{Event: "groupNoticeUpdated",
			Data: zimwire.EventOfGroupNoticeUpdatedResult{GroupID: id, GroupNotice: *b.Notice, OperatedInfo: by}})
	}
	return append(out, m.received(chat.Entry{Event: ev}, offline)...)
}

// FullInfo writes a user as queries and events do.
func FullInfo(p zimwire.UserInfo) zimwire.UserFullInfo {
	return zimwire.UserFullInfo{BaseInfo: p, UserAvatarURL: p.UserAvatarURL, ExtendedData: p.UserExtendedData}
}

func (m Map) rules(ev chat.Event, b chat.Rules, offline bool) []zimwire.Notice {
	if ev.Conv.Kind != chat.KindGroup && ev.Conv.Kind != chat.KindThread {
		return nil
	}
	by := m.operated(ev.Conv, ev.From)
	var out []zimwire.Notice
	if b.Silent != nil {
		out = append(out, zimwire.Notice{Event: "groupMutedInfoUpdated",
			Data: zimwire.EventOfGroupMutedInfoUpdatedResult{GroupID: ev.Conv.ID, MutedInfo: mutedBy(b), OperatedInfo: by}})
	}
	if b.Join != nil || b.Invite != nil || b.Consent != nil {
		d := m.Dir.Details(ev.Conv)
		out = append(out, zimwire.Notice{Event: "groupVerifyInfoUpdated",
			Data: zimwire.EventOfGroupVerifyInfoUpdatedResult{GroupID: ev.Conv.ID, VerifyInfo: VerifyInfo(d), OperatedInfo: by}})
	}
	return append(out, m.received(chat.Entry{Event: ev}, offline)...)
}

func (m Map) lifecycle(ev chat.Event, b chat.Lifecycle, offline bool) []zimwire.Notice {
	switch ev.Conv.Kind {
	case chat.KindRoom:
		if b.Created {
			return nil
		}
		return []zimwire.Notice{roomState(ev.Conv, zimwire.RoomEventRoomNotExist, "")}
	case chat.KindGroup, chat.KindThread:
	default:
		return nil
	}
	state, event := zimwire.GroupStateQuit, zimwire.GroupEventDismissed
	if b.Created {
		state, event = zimwire.GroupStateEnter, zimwire.GroupEventInvited
		if ev.From == m.Reader {
			event = zimwire.GroupEventCreated
		}
	}
	out := []zimwire.Notice{m.groupState(ev, state, event)}
	return append(out, m.received(chat.Entry{Event: ev}, offline)...)
}

func (m Map) attributes(ev chat.Event, b chat.Attributes) []zimwire.Notice {
	b, any := b.Shown()
	switch {
	case !any:
		return nil
	case ev.Conv.Kind == chat.KindRoom && b.User != "":
		return []zimwire.Notice{memberAttributes(ev, b)}
	case ev.Conv.Kind == chat.KindRoom:
		return []zimwire.Notice{roomAttributes(ev, b)}
	case ev.Conv.Kind != chat.KindGroup || b.User != "":
		return nil
	}
	data := zimwire.EventOfGroupAttributesUpdatedResult{GroupID: ev.Conv.ID, OperatedInfo: m.operated(ev.Conv, ev.From)}
	if len(b.Set) > 0 {
		data.InfoList = append(data.InfoList, zimwire.GroupAttributesUpdateInfo{Action: zimwire.GroupAttributesUpdateActionSet, GroupAttributes: b.Set})
	}
	if len(b.Deleted) > 0 {
		data.InfoList = append(data.InfoList, zimwire.GroupAttributesUpdateInfo{
			Action: zimwire.GroupAttributesUpdateActionDelete, GroupAttributes: emptied(b.Deleted)})
	}
	return []zimwire.Notice{{Event: "groupAttributesUpdated", Data: data}}
}

// emptied names what is gone.
func emptied(keys []string) map[string]string {
	out := make(map[string]string, len(keys))
	for _, k := range keys {
		out[k] = ""
	}
	return out
}

// Touches reports whether an event changes the reader's line of its conversation in his list.
func Touches(ev *chat.Event) bool {
	switch ev.Conv.Kind {
	case chat.KindPeer, chat.KindGroup, chat.KindThread:
	default:
		return false
	}
	switch b := ev.Body.(type) {
	case chat.Message:
		_, command := b.Content.(chat.Command)
		return !command && !b.OnlineOnly
	case chat.Edit, chat.Recall, chat.Setting, chat.Hide, chat.Profile, chat.Lifecycle, chat.Rules:
		return true
	case chat.Membership:
		return ev.Keep() == chat.KeepHistory // what only a few are told of changes no list
	case chat.Receipt:
		return b.State == chat.Read
	}
	return false
}
