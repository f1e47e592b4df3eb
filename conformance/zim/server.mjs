// What an app's server asks: every action, and every code that a request can deserve.
import assert from 'node:assert/strict';
import { Person, drove, fresh, pair, scenario, world } from './people.mjs';

const body = (text, more = {}) => ({ Message: text, ...more });
const text = (from, to, more = {}) => ({ FromUserId: from, ToUserId: [].concat(to), MessageType: 1, Priority: 1, MessageBody: body('hello'), ...more });
const says = (answer, code, what = '') => assert.equal(answer.Code, code, `${what} ${JSON.stringify(answer)}`);
/** registered makes users who have never logged in. */
async function registered(...names) {
  await world.server.does('UserRegister', { UserInfo: names.map((UserId) => ({ UserId, UserName: UserId.toUpperCase() })) });
  return names;
}
/** spaced waits until a second's worth of calls is free again. */
const second = () => new Promise((r) => setTimeout(r, 1100));

scenario('server API: a request is refused for the first thing that is wrong with it', async () => {
  const s = world.server;
  const ask = (change) => {
    const query = { Action: 'QueryUserInfos', ...s.sign() };
    for (const [k, v] of Object.entries(change)) if (v === undefined) delete query[k]; else query[k] = v;
    return s.raw('POST', new URLSearchParams(query), { UserIds: ['x'] });
  };
  says(await ask({ AppId: 'one' }), 100000001);
  says(await ask({ Timestamp: undefined }), 100000002);
  says(await ask({ Timestamp: 'now' }), 100000003);
  says(await ask(s.sign({ time: Math.floor(Date.now() / 1000) - 601 })), 100000004);
  says(await ask(s.sign({ time: Math.floor(Date.now() / 1000) + 660 })), 100000004);
  says(await ask({ Signature: 'f'.repeat(32) }), 100000005);
  says(await ask(s.sign({ secret: 'another secret of thirty-two by.' })), 100000005);
  says(await ask({ Action: undefined }), 100000006);
  says(await ask({ Action: 'RecallMessage' }), 100000007);
  says(await ask({ Action: 'AddFriends' }), 100000007, 'later');
  says(await ask({ SignatureNonce: undefined }), 100000008);
  says(await ask({ Signature: undefined }), 100000009);
  says(await ask({ AppId: '77' }), 100000010);
  says(await ask({ SignatureVersion: undefined }), 100000013);
  says(await ask({ SignatureVersion: '1.0' }), 100000014);
  says(await s.raw('POST', new URLSearchParams({ Action: 'QueryUserInfos', ...s.sign() }), 'x'.repeat((1 << 20) + 1)), 100000012);
  says(await s.raw('POST', new URLSearchParams({ Action: 'QueryUserInfos', ...s.sign() }), '{"UserIds":'), 660000002);
});

