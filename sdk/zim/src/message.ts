import {
  ZIMConversationType,
  ZIMMessageDirection,
  ZIMMessageReceiptStatus,
  ZIMMessageSentStatus,
  ZIMMessageType,
  ZIMRevokeType,
  ZIMMessageRevokeStatus,
  ZIMTipsMessageEvent,
} from './enums.js';
import type { ZIMMessage, ZIMMessageLiteInfo, ZIMMessageReaction } from './types/message.js';

type Fields = Record<string, unknown>;

/** base is what every message has, whether the server wrote it or not: a field with its zero value is not sent. */
const base = (): Fields => ({
  messageID: '',
  localMessageID: '',
  messageSeq: 0,
  senderUserID: '',
  conversationID: '',
  conversationType: ZIMConversationType.Peer,
  direction: ZIMMessageDirection.Send,
  sentStatus: ZIMMessageSentStatus.Sending,
  timestamp: 0,
  orderKey: 0,
  isUserInserted: false,
  receiptStatus: ZIMMessageReceiptStatus.None,
  extendedData: '',
  localExtendedData: '',
  reactions: [],
  isBroadcastMessage: false,
  mentionedUserIDs: [],
  isMentionAll: false,
  rootRepliedCount: 0,
  isServerMessage: false,
  editorUserID: '',
  editedTime: 0,
  isGroupTargetedMessage: false,
  pinnedUserID: '',
  pinnedTime: 0,
});

const media = (): Fields => ({ fileUID: '', fileName: '', fileSize: 0, fileDownloadUrl: '' });

/** own is what the messages of one type have beside that. */
function own(type: ZIMMessageType): Fields {
  switch (type) {
    case ZIMMessageType.Text:
    case ZIMMessageType.Barrage:
    case ZIMMessageType.System:
      return { message: '' };
    case ZIMMessageType.Custom:
      return { message: '', searchedContent: '', subType: 0 };
    case ZIMMessageType.Multiple:
      return { messageInfoList: [] };
    case ZIMMessageType.Image:
      return {
        ...media(),
        thumbnailDownloadUrl: '',
        largeImageDownloadUrl: '',
        originalImageWidth: 0,
        originalImageHeight: 0,
        largeImageWidth: 0,
        largeImageHeight: 0,
        thumbnailWidth: 0,
        thumbnailHeight: 0,
      };
    case ZIMMessageType.File:
      return media();
    case ZIMMessageType.Audio:
      return { ...media(), audioDuration: 0 };
    case ZIMMessageType.Video:
      return {
        ...media(),
        videoDuration: 0,
        videoFirstFrameDownloadUrl: '',
        videoFirstFrameWidth: 0,
        videoFirstFrameHeight: 0,
      };
    case ZIMMessageType.Revoke:
      return {
        revokeType: ZIMRevokeType.TwoWay,
        revokeTimestamp: 0,
        operatedUserID: '',
        originalMessageType: ZIMMessageType.Unknown,
        originalTextMessageContent: '',
        revokeExtendedData: '',
        revokeStatus: ZIMMessageRevokeStatus.SelfRevoke,
      };
    case ZIMMessageType.Tips:
      return { event: ZIMTipsMessageEvent.Unknown, targetUserList: [] };
    case ZIMMessageType.Combine:
      return { title: '', summary: '', combineID: '', messageList: [] };
    default:
      return {};
  }
}

/** hydrate makes a whole ZIMMessage of what the server sent, as self sees it. */
export function hydrate(wire: Fields, self: string): ZIMMessage {
  const type = wire.type as ZIMMessageType;
  const m: Fields = { ...base(), ...own(type), ...wire };
  m.direction = m.senderUserID === self ? ZIMMessageDirection.Send : ZIMMessageDirection.Receive;
  m.sentStatus = ZIMMessageSentStatus.Success;
  if (type === ZIMMessageType.Command) m.message = fromBase64((wire.message as string) ?? '');
  if (type === ZIMMessageType.Combine) {
    m.messageList = ((wire.messageList as Fields[]) ?? []).map((x) => hydrate(x, self));
  }
  if (Array.isArray(wire.messageInfoList)) m.messageInfoList = (wire.messageInfoList as Fields[]).map(hydrateLite);
  if (Array.isArray(wire.reactions)) m.reactions = (wire.reactions as Fields[]).map(hydrateReaction);
  const replied = wire.repliedInfo as Fields | undefined;
  if (replied) m.repliedInfo = { ...replied, messageInfo: hydrateLite(replied.messageInfo as Fields) };
  return m as unknown as ZIMMessage;
}

export function hydrateAll(list: unknown, self: string): ZIMMessage[] {
  return ((list as Fields[]) ?? []).map((m) => hydrate(m, self));
}

function hydrateLite(wire: Fields): ZIMMessageLiteInfo {
  return { ...own(wire.type as ZIMMessageType), ...wire } as unknown as ZIMMessageLiteInfo;
}

function hydrateReaction(wire: Fields): ZIMMessageReaction {
  return { userList: [], ...wire } as unknown as ZIMMessageReaction;
}

/** dehydrate makes of a message what can be sent: bytes as base64, no File, no browser objects. */
export function dehydrate(message: ZIMMessage): Fields {
  const { fileLocalPath, ...m } = message as unknown as Fields;
  void fileLocalPath;
  if (m.message instanceof Uint8Array) m.message = toBase64(m.message);
  for (const name of ['audioDuration', 'videoDuration']) {
    if (typeof m[name] === 'number') m[name] = Math.round(m[name] as number);
  }
  if (Array.isArray(m.messageList)) m.messageList = (m.messageList as ZIMMessage[]).map(dehydrate);
  if (Array.isArray(m.messageInfoList)) {
    m.messageInfoList = (m.messageInfoList as ZIMMessageLiteInfo[]).map((x) => dehydrate(x as unknown as ZIMMessage));
  }
  return m;
}

/** name picks what is enough for the server to find a message again. */
export function name(message: ZIMMessage): Fields {
  return {
    type: message.type,
    messageID: message.messageID,
    localMessageID: message.localMessageID,
    messageSeq: message.messageSeq,
    conversationID: message.conversationID,
    conversationType: message.conversationType,
    senderUserID: message.senderUserID,
    combineID: (message as { combineID?: string }).combineID,
  };
}

export function toBase64(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i += 8192) text += String.fromCharCode(...bytes.subarray(i, i + 8192));
  return btoa(text);
}

export function fromBase64(text: string): Uint8Array {
  const raw = atob(text);
  const bytes = new Uint8Array(raw.length);
  for (let i = 0; i < raw.length; i++) bytes[i] = raw.charCodeAt(i);
  return bytes;
}
