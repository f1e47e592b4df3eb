// The guide's page on messages, in the form of 4.x: message.create, send, addEventHandler; and what 4.x has beyond it.

import assert from 'node:assert/strict';
import { files, nested, send } from './kinds.mjs';
import { device, event, eventually, keep, refused, scenarios, someone, world } from './world.mjs';

const scenario = scenarios('webim-guide');
const version = '4.21.1';
let ann;
let ben;
let group;
let room;

const createRoom = (client) => client.call('createChatRoom', { name: 'Guide', description: 'd', maxusers: 100, members: [] }).then((made) => made.data.id);

/** hears waits until a text reaches a client, and returns it as the SDK handed it out. */
const hears = async (client, id) => (await client.heard.until(`text ${id}`, (e) => e.kind === 'message' && e.id === String(id))).data;

scenario('4.x: two users connect', async () => {
  [ann, ben] = await Promise.all(['ann', 'ben'].map((name) => someone(version, { name, options: { delivery: true } }).then(keep)));
  group = await ann.createGroup('Guide', [ben.user]);
  room = await createRoom(ann);
  await Promise.all([ann, ben].map((c) => c.joinRoom(room)));
});

const places = () => ({ peer: ben.user, group, room });
const chatTypes = { peer: 'singleChat', group: 'groupChat', room: 'chatRoom' };

for (const chat of ['peer', 'group', 'room']) {
  scenario(`4.x: a text to a ${chat} with a nested extension; both ids are told`, async () => {
    const to = places()[chat];
    const sent = await send(ann, { [chat]: to }, 'txt');
    const m = await hears(ben, sent.id);
    assert.deepEqual([m.chatType, m.from, m.to], [chatTypes[chat], ann.user, to]);
    assert.deepEqual(m.ext, nested);
    assert.ok(Math.abs(Number(m.time) - Date.now()) < 60000);
  });

  scenario(`4.x: a message to a ${chat} is recalled, with a reason`, async () => {
    const to = places()[chat];
    const { id } = await ann.sendText({ [chat]: to }, 'not meant to be');
    await hears(ben, id);
    await ann.do('recall', chat, to, id, 'a slip');
    const told = await event(ben, 'onRecallMessage', (e) => String(e.mid) === id);
    assert.deepEqual([told.from, told.to, told.ext], [ann.user, to, 'a slip']);
    if (chat !== 'room') assert.ok(!(await ben.history({ [chat]: chat === 'peer' ? ann.user : to })).some((m) => m.id === id), 'it is in the history still');
  });

  scenario(`4.x: a text to a ${chat} is edited`, async () => {
    const to = places()[chat];
    const { id } = await ann.do('send', chat, to, { type: 'txt', msg: 'tpyo', ext: { v: 1 } });
    await hears(ben, id);
    const done = await ann.do('edit', chat, to, id, { msg: 'typo', ext: { v: 2 } });
    assert.equal(done.message.modifiedInfo.operationCount, 1, JSON.stringify(done));
    const told = await event(ben, 'onModifiedMessage', (m) => String(m.id) === id);
    assert.deepEqual([told.msg, told.ext, told.modifiedInfo.operatorId, told.modifiedInfo.operationCount], ['typo', { v: 2 }, ann.user, 1]);
    if (chat === 'room') return;
    const past = await ben.call('getHistoryMessages', { targetId: chat === 'peer' ? ann.user : to, chatType: chatTypes[chat], pageSize: 10 });
    assert.equal(past.messages.find((m) => m.id === id).msg, 'typo');
  });
}

scenario('4.x: a mini program uploads by itself and sends what it was answered', async () => {
  const token = await ann.page.evaluate(() => client.conn.token ?? client.conn.context.accessToken);
  const form = new FormData();
  form.append('file', new Blob([Buffer.from(files.img.base64, 'base64')], { type: 'image/png' }), 'wx-temp.png');
  const answer = await fetch(`${world.gateway.rest}/chatfiles`, { method: 'POST', headers: { authorization: `Bearer ${token}` }, body: form });
  const { uri, entities: [{ uuid }] } = await answer.json();
  const sent = await ann.do('send', 'peer', ben.user, { type: 'img', url: `${uri}/${uuid}`, filename: 'temp.png', width: 1, height: 1 });
  const m = await event(ben, 'onImageMessage', (e) => e.id === sent.id);
  assert.equal((await ben.do('download', m.url)).base64, files.img.base64);
});

