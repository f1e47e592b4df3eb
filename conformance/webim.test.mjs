// Unmodified easemob-websdk and agora-chat of all generations against a running gateway: what they say to each other, what
// they are refused, several devices of one user, and people of the other protocols among them.
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

await import('./webim/matrix.mjs');
await import('./webim/errors.mjs');
await import('./webim/hostile.mjs');
await import('./webim/devices.mjs');
await import('./webim/options.mjs');
await import('./webim/pointing.mjs');
await import('./webim/others.mjs');
