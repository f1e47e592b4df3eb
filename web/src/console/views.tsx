// The console's views.
import { useEffect, useState } from 'preact/hooks';
import { useBell } from '../shared/bell.js';
import { Code } from '../shared/code.js';
import { act, type Call, type Calls, type Conv, type Deed, type Health, type Operator, type Overview, type Pulse, type Session, type User, type UserPage } from './api.js';
import { Chart, show } from './Chart.js';
import { rates, type Live } from './live.js';
import { ago, bytes, Fault, Protocol, Search, Sure, Table, useAnswer, when } from './parts.js';

export interface ViewProps {
  live: Live;
  operator: Operator;
  go: (path: string) => void;
  say: (text: string) => void;
}

/** doing does what an operator asks for and says how it went. */
export function doing(say: (text: string) => void, what: string, order: object, done: string, then?: () => void): void {
  act(what, order).then(
    () => {
      say(done);
      then?.();
    },
    (e: unknown) => say(e instanceof Error ? e.message : String(e)),
  );
}

const tones: Record<string, string> = { webim: 'webim', zim: 'zim', xmpp: 'xmpp' };
const names: Record<string, string> = { webim: 'WebIM', zim: 'ZIM', xmpp: 'XMPP' };

export function OverviewView({ live }: ViewProps) {
  useBell(live.bell);
  const { answer, fault, again } = useAnswer<Overview>('overview', {});
  const { pulses } = live;
  useEffect(() => {
    const timer = setInterval(again, 5_000);
    return () => clearInterval(timer);
  }, []);
  const last = pulses.at(-1) ?? answer?.pulse;
  const protocols = Object.keys(last?.sessions ?? {});
  const refusals = [...new Set(pulses.flatMap((p) => Object.keys(p.refused)))].sort();
  return (
    <>
      <Fault text={fault} />
      <dl class="figures">
        <Figure name="sessions" value={last && Object.values(last.sessions).reduce((a, b) => a + b, 0)} />
        <Figure name="events kept" value={answer && answer.events} />
        <Figure name="groups" value={answer?.groups} />
        <Figure name="rooms" value={answer?.rooms} />
        <Figure name="one to one" value={answer?.peers} />
        <Figure name="database" text={answer && bytes(answer.bytes)} />
        <Figure name="up for" text={answer && ago(answer.started)} />
      </dl>
      <div class="charts">
        <Chart title="Events stored" unit="a second" series={[{ name: 'stored', tone: 'core', values: rates(pulses, (p) => p.committed) },
          { name: 'live only', tone: 'soft', values: rates(pulses, (p) => p.live) }]} />
        <Chart title="Sessions" unit="open" series={protocols.map((p) => ({ name: names[p] ?? p, tone: tones[p] ?? 'core', values: pulses.map((x) => x.sessions[p] ?? 0) }))} />
        <Latency pulses={pulses} />
        <Chart title="Refused" unit="a second" series={(refusals.length ? refusals : ['none']).slice(0, 4).map((code, i) => ({
          name: code, tone: ['bad', 'xmpp', 'zim', 'soft'][i]!, values: rates(pulses, (p) => p.refused[code] ?? 0) }))} />
        <Chart title="Waiting" unit="deliveries and drafts" series={[{ name: 'behind', tone: 'xmpp', values: pulses.map((p) => p.lag) },
          { name: 'to be stored', tone: 'core', values: pulses.map((p) => p.waiting) }]} />
        <Chart title="HTTP requests" unit="a second" series={[
          { name: 'answered', tone: 'core', values: rates(pulses, (p) => sum(p.requests, () => true)) },
          { name: 'refused', tone: 'xmpp', values: rates(pulses, (p) => sum(p.requests, (code) => code.startsWith('4'))) },
          { name: 'failed', tone: 'bad', values: rates(pulses, (p) => sum(p.requests, (code) => code.startsWith('5'))) }]} />
      </div>
      <h3 class="sub">Limits and refusals since the start</h3>
      <Table label="Refusals" heads={['Code', 'How often']} empty={Object.keys(last?.refused ?? {}).length === 0}>
        {Object.entries(last?.refused ?? {}).map(([code, n]) => <tr key={code}><td>{code}</td><td>{n}</td></tr>)}
      </Table>
    </>
  );
}

function sum(counts: Record<string, number>, want: (code: string) => boolean): number {
  return Object.entries(counts ?? {}).reduce((n, [code, k]) => (want(code) ? n + k : n), 0);
}

