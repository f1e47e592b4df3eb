// Every SDK says everything that it can say to every other: to one, in a group, in a chat room.

import assert from 'node:assert/strict';
import { check, kindsOf, send, styleOf } from './kinds.mjs';
import { event, keep, scenarios, someone, versions } from './world.mjs';

const scenario = scenarios('webim');
const cast = new Map();
let group;
let room;

for (const version of versions) {
  scenario(`${version} logs in`, async () => {
    cast.set(version, keep(await someone(version, { name: `m${version.replace(/\W/g, '').toLowerCase()}n` })));
  });
}

/** tell sends every kind of a client to a place, and checks what each of the others was handed out. */
async function tell(sender, place, audience) {
  for (const kind of kindsOf(sender)) {
    const sent = await send(sender, place, kind);
    await Promise.all(audience.map((a) => check(a, kind, place, sender, sent).catch((e) => {
      throw new Error(`${kind} at ${a.name}: ${e.message}`, { cause: e });
    })));
  }
}

for (const from of versions) {
  for (const to of versions.filter((v) => v !== from)) {
    scenario(`${from} sends every kind to ${to}`, async () => {
      const receiver = cast.get(to);
      await tell(cast.get(from), { peer: receiver.user }, [receiver]);
    });
  }
}

scenario('a group and a chat room of all', async () => {
  const owner = cast.get(versions[0]);
  const others = versions.slice(1).map((v) => cast.get(v));
  group = await owner.createGroup('All versions', others.map((c) => c.user));
  const made = await owner.call('createChatRoom', { name: 'All versions', description: '', maxusers: 100, members: [] });
  room = made.data.id;
  await Promise.all([...cast.values()].map(async (c) => {
    await c.joinRoom(room);
    if (styleOf(c) === 1) await event(c, 'onPresence', (e) => e.type === 'joinChatRoomSuccess');
  }));
});

for (const from of versions) {
  const others = () => versions.filter((v) => v !== from).map((v) => cast.get(v));
  scenario(`${from} sends every kind to a group`, () => tell(cast.get(from), { group }, others()));
  scenario(`${from} sends every kind to a chat room`, () => tell(cast.get(from), { room }, others()));
}

scenario('nothing came twice, no page complained, nobody failed', async () => {
  for (const c of cast.values()) {
    const ids = c.heard.all((e) => /^on(?!Received)[A-Z][a-z]*Message$/.test(e.name)).map((e) => e.data.id);
    assert.deepEqual(ids.filter((id, i) => ids.indexOf(id) !== i), [], `what ${c.name} was handed out twice`);
    assert.ok(ids.length > 20 * (versions.length - 1));
    assert.deepEqual(c.faults, [], `what the page of ${c.name} complained of`);
    assert.deepEqual(c.heard.all((e) => e.kind === 'error' || e.kind === 'failure'), [], `what ${c.name} reported`);
    await c.close();
  }
});
