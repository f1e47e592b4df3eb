// What no client should send, on every listener: it ends that session alone, in the protocol's own words, and three
// others go on talking.

import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { Frames, Wire } from './lib/attack.mjs';
import { Browser } from './lib/browser.mjs';
import { Gateway } from './lib/gateway.mjs';
import { Ledger } from './lib/ledger.mjs';
import { Slixmpp } from './lib/slixmpp.mjs';
import { WebIM } from './lib/webim.mjs';
import { XMPPJS } from './lib/xmppjs.mjs';
import { ZIM } from './lib/zim.mjs';

const header = "<?xml version='1.0'?><stream:stream to='localhost' version='1.0' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>";
const open = "<open xmlns='urn:ietf:params:xml:ns:xmpp-framing' to='localhost' version='1.0'/>";
const plainAuth = (user, password) => `<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>${
  Buffer.from(`\0${user}\0${password}`).toString('base64')}</auth>`;

describe('garbage', { concurrency: false, timeout: 240000 }, () => {
  let gateway;
  let browser;
  let group;
  let said = 0;
  const ledger = new Ledger();

  before(async () => {
    process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0'; // the gateway's certificate is its own
    [gateway, browser] = await Promise.all([Gateway.start(), Browser.start()]);
    for (const user of ['wendy', 'zoe', 'xavier', 'eve']) await gateway.addUser(user, 'secret');
    ledger.enlist(await new WebIM(gateway, browser, 'wendy', { password: 'secret' }).login());
    ledger.enlist(await new ZIM(gateway, browser, 'zoe').login());
    ledger.enlist(await new Slixmpp(gateway, 'xavier', { tls: 'direct', password: 'secret' }).login());
    group = await ledger.client('zoe').createGroup('Witnesses', ['wendy', 'xavier']);
    ledger.group(group, ledger.users);
    await ledger.client('xavier').joinGroup({ group });
  });

  after(async () => {
    for (const user of ledger.users) await ledger.client(user).close().catch(() => {});
    await browser?.close();
    await gateway?.end();
  });

  /** attack runs one attack; then the witnesses must still be in conversation, on the connections they had. */
  const attack = (name, body) => test(`garbage: ${name}`, async () => {
    const connections = ledger.users.map((u) => ledger.client(u).connections());
    try {
      await body();
      said++;
      for (const user of ledger.users) await ledger.say(user, { group }, `${user} after attack ${said}`);
      await ledger.all();
      assert.deepEqual(ledger.users.map((u) => ledger.client(u).connections()), connections, 'nobody had to connect anew');
    } catch (e) {
      console.error(`the gateway's last lines:\n${gateway?.log()}`);
      throw e;
    }
  });

  const json = async (answer) => {
    const text = await answer.text();
    try {
      return JSON.parse(text);
    } catch {
      throw new Error(`${answer.status} ${answer.url} is not JSON: ${text.slice(0, 200)}`);
    }
  };
  const post = (url, body, headers = {}) => fetch(url, { method: 'POST', body, headers: { 'content-type': 'application/json', ...headers } });

  // HTTP itself

  for (const listener of ['http', 'admin']) {
    attack(`random bytes on the ${listener} listener`, async () => {
      for (let i = 0; i < 20; i++) {
        const wire = await Wire.tcp(gateway.addresses[listener]);
        const told = await wire.write(Buffer.concat([randomBytes(200), Buffer.from('\r\n\r\n')])).end();
        assert.match(told, /^(HTTP\/1\.[01] 400 |$)/);
      }
    });
    attack(`half a request on the ${listener} listener`, async () => {
      const wire = await Wire.tcp(gateway.addresses[listener]);
      wire.write('POST /dragoman/chat/token HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{"grant');
      wire.destroy();
    });
    attack(`headers without end on the ${listener} listener`, async () => {
      const wire = await Wire.tcp(gateway.addresses[listener]);
      wire.write('GET / HTTP/1.1\r\nHost: x\r\n');
      for (let i = 0; i < 3000 && !wire.socket.destroyed; i++) wire.write(`X-Filler-${i}: ${'x'.repeat(1000)}\r\n`);
      const told = await wire.end();
      assert.match(told, /^(HTTP\/1\.1 431 |$)/);
    });
  }

  // WebIM

  attack('WebIM REST: what is not JSON, too large, or for nobody', async () => {
    for (const body of ['{"grant_type":', '[]', '"x"', randomBytes(300).toString('latin1')]) {
      const answer = await post(`${gateway.rest}/token`, body);
      assert.equal(answer.status, 400);
      assert.ok((await json(answer)).error);
    }
    const large = await post(`${gateway.rest}/token`, `{"grant_type":"password","username":"${'x'.repeat(20 << 20)}"}`).catch((e) => e);
    if (!(large instanceof Error)) {
      assert.ok([400, 413].includes(large.status), `status ${large.status}`);
      assert.ok((await json(large)).error);
    }
    const elsewhere = await post(`${gateway.http}/no/such/token`, '{}');
    assert.equal(elsewhere.status, 404);
    await json(elsewhere);
    const nowhere = await fetch(`${gateway.http}/nothing/here/at/all`);
    assert.equal(nowhere.status, 404);
    await json(nowhere);
  });

  attack('WebIM REST: wrong password and wrong token', async () => {
    const wrong = await post(`${gateway.rest}/token`, JSON.stringify({ grant_type: 'password', username: 'eve', password: 'guess' }));
    assert.equal(wrong.status, 400);
    assert.deepEqual((({ error, error_description }) => ({ error, error_description }))(await json(wrong)),
      { error: 'invalid_grant', error_description: 'invalid password' });
    for (const token of ['', 'x', randomBytes(40).toString('hex'), 'ü'.repeat(10)]) {
      const answer = await fetch(`${gateway.rest}/users/eve/joined_chatgroups`, { headers: { authorization: `Bearer ${encodeURIComponent(token)}` } });
      assert.equal(answer.status, 401);
      assert.ok((await json(answer)).error);
    }
  });

  attack('WebIM socket: random bytes', async () => {
    for (let i = 0; i < 20; i++) {
      const frames = await Frames.open(`${gateway.ws}/websocket`);
      frames.send(randomBytes(1 + i * 10));
      frames.send(Buffer.from([0xff, 0xff, 0xff]));
      await frames.end();
    }
  });

  attack('WebIM socket: text where bytes belong, and a frame too large', async () => {
    const text = await Frames.open(`${gateway.ws}/websocket`);
    await text.send('hello').end();
    const large = await Frames.open(`${gateway.ws}/websocket`);
    const { code } = await large.send(Buffer.alloc(32 << 20)).end();
    assert.ok([1009, 1006].includes(code), `close code ${code}`);
  });

  attack('WebIM socket: half a frame', async () => {
    const wire = await Wire.tcp(gateway.addresses.http);
    wire.write('GET /websocket HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n' +
      `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}\r\n\r\n`);
    await wire.until(/^HTTP\/1\.1 101 [^]*\r\n\r\n/);
    wire.write(Buffer.from([0x82, 0xfe, 0x10, 0x00, 1, 2, 3, 4, 5, 6, 7])); // 4,096 bytes announced, three come
    wire.destroy();
    const unmasked = await Wire.tcp(gateway.addresses.http);
    unmasked.write('GET /websocket HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n' +
      `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}\r\n\r\n`);
    await unmasked.until(/^HTTP\/1\.1 101 [^]*\r\n\r\n/);
    await unmasked.write(Buffer.from([0x82, 0x03, 1, 2, 3])).end(); // a client's frame must be masked
  });

  attack('WebIM SDK: a token that is none', async () => {
    const eve = new WebIM(gateway, browser, 'eve', { token: 'YWMt-not-a-token' });
    await assert.rejects(eve.login(), /login: 28 /);
    await eve.close();
  });
  attack('WebIM SDK: somebody else\'s token', async () => {
    const eve = new WebIM(gateway, browser, 'eve', { token: await gateway.webimToken('wendy') });
    await assert.rejects(eve.login(), /login: 28 /);
    await eve.close();
  });
  attack('WebIM SDK: a wrong password', async () => {
    const eve = new WebIM(gateway, browser, 'eve', { password: 'guess' });
    await assert.rejects(eve.login(), /login: 1 /);
    await eve.close();
  });
  attack('WebIM SDK: to nobody\'s group', async () => {
    const eve = await new WebIM(gateway, browser, 'eve', { password: 'secret' }).login();
    await assert.rejects(eve.sendText({ group: '999999999999999' }, 'anyone?'), /send: 605 /);
    await assert.rejects(eve.sendText({ group }, 'let me in'), /send: 602 /);
    await eve.close();
  });

  // ZIM

  attack('ZIM socket: what is no JSON, and what is no JSON-RPC', async () => {
    for (const frame of ['{', 'null null', randomBytes(50).toString('latin1')]) {
      const frames = await Frames.open(`${gateway.ws}/zim`, 'zim.dragoman.1');
      const answer = JSON.parse(await frames.send(frame).until(/error/));
      assert.equal(answer.error.code, -32700, frame);
      assert.equal((await frames.end()).code, 1007, frame);
    }
    // A broken envelope is answered as JSON-RPC says, and the client may go on.
    const frames = await Frames.open(`${gateway.ws}/zim`, 'zim.dragoman.1');
    for (const frame of ['[]', '{"jsonrpc":"1.0","id":1,"method":"login"}', '{"jsonrpc":"2.0","id":null,"method":"login"}']) {
      frames.texts.length = 0;
      assert.equal(JSON.parse(await frames.send(frame).until(/error/)).error.code, -32600, frame);
    }
    frames.destroy();
  });

  attack('ZIM socket: bytes where text belongs, a frame too large, invalid UTF-8', async () => {
    for (const frame of [randomBytes(100), Buffer.alloc(32 << 20, 0x20)]) {
      const frames = await Frames.open(`${gateway.ws}/zim`, 'zim.dragoman.1');
      await frames.send(frame).end();
    }
    const large = await Frames.open(`${gateway.ws}/zim`, 'zim.dragoman.1');
    const { code } = await large.send(`{"jsonrpc":"2.0","id":1,"method":"${'x'.repeat(32 << 20)}"}`).end();
    assert.ok([1009, 1006].includes(code), `close code ${code}`);
  });

  attack('ZIM socket: a method before login, and one that is none', async () => {
    const frames = await Frames.open(`${gateway.ws}/zim`, 'zim.dragoman.1');
    const early = JSON.parse(await frames.send('{"jsonrpc":"2.0","id":"early","method":"queryConversationList","params":{}}').until(/"early"/));
    assert.equal(early.error.code, 6000121); // not logged in
    frames.destroy();
  });

  attack('ZIM SDK: tokens that are none', async () => {
    const token = await gateway.zimToken('eve');
    const bytes = Buffer.from(token.slice(2), 'base64');
    bytes[bytes.length - 1] ^= 1;
    for (const [what, bad] of [['not a token', '04nonsense'], ['another\'s', await gateway.zimToken('wendy')],
      ['changed', `04${bytes.toString('base64')}`]]) {
      const eve = new ZIM(gateway, browser, 'eve', { token: bad });
      await assert.rejects(eve.login(), /login: 60001/, what);
      await eve.close();
    }
  });

  const zimQuery = (over = {}) => {
    const q = { Action: 'SendPeerMessage', AppId: '1', SignatureNonce: randomBytes(8).toString('hex'),
      Timestamp: String(Math.floor(Date.now() / 1000)), SignatureVersion: '2.0', ...over };
    q.Signature ??= createHash('md5').update(q.AppId + q.SignatureNonce + (over.secret ?? '') + q.Timestamp).digest('hex');
    delete q.secret;
    return `${gateway.http}/?${new URLSearchParams(q)}`;
  };

  attack('ZIM server API: wrong signature, stale signature, no JSON', async () => {
    const secret = await gateway.zimSecret();
    const code = async (url, body) => (await json(await post(url, body))).Code;
    const text = JSON.stringify({ FromUserId: 'zoe', ToUserId: ['wendy'], MessageType: 1, Priority: 2, MessageBody: { Message: 'x' } });
    assert.equal(await code(zimQuery({ secret: 'guess' }), text), 100000005);
    assert.equal(await code(zimQuery({ secret, Signature: 'xyz' }), text), 100000005);
    assert.equal(await code(zimQuery({ secret, Timestamp: '1600000000' }), text), 100000004);
    for (const body of ['{', '[]', randomBytes(100).toString('latin1')]) assert.notEqual(await code(zimQuery({ secret }), body), 0);
    const large = await post(zimQuery({ secret }), `{"FromUserId":"${'x'.repeat(20 << 20)}"}`).catch((e) => e);
    if (!(large instanceof Error)) assert.notEqual((await json(large)).Code, 0);
  });

  // XMPP

  attack('XMPP over TCP: random bytes', async () => {
    for (let i = 0; i < 20; i++) {
      const wire = await Wire.tcp(gateway.addresses.xmpp);
      const told = await wire.write(Buffer.concat([randomBytes(100), Buffer.from('>')])).end();
      assert.match(told, /<stream:error><[a-z-]+ xmlns=['"]urn:ietf:params:xml:ns:xmpp-streams['"]\/>.*<\/stream:stream>$/s);
    }
  });

  attack('XMPP over TCP: what is not well-formed, restricted, or of another namespace', async () => {
    for (const [what, condition] of [['<message></presence>', 'not-well-formed'], ['<!-- hello -->', 'restricted-xml'],
      ['<?php ?>', 'restricted-xml'], ['<!DOCTYPE x>', 'restricted-xml'], ['<message><body>&lol;</body></message>', '(restricted-xml|not-well-formed)'],
      ['<message><body>\xff\xfe</body></message>', '(not-well-formed|unsupported-encoding|bad-format)']]) {
      const wire = await Wire.tcp(gateway.addresses.xmpp);
      wire.write(header);
      await wire.until(/<\/stream:features>/);
      const told = await wire.write(Buffer.from(what, 'latin1')).end();
      assert.match(told, new RegExp(`<stream:error><${condition} `), what);
    }
    const wire = await Wire.tcp(gateway.addresses.xmpp);
    const told = await wire.write(header.replace('jabber:client', 'jabber:nonsense')).end();
    assert.match(told, /<invalid-namespace /);
    const nobody = await Wire.tcp(gateway.addresses.xmpp);
    assert.match(await nobody.write(header.replace("to='localhost'", "to='elsewhere.example'")).end(), /<host-unknown /);
  });

  attack('XMPP over TCP: half a stanza, and one too large', async () => {
    const half = await Wire.tcp(gateway.addresses.xmpp);
    half.write(header);
    await half.until(/<\/stream:features>/);
    half.write("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mech");
    half.destroy();
    const large = await Wire.tcp(gateway.addresses.xmpp);
    large.write(header);
    await large.until(/<\/stream:features>/);
    large.write(`<message><body>${'x'.repeat(8 << 20)}`);
    assert.match(await large.end(), /<policy-violation /);
  });

  attack('XMPP over TCP: wrong passwords', async () => {
    for (const transport of ['starttls', 'tls', 'ws']) {
      const eve = new XMPPJS(gateway, 'eve', { transport, password: 'guess' });
      await assert.rejects(eve.login(), /not-authorized/, transport);
      await eve.close();
    }
    const slim = new Slixmpp(gateway, 'eve', { password: 'guess' });
    await assert.rejects(slim.login(), /failed_all_auth|not-authorized/);
  });

  attack('XMPP over TLS: random bytes, HTTP, and garbage behind TLS', async () => {
    for (const bytes of [randomBytes(300), Buffer.from('GET / HTTP/1.0\r\n\r\n'), Buffer.from(header)]) {
      const wire = await Wire.tcp(gateway.addresses.xmpp_tls);
      await wire.write(bytes).end();
    }
    const wire = await Wire.tls(gateway.addresses.xmpp_tls);
    assert.match(await wire.write('GET / HTTP/1.0\r\n\r\n').end(), /<stream:error>/);
  });

  attack('XMPP over WebSocket: what is no stanza', async () => {
    for (const [frame, condition] of [['<', 'not-well-formed'], ['<message', 'not-well-formed'], ['<a/><b/>', 'not-well-formed'],
      ['<stream:stream xmlns:stream="http://etherx.jabber.org/streams" xmlns="jabber:client">', '[a-z-]+'], ['<!-- x -->', 'restricted-xml']]) {
      const frames = await Frames.open(`${gateway.ws}/xmpp-websocket`, 'xmpp');
      frames.send(open);
      await frames.until(/features/);
      frames.send(frame);
      assert.match(await frames.until(/error/), new RegExp(`<${condition} `), frame);
      await frames.until(/<close /);
      await frames.end();
    }
  });

  attack('XMPP over WebSocket: bytes, and a stanza too large', async () => {
    const bytes = await Frames.open(`${gateway.ws}/xmpp-websocket`, 'xmpp');
    await bytes.send(randomBytes(50)).end();
    const large = await Frames.open(`${gateway.ws}/xmpp-websocket`, 'xmpp');
    large.send(open);
    await large.until(/features/);
    const { code } = await large.send(`<message xmlns='jabber:client'><body>${'x'.repeat(32 << 20)}</body></message>`).end();
    assert.ok([1000, 1006, 1008, 1009].includes(code), `close code ${code}`);
  });

  attack('XMPP: someone else\'s address in from, and stanzas before login', async () => {
    const early = await Wire.tcp(gateway.addresses.xmpp);
    early.write(header);
    await early.until(/<\/stream:features>/);
    assert.match(await early.write("<message to='wendy@localhost'><body>early</body></message>").end(), /<not-authorized /);
    const forger = await Frames.open(`${gateway.ws}/xmpp-websocket`, 'xmpp');
    forger.send(open);
    await forger.until(/PLAIN/);
    forger.send(plainAuth('eve', 'secret'));
    await forger.until(/<success/);
    forger.texts.length = 0;
    forger.send(open);
    await forger.until(/<bind/);
    forger.send("<iq xmlns='jabber:client' type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>");
    await forger.until(/<jid>/);
    forger.send("<message xmlns='jabber:client' from='zoe@localhost' to='wendy@localhost' type='chat'><body>I am zoe</body></message>");
    await forger.until(/<invalid-from /);
    await forger.end();
  });
});
