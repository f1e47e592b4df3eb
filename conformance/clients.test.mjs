// Every kind of client that should work, each as a person of his own: a ring in which each writes to the next, and a
// group of all. story.test.mjs goes deeper with four of them.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Browser } from './lib/browser.mjs';
import { Gateway } from './lib/gateway.mjs';
import { Ledger } from './lib/ledger.mjs';
import { Slixmpp } from './lib/slixmpp.mjs';
import { StanzaUser } from './lib/stanza.mjs';
import { StropheUser } from './lib/strophe.mjs';
import { WebIM } from './lib/webim.mjs';
import { XMPPJS } from './lib/xmppjs.mjs';
import { ZIM } from './lib/zim.mjs';

const secret = 'clients-secret';

describe('clients', { concurrency: false, timeout: 240000 }, () => {
  let gateway;
  let browser;
  let group;
  const ledger = new Ledger();

  const webim = (version) => (user) => new WebIM(gateway, browser, user, { version, password: secret });
  const kinds = {
    'easemob-websdk 4.21.1': webim('4.21.1'),
    'agora-chat 1.4.0': webim('agora-1.4.0'),
    'sdk/zim': (user) => new ZIM(gateway, browser, user),
    '@xmpp/client over ws': (user) => new XMPPJS(gateway, user, { transport: 'ws', password: secret }),
    '@xmpp/client over STARTTLS': (user) => new XMPPJS(gateway, user, { transport: 'starttls', password: secret }),
    '@xmpp/client over direct TLS': (user) => new XMPPJS(gateway, user, { transport: 'tls', password: secret }),
    'slixmpp over STARTTLS': (user) => new Slixmpp(gateway, user, { tls: 'starttls', password: secret }),
    'slixmpp over direct TLS': (user) => new Slixmpp(gateway, user, { tls: 'direct', password: secret }),
    'strophe.js over ws': (user) => new StropheUser(gateway, user, { password: secret }),
    'stanza over ws': (user) => new StanzaUser(gateway, user, { password: secret }),
  };
  const names = Object.keys(kinds);
  const userOf = (kind) => `u${names.indexOf(kind)}`;

  before(async () => {
    process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0'; // the gateway's certificate is its own
    [gateway, browser] = await Promise.all([Gateway.start(), Browser.start()]);
    for (const kind of names) await gateway.addUser(userOf(kind), secret);
  });

  after(async () => {
    for (const user of ledger.users) await ledger.client(user).close().catch(() => {});
    await browser?.close();
    await gateway?.end();
  });

  const step = (name, body) => test(`clients: ${name}`, async () => {
    try {
      await body();
    } catch (e) {
      console.error(`the gateway's last lines:\n${gateway?.log()}`);
      throw e;
    }
  });

  for (const kind of names) {
    step(`${kind} logs in`, async () => {
      ledger.enlist(await kinds[kind](userOf(kind)).login());
    });
  }

  step('each writes to the next and is answered', async () => {
    for (const [i, kind] of names.entries()) {
      const next = names[(i + 1) % names.length];
      await ledger.say(userOf(kind), { peer: userOf(next) }, `${kind} to ${next}: ${'long '.repeat(1000)}`);
      await ledger.say(userOf(next), { peer: userOf(kind) }, `${next} answers ${kind}`);
    }
    await ledger.all();
  });

  step('all are in a group', async () => {
    group = await ledger.client(userOf('sdk/zim')).createGroup('Everybody', names.map(userOf).filter((u) => u !== userOf('sdk/zim')));
    ledger.group(group, names.map(userOf));
    for (const user of ledger.users) {
      if (ledger.client(user).joinGroup) await ledger.client(user).joinGroup({ group });
    }
  });

  for (const kind of names) {
    step(`${kind} writes to the group`, async () => {
      await ledger.say(userOf(kind), { group }, `${kind} to all`);
      await Promise.all(names.filter((n) => n !== kind).map((n) => ledger.heard(userOf(n))));
    });
  }

  step('everyone heard everything once', async () => {
    await ledger.all();
    for (const kind of names) {
      const { faults } = ledger.client(userOf(kind));
      if (faults) assert.deepEqual(faults, [], `what the page of ${kind} complained of`);
    }
  });

  step('a group made by WebIM, and one made by XMPP', async () => {
    for (const [kind, name] of [['easemob-websdk 4.21.1', 'Made by WebIM'], ['@xmpp/client over ws', `made-by-xmpp`]]) {
      const owner = ledger.client(userOf(kind));
      const members = ['easemob-websdk 4.21.1', 'sdk/zim', '@xmpp/client over ws', 'slixmpp over STARTTLS'].map(userOf);
      const id = await owner.createGroup(name, members.filter((m) => m !== owner.user));
      ledger.group(id, members);
      for (const user of members) {
        const client = ledger.client(user);
        if (!client.joinGroup || client === owner) continue;
        await client.heard.until(`invitation to ${id}`, (e) => e.kind === 'invitation' && e.invite?.startsWith(`${id}@`));
        await client.joinGroup({ group: id });
      }
      for (const user of members) {
        await ledger.say(user, { group: id }, `${user} in ${name}`);
        await Promise.all(members.filter((m) => m !== user).map((m) => ledger.heard(m)));
      }
      await ledger.all();
    }
  });
});
