// easemob-websdk 1.4.15 and 1.11.1, which speak a dialect of XMPP, with a 4.x SDK, a ZIM client and an XMPP client.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Browser } from '../lib/browser.mjs';
import { Gateway } from '../lib/gateway.mjs';
import { WebIM } from '../lib/webim.mjs';
import { XMPPJS } from '../lib/xmppjs.mjs';
import { ZIM } from '../lib/zim.mjs';

const secret = 'classic-secret';
const event = (name, match = () => true) => [`${name}`, (e) => e.kind === 'event' && e.name === name && match(e.data)];

export function classic() {
  describe('classic WebIM', { concurrency: false, timeout: 180000 }, () => {
    let gateway;
    let browser;
    let old; // 1.4.15
    let late; // 1.11.1
    let new4;
    let zim;
    let xmpp;
    let group;

    before(async () => {
      process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0'; // the gateway's certificate is its own
      [gateway, browser] = await Promise.all([Gateway.start(), Browser.start()]);
      for (const user of ['olga', 'lars', 'nina', 'zora', 'xena']) await gateway.addUser(user, secret);
      old = new WebIM(gateway, browser, 'olga', { version: '1.4.15', password: secret });
      late = new WebIM(gateway, browser, 'lars', { version: '1.11.1', password: secret });
      new4 = new WebIM(gateway, browser, 'nina', { version: '4.21.1', password: secret });
      zim = new ZIM(gateway, browser, 'zora');
      xmpp = new XMPPJS(gateway, 'xena', { password: secret, transport: 'ws' });
    });

    after(async () => {
      for (const client of [old, late, new4, zim, xmpp]) await client?.close?.().catch(() => {});
      await browser?.close();
      await gateway?.end();
    });

    const step = (name, body) => test(`xmpp: classic WebIM: ${name}`, async () => {
      try {
        await body();
      } catch (e) {
        console.error(`the gateway's last lines:\n${gateway?.log()}`);
        throw e;
      }
    });

    const text = (client, from, words) => client.heard.until(`"${words}" from ${from}`,
      (e) => e.kind === 'message' && e.from === from && e.text === words);

    step('1.4.15 and 1.11.1 log in, with a password and with a token', async () => {
      await old.login();
      await late.login();
      const token = (await gateway.webimToken('lars')).trim();
      const again = new WebIM(gateway, browser, 'lars', { version: '1.11.1', token });
      await again.login();
      await again.close();
      await Promise.all([new4.login(), zim.login(), xmpp.login()]);
    });

    step('a wrong token is refused', async () => {
      const wrong = new WebIM(gateway, browser, 'lars', { version: '1.11.1', token: 'nonsense' });
      await assert.rejects(wrong.login(), /login: 2\b/); // WEBIM_CONNCTION_AUTH_ERROR
      await wrong.device.close();
    });

    step('a text goes to each and comes back', async () => {
      const others = [late, new4, zim, xmpp];
      for (const other of others) {
        const { id, localID } = await old.sendText({ peer: other.user }, `to ${other.user}: "<&>" ä 👋`, { ext: { k: 1, deep: { a: [true] } } });
        assert.match(id, /^\d{18,}$/);
        assert.match(localID, /^WEBIM_/);
        await text(other, 'olga', `to ${other.user}: "<&>" ä 👋`);
        await other.sendText({ peer: 'olga' }, `from ${other.user} & back`);
        await text(old, other.user, `from ${other.user} & back`);
      }
      const heard = late.messages((m) => m.from === 'olga')[0];
      assert.equal(heard.ext.k, 1);
      assert.deepEqual(heard.ext.deep, { a: [true] });
      assert.equal(heard.ext.weichat.originType, 'webim');
      assert.equal(new4.messages((m) => m.from === 'olga')[0].ext.k, 1);
    });
  });
}