scenario('server API: SendPeerMessage, every type, field and code', async () => {
  const s = world.server;
  const [a, b] = await pair('srv');
  const [c] = await registered(fresh('reg'));
  const sent = await s.does('SendPeerMessage', text(a.user, [b.user, c], { MessageBody: body('from the server', { ExtendedData: 'x', OfflinePush: { Enable: 1, Title: 'T', Content: 'C', Payload: 'P' } }) }));
  assert.deepEqual(sent.ErrorList, []);
  assert.deepEqual(sent.SuccList.map((x) => [x.UserId, typeof x.MsgId, typeof x.MsgSeq]), [[b.user, 'string', 'number'], [c, 'string', 'number']]);
  const got = await b.gets((m) => m.messageID === sent.SuccList[0].MsgId);
  assert.deepEqual([got.message, got.extendedData, got.isServerMessage, got.senderUserID], ['from the server', 'x', true, a.user]);
  await a.gets((m) => m.messageID === sent.SuccList[0].MsgId);
  const unaware = await s.does('SendPeerMessage', text(a.user, b.user, { SenderUnaware: 1, MessageBody: body('unaware') }));
  await b.gets((m) => m.messageID === unaware.SuccList[0].MsgId);
  const quiet = await s.does('SendPeerMessage', text(a.user, b.user, { SendMsgOptions: { NoUnread: true }, MessageBody: body('quiet') }));
  await b.gets((m) => m.messageID === quiet.SuccList[0].MsgId);
  assert.equal((await b.line(a.user, 0)).unreadMessageCount, 2, 'the third adds nothing');
  assert.ok(!a.events('peerMessageReceived').some((d) => d.messageList[0].messageID === unaware.SuccList[0].MsgId));

  const command = await s.does('SendPeerMessage', text(a.user, b.user, { MessageType: 2, MessageBody: body(Buffer.from([1, 2, 255]).toString('base64'), { IsBase64: 1 }) }));
  assert.equal(command.SuccList[0].MsgSeq, undefined);
  assert.deepEqual((await b.gets((m) => m.type === 2)).message, { $bytes: Buffer.from([1, 2, 255]).toString('base64') });
  await s.does('SendPeerMessage', text(a.user, b.user, { MessageType: 200, SubMsgType: 9, SearchedContent: 'find', MessageBody: body('custom') }));
  assert.deepEqual(await b.gets((m) => m.type === 200).then((m) => [m.message, m.subType, m.searchedContent]), ['custom', 9, 'find']);
  const image = JSON.stringify({ Uid: 'u1', Origin: { Url: 'https://example.org/i.png', Width: 3, Height: 2 }, FileName: 'i.png', Size: 10 });
  const file = JSON.stringify({ Uid: 'u2', Url: 'https://example.org/f.bin', FileName: 'f.bin', Size: 10, MediaDuration: 5 });
  await s.does('SendPeerMessage', text(a.user, b.user, { MessageType: 11, MessageBody: body(image) }));
  assert.deepEqual(await b.gets((m) => m.type === 11).then((m) => [m.fileDownloadUrl, m.originalImageWidth, m.fileUID]), ['https://example.org/i.png', 3, 'u1']);
  for (const type of [12, 13, 14]) {
    await s.does('SendPeerMessage', text(a.user, b.user, { MessageType: type, MessageBody: body(file) }));
    await b.gets((m) => m.type === type && m.fileName === 'f.bin');
  }
  const multi = JSON.stringify({ MultiMsg: [{ MsgType: 1, Msg: 'one' }, { MsgType: 11, Msg: image }] });
  await s.does('SendPeerMessage', text(a.user, b.user, { MessageType: 10, MessageBody: body(multi) }));
  assert.equal((await b.gets((m) => m.type === 10)).messageInfoList[1].fileName, 'i.png');
  await second();

  const partly = await s.does('SendPeerMessage', text(a.user, [b.user, 'nobody-there', a.user]));
  assert.deepEqual(partly.ErrorList.map((e) => [e.UserId, e.SubCode]), [['nobody-there', 660700015], [a.user, 660000002]]);
  const none = await s.post('SendPeerMessage', text(a.user, ['nobody-there']));
  assert.deepEqual([none.Code, none.ErrorList[0].SubCode], [660700015, 660700015]);
  const bad = async (code, change) => says(await s.post('SendPeerMessage', { ...text(a.user, b.user), ...change }), code, JSON.stringify(change).slice(0, 80));
  await bad(660000011, { ToUserId: Array.from({ length: 101 }, (_, i) => `u${i}`) });
  await bad(660000002, { ToUserId: [] });
  await bad(660000002, { Priority: 4 });
  await bad(660000002, { Priority: undefined });
  await bad(660000002, { MessageType: 20 });
  await bad(660000002, { MessageType: 31 });
  await bad(660000002, { MessageType: 200 });
  await bad(660000002, { MessageType: 200, SubMsgType: 201 });
  await bad(660000002, { MessageBody: body('   ') });
  await second();
  await bad(660000002, { MessageBody: {} });
  await bad(660000025, { MessageType: 2, MessageBody: body('&&&', { IsBase64: 1 }) });
  await bad(660400001, { MessageBody: body('x'.repeat(32 * 1024 + 1)) });
  await bad(660400001, { MessageBody: body('x', { ExtendedData: 'x'.repeat(1025) }) });
  await bad(660400001, { MessageType: 12, MessageBody: body('x'.repeat(2049)) });
  await bad(660000002, { MessageType: 12, MessageBody: body('{}') });
  await bad(660000002, { MessageBody: body('x', { OfflinePush: { BadgeIncrement: 100 } }) });
  await bad(660500002, { FromUserId: 'nobody-there' });
  await bad(660000012, { FromUserId: 'x'.repeat(33) });
  await bad(660000002, { FromUserId: 'a/b' });
});

