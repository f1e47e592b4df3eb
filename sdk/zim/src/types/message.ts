import type {
  ZIMConversationType,
  ZIMMessageDirection,
  ZIMMessageMentionedType,
  ZIMMessageOrder,
  ZIMMessagePinStatus,
  ZIMMessagePriority,
  ZIMMessageQueryMode,
  ZIMMessageReactionUserChangeAction,
  ZIMMessageReceiptStatus,
  ZIMMessageRepliedInfoState,
  ZIMMessageRevokeStatus,
  ZIMMessageSentStatus,
  ZIMMessageType,
  ZIMRevokeType,
  ZIMTipsMessageChangeInfoType,
  ZIMTipsMessageEvent,
} from '../enums.js';
import type {
  ZIMGroupMemberInfo,
  ZIMGroupMemberSimpleInfo,
  ZIMGroupMuteInfo,
} from './group.js';
import type {
  ZIMPushConfig,
} from './push.js';
import type {
  ZIMUserInfo,
} from './user.js';

export interface ZIMMessageReactionAddConfig {
  increaseCount: number;
}

export interface ZIMMessageReactionUserInfo {
  userID: string;
}

export interface ZIMMessageReaction {
  reactionType: string;
  conversationID: string;
  conversationType: ZIMConversationType;
  messageID: string;
  totalCount: number;
  isSelfIncluded: boolean;
  userList: ZIMMessageReactionUserInfo[];
  sumCount: number;
}

export interface ZIMMessageReactionSimpleInfo {
  reactionType: string;
  sumCount: number;
}

export interface ZIMMessageReactionUserFullInfo {
  userID: string;
  reactions: ZIMMessageReactionSimpleInfo[];
}

export interface ZIMMessageReactionUserChangeInfo {
  userID: string;
  reactionType: string;
  action: ZIMMessageReactionUserChangeAction;
  sumCount: number;
}

export interface ZIMMessageReactionChangeInfo {
  message: ZIMMessage;
  userChangeInfoList: ZIMMessageReactionUserChangeInfo[];
}

export interface ZIMMessageLiteInfo {
  type: ZIMMessageType;
}

export interface ZIMTextMessageLiteInfo extends ZIMMessageLiteInfo {
  message: string;
  type: ZIMMessageType.Text;
}

export interface ZIMCustomMessageLiteInfo extends ZIMMessageLiteInfo {
  message: string;
  searchedContent: string;
  subType: number;
  type: ZIMMessageType.Custom;
}

export interface ZIMCombineMessageLiteInfo extends ZIMMessageLiteInfo {
  title: string;
  summary: string;
  type: ZIMMessageType.Combine;
}

export interface ZIMRevokeMessageLiteInfo extends ZIMMessageLiteInfo {
  type: ZIMMessageType.Revoke;
}

export interface ZIMMediaMessageLiteInfo extends ZIMMessageLiteInfo {
  fileSize?: number;
  fileName?: string;
  fileLocalPath?: File;
  fileDownloadUrl?: string;
}

export interface ZIMImageMessageLiteInfo extends ZIMMediaMessageLiteInfo {
  originalImageWidth?: number;
  originalImageHeight?: number;
  largeImageWidth?: number;
  largeImageHeight?: number;
  largeImageDownloadUrl?: string;
  thumbnailWidth?: number;
  thumbnailHeight?: number;
  thumbnailDownloadUrl?: string;
  type: ZIMMessageType.Image;
}

export interface ZIMFileMessageLiteInfo extends ZIMMediaMessageLiteInfo {
  type: ZIMMessageType.File;
}

export interface ZIMAudioMessageLiteInfo extends ZIMMediaMessageLiteInfo {
  audioDuration: number;
  type: ZIMMessageType.Audio;
}

