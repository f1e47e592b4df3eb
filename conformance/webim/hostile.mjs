// What nobody may do, tried with unmodified SDKs: each is refused in words that the SDK knows, and nobody else sees anything of it.

import assert from 'node:assert/strict';
import { WebIM } from '../lib/webim.mjs';
import { files, send } from './kinds.mjs';
import { event, eventually, fresh, keep, refused, register, rest, scenarios, someone, world } from './world.mjs';

const scenario = scenarios('webim');
let ann;
let ben;
let group;
let mallories; // strangers with 4.21.1 and 3.6.3

scenario('hostile: two users with a group, and two strangers', async () => {
  [ann, ben, ...mallories] = await Promise.all([['4.21.1', 'ann'], ['3.6.3', 'ben'], ['4.21.1', 'mallory'], ['3.6.3', 'mallory']]
    .map(([version, name]) => someone(version, { name }).then(keep)));
  group = await ann.createGroup('Closed', [ben.user]);
});

const hears = (client, text) => client.heard.until(`"${text}"`, (e) => e.kind === 'message' && e.text === text);

scenario('hostile: who forges an author is heard as himself', async () => {
  const [four, three] = mallories;
  await four.do('send', 'peer', ben.user, { type: 'txt', msg: 'as ann, by 4.21.1', from: ann.user });
  await three.page.evaluate(([to, from]) => new Promise((success, fail) => {
    const m = new WebIM.message('txt', client.conn.getUniqueId());
    m.set({ to, from, chatType: 'singleChat', msg: 'as ann, by 3.6.3', success, fail });
    m.body.from = from;
    client.conn.send(m.body);
  }), [ben.user, ann.user]);
  assert.equal((await hears(ben, 'as ann, by 4.21.1')).from, four.user);
  assert.equal((await hears(ben, 'as ann, by 3.6.3')).from, three.user);
});

scenario('hostile: a stranger recalls, edits and reads nothing of others', async () => {
  const inGroup = await ann.sendText({ group }, 'among us');
  const between = await ann.sendText({ peer: ben.user }, 'between us');
  for (const m of mallories) {
    const types = m.version === '4.21.1' ? [1302, 602] : [503, 602];
    for (const [chat, to, id] of [['group', group, inGroup.id], ['peer', ben.user, between.id]]) {
      await assert.rejects(m.do('recall', chat, to, id));
      const failed = m.heard.all((e) => e.kind === 'failure').at(-1);
      assert.ok(types.includes(failed.type), JSON.stringify(failed));
    }
  }
  for (const [targetId, chatType] of [[group, 'groupChat'], [ben.user, 'singleChat']]) { // 3.x tells of a refusal here to onError alone
    const got = await mallories[0].call('getHistoryMessages', { targetId, chatType, pageSize: 20 }).catch(() => ({ messages: [] }));
    assert.deepEqual(got.messages.filter((m) => /us$/.test(m.msg)), [], 'a stranger reads it');
  }
  await assert.rejects(mallories[0].do('edit', 'group', group, inGroup.id, { msg: 'mine now' }));
  await assert.rejects(mallories[0].call('addReaction', { messageId: inGroup.id, reaction: '👎' }));
  const kept = await ben.history({ group });
  assert.deepEqual(kept.filter((x) => x.id === inGroup.id).map((x) => x.text), ['among us']);
  assert.deepEqual(ben.heard.all((e) => e.name === 'onRecallMessage'), []);
});

scenario('hostile: who was removed reads no more of what is said', async () => {
  const gone = await someone('4.21.1', { name: 'gone' });
  const own = await ann.createGroup('Shrinking', [ben.user, gone.user]);
  await ann.sendText({ group: own }, 'while he was here');
  await hears(gone, 'while he was here');
  await ann.call('removeGroupMember', { groupId: own, username: gone.user });
  await event(gone, 'onGroupEvent', (e) => e.id === own && e.operation === 'removeMember');
  await ann.sendText({ group: own }, 'now that he is gone');
  await hears(ben, 'now that he is gone');
  assert.ok(!JSON.stringify(await gone.history({ group: own }).catch(() => [])).includes('now that he is gone'));
  assert.deepEqual(gone.messages((m) => m.text === 'now that he is gone'), []);
});

