import { ZIMErrorCode } from './codes.js';
import { ZIMConnectionEvent, ZIMConnectionState, ZIMPlatformType } from './enums.js';
import { asFault, Fault, notLogged } from './errors.js';
import { Link, type Notice } from './link.js';
import type { ZIMSelfUserInfo } from './types/user.js';
import { version } from './version.js';

/** Credentials is how one logs in: the parameters of login, kept for reconnecting. */
export interface Credentials {
  userID: string;
  token: string;
  userName?: string;
  customStatus?: string;
  customStatusDuration?: number;
}

interface LoginResult {
  self: ZIMSelfUserInfo;
  cursor: string;
  resumed: boolean;
  heartbeat: number;
  timeout: number;
  serverTime: number;
  tokenExpires: number;
}

/** Ears is who hears of what happens in a session. */
export interface Ears {
  stateChanged(state: ZIMConnectionState, event: ZIMConnectionEvent, extendedData: string): void;
  notices(notices: Notice[]): void;
  /** After each login and each return; resumed: nothing was missed. */
  connected(self: ZIMSelfUserInfo, resumed: boolean): void;
  /** After a session has ended for good. */
  ended(): void;
  /** Something failed that no caller waits for. */
  failed(fault: Fault): void;
}

const backOffFirst = 300;
const backOffMost = 8_000;
/** sendAgainFor is how long a request that may be repeated waits for the link to return. */
const sendAgainFor = 30_000;
const ackAfter = 500;
const ackAtMost = 64;

/** codes of a login that trying again will not mend */
function isFinal(f: Fault): boolean {
  return (
    f.code !== ZIMErrorCode.NetworkModuleNetworkError &&
    f.code !== ZIMErrorCode.NetworkModuleRequestTimeout &&
    f.code !== ZIMErrorCode.CommonModuleIMServerDisconnect &&
    f.code !== ZIMErrorCode.CommonModuleIMServerError &&
    f.code !== ZIMErrorCode.CommonModuleTriggerServerFrequencyLimit
  );
}

/**
 * Session keeps one user logged in: it connects, beats, comes back after a drop with the cursor of the last event it
 * had, and says so in ZIM's connection states.
 */
export class Session {
  state = ZIMConnectionState.Disconnected;
  /** Who is logged in; undefined: nobody. */
  who?: Credentials;
  /** How far the server's clock is ahead of ours, in milliseconds. */
  skew = 0;

  private link?: Link;
  private cursor = '';
  private live = '';
  private acked = '';
  private unacked = 0;
  private generation = 0;
  private beat?: ReturnType<typeof setInterval>;
  private ackTimer?: ReturnType<typeof setTimeout>;
  private wakeUp?: () => void;
  private returned: (() => void)[] = [];
  private readonly online = () => this.wakeUp?.();
  // A tab that is opened anew is another device: what this one has shown must not come again there.
  private readonly leaving = () => this.flushAck();

  constructor(
    private readonly url: string,
    private readonly device: string,
    private readonly reconnectFor: number,
    private readonly ears: Ears,
  ) {
    if (typeof addEventListener === 'function') {
      addEventListener('online', this.online);
      addEventListener('pagehide', this.leaving);
    }
  }

  /** login resolves once the server has taken the token. */
  async login(who: Credentials, evenOffline: boolean): Promise<void> {
    if (this.who) {
      throw new Fault(ZIMErrorCode.NetworkModuleUserHasAlreadyLogged, `${this.who.userID} is logged in`);
    }
    this.who = who;
    const generation = ++this.generation;
    this.cursor = this.acked = this.live = '';
    this.turn(ZIMConnectionState.Connecting, ZIMConnectionEvent.ActiveLogin);
    try {
      await this.connect(generation);
    } catch (e) {
      const fault = asFault(e);
      if (generation !== this.generation) throw fault;
      if (evenOffline && !isFinal(fault)) {
        void this.comeBack(generation);
        return;
      }
      this.end(
        fault.code === ZIMErrorCode.NetworkModuleTokenExpired
          ? ZIMConnectionEvent.TokenExpired
          : ZIMConnectionEvent.LoginTimeout,
      );
      throw fault;
    }
  }

