// What an application does with the WebIM SDKs beyond texts: both styles, 3.x and 4.x, behind one set of calls.

const chatTypes = { peer: 'singleChat', group: 'groupChat', room: 'chatRoom' };

/** kinds are the messages that every generation can send, by the name that both styles use. */
export const kinds = ['txt', 'cmd', 'custom', 'loc', 'img', 'file', 'audio', 'video', 'url'];

/** events says which callback a kind arrives by, in the two styles. */
export const events = {
  3: { cmd: 'onCmdMessage', custom: 'onCustomMessage', loc: 'onLocationMessage', img: 'onPictureMessage', file: 'onFileMessage',
    audio: 'onAudioMessage', video: 'onVideoMessage', url: 'onPictureMessage' },
  4: { cmd: 'onCmdMessage', custom: 'onCustomMessage', loc: 'onLocationMessage', img: 'onImageMessage', file: 'onFileMessage',
    audio: 'onAudioMessage', video: 'onVideoMessage', url: 'onImageMessage', combine: 'onCombineMessage' },
};

/** styleOf says which of the two styles a client's page speaks. */
export const styleOf = (client) => (client.generation.page === 'webim3' ? 3 : 4);

// One transparent pixel, and other bytes that say what they are.
const png = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

/** files are what the attachments hold, base64. */
export const files = {
  img: { name: 'pixel.png', type: 'image/png', base64: png },
  file: { name: 'notes 1.txt', type: 'text/plain', base64: Buffer.from('some notes\n').toString('base64') },
  audio: { name: 'voice.mp3', type: 'audio/mpeg', base64: Buffer.from('ID3\x03\x00\x00\x00\x00\x00\x00voice').toString('base64') },
  video: { name: 'clip.mp4', type: 'video/mp4', base64: Buffer.from('\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom').toString('base64') },
};

/** send sends a message of any kind; it resolves to its server id. */
export function send(client, place, kind, more = {}) {
  const [chat, to] = Object.entries(place)[0];
  const style = styleOf(client);
  const options = { kind, chatType: chatTypes[chat], to, file: files[kind], more, apiUrl: client.gateway.http };
  return client.page.evaluate(style === 3 ? send3 : send4, options);
}

/** send4 runs in the page. */
async function send4({ kind, chatType, to, file, more }) {
  const message = { type: kind, chatType, to, ...more };
  if (file) {
    const bytes = Uint8Array.from(atob(file.base64), (c) => c.charCodeAt(0));
    const data = new File([bytes], file.name, { type: file.type });
    message.file = { data, filename: file.name, filetype: file.name.split('.').pop(), url: URL.createObjectURL(data) };
    message.filename = file.name;
    message.file_length = data.size;
  }
  const basics = {
    txt: { msg: more.msg ?? 'a text' }, cmd: { action: 'act' }, custom: { customEvent: 'evt', customExts: { k: 'v', n: '2' } },
    loc: { addr: 'street 1', lat: 39.9, lng: 116.3, buildingName: 'hq' }, img: { width: 1, height: 1 }, file: {},
    audio: { length: 3 }, video: { length: 7 },
    url: { type: 'img', body: { url: 'https://files.example.invalid/p.png', type: 'file', filename: 'p.png', size: { width: 1, height: 2 } },
      url: 'https://files.example.invalid/p.png', width: 1, height: 2 },
  }[kind] ?? {};
  Object.assign(message, basics, more);
  let progress = 0;
  if (file) {
    message.onFileUploadProgress = () => {
      progress++;
    };
  }
  const made = WebIM.message.create(message);
  // 4.0 never settles the promise of an attachment; what it tells of the server's receipt reaches listen alone.
  const received = new Promise((resolve) => {
    client.conn.listen({ onReceivedMessage: (e) => String(e.id) === String(made.id) && resolve({ serverMsgId: e.mid }) });
  });
  const sent = await Promise.race([received, client.conn.send(made).catch((e) => {
    throw new Error(`type ${e?.type}: ${e?.message}`);
  })]);
  if (kind === 'img' && progress === 0) throw new Error('no progress of the upload');
  return String(sent.serverMsgId);
}

/** send3 runs in the page. */
function send3({ kind, chatType, to, file, more, apiUrl }) {
  const { conn } = client;
  const names = { loc: 'location', url: 'img' };
  const id = conn.getUniqueId();
  const m = new WebIM.message(names[kind] ?? kind, id);
  return new Promise((resolve, reject) => {
    const options = { to, chatType, success: (localID, serverID) => resolve(String(serverID)),
      fail: (e) => reject(new Error(`type ${e?.type}: ${e?.message}`)) };
    if (chatType !== 'singleChat') options.roomType = chatType === 'chatRoom';
    const basics = {
      txt: { msg: 'a text' }, cmd: { action: 'act' }, custom: { customEvent: 'evt', customExts: { k: 'v', n: '2' } },
      loc: { addr: 'street 1', lat: 39.9, lng: 116.3 }, audio: { length: 3 }, video: { length: 7 },
      url: { body: { type: 'file', url: 'https://files.example.invalid/p.png', size: { width: 1, height: 2 }, length: 1,
        filename: 'p.png', filetype: 'png' } },
    }[kind] ?? {};
    if (file) {
      const bytes = Uint8Array.from(atob(file.base64), (c) => c.charCodeAt(0));
      const data = new File([bytes], file.name, { type: file.type });
      Object.assign(options, { apiUrl, file: { data, filename: file.name, filetype: file.name.split('.').pop(), url: URL.createObjectURL(data) },
        onFileUploadError: (e) => reject(new Error(`upload: ${JSON.stringify(e)}`)), ext: { file_length: data.size } });
    }
    // What is muted 3.x tells in a callback of its own, and fails nothing.
    const told = conn.onMutedMessage;
    conn.onMutedMessage = (e) => {
      told?.(e);
      reject(new Error(`muted: ${JSON.stringify(e)}`));
    };
    m.set({ ...options, ...basics, ...more });
    conn.send(m.body);
  });
}

/** fetched downloads what a received message points to, in the receiver's page, and returns it as base64. */
export function fetched(client, url) {
  return client.page.evaluate(async (u) => {
    const answer = await fetch(u);
    if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
    const bytes = new Uint8Array(await answer.arrayBuffer());
    return btoa(String.fromCharCode(...bytes));
  }, url);
}

/** event waits until a client's SDK has raised a callback that matches. */
export async function event(client, name, match = () => true, ms = 10000) {
  const found = await client.heard.until(`${name}`, (e) => e.kind === 'event' && e.name === name && match(e.data), ms);
  return found.data;
}
