// What the console asks of the gateway.
export interface Operator {
  name: string;
  role: 'viewer' | 'operator';
  contents: boolean;
  expires: string;
}
export interface Session {
  user: string;
  device: string;
  protocol: string;
  platform?: string;
  address?: string;
  since: string;
  lag: number;
  status?: string;
  bytesIn?: number;
  bytesOut?: number;
}
export interface Sessions {
  sessions: Session[];
  total: number;
}
export interface Pulse {
  time: number;
  sessions: Record<string, number>;
  committed: number;
  live: number;
  duplicates: number;
  batches: number;
  waiting: number;
  lag: number;
  refused: Record<string, number>;
  requests: Record<string, number>;
  stages?: Record<string, Stage>;
}
/** Stage is how long one stage of a message's way has taken, since the start. */
export interface Stage {
  count: number;
  seconds: number;
}
/** Call is a call to the app's server that was put aside. */
export interface Call {
  id: number;
  event: string;
  key: string;
  made: string;
  due: string;
  attempts: number;
  problem: string;
  body?: string;
}
export interface Calls {
  waiting: number;
  dead: number;
  /** Those that wait, the next at the head. */
  next: Call[];
  calls: Call[];
}
export interface Overview {
  pulse: Pulse;
  peers: number;
  groups: number;
  threads: number;
  rooms: number;
  events: number;
  bytes: number;
  started: string;
  version: string;
}
export interface User {
  id: string;
  created: string;
  disabled?: boolean;
  online: number;
}
export interface UserPage {
  user: User;
  uuid: string;
  sessions: Session[];
  places: Conv[];
  peers: string[];
}
export interface Conv {
  place: string;
  name: string;
  owner: string;
  members: number;
  inside?: number;
  created: string;
  public: boolean;
  lastSeq: number;
}
export interface Member {
  user: string;
  role: string;
  nick?: string;
  muted?: boolean;
  online: number;
}
export interface ConvPage {
  conv: Conv;
  description?: string;
  notice?: string;
  members: Member[];
  inside?: Session[];
}
export interface Entry {
  id: string;
  seq: number;
  time: string;
  from: string;
  source: string;
  kind: string;
  text?: string;
  bytes: number;
  recalled?: boolean;
  edits?: number;
  reactions?: number;
  delivered: [number, number];
  read: [number, number];
  traced?: string;
}
export interface Deed {
  time: string;
  who?: string;
  action: string;
  target?: string;
  detail?: string;
  address?: string;
  problem?: string;
}
export interface Health {
  checks: { name: string; problem?: string }[];
  addresses: Record<string, string>;
  started: string;
  version: string;
}

/** Refusal is an answer that was no. */
export class Refusal extends Error {
  constructor(readonly status: number, message: string) {
    super(message);
  }
}

async function call<T>(method: 'GET' | 'POST', path: string, question?: object): Promise<T> {
  const res = await fetch(path, {
    method,
    cache: 'no-store',
    credentials: 'same-origin',
    signal: AbortSignal.timeout(15_000),
    headers: { 'X-Dragoman': 'console' },
    body: question && JSON.stringify(question),
  });
  const answer = (await res.json().catch(() => ({}))) as T & { error?: string };
  if (!res.ok) throw new Refusal(res.status, answer.error ?? `the gateway answered ${res.status}`);
  return answer;
}

export function ask<T>(what: string, query: Record<string, string> = {}): Promise<T> {
  const text = new URLSearchParams(Object.entries(query).filter(([, v]) => v !== '')).toString();
  return call<T>('GET', `/-/api/${what}${text ? `?${text}` : ''}`);
}

export const act = (what: string, order: object) => call<object>('POST', `/-/api/${what}`, order);
export const login = (token: string) => call<Operator>('POST', '/-/login', { token });
export const logout = () => call<object>('POST', '/-/logout', {});
