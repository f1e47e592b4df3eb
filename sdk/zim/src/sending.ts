import { ZIMErrorCode } from './codes.js';
import { ZIMConversationType, ZIMMessageDirection, ZIMMessageSentStatus, ZIMMessageType } from './enums.js';
import { asFault, Fault, invalid } from './errors.js';
import { dehydrate, name } from './message.js';
import { Message } from './messages.js';
import type {
  ZIMCombineMessage,
  ZIMCombineMessageDetailQueriedResult,
  ZIMMediaMessage,
  ZIMMediaMessageSendNotification,
  ZIMMediaUploadingProgress,
  ZIMMessage,
  ZIMMessageEditConfig,
  ZIMMessageEditedResult,
  ZIMMessageSendConfig,
  ZIMMessageSendNotification,
  ZIMMessageSentResult,
  ZIMMessageRevokeConfig,
  ZIMMessageRevokedResult,
  ZIMMultipleMessage,
  ZIMRevokeMessage,
  ZIMSendingMessageCancelConfig,
  ZIMTextMessage,
} from './types/message.js';
import { upload, type Upload } from './upload.js';

const mediaTypes: readonly ZIMMessageType[] = [
  ZIMMessageType.Image,
  ZIMMessageType.File,
  ZIMMessageType.Audio,
  ZIMMessageType.Video,
];

/** A message on its way, until it is sent or has failed. */
interface OnItsWay {
  uploads: Upload[];
  cancelled: boolean;
  /** asked: the server has the request, and nothing can be taken back any more. */
  asked: boolean;
}

/** Sending has the methods that send: messages, replies, edits, and the files in them. */
export abstract class Sending extends Message {
  /** @internal */
  private readonly onTheirWay = new Map<string, OnItsWay>();

  sendMessage(
    message: ZIMMessage,
    toConversationID: string,
    conversationType: ZIMConversationType,
    config: ZIMMessageSendConfig,
    notification?: ZIMMessageSendNotification,
  ): Promise<ZIMMessageSentResult> {
    return this.send('sendMessage', message, toConversationID, conversationType, config, notification);
  }

  replyMessage(
    message: ZIMMessage,
    toOriginalMessage: ZIMMessage,
    config: ZIMMessageSendConfig,
    notification?: ZIMMessageSendNotification,
  ): Promise<ZIMMessageSentResult> {
    return this.send(
      'replyMessage',
      message,
      toOriginalMessage?.conversationID ?? '',
      toOriginalMessage?.conversationType ?? ZIMConversationType.Peer,
      config,
      notification,
      toOriginalMessage,
    );
  }

  async editMessage(
    message: ZIMMessage,
    config: ZIMMessageEditConfig,
    notification?: ZIMMessageSendNotification,
  ): Promise<ZIMMessageEditedResult> {
    this.ready();
    if (!message) throw invalid('there is no message');
    const way = this.setOut(message.localMessageID || message.messageID || '');
    try {
      const whole = await this.withFiles(message, message, way, notification);
      return await this.call('editMessage', () => ({ message: dehydrate(whole), config }));
    } finally {
      this.arrive(message.localMessageID || message.messageID || '');
    }
  }

  async cancelSendingMessage(message: ZIMMessage, config: ZIMSendingMessageCancelConfig): Promise<void> {
    void config;
    this.ready();
    const way = this.onTheirWay.get(message?.localMessageID ?? '');
    if (!way || way.asked) {
      throw new Fault(ZIMErrorCode.MessageModuleCancelSendingMessageFailed, 'the message is not being uploaded');
    }
    way.cancelled = true;
    for (const u of way.uploads) u.cancel();
  }

  async revokeMessage(message: ZIMMessage, config?: ZIMMessageRevokeConfig): Promise<ZIMMessageRevokedResult> {
    const result = await this.call<ZIMMessageRevokedResult>('revokeMessage', () => ({ message: name(message), config }));
    // What was said is for the one who said it, on the device where he took it back.
    const revoked = result.message as ZIMRevokeMessage;
    if (message.type === ZIMMessageType.Text) revoked.originalTextMessageContent = (message as ZIMTextMessage).message;
    return result;
  }

  queryCombineMessageDetail(message: ZIMCombineMessage): Promise<ZIMCombineMessageDetailQueriedResult> {
    return this.call('queryCombineMessageDetail', () => ({ message: name(message) }));
  }

  /** @deprecated since 2.4.0: use sendMessage. */
  sendPeerMessage(message: ZIMMessage, toUserID: string, config: ZIMMessageSendConfig): Promise<ZIMMessageSentResult> {
    return this.sendMessage(message, toUserID, ZIMConversationType.Peer, config);
  }

  /** @deprecated since 2.4.0: use sendMessage. */
  sendRoomMessage(message: ZIMMessage, toRoomID: string, config: ZIMMessageSendConfig): Promise<ZIMMessageSentResult> {
    return this.sendMessage(message, toRoomID, ZIMConversationType.Room, config);
  }

  /** @deprecated since 2.4.0: use sendMessage. */
  sendGroupMessage(message: ZIMMessage, toGroupID: string, config: ZIMMessageSendConfig): Promise<ZIMMessageSentResult> {
    return this.sendMessage(message, toGroupID, ZIMConversationType.Group, config);
  }

