package zimmap

import (
	"errors"
	"strings"

	"dragoman/bridge/chat"
	"dragoman/protocols/zim/zimwire"
)

// Module is the part of ZIM that a method belongs to: the same refusal has a code of its own in each.
type Module uint8

// The modules.
const (
	CommonModule Module = iota
	MessageModule
	RoomModule
	GroupModule
	ConversationModule
)

// ModuleOf returns the module of a client method, by its name.
func ModuleOf(method string) Module {
	switch {
	case strings.Contains(method, "Message"), strings.Contains(method, "Reaction"):
		if strings.Contains(method, "UnreadMessageCount") || method == "sendConversationMessageReceiptRead" {
			return ConversationModule
		}
		return MessageModule
	case strings.Contains(method, "Room"):
		return RoomModule
	case strings.Contains(method, "Group"):
		return GroupModule
	case strings.Contains(method, "onversation"):
		return ConversationModule
	}
	return CommonModule
}

// Refusal returns how a client is told of err.
func Refusal(m Module, err error) *zimwire.Error {
	var own *zimwire.Error
	if errors.As(err, &own) {
		return own
	}
	return zimwire.Refuse(codeOf(m, err), chat.PublicOf(err))
}

func codeOf(m Module, err error) zimwire.Code {
	if code := reasonCode(m, chat.ReasonOf(err)); code != zimwire.Success {
		return code
	}
	switch chat.CodeOf(err) {
	case chat.Invalid, chat.TooLarge:
		return zimwire.CommonModuleParamsInvalid
	case chat.Unauthenticated:
		return zimwire.NetworkModuleUserIsNotLogged
	case chat.Unsupported:
		return zimwire.CommonModuleUnsupportedRequest
	case chat.Unavailable:
		return zimwire.CommonModuleIMServerError
	case chat.TooMany:
		return zimwire.CommonModuleTriggerServerFrequencyLimit
	case chat.NotFound:
		return moduleCode(m, zimwire.CommonModuleUserIsNotExist, zimwire.MessageModuleTargetDoesNotExist, zimwire.RoomModuleTheRoomDoesNotExist,
			zimwire.GroupModuleGroupDoesNotExist, zimwire.ConversationModuleConversationDoesNotExist)
	case chat.Forbidden:
		return moduleCode(m, zimwire.Failed, zimwire.MessageModuleSendMessageFailed, zimwire.RoomModuleCommonError,
			zimwire.GroupModuleGroupNoCorrespondingOperationAuthority, zimwire.ConversationModuleCommonError)
	case chat.Expired, chat.Conflict:
		return moduleCode(m, zimwire.Failed, zimwire.MessageModuleCommonError, zimwire.RoomModuleCommonError,
			zimwire.GroupModuleCommonError, zimwire.ConversationModuleCommonError)
	case chat.Internal:
		return moduleCode(m, zimwire.CommonModuleIMServerError, zimwire.MessageModuleServerError, zimwire.RoomModuleServerError,
			zimwire.GroupModuleServerError, zimwire.ConversationModuleServerError)
	}
	return zimwire.Failed
}

// senderMuted is in the vendor's pages but not among the names of 2.29.0.
const senderMuted zimwire.Code = 6000231

