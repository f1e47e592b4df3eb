package zimwire

// IsMethod reports whether name is a method of ZIM's that a server answers, whether this one does or not.
func IsMethod(name string) bool {
	switch name {
	case "uploadLog", "login", "logout", "renewToken", "updateUserName",
		"updateUserAvatarUrl", "updateUserExtendedData", "updateUserOfflinePushRule", "updateUserCustomStatus",
		"updateUserBadge", "queryUsersInfo", "queryUsersStatus", "querySelfUserInfo",
		"subscribeUsersStatus", "unsubscribeUsersStatus", "querySubscribedUserStatusList", "queryConversationList",
		"queryConversation", "queryConversationPinnedList", "updateConversationPinnedState", "deleteConversation",
		"deleteAllConversations", "clearConversationUnreadMessageCount", "clearConversationTotalUnreadMessageCount", "queryConversationTotalUnreadMessageCount",
		"setConversationNotificationStatus", "sendConversationMessageReceiptRead", "setConversationDraft", "setConversationMark",
		"searchLocalConversations", "sendMessage", "queryHistoryMessage", "queryMessages",
		"deleteMessages", "deleteAllMessage", "deleteAllConversationMessages", "sendMessageReceiptsRead",
		"queryMessageReceiptsInfo", "revokeMessage", "editMessage", "searchLocalMessages",
		"searchGlobalLocalMessages", "addMessageReaction", "deleteMessageReaction", "deleteMessageAllReactions",
		"queryMessageReactionUserList", "queryCombineMessageDetail", "replyMessage", "queryMessageRepliedList",
		"pinMessage", "queryPinnedMessageList", "createRoom", "joinRoom",
		"enterRoom", "switchRoom", "leaveRoom", "leaveAllRoom",
		"queryRoomMemberList", "queryRoomMembers", "queryRoomOnlineMemberCount", "setRoomAttributes",
		"deleteRoomAttributes", "endRoomAttributesBatchOperation", "queryRoomAllAttributes", "setRoomMembersAttributes",
		"queryRoomMembersAttributes", "queryRoomMemberAttributesList", "createGroup", "dismissGroup",
		"joinGroup", "leaveGroup", "inviteUsersIntoGroup", "kickGroupMembers",
		"transferGroupOwner", "queryGroupInfo", "queryGroupMemberInfo", "queryGroupList",
		"queryGroupMemberList", "queryGroupMemberCount", "updateGroupName", "updateGroupAvatarUrl",
		"updateGroupNotice", "updateGroupAlias", "updateGroupJoinMode", "updateGroupInviteMode",
		"updateGroupBeInviteMode", "setGroupAttributes", "deleteGroupAttributes", "queryGroupAttributes",
		"queryGroupAllAttributes", "setGroupMemberRole", "setGroupMemberNickname", "muteGroup",
		"muteGroupMembers", "queryGroupMemberMutedList", "queryGroupMessageReceiptReadMemberList", "queryGroupMessageReceiptUnreadMemberList",
		"searchLocalGroups", "searchLocalGroupMembers", "sendGroupJoinApplication", "acceptGroupJoinApplication",
		"rejectGroupJoinApplication", "sendGroupInviteApplications", "acceptGroupInviteApplication", "rejectGroupInviteApplication",
		"queryGroupApplicationList", "callInvite", "callCancel", "callAccept",
		"callReject", "callingInvite", "callJoin", "callQuit",
		"callEnd", "queryCallInvitationList", "addFriend", "deleteFriends",
		"checkFriendsRelation", "updateFriendAlias", "updateFriendAttributes", "queryFriendsInfo",
		"queryFriendList", "searchLocalFriends", "sendFriendApplication", "acceptFriendApplication",
		"rejectFriendApplication", "queryFriendApplicationList", "addUsersToBlacklist", "removeUsersFromBlacklist",
		"queryBlacklist", "checkUserIsInBlacklist":
		return true
	}
	return false
}

// IsAction reports whether name is an action of the server API, whether this server does it or not.
func IsAction(name string) bool {
	switch name {
	case "SendPeerMessage", "SendGroupMessage", "SendRoomMessage", "SendMessageToAllUsers",
		"RevokePeerMessage", "RevokeGroupMessage", "RevokeRoomMessage", "EditC2cMsgBody",
		"EditGroupMsgBody", "QueryMessagesByMsgSeq", "QueryPeerMsg", "QueryGroupMsg",
		"ImportPeerMsg", "ImportGroupMsg", "ClearPeerMessage", "ClearMemberGroupMessage",
		"C2cReadReceipt", "C2cDeliveryReceipt", "GroupReadReceipt", "GroupDeliveryReceipt",
		"QueryConversationList", "ClearConversationUnread", "DeleteConv", "SilenceConvNotification",
		"ConvPinned", "SetConvMark", "UserRegister", "ModifyUserInfo",
		"QueryUserInfos", "QueryUserOnlineState", "QueryGroupsInfoOfUser", "RobotRegister",
		"AddFriends", "SendFriendApplication", "DeleteFriends", "DeleteAllFriends",
		"QueryFriendList", "CheckFriendsRelation", "UpdateFriendsAlias", "UpdateFriendAttributes",
		"AddUsersToBlacklist", "RemoveUsersFromBlacklist", "QueryBlacklist", "CheckUsersIsInBlacklist",
		"CreateGroup", "DismissGroup", "InviteUsersIntoGroup", "KickoutGroupUser",
		"TransferGroupOwner", "SetGroupMemberRole", "SetGroupMembersNickname", "UpdateGroupData",
		"ModifyGroupAttribute", "ModifyGroupLimit", "MuteGroup", "MuteGroupMembers",
		"QueryGroupInfo", "QueryGroupMemberList", "QueryAppGroupList", "FetchForbidGroupList",
		"CreateRoom", "DestroyRoom", "QueryRoomUserList", "QueryRoomMembers",
		"KickoutRoomUser", "QueryRoomAttribute", "ModifyRoomAttribute", "CallInvite",
		"CallAccept", "CallReject", "QueryAppCommunityList", "CgiDescribeZIMAudioLicense":
		return true
	}
	return false
}
