package zimmap

import (
	"dragoman/bridge/chat"
	"dragoman/mapping"
)

// Table says how faithfully each kind crosses, for docs/mapping.md.
func Table() []mapping.Row {
	rows := append(contentRows(), messageRows()...)
	rows = append(rows, groupRows()...)
	return append(rows, personalRows()...)
}

func contentRows() []mapping.Row {
	const ref = "zim message bodies"
	return []mapping.Row{
		{Native: "1 Text, 20 Barrage", Value: chat.Text{}, Ref: ref},
		{Native: "11 Image, 12 File, 13 Audio, 14 Video", Value: chat.Media{}, Out: mapping.Degraded, Ref: ref,
			Note: "a caption makes it a message of two items; lengths in whole seconds; a video has no size of its own"},
		{Native: "10 Multiple", Value: chat.Multi{}, Out: mapping.Degraded, Ref: ref, Note: "a place among the parts is a text"},
		{Native: "1 Text", Value: chat.Location{}, In: mapping.Absent, Out: mapping.Degraded, Ref: ref, Note: "name, address and position as a text"},
		{Native: "2 Command", Value: chat.Command{}, Out: mapping.Degraded, Ref: ref, Note: "a name with parameters is written as JSON"},
		{Native: "200 Custom", Value: chat.Custom{}, Out: mapping.Degraded, Ref: ref,
			Note: "another protocol's kind is sub type 0 and says itself as JSON: type, params, data, text"},
		{Native: "100 Combine", Value: chat.Bundle{}, Out: mapping.Degraded, Ref: ref,
			Note: "a bundle that stands in a file alone shows title and summary and cannot be opened"},
		{Native: "31 Revoke", Value: chat.Recalled{}, In: mapping.Absent, Ref: "zim recall"},
	}
}

func messageRows() []mapping.Row {
	return []mapping.Row{
		{Native: "sendMessage, replyMessage; peerMessageReceived, groupMessageReceived, roomMessageReceived, broadcastMessageReceived",
			Value: chat.Message{}, Out: mapping.Degraded, Ref: "zim messages",
			Note: "another protocol's own fields are, as a JSON object, the extended data; a thread is a group of its own"},
		{Native: "editMessage, messageEdited", Value: chat.Edit{}, Ref: "zim edit"},
		{Native: "revokeMessage, messageRevokeReceived", Value: chat.Recall{}, Ref: "zim recall"},
		{Native: "sendMessageReceiptsRead, messageReceiptChanged, conversationMessageReceiptChanged", Value: chat.Receipt{}, Out: mapping.Degraded,
			Ref: "zim receipts", Note: "read alone: this version knows no delivery receipts; \"up to here\" in a group clears what is unread and tells nobody"},
		{Native: "addMessageReaction, messageReactionsChanged", Value: chat.Reaction{}, Ref: "zim reactions"},
		{Native: "pinMessage, messagePinStatusChanged", Value: chat.Pin{}, Out: mapping.Degraded, Ref: "zim pins", Note: "without the tip in the history"},
		{Native: "", Value: chat.Typing{}, In: mapping.Absent, Out: mapping.Dropped, Ref: "zim messages", Note: "ZIM has no such notice; applications send commands"},
		{Native: "", Value: chat.Relay{}, In: mapping.Absent, Out: mapping.Dropped, Ref: "zim messages", Note: "signalling between clients of another protocol means nothing here"},
	}
}

func groupRows() []mapping.Row {
	return []mapping.Row{
		{Native: "joinGroup, leaveGroup, kickGroupMembers…; groupStateChanged, groupMemberStateChanged, groupMemberInfoUpdated, groupApplicationListChanged, groupApplicationUpdated, roomMemberJoined, roomMemberLeft; 32 Tips",
			Value: chat.Membership{}, Out: mapping.Degraded, Ref: "zim groups",
			Note: "a ban is a kick; lists of who is banned or may speak are not shown; a room shows who comes and goes and who was kicked"},
		{Native: "updateGroupName, updateGroupNotice, updateGroupAvatarUrl, updateUserName…; groupNameUpdated…, userInfoUpdated; 32 Tips",
			Value: chat.Profile{}, Out: mapping.Degraded, Ref: "zim groups", Note: "a group's description is not shown; a room's changes are not told"},
		{Native: "muteGroup, updateGroupJoinMode…; groupMutedInfoUpdated, groupVerifyInfoUpdated; 32 Tips", Value: chat.Rules{}, Out: mapping.Degraded,
			Ref: "zim groups", Note: "whether strangers find it, and a room's rules, are not told"},
		{Native: "createGroup, dismissGroup, createRoom; groupStateChanged, roomStateChanged; 32 Tips", Value: chat.Lifecycle{}, Ref: "zim groups"},
		{Native: "setGroupAttributes, setRoomAttributes…; groupAttributesUpdated, roomAttributesUpdated, roomAttributesBatchUpdated, roomMemberAttributesUpdated",
			Value: chat.Attributes{}, Out: mapping.Degraded, Ref: "zim rooms", Note: "attributes of a group's member or of a user are not shown"},
	}
}

func personalRows() []mapping.Row {
	const later = "contacts, the blacklist and calls come with their own issue"
	return []mapping.Row{
		{Native: "updateUserCustomStatus, userStatusUpdated", Value: chat.Presence{}, Out: mapping.Degraded, Ref: "zim users",
			Note: "online or not, on which platforms, and a text; away and busy as that text"},
		{Native: "", Value: chat.Contact{}, In: mapping.Absent, Out: mapping.Dropped, Ref: "zim friends", Note: later},
		{Native: "", Value: chat.Block{}, In: mapping.Absent, Out: mapping.Dropped, Ref: "zim friends", Note: later},
		{Native: "subscribeUsersStatus", Value: chat.Watch{}, Out: mapping.Dropped, Ref: "zim users", Note: "whom a user follows is asked for, not told"},
		{Native: "updateConversationPinnedState, setConversationNotificationStatus, setConversationMark, setConversationDraft, deleteConversation, updateGroupAlias, updateUserOfflinePushRule; conversationChanged, groupAliasUpdated, userRuleUpdated",
			Value: chat.Setting{}, Out: mapping.Degraded, Ref: "zim conversations", Note: "what only another protocol knows is not shown"},
		{Native: "deleteMessages, deleteAllMessage; messageDeleted", Value: chat.Hide{}, Out: mapping.Degraded, Ref: "zim history",
			Note: "up to a message that is not the last is told as all"},
		{Native: "", Value: chat.CallState{}, In: mapping.Absent, Out: mapping.Dropped, Ref: "zim calls", Note: later},
	}
}
