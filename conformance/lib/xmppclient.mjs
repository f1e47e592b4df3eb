// What the XMPP drivers have in common: addresses, and how a stanza becomes an event.

import { Timeline } from './timeline.mjs';
import { kindOf } from './pageclient.mjs';

// The plain words of a stanza that every driver hands over: {name, type, id, from, to, body, stamp, stanzaID, originID,
// nick, real, invite, status, error}.

/** XMPPClient is a user of some XMPP library; a driver gives it open, send, ping and shut. */
export class XMPPClient {
  constructor(name, gateway, user, { password, resource } = {}) {
    this.name = name;
    this.gateway = gateway;
    this.user = user;
    this.password = password;
    this.resource = resource ?? `c${Math.random().toString(36).slice(2, 8)}`;
    this.jid = `${user}@${gateway.domain}`;
    this.heard = new Timeline(`${user} (${name})`);
    this.occupants = new Map(); // group address/nick → real bare address
    this.joined = new Map(); // group address → nick
    this.sent = 0;
  }

  /** address writes a place as an address. */
  address(place) {
    const [kind, id] = kindOf(place);
    if (kind === 'peer') return `${id}@${this.gateway.domain}`;
    return `${id}@${kind === 'group' ? 'groups' : 'rooms'}.${this.gateway.domain}`;
  }

  /** take turns a stanza's plain words into the events of the timeline. */
  take(s) {
    const [bare, nick] = split(s.from ?? '');
    const [local, host] = bare.split('@');
    if (s.name === 'presence' && s.real) this.occupants.set(s.from, s.real.split('/')[0]);
    if (s.name === 'presence' || s.error) this.heard.add({ kind: s.error ? 'refusal' : 'presence', ...s });
    if (s.name !== 'message' || s.error) return;
    if (s.body === undefined || s.body === null) {
      this.heard.add({ kind: s.invite ? 'invitation' : 'message-without-body', ...s });
      return;
    }
    const own = host?.startsWith('groups.') || local.startsWith('#'); // the latter is how a component names both
    const muc = own ? 'group' : host?.startsWith('rooms.') ? 'room' : null;
    const real = this.occupants.get(s.from);
    this.heard.add({
      kind: s.invite ? 'invitation' : 'message', id: s.stanzaID ?? s.id, stanza: s.id, to: s.to, text: s.body, stamp: s.stamp,
      chat: muc ?? 'peer', conv: local.replace(/^#/, ''), from: muc ? (real ? real.split('@')[0] : nick) : local, nick: muc ? nick : undefined,
      type: s.type, own: muc ? this.joined.get(bare) === nick : false, invite: s.invite,
    });
  }

  /** sendText resolves when the server has it: the room has reflected it, or a ping behind it was answered. */
  async sendText(place, text) {
    const [kind] = kindOf(place);
    const id = `${this.resource}-${++this.sent}`;
    if (kind === 'peer') {
      await this.send(this.address(place), 'chat', id, text);
      await this.pass(id);
      return { localID: id };
    }
    await this.send(this.address(place), 'groupchat', id, text);
    const seen = await this.heard.until(`reflection of ${JSON.stringify(text)}`, (e) =>
      (e.kind === 'message' && e.own && e.stanza === id) || (e.kind === 'refusal' && e.id === id));
    if (seen.kind === 'refusal') throw new Error(`${this.user} (${this.name}): send: ${seen.error}`);
    return { localID: id, id: seen.id };
  }

  /** pass waits until everything sent so far has been dealt with; a refusal of id is an error. */
  async pass(id) {
    await this.ping();
    const refused = this.heard.all((e) => e.kind === 'refusal' && e.id === id)[0];
    if (refused) throw new Error(`${this.user} (${this.name}): send: ${refused.error}`);
  }

  /** joinGroup enters a group or room and waits for its own presence there. */
  async joinGroup(place, options = {}) {
    const address = this.address(place);
    const nick = options.nick ?? this.user;
    this.joined.set(address, nick);
    await this.enter(address, nick, options);
    const answer = await this.heard.until(`own presence in ${address}`, (e) =>
      (e.kind === 'presence' || e.kind === 'refusal') && e.name === 'presence' && split(e.from)[0] === address &&
      (e.error || (e.status ?? []).includes('110')));
    if (answer.error) throw new Error(`${this.user} (${this.name}): join ${address}: ${answer.error}`);
    this.joined.set(address, split(answer.from)[1]); // the room may have chosen another nick
  }
  joinRoom(id) {
    return this.joinGroup({ room: id });
  }

  /** createGroup enters an address that does not exist yet, which makes it, and invites the members. */
  async createGroup(name, members) {
    const address = this.address({ group: name });
    await this.joinGroup({ group: name });
    // A room that was made just now may be locked until its owner takes the default configuration [XEP-0045 §10.1.2].
    const made = this.heard.all((e) => e.kind === 'presence' && e.from.startsWith(`${address}/`) && e.status?.includes('201'));
    if (made.length > 0) await this.unlock(address);
    for (const m of members) await this.invite(address, `${m}@${this.gateway.domain}`);
    await this.ping();
    return name;
  }

  messages(match = () => true) {
    return this.heard.all((e) => e.kind === 'message' && match(e));
  }

  async login() {
    await this.open();
    this.heard.add({ kind: 'connected' });
    return this;
  }
}

/** split parts an address from its resource. */
export function split(address) {
  const at = address.indexOf('/');
  return at < 0 ? [address, ''] : [address.slice(0, at), address.slice(at + 1)];
}

/** plain reads the plain words out of an element with attrs, getChild and getChildren, as ltx has them. */
export function plain(stanza) {
  const x = stanza.getChild('x', 'http://jabber.org/protocol/muc#user');
  const error = stanza.attrs.type === 'error' ? stanza.getChild('error') : null;
  const direct = stanza.getChild('x', 'jabber:x:conference');
  const mediated = x?.getChild('invite');
  return {
    name: stanza.name, type: stanza.attrs.type, id: stanza.attrs.id, from: stanza.attrs.from, to: stanza.attrs.to,
    body: stanza.getChildText('body') ?? undefined,
    stamp: stanza.getChild('delay', 'urn:xmpp:delay')?.attrs.stamp,
    stanzaID: stanza.getChild('stanza-id', 'urn:xmpp:sid:0')?.attrs.id,
    originID: stanza.getChild('origin-id', 'urn:xmpp:sid:0')?.attrs.id,
    status: x?.getChildren('status').map((s) => s.attrs.code),
    real: x?.getChild('item')?.attrs.jid,
    invite: mediated ? split(stanza.attrs.from)[0] : direct?.attrs.jid,
    show: stanza.getChildText('show') ?? undefined,
    received: stanza.getChild('received', 'urn:xmpp:receipts')?.attrs.id,
    error: error ? (error.children.find((c) => c.attrs?.xmlns === 'urn:ietf:params:xml:ns:xmpp-stanzas')?.name ?? 'error') : undefined,
  };
}
