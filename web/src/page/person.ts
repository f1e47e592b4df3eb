// One of the three people: a client, and what it has said and heard.
import type { Access, Client, Heard, Place, Said } from '../clients/client.js';
import { Bell } from '../shared/bell.js';

export type Tick = 'sending' | 'sent' | 'delivered' | 'read' | 'failed';

export interface Line extends Said {
  key: string;
  own: boolean;
  tick: Tick;
  readers: string[];
  readCount: number;
  reactions: Map<string, string[]>;
  fault?: string;
  wasRead?: boolean;
}

export interface Notice {
  text: string;
  tone: 'plain' | 'bad';
}

const rank: Tick[] = ['failed', 'sending', 'sent', 'delivered', 'read'];
const historyLength = 30;
const noticeFor = 6_000;

export function placeKey(p: Place): string {
  return `${p.kind}:${p.id}`;
}

export class Person {
  readonly bell = new Bell();
  state: 'connecting' | 'online' | 'offline' = 'connecting';
  why?: string;
  notice?: Notice;
  /** What this person is writing, kept while another conversation is looked at. */
  replyTo?: Line;

  /** Whether this person's pane can be seen. */
  inView = false;

  private readonly lines = new Map<string, Line[]>();
  private readonly remembered = new Set<string>();
  private readonly typing = new Map<string, { by: string; until: number }>();
  private made = 0;
  private noticeTimer = 0;
  /** Changes to messages that have not come yet: a reaction may overtake the history that it belongs to. */
  private readonly early: Heard[] = [];

  constructor(
    readonly access: Access,
    private readonly client: Client,
    private readonly arrived: (person: Person, line: Line) => void,
  ) {}

  get id(): string {
    return this.access.id;
  }

  async open(): Promise<void> {
    try {
      await this.client.open((h) => this.heard(h));
      if (this.state === 'connecting') this.turn('online');
    } catch (e) {
      this.turn('offline', message(e));
    }
  }

  close(): void {
    void this.client.close().catch(() => {});
  }

  at(place: Place): Line[] {
    return this.lines.get(placeKey(place)) ?? [];
  }

  typist(place: Place): string | undefined {
    const t = this.typing.get(placeKey(place));
    return t && t.until > Date.now() ? t.by : undefined;
  }

  /** look gets ready what a conversation needs before it can be shown: entering a room, the messages of before. */
  async look(place: Place): Promise<void> {
    const key = placeKey(place);
    if (this.remembered.has(key) || this.state !== 'online') return;
    this.remembered.add(key);
    try {
      if (place.kind === 'room') await this.client.enter(place.id);
    } catch (e) {
      this.remembered.delete(key);
      this.say(`Cannot enter the room: ${message(e)}`, 'bad');
      return;
    }
    try {
      for (const said of await this.client.history(place, historyLength)) this.put(said, false);
      this.bell.ring();
    } catch (e) {
      this.say(`No history here: ${message(e)}`);
    }
  }

  async send(place: Place, draft: { text: string; file?: File; size?: { width: number; height: number } }): Promise<void> {
    const replyTo = this.replyTo;
    this.replyTo = undefined;
    const line = this.fresh({ id: '', place, from: this.id, text: draft.text, replyTo: replyTo?.id, time: Date.now() });
    if (draft.file) line.picture = { url: URL.createObjectURL(draft.file), ...draft.size };
    this.list(place).push(line);
    this.arrived(this, line);
    this.bell.ring();
    try {
      await this.whenOnline();
      const said = await this.client.send(place, { ...draft, replyTo });
      // The client may have heard its own message by another way meanwhile.
      const twin = this.list(place).find((l) => l !== line && same(l, said));
      if (twin) this.drop(twin);
      Object.assign(line, { ...said, picture: line.picture ?? said.picture });
      this.raise(line, 'sent');
      this.settleEarly();
    } catch (e) {
      line.tick = 'failed';
      line.fault = message(e);
    }
    this.bell.ring();
  }

  recall(line: Line): Promise<void> {
    return this.attempt('Taking back', () => this.client.recall(line));
  }

  react(line: Line, emoji: string): Promise<void> {
    const mine = [...line.reactions].filter(([, users]) => users.includes(this.id)).map(([e]) => e);
    const on = !mine.includes(emoji);
    const left = on ? [...mine, emoji] : mine.filter((e) => e !== emoji);
    return this.attempt('Reacting', () => this.client.react(line, emoji, on, left));
  }

  /** read tells the authors that what stands in place was seen. */
  async read(place: Place): Promise<void> {
    if (this.state !== 'online') return;
    const unread = this.at(place).filter((l) => !l.own && !l.wasRead && !l.recalled && l.id);
    for (const line of unread) line.wasRead = true;
    for (const line of unread.slice(-5)) {
      await this.client.read(line).catch(() => {}); // a read mark that does not arrive is no harm
    }
  }

  unread(place: Place): number {
    return this.at(place).filter((l) => !l.own && !l.wasRead && !l.recalled).length;
  }

  /** whenOnline lets what was written too early wait for the client to be there. */
  private whenOnline(): Promise<void> {
    if (this.state === 'online') return Promise.resolve();
    return new Promise((resolve, reject) => {
      const stop = this.bell.listen(() => {
        if (this.state === 'connecting') return;
        stop();
        if (this.state === 'online') resolve();
        else reject(new Error(this.why ?? 'not signed in'));
      });
      if (this.state === 'offline') {
        stop();
        reject(new Error(this.why ?? 'not signed in'));
      }
    });
  }

