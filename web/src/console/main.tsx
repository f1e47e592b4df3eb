// The operators' console.
import { render } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { useBell } from '../shared/bell.js';
import { ask, login, logout, type Operator } from './api.js';
import { ConversationView } from './Conversation.js';
import { Live } from './live.js';
import { AuditView, CallsView, ConfigView, ConvsView, HealthView, OverviewView, SessionsView, UsersView, UserView, type ViewProps } from './views.js';
import '../shared/base.css';
import './console.css';

const sections: [string, string][] = [
  ['', 'Overview'], ['sessions', 'Sessions'], ['users', 'Users'], ['groups', 'Groups'], ['rooms', 'Rooms'],
  ['calls', 'Callbacks'], ['audit', 'Audit log'], ['config', 'Configuration'], ['health', 'Health'],
];

function useRoute(): [string, (path: string) => void] {
  const read = () => location.hash.replace(/^#\/?/, '');
  const [route, setRoute] = useState(read);
  useEffect(() => {
    const turned = () => setRoute(read());
    addEventListener('hashchange', turned);
    return () => removeEventListener('hashchange', turned);
  }, []);
  return [route, (path) => {
    location.hash = `#/${path}`;
  }];
}

function App() {
  const [operator, setOperator] = useState<Operator | null>();
  const [fault, setFault] = useState('');
  useEffect(() => {
    ask<{ operator: Operator | null }>('me').then((me) => setOperator(me.operator), (e: unknown) => {
      setOperator(null);
      setFault(e instanceof Error ? e.message : String(e));
    });
  }, []);
  if (operator === undefined) return <main class="login" aria-busy="true" />;
  if (operator === null) return <Login fault={fault} onIn={setOperator} />;
  return <Desk operator={operator} onOut={() => setOperator(null)} />;
}

function Login({ fault, onIn }: { fault: string; onIn: (o: Operator) => void }) {
  const [token, setToken] = useState('');
  const [no, setNo] = useState(fault);
  const [busy, setBusy] = useState(false);
  const enter = (e: Event) => {
    e.preventDefault();
    setBusy(true);
    login(token).then(onIn, (err: unknown) => setNo(err instanceof Error ? err.message : String(err))).finally(() => setBusy(false));
  };
  return (
    <main class="login">
      <form onSubmit={enter}>
        <h1>dragoman</h1>
        <p>The operators’ console. <code>dragoman admin token</code> prints a token.</p>
        <label for="token">Token</label>
        <input id="token" type="password" autocomplete="off" spellcheck={false} value={token} onInput={(e) => setToken(e.currentTarget.value)} aria-describedby="no" />
        <p id="no" class="fault" role="alert">{no}</p>
        <button type="submit" disabled={busy || !token.trim()}>Log in</button>
      </form>
    </main>
  );
}

function Desk({ operator, onOut }: { operator: Operator; onOut: () => void }) {
  const [route, go] = useRoute();
  const [said, setSaid] = useState('');
  const [live] = useState(() => new Live(() => {
    ask<{ operator: Operator | null }>('me').then((me) => me.operator ?? onOut(), onOut);
  }));
  const title = useRef<HTMLHeadingElement>(null);
  useBell(live.bell);
  useEffect(() => {
    live.open();
    return () => live.close();
  }, []);
  useEffect(() => {
    setSaid('');
    title.current?.focus();
  }, [route]);
  const [section = '', rest = ''] = [route.split('/')[0], decoded(route.slice(route.indexOf('/') + 1))];
  const props: ViewProps = { live, operator, go, say: setSaid };
  return (
    <div class="desk">
      <header class="side">
        <p class="mark">dragoman</p>
        <nav aria-label="Sections">
          {sections.map(([path, name]) => <a key={path} href={`#/${path}`} aria-current={section === path ? 'page' : undefined}>{name}</a>)}
        </nav>
        <div class="whoami">
          <p><b>{operator.name}</b><br />{operator.role}{operator.contents ? ', sees contents' : ''}</p>
          <button type="button" class="act" onClick={() => void logout().finally(onOut)}>Log out</button>
        </div>
      </header>
      <main class="view">
        <div class="view-head">
          <h1 ref={title} tabIndex={-1}>{heading(section, rest)}</h1>
          <p class={`pulse ${live.connected ? 'on' : ''}`} role="status">{live.connected ? 'live' : 'not connected'}</p>
        </div>
        <p class="told" role="status">{said}</p>
        <View section={section} rest={rest} {...props} />
      </main>
    </div>
  );
}

/** decoded is a part of the address; one that somebody has mistyped stays as it is. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function heading(section: string, rest: string): string {
  if (section === 'users' && rest && rest !== 'users') return rest;
  if (section === 'conv') return 'Conversation';
  return sections.find(([path]) => path === section)?.[1] ?? 'Nothing here';
}

function View({ section, rest, ...props }: ViewProps & { section: string; rest: string }) {
  switch (section) {
    case '':
      return <OverviewView {...props} />;
    case 'sessions':
      return <SessionsView {...props} />;
    case 'users':
      return rest && rest !== 'users' ? <UserView key={rest} id={rest} {...props} /> : <UsersView {...props} />;
    case 'groups':
      return <ConvsView key="group" kind="group" {...props} />;
    case 'rooms':
      return <ConvsView key="room" kind="room" {...props} />;
    case 'conv':
      return <ConversationView key={rest} place={rest} {...props} />;
    case 'calls':
      return <CallsView {...props} />;
    case 'audit':
      return <AuditView {...props} />;
    case 'config':
      return <ConfigView />;
    case 'health':
      return <HealthView />;
    default:
      return <p class="none">There is no such page.</p>;
  }
}

const root = document.getElementById('app')!;
render(<App />, root);
