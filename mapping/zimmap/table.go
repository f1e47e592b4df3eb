package zimmap

import (
	"slices"

	"dragoman/mapping"
)

// Table says how faithfully each kind crosses, for docs/mapping.md.
func Table() mapping.Table {
	return mapping.Table{
		Protocol: Protocol, Name: "ZIM", Natives: natives(),
		Rows: slices.Concat(saidRows(), withRows(), afterRows(), memberRows(), stateRows(), personRows(), stepRows(), otherRows()),
	}
}

// natives are the message types, events and states of the web SDK 2.29.0.
func natives() []string {
	return []string{
		"type 1 Text", "type 2 Command", "type 10 Multiple", "type 11 Image", "type 12 File", "type 13 Audio", "type 14 Video", "type 20 Barrage",
		"type 30 System", "type 31 Revoke", "type 32 Tips", "type 100 Combine", "type 200 Custom",

		"error", "experimentalEventReceived", "tokenWillExpire", "connectionStateChanged", "userInfoUpdated", "userRuleUpdated",
		"userStatusUpdated", "conversationChanged", "conversationTotalUnreadMessageCountUpdated", "conversationMessageReceiptChanged",
		"conversationsAllDeleted", "conversationSyncStateChanged", "receivePeerMessage", "receiveRoomMessage", "receiveGroupMessage",
		"peerMessageReceived", "roomMessageReceived", "groupMessageReceived", "broadcastMessageReceived", "messageSentStatusChanged",
		"messageReceiptChanged", "messageRevokeReceived", "messageReactionsChanged", "messageDeleted", "messageRepliedInfoChanged",
		"messageRepliedCountChanged", "messageEdited", "messagePinStatusChanged", "roomStateChanged", "roomMemberJoined", "roomMemberLeft",
		"roomAttributesUpdated", "roomAttributesBatchUpdated", "roomMemberAttributesUpdated", "groupStateChanged", "groupNameUpdated",
		"groupAvatarUrlUpdated", "groupNoticeUpdated", "groupAliasUpdated", "groupAttributesUpdated", "groupMutedInfoUpdated",
		"groupVerifyInfoUpdated", "groupMemberStateChanged", "groupMemberInfoUpdated", "groupApplicationListChanged",
		"groupApplicationUpdated", "callInvitationCreated", "callInvitationReceived", "callInvitationCancelled", "callInvitationEnded",
		"callInvitationRejected", "callInvitationAccepted", "callInvitationTimeout", "callInviteesAnsweredTimeout", "callUserStateChanged",
		"friendListChanged", "friendInfoUpdated", "friendApplicationListChanged", "friendApplicationUpdated", "blacklistChanged",

		"ConnectionState", "ConnectionEvent", "ConversationEvent", "ConversationNotificationStatus", "ConversationSyncState",
		"MessageReceiptStatus", "MessageRevokeStatus", "MessageSentStatus", "TipsMessageEvent", "MessageRepliedInfoState",
		"MessagePinStatus", "RoomEvent", "RoomState", "GroupState", "GroupEvent", "GroupMemberEvent", "GroupMemberState",
		"GroupMessageNotificationStatus", "GroupApplicationState", "CallState", "CallUserState", "FriendApplicationState",
		"UserOnlineStatus",
	}
}

func saidRows() []mapping.Row {
	const ref = "zim message bodies"
	return []mapping.Row{
		{Kind: "text", Native: "type 1 Text, peerMessageReceived, groupMessageReceived, roomMessageReceived, broadcastMessageReceived, receivePeerMessage, receiveGroupMessage, receiveRoomMessage", Ref: ref},
		{Kind: "picture", Native: "type 11 Image", Ref: ref},
		{Kind: "voice", Native: "type 13 Audio", Ref: ref},
		{Kind: "video", Native: "type 14 Video", Ref: ref},
		{Kind: "file", Native: "type 12 File", Ref: ref},
		{Kind: "file with a caption", In: mapping.Absent, Ref: ref, Note: "a message of two parts, the caption first"},
		{Kind: "link to a file elsewhere", Native: "fileDownloadUrl", Ref: ref},
		{Kind: "several parts", Native: "type 10 Multiple", Ref: ref},
		{Kind: "location", In: mapping.Absent, Out: mapping.Degraded, Ref: ref, Note: "a text with name, address and position"},
		{Kind: "command", Native: "type 2 Command", Ref: ref, Note: "the other's name, params and data are a JSON object in the command"},
		{Kind: "custom", Native: "type 200 Custom", Ref: ref,
			Note: "of sub type 0, and a JSON object with the other's type, params, data and words"},
		{Kind: "bundle", Native: "type 100 Combine", Out: mapping.Degraded, Ref: ref,
			Note: "title and summary; where the other's bundle is one file it cannot be opened"},
	}
}

