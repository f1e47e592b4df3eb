// Bob's client: the gateway's own SDK, with the public surface of the vendor's.
import {
  ZIM, ZIMConnectionEvent, ZIMConnectionState, ZIMConversationType, ZIMMessagePriority, ZIMMessageReceiptStatus, ZIMMessageType,
  type ZIMEventOfConversationMessageReceivedResult, type ZIMImageMessage, type ZIMMessage, type ZIMMessageQueryConfig, type ZIMMessageReaction,
} from 'dragoman-zim';
import { local } from './xmpp.js';
import { within, type Access, type Client, type Draft, type Heard, type Place, type Said } from './client.js';

const types = { peer: ZIMConversationType.Peer, group: ZIMConversationType.Group, room: ZIMConversationType.Room };

export class ZIMClient implements Client {
  private readonly zim: ZIM;
  private hear: (h: Heard) => void = () => {};
  /** What the SDK gave us, by id: it wants its own objects back. */
  private readonly known = new Map<string, ZIMMessage>();
  private readonly rooms = new Set<string>();

  constructor(private readonly who: Access) {
    const zim = ZIM.create({ appID: who.appID, server: location.origin });
    if (!zim) throw new Error('the ZIM SDK is in use already');
    this.zim = zim;
  }

  async open(hear: (h: Heard) => void): Promise<void> {
    this.hear = hear;
    const { zim, who } = this;
    zim.on('connectionStateChanged', (_, e) => this.turn(e.state, e.event));
    zim.on('peerMessageReceived', (_, e) => this.take('peer', e));
    zim.on('groupMessageReceived', (_, e) => this.take('group', e));
    zim.on('roomMessageReceived', (_, e) => this.take('room', e));
    zim.on('messageRevokeReceived', (_, e) => {
      for (const m of e.messageList) this.hear({ kind: 'recalled', id: String(m.messageID), by: m.operatedUserID });
    });
    zim.on('messageEdited', (_, e) => {
      for (const m of e.messageList) this.hear({ kind: 'edited', id: String(m.messageID), text: text(m) });
    });
    zim.on('messageReactionsChanged', (_, e) => e.reactions.forEach((r) => this.reaction(r)));
    zim.on('messageReceiptChanged', (_, e) => {
      for (const r of e.infos) {
        if (r.isSelfOperated || !(r.readMemberCount > 0 || r.status === ZIMMessageReceiptStatus.Done)) continue;
        const place: Place = { kind: r.conversationType === ZIMConversationType.Peer ? 'peer' : 'group', id: r.conversationID };
        this.hear({ kind: 'read', place, id: String(r.messageID), count: r.readMemberCount, by: place.kind === 'peer' ? place.id : undefined });
      }
    });
    zim.on('conversationMessageReceiptChanged', (_, e) => {
      for (const r of e.infos) {
        if (!r.isSelfOperated) this.hear({ kind: 'read', place: { kind: 'peer', id: r.conversationID }, id: '', by: r.conversationID });
      }
    });
    await within('login', zim.login(who.id, { userName: who.name, token: who.secret, isOfflineLogin: false } as never)).catch(fail);
  }

  async send(place: Place, draft: Draft): Promise<Said> {
    const message = (draft.file
      ? { type: ZIMMessageType.Image, fileLocalPath: draft.file, originalImageWidth: draft.size?.width, originalImageHeight: draft.size?.height }
      : { type: ZIMMessageType.Text, message: draft.text }) as unknown as ZIMMessage;
    const config = { priority: ZIMMessagePriority.Low, hasReceipt: place.kind !== 'room' };
    const original = draft.replyTo && this.known.get(draft.replyTo.id);
    const sent = await within('sending', original
      ? this.zim.replyMessage(message, original, config)
      : this.zim.sendMessage(message, place.id, types[place.kind], config)).catch(fail);
    return { ...this.said(sent.message, place), replyTo: draft.replyTo?.id };
  }

  async recall(m: Said): Promise<void> {
    await within('taking back', this.zim.revokeMessage(this.own(m))).catch(fail);
    this.hear({ kind: 'recalled', id: m.id, by: this.who.id });
  }

  async react(m: Said, emoji: string, on: boolean): Promise<void> {
    const { reaction } = await within('reacting', on
      ? this.zim.addMessageReaction(emoji, this.own(m))
      : this.zim.deleteMessageReaction(emoji, this.own(m))).catch(fail);
    this.reaction(reaction);
  }

