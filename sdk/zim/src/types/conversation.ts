import type {
  ZIMConversationEvent,
  ZIMConversationNotificationStatus,
  ZIMConversationPinnedFilter,
  ZIMConversationSearchMode,
  ZIMConversationType,
  ZIMMessageType,
} from '../enums.js';
import type {
  ZIMMessage,
  ZIMMessageMentionedInfo,
} from './message.js';

export interface ZIMConversation {
  conversationID: string;
  type: ZIMConversationType;
  conversationName: string;
  conversationAvatarUrl: string;
  conversationAlias: string;
  notificationStatus: ZIMConversationNotificationStatus;
  unreadMessageCount: number;
  readMessageSeq: number;
  lastMessage?: ZIMMessage;
  orderKey: number;
  isPinned: boolean;
  pinnedTime: number;
  mentionedInfoList: ZIMMessageMentionedInfo[];
  draft: string;
  marks: number[];
}

export interface ZIMConversationBaseInfo {
  conversationID: string;
  conversationType: ZIMConversationType;
}

export interface ZIMConversationQueryConfig {
  nextConversation?: ZIMConversation;
  count: number;
}

export interface ZIMConversationFilterOption {
  conversationTypes: ZIMConversationType[];
  marks: number[];
  isOnlyUnreadConversation: boolean;
  pinnedFilter: ZIMConversationPinnedFilter;
}

export interface ZIMConversationTotalUnreadMessageCountQueryConfig {
  conversationTypes: ZIMConversationType[];
  marks: number[];
}

export interface ZIMConversationDeleteConfig {
  isAlsoDeleteServerConversation: boolean;
}

export interface ZIMConversationChangeInfo {
  event: ZIMConversationEvent;
  conversation: ZIMConversation;
}

export interface ZIMConversationSearchConfig {
  mode: ZIMConversationSearchMode;
  nextFlag?: number;
  totalConversationCount: number;
  keywords: string[];
  conversationMessageCount: number;
  messageTypes: ZIMMessageType[];
  subMessageTypes: number[];
  senderUserIDs: string[];
  startTime: number;
  endTime: number;
}

export interface ZIMConversationSearchInfo {
  conversationID: string;
  conversationType: ZIMConversationType;
  conversation: ZIMConversation;
  totalMessageCount: number;
  messageList: ZIMMessage[];
}

export interface ZIMConversationQueriedResult {
  conversation: ZIMConversation;
}

export interface ZIMConversationListQueriedResult {
  conversationList: ZIMConversation[];
}

export interface ZIMConversationTotalUnreadMessageCountQueriedResult {
  unreadMessageCount: number;
}

export interface ZIMConversationDeletedResult {
  conversationID: string;
  conversationType: ZIMConversationType;
}

export interface ZIMConversationsAllDeletedResult {}

export interface ZIMConversationUnreadMessageCountClearedResult {
  conversationID: string;
  conversationType: ZIMConversationType;
}

export interface ZIMConversationTotalUnreadMessageCountClearedResult {}

export interface ZIMConversationNotificationStatusSetResult {
  conversationID: string;
  conversationType: ZIMConversationType;
}

export interface ZIMConversationMessageReceiptReadSentResult {
  conversationID: string;
  conversationType: ZIMConversationType;
}

export interface ZIMConversationPinnedStateUpdatedResult {
  conversationID: string;
  conversationType: ZIMConversationType;
}

export interface ZIMConversationPinnedListQueriedResult {
  conversationList: ZIMConversation[];
}

export interface ZIMConversationDraftSetResult {
  conversationID: string;
  conversationType: ZIMConversationType;
}

export interface ZIMConversationMarkSetResult {
  failedConversationInfos: ZIMConversationBaseInfo[];
}

export interface ZIMConversationsSearchedResult {
  conversationSearchInfoList: ZIMConversationSearchInfo[];
  nextFlag: number;
}

export interface ZIMConversationMessagesAllDeletedResult {}
