// WebIM users: unmodified easemob-websdk and agora-chat in Chromium.

import { PageClient } from './pageclient.mjs';

// What each SDK speaks over, and the page script of its generation.
const generations = {
  '4.21.1': { page: 'webim4', path: '/websocket' },
  'agora-1.4.0': { page: 'webim4', path: '/websocket' },
  '4.8.1': { page: 'webim4', path: '/ws', sockjs: true },
  '4.0.1': { page: 'webim4', path: '/ws', sockjs: true },
  'agora-1.3.0': { page: 'webim4', path: '/ws', sockjs: true },
  '3.6.3': { page: 'webim3', path: '/ws', sockjs: true },
  '1.11.1': { page: 'webim1', path: '/ws/', strophe: true },
  '1.4.15': { page: 'webim1', path: '/ws/', strophe: true },
};

/** WebIM is a user of one version of the SDK. options go to its connection; tap is shown the page before it loads. */
export class WebIM extends PageClient {
  constructor(gateway, browser, user, { version = '4.21.1', password, token, options, tap } = {}) {
    const g = generations[version];
    const before = g.strophe ? [`/sdk/strophe-${version}.js`] : [];
    super(`easemob-websdk ${version}`.replace('easemob-websdk agora-', 'agora-chat '), user, browser,
      [...before, `/sdk/${version}.js`, '/pages/webim.js', `/pages/${g.page}.js`]);
    this.gateway = gateway;
    this.version = version;
    this.generation = g;
    this.credentials = { password, token };
    this.options = options;
    this.tap = tap;
  }

  /** login opens the page and logs in, as the device of an earlier client if one is given. */
  async login(device) {
    await this.start(device);
    return this.enter();
  }

  /** enter logs in on the page that is open. */
  async enter() {
    const { gateway: g, generation } = this;
    const before = this.connections();
    await this.do('login', {
      appKey: g.appKey,
      url: (generation.sockjs ? g.http : g.ws) + generation.path,
      apiUrl: g.http,
      user: this.user,
      ...this.credentials,
      options: this.options,
    });
    await this.reconnected(before + 1);
    return this;
  }

  /** reconnected waits until the SDK, left to itself, has a connection again after the nth it had. */
  reconnected(n, ms = 30000) {
    return this.heard.when(`connection number ${n}`,
      (heard) => heard.filter((e) => e.kind === 'connected').length >= n, ms);
  }

  /** connections returns how many connections the SDK has reported so far. */
  connections() {
    return this.heard.all((e) => e.kind === 'connected').length;
  }
}
