// Frames in colour: JSON and XML, cut into pieces that are shown as text and never as markup.
import type { JSX } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';

const json = /("(?:\\.|[^"\\])*")(\s*:)?|\b(true|false|null)\b|(?<![\w.:-])(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)(?![\w.:])/g;
const xml = /(<\/?)([\w:.-]+)|([\w:.-]+)(=)('[^']*'|"[^"]*")|(\/?>[^<]*)/g;

/** marked cuts a piece where it holds one of the texts that are looked for. */
function marked(piece: string, wanted: string[]): (string | JSX.Element)[] {
  for (const text of wanted) {
    const at = piece.indexOf(text);
    if (at >= 0) return [piece.slice(0, at), <mark>{text}</mark>, ...marked(piece.slice(at + text.length), wanted)];
  }
  return [piece];
}

/** spellings are the ways in which JSON and XML write a text, the longest first. */
function spellings(text: string): string[] {
  const escaped = text.replace(/&/g, '&amp;').replace(/</g, '&lt;');
  const all = [text, JSON.stringify(text).slice(1, -1), escaped, escaped.replace(/>/g, '&gt;')];
  return [...new Set(all)].filter((s) => s.length > 1).sort((a, b) => b.length - a.length);
}

function pieces(text: string, mark: string): (string | JSX.Element)[] {
  const wanted = spellings(mark);
  const markup = text.trimStart().startsWith('<');
  const out: (string | JSX.Element)[] = [];
  let at = 0;
  const add = (kind: string, piece: string) => out.push(<span class={`code-${kind}`}>{kind === 'text' ? marked(piece, wanted) : piece}</span>);
  for (const m of text.matchAll(markup ? xml : json)) {
    out.push(...marked(text.slice(at, m.index), wanted));
    at = m.index + m[0].length;
    if (markup) {
      if (m[2]) {
        out.push(m[1] ?? '');
        add('name', m[2]);
      } else if (m[3]) {
        add('key', m[3]);
        out.push('=');
        add('text', m[5] ?? '');
      } else out.push(...marked(m[0], wanted)); // the text behind a tag
    } else if (m[1]) {
      add(m[2] ? 'key' : 'text', m[1]);
      if (m[2]) out.push(m[2]);
    } else add('number', m[0]);
  }
  out.push(...marked(text.slice(at), wanted));
  return out;
}

/** Code shows a frame, and in it what was said; whoever uses a keyboard can scroll it. */
export function Code({ text, label, mark = '' }: { text: string; label: string; mark?: string }) {
  const box = useRef<HTMLPreElement>(null);
  useLayoutEffect(() => {
    // What was said shall be seen at once, in each of several frames side by side.
    const found = box.current?.querySelector('mark');
    if (box.current && found) box.current.scrollTop = found.offsetTop - box.current.offsetTop - box.current.clientHeight / 2;
  }, [text, mark]);
  return (
    <pre ref={box} class="code" tabIndex={0} role="region" aria-label={label}>
      <code>{pieces(text, mark)}</code>
    </pre>
  );
}
