import { Core } from './core.js';
import type {
  ZIMSelfUserInfoQueriedResult,
  ZIMSubscribedUserStatusListQueriedResult,
  ZIMSubscribedUserStatusQueryConfig,
  ZIMUserAvatarUrlUpdatedResult,
  ZIMUserCustomStatusUpdateConfig,
  ZIMUserCustomStatusUpdatedResult,
  ZIMUserExtendedDataUpdatedResult,
  ZIMUserNameUpdatedResult,
  ZIMUserOfflinePushRule,
  ZIMUserOfflinePushRuleUpdatedResult,
  ZIMUserStatusSubscribeConfig,
  ZIMUsersInfoQueriedResult,
  ZIMUsersInfoQueryConfig,
  ZIMUsersStatusQueriedResult,
  ZIMUsersStatusSubscribedResult,
  ZIMUsersStatusUnsubscribedResult,
} from './types/user.js';

/** User has ZIM's methods of that name. */
export abstract class User extends Core {
  updateUserName(userName: string): Promise<ZIMUserNameUpdatedResult> {
    return this.call('updateUserName', () => ({ userName }));
  }

  updateUserAvatarUrl(userAvatarUrl: string): Promise<ZIMUserAvatarUrlUpdatedResult> {
    return this.call('updateUserAvatarUrl', () => ({ userAvatarUrl }));
  }

  updateUserExtendedData(extendedData: string): Promise<ZIMUserExtendedDataUpdatedResult> {
    return this.call('updateUserExtendedData', () => ({ extendedData }));
  }

  updateUserOfflinePushRule(offlinePushRule: ZIMUserOfflinePushRule): Promise<ZIMUserOfflinePushRuleUpdatedResult> {
    return this.call('updateUserOfflinePushRule', () => ({ offlinePushRule }));
  }

  updateUserCustomStatus(customStatus: string, config?: ZIMUserCustomStatusUpdateConfig): Promise<ZIMUserCustomStatusUpdatedResult> {
    return this.call('updateUserCustomStatus', () => ({ customStatus, config }));
  }

  updateUserBadge(badge: number): Promise<void> {
    return this.call('updateUserBadge', () => ({ badge }));
  }

  queryUsersInfo(userIDs: string[], config: ZIMUsersInfoQueryConfig): Promise<ZIMUsersInfoQueriedResult> {
    return this.call('queryUsersInfo', () => ({ userIDs, config }));
  }

  queryUsersStatus(userIDs: string[]): Promise<ZIMUsersStatusQueriedResult> {
    return this.call('queryUsersStatus', () => ({ userIDs }));
  }

  querySelfUserInfo(): Promise<ZIMSelfUserInfoQueriedResult> {
    return this.call('querySelfUserInfo', () => ({}));
  }

  subscribeUsersStatus(userIDs: string[], config: ZIMUserStatusSubscribeConfig): Promise<ZIMUsersStatusSubscribedResult> {
    return this.call('subscribeUsersStatus', () => ({ userIDs, config }));
  }

  unsubscribeUsersStatus(userIDs: string[]): Promise<ZIMUsersStatusUnsubscribedResult> {
    return this.call('unsubscribeUsersStatus', () => ({ userIDs }));
  }

  querySubscribedUserStatusList(config: ZIMSubscribedUserStatusQueryConfig): Promise<ZIMSubscribedUserStatusListQueriedResult> {
    return this.call('querySubscribedUserStatusList', () => ({ config }));
  }
}
