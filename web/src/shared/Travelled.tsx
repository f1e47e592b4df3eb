// How a message travelled: the frame it came in, the event that it became, and what each protocol's clients get of it.
import { Code } from './code.js';
import type { Shown, Travel } from '../page/api.js';

const protocols: Record<string, string> = { webim: 'WebIM', zim: 'ZIM', xmpp: 'XMPP' };
const grades: Record<Shown['fidelity'], string> = {
  exact: 'exact',
  degraded: 'degraded',
  refused: 'refused',
  dropped: 'not sent',
  absent: 'not in this protocol',
};

export function protocolName(p: string): string {
  return protocols[p] ?? p;
}

export function Travelled({ travel, name }: { travel: Travel; name: (id: string) => string }) {
  const { event, original, shown, hidden } = travel;
  const said = textOf(event.json);
  return (
    <div class="travelled">
      <Path travel={travel} name={name} />
      <div class="legs two">
        <section class={`leg by-${original?.protocol ?? 'none'}`} aria-label="The original frame">
          <h3><span class="step">1</span> {original ? `${protocolName(original.protocol)} frame` : 'The original frame'}</h3>
          <p class="sub">{original ? `what ${name(event.from)}’s client sent, ${original.bytes} bytes${original.cut ? ', cut off here' : ''}` : (hidden ?? 'not kept: only the latest frames are')}</p>
          {original && <Code text={original.frame} mark={said} label="The original frame" />}
        </section>
        <section class="leg by-core" aria-label="The canonical event">
          <h3><span class="step">2</span> Canonical event</h3>
          <p class="sub">no. {event.seq} of {event.place}, place {event.position} in the log</p>
          {event.json && <Code text={event.json} mark={said} label="The canonical event" />}
        </section>
      </div>
      <div class="legs three">
        {shown.map((s) => (
          <section class={`leg by-${s.protocol}`} aria-label={`What ${protocolName(s.protocol)} clients get`} key={s.protocol}>
            <h3><span class="step">3</span> {protocolName(s.protocol)} <Grade of={s.fidelity} /></h3>
            <p class="sub">{s.reader === event.from ? `what ${name(s.reader)}’s other devices get` : `what ${name(s.reader)}’s client gets`}</p>
            {s.note && <p class={`loss is-${s.fidelity}`}>{s.note}</p>}
            {s.frame && <Code text={s.frame} mark={said} label={`What ${protocolName(s.protocol)} clients get`} />}
          </section>
        ))}
      </div>
    </div>
  );
}

/** textOf is what a text message says, which is looked for in each frame. */
function textOf(json: string): string {
  try {
    const { body } = JSON.parse(json) as { body?: { message?: { Content?: { text?: { Text?: string } } } } };
    return body?.message?.Content?.text?.Text ?? '';
  } catch {
    return '';
  }
}

function Grade({ of }: { of: Shown['fidelity'] }) {
  return <span class={`grade is-${of}`}>{grades[of]}</span>;
}

/** Path is the way in one line. */
function Path({ travel, name }: { travel: Travel; name: (id: string) => string }) {
  const { event, original, shown } = travel;
  return (
    <ol class="path">
      <li class={`by-${original?.protocol ?? 'none'}`}>{name(event.from)}{original && <small>{protocolName(original.protocol)}</small>}</li>
      <li class="by-core">dragoman<small>event {event.id}</small></li>
      <li class="ends">
        {shown.map((s) => (
          <span class={`by-${s.protocol}`} key={s.protocol}>{name(s.reader)}<small>{protocolName(s.protocol)}, {grades[s.fidelity]}</small></span>
        ))}
      </li>
    </ol>
  );
}
