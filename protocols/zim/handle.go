package zim

import (
	"context"
	"strings"

	"dragoman/bridge/chat"
	"dragoman/mapping/zimmap"
	"dragoman/protocols/zim/zimwire"
)

// answer reads the parameters of a request and has the method answer it.
func answer[P, R any](ctx context.Context, r zimwire.Request, method func(context.Context, P) (R, error)) (any, error) {
	var p P
	if err := r.Bind(&p); err != nil {
		return nil, zimwire.Refuse(zimwire.CommonModuleParamsInvalid, "the parameters of "+r.Method+" are not what it takes")
	}
	result, err := method(ctx, p)
	if err != nil {
		return nil, err
	}
	return result, nil
}

// none is the parameters, or the result, of a method that has none.
type none struct{}

// call answers a request whose answer needs no waiting for a commit of many.
func (s *session) call(ctx context.Context, r zimwire.Request) (any, error) {
	switch r.Method {
	case "login":
		return answer(ctx, r, s.login)
	case zimwire.MethodHeartbeat:
		return zimwire.HeartbeatResult{ServerTime: s.Now().UnixMilli()}, nil
	}
	if s.feed == nil {
		return nil, zimwire.Refuse(zimwire.NetworkModuleUserIsNotLogged, "log in first")
	}
	for _, part := range []func(context.Context, zimwire.Request) (any, bool, error){
		s.callUser, s.callConversation, s.callMessage, s.callMarked, s.callGroup, s.callMembers, s.callRoom,
	} {
		if result, ok, err := part(ctx, r); ok {
			return result, err
		}
	}
	if zimwire.IsMethod(r.Method) {
		return nil, zimwire.Refuse(zimwire.CommonModuleUnsupportedRequest, r.Method+" is not offered by this server yet")
	}
	return nil, zimwire.Refuse(zimwire.MethodNotFound, "there is no method of that name")
}

// did makes of a method's answer what the parts of call return.
func did(result any, err error) (any, bool, error) { return result, true, err }

func (s *session) callUser(ctx context.Context, r zimwire.Request) (any, bool, error) {
	switch r.Method {
	case "uploadLog":
		return did(answer(ctx, r, s.uploadLog))
	case "renewToken":
		return did(answer(ctx, r, s.renewToken))
	case "updateUserName":
		return did(answer(ctx, r, s.updateUserName))
	case "updateUserAvatarUrl":
		return did(answer(ctx, r, s.updateUserAvatarURL))
	case "updateUserExtendedData":
		return did(answer(ctx, r, s.updateUserExtendedData))
	case "updateUserOfflinePushRule":
		return did(answer(ctx, r, s.updateUserOfflinePushRule))
	case "updateUserCustomStatus":
		return did(answer(ctx, r, s.updateUserCustomStatus))
	case "updateUserBadge":
		return did(answer(ctx, r, s.updateUserBadge))
	case "queryUsersInfo":
		return did(answer(ctx, r, s.queryUsersInfo))
	case "queryUsersStatus":
		return did(answer(ctx, r, s.queryUsersStatus))
	case "querySelfUserInfo":
		return did(answer(ctx, r, s.querySelfUserInfo))
	case "subscribeUsersStatus":
		return did(answer(ctx, r, s.subscribeUsersStatus))
	case "unsubscribeUsersStatus":
		return did(answer(ctx, r, s.unsubscribeUsersStatus))
	case "querySubscribedUserStatusList":
		return did(answer(ctx, r, s.querySubscribedUserStatusList))
	case zimwire.MethodUpload:
		return did(answer(ctx, r, s.upload))
	}
	return nil, false, nil
}

func (s *session) callConversation(ctx context.Context, r zimwire.Request) (any, bool, error) {
	switch r.Method {
	case "queryConversationList":
		return did(answer(ctx, r, s.queryConversationList))
	case "queryConversation":
		return did(answer(ctx, r, s.queryConversation))
	case "queryConversationPinnedList":
		return did(answer(ctx, r, s.queryConversationPinnedList))
	case "updateConversationPinnedState":
		return did(answer(ctx, r, s.updateConversationPinnedState))
	case "deleteConversation":
		return did(answer(ctx, r, s.deleteConversation))
	case "deleteAllConversations":
		return did(answer(ctx, r, s.deleteAllConversations))
	case "clearConversationUnreadMessageCount":
		return did(answer(ctx, r, s.clearConversationUnreadMessageCount))
	case "clearConversationTotalUnreadMessageCount":
		return did(answer(ctx, r, s.clearConversationTotalUnreadMessageCount))
	case "queryConversationTotalUnreadMessageCount":
		return did(answer(ctx, r, s.queryConversationTotalUnreadMessageCount))
	case "setConversationNotificationStatus":
		return did(answer(ctx, r, s.setConversationNotificationStatus))
	case "sendConversationMessageReceiptRead":
		return did(answer(ctx, r, s.sendConversationMessageReceiptRead))
	case "setConversationDraft":
		return did(answer(ctx, r, s.setConversationDraft))
	case "setConversationMark":
		return did(answer(ctx, r, s.setConversationMark))
	case "searchLocalConversations":
		return did(answer(ctx, r, s.searchLocalConversations))
	}
	return nil, false, nil
}