scenario('server API: SendGroupMessage, to all and to some', async () => {
  const s = world.server;
  const [a, b] = await pair('srv');
  const c = await new Person(fresh('srv')).login();
  const { groupInfo } = await a.zim.createGroup({ groupID: '', groupName: 'g', groupAvatarUrl: '' }, [b.user, c.user]);
  const GroupId = groupInfo.baseInfo.groupID;
  const message = { FromUserId: a.user, GroupId, MessageType: 1, Priority: 2, MessageBody: body('to all') };
  const sent = await s.does('SendGroupMessage', message);
  assert.match(sent.MsgId, /^\d{17,}$/, 'a number with all its digits');
  assert.ok(sent.MsgSeq > 0);
  await b.gets((m) => m.messageID === sent.MsgId);
  await s.does('SendGroupMessage', { ...message, MessageBody: body('for b'), SendMsgOptions: { TargetOption: { ReceiverUserIds: [b.user], Inclusive: true } } });
  const targeted = await b.gets((m) => m.message === 'for b');
  assert.equal(targeted.isGroupTargetedMessage, true);
  await s.does('SendGroupMessage', { ...message, MessageBody: body('not for b'), SendMsgOptions: { TargetOption: { ReceiverUserIds: [b.user] } } });
  await c.gets((m) => m.message === 'not for b');
  assert.equal((await c.line(GroupId, 2)).unreadMessageCount, 1, 'a targeted message counts for nobody');
  const seen = (await b.zim.queryHistoryMessage(GroupId, 2, { count: 20, reverse: true })).messageList.map((m) => m.message);
  assert.ok(seen.includes('for b') && !seen.includes('not for b'));
  says(await s.post('SendGroupMessage', { ...message, GroupId: 'no-such' }), 660600001);
  says(await s.post('SendGroupMessage', { ...message, FromUserId: 'nobody-there' }), 660500002);
  says(await s.post('SendGroupMessage', { ...message, MessageType: 2, MessageBody: body('&', { IsBase64: 1 }) }), 660000025);
  says(await s.post('SendGroupMessage', { ...message, MessageBody: body('x'.repeat(33000)) }), 660400001);
  await second();
  const burst = await Promise.all(Array.from({ length: 14 }, (_, i) => s.post('SendGroupMessage', { ...message, MessageBody: body(`b${i}`) })));
  assert.ok(burst.some((r) => r.Code === 660300005), 'ten a second');
  await second();
});

scenario('server API: to rooms and to everybody', async () => {
  const s = world.server;
  const [a, b] = await pair('srv');
  const RoomId = fresh('sroom');
  says(await s.post('SendRoomMessage', { FromUserId: a.user, RoomId, MessageType: 1, Priority: 1, MessageBody: body('x') }), 660300001);
  const made = await s.does('CreateRoom', { FromUserId: a.user, RoomId, RoomName: 'R', DestroyDelayTime: 60, Attributes: [{ Key: 'k', Value: 'v' }] });
  assert.equal(made.AttributeSeq, 1);
  says(await s.post('CreateRoom', { FromUserId: a.user, RoomId, RoomName: 'R' }), 660300014);
  says(await s.get('QueryRoomUserList', { RoomId, Mode: 0 }), 660300008);
  await a.zim.joinRoom(RoomId);
  await b.zim.joinRoom(RoomId);
  await s.does('SendRoomMessage', { FromUserId: a.user, RoomId, MessageType: 20, Priority: 1, MessageBody: body('flying') });
  await b.event('roomMessageReceived', (d) => d.messageList[0].type === 20 && d.messageList[0].message === 'flying');
  await s.does('SendRoomMessage', { FromUserId: a.user, RoomId, MessageType: 1, Priority: 1, SenderUnaware: 0, MessageBody: body('aware') });
  await a.gets((m) => m.message === 'aware');
  assert.ok(!a.events('roomMessageReceived').some((d) => d.messageList[0].message === 'flying'), 'unaware is the default');
  says(await s.post('SendRoomMessage', { FromUserId: a.user, RoomId, MessageType: 1, Priority: 1, MessageBody: body('x', { HasReceipt: 1 }) }), 660300013);
  const list = await s.does('QueryRoomUserList', { RoomId, Mode: 1, Limit: 10 }, 'get');
  assert.deepEqual([list.Count, list.UserList.map((u) => u.UserId)], [2, [b.user, a.user]]);
  const some = await s.does('QueryRoomMembers', { RoomId, UserId: [a.user, 'nobody-there'] }, 'get');
  assert.deepEqual([some.UserList[0].user_id, some.ErrorList[0].SubCode], [a.user, 660200001]);
  const set = await s.does('ModifyRoomAttribute', { FromUserId: a.user, RoomId, Attributes: [{ Action: 0, Key: 'k', Value: 'w' }, { Action: 0, Key: 'l', Value: '1' }, { Action: 1, Key: 'none' }] });
  assert.deepEqual([set.AttributeSeq, set.SuccKeyList.map((x) => x.Seq), set.ErrKeyList.map((x) => x.Key)], [3, [3, 3], ['none']]);
  const all = await s.does('QueryRoomAttribute', { FromUserId: a.user, RoomId });
  assert.deepEqual(all.Attributes.map((x) => [x.Key, x.Value]), [['k', 'w'], ['l', '1']]);
  await s.does('KickoutRoomUser', { RoomId, UserId: [b.user], FromUserId: a.user, CustomReason: 'out' }, 'get');
  await b.event('roomStateChanged', (d) => d.roomID === RoomId && d.event === 8 && d.extendedData === 'out');
  says(await s.get('KickoutRoomUser', { RoomId, UserId: [b.user], FromUserId: a.user }), 660300002);
  await s.does('DestroyRoom', { RoomId }, 'get');
  await a.event('roomStateChanged', (d) => d.roomID === RoomId && d.event === 3);
  says(await s.get('DestroyRoom', { RoomId }), 660300001);
  await s.does('SendMessageToAllUsers', { FromUserId: a.user, MessageType: 1, MessageBody: body('everybody') });
  await b.event('broadcastMessageReceived', (d) => d.message.message === 'everybody' && d.message.isBroadcastMessage);
  says(await s.post('SendMessageToAllUsers', { FromUserId: a.user, MessageType: 1, MessageBody: body('again') }), 660500003);
});

