// In the page: easemob-websdk 3.x, with its message classes and callbacks.
(() => {
  const chatTypes = { peer: 'singleChat', group: 'groupChat', room: 'chatRoom' };
  const others = ['onPictureMessage', 'onFileMessage', 'onAudioMessage', 'onVideoMessage', 'onLocationMessage',
    'onCmdMessage', 'onCustomMessage', 'onRecallMessage', 'onReceivedMessage', 'onDeliveredMessage', 'onReadMessage',
    'onChannelMessage', 'onMutedMessage', 'onStatisticMessage', 'onPresence', 'onRoster', 'onBlacklistUpdate',
    'onCreateGroup', 'onContactInvited', 'onContactAgreed', 'onContactRefuse', 'onContactAdded', 'onContactDeleted',
    'onInviteMessage', 'onEmojiMessage'];
  let conn;
  let self;

  const plain = (v) => JSON.parse(JSON.stringify(v ?? null));

  const message = (m) => {
    const chat = { chat: 'peer', singleChat: 'peer', groupchat: 'group', groupChat: 'group' }[m.type] ?? 'room';
    report({ kind: 'message', id: String(m.id), from: m.from, to: m.to, chat,
      conv: chat === 'peer' ? (m.from === self ? m.to : m.from) : m.to, text: m.data, time: Number(m.time), ext: plain(m.ext) });
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
        conn.listen(handler);
        conn.open(token ? { user, accessToken: token, appKey, apiUrl } : { user, pwd: password, appKey, apiUrl });
      });
    },
    sendText(chat, to, msg, more) {
      return asked('send', (resolve, fail) => {
        const m = new WebIM.message('txt', conn.getUniqueId());
        m.set({ msg, to, chatType: chatTypes[chat], ext: more?.ext ?? {},
          success: (localID, id) => resolve({ id: String(id), localID: String(localID) }), fail });
        conn.send(m.body);
      });
    },
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
