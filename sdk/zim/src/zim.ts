import { ZIMConnectionEvent, ZIMConnectionState } from './enums.js';
import { asFault, invalid } from './errors.js';
import { type AppConfig } from './core.js';
import { Later } from './later.js';
import { Store } from './store.js';
import type { ZIMAppConfig, ZIMLoginConfig, ZIMLogoutConfig, ZIMTokenRenewedResult, ZIMUserInfo } from './types/user.js';

/**
 * ZIM is the client. There is one instance at a time: create makes it, getInstance finds it, destroy ends it. Every
 * method that returns a promise reports failure by rejecting with a ZIMError.
 */
export abstract class ZIM extends Later {
  /** create returns null while there is an instance. A configuration may also name the server. */
  static create(appConfig: number | ZIMAppConfig | AppConfig): ZIM | null {
    if (instance) return null;
    const config: AppConfig = typeof appConfig === 'number' ? { appID: appConfig } : appConfig;
    if (!config || !Number.isInteger(config.appID)) return null;
    instance = new Instance();
    instance.begin(config);
    return instance;
  }

  static getInstance(): ZIM | null {
    return instance;
  }

  login(userInfo: ZIMUserInfo, token: string): Promise<void>;
  login(userID: string, config: ZIMLoginConfig): Promise<void>;
  async login(who: ZIMUserInfo | string, how: string | ZIMLoginConfig): Promise<void> {
    if (typeof who === 'string') {
      const config = (how ?? {}) as ZIMLoginConfig;
      return this.enter(who, config.userName, config.token, config);
    }
    if (!who || typeof who !== 'object') throw invalid('there is no user');
    return this.enter(who.userID, who.userName, how as string);
  }

  logout(config?: ZIMLogoutConfig): void {
    this.session.logout({ config });
    if (config?.isClearDB) this.store.forget();
  }

  async renewToken(token: string): Promise<ZIMTokenRenewedResult> {
    const result = await this.call<ZIMTokenRenewedResult>('renewToken', () => ({ token }));
    this.session.renewed(token);
    return result;
  }

  override destroy(): void {
    super.destroy();
    if (instance === (this as unknown)) instance = null;
  }

  /** @internal */
  private async enter(userID: string, userName?: string, token?: string, config?: ZIMLoginConfig): Promise<void> {
    if (typeof userID !== 'string' || userID === '') throw invalid('the user has no id');
    const { customStatus, customStatusDuration } = config ?? {};
    await this.store.open(userID);
    const credentials = { userID, userName, token: token ?? '', customStatus, customStatusDuration };
    try {
      await this.session.login(credentials, config?.isOfflineLogin === true);
    } catch (e) {
      throw asFault(e);
    }
  }

  /** @internal */
  protected override stateChanged(state: ZIMConnectionState, event: ZIMConnectionEvent, extendedData: string): void {
    super.stateChanged(state, event, extendedData);
    if (state === ZIMConnectionState.Connected) {
      void this.roomsAgain();
      void this.catchUp();
    } else if (state !== ZIMConnectionState.Connecting) {
      this.roomsLost(state === ZIMConnectionState.Reconnecting);
    }
  }
}

/** Instance is the one concrete ZIM. */
class Instance extends ZIM {
  begin(config: AppConfig): void {
    this.store = new Store(`dragoman-zim.${config.appID}`);
    this.start(config);
  }
}

let instance: Instance | null = null;
