// The live stream, and what it has told.
import { Bell } from '../shared/bell.js';
import type { Deed, Pulse, Sessions } from './api.js';

const kept = 300;

export class Live {
  readonly bell = new Bell();
  pulses: Pulse[] = [];
  sessions: Sessions | undefined;
  deeds: Deed[] = [];
  connected = false;
  private stream?: EventSource;

  constructor(private readonly refused: () => void) {}

  open(): void {
    const stream = new EventSource('/-/api/live');
    this.stream = stream;
    stream.onopen = () => this.turn(true);
    stream.onerror = () => {
      this.turn(false);
      // A browser comes back by itself, but not after a refusal.
      if (stream.readyState === EventSource.CLOSED) this.refused();
    };
    const on = <T>(name: string, hear: (v: T) => void) =>
      stream.addEventListener(name, (e: MessageEvent<string>) => {
        hear(JSON.parse(e.data) as T);
        this.bell.ring();
      });
    on<Pulse[]>('past', (p) => {
      this.pulses = p ?? [];
    });
    on<Pulse>('pulse', (p) => {
      // After a restart the counters begin anew: a rate over that would be nonsense.
      if (this.pulses.length > 0 && p.committed < this.pulses.at(-1)!.committed) this.pulses = [];
      this.pulses = [...this.pulses.slice(1 - kept), p];
    });
    on<Sessions>('sessions', (s) => {
      this.sessions = s;
    });
    on<Deed>('deed', (d) => {
      this.deeds = [d, ...this.deeds].slice(0, 200);
    });
  }

  close(): void {
    this.stream?.close();
  }

  private turn(connected: boolean): void {
    this.connected = connected;
    this.bell.ring();
  }
}

/** rates are the differences a second of what counts up. */
export function rates(pulses: Pulse[], value: (p: Pulse) => number): number[] {
  const out: number[] = [];
  for (let i = 1; i < pulses.length; i++) {
    const a = pulses[i - 1]!;
    const b = pulses[i]!;
    const seconds = (b.time - a.time) / 1000;
    out.push(seconds > 0 ? Math.max(0, (value(b) - value(a)) / seconds) : 0);
  }
  return out;
}
