// XMPP users: strophe.js over WebSocket, on Node.

import { $iq, $msg, $pres, Strophe } from 'strophe.js';
import { DOMParser } from '@xmldom/xmldom';
import { wrap } from './dom.mjs';
import { within } from './timeline.mjs';
import { XMPPClient, plain } from './xmppclient.mjs';

Strophe.setLogLevel(Strophe.LogLevel.ERROR);

/** StropheUser is a user of strophe.js. */
export class StropheUser extends XMPPClient {
  constructor(gateway, user, options = {}) {
    super('strophe.js 5.0.0 over ws', gateway, user, options);
  }

  async open() {
    this.connection = new Strophe.Connection(`${this.gateway.ws}/xmpp-websocket`);
    const handle = (element) => {
      this.take(plain(wrap(element)));
      return true; // stay
    };
    this.connection.addHandler(handle, null, 'message');
    this.connection.addHandler(handle, null, 'presence');
    const connected = new Promise((resolve, reject) => {
      this.connection.connect(`${this.jid}/${this.resource}`, this.password, (status, condition) => {
        if (status === Strophe.Status.CONNECTED) resolve();
        if (status === Strophe.Status.DISCONNECTED) this.heard.add({ kind: 'disconnected' });
        if ([Strophe.Status.AUTHFAIL, Strophe.Status.CONNFAIL, Strophe.Status.ERROR].includes(status)) {
          this.heard.add({ kind: 'error', message: `status ${status}: ${condition}` });
          reject(new Error(`${this.user} (${this.name}): login: status ${status}: ${condition}`));
        }
      });
    });
    await within(15000, `${this.user} (${this.name}): login`, connected);
    this.connection.send($pres());
    this.heard.add({ kind: 'online', address: this.connection.jid });
  }

  async send(to, type, id, body) {
    this.connection.send($msg({ to, type, id }).c('body').t(body));
  }
  async raw(text) {
    this.connection.send(new DOMParser().parseFromString(text, 'text/xml').documentElement);
  }
  async request(text) {
    return wrap(await this.#ask(new DOMParser().parseFromString(text, 'text/xml').documentElement));
  }
  ping() {
    return this.#ask($iq({ type: 'get', to: this.gateway.domain }).c('ping', { xmlns: 'urn:xmpp:ping' }));
  }
  async enter(address, nick, { history = {} } = {}) {
    this.connection.send($pres({ to: `${address}/${nick}` }).c('x', { xmlns: 'http://jabber.org/protocol/muc' }).c('history', history));
  }
  async invite(address, to) {
    this.connection.send($msg({ to: address }).c('x', { xmlns: 'http://jabber.org/protocol/muc#user' }).c('invite', { to }));
  }
  unlock(to) {
    return this.#ask($iq({ type: 'set', to }).c('query', { xmlns: 'http://jabber.org/protocol/muc#owner' })
      .c('x', { xmlns: 'jabber:x:data', type: 'submit' }));
  }
  #ask(iq) {
    return new Promise((resolve, reject) => {
      this.connection.sendIQ(iq, resolve, (e) => reject(new Error(`${this.user} (${this.name}): ${e ?? 'no answer'}`)), 15000);
    });
  }

  connections() {
    return this.heard.all((e) => e.kind === 'online').length;
  }

  async close() {
    this.connection.disconnect('done');
    await this.heard.until('end of the connection', (e) => e.kind === 'disconnected', 5000).catch(() => {});
  }
}
