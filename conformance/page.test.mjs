// The page at /: three real clients side by side, as a visitor finds them.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { deflateSync } from 'node:zlib';
import { Browser } from './lib/browser.mjs';
import { Gateway } from './lib/gateway.mjs';
import { png } from './lib/png.mjs';
import { everybody, Site, Stage } from './lib/site.mjs';

const pairs = [['alice', 'bob'], ['bob', 'carol'], ['alice', 'carol']];
const title = (name) => name[0].toUpperCase() + name.slice(1);

/** picture makes a PNG of one colour. */
function picture(width, height, colour) {
  const row = Buffer.from([0, ...Array.from({ length: width }, () => colour).flat()]);
  return png(width, height, 2, deflateSync(Buffer.concat(Array.from({ length: height }, () => row))));
}

describe('page', { concurrency: false, timeout: 600000 }, () => {
  let gateway;
  let browser;
  let stage;

  before(async () => {
    [gateway, browser] = await Promise.all([Gateway.start(), Browser.start()]);
  });

  after(async () => {
    await browser?.close();
    await gateway?.end();
  });

  const step = (name, body) => test(`page: ${name}`, async () => {
    try {
      await body();
    } catch (e) {
      console.error(`the gateway's last lines:\n${gateway?.log(20)}`);
      throw e;
    }
  });

  step('three clients sign in by themselves, and it says that they are demo accounts', async () => {
    stage = await Stage.open(browser, gateway);
    await stage.page.getByText('These are demo accounts').waitFor();
    assert.match(gateway.log(), /demo accounts are on/);
  });

  step('what one writes to the group the others read, and the ticks turn to read', async () => {
    for (const who of everybody) {
      const text = `Hello from ${who}`;
      await stage.say(who, text);
      await stage.heard(text);
      await stage.tick(who, text, 'read');
    }
    const [a, b, c] = await Promise.all(everybody.map((who) => stage.texts(who)));
    assert.deepEqual(b, a);
    assert.deepEqual(c, a);
  });

  step('an answer shows what it answers', async () => {
    for (const [who, to] of [['bob', 'alice'], ['carol', 'bob'], ['alice', 'carol']]) {
      await stage.menu(who, `Hello from ${to}`, 'Answer');
      await stage.say(who, `${who} answers`);
      for (const reader of everybody) await stage.line(reader, `${who} answers`).locator('.quote', { hasText: `Hello from ${to}` }).waitFor();
    }
  });

  step('a reaction appears in all three, and goes', async () => {
    const count = (who, emoji) => stage.line(who, 'Hello from alice').locator('.reactions button', { hasText: emoji });
    const emojis = { alice: '👍', bob: '🎉', carol: '😂' };
    for (const who of everybody) {
      await stage.menu(who, 'Hello from alice', emojis[who]);
      for (const reader of everybody) await count(reader, emojis[who]).waitFor();
    }
    await count('carol', '😂').click();
    for (const reader of everybody) await count(reader, '😂').waitFor({ state: 'detached' });
    assert.equal(await count('bob', '👍').count(), 1);
  });

  step('a picture arrives as a picture', async () => {
    const sizes = { alice: [60, 40], bob: [50, 70], carol: [80, 30] };
    for (const who of everybody) {
      const [width, height] = sizes[who];
      await stage.page.setInputFiles(`input[data-person=demo-${who}]`, { name: `${who}.png`, mimeType: 'image/png', buffer: picture(width, height, [90, 130, 120]) });
      for (const reader of everybody) {
        await stage.until(`${reader} sees ${who}'s picture`, ([id, w, h]) =>
          [...document.querySelectorAll(`#pane-demo-${id} .picture img`)].some((i) => i.complete && i.naturalWidth * h === i.naturalHeight * w && i.naturalWidth > 0), [reader, width, height]);
      }
    }
  });

  step('a message taken back is gone from all three', async () => {
    for (const who of everybody) {
      const text = `A slip by ${who}`;
      await stage.say(who, text);
      await stage.heard(text);
      const before = await stage.pane(everybody.at(-1)).locator('.gone').count();
      await stage.menu(who, text, 'Take back');
      for (const reader of everybody) {
        await stage.line(reader, text).waitFor({ state: 'detached' });
        await stage.pane(reader).locator('.gone').nth(before).waitFor();
      }
    }
  });

  step('how it travelled: the frame, the event, and what each protocol got', async () => {
    for (const who of everybody) {
      await stage.line(everybody[0], `Hello from ${who}`).locator('.travel-link').click();
      const dialog = stage.page.getByRole('dialog', { name: 'How it travelled' });
      await dialog.getByRole('region', { name: 'The original frame' }).filter({ hasText: `Hello from ${who}` }).first().waitFor();
      await dialog.getByRole('region', { name: 'The canonical event' }).filter({ hasText: `"from": "demo-${who}"` }).first().waitFor();
      for (const protocol of ['WebIM', 'ZIM', 'XMPP']) {
        const leg = dialog.locator('.leg', { has: stage.page.locator('.grade') }).filter({ hasText: protocol }).filter({ hasText: `Hello from ${who}` });
        await leg.first().waitFor();
        assert.match(await leg.first().locator('.grade').innerText(), /exact|degraded/);
      }
      await stage.page.keyboard.press('Escape');
      await dialog.waitFor({ state: 'detached' });
    }
  });

  step('the room', async () => {
    await stage.talk('The room');
    for (const who of everybody) {
      await stage.say(who, `In the room: ${who}`);
      await stage.heard(`In the room: ${who}`);
    }
  });

  for (const [a, b] of pairs) {
    step(`${a} and ${b} write to each other, and the third hears nothing`, async () => {
      await stage.talk(`${title(a)} & ${title(b)}`);
      for (const [from, to] of [[a, b], [b, a]]) {
        const text = `${from} to ${to} alone`;
        await stage.say(from, text);
        await stage.heard(text, [a, b]);
        await stage.tick(from, text, 'read');
        await stage.menu(to, text, '❤️');
        await stage.line(from, text).locator('.reactions button', { hasText: '❤️' }).waitFor();
      }
      await stage.menu(a, `${a} to ${b} alone`, 'Take back');
      for (const who of [a, b]) await stage.line(who, `${a} to ${b} alone`).waitFor({ state: 'detached' });
      const third = everybody.find((who) => who !== a && who !== b);
      await stage.pane(third).getByText('is not in this conversation').waitFor();
    });
  }

  step('nothing of it broke a rule, asked another host or moved under the eye', async () => {
    stage.clean();
    assert.ok(await stage.page.evaluate(() => window.shifted) < 0.02, 'layout shifts');
    const policy = (await (await fetch(`${gateway.http}/`)).headers).get('content-security-policy');
    assert.doesNotMatch(policy, /unsafe/);
    const frame = (await fetch(`${gateway.http}/-/webim.html`)).headers.get('content-security-policy');
    assert.match(frame, /'unsafe-eval'/);
    assert.match(frame, /sandbox allow-scripts/);
  });

  step('a visitor in another browser is the same three people on other devices', async () => {
    const other = await Stage.open(browser, gateway);
    await other.heard('Hello from alice'); // out of history
    await stage.talk('Three of us');
    await other.say('bob', 'From the other browser');
    await stage.heard('From the other browser');
    await stage.say('carol', 'And back');
    await other.heard('And back');
    other.clean();
    await other.close();
  });

  step('after a reload everything is still there', async () => {
    await stage.page.reload();
    await stage.online();
    await stage.heard('And back');
    await stage.line('carol', 'Hello from alice').locator('.reactions button', { hasText: '👍' }).waitFor();
    await stage.say('alice', 'Again');
    await stage.heard('Again');
    stage.clean();
  });

  step('what looks like a page is text, in the conversation and in its frames', async () => {
    const text = '<img src=x onerror="document.title=1"> <a href="javascript:document.title=2">go</a> javascript:alert(3) &lt;b&gt; "]]> </script>';
    for (const who of everybody) {
      await stage.say(who, `${who} ${text}`);
      for (const reader of everybody) assert.equal((await stage.line(reader, `${who} <img`).locator('.words').innerText()).trim(), `${who} ${text}`);
      await stage.line(who, `${who} <img`).locator('.travel-link').click();
      const dialog = stage.page.getByRole('dialog', { name: 'How it travelled' });
      await dialog.getByRole('region', { name: 'The canonical event' }).first().waitFor();
      assert.equal(await dialog.locator('.code mark').count() >= 5, true, 'what was said is marked in each frame');
      await stage.page.keyboard.press('Escape');
      await dialog.waitFor({ state: 'detached' });
    }
    await stage.page.setInputFiles('input[data-person=demo-bob]', { name: '"><img src=x onerror=alert(4)>.png', mimeType: 'image/png', buffer: picture(33, 44, [20, 30, 40]) });
    for (const reader of everybody) {
      await stage.until(`${reader} sees it`, (id) => [...document.querySelectorAll(`#pane-demo-${id} .picture img`)].some((i) => i.naturalWidth * 44 === i.naturalHeight * 33), reader);
    }
    assert.equal(await stage.page.locator('img[src="x"], a[href^="javascript"], [onerror]').count(), 0);
    assert.equal(await stage.page.title(), 'dragoman');
  });

  step('the gateway goes and comes back, and so do the three', async () => {
    await gateway.stop();
    await stage.until('all have noticed', () => document.querySelectorAll('.state.is-online').length === 0);
    await stage.say('bob', 'Written while it was away');
    await gateway.serve();
    await stage.online();
    await stage.heard('Written while it was away');
    for (const who of everybody) {
      await stage.say(who, `${who} is back`);
      await stage.heard(`${who} is back`);
    }
    await stage.talk('The room');
    await stage.say('carol', 'In the room again');
    await stage.heard('In the room again');
    stage.clean((f) => /WebSocket connection|WebSocket is already in CLOSING|ERR_CONNECTION_REFUSED/.test(f)); // the browser's own words for a server that is away
    await stage.close();
  });

  step('on a phone one swipes from one to the other', async () => {
    const phone = await Stage.open(browser, gateway, { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true });
    assert.equal(await phone.page.evaluate(() => document.documentElement.scrollWidth), 390, 'the page is wider than the screen');
    await phone.say('alice', 'From a phone');
    await phone.page.locator('.people').getByRole('button', { name: 'Carol' }).click();
    await phone.line('carol', 'From a phone').waitFor();
    await phone.until('Carol is in view', () => document.querySelector('.people [aria-current]')?.textContent?.includes('Carol'));
    await phone.line('carol', 'From a phone').locator('.travel-link').click();
    await phone.page.getByRole('dialog').getByText('Canonical event').waitFor();
    assert.equal(await phone.page.evaluate(() => document.documentElement.scrollWidth), 390, 'the dialog is wider than the screen');
    assert.deepEqual(await phone.axe(), []);
    phone.clean();
    await phone.close();
  });

  for (const colorScheme of ['light', 'dark']) {
    step(`axe-core finds nothing serious, ${colorScheme}`, async () => {
      const s = await Stage.open(browser, gateway, { colorScheme });
      assert.deepEqual(await s.axe(), []);
      await s.line('alice', 'From a phone').locator('.more').click();
      assert.deepEqual(await s.axe(), [], 'with an open menu');
      await s.page.keyboard.press('Escape');
      await s.line('alice', 'From a phone').locator('.travel-link').click();
      await s.page.getByRole('dialog').getByText('Canonical event').waitFor();
      assert.deepEqual(await s.axe(), [], 'with the way of a message');
      s.clean();
      await s.close();
    });
  }

  step('the keyboard alone is enough', async () => {
    const s = await Stage.open(browser, gateway);
    await s.page.locator('#write-demo-alice').focus();
    await s.page.keyboard.type('By keyboard');
    await s.page.keyboard.press('Enter');
    await s.heard('By keyboard');
    await s.line('alice', 'By keyboard').locator('.more').focus();
    await s.page.keyboard.press('Enter');
    await s.until('the menu has the focus', () => document.activeElement?.closest('.menu') !== null);
    await s.page.keyboard.press('Escape');
    await s.until('the button has it again', () => document.activeElement?.classList.contains('more'));
    await s.page.keyboard.press('Enter');
    await s.until('the menu is open again', () => document.activeElement?.closest('.menu') !== null);
    await s.page.keyboard.press('Enter');
    await s.line('carol', 'By keyboard').locator('.reactions button').waitFor();
    await s.line('alice', 'By keyboard').locator('.travel-link').focus();
    await s.page.keyboard.press('Enter');
    await s.page.getByRole('dialog').getByText('Canonical event').waitFor();
    await s.page.keyboard.press('Escape');
    await s.until('the link has the focus again', () => document.activeElement?.classList.contains('travel-link'));
    s.clean();
    await s.close();
  });

  step('"Show me" tells a story', async () => {
    const s = await Stage.open(browser, gateway);
    await s.page.getByRole('button', { name: 'Show me' }).click();
    for (const text of ['Good morning! I am on WebIM.', 'And I am on ZIM. I read you well.', 'XMPP here. So do I.']) await s.heard(text);
    await s.page.getByRole('button', { name: 'Show me' }).and(s.page.locator(':enabled')).waitFor();
    for (const who of everybody) assert.equal(await s.line(who, 'should not have said').count(), 0);
    s.clean();
    await s.close();
  });

  step('a page of another origin gets no credentials', async () => {
    const foreign = await browser.chromium.newContext();
    const page = await foreign.newPage();
    await page.goto(`${browser.origin}/`);
    const tried = await page.evaluate(async (to) => {
      const ask = (headers) => fetch(to, { method: 'POST', body: '{}', headers }).then((r) => `answered ${r.status}`, (e) => String(e));
      return [await ask({}), await ask({ 'X-Dragoman': 'page' })];
    }, `${gateway.http}/-/demo/open`);
    for (const result of tried) assert.doesNotMatch(result, /answered/);
    const forged = await fetch(`${gateway.http}/-/demo/open`, { method: 'POST', body: '{}', headers: { origin: browser.origin, 'x-dragoman': 'page' } });
    assert.equal(forged.status, 403);
    await foreign.close();
  });

  step('without the demo the page says so, and the accounts are closed', async () => {
    gateway.flags = ['--no-demo'];
    await gateway.stop();
    await gateway.serve();
    const s = await Site.open(browser, `${gateway.http}/`);
    await s.page.getByText('There are no demo accounts for this page').waitFor();
    assert.deepEqual(await s.axe(), []);
    s.clean();
    await s.close();
    const open = await fetch(`${gateway.http}/-/demo/open`, { method: 'POST', body: '{}', headers: { origin: gateway.http, 'x-dragoman': 'page' } });
    assert.notEqual(open.status, 200);
    await assert.rejects(gateway.webimToken('demo-alice'), /disabled/);
  });
});