scenario('server API: messages are revoked, edited, queried, imported and cleared', async () => {
  const s = world.server;
  const [a, b] = await pair('srv');
  const { groupInfo } = await a.zim.createGroup({ groupID: '', groupName: 'g', groupAvatarUrl: '' }, [b.user]);
  const GroupId = groupInfo.baseInfo.groupID;
  const peer = (await s.does('SendPeerMessage', text(a.user, b.user, { MessageBody: body('one') }))).SuccList[0];
  const group = await s.does('SendGroupMessage', { FromUserId: a.user, GroupId, MessageType: 1, Priority: 1, MessageBody: body('two') });
  await b.gets((m) => m.messageID === group.MsgId);

  const edited = await s.does('EditC2cMsgBody', { FromUserId: a.user, SenderId: a.user, ConvId: b.user, MsgType: 1, ConvMsgSeq: peer.MsgSeq, EditType: 3, MessageBody: { Message: 'won', ExtendedData: 'e' } });
  assert.ok(edited.LatestEditTime > 1e9);
  await b.event('messageEdited', (d) => d.messageList[0].message === 'won' && d.messageList[0].extendedData === 'e');
  await s.does('EditGroupMsgBody', { FromUserId: a.user, ConvId: GroupId, MsgType: 1, ConvMsgSeq: group.MsgSeq, EditType: 1, MessageBody: { Message: 'too' } });
  says(await s.post('EditGroupMsgBody', { FromUserId: a.user, ConvId: GroupId, MsgType: 1, ConvMsgSeq: 9999, EditType: 1, MessageBody: { Message: 'x' } }), 661000005);
  const bySeq = await s.does('QueryMessagesByMsgSeq', { FromUserId: b.user, ConvId: a.user, ConvType: 0, MsgSeqList: [peer.MsgSeq] });
  assert.deepEqual(bySeq.MessageList.map((m) => [m.MsgBody, m.Payload, m.MsgId]), [['won', 'e', peer.MsgId]]);
  says(await s.post('QueryMessagesByMsgSeq', { FromUserId: b.user, ConvId: a.user, ConvType: 0, MsgSeqList: Array(21).fill(1) }), 660000002);

  await s.does('RevokePeerMessage', { FromUserId: a.user, ToUserId: b.user, MsgSeq: peer.MsgSeq, Payload: 'why' });
  await b.event('messageRevokeReceived', (d) => d.messageList[0].revokeStatus === 2 && d.messageList[0].revokeExtendedData === 'why');
  says(await s.post('RevokePeerMessage', { FromUserId: a.user, ToUserId: b.user, MsgSeq: peer.MsgSeq }), 660000023);
  says(await s.post('RevokePeerMessage', { FromUserId: a.user, ToUserId: b.user, MsgSeq: 9999 }), 660000022);
  says(await s.post('RevokeGroupMessage', { FromUserId: b.user, GroupId, MsgSeq: group.MsgSeq }), 660000026);
  says(await s.post('RevokeGroupMessage', { FromUserId: a.user, GroupId: 'none', MsgSeq: 1 }), 660600001);
  await s.does('RevokeGroupMessage', { FromUserId: a.user, GroupId, MsgSeq: group.MsgSeq });
  const history = await s.does('QueryPeerMsg', { FromUserId: b.user, ToUserId: a.user, Limit: 10, WithEmptyMsg: 1 });
  assert.deepEqual(history.List.map((m) => [m.MsgType, m.IsEmpty]), [[31, 2]]);
  assert.deepEqual((await s.does('QueryPeerMsg', { FromUserId: b.user, ToUserId: a.user })).List, []);
  for (const t of ['three', 'four', 'five']) await s.does('SendGroupMessage', { FromUserId: a.user, GroupId, MessageType: 1, Priority: 1, MessageBody: body(t) });
  const page = await s.does('QueryGroupMsg', { GroupId, Limit: 2 });
  const rest = await s.does('QueryGroupMsg', { GroupId, Limit: 2, Next: page.Next });
  assert.deepEqual([...page.List, ...rest.List].map((m) => m.MsgBody).slice(0, 3), ['five', 'four', 'three']);

  const imported = { FromUserId: a.user, ToUserId: b.user, MessageType: 1, Priority: 1, MessageBody: body('long ago'), SendMessageTime: Date.now() - 86400000 };
  const copy = await s.does('ImportPeerMsg', { ...imported, ImportedUserId: b.user });
  assert.equal(typeof copy.MsgId, 'string');
  assert.ok((await b.zim.queryHistoryMessage(a.user, 0, { count: 10, reverse: true })).messageList.some((m) => m.message === 'long ago'));
  assert.ok(!(await a.zim.queryHistoryMessage(b.user, 0, { count: 10, reverse: true })).messageList.some((m) => m.message === 'long ago'));
  says(await s.post('ImportPeerMsg', { ...imported, ImportedUserId: 'carl' }), 660000002);
  says(await s.post('ImportPeerMsg', { ...imported, ImportedUserId: b.user, SendMessageTime: Date.now() + 3600000 }), 660000002);
  await s.does('ImportGroupMsg', { ...imported, ToUserId: undefined, GroupId });
  await s.does('ClearPeerMessage', { FromUserId: b.user, ToUserId: a.user });
  assert.deepEqual((await b.zim.queryHistoryMessage(a.user, 0, { count: 10, reverse: true })).messageList, []);
  await s.does('ClearMemberGroupMessage', { FromUserId: b.user, GroupId });
  assert.deepEqual((await b.zim.queryHistoryMessage(GroupId, 2, { count: 10, reverse: true })).messageList, []);
  assert.ok((await a.zim.queryHistoryMessage(GroupId, 2, { count: 10, reverse: true })).messageList.length > 3);

  const wants = await s.does('SendPeerMessage', text(a.user, b.user, { MessageBody: body('read me', { HasReceipt: 1 }) }));
  const seq = wants.SuccList[0].MsgSeq;
  assert.ok((await s.does('C2cDeliveryReceipt', { FromUserId: b.user, ConvId: a.user, ConvMsgSeq: [seq] })).DeliveredTime > 0);
  assert.ok((await s.does('C2cReadReceipt', { FromUserId: b.user, ConvId: a.user, ConvMsgSeq: [seq] })).ReadTime > 0);
  await a.event('messageReceiptChanged', (d) => d.infos[0].status === 2);
  says(await s.post('C2cReadReceipt', { FromUserId: b.user, ConvId: a.user, ConvMsgSeq: Array(11).fill(seq) }), 660400102);
  says(await s.post('C2cReadReceipt', { FromUserId: b.user, ConvId: a.user, ConvMsgSeq: [9999] }), 660400104);
  const g = await s.does('SendGroupMessage', { FromUserId: a.user, GroupId, MessageType: 1, Priority: 1, MessageBody: body('read', { HasReceipt: 1 }) });
  await s.does('GroupDeliveryReceipt', { FromUserId: b.user, GroupId, ConvMsgSeq: [g.MsgSeq] });
  await s.does('GroupReadReceipt', { FromUserId: b.user, GroupId, ConvMsgSeq: [g.MsgSeq] });
  says(await s.post('GroupReadReceipt', { FromUserId: b.user, GroupId, ConvMsgSeq: [9999] }), 660400103);
  const room = fresh('sroom');
  await a.zim.enterRoom({ roomID: room, roomName: 'r' });
  const said = await s.does('SendRoomMessage', { FromUserId: a.user, RoomId: room, MessageType: 1, Priority: 1, MessageBody: body('oops') });
  await s.does('RevokeRoomMessage', { FromUserId: a.user, RoomId: room, MsgSeq: said.MsgSeq });
});

