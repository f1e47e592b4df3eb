// One message, as one person sees it.
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Line, Person, Tick } from './person.js';
import type { Stage } from './stage.js';

export const emojis = ['👍', '❤️', '😂', '🎉', '😮'];

interface Props {
  line: Line;
  person: Person;
  stage: Stage;
  answered: Line | undefined;
  open: boolean;
  setOpen: (open: boolean) => void;
  onTravel: () => void;
}

export function Message(props: Props) {
  const { line, person, stage, answered, open, setOpen, onTravel } = props;
  const name = stage.name(line.from);
  const protocol = stage.protocol(line.from);
  const time = new Date(line.time).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });
  const usable = !line.recalled && line.tick !== 'failed' && line.tick !== 'sending';
  return (
    <article class={`line ${line.own ? 'own' : ''} ${protocol ? `from-${protocol}` : ''}`} aria-label={`${line.own ? 'You' : name}, ${time}`} data-id={line.event ?? line.id}>
      {!line.own && <p class="from">{name}</p>}
      <div class="bubble">
        {answered && <p class="quote"><b>{stage.name(answered.from)}</b> {answered.recalled ? 'Message taken back' : answered.text || 'Picture'}</p>}
        {line.recalled ? <p class="gone">{line.own ? 'You took this message back' : 'Message taken back'}</p> : <Words line={line} />}
        {open && <Menu {...props} close={() => setOpen(false)} />}
      </div>
      {line.reactions.size > 0 && !line.recalled && <Reactions line={line} person={person} stage={stage} />}
      <footer class="foot">
        <time dateTime={new Date(line.time).toISOString()}>{time}</time>
        {line.edited && !line.recalled && <span>edited</span>}
        {line.own && !line.recalled && <Ticks tick={line.tick} readers={line.readCount} fault={line.fault} group={line.place.kind !== 'peer'} />}
        {line.tick !== 'sending' && line.tick !== 'failed' && <button type="button" class="link travel-link" onClick={onTravel}>how it travelled</button>}
        {usable && (
          <button type="button" class="more" aria-haspopup="true" aria-expanded={open} aria-label={`React to, answer or take back: ${line.text || 'picture'}`}
            onClick={() => setOpen(!open)}>
            <svg viewBox="0 0 16 16" aria-hidden="true"><circle cx="3" cy="8" r="1.4" /><circle cx="8" cy="8" r="1.4" /><circle cx="13" cy="8" r="1.4" /></svg>
          </button>
        )}
      </footer>
    </article>
  );
}

function Words({ line }: { line: Line }) {
  const { picture } = line;
  return (
    <>
      {picture && (
        // The space is kept before the picture is there: nothing moves when it comes.
        <span class="picture" style={picture.width && picture.height ? { aspectRatio: `${picture.width} / ${picture.height}` } : undefined}>
          <img src={picture.url} alt={`Picture from ${line.from}`} loading="lazy" />
        </span>
      )}
      {line.text && <p class="words">{line.text}</p>}
    </>
  );
}

function Menu({ line, person, close }: Props & { close: () => void }) {
  const menu = useRef<HTMLDivElement>(null);
  const [below, setBelow] = useState(false);
  useLayoutEffect(() => {
    // Near the upper edge of the log there is no room above.
    const own = menu.current?.getBoundingClientRect();
    const log = menu.current?.closest('.log')?.getBoundingClientRect();
    if (own && log && own.top < log.top) setBelow(true);
    menu.current?.querySelector('button')?.focus();
  }, []);
  useEffect(() => {
    const outside = (e: Event) => {
      if (menu.current && !menu.current.closest('.line')?.contains(e.target as Node)) close();
    };
    addEventListener('pointerdown', outside);
    return () => removeEventListener('pointerdown', outside);
  }, []);
  const leave = () => {
    close();
    (menu.current?.closest('.line')?.querySelector('.more') as HTMLElement | null)?.focus();
  };
  const then = (act: () => void) => () => {
    act();
    leave();
  };
  return (
    <div class={`menu ${below ? 'below' : ''}`} ref={menu} role="group" aria-label="Message actions" onKeyDown={(e) => e.key === 'Escape' && leave()}>
      <div class="emojis">
        {emojis.map((e) => (
          <button type="button" aria-label={`React with ${e}`} onClick={then(() => void person.react(line, e))}><span class="emoji">{e}</span></button>
        ))}
      </div>
      <button type="button" onClick={() => {
        person.replyTo = line;
        person.bell.ring();
        close();
        document.getElementById(`write-${person.id}`)?.focus();
      }}>Answer</button>
      {line.own && <button type="button" class="danger" onClick={then(() => void person.recall(line))}>Take back</button>}
    </div>
  );
}

function Reactions({ line, person, stage }: { line: Line; person: Person; stage: Stage }) {
  const shown = [...line.reactions].filter(([, users]) => users.length > 0);
  return (
    <ul class="reactions" aria-label="Reactions">
      {shown.map(([emoji, users]) => (
        <li key={emoji}>
          <button type="button" aria-pressed={users.includes(person.id)} title={users.map((u) => stage.name(u)).join(', ')}
            onClick={() => void person.react(line, emoji)}>
            <span class="emoji">{emoji}</span> {users.length}
            <span class="hidden"> from {users.map((u) => stage.name(u)).join(', ')}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}

function Ticks({ tick, readers, fault, group }: { tick: Tick; readers: number; fault: string | undefined; group: boolean }) {
  const words = tick === 'read' && group && readers > 1 ? `read by ${readers}` : tick === 'failed' ? `not sent: ${fault ?? ''}` : tick;
  return (
    <span class={`ticks is-${tick}`}>
      <svg viewBox="0 0 20 12" aria-hidden="true">
        {tick === 'failed' ? <path d="M5 2l8 8M13 2l-8 8" /> : tick === 'sending' ? <circle cx="9" cy="6" r="4" /> : <path d="M2 6.5l3.5 3.5L12 3" />}
        {(tick === 'delivered' || tick === 'read') && <path d="M8.5 9l1 1L16.5 3" />}
      </svg>
      {words}
    </span>
  );
}
