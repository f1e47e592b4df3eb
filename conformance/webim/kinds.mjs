// Every kind of message that the WebIM SDKs have: how each generation is asked to send it, and what it must hand out.

import assert from 'node:assert/strict';

// One opaque red pixel, and bytes that say what they are.
const png = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==';
const bytes = (text) => Buffer.from(text, 'latin1').toString('base64');

/** files are what the attachments hold. */
export const files = {
  img: { name: 'pixel.png', type: 'image/png', base64: png },
  file: { name: 'notes 1.txt', type: 'text/plain', base64: bytes('some notes\n') },
  audio: { name: 'voice.mp3', type: 'audio/mpeg', base64: bytes('ID3\x03\x00\x00\x00\x00\x00\x00voice') },
  video: { name: 'clip.mp4', type: 'video/mp4', base64: bytes('\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom') },
};

const elsewhere = 'https://files.example.invalid/a/p.png';
const link = { url: elsewhere, size: { width: 3, height: 2 }, length: 1, filename: 'p.png' };

/** nested is an extension of the user's with all that JSON has. */
export const nested = { word: 'ext 你好 "<&>"', count: 3, half: 0.5, yes: true, key2: { key3: 'deep', list: [1, { a: null }] } };

// What each kind is made of, and the words in which 3.x and 1.x have it otherwise.
const asked = {
  txt: { type: 'txt', msg: 'a text 你好 🙂 <&>', ext: nested },
  cmd: { type: 'cmd', action: 'refresh', ext: { extmsg: 'extends messages' } },
  custom: { type: 'custom', customEvent: 'gift', customExts: { k: 'v', n: '2' }, ext: {} },
  loc: { type: 'loc', addr: 'street 1', buildingName: 'hq', lat: 39.9, lng: 116.3 },
  img: { type: 'img', width: 1, height: 1 },
  url: { type: 'img', url: elsewhere, width: 3, height: 2, body: { ...link, type: 'file', filetype: 'png' } },
  file: { type: 'file' },
  audio: { type: 'audio', length: 3 },
  video: { type: 'video', length: 7 },
};
const older = { loc: { type: 'location' }, url: { url: undefined } };

/** styleOf names the way in which a client's SDK is spoken to: 4, 3 or 1. */
export const styleOf = (client) => Number(client.generation.page.at(-1));

/** kindsOf are the kinds that a client's SDK has. */
export function kindsOf(client) {
  switch (styleOf(client)) {
    case 1: return ['txt', 'cmd', 'loc', 'img', 'file', 'audio'];
    case 3: return Object.keys(asked);
    // 4.0 has no combined messages yet, and no pictures by their URL any more.
    default: return client.version === '4.0.1' ? Object.keys(asked).filter((k) => k !== 'url') : [...Object.keys(asked), 'combine'];
  }
}

/** send sends a kind and returns the ids under which the sender knows it. */
export async function send(client, place, kind, more = {}) {
  const [chat, to] = Object.entries(place)[0];
  const options = { ...(kind === 'combine' ? combined : asked[kind]), ...(styleOf(client) === 4 ? {} : older[kind]), ...more };
  if (styleOf(client) === 1) return sendClassic(client, chat, to, kind, options);
  const sent = await client.do('send', chat, to, options, files[kind]);
  assert.match(sent.id, /^[1-9][0-9]{15,18}$/, 'the id that the server gave');
  assert.equal(sent.localID, sent.madeID, 'the id that the client gave');
  if (sent.told) assert.deepEqual(sent.told, [sent.localID, sent.id], 'what onReceivedMessage told');
  if (files[kind]) {
    assert.equal(sent.upload.at(-1), 'complete', `upload: ${sent.upload}`);
    if (client.version !== '4.0.1') assert.ok(sent.upload.includes('progress'), `upload: ${sent.upload}`); // 4.0 tells it of some kinds alone
  }
  return sent;
}

async function sendClassic(client, chat, to, kind, { type, ...options }) {
  const sent = await (files[kind] ? client.do('upload', chat, to, type, { ...files[kind], ...options }) : client.do('send', chat, to, type, options));
  assert.match(sent.id, /^[1-9][0-9]{15,18}$/, 'the id that the server gave');
  assert.match(sent.localID, /^WEBIM_/, 'the id that the client gave');
  return sent;
}

// Two messages forwarded as one.
const combined = {
  type: 'combine', compatibleText: 'two messages, forwarded', title: 'Ann and Ben', summary: 'Ann: hello\nBen: hi',
  messageList: ['hello', 'hi'].map((msg, i) => ({
    type: 'txt', chatType: 'singleChat', id: String(1000 + i), from: ['ann', 'ben'][i], to: ['ben', 'ann'][i], msg, time: 1700000000000 + i, ext: { i },
  })),
};