scenario('server API: conversations', async () => {
  const s = world.server;
  const [a, b] = await pair('srv');
  const c = await new Person(fresh('srv')).login();
  await b.says('one', a.user);
  await c.says('two', a.user);
  await a.gets((m) => m.message === 'two');
  const list = await s.does('QueryConversationList', { FromUserId: a.user, Limit: 1 });
  const rest = await s.does('QueryConversationList', { FromUserId: a.user, Limit: 1, Next: list.Next });
  assert.deepEqual([list.TotalCount, list.List[0].ConvId, rest.List[0].ConvId, rest.Next], [2, b.user, c.user, 0]);
  await s.does('ClearConversationUnread', { FromUserId: a.user, ConvId: b.user, ConvType: 0 }, 'get');
  assert.equal((await a.line(b.user, 0)).unreadMessageCount, 0);
  says(await s.get('ClearConversationUnread', { FromUserId: a.user, ConvId: 'nobody-there', ConvType: 0 }), 660800001);
  await s.does('SilenceConvNotification', { FromUserId: a.user, ConvType: 0, ConvIds: [b.user], Enable: true });
  const twice = await s.post('SilenceConvNotification', { FromUserId: a.user, ConvType: 0, ConvIds: [b.user], Enable: true });
  assert.deepEqual([twice.Code, twice.ErrorList[0].SubCode], [660800051, 660800051]);
  says(await s.post('SilenceConvNotification', { FromUserId: a.user, ConvType: 0, ConvIds: [c.user], Enable: false }), 660800052);
  assert.equal((await a.line(b.user, 0)).notificationStatus, 2);
  const pinned = await s.does('ConvPinned', { FromUserId: a.user, ConvList: [{ ConvId: b.user, ConvType: 0 }, { ConvId: 'nobody-there', ConvType: 0 }], PinnedType: 1 });
  assert.deepEqual(pinned.ErrorList.map((e) => e.SubCode), [660800001]);
  assert.equal((await a.line(b.user, 0)).isPinned, true);
  const marked = await s.does('SetConvMark', { ConvMarkInfoList: [{ UserId: a.user, SetMarkC2c: { [b.user]: { MarkContent: 5 }, 'nobody-there': { MarkContent: 5 } }, Action: true }] });
  assert.deepEqual(marked.FailList[0].FailList.map((f) => f.ConvId), ['nobody-there']);
  assert.deepEqual((await a.line(b.user, 0)).marks, [5]);
  says(await s.post('SetConvMark', { ConvMarkInfoList: [{ UserId: 'nobody-there', SetMarkC2c: { x: { MarkContent: 5 } }, Action: true }] }), 660800054);
  await s.does('DeleteConv', { FromUserId: a.user, ConvId: b.user, ConvType: 0 });
  assert.deepEqual((await a.zim.queryConversationList({ count: 10 })).conversationList.map((x) => x.conversationID), [c.user]);
});

