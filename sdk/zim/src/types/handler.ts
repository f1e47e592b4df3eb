import type { ZIM } from '../zim.js';
import type {
  ZIMEventOfBlacklistChangedResult,
  ZIMEventOfBroadcastMessageReceivedResult,
  ZIMEventOfCallInvitationAcceptedResult,
  ZIMEventOfCallInvitationCancelledResult,
  ZIMEventOfCallInvitationCreatedResult,
  ZIMEventOfCallInvitationEndedResult,
  ZIMEventOfCallInvitationReceivedResult,
  ZIMEventOfCallInvitationRejectedResult,
  ZIMEventOfCallInvitationTimeoutResult,
  ZIMEventOfCallInviteesAnsweredTimeoutResult,
  ZIMEventOfCallUserStateChangedResult,
  ZIMEventOfConnectionStateChangedResult,
  ZIMEventOfConversationChangedResult,
  ZIMEventOfConversationMessageReceiptChangedResult,
  ZIMEventOfConversationMessageReceivedResult,
  ZIMEventOfConversationSyncStateChangedResult,
  ZIMEventOfConversationTotalUnreadMessageCountUpdatedResult,
  ZIMEventOfConversationsAllDeletedResult,
  ZIMEventOfFriendApplicationListChangedResult,
  ZIMEventOfFriendApplicationUpdatedResult,
  ZIMEventOfFriendInfoUpdatedResult,
  ZIMEventOfFriendListChangedResult,
  ZIMEventOfGroupAliasUpdatedResult,
  ZIMEventOfGroupApplicationListChangedResult,
  ZIMEventOfGroupApplicationUpdatedResult,
  ZIMEventOfGroupAttributesUpdatedResult,
  ZIMEventOfGroupAvatarUrlUpdatedResult,
  ZIMEventOfGroupMemberInfoUpdatedResult,
  ZIMEventOfGroupMemberStateChangedResult,
  ZIMEventOfGroupMutedInfoUpdatedResult,
  ZIMEventOfGroupNameUpdatedResult,
  ZIMEventOfGroupNoticeUpdatedResult,
  ZIMEventOfGroupStateChangedResult,
  ZIMEventOfGroupVerifyInfoUpdatedResult,
  ZIMEventOfMessageDeletedResult,
  ZIMEventOfMessageEditedResult,
  ZIMEventOfMessagePinStatusChangedResult,
  ZIMEventOfMessageReactionsChangedResult,
  ZIMEventOfMessageReceiptChangedResult,
  ZIMEventOfMessageRepliedCountChangedResult,
  ZIMEventOfMessageRepliedInfoChangedResult,
  ZIMEventOfMessageRevokeReceivedResult,
  ZIMEventOfMessageSentStatusChangedResult,
  ZIMEventOfReceiveConversationMessageResult,
  ZIMEventOfRoomAttributesUpdatedResult,
  ZIMEventOfRoomMemberChangedResult,
  ZIMEventOfRoomMembersAttributesUpdatedResult,
  ZIMEventOfRoomStateChangedResult,
  ZIMEventOfTokenWillExpireResult,
  ZIMEventOfUserInfoUpdatedResult,
  ZIMEventOfUserRuleUpdatedResult,
  ZIMEventOfUserStatusUpdatedResult,
} from './event.js';
import type {
  ZIMError,
} from './user.js';