export interface ZIMVideoMessageLiteInfo extends ZIMMediaMessageLiteInfo {
  videoDuration: number;
  videoFirstFrameWidth: number;
  videoFirstFrameHeight?: number;
  videoFirstFrameDownloadUrl?: string;
  type: ZIMMessageType.Video;
}

export interface ZIMMultipleMessageLiteInfo extends ZIMMessageLiteInfo {
  messageInfoList: ZIMMessageLiteInfo[];
  type: ZIMMessageType.Multiple;
}

export interface ZIMMessageRepliedInfo {
  state: ZIMMessageRepliedInfoState;
  messageInfo: ZIMMessageLiteInfo;
  senderUserID: string;
  sentTime: number;
  messageID: string;
  messageSeq: number;
}

export interface ZIMMessage {
  type: ZIMMessageType;
  messageID?: string;
  localMessageID?: string;
  messageSeq?: number;
  senderUserID?: string;
  conversationID?: string;
  conversationType?: ZIMConversationType;
  direction?: ZIMMessageDirection;
  sentStatus?: ZIMMessageSentStatus;
  timestamp?: number;
  orderKey?: number;
  isUserInserted?: boolean;
  receiptStatus?: ZIMMessageReceiptStatus;
  extendedData?: string;
  localExtendedData?: string;
  reactions?: ZIMMessageReaction[];
  isBroadcastMessage?: boolean;
  mentionedUserIDs?: string[];
  isMentionAll?: boolean;
  repliedInfo?: ZIMMessageRepliedInfo;
  rootRepliedCount?: number;
  isServerMessage?: boolean;
  editorUserID?: string;
  editedTime?: number;
  isGroupTargetedMessage?: boolean;
  pinnedUserID?: string;
  pinnedTime?: number;
}

export interface ZIMMediaMessage extends ZIMMessage {
  fileLocalPath?: File;
  fileDownloadUrl?: string;
  fileUID?: string;
  fileName?: string;
  fileSize?: number;
}

export interface ZIMTextMessage extends ZIMMessage {
  message: string;
  type: ZIMMessageType.Text;
}

export interface ZIMSystemMessage extends ZIMMessage {
  message: string;
  type: ZIMMessageType.System;
}

export interface ZIMCustomMessage extends ZIMMessage {
  message: string;
  searchedContent?: string;
  subType: number;
  type: ZIMMessageType.Custom;
}

export interface ZIMCommandMessage extends ZIMMessage {
  message: Uint8Array;
  type: ZIMMessageType.Command;
}

export interface ZIMBarrageMessage extends ZIMMessage {
  message: string;
  type: ZIMMessageType.Barrage;
}

export interface ZIMImageMessage extends ZIMMediaMessage {
  thumbnailDownloadUrl?: string;
  largeImageDownloadUrl?: string;
  originalImageWidth?: number;
  originalImageHeight?: number;
  largeImageWidth?: number;
  largeImageHeight?: number;
  thumbnailWidth?: number;
  thumbnailHeight?: number;
  type: ZIMMessageType.Image;
}

export interface ZIMFileMessage extends ZIMMediaMessage {
  type: ZIMMessageType.File;
}

export interface ZIMAudioMessage extends ZIMMediaMessage {
  audioDuration: number;
  type: ZIMMessageType.Audio;
}

export interface ZIMVideoMessage extends ZIMMediaMessage {
  videoDuration: number;
  videoFirstFrameDownloadUrl?: string;
  videoFirstFrameWidth?: number;
  videoFirstFrameHeight?: number;
  type: ZIMMessageType.Video;
}

export interface ZIMRevokeMessage extends ZIMMessage {
  revokeType: ZIMRevokeType;
  revokeTimestamp: number;
  operatedUserID: string;
  originalMessageType: ZIMMessageType;
  originalTextMessageContent: string;
  revokeExtendedData: string;
  revokeStatus: ZIMMessageRevokeStatus;
  type: ZIMMessageType.Revoke;
}