func (s *session) callMessage(ctx context.Context, r zimwire.Request) (any, bool, error) {
	switch r.Method {
	case "queryHistoryMessage":
		return did(answer(ctx, r, s.queryHistoryMessage))
	case "queryMessages":
		return did(answer(ctx, r, s.queryMessages))
	case "deleteMessages":
		return did(answer(ctx, r, s.deleteMessages))
	case "deleteAllMessage":
		return did(answer(ctx, r, s.deleteAllMessage))
	case "deleteAllConversationMessages":
		return did(answer(ctx, r, s.deleteAllConversationMessages))
	case "revokeMessage":
		return did(answer(ctx, r, s.revokeMessage))
	case "editMessage":
		return did(answer(ctx, r, s.editMessage))
	case "searchLocalMessages":
		return did(answer(ctx, r, s.searchLocalMessages))
	case "searchGlobalLocalMessages":
		return did(answer(ctx, r, s.searchGlobalLocalMessages))
	case "queryCombineMessageDetail":
		return did(answer(ctx, r, s.queryCombineMessageDetail))
	case "queryMessageRepliedList":
		return did(answer(ctx, r, s.queryMessageRepliedList))
	}
	return nil, false, nil
}

// callMarked has the methods that leave something on a message.
func (s *session) callMarked(ctx context.Context, r zimwire.Request) (any, bool, error) {
	switch r.Method {
	case "sendMessageReceiptsRead":
		return did(answer(ctx, r, s.sendMessageReceiptsRead))
	case "queryMessageReceiptsInfo":
		return did(answer(ctx, r, s.queryMessageReceiptsInfo))
	case "queryGroupMessageReceiptReadMemberList":
		return did(answer(ctx, r, s.queryReadMembers))
	case "queryGroupMessageReceiptUnreadMemberList":
		return did(answer(ctx, r, s.queryUnreadMembers))
	case "addMessageReaction":
		return did(answer(ctx, r, s.addMessageReaction))
	case "deleteMessageReaction":
		return did(answer(ctx, r, s.deleteMessageReaction))
	case "deleteMessageAllReactions":
		return did(answer(ctx, r, s.deleteMessageAllReactions))
	case "queryMessageReactionUserList":
		return did(answer(ctx, r, s.queryMessageReactionUserList))
	case "pinMessage":
		return did(answer(ctx, r, s.pinMessage))
	case "queryPinnedMessageList":
		return did(answer(ctx, r, s.queryPinnedMessageList))
	}
	return nil, false, nil
}

func (s *session) callGroup(ctx context.Context, r zimwire.Request) (any, bool, error) {
	switch r.Method {
	case "createGroup":
		return did(answer(ctx, r, s.createGroup))
	case "dismissGroup":
		return did(answer(ctx, r, s.dismissGroup))
	case "joinGroup":
		return did(answer(ctx, r, s.joinGroup))
	case "leaveGroup":
		return did(answer(ctx, r, s.leaveGroup))
	case "inviteUsersIntoGroup":
		return did(answer(ctx, r, s.inviteUsersIntoGroup))
	case "queryGroupInfo":
		return did(answer(ctx, r, s.queryGroupInfo))
	case "queryGroupList":
		return did(answer(ctx, r, s.queryGroupList))
	case "updateGroupName":
		return did(answer(ctx, r, s.updateGroupName))
	case "updateGroupAvatarUrl":
		return did(answer(ctx, r, s.updateGroupAvatarURL))
	case "updateGroupNotice":
		return did(answer(ctx, r, s.updateGroupNotice))
	case "updateGroupAlias":
		return did(answer(ctx, r, s.updateGroupAlias))
	case "updateGroupJoinMode":
		return did(answer(ctx, r, s.updateGroupJoinMode))
	case "updateGroupInviteMode":
		return did(answer(ctx, r, s.updateGroupInviteMode))
	case "updateGroupBeInviteMode":
		return did(answer(ctx, r, s.updateGroupBeInviteMode))
	case "setGroupAttributes":
		return did(answer(ctx, r, s.setGroupAttributes))
	case "deleteGroupAttributes":
		return did(answer(ctx, r, s.deleteGroupAttributes))
	case "queryGroupAttributes":
		return did(answer(ctx, r, s.queryGroupAttributes))
	case "queryGroupAllAttributes":
		return did(answer(ctx, r, s.queryGroupAllAttributes))
	case "muteGroup":
		return did(answer(ctx, r, s.muteGroup))
	case "searchLocalGroups":
		return did(answer(ctx, r, s.searchLocalGroups))
	}
	return nil, false, nil
}

