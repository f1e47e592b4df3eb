import { anchored } from './anchor.js';
import { User } from './user.js';
import type {
  ZIMConversationNotificationStatus,
  ZIMConversationType,
} from './enums.js';
import type {
  ZIMConversationBaseInfo,
  ZIMConversationDeleteConfig,
  ZIMConversationDeletedResult,
  ZIMConversationDraftSetResult,
  ZIMConversationFilterOption,
  ZIMConversationListQueriedResult,
  ZIMConversationMarkSetResult,
  ZIMConversationMessageReceiptReadSentResult,
  ZIMConversationNotificationStatusSetResult,
  ZIMConversationPinnedListQueriedResult,
  ZIMConversationPinnedStateUpdatedResult,
  ZIMConversationQueriedResult,
  ZIMConversationQueryConfig,
  ZIMConversationSearchConfig,
  ZIMConversationTotalUnreadMessageCountQueriedResult,
  ZIMConversationTotalUnreadMessageCountQueryConfig,
  ZIMConversationUnreadMessageCountClearedResult,
  ZIMConversationsSearchedResult,
} from './types/conversation.js';

/** Conversation has ZIM's methods of that name. */
export abstract class Conversation extends User {
  queryConversationList(config: ZIMConversationQueryConfig, option?: ZIMConversationFilterOption): Promise<ZIMConversationListQueriedResult> {
    return this.call('queryConversationList', () => ({ config: anchored(config), option }));
  }

  queryConversation(conversationID: string, conversationType: ZIMConversationType): Promise<ZIMConversationQueriedResult> {
    return this.call('queryConversation', () => ({ conversationID, conversationType }));
  }

  queryConversationPinnedList(config: ZIMConversationQueryConfig): Promise<ZIMConversationPinnedListQueriedResult> {
    return this.call('queryConversationPinnedList', () => ({ config: anchored(config) }));
  }

  updateConversationPinnedState(isPinned: boolean, conversationID: string, conversationType: ZIMConversationType): Promise<ZIMConversationPinnedStateUpdatedResult> {
    return this.call('updateConversationPinnedState', () => ({ isPinned, conversationID, conversationType }));
  }

  deleteConversation(conversationID: string, conversationType: ZIMConversationType, config: ZIMConversationDeleteConfig): Promise<ZIMConversationDeletedResult> {
    return this.call('deleteConversation', () => ({ conversationID, conversationType, config }));
  }

  deleteAllConversations(config: ZIMConversationDeleteConfig): Promise<void> {
    return this.call('deleteAllConversations', () => ({ config }));
  }

  clearConversationUnreadMessageCount(conversationID: string, conversationType: ZIMConversationType): Promise<ZIMConversationUnreadMessageCountClearedResult> {
    return this.call('clearConversationUnreadMessageCount', () => ({ conversationID, conversationType }));
  }

  clearConversationTotalUnreadMessageCount(): Promise<void> {
    return this.call('clearConversationTotalUnreadMessageCount', () => ({}));
  }

  queryConversationTotalUnreadMessageCount(config: ZIMConversationTotalUnreadMessageCountQueryConfig): Promise<ZIMConversationTotalUnreadMessageCountQueriedResult> {
    return this.call('queryConversationTotalUnreadMessageCount', () => ({ config }));
  }

  setConversationNotificationStatus(status: ZIMConversationNotificationStatus, conversationID: string, conversationType: ZIMConversationType): Promise<ZIMConversationNotificationStatusSetResult> {
    return this.call('setConversationNotificationStatus', () => ({ status, conversationID, conversationType }));
  }

  sendConversationMessageReceiptRead(conversationID: string, conversationType: ZIMConversationType): Promise<ZIMConversationMessageReceiptReadSentResult> {
    return this.call('sendConversationMessageReceiptRead', () => ({ conversationID, conversationType }));
  }

  setConversationDraft(draft: string, conversationID: string, conversationType: ZIMConversationType): Promise<ZIMConversationDraftSetResult> {
    return this.call('setConversationDraft', () => ({ draft, conversationID, conversationType }));
  }

  setConversationMark(markType: number, enable: boolean, conversationInfos: ZIMConversationBaseInfo[]): Promise<ZIMConversationMarkSetResult> {
    return this.call('setConversationMark', () => ({ markType, enable, conversationInfos }));
  }

  searchLocalConversations(config: ZIMConversationSearchConfig): Promise<ZIMConversationsSearchedResult> {
    return this.call('searchLocalConversations', () => ({ config }));
  }
}
