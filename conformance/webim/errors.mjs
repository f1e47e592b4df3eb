// What the SDKs are refused, each by a cause that a user can meet, and as what type the application is told.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after } from 'node:test';
import { WebIM } from '../lib/webim.mjs';
import { appToken, device, event, eventually, fresh, keep, open, refused, register, rest, scenarios, someone, world } from './world.mjs';

const scenario = scenarios('webim');
const generations = { '4.21.1': 4, '3.6.3': 3 };

// Gateways of other settings, each with its owner and a user of each SDK; made when first asked for.
const stages = new Map();

const settings = {
  usual: {},
  strict: {
    DRAGOMAN_BRIDGE__RECALL_WINDOW: '1ms', DRAGOMAN_BRIDGE__EDIT_WINDOW: '1ms', DRAGOMAN_BRIDGE__CONTACTS_ONLY: 'true',
    DRAGOMAN_PROTOCOLS__WEBIM__MAX_MESSAGE: '2048', DRAGOMAN_PROTOCOLS__WEBIM__MAX_IMAGE: '2048', DRAGOMAN_BRIDGE__SENSITIVE_WORDS: 'fiddlestick',
  },
  still: { DRAGOMAN_BRIDGE__RECALL_WINDOW: '0', DRAGOMAN_PROTOCOLS__WEBIM__MAX_DEVICES: '1' },
  slow: { DRAGOMAN_PROTOCOLS__WEBIM__RATE: '0.5' },
};

async function stage(name) {
  if (!stages.has(name)) stages.set(name, prepare(name));
  return stages.get(name);
}

async function prepare(name) {
  const env = name === 'asking' ? { DRAGOMAN_PROTOCOLS__WEBIM__BEFORE_SEND_URL: await intercepting(), DRAGOMAN_PROTOCOLS__WEBIM__BEFORE_SEND_WAIT: '3s' } : settings[name];
  const gateway = name === 'usual' ? world.gateway : await open(env);
  const make = (version) => someone(version, { gateway, name: 'e' }).then(keep);
  const [owner, ...users] = await Promise.all([make('4.21.1'), ...Object.keys(generations).map(make)]);
  return { gateway, owner, users: new Map(Object.keys(generations).map((v, i) => [v, users[i]])), server: await appToken(gateway) };
}

let appServer;

/** intercepting starts an app's server that lets no message pass. */
async function intercepting() {
  appServer = createServer((req, res) => req.resume().on('end', () => {
    res.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ valid: false, code: 'not today' }));
  }));
  await new Promise((resolve) => { appServer.listen(0, '127.0.0.1', resolve); });
  return `http://127.0.0.1:${appServer.address().port}/`;
}

after(async () => {
  appServer?.close();
  for (const { value } of await Promise.allSettled(stages.values())) {
    if (value && value.gateway !== world.gateway) await value.gateway.end();
  }
});

/** cause makes a scenario for each SDK: what provokes it, and the type that it reports. types: of 4.21.1, of 3.6.3. */
function cause(what, types, where, provoke) {
  for (const [i, version] of Object.keys(generations).entries()) {
    if (types[i] === undefined) continue;
    scenario(`${version} is told ${types[i]}: ${what}`, async () => {
      const s = await stage(where);
      const user = s.users.get(version);
      await refused(types[i], user, provoke({ ...s, user }));
    });
  }
}

/** group is a new one of the owner's, with or without others. */
const group = (owner, ...members) => owner.createGroup(fresh('errors'), members.map((m) => m.user));

async function room(owner, ...inside) {
  const made = await owner.call('createChatRoom', { name: fresh('errors'), description: '', maxusers: 50, members: [] });
  for (const client of inside) await client.joinRoom(made.data.id);
  return made.data.id;
}

// Messages.

cause('the receiver has blocked him', [603, 603], 'usual', async ({ owner, user }) => {
  await owner.call('addUsersToBlocklist', { name: [user.user] });
  try {
    await user.sendText({ peer: owner.user }, 'hello');
  } finally {
    await owner.call('removeUserFromBlocklist', { name: [user.user] });
  }
});

cause('there is no such group', [605, 605], 'usual', ({ user }) => user.sendText({ group: '404404' }, 'hello'));

cause('there is no such room', [605, 605], 'usual', ({ user }) => user.sendText({ room: '404404' }, 'hello'));

cause('he is not in the group', [602, 602], 'usual', async ({ owner, user }) => {
  await user.sendText({ group: await group(owner) }, 'hello');
});

