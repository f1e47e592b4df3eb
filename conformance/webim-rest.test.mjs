// What the WebIM SDKs ask by REST: nearly all of their methods, in the forms of 4.x and of 3.x, and what those concerned are told.
import { after, before } from 'node:test';
import { Browser } from './lib/browser.mjs';
import { open, world } from './webim/world.mjs';

before(async () => {
  [world.gateway, world.browser] = await Promise.all([open(), Browser.start()]);
});

after(async () => {
  await world.browser?.close();
  await world.gateway?.end();
});

await import('./webim/rest4.mjs');
await import('./webim/rest3.mjs');
