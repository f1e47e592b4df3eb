// A network between a client and the gateway that can lose a connection without telling either.

import { once } from 'node:events';
import { connect, createServer } from 'node:net';

/** Relay passes bytes on, but for the connections that it has frozen: they stand, and nothing comes through. */
export class Relay {
  #open = new Set();

  /** start relays to a WebSocket address; its own is in ws. */
  static async start(address) {
    const relay = new Relay();
    const { hostname, port } = new URL(address);
    relay.server = createServer((near) => relay.#join(near, connect(Number(port), hostname))).listen(0, '127.0.0.1');
    await once(relay.server, 'listening');
    relay.ws = `ws://127.0.0.1:${relay.server.address().port}`;
    return relay;
  }

  #join(near, far) {
    const line = { near, far, frozen: false };
    this.#open.add(line);
    for (const [from, to] of [[near, far], [far, near]]) {
      from.on('data', (bytes) => line.frozen || to.write(bytes));
      from.on('error', () => {}); // it closes, too
      from.on('close', () => {
        if (line.frozen) return;
        this.#open.delete(line);
        to.destroy();
      });
    }
  }

  /** freeze loses all connections there are; those that are made later are good. */
  freeze() {
    for (const line of this.#open) line.frozen = true;
  }

  async close() {
    for (const { near, far } of this.#open) {
      near.destroy();
      far.destroy();
    }
    this.server.close();
    await once(this.server, 'close');
  }
}
