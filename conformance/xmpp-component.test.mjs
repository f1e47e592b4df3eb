// The gateway as a component of a real Prosody and of a real ejabberd: their users in one conversation with a WebIM and a ZIM
// user, and either side is restarted in the middle.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Browser } from './lib/browser.mjs';
import { Gateway } from './lib/gateway.mjs';
import { Guest, GuestJS, Host, component } from './lib/host.mjs';
import { WebIM } from './lib/webim.mjs';
import { ZIM } from './lib/zim.mjs';
import { together } from './xmpp/component.mjs';

const password = (user) => `${user}-secret`;
const bobs = 'xmpp/bob@example.test'; // as ZIM writes him

for (const kind of ['prosody', 'ejabberd']) {
  describe(`component of ${kind}`, { concurrency: false, timeout: 300000 }, () => {
    let host;
    let gateway;
    let browser;
    let group;
    let alias; // by which WebIM knows bob
    const cast = {};
    const said = []; // to the group
    const room = `lobby-${kind}`;
    let logins; // how often the host's users had logged in before it died

    before(async () => {
      host = await Host.start(kind);
      browser = await Browser.start();
      gateway = await Gateway.start({ env: host.env });
      for (const user of ['wendy', 'zoe']) await gateway.addUser(user, password(user));
      for (const user of ['bob', 'carl']) await host.addUser(user, password(user));
    });

    after(async () => {
      for (const client of Object.values(cast)) await client.close().catch(() => {});
      await browser?.close();
      await gateway?.end();
      await host?.end();
    });

    const step = (name, body) => test(`xmpp-component: ${kind}: ${name}`, async () => {
      try {
        await body();
      } catch (e) {
        console.error(`the gateway's last lines:\n${gateway?.log()}\nthe host's:\n${await host?.log()}`);
        throw e;
      }
    });

    /** heard waits until a client has heard a text, and checks that it came once. */
    const heard = async (who, text, more = {}) => {
      const m = await cast[who].heard.until(JSON.stringify(text), (e) => e.kind === 'message' && e.text === text, 20000);
      assert.equal(cast[who].messages((e) => e.text === text).length, 1, `${who} heard ${text} more than once`);
      for (const [key, value] of Object.entries(more)) assert.equal(m[key], value, `${key} of ${text} to ${who}`);
      return m;
    };

    /** all lets each of them say something to the group, which the others must hear. */
    const all = async (when, speakers = ['bob', 'carl', 'wendy', 'zoe']) => {
      for (const who of speakers) {
        const text = `${when}: ${who} to all`;
        said.push([who, text]);
        await cast[who].sendText({ group }, text);
        for (const other of Object.keys(cast).filter((o) => o !== who)) await heard(other, text, { chat: 'group' });
      }
    };

    /** once checks that nobody heard anything of the group twice or out of order. */
    const once = () => {
      for (const who of Object.keys(cast)) {
        const texts = cast[who].messages((m) => m.chat === 'group' && m.conv === group && m.from !== who && !m.own).map((m) => m.text);
        const owed = said.filter(([from]) => from !== who).map(([, text]) => text);
        assert.deepEqual(texts, owed, `what ${who} heard in the group`);
      }
    };

    step('everyone logs in where he is at home', async () => {
      cast.wendy = await new WebIM(gateway, browser, 'wendy', { password: password('wendy'), options: { delivery: true } }).login();
      cast.zoe = await new ZIM(gateway, browser, 'zoe').login();
      cast.bob = await new Guest(host, 'bob', { tls: 'none', password: password('bob'), resource: 'laptop' }).login();
      cast.carl = await new GuestJS(host, 'carl', { transport: 'starttls', password: password('carl'), resource: 'desk' }).login();
    });

    step('its users and ours write to each other', async () => {
      await cast.bob.sendText({ peer: 'zoe' }, 'bob to zoe <&> "🙂"');
      await heard('zoe', 'bob to zoe <&> "🙂"', { from: bobs, chat: 'peer' });
      await cast.zoe.sendText({ peer: bobs }, 'zoe to bob');
      await heard('bob', 'zoe to bob', { from: 'zoe', chat: 'peer' });
      await cast.bob.sendText({ peer: 'wendy' }, 'bob to wendy');
      alias = (await heard('wendy', 'bob to wendy', { chat: 'peer' })).from;
      assert.match(alias, /^9[0-9]{19}$/, 'the name that WebIM has for him');
      await cast.wendy.sendText({ peer: alias }, 'wendy to bob: 你好');
      await heard('bob', 'wendy to bob: 你好', { from: 'wendy', chat: 'peer' });
    });

    step('who does not exist is told to be nobody', async () => {
      await cast.bob.send(`nobody@${component}`, 'chat', 'to-nobody-1', 'anyone?');
      const refusal = await cast.bob.heard.until('refusal', (e) => e.kind === 'refusal' && e.id === 'to-nobody-1');
      assert.equal(refusal.error, 'service-unavailable');
    });

    step('a group of all, made by the ZIM user', async () => {
      group = await cast.zoe.createGroup('All of us', ['wendy', bobs, 'xmpp/carl@example.test']);
      for (const who of ['bob', 'carl']) {
        const invited = await cast[who].heard.until('invitation', (e) => e.kind === 'invitation');
        assert.equal(invited.invite, `#${group}@${component}`);
        await cast[who].joinGroup({ group });
      }
      await all('at first');
      once();
    });

    together(step, () => ({ cast, host, gateway, kind }));

    step('a room that one of its users makes', async () => {
      await cast.bob.joinGroup({ group: room });
      await cast.zoe.joinRoom(room);
      await cast.wendy.joinRoom(room);
      await cast.carl.joinGroup({ group: room });
      const texts = [];
      for (const who of ['bob', 'zoe', 'wendy', 'carl']) {
        texts.push([who, `in the room: ${who}`]);
        await cast[who].sendText(who === 'bob' || who === 'carl' ? { group: room } : { room }, `in the room: ${who}`);
        for (const other of Object.keys(cast).filter((o) => o !== who)) await heard(other, `in the room: ${who}`);
      }
    });

    step('the gateway is restarted: nobody has to join again, nothing is lost or repeated', async () => {
      const connections = { wendy: cast.wendy.connections(), zoe: cast.zoe.connections() };
      for (let i = 1; i <= 3; i++) {
        said.push(['zoe', `before the restart ${i}`]);
        await cast.zoe.sendText({ group }, `before the restart ${i}`);
      }
      await gateway.stop();
      await gateway.serve();
      await Promise.all(['wendy', 'zoe'].map((who) => cast[who].reconnected(connections[who] + 1, 60000)));
      for (const who of ['bob', 'carl', 'wendy']) await heard(who, 'before the restart 3');
      said.push(['wendy', 'after the restart: to all']);
      await cast.wendy.sendText({ group }, 'after the restart: to all');
      await heard('bob', 'after the restart: to all', { chat: 'group' });
      await all('and later');
      once();
      await cast.wendy.sendText({ peer: alias }, 'after the restart: wendy to bob');
      await heard('bob', 'after the restart: wendy to bob');
      await cast.bob.sendText({ peer: 'wendy' }, 'after the restart: bob to wendy');
      await heard('wendy', 'after the restart: bob to wendy', { from: alias });
    });

    step('the gateway dies and comes back', async () => {
      const connections = { wendy: cast.wendy.connections(), zoe: cast.zoe.connections() };
      // What was brought in the last moments before a crash is brought again, by contract: cursors are saved within a second.
      await new Promise((saved) => { setTimeout(saved, 1200); });
      await gateway.kill();
      await gateway.serve();
      await Promise.all(['wendy', 'zoe'].map((who) => cast[who].reconnected(connections[who] + 1, 60000)));
      await cast.zoe.sendText({ peer: bobs }, 'after the crash: zoe to bob');
      await heard('bob', 'after the crash: zoe to bob');
      await all('after the crash', ['wendy', 'zoe', 'bob', 'carl']);
      once();
    });

    step('the host dies: what is written meanwhile waits for it', async () => {
      // slixmpp waits twice as long each time before it tries again.
      logins = { bob: cast.bob.connections(), carl: cast.carl.connections() };
      await host.kill();
      const texts = [];
      for (let i = 1; i <= 5; i++) {
        texts.push(`while the host was down ${i}`);
        await cast.zoe.sendText({ peer: bobs }, texts.at(-1));
        await cast.wendy.sendText({ peer: alias }, `wendy: ${texts.at(-1)}`);
      }
      said.push(['wendy', 'to the group while the host was down']);
      await cast.wendy.sendText({ group }, 'to the group while the host was down');
      await host.serve();
      await cast.bob.reconnected(logins.bob + 1, 100000);
      for (const text of texts) {
        await heard('bob', text, { from: 'zoe' });
        await heard('bob', `wendy: ${text}`, { from: 'wendy' });
      }
      const came = (from, start) => cast.bob.messages((m) => m.from === from && m.text.startsWith(start)).map((m) => m.text);
      assert.deepEqual(came('zoe', 'while the host'), texts, 'each once, and in order');
      assert.deepEqual(came('wendy', 'wendy: while the host'), texts.map((t) => `wendy: ${t}`), 'each once, and in order');
      await cast.bob.sendText({ peer: 'zoe' }, 'bob is back');
      await heard('zoe', 'bob is back', { from: bobs });
    });

    step('and its users find their groups again', async () => {
      for (const who of ['bob', 'carl']) {
        await cast[who].reconnected(logins[who] + 1, 100000);
        await cast[who].joinGroup({ group }, { history: { maxstanzas: 3 } });
        await cast[who].heard.until('what was said meanwhile', (e) => e.kind === 'message' && e.text === 'to the group while the host was down');
      }
      await all('at last', ['zoe', 'bob', 'wendy', 'carl']);
    });
  });
}
