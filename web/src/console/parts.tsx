// Small things that the console's views share.
import type { ComponentChildren } from 'preact';
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { ask } from './api.js';

/** useAnswer asks, again when the question changes or again is called. */
export function useAnswer<T>(what: string, query: Record<string, string>): { answer: T | undefined; fault: string; again: () => void } {
  const [answer, setAnswer] = useState<T>();
  const [fault, setFault] = useState('');
  const [round, setRound] = useState(0);
  const key = `${what}?${new URLSearchParams(query)}`;
  const asked = useRef('');
  useEffect(() => {
    if (asked.current !== key) setAnswer(undefined);
    asked.current = key;
    let current = true;
    ask<T>(what, query).then(
      (a) => {
        if (!current) return;
        setAnswer(a);
        setFault('');
      },
      (e: unknown) => current && setFault(e instanceof Error ? e.message : String(e)),
    );
    return () => {
      current = false;
    };
  }, [key, round]);
  return { answer, fault, again: useCallback(() => setRound((n) => n + 1), []) };
}

export function Fault({ text }: { text: string }) {
  return text ? <p class="fault" role="alert">{text}</p> : null;
}

export function Table({ label, heads, children, empty }: { label: string; heads: string[]; children: ComponentChildren; empty?: boolean }) {
  return (
    <div class="table" tabIndex={0} role="region" aria-label={label}>
      <table>
        <thead><tr>{heads.map((h) => <th scope="col" key={h}>{h || <span class="hidden">Actions</span>}</th>)}</tr></thead>
        <tbody>{children}</tbody>
      </table>
      {empty && <p class="none">Nothing here.</p>}
    </div>
  );
}

export function Protocol({ name }: { name: string }) {
  const shown: Record<string, string> = { webim: 'WebIM', zim: 'ZIM', xmpp: 'XMPP' };
  return <span class={`badge by-${name in shown ? name : 'core'}`}>{shown[name] ?? name}</span>;
}

/** Sure is a button that wants to be pressed twice. */
export function Sure({ label, onSure, tone }: { label: string; onSure: () => void; tone?: 'bad' }) {
  const [asked, setAsked] = useState(false);
  useEffect(() => {
    if (!asked) return undefined;
    const timer = setTimeout(() => setAsked(false), 4_000);
    return () => clearTimeout(timer);
  }, [asked]);
  return (
    <button type="button" class={`act ${tone ?? ''} ${asked ? 'asked' : ''}`} onClick={() => {
      if (asked) onSure();
      setAsked(!asked);
    }}>{asked ? `${label}?` : label}</button>
  );
}

export function when(text: string): string {
  const t = new Date(text);
  const today = new Date().toDateString() === t.toDateString();
  return today ? t.toLocaleTimeString() : t.toLocaleString();
}

export function ago(text: string): string {
  const s = Math.max(0, (Date.now() - Date.parse(text)) / 1000);
  if (s < 60) return `${Math.floor(s)} s`;
  if (s < 3600) return `${Math.floor(s / 60)} min`;
  if (s < 86_400) return `${Math.floor(s / 3600)} h`;
  return `${Math.floor(s / 86_400)} d`;
}

export function bytes(n: number): string {
  if (n < 1024) return `${n} B`;
  const units = ['KiB', 'MiB', 'GiB', 'TiB'];
  let i = -1;
  do {
    n /= 1024;
    i++;
  } while (n >= 1024 && i < units.length - 1);
  return `${n.toFixed(n < 10 ? 1 : 0)} ${units[i]}`;
}

/** Search is a field that waits until one has stopped writing. */
export function Search({ label, onSearch }: { label: string; onSearch: (text: string) => void }) {
  const timer = useRef(0);
  return (
    <input class="search" type="search" aria-label={label} placeholder={label} onInput={(e) => {
      const { value } = e.currentTarget;
      clearTimeout(timer.current);
      timer.current = window.setTimeout(() => onSearch(value.trim()), 250);
    }} />
  );
}
