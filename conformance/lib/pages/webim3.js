// In the page: easemob-websdk 3.x, with its message classes and callbacks.
(() => {
  const { chatTypes, download, fileOf, plain } = webim;
  const others = ['onPictureMessage', 'onFileMessage', 'onAudioMessage', 'onVideoMessage', 'onLocationMessage',
    'onCmdMessage', 'onCustomMessage', 'onRecallMessage', 'onReceivedMessage', 'onDeliveredMessage', 'onReadMessage',
    'onChannelMessage', 'onMutedMessage', 'onStatisticMessage', 'onPresence', 'onRoster', 'onBlacklistUpdate',
    'onCreateGroup', 'onContactInvited', 'onContactAgreed', 'onContactRefuse', 'onContactAdded', 'onContactDeleted',
    'onInviteMessage', 'onEmojiMessage'];
  const muted = new Set();
  let conn;
  let self;

  const message = (m) => {
    const chat = { chat: 'peer', singleChat: 'peer', groupchat: 'group', groupChat: 'group' }[m.type] ?? 'room';
    report({ kind: 'message', id: String(m.id), from: m.from, to: m.to, chat,
      conv: chat === 'peer' ? (m.from === self ? m.to : m.from) : m.to, text: m.data, time: Number(m.time), ext: plain(m.ext),
      name: 'onTextMessage', data: plain(m) });
  };

  /** asked turns the SDK's callbacks into a promise. */
  const asked = (what, start) => new Promise((resolve, reject) => {
    const fail = (e) => {
      report({ kind: 'failure', what, type: e?.type, message: e?.message, data: plain(e?.data) });
      reject(new Error(`${what}: ${e?.type ?? ''} ${e?.message ?? e}`));
    };
    const promise = start(resolve, fail);
    if (promise?.catch) promise.catch(fail);
  });

  window.client = {
    download,
    /** conn is the SDK's own connection, for scenarios that use what the drivers do not name. */
    get conn() {
      return conn;
    },
    login({ appKey, url, apiUrl, user, password, token, options }) {
      self = user;
      conn = new WebIM.connection({ appKey, url, apiUrl, isHttpDNS: false, https: false, isMultiLoginSessions: true,
        heartBeatWait: 5000, ...options });
      return asked('login', (resolve, fail) => {
        let opened = false;
        const handler = {
          onOpened: () => {
            opened = true;
            report({ kind: 'connected' });
            resolve();
          },
          onClosed: () => report({ kind: 'disconnected' }),
          onError: (e) => {
            report({ kind: 'error', type: e?.type, message: e?.message });
            if (!opened) fail(e);
          },
          onTextMessage: message,
        };
        for (const name of others) handler[name] = (...e) => report({ kind: 'event', name, data: plain(e[0]) });
        // To a member who is muted 3.x tells so here, and calls neither success nor fail.
        handler.onMutedMessage = (e) => {
          report({ kind: 'event', name: 'onMutedMessage', data: plain(e) });
          for (const hear of muted) hear();
        };
        conn.listen(handler);
        conn.open(token ? { user, accessToken: token, appKey, apiUrl } : { user, pwd: password, appKey, apiUrl });
      });
    },
    sendText: (chat, to, msg, more) => client.send(chat, to, { type: 'txt', msg, ext: more?.ext ?? {} }),
    /** send sends a message of a class with what its set() takes; it resolves to both ids and what was told of an upload. */
    send(chat, to, { type, ...options }, file) {
      const madeID = conn.getUniqueId();
      const m = new WebIM.message(type, madeID);
      const upload = [];
      let refused;
      return asked('send', (resolve, fail) => {
        refused = () => fail({ type: 'muted' });
        muted.add(refused);
        const set = { to, chatType: chatTypes[chat], ...options,
          success: (localID, id) => resolve({ id: String(id), localID: String(localID), madeID: String(madeID), upload }), fail };
        if (chat !== 'peer') set.roomType = chat === 'room';
        if (file) {
          const chosen = fileOf(file);
          Object.assign(set, { apiUrl: conn.apiUrl, file: chosen, ext: { file_length: chosen.data.size, ...options.ext },
            onFileUploadProgress: () => upload.push('progress'), onFileUploadComplete: () => upload.push('complete'),
            onFileUploadError: (e) => fail({ type: `upload ${e?.type}`, message: e?.data }) });
        }
        m.set(set);
        conn.send(m.body);
      }).finally(() => muted.delete(refused));
    },
    /** say sends a message of a class that nothing answers: a receipt. */
    say(chat, to, { type, ...options }) {
      const m = new WebIM.message(type, conn.getUniqueId());
      m.set({ to, chatType: chatTypes[chat], ...options });
      m.setChatType(chatTypes[chat]); // set of a read receipt takes none
      conn.send(m.body);
    },
    recall: (chat, to, mid) => asked('recall', (success, fail) =>
      conn.recallMessage({ mid, to, type: { peer: 'chat', group: 'groupchat', room: 'chatroom' }[chat], success, fail })).then(plain),
    async history(chat, queue, count) {
      const got = await asked('history', (success, fail) => conn.fetchHistoryMessages({ queue, isGroup: chat !== 'peer', count,
        success, fail }));
      return got.map((m) => ({ id: String(m.id), from: m.from, text: m.data, time: Number(m.time) }))
        .sort((a, b) => a.time - b.time || (BigInt(a.id) < BigInt(b.id) ? -1 : 1));
    },
    async createGroup(groupname, members) {
      const made = await asked('createGroup', (success, error) => conn.createGroupNew({ data: { groupname, desc: '', members,
        public: true, approval: false, allowinvites: true, inviteNeedConfirm: false, maxusers: 200 }, success, error }));
      return String(made.data.groupid);
    },
    joinRoom: (roomId) => asked('joinRoom', (success, error) => conn.joinChatRoom({ roomId, success, error })).then(plain),
    call: (method, options) => asked(method, (success, error) =>
      conn[method]({ ...options, success, error, fail: error })).then(plain),
    async close() {
      conn.close();
    },
  };
})();
