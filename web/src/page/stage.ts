// The whole of what is on stage: three people and the conversation that is being looked at.
import type { Client, Place, Protocol } from '../clients/client.js';
import { FramedClient } from '../clients/framed.js';
import { XMPPClient } from '../clients/xmpp.js';
import { ZIMClient } from '../clients/zim.js';
import { Bell } from '../shared/bell.js';
import type { Demo } from './api.js';
import { Person, type Line } from './person.js';

/** Talk is a conversation as the visitor sees it, from outside. */
export interface Talk {
  key: string;
  title: string;
  about: string;
  kind: Place['kind'];
  /** Who is in it, by user id. */
  members: string[];
  id: string;
}

/** Library is the real client that stands behind a protocol. */
export const libraries: Record<Protocol, { protocol: string; library: string }> = {
  webim: { protocol: 'WebIM', library: 'easemob-websdk 4.21.1' },
  zim: { protocol: 'ZIM', library: 'dragoman-zim 0.1.0' },
  xmpp: { protocol: 'XMPP', library: '@xmpp/client 0.14.0' },
};

export class Stage {
  readonly bell = new Bell();
  readonly people: Person[];
  readonly talks: Talk[];
  talk: Talk;
  /** What a screen reader is told. */
  announcement = '';

  private heardBy: { line: Line; names: string[] } | undefined;
  private announceTimer = 0;

  constructor(demo: Demo, frame: HTMLIFrameElement) {
    this.people = demo.people.map((who) => {
      const client: Client = who.protocol === 'webim' ? new FramedClient(who, frame) : who.protocol === 'zim' ? new ZIMClient(who) : new XMPPClient(who);
      return new Person(who, client, (p, line) => this.arrived(p, line));
    });
    this.talks = talks(demo);
    this.talk = this.talks[0]!;
    for (const p of this.people) p.bell.listen(() => this.followed(p));
  }

  open(): void {
    for (const p of this.people) void p.open();
    addEventListener('pagehide', () => {
      for (const p of this.people) p.close();
    });
  }

  choose(talk: Talk): void {
    this.talk = talk;
    for (const p of this.people) {
      p.replyTo = undefined;
      this.followed(p);
      p.bell.ring();
    }
    this.bell.ring();
  }

  /** place is what a talk is to one person; undefined: he is not in it. */
  place(talk: Talk, person: Person): Place | undefined {
    if (!talk.members.includes(person.id)) return undefined;
    if (talk.kind !== 'peer') return { kind: talk.kind, id: talk.id };
    return { kind: 'peer', id: talk.members.find((m) => m !== person.id)! };
  }

  name(id: string): string {
    return this.people.find((p) => p.id === id)?.access.name ?? id;
  }

  protocol(id: string): Protocol | undefined {
    return this.people.find((p) => p.id === id)?.access.protocol;
  }

  unread(talk: Talk): number {
    return Math.max(0, ...this.people.map((p) => {
      const place = this.place(talk, p);
      return place ? p.unread(place) : 0;
    }));
  }

  private followed(person: Person): void {
    const place = this.place(this.talk, person);
    if (place) void person.look(place);
    this.bell.ring();
  }

  private arrived(person: Person, line: Line): void {
    if (line.own) return;
    const first = this.heardBy;
    if (first && first.line.text === line.text && first.line.from === line.from) first.names.push(person.access.name);
    else this.heardBy = { line, names: [person.access.name] };
    clearTimeout(this.announceTimer);
    this.announceTimer = window.setTimeout(() => {
      const { line: heard, names } = this.heardBy!;
      this.heardBy = undefined;
      this.announcement = `${names.join(' and ')} got from ${this.name(heard.from)}: ${heard.text || 'a picture'}`;
      this.bell.ring();
    }, 700);
  }
}

function talks(demo: Demo): Talk[] {
  const ids = demo.people.map((p) => p.id);
  const pairs: [number, number][] = [[0, 1], [1, 2], [0, 2]];
  const name = (i: number) => demo.people[i]!.name;
  return [
    { key: 'group', title: demo.group.name, about: 'a group of three', kind: 'group', members: ids, id: demo.group.id },
    { key: 'room', title: demo.room.name, about: 'a room: one is in it while one is there', kind: 'room', members: ids, id: demo.room.id },
    ...pairs.map(([a, b]): Talk => ({
      key: `pair-${a}-${b}`,
      title: `${name(a)} & ${name(b)}`,
      about: 'one to one',
      kind: 'peer',
      members: [ids[a]!, ids[b]!],
      id: '',
    })),
  ];
}
