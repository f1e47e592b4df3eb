import { ZIMErrorCode } from './codes.js';
import { Fault } from './errors.js';

/** Notice is one event as it came. The last of its frame says how far whoever has it has come: live, of what is told in rooms. */
export interface Notice {
  method: string;
  params: unknown;
  cursor?: string;
  live?: string;
}

interface Frame {
  id?: number | string | null;
  result?: unknown;
  error?: { code: number; message: string };
  method?: string;
  params?: unknown;
  cursor?: string;
  live?: string;
}

interface Waiting {
  resolve(result: unknown): void;
  reject(reason: Fault): void;
  timer: ReturnType<typeof setTimeout>;
}

/** subprotocol names the version of the protocol; the server refuses one that it does not speak. */
const subprotocol = 'zim.dragoman.1';

const connectTimeout = 10_000;
const requestTimeout = 15_000;

/** Link is one WebSocket: JSON-RPC requests one way, answers and notices the other. It is not used again once closed. */
export class Link {
  /** Told the notices of one frame, in order. */
  onNotices: (notices: Notice[]) => void = () => {};
  /** Told once, when the socket has closed for whatever reason but close(). */
  onLost: () => void = () => {};

  private next = 0;
  private readonly waiting = new Map<number, Waiting>();
  private closed = false;

  private constructor(private readonly socket: WebSocket) {
    socket.onmessage = (e) => this.read(e.data);
    socket.onclose = () => this.lose();
    socket.onerror = () => {};
  }

  /** open resolves when the socket is open. It rejects with a Fault. */
  static open(url: string): Promise<Link> {
    return new Promise((resolve, reject) => {
      let socket: WebSocket;
      try {
        socket = new WebSocket(url, subprotocol);
      } catch (e) {
        reject(new Fault(ZIMErrorCode.CommonModuleParamsInvalid, `not a WebSocket address: ${url}`));
        return;
      }
      const give = (code: ZIMErrorCode, why: string) => {
        clearTimeout(timer);
        socket.onopen = socket.onclose = null;
        socket.close();
        reject(new Fault(code, why));
      };
      const timer = setTimeout(
        () => give(ZIMErrorCode.NetworkModuleRequestTimeout, 'the server does not answer'),
        connectTimeout,
      );
      // What went wrong is told by onclose; outside of browsers an error that nobody hears ends the program.
      socket.onerror = () => {};
      socket.onclose = () => give(ZIMErrorCode.NetworkModuleNetworkError, 'the server cannot be reached');
      socket.onopen = () => {
        clearTimeout(timer);
        resolve(new Link(socket));
      };
    });
  }

  /** request resolves to the result. It rejects with the server's error, on time-out, and when the link is lost. */
  request(method: string, params: object): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.closed) {
        reject(new Fault(ZIMErrorCode.NetworkModuleNetworkError, 'not connected'));
        return;
      }
      const id = ++this.next;
      const timer = setTimeout(() => {
        this.waiting.delete(id);
        reject(new Fault(ZIMErrorCode.NetworkModuleRequestTimeout, `${method} was not answered`));
      }, requestTimeout);
      this.waiting.set(id, { resolve, reject, timer });
      this.socket.send(JSON.stringify({ jsonrpc: '2.0', id, method, params }));
    });
  }

  /** notify sends what has no answer. */
  notify(method: string, params: object): void {
    if (!this.closed) this.socket.send(JSON.stringify({ jsonrpc: '2.0', method, params }));
  }

  /** close ends the link from this side; onLost is not told. */
  close(): void {
    this.onLost = () => {};
    this.socket.close(1000);
    this.lose();
  }

  /** abandon ends a link that has fallen silent; onLost is told at once. */
  abandon(): void {
    this.socket.close();
    this.lose();
  }

  private lose(): void {
    if (this.closed) return;
    this.closed = true;
    this.socket.onmessage = this.socket.onclose = null;
    for (const w of this.waiting.values()) {
      clearTimeout(w.timer);
      w.reject(new Fault(ZIMErrorCode.CommonModuleIMServerDisconnect, 'the connection was lost'));
    }
    this.waiting.clear();
    this.onLost();
  }

  private read(data: unknown): void {
    if (typeof data !== 'string') return;
    let frames: Frame[];
    try {
      const parsed = JSON.parse(data) as Frame | Frame[];
      frames = Array.isArray(parsed) ? parsed : [parsed];
    } catch {
      return;
    }
    const notices: Notice[] = [];
    for (const f of frames) {
      if (typeof f.method === 'string') notices.push({ method: f.method, params: f.params, cursor: f.cursor, live: f.live });
      else this.settle(f);
    }
    if (notices.length > 0) this.onNotices(notices);
  }

  private settle(f: Frame): void {
    const w = typeof f.id === 'number' ? this.waiting.get(f.id) : undefined;
    if (!w) return;
    this.waiting.delete(f.id as number);
    clearTimeout(w.timer);
    if (f.error) w.reject(new Fault(zimCode(f.error.code), f.error.message));
    else w.resolve(f.result);
  }
}

/** zimCode turns JSON-RPC's own codes, which say that this SDK broke the envelope, into ZIM's. */
function zimCode(code: number): ZIMErrorCode {
  if (code === -32601) return ZIMErrorCode.CommonModuleUnsupportedRequest;
  return code < 0 ? ZIMErrorCode.CommonModuleParamsInvalid : code;
}
