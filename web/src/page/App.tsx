// The page.
import { useEffect, useRef, useState } from 'preact/hooks';
import { useBell } from '../shared/bell.js';
import { openDemo, status, type Status } from './api.js';
import { Pane } from './Pane.js';
import { message, type Line, type Person } from './person.js';
import { libraries, Stage } from './stage.js';
import { TravelDialog } from './Travel.js';
import { play } from './story.js';

export function App() {
  const frame = useRef<HTMLIFrameElement>(null);
  const [stage, setStage] = useState<Stage>();
  const [how, setHow] = useState<Status>();
  const [fault, setFault] = useState('');
  useEffect(() => {
    void (async () => {
      try {
        const s = await status();
        setHow(s);
        if (!s.demo) return;
        const made = new Stage(await openDemo(), frame.current!);
        made.open();
        setStage(made);
      } catch (e) {
        setFault(message(e));
      }
    })();
  }, []);
  return (
    <>
      {stage ? <OnStage stage={stage} /> : <Waiting how={how} fault={fault} />}
      <iframe ref={frame} class="hidden" title="WebIM client, without a face" aria-hidden="true" tabIndex={-1} sandbox="allow-scripts" data-src="/-/webim.html" />
    </>
  );
}

function Top({ children }: { children?: preact.ComponentChildren }) {
  return (
    <header class="top">
      <h1>dragoman</h1>
      <p>Three chat clients that speak three protocols, unmodified, in one conversation.</p>
      {children}
    </header>
  );
}

function OnStage({ stage }: { stage: Stage }) {
  useBell(stage.bell);
  const [travelled, setTravelled] = useState<{ person: Person; line: Line }>();
  const [playing, setPlaying] = useState(false);
  return (
    <>
      <Top>
        <button type="button" class="play" disabled={playing || stage.people.some((p) => p.state !== 'online')} onClick={() => {
          setPlaying(true);
          void play(stage).finally(() => setPlaying(false));
        }}>{playing ? 'Playing…' : 'Show me'}</button>
      </Top>
      <nav class="talks" aria-label="Conversations">
        {stage.talks.map((t) => {
          const unread = t === stage.talk ? 0 : stage.unread(t);
          return (
            <button type="button" key={t.key} aria-current={t === stage.talk ? 'true' : undefined} onClick={() => stage.choose(t)}>
              {t.title}
              {unread > 0 && <span class="count">{unread}<span class="hidden"> new</span></span>}
            </button>
          );
        })}
        <p class="about">{stage.talk.about}</p>
      </nav>
      <People stage={stage} />
      <main class="stage">
        {stage.people.map((p) => <Pane key={p.id} person={p} stage={stage} onTravel={(person, line) => setTravelled({ person, line })} />)}
      </main>
      <footer class="bottom">
        <p>These are demo accounts, for this machine alone<span class="wide">, until the gateway runs with <code>--no-demo</code>. Nothing here asks any other host</span>.</p>
      </footer>
      <p class="hidden" role="status" aria-live="polite">{stage.announcement}</p>
      {travelled && <TravelDialog {...travelled} stage={stage} close={() => setTravelled(undefined)} />}
    </>
  );
}

/** People is the way between the panes where one alone fits. */
function People({ stage }: { stage: Stage }) {
  return (
    <nav class="people" aria-label="People">
      {stage.people.map((p) => (
        <button type="button" class={`by-${p.access.protocol}`} key={p.id} aria-current={p.inView ? 'true' : undefined} onClick={() =>
          document.getElementById(`pane-${p.id}`)?.scrollIntoView({ behavior: 'smooth', inline: 'center', block: 'nearest' })}>
          <span class="face" aria-hidden="true">{p.access.name[0]}</span>{p.access.name}<small>{libraries[p.access.protocol].protocol}</small>
        </button>
      ))}
    </nav>
  );
}

/** Waiting has the shape of the stage, so that nothing moves when it comes. */
function Waiting({ how, fault }: { how: Status | undefined; fault: string }) {
  return (
    <>
      <Top />
      <nav class="talks" aria-label="Conversations" />
      <nav class="people" aria-label="People" />
      {how && !how.demo ? <NoDemo how={how} /> : fault ? <main class="closed"><h2>The gateway does not answer</h2><p role="alert">{fault}</p></main> : (
        <main class="stage" aria-busy="true">
          <section class="pane" aria-label="Loading" /><section class="pane" aria-label="Loading" /><section class="pane" aria-label="Loading" />
        </main>
      )}
      <footer class="bottom" />
    </>
  );
}

function NoDemo({ how }: { how: Status }) {
  return (
    <main class="closed">
      <h2>The gateway is running</h2>
      <p>WebIM, ZIM and XMPP clients can connect to <code>{location.host}</code>. There are no demo accounts for this page: {how.reason}.</p>
      <p>To try three clients side by side, start it on this machine with <code>dragoman serve --demo</code> and open this page there.</p>
    </main>
  );
}