  /** logout tells the server and forgets the user; it needs no answer. */
  logout(params: object): void {
    if (!this.who) return;
    this.flushAck();
    void this.link?.request('logout', params).catch(() => {});
    this.end(ZIMConnectionEvent.Success);
  }

  /** close is logout without a word; the session is not used again. */
  close(): void {
    if (typeof removeEventListener === 'function') {
      removeEventListener('online', this.online);
      removeEventListener('pagehide', this.leaving);
    }
    this.flushAck();
    if (this.who) this.end(ZIMConnectionEvent.Success);
  }

  /**
   * request asks the server. repeatable: the server knows the request again by its own id, so it is sent once more when
   * the link was lost under it, for up to 30 seconds.
   */
  async request<T>(method: string, params: object, repeatable = false): Promise<T> {
    if (!this.who) throw notLogged();
    const deadline = Date.now() + sendAgainFor;
    for (;;) {
      const generation = this.generation;
      try {
        if (!this.link || this.state !== ZIMConnectionState.Connected) {
          if (!repeatable) throw new Fault(ZIMErrorCode.NetworkModuleNetworkError, 'not connected');
          await this.whenBack(deadline - Date.now());
        }
        return (await this.link!.request(method, params)) as T;
      } catch (e) {
        const fault = asFault(e);
        const lost = fault.code === ZIMErrorCode.CommonModuleIMServerDisconnect;
        if (!repeatable || !lost || generation !== this.generation || Date.now() > deadline) throw fault;
      }
    }
  }

  /** facts are how the session stands, for whoever looks for a fault. */
  facts(): { server: string; device: string; state: ZIMConnectionState; cursor: string; skew: number; sdk: string } {
    return { server: this.url, device: this.device, state: this.state, cursor: this.cursor, skew: this.skew, sdk: version };
  }

  /** renewed keeps a token that the server has taken, for the next reconnect. */
  renewed(token: string): void {
    if (this.who) this.who = { ...this.who, token };
  }

  /** ended is told by the server that this session is over: kicked out, expired, unregistered. */
  ended(event: ZIMConnectionEvent, extendedData: string): void {
    this.end(event, extendedData);
  }

  private async connect(generation: number): Promise<void> {
    const link = await Link.open(this.url);
    if (generation !== this.generation) {
      link.close();
      throw new Fault(ZIMErrorCode.NetworkModuleUserHasAlreadyLoggedOut, 'logged out meanwhile');
    }
    // Events may follow the answer to the login in the same turn: they wait until the answer was dealt with.
    const early: Notice[][] = [];
    link.onNotices = (n) => early.push(n);
    const who = this.who!;
    let result: LoginResult;
    try {
      result = (await link.request('login', {
        userID: who.userID,
        config: {
          userName: who.userName ?? '',
          token: who.token,
          isOfflineLogin: false,
          customStatus: who.customStatus ?? '',
          customStatusDuration: who.customStatusDuration ?? 0,
        },
        session: {
          device: this.device,
          platform: ZIMPlatformType.Web,
          client: `dragoman-zim/${version}`,
          cursor: this.cursor,
          live: this.live,
        },
      })) as LoginResult;
    } catch (e) {
      link.close();
      throw e;
    }
    if (generation !== this.generation) {
      link.close();
      throw new Fault(ZIMErrorCode.NetworkModuleUserHasAlreadyLoggedOut, 'logged out meanwhile');
    }
    this.link = link;
    this.skew = result.serverTime - Date.now();
    this.cursor = this.acked = result.cursor;
    link.onLost = () => this.lost(generation);
    this.startBeat(link, result.heartbeat);
    this.turn(ZIMConnectionState.Connected, ZIMConnectionEvent.Success);
    this.ears.connected(result.self, result.resumed);
    for (const w of this.returned.splice(0)) w();
    link.onNotices = (n) => this.hear(n);
    for (const n of early) this.hear(n);
  }