/** way is the stages of a message's way, in order, and how each is drawn. */
const way: Record<string, string> = { decode: 'soft', decide: 'webim', queue: 'xmpp', commit: 'core', hand: 'zim', write: 'bad' };

/** Latency shows how long the stages of a message's way take, as far as the gateway says. */
function Latency({ pulses }: { pulses: Pulse[] }) {
  const known = pulses.at(-1)?.stages ?? {};
  const stages = Object.keys(way).filter((stage) => stage in known);
  if (stages.length === 0) {
    return <Chart title="Events a commit" unit="together" series={[{ name: 'batch', tone: 'core', values: rates(pulses, (p) => p.committed).map((c, i) => {
      const batches = rates(pulses, (p) => p.batches)[i] ?? 0;
      return batches > 0 ? c / batches : 0;
    }) }]} />;
  }
  return (
    <Chart title="Time in each stage" unit="ms, mean" series={stages.map((stage) => ({
      name: stage, tone: way[stage]!,
      values: pulses.slice(1).map((p, k) => {
        const before = pulses[k]!.stages?.[stage];
        const now = p.stages?.[stage];
        if (!now || !before || now.count === before.count) return 0;
        return ((now.seconds - before.seconds) / (now.count - before.count)) * 1000;
      }) }))} />
  );
}

function Figure({ name, value, text }: { name: string; value?: number | undefined; text?: string | undefined }) {
  return <div><dt>{name}</dt><dd>{text ?? (value === undefined ? '–' : show(value))}</dd></div>;
}

export function SessionsView({ live, operator, go, say }: ViewProps) {
  useBell(live.bell);
  const [wanted, setWanted] = useState('');
  const { answer, fault } = useAnswer<{ sessions: Session[]; total: number }>('sessions', {});
  const page = live.sessions ?? answer;
  const shown = page?.sessions.filter((s) => `${s.user} ${s.device} ${s.protocol} ${s.address ?? ''}`.toLowerCase().includes(wanted.toLowerCase())) ?? [];
  return (
    <>
      <div class="tools"><Search label="User, device, address" onSearch={setWanted} /><p>{page ? `${page.total} open` : ''}</p></div>
      <Fault text={fault} />
      <SessionTable sessions={shown} operator={operator} go={go} say={say} />
      {page && page.total > page.sessions.length && <p class="none">The {page.sessions.length} that lag most or came last are shown.</p>}
    </>
  );
}

export function SessionTable({ sessions, operator, go, say }: { sessions: Session[]; operator: Operator; go: (path: string) => void; say: (text: string) => void }) {
  const traffic = sessions.some((s) => s.bytesIn || s.bytesOut);
  return (
    <Table label="Sessions" heads={['User', 'Protocol', 'Device', 'Address', 'For', 'Lag', ...(traffic ? ['In', 'Out'] : []), '']} empty={sessions.length === 0}>
      {sessions.map((s) => (
        <tr key={`${s.user}/${s.device}/${s.protocol}`}>
          <td><button type="button" class="link" onClick={() => go(`users/${encodeURIComponent(s.user)}`)}>{s.user}</button></td>
          <td><Protocol name={s.protocol} /></td>
          <td class="dim">{s.device}</td>
          <td class="dim">{s.address}</td>
          <td>{ago(s.since)}</td>
          <td class={s.lag > 100 ? 'bad' : ''}>{s.lag}</td>
          {traffic && <td>{bytes(s.bytesIn ?? 0)}</td>}
          {traffic && <td>{bytes(s.bytesOut ?? 0)}</td>}
          <td class="acts">{operator.role === 'operator' && <Sure label="Kick" tone="bad" onSure={() => doing(say, 'kick', { user: s.user, device: s.device }, `${s.user} was signed out`)} />}</td>
        </tr>
      ))}
    </Table>
  );
}

export function UsersView({ go }: ViewProps) {
  const [wanted, setWanted] = useState('');
  const [after, setAfter] = useState('');
  const { answer, fault } = useAnswer<{ users: User[]; next: string }>('users', { q: wanted, after });
  return (
    <>
      <div class="tools">
        <Search label="Name" onSearch={(text) => {
          setAfter('');
          setWanted(text);
        }} />
      </div>
      <Fault text={fault} />
      <Table label="Users" heads={['User', 'Online', 'Made', 'State']} empty={answer?.users.length === 0}>
        {answer?.users.map((u) => (
          <tr key={u.id}>
            <td><button type="button" class="link" onClick={() => go(`users/${encodeURIComponent(u.id)}`)}>{u.id}</button></td>
            <td>{u.online || ''}</td>
            <td>{when(u.created)}</td>
            <td class={u.disabled ? 'bad' : ''}>{u.disabled ? 'disabled' : ''}</td>
          </tr>
        ))}
      </Table>
      <More next={answer?.next} after={after} onMore={setAfter} />
    </>
  );
}