/** What on() takes, by the name of the event. */
export interface ZIMEventHandler {
  error: (zim: ZIM, errorInfo: ZIMError) => void;
  experimentalEventReceived: (zim: ZIM, content: string) => void;
  tokenWillExpire: (zim: ZIM, data: ZIMEventOfTokenWillExpireResult) => void;
  connectionStateChanged: (zim: ZIM, data: ZIMEventOfConnectionStateChangedResult) => void;
  userInfoUpdated: (zim: ZIM, data: ZIMEventOfUserInfoUpdatedResult) => void;
  userRuleUpdated: (zim: ZIM, data: ZIMEventOfUserRuleUpdatedResult) => void;
  userStatusUpdated: (zim: ZIM, data: ZIMEventOfUserStatusUpdatedResult) => void;
  conversationChanged: (zim: ZIM, data: ZIMEventOfConversationChangedResult) => void;
  conversationTotalUnreadMessageCountUpdated: (zim: ZIM, data: ZIMEventOfConversationTotalUnreadMessageCountUpdatedResult) => void;
  conversationMessageReceiptChanged: (zim: ZIM, data: ZIMEventOfConversationMessageReceiptChangedResult) => void;
  conversationsAllDeleted: (zim: ZIM, data: ZIMEventOfConversationsAllDeletedResult) => void;
  conversationSyncStateChanged: (zim: ZIM, data: ZIMEventOfConversationSyncStateChangedResult) => void;
  receivePeerMessage: (zim: ZIM, data: ZIMEventOfReceiveConversationMessageResult) => void;
  receiveRoomMessage: (zim: ZIM, data: ZIMEventOfReceiveConversationMessageResult) => void;
  receiveGroupMessage: (zim: ZIM, data: ZIMEventOfReceiveConversationMessageResult) => void;
  peerMessageReceived: (zim: ZIM, data: ZIMEventOfConversationMessageReceivedResult) => void;
  roomMessageReceived: (zim: ZIM, data: ZIMEventOfConversationMessageReceivedResult) => void;
  groupMessageReceived: (zim: ZIM, data: ZIMEventOfConversationMessageReceivedResult) => void;
  broadcastMessageReceived: (zim: ZIM, data: ZIMEventOfBroadcastMessageReceivedResult) => void;
  messageSentStatusChanged: (zim: ZIM, data: ZIMEventOfMessageSentStatusChangedResult) => void;
  messageReceiptChanged: (zim: ZIM, data: ZIMEventOfMessageReceiptChangedResult) => void;
  messageRevokeReceived: (zim: ZIM, data: ZIMEventOfMessageRevokeReceivedResult) => void;
  messageReactionsChanged: (zim: ZIM, data: ZIMEventOfMessageReactionsChangedResult) => void;
  messageDeleted: (zim: ZIM, data: ZIMEventOfMessageDeletedResult) => void;
  messageRepliedInfoChanged: (zim: ZIM, data: ZIMEventOfMessageRepliedInfoChangedResult) => void;
  messageRepliedCountChanged: (zim: ZIM, data: ZIMEventOfMessageRepliedCountChangedResult) => void;
  messageEdited: (zim: ZIM, data: ZIMEventOfMessageEditedResult) => void;
  messagePinStatusChanged: (zim: ZIM, data: ZIMEventOfMessagePinStatusChangedResult) => void;
  roomStateChanged: (zim: ZIM, data: ZIMEventOfRoomStateChangedResult) => void;
  roomMemberJoined: (zim: ZIM, data: ZIMEventOfRoomMemberChangedResult) => void;
  roomMemberLeft: (zim: ZIM, data: ZIMEventOfRoomMemberChangedResult) => void;
  roomAttributesUpdated: (zim: ZIM, data: ZIMEventOfRoomAttributesUpdatedResult) => void;
  roomAttributesBatchUpdated: (zim: ZIM, data: ZIMEventOfRoomAttributesUpdatedResult) => void;
  roomMemberAttributesUpdated: (zim: ZIM, data: ZIMEventOfRoomMembersAttributesUpdatedResult) => void;
  groupStateChanged: (zim: ZIM, data: ZIMEventOfGroupStateChangedResult) => void;
  groupNameUpdated: (zim: ZIM, data: ZIMEventOfGroupNameUpdatedResult) => void;
  groupAvatarUrlUpdated: (zim: ZIM, data: ZIMEventOfGroupAvatarUrlUpdatedResult) => void;
  groupNoticeUpdated: (zim: ZIM, data: ZIMEventOfGroupNoticeUpdatedResult) => void;
  groupAliasUpdated: (zim: ZIM, data: ZIMEventOfGroupAliasUpdatedResult) => void;
  groupAttributesUpdated: (zim: ZIM, data: ZIMEventOfGroupAttributesUpdatedResult) => void;
  groupMutedInfoUpdated: (zim: ZIM, data: ZIMEventOfGroupMutedInfoUpdatedResult) => void;
  groupVerifyInfoUpdated: (zim: ZIM, data: ZIMEventOfGroupVerifyInfoUpdatedResult) => void;
  groupMemberStateChanged: (zim: ZIM, data: ZIMEventOfGroupMemberStateChangedResult) => void;
  groupMemberInfoUpdated: (zim: ZIM, data: ZIMEventOfGroupMemberInfoUpdatedResult) => void;
  groupApplicationListChanged: (zim: ZIM, data: ZIMEventOfGroupApplicationListChangedResult) => void;
  groupApplicationUpdated: (zim: ZIM, data: ZIMEventOfGroupApplicationUpdatedResult) => void;
  callInvitationCreated: (zim: ZIM, data: ZIMEventOfCallInvitationCreatedResult) => void;
  callInvitationReceived: (zim: ZIM, data: ZIMEventOfCallInvitationReceivedResult) => void;
  callInvitationCancelled: (zim: ZIM, data: ZIMEventOfCallInvitationCancelledResult) => void;
  callInvitationEnded: (zim: ZIM, data: ZIMEventOfCallInvitationEndedResult) => void;
  callInvitationRejected: (zim: ZIM, data: ZIMEventOfCallInvitationRejectedResult) => void;
  callInvitationAccepted: (zim: ZIM, data: ZIMEventOfCallInvitationAcceptedResult) => void;
  callInvitationTimeout: (zim: ZIM, data: ZIMEventOfCallInvitationTimeoutResult) => void;
  callInviteesAnsweredTimeout: (zim: ZIM, data: ZIMEventOfCallInviteesAnsweredTimeoutResult) => void;
  callUserStateChanged: (zim: ZIM, data: ZIMEventOfCallUserStateChangedResult) => void;
  friendListChanged: (zim: ZIM, data: ZIMEventOfFriendListChangedResult) => void;
  friendInfoUpdated: (zim: ZIM, data: ZIMEventOfFriendInfoUpdatedResult) => void;
  friendApplicationListChanged: (zim: ZIM, data: ZIMEventOfFriendApplicationListChangedResult) => void;
  friendApplicationUpdated: (zim: ZIM, data: ZIMEventOfFriendApplicationUpdatedResult) => void;
  blacklistChanged: (zim: ZIM, data: ZIMEventOfBlacklistChangedResult) => void;
}