  private hear(notices: Notice[]): void {
    const { cursor, live } = notices[notices.length - 1];
    if (live) this.live = live;
    if (cursor) {
      this.cursor = cursor;
      this.unacked++;
      if (this.unacked >= ackAtMost) this.flushAck();
      else this.ackTimer ??= setTimeout(() => this.flushAck(), ackAfter);
    }
    this.ears.notices(notices);
  }

  private flushAck(): void {
    clearTimeout(this.ackTimer);
    this.ackTimer = undefined;
    this.unacked = 0;
    if (this.cursor === this.acked) return;
    this.acked = this.cursor;
    this.link?.notify('$/ack', { cursor: this.cursor });
  }

  private startBeat(link: Link, every: number): void {
    clearInterval(this.beat);
    this.beat = setInterval(() => {
      // A request that times out, or a dead socket, both mean that the server is not there.
      link.request('$/heartbeat', {}).catch(() => link.abandon());
    }, every);
  }

  private lost(generation: number): void {
    if (generation !== this.generation || !this.who) return;
    clearInterval(this.beat);
    this.link = undefined;
    void this.comeBack(generation);
  }

  private async comeBack(generation: number): Promise<void> {
    const giveUp = Date.now() + this.reconnectFor;
    this.turn(ZIMConnectionState.Reconnecting, ZIMConnectionEvent.LoginInterrupted);
    for (let wait = backOffFirst; generation === this.generation; wait = Math.min(wait * 2, backOffMost)) {
      // Half of the wait is chance, so that the clients of a restarted server do not all come in the same moment.
      await this.pause(wait / 2 + (Math.random() * wait) / 2);
      if (generation !== this.generation) return;
      try {
        await this.connect(generation);
        return;
      } catch (e) {
        const fault = asFault(e);
        if (generation !== this.generation) return;
        const late = Date.now() > giveUp;
        if (!late && !isFinal(fault)) continue;
        // Nobody has asked to come back: that it failed is told in the error event.
        this.ears.failed(fault);
        if (fault.code === ZIMErrorCode.NetworkModuleTokenExpired) return this.end(ZIMConnectionEvent.TokenExpired);
        return this.end(late ? ZIMConnectionEvent.LoginInterrupted : ZIMConnectionEvent.LoginTimeout, fault.message);
      }
    }
  }

  private pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.wakeUp?.(), ms);
      this.wakeUp = () => {
        clearTimeout(timer);
        this.wakeUp = undefined;
        resolve();
      };
    });
  }

  private whenBack(ms: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const back = () => {
        clearTimeout(timer);
        if (this.who) resolve();
        else reject(notLogged());
      };
      const timer = setTimeout(() => {
        this.returned = this.returned.filter((r) => r !== back);
        reject(new Fault(ZIMErrorCode.NetworkModuleNetworkError, 'not connected'));
      }, Math.max(0, ms));
      this.returned.push(back);
    });
  }

  private end(event: ZIMConnectionEvent, extendedData = ''): void {
    this.generation++;
    clearInterval(this.beat);
    clearTimeout(this.ackTimer);
    this.ackTimer = undefined;
    this.link?.close();
    this.link = undefined;
    this.who = undefined;
    this.wakeUp?.();
    for (const w of this.returned.splice(0)) w();
    this.turn(ZIMConnectionState.Disconnected, event, extendedData);
    this.ears.ended();
  }

  private turn(state: ZIMConnectionState, event: ZIMConnectionEvent, extendedData = ''): void {
    if (this.state === state) return;
    this.state = state;
    this.ears.stateChanged(state, event, extendedData);
  }
}