  async read(m: Said): Promise<void> {
    const message = this.own(m);
    if (message.receiptStatus === ZIMMessageReceiptStatus.Processing) {
      await this.zim.sendMessageReceiptsRead([message], m.place.id, types[m.place.kind]);
    } else if (m.place.kind === 'peer') {
      await this.zim.sendConversationMessageReceiptRead(m.place.id, types.peer);
    }
    if (m.place.kind !== 'room') await this.zim.clearConversationUnreadMessageCount(m.place.id, types[m.place.kind]);
  }

  async enter(room: string): Promise<void> {
    if (this.rooms.has(room)) return;
    await within('entering', this.zim.enterRoom({ roomID: room, roomName: room })).catch(fail);
    this.rooms.add(room);
  }

  async history(place: Place, count: number): Promise<Said[]> {
    const config = { count, reverse: true } as ZIMMessageQueryConfig;
    const got = await within('history', this.zim.queryHistoryMessage(place.id, types[place.kind], config)).catch(fail);
    const page = got.messageList.filter(speaks).map((m) => this.said(m, place));
    for (const m of got.messageList) m.reactions?.forEach((r) => queueMicrotask(() => this.reaction(r)));
    return page;
  }

  async close(): Promise<void> {
    this.zim.logout();
    this.zim.destroy();
  }

  private turn(state: ZIMConnectionState, event: ZIMConnectionEvent): void {
    const why = event === ZIMConnectionEvent.KickedOut ? 'signed out from elsewhere' : event === ZIMConnectionEvent.TokenExpired ? 'the token has expired' : undefined;
    switch (state) {
      case ZIMConnectionState.Connected:
        this.hear({ kind: 'state', state: 'online' });
        for (const room of this.rooms) void this.zim.enterRoom({ roomID: room, roomName: room }).catch(() => {});
        return;
      case ZIMConnectionState.Disconnected:
        return this.hear({ kind: 'state', state: 'offline', why });
      default:
        return this.hear({ kind: 'state', state: 'connecting' });
    }
  }

  private take(kind: Place['kind'], e: ZIMEventOfConversationMessageReceivedResult): void {
    for (const m of e.messageList) {
      if (!speaks(m)) continue;
      this.hear({ kind: 'message', message: this.said(m, { kind, id: e.fromConversationID }), live: !e.info?.isOfflineMessage });
    }
  }

  private said(m: ZIMMessage, place: Place): Said {
    const id = String(m.messageID);
    this.known.set(id, m);
    const image = m.type === ZIMMessageType.Image ? (m as ZIMImageMessage) : undefined;
    const url = image && (image.largeImageDownloadUrl || image.thumbnailDownloadUrl || image.fileDownloadUrl);
    return {
      id,
      event: id,
      place,
      from: m.senderUserID ?? '',
      text: text(m),
      picture: url ? { url: local(url), width: image.originalImageWidth, height: image.originalImageHeight } : undefined,
      replyTo: m.repliedInfo?.messageID ? String(m.repliedInfo.messageID) : undefined,
      time: m.timestamp ?? Date.now(),
      recalled: m.type === ZIMMessageType.Revoke,
      edited: Boolean(m.editedTime),
      reached: m.receiptStatus === ZIMMessageReceiptStatus.Done ? 'read' : undefined,
    };
  }

  private own(m: Said): ZIMMessage {
    const message = this.known.get(m.id);
    if (!message) throw new Error('this client has not seen the message');
    return message;
  }

  private reaction(r: ZIMMessageReaction): void {
    this.hear({ kind: 'reaction', id: String(r.messageID), emoji: r.reactionType, users: r.userList.map((u) => u.userID) });
  }
}

function text(m: ZIMMessage): string {
  const said = (m as { message?: unknown }).message;
  if (typeof said === 'string') return said;
  return m.type === ZIMMessageType.Image || m.type === ZIMMessageType.Revoke ? '' : `[${ZIMMessageType[m.type] ?? 'message'}]`;
}

/** Tips and commands are for programs. */
function speaks(m: ZIMMessage): boolean {
  return m.type !== ZIMMessageType.Tips && m.type !== ZIMMessageType.Command;
}

/** fail makes an Error of what the SDK rejects with: an object with a code. */
function fail(e: unknown): never {
  if (e instanceof Error) throw e;
  const { code, message } = e as { code?: number; message?: string };
  throw new Error(message ? `${message} (${code})` : String(e));
}
