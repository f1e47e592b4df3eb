// A WebIM user (the real SDK) and an XMPP user (a real client) on the other end of what ZIM users do.
import assert from 'node:assert/strict';
import { xml } from '@xmpp/client';
import { WebIM } from '../lib/webim.mjs';
import { XMPPJS } from '../lib/xmppjs.mjs';
import { App, inside } from './callbacks.mjs';
import { Person, fresh, refuses, scenario, world } from './people.mjs';

const plain = { priority: 1 };
const png = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

/** meet logs in a ZIM, a WebIM and an XMPP user. */
async function meet(body) {
  const password = 'other-secret';
  const [w, x] = [fresh('wim'), fresh('xmp')];
  await Promise.all([w, x].map((name) => world.gateway.addUser(name, password)));
  const [z, webim, xmpp] = await Promise.all([new Person(fresh('zim')).login(),
    new WebIM(world.gateway, world.browser, w, { password }).login(), new XMPPJS(world.gateway, x, { password }).login()]);
  xmpp.xmpp.on('stanza', (s) => xmpp.heard.add({ kind: 'raw', xml: s.toString() }));
  const raw = (what, ...parts) => xmpp.heard.until(what, (e) => e.kind === 'raw' && parts.every((p) => e.xml.includes(p)));
  const event = (name, match = () => true) => webim.heard.until(name, (e) => e.kind === 'event' && e.name === name && match(e.data));
  try {
    await body({ z, webim, xmpp, raw, event });
  } finally {
    await webim.close().catch(() => {});
    await xmpp.close().catch(() => {});
  }
}

scenario('others: what ZIM says reaches WebIM and XMPP', () => meet(async ({ z, webim, xmpp, raw, event }) => {
  const text = await z.says('hello', webim.user, 0, { message: { extendedData: '{"a":1}' }, config: { hasReceipt: true } });
  const got = await webim.heard.until('text', (e) => e.kind === 'message' && e.text === 'hello');
  assert.equal(got.id, text.messageID);
  assert.equal(got.ext.extendedData, '{"a":1}');
  const toX = await z.says('hello', xmpp.user, 0, { config: { hasReceipt: true } });
  await xmpp.heard.until('text', (e) => e.kind === 'message' && e.text === 'hello');
  await z.zim.sendMessage({ type: 200, message: '{"gift":1}', subType: 7, searchedContent: 'a rose' }, webim.user, 0, plain);
  await event('onCustomMessage', (m) => m.customEvent === 'zim.custom.7');
  await z.zim.sendMessage({ type: 200, message: '{"gift":1}', subType: 7, searchedContent: 'a rose' }, xmpp.user, 0, plain);
  await xmpp.heard.until('the text of a custom message', (e) => e.kind === 'message' && e.text === 'a rose');
  await z.zim.sendMessage({ type: 2, message: { $bytes: Buffer.from('go').toString('base64') } }, webim.user, 0, plain);
  await event('onCmdMessage');
  const image = { type: 11, fileLocalPath: { $file: png, name: 'dot.png', type: 'image/png' } };
  await z.zim.sendMessage(image, webim.user, 0, plain);
  const picture = await event('onImageMessage', (m) => m.width === 1);
  assert.equal((await z.page.evaluate((u) => client.fetchLength(u), picture.data.url)).status, 200);
  await z.zim.sendMessage(image, xmpp.user, 0, plain);
  await raw('an image', 'dot.png', 'jabber:x:oob');

  await z.zim.editMessage({ ...text, message: 'hello again' }, {});
  await event('onModifiedMessage', (m) => m.msg === 'hello again');
  await z.zim.editMessage({ ...toX, message: 'hello again' }, {});
  await raw('a correction', 'urn:xmpp:message-correct:0', 'hello again');
  await z.zim.addMessageReaction('👍', text);
  await event('onReactionChange', (r) => r.messageId === text.messageID && r.reactions[0].reaction === '👍');
  await z.zim.addMessageReaction('👍', toX);
  await raw('a reaction', 'urn:xmpp:reactions:0', '👍');
  await z.zim.revokeMessage(text);
  await event('onRecallMessage', (m) => m.mid === text.messageID);
  await z.zim.revokeMessage(toX);
  await raw('a retraction', 'urn:xmpp:message-retract:1');
}));

