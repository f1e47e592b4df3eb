// Frames in colour: JSON and XML, cut into pieces that are shown as text and never as markup.
import type { JSX } from 'preact';

const json = /("(?:\\.|[^"\\])*")(\s*:)?|\b(true|false|null)\b|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)/g;
const xml = /(<\/?)([\w:.-]+)|([\w:.-]+)(=)('[^']*'|"[^"]*")|(\/?>)/g;

function pieces(text: string): (string | JSX.Element)[] {
  const markup = text.trimStart().startsWith('<');
  const out: (string | JSX.Element)[] = [];
  let at = 0;
  const add = (kind: string, piece: string) => out.push(<span class={`code-${kind}`}>{piece}</span>);
  for (const m of text.matchAll(markup ? xml : json)) {
    out.push(text.slice(at, m.index));
    at = m.index + m[0].length;
    if (markup) {
      if (m[2]) {
        out.push(m[1] ?? '');
        add('name', m[2]);
      } else if (m[3]) {
        add('key', m[3]);
        out.push('=');
        add('text', m[5] ?? '');
      } else out.push(m[0]);
    } else if (m[1]) {
      add(m[2] ? 'key' : 'text', m[1]);
      if (m[2]) out.push(m[2]);
    } else add('number', m[0]);
  }
  out.push(text.slice(at));
  return out;
}

/** Code shows a frame; whoever uses a keyboard can scroll it. */
export function Code({ text, label }: { text: string; label: string }) {
  return (
    <pre class="code" tabIndex={0} role="region" aria-label={label}>
      <code>{pieces(text)}</code>
    </pre>
  );
}