scenario('server API: users', async () => {
  const s = world.server;
  const [u, v] = [fresh('reg'), fresh('reg')];
  const made = await s.does('UserRegister', { UserInfo: [{ UserId: u, UserName: 'U', UserAvatar: 'https://example.org/u' }, { UserId: 'x'.repeat(33) }, { UserId: v, UserName: 'x'.repeat(257) }, { UserId: v, UserAvatar: 'x'.repeat(501) }] });
  assert.deepEqual(made.ErrorList.map((e) => e.SubCode), [660000012, 660700006, 660700007]);
  says(await s.post('UserRegister', { UserInfo: [{ UserId: u }] }), 660700002);
  says(await s.post('UserRegister', { UserInfo: Array.from({ length: 101 }, (_, i) => ({ UserId: `u${i}` })) }), 660000011);
  await s.does('ModifyUserInfo', { UserInfo: [{ UserId: u, UserName: 'New', Extra: '{}' }] });
  says(await s.post('ModifyUserInfo', { UserInfo: [{ UserId: 'nobody-there', UserName: 'x' }] }), 660700012);
  const infos = await s.does('QueryUserInfos', { UserIds: [u, 'nobody-there'] });
  assert.deepEqual([infos.Result[0], infos.ErrorList[0].SubCode], [{ UserId: u, UserName: 'New', UserAvatar: 'https://example.org/u', Extra: '{}' }, 660700015]);
  const p = await new Person(fresh('here')).login();
  const states = await s.does('QueryUserOnlineState', { UserId: [u, p.user, 'nobody-there'] }, 'get');
  assert.deepEqual([states.Result.map((r) => r.Status), states.ErrorList[0].SubCode], [['Offline', 'Online'], 660200001]);
  await s.does('RobotRegister', { UserInfo: [{ UserId: `@RBT#${fresh('bot')}` }] });
  says(await s.post('RobotRegister', { UserInfo: [{ UserId: fresh('bot') }] }), 660000002);
  await p.zim.createGroup({ groupID: '', groupName: 'mine', groupAvatarUrl: '' }, []);
  const groups = await s.does('QueryGroupsInfoOfUser', { FromUserId: p.user, Limit: 10 });
  assert.deepEqual([groups.HasJoinGroupNum, groups.GroupInfoList[0].GroupName, groups.NextRsp], [1, 'mine', '']);
  const late = await new Person(u).login();
  assert.equal((await late.zim.querySelfUserInfo()).selfUserInfo.userFullInfo.baseInfo.userName, 'New');
});