func withRows() []mapping.Row {
	const ref = "zim messages"
	return []mapping.Row{
		{Kind: "reply", Native: "replyMessage, messageRepliedInfoChanged, messageRepliedCountChanged, MessageRepliedInfoState", Ref: ref},
		{Kind: "mention", Native: "mentionedUserIDs", Ref: ref},
		{Kind: "mention of all", Native: "isMentionAll", Ref: ref},
		{Kind: "own fields", Native: "extendedData", Ref: ref, Note: "the other's fields are a JSON object in the extended data"},
		{Kind: "to some members", Native: "toUserIDs of the server", In: mapping.Absent, Ref: ref},
		{Kind: "priority", Native: "priority", Ref: ref, Note: "it does its work in the gateway, whoever reads; readers are not told"},
		{Kind: "for who is online", Places: []mapping.Place{mapping.Room}, Native: "type 20 Barrage", Ref: ref},
		{Kind: "for who is online", In: mapping.Absent, Ref: ref, Note: "a message as any other, that no history has"},
		{Kind: "not counted", Native: "disableUnreadMessageCount", Ref: ref},
		{Kind: "push wishes", Native: "pushConfig", Ref: ref, Note: "kept with the message; nobody is pushed yet"},
		{Kind: "receipt wanted", Native: "hasReceipt", Ref: "zim receipts"},
	}
}

func afterRows() []mapping.Row {
	noTyping := "there is no such notice; applications send commands of their own"
	return []mapping.Row{
		{Kind: "edit", Native: "editMessage, messageEdited", Ref: "zim edit"},
		{Kind: "edit", Places: []mapping.Place{mapping.Room}, In: mapping.Absent, Ref: "zim edit"},
		{Kind: "recall", Native: "revokeMessage, messageRevokeReceived, MessageRevokeStatus", Ref: "zim recall"},
		{Kind: "recall", Places: []mapping.Place{mapping.Room}, In: mapping.Absent, Ref: "zim recall"},
		{Kind: "recall by a manager", Native: "revokeMessage", Ref: "zim recall"},
		{Kind: "recall by a manager", Places: []mapping.Place{mapping.Room}, In: mapping.Absent, Ref: "zim recall"},
		{Kind: "recalled, in history", Native: "type 31 Revoke", Ref: "zim recall"},
		{Kind: "recalled, in history", Places: []mapping.Place{mapping.Room}, In: mapping.Absent, Ref: "zim recall"},
		{Kind: "delivered", In: mapping.Absent, Out: mapping.Dropped, Ref: "zim receipts", Note: "this protocol knows receipts of reading alone"},
		{Kind: "read", Native: "sendMessageReceiptsRead, messageReceiptChanged, MessageReceiptStatus", Ref: "zim receipts"},
		{Kind: "read up to here", Places: []mapping.Place{mapping.Peer}, Native: "sendConversationMessageReceiptRead, conversationMessageReceiptChanged", Ref: "zim receipts"},
		{Kind: "read up to here", In: mapping.Absent, Ref: "zim receipts", Note: "a receipt of the message that it names"},
		{Kind: "reaction", Native: "addMessageReaction, messageReactionsChanged", Ref: "zim reactions"},
		{Kind: "reaction", Places: []mapping.Place{mapping.Room}, In: mapping.Absent, Ref: "zim reactions"},
		{Kind: "reaction taken back", Native: "deleteMessageReaction", Ref: "zim reactions"},
		{Kind: "reaction taken back", Places: []mapping.Place{mapping.Room}, In: mapping.Absent, Ref: "zim reactions"},
		{Kind: "pin", Native: "pinMessage, messagePinStatusChanged, MessagePinStatus", Ref: "zim pins"},
		{Kind: "pin", Places: []mapping.Place{mapping.Room}, In: mapping.Absent, Ref: "zim pins"},
		{Kind: "unpin", Native: "pinMessage", Ref: "zim pins"},
		{Kind: "unpin", Places: []mapping.Place{mapping.Room}, In: mapping.Absent, Ref: "zim pins"},
		{Kind: "typing", In: mapping.Absent, Out: mapping.Dropped, Ref: "zim messages", Note: noTyping},
		{Kind: "typing ended", In: mapping.Absent, Out: mapping.Dropped, Ref: "zim messages", Note: noTyping},
		{Kind: "signalling", In: mapping.Absent, Out: mapping.Dropped, Ref: "zim messages",
			Note: "signalling between programs of another protocol means nothing here"},
	}
}

