// A ZIM user and an XMPP user among users of the WebIM SDKs, in one group and one room: what they do fires the right events.

import assert from 'node:assert/strict';
import { xml } from '@xmpp/client';
import { XMPPJS } from '../lib/xmppjs.mjs';
import { Person, open as enterZIM, world as zimWorld } from '../zim/people.mjs';
import { check, send } from './kinds.mjs';
import { event, fresh, keep, register, scenarios, someone, world } from './world.mjs';

const scenario = scenarios('webim');
const plain = { priority: 1 };
let zoe;
let xavier;
let sdks; // users of 4.21.1, 4.0.1 and 3.6.3
let group;
let room;

const [w4, w3] = [() => sdks[0], () => sdks[2]];
const text = (client, id) => client.heard.until(`text ${id}`, (e) => e.kind === 'message' && e.id === String(id));
const texts = (words) => Promise.all(sdks.map((c) => c.heard.until(`"${words}"`, (e) => e.kind === 'message' && e.text === words)));

/** gets waits for one that matches in what XMPP brings, as XML. */
const gets = (what, ...parts) => xavier.heard.until(what, (e) => e.kind === 'raw' && parts.every((p) => e.xml.includes(p)));

scenario('others: a ZIM user and an XMPP user join a group and a room of the SDKs', async () => {
  Object.assign(zimWorld, { browser: world.browser, people: [] });
  await enterZIM(world.gateway);
  sdks = (await Promise.all(['4.21.1', '4.0.1', '3.6.3'].map((v) => someone(v, { name: 'w' })))).map(keep);
  zoe = await new Person(fresh('zoe')).login();
  xavier = await new XMPPJS(world.gateway, await register(fresh('xavier')), { password: 'webim-secret' }).login();
  xavier.xmpp.on('stanza', (s) => xavier.heard.add({ kind: 'raw', xml: s.toString() }));
  group = await w4().createGroup('All kinds', [sdks[1].user, sdks[2].user]);
  await w4().call('inviteUsersToGroup', { groupId: group, users: [zoe.user, xavier.user] });
  await event(w3(), 'onPresence', (e) => e.type === 'memberJoinPublicGroupSuccess' && String(e.gid) === group && e.from === xavier.user);
  await zoe.event('groupStateChanged', (d) => d.groupInfo.baseInfo.groupID === group && d.state === 1);
  await xavier.joinGroup({ group });
  room = (await w4().call('createChatRoom', { name: 'All kinds', description: '', maxusers: 100, members: [] })).data.id;
  for (const c of sdks) await c.joinRoom(room);
  await zoe.zim.joinRoom(room);
  await xavier.joinRoom(room);
  for (const who of [zoe, xavier]) {
    await event(w4(), 'onChatroomEvent', (e) => e.id === room && e.operation === 'memberPresence' && e.from === who.user);
    await event(w3(), 'onPresence', (e) => e.type === 'memberJoinChatRoomSuccess' && String(e.gid) === room && e.from === who.user);
  }
});

