// Logging in and out, and staying connected.
import assert from 'node:assert/strict';
import { Person, drove, elsewhere, fresh, mint, pair, refuses, scenario, world } from './people.mjs';

scenario('the guide: create, listen, log in, send, receive, renew, log out, destroy', async () => {
  const [a, b] = [new Person(fresh('guide')), new Person(fresh('guide'))];
  await a.open({ advanced: { server: world.gateway.ws } });
  assert.equal(await a.page.evaluate(() => client.statics('getVersion', [])), '2.29.0');
  assert.equal(await a.page.evaluate(() => client.statics('getInstance', [])), true);
  assert.equal(await a.page.evaluate(() => client.statics('create', [{ appID: 1 }])), null, 'there is one instance at a time');
  assert.equal(await a.page.evaluate(() => client.statics('setGeofencingConfig', [[2], 1])), false);
  await a.page.evaluate(() => client.now('setLogConfig', [{ logLevel: 'error' }]));
  drove('methods', 'getVersion', 'getInstance', 'setAdvancedConfig', 'setGeofencingConfig', 'setLogConfig');
  const token = await world.gateway.zimToken(a.user);
  await a.zim.login({ userID: a.user, userName: 'Guide', userAvatarUrl: '', userExtendedData: '' }, token);
  await b.login();
  await a.event('connectionStateChanged', (d) => d.state === 1 && d.event === 1);
  await a.event('connectionStateChanged', (d) => d.state === 2 && d.event === 0);
  const sent = await a.zim.sendMessage({ type: 1, message: 'Message text', extendedData: 'more' }, b.user, 0, { priority: 1 }, { $tell: 'guide' });
  assert.match(sent.message.messageID, /^\d+$/);
  const attached = await a.heard.until('attached', (e) => e.kind === 'attached');
  assert.equal(attached.message.sentStatus, 0);
  assert.equal(attached.message.localMessageID, sent.message.localMessageID);
  assert.equal(sent.message.sentStatus, 1);
  const got = await b.event('receivePeerMessage', (d) => d.fromConversationID === a.user);
  assert.equal(got.messageList[0].message, 'Message text');
  assert.equal(got.messageList[0].extendedData, 'more');
  assert.equal(got.messageList[0].direction, 1);
  await b.event('peerMessageReceived', (d) => d.messageList[0].messageID === sent.message.messageID && !d.info.isOfflineMessage);
  await a.event('messageSentStatusChanged', (d) => d.infos[0].status === 1);
  assert.equal((await a.zim.renewToken(token)).token, token);
  await a.zim.off('error');
  await a.zim.uploadLog();
  await refuses(6000013, a.zim.callExperimentalAPI('{}'));
  await a.zim.logout();
  await a.event('connectionStateChanged', (d) => d.state === 0);
  await refuses(6000121, a.zim.querySelfUserInfo());
  await a.zim.destroy();
  await refuses(6000002, a.zim.querySelfUserInfo());
});

scenario('tokens are refused with their own codes, and a second login is', async () => {
  const p = await new Person(fresh('token')).open();
  const login = (token) => p.zim.login(p.user, { userName: '', token, isOfflineLogin: false });
  await refuses(6000107, login('03abc'));
  await refuses(6000103, login('04abc'));
  await refuses(6000103, login(mint('somebody')));
  await p.event('connectionStateChanged', (d) => d.state === 0 && d.event === 2);
  const good = mint(p.user);
  await login(good);
  await refuses(6000111, login(good));
  await refuses(6000103, p.zim.renewToken(mint('somebody')));
  await refuses(6000001, p.zim.sendMessage());
  await refuses(6000001, p.zim.sendMessage({ type: 1, message: 'x' }, '', 0, { priority: 1 }));
});

scenario('a token that runs out is told of, and ends the session unless it is renewed', async () => {
  const [kept, lost] = [new Person(fresh('expire')), new Person(fresh('expire'))];
  // A token must have half a minute left; the pages are opened first, so that little more is needed.
  await Promise.all([kept.open(), lost.open()]);
  await kept.login({ token: mint(kept.user, 36) });
  await lost.login({ token: mint(lost.user, 36) });
  const told = await kept.event('tokenWillExpire', () => true, 40000);
  assert.ok(told.second > 0 && told.second <= 31, `${told.second} s left`);
  await kept.zim.renewToken(mint(kept.user));
  await lost.event('connectionStateChanged', (d) => d.state === 0 && d.event === 5, 60000);
  await refuses(6000121, lost.zim.querySelfUserInfo());
  await kept.zim.querySelfUserInfo();
});