// callMembers has the methods about the members of a group, and about who would be one.
func (s *session) callMembers(ctx context.Context, r zimwire.Request) (any, bool, error) {
	switch r.Method {
	case "kickGroupMembers":
		return did(answer(ctx, r, s.kickGroupMembers))
	case "transferGroupOwner":
		return did(answer(ctx, r, s.transferGroupOwner))
	case "queryGroupMemberInfo":
		return did(answer(ctx, r, s.queryGroupMemberInfo))
	case "queryGroupMemberList":
		return did(answer(ctx, r, s.queryGroupMemberList))
	case "queryGroupMemberCount":
		return did(answer(ctx, r, s.queryGroupMemberCount))
	case "setGroupMemberRole":
		return did(answer(ctx, r, s.setGroupMemberRole))
	case "setGroupMemberNickname":
		return did(answer(ctx, r, s.setGroupMemberNickname))
	case "muteGroupMembers":
		return did(answer(ctx, r, s.muteGroupMembers))
	case "queryGroupMemberMutedList":
		return did(answer(ctx, r, s.queryGroupMemberMutedList))
	case "searchLocalGroupMembers":
		return did(answer(ctx, r, s.searchLocalGroupMembers))
	case "sendGroupJoinApplication":
		return did(answer(ctx, r, s.sendGroupJoinApplication))
	case "acceptGroupJoinApplication":
		return did(answer(ctx, r, s.acceptGroupJoinApplication))
	case "rejectGroupJoinApplication":
		return did(answer(ctx, r, s.rejectGroupJoinApplication))
	case "sendGroupInviteApplications":
		return did(answer(ctx, r, s.sendGroupInviteApplications))
	case "acceptGroupInviteApplication":
		return did(answer(ctx, r, s.acceptGroupInviteApplication))
	case "rejectGroupInviteApplication":
		return did(answer(ctx, r, s.rejectGroupInviteApplication))
	case "queryGroupApplicationList":
		return did(answer(ctx, r, s.queryGroupApplicationList))
	}
	return nil, false, nil
}

func (s *session) callRoom(ctx context.Context, r zimwire.Request) (any, bool, error) {
	switch r.Method {
	case "createRoom":
		return did(answer(ctx, r, s.createRoom))
	case "joinRoom":
		return did(answer(ctx, r, s.joinRoom))
	case "enterRoom":
		return did(answer(ctx, r, s.enterRoom))
	case "switchRoom":
		return did(answer(ctx, r, s.switchRoom))
	case "leaveRoom":
		return did(answer(ctx, r, s.leaveRoom))
	case "leaveAllRoom":
		return did(answer(ctx, r, s.leaveAllRoom))
	case "queryRoomMemberList":
		return did(answer(ctx, r, s.queryRoomMemberList))
	case "queryRoomMembers":
		return did(answer(ctx, r, s.queryRoomMembers))
	case "queryRoomOnlineMemberCount":
		return did(answer(ctx, r, s.queryRoomOnlineMemberCount))
	case "setRoomAttributes":
		return did(answer(ctx, r, s.setRoomAttributes))
	case "deleteRoomAttributes":
		return did(answer(ctx, r, s.deleteRoomAttributes))
	case "endRoomAttributesBatchOperation":
		return did(answer(ctx, r, s.batchRoomAttributes))
	case "queryRoomAllAttributes":
		return did(answer(ctx, r, s.queryRoomAllAttributes))
	case "setRoomMembersAttributes":
		return did(answer(ctx, r, s.setRoomMembersAttributes))
	case "queryRoomMembersAttributes":
		return did(answer(ctx, r, s.queryRoomMembersAttributes))
	case "queryRoomMemberAttributesList":
		return did(answer(ctx, r, s.queryRoomMemberAttributesList))
	}
	return nil, false, nil
}

// me returns the Map of this session's user, for one packet.
func (s *session) me(ctx context.Context) zimmap.Map { return s.mapFor(ctx, s.actor.User) }

// submit asks the router in the user's name.
func (s *session) submit(ctx context.Context, d chat.Draft) (chat.Event, error) {
	return s.Router.Submit(ctx, s.actor, d)
}

// conv returns the conversation that the client names, with at least something in its name.
func (s *session) conv(id string, kind zimwire.ConversationType) (chat.Conv, error) {
	if strings.TrimSpace(id) == "" {
		return chat.Conv{}, zimwire.Refuse(zimwire.CommonModuleParamsInvalid, "the conversation has no id")
	}
	return zimmap.ConvOf(s.actor.User, id, kind)
}

// group is conv for a group.
func (s *session) group(id string) (chat.Conv, error) {
	return s.conv(id, zimwire.ConversationTypeGroup)
}

// room is conv for a room.
func (s *session) room(id string) (chat.Conv, error) {
	return s.conv(id, zimwire.ConversationTypeRoom)
}
