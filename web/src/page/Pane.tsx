// One person's client.
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Place } from '../clients/client.js';
import { useBell } from '../shared/bell.js';
import { Composer } from './Composer.js';
import { Message } from './Message.js';
import type { Line, Person } from './person.js';
import { libraries, type Stage } from './stage.js';

/** readAfter is how long a person takes to read: long enough that the ticks are seen to turn. */
const readAfter = 900;

export function Pane({ person, stage, onTravel }: { person: Person; stage: Stage; onTravel: (p: Person, l: Line) => void }) {
  useBell(person.bell);
  const section = useRef<HTMLElement>(null);
  const { access } = person;
  const place = stage.place(stage.talk, person);
  const lines = place ? person.at(place) : [];
  useReading(section, person, place, lines.length);
  const { protocol, library } = libraries[access.protocol];
  return (
    <section class={`pane by-${access.protocol}`} id={`pane-${access.id}`} ref={section} aria-labelledby={`name-${access.id}`}>
      <header class="pane-head">
        <span class="face" aria-hidden="true">{access.name[0]}</span>
        <div class="who">
          <h2 id={`name-${access.id}`}>{access.name} <span class="badge">{protocol}</span></h2>
          <p class="library">{library}</p>
        </div>
        <p key={person.state} class={`state is-${person.state}`} role="status">{person.state === 'offline' ? (person.why ?? 'offline') : person.state}</p>
        {person.state === 'offline' && <button type="button" class="link again" onClick={() => location.reload()}>sign in again</button>}
      </header>
      <Log person={person} stage={stage} place={place} lines={lines} onTravel={onTravel} />
      <Composer person={person} stage={stage} place={place} />
    </section>
  );
}

function Log({ person, stage, place, lines, onTravel }: {
  person: Person;
  stage: Stage;
  place: Place | undefined;
  lines: Line[];
  onTravel: (p: Person, l: Line) => void;
}) {
  const log = useRef<HTMLDivElement>(null);
  const [open, setOpen] = useState('');
  const last = lines.at(-1)?.key;
  useLayoutEffect(() => {
    if (log.current) log.current.scrollTop = log.current.scrollHeight;
  }, [last, place?.kind, place?.id]);
  const typist = place && person.typist(place);
  return (
    <div class="log" ref={log} role="log" aria-live="off" tabIndex={0} aria-label={`Messages as ${person.access.name} sees them`}>
      {!place && <p key="out" class="empty">{person.access.name} is not in this conversation, and hears nothing of it.</p>}
      {place && lines.length === 0 && (
        <p key={person.state} class="empty">
          {person.state === 'online' ? `Nothing said yet. Write as ${person.access.name}: ${readers(person, stage)}.` : person.state === 'connecting' ? 'Signing in…' : ''}
        </p>
      )}
      {lines.map((line) => (
        <Message key={line.key} line={line} person={person} stage={stage} answered={lines.find((l) => line.replyTo && (l.id === line.replyTo || l.event === line.replyTo))}
          open={open === line.key} setOpen={(on) => setOpen(on ? line.key : '')} onTravel={() => onTravel(person, line)} />
      ))}
      {typist && <p class="typing">{stage.name(typist)} is writing…</p>}
    </div>
  );
}

/** readers says who of the others reads it, and by which protocol. */
function readers(person: Person, stage: Stage): string {
  const others = stage.people.filter((p) => p !== person && stage.talk.members.includes(p.id));
  return others.map((p) => `${p.access.name} reads it by ${libraries[p.access.protocol].protocol}`).join(', ');
}

/** useReading lets the person read what is in view, after a moment. */
function useReading(section: { current: HTMLElement | null }, person: Person, place: Place | undefined, count: number): void {
  const [seen, setSeen] = useState(false);
  useEffect(() => {
    const watch = new IntersectionObserver(([e]) => {
      person.inView = e?.isIntersecting ?? false;
      person.bell.ring();
      setSeen(person.inView);
    }, { threshold: 0.6 });
    if (section.current) watch.observe(section.current);
    return () => watch.disconnect();
  }, []);
  useEffect(() => {
    if (!seen || !place) return undefined;
    const timer = setTimeout(() => void person.read(place).then(() => person.bell.ring()), readAfter);
    return () => clearTimeout(timer);
  }, [seen, place?.kind, place?.id, count, person.state]);
}
