// In the page: sdk/zim, used as an application uses the vendor's package.
import { ZIM, ZIMConversationType, ZIMMessagePriority, ZIMMessageType } from '/sdk/zim.mjs';

const types = { peer: ZIMConversationType.Peer, room: ZIMConversationType.Room, group: ZIMConversationType.Group };
const others = ['tokenWillExpire', 'messageRevokeReceived', 'messageEdited', 'messageReactionsChanged', 'messageReceiptChanged',
  'conversationMessageReceiptChanged', 'messageSentStatusChanged', 'messageDeleted', 'conversationChanged',
  'conversationTotalUnreadMessageCountUpdated', 'groupStateChanged', 'groupMemberStateChanged', 'groupMemberInfoUpdated',
  'groupNameUpdated', 'groupNoticeUpdated', 'groupAvatarUrlUpdated', 'groupAttributesUpdated', 'roomStateChanged',
  'roomMemberJoined', 'roomMemberLeft', 'roomAttributesUpdated', 'userInfoUpdated', 'broadcastMessageReceived'];
let zim;
let self;

const plain = (v) => JSON.parse(JSON.stringify(v ?? null, (k, x) => (typeof x === 'bigint' ? String(x) : x)));

/** failed makes an Error of what the SDK rejects with, and tells its code. */
const failed = (what) => (e) => {
  report({ kind: 'failure', what, code: e?.code, message: e?.message });
  throw new Error(`${what}: ${e?.code ?? ''} ${e?.message ?? e}`);
};

const text = (m) => (typeof m.message === 'string' ? m.message : undefined);

const hear = (chat) => (instance, data) => {
  for (const m of data.messageList) {
    report({ kind: text(m) === undefined ? 'other' : 'message', id: String(m.messageID), from: m.senderUserID, to: m.conversationID, chat,
      conv: m.conversationID, type: m.type, text: text(m), time: m.timestamp, seq: m.messageSeq, offline: data.info?.isOfflineMessage });
  }
};

window.client = {
  async login({ appID, server, user, token, userName }) {
    self = user;
    zim = ZIM.create({ appID, server });
    zim.on('connectionStateChanged', (z, e) => report({ kind: 'state', state: e.state, event: e.event }));
    zim.on('error', (z, e) => report({ kind: 'error', code: e.code, message: e.message }));
    zim.on('peerMessageReceived', hear('peer'));
    zim.on('groupMessageReceived', hear('group'));
    zim.on('roomMessageReceived', hear('room'));
    for (const name of others) zim.on(name, (z, e) => report({ kind: 'event', name, data: plain(e) }));
    await zim.login(user, { userName: userName ?? user, token, isOfflineLogin: false }).catch(failed('login'));
    report({ kind: 'connected' });
  },
  async sendText(chat, to, message) {
    const sent = await zim.sendMessage({ type: ZIMMessageType.Text, message }, to, types[chat],
      { priority: ZIMMessagePriority.Low }).catch(failed('send'));
    return { id: String(sent.message.messageID), localID: String(sent.message.localMessageID) };
  },
  async history(chat, id, count) {
    const got = await zim.queryHistoryMessage(id, types[chat], { count, reverse: true }).catch(failed('history'));
    return got.messageList.map((m) => ({ id: String(m.messageID), from: m.senderUserID, type: m.type, text: text(m),
      time: m.timestamp, seq: m.messageSeq }));
  },
  async createGroup(groupName, members) {
    const made = await zim.createGroup({ groupID: '', groupName }, members).catch(failed('createGroup'));
    return made.groupInfo.baseInfo.groupID;
  },
  joinRoom: (roomID) => zim.enterRoom({ roomID, roomName: roomID }).catch(failed('enterRoom')).then(plain),
  call: (method, ...args) => Promise.resolve(zim[method](...args)).catch(failed(method)).then(plain),
  async close() {
    await zim.logout();
    zim.destroy();
  },
};
