// Rooms: for whoever is in them now.
import assert from 'node:assert/strict';
import { Relay } from '../lib/relay.mjs';
import { Person, fresh, pair, refuses, scenario, world } from './people.mjs';

const plain = { priority: 1 };
const set = { isForce: false, isDeleteAfterOwnerLeft: true, isUpdateOwner: false };

scenario('rooms are made, entered, switched and left', async () => {
  const [a, b] = await pair('room');
  const roomID = fresh('room');
  await refuses(6000322, b.zim.joinRoom(roomID));
  await b.event('roomStateChanged', (d) => d.roomID === roomID && d.state === 0 && d.event === 7);
  const made = await a.zim.createRoom({ roomID, roomName: 'Lobby' }, { roomAttributes: { topic: 'tea' }, roomDestroyDelayTime: 0 });
  assert.equal(made.roomInfo.baseInfo.roomName, 'Lobby');
  await a.event('roomStateChanged', (d) => d.roomID === roomID && d.state === 1 && d.event === 4);
  await a.event('roomStateChanged', (d) => d.roomID === roomID && d.state === 2 && d.event === 0);
  await refuses(6000323, b.zim.createRoom({ roomID, roomName: 'mine' }));
  await b.zim.joinRoom(roomID);
  await b.event('roomAttributesUpdated', (d) => d.infos[0].roomAttributes.topic === 'tea');
  await a.event('roomMemberJoined', (d) => d.memberList[0].userID === b.user);
  const said = await a.says('hello room', roomID, 1);
  assert.equal(said.conversationType, 1);
  await b.event('roomMessageReceived', (d) => d.fromConversationID === roomID && d.messageList[0].message === 'hello room');
  const { message: flying } = await a.zim.sendMessage({ type: 20, message: 'wow' }, roomID, 1, plain);
  assert.equal(flying.type, 20);
  await b.gets((m) => m.type === 20 && m.message === 'wow');
  const list = await b.zim.queryRoomMemberList(roomID, { nextFlag: '', count: 10 });
  assert.deepEqual(list.memberList.map((u) => u.userID), [a.user, b.user]);
  assert.equal((await b.zim.queryRoomOnlineMemberCount(roomID)).count, 2);
  const some = await b.zim.queryRoomMembers([a.user, 'nobody'], roomID);
  assert.deepEqual([some.memberList[0].userID, some.errorUserList[0].userID], [a.user, 'nobody']);
  const next = fresh('room');
  await refuses(6000322, b.zim.switchRoom(roomID, { roomID: next, roomName: 'n' }, false));
  await b.zim.switchRoom(roomID, { roomID: next, roomName: 'n' }, true);
  await a.event('roomMemberLeft', (d) => d.memberList[0].userID === b.user);
  await b.event('roomStateChanged', (d) => d.roomID === roomID && d.state === 0);
  await refuses(6000321, b.zim.sendMessage({ type: 1, message: 'x' }, roomID, 1, plain));
  const more = fresh('room');
  await b.zim.enterRoom({ roomID: more, roomName: 'm' });
  assert.deepEqual((await b.zim.leaveAllRoom()).roomIDs.sort(), [next, more].sort());
  assert.equal((await a.zim.leaveRoom(roomID)).roomID, roomID);
  await refuses(6000321, a.zim.leaveRoom(roomID));
});

scenario('a room ends with the last who leaves, and may be made again', async () => {
  const [a, b] = await pair('empty');
  const roomID = fresh('room');
  await a.zim.enterRoom({ roomID, roomName: 'first' });
  const exists = () => world.server.get('QueryRoomUserList', { RoomId: roomID, Mode: 0, Limit: 10 }).then((r) => r.Code !== 660300001);
  assert.equal(await exists(), true);
  await a.zim.leaveRoom(roomID);
  for (let i = 0; await exists(); i++) {
    assert.ok(i < 60, 'the room does not end');
    await new Promise((r) => setTimeout(r, 250));
  }
  await refuses(6000322, b.zim.joinRoom(roomID));
  const again = await b.zim.enterRoom({ roomID, roomName: 'second' });
  assert.equal(again.roomInfo.baseInfo.roomName, 'second');
});