const callbacks = {
  4: { txt: 'onTextMessage', img: 'onImageMessage', url: 'onImageMessage', combine: 'onCombineMessage' },
  3: { txt: 'onTextMessage', img: 'onPictureMessage', url: 'onPictureMessage', combine: 'onTextMessage' },
};
const callbackOf = { cmd: 'onCmdMessage', custom: 'onCustomMessage', loc: 'onLocationMessage', file: 'onFileMessage', audio: 'onAudioMessage', video: 'onVideoMessage' };

/** knows says whether a client's SDK can show a kind; others it is shown as a text. */
function knows(client, kind) {
  if (kind === 'url') return true;
  return styleOf(client) === 1 ? kindsOf(client).includes(kind) || kind === 'video' : kindsOf(client).includes(kind);
}

/** got waits until a client's SDK has handed out a message, and returns what it handed out. */
export async function got(client, kind, id, ms = 15000) {
  const style = styleOf(client) === 4 ? 4 : 3;
  const fits = knows(client, kind) ? kind : 'txt';
  const name = callbacks[style][fits] ?? callbackOf[kind];
  const found = await client.heard.until(`${kind} ${id} by ${name}`, (e) => e.name === name && String(e.data.id) === id, ms);
  return found.data;
}

const chats = { peer: ['singleChat', 'chat'], group: ['groupChat', 'groupchat'], room: ['chatRoom', 'chatroom'] };

// What came with 4.1: names of buildings, links to thumbnails.
const since41 = (client) => styleOf(client) === 4 && client.version !== '4.0.1';

/** check compares what a client handed out with what another sent. */
export async function check(client, kind, place, sender, sent) {
  const m = await got(client, kind, sent.id);
  const style = styleOf(client);
  const [chat, to] = Object.entries(place)[0];
  assert.equal(m.from, sender.user);
  assert.equal(m.to, to);
  if (style !== 1 || kind !== 'cmd') assert.equal(style === 4 ? m.chatType : m.type, chats[chat][style === 4 ? 0 : 1]); // of a command 1.x does not say
  // 4.0 sends a command without its extension.
  const want = kind === 'cmd' && sender.version === '4.0.1' ? {} : asked[kind]?.ext ?? {};
  for (const [k, v] of Object.entries(want)) assert.deepEqual(m.ext[k], v, `ext.${k}`);
  const text = style === 4 ? m.msg : m.data;
  if (!knows(client, kind) && kind !== 'combine') {
    assert.ok(text, `a text in the place of a ${kind}`);
    return;
  }
  switch (kind) {
    case 'txt':
      assert.equal(text, asked.txt.msg);
      break;
    case 'cmd':
      assert.equal(m.action, 'refresh');
      break;
    case 'custom':
      assert.deepEqual([m.customEvent, m.customExts], ['gift', { k: 'v', n: '2' }]);
      break;
    case 'loc':
      assert.deepEqual([m.addr, Number(m.lat), Number(m.lng)], ['street 1', 39.9, 116.3]);
      if (since41(client) && since41(sender)) assert.equal(m.buildingName, 'hq');
      break;
    case 'url':
      assert.equal(new URL(m.url).pathname, '/a/p.png', 'only a receiver with useOwnUploadFun is given the host too');
      assert.deepEqual([m.width, m.height].map(Number), [3, 2]);
      break;
    case 'combine':
      await checkCombined(client, m, text);
      break;
    default:
      await checkFile(client, kind, m);
  }
}

async function checkFile(client, kind, m) {
  const style = styleOf(client);
  if (kind !== 'img' || styleOf(client) !== 4) assert.equal(m.filename, files[kind].name); // 4.x tells no name of a picture
  const { base64, type } = await client.do('download', m.url);
  assert.equal(base64, files[kind].base64, 'the bytes that the link leads to');
  assert.equal(type.split(';')[0], files[kind].type, 'and their type');
  if (kind === 'img') {
    assert.deepEqual([m.width, m.height].map(Number), [1, 1]);
    // Until 4.1 the link to a thumbnail was the sender's to give, which no web SDK does.
    if (since41(client)) assert.match((await client.do('download', m.thumb)).type, /^image\//, 'the thumbnail');
  }
  if (kind === 'audio' || (kind === 'video' && style !== 1)) assert.equal(Number(m.length), asked[kind].length);
}

async function checkCombined(client, m, text) {
  if (!knows(client, 'combine')) {
    assert.equal(text, combined.compatibleText, 'what a client shows that knows no combined messages');
    return;
  }
  assert.deepEqual([m.title, m.summary, m.compatibleText], [combined.title, combined.summary, combined.compatibleText]);
  const list = await client.call('downloadAndParseCombineMessage', { url: m.url, secret: m.secret });
  assert.deepEqual(list.map((x) => [x.from, x.msg, x.ext.i]), [['ann', 'hello', 0], ['ben', 'hi', 1]]);
}
