// ZIM users: sdk/zim in Chromium.

import { execFile } from 'node:child_process';
import { access } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { PageClient } from './pageclient.mjs';

const run = promisify(execFile);
const sdk = fileURLToPath(new URL('../../sdk/zim/', import.meta.url));

let built;

/** bundle builds sdk/zim where its bundle is not there yet. */
export function bundle() {
  built ??= (async () => {
    try {
      await access(`${sdk}dist/index.mjs`);
      return;
    } catch {
      // not built yet
    }
    try {
      await access(`${sdk}node_modules/esbuild`);
    } catch {
      await run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: sdk, maxBuffer: 1 << 24 });
    }
    await run('npm', ['run', 'build'], { cwd: sdk, maxBuffer: 1 << 24 });
  })();
  return built;
}

/** ZIM is a user of sdk/zim. */
export class ZIM extends PageClient {
  constructor(gateway, browser, user, { token, userName } = {}) {
    super('sdk/zim', user, browser, ['/pages/zim.js']);
    this.gateway = gateway;
    this.token = token;
    this.userName = userName;
  }

  /** login opens the page and logs in, with a token from the gateway's command line unless one was given. */
  async login(device) {
    await bundle();
    await this.start(device);
    const token = this.token ?? (await this.gateway.zimToken(this.user));
    await this.do('login', { appID: this.gateway.appID, server: this.gateway.ws, user: this.user, token, userName: this.userName });
    return this;
  }

  /** connections returns how many times the SDK has reported that it is connected. */
  connections() {
    return this.heard.all((e) => e.kind === 'state' && e.state === 2).length;
  }

  reconnected(n, ms = 30000) {
    return this.heard.when(`connection number ${n}`,
      (heard) => heard.filter((e) => e.kind === 'state' && e.state === 2).length >= n, ms);
  }
}
