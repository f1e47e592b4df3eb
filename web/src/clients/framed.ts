// The page's end of the frame that runs the WebIM client.
import { device, within, type Access, type Client, type Draft, type Heard, type Place, type Said } from './client.js';

type FromFrame = { answer: number; result?: unknown; fault?: string } | { heard: Heard } | { ready: true };

export class FramedClient implements Client {
  private hear: (h: Heard) => void = () => {};
  private port?: MessagePort;
  private calls = 0;
  private readonly waiting = new Map<number, (a: { result?: unknown; fault?: string }) => void>();

  constructor(private readonly who: Access, private readonly frame: HTMLIFrameElement) {}

  async open(hear: (h: Heard) => void): Promise<void> {
    this.hear = hear;
    await within('the frame', this.connect());
    await this.ask('open');
  }

  /** connect waits for the frame's word, then gives it a port. Its origin is opaque, so the window itself is what is checked. */
  private connect(): Promise<void> {
    return new Promise((resolve) => {
      const hello = (e: MessageEvent<{ frame?: string }>) => {
        if (e.source !== this.frame.contentWindow || e.data?.frame !== 'webim') return;
        removeEventListener('message', hello);
        const { port1, port2 } = new MessageChannel();
        this.port = port1;
        port1.onmessage = (m: MessageEvent<FromFrame>) => {
          if ('ready' in m.data) resolve();
          else if ('heard' in m.data) this.hear(m.data.heard);
          else this.waiting.get(m.data.answer)?.(m.data);
        };
        this.frame.contentWindow?.postMessage({ who: this.who, tab: device(), origin: location.origin }, '*', [port2]);
      };
      addEventListener('message', hello);
      this.frame.src = this.frame.dataset.src ?? '';
    });
  }

  async send(place: Place, draft: Draft): Promise<Said> {
    const { file } = draft;
    // The frame may not read this machine's files: it is given the bytes.
    const bytes = file && new File([await file.arrayBuffer()], file.name, { type: file.type });
    return this.ask('send', place, { ...draft, file: bytes }) as Promise<Said>;
  }
  async recall(m: Said): Promise<void> {
    await this.ask('recall', m);
  }
  async react(m: Said, emoji: string, on: boolean, mine: string[]): Promise<void> {
    await this.ask('react', m, emoji, on, mine);
  }
  async read(m: Said): Promise<void> {
    await this.ask('read', m);
  }
  async enter(room: string): Promise<void> {
    await this.ask('enter', room);
  }
  history(place: Place, limit: number): Promise<Said[]> {
    return this.ask('history', place, limit) as Promise<Said[]>;
  }
  async close(): Promise<void> {
    this.port?.postMessage({ call: ++this.calls, method: 'close', args: [] });
  }

  private ask(method: keyof Client, ...args: unknown[]): Promise<unknown> {
    const call = ++this.calls;
    const answered = new Promise<unknown>((resolve, reject) => {
      this.waiting.set(call, ({ result, fault }) => (fault === undefined ? resolve(result) : reject(new Error(fault))));
      this.port?.postMessage({ call, method, args });
    });
    // The client in the frame has its own patience; this is for a frame that is gone.
    return within(method, answered).finally(() => this.waiting.delete(call));
  }
}
