// Everything that sdk/zim does against a running gateway, and what an app's server asks of it.
import { after, before } from 'node:test';
import { Browser } from './lib/browser.mjs';
import { Gateway } from './lib/gateway.mjs';
import { bundle } from './lib/zim.mjs';
import { open, world } from './zim/people.mjs';

before(async () => {
  world.people = [];
  await bundle();
  await open(await Gateway.start());
  world.browser = await Browser.start();
});

after(async () => {
  await world.browser?.close();
  await world.gateway?.end();
});

await import('./zim/session.mjs');
await import('./zim/messages.mjs');
await import('./zim/lists.mjs');
await import('./zim/users.mjs');
await import('./zim/groups.mjs');
await import('./zim/rooms.mjs');
await import('./zim/server.mjs');
await import('./zim/callbacks.mjs');
await import('./zim/others.mjs');
await import('./zim/asyncapi.mjs');
await import('./zim/coverage.mjs');
