// Alice's client: the vendor's own easemob-websdk, as it is. It compiles its protobuf code at run time, which a strict
// Content-Security-Policy forbids: it runs in a frame of its own, and this file with it.
import { device, within, type Access, type Client, type Draft, type Heard, type Place, type Said } from './client.js';

const chatTypes = { peer: 'singleChat', group: 'groupChat', room: 'chatRoom' } as const;
/** ended is what the SDK's errors say that end a session for good. */
const ended: Record<number, string> = { 206: 'signed in elsewhere', 207: 'account deleted', 216: 'password changed', 217: 'signed out by an operator' };
/** recent is of how many of one's own messages in a history the readers are counted. */
const recent = 8;
const kinds = { singleChat: 'peer', groupChat: 'group', chatRoom: 'room' } as const;

/** What of the SDK's objects is used here: its types and its behaviour do not always agree. */
interface SDKMessage {
  id: string | number;
  mid?: string | number;
  type?: string;
  chatType: keyof typeof kinds;
  from?: string;
  to: string;
  msg?: string;
  url?: string;
  thumb?: string;
  width?: number;
  height?: number;
  time?: number | string;
  ext?: { msgQuote?: { msgID?: string } };
  reactions?: SDKReaction[];
  isRead?: boolean;
  isDelivered?: boolean;
}
interface SDKReaction {
  reaction: string;
  userList?: string[];
}
interface SDKFault {
  type?: number;
  message?: string;
}
interface Connection {
  open(o: object): Promise<unknown>;
  close(): void;
  send(m: unknown): Promise<{ serverMsgId: string; message?: SDKMessage }>;
  recallMessage(o: object): Promise<unknown>;
  addReaction(o: object): Promise<unknown>;
  deleteReaction(o: object): Promise<unknown>;
  getHistoryMessages(o: object): Promise<{ messages: SDKMessage[] }>;
  getGroupMsgReadUser(o: object): Promise<{ data: unknown[] }>;
  joinChatRoom(o: object): Promise<unknown>;
  addEventHandler(id: string, handler: object): void;
}
export interface WebIM {
  logger?: { disableAll(): void };
  connection: new (o: object) => Connection;
  message: { create(o: object): SDKMessage };
}

export class WebIMClient implements Client {
  private readonly conn: Connection;
  private hear: (h: Heard) => void = () => {};
  private readonly rooms = new Set<string>();
  private closed = false;

  /** origin is the gateway's: the frame has none of its own. */
  constructor(private readonly sdk: WebIM, private readonly who: Access, private readonly origin: string) {
    sdk.logger?.disableAll(); // it tells the browser's console of every step
    this.conn = new sdk.connection({
      appKey: who.appKey,
      url: `${origin.replace(/^http/, 'ws')}/websocket`,
      apiUrl: origin,
      isHttpDNS: false,
      https: origin.startsWith('https:'),
      delivery: true,
      deviceId: `page-${device()}`,
      autoReconnectNumMax: 1000,
    });
  }

  async open(hear: (h: Heard) => void): Promise<void> {
    this.hear = hear;
    const { conn, who } = this;
    const message = (m: SDKMessage) => hear({ kind: 'message', message: this.said(m), live: true });
    let out = ''; // why we were signed out for good
    const lost = (why?: string) => {
      out ||= why ?? '';
      hear({ kind: 'state', state: out || this.closed ? 'offline' : 'connecting', why: out || undefined });
    };
    let up = false;
    conn.addEventHandler('page', {
      onConnected: () => {
        hear({ kind: 'state', state: 'online' });
        if (up) for (const roomId of this.rooms) void conn.joinChatRoom({ roomId, message: '' }).catch(() => {});
        up = true;
      },
      onDisconnected: () => lost(),
      onReconnecting: () => lost(),
      onError: (e: SDKFault) => {
        const why = ended[e.type ?? 0];
        if (why) lost(why);
      },
      onTextMessage: message,
      onImageMessage: message,
      onFileMessage: message,
      onAudioMessage: message,
      onVideoMessage: message,
      onLocationMessage: message,
      onCustomMessage: message,
      onCombineMessage: message,
      onRecallMessage: (e: SDKMessage) => hear({ kind: 'recalled', id: String(e.mid), by: e.from }),
      onModifiedMessage: (e: SDKMessage) => hear({ kind: 'edited', id: String(e.id), text: e.msg ?? '' }),
      onDeliveredMessage: (e: SDKMessage) => hear({ kind: 'delivered', place: this.place(e), id: String(e.mid), by: e.from }),
      onReadMessage: (e: SDKMessage & { groupReadCount?: Record<string, number> }) => {
        const id = String(e.mid);
        hear({ kind: 'read', place: this.place(e), id, by: e.from, count: e.groupReadCount?.[id] });
      },
      onChannelMessage: (e: SDKMessage) => {
        if (e.from !== who.id) hear({ kind: 'read', place: this.place(e), id: '', by: e.from });
      },
      onReactionChange: (e: { messageId: string; reactions: SDKReaction[] }) => {
        this.reactions(String(e.messageId), e.reactions);
      },
    });
    await within('login', conn.open({ user: who.id, accessToken: who.secret })).catch(fail);
  }