// reasonCode answers for a reason that ZIM knows; Success for one that it does not.
func reasonCode(m Module, r chat.Reason) zimwire.Code {
	switch r {
	case chat.Blocked:
		return zimwire.MessageModuleSenderInBlacklist
	case chat.NotMember:
		return moduleCode(m, zimwire.Failed, zimwire.GroupModuleUserIsNotInTheGroup, zimwire.RoomModuleUserIsNotInTheRoom,
			zimwire.GroupModuleUserIsNotInTheGroup, zimwire.GroupModuleUserIsNotInTheGroup)
	case chat.Muted, chat.AllMuted, chat.Silenced:
		return senderMuted
	case chat.Banned:
		return moduleCode(m, zimwire.Failed, senderMuted, zimwire.RoomModuleRoomMemberIsBlocked,
			zimwire.GroupModuleForbidJoinGroupError, zimwire.Failed)
	case chat.NotContact:
		return zimwire.MessageModuleSendMessageFailed
	case chat.NoRight:
		return moduleCode(m, zimwire.Failed, zimwire.MessageModuleEditNoCorrespondingOperationAuthority, zimwire.RoomModuleCommonError,
			zimwire.GroupModuleGroupNoCorrespondingOperationAuthority, zimwire.ConversationModuleCommonError)
	case chat.Disabled:
		return zimwire.NetworkModuleCommonError
	case chat.Moderated:
		return zimwire.MessageModuleAuditCustomSentRejected
	case chat.Sensitive:
		return zimwire.MessageModuleAuditRejected
	case chat.NoUser:
		return moduleCode(m, zimwire.CommonModuleUserIsNotExist, zimwire.MessageModuleTargetDoesNotExist, zimwire.CommonModuleUserIsNotExist,
			zimwire.CommonModuleUserIsNotExist, zimwire.ConversationModuleConversationDoesNotExist)
	case chat.NoGroup, chat.Dissolved:
		return moduleCode(m, zimwire.GroupModuleGroupDoesNotExist, zimwire.GroupModuleGroupDoesNotExist, zimwire.RoomModuleTheRoomDoesNotExist,
			zimwire.GroupModuleGroupDoesNotExist, zimwire.ConversationModuleConversationDoesNotExist)
	case chat.NoMessage:
		return zimwire.MessageModuleTargetDoesNotExist
	case chat.AlreadyMember:
		return moduleCode(m, zimwire.Failed, zimwire.Failed, zimwire.RoomModuleUserIsAlreadyInTheRoom,
			zimwire.GroupModuleMemberIsAlreadyInTheGroup, zimwire.Failed)
	case chat.AlreadyExists:
		return moduleCode(m, zimwire.Failed, zimwire.Failed, zimwire.RoomModuleTheRoomAlreadyExists,
			zimwire.GroupModuleGroupAlreadyExists, zimwire.Failed)
	case chat.AlreadyRecalled:
		return zimwire.MessageModuleMessageHasBeenRevoked
	case chat.WindowClosed, chat.RecallDisabled:
		return zimwire.MessageModuleMessageExceedsRevokeTime
	case chat.Full:
		return moduleCode(m, zimwire.Failed, zimwire.Failed, zimwire.RoomModuleJoinRoomError,
			zimwire.GroupModuleGroupMemberHasReachedLimit, zimwire.Failed)
	case chat.NeedsApply:
		return zimwire.GroupModuleNeedApplyJoinGroupError
	case chat.NeedsInvite:
		return zimwire.GroupModuleNeedApplyInviteGroupError
	case chat.RateLimit:
		return zimwire.CommonModuleTriggerServerFrequencyLimit
	}
	return zimwire.Success
}

func moduleCode(m Module, common, message, room, group, conversation zimwire.Code) zimwire.Code {
	switch m {
	case MessageModule:
		return message
	case RoomModule:
		return room
	case GroupModule:
		return group
	case ConversationModule:
		return conversation
	}
	return common
}

// Return returns the return code with which a server's call is told of err.
func Return(err error) *zimwire.Refusal {
	var own *zimwire.Refusal
	if errors.As(err, &own) {
		return own
	}
	var client *zimwire.Error
	if errors.As(err, &client) {
		return zimwire.Deny(returnOfClient(client.Code), client.Message)
	}
	return zimwire.Deny(returnCode(err), chat.PublicOf(err))
}

// returnOfClient answers the server in its own numbers where a rule that both share has refused.
func returnOfClient(c zimwire.Code) zimwire.ReturnCode {
	switch c {
	case zimwire.MessageModuleFileSizeInvalid:
		return zimwire.RetMessageTooLarge
	case zimwire.MessageModuleMessageReceiptLimit:
		return zimwire.RetTooManyReceipts
	case zimwire.MessageModuleEditMessageFailed:
		return zimwire.RetEditFailed
	}
	return zimwire.RetParam
}

func returnCode(err error) zimwire.ReturnCode {
	switch chat.ReasonOf(err) {
	case chat.Blocked:
		return zimwire.RetSenderBlocked
	case chat.NotMember:
		return zimwire.RetNotInGroup
	case chat.NoUser:
		return zimwire.RetUserUnregistered
	case chat.NoGroup, chat.Dissolved:
		return zimwire.RetNoGroup
	case chat.NoMessage:
		return zimwire.RetNoMessage
	case chat.AlreadyExists:
		return zimwire.RetGroupExists
	case chat.AlreadyRecalled:
		return zimwire.RetAlreadyRevoked
	case chat.WindowClosed:
		return zimwire.RetRevokeTooLate
	case chat.Full:
		return zimwire.RetGroupFull
	case chat.NoRight, chat.Muted, chat.AllMuted, chat.Banned, chat.Silenced:
		return zimwire.RetGroupPermission
	case chat.Moderated:
		return zimwire.RetCallbackRejected
	case chat.Sensitive:
		return zimwire.RetTextRejected
	case chat.RateLimit:
		return zimwire.RetAppRate
	}
	switch chat.CodeOf(err) {
	case chat.Invalid:
		return zimwire.RetParam
	case chat.Unauthenticated:
		return zimwire.RetSignatureWrong
	case chat.TooLarge:
		return zimwire.RetMessageTooLarge
	case chat.TooMany:
		return zimwire.RetAppRate
	case chat.Unsupported:
		return zimwire.RetActionUnsupported
	case chat.NotFound, chat.Forbidden, chat.Expired, chat.Conflict:
		return zimwire.RetLogic
	}
	return zimwire.RetServer
}
