// What the page asks of the gateway itself. The server answers these to this page alone, and to this machine alone.
import type { Access, Protocol } from '../clients/client.js';

export interface Demo {
  version: string;
  people: Access[];
  group: { id: string; name: string };
  room: { id: string; name: string };
}

export interface Status {
  version: string;
  demo: boolean;
  /** Why there are no demo accounts for whoever asks. */
  reason?: string;
}

export interface Shown {
  protocol: Protocol;
  reader: string;
  frame: string;
  fidelity: 'exact' | 'degraded' | 'refused' | 'dropped' | 'absent';
  note?: string;
}

export interface Travel {
  event: { id: string; kind: string; place: string; from: string; source: string; time: string; seq: number; position: number; json: string };
  original?: { protocol: string; frame: string; bytes: number; cut: boolean };
  /** Why the original is not to be seen. */
  hidden?: string;
  shown: Shown[];
}

async function ask<T>(method: 'GET' | 'POST', path: string, question?: object): Promise<T> {
  const stop = AbortSignal.timeout(15_000);
  const body = question && JSON.stringify(question);
  const res = await fetch(path, { method, body, signal: stop, cache: 'no-store', headers: { 'X-Dragoman': 'page' } });
  const answer = (await res.json().catch(() => ({}))) as T & { error?: string };
  if (!res.ok) throw new Error(answer.error ?? `the gateway answered ${res.status}`);
  return answer;
}

export const status = () => ask<Status>('GET', '/-/status');
export const openDemo = () => ask<Demo>('POST', '/-/demo/open', {});

/** travel asks how a message travelled, by the gateway's id or, where its author was told none, by his own. */
export function travel(place: string, id: { event?: string; client: string; author: string }): Promise<Travel> {
  return ask<Travel>('POST', '/-/demo/travel', { place, ...id, event: id.event ?? '' });
}