  /** @deprecated since 2.4.0: use sendMessage. The last parameter was once the progress alone. */
  sendMediaMessage(
    message: ZIMMediaMessage,
    toConversationID: string,
    conversationType: ZIMConversationType,
    config: ZIMMessageSendConfig,
    notification?: ZIMMediaMessageSendNotification | ZIMMediaUploadingProgress,
  ): Promise<ZIMMessageSentResult> {
    const told = typeof notification === 'function' ? { onMediaUploadingProgress: notification } : notification;
    return this.sendMessage(message, toConversationID, conversationType, config, told);
  }

  /** @internal */
  private async send(
    method: 'sendMessage' | 'replyMessage',
    message: ZIMMessage,
    to: string,
    conversationType: ZIMConversationType,
    config: ZIMMessageSendConfig,
    notification?: ZIMMessageSendNotification,
    toOriginalMessage?: ZIMMessage,
  ): Promise<ZIMMessageSentResult> {
    this.ready();
    if (!message || typeof message.type !== 'number') throw invalid('the message has no type');
    if (!to) throw invalid('the message goes nowhere');
    const attached = this.attach(message, to, conversationType, config?.isRetrySend === true);
    const id = attached.localMessageID!;
    notification?.onMessageAttached?.(attached);
    const way = this.setOut(id);
    try {
      const whole = await this.withFiles(attached, message, way, notification);
      way.asked = true;
      const sent = await this.call<ZIMMessageSentResult>(
        method,
        () => ({
          message: dehydrate(whole),
          ...(method === 'replyMessage'
            ? { toOriginalMessage: name(toOriginalMessage!) }
            : { toConversationID: to, conversationType }),
          config: config ?? {},
        }),
        true,
      );
      // The page may hold on to the object that it was given: it becomes the message that was sent.
      Object.assign(attached, sent.message);
      this.emit('messageSentStatusChanged', {
        infos: [{ status: ZIMMessageSentStatus.Success, message: attached, reason: '' }],
      });
      return sent;
    } catch (e) {
      const fault = asFault(e);
      attached.sentStatus = ZIMMessageSentStatus.Failed;
      this.emit('messageSentStatusChanged', {
        infos: [{ status: ZIMMessageSentStatus.Failed, message: attached, reason: fault.message }],
      });
      throw fault;
    } finally {
      this.arrive(id);
    }
  }

  /** attach makes the message that is shown while it is sent. @internal */
  private attach(message: ZIMMessage, to: string, type: ZIMConversationType, again: boolean): ZIMMessage {
    const now = Date.now() + this.session.skew;
    const retried = again && message.localMessageID ? message.localMessageID : undefined;
    return {
      ...message,
      localMessageID: retried ?? `${now}${Math.floor(Math.random() * 1e9).toString().padStart(9, '0')}`,
      messageID: '',
      messageSeq: 0,
      senderUserID: this.self,
      conversationID: to,
      conversationType: type,
      direction: ZIMMessageDirection.Send,
      sentStatus: ZIMMessageSentStatus.Sending,
      timestamp: now,
      orderKey: now,
      extendedData: message.extendedData ?? '',
      localExtendedData: message.localExtendedData ?? '',
    };
  }

  /** withFiles uploads what the message holds as a File, and names it by where it is then. @internal */
  private async withFiles(
    attached: ZIMMessage,
    original: ZIMMessage,
    way: OnItsWay,
    notification?: ZIMMessageSendNotification,
  ): Promise<ZIMMessage> {
    if (mediaTypes.includes(original.type)) {
      const file = (original as ZIMMediaMessage).fileLocalPath;
      if (!file) return attached;
      const task = upload((m, p) => this.session.request(m, p), original.type, file, (done, all) =>
        notification?.onMediaUploadingProgress?.(attached as ZIMMediaMessage, done, all),
      );
      way.uploads.push(task);
      return Object.assign(attached, await this.landed(task, way));
    }
    if (original.type !== ZIMMessageType.Multiple) return attached;
    const items = (original as ZIMMultipleMessage).messageInfoList ?? [];
    const files = items.map((x) => (x as { fileLocalPath?: File }).fileLocalPath);
    const total = files.reduce((n, f) => n + (f?.size ?? 0), 0);
    const done = files.map(() => 0);
    const infos = await Promise.all(
      items.map(async (item, i) => {
        const file = files[i];
        if (!file) return item;
        const task = upload((m, p) => this.session.request(m, p), item.type, file, (n, all) => {
          done[i] = n;
          const sum = done.reduce((a, b) => a + b, 0);
          notification?.onMultipleMediaUploadingProgress?.(attached as ZIMMultipleMessage, sum, total, i, n, all);
        });
        way.uploads.push(task);
        return { ...item, ...(await this.landed(task, way)) };
      }),
    );
    return Object.assign(attached, { messageInfoList: infos });
  }

  /** @internal */
  private async landed(task: Upload, way: OnItsWay): Promise<object> {
    try {
      return await task.done;
    } catch (e) {
      if (!way.cancelled) throw e;
      throw new Fault(ZIMErrorCode.MessageModuleSendMessageFailedForCancelled, 'sending was cancelled');
    }
  }

  /** @internal */
  private setOut(id: string): OnItsWay {
    const way: OnItsWay = { uploads: [], cancelled: false, asked: false };
    if (id) this.onTheirWay.set(id, way);
    return way;
  }

  /** @internal */
  private arrive(id: string): void {
    this.onTheirWay.delete(id);
  }
}