for (const [where, type] of [['group', 2], ['room', 1]]) {
  const place = () => ({ [where]: where === 'group' ? group : room });
  const id = () => Object.values(place())[0];

  scenario(`others: every kind that an SDK sends reaches the other protocols in a ${where}`, async () => {
    for (const kind of ['txt', 'cmd', 'custom', 'loc', 'img', 'file', 'audio', 'video', 'combine']) {
      const sent = await send(w4(), place(), kind);
      const got = await zoe.gets((m) => m.messageID === sent.id);
      const types = { txt: 1, cmd: 2, custom: 200, img: 11, file: 12, audio: 13, video: 14 };
      if (types[kind]) assert.equal(got.type, types[kind], kind);
      assert.equal(got.senderUserID, w4().user);
      if (kind !== 'cmd' && kind !== 'custom') await gets(`${kind} as XMPP`, `id="${sent.id}"`, '<body>');
      for (const c of sdks.slice(1)) await check(c, kind, place(), w4(), sent);
    }
  });

  scenario(`others: what a ZIM user says in a ${where} reaches the SDKs`, async () => {
    const said = await zoe.says('from zim', id(), type);
    for (const c of sdks) {
      const m = await text(c, said.messageID);
      assert.deepEqual([m.from, m.conv, m.chat, m.text], [zoe.user, id(), where, 'from zim']);
    }
    const png = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==';
    const { message: image } = await zoe.zim.sendMessage({ type: 11, fileLocalPath: { $file: png, name: 'dot.png', type: 'image/png' } }, id(), type, plain);
    for (const [c, name] of [[w4(), 'onImageMessage'], [w3(), 'onPictureMessage']]) {
      const m = await event(c, name, (e) => String(e.id) === image.messageID);
      assert.equal((await c.do('download', m.url)).base64, png);
    }
    const { message: custom } = await zoe.zim.sendMessage({ type: 200, message: '{"gift":1}', subType: 7, searchedContent: 'a rose' }, id(), type, plain);
    for (const c of sdks) assert.equal((await event(c, 'onCustomMessage', (e) => String(e.id) === custom.messageID)).customEvent, 'zim.custom.7');
    const { message: command } = await zoe.zim.sendMessage({ type: 2, message: { $bytes: Buffer.from('go').toString('base64') } }, id(), type, plain);
    for (const c of sdks) await event(c, 'onCmdMessage', (e) => String(e.id) === command.messageID);
  });

  scenario(`others: what an XMPP user says in a ${where} reaches the SDKs`, async () => {
    const said = await xavier.sendText(place(), `from xmpp to the ${where}`);
    for (const c of sdks) {
      const m = await text(c, said.id);
      assert.deepEqual([m.from, m.conv, m.chat, m.text], [xavier.user, id(), where, `from xmpp to the ${where}`]);
    }
  });

  // ZIM has no recall in rooms.
  const recallers = where === 'group' ? 'ZIM and XMPP users' : 'an XMPP user';

  scenario(`others: recalls by ${recallers} in a ${where} are recalls in the SDKs`, async () => {
    if (where === 'group') {
      const said = await zoe.says('zim takes it back', id(), type);
      await Promise.all(sdks.map((c) => text(c, said.messageID)));
      await zoe.zim.revokeMessage(said);
      for (const c of sdks) assert.equal((await event(c, 'onRecallMessage', (e) => String(e.mid) === said.messageID)).from, zoe.user);
    }
    const mine = await xavier.sendText(place(), 'xmpp takes it back');
    await Promise.all(sdks.map((c) => text(c, mine.id)));
    await xavier.xmpp.send(xml('message', { to: xavier.address(place()), type: 'groupchat', id: fresh('retract') },
      xml('retract', { xmlns: 'urn:xmpp:message-retract:1', id: mine.id })));
    for (const c of sdks) assert.equal((await event(c, 'onRecallMessage', (e) => String(e.mid) === mine.id)).from, xavier.user);
  });

  scenario(`others: a recall by an SDK in a ${where} is one for ZIM and XMPP`, async () => {
    for (const c of [w4(), w3()]) {
      const { id: mid } = await c.sendText(place(), 'taken back');
      await zoe.gets((m) => m.messageID === mid);
      await gets('the text', `id="${mid}"`, 'taken back');
      await c.do('recall', where, id(), mid);
      await zoe.event('messageRevokeReceived', (d) => d.messageList[0].messageID === mid);
      await gets('a retraction', 'urn:xmpp:message-retract:1', mid);
    }
  });
}

scenario('others: an answer says in the SDKs what it answers', async () => {
  const { id } = await w3().sendText({ group }, 'a question');
  const asked = await zoe.gets((m) => m.messageID === id);
  const { message: reply } = await zoe.zim.replyMessage({ type: 1, message: 'zim answers' }, asked, plain);
  for (const c of sdks) {
    const { ext } = await text(c, reply.messageID);
    assert.deepEqual([ext.msgQuote.msgID, ext.msgQuote.msgSender], [id, w3().user]);
  }
  const stanza = await gets('the question', `id="${id}"`, 'a question');
  assert.ok(stanza);
  await xavier.xmpp.send(xml('message', { to: xavier.address({ group }), type: 'groupchat', id: fresh('reply') }, xml('body', {}, 'xmpp answers'),
    xml('reply', { xmlns: 'urn:xmpp:reply:0', id, to: `${xavier.address({ group })}/${w3().user}` })));
  for (const { data } of await texts('xmpp answers')) assert.equal(data.ext.msgQuote.msgID, id);
  // And the other way round: an application of WebIM quotes in an extension of its own.
  const answer = await w4().sendText({ group }, 'webim answers', { ext: { msgQuote: { msgID: id, msgPreview: 'a question', msgSender: w3().user, msgType: 'txt' } } });
  const seen = await zoe.gets((m) => m.messageID === answer.id);
  assert.equal(seen.repliedInfo?.messageID ?? seen.repliedInfo?.messageInfo?.messageID, id, JSON.stringify(seen.repliedInfo));
  await gets('a reply', `id="${answer.id}"`, 'urn:xmpp:reply:0', id);
});

