// One user on several devices with SDKs of several generations, and what waits for him when he was away.

import assert from 'node:assert/strict';
import { appToken, device, event, fresh, keep, register, rest, scenarios, someone } from './world.mjs';

const scenario = scenarios('webim');
const generations = ['4.21.1', '4.0.1', '3.6.3'];

let devices; // three of one user
let peer;

scenario('a user has three devices with SDKs of three generations', async () => {
  const user = await register(fresh('three'));
  devices = [];
  for (const version of generations) devices.push(keep(await device(user, version)));
  peer = keep(await someone('agora-1.4.0'));
});

const hears = (client, text) => client.heard.until(`"${text}"`, (e) => e.kind === 'message' && e.text === text);

scenario('what others write reaches all devices of a user once', async () => {
  const { user } = devices[0];
  for (let i = 1; i <= 5; i++) await peer.sendText({ peer: user }, `to all of you ${i}`);
  for (const d of devices) {
    await hears(d, 'to all of you 5');
    const to = d.messages((m) => m.text.startsWith('to all of you')).map((m) => m.text);
    assert.deepEqual(to, [1, 2, 3, 4, 5].map((i) => `to all of you ${i}`), d.name);
  }
});

scenario('what one device writes reaches the others, to a user and to a group', async () => {
  const { user } = devices[0];
  const group = await peer.createGroup('three devices', [user]);
  const said = [];
  for (const d of devices) {
    for (const [chat, to] of [['peer', peer.user], ['group', group]]) {
      const text = `${d.version} says it to a ${chat}`;
      said.push({ d, chat, to, text, id: (await d.sendText({ [chat]: to }, text)).id });
    }
  }
  for (const s of said) {
    await hears(peer, s.text);
    for (const d of devices.filter((x) => x !== s.d)) {
      const m = await hears(d, s.text);
      assert.deepEqual([m.id, m.from, m.to, m.chat], [s.id, user, s.to, s.chat], `${s.text}, at ${d.name}`);
    }
  }
  for (const d of devices) {
    const own = d.messages().filter((m) => said.some((s) => s.d === d && s.text === m.text));
    assert.deepEqual(own, [], `${d.name} hears itself`);
    assert.equal(d.messages((m) => said.some((x) => x.text === m.text)).length, 4, d.name);
  }
});

scenario('a recall on any device is one on all', async () => {
  for (const [i, d] of devices.entries()) {
    const { id } = await devices[(i + 1) % 3].sendText({ peer: peer.user }, `to be taken back by ${d.version}`);
    await hears(d, `to be taken back by ${d.version}`);
    await d.do('recall', 'peer', peer.user, id);
    for (const other of [peer, ...devices.filter((x) => x !== d)]) await event(other, 'onRecallMessage', (e) => String(e.mid) === id);
  }
  const { id } = await peer.sendText({ peer: devices[0].user }, 'sorry');
  await Promise.all(devices.map((d) => hears(d, 'sorry')));
  await peer.do('recall', 'peer', devices[0].user, id);
  for (const d of devices) await event(d, 'onRecallMessage', (e) => String(e.mid) === id && e.from === peer.user);
});

scenario('what is read on one device is read on all', async () => {
  const { user } = devices[0];
  const told = new Map();
  for (const d of devices) {
    const { id } = await peer.sendText({ peer: user }, `read it with ${d.version}`);
    await Promise.all(devices.map((x) => hears(x, `read it with ${d.version}`)));
    await d.do('say', 'peer', peer.user, { type: 'read', id });
    await event(peer, 'onReadMessage', (e) => String(e.mid ?? e.id) === id);
    await d.do('say', 'peer', peer.user, { type: 'channel' });
    await event(peer, 'onChannelMessage', (e) => e.from === user);
    const others = devices.filter((x) => x !== d);
    await Promise.all(others.map((x) => x.heard.when('one more channel receipt of his own', (heard) =>
      heard.filter((e) => e.name === 'onChannelMessage' && e.data.from === user).length > (told.get(x) ?? 0))));
    for (const x of others) told.set(x, (told.get(x) ?? 0) + 1);
    for (const x of devices) {
      const list = await x.call('getSessionList');
      const row = list.data.channel_infos.find((c) => c.channel_id.endsWith(`_${peer.user}@easemob.com`));
      assert.equal(row.unread_num, 0, `unread at ${x.name}`);
    }
  }
});

scenario('the three devices were told nothing else, and failed in nothing', async () => {
  for (const c of [...devices, peer]) {
    const ids = c.messages().map((m) => m.id);
    assert.deepEqual(ids.filter((id, i) => ids.indexOf(id) !== i), [], `twice at ${c.name}`);
    assert.deepEqual(c.heard.all((e) => e.kind === 'error' || e.kind === 'failure'), [], c.name);
    await c.close();
  }
});

// Away.

const total = 1000;

/** write has 45 users and 5 groups write to one who is away: 20 messages each, round and round. It returns them. */
async function write(user, names, groups, host) {
  const server = await appToken();
  const convs = [...names.map((from) => ({ from, conv: from })), ...groups.map((conv) => ({ from: host.user, conv, group: true }))];
  assert.equal(total % convs.length, 0);
  for (let round = 1; round <= total / convs.length; round++) {
    // Within a conversation one after the other; the conversations side by side.
    await Promise.all(convs.map(({ from, conv, group }) => rest(server, 'POST', group ? '/messages/chatgroups' : '/messages/users',
      { from, to: [group ? conv : user], type: 'txt', body: { msg: `${round} in ${conv}` } })));
  }
  return new Map(convs.map(({ conv }) => [conv, Array.from({ length: total / convs.length }, (_, i) => `${i + 1} in ${conv}`)]));
}

/** heardAll waits for all of it and checks that it came once, and in order in each conversation. */
async function heardAll(client, written) {
  await client.heard.when(`${total} messages`, (heard) => heard.filter((e) => e.kind === 'message').length >= total, 60000);
  for (const [conv, texts] of written) {
    assert.deepEqual(client.messages((m) => m.conv === conv).map((m) => m.text), texts, `what ${client.name} heard in ${conv}`);
  }
  assert.equal(client.messages().length, total);
}

scenario('1,000 messages in 50 conversations await him on known devices and on a new one, once and in order', async () => {
  const user = await register(fresh('away'));
  const names = Array.from({ length: 45 }, () => fresh('writer')); // the app's server speaks for them: they need no accounts
  const host = await someone('4.21.1');
  const groups = [];
  for (let i = 0; i < 5; i++) groups.push(await host.createGroup(`offline ${i}`, [user]));
  const known = {};
  for (const version of generations) {
    // 3.x names a new resource with each page; a page that wants to be known again names its device itself.
    const options = version === '4.21.1' ? undefined : { deviceId: `known${version.replaceAll('.', '')}` };
    const first = await device(user, version, { options });
    known[version] = { options, storage: await first.leave() };
  }
  const written = await write(user, names, groups, host);
  const fresh363 = await device(user, '3.6.3');
  await heardAll(fresh363, written);
  for (const version of generations) {
    const { options, storage } = known[version];
    await heardAll(await device(user, version, { options, storage }), written);
  }
  const late = await device(user, '4.21.1');
  await host.sendText({ peer: user }, 'and now');
  await hears(late, 'and now');
  assert.deepEqual(late.messages().map((m) => m.text), ['and now'], 'what others of his devices have taken is not offline for a new one');
  const past = await late.history({ peer: names[0] }, 50);
  assert.deepEqual(past.map((m) => m.text), written.get(names[0]), 'it is in the history');
});