func memberRows() []mapping.Row {
	const ref, refRoom = "zim groups", "zim rooms"
	rooms := []mapping.Place{mapping.Room}
	rows := []mapping.Row{
		{Kind: "join", Native: "joinGroup, groupStateChanged, groupMemberStateChanged, GroupState, GroupEvent, GroupMemberState, GroupMemberEvent, type 32 Tips, TipsMessageEvent", Ref: ref},
		{Kind: "join", Places: rooms, Native: "joinRoom, roomMemberJoined, roomStateChanged, RoomState, RoomEvent", Ref: refRoom},
		{Kind: "add", Native: "inviteUsersIntoGroup", Ref: ref},
		{Kind: "leave", Native: "leaveGroup", Ref: ref},
		{Kind: "leave", Places: rooms, Native: "leaveRoom, roomMemberLeft", Ref: refRoom},
		{Kind: "kick", Native: "kickGroupMembers", Ref: ref},
		{Kind: "kick", Places: rooms, In: mapping.Absent, Ref: refRoom},
		{Kind: "ban", In: mapping.Absent, Ref: ref, Note: "as kicked: there is no list of who is banned"},
		{Kind: "unban", In: mapping.Absent, Out: mapping.Dropped, Ref: ref, Note: "there is no list of who is banned"},
		{Kind: "mute", Native: "muteGroupMembers, groupMemberInfoUpdated", Ref: ref},
		{Kind: "unmute", Native: "muteGroupMembers", Ref: ref},
		{Kind: "allow", In: mapping.Absent, Out: mapping.Dropped, Ref: ref, Note: "there is no list of who may speak when all are silent"},
		{Kind: "disallow", In: mapping.Absent, Out: mapping.Dropped, Ref: ref, Note: "there is no list of who may speak when all are silent"},
		{Kind: "role", Native: "setGroupMemberRole", Ref: ref},
		{Kind: "nick", Native: "setGroupMemberNickname", Ref: ref},
		{Kind: "owner", Native: "transferGroupOwner", Ref: ref},
		{Kind: "apply", Native: "sendGroupJoinApplication, groupApplicationListChanged, GroupApplicationState", Ref: ref},
		{Kind: "apply-accept", Native: "acceptGroupJoinApplication, groupApplicationUpdated", Ref: ref},
		{Kind: "apply-decline", Native: "rejectGroupJoinApplication", Ref: ref},
		{Kind: "invite", Native: "sendGroupInviteApplications", Ref: ref},
		{Kind: "invite-accept", Native: "acceptGroupInviteApplication", Ref: ref},
		{Kind: "invite-decline", Native: "rejectGroupInviteApplication", Ref: ref},
	}
	for _, kind := range []string{"mute", "unmute", "role", "nick", "owner"} {
		rows = append(rows, mapping.Row{Kind: kind, Places: rooms, In: mapping.Absent, Out: mapping.Dropped, Ref: refRoom,
			Note: "rooms have no roles, mutes or names"})
	}
	return rows
}

func stateRows() []mapping.Row {
	const ref, refRoom = "zim groups", "zim rooms"
	rooms := []mapping.Place{mapping.Room}
	rows := []mapping.Row{
		{Kind: "created", Native: "createGroup", Ref: ref},
		{Kind: "dissolved", Native: "dismissGroup", Ref: ref},
		{Kind: "dissolved", Places: rooms, In: mapping.Absent, Ref: refRoom},
		{Kind: "thread", In: mapping.Absent, Out: mapping.Degraded, Ref: ref, Note: "a group of its own"},
		{Kind: "name", Native: "updateGroupName, groupNameUpdated", Ref: ref},
		{Kind: "notice", Native: "updateGroupNotice, groupNoticeUpdated", Ref: ref},
		{Kind: "picture of it", Native: "updateGroupAvatarUrl, groupAvatarUrlUpdated", Ref: ref},
		{Kind: "description", In: mapping.Absent, Out: mapping.Dropped, Ref: ref, Note: "groups and rooms have no description"},
		{Kind: "who may enter and invite", Native: "updateGroupJoinMode, updateGroupInviteMode, updateGroupBeInviteMode, groupVerifyInfoUpdated", Ref: ref},
		{Kind: "all silenced", Native: "muteGroup, groupMutedInfoUpdated", Ref: ref},
		{Kind: "attributes", Native: "setGroupAttributes, deleteGroupAttributes, groupAttributesUpdated", Ref: ref},
		{Kind: "attributes", Places: rooms, Native: "setRoomAttributes, roomAttributesUpdated, roomAttributesBatchUpdated", Ref: refRoom},
		{Kind: "attributes of a member", In: mapping.Absent, Out: mapping.Dropped, Ref: ref, Note: "a group's member has a role and a name, and no more"},
		{Kind: "attributes of a member", Places: rooms, Native: "setRoomMembersAttributes, roomMemberAttributesUpdated", Ref: refRoom},
	}
	for _, kind := range []string{"name", "notice", "picture of it", "who may enter and invite", "all silenced"} {
		rows = append(rows, mapping.Row{Kind: kind, Places: rooms, In: mapping.Absent, Out: mapping.Dropped, Ref: refRoom,
			Note: "a room's name is told to who enters; of changes there is no event"})
	}
	return rows
}

