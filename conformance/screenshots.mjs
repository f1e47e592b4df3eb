// Pictures for docs/images, of what a running gateway's pages show: `make screenshots`.
//
//   conversation-webim.png, -zim.png, -xmpp.png: one conversation, as the real client of each protocol shows it

import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { Browser } from './lib/browser.mjs';
import { Gateway } from './lib/gateway.mjs';
import { everybody, Stage } from './lib/site.mjs';

const folder = fileURLToPath(new URL('../docs/images/', import.meta.url));
const protocols = { alice: 'webim', bob: 'zim', carol: 'xmpp' };

/** converse has three people say something of most kinds. */
async function converse(stage) {
  const say = async (who, text) => {
    await stage.say(who, text);
    await stage.heard(text);
  };
  await say('alice', 'Good morning! Who brings the lanterns?');
  await stage.menu('bob', 'Who brings the lanterns?', 'Answer');
  await say('bob', 'I do, six of them 🏮');
  await stage.menu('carol', 'I do, six of them', '👍');
  for (const reader of everybody) await stage.line(reader, 'I do, six of them').locator('.reactions button', { hasText: '👍' }).waitFor();
  await say('carol', 'And the tea is on me');
  await say('bob', 'Sent by mistake');
  await stage.menu('bob', 'Sent by mistake', 'Take back');
  for (const reader of everybody) await stage.pane(reader).locator('.gone').first().waitFor();
  await say('alice', 'See you at eight');
  await stage.tick('alice', 'See you at eight', 'read');
}

async function conversation(browser, gateway) {
  const stage = await Stage.open(browser, gateway);
  await converse(stage);
  for (const who of everybody) {
    const pane = stage.pane(who);
    await pane.locator('.line').last().scrollIntoViewIfNeeded();
    await pane.screenshot({ path: `${folder}conversation-${protocols[who]}.png` });
  }
  stage.clean();
}

await mkdir(folder, { recursive: true });
const [gateway, browser] = await Promise.all([Gateway.start(), Browser.start()]);
try {
  await conversation(browser, gateway);
} finally {
  await browser.close();
  await gateway.end();
}
