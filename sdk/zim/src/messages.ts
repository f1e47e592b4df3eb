import { anchored } from './anchor.js';
import { Conversation } from './conversation.js';
import type {
  ZIMConversationType,
} from './enums.js';
import { name } from './message.js';
import type {
  ZIMGroupMessageReceiptMemberListQueriedResult,
  ZIMGroupMessageReceiptMemberQueryConfig,
  ZIMMessage,
  ZIMMessageDeleteConfig,
  ZIMMessageDeletedResult,
  ZIMMessagePinConfig,
  ZIMMessageQueriedResult,
  ZIMMessageQueryConfig,
  ZIMMessageReactionAddConfig,
  ZIMMessageReactionAddedResult,
  ZIMMessageReactionDeletedResult,
  ZIMMessageReactionUserListQueriedResult,
  ZIMMessageReactionUserQueryConfig,
  ZIMMessageReceiptsInfoQueriedResult,
  ZIMMessageReceiptsReadSentResult,
  ZIMMessageRepliedListQueriedResult,
  ZIMMessageRepliedListQueryConfig,
  ZIMMessageSearchConfig,
  ZIMMessagesGlobalSearchedResult,
  ZIMMessagesSearchedResult,
  ZIMPinnedMessageListQueriedResult,
} from './types/message.js';

/** Message has ZIM's methods of that name. */
export abstract class Message extends Conversation {
  queryHistoryMessage(conversationID: string, conversationType: ZIMConversationType, config: ZIMMessageQueryConfig): Promise<ZIMMessageQueriedResult> {
    return this.call('queryHistoryMessage', () => ({ conversationID, conversationType, config: anchored(config) }));
  }

  queryMessages(messageSeqs: number[], conversationID: string, conversationType: ZIMConversationType): Promise<ZIMMessageQueriedResult> {
    return this.call('queryMessages', () => ({ messageSeqs, conversationID, conversationType }));
  }

  deleteMessages(messageList: ZIMMessage[], conversationID: string, conversationType: ZIMConversationType, config: ZIMMessageDeleteConfig): Promise<ZIMMessageDeletedResult> {
    return this.call('deleteMessages', () => ({ messageList: messageList.map(name), conversationID, conversationType, config }));
  }

  deleteAllMessage(conversationID: string, conversationType: ZIMConversationType, config: ZIMMessageDeleteConfig): Promise<ZIMMessageDeletedResult> {
    return this.call('deleteAllMessage', () => ({ conversationID, conversationType, config }));
  }

  deleteAllConversationMessages(config: ZIMMessageDeleteConfig): Promise<void> {
    return this.call('deleteAllConversationMessages', () => ({ config }));
  }

  sendMessageReceiptsRead(messageList: ZIMMessage[], conversationID: string, conversationType: ZIMConversationType): Promise<ZIMMessageReceiptsReadSentResult> {
    return this.call('sendMessageReceiptsRead', () => ({ messageList: messageList.map(name), conversationID, conversationType }));
  }

  queryMessageReceiptsInfo(messageList: ZIMMessage[], conversationID: string, conversationType: ZIMConversationType): Promise<ZIMMessageReceiptsInfoQueriedResult> {
    return this.call('queryMessageReceiptsInfo', () => ({ messageList: messageList.map(name), conversationID, conversationType }));
  }

  searchLocalMessages(conversationID: string, conversationType: ZIMConversationType, config: ZIMMessageSearchConfig): Promise<ZIMMessagesSearchedResult> {
    return this.call('searchLocalMessages', () => ({ conversationID, conversationType, config: anchored(config) }));
  }

  searchGlobalLocalMessages(config: ZIMMessageSearchConfig): Promise<ZIMMessagesGlobalSearchedResult> {
    return this.call('searchGlobalLocalMessages', () => ({ config: anchored(config) }));
  }

  addMessageReaction(reactionType: string, message: ZIMMessage, config?: ZIMMessageReactionAddConfig): Promise<ZIMMessageReactionAddedResult> {
    return this.call('addMessageReaction', () => ({ reactionType, message: name(message), config }));
  }

  deleteMessageReaction(reactionType: string, message: ZIMMessage): Promise<ZIMMessageReactionDeletedResult> {
    return this.call('deleteMessageReaction', () => ({ reactionType, message: name(message) }));
  }

  deleteMessageAllReactions(message: ZIMMessage): Promise<void> {
    return this.call('deleteMessageAllReactions', () => ({ message: name(message) }));
  }

  queryMessageReactionUserList(message: ZIMMessage, config: ZIMMessageReactionUserQueryConfig): Promise<ZIMMessageReactionUserListQueriedResult> {
    return this.call('queryMessageReactionUserList', () => ({ message: name(message), config }));
  }

  queryMessageRepliedList(message: ZIMMessage, config: ZIMMessageRepliedListQueryConfig): Promise<ZIMMessageRepliedListQueriedResult> {
    return this.call('queryMessageRepliedList', () => ({ message: name(message), config }));
  }

  pinMessage(message: ZIMMessage, isPinned: boolean, config?: ZIMMessagePinConfig): Promise<void> {
    return this.call('pinMessage', () => ({ message: name(message), isPinned, config }));
  }

  queryPinnedMessageList(conversationID: string, conversationType: ZIMConversationType): Promise<ZIMPinnedMessageListQueriedResult> {
    return this.call('queryPinnedMessageList', () => ({ conversationID, conversationType }));
  }

  queryGroupMessageReceiptReadMemberList(message: ZIMMessage, groupID: string, config: ZIMGroupMessageReceiptMemberQueryConfig): Promise<ZIMGroupMessageReceiptMemberListQueriedResult> {
    return this.call('queryGroupMessageReceiptReadMemberList', () => ({ message: name(message), groupID, config }));
  }

  queryGroupMessageReceiptUnreadMemberList(message: ZIMMessage, groupID: string, config: ZIMGroupMessageReceiptMemberQueryConfig): Promise<ZIMGroupMessageReceiptMemberListQueriedResult> {
    return this.call('queryGroupMessageReceiptUnreadMemberList', () => ({ message: name(message), groupID, config }));
  }
}