cause('he is not in the room', [602, 602], 'usual', async ({ owner, user }) => {
  await user.sendText({ room: await room(owner) }, 'hello');
});

cause('he was removed from the group', [602, 602], 'usual', async ({ owner, user }) => {
  const id = await group(owner, user);
  await user.sendText({ group: id }, 'still in');
  await owner.call('removeGroupMember', { groupId: id, username: user.user });
  await user.sendText({ group: id }, 'hello');
});

cause('the group was dissolved', [605, 605], 'usual', async ({ owner, user }) => {
  const id = await group(owner, user);
  await owner.call('destroyGroup', { groupId: id });
  await user.sendText({ group: id }, 'hello');
});

cause('all in the group are muted, and he is on no allow list', [506, 506], 'usual', async ({ owner, user }) => {
  const id = await group(owner, user);
  await owner.call('disableSendGroupMsg', { groupId: id });
  await user.sendText({ group: id }, 'hello');
});

cause('all in the room are muted, and he is on no allow list', [506, 506], 'usual', async ({ owner, user }) => {
  const id = await room(owner, owner, user);
  await owner.call('disableSendChatRoomMsg', { chatRoomId: id });
  await user.sendText({ room: id }, 'hello');
});

cause('he is muted in the group', [507, 'muted'], 'usual', async ({ owner, user }) => {
  const id = await group(owner, user);
  await owner.call('muteGroupMember', { groupId: id, username: user.user, muteDuration: 60000 });
  await user.sendText({ group: id }, 'hello');
});

cause('he is muted in the room', [507, 'muted'], 'usual', async ({ owner, user }) => {
  const id = await room(owner, owner, user);
  await owner.call('muteChatRoomMember', { chatRoomId: id, username: user.user, muteDuration: 60000 });
  await user.sendText({ room: id }, 'hello');
});

cause('the two are no contacts where only contacts may write', [221, 503], 'strict', ({ owner, user }) =>
  user.sendText({ peer: owner.user }, 'hello'));

cause('the message is too large', [511, 604], 'strict', async ({ owner, user }) => {
  await user.sendText({ group: await group(owner, user) }, 'x'.repeat(3000));
});

cause('he sends too fast', [509, 604], 'slow', async ({ owner, user }) => {
  for (let i = 0; i < 5; i++) await user.sendText({ peer: owner.user }, `fast ${i}`);
});

cause('the app\'s server has muted him everywhere', [219, 604], 'usual', async ({ server, owner, user }) => {
  await rest(server, 'POST', '/mutes', { username: user.user, chat: 60 });
  try {
    await user.sendText({ peer: owner.user }, 'hello');
  } finally {
    await rest(server, 'POST', '/mutes', { username: user.user, chat: 0 });
  }
});

cause('the app\'s server has disabled the group', [608, 503], 'usual', async ({ server, owner, user }) => {
  const id = await group(owner, user);
  await rest(server, 'POST', `/chatgroups/${id}/disable`);
  await user.sendText({ group: id }, 'hello');
});

cause('the text holds a word that is not allowed', [501, 501], 'strict', async ({ owner, user }) => {
  await user.sendText({ group: await group(owner, user) }, 'what a Fiddlestick!');
});

cause('the app\'s server intercepts the message', [502, 502], 'asking', ({ owner, user }) => user.sendText({ peer: owner.user }, 'may I?'));

// Recalls and edits.

cause('it is too late for a recall', [504, 504], 'strict', async ({ owner, user }) => {
  const id = await group(owner, user);
  const sent = await user.sendText({ group: id }, 'said');
  await user.do('recall', 'group', id, sent.id);
});

cause('recalls are switched off', [505, 505], 'still', async ({ owner, user }) => {
  const sent = await user.sendText({ peer: owner.user }, 'said');
  await user.do('recall', 'peer', owner.user, sent.id);
});

cause('there is no such message to recall', [1302, 503], 'usual', ({ owner, user }) =>
  user.do('recall', 'peer', owner.user, '1234567890123456789'));

cause('the message to recall is another\'s', [603, 503], 'usual', async ({ owner, user }) => {
  const id = await group(owner, user);
  const sent = await owner.sendText({ group: id }, 'mine');
  await user.do('recall', 'group', id, sent.id);
});

cause('it is too late for an edit', [505], 'strict', async ({ owner, user }) => {
  const id = await group(owner, user);
  const sent = await user.sendText({ group: id }, 'said');
  await user.do('edit', 'group', id, sent.id, { msg: 'other words' });
});