scenario('others: reactions of ZIM and XMPP users reach 4.x', async () => {
  const { id } = await w4().sendText({ group }, 'like it?');
  const m = await zoe.gets((x) => x.messageID === id);
  await zoe.zim.addMessageReaction('👍', m);
  await event(w4(), 'onReactionChange', (e) => e.messageId === id && e.from === zoe.user && e.reactions[0].reaction === '👍');
  await gets('the text', `id="${id}"`, 'like it?');
  await xavier.xmpp.send(xml('message', { to: xavier.address({ group }), type: 'groupchat', id: fresh('react') },
    xml('reactions', { xmlns: 'urn:xmpp:reactions:0', id }, xml('reaction', {}, '👍'))));
  await event(w4(), 'onReactionChange', (e) => e.messageId === id && e.from === xavier.user && e.reactions[0].count === 2);
});

scenario('others: receipts of ZIM and XMPP users reach the SDKs', async () => {
  const sent = await w4().do('send', 'group', group, { type: 'txt', msg: 'who reads it?', msgConfig: { allowGroupAck: true } });
  const seen = await zoe.gets((m) => m.messageID === sent.id);
  await zoe.zim.sendMessageReceiptsRead([seen], group, 2);
  const first = await event(w4(), 'onReadMessage', (e) => String(e.mid) === sent.id && e.from === zoe.user);
  assert.equal(first.groupReadCount[sent.id], 1);
  await gets('the text', `id="${sent.id}"`, 'who reads it?');
  await xavier.xmpp.send(xml('message', { to: xavier.address({ group }), type: 'groupchat', id: fresh('mark') },
    xml('displayed', { xmlns: 'urn:xmpp:chat-markers:0', id: sent.id })));
  const second = await event(w4(), 'onReadMessage', (e) => String(e.mid) === sent.id && e.from === xavier.user);
  assert.equal(second.groupReadCount[sent.id], 2);
  const readers = await w4().call('getGroupMsgReadUser', { groupId: group, msgId: sent.id });
  assert.equal(readers.data.length, 2);
  for (const c of [w4(), w3()]) {
    const toZoe = await c.sendText({ peer: zoe.user }, 'read this');
    await zoe.gets((m) => m.messageID === toZoe.id);
    await zoe.zim.sendConversationMessageReceiptRead(c.user, 0);
    await c.heard.until('the receipt', (e) => (e.name === 'onReadMessage' && String(e.data.mid) === toZoe.id) || (e.name === 'onChannelMessage' && e.data.from === zoe.user));
    const toXavier = await c.sendText({ peer: xavier.user }, 'read this');
    const stanza = await xavier.heard.until('the text', (e) => e.kind === 'message' && e.id === toXavier.id);
    await xavier.xmpp.send(xml('message', { to: xavier.address({ peer: c.user }), type: 'chat', id: fresh('rcpt') }, xml('received', { xmlns: 'urn:xmpp:receipts', id: stanza.stanza })));
    await event(c, 'onDeliveredMessage', (e) => String(e.mid) === toXavier.id);
    await xavier.xmpp.send(xml('message', { to: xavier.address({ peer: c.user }), type: 'chat', id: fresh('mark') }, xml('displayed', { xmlns: 'urn:xmpp:chat-markers:0', id: stanza.stanza })));
    await c.heard.until('the marker', (e) => (e.name === 'onReadMessage' && String(e.data.mid) === toXavier.id) || (e.name === 'onChannelMessage' && e.data.from === xavier.user));
  }
});

