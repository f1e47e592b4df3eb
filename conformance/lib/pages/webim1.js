// In the page: easemob-websdk 1.x, the classic dialect over XMPP.
(() => {
  let conn;
  let self;

  const message = (m) => {
    const chat = { chat: 'peer', groupchat: 'group' }[m.type] ?? 'room';
    report({ kind: 'message', id: String(m.id), from: m.from, to: m.to, chat,
      conv: chat === 'peer' ? (m.from === self ? m.to : m.from) : m.to, text: m.data, time: Number(m.delay ? Date.parse(m.delay) : 0) });
  };

  window.client = {
    login({ appKey, url, apiUrl, user, password, options }) {
      self = user;
      conn = new WebIM.connection({ isMultiLoginSessions: true, https: false, url, apiUrl, isAutoLogin: true,
        heartBeatWait: 4500, autoReconnectNumMax: 2, autoReconnectInterval: 2, ...options });
      return new Promise((resolve, reject) => {
        conn.listen({
          onOpened: () => {
            conn.setPresence();
            report({ kind: 'connected' });
            resolve();
          },
          onClosed: () => report({ kind: 'disconnected' }),
          onError: (e) => {
            report({ kind: 'error', type: e?.type, message: e?.message });
            reject(new Error(`login: ${e?.type}`));
          },
          onTextMessage: message,
          onPresence: (e) => report({ kind: 'event', name: 'onPresence', data: JSON.parse(JSON.stringify(e)) }),
        });
        conn.open({ apiUrl, user, pwd: password, appKey });
      });
    },
    sendText(chat, to, msg) {
      return new Promise((resolve, reject) => {
        const m = new WebIM.message('txt', conn.getUniqueId());
        m.set({ msg, to, roomType: chat === 'room', success: (localID, id) => resolve({ id: String(id), localID: String(localID) }),
          fail: (e) => reject(new Error(`send: ${e?.type}`)) });
        m.body.chatType = { peer: 'singleChat', group: 'chatRoom', room: 'chatRoom' }[chat];
        if (chat !== 'peer') m.setGroup('groupchat');
        conn.send(m.body);
      });
    },
    async close() {
      conn.close();
    },
  };
})();
