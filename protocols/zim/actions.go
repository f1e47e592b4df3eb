package zim

import (
	"strings"

	"dragoman/protocols/zim/zimwire"
)

// action answers one call of the server API. Its answer may come with a refusal: a batch of which nothing succeeded.
type action func(call) (any, error)

// act reads the parameters of an action, from the body if there is one, and has it answered.
func act[P any](by func(call, P) (any, error)) action {
	return func(c call) (any, error) {
		var p P
		var refusal *zimwire.Refusal
		if len(strings.TrimSpace(string(c.body))) > 0 {
			refusal = zimwire.BindBody(c.body, &p)
		} else {
			refusal = zimwire.BindQuery(c.query, &p)
		}
		if refusal != nil {
			return nil, refusal
		}
		return by(c, p)
	}
}

// actions returns all that this server does for an app's server, by their names.
func actions() map[string]action {
	return map[string]action{
		"SendPeerMessage":       act(call.sendPeer),
		"SendGroupMessage":      act(call.sendGroup),
		"SendRoomMessage":       act(call.sendRoom),
		"SendMessageToAllUsers": act(call.sendAll),

		"RevokePeerMessage":       act(call.revoke),
		"RevokeGroupMessage":      act(call.revoke),
		"RevokeRoomMessage":       act(call.revoke),
		"EditC2cMsgBody":          act(call.edit),
		"EditGroupMsgBody":        act(call.edit),
		"QueryMessagesByMsgSeq":   act(call.bySeq),
		"QueryPeerMsg":            act(call.history),
		"QueryGroupMsg":           act(call.history),
		"ImportPeerMsg":           act(call.importPeer),
		"ImportGroupMsg":          act(call.importGroup),
		"ClearPeerMessage":        act(call.clear),
		"ClearMemberGroupMessage": act(call.clear),
		"C2cReadReceipt":          act(call.readReceipt),
		"GroupReadReceipt":        act(call.readReceipt),
		"C2cDeliveryReceipt":      act(call.deliveryReceipt),
		"GroupDeliveryReceipt":    act(call.deliveryReceipt),

		"QueryConversationList":   act(call.listConvs),
		"ClearConversationUnread": act(call.clearUnread),
		"DeleteConv":              act(call.deleteConv),
		"SilenceConvNotification": act(call.silence),
		"ConvPinned":              act(call.pin),
		"SetConvMark":             act(call.mark),

		"UserRegister":          act(call.register),
		"RobotRegister":         act(call.registerRobots),
		"ModifyUserInfo":        act(call.modify),
		"QueryUserInfos":        act(call.infos),
		"QueryUserOnlineState":  act(call.onlineStates),
		"QueryGroupsInfoOfUser": act(call.groupsOf),

		"CreateGroup":           act(call.createGroup),
		"DismissGroup":          act(call.dismissGroup),
		"UpdateGroupData":       act(call.updateGroup),
		"ModifyGroupAttribute":  act(call.modifyGroupAttribute),
		"ModifyGroupLimit":      act(call.modifyGroupLimit),
		"MuteGroup":             act(call.muteGroup),
		"QueryGroupInfo":        act(call.groupInfo),
		"QueryGroupMemberList":  act(call.groupMembers),
		"QueryAppGroupList":     act(call.appGroups),
		"QueryAppCommunityList": act(call.appCommunities),
		"FetchForbidGroupList":  act(call.forbidGroups),

		"InviteUsersIntoGroup":    act(call.invite),
		"KickoutGroupUser":        act(call.kick),
		"TransferGroupOwner":      act(call.transfer),
		"SetGroupMemberRole":      act(call.setRole),
		"SetGroupMembersNickname": act(call.setNicknames),
		"MuteGroupMembers":        act(call.muteMembers),

		"CreateRoom":          act(call.createRoom),
		"DestroyRoom":         act(call.destroyRoom),
		"QueryRoomUserList":   act(call.roomUsers),
		"QueryRoomMembers":    act(call.roomMembers),
		"KickoutRoomUser":     act(call.kickFromRoom),
		"QueryRoomAttribute":  act(call.roomAttributes),
		"ModifyRoomAttribute": act(call.modifyRoomAttribute),

		"CgiDescribeZIMAudioLicense": act(call.audioLicence),
	}
}
