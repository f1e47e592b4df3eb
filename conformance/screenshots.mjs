// Pictures for docs/images, of what a running gateway's pages show: `make screenshots`.
//
//   node screenshots.mjs            all
//   node screenshots.mjs console    those whose name holds the word
//
//   page.png, page-dark, page-travelled, page-phone: the page at /
//   conversation-webim.png, -zim, -xmpp: one conversation, as the real client of each protocol shows it
//   console.png, console-sessions, console-dark: the operators' console

import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Browser } from './lib/browser.mjs';
import { Gateway } from './lib/gateway.mjs';
import { everybody, Site, Stage } from './lib/site.mjs';
import { photograph } from './lib/photograph.mjs';
import { meadow } from './lib/meadow.mjs';

const folder = fileURLToPath(new URL('../docs/images', import.meta.url));
const wanted = process.argv.slice(2);
const desktop = { viewport: { width: 1440, height: 900 } };
const phone = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };

/** talk has the three say what a picture needs: every kind of thing that the page shows. */
async function talk(stage) {
  await stage.say('alice', 'Morning! Does the new build run for you two?');
  await stage.heard('Morning! Does the new build run for you two?');
  await stage.menu('bob', 'Morning! Does the new build run for you two?', 'Answer');
  await stage.say('bob', 'It does. Three protocols, one group.');
  await stage.heard('It does. Three protocols, one group.');
  await stage.menu('carol', 'It does. Three protocols, one group.', '👍');
  for (const who of everybody) await stage.line(who, 'It does. Three protocols').locator('.reactions button', { hasText: '👍' }).waitFor();
  await stage.say('carol', 'Here as well, from XMPP.');
  await stage.heard('Here as well, from XMPP.');
  await stage.page.setInputFiles('input[data-person=demo-alice]', { name: 'meadow.png', mimeType: 'image/png', buffer: meadow(480, 270) });
  for (const who of ['bob', 'carol']) await stage.pane(who).locator('.line img').first().waitFor();
  await stage.say('bob', 'This one was a mistake');
  await stage.heard('This one was a mistake');
  await stage.menu('bob', 'This one was a mistake', 'Take back');
  for (const who of everybody) await stage.pane(who).locator('.gone').waitFor();
  await stage.say('carol', 'What a view.');
  await stage.heard('What a view.');
  await stage.tick('carol', 'What a view.', 'read');
}

/** travelled opens how a message travelled. */
async function travelled(stage, who, text) {
  await stage.line(who, text).locator('.travel-link').click();
  await stage.page.getByRole('dialog').getByRole('heading', { name: 'Canonical event' }).first().waitFor();
}

const gateway = await Gateway.start();
const browser = await Browser.start();
try {
  await mkdir(folder, { recursive: true });
  const protocols = { alice: 'webim', bob: 'zim', carol: 'xmpp' };
  const take = async (name, site, change, target = site.page) => {
    if (wanted.length > 0 && !wanted.some((w) => name.includes(w))) return;
    await change?.();
    const bytes = await photograph(target, path.join(folder, `${name}.png`));
    console.log(`${name}.png ${(bytes / 1024).toFixed(0)} KiB`);
  };
  const stage = await Stage.open(browser, gateway, { ...desktop, colorScheme: 'light' });
  await talk(stage);
  await take('page', stage);
  for (const who of everybody) await take(`conversation-${protocols[who]}`, stage, undefined, stage.pane(who));
  await take('page-dark', stage, () => stage.page.emulateMedia({ colorScheme: 'dark' }));
  await stage.page.emulateMedia({ colorScheme: 'light' });
  await take('page-travelled', stage, () => travelled(stage, 'carol', 'It does. Three protocols, one group.'));
  const small = await Stage.open(browser, gateway, { ...phone, colorScheme: 'light' });
  await small.heard('What a view.', ['alice']);
  await take('page-phone', small);
  await small.close();

  const admin = `http://${gateway.addresses.admin}`;
  const desk = await Site.open(browser, `${admin}/`, { ...desktop, colorScheme: 'light' });
  await desk.page.getByLabel('Token').fill(await gateway.command('admin', 'token', '--name', 'Robin', '--contents'));
  await desk.page.getByRole('button', { name: 'Log in' }).click();
  await desk.page.getByText('live', { exact: true }).waitFor();
  await stage.page.keyboard.press('Escape');
  for (let i = 0; i < 12; i++) { // something to draw
    const who = everybody[i % 3];
    await stage.say(who, `Line ${i + 1}`);
    await stage.heard(`Line ${i + 1}`);
  }
  await desk.page.waitForFunction(() => document.querySelectorAll('.charts svg path, .charts svg polyline').length > 3);
  await take('console', desk);
  const go = async (name) => {
    await desk.page.getByRole('navigation').getByRole('link', { name, exact: true }).click();
    await desk.page.getByRole('heading', { name, level: 1 }).waitFor();
  };
  await go('Sessions');
  await desk.page.locator('tbody tr', { hasText: 'demo-carol' }).first().waitFor();
  await take('console-sessions', desk);
  await take('console-dark', desk, async () => {
    await desk.page.emulateMedia({ colorScheme: 'dark' });
    await go('Overview');
  });
} finally {
  await browser.close();
  await gateway.end();
}
