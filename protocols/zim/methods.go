package zim

import (
	"context"
	"reflect"

	"dragoman/protocols/zim/zimwire"
)

// method is one method of the client protocol: who answers it, and what it takes and answers.
type method struct {
	answer         func(*session, context.Context, zimwire.Request) (any, error)
	params, result reflect.Type
}

// none is the parameters, or the result, of a method that has none.
type none struct{}

func answeredBy[P, R any](by func(*session, context.Context, P) (R, error)) method {
	return method{params: reflect.TypeFor[P](), result: reflect.TypeFor[R](), answer: func(s *session, ctx context.Context, r zimwire.Request) (any, error) {
		var p P
		if err := r.Bind(&p); err != nil {
			return nil, zimwire.Refuse(zimwire.CommonModuleParamsInvalid, "the parameters of "+r.Method+" are not what it takes")
		}
		result, err := by(s, ctx, p)
		if err != nil {
			return nil, err
		}
		return result, nil
	}}
}

// described is a method that session.handle answers itself.
func described[P, R any]() method {
	return method{params: reflect.TypeFor[P](), result: reflect.TypeFor[R]()}
}

// methods returns all that this server answers, by their names.
func methods() map[string]method {
	return map[string]method{
		"login":                 answeredBy((*session).login),
		"logout":                described[none, none](),
		zimwire.MethodHeartbeat: answeredBy((*session).heartbeat),
		"sendMessage":           described[zimwire.SendMessageParams, zimwire.MessageSentResult](),
		"replyMessage":          described[zimwire.ReplyMessageParams, zimwire.MessageSentResult](),

		"uploadLog":                     answeredBy((*session).uploadLog),
		"renewToken":                    answeredBy((*session).renewToken),
		"updateUserName":                answeredBy((*session).updateUserName),
		"updateUserAvatarUrl":           answeredBy((*session).updateUserAvatarURL),
		"updateUserExtendedData":        answeredBy((*session).updateUserExtendedData),
		"updateUserOfflinePushRule":     answeredBy((*session).updateUserOfflinePushRule),
		"updateUserCustomStatus":        answeredBy((*session).updateUserCustomStatus),
		"updateUserBadge":               answeredBy((*session).updateUserBadge),
		"queryUsersInfo":                answeredBy((*session).queryUsersInfo),
		"queryUsersStatus":              answeredBy((*session).queryUsersStatus),
		"querySelfUserInfo":             answeredBy((*session).querySelfUserInfo),
		"subscribeUsersStatus":          answeredBy((*session).subscribeUsersStatus),
		"unsubscribeUsersStatus":        answeredBy((*session).unsubscribeUsersStatus),
		"querySubscribedUserStatusList": answeredBy((*session).querySubscribedUserStatusList),
		zimwire.MethodUpload:            answeredBy((*session).upload),

		"queryConversationList":                    answeredBy((*session).queryConversationList),
		"queryConversation":                        answeredBy((*session).queryConversation),
		"queryConversationPinnedList":              answeredBy((*session).queryConversationPinnedList),
		"updateConversationPinnedState":            answeredBy((*session).updateConversationPinnedState),
		"deleteConversation":                       answeredBy((*session).deleteConversation),
		"deleteAllConversations":                   answeredBy((*session).deleteAllConversations),
		"clearConversationUnreadMessageCount":      answeredBy((*session).clearConversationUnreadMessageCount),
		"clearConversationTotalUnreadMessageCount": answeredBy((*session).clearConversationTotalUnreadMessageCount),
		"queryConversationTotalUnreadMessageCount": answeredBy((*session).queryConversationTotalUnreadMessageCount),
		"setConversationNotificationStatus":        answeredBy((*session).setConversationNotificationStatus),
		"sendConversationMessageReceiptRead":       answeredBy((*session).sendConversationMessageReceiptRead),
		"setConversationDraft":                     answeredBy((*session).setConversationDraft),
		"setConversationMark":                      answeredBy((*session).setConversationMark),
		"searchLocalConversations":                 answeredBy((*session).searchLocalConversations),

		"queryHistoryMessage":           answeredBy((*session).queryHistoryMessage),
		"queryMessages":                 answeredBy((*session).queryMessages),
		"deleteMessages":                answeredBy((*session).deleteMessages),
		"deleteAllMessage":              answeredBy((*session).deleteAllMessage),
		"deleteAllConversationMessages": answeredBy((*session).deleteAllConversationMessages),
		"revokeMessage":                 answeredBy((*session).revokeMessage),
		"editMessage":                   answeredBy((*session).editMessage),
		"searchLocalMessages":           answeredBy((*session).searchLocalMessages),
		"searchGlobalLocalMessages":     answeredBy((*session).searchGlobalLocalMessages),
		"queryCombineMessageDetail":     answeredBy((*session).queryCombineMessageDetail),
		"queryMessageRepliedList":       answeredBy((*session).queryMessageRepliedList),

		"sendMessageReceiptsRead":                  answeredBy((*session).sendMessageReceiptsRead),
		"queryMessageReceiptsInfo":                 answeredBy((*session).queryMessageReceiptsInfo),
		"queryGroupMessageReceiptReadMemberList":   answeredBy((*session).queryReadMembers),
		"queryGroupMessageReceiptUnreadMemberList": answeredBy((*session).queryUnreadMembers),
		"addMessageReaction":                       answeredBy((*session).addMessageReaction),
		"deleteMessageReaction":                    answeredBy((*session).deleteMessageReaction),
		"deleteMessageAllReactions":                answeredBy((*session).deleteMessageAllReactions),
		"queryMessageReactionUserList":             answeredBy((*session).queryMessageReactionUserList),
		"pinMessage":                               answeredBy((*session).pinMessage),
		"queryPinnedMessageList":                   answeredBy((*session).queryPinnedMessageList),

		"createGroup":             answeredBy((*session).createGroup),
		"dismissGroup":            answeredBy((*session).dismissGroup),
		"joinGroup":               answeredBy((*session).joinGroup),
		"leaveGroup":              answeredBy((*session).leaveGroup),
		"inviteUsersIntoGroup":    answeredBy((*session).inviteUsersIntoGroup),
		"queryGroupInfo":          answeredBy((*session).queryGroupInfo),
		"queryGroupList":          answeredBy((*session).queryGroupList),
		"updateGroupName":         answeredBy((*session).updateGroupName),
		"updateGroupAvatarUrl":    answeredBy((*session).updateGroupAvatarURL),
		"updateGroupNotice":       answeredBy((*session).updateGroupNotice),
		"updateGroupAlias":        answeredBy((*session).updateGroupAlias),
		"updateGroupJoinMode":     answeredBy((*session).updateGroupJoinMode),
		"updateGroupInviteMode":   answeredBy((*session).updateGroupInviteMode),
		"updateGroupBeInviteMode": answeredBy((*session).updateGroupBeInviteMode),
		"setGroupAttributes":      answeredBy((*session).setGroupAttributes),
		"deleteGroupAttributes":   answeredBy((*session).deleteGroupAttributes),
		"queryGroupAttributes":    answeredBy((*session).queryGroupAttributes),
		"queryGroupAllAttributes": answeredBy((*session).queryGroupAllAttributes),
		"muteGroup":               answeredBy((*session).muteGroup),
		"searchLocalGroups":       answeredBy((*session).searchLocalGroups),

		"kickGroupMembers":             answeredBy((*session).kickGroupMembers),
		"transferGroupOwner":           answeredBy((*session).transferGroupOwner),
		"queryGroupMemberInfo":         answeredBy((*session).queryGroupMemberInfo),
		"queryGroupMemberList":         answeredBy((*session).queryGroupMemberList),
		"queryGroupMemberCount":        answeredBy((*session).queryGroupMemberCount),
		"setGroupMemberRole":           answeredBy((*session).setGroupMemberRole),
		"setGroupMemberNickname":       answeredBy((*session).setGroupMemberNickname),
		"muteGroupMembers":             answeredBy((*session).muteGroupMembers),
		"queryGroupMemberMutedList":    answeredBy((*session).queryGroupMemberMutedList),
		"searchLocalGroupMembers":      answeredBy((*session).searchLocalGroupMembers),
		"sendGroupJoinApplication":     answeredBy((*session).sendGroupJoinApplication),
		"acceptGroupJoinApplication":   answeredBy((*session).acceptGroupJoinApplication),
		"rejectGroupJoinApplication":   answeredBy((*session).rejectGroupJoinApplication),
		"sendGroupInviteApplications":  answeredBy((*session).sendGroupInviteApplications),
		"acceptGroupInviteApplication": answeredBy((*session).acceptGroupInviteApplication),
		"rejectGroupInviteApplication": answeredBy((*session).rejectGroupInviteApplication),
		"queryGroupApplicationList":    answeredBy((*session).queryGroupApplicationList),

		"createRoom":                      answeredBy((*session).createRoom),
		"joinRoom":                        answeredBy((*session).joinRoom),
		"enterRoom":                       answeredBy((*session).enterRoom),
		"switchRoom":                      answeredBy((*session).switchRoom),
		"leaveRoom":                       answeredBy((*session).leaveRoom),
		"leaveAllRoom":                    answeredBy((*session).leaveAllRoom),
		"queryRoomMemberList":             answeredBy((*session).queryRoomMemberList),
		"queryRoomMembers":                answeredBy((*session).queryRoomMembers),
		"queryRoomOnlineMemberCount":      answeredBy((*session).queryRoomOnlineMemberCount),
		"setRoomAttributes":               answeredBy((*session).setRoomAttributes),
		"deleteRoomAttributes":            answeredBy((*session).deleteRoomAttributes),
		"endRoomAttributesBatchOperation": answeredBy((*session).batchRoomAttributes),
		"queryRoomAllAttributes":          answeredBy((*session).queryRoomAllAttributes),
		"setRoomMembersAttributes":        answeredBy((*session).setRoomMembersAttributes),
		"queryRoomMembersAttributes":      answeredBy((*session).queryRoomMembersAttributes),
		"queryRoomMemberAttributesList":   answeredBy((*session).queryRoomMemberAttributesList),
	}
}