scenario('others: what ZIM and XMPP users change of a group fires the SDKs\' events', async () => {
  const { groupInfo } = await zoe.zim.createGroup({ groupID: '', groupName: 'Of ZIM', groupAvatarUrl: '' }, sdks.map((c) => c.user));
  const id = groupInfo.baseInfo.groupID;
  const on = (operation, match = () => true) => event(w4(), 'onGroupEvent', (e) => e.id === id && e.operation === operation && match(e));
  const on3 = (type, match = () => true) => event(w3(), 'onPresence', (e) => e.type === type && String(e.gid) === id && match(e));
  await Promise.all([on('directJoined', (e) => e.from === zoe.user), on3('direct_joined')]);
  await zoe.zim.updateGroupName('Renamed', id);
  assert.equal((await on('updateInfo')).detail.name ?? 'Renamed', 'Renamed');
  await on3('update');
  await zoe.zim.updateGroupNotice('be kind', id);
  await Promise.all([on('updateAnnouncement'), on3('updateAnnouncement')]);
  await zoe.zim.muteGroupMembers(true, sdks.map((c) => c.user), id, { duration: 600 });
  await Promise.all([on('muteMember'), on3('addMute')]);
  await zoe.zim.muteGroupMembers(false, sdks.map((c) => c.user), id, { duration: 0 });
  await Promise.all([on('unmuteMember'), on3('removeMute')]);
  await zoe.zim.setGroupMemberRole(2, w4().user, id);
  await on('setAdmin');
  await zoe.zim.inviteUsersIntoGroup([xavier.user], id);
  await Promise.all([on('memberPresence', (e) => e.from === xavier.user), on3('memberJoinPublicGroupSuccess', (e) => e.from === xavier.user)]);
  await zoe.zim.kickGroupMembers([xavier.user], id);
  await Promise.all([on('memberAbsence', (e) => e.from === xavier.user), on3('leaveGroup', (e) => e.from === xavier.user)]);
  await zoe.zim.transferGroupOwner(w3().user, id);
  await on3('changeOwner');
  await zoe.zim.leaveGroup(id);
  await Promise.all([on('memberAbsence', (e) => e.from === zoe.user), on3('leaveGroup', (e) => e.from === zoe.user)]);

  const mine = await xavier.createGroup(fresh('of-xmpp'), sdks.map((c) => c.user));
  const address = xavier.address({ group: mine });
  const onX = (operation, match = () => true) => event(w4(), 'onGroupEvent', (e) => e.id === mine && e.operation === operation && match(e));
  const onX3 = (type, match = () => true) => event(w3(), 'onPresence', (e) => e.type === type && String(e.gid) === mine && match(e));
  await w4().heard.until('an invitation or membership', (e) => e.name === 'onGroupEvent' && e.data.id === mine && /inviteToJoin|directJoined/.test(e.data.operation));
  await xavier.xmpp.send(xml('message', { to: address, type: 'groupchat' }, xml('subject', {}, 'New subject')));
  await w4().heard.until('the subject', (e) => e.name === 'onGroupEvent' && e.data.id === mine && /updateInfo|updateAnnouncement/.test(e.data.operation));
  const admin = (item) => xavier.xmpp.iqCaller.request(xml('iq', { type: 'set', to: address }, xml('query', 'http://jabber.org/protocol/muc#admin', xml('item', item))), 15000);
  await admin({ affiliation: 'admin', jid: xavier.address({ peer: w4().user }) });
  await onX('setAdmin');
  await admin({ affiliation: 'none', jid: xavier.address({ peer: w3().user }) });
  await Promise.all([onX('memberAbsence', (e) => e.from === w3().user), onX3('removedFromGroup')]);
  await admin({ affiliation: 'outcast', jid: xavier.address({ peer: w4().user }) });
  await onX('removeMember');
});

scenario('others: a room: attributes, departures and its end', async () => {
  await zoe.zim.setRoomAttributes({ topic: 'tea' }, room, { isForce: false, isDeleteAfterOwnerLeft: true, isUpdateOwner: false });
  const set = await event(w4(), 'onChatroomEvent', (e) => e.id === room && e.operation === 'updateChatRoomAttributes');
  assert.equal(set.attributes.topic, 'tea', JSON.stringify(set));
  await w4().call('setChatRoomAttributes', { chatRoomId: room, attributes: { colour: 'red' }, autoDelete: true, isForced: false });
  await zoe.event('roomAttributesUpdated', (d) => d.infos[0].roomAttributes.colour === 'red');
  await zoe.zim.leaveRoom(room);
  await event(w4(), 'onChatroomEvent', (e) => e.id === room && e.operation === 'memberAbsence' && e.from === zoe.user);
  await event(w3(), 'onPresence', (e) => e.type === 'leaveChatRoom' && String(e.gid) === room && e.from === zoe.user);
  await xavier.xmpp.send(xml('presence', { to: `${xavier.address({ room })}/${xavier.user}`, type: 'unavailable' }));
  await event(w4(), 'onChatroomEvent', (e) => e.id === room && e.operation === 'memberAbsence' && e.from === xavier.user);
  await w4().call('destroyChatRoom', { chatRoomId: room });
  await event(w3(), 'onPresence', (e) => /deleteGroupChat|deleteChatRoom/.test(e.type) && String(e.gid) === room);
});

scenario('others: nobody failed', async () => {
  for (const c of sdks) {
    assert.deepEqual(c.faults, [], c.name);
    assert.deepEqual(c.heard.all((e) => e.kind === 'error' || e.kind === 'failure'), [], c.name);
    await c.close();
  }
  await Promise.all(zimWorld.people.map((p) => p.close()));
  await xavier.close();
});