scenario('4.x: the SDK downloads an attachment with its share-secret, and is told of a file that is gone', async () => {
  const sent = await send(ann, { peer: ben.user }, 'file');
  const m = await event(ben, 'onFileMessage', (e) => e.id === sent.id);
  assert.ok(m.secret);
  const download = (url) => ben.page.evaluate(([u, secret]) => new Promise((resolve) => {
    WebIM.utils.download.call(client.conn, { url: u, secret, onFileDownloadComplete: (b) => resolve(b.size), onFileDownloadError: (e) => resolve(`error ${e?.type}`) });
  }), [url, m.secret]);
  assert.equal(await download(m.url), Buffer.from(files.file.base64, 'base64').length);
});

// Receipts.

scenario('4.x: a delivery receipt goes out by itself where delivery is set', async () => {
  const { id } = await ann.sendText({ peer: ben.user }, 'delivered?');
  await event(ann, 'onDeliveredMessage', (e) => String(e.mid ?? e.id) === id);
});

scenario('4.x: a read receipt', async () => {
  const { id } = await ann.sendText({ peer: ben.user }, 'read?');
  await hears(ben, id);
  await ben.do('say', 'peer', ann.user, { type: 'read', id });
  const told = await event(ann, 'onReadMessage', (e) => String(e.mid) === id);
  assert.deepEqual([told.from, told.to], [ben.user, ann.user]);
});

scenario('4.x: a group message that asks for receipts: how many, and who', async () => {
  const cat = await someone(version, { name: 'cat' });
  const own = await ann.createGroup('Receipts', [ben.user, cat.user]);
  const sent = await ann.do('send', 'group', own, { type: 'txt', msg: 'who reads?', msgConfig: { allowGroupAck: true } });
  for (const [i, reader] of [ben, cat].entries()) {
    const m = await hears(reader, sent.id);
    assert.equal(m.msgConfig?.allowGroupAck, true);
    await reader.do('say', 'group', own, { type: 'read', id: sent.id, msgConfig: { allowGroupAck: true }, ackContent: JSON.stringify({ i }) });
    const told = await event(ann, 'onReadMessage', (e) => String(e.mid) === sent.id && e.from === reader.user);
    assert.equal(told.groupReadCount[sent.id], i + 1, JSON.stringify(told));
  }
  const readers = await ann.call('getGroupMsgReadUser', { groupId: own, msgId: sent.id });
  assert.equal(readers.data.length, 2);
  for (const reader of [ben, cat]) assert.ok(JSON.stringify(readers.data).includes(`"${reader.user}"`));
});

// Roaming.

scenario('4.x: roaming: pages up and down, by kind and by author', async () => {
  const [dan, eve] = await Promise.all([someone(version), someone(version)]);
  const ids = [];
  for (let i = 0; i < 6; i++) {
    const [from, to] = i % 2 ? [dan, eve] : [eve, dan];
    ids.push((await from.sendText({ peer: to.user }, `line ${i}`)).id);
  }
  const { id: custom } = await dan.do('send', 'peer', eve.user, { type: 'custom', customEvent: 'e', customExts: {} });
  const read = async (options) => {
    const got = await dan.call('getHistoryMessages', { targetId: eve.user, chatType: 'singleChat', ...options });
    return { ...got, ids: got.messages.map((m) => m.id) };
  };
  const newest = await read({ pageSize: 4, searchDirection: 'up' });
  assert.deepEqual(newest.ids, [custom, ...ids.slice(3).reverse()], 'the newest first');
  assert.equal(newest.isLast, false);
  const rest = await read({ pageSize: 4, searchDirection: 'up', cursor: newest.cursor });
  assert.deepEqual([rest.ids, rest.isLast], [ids.slice(0, 3).reverse(), true]);
  assert.deepEqual((await read({ pageSize: 3, searchDirection: 'down', cursor: -1 })).ids, ids.slice(0, 3), 'and the oldest first');
  assert.deepEqual((await read({ pageSize: 9, searchOptions: { msgTypes: ['custom'] } })).ids, [custom]);
  const inGroup = await ben.call('getHistoryMessages', { targetId: group, chatType: 'groupChat', pageSize: 20, searchOptions: { from: ann.user } });
  assert.ok(inGroup.messages.length > 0 && inGroup.messages.every((m) => m.from === ann.user));
});