  async send(place: Place, draft: Draft): Promise<Said> {
    const common = { chatType: chatTypes[place.kind], to: place.id, ext: this.quote(draft.replyTo),
      msgConfig: place.kind === 'group' ? { allowGroupAck: true } : undefined };
    const message = this.sdk.message.create(draft.file
      ? { ...common, ...draft.size, type: 'img', file: { data: draft.file, url: '', filename: draft.file.name, filetype: draft.file.type.split('/')[1] } }
      : { ...common, type: 'txt', msg: draft.text });
    const sent = await within('sending', this.conn.send(message)).catch(fail);
    const id = String(sent.serverMsgId);
    const url = draft.file && (sent.message?.url ?? message.url);
    return { id, event: id, place, from: this.who.id, text: draft.text, replyTo: draft.replyTo?.id, time: Date.now(),
      picture: url ? { url: this.link(url), ...draft.size } : undefined };
  }

  async recall(m: Said): Promise<void> {
    await within('taking back', this.conn.recallMessage({ mid: m.id, to: m.place.id, chatType: chatTypes[m.place.kind] })).catch(fail);
    this.hear({ kind: 'recalled', id: m.id, by: this.who.id });
  }

  async react(m: Said, emoji: string, on: boolean): Promise<void> {
    const what = { messageId: m.id, reaction: emoji };
    await within('reacting', on ? this.conn.addReaction(what) : this.conn.deleteReaction(what)).catch(fail);
  }

  async read(m: Said): Promise<void> {
    if (m.place.kind === 'room') return;
    const group = m.place.kind === 'group';
    await this.conn.send(this.sdk.message.create({ type: 'read', chatType: chatTypes[m.place.kind], id: m.id, to: group ? m.place.id : m.from,
      ...(group && { ackContent: '', msgConfig: { allowGroupAck: true } }) })).catch(fail);
    await this.conn.send(this.sdk.message.create({ type: 'channel', chatType: chatTypes[m.place.kind], to: m.place.id })).catch(fail);
  }

  async enter(roomId: string): Promise<void> {
    if (this.rooms.has(roomId)) return;
    await within('entering', this.conn.joinChatRoom({ roomId, message: '' })).catch(fail);
    this.rooms.add(roomId);
  }

  async history(place: Place, limit: number): Promise<Said[]> {
    const { messages } = await within('history',
      this.conn.getHistoryMessages({ targetId: place.id, chatType: chatTypes[place.kind], pageSize: limit, cursor: -1 })).catch(fail);
    for (const m of messages) if (m.reactions?.length) queueMicrotask(() => this.reactions(String(m.id), m.reactions!));
    const own = place.kind === 'group' ? messages.filter((m) => m.from === this.who.id).slice(-recent) : [];
    for (const m of own) void this.countReaders(place, String(m.id)).catch(() => {}); // ticks that stay as they were are no harm
    return messages.filter((m) => m.type !== 'cmd').map((m) => this.said(m)).sort((a, b) => a.time - b.time);
  }

  async close(): Promise<void> {
    this.closed = true;
    this.conn.close();
  }

  /** countReaders asks who has read one's own message: a history does not say. */
  private async countReaders(place: Place, id: string): Promise<void> {
    const { data } = await this.conn.getGroupMsgReadUser({ groupId: place.id, msgId: id });
    if (data.length > 0) this.hear({ kind: 'read', place, id, count: data.length });
  }

  private reactions(id: string, all: SDKReaction[]): void {
    this.hear({ kind: 'all reactions', id, reactions: all.map((r) => ({ emoji: r.reaction, users: r.userList ?? [] })) });
  }

  /** quote is what this vendor's applications agree on for replies. */
  private quote(m?: Said): object {
    if (!m) return {};
    return { msgQuote: { msgID: m.id, msgPreview: m.text.slice(0, 100), msgSender: m.from, msgType: m.picture ? 'img' : 'txt' } };
  }

  private place(m: SDKMessage): Place {
    const kind = kinds[m.chatType] ?? 'peer';
    return { kind, id: kind === 'peer' && m.to === this.who.id ? (m.from ?? '') : m.to };
  }

  private said(m: SDKMessage): Said {
    const id = String(m.id);
    const picture = m.type === 'img' && m.url ? { url: this.link(m.thumb ?? m.url), width: m.width, height: m.height } : undefined;
    return { id, event: id, place: this.place(m), from: m.from || this.who.id, text: m.msg ?? (picture ? '' : `[${m.type ?? 'message'}]`),
      picture, replyTo: m.ext?.msgQuote?.msgID, time: Number(m.time) || Date.now(),
      reached: m.isRead ? 'read' : m.isDelivered ? 'delivered' : undefined };
  }

  private link(url: string): string {
    const u = new URL(url, this.origin);
    return this.origin + u.pathname + u.search;
  }
}

/** fail makes an Error of what the SDK rejects with: an object with a type. */
function fail(e: unknown): never {
  if (e instanceof Error && !('type' in e)) throw e;
  const { type, message } = e as SDKFault;
  throw new Error(message ? `${message} (${type})` : `refused (${type})`);
}