export interface ZIMCombineMessage extends ZIMMessage {
  title: string;
  summary: string;
  combineID?: string;
  messageList: ZIMMessage[];
  type: ZIMMessageType.Combine;
}

export interface ZIMTipsMessage extends ZIMMessage {
  event: ZIMTipsMessageEvent;
  operatedUser: ZIMUserInfo;
  targetUserList: ZIMUserInfo[];
  changeInfo?: ZIMTipsMessageChangeInfo;
  type: ZIMMessageType.Tips;
}

export interface ZIMMultipleMessage extends ZIMMessage {
  messageInfoList: ZIMMessageLiteInfo[];
  failedIndexList?: number[];
  type: ZIMMessageType.Multiple;
}

export interface ZIMMessageRootRepliedInfo {
  state: ZIMMessageRepliedInfoState;
  message?: ZIMMessage;
  senderUserID: string;
  sentTime: number;
  repliedCount: number;
}

export interface ZIMMessageRootRepliedCountInfo {
  messageID: string;
  conversationID: string;
  conversationType: ZIMConversationType;
  count: number;
}

export interface ZIMMessageMentionedInfo {
  messageID: string;
  messageSeq: number;
  fromUserID: string;
  type: ZIMMessageMentionedType;
}

export interface ZIMMessageReceivedInfo {
  isOfflineMessage: boolean;
}

export interface ZIMMessageSendConfig {
  pushConfig?: ZIMPushConfig;
  priority: ZIMMessagePriority;
  hasReceipt?: boolean;
  isNotifyMentionedUsers?: boolean;
  isRetrySend?: boolean;
  disableUnreadMessageCount?: boolean;
  isAllowMultipleMessagePartialFailed?: boolean;
}

export interface ZIMMessageQueryConfig {
  nextMessage?: ZIMMessage;
  count: number;
  reverse: boolean;
  mode: ZIMMessageQueryMode;
}

export interface ZIMMessageRevokeConfig {
  pushConfig?: ZIMPushConfig;
  revokeExtendedData?: string;
}

export interface ZIMMessageDeleteConfig {
  isAlsoDeleteServerMessage: boolean;
}

export interface ZIMMessageSendNotification {
  onMessageAttached?: ZIMMessageAttachedResult;
  onMediaUploadingProgress?: ZIMMediaUploadingProgress;
  onMultipleMediaUploadingProgress?: ZIMMultipleMediaUploadingProgress;
}

export interface ZIMMediaMessageSendNotification {
  onMessageAttached?: ZIMMessageAttachedResult;
  onMediaUploadingProgress?: ZIMMediaUploadingProgress;
}

export interface ZIMMessageReceiptInfo {
  status: ZIMMessageReceiptStatus;
  messageID: string;
  conversationID: string;
  conversationType: ZIMConversationType;
  readMemberCount: number;
  unreadMemberCount: number;
  isSelfOperated: boolean;
  readTime: number;
}

export interface ZIMMessageReactionUserQueryConfig {
  nextFlag: number;
  count: number;
  reactionType: string;
}

export interface ZIMMessageSentStatusChangeInfo {
  status: ZIMMessageSentStatus;
  message: ZIMMessage;
  reason: string;
}

export interface ZIMMessageSearchConfig {
  nextMessage?: ZIMMessage;
  count: number;
  order: ZIMMessageOrder;
  keywords: string[];
  messageTypes: ZIMMessageType[];
  subMessageTypes: number[];
  senderUserIDs: string[];
  startTime: number;
  endTime: number;
}

export interface ZIMMessageRepliedListQueryConfig {
  nextFlag: number;
  count: number;
}

export interface ZIMMessageEditConfig {}

export interface ZIMSendingMessageCancelConfig {}

export interface ZIMMessagePinConfig {
  disableAutoReplace: boolean;
}

export interface ZIMTipsMessageChangeInfo {
  type: ZIMTipsMessageChangeInfoType;
}

