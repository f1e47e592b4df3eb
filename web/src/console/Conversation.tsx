// One conversation, as an operator may see it.
import { useEffect, useRef, useState } from 'preact/hooks';
import { Travelled } from '../shared/Travelled.js';
import type { Travel } from '../page/api.js';
import { ask, type ConvPage, type Entry } from './api.js';
import { bytes, Fault, Protocol, Sure, Table, useAnswer, when } from './parts.js';
import { doing, type ViewProps } from './views.js';

export function ConversationView(props: ViewProps & { place: string }) {
  const { place, operator } = props;
  const { answer, fault, again } = useAnswer<ConvPage>('conv', { place });
  const [travelled, setTravelled] = useState('');
  return (
    <>
      <Fault text={fault} />
      {answer && (
        <p class="lead">{answer.conv.name} <span class="dim">{place}</span>{answer.description ? ` – ${answer.description}` : ''}</p>
      )}
      {!operator.contents && <p class="hint">What people write is hidden: your token does not show contents. <code>dragoman admin token --contents</code> prints one that does.</p>}
      <div class="columns">
        <History {...props} onTravel={setTravelled} />
        {answer && answer.members.length > 0 && <Members {...props} page={answer} again={again} />}
      </div>
      {travelled && <Way place={place} event={travelled} close={() => setTravelled('')} />}
    </>
  );
}

function Members({ page, place, operator, go, say, again }: ViewProps & { page: ConvPage; place: string; again: () => void }) {
  return (
    <section aria-label="Members">
      <h3 class="sub">Members</h3>
      <Table label="Members" heads={['User', 'Role', 'Online', '']}>
        {page.members.map((m) => (
          <tr key={m.user}>
            <td><button type="button" class="link" onClick={() => go(`users/${encodeURIComponent(m.user)}`)}>{m.user}</button></td>
            <td>{m.role}{m.muted && <span class="bad"> muted</span>}</td>
            <td>{m.online || ''}</td>
            <td class="acts">{operator.role === 'operator' && m.role !== 'owner' && (
              <Sure label={m.muted ? 'Unmute' : 'Mute'} onSure={() => doing(say, 'mute', { user: m.user, place, on: !m.muted, minutes: 60 }, m.muted ? 'may speak again' : 'muted for an hour', again)} />
            )}</td>
          </tr>
        ))}
      </Table>
      {(page.inside?.length ?? 0) > 0 && (
        <>
          <h3 class="sub">In the room now</h3>
          <ul class="inside">{page.inside?.map((s) => <li key={s.user + s.device}>{s.user} <Protocol name={s.protocol} /></li>)}</ul>
        </>
      )}
    </section>
  );
}

interface Page {
  entries: Entry[];
  more: boolean;
  contents: boolean;
}

function History({ place, operator, say, onTravel }: ViewProps & { place: string; onTravel: (id: string) => void }) {
  const [before, setBefore] = useState('');
  const { answer, fault, again } = useAnswer<Page>('history', { place, before });
  const newest = [...(answer?.entries ?? [])].reverse();
  return (
    <section aria-label="Messages">
      <div class="tools">
        <h3 class="sub">Messages</h3>
        <button type="button" class="act" onClick={again}>Look again</button>
      </div>
      <Fault text={fault} />
      <Table label="Messages" heads={['No.', 'When', 'From', operator.contents ? 'What' : 'Kind', 'Read', '']} empty={newest.length === 0 && answer !== undefined}>
        {newest.map((e) => (
          <tr key={e.id}>
            <td>{e.seq || ''}</td>
            <td class="when">{when(e.time)}</td>
            <td>{e.from} {e.traced && <Protocol name={e.traced} />}</td>
            <td class="said">{e.recalled ? <i>taken back</i> : e.text ?? <span class="dim">{e.kind}, {bytes(e.bytes)}</span>}{e.edits ? <span class="dim"> edited</span> : ''}</td>
            <td>{e.read[1] > 0 ? `${e.read[0]}/${e.read[1]}` : ''}</td>
            <td class="acts">
              <button type="button" class="act" onClick={() => onTravel(e.id)}>How it travelled</button>
              {operator.role === 'operator' && !e.recalled && e.kind.startsWith('message') && (
                <Sure label="Recall" tone="bad" onSure={() => doing(say, 'recall', { place, event: e.id }, 'taken back for everyone', again)} />
              )}
            </td>
          </tr>
        ))}
      </Table>
      <p class="pages">
        {before && <button type="button" class="act" onClick={() => setBefore('')}>Newest</button>}
        {answer?.more && <button type="button" class="act" onClick={() => setBefore(answer.entries[0]!.id)}>Older</button>}
      </p>
    </section>
  );
}

function Way({ place, event, close }: { place: string; event: string; close: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [found, setFound] = useState<Travel>();
  const [fault, setFault] = useState('');
  useEffect(() => {
    dialog.current?.showModal();
    ask<Travel>('travel', { place, event }).then(setFound, (e: unknown) => setFault(e instanceof Error ? e.message : String(e)));
  }, []);
  return (
    <dialog class="travel" ref={dialog} aria-labelledby="travel-title" onClose={close}>
      <div class="travel-in">
        <header>
          <h2 id="travel-title">How it travelled</h2>
          <p class="said">event {event}</p>
          <button type="button" class="act" onClick={() => dialog.current?.close()}>Close</button>
        </header>
        {found ? <Travelled travel={found} name={(id) => id} /> : <p class="waiting" role="status">{fault || 'Looking it up…'}</p>}
      </div>
    </dialog>
  );
}