scenario('others: what WebIM and XMPP say reaches ZIM', () => meet(async ({ z, webim, xmpp }) => {
  const { id } = await webim.sendText({ peer: z.user }, 'from webim', { ext: { n: 1 } });
  const got = await z.gets((m) => m.messageID === id);
  assert.deepEqual([got.type, got.message, got.extendedData], [1, 'from webim', '{"n":1}']);
  await xmpp.sendText({ peer: z.user }, 'from xmpp');
  const text = await z.gets((m) => m.message === 'from xmpp');
  const send = (options) => webim.page.evaluate((o) => client.conn.send(WebIM.message.create(o)).then((r) => String(r.serverMsgId)), { chatType: 'singleChat', to: z.user, ...options });
  const custom = await send({ type: 'custom', customEvent: 'gift', customExts: { item: 'rose' } });
  const gift = await z.gets((m) => m.messageID === custom);
  assert.deepEqual([gift.type, JSON.parse(gift.message)], [200, { type: 'gift', params: { item: 'rose' } }]);
  const cmd = await send({ type: 'cmd', action: 'refresh' });
  assert.equal(Buffer.from((await z.gets((m) => m.messageID === cmd)).message.$bytes, 'base64').toString(), 'refresh');
  const place = await send({ type: 'loc', addr: 'Paris', buildingName: 'Tour Eiffel', lat: 48.8, lng: 2.3 });
  assert.match((await z.gets((m) => m.messageID === place)).message, /Tour Eiffel/);

  await webim.call('modifyMessage', { messageId: id, modifiedMessage: { type: 'txt', msg: 'edited', chatType: 'singleChat', to: z.user } }).catch(() =>
    webim.page.evaluate(([m, to]) => client.conn.modifyMessage({ messageId: m, modifiedMessage: WebIM.message.create({ type: 'txt', msg: 'edited', chatType: 'singleChat', to }) }), [id, z.user]));
  await z.event('messageEdited', (d) => d.messageList[0].messageID === id && d.messageList[0].message === 'edited');
  await webim.call('addReaction', { messageId: id, reaction: '👍' });
  await z.event('messageReactionsChanged', (d) => d.reactions[0].reactionType === '👍' && d.reactions[0].messageID === id);
  await webim.call('recallMessage', { mid: id, to: z.user, chatType: 'singleChat' });
  const gone = await z.event('messageRevokeReceived', (d) => d.messageList[0].messageID === id);
  assert.equal(gone.messageList[0].operatedUserID, webim.user);

  const mine = await z.says('read me', webim.user, 0, { config: { hasReceipt: true } });
  await webim.heard.until('text', (e) => e.kind === 'message' && e.text === 'read me');
  await webim.page.evaluate(([mid, to]) => client.conn.send(WebIM.message.create({ type: 'read', chatType: 'singleChat', to, id: mid })), [mine.messageID, z.user]);
  await z.event('messageReceiptChanged', (d) => d.infos[0].messageID === mine.messageID && d.infos[0].status === 2);
  const marked = await z.says('mark me', xmpp.user, 0, { config: { hasReceipt: true } });
  const seen = await xmpp.heard.until('text', (e) => e.kind === 'message' && e.text === 'mark me');
  await xmpp.xmpp.send(xml('message', { to: `${z.user}@localhost`, type: 'chat', id: fresh('mark') },
    xml('displayed', { xmlns: 'urn:xmpp:chat-markers:0', id: seen.stanza })));
  await z.event('messageReceiptChanged', (d) => d.infos[0].messageID === marked.messageID && d.infos[0].status === 2);
  await xmpp.xmpp.send(xml('message', { to: `${z.user}@localhost`, type: 'chat', id: fresh('react') },
    xml('reactions', { xmlns: 'urn:xmpp:reactions:0', id: seen.stanza }, xml('reaction', {}, '👋'))));
  await z.event('messageReactionsChanged', (d) => d.reactions[0].reactionType === '👋' && d.reactions[0].messageID === marked.messageID);
  const id2 = fresh('x');
  await xmpp.xmpp.send(xml('message', { to: `${z.user}@localhost`, type: 'chat', id: id2 }, xml('body', {}, 'wrnog')));
  const wrong = await z.gets((m) => m.message === 'wrnog');
  await xmpp.xmpp.send(xml('message', { to: `${z.user}@localhost`, type: 'chat', id: fresh('x') }, xml('body', {}, 'right'),
    xml('replace', { xmlns: 'urn:xmpp:message-correct:0', id: id2 })));
  await z.event('messageEdited', (d) => d.messageList[0].messageID === wrong.messageID && d.messageList[0].message === 'right');
  await xmpp.xmpp.send(xml('message', { to: `${z.user}@localhost`, type: 'chat', id: fresh('x') },
    xml('retract', { xmlns: 'urn:xmpp:message-retract:1', id: id2 }), xml('body', {}, 'I took it back')));
  await z.event('messageRevokeReceived', (d) => d.messageList[0].messageID === wrong.messageID && d.messageList[0].operatedUserID === xmpp.user);
  const asked = await webim.sendText({ peer: z.user }, 'a question');
  const question = await z.gets((m) => m.messageID === asked.id);
  await z.zim.replyMessage({ type: 1, message: 'to webim' }, question, plain);
  await webim.heard.until('the answer', (e) => e.kind === 'message' && e.text === 'to webim');
  const { message: reply } = await z.zim.replyMessage({ type: 1, message: 'an answer' }, text, plain);
  assert.equal(reply.repliedInfo.messageInfo.message, 'from xmpp');
  await xmpp.heard.until('the answer', (e) => e.kind === 'message' && e.text.includes('an answer'));
}));