function More({ next, after, onMore }: { next: string | undefined; after: string; onMore: (after: string) => void }) {
  return (
    <p class="pages">
      {after && <button type="button" class="act" onClick={() => onMore('')}>From the start</button>}
      {next && <button type="button" class="act" onClick={() => onMore(next)}>More</button>}
    </p>
  );
}

export function UserView({ id, operator, go, say }: ViewProps & { id: string }) {
  const { answer, fault, again } = useAnswer<UserPage>('user', { id });
  if (!answer) return <Fault text={fault} />;
  const { user } = answer;
  return (
    <>
      <dl class="facts">
        <div><dt>made</dt><dd>{when(user.created)}</dd></div>
        <div><dt>uuid</dt><dd class="dim">{answer.uuid}</dd></div>
        <div><dt>state</dt><dd class={user.disabled ? 'bad' : ''}>{user.disabled ? 'disabled' : 'may sign in'}</dd></div>
      </dl>
      {operator.role === 'operator' && (
        <p class="tools">
          <Sure label={user.disabled ? 'Enable' : 'Disable'} tone="bad" onSure={() =>
            doing(say, 'disable', { user: id, on: !user.disabled }, user.disabled ? 'may sign in again' : 'disabled, and signed out everywhere', again)} />
          {answer.sessions.length > 0 && <Sure label="Kick everywhere" tone="bad" onSure={() => doing(say, 'kick', { user: id }, 'signed out everywhere', again)} />}
        </p>
      )}
      <h3 class="sub">Sessions</h3>
      <SessionTable sessions={answer.sessions} operator={operator} go={go} say={say} />
      <h3 class="sub">Groups and rooms</h3>
      <ConvTable convs={answer.places} go={go} />
      <h3 class="sub">One to one</h3>
      <Table label="One to one" heads={['With']} empty={answer.peers.length === 0}>
        {answer.peers.map((p) => (
          <tr key={p}><td><button type="button" class="link" onClick={() => go(`conv/${encodeURIComponent(`peer:${id}/${p}`)}`)}>{p}</button></td></tr>
        ))}
      </Table>
    </>
  );
}

export function ConvsView({ kind, go }: ViewProps & { kind: 'group' | 'room' }) {
  const [wanted, setWanted] = useState('');
  const [after, setAfter] = useState('');
  const { answer, fault } = useAnswer<{ convs: Conv[]; next: string }>('convs', { kind, q: wanted, after });
  return (
    <>
      <div class="tools">
        <Search label="Name or id" onSearch={(text) => {
          setAfter('');
          setWanted(text);
        }} />
      </div>
      <Fault text={fault} />
      <ConvTable convs={answer?.convs ?? []} go={go} />
      <More next={answer?.next} after={after} onMore={setAfter} />
    </>
  );
}

function ConvTable({ convs, go }: { convs: Conv[]; go: (path: string) => void }) {
  return (
    <Table label="Conversations" heads={['Name', 'Id', 'Owner', 'Members', 'Messages', 'Made']} empty={convs.length === 0}>
      {convs.map((c) => (
        <tr key={c.place}>
          <td><button type="button" class="link" onClick={() => go(`conv/${encodeURIComponent(c.place)}`)}>{c.name || c.place}</button></td>
          <td class="dim">{c.place}</td>
          <td>{c.owner}</td>
          <td>{c.members}{c.inside ? `, ${c.inside} inside` : ''}</td>
          <td>{c.lastSeq}</td>
          <td>{when(c.created)}</td>
        </tr>
      ))}
    </Table>
  );
}

