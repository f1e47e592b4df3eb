// In the page: easemob-websdk 4.x or agora-chat, as an application would use it, told of by report(event).
(() => {
  const { chatTypes, download, fileOf, plain } = webim;
  const chats = { singleChat: 'peer', groupChat: 'group', chatRoom: 'room' };
  // Handlers whose events are handed on as they are.
  const others = ['onImageMessage', 'onFileMessage', 'onAudioMessage', 'onVideoMessage', 'onLocationMessage',
    'onCmdMessage', 'onCustomMessage', 'onCombineMessage', 'onRecallMessage', 'onModifiedMessage', 'onReceivedMessage',
    'onDeliveredMessage', 'onReadMessage', 'onChannelMessage', 'onStatisticMessage', 'onGroupEvent', 'onChatroomEvent', 'onGroupChange', 'onChatroomChange',
    'onContactInvited', 'onContactAgreed', 'onContactRefuse', 'onContactAdded', 'onContactDeleted',
    'onPresenceStatusChange', 'onReactionChange', 'onChatThreadChange', 'onMultiDeviceEvent', 'onMessagePinEvent',
    'onOfflineMessageSyncStart', 'onOfflineMessageSyncFinish', 'onTokenWillExpire', 'onTokenExpired'];
  const receipts = new Map();
  let conn;
  let self;

  /** failure makes of what the SDK rejects with an error that says its type. */
  const failure = (what, e) => {
    const f = new Error(`${what}: ${e?.type ?? ''} ${e?.message ?? e}`);
    report({ kind: 'failure', what, type: e?.type, message: e?.message, data: plain(e?.data) });
    return f;
  };

  const message = (m) => {
    const chat = chats[m.chatType] ?? 'peer';
    report({ kind: 'message', id: String(m.id), from: m.from, to: m.to, chat,
      conv: chat === 'peer' ? (m.from === self ? m.to : m.from) : m.to, text: m.msg, time: Number(m.time), ext: plain(m.ext),
      name: 'onTextMessage', data: plain(m) });
  };

  window.client = {
    download,
    /** conn is the SDK's own connection, for scenarios that use what the drivers do not name. */
    get conn() {
      return conn;
    },
    async login({ appKey, url, apiUrl, user, password, token, options }) {
      self = user;
      conn = new WebIM.connection({ appKey, url, apiUrl, isHttpDNS: false, https: false, ...options });
      const handler = {
        onConnected: () => report({ kind: 'connected' }),
        onDisconnected: () => report({ kind: 'disconnected' }),
        onError: (e) => report({ kind: 'error', type: e?.type, message: e?.message }),
        onTextMessage: message,
      };
      for (const name of others) handler[name] = (e) => report({ kind: 'event', name, data: plain(e) });
      conn.addEventHandler('conformance', handler);
      conn.listen({ onReceivedMessage: (e) => receipts.get(String(e.id))?.(e) });
      try {
        await conn.open(token ? { user, accessToken: token, agoraToken: token } : { user, pwd: password });
      } catch (e) {
        throw failure('login', e);
      }
    },
    async sendText(chat, to, msg, more) {
      try {
        const sent = await conn.send(WebIM.message.create({ chatType: chatTypes[chat], type: 'txt', to, msg, ...more }));
        return { id: String(sent.serverMsgId), localID: String(sent.localMsgId) };
      } catch (e) {
        throw failure('send', e);
      }
    },
    /** send sends what message.create makes of options; it resolves to both ids and what was told of an upload. */
    async send(chat, to, options, file) {
      const m = { chatType: chatTypes[chat], to, ...options };
      const upload = [];
      if (file) {
        m.file = fileOf(file);
        m.filename = file.name;
        m.file_length = m.file.data.size;
        m.onFileUploadProgress = () => upload.push('progress');
        m.onFileUploadComplete = () => upload.push('complete');
        m.onFileUploadError = (e) => upload.push(`error ${e?.type}`);
      }
      const made = WebIM.message.create(m);
      const receipt = new Promise((resolve) => receipts.set(String(made.id), resolve));
      try {
        // 4.0 never settles the promise of an attachment; what it tells of the server's receipt stands for it.
        const told = receipt.then((e) => ({ localMsgId: e.id, serverMsgId: e.mid }));
        const promised = conn.send(made);
        const sent = await (file && !conn.getHistoryMessages ? Promise.race([told, promised]) : promised);
        const { localMsgId, serverMsgId } = await told;
        return { id: String(sent.serverMsgId), localID: String(sent.localMsgId), madeID: String(made.id),
          told: [String(localMsgId), String(serverMsgId)], upload };
      } catch (e) {
        throw failure('send', e);
      } finally {
        receipts.delete(String(made.id));
      }
    },
    /** say sends what message.create makes of options, a receipt as well, and waits for the server's word. */
    async say(chat, to, options) {
      try {
        return plain(await conn.send(WebIM.message.create({ chatType: chatTypes[chat], to, ...options })));
      } catch (e) {
        throw failure(options.type, e);
      }
    },
    async recall(chat, to, mid, ext) {
      try {
        return plain(await conn.recallMessage({ mid, to, chatType: chatTypes[chat], ext }));
      } catch (e) {
        throw failure('recall', e);
      }
    },
    /** edit gives a message other words, and other contents where options say so. */
    async edit(chat, to, messageId, options) {
      try {
        const modifiedMessage = WebIM.message.create({ chatType: chatTypes[chat], to, type: 'txt', ...options });
        return plain(await conn.modifyMessage({ messageId, modifiedMessage }));
      } catch (e) {
        throw failure('edit', e);
      }
    },
    async history(chat, id, limit) {
      const got = conn.getHistoryMessages
        ? (await conn.getHistoryMessages({ targetId: id, chatType: chatTypes[chat], pageSize: limit, cursor: -1 })).messages
        : await conn.fetchHistoryMessages({ queue: id, isGroup: chat !== 'peer', count: limit });
      return got.map((m) => ({ id: String(m.id), from: m.from, text: m.msg, time: Number(m.time) }))
        .sort((a, b) => a.time - b.time || (BigInt(a.id) < BigInt(b.id) ? -1 : 1));
    },
    async createGroup(groupname, members) {
      const made = await conn.createGroup({ data: { groupname, desc: '', members, public: true, approval: false,
        allowinvites: true, inviteNeedConfirm: false, maxusers: 200 } });
      return String(made.data.groupid);
    },
    joinRoom: (roomId) => conn.joinChatRoom({ roomId, message: '' }).then(plain),
    /** call runs any method of the SDK's connection. */
    async call(method, ...args) {
      try {
        return plain(await conn[method](...args));
      } catch (e) {
        throw failure(method, e);
      }
    },
    async close() {
      conn.close();
    },
  };
})();
