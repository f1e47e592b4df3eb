// Carol's client: @xmpp/client over WebSocket [RFC 7395], with the extensions that today's clients have.
import { client, xml, type Element, type XMPP } from '@xmpp/client';
import { within, device, type Access, type Client, type Draft, type Heard, type Place, type Said } from './client.js';

const ns = {
  muc: 'http://jabber.org/protocol/muc',
  receipts: 'urn:xmpp:receipts',
  markers: 'urn:xmpp:chat-markers:0',
  sid: 'urn:xmpp:sid:0',
  retract: 'urn:xmpp:message-retract:1',
  reactions: 'urn:xmpp:reactions:0',
  reply: 'urn:xmpp:reply:0',
  fallback: 'urn:xmpp:fallback:0',
  correct: 'urn:xmpp:message-correct:0',
  hints: 'urn:xmpp:hints',
  oob: 'jabber:x:oob',
  upload: 'urn:xmpp:http:upload:0',
  delay: 'urn:xmpp:delay',
  forward: 'urn:xmpp:forward:0',
  carbons: 'urn:xmpp:carbons:2',
  mam: 'urn:xmpp:mam:2',
  rsm: 'http://jabber.org/protocol/rsm',
  form: 'jabber:x:data',
  states: 'http://jabber.org/protocol/chatstates',
  moderate: 'urn:xmpp:message-moderate:1',
};

export class XMPPClient implements Client {
  private readonly xmpp: XMPP;
  private hear: (h: Heard) => void = () => {};
  private readonly inside = new Set<string>();
  /** Messages in groups are sent when the group gives them back [XEP-0045 §7.4]. */
  private readonly echoes = new Map<string, (event: string | undefined) => void>();
  private joined = new Map<string, () => void>();

  constructor(private readonly who: Access) {
    const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
    this.xmpp = client({
      service: `${scheme}://${location.host}/xmpp-websocket`,
      domain: who.domain,
      resource: `page-${device()}`,
      username: who.id,
      password: who.secret,
    });
    this.xmpp.timeout = 10_000;
    this.xmpp.reconnect.delay = 1_000;
    for (const g of who.groups) this.inside.add(this.address({ kind: 'group', id: g }));
  }

  async open(hear: (h: Heard) => void): Promise<void> {
    this.hear = hear;
    let refused: Error | undefined;
    this.xmpp.on('error', (e: Error) => {
      refused ??= e;
    });
    this.xmpp.on('disconnect', () => hear({ kind: 'state', state: 'connecting' }));
    this.xmpp.on('stanza', (s: Element) => this.take(s));
    this.xmpp.on('online', () => void this.online());
    await within('login', Promise.race([
      this.xmpp.start().then(() => undefined),
      new Promise<never>((_, reject) => this.xmpp.on('error', (e: Error & { condition?: string }) => {
        if (e.condition) reject(new Error(e.condition));
      })),
    ])).catch((e: unknown) => {
      throw refused ?? e;
    });
  }

  private async online(): Promise<void> {
    const { xmpp } = this;
    await xmpp.send(xml('presence'));
    xmpp.iqCaller.request(xml('iq', { type: 'set' }, xml('enable', ns.carbons))).catch(() => {}); // a server may not offer it
    for (const room of this.inside) await this.join(room).catch(() => {});
    this.hear({ kind: 'state', state: 'online' });
  }

  private async join(address: string): Promise<void> {
    const there = new Promise<void>((resolve) => this.joined.set(address, resolve));
    await this.xmpp.send(xml('presence', { to: `${address}/${this.who.id}` }, xml('x', ns.muc, xml('history', { maxstanzas: '0' }))));
    await within(`joining ${address}`, there);
  }

  async enter(room: string): Promise<void> {
    const address = this.address({ kind: 'room', id: room });
    if (this.inside.has(address)) return;
    await this.join(address);
    this.inside.add(address);
  }

  async send(place: Place, draft: Draft): Promise<Said> {
    const id = crypto.randomUUID();
    const { replyTo } = draft;
    const picture = draft.file && { url: await this.upload(draft.file), ...draft.size };
    const reply = replyTo && xml('reply', { xmlns: ns.reply, to: this.author(replyTo), id: this.ref(replyTo) });
    const stanza = xml('message', { to: this.address(place), type: this.type(place), id },
      xml('body', {}, picture ? picture.url : draft.text),
      picture && xml('x', ns.oob, xml('url', {}, picture.url)),
      reply,
      xml('origin-id', { xmlns: ns.sid, id }),
      place.kind === 'peer' ? xml('request', ns.receipts) : undefined,
      xml('markable', ns.markers));
    const said: Said = { id, place, from: this.who.id, text: picture ? '' : draft.text, picture, replyTo: replyTo?.id, time: Date.now() };
    if (place.kind === 'peer') {
      await this.xmpp.send(stanza);
      return said;
    }
    const echo = new Promise<string | undefined>((resolve) => this.echoes.set(id, resolve));
    await this.xmpp.send(stanza);
    said.event = await within('sending', echo).finally(() => this.echoes.delete(id));
    return said;
  }

