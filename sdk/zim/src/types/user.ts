import type {
  ZIMErrorCode,
} from '../codes.js';
import type {
  ZIMPlatformType,
  ZIMUserOnlineStatus,
} from '../enums.js';

export interface ZIMError {
  code: ZIMErrorCode;
  message: string;
}

export interface ZIMAppConfig {
  appID: number;
}

export interface ZIMLogConfig {
  logLevel: 'debug' | 'info' | 'warn' | 'error' | 'report' | 'disable';
}

export interface ZIMUserInfo {
  userID: string;
  userName: string;
  userAvatarUrl: string;
  userExtendedData: string;
}

export interface ZIMUserFullInfo {
  baseInfo: ZIMUserInfo;
  userAvatarUrl: string;
  extendedData: string;
}

export interface ZIMUserOfflinePushRule {
  onlinePlatforms: ZIMPlatformType[];
  notToReceiveOfflinePushPlatforms: ZIMPlatformType[];
}

export interface ZIMUserRule {
  offlinePushRule: ZIMUserOfflinePushRule;
}

export interface ZIMUserStatus {
  userID: string;
  onlineStatus: ZIMUserOnlineStatus;
  onlinePlatforms: ZIMPlatformType[];
  customStatus: string;
  customStatusExpiredTime: number;
  lastUpdateTime: number;
  lastOnlineStatusUpdateTime: number;
  lastCustomStatusUpdateTime: number;
}

export interface ZIMUserStatusSubscription {
  userStatus: ZIMUserStatus;
  subscribeExpiredTime: number;
}

export interface ZIMSelfUserInfo {
  userFullInfo: ZIMUserFullInfo;
  userRule: ZIMUserRule;
  userStatus: ZIMUserStatus;
}

export interface ZIMUserStatusSubscribeConfig {
  subscriptionDuration: number;
}

export interface ZIMSubscribedUserStatusQueryConfig {
  userIDs: string[];
}

export interface ZIMErrorUserInfo {
  userID: string;
  reason: number;
}

export interface ZIMLoginConfig {
  userName: string;
  token: string;
  isOfflineLogin: boolean;
  customStatus: string;
  customStatusDuration: number;
}

export interface ZIMLogoutConfig {
  isClearDB: boolean;
}

export interface ZIMUsersInfoQueryConfig {
  isQueryFromServer: boolean;
}

export interface ZIMLogUploadedResult {}

export interface ZIMLoggedInResult {}

export interface ZIMTokenRenewedResult {
  token: string;
}

export interface ZIMUserNameUpdatedResult {
  userName: string;
}

export interface ZIMUserAvatarUrlUpdatedResult {
  userAvatarUrl: string;
}

export interface ZIMUserExtendedDataUpdatedResult {
  extendedData: string;
}

export interface ZIMUserCustomStatusUpdateConfig {
  duration: number;
}

export interface ZIMUserCustomStatusUpdatedResult {
  customStatus: string;
}

export interface ZIMUsersInfoQueriedResult {
  userList: ZIMUserFullInfo[];
  errorUserList: ZIMErrorUserInfo[];
}

export interface ZIMUserOfflinePushRuleUpdatedResult {
  offlinePushRule: ZIMUserOfflinePushRule;
}

export interface ZIMSelfUserInfoQueriedResult {
  selfUserInfo: ZIMSelfUserInfo;
}

export interface ZIMUsersStatusQueriedResult {
  userStatusList: ZIMUserStatus[];
  errorUserList: ZIMErrorUserInfo[];
}

export interface ZIMUsersStatusSubscribedResult {
  errorUserList: ZIMErrorUserInfo[];
}

export interface ZIMUsersStatusUnsubscribedResult {
  errorUserList: ZIMErrorUserInfo[];
}

export interface ZIMSubscribedUserStatusListQueriedResult {
  userStatusSubscriptionList: ZIMUserStatusSubscription[];
}
