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

    step('a command, a place, a picture and a file, both ways', async () => {
      await old.do('send', 'peer', 'nina', 'cmd', { action: 'dance' });
      await new4.heard.until(...event('onCmdMessage', (d) => d.action === 'dance' && d.from === 'olga'));
      await late.do('send', 'peer', 'olga', 'location', { addr: 'street 1', lat: 39.9, lng: 116.3 });
      const place = await old.heard.until(...event('onLocationMessage'));
      assert.deepEqual([place.data.addr, place.data.lat, place.data.lng], ['street 1', 39.9, 116.3]);
      for (const [kind, name, type, here, there] of [['img', 'pixel.png', 'image/png', 'onPictureMessage', 'onImageMessage'],
        ['file', 'notes.txt', 'text/plain', 'onFileMessage', 'onFileMessage']]) {
        await late.do('upload', 'peer', 'olga', kind, { name, type, text: `bytes of ${name}`, width: 2, height: 3 });
        const got = await old.heard.until(...event(here, (d) => d.from === 'lars'));
        assert.equal(await (await fetch(got.data.url)).text(), `bytes of ${name}`, 'the link works by itself');
        await late.do('upload', 'peer', 'nina', kind, { name, type, text: `bytes of ${name}`, width: 2, height: 3 });
        await new4.heard.until(...event(there, (d) => d.from === 'lars'));
      }
    });

    step('receipts: delivered and read', async () => {
      const { id } = await old.sendText({ peer: 'lars' }, 'did it arrive?');
      await text(late, 'olga', 'did it arrive?');
      await late.do('receipt', 'olga', 'delivery', id);
      await old.heard.until(...event('onDeliveredMessage', (d) => d.mid === id));
      await late.do('receipt', 'olga', 'read', id);
      await old.heard.until(...event('onReadMessage', (d) => d.mid === id));
    });

    step('a group', async () => {
      group = await old.createGroup('Classics', ['lars', 'nina', 'zora']);
      await late.heard.until(...event('onInviteMessage', (d) => d.roomid === group && d.from === 'olga'));
      await late.sendText({ group }, 'hello group');
      for (const client of [old, new4, zim]) await text(client, 'lars', 'hello group');
      await zim.sendText({ group }, 'hello from ZIM');
      const heard = await text(late, 'zora', 'hello from ZIM');
      assert.deepEqual([heard.chat, heard.conv], ['group', group]);
    });

    step('a chat room', async () => {
      await xmpp.joinRoom('classic-lounge');
      await old.joinRoom('classic-lounge');
      await old.heard.until(...event('onPresence', (d) => d.type === 'joinChatRoomSuccess' && d.from === 'classic-lounge'));
      await old.sendText({ room: 'classic-lounge' }, 'hello room');
      await text(xmpp, 'olga', 'hello room');
      await xmpp.sendText({ room: 'classic-lounge' }, 'hello back');
      const heard = await text(old, 'xena', 'hello back');
      assert.deepEqual([heard.chat, heard.conv], ['room', 'classic-lounge']);
      await old.page.evaluate(() => window.client.conn.quitChatRoom({ roomId: 'classic-lounge' }));
      await old.heard.until(...event('onPresence', (d) => d.type === 'leaveChatRoom'));
    });

    step('what is said meanwhile comes on return, once and with its time', async () => {
      await late.close();
      await old.sendText({ peer: 'lars' }, 'while away');
      await new4.sendText({ group }, 'while away, to all');
      late = await new WebIM(gateway, browser, 'lars', { version: '1.11.1', password: secret }).login();
      const heard = await text(late, 'olga', 'while away');
      assert.ok(heard.time > 0, 'it has a time');
      await text(late, 'nina', 'while away, to all');
      assert.deepEqual(late.messages().map((m) => m.text), ['while away', 'while away, to all']);
    });

    /** lists waits until a client is handed out a block list with exactly these people. */
    const lists = (client, ...blocked) => client.heard.until(...event('onBlacklistUpdate', (d) => `${Object.keys(d).sort()}` === `${blocked}`));

    step('who is blocked cannot write', async () => {
      for (const client of [old, late]) {
        await client.call('getBlacklist');
        await lists(client);
        const jid = (user) => `dragoman#chat_${user}@easemob.com`;
        const block = (list) => client.call('addToBlackList', { list });
        await block({ zora: { type: 'jid', order: 1, jid: jid('zora') }, nina: { jid: jid('nina') } });
        const { data } = await lists(client, 'nina', 'zora');
        assert.deepEqual([data.zora.jid, data.zora.type, data.nina.name], [jid('zora'), 'jid', 'nina']);
        await assert.rejects(zim.sendText({ peer: client.user }, 'unheard'));
        await assert.rejects(new4.sendText({ peer: client.user }, 'unheard'), /603/);
        await client.call('removeFromBlackList', { list: { nina: data.nina } }); // the list as it shall be
        await lists(client, 'nina');
        await zim.sendText({ peer: client.user }, 'heard again');
        await text(client, 'zora', 'heard again');
        await assert.rejects(new4.sendText({ peer: client.user }, 'unheard'), /603/);
      }
    });
  });
}