cause('there is no such message to edit', [1302], 'usual', ({ owner, user }) =>
  user.do('edit', 'peer', owner.user, '1234567890123456789', { msg: 'other words' }));

cause('the message to edit is another\'s', [603], 'usual', async ({ owner, user }) => {
  const id = await group(owner, user);
  const sent = await owner.sendText({ group: id }, 'mine');
  await user.do('edit', 'group', id, sent.id, { msg: 'other words' });
});

cause('the edit makes of it what there is not', [1303], 'usual', async ({ owner, user }) => {
  const sent = await user.sendText({ peer: owner.user }, 'said');
  await user.do('edit', 'peer', owner.user, sent.id, { type: 'loc', addr: 'beyond the pole', buildingName: '', lat: 200, lng: 0 });
});

cause('the message was edited ten times', [50], 'usual', async ({ owner, user }) => {
  const sent = await user.sendText({ peer: owner.user }, 'draft');
  for (let i = 1; i <= 10; i++) await user.do('edit', 'peer', owner.user, sent.id, { msg: `draft ${i}` });
  await user.do('edit', 'peer', owner.user, sent.id, { msg: 'one draft more' });
});

// Chat rooms: 4.x joins over the socket.

cause('there is no such room to join', [705], 'usual', ({ user }) => user.call('joinChatRoom', { roomId: '404404' }));

cause('he is banned from the room', [603], 'usual', async ({ owner, user }) => {
  const id = await room(owner, owner, user);
  await owner.call('blockChatRoomMember', { chatRoomId: id, username: user.user });
  await user.call('joinChatRoom', { roomId: id });
});

cause('the room is full', [704], 'usual', async ({ owner, user }) => {
  const made = await owner.call('createChatRoom', { name: fresh('small'), description: '', maxusers: 1, members: [] });
  await owner.joinRoom(made.data.id);
  await user.call('joinChatRoom', { roomId: made.data.id });
});

// What REST refuses.

cause('of a group that is not there he asks the details', [605], 'usual', ({ user }) => user.call('getGroupInfo', { groupId: '404404' }));

cause('of a room that is not there he asks the details', [705], 'usual', ({ user }) => user.call('getChatRoomDetails', { chatRoomId: '404404' }));

cause('he invites who is in the group', [601], 'usual', async ({ owner, user }) => {
  const id = await group(owner, user);
  await user.call('inviteUsersToGroup', { groupId: id, users: [owner.user] });
});

cause('he is banned from the group', [603], 'usual', async ({ owner, user }) => {
  const id = await group(owner, user);
  await owner.call('blockGroupMember', { groupId: id, username: user.user });
  await user.call('joinGroup', { groupId: id, message: '' });
});

cause('he invites somebody who is nobody', [204], 'usual', async ({ owner, user }) => {
  const id = await group(owner, user);
  await user.call('inviteUsersToGroup', { groupId: id, users: ['nobody-at-all'] });
});

cause('the group is full', [606], 'usual', async ({ owner, user }) => {
  const made = await owner.call('createGroup', { data: { groupname: 'full', desc: '', members: [], public: true, approval: false, allowinvites: true, inviteNeedConfirm: false, maxusers: 1 } });
  await user.call('joinGroup', { groupId: made.data.groupid, message: '' });
});

// 3.x takes any answer in JSON for a success and then stumbles over it, which is type 31.
cause('the picture is too large', [101, 'upload 31'], 'strict', ({ owner, user }) => {
  const base64 = Buffer.alloc(3000, 'GIF89a').toString('base64');
  return user.do('send', 'peer', owner.user, { type: 'img' }, { name: 'huge.gif', type: 'image/gif', base64 });
});

// Logins.

// One page of each SDK for all logins that follow.
const pages = new Map();

/** visitor is somebody new on the page of an SDK, not logged in yet. */
async function visitor(version, gateway, credentials = {}) {
  if (!pages.has(version)) {
    const opened = new WebIM(gateway, world.browser, '', { version });
    await opened.start();
    pages.set(version, opened);
  }
  const client = pages.get(version);
  client.gateway = gateway;
  client.user = await register(fresh('visitor'), gateway);
  client.credentials = { password: 'webim-secret', ...credentials };
  return client;
}

