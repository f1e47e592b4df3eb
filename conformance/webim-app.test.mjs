// The app's own server among unmodified WebIM SDKs: it is asked, told, and obeyed.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { after, before } from 'node:test';
import { Browser } from './lib/browser.mjs';
import { Timeline } from './lib/timeline.mjs';
import { wrong } from './webim/methods.mjs';
import { appToken, open, refused, rest, scenarios, someone, world } from './webim/world.mjs';

const heard = new Timeline('the app server');
const verdicts = { 'stop this': { valid: false, code: 'not in this shop' }, 'change this': { valid: true, payload: { bodies: [{ type: 'txt', msg: 'changed' }], ext: {} } } };
let app;

before(async () => {
  app = createServer(async (req, res) => {
    let text = '';
    for await (const chunk of req) text += chunk;
    const call = JSON.parse(text);
    heard.add({ kind: req.url.slice(1), call });
    res.writeHead(200, { 'content-type': 'application/json' });
    res.end(JSON.stringify(verdicts[call.payload?.bodies?.[0]?.msg] ?? { valid: true }));
  }).listen(0, '127.0.0.1');
  await once(app, 'listening');
  const url = `http://127.0.0.1:${app.address().port}`;
  [world.gateway, world.browser] = await Promise.all([open({
    DRAGOMAN_PROTOCOLS__WEBIM__BEFORE_SEND_URL: `${url}/asked`, DRAGOMAN_PROTOCOLS__WEBIM__BEFORE_SEND_WAIT: '3s', DRAGOMAN_PROTOCOLS__WEBIM__CALLBACK_URL: `${url}/told`,
    DRAGOMAN_BRIDGE__SENSITIVE_WORDS: 'casino',
  }), Browser.start()]);
});

after(async () => {
  await world.browser?.close();
  await world.gateway?.end();
  app?.close();
});

const scenario = scenarios('webim-app');

/** until waits until the app's server has been asked or told something that matches. */
const until = (kind, what, match) => heard.until(what, (e) => e.kind === kind && match(e.call)).then((e) => e.call);

for (const version of ['4.21.1', '3.6.3']) {
  scenario(`what the app's server stops is 502 to ${version} with its words, a listed word 501`, async () => {
    const [ann, ben] = await Promise.all([someone(version), someone(version)]);
    const failure = await refused(502, ann, ann.sendText({ peer: ben.user }, 'stop this'));
    assert.match(JSON.stringify(failure), /not in this shop/);
    await refused(501, ann, ann.sendText({ peer: ben.user }, 'to the CASINO'));
    const alert = await until('told', 'the alert', (c) => c.eventType === 'keyword_alert' && c.contentOwner === ann.user);
    assert.deepEqual([alert.contentReceiver, alert.sensitiveWords, alert.chatType, alert.status], [ben.user, ['casino'], 'chat:user:text', 'refuse']);
    await ann.sendText({ peer: ben.user }, 'change this');
    await ben.heard.until('the text that the app put there', (e) => e.kind === 'message' && e.text === 'changed' && e.from === ann.user);
  });
}

scenario('what happens is told to the app, signed with the secret of the command line', async () => {
  const secret = (await world.gateway.command('secret', 'webim-callback')).trim();
  const [ann, ben] = await Promise.all([someone('4.21.1'), someone('3.6.3')]);
  const online = await until('told', 'a login', (c) => c.status === 'online' && c.user.includes(`_${ann.user}@`));
  const group = await ann.createGroup('told', [ben.user]);
  await ann.sendText({ group }, 'to the group');
  const said = await until('told', 'the message', (c) => c.chat_type === 'groupchat' && c.payload.bodies[0].msg === 'to the group');
  assert.deepEqual([said.from, said.group_id, said.eventType], [ann.user, group, 'chat']);
  const made = await until('told', 'the group', (c) => c.chat_type === 'muc' && c.group_id === group && c.payload.operation === 'create');
  for (const call of [online, said, made]) {
    assert.equal(call.security, createHash('md5').update(call.callId + secret + call.timestamp).digest('hex'));
  }
  const asked = await until('asked', 'the question', (c) => c.payload.bodies[0].msg === 'to the group');
  assert.equal(asked.chat_type, 'groupchat');
});

scenario('the app mutes a user everywhere, disables a group, and tells everybody something', async () => {
  const [ann, ben] = await Promise.all([someone('4.21.1'), someone('3.6.3')]);
  const token = await appToken();
  const group = await ann.createGroup('obeyed', [ben.user]);
  await rest(token, 'POST', '/mutes', { username: ann.user, chat: -1 });
  await refused(219, ann, ann.sendText({ peer: ben.user }, 'silenced'));
  await rest(token, 'POST', '/mutes', { username: ann.user, chat: 0 });
  await ann.sendText({ peer: ben.user }, 'free again');
  await rest(token, 'POST', `/chatgroups/${group}/disable`);
  await refused(608, ann, ann.sendText({ group }, 'nobody hears this'));
  await rest(token, 'POST', `/chatgroups/${group}/enable`);
  await ann.sendText({ group }, 'open again');
  await rest(token, 'POST', '/messages/broadcast', { from: 'shop', msg: { type: 'txt', msg: 'to all' } });
  await Promise.all([ann, ben].map((p) => p.heard.until('the broadcast', (e) => e.kind === 'message' && e.text === 'to all' && e.from === 'shop')));
});

scenario("the documented table of the SDKs' methods is true", async () => {
  assert.deepEqual(wrong(), [], 'run make documents');
});