  async recall(m: Said): Promise<void> {
    await this.xmpp.send(xml('message', { to: this.address(m.place), type: this.type(m.place), id: crypto.randomUUID() },
      xml('retract', { xmlns: ns.retract, id: this.ref(m) }),
      xml('fallback', { xmlns: ns.fallback, for: ns.retract }),
      xml('body', {}, 'This person took a message back, which your client cannot do.'),
      xml('store', ns.hints)));
    this.hear({ kind: 'recalled', id: m.id, by: this.who.id });
  }

  async react(m: Said, _emoji: string, _on: boolean, mine: string[]): Promise<void> {
    await this.xmpp.send(xml('message', { to: this.address(m.place), type: this.type(m.place), id: crypto.randomUUID() },
      xml('reactions', { xmlns: ns.reactions, id: this.ref(m) }, mine.map((e) => xml('reaction', {}, e))),
      xml('store', ns.hints)));
    this.hear({ kind: 'reactions', id: m.id, by: this.who.id, emojis: mine });
  }

  async read(m: Said): Promise<void> {
    await this.xmpp.send(xml('message', { to: this.address(m.place), type: this.type(m.place), id: crypto.randomUUID() },
      xml('displayed', { xmlns: ns.markers, id: this.ref(m) }), xml('store', ns.hints)));
  }

  async history(place: Place, limit: number): Promise<Said[]> {
    const queryid = crypto.randomUUID();
    const found: Said[] = [];
    const collect = (stanza: Element) => {
      const result = stanza.getChild('result', ns.mam);
      const message = result?.attrs.queryid === queryid && result.getChild('forwarded', ns.forward)?.getChild('message');
      if (!message) return;
      const at = Date.parse(result.getChild('forwarded', ns.forward)?.getChild('delay')?.attrs.stamp ?? '');
      const said = this.said(message, place, result.attrs.id);
      if (said) found.push({ ...said, time: at || said.time });
      else this.change(message, place);
    };
    const field = (name: string, value: string) => xml('field', { var: name }, xml('value', {}, value));
    this.xmpp.on('stanza', collect);
    try {
      await this.xmpp.iqCaller.request(xml('iq', { type: 'set', to: place.kind === 'peer' ? undefined : this.address(place) },
        xml('query', { xmlns: ns.mam, queryid },
          xml('x', { xmlns: ns.form, type: 'submit' }, field('FORM_TYPE', ns.mam),
            place.kind === 'peer' ? field('with', this.address(place)) : undefined),
          xml('set', ns.rsm, xml('max', {}, String(limit)), xml('before')))));
    } finally {
      this.xmpp.removeListener('stanza', collect);
    }
    return found;
  }

  async close(): Promise<void> {
    this.xmpp.reconnect.stop();
    await this.xmpp.stop();
  }

  private async upload(file: File): Promise<string> {
    const slot = await this.xmpp.iqCaller.request(xml('iq', { type: 'get', to: `upload.${this.who.domain}` },
      xml('request', { xmlns: ns.upload, filename: file.name, size: String(file.size), 'content-type': file.type })));
    const put = slot.getChild('slot', ns.upload)?.getChild('put');
    const get = slot.getChild('slot', ns.upload)?.getChild('get')?.attrs.url;
    if (!put?.attrs.url || !get) throw new Error('the server gave no place for the picture');
    const headers = Object.fromEntries(put.getChildren('header').map((h) => [h.attrs.name ?? '', h.text()]));
    const stored = await fetch(local(put.attrs.url), { method: 'PUT', body: file, headers: { 'content-type': file.type, ...headers } });
    if (!stored.ok) throw new Error(`the picture was not taken: ${stored.status}`);
    return get;
  }

  private address(p: Place): string {
    return p.kind === 'peer' ? `${p.id}@${this.who.domain}` : `${p.id}@${p.kind}s.${this.who.domain}`;
  }

  private type(p: Place): string {
    return p.kind === 'peer' ? 'chat' : 'groupchat';
  }

  private author(m: Said): string {
    return m.place.kind === 'peer' ? `${m.from}@${this.who.domain}` : `${this.address(m.place)}/${m.from}`;
  }

  /** In groups a message is named by the id that the group gave it, else by its author's [XEP-0444 §4.2]. */
  private ref(m: Said): string {
    return m.place.kind === 'peer' ? m.id : (m.event ?? m.id);
  }

  /** place finds out which conversation a stanza belongs to, and who speaks. */
  private whence(s: Element): { place: Place; from: string } | undefined {
    const [bare = '', resource = ''] = split(s.attrs.from ?? '', '/');
    const [local = '', domain = ''] = split(bare, '@');
    if (domain === `groups.${this.who.domain}`) return { place: { kind: 'group', id: local }, from: resource };
    if (domain === `rooms.${this.who.domain}`) return { place: { kind: 'room', id: local }, from: resource };
    if (domain !== this.who.domain) return undefined;
    const [to = ''] = split(split(s.attrs.to ?? '', '/')[0] ?? '', '@');
    return { place: { kind: 'peer', id: local === this.who.id ? to : local }, from: local };
  }