scenario('server API: groups', async () => {
  const s = world.server;
  const [a, b] = await pair('srv');
  const [c, d] = await registered(fresh('reg'), fresh('reg'));
  const GroupId = fresh('sgroup');
  const made = await s.does('CreateGroup', { GroupId, GroupName: 'G', GroupNotice: 'N', GroupOwner: a.user, UserId: [b.user, 'nobody-there'], Attributes: [{ Key: 'k', Value: 'v' }] });
  assert.deepEqual([made.GroupId, made.Members.map((m) => m.UserId), made.ErrorUsers.map((e) => e.UserId)], [GroupId, [a.user, b.user], ['nobody-there']]);
  await b.event('groupStateChanged', (x) => x.groupInfo.baseInfo.groupID === GroupId && x.event === 4);
  says(await s.post('CreateGroup', { GroupId, GroupOwner: a.user }), 660600011);
  says(await s.post('CreateGroup', { GroupOwner: 'nobody-there' }), 660600013);
  says(await s.post('CreateGroup', { GroupOwner: a.user, Attributes: Array.from({ length: 11 }, (_, i) => ({ Key: `k${i}`, Value: '' })) }), 660600019);
  says(await s.post('CreateGroup', { GroupOwner: a.user, Attributes: [{ Key: 'x'.repeat(17), Value: '' }] }), 660600020);
  const own = await s.does('CreateGroup', { GroupName: 'server names it', GroupOwner: a.user });
  assert.match(own.GroupId, /^\d+$/);
  const FromUserId = a.user;
  const invited = await s.does('InviteUsersIntoGroup', { FromUserId, GroupId, UserIds: [c, 'nobody-there'] });
  assert.deepEqual(invited.ErrorUsers.map((e) => e.SubCode), [660700015]);
  says(await s.post('InviteUsersIntoGroup', { FromUserId, GroupId, UserIds: [d] }), 660300006);
  await second();
  await s.does('InviteUsersIntoGroup', { FromUserId, GroupId, GroupMemberInfos: [{ UserId: d, EnterGroupTime: 0, IsInvite: 1 }] });
  const members = await s.does('QueryGroupMemberList', { GroupId, Limit: 3 });
  assert.deepEqual([members.TotalCount, members.MemberList.map((m) => [m.UserId, m.Role])], [4, [[a.user, 1], [b.user, 3], [c, 3]]]);
  assert.deepEqual((await s.does('QueryGroupMemberList', { GroupId, Limit: 3, Next: members.Next })).MemberList.map((m) => m.UserId), [d]);
  await s.does('SetGroupMemberRole', { FromUserId, GroupId, ToUserId: b.user, Role: 2 }, 'get');
  says(await s.get('SetGroupMemberRole', { FromUserId, GroupId, ToUserId: b.user, Role: 1 }), 660600029);
  says(await s.get('SetGroupMemberRole', { FromUserId, GroupId, ToUserId: a.user, Role: 2 }), 660600030);
  says(await s.get('SetGroupMemberRole', { FromUserId, GroupId, ToUserId: 'nobody-there', Role: 2 }), 660600024);
  await s.does('SetGroupMembersNickname', { FromUserId, GroupId, UserIds: [{ UserId: b.user, Nickname: 'Bee' }] });
  await b.event('groupMemberInfoUpdated', (x) => x.userList[0].memberNickname === 'Bee');
  await s.does('UpdateGroupData', { FromUserId, GroupId, GroupName: 'New', GroupNotice: '' });
  says(await s.post('UpdateGroupData', { FromUserId, GroupId }), 660600028);
  const attributes = await s.does('ModifyGroupAttribute', { Action: 0, FromUserId, GroupId, Attributes: [{ Key: 'l', Value: '2' }] });
  assert.deepEqual(attributes.Attributes, [{ Key: 'k', Value: 'v' }, { Key: 'l', Value: '2' }]);
  says(await s.post('ModifyGroupAttribute', { Action: 1, FromUserId, GroupId, Attributes: [{ Key: 'none', Value: '' }] }), 660600028);
  says(await s.post('ModifyGroupAttribute', { Action: 0, FromUserId, GroupId, Attributes: [{ Key: 'x', Value: 'x'.repeat(1025) }] }), 660300019);
  await s.does('ModifyGroupLimit', { FromUserId, GroupId, JoinMode: 1, InviteMode: 1, BeInvitedMode: 1, MemberCountLimit: 9 }, 'get');
  await s.does('MuteGroup', { FromUserId, GroupId, MuteRoleList: [3], Duration: 100 }, 'get').catch(() => {});
  await s.does('MuteGroup', { FromUserId, GroupId, IsAllMuted: true, Duration: -1 }, 'get');
  const info = await s.does('QueryGroupInfo', { FromUserId, GroupId });
  assert.deepEqual([info.GroupName, info.GroupNotice, info.IsAllForbid, info.ForbidExpireTime, info.LimitInfo.MemberCountLimit, info.LimitInfo.JoinMode],
    ['New', '', true, -1, 9, 1]);
  const forbidden = await s.does('FetchForbidGroupList', { FromUserId: c, StartFlag: 0 });
  assert.deepEqual([forbidden.GroupList, forbidden.FetchEnd], [[{ GroupId, ForbidType: 1 }], true]);
  await s.does('MuteGroup', { FromUserId, GroupId, Duration: 0 }, 'get');
  await s.does('MuteGroupMembers', { FromUserId, GroupId, UserIds: [b.user], Duration: 60 }, 'get');
  await b.event('groupMemberInfoUpdated', (x) => x.userList[0].muteExpiredTime > Date.now());
  says(await s.get('MuteGroupMembers', { FromUserId, GroupId, UserIds: ['nobody-there'], Duration: 60 }), 660600033);
  await s.does('TransferGroupOwner', { FromUserId, GroupId, NewOwner: b.user }, 'get');
  await second();
  says(await s.get('TransferGroupOwner', { FromUserId, GroupId, NewOwner: 'nobody-there' }), 660600024);
  const kicked = await s.does('KickoutGroupUser', { FromUserId, GroupId, UserId: [b.user, 'nobody-there'], CustomReason: 'out' });
  assert.deepEqual(kicked.ErrorList.map((e) => e.SubCode), [660600008]);
  assert.deepEqual((await s.does('QueryGroupMemberList', { GroupId, Limit: 9 })).MemberList[0].Role, 1, 'who came first owns it now');
  says(await s.post('KickoutGroupUser', { FromUserId, GroupId, UserId: ['nobody-there'] }), 660600008);
  const listed = await s.does('QueryAppGroupList', { Limit: 10000, Next: 0 }, 'get');
  assert.ok(listed.GroupIdList.some((g) => g.GroupId === GroupId));
  says(await s.get('QueryAppGroupList', { Limit: 10 }), 660600007);
  await s.does('DismissGroup', { FromUserId, GroupId }, 'get');
  await a.event('groupStateChanged', (x) => x.groupInfo.baseInfo.groupID === GroupId && x.event === 2);
  says(await s.post('QueryGroupInfo', { FromUserId, GroupId }), 660600001);
});

scenario('server API: what an app of this server has none of', async () => {
  const s = world.server;
  const { TotalCount, Next, CommunityIdList } = await s.does('QueryAppCommunityList', { Limit: 10, Next: 0 }, 'get');
  assert.deepEqual([TotalCount, Next, CommunityIdList], [0, 0, []]);
  says(await s.get('QueryAppCommunityList', { Limit: 10 }), 660300005);
  // The vendor alone signs licences of its audio library: to say so is all that there is to be done.
  says(await s.get('CgiDescribeZIMAudioLicense', {}), 910002);
  drove('actions', 'CgiDescribeZIMAudioLicense');
});
