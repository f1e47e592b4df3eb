// Options of the connection that change how the SDKs reach the gateway, and what passes between them.

import assert from 'node:assert/strict';
import { WebIM } from '../lib/webim.mjs';
import { fresh, keep, open, register, scenarios, someone, world } from './world.mjs';

const scenario = scenarios('webim');

scenario('LZ4: 4.21.1 offers it, and what passes is compressed both ways', async () => {
  const gateway = await open({ DRAGOMAN_PROTOCOLS__WEBIM__LZ4: 'true' });
  try {
    const frames = { sent: [], received: [] };
    const tap = (page) => page.on('websocket', (ws) => {
      ws.on('framesent', (f) => frames.sent.push(f.payload.length));
      ws.on('framereceived', (f) => frames.received.push(f.payload.length));
    });
    const [ann, ben] = [await someone('4.21.1', { gateway, tap }), await someone('3.6.3', { gateway })];
    const long = 'the same words again and again. '.repeat(600);
    const [a, b] = [frames.sent.length, frames.received.length];
    for (let i = 0; i < 5; i++) {
      await ann.sendText({ peer: ben.user }, `${i} ${long}`);
      await ben.heard.until('the long text', (e) => e.kind === 'message' && e.text === `${i} ${long}`);
      await ben.sendText({ peer: ann.user }, `${i} back ${long}`);
      await ann.heard.until('the long answer', (e) => e.kind === 'message' && e.text === `${i} back ${long}`);
    }
    for (const way of [frames.sent.slice(a), frames.received.slice(b)]) {
      assert.ok(way.length >= 5 && Math.max(...way) < long.length / 10, `frames of ${way} bytes for texts of ${long.length}`);
    }
    assert.deepEqual(ann.heard.all((e) => e.kind === 'error' || e.kind === 'disconnected'), []);
  } finally {
    await gateway.end();
  }
});

/** viaDNS logs a user in whose page asks the vendor's DNS for its hosts, which alone is redirected to the gateway. */
async function viaDNS(version, options) {
  const asked = [];
  const user = await register(fresh('dns'));
  const client = new WebIM(world.gateway, world.browser, user, { version, password: 'webim-secret', options: { isHttpDNS: true, url: undefined, apiUrl: undefined, ...options },
    tap: (page) => page.route((url) => url.pathname.endsWith('/easemob/server.json'), async (route) => {
      const url = new URL(route.request().url());
      asked.push(url);
      const answer = await fetch(`${world.gateway.http}/easemob/server.json${url.search}`, { headers: { origin: world.browser.origin } });
      await route.fulfill({ status: answer.status, headers: { 'content-type': 'application/json', 'access-control-allow-origin': answer.headers.get('access-control-allow-origin') }, body: await answer.text() });
    }) });
  world.people.push(client);
  await client.login();
  assert.ok(asked.length >= 1 && asked.every((u) => u.origin !== world.gateway.http), asked.map(String).join(' '));
  return { client, asked };
}

let peer;

for (const version of ['4.21.1', 'agora-1.4.0', '4.8.1', '4.0.1', '3.6.3']) {
  scenario(`DNS: ${version} finds the gateway where the vendor's DNS is redirected to it`, async () => {
    const { client } = await viaDNS(version);
    peer ??= keep(await someone('3.6.3'));
    await client.sendText({ peer: peer.user }, 'found you');
    await peer.heard.until('the text', (e) => e.kind === 'message' && e.text === 'found you' && e.from === client.user);
    await peer.sendText({ peer: client.user }, 'so you did');
    await client.heard.until('the answer', (e) => e.kind === 'message' && e.text === 'so you did');
  });
}

scenario('DNS: 4.21.1 with an appId learns its app key', async () => {
  const { client, asked } = await viaDNS('4.21.1', { appKey: undefined, appId: 'some-app-id' });
  assert.equal(asked[0].searchParams.get('app_id'), 'some-app-id');
  await client.sendText({ peer: peer.user }, 'by app id');
  await peer.heard.until('the text', (e) => e.kind === 'message' && e.text === 'by app id');
  await peer.close();
});
