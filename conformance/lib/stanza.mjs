// XMPP users: stanza (once stanza.io) over WebSocket.

import { createClient } from 'stanza';
import { parse } from './dom.mjs';
import { within } from './timeline.mjs';
import { XMPPClient, plain } from './xmppclient.mjs';

/** StanzaUser is a user of stanza. */
export class StanzaUser extends XMPPClient {
  constructor(gateway, user, options = {}) {
    super('stanza 12.22.1 over ws', gateway, user, options);
  }

  async open() {
    this.client = createClient({ jid: this.jid, password: this.password, resource: this.resource, autoReconnect: false,
      transports: { websocket: `${this.gateway.ws}/xmpp-websocket`, bosh: false } });
    // Its typed events leave out what it has no plugin for; what came in is what was heard.
    this.client.on('raw', (direction, text) => {
      if (direction === 'incoming' && /^<(message|presence)\b/.test(text)) this.take(plain(parse(text)));
    });
    this.client.on('disconnected', () => this.heard.add({ kind: 'disconnected' }));
    const started = new Promise((resolve, reject) => {
      this.client.on('session:started', resolve);
      this.client.on('auth:failed', () => reject(new Error(`${this.user} (${this.name}): login: auth:failed`)));
      this.client.on('stream:error', (e) => {
        this.heard.add({ kind: 'error', message: e.condition });
        reject(new Error(`${this.user} (${this.name}): login: ${e.condition}`));
      });
    });
    this.client.connect();
    await within(15000, `${this.user} (${this.name}): login`, started);
    this.client.sendPresence();
    await this.client.getRoster();
    this.heard.add({ kind: 'online', address: this.client.jid });
  }

  async send(to, type, id, body) {
    this.client.sendMessage({ to, type, id, body });
  }
  async raw(text) {
    this.client.transport.write(text);
  }
  async request(text) {
    const { id } = parse(text).attrs;
    const answered = new Promise((resolve) => {
      const hear = (direction, got) => {
        if (direction !== 'incoming' || !got.startsWith('<iq') || parse(got).attrs.id !== id) return;
        this.client.off('raw', hear);
        resolve(parse(got));
      };
      this.client.on('raw', hear);
    });
    this.client.transport.write(text);
    return within(15000, `${this.user} (${this.name}): answer to ${id}`, answered);
  }
  ping() {
    return this.client.ping(this.gateway.domain);
  }
  async enter(address, nick, { history = {} } = {}) {
    const maxStanzas = history.maxstanzas;
    // joinRoom resolves at the own presence, which joinGroup waits for as well.
    this.client.joinRoom(address, nick, { muc: { history: maxStanzas === undefined ? undefined : { maxStanzas } } }).catch(() => {});
  }
  async invite(address, to) {
    this.client.invite(address, [{ to }]);
  }
  unlock(address) {
    return this.client.configureRoom(address, {});
  }
  async history(place, limit = 50) {
    const peer = place.peer !== undefined;
    const answer = await this.client.searchHistory(peer ? this.client.jid.split('/')[0] : this.address(place),
      { with: peer ? this.address(place) : undefined, paging: { max: limit, before: '' } });
    return answer.results.filter((r) => r.item.message?.body !== undefined).map((r) => ({ id: r.id, text: r.item.message.body,
      from: peer ? r.item.message.from.split('@')[0] : r.item.message.from.split('/')[1], time: Number(r.item.delay.timestamp) }));
  }

  connections() {
    return this.heard.all((e) => e.kind === 'online').length;
  }

  async close() {
    this.client.disconnect();
    await this.heard.until('end of the connection', (e) => e.kind === 'disconnected', 5000).catch(() => {});
  }
}