  private take(stanza: Element): void {
    if (stanza.is('presence')) return this.presence(stanza);
    if (!stanza.is('message') || stanza.attrs.type === 'error') return;
    const copy = (stanza.getChild('received', ns.carbons) ?? stanza.getChild('sent', ns.carbons))?.getChild('forwarded', ns.forward)?.getChild('message');
    const message = copy ?? stanza;
    const where = this.whence(message);
    if (!where) return;
    const said = this.said(message, where.place);
    if (!said) return this.change(message, where.place);
    const echo = said.from === this.who.id ? this.echoes.get(said.id) : undefined;
    if (echo) return echo(said.event);
    this.hear({ kind: 'message', message: said, live: !message.getChild('delay', ns.delay) });
    if (message.getChild('request', ns.receipts) && said.from !== this.who.id && !copy) {
      void this.xmpp.send(xml('message', { to: message.attrs.from, type: 'chat', id: crypto.randomUUID() },
        xml('received', { xmlns: ns.receipts, id: said.id }), xml('store', ns.hints)));
    }
  }

  private presence(s: Element): void {
    const [bare = ''] = split(s.attrs.from ?? '', '/');
    const own = s.getChild('x', `${ns.muc}#user`)?.getChildren('status').some((c) => c.attrs.code === '110');
    if (own && s.attrs.type !== 'unavailable') this.joined.get(bare)?.();
  }

  /** said makes of a stanza what it says; undefined where it says nothing of its own. */
  private said(s: Element, place: Place, archived?: string): Said | undefined {
    const text = s.getChildText('body');
    const tombstone = s.getChild('retracted', ns.retract);
    if (text === null && !tombstone) return undefined;
    if (s.getChild('retract', ns.retract) || s.getChild('replace', ns.correct)) return undefined;
    const where = this.whence(s);
    if (!where) return undefined;
    const url = s.getChild('x', ns.oob)?.getChildText('url');
    const event = archived ?? s.getChildren('stanza-id', ns.sid)[0]?.attrs.id;
    return {
      id: s.attrs.id ?? event ?? '',
      event,
      place,
      from: where.from,
      text: url && url === text ? '' : this.spoken(s, text ?? ''),
      picture: url ? { url: local(url) } : undefined,
      replyTo: s.getChild('reply', ns.reply)?.attrs.id,
      time: Date.parse(s.getChild('delay', ns.delay)?.attrs.stamp ?? '') || Date.now(),
      recalled: Boolean(tombstone),
    };
  }

  /** spoken is the text without what is there for clients that do not know replies [XEP-0428]. */
  private spoken(s: Element, text: string): string {
    const part = s.getChildren('fallback', ns.fallback).find((f) => f.attrs.for === ns.reply)?.getChild('body');
    const { start, end } = part?.attrs ?? {};
    if (start === undefined || end === undefined) return text;
    const points = [...text];
    return [...points.slice(0, Number(start)), ...points.slice(Number(end))].join('');
  }

  /** change tells what a stanza does to an earlier message. */
  private change(s: Element, place: Place): void {
    const by = this.whence(s)?.from ?? '';
    const received = s.getChild('received', ns.receipts)?.attrs.id;
    if (received) this.hear({ kind: 'delivered', place, id: received, by });
    const displayed = s.getChild('displayed', ns.markers)?.attrs.id;
    if (displayed && by !== this.who.id) this.hear({ kind: 'read', place, id: displayed, by });
    const retracted = s.getChild('retract', ns.retract)?.attrs.id;
    if (retracted) this.hear({ kind: 'recalled', id: retracted, by });
    const reactions = s.getChild('reactions', ns.reactions);
    if (reactions?.attrs.id) {
      this.hear({ kind: 'reactions', id: reactions.attrs.id, by, emojis: reactions.getChildren('reaction').map((r) => r.text()) });
    }
    const replaced = s.getChild('replace', ns.correct)?.attrs.id;
    if (replaced) this.hear({ kind: 'edited', id: replaced, text: s.getChildText('body') ?? '' });
    const composing = s.getChild('composing', ns.states);
    if (composing && by !== this.who.id) this.hear({ kind: 'typing', place, by, active: true });
    if (s.getChild('paused', ns.states) && by !== this.who.id) this.hear({ kind: 'typing', place, by, active: false });
  }
}

/** split cuts at the first separator: JIDs hold each at most once where it counts. */
function split(text: string, at: string): [string, string] {
  const i = text.indexOf(at);
  return i < 0 ? [text, ''] : [text.slice(0, i), text.slice(i + 1)];
}

/** local makes a link of this gateway one of this origin: the page may ask no other, whatever name the link has for it. */
export function local(url: string): string {
  try {
    const u = new URL(url, location.href);
    return location.origin + u.pathname + u.search;
  } catch {
    return url;
  }
}
