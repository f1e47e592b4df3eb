// What the vendor's web guide says of messages, a scenario for each thing that its code does: in the form of 3.x with 3.6.3,
// and in that of 4.x with 4.21.1.
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

await import('./webim/guide3.mjs');
await import('./webim/guide4.mjs');