scenario('room attributes: owned, forced, in batches, and gone with their owner', async () => {
  const [a, b] = await pair('attr');
  const roomID = fresh('room');
  await a.zim.enterRoom({ roomID, roomName: 'r' });
  await b.zim.enterRoom({ roomID, roomName: 'r' });
  await a.zim.setRoomAttributes({ one: '1' }, roomID, set);
  await b.event('roomAttributesUpdated', (d) => d.infos[0].action === 0 && d.infos[0].roomAttributes.one === '1');
  await refuses(6000331, b.zim.setRoomAttributes({ one: 'b' }, roomID, set));
  await b.zim.setRoomAttributes({ one: 'b' }, roomID, { ...set, isForce: true });
  const partly = await a.zim.setRoomAttributes({ one: 'a', two: '2' }, roomID, { ...set, isDeleteAfterOwnerLeft: false });
  assert.deepEqual(partly.errorKeys, ['one']);
  await a.zim.beginRoomAttributesBatchOperation(roomID, { ...set, isForce: true });
  await a.zim.setRoomAttributes({ three: '3' }, roomID, set);
  await a.zim.deleteRoomAttributes(['two'], roomID, { isForce: true });
  await a.zim.endRoomAttributesBatchOperation(roomID);
  const batch = await b.event('roomAttributesBatchUpdated');
  assert.deepEqual(batch.infos.map((i) => i.action).sort(), [0, 1]);
  assert.deepEqual((await b.zim.queryRoomAllAttributes(roomID)).roomAttributes, { one: 'b', three: '3' });
  await refuses(6000335, a.zim.setRoomAttributes({ ['k'.repeat(17)]: '' }, roomID, set));
  await refuses(6000336, a.zim.setRoomAttributes({ k: 'v'.repeat(1025) }, roomID, set));
  await refuses(6000334, a.zim.setRoomAttributes(Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`k${i}`, ''])), roomID, set));
  await b.zim.leaveRoom(roomID);
  await a.event('roomAttributesUpdated', (d) => d.infos[0].action === 1 && 'one' in d.infos[0].roomAttributes);
  assert.deepEqual((await a.zim.queryRoomAllAttributes(roomID)).roomAttributes, { three: '3' });
  await a.zim.deleteRoomAttributes(['three'], roomID, { isForce: false });
  assert.deepEqual((await a.zim.queryRoomAllAttributes(roomID)).roomAttributes, {});
  await refuses(6000331, a.zim.deleteRoomAttributes(['three'], roomID, { isForce: false }));
});

scenario('room members have attributes', async () => {
  const [a, b] = await pair('mattr');
  const roomID = fresh('room');
  await a.zim.enterRoom({ roomID, roomName: 'r' });
  await b.zim.enterRoom({ roomID, roomName: 'r' });
  const done = await a.zim.setRoomMembersAttributes({ seat: '4' }, [a.user, b.user, 'nobody'], roomID, { isDeleteAfterOwnerLeft: true });
  assert.deepEqual([done.infos.length, done.errorUserList], [2, ['nobody']]);
  await b.event('roomMemberAttributesUpdated', (d) => d.infos[0].attributesInfo.attributes.seat === '4' && d.operatedInfo.userID === a.user);
  const asked = await b.zim.queryRoomMembersAttributes([b.user], roomID);
  assert.deepEqual(asked.infos, [{ userID: b.user, attributes: { seat: '4' } }]);
  const all = await b.zim.queryRoomMemberAttributesList(roomID, { nextFlag: '', count: 10 });
  assert.deepEqual(all.infos.map((i) => i.userID), [a.user, b.user]);
  await refuses(6000352, a.zim.setRoomMembersAttributes({ 'too-long-key': '' }, [a.user], roomID, { isDeleteAfterOwnerLeft: true }));
  await refuses(6000353, a.zim.setRoomMembersAttributes({ k: 'v'.repeat(65) }, [a.user], roomID, { isDeleteAfterOwnerLeft: true }));
});

scenario('five rooms are enough', async () => {
  const p = await new Person(fresh('many')).login();
  for (let i = 0; i < 5; i++) await p.zim.enterRoom({ roomID: fresh('room'), roomName: 'r' });
  await refuses(6000325, p.zim.enterRoom({ roomID: fresh('room'), roomName: 'r' }));
});

scenario('a connection that breaks unnoticed costs neither the room nor what is said there', async () => {
  const relay = await Relay.start(world.gateway.ws);
  try {
    const [a, b] = [await new Person(fresh('lost')).login({ server: relay.ws }), await new Person(fresh('there')).login()];
    const roomID = fresh('room');
    await a.zim.enterRoom({ roomID, roomName: 'Lobby' });
    await b.zim.joinRoom(roomID);
    await b.says('before', roomID, 1);
    await a.gets((m) => m.message === 'before');
    relay.freeze();
    await b.says('lost', roomID, 1);
    await b.says('lost, too', roomID, 1);
    // Its next heartbeat is not answered: it connects anew, and the gateway may not have noticed anything yet.
    await a.event('connectionStateChanged', (d) => d.state === 3 && d.event === 3, 60000);
    await a.gets((m) => m.message === 'lost, too', 60000);
    await a.event('roomStateChanged', (d) => d.roomID === roomID && d.state === 1 && d.event === 1);
    await b.says('after', roomID, 1);
    await a.gets((m) => m.message === 'after');
    const heard = a.events('roomMessageReceived').flatMap((d) => d.messageList.map((m) => m.message));
    assert.deepEqual(heard, ['before', 'lost', 'lost, too', 'after']);
    assert.deepEqual(b.events('roomMemberLeft'), []);
  } finally {
    await relay.close();
  }
});
