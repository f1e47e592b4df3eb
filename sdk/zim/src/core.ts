import { ZIMErrorCode } from './codes.js';
import { ZIMConnectionEvent, ZIMConnectionState, ZIMGeofencingType } from './enums.js';
import { Fault, invalid, notLogged, unsupported } from './errors.js';
import type { Notice } from './link.js';
import { revive, type Plain } from './revive.js';
import { Session } from './session.js';
import type { ZIMEventHandler } from './types/handler.js';
import type { ZIMAppConfig, ZIMLogConfig, ZIMSelfUserInfo } from './types/user.js';
import { surface } from './version.js';
import type { ZIM } from './zim.js';

/** AppConfig is the vendor's, and where the server is. */
export interface AppConfig extends ZIMAppConfig {
  /** Such as wss://chat.example.com. Without it and without an advanced setting: where the page came from. */
  server?: string;
}

const settings = new Map<string, string>();
const linesKept = 200;
const reconnectFor = 10 * 60_000;

/** address makes of what a user may write the WebSocket address of the gateway. */
export function address(server: string): string {
  const text = server || (typeof location === 'object' ? location.origin : '');
  const url = new URL(/^[a-z]+:\/\//i.test(text) ? text : `wss://${text}`);
  url.protocol = url.protocol.replace(/^http/, 'ws');
  if (url.pathname === '/' || url.pathname === '') url.pathname = '/zim';
  return url.toString();
}

/** device names this browser tab, the same after a reload: a tab is one device. */
function device(appID: number): string {
  const key = `dragoman-zim.${appID}.device`;
  const fresh = () => `web-${Array.from(crypto.getRandomValues(new Uint8Array(8)), (b) => b.toString(16).padStart(2, '0')).join('')}`;
  try {
    let id = sessionStorage.getItem(key);
    if (!id) sessionStorage.setItem(key, (id = fresh()));
    return id;
  } catch {
    return fresh(); // storage is switched off
  }
}

/** Core is the part of ZIM that every other part stands on: the instance, its events, its connection. */
export abstract class Core {
  /** @internal */
  protected session!: Session;
  /** @internal */
  private listeners: { [K in keyof ZIMEventHandler]?: ZIMEventHandler[K] } = {};
  /** @internal */
  private destroyed = false;
  /** @internal */
  private shape: 'debug' | 'quiet' = 'quiet';
  /** What has happened of late, without contents: for uploadLog. @internal */
  private readonly lines: string[] = [];
  /** @internal */
  private traced = false;

  static getVersion(): string {
    return surface;
  }

  static setAdvancedConfig(key: string, value: string): void {
    settings.set(key, value);
  }

  static setGeofencingConfig(areaList: number[], type: ZIMGeofencingType): boolean {
    // There is one server, where its operator put it: only "no fence" can be honoured.
    return Array.isArray(areaList) && type === ZIMGeofencingType.None;
  }

  /** @internal */
  protected start(config: AppConfig): void {
    const server = config.server ?? settings.get('server') ?? '';
    this.session = new Session(address(server), device(config.appID), reconnectFor, {
      stateChanged: (state, event, extendedData) => this.stateChanged(state, event, extendedData),
      notices: (n) => this.hear(n),
      connected: (self, resumed) => this.connected(self, resumed),
      ended: () => this.sessionEnded(),
      failed: ({ code, message }) => this.emit('error', { code, message }),
    });
  }

  setLogConfig(config: ZIMLogConfig): void {
    this.shape = config?.logLevel === 'debug' ? 'debug' : 'quiet';
  }

  on<K extends keyof ZIMEventHandler>(type: K, listener: ZIMEventHandler[K]): void {
    this.listeners[type] = listener as never;
  }

  off<K extends keyof ZIMEventHandler>(type: K): void {
    delete this.listeners[type];
  }

  async uploadLog(): Promise<void> {
    await this.call('uploadLog', () => ({ lines: this.lines }));
  }

  /**
   * callExperimentalAPI takes and answers JSON text. {"api":"connection"} answers how the connection stands;
   * {"api":"trace","params":{"on":true}} has each line of the log told by experimentalEventReceived as it is written.
   */
  async callExperimentalAPI(params: string): Promise<string> {
    let asked: { api?: unknown; params?: { on?: unknown } };
    try {
      asked = (JSON.parse(params) ?? {}) as typeof asked;
    } catch {
      throw invalid('callExperimentalAPI takes JSON text');
    }
    switch (asked.api) {
      case 'connection':
        return JSON.stringify(this.session.facts());
      case 'trace':
        this.traced = asked.params?.on === true;
        return JSON.stringify({ on: this.traced });
    }
    throw unsupported(`the experimental call ${String(asked.api)}`);
  }

  destroy(): void {
    if (this.destroyed) return;
    this.listeners = {};
    this.session.close();
    this.destroyed = true;
  }

  /** @internal */
  protected get self(): string {
    return this.session.who?.userID ?? '';
  }

  /**
   * call asks the server and makes whole messages of its answer. It rejects, and never throws: what cannot be made into
   * parameters is refused as invalid. repeatable: see Session.request. @internal
   */
  protected async call<T>(method: string, params: () => object, repeatable = false): Promise<T> {
    this.ready();
    let built: object;
    try {
      built = params();
    } catch {
      throw invalid(`the parameters of ${method} are not what it takes`);
    }
    const self = this.self;
    const asked = Date.now();
    let result: Plain;
    try {
      result = await this.session.request<Plain>(method, built, repeatable);
    } catch (e) {
      this.note(`${method} refused with ${(e as Fault).code}`);
      throw e;
    }
    this.note(`${method} answered in ${Date.now() - asked} ms`);
    return (await this.revived(revive(result, self))) as T;
  }

  /** ready throws where no call can be made. @internal */
  protected ready(): void {
    if (this.destroyed) throw new Fault(ZIMErrorCode.CommonModuleNotInit, 'this instance was destroyed');
    if (!this.session.who) throw notLogged();
  }

  /** emit tells the listener of an event. What it throws is its own affair. @internal */
  protected emit<K extends keyof ZIMEventHandler>(event: K, data: Parameters<ZIMEventHandler[K]>[1]): void {
    if (this.shape === 'debug') console.debug('ZIM', event, data);
    const listener = this.listeners[event] as ((zim: ZIM, data: unknown) => void) | undefined;
    if (!listener) return;
    try {
      listener(this as unknown as ZIM, data);
    } catch (e) {
      // Thrown again outside, where the page sees it as its own; the next event must still be told.
      setTimeout(() => {
        throw e;
      });
    }
  }

  /** revived may add what only this device knows to what the server said. @internal */
  protected revived(result: Plain): Plain | Promise<Plain> {
    return result;
  }

  /** heard is told each event before its listener; false keeps it from him. @internal */
  protected heard(event: keyof ZIMEventHandler, data: Plain): boolean {
    void event, data;
    return true;
  }

  /** @internal */
  protected connected(self: ZIMSelfUserInfo, resumed: boolean): void {
    void self, resumed;
  }

  /** @internal */
  protected sessionEnded(): void {}

  /** @internal */
  private note(line: string): void {
    const dated = `${new Date().toISOString()} ${line}`;
    this.lines.push(dated);
    if (this.lines.length > linesKept) this.lines.shift();
    if (this.traced) this.emit('experimentalEventReceived', JSON.stringify({ api: 'trace', line: dated }));
  }

  /** @internal */
  protected stateChanged(state: ZIMConnectionState, event: ZIMConnectionEvent, extendedData: string): void {
    this.note(`state ${state} event ${event}`);
    this.emit('connectionStateChanged', { state, event, extendedData });
  }

  /** @internal */
  private hear(notices: Notice[]): void {
    for (const n of notices) {
      const event = n.method as keyof ZIMEventHandler;
      const data = revive((n.params ?? {}) as Plain, this.self);
      if (event === 'connectionStateChanged') {
        // The server ends the session, and says why.
        this.session.ended(data.event as ZIMConnectionEvent, (data.extendedData as string) ?? '');
        continue;
      }
      if (this.heard(event, data)) this.emit(event, data as never);
    }
  }
}
