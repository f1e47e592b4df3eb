// The guide's page on messages, in the form of 3.x: new WebIM.message(type, id), set, send, listen.

import assert from 'node:assert/strict';
import { files, nested } from './kinds.mjs';
import { event, eventually, keep, scenarios, someone, world } from './world.mjs';

const scenario = scenarios('webim-guide');
const version = '3.6.3';
let ann;
let ben;
let group;
let room;

/** inPage runs code of an application in ann's page, with who the others are. */
const inPage = (f, more = {}) => ann.page.evaluate(f, { ben: ben.user, group, room, ...more });

/** heardBy waits for what ben's SDK hands out by a callback for a message of ann's. */
const heardBy = (name, id, client = ben) => event(client, name, (m) => String(m.id) === String(id));

const text = async (id, client = ben) => (await client.heard.until(`text ${id}`, (e) => e.kind === 'message' && e.id === String(id))).data;

scenario('3.x: two users connect, and are told so', async () => {
  [ann, ben] = await Promise.all([someone(version, { name: 'ann' }), someone(version, { name: 'ben' })].map((p) => p.then(keep)));
  await ann.heard.until('onOpened', (e) => e.kind === 'connected');
  group = await ann.createGroup('Guide', [ben.user]);
  const made = await ann.call('createChatRoom', { name: 'Guide', description: 'd', maxusers: 100, members: [] }).catch(() => null);
  room = made?.data?.id ?? (await someone('4.21.1').then((host) => host.call('createChatRoom', { name: 'Guide', description: 'd', maxusers: 100, members: [] }))).data.id;
  await Promise.all([ann, ben].map((c) => c.joinRoom(room)));
});

/** sendText is the guide's sendPrivateText, sendGroupText and sendRoomText. */
const sendText = (to, chatType, ext) => inPage(({ to: t, chatType: c, ext: x }) => new Promise((success, fail) => {
  const id = client.conn.getUniqueId();
  const msg = new WebIM.message('txt', id);
  const option = { msg: `message content for ${c}`, to: t, chatType: c, success: (localID, serverID) => success({ id, localID, serverID }), fail };
  if (x) option.ext = x;
  msg.set(option);
  client.conn.send(msg.body);
}), { to, chatType, ext });

scenario('3.x: a message has an id of its own before it is sent', async () => {
  const ids = await inPage(() => Array.from({ length: 50 }, () => client.conn.getUniqueId()));
  assert.equal(new Set(ids).size, 50);
});

scenario('3.x: a text to a user with a nested extension; success is told both ids', async () => {
  const sent = await sendText(ben.user, 'singleChat', nested);
  assert.equal(String(sent.localID), String(sent.id));
  assert.match(sent.serverID, /^[0-9]+$/);
  const m = await text(sent.serverID);
  assert.deepEqual([m.type, m.from, m.to, m.data], ['chat', ann.user, ben.user, 'message content for singleChat']);
  assert.deepEqual(m.ext, nested);
});

scenario('3.x: a text without an extension', async () => {
  const sent = await sendText(ben.user, 'singleChat');
  assert.deepEqual((await text(sent.serverID)).ext, {});
});

scenario('3.x: a text to a group', async () => {
  const sent = await sendText(group, 'groupChat', {});
  const m = await text(sent.serverID);
  assert.deepEqual([m.type, m.from, m.to, m.data], ['groupchat', ann.user, group, 'message content for groupChat']);
});

scenario('3.x: a text to a chat room', async () => {
  const sent = await sendText(room, 'chatRoom', {});
  const m = await text(sent.serverID);
  assert.deepEqual([m.type, m.from, m.to, m.data], ['chatroom', ann.user, room, 'message content for chatRoom']);
});

scenario('3.x: an emoji text arrives as it was written', async () => {
  await ben.page.evaluate(() => {
    WebIM.Emoji = { path: 'faces/', map: { '[:D]': 'ee_1.png' } };
  });
  const { id } = await ann.sendText({ peer: ben.user }, 'well [:D] done 😀');
  const m = await ben.heard.until('the emoji', (e) => String(e.data?.id) === id);
  const words = typeof m.data.data === 'string' ? m.data.data : m.data.sourceMsg;
  assert.equal(words, 'well [:D] done 😀');
  await ben.page.evaluate(() => {
    delete WebIM.Emoji;
  });
});

