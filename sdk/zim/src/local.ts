import { ZIMErrorCode } from './codes.js';
import { ZIMConversationType, ZIMMessageDirection, ZIMMessageSentStatus } from './enums.js';
import { Fault, invalid } from './errors.js';
import { hydrate } from './message.js';
import { messagesIn, type Plain } from './revive.js';
import { Presence } from './rooms.js';
import { Store } from './store.js';
import type {
  ZIMMessage,
  ZIMMessageDeleteConfig,
  ZIMMessageDeletedResult,
  ZIMMessageInsertedResult,
  ZIMMessageLocalExtendedDataUpdatedResult,
  ZIMMessageQueriedResult,
  ZIMMessageQueryConfig,
} from './types/message.js';

/** 128 KB: the vendor's limit of what one message may be noted with. */
const noteMost = 128 * 1024;

/** Local has the methods that touch this device alone: notes on messages, and messages that were never sent. */
export abstract class Local extends Presence {
  /** @internal */
  protected store!: Store;

  async updateMessageLocalExtendedData(
    localExtendedData: string,
    message: ZIMMessage,
  ): Promise<ZIMMessageLocalExtendedDataUpdatedResult> {
    this.ready();
    if (typeof localExtendedData !== 'string' || new TextEncoder().encode(localExtendedData).length > noteMost) {
      throw invalid('the data is longer than 128 KB');
    }
    const id = message?.messageID || message?.localMessageID;
    if (!id) throw new Fault(ZIMErrorCode.MessageModuleTargetDoesNotExist, 'the message has no id');
    this.store.setNote(id, localExtendedData);
    return { message: { ...message, localExtendedData } };
  }

  async insertMessageToLocalDB(
    message: ZIMMessage,
    conversationID: string,
    conversationType: ZIMConversationType,
    senderUserID: string,
  ): Promise<ZIMMessageInsertedResult> {
    this.ready();
    if (!message || typeof message.type !== 'number' || !conversationID || !senderUserID) {
      throw invalid('a message, a conversation and a sender are wanted');
    }
    const now = Date.now() + this.session.skew;
    const id = `local-${now}-${Math.floor(Math.random() * 1e9)}`;
    const whole = hydrate({ ...(message as unknown as Plain), senderUserID }, this.self);
    Object.assign(whole, {
      messageID: id,
      localMessageID: id,
      conversationID,
      conversationType,
      timestamp: now,
      orderKey: now,
      isUserInserted: true,
      sentStatus: ZIMMessageSentStatus.Success,
      direction: senderUserID === this.self ? ZIMMessageDirection.Send : ZIMMessageDirection.Receive,
    });
    this.store.insert(whole);
    return { message: whole };
  }

  override async queryHistoryMessage(
    conversationID: string,
    conversationType: ZIMConversationType,
    config: ZIMMessageQueryConfig,
  ): Promise<ZIMMessageQueriedResult> {
    this.ready();
    const own = this.store.inserted(conversationID, conversationType);
    const next = config?.nextMessage;
    const stored = next?.isUserInserted ? { ...config, nextMessage: undefined } : config;
    const result = await super.queryHistoryMessage(conversationID, conversationType, stored);
    if (own.length === 0) return result;
    // Inserted messages stand where their time puts them, within what this page covers.
    const list = result.messageList;
    const full = list.length >= (config?.count ?? 0);
    const from = full && list.length > 0 && config.reverse !== false ? list[0].timestamp! : -Infinity;
    const to = next ? next.timestamp! : Infinity;
    const mine = own.filter((m) => m.timestamp! >= from && m.timestamp! < to);
    return { ...result, messageList: [...list, ...mine].sort((a, b) => a.timestamp! - b.timestamp!) };
  }

  override async deleteMessages(
    messageList: ZIMMessage[],
    conversationID: string,
    conversationType: ZIMConversationType,
    config: ZIMMessageDeleteConfig,
  ): Promise<ZIMMessageDeletedResult> {
    this.ready();
    if (!Array.isArray(messageList)) throw invalid('a list of messages is wanted');
    const stored = this.store.remove(messageList);
    if (stored.length === 0 && messageList.length > 0) return { conversationID, conversationType };
    return super.deleteMessages(stored, conversationID, conversationType, config);
  }

  override async deleteAllMessage(
    conversationID: string,
    conversationType: ZIMConversationType,
    config: ZIMMessageDeleteConfig,
  ): Promise<ZIMMessageDeletedResult> {
    const result = await super.deleteAllMessage(conversationID, conversationType, config);
    this.store.clear(conversationID, conversationType);
    return result;
  }

  /** @internal */
  protected override revived(result: Plain): Plain {
    for (const m of messagesIn(result)) {
      const note = this.store.note(m.messageID as string);
      if (note !== undefined) m.localExtendedData = note;
    }
    return result;
  }
}
