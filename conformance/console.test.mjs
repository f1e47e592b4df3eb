// The operators' console on the admin address, with the page's three people to look at.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Browser } from './lib/browser.mjs';
import { Gateway } from './lib/gateway.mjs';
import { Site, Stage } from './lib/site.mjs';

describe('console', { concurrency: false, timeout: 600000 }, () => {
  let gateway;
  let browser;
  let stage;
  let desk;
  let admin;

  /** enter logs in with a token and returns the page. */
  async function enter(...flags) {
    const s = await Site.open(browser, `${admin}/`);
    await s.page.getByLabel('Token').fill(await gateway.command('admin', 'token', ...flags));
    await s.page.getByRole('button', { name: 'Log in' }).click();
    await s.page.getByRole('heading', { name: 'Overview' }).waitFor();
    return s;
  }
  const link = (name) => desk.page.getByRole('navigation').getByRole('link', { name, exact: true }).click();
  const row = (text) => desk.page.locator('tbody tr', { hasText: text }).first();
  const sure = async (where, name) => {
    await where.getByRole('button', { name, exact: true }).click();
    await where.getByRole('button', { name: `${name}?`, exact: true }).click();
  };
  const ask = (s, path) => s.page.evaluate(async (p) => {
    const r = await fetch(p, { headers: { 'X-Dragoman': 'console' } });
    return { status: r.status, text: await r.text() };
  }, path);

  before(async () => {
    [gateway, browser] = await Promise.all([Gateway.start(), Browser.start()]);
    admin = `http://${gateway.addresses.admin}`;
    stage = await Stage.open(browser, gateway);
    await stage.say('alice', 'Something private');
    await stage.heard('Something private');
  });

  after(async () => {
    await browser?.close();
    await gateway?.end();
  });

  const step = (name, body) => test(`console: ${name}`, async () => {
    try {
      await body();
    } catch (e) {
      console.error(`the gateway's last lines:\n${gateway?.log(20)}`);
      throw e;
    }
  });

  step('without a token nobody gets in', async () => {
    const s = await Site.open(browser, `${admin}/`);
    await s.page.getByLabel('Token').waitFor();
    assert.deepEqual(await s.axe(), []);
    s.clean();
    for (const path of ['overview', 'sessions', 'users', 'conv?place=group:1', 'audit', 'config', 'live']) {
      assert.equal((await ask(s, `/-/api/${path}`)).status, 401, path);
    }
    await s.page.getByLabel('Token').fill('not.a-token');
    await s.page.getByRole('button', { name: 'Log in' }).click();
    await s.page.getByText('the token is not valid').waitFor();
    await s.close();
  });

  step('with one it shows who is there, live', async () => {
    desk = await enter('--name', 'Robin', '--contents');
    await desk.page.getByText('live', { exact: true }).waitFor();
    await link('Sessions');
    for (const [who, protocol] of [['demo-alice', 'WebIM'], ['demo-bob', 'ZIM'], ['demo-carol', 'XMPP']]) {
      await row(who).filter({ hasText: protocol }).filter({ hasText: '127.0.0.1' }).waitFor();
    }
    const other = await Stage.open(browser, gateway);
    await desk.page.getByText('6 open').waitFor();
    await other.close();
  });

  step('what people write is there for who may see it, with the way that it took', async () => {
    await link('Groups');
    await desk.page.getByRole('button', { name: 'Three of us' }).click();
    await row('Something private').getByRole('button', { name: 'How it travelled' }).click();
    const dialog = desk.page.getByRole('dialog');
    for (const part of ['WebIM frame', 'Canonical event', 'ZIM', 'XMPP']) await dialog.getByRole('heading', { name: part }).first().waitFor();
    await dialog.getByRole('region', { name: 'The canonical event' }).filter({ hasText: 'Something private' }).first().waitFor();
    assert.deepEqual(await desk.axe(), []);
    await dialog.getByRole('button', { name: 'Close' }).click();
  });

  step('and for nobody else', async () => {
    const viewer = await enter('--name', 'Viv', '--role', 'viewer');
    await viewer.page.getByRole('link', { name: 'Groups' }).click();
    await viewer.page.getByRole('button', { name: 'Three of us' }).click();
    await viewer.page.getByText('What people write is hidden').waitFor();
    await viewer.page.locator('tbody tr', { hasText: 'message: text' }).first().waitFor();
    assert.equal(await viewer.page.getByRole('button', { name: 'Recall' }).count(), 0, 'a viewer is offered a recall');
    const place = decodeURIComponent((await viewer.page.evaluate(() => location.hash)).split('/')[2]);
    const id = JSON.parse((await ask(viewer, `/-/api/history?place=${place}`)).text).entries.at(-1).id;
    for (const path of [`history?place=${place}`, `travel?place=${place}&event=${id}`]) {
      const { status, text } = await ask(viewer, `/-/api/${path}`);
      assert.equal(status, 200, path);
      assert.doesNotMatch(text, /Something private/, path);
    }
    const refused = await viewer.page.evaluate(async () => (await fetch('/-/api/kick', { method: 'POST', headers: { 'X-Dragoman': 'console' },
      body: JSON.stringify({ user: 'demo-bob' }) })).status);
    assert.equal(refused, 403);
    await viewer.close();
  });

  step('a recall empties all three', async () => {
    await sure(row('Something private'), 'Recall');
    for (const who of ['alice', 'bob', 'carol']) await stage.pane(who).locator('.gone').waitFor();
  });

  step('who is muted cannot write to the group', async () => {
    const members = desk.page.getByRole('region', { name: 'Members' });
    const bob = members.locator('tr', { hasText: 'demo-bob' });
    await sure(bob, 'Mute');
    await bob.getByText('muted').waitFor();
    await stage.say('bob', 'I may not');
    await stage.tick('bob', 'I may not', 'not sent');
    await sure(bob, 'Unmute');
    await bob.getByText('muted').waitFor({ state: 'detached' });
    await stage.say('bob', 'Now I may');
    await stage.heard('Now I may');
  });

  step('who is kicked is told so', async () => {
    await link('Sessions');
    await sure(row('demo-alice'), 'Kick');
    await stage.pane('alice').getByText('signed out by an operator').waitFor();
  });

  step('who is disabled is out, and cannot return until enabled', async () => {
    await link('Users');
    await desk.page.getByRole('button', { name: 'demo-carol' }).click();
    await sure(desk.page.locator('main'), 'Disable');
    await desk.page.getByText('disabled', { exact: true }).waitFor();
    await stage.until('Carol is out', () => !document.querySelector('#pane-demo-carol .state.is-online'));
    await assert.rejects(gateway.webimToken('demo-carol'), /disabled/);
    await sure(desk.page.locator('main'), 'Enable');
    await desk.page.getByText('may sign in', { exact: true }).waitFor();
    await stage.page.reload();
    await stage.online();
  });

  step('everything stands in the audit log, and no contents', async () => {
    await link('Audit log');
    for (const [who, what] of [['Robin', 'recall'], ['Robin', 'mute'], ['Robin', 'kick'], ['Robin', 'disable'], ['Robin', 'trace'], ['Viv', 'login'], ['Viv', 'kick']]) {
      await desk.page.locator('tbody tr', { hasText: who }).filter({ hasText: what }).first().waitFor();
    }
    await row('the token is not valid').waitFor();
    const { text } = await ask(desk, '/-/api/audit');
    assert.doesNotMatch(text, /Something private/);
  });

  step('names that look like a page are text', async () => {
    const name = '<img src=x onerror="document.title=1">\u202e" onclick=\'x\' javascript:alert(1)';
    const [id, secret] = (await gateway.command('secret', 'webim')).split(/\s+/);
    const post = async (path, body, token) => (await fetch(`${gateway.rest}/${path}`, { method: 'POST', body: JSON.stringify(body),
      headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) } })).json();
    const { access_token: token } = await post('token', { grant_type: 'client_credentials', client_id: id, client_secret: secret });
    const made = await post('chatgroups', { groupname: name, desc: `${name} too`, public: true, maxusers: 200, owner: 'demo-alice', members: ['demo-bob'] }, token);
    assert.ok(made.data?.groupid, JSON.stringify(made));
    await post('messages/chatgroups', { from: 'demo-bob', to: [made.data.groupid], type: 'txt', body: { msg: name } }, token);
    await link('Groups');
    await desk.page.getByRole('button', { name: 'onclick' }).click();
    await row('onclick').getByRole('button', { name: 'How it travelled' }).click();
    const dialog = desk.page.getByRole('dialog');
    await dialog.getByRole('region', { name: 'The original frame' }).filter({ hasText: 'onclick' }).first().waitFor(); // what the app's server wrote
    await dialog.getByRole('button', { name: 'Close' }).click();
    assert.equal(await desk.page.locator('img, a[href^="javascript"], [onerror], [onclick]').count(), 0);
    assert.equal(await desk.page.title(), 'dragoman console');
    desk.clean();
  });

  step('configuration and health', async () => {
    await link('Configuration');
    await desk.page.getByText('recall_window: 2m').waitFor();
    await link('Health');
    for (const part of ['database', 'accounts', 'disk', 'ready']) await row(part).filter({ hasText: 'well' }).waitFor();
    await row('http').filter({ hasText: gateway.addresses.http }).waitFor();
  });

  for (const colorScheme of ['light', 'dark']) {
    step(`axe-core finds nothing serious, ${colorScheme}`, async () => {
      await desk.page.emulateMedia({ colorScheme });
      for (const name of ['Overview', 'Sessions', 'Users', 'Groups', 'Rooms', 'Callbacks', 'Audit log', 'Configuration', 'Health']) {
        await link(name);
        await desk.page.getByRole('heading', { name, level: 1 }).waitFor();
        assert.deepEqual(await desk.axe(), [], name);
      }
    });
  }

  step('on a phone nothing sticks out', async () => {
    await desk.page.setViewportSize({ width: 390, height: 844 });
    for (const name of ['Overview', 'Sessions', 'Callbacks', 'Audit log', 'Configuration']) {
      await link(name);
      await desk.page.getByRole('heading', { name, level: 1 }).waitFor();
      assert.equal(await desk.page.evaluate(() => document.documentElement.scrollWidth), 390, name);
    }
    await desk.page.setViewportSize({ width: 1440, height: 900 });
    desk.clean();
  });

  step('it comes back by itself after a restart', async () => {
    await gateway.stop();
    await desk.page.getByText('not connected').waitFor();
    await gateway.serve();
    await desk.page.getByText('live', { exact: true }).waitFor();
    await link('Sessions');
    await row('demo-carol').waitFor();
    desk.clean((f) => /ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED_ENCODING|ERR_EMPTY_RESPONSE|ERR_CONNECTION_RESET/.test(f));
  });

  step('another origin and another machine get nothing, even with a token', async () => {
    const token = await gateway.command('admin', 'token');
    const head = { cookie: `dragoman-console=${token}`, 'x-dragoman': 'console' };
    const answer = async (more) => (await fetch(`${admin}/-/api/overview`, { headers: { ...head, ...more } })).status;
    assert.equal(await answer({}), 200);
    assert.equal(await answer({ origin: 'https://evil.example' }), 403);
    assert.equal(await answer({ 'sec-fetch-site': 'cross-site' }), 403);
    assert.equal(await answer({ 'x-forwarded-for': '192.0.2.7' }), 403);
    assert.equal(await answer({ 'x-dragoman': '' }), 403);
    const foreign = await browser.chromium.newContext();
    await foreign.addCookies([{ name: 'dragoman-console', value: token, url: admin }]);
    const page = await foreign.newPage();
    await page.goto(`${browser.origin}/`);
    const read = await page.evaluate((to) => fetch(to, { credentials: 'include', headers: { 'X-Dragoman': 'console' } }).then((r) => r.text(), (e) => String(e)), `${admin}/-/api/overview`);
    assert.doesNotMatch(read, /pulse/);
    await foreign.close();
  });

  step('logging out ends it', async () => {
    await desk.page.getByRole('button', { name: 'Log out' }).click();
    await desk.page.getByLabel('Token').waitFor();
    assert.equal((await ask(desk, '/-/api/overview')).status, 401);
    await desk.close();
  });
});
