// Each library does what its users do with a message: they ask for a receipt, correct, react, take back, send a file and
// read the history. A WebIM user in Chromium is on the other side.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Browser } from '../lib/browser.mjs';
import { Gateway } from '../lib/gateway.mjs';
import { Slixmpp } from '../lib/slixmpp.mjs';
import { StanzaUser } from '../lib/stanza.mjs';
import { StropheUser } from '../lib/strophe.mjs';
import { WebIM } from '../lib/webim.mjs';
import { XMPPJS } from '../lib/xmppjs.mjs';

const secret = 'features-secret';
const pixel = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64');

/** upload puts a file where the service says, and returns where others get it [XEP-0363]. */
async function upload(client, name, type, bytes) {
  const answer = await client.request(`<iq xmlns="jabber:client" type="get" id="slot-${name}" to="upload.${client.gateway.domain}">` +
    `<request xmlns="urn:xmpp:http:upload:0" filename="${name}" size="${bytes.length}" content-type="${type}"/></iq>`);
  const slot = answer.getChild('slot', 'urn:xmpp:http:upload:0');
  const put = await fetch(slot.getChild('put').attrs.url, { method: 'PUT', body: bytes, headers: { 'content-type': type } });
  assert.equal(put.status, 201);
  return slot.getChild('get').attrs.url;
}

export function features() {
  describe('features', { concurrency: false, timeout: 180000 }, () => {
    let gateway;
    let browser;
    let wanda;
    const kinds = {
      'slixmpp over STARTTLS': (user) => new Slixmpp(gateway, user, { tls: 'starttls', password: secret }),
      'slixmpp over direct TLS': (user) => new Slixmpp(gateway, user, { tls: 'direct', password: secret }),
      '@xmpp/client over STARTTLS': (user) => new XMPPJS(gateway, user, { transport: 'starttls', password: secret }),
      '@xmpp/client over ws': (user) => new XMPPJS(gateway, user, { transport: 'ws', password: secret }),
      'strophe.js': (user) => new StropheUser(gateway, user, { password: secret }),
      stanza: (user) => new StanzaUser(gateway, user, { password: secret }),
    };

    before(async () => {
      process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0'; // the gateway's certificate is its own
      [gateway, browser] = await Promise.all([Gateway.start(), Browser.start()]);
      for (const user of ['wanda', ...Object.keys(kinds).map((_, i) => `f${i}`)]) await gateway.addUser(user, secret);
      wanda = await new WebIM(gateway, browser, 'wanda', { password: secret, options: { delivery: true } }).login();
    });

    after(async () => {
      await wanda?.close().catch(() => {});
      await browser?.close();
      await gateway?.end();
    });

    for (const [i, kind] of Object.keys(kinds).entries()) {
      test(`xmpp: ${kind}: receipt, correction, reaction, retraction, file, history`, async () => {
        const client = await kinds[kind](`f${i}`).login();
        try {
          await scene(client, wanda);
        } catch (e) {
          console.error(`the gateway's last lines:\n${gateway?.log()}`);
          throw e;
        } finally {
          await client.close();
        }
      });
    }
  });
}

async function scene(client, wanda) {
  const to = client.address({ peer: 'wanda' });
  const message = (id, inside) => client.raw(`<message xmlns="jabber:client" type="chat" to="${to}" id="${id}">${inside}</message>`);
  const id = `${client.user}-message-0001`;
  const long = `said by ${client.name} ${'and longer '.repeat(600)}`;
  const hears = (name, what, match) => wanda.heard.until(`${name} (${what})`, (e) => e.kind === 'event' && e.name === name && match(e.data));

  await message(id, `<body>${long}</body><request xmlns="urn:xmpp:receipts"/>`);
  const heard = await wanda.heard.until('the message', (e) => e.kind === 'message' && e.text === long);
  await client.heard.until('a receipt', (e) => e.received === id);

  await message(`${client.user}-message-0002`, `<body>better</body><replace xmlns="urn:xmpp:message-correct:0" id="${id}"/>`);
  await hears('onModifiedMessage', 'correction', (d) => d.msg === 'better');

  await message(`${client.user}-message-0003`, `<reactions xmlns="urn:xmpp:reactions:0" id="${id}"><reaction>👍</reaction></reactions>` +
    '<store xmlns="urn:xmpp:hints"/>');
  await hears('onReactionChange', 'reaction', (d) => d.messageId === heard.id && d.reactions.some((r) => r.reaction === '👍'));

  await message(`${client.user}-message-0004`, `<retract xmlns="urn:xmpp:message-retract:1" id="${id}"/>` +
    '<fallback xmlns="urn:xmpp:fallback:0" for="urn:xmpp:message-retract:1"/><body>taken back</body><store xmlns="urn:xmpp:hints"/>');
  await hears('onRecallMessage', 'retraction', (d) => String(d.mid) === heard.id);

  const url = await upload(client, 'pixel.png', 'image/png', pixel);
  await message(`${client.user}-message-0005`, `<body>${url}</body><x xmlns="jabber:x:oob"><url>${url}</url></x>`);
  const picture = await hears('onImageMessage', 'file', (d) => d.from === client.user);
  const got = await fetch(url);
  assert.equal(got.headers.get('content-type'), 'image/png');
  assert.deepEqual(Buffer.from(await got.arrayBuffer()), pixel);
  assert.ok(picture.data.url.startsWith('http'), picture.data.url);

  await message(`${client.user}-message-0006`, '<body>the last</body>');
  await client.ping();
  if (client.history) {
    const history = await client.history({ peer: 'wanda' });
    assert.equal(history.at(-1).text, 'the last');
    assert.ok(history.some((m) => m.text === url), 'the file is in the history');
  }
}