export interface ZIMTipsMessageGroupChangeInfo extends ZIMTipsMessageChangeInfo {
  groupDataFlag: number;
  groupName: string;
  groupNotice: string;
  groupAvatarUrl: string;
  groupMutedInfo?: ZIMGroupMuteInfo;
}

export interface ZIMTipsMessageGroupMemberChangeInfo extends ZIMTipsMessageChangeInfo {
  memberRole: number;
  muteExpiredTime: number;
  groupNewOwner?: ZIMGroupMemberSimpleInfo;
}

export interface ZIMTipsMessagePinStatusChangeInfo extends ZIMTipsMessageChangeInfo {
  isPinned: boolean;
}

export interface ZIMMessagePinStatusChangeInfo {
  pinStatus: ZIMMessagePinStatus;
  message: ZIMMessage;
}

export interface ZIMGroupMessageReceiptMemberQueryConfig {
  nextFlag: number;
  count: number;
}

export interface ZIMMessageSentResult {
  message: ZIMMessage;
}

export interface ZIMMessageQueriedResult {
  conversationID: string;
  conversationType: ZIMConversationType;
  messageList: ZIMMessage[];
}

export interface ZIMMessageDeletedResult {
  conversationID: string;
  conversationType: ZIMConversationType;
}

export interface ZIMMessageRevokedResult {
  message: ZIMMessage;
}

export interface ZIMMessageInsertedResult {
  message: ZIMMessage;
}

export interface ZIMMessageLocalExtendedDataUpdatedResult {
  message: ZIMMessage;
}

export interface ZIMMessageReceiptsReadSentResult {
  conversationID: string;
  conversationType: ZIMConversationType;
  errorMessageIDs: string[];
}

export interface ZIMMessageReceiptsInfoQueriedResult {
  infos: ZIMMessageReceiptInfo[];
  errorMessageIDs: string[];
}

export interface ZIMMessagesSearchedResult {
  conversationID: string;
  conversationType: ZIMConversationType;
  messageList: ZIMMessage[];
  nextMessage?: ZIMMessage;
}

export interface ZIMMessagesGlobalSearchedResult {
  messageList: ZIMMessage[];
  nextMessage?: ZIMMessage;
}

export interface ZIMMessageReactionAddedResult {
  reaction: ZIMMessageReaction;
}

export interface ZIMMessageReactionDeletedResult {
  reaction: ZIMMessageReaction;
}

export interface ZIMMessageReactionUserListQueriedResult {
  message: ZIMMessage;
  userInfoList: ZIMMessageReactionUserFullInfo[];
  reactionType: string;
  nextFlag: number;
  totalCount: number;
  userList: ZIMMessageReactionUserInfo[];
}

export interface ZIMCombineMessageDetailQueriedResult {
  message: ZIMCombineMessage;
}

export interface ZIMMessageRepliedListQueriedResult {
  messageList: ZIMMessage[];
  nextFlag: number;
  rootRepliedInfo: ZIMMessageRootRepliedInfo;
}

export interface ZIMMessageEditedResult {
  message: ZIMMessage;
}

export interface ZIMSendingMessageCancelledResult {}

export interface ZIMMessagePinnedResult {}

export interface ZIMPinnedMessageListQueriedResult {
  messageList: ZIMMessage[];
}

export interface ZIMGroupMessageReceiptMemberListQueriedResult {
  groupID: string;
  userList: ZIMGroupMemberInfo[];
  nextFlag: number;
}

export type ZIMMessageAttachedResult = (message: ZIMMessage) => void;

export type ZIMMediaUploadingProgress = (message: ZIMMediaMessage, currentFileSize: number, totalFileSize: number) => void;

export type ZIMMultipleMediaUploadingProgress = (message: ZIMMultipleMessage, currentFileSize: number, totalFileSize: number, messageInfoIndex: number, currentIndexFileSize: number, totalIndexFileSize: number) => void;
