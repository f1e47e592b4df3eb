// XMPP users: @xmpp/client over WebSocket, TCP with STARTTLS, and direct TLS.

import WebSocket from 'ws';
import { client, xml } from '@xmpp/client';
import { parse } from 'ltx';
import { XMPPClient, plain } from './xmppclient.mjs';
import { within } from './timeline.mjs';

globalThis.WebSocket ??= WebSocket; // Node 20 has none

/** XMPPJS is a user of @xmpp/client. */
export class XMPPJS extends XMPPClient {
  constructor(gateway, user, { transport = 'ws', ...rest } = {}) {
    super(`@xmpp/client 0.14.0 over ${transport}`, gateway, user, rest);
    this.transport = transport;
  }

  service() {
    const { gateway: g } = this;
    return { ws: `${g.ws}/xmpp-websocket`, starttls: `xmpp://${g.addresses.xmpp}`, tls: `xmpps://${g.addresses.xmpp_tls}` }[this.transport];
  }

  async open() {
    this.xmpp = client({ service: this.service(), domain: this.gateway.domain, resource: this.resource, username: this.user,
      password: this.password });
    this.xmpp.timeout = 10000;
    this.xmpp.reconnect.delay = 500;
    let refused;
    this.xmpp.on('error', (e) => {
      refused ??= e;
      this.heard.add({ kind: 'error', message: String(e.message ?? e), condition: e.condition });
    });
    this.xmpp.on('stanza', (s) => this.take(plain(s)));
    this.xmpp.on('online', async (address) => {
      this.address_ = address.toString();
      await this.xmpp.send(xml('presence'));
      this.heard.add({ kind: 'online', address: this.address_ });
    });
    this.xmpp.on('disconnect', () => this.heard.add({ kind: 'disconnected' }));
    // start resolves at the first online; a refused login ends the stream with an error before.
    await within(15000, `${this.user} (${this.name}): login${refused ? `: ${refused}` : ''}`, this.xmpp.start());
    await this.heard.until('online', (e) => e.kind === 'online');
  }

  send(to, type, id, body) {
    return this.xmpp.send(xml('message', { to, type, id }, xml('body', {}, body)));
  }
  raw(text) {
    return this.xmpp.send(parse(text));
  }
  request(text) {
    return this.xmpp.iqCaller.request(parse(text), 15000);
  }
  async ping() {
    await this.xmpp.iqCaller.request(xml('iq', { type: 'get', to: this.gateway.domain }, xml('ping', 'urn:xmpp:ping')), 15000);
  }
  enter(address, nick, { history = {} } = {}) {
    return this.xmpp.send(xml('presence', { to: `${address}/${nick}` },
      xml('x', 'http://jabber.org/protocol/muc', xml('history', history))));
  }
  invite(address, whom) {
    return this.xmpp.send(xml('message', { to: address },
      xml('x', 'http://jabber.org/protocol/muc#user', xml('invite', { to: whom }))));
  }

  unlock(address) {
    return this.xmpp.iqCaller.request(xml('iq', { type: 'set', to: address }, xml('query', 'http://jabber.org/protocol/muc#owner',
      xml('x', { xmlns: 'jabber:x:data', type: 'submit' }))), 15000);
  }

  /** history reads the archive [XEP-0313], oldest first. */
  async history(place, limit = 50) {
    const kind = Object.keys(place)[0];
    const found = [];
    const queryid = `q${++this.sent}`;
    const collect = (stanza) => {
      const result = stanza.getChild('result', 'urn:xmpp:mam:2');
      if (!result || result.attrs.queryid !== queryid) return;
      const forwarded = result.getChild('forwarded');
      const message = plain(forwarded.getChild('message'));
      if (message.body !== undefined) {
        found.push({ id: result.attrs.id, from: (kind === 'peer' ? message.from.split('@')[0] : message.from.split('/')[1]),
          text: message.body, time: Date.parse(forwarded.getChild('delay').attrs.stamp) });
      }
    };
    this.xmpp.on('stanza', collect);
    const form = (fields) => xml('x', { xmlns: 'jabber:x:data', type: 'submit' },
      ...Object.entries({ FORM_TYPE: 'urn:xmpp:mam:2', ...fields }).map(([k, v]) => xml('field', { var: k }, xml('value', {}, v))));
    const to = kind === 'peer' ? undefined : this.address(place);
    try {
      await this.xmpp.iqCaller.request(xml('iq', { type: 'set', to }, xml('query', { xmlns: 'urn:xmpp:mam:2', queryid },
        form(kind === 'peer' ? { with: this.address(place) } : {}),
        xml('set', 'http://jabber.org/protocol/rsm', xml('max', {}, String(limit)), xml('before')))), 15000);
    } finally {
      this.xmpp.removeListener('stanza', collect);
    }
    return found;
  }

  /** connections returns how many times the library was online. */
  connections() {
    return this.heard.all((e) => e.kind === 'online').length;
  }
  reconnected(n, ms = 30000) {
    return this.heard.when(`connection number ${n}`, (heard) => heard.filter((e) => e.kind === 'online').length >= n, ms);
  }

  /** leave breaks the connection off as a dying process would. */
  async leave() {
    this.xmpp.reconnect.stop();
    const socket = this.xmpp.socket;
    this.xmpp.streamManagement.outbound_q.length = 0;
    const gone = new Promise((resolve) => this.xmpp.once('disconnect', resolve));
    (socket.socket?.terminate ?? socket.destroy).call(socket.socket ?? socket);
    await within(5000, 'end of the connection', gone);
  }

  async close() {
    this.xmpp.reconnect.stop();
    if (this.xmpp.status === 'online') await within(5000, `${this.user} (${this.name}): stop`, this.xmpp.stop()).catch(() => {});
    else this.xmpp.socket?.destroy?.();
  }
}