scenario('3.x: a command', async () => {
  const serverID = await inPage(({ ben: to }) => new Promise((resolve, fail) => {
    const msg = new WebIM.message('cmd', client.conn.getUniqueId());
    msg.set({ to, action: 'action', ext: { extmsg: 'extends messages' }, success: (id, mid) => resolve(mid), fail });
    client.conn.send(msg.body);
  }));
  const m = await heardBy('onCmdMessage', serverID);
  assert.deepEqual([m.type, m.from, m.action, m.ext], ['chat', ann.user, 'action', { extmsg: 'extends messages' }]);
});

// Attachments: chosen in an <input>, uploaded by the SDK, then sent.

/** choose puts a file into an <input> of ann's page, as a user does. */
async function choose(kind) {
  await ann.page.evaluate(() => {
    document.getElementById('chosen')?.remove();
    document.body.append(Object.assign(document.createElement('input'), { type: 'file', id: 'chosen' }));
  });
  const { name, type, base64 } = files[kind];
  await ann.page.setInputFiles('#chosen', { name, mimeType: type, buffer: Buffer.from(base64, 'base64') });
}

/** sendFile is the guide's sendPrivateImg, sendPrivateFile, sendPrivateAudio and sendPrivateVideo. */
async function sendFile(kind, options = {}) {
  await choose(kind);
  return inPage(({ ben: to, kind: k, options: o }) => new Promise((resolve, reject) => {
    const told = [];
    const msg = new WebIM.message(k, client.conn.getUniqueId());
    const file = WebIM.utils.getFileUrl(document.getElementById('chosen'));
    msg.set({ file, to, chatType: 'singleChat', ext: { file_length: file.data.size }, flashUpload: WebIM.flashUpload, ...o,
      onFileUploadError: (e) => reject(new Error(`upload: ${JSON.stringify(e)}`)),
      onFileUploadProgress: (e) => told.push({ loaded: e.loaded, total: e.total }),
      onFileUploadComplete: (e) => told.push({ uuid: e.entities[0].uuid, secret: e.entities[0]['share-secret'], uri: e.uri }),
      success: (id, mid) => resolve({ id: mid, told, size: file.data.size }), fail: (e) => reject(new Error(`fail ${e?.type}`)) });
    client.conn.send(msg.body);
  }), { kind, options });
}

const receivedBy = { img: 'onPictureMessage', file: 'onFileMessage', audio: 'onAudioMessage', video: 'onVideoMessage' };

for (const [kind, options] of Object.entries({ img: { width: 1, height: 1 }, file: {}, audio: { length: '3' }, video: { length: '3000' } })) {
  scenario(`3.x: ${kind} chosen in a page: progress, completion, and the message`, async () => {
    const { id, told, size } = await sendFile(kind, options);
    const complete = told.at(-1);
    assert.ok(told.length >= 2 && told.slice(0, -1).every((p) => p.loaded <= p.total) && told.at(-2).loaded >= size, JSON.stringify(told));
    assert.ok(complete.uuid && complete.secret, JSON.stringify(complete));
    const m = await heardBy(receivedBy[kind], id);
    assert.equal(m.filename, files[kind].name);
    assert.equal(m.ext.file_length, size);
    assert.equal(Number(m.file_length), size);
    if (options.length) assert.equal(Number(m.length), Number(options.length));
    const link = new URL(m.url);
    assert.equal(`${link.origin}${link.pathname}`, `${world.gateway.rest}/chatfiles/${complete.uuid}`);
    assert.equal((await ben.do('download', m.url)).base64, files[kind].base64);
  });
}

