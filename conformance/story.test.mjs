// One conversation, three protocols, four kinds of client: each speaks to each and to a group of all; one is away and
// returns; the gateway dies and comes back.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Browser } from './lib/browser.mjs';
import { Gateway } from './lib/gateway.mjs';
import { Ledger } from './lib/ledger.mjs';
import { Slixmpp } from './lib/slixmpp.mjs';
import { WebIM } from './lib/webim.mjs';
import { XMPPJS } from './lib/xmppjs.mjs';
import { ZIM } from './lib/zim.mjs';

const people = ['wendy', 'zoe', 'xavier', 'slim'];
const password = (user) => `${user}-secret`;

describe('story', { concurrency: false, timeout: 240000 }, () => {
  let gateway;
  let browser;
  let group;
  const ledger = new Ledger();

  /** make returns the client that a person uses. */
  const make = (user) => ({
    wendy: () => new WebIM(gateway, browser, user, { version: '4.21.1', password: password(user) }),
    zoe: () => new ZIM(gateway, browser, user),
    xavier: () => new XMPPJS(gateway, user, { transport: 'ws', password: password(user), resource: 'desk' }),
    slim: () => new Slixmpp(gateway, user, { tls: 'starttls', password: password(user), resource: 'laptop' }),
  })[user]();

  const xmpp = (user) => ledger.client(user).joinGroup !== undefined;

  before(async () => {
    [gateway, browser] = await Promise.all([Gateway.start(), Browser.start()]);
    for (const user of people) await gateway.addUser(user, password(user));
  });

  after(async () => {
    for (const user of ledger.users) await ledger.client(user).close().catch(() => {});
    await browser?.close();
    await gateway?.end();
  });

  /** step runs one test and, where it fails, shows what the gateway said. */
  const step = (name, body) => test(`story: ${name}`, async () => {
    try {
      await body();
    } catch (e) {
      console.error(`the gateway's last lines:\n${gateway?.log()}`);
      throw e;
    }
  });

  step('everyone logs in', async () => {
    for (const user of people) ledger.enlist(await make(user).login());
  });

  for (const from of people) {
    for (const to of people.filter((p) => p !== from)) {
      step(`${from} writes to ${to}`, async () => {
        for (let i = 1; i <= 3; i++) await ledger.say(from, { peer: to }, `${from} to ${to}, ${i} of 3: 你好 <&> "🙂"`);
        await ledger.heard(to);
      });
    }
  }

  step('nobody heard anything twice, out of order or meant for another', () => ledger.all());

  step('a group of all, made by the ZIM client', async () => {
    group = await ledger.client('zoe').createGroup('All of us', ['wendy', 'xavier', 'slim']);
    assert.match(group, /^[0-9]+$/, 'a group id that the server made is decimal text');
    ledger.group(group, people);
    for (const user of ['xavier', 'slim']) {
      const invited = await ledger.client(user).heard.until('invitation to the group', (e) => e.kind === 'invitation');
      assert.equal(invited.invite, `${group}@groups.${gateway.domain}`);
      await ledger.client(user).joinGroup({ group });
    }
  });

  for (const from of people) {
    step(`${from} writes to the group`, async () => {
      for (let i = 1; i <= 3; i++) await ledger.say(from, { group }, `${from} to all, ${i} of 3`);
      await Promise.all(people.filter((p) => p !== from).map((p) => ledger.heard(p)));
    });
  }

  step('the group heard everything once and in order', () => ledger.all());

  step('all write to the group at once and hear one order', async () => {
    const texts = people.flatMap((from) => [1, 2, 3, 4, 5].map((i) => [from, `at once: ${from} ${i}`]));
    const sending = people.map(async (from) => {
      for (const [, text] of texts.filter(([f]) => f === from)) await ledger.client(from).sendText({ group }, text);
    });
    const heard = (user) => ledger.client(user).messages((m) => m.chat === 'group' && m.text.startsWith('at once: '));
    await Promise.all(sending);
    await Promise.all(people.map((p) => ledger.client(p).heard.when('all that was written at once', () =>
      new Set(heard(p).filter((m) => m.from !== p).map((m) => m.text)).size === 15)));
    // Who sent a message need not hear it, so each order is compared without the listener's own.
    const past = await ledger.client('zoe').history({ group }, 100);
    const order = past.filter((m) => m.text?.startsWith('at once: ')).map((m) => m.text);
    assert.equal(order.length, 20, 'the history holds each of them once');
    for (const p of people) {
      assert.deepEqual(heard(p).filter((m) => m.from !== p).map((m) => m.text), order.filter((t) => !t.startsWith(`at once: ${p}`)),
        `the order that ${p} heard`);
    }
    for (const text of order) {
      const from = text.split(' ')[2];
      ledger.note(from, { group }, text);
    }
    await ledger.all();
  });

  for (const away of people) {
    step(`${away} is away and hears on return what was written`, async () => {
      ledger.check(away);
      const left = ledger.client(away);
      const device = await left.leave();
      const fresh = make(away);
      ledger.enlist(fresh); // owed from here on
      for (const from of people.filter((p) => p !== away)) {
        await ledger.say(from, { peer: away }, `while ${away} was away: from ${from}`);
        await ledger.say(from, { group }, `while ${away} was away: ${from} to all`);
      }
      await fresh.login(device);
      if (xmpp(away)) {
        // As a client that keeps its own record does: what came since, of which it drops what it knows.
        await fresh.joinGroup({ group }, { history: { maxstanzas: 3 } });
      }
      await ledger.all();
      await ledger.say(away, { group }, `${away} is back`);
      await ledger.say(away, { peer: people.find((p) => p !== away) }, `${away} is back`);
      await ledger.all();
    });
  }

  step('after kill -9 and a restart nothing acknowledged is missing', async () => {
    const before = Object.fromEntries(people.map((p) => [p, ledger.client(p).connections()]));
    const acknowledged = [];
    for (let i = 1; i <= 5; i++) {
      for (const from of people) {
        const text = `before the crash: ${from} ${i}`;
        await ledger.say(from, { group }, text);
        acknowledged.push({ from, text });
      }
    }
    const last = `before the crash: to zoe`;
    await ledger.say('wendy', { peer: 'zoe' }, last);
    // What a client acknowledged in the last moments before a crash it hears again, by contract: cursors are saved within a
    // second. This scenario is about what was sent.
    await new Promise((saved) => { setTimeout(saved, 1200); });
    await gateway.kill();
    await gateway.serve();
    // No page is reloaded and no program restarted: each library finds its own way back.
    await Promise.all(people.map((p) => ledger.client(p).reconnected(before[p] + 1, 60000)));
    for (const p of people) {
      const past = await ledger.client(p).history({ group }, 50);
      assert.deepEqual(past.filter((m) => m.text?.startsWith('before the crash')).map(({ from, text }) => ({ from, text })), acknowledged,
        `the history that ${p} is given`);
    }
    for (const p of ['zoe', 'wendy']) {
      const past = await ledger.client(p).history({ peer: p === 'zoe' ? 'wendy' : 'zoe' }, 100);
      assert.equal(past.filter((m) => m.text === last).length, 1, `${p}'s history with the other`);
    }
    for (const p of people.filter(xmpp)) await ledger.client(p).joinGroup({ group }, { history: { maxstanzas: 0 } });
    await ledger.all();
  });

  step('and they go on', async () => {
    for (const from of people) {
      for (const to of people.filter((p) => p !== from)) await ledger.say(from, { peer: to }, `after the crash: ${from} to ${to}`);
      await ledger.say(from, { group }, `after the crash: ${from} to all`);
    }
    await ledger.all();
  });

  step('SIGTERM ends it cleanly within ten seconds', async () => {
    const { code, ms } = await gateway.stop();
    assert.equal(code, 0, 'exit code');
    assert.ok(ms < 10000, `it took ${ms} ms`);
    assert.ok(ledger.client('xavier').heard.all((e) => e.kind === 'disconnected').length > 0);
  });

  step('the log has a line for who came and one for who went, and nothing of what was said', () => {
    const lines = gateway.wholeLog.split('\n').filter((l) => /^{.*}$/.test(l)).map((l) => JSON.parse(l)); // one that was killed may have stopped within a line
    for (const message of ['session opened', 'session closed']) {
      const who = new Set(lines.filter((l) => l.message === message).map((l) => `${l.actor.user} by ${l.actor.protocol}`));
      assert.deepEqual([...who].sort(), ['slim by xmpp', 'wendy by webim', 'xavier by xmpp', 'zoe by zim'], message);
    }
    assert.ok(gateway.tokens.length > 0, 'tokens were issued');
    for (const hushed of [...gateway.tokens, ...people.map(password), ' of 3', 'at once: ', 'was away: ', 'is back', 'the crash', 'All of us']) {
      assert.ok(!gateway.wholeLog.includes(hushed), `the log says ${hushed}`);
    }
  });
});