  private async attempt(what: string, act: () => Promise<void>): Promise<void> {
    try {
      await act();
    } catch (e) {
      this.say(`${what} did not work: ${message(e)}`, 'bad');
    }
    this.bell.ring();
  }

  say(text: string, tone: Notice['tone'] = 'plain'): void {
    this.notice = { text, tone };
    clearTimeout(this.noticeTimer);
    this.noticeTimer = window.setTimeout(() => {
      this.notice = undefined;
      this.bell.ring();
    }, noticeFor);
    this.bell.ring();
  }

  private turn(state: Person['state'], why?: string): void {
    // After a break the history is read again: what was missed in a room is told nowhere else.
    if (state === 'online' && this.state !== 'online') this.remembered.clear();
    this.state = state;
    this.why = why;
    this.bell.ring();
  }

  private heard(h: Heard): void {
    switch (h.kind) {
      case 'state':
        return this.turn(h.state, h.why);
      case 'message':
        this.put(h.message, h.live);
        break;
      case 'typing':
        this.typing.set(placeKey(h.place), { by: h.by, until: h.active ? Date.now() + 5_000 : 0 });
        break;
      default:
        if (!this.change(h) && this.early.length < 200) this.early.push(h);
    }
    this.bell.ring();
  }

  /** change does to a line what was heard of it. false: there is no such line. */
  private change(h: Heard): boolean {
    if (h.kind === 'delivered' || h.kind === 'read') return this.receipt(h);
    if (!('id' in h)) return true;
    const line = this.find(h.id);
    if (!line) return false;
    switch (h.kind) {
      case 'recalled':
        Object.assign(line, { recalled: true, text: '', picture: undefined });
        line.reactions.clear();
        break;
      case 'edited':
        Object.assign(line, { text: h.text, edited: true });
        break;
      case 'all reactions':
        line.reactions = new Map(h.reactions.filter((r) => r.users.length > 0).map((r) => [r.emoji, r.users]));
        break;
      case 'reaction':
        if (h.users.length > 0) line.reactions.set(h.emoji, h.users);
        else line.reactions.delete(h.emoji);
        break;
      case 'reactions':
        this.leave(line, h.by, h.emojis);
    }
    return true;
  }

  private leave(line: Line, by: string, emojis: string[]): void {
    for (const [emoji, users] of [...line.reactions]) {
      const others = users.filter((u) => u !== by);
      if (others.length > 0) line.reactions.set(emoji, others);
      else if (!emojis.includes(emoji)) line.reactions.delete(emoji);
      else line.reactions.set(emoji, []);
    }
    for (const emoji of emojis) line.reactions.set(emoji, [...(line.reactions.get(emoji) ?? []), by]);
  }

  private receipt(h: Heard & { kind: 'delivered' | 'read' }): boolean {
    const lines = h.id ? [this.find(h.id)] : this.list(h.place).filter((l) => l.id);
    for (const line of lines) {
      if (!line) return false;
      if (!line.own) continue;
      this.raise(line, h.kind);
      if (h.kind === 'read') {
        if (h.by && h.by !== this.id && !line.readers.includes(h.by)) line.readers.push(h.by);
        line.readCount = Math.max(line.readCount, h.count ?? 0, line.readers.length);
      }
      // Who has read a message has read those before it.
      if (h.kind === 'read' && h.id) {
        const all = this.list(line.place);
        for (const before of all.slice(0, all.indexOf(line))) if (before.own && before.id) this.raise(before, 'read');
      }
    }
    return true;
  }

  private raise(line: Line, tick: Tick): void {
    if (rank.indexOf(tick) > rank.indexOf(line.tick) || line.tick === 'failed') line.tick = tick;
  }

  private put(said: Said, live: boolean): void {
    const known = this.list(said.place).find((l) => same(l, said));
    if (known) {
      if (said.reached) this.raise(known, said.reached);
      known.event ??= said.event;
      if (said.recalled) Object.assign(known, { recalled: true, text: '', picture: undefined });
      else if (said.edited && said.text) Object.assign(known, { text: said.text, edited: true });
      return;
    }
    const line = this.fresh(said);
    const all = this.list(said.place);
    let at = all.length;
    while (at > 0 && all[at - 1]!.time > line.time && all[at - 1]!.tick !== 'sending') at--;
    all.splice(at, 0, line);
    this.typing.delete(placeKey(said.place));
    this.settleEarly();
    if (live) this.arrived(this, line);
  }

  private settleEarly(): void {
    for (const h of this.early.splice(0)) if (!this.change(h)) this.early.push(h);
  }

  private fresh(said: Said): Line {
    return { ...said, key: `${this.id}-${++this.made}`, own: said.from === this.id, tick: said.reached ?? (said.id ? 'sent' : 'sending'), readers: [], readCount: 0, reactions: new Map() };
  }

  private list(place: Place): Line[] {
    const key = placeKey(place);
    let list = this.lines.get(key);
    if (!list) this.lines.set(key, (list = []));
    return list;
  }

  private find(id: string): Line | undefined {
    for (const list of this.lines.values()) {
      const line = list.find((l) => l.id === id || l.event === id);
      if (line) return line;
    }
    return undefined;
  }

  private drop(line: Line): void {
    const list = this.list(line.place);
    list.splice(list.indexOf(line), 1);
  }
}

function same(a: Said, b: Said): boolean {
  return (a.id !== '' && a.id === b.id) || (a.event !== undefined && a.event === b.event) || a.event === b.id && b.id !== '' || b.event === a.id && a.id !== '';
}

export function message(e: unknown): string {
  return e instanceof Error ? e.message : String(e);
}