scenario('others: a reply names what it answers, whoever says it', () => meet(async ({ z, webim, xmpp }) => {
  // The WebIM SDKs have no reply of their own: the vendor's UI kits agree on this field.
  const quotes = (m) => (typeof m.ext.msgQuote === 'string' ? JSON.parse(m.ext.msgQuote) : m.ext.msgQuote);
  const asked = await z.says('who comes?', webim.user);
  await webim.heard.until('the question', (e) => e.kind === 'message' && e.text === 'who comes?');
  const msgQuote = { msgID: asked.messageID, msgPreview: 'who comes?', msgSender: z.user, msgType: 'txt' };
  const { id } = await webim.sendText({ peer: z.user }, 'I do', { ext: { msgQuote } });
  const answer = await z.gets((m) => m.messageID === id);
  assert.deepEqual([answer.message, answer.repliedInfo.messageID, answer.repliedInfo.senderUserID, answer.repliedInfo.messageInfo.message],
    ['I do', asked.messageID, z.user, 'who comes?']);
  await z.event('messageRepliedCountChanged', (d) => d.infos.some((i) => i.messageID === asked.messageID && i.count === 1));
  await z.zim.replyMessage({ type: 1, message: 'so do I' }, answer, plain);
  const back = await webim.heard.until('the reply', (e) => e.kind === 'message' && e.text === 'so do I');
  assert.deepEqual([quotes(back).msgID, quotes(back).msgSender], [id, webim.user]);
  const toX = await z.says('and you?', xmpp.user);
  const seen = await xmpp.heard.until('the question', (e) => e.kind === 'message' && e.text === 'and you?');
  await xmpp.xmpp.send(xml('message', { to: `${z.user}@localhost`, type: 'chat', id: fresh('reply') }, xml('body', {}, 'me too'),
    xml('reply', { xmlns: 'urn:xmpp:reply:0', to: `${z.user}@localhost`, id: seen.stanza })));
  assert.equal((await z.gets((m) => m.message === 'me too')).repliedInfo.messageID, toX.messageID);
}));

scenario('others: groups and rooms are shared', () => meet(async ({ z, webim, xmpp, event, raw }) => {
  const { groupInfo } = await z.zim.createGroup({ groupID: '', groupName: 'mixed', groupAvatarUrl: '' }, [webim.user]);
  const id = groupInfo.baseInfo.groupID;
  await event('onGroupEvent', (e) => e.id === id);
  await z.zim.inviteUsersIntoGroup([xmpp.user], id);
  await event('onGroupEvent', (e) => e.id === id && /member/i.test(e.operation));
  await xmpp.joinGroup({ group: id });
  await webim.sendText({ group: id }, 'to the group');
  await z.gets((m) => m.conversationID === id && m.message === 'to the group' && m.senderUserID === webim.user);
  await xmpp.sendText({ group: id }, 'so do I');
  await z.gets((m) => m.message === 'so do I' && m.senderUserID === xmpp.user);
  await z.says('all of you', id, 2);
  await webim.heard.until('group text', (e) => e.kind === 'message' && e.chat === 'group' && e.text === 'all of you');
  await xmpp.heard.until('group text', (e) => e.kind === 'message' && e.chat === 'group' && e.text === 'all of you');
  await z.zim.muteGroupMembers(true, [webim.user], id, { duration: 600 });
  await event('onGroupEvent', (e) => e.id === id && /mute/i.test(e.operation));
  await assert.rejects(webim.sendText({ group: id }, 'muted'));
  await z.zim.muteGroupMembers(true, [xmpp.user], id, { duration: 600 });
  await xmpp.xmpp.send(xml('message', { to: `${id}@groups.localhost`, type: 'groupchat', id: fresh('mute') }, xml('body', {}, 'muted')));
  await raw('an error', 'type="error"', `${id}@groups`);
  await z.zim.updateGroupName('renamed', id);
  await raw('a new subject or name', id, 'renamed').catch(() => {});
  await z.zim.kickGroupMembers([webim.user, xmpp.user], id);
  await event('onGroupEvent', (e) => e.id === id && /remove|kick/i.test(e.operation));
  await raw('being kicked', `${id}@groups`, 'type="unavailable"', 'code="110"');

  const roomID = fresh('mixroom');
  await z.zim.createRoom({ roomID, roomName: 'Lobby' });
  await webim.joinRoom(roomID);
  await z.event('roomMemberJoined', (d) => d.roomID === roomID && d.memberList[0].userID === webim.user);
  await xmpp.joinRoom(roomID);
  await z.event('roomMemberJoined', (d) => d.roomID === roomID && d.memberList[0].userID === xmpp.user);
  await z.says('in the room', roomID, 1);
  await webim.heard.until('room text', (e) => e.kind === 'message' && e.chat === 'room' && e.text === 'in the room');
  await xmpp.heard.until('room text', (e) => e.kind === 'message' && e.chat === 'room' && e.text === 'in the room');
  await webim.call('leaveChatRoom', { roomId: roomID });
  await z.event('roomMemberLeft', (d) => d.memberList[0].userID === webim.user);
  await refuses(6000323, z.zim.createRoom({ roomID, roomName: 'again' }));
}));