/** barred makes a scenario for each SDK in which nobody gets in. */
function barred(what, types, credentials) {
  for (const [i, version] of Object.keys(generations).entries()) {
    scenario(`${version} is told ${types[i]} at login: ${what}`, async () => {
      const { gateway, server } = await stage('usual');
      const client = await visitor(version, gateway);
      client.credentials = await credentials({ gateway, server, user: client.user });
      const said = await refused(Number(String(types[i]).split(' ')[0]), client, client.enter());
      const inner = /\((\d+)\)/.exec(types[i]);
      if (inner) assert.equal(said.data?.type, Number(inner[1]));
    });
  }
}

barred('the password is wrong', ['1 (17)', '1 (17)'], () => ({ password: 'another' }));

barred('he has guessed too many passwords', ['1 (500)', '1 (17)'], async ({ gateway, user }) => {
  const body = JSON.stringify({ grant_type: 'password', username: user, password: 'a guess' });
  await eventually('no more guesses are looked at', async () =>
    (await fetch(`${gateway.rest}/token`, { method: 'POST', headers: { 'content-type': 'application/json' }, body })).status === 429);
  return { password: 'webim-secret' };
});

barred('the token is nobody\'s', [28, 40], () => ({ token: 'YWMtinvented' }));

barred('the token is another user\'s', [28, 40], async ({ gateway }) => ({ token: await gateway.webimToken(await register(fresh('other'))) }));

barred('the token has expired', [56, 40], async ({ server, user }) => {
  const { access_token: token } = await rest(server, 'POST', '/token', { grant_type: 'inherit', username: user, ttl: 1 });
  await eventually('the token has expired', async () => (await fetch(`${world.gateway.rest}/users/${user}/contacts/users`, { headers: { authorization: `Bearer ${token}` } })).status === 401);
  return { token };
});

barred('the account is disabled', [57, 40], async ({ gateway, server, user }) => {
  const token = await gateway.webimToken(user);
  await rest(server, 'POST', `/users/${user}/deactivate`);
  return { token };
});

barred('nobody has that name', [204, 40], async ({ gateway, user }) => ({ user: 'nobody-at-all', token: await gateway.webimToken(user) }));

barred('the account is removed', [28, 40], async ({ gateway, server, user }) => {
  const token = await gateway.webimToken(user);
  await rest(server, 'DELETE', `/users/${user}`);
  return { token };
});

// Ends of sessions.

/** ended makes a scenario for each SDK whose session ends; it is told why, and stays out. */
function ended(what, type, where, end) {
  for (const version of Object.keys(generations)) {
    scenario(`${version} is told ${type}: ${what}`, async () => {
      const s = await stage(where);
      const client = await visitor(version, s.gateway);
      await client.enter();
      const told = client.heard.all().length;
      const connections = client.connections();
      await end({ ...s, client, version });
      await client.heard.when(`error ${type}`, (heard) => heard.slice(told).some((e) => e.kind === 'error' && e.type === type));
      await client.heard.when('end of the connection', (heard) => heard.slice(told).some((e) => e.kind === 'disconnected'));
      assert.equal(client.connections(), connections, 'it comes back by itself');
    });
  }
}

ended('another device of his logs in where one is allowed', 206, 'still', ({ gateway, client, version }) => device(client.user, version, { gateway }));

ended('his account is removed', 207, 'usual', ({ server, client }) => rest(server, 'DELETE', `/users/${client.user}`));

ended('his password is changed', 216, 'usual', ({ server, client }) => rest(server, 'PUT', `/users/${client.user}/password`, { newpassword: 'a new one' }));

ended('the app\'s server logs him out', 217, 'usual', ({ server, client }) => rest(server, 'GET', `/users/${client.user}/disconnect`));

scenario('4.21.1 is told that its token will expire, and that it has', async () => {
  const { gateway, server } = await stage('usual');
  const client = await visitor('4.21.1', gateway);
  const { access_token: token } = await rest(server, 'POST', '/token', { grant_type: 'inherit', username: client.user, ttl: 5 });
  client.credentials = { token };
  await client.enter();
  await event(client, 'onTokenWillExpire');
  await event(client, 'onTokenExpired');
  await client.heard.until('end of the connection', (e) => e.kind === 'disconnected');
});

scenario('whoever was refused leaves', async () => {
  for (const client of pages.values()) await client.close();
  for (const { value } of await Promise.allSettled(stages.values())) {
    await Promise.all([value?.owner, ...(value?.users.values() ?? [])].map((c) => c?.close()));
  }
});