export function AuditView({ live }: ViewProps) {
  useBell(live.bell);
  const { answer, fault } = useAnswer<{ deeds: Deed[] | null }>('audit', {});
  const old = answer?.deeds ?? [];
  const fresh = live.deeds.filter((d) => !old.some((o) => o.time === d.time && o.action === d.action));
  const deeds = [...fresh, ...old];
  return (
    <>
      <Fault text={fault} />
      <Table label="Audit log" heads={['When', 'Who', 'What', 'On', 'Detail', 'From', 'Refused']} empty={answer !== undefined && deeds.length === 0}>
        {deeds.map((d, i) => (
          <tr key={`${d.time} ${i}`}>
            <td>{when(d.time)}</td><td>{d.who ?? '–'}</td><td>{d.action}</td><td>{d.target}</td><td class="dim">{d.detail}</td><td class="dim">{d.address}</td><td class="bad">{d.problem}</td>
          </tr>
        ))}
      </Table>
    </>
  );
}

export function CallsView({ operator, say }: ViewProps) {
  const { answer, fault, again } = useAnswer<Calls>('calls', {});
  const may = operator.role === 'operator';
  const all = (what: string, done: string, ids: number[]) => doing(say, what, { ids }, done, again);
  return (
    <>
      <Fault text={fault} />
      <p class="lead">Calls to the app’s server: {answer?.waiting ?? '–'} wait to be made, {answer?.dead ?? '–'} were put aside after six attempts.</p>
      <p class="tools">
        <button type="button" class="act" onClick={again}>Look again</button>
        {may && answer !== undefined && answer.dead > 0 && <Sure label="Replay all" onSure={() => all('replay', 'all are in line again', [])} />}
        {may && answer !== undefined && answer.dead > 0 && <Sure label="Drop all" tone="bad" onSure={() => all('drop', 'all are forgotten', [])} />}
      </p>
      <h3 class="sub">In line</h3>
      <Table label="Calls in line" heads={['Id', 'Event', 'Of', 'Made', 'Next attempt', 'Attempts', 'What went wrong']} empty={answer?.next.length === 0}>
        {answer?.next.map((c) => (
          <tr key={c.id}>
            <td>{c.id}</td><td><CallEvent call={c} /></td><td class="dim">{c.key}</td><td>{when(c.made)}</td><td>{when(c.due)}</td><td>{c.attempts}</td><td class="bad">{c.problem}</td>
          </tr>
        ))}
      </Table>
      <h3 class="sub">Put aside</h3>
      <Table label="Calls put aside" heads={['Id', 'Event', 'Of', 'Made', 'Attempts', 'What went wrong', '']} empty={answer?.calls.length === 0}>
        {answer?.calls.map((c) => (
          <tr key={c.id}>
            <td>{c.id}</td>
            <td><CallEvent call={c} /></td>
            <td class="dim">{c.key}</td><td>{when(c.made)}</td><td>{c.attempts}</td><td class="bad">{c.problem}</td>
            <td class="acts">
              {may && <Sure label="Replay" onSure={() => all('replay', `call ${c.id} is in line again`, [c.id])} />}
              {may && <Sure label="Drop" tone="bad" onSure={() => all('drop', `call ${c.id} is forgotten`, [c.id])} />}
            </td>
          </tr>
        ))}
      </Table>
    </>
  );
}

function CallEvent({ call }: { call: Call }) {
  return <>{call.event}{call.body && <details><summary>what it says</summary><Code text={call.body} label={`Call ${call.id}`} /></details>}</>;
}

export function ConfigView() {
  const { answer, fault } = useAnswer<{ yaml: string }>('config', {});
  return (
    <>
      <Fault text={fault} />
      <p class="lead">The configuration in force: defaults, file, environment and flags together. Secrets are masked.</p>
      {answer && <Code text={answer.yaml} label="Configuration" />}
    </>
  );
}

export function HealthView() {
  const { answer, fault, again } = useAnswer<Health>('health', {});
  return (
    <>
      <Fault text={fault} />
      <p class="tools"><button type="button" class="act" onClick={again}>Look again</button></p>
      <Table label="Checks" heads={['Part', 'State']}>
        {answer?.checks.map((c) => <tr key={c.name}><td>{c.name}</td><td class={c.problem ? 'bad' : 'good'}>{c.problem || 'well'}</td></tr>)}
      </Table>
      <h3 class="sub">Listeners</h3>
      <Table label="Listeners" heads={['Name', 'Address']}>
        {Object.entries(answer?.addresses ?? {}).sort().map(([name, addr]) => <tr key={name}><td>{name}</td><td>{addr}</td></tr>)}
      </Table>
      {answer && <p class="none">Version {answer.version}, up for {ago(answer.started)}.</p>}
    </>
  );
}
