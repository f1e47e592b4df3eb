import type {
  ZIMFriendApplicationState,
  ZIMFriendApplicationType,
  ZIMFriendDeleteType,
  ZIMFriendRelationCheckType,
  ZIMUserRelationType,
} from '../enums.js';
import type {
  ZIMPushConfig,
} from './push.js';
import type {
  ZIMErrorUserInfo,
  ZIMUserInfo,
} from './user.js';

export interface ZIMBlacklistQueryConfig {
  nextFlag?: number;
  count: number;
}

export interface ZIMFriendAddConfig {
  friendAlias: string;
  friendAttributes: Record<string, string>;
  wording: string;
}

export interface ZIMFriendDeleteConfig {
  type: ZIMFriendDeleteType;
}

export interface ZIMFriendListQueryConfig {
  nextFlag?: number;
  count: number;
}

export interface ZIMFriendSearchConfig {
  nextFlag: number;
  count: number;
  keywords: string[];
  isAlsoMatchFriendAlias: boolean;
}

export interface ZIMFriendRelationCheckConfig {
  type: ZIMFriendRelationCheckType;
}

export interface ZIMFriendRelationInfo {
  type: ZIMUserRelationType;
  userID: string;
}

export interface ZIMFriendInfo extends ZIMUserInfo {
  friendAlias: string;
  friendAttributes: Record<string, string>;
  createTime: number;
  wording: string;
}

export interface ZIMFriendApplicationSendConfig {
  wording: string;
  friendAlias: string;
  friendAttributes: Record<string, string>;
  pushConfig?: ZIMPushConfig;
}

export interface ZIMFriendApplicationAcceptConfig {
  friendAlias: string;
  friendAttributes: Record<string, string>;
  pushConfig?: ZIMPushConfig;
}

export interface ZIMFriendApplicationRejectConfig {
  pushConfig?: ZIMPushConfig;
}

export interface ZIMFriendApplicationListQueryConfig {
  nextFlag?: number;
  count: number;
}

export interface ZIMFriendApplicationInfo {
  type: ZIMFriendApplicationType;
  state: ZIMFriendApplicationState;
  applyUser: ZIMUserInfo;
  wording: string;
  createTime: number;
  updateTime: number;
}

export interface ZIMFriendAddedResult {
  friendInfo: ZIMFriendInfo;
}

export interface ZIMFriendsDeletedResult {
  errorUserList: ZIMErrorUserInfo[];
}

export interface ZIMFriendListQueriedResult {
  friendList: ZIMFriendInfo[];
  nextFlag: number;
}

export interface ZIMFriendsInfoQueriedResult {
  friendInfos: ZIMFriendInfo[];
  errorUserList: ZIMErrorUserInfo[];
}

export interface ZIMFriendsRelationCheckedResult {
  relationInfos: ZIMFriendRelationInfo[];
  errorUserList: ZIMErrorUserInfo[];
}

export interface ZIMFriendApplicationSentResult {
  applicationInfo: ZIMFriendApplicationInfo;
}

export interface ZIMFriendApplicationAcceptedResult {
  friendInfo: ZIMFriendInfo;
}

export interface ZIMFriendApplicationRejectedResult {
  userInfo: ZIMUserInfo;
}

export interface ZIMFriendApplicationListQueriedResult {
  applicationList: ZIMFriendApplicationInfo[];
  nextFlag: number;
}

export interface ZIMFriendAliasUpdatedResult {
  friendInfo: ZIMFriendInfo;
}

export interface ZIMFriendAttributesUpdatedResult {
  friendInfo: ZIMFriendInfo;
}

export interface ZIMFriendsSearchedResult {
  friendInfoList: ZIMFriendInfo[];
  nextFlag: number;
}

export interface ZIMBlacklistUsersAddedResult {
  errorUserList: ZIMErrorUserInfo[];
}

export interface ZIMBlacklistUsersRemovedResult {
  errorUserList: ZIMErrorUserInfo[];
}

export interface ZIMBlacklistQueriedResult {
  blacklist: ZIMUserInfo[];
  nextFlag: number;
}

export interface ZIMBlacklistCheckedResult {
  isUserInBlacklist: boolean;
}