scenario('the server goes and comes back: nothing is missed and nothing comes twice', async () => {
  const [a, b] = await pair('stay');
  const texts = [];
  for (let i = 0; i < 3; i++) {
    texts.push(`before ${i}`);
    await a.says(texts.at(-1), b.user);
  }
  await world.gateway.kill();
  await a.event('connectionStateChanged', (d) => d.state === 3 && d.event === 3);
  const sending = a.says('while away', b.user); // a message waits for the link
  await refuses(6000104, a.zim.querySelfUserInfo()); // a question does not
  await world.gateway.serve();
  texts.push((await sending).message);
  await b.event('connectionStateChanged', (d) => d.state === 3);
  for (let i = 0; i < 3; i++) {
    texts.push(`after ${i}`);
    await a.says(texts.at(-1), b.user);
  }
  await b.gets((m) => m.message === 'after 2', 20000);
  const heard = b.events('peerMessageReceived').flatMap((d) => d.messageList.map((m) => m.message));
  assert.deepEqual(heard, texts);
  await b.event('conversationSyncStateChanged', (d) => d.state === 1);
});

scenario('a second login ends the first where one device is allowed', () =>
  elsewhere({ DRAGOMAN_PROTOCOLS__ZIM__MAX_WEB_DEVICES: '1' }, async () => {
    const first = await new Person(fresh('one')).login();
    const second = await new Person(first.user).login();
    await first.event('connectionStateChanged', (d) => d.state === 0 && d.event === 4);
    await refuses(6000121, first.zim.querySelfUserInfo());
    await second.zim.querySelfUserInfo();
  }));

scenario('an account that is disabled or deleted is told so', async () => {
  const [a, b] = await pair('gone');
  await world.gateway.command('user', 'disable', a.user);
  await a.event('connectionStateChanged', (d) => d.state === 0 && d.event === 4);
  await refuses(6000101, a.login());
  await world.gateway.command('user', 'delete', b.user);
  await b.event('connectionStateChanged', (d) => d.state === 0 && d.event === 6);
  await refuses(6000011, b.login());
});

scenario('experimental calls answer, and a trace is told', async () => {
  const [a] = await pair('exper');
  const facts = JSON.parse(await a.zim.callExperimentalAPI('{"api":"connection"}'));
  assert.deepEqual([facts.server, facts.state], [`${world.gateway.ws}/zim`, 2]);
  await a.zim.callExperimentalAPI('{"api":"trace","params":{"on":true}}');
  await a.zim.querySelfUserInfo();
  await a.event('experimentalEventReceived', (d) => /querySelfUserInfo answered in \d+ ms$/.test(JSON.parse(d).line));
  await a.zim.callExperimentalAPI('{"api":"trace","params":{"on":false}}');
  const told = a.events('experimentalEventReceived').length;
  await a.zim.querySelfUserInfo();
  assert.equal(a.events('experimentalEventReceived').length, told);
  await refuses(6000001, a.zim.callExperimentalAPI('not JSON'));
  await refuses(6000013, a.zim.callExperimentalAPI('{"api":"initLog"}'));
});

scenario('who is refused when he comes back is told in the error event, and is out', async () => {
  const [a] = await pair('back');
  await world.gateway.kill();
  await a.event('connectionStateChanged', (d) => d.state === 3);
  await world.gateway.command('user', 'disable', a.user);
  await world.gateway.serve();
  const told = await a.event('error', () => true, 30000);
  assert.equal(told.code, 6000101);
  await a.event('connectionStateChanged', (d) => d.state === 0 && d.event === 2);
  await refuses(6000121, a.zim.querySelfUserInfo());
});

scenario('methods that come later reject and never hang', async () => {
  const [a] = await pair('later');
  const later = ['callInvite', 'callCancel', 'callAccept', 'callReject', 'callingInvite', 'callJoin', 'callQuit', 'callEnd',
    'queryCallInvitationList', 'addFriend', 'deleteFriends', 'checkFriendsRelation', 'updateFriendAlias', 'updateFriendAttributes',
    'queryFriendsInfo', 'queryFriendList', 'searchLocalFriends', 'sendFriendApplication', 'acceptFriendApplication',
    'rejectFriendApplication', 'queryFriendApplicationList', 'addUsersToBlacklist', 'removeUsersFromBlacklist', 'queryBlacklist',
    'checkUserIsInBlacklist'];
  for (const method of later) await refuses(6000013, a.zim[method]({}, {}, {}));
});