func personRows() []mapping.Row {
	const later = "contacts, the blacklist and calls of this protocol are not offered yet"
	return []mapping.Row{
		{Kind: "online and offline", Native: "userStatusUpdated, UserOnlineStatus", Ref: "zim users"},
		{Kind: "away and busy", In: mapping.Absent, Out: mapping.Degraded, Ref: "zim users", Note: "online, with away or busy as the custom status where there is none"},
		{Kind: "status text", Native: "updateUserCustomStatus", Ref: "zim users"},
		{Kind: "name and picture", Native: "updateUserName, updateUserAvatarUrl, userInfoUpdated", Ref: "zim users"},
		{Kind: "further details", Native: "updateUserExtendedData", Out: mapping.Dropped, Ref: "zim users", Note: "a user shows a name, a picture and one text of data"},
		{Kind: "contact asked", In: mapping.Absent, Native: "friendApplicationListChanged, FriendApplicationState", Out: mapping.Dropped, Ref: "zim friends", Note: later},
		{Kind: "contact accepted", In: mapping.Absent, Native: "friendApplicationUpdated, friendListChanged", Out: mapping.Dropped, Ref: "zim friends", Note: later},
		{Kind: "contact declined", In: mapping.Absent, Out: mapping.Dropped, Ref: "zim friends", Note: later},
		{Kind: "contact removed", In: mapping.Absent, Out: mapping.Dropped, Ref: "zim friends", Note: later},
		{Kind: "alias and groups of a contact", In: mapping.Absent, Native: "friendInfoUpdated", Out: mapping.Dropped, Ref: "zim friends", Note: later},
		{Kind: "block", In: mapping.Absent, Native: "blacklistChanged", Out: mapping.Dropped, Ref: "zim friends", Note: later},
		{Kind: "following a presence", Native: "subscribeUsersStatus", Ref: "zim users", Note: "nobody is told; clients ask for the list"},
		{Kind: "call", In: mapping.Absent, Out: mapping.Dropped, Ref: "zim calls", Note: later,
			Native: "callInvitationCreated, callInvitationReceived, callInvitationCancelled, callInvitationEnded, callInvitationRejected, callInvitationAccepted, callInvitationTimeout, callInviteesAnsweredTimeout, callUserStateChanged, CallState, CallUserState"},
	}
}

func stepRows() []mapping.Row {
	const ref = "zim conversations"
	return []mapping.Row{
		{Kind: "pinned", Native: "updateConversationPinnedState, conversationChanged, ConversationEvent", Ref: ref},
		{Kind: "do not disturb", Native: "setConversationNotificationStatus, ConversationNotificationStatus, GroupMessageNotificationStatus", Ref: ref},
		{Kind: "marks", Native: "setConversationMark", Ref: ref},
		{Kind: "draft", Native: "setConversationDraft", Ref: ref},
		{Kind: "own name for it", Native: "updateGroupAlias, groupAliasUpdated", Ref: ref},
		{Kind: "deleted", Native: "deleteConversation, conversationsAllDeleted", Ref: ref},
		{Kind: "messages deleted for oneself", Native: "deleteMessages, messageDeleted", Ref: "zim history"},
		{Kind: "history cleared for oneself", Native: "deleteAllMessage", Ref: "zim history"},
	}
}

// otherRows are words that are no kind of the model.
func otherRows() []mapping.Row {
	return []mapping.Row{
		{Native: "type 30 System", In: mapping.Exact, Out: mapping.Absent, Ref: "zim message bodies", Note: "from the app's server alone, and a text to everybody else"},
		{Native: "connectionStateChanged, ConnectionState, ConnectionEvent, tokenWillExpire, error, messageSentStatusChanged, MessageSentStatus",
			In: mapping.Absent, Out: mapping.Exact, Ref: "zim connection", Note: "between a client and this gateway"},
		{Native: "conversationSyncStateChanged, ConversationSyncState, conversationTotalUnreadMessageCountUpdated", In: mapping.Absent, Out: mapping.Exact,
			Ref: "zim conversations", Note: "what a client's list of conversations comes to, whatever protocol changed it"},
		{Native: "userRuleUpdated", In: mapping.Exact, Out: mapping.Exact, Ref: "zim users", Note: "when a user wants to be disturbed: this protocol's own, in step among its devices"},
		{Native: "experimentalEventReceived", In: mapping.Absent, Out: mapping.Absent, Ref: "zim connection", Note: "the vendor documents none"},
	}
}