scenario('3.x: the SDK downloads a video with its share-secret and makes an object URL of it', async () => {
  const { id } = await sendFile('video', { length: '3000' });
  const { url, secret } = await heardBy('onVideoMessage', id);
  const got = await ben.page.evaluate(([u, s]) => new Promise((resolve, reject) => {
    WebIM.utils.download.call(client.conn, { url: u, secret: s, headers: { Accept: 'audio/mp4' },
      onFileDownloadComplete: (response) => {
        const objectURL = WebIM.utils.parseDownloadResponse.call(client.conn, response);
        fetch(objectURL).then((r) => r.arrayBuffer()).then((b) => resolve({ objectURL, text: String.fromCharCode(...new Uint8Array(b)) }));
      },
      onFileDownloadError: (e) => reject(new Error(JSON.stringify(e))) });
  }), [url, secret]);
  assert.match(got.objectURL, /^blob:/);
  assert.equal(Buffer.from(got.text, 'latin1').toString('base64'), files.video.base64);
});

scenario('3.x: the SDK downloads an audio message', async () => {
  const { id } = await sendFile('audio', { length: '3' });
  const { url } = await heardBy('onAudioMessage', id);
  const size = await ben.page.evaluate((u) => new Promise((resolve, reject) => {
    WebIM.utils.download.call(client.conn, { url: u, headers: { Accept: 'audio/mp3' },
      onFileDownloadComplete: (response) => resolve(response.size), onFileDownloadError: (e) => reject(new Error(JSON.stringify(e))) });
  }), url);
  assert.equal(size, Buffer.from(files.audio.base64, 'base64').length);
});

scenario('3.x: a picture and its thumbnail show in <img>', async () => {
  const { id } = await sendFile('img', { width: 1, height: 1 });
  const m = await heardBy('onPictureMessage', id);
  for (const url of [m.url, `${m.url}&thumbnail=true`]) {
    assert.deepEqual(await ben.page.evaluate((u) => new Promise((resolve, reject) => {
      const img = new Image();
      img.onload = () => resolve([img.naturalWidth, img.naturalHeight]);
      img.onerror = () => reject(new Error(`no picture: ${u}`));
      img.src = u;
    }), url), [1, 1]);
  }
});

scenario('3.x: a mini program uploads by itself and sends what it was answered', async () => {
  const token = await inPage(() => client.conn.context.accessToken);
  const form = new FormData();
  form.append('file', new Blob([Buffer.from(files.img.base64, 'base64')], { type: 'image/png' }), 'wx-temp.png');
  const answer = await fetch(`${world.gateway.rest}/chatfiles`, { method: 'POST', headers: { authorization: `Bearer ${token}` }, body: form });
  assert.equal(answer.status, 200);
  const { uri, entities: [{ uuid }] } = await answer.json();
  const id = await inPage(({ ben: to, url, apiUrl }) => new Promise((resolve, fail) => {
    const msg = new WebIM.message('img', client.conn.getUniqueId());
    msg.set({ apiUrl, body: { type: 'img', size: { width: 1, height: 1 }, url, filetype: 'png', filename: 'wx://temp.png' },
      from: client.conn.context.userId, to, chatType: 'singleChat', success: (local, mid) => resolve(mid), fail });
    client.conn.send(msg.body);
  }), { url: `${uri}/${uuid}`, apiUrl: world.gateway.http });
  const m = await heardBy('onPictureMessage', id);
  assert.equal((await ben.do('download', m.url)).base64, files.img.base64);
});

scenario('3.x: a picture by its URL reaches a page with useOwnUploadFun as it is', async () => {
  const own = await someone(version, { name: 'own', options: { useOwnUploadFun: true } });
  const url = 'https://files.example.invalid/a/b.png?q=1';
  const id = await inPage(({ to, url: u }) => new Promise((resolve, fail) => {
    const msg = new WebIM.message('img', client.conn.getUniqueId());
    msg.set({ body: { type: 'file', url: u, size: { width: 30, height: 20 }, length: 100, filename: 'b.png', filetype: 'png' }, to,
      chatType: 'singleChat', success: (local, mid) => resolve(mid), fail });
    client.conn.send(msg.body);
  }), { to: own.user, url });
  const m = await heardBy('onPictureMessage', id, own);
  assert.deepEqual([m.url, Number(m.width), Number(m.height), m.filename], [url, 30, 20, 'b.png']);
});