scenario('4.x: one deletes his own history: some messages, up to a time, all', async () => {
  const [dan, eve] = await Promise.all([someone(version), someone(version)]);
  const sent = [];
  for (let i = 0; i < 4; i++) sent.push(await dan.sendText({ peer: eve.user }, `gone ${i}`));
  const texts = async (who, other) => (await who.history({ peer: other.user })).map((m) => m.text);
  await dan.call('removeHistoryMessages', { targetId: eve.user, chatType: 'singleChat', messageIds: [sent[1].id] });
  assert.deepEqual(await texts(dan, eve), ['gone 0', 'gone 2', 'gone 3']);
  assert.equal((await texts(eve, dan)).length, 4, 'the other keeps them');
  const { time } = (await hears(eve, sent[2].id));
  await dan.call('removeHistoryMessages', { targetId: eve.user, chatType: 'singleChat', beforeTimeStamp: Number(time) });
  assert.ok(!(await texts(dan, eve)).includes('gone 0'));
  await eve.call('deleteAllMessagesAndConversations');
  assert.deepEqual(await texts(eve, dan), []);
});

// Conversations.

scenario('4.x: the list of conversations: unread, last message, pinned, marked, deleted', async () => {
  const [fay, gus] = await Promise.all([someone(version, { name: 'fay' }), someone(version, { name: 'gus' })]);
  const other = await device(fay.user, version);
  const own = await gus.createGroup('Listed', [fay.user]);
  for (let i = 1; i <= 3; i++) await gus.sendText({ peer: fay.user }, `unread ${i}`);
  await gus.sendText({ group: own }, 'in the group');
  await fay.heard.when('four messages', (heard) => heard.filter((e) => e.kind === 'message').length === 4);
  const list = async (method, more = {}) => (await fay.call(method, { pageSize: 20, cursor: '', ...more })).data.conversations;
  const rows = await list('getServerConversations');
  assert.deepEqual(rows.map((r) => [r.conversationId, r.conversationType, r.unReadCount ?? r.unreadCount, r.lastMessage.msg]).sort(),
    [[gus.user, 'singleChat', 3, 'unread 3'], [own, 'groupChat', 1, 'in the group']].sort());
  const old = await fay.call('getConversationlist', { pageNum: 1, pageSize: 20 });
  assert.equal(old.data.channel_infos.length, 2);

  await fay.do('say', 'peer', gus.user, { type: 'channel' });
  await event(gus, 'onChannelMessage', (e) => e.from === fay.user);
  assert.equal((await list('getServerConversations')).find((r) => r.conversationId === gus.user).unReadCount, 0);

  await fay.call('pinConversation', { conversationId: own, conversationType: 'groupChat', isPinned: true });
  assert.deepEqual((await list('getServerPinnedConversations')).map((r) => [r.conversationId, r.isPinned]), [[own, true]]);
  await event(other, 'onMultiDeviceEvent', (e) => /pin/i.test(e.operation) && e.conversationId === own);
  await fay.call('pinConversation', { conversationId: own, conversationType: 'groupChat', isPinned: false });
  assert.deepEqual(await list('getServerPinnedConversations'), []);

  const conversations = [{ conversationId: gus.user, conversationType: 'singleChat' }];
  await fay.call('addConversationMark', { conversations, mark: 3 });
  assert.deepEqual((await list('getServerConversationsByFilter', { filter: { mark: 3 } })).map((r) => [r.conversationId, r.marks]), [[gus.user, [3]]]);
  await event(other, 'onMultiDeviceEvent', (e) => /mark/i.test(e.operation));
  await fay.call('removeConversationMark', { conversations, mark: 3 });
  assert.deepEqual(await list('getServerConversationsByFilter', { filter: { mark: 3 } }), []);

  await fay.call('deleteConversation', { channel: gus.user, chatType: 'singleChat', deleteRoam: true });
  assert.deepEqual((await list('getServerConversations')).map((r) => r.conversationId), [own]);
  assert.deepEqual(await fay.history({ peer: gus.user }), []);
  await event(other, 'onMultiDeviceEvent', (e) => /delete/i.test(e.operation) && e.conversationId === gus.user);
});

