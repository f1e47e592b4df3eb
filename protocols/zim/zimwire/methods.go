package zimwire

// IsLater reports whether name is a method of ZIM's that this server does not answer yet.
func IsLater(name string) bool {
	switch name {
	case "callInvite", "callCancel", "callAccept", "callReject", "callingInvite", "callJoin", "callQuit", "callEnd",
		"queryCallInvitationList",
		"addFriend", "deleteFriends", "checkFriendsRelation", "updateFriendAlias", "updateFriendAttributes",
		"queryFriendsInfo", "queryFriendList", "searchLocalFriends", "sendFriendApplication", "acceptFriendApplication",
		"rejectFriendApplication", "queryFriendApplicationList",
		"addUsersToBlacklist", "removeUsersFromBlacklist", "queryBlacklist", "checkUserIsInBlacklist":
		return true
	}
	return false
}

// IsLaterAction reports whether name is an action of the server API that this server does not do yet.
func IsLaterAction(name string) bool {
	switch name {
	case "AddFriends", "SendFriendApplication", "DeleteFriends", "DeleteAllFriends", "QueryFriendList",
		"CheckFriendsRelation", "UpdateFriendsAlias", "UpdateFriendAttributes",
		"AddUsersToBlacklist", "RemoveUsersFromBlacklist", "QueryBlacklist", "CheckUsersIsInBlacklist",
		"CallInvite", "CallAccept", "CallReject":
		return true
	}
	return false
}