scenario('3.x: a custom message', async () => {
  const id = await inPage(({ ben: to }) => new Promise((resolve, fail) => {
    const msg = new WebIM.message('custom', client.conn.getUniqueId());
    msg.set({ to, customEvent: 'customEvent', customExts: { color: 'red' }, ext: {}, roomType: false, success: (local, mid) => resolve(mid), fail });
    client.conn.send(msg.body);
  }));
  const m = await heardBy('onCustomMessage', id);
  assert.deepEqual([m.from, m.customEvent, m.customExts], [ann.user, 'customEvent', { color: 'red' }]);
});

// Recall.

for (const [chat, type] of [['peer', 'chat'], ['group', 'groupchat'], ['room', 'chatroom']]) {
  scenario(`3.x: a message to a ${chat} is recalled`, async () => {
    const to = { peer: ben.user, group, room }[chat];
    const { id } = await ann.sendText({ [chat]: to }, 'not meant to be');
    await text(id);
    await ann.call('recallMessage', { to, mid: id, type });
    const told = await event(ben, 'onRecallMessage', (e) => String(e.mid) === id);
    assert.deepEqual([told.from, told.to], [ann.user, to]);
    if (chat !== 'room') assert.ok(!(await ben.history({ [chat]: chat === 'peer' ? ann.user : to })).some((m) => m.id === id), 'it is in the history still');
  });
}

// Roaming, conversations, receipts.

scenario('3.x: roaming: the history of a user and of a group, page by page', async () => {
  const [cat, dan] = await Promise.all([someone(version), someone(version)]);
  const said = [];
  for (let i = 0; i < 7; i++) {
    const [from, to] = i % 2 ? [cat, dan] : [dan, cat];
    said.push(`line ${i}`);
    await from.sendText({ peer: to.user }, `line ${i}`);
  }
  const pages = [];
  for (let i = 0; i < 3; i++) pages.push(await cat.history({ peer: dan.user }, 3));
  assert.deepEqual(pages.map((p) => p.map((m) => m.text)), [said.slice(4), said.slice(1, 4), said.slice(0, 1)], 'each call goes on where the last ended');
  assert.deepEqual((await dan.call('fetchHistoryMessages', { queue: cat.user, isGroup: false, count: 20 })).map((m) => m.data), said);
  const own = await cat.createGroup('Roaming', [dan.user]);
  for (const c of [cat, dan]) await c.sendText({ group: own }, `${c.user} in the group`);
  assert.deepEqual((await dan.history({ group: own }, 20)).map((m) => m.text), [cat, dan].map((c) => `${c.user} in the group`));
});

scenario('3.x: the page counts what is new, friend by friend and group by group', async () => {
  const eve = await someone(version, { name: 'eve' });
  const own = await ann.createGroup('Counting', [eve.user]);
  for (let i = 0; i < 3; i++) await ann.sendText({ peer: eve.user }, `new ${i}`);
  for (let i = 0; i < 2; i++) await ann.sendText({ group: own }, `new in the group ${i}`);
  await eve.heard.when('five messages', (heard) => heard.filter((e) => e.kind === 'message').length === 5);
  const counts = {};
  for (const m of eve.messages()) counts[m.conv] = (counts[m.conv] ?? 0) + 1;
  assert.deepEqual(counts, { [ann.user]: 3, [own]: 2 });
});

const channel = (id) => `${world.gateway.org}#${world.gateway.app}_${id}`;