// Reactions, pinned messages, threads.

scenario('4.x: reactions come, are counted, and go', async () => {
  const { id } = await ann.sendText({ group }, 'like it?');
  await hears(ben, id);
  for (const [i, who] of [ben, ann].entries()) {
    await who.call('addReaction', { messageId: id, reaction: '👍' });
    for (const c of [ann, ben]) {
      const told = await event(c, 'onReactionChange', (e) => e.messageId === id && e.reactions[0].count === i + 1);
      assert.equal(told.reactions[0].reaction, '👍');
      assert.deepEqual([told.chatType, told.from], ['groupChat', who.user]);
    }
  }
  const [row] = (await ann.call('getReactionList', { chatType: 'groupChat', messageId: id, groupId: group })).data;
  assert.equal(row.msgId, id);
  assert.deepEqual(row.reactionList.map((r) => [r.reaction, r.count, r.userList.toSorted()]), [['👍', 2, [ann.user, ben.user].sort()]]);
  const detail = (await ben.call('getReactionDetail', { messageId: id, reaction: '👍', cursor: null, pageSize: 20 })).data;
  assert.deepEqual([detail.userCount ?? detail.count, detail.userList.toSorted()], [2, [ann.user, ben.user].sort()]);
  const past = await ben.call('getHistoryMessages', { targetId: group, chatType: 'groupChat', pageSize: 5 });
  assert.equal(past.messages.find((m) => m.id === id).reactions?.[0].count, 2, 'in the history too');
  await ben.call('deleteReaction', { messageId: id, reaction: '👍' });
  await event(ann, 'onReactionChange', (e) => e.messageId === id && e.reactions[0].op?.[0].reactionType === 'delete');
});

for (const chat of ['peer', 'group', 'room']) {
  scenario(`4.x: a message to a ${chat} is pinned, listed and unpinned`, async () => {
    const to = places()[chat];
    const { id } = await ann.sendText({ [chat]: to }, 'pin me');
    await hears(ben, id);
    const where = { conversationId: to, conversationType: chatTypes[chat] };
    await ann.call('pinMessage', { ...where, messageId: id });
    const told = await event(ben, 'onMessagePinEvent', (e) => e.messageId === id && e.operation === 'pin');
    assert.deepEqual([told.operatorId, told.conversationType], [ann.user, chatTypes[chat]]);
    const list = async (client, conversationId) => (await client.call('getServerPinnedMessages', { ...where, conversationId, pageSize: 10, cursor: '' })).data.list;
    const benSees = chat === 'peer' ? ann.user : to;
    const row = (await list(ben, benSees)).find((r) => r.message.id === id);
    assert.deepEqual([row.message.msg, row.operatorId], ['pin me', ann.user]);
    await ann.call('unpinMessage', { ...where, messageId: id });
    await event(ben, 'onMessagePinEvent', (e) => e.messageId === id && e.operation === 'unpin');
    assert.ok(!(await list(ben, benSees)).some((r) => r.message.id === id));
  });
}