scenario('hostile: nobody manages what is another\'s', async () => {
  const [four, three] = mallories;
  for (const [method, options] of [['destroyGroup', { groupId: group }], ['modifyGroup', { groupId: group, groupName: 'mine' }], ['changeGroupOwner', { groupId: group, newOwner: four.user }],
    ['muteGroupMember', { groupId: group, username: ben.user, muteDuration: 1000 }], ['removeGroupMember', { groupId: group, username: ben.user }],
    ['updateGroupAnnouncement', { groupId: group, announcement: 'mine' }], ['getGroupMutelist', { groupId: group }], ['setGroupAdmin', { groupId: group, username: four.user }],
    ['setGroupMemberAttributes', { groupId: group, userId: ben.user, memberAttributes: { a: 'b' } }]]) {
    await assert.rejects(four.call(method, options), `${method} by a stranger`);
  }
  await assert.rejects(three.call('dissolveGroup', { groupId: group }));
  const [info] = (await ann.call('getGroupInfo', { groupId: group })).data;
  assert.deepEqual([info.name, info.owner, info.affiliations_count], ['Closed', ann.user, 2]);
});

scenario('hostile: a page that takes another\'s name with its own token gets nothing of his', async () => {
  const [four] = mallories;
  const pose = (name) => four.page.evaluate((n) => { client.conn.user = client.conn.context.userId = n; }, name);
  await pose(ann.user);
  try {
    for (const method of ['getContacts', 'getBlocklist', 'getSelfIdsOnOtherPlatform', 'getJoinedGroups']) {
      await assert.rejects(four.call(method, { pageNum: 0, pageSize: 10 }), method);
    }
  } finally {
    await pose(four.user);
  }
});

for (const version of ['4.21.1', '3.6.3']) {
  scenario(`hostile: ${version} with another app's key does not get in`, async () => {
    const client = new WebIM(world.gateway, world.browser, await register(fresh('lost')), { version, password: 'webim-secret', options: { appKey: 'other#app' } });
    world.people.push(client);
    await client.start();
    await assert.rejects(client.do('login', { appKey: 'other#app', url: (client.generation.sockjs ? world.gateway.http : world.gateway.ws) + client.generation.path,
      apiUrl: world.gateway.http, user: client.user, password: 'webim-secret' }));
    assert.equal(client.connections(), 0);
  });
}

scenario('hostile: a file opens with its secret alone, by pieces too, and is what it is', async () => {
  const sent = await send(ann, { peer: ben.user }, 'file');
  const m = await event(ben, 'onFileMessage', (e) => String(e.id) === sent.id);
  const bytes = Buffer.from(files.file.base64, 'base64');
  const bare = new URL(m.url);
  bare.search = '';
  const denied = await fetch(bare);
  assert.deepEqual([denied.status, (await denied.json()).error_description], [403, 'chatfile no permission']);
  const piece = await fetch(m.url, { headers: { range: 'bytes=2-4' } });
  assert.deepEqual([piece.status, piece.headers.get('content-range'), Buffer.from(await piece.arrayBuffer()).toString('hex')],
    [206, `bytes 2-4/${bytes.length}`, bytes.subarray(2, 5).toString('hex')]);
  assert.equal((await fetch(m.url, { headers: { range: `bytes=${bytes.length + 10}-` } })).status, 416);
  const posing = await ann.do('send', 'peer', ben.user, { type: 'img' }, { name: 'picture.png', type: 'image/png', base64: Buffer.from('<script>alert(1)</script>').toString('base64') });
  const picture = await event(ben, 'onPictureMessage', (e) => String(e.id) === posing.id);
  const shown = await fetch(picture.url);
  // It says what it is, and is no page of this origin.
  assert.match(shown.headers.get('content-disposition'), /^attachment/);
  assert.deepEqual(['x-content-type-options', 'content-security-policy'].map((h) => shown.headers.get(h)), ['nosniff', "default-src 'none'; sandbox"]);
});

scenario('hostile: nobody heard, lost or was told anything else', async () => {
  const roster = await rest(await world.gateway.webimToken(ann.user), 'GET', `/users/${ann.user}/blocks/users`);
  assert.deepEqual(roster.data, []);
  assert.deepEqual(ben.messages((m) => m.conv === group).map((m) => m.text), ['among us']);
  await eventually('the group has two members', async () => (await ann.call('getGroupInfo', { groupId: group })).data[0].affiliations_count === 2);
  await refused(602, mallories[0], mallories[0].sendText({ group }, 'let me in'));
  for (const c of [ann, ben, ...mallories]) await c.close();
});