scenario('3.x: the list of conversations has the last message and how much is unread; a channel receipt clears it', async () => {
  const [fay, gus] = await Promise.all([someone(version, { name: 'fay' }), someone(version, { name: 'gus' })]);
  const own = await gus.createGroup('Listed', [fay.user]);
  for (let i = 1; i <= 3; i++) await gus.sendText({ peer: fay.user }, `unread ${i}`);
  const last = await gus.sendText({ group: own }, 'in the group');
  await fay.heard.when('four messages', (heard) => heard.filter((e) => e.kind === 'message').length === 4);
  const list = async () => Object.fromEntries((await fay.call('getSessionList')).data.channel_infos.map((c) => [c.channel_id, c]));
  const peerID = `${channel(gus.user)}@easemob.com`;
  const groupID = `${channel(own)}@conference.easemob.com`;
  let rows = await list();
  assert.deepEqual(Object.keys(rows).sort(), [peerID, groupID].sort());
  assert.deepEqual([rows[peerID].unread_num, rows[groupID].unread_num], [3, 1]);
  const { meta } = rows[groupID];
  assert.equal(String(meta.id), last.id);
  assert.equal(meta.to, groupID);
  assert.ok(meta.from.startsWith(`${channel(gus.user)}@easemob.com`));
  const payload = JSON.parse(meta.payload);
  assert.deepEqual([payload.bodies[0].type, payload.bodies[0].msg, payload.from, payload.to], ['txt', 'in the group', gus.user, own]);
  await fay.do('say', 'peer', gus.user, { type: 'channel' });
  const told = await event(gus, 'onChannelMessage', (e) => e.from === fay.user);
  assert.equal(told.to, gus.user);
  rows = await list();
  assert.deepEqual([rows[peerID].unread_num, rows[groupID].unread_num], [0, 1]);
  await fay.do('say', 'group', own, { type: 'channel' });
  await eventually('nothing is unread in the group', async () => (await list())[groupID].unread_num === 0);
});

scenario('3.x: a delivery receipt', async () => {
  const { id } = await ann.sendText({ peer: ben.user }, 'delivered?');
  await text(id);
  await ben.do('say', 'peer', ann.user, { type: 'delivery', ackId: id });
  await event(ann, 'onDeliveredMessage', (e) => String(e.mid) === id);
});

scenario('3.x: a read receipt', async () => {
  const { id } = await ann.sendText({ peer: ben.user }, 'read?');
  await text(id);
  await ben.do('say', 'peer', ann.user, { type: 'read', id });
  await event(ann, 'onReadMessage', (e) => String(e.mid) === id); // by whom 3.6 does not say
});

scenario('3.x: a group message that asks for receipts: how many, and who', async () => {
  const sent = await ann.do('send', 'group', group, { type: 'txt', msg: 'who reads?', msgConfig: { allowGroupAck: true } });
  const m = await text(sent.id);
  assert.equal(m.msgConfig?.allowGroupAck, true);
  await ben.do('say', 'group', group, { type: 'read', id: sent.id, msgConfig: { allowGroupAck: true }, ackContent: JSON.stringify('seen it') });
  const told = await event(ann, 'onReadMessage', (e) => String(e.mid) === sent.id);
  assert.equal(told.groupReadCount?.[sent.id] ?? told.groupReadCount, 1, JSON.stringify(told));
  const readers = await ann.call('getGroupMsgReadUser', { groupId: group, msgId: sent.id });
  assert.equal(readers.data.length, 1);
  assert.ok(JSON.stringify(readers.data[0]).includes(ben.user));
});

scenario('3.x: onReceivedMessage tells the server\'s id of what was sent', async () => {
  const sent = await ann.do('send', 'peer', ben.user, { type: 'txt', msg: 'received?' });
  const told = await event(ann, 'onReceivedMessage', (e) => String(e.id) === sent.localID);
  assert.equal(String(told.mid), sent.id);
});

// The other callbacks of conn.listen.

scenario('3.x: onPresence, onContact*, onRoster: a friend is asked for, accepted and removed', async () => {
  const [hal, ida] = await Promise.all([someone(version, { name: 'hal' }), someone(version, { name: 'ida' })]);
  await hal.page.evaluate(([to]) => client.conn.subscribe({ to, message: 'let us be friends' }), [ida.user]);
  const asked = await event(ida, 'onPresence', (e) => e.type === 'subscribe');
  assert.deepEqual([asked.from, asked.status], [hal.user, 'let us be friends']);
  await event(ida, 'onContactInvited', (e) => e.from === hal.user);
  await ida.page.evaluate(([to]) => client.conn.subscribed({ to, message: '[resp:true]' }), [hal.user]);
  await event(hal, 'onPresence', (e) => e.type === 'subscribed' && e.from === ida.user);
  await event(hal, 'onContactAgreed', (e) => e.from === ida.user);
  for (const [c, other] of [[hal, ida], [ida, hal]]) {
    const roster = await c.call('getRoster');
    assert.ok(JSON.stringify(roster).includes(other.user), JSON.stringify(roster));
    await event(c, 'onRoster');
  }
  await hal.page.evaluate(([to]) => client.conn.removeRoster({ to }), [ida.user]);
  await event(ida, 'onContactDeleted', (e) => e.from === hal.user);
});

