// The pages of "How to point each SDK here" in docs/protocols/webim.md, as they stand but for the address and the SDK's file.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { device, keep, register, scenarios, world } from './world.mjs';

const scenario = scenarios('webim');
const docs = readFileSync(new URL('../../docs/protocols/webim.md', import.meta.url), 'utf8');
const chapter = docs.slice(docs.indexOf('### 2.2 How to point each SDK here'), docs.indexOf('## 3. Framing'));
const pages = [...chapter.matchAll(/```html\n(.*?)```/gs)].map(([, html]) => html);

// The SDKs that each page is for, in the order of the pages.
const meant = [['4.21.1', 'agora-1.4.0'], ['4.8.1', '4.0.1', 'agora-1.3.0'], ['3.6.3'], ['1.11.1', '1.4.15']];

let bob;

scenario('the documented pages are one for each generation', async () => {
  assert.equal(pages.length, meant.length);
  await register('alice', world.gateway, 'a secret');
  bob = keep(await device(await register('bob'), '4.21.1'));
});

/** enter opens a documented page with the SDK's file and the gateway's address, and returns it. */
async function enter(html, version, visitor) {
  const page = await visitor.newPage();
  const path = `/alice-${version}.html`;
  world.browser.documents.set(path, html.replaceAll('https://chat.example.org', world.gateway.http).replaceAll('wss://chat.example.org', world.gateway.ws)
    .replace('"strophe.js"', `"/sdk/strophe-${version}.js"`).replace(/"(Easemob-chat|websdk)\.js"/, `"/sdk/${version}.js"`));
  await page.goto(world.browser.origin + path);
  return page;
}

for (const [i, versions] of meant.entries()) {
  for (const version of versions) {
    scenario(`the documented page lets ${version} in as it stands`, async () => {
      const visitor = await world.browser.chromium.newContext();
      try {
        const hellos = (heard) => heard.filter((e) => e.kind === 'message' && e.text === 'hello' && e.from === 'alice').length;
        const before = hellos(bob.heard.all());
        const page = await enter(pages[i], version, visitor);
        const shows = (text) => page.getByText(text).waitFor({ timeout: 20000 }).catch(async () => {
          throw new Error(`no ${text} on the page, but: ${await page.locator('#log').innerText()}`);
        });
        await bob.heard.when('what the page says', (heard) => hellos(heard) > before);
        await shows(/^sent \d{15,}$/);
        await bob.sendText({ peer: 'alice' }, `hello yourself, ${version}`);
        await shows(`bob: hello yourself, ${version}`);
        assert.doesNotMatch(await page.locator('#log').innerText(), /error/);
      } finally {
        await visitor.close();
      }
    });
  }
}

scenario('who the documented pages write to leaves', () => bob.close());
