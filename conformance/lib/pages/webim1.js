// In the page: easemob-websdk 1.4 to 1.11, with its message classes and callbacks over XMPP.
(() => {
  const others = ['onPictureMessage', 'onFileMessage', 'onAudioMessage', 'onVideoMessage', 'onLocationMessage', 'onCmdMessage',
    'onReceivedMessage', 'onDeliveredMessage', 'onReadMessage', 'onMutedMessage', 'onPresence', 'onRoster', 'onBlacklistUpdate',
    'onCreateGroup', 'onInviteMessage', 'onEmojiMessage'];
  let conn;
  let self;

  /** named makes an object of an array with names for indices, as 1.4 hands out its block list. */
  const named = (x) => (Array.isArray(x) && Object.keys(x).length > x.length ? { ...x } : x);

  const plain = (v) => JSON.parse(JSON.stringify(v ?? null, (k, x) => (x instanceof Node ? x.outerHTML : named(x))));

  const message = (m) => {
    const chat = { chat: 'peer', groupchat: 'group' }[m.type] ?? 'room';
    report({ kind: 'message', id: String(m.id), from: m.from, to: m.to, chat, error: m.error && m.errorCode,
      conv: chat === 'peer' ? (m.from === self ? m.to : m.from) : m.to, text: m.data, time: Number(m.delay ? Date.parse(m.delay) : 0),
      ext: plain(m.ext), name: 'onTextMessage', data: plain(m) });
  };

  /** asked turns the SDK's callbacks into a promise. */
  const asked = (what, start) => new Promise((resolve, reject) => {
    start(resolve, (e) => reject(new Error(`${what}: ${e?.type ?? ''} ${e?.data?.outerHTML ?? JSON.stringify(e?.data ?? e)}`)));
  });

  window.client = {
    /** conn is the SDK's own connection, for scenarios that use what the drivers do not name. */
    get conn() {
      return conn;
    },
    login({ appKey, url, apiUrl, user, password, token, options }) {
      self = user;
      conn = new WebIM.connection({ isMultiLoginSessions: true, https: false, url, apiUrl, isAutoLogin: true,
        heartBeatWait: 4500, autoReconnectNumMax: 2, autoReconnectInterval: 2, ...options });
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
            report({ kind: 'error', type: e?.type, message: e?.message, data: String(e?.data?.message ?? '') });
            if (!opened) fail(e);
          },
          onTextMessage: message,
        };
        for (const name of others) handler[name] = (...e) => report({ kind: 'event', name, data: plain(e[0]) });
        conn.listen(handler);
        conn.open(token ? { apiUrl, user, accessToken: token, appKey } : { apiUrl, user, pwd: password, appKey });
      });
    },
    sendText(chat, to, msg, more) {
      return this.send(chat, to, 'txt', { msg, ...more });
    },
    /** send sends a message of a kind with what its class takes. It resolves with both ids once the server has it. */
    send(chat, to, kind, options) {
      return asked('send', (resolve, fail) => {
        const m = new WebIM.message(kind, conn.getUniqueId());
        m.set({ to, roomType: chat === 'room', onFileUploadError: fail, fail, ...options,
          success: (localID, id) => resolve({ id: String(id), localID: String(localID) }) });
        // Some classes of these versions drop the callbacks, and the id, that set is given.
        Object.assign(m.body, { id: m.id, success: (localID, id) => resolve({ id: String(id), localID: String(localID) }) });
        if (chat !== 'peer') m.setGroup('groupchat');
        conn.send(m.body);
      });
    },
    /** upload sends a file of text, or of bytes. */
    upload(chat, to, kind, { name, type, text, base64, ...options }) {
      return this.send(chat, to, kind, { apiUrl: conn.apiUrl, filename: name, ...options,
        file: webim.fileOf({ name, type, base64: base64 ?? btoa(text) }) });
    },
    download: webim.download,
    /** receipt says that a message was read, or delivered. */
    receipt(to, kind, id) {
      const m = new WebIM.message(kind, conn.getUniqueId());
      m.set({ id, to });
      conn.send(m.body);
    },
    async createGroup(groupname, members) {
      const made = await asked('createGroup', (success, error) => conn.createGroupNew({ data: { groupname, desc: '', members,
        public: true, approval: false, allowinvites: true, maxusers: 200, owner: self }, success, error }));
      return String(made.data.groupid);
    },
    /** joinRoom enters a chat room; it resolves when the SDK tells that it is in. */
    async joinRoom(roomId) {
      conn.joinChatRoom({ roomId });
    },
    call: (method, options) => asked(method, (success, error) => conn[method]({ ...options, success, error })).then(plain),
    async close() {
      conn.close();
    },
  };
})();