scenario('others: the app server is asked about, and told of, what WebIM and XMPP say', async () => {
  const app = await App.start();
  await inside(app, { DRAGOMAN_PROTOCOLS__ZIM__BEFORE_SEND_URL: `${app.url}/before` }, () => meet(async ({ z, webim, xmpp }) => {
    app.verdict = ({ msg_body: text }) => ({ no: { result: 3, reason: 'not here' }, mild: { result: 1, new_msg_body: 'm***' } })[text] ?? { result: 0 };
    for (const other of [webim, xmpp]) {
      const by = (c) => c.from_user_id === other.user;
      await other.sendText({ peer: z.user }, 'no').catch(() => {}); // one client rejects, the other hears an error
      const refused = await app.told('send_msg', (c) => by(c) && c.msg_body === 'no');
      assert.deepEqual([refused.send_result, refused.conv_id, refused.msg_id], [660500010, z.user, '']);
      await other.sendText({ peer: z.user }, 'mild');
      const got = await z.gets((m) => m.senderUserID === other.user && m.message === 'm***');
      const told = await app.told('send_msg', (c) => by(c) && c.msg_body === 'm***');
      assert.deepEqual([told.send_result, told.msg_id, told.conv_type], [0, got.messageID, 0]);
      const asked = await app.told('before_send_msg', (c) => by(c) && c.msg_body === 'mild');
      assert.deepEqual([asked.conv_id, asked.msg_type], [z.user, 1]);
    }
    assert.equal(z.events('peerMessageReceived').flatMap((d) => d.messageList).some((m) => m.message === 'no'), false);
    await refuses(6000230, z.says('no', webim.user));
    await app.told('send_msg', (c) => c.from_user_id === z.user && c.send_result === 660500010);
    const denied = await world.server.post('SendGroupMessage', { FromUserId: z.user, GroupId: 'none', MessageType: 1, Priority: 1, MessageBody: { Message: 'x' } });
    assert.equal(denied.Code, 660600001);
  }));
});

scenario('others: the app server is told of the logins of WebIM and XMPP users', async () => {
  const app = await App.start();
  await inside(app, {}, () => meet(async ({ z, webim, xmpp }) => {
    await app.told('user_action', (c) => c.user_id === z.user && c.action === 0);
    for (const [other, os] of [[webim, 'WEB'], [xmpp, 'PC']]) {
      const online = await app.told('user_action', (c) => c.user_id === other.user && c.action === 0);
      assert.deepEqual([online.os, online.relogin, online.login_time > 0], [os, '0', true]);
      await other.close();
      const gone = await app.told('user_action', (c) => c.user_id === other.user && c.action !== 0);
      assert.deepEqual([gone.session_id, gone.login_time], [online.session_id, online.login_time]);
      assert.ok(gone.action === 1 ? gone.logout_time > 0 : gone.offline_time > 0);
    }
    const each = app.heard.all((e) => e.call.event === 'user_action').map((e) => `${e.call.user_id} ${e.call.action}`);
    assert.equal(new Set(each).size, each.length, `each is told once: ${each}`);
  }));
});