scenario('4.x: a thread: made, joined, spoken in, renamed, counted, left, destroyed', async () => {
  const { id: messageId } = await ben.sendText({ group }, 'let us talk about this');
  await hears(ann, messageId);
  const made = await ann.call('createChatThread', { parentId: group, name: 'About this', messageId });
  const thread = made.data.chatThreadId;
  const change = (client, operation, match = () => true) => event(client, 'onChatThreadChange', (e) => e.id === thread && e.operation === operation && match(e));
  const created = await change(ben, 'create');
  assert.deepEqual([created.name, created.parentId, created.messageId, created.operator], ['About this', group, messageId, ann.user]);
  await ben.call('joinChatThread', { chatThreadId: thread });
  const said = await ben.do('send', 'group', thread, { type: 'txt', msg: 'in the thread', isChatThread: true });
  const m = await hears(ann, said.id);
  assert.deepEqual([m.to, m.chatType, m.chatThread.parentId, m.chatThread.messageId], [thread, 'groupChat', group, messageId]);
  const updated = await change(ann, 'update', (e) => e.messageCount === 1);
  assert.equal(updated.lastMessage.msg, 'in the thread', JSON.stringify(updated));

  const detail = (await ann.call('getChatThreadDetail', { chatThreadId: thread })).data;
  assert.deepEqual([detail.name, detail.owner, detail.parentId, detail.messageId, detail.affiliationsCount], ['About this', ann.user, group, messageId, 2]);
  assert.deepEqual((await ann.call('getChatThreadMembers', { chatThreadId: thread, pageSize: 20, cursor: '' })).data.affiliations.toSorted(), [ann.user, ben.user].sort());
  assert.ok((await ann.call('getChatThreads', { parentId: group, pageSize: 20, cursor: '' })).entities.some((t) => t.id === thread));
  assert.ok((await ben.call('getJoinedChatThreads', { parentId: group, pageSize: 20, cursor: '' })).entities.some((t) => t.id === thread));
  const [last] = (await ann.call('getChatThreadLastMessage', { chatThreadIds: [thread] })).entities;
  assert.deepEqual([last.chatThreadId, last.lastMessage.msg], [thread, 'in the thread']);
  const inThread = await ann.call('getHistoryMessages', { targetId: thread, chatType: 'groupChat', pageSize: 10 });
  assert.deepEqual(inThread.messages.map((x) => x.msg), ['in the thread']);
  const overview = (await ann.call('getHistoryMessages', { targetId: group, chatType: 'groupChat', pageSize: 5 })).messages.find((x) => x.id === messageId);
  assert.equal(overview.chatThreadOverview?.id, thread, 'the message that it hangs on says so in the history');

  await ann.call('changeChatThreadName', { chatThreadId: thread, name: 'About that' });
  await change(ben, 'update', (e) => e.name === 'About that');
  await ann.do('recall', 'group', thread, said.id).catch((e) => assert.match(e.message, /603/, 'it is another\'s'));
  await ben.call('leaveChatThread', { chatThreadId: thread });
  await eventually('one is left', async () => (await ann.call('getChatThreadDetail', { chatThreadId: thread })).data.affiliationsCount === 1);
  await ben.call('joinChatThread', { chatThreadId: thread });
  await ann.call('removeChatThreadMember', { chatThreadId: thread, username: ben.user });
  await change(ben, 'userRemove');
  await ann.call('destroyChatThread', { chatThreadId: thread });
  await change(ben, 'destroy');
});

scenario('4.x: a message for some of a group, and one for who is online', async () => {
  const [cat, dan] = await Promise.all([someone(version), someone(version)]);
  const own = await ann.createGroup('Some', [cat.user, dan.user]);
  const { id } = await ann.do('send', 'group', own, { type: 'txt', msg: 'for cat alone', receiverList: [cat.user] });
  await hears(cat, id);
  const all = await ann.do('send', 'group', own, { type: 'txt', msg: 'for all', deliverOnlineOnly: true });
  await Promise.all([cat, dan].map((c) => hears(c, all.id)));
  assert.deepEqual(dan.messages().map((m) => m.text), ['for all']);
});

scenario('4.x: what is not offered says so: translation, speech, reports', async () => {
  await refused(505, ann, ann.call('translateMessage', { text: 'hello', languages: ['zh-Hans'] }));
  await refused(505, ann, ann.call('getSupportedLanguages'));
  const { id } = await ben.sendText({ peer: ann.user }, 'something bad');
  await refused(505, ann, ann.call('reportMessage', { reportType: 'spam', reportReason: 'r', messageId: id }));
});

scenario('4.x: no page complained', async () => {
  for (const c of [ann, ben]) {
    // What is not offered is an error of REST, which a browser notes.
    assert.deepEqual(c.faults.filter((f) => !/status of 403/.test(f)), []);
    await c.close();
  }
});
