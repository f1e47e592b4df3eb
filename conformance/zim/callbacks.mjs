// The app's server is told, and asked.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { Timeline } from '../lib/timeline.mjs';
import { Person, elsewhere, fresh, refuses, scenario, world } from './people.mjs';

/** App is the app's own server: it hears callbacks and answers questions. */
export class App {
  heard = new Timeline('the app server');
  verdict = () => ({ result: 0 });
  broken = false;

  static async start() {
    const app = new App();
    app.server = createServer(async (req, res) => {
      let text = '';
      for await (const chunk of req) text += chunk;
      const call = JSON.parse(text);
      if (app.broken) return res.writeHead(500).end();
      app.heard.add({ kind: 'call', path: req.url, call });
      res.writeHead(200, { 'content-type': 'application/json' });
      res.end(JSON.stringify(req.url === '/before' ? app.verdict(call) : {}));
    }).listen(0, '127.0.0.1');
    await once(app.server, 'listening');
    app.url = `http://127.0.0.1:${app.server.address().port}`;
    return app;
  }

  told(event, match = () => true, ms = 15000) {
    return this.heard.until(`${event} that matches`, (e) => e.call.event === event && match(e.call), ms).then((e) => e.call);
  }
}

/** inside lets people meet at a gateway that calls the app server. */
export const inside = (app, env, body) =>
  elsewhere({ DRAGOMAN_PROTOCOLS__ZIM__CALLBACK_URL: `${app.url}/told`, ...env }, body).finally(() => app.server.close());

scenario('callbacks: the app server is told of messages, groups, rooms and logins, signed and in order', async () => {
  const app = await App.start();
  await inside(app, {}, async (gateway) => {
    const secret = (await gateway.command('secret', 'zim-callback')).trim();
    const [a, b] = [new Person(fresh('cb')), new Person(fresh('cb'))];
    await Promise.all([a.login(), b.login()]);
    const online = await app.told('user_action', (c) => c.user_id === a.user && c.action === 0);
    assert.deepEqual([online.os, online.appid], ['WEB', '1']);
    const sorted = [secret, String(online.timestamp), online.nonce].sort().join('');
    assert.equal(online.signature, createHash('sha1').update(sorted).digest('hex'));
    for (let i = 0; i < 10; i++) await a.says(`m${i}`, b.user);
    await app.told('send_msg', (c) => c.msg_body === 'm9');
    const sent = app.heard.all((e) => e.call.event === 'send_msg' && e.call.from_user_id === a.user).map((e) => e.call);
    assert.deepEqual(sent.map((c) => c.msg_body), Array.from({ length: 10 }, (_, i) => `m${i}`));
    assert.deepEqual([sent[0].conv_id, sent[0].conv_type, sent[0].msg_type, sent[0].send_result, typeof sent[0].msg_id], [b.user, 0, 1, 0, 'string']);
    await world.server.does('SendPeerMessage', { FromUserId: a.user, ToUserId: [b.user], MessageType: 1, Priority: 1, MessageBody: { Message: 'server' } });
    const bySrv = await app.told('send_msg', (c) => c.msg_body === 'server');
    assert.deepEqual([bySrv.source, bySrv.conv_id, bySrv.user_list[0].UserId], [1, '', b.user]);
    const { groupInfo } = await a.zim.createGroup({ groupID: '', groupName: 'told', groupAvatarUrl: '' }, [b.user], { groupNotice: '', groupAttributes: { k: 'v' }, maxMemberCount: 9, joinMode: 0, inviteMode: 0, beInviteMode: 0 });
    const g = groupInfo.baseInfo.groupID;
    const made = await app.told('group_create', (c) => c.group_id === g);
    assert.deepEqual([made.owner_account, made.group_name, made.attributes, made.user_ids], [a.user, 'told', [{ key: 'k', value: 'v' }], [a.user, b.user]]);
    const c = await new Person(fresh('cb')).login();
    await c.zim.joinGroup(g);
    await app.told('group_join', (x) => x.join_type === 'Apply' && x.new_user_ids[0] === c.user);
    await a.zim.kickGroupMembers([c.user], g);
    await app.told('group_exit', (x) => x.exit_type === 'Kickout' && x.operator_account === a.user);
    await b.zim.leaveGroup(g);
    await app.told('group_exit', (x) => x.exit_type === 'Quit' && x.exit_user_ids[0] === b.user);
    await a.zim.dismissGroup(g);
    assert.deepEqual((await app.told('group_destroy', (x) => x.group_id === g)).user_ids, [a.user]);
    const roomID = fresh('room');
    await a.zim.enterRoom({ roomID, roomName: 'told' });
    await app.told('room_create', (x) => x.room_id === roomID && x.room_name === 'told');
    await app.told('room_enter', (x) => x.operator_account === a.user);
    await a.zim.leaveRoom(roomID);
    await app.told('room_exit', (x) => x.exit_user_ids[0] === a.user);
    await app.told('room_destroy', (x) => x.room_id === roomID);
    await a.zim.logout();
    await app.told('user_action', (x) => x.user_id === a.user && x.action === 1);
  });
});

scenario('callbacks: a crash and a broken app server lose none', async () => {
  const app = await App.start();
  await inside(app, {}, async (gateway) => {
    const [a, b] = [new Person(fresh('cb')), new Person(fresh('cb'))];
    await Promise.all([a.login(), b.login()]);
    app.broken = true;
    for (let i = 0; i < 5; i++) await a.says(`lost ${i}?`, b.user);
    await gateway.kill();
    app.broken = false;
    await gateway.serve();
    await app.told('send_msg', (c) => c.msg_body === 'lost 4?', 60000);
    const order = app.heard.all((e) => e.call.event === 'send_msg').map((e) => e.call.msg_body);
    assert.deepEqual([...new Set(order)], ['lost 0?', 'lost 1?', 'lost 2?', 'lost 3?', 'lost 4?']);
    assert.equal((await gateway.command('callbacks', 'list')).trim(), '');
  });
});

scenario('callbacks: the app server is asked before a message counts', async () => {
  const app = await App.start();
  await inside(app, { DRAGOMAN_PROTOCOLS__ZIM__BEFORE_SEND_URL: `${app.url}/before` }, async () => {
    const [a, b] = [new Person(fresh('ask')), new Person(fresh('ask'))];
    await Promise.all([a.login(), b.login()]);
    app.verdict = ({ msg_body: text }) => ({ no: { result: 3, reason: 'not here' }, hush: { result: 2 }, mild: { result: 1, new_msg_body: 'm***' } })[text] ?? { result: 0 };
    await refuses(6000230, a.zim.sendMessage({ type: 1, message: 'no' }, b.user, 0, { priority: 1 }));
    await a.event('messageSentStatusChanged', (d) => d.infos[0].status === 2 && d.infos[0].reason === 'not here');
    await a.says('hush', b.user);
    await a.says('mild', b.user);
    await a.says('fine', b.user);
    await b.gets((m) => m.message === 'fine');
    const heard = b.events('peerMessageReceived').flatMap((d) => d.messageList.map((m) => m.message));
    assert.deepEqual(heard, ['m***', 'fine']);
    const asked = await app.told('before_send_msg', (c) => c.msg_body === 'fine');
    assert.deepEqual([asked.from_user_id, asked.conv_id, asked.conv_type, asked.msg_type], [a.user, b.user, 0, 1]);
    assert.ok(asked.request_id);
  });
});