scenario('3.x: onContactRefuse: a friend is asked for and declines', async () => {
  const [hal, ida] = await Promise.all([someone(version, { name: 'hal' }), someone(version, { name: 'ida' })]);
  await hal.page.evaluate(([to]) => client.conn.subscribe({ to, message: 'please' }), [ida.user]);
  await event(ida, 'onContactInvited', (e) => e.from === hal.user);
  await ida.page.evaluate(([to]) => client.conn.unsubscribed({ to }), [hal.user]);
  await event(hal, 'onContactRefuse', (e) => e.from === ida.user);
  await event(hal, 'onPresence', (e) => e.type === 'unsubscribed');
});

scenario('3.x: onBlacklistUpdate: a user is blocked and unblocked', async () => {
  const [jim, kay] = await Promise.all([someone(version, { name: 'jim' }), someone(version, { name: 'kay' })]);
  await jim.page.evaluate(([name]) => client.conn.addToBlackList({ name: [name] }), [kay.user]);
  const blocked = async () => JSON.stringify(await jim.call('getBlacklist')).includes(kay.user);
  await eventually('she is blocked', blocked);
  await event(jim, 'onBlacklistUpdate');
  await assert.rejects(kay.sendText({ peer: jim.user }, 'hello?'), /603/);
  await jim.page.evaluate(([name]) => client.conn.removeFromBlackList({ name: [name] }), [kay.user]);
  await eventually('she is not blocked', async () => !(await blocked()));
  const { id } = await kay.sendText({ peer: jim.user }, 'hello again');
  await text(id, jim);
});

scenario('3.x: onCreateGroup, and an invitation by onPresence', async () => {
  const guest = await someone(version, { name: 'guest' });
  const made = await ann.call('createGroupNew', { data: { groupname: 'Invited', desc: '', members: [guest.user], public: true, approval: false,
    allowinvites: true, inviteNeedConfirm: true, maxusers: 200 } });
  await event(ann, 'onCreateGroup');
  const invited = await event(guest, 'onPresence', (e) => e.type === 'invite' && String(e.gid) === String(made.data.groupid));
  assert.equal(invited.from, ann.user);
  await guest.call('agreeInviteIntoGroup', { groupId: made.data.groupid, invitee: guest.user });
  await guest.sendText({ group: made.data.groupid }, 'here I am');
});

scenario('3.x: onMutedMessage: who is muted is told so', async () => {
  const muted = await someone(version, { name: 'muted' });
  const own = await ann.createGroup('Quiet', [muted.user]);
  await ann.call('mute', { groupId: own, username: muted.user, muteDuration: 60000 });
  await event(muted, 'onPresence', (e) => e.type === 'addMute');
  await assert.rejects(muted.sendText({ group: own }, 'psst'), /muted/);
  await event(muted, 'onMutedMessage');
});

scenario('3.x: onOffline and onOnline follow the network, onClosed the connection', async () => {
  const far = await someone(version, { name: 'far' });
  await far.page.evaluate(() => {
    window.network = [];
    client.conn.listen({ onOffline: () => network.push('offline'), onOnline: () => network.push('online'), onClosed: () => network.push('closed') });
  });
  await far.device.setOffline(true);
  await far.page.waitForFunction(() => network.includes('offline'));
  await far.device.setOffline(false);
  await far.page.waitForFunction(() => network.includes('online'));
  await far.page.evaluate(() => client.conn.close());
  await far.page.waitForFunction(() => network.includes('closed'));
});

scenario('3.x: no page complained', async () => {
  for (const c of [ann, ben]) {
    assert.deepEqual(c.faults, []);
    await c.close();
  }
});
