import type {
  ZIMGroupApplicationState,
  ZIMGroupApplicationType,
  ZIMGroupAttributesUpdateAction,
  ZIMGroupBeInviteMode,
  ZIMGroupEnterType,
  ZIMGroupInviteMode,
  ZIMGroupJoinMode,
  ZIMGroupMessageNotificationStatus,
  ZIMGroupMuteMode,
} from '../enums.js';
import type {
  ZIMConversation,
} from './conversation.js';
import type {
  ZIMPushConfig,
} from './push.js';
import type {
  ZIMErrorUserInfo,
  ZIMUserInfo,
} from './user.js';

export interface ZIMGroupConversation extends ZIMConversation {
  isDisabled: boolean;
  mutedExpiredTime: number;
}

export interface ZIMGroupInfo {
  groupID: string;
  groupName: string;
  groupAvatarUrl: string;
}

export interface ZIMGroupMuteInfo {
  mode: ZIMGroupMuteMode;
  expiredTime: number;
  roles: number[];
}

export interface ZIMGroupVerifyInfo {
  joinMode: ZIMGroupJoinMode;
  inviteMode: ZIMGroupInviteMode;
  beInviteMode: ZIMGroupBeInviteMode;
}

export interface ZIMGroupFullInfo {
  baseInfo: ZIMGroupInfo;
  groupNotice: string;
  groupAttributes: Record<string, string>;
  groupAlias: string;
  notificationStatus: ZIMGroupMessageNotificationStatus;
  mutedInfo: ZIMGroupMuteInfo;
  createTime: number;
  maxMemberCount: number;
  verifyInfo: ZIMGroupVerifyInfo;
}

export interface ZIMGroup {
  baseInfo: ZIMGroupInfo;
  groupAlias: string;
  notificationStatus: ZIMGroupMessageNotificationStatus;
}

export interface ZIMGroupMemberSimpleInfo extends ZIMUserInfo {
  memberNickname: string;
  memberRole: number;
}

export interface ZIMGroupEnterInfo {
  enterTime: number;
  enterType: ZIMGroupEnterType;
  operatedUser?: ZIMGroupMemberSimpleInfo;
}

export interface ZIMGroupMemberInfo extends ZIMUserInfo {
  memberNickname: string;
  memberRole: number;
  memberAvatarUrl: string;
  muteExpiredTime: number;
  groupEnterInfo: ZIMGroupEnterInfo;
}

export interface ZIMGroupOperatedInfo {
  userID: string;
  userName: string;
  memberNickname: string;
  memberRole: number;
}

export interface ZIMGroupMemberQueryConfig {
  nextFlag: number;
  count: number;
}

export interface ZIMGroupAdvancedConfig {
  groupNotice: string;
  groupAttributes: Record<string, string>;
  maxMemberCount: number;
  joinMode: ZIMGroupJoinMode;
  inviteMode: ZIMGroupInviteMode;
  beInviteMode: ZIMGroupBeInviteMode;
}

export interface ZIMGroupAttributesUpdateInfo {
  action: ZIMGroupAttributesUpdateAction;
  groupAttributes: Record<string, string>;
}

export interface ZIMGroupSearchConfig {
  nextFlag: number;
  count: number;
  keywords: string[];
  isAlsoMatchGroupMemberUserName: boolean;
  isAlsoMatchGroupMemberNickname: boolean;
}

export interface ZIMGroupSearchInfo {
  groupInfo: ZIMGroupInfo;
  userList: ZIMGroupMemberInfo[];
}

export interface ZIMGroupMemberSearchConfig {
  nextFlag: number;
  count: number;
  keywords: string[];
  isAlsoMatchGroupMemberNickname: boolean;
}

export interface ZIMGroupMuteConfig {
  mode: ZIMGroupMuteMode;
  duration: number;
  roles: number[];
}

export interface ZIMGroupMemberMuteConfig {
  duration: number;
}

export interface ZIMGroupMemberMutedListQueryConfig {
  nextFlag: number;
  count: number;
}

export interface ZIMGroupApplicationInfo {
  type: ZIMGroupApplicationType;
  state: ZIMGroupApplicationState;
  groupInfo: ZIMGroupInfo;
  applyUser: ZIMUserInfo;
  createTime: number;
  updateTime: number;
  wording: string;
  operatedUser?: ZIMGroupMemberSimpleInfo;
}

export interface ZIMGroupJoinApplicationSendConfig {
  wording: string;
  pushConfig?: ZIMPushConfig;
}

export interface ZIMGroupJoinApplicationAcceptConfig {
  pushConfig?: ZIMPushConfig;
}

export interface ZIMGroupJoinApplicationRejectConfig {
  pushConfig?: ZIMPushConfig;
}

export interface ZIMGroupInviteApplicationSendConfig {
  wording: string;
  pushConfig?: ZIMPushConfig;
}

export interface ZIMGroupInviteApplicationAcceptConfig {
  pushConfig?: ZIMPushConfig;
}

export interface ZIMGroupInviteApplicationRejectConfig {
  pushConfig?: ZIMPushConfig;
}

export interface ZIMGroupApplicationListQueryConfig {
  nextFlag: number;
  count: number;
}

export interface ZIMGroupListQueryConfig {
  nextFlag: number;
  userIDs: string[];
}

export interface ZIMGroupCreatedResult {
  groupInfo: ZIMGroupFullInfo;
  userList: ZIMGroupMemberInfo[];
  errorUserList: ZIMErrorUserInfo[];
}

export interface ZIMGroupDismissedResult {
  groupID: string;
}

export interface ZIMGroupJoinedResult {
  groupInfo: ZIMGroupFullInfo;
}

export interface ZIMGroupLeftResult {
  groupID: string;
}

export interface ZIMGroupUsersInvitedResult {
  groupID: string;
  userList: ZIMGroupMemberInfo[];
  errorUserList: ZIMErrorUserInfo[];
}

export interface ZIMGroupMemberKickedResult {
  groupID: string;
  kickedUserIDs: string[];
  errorUserList: ZIMErrorUserInfo[];
}

export interface ZIMGroupOwnerTransferredResult {
  groupID: string;
  toUserID: string;
}

export interface ZIMGroupNameUpdatedResult {
  groupID: string;
  groupName: string;
}

export interface ZIMGroupAvatarUrlUpdatedResult {
  groupID: string;
  groupAvatarUrl: string;
}

export interface ZIMGroupNoticeUpdatedResult {
  groupID: string;
  groupNotice: string;
}

export interface ZIMGroupAliasUpdatedResult {
  groupID: string;
  groupAlias: string;
}

export interface ZIMGroupInfoQueriedResult {
  groupInfo: ZIMGroupFullInfo;
}

export interface ZIMGroupAttributesOperatedResult {
  groupID: string;
  errorKeys: string[];
}

export interface ZIMGroupAttributesQueriedResult {
  groupID: string;
  groupAttributes: Record<string, string>;
}

export interface ZIMGroupMemberRoleUpdatedResult {
  groupID: string;
  forUserID: string;
  role: number;
}

export interface ZIMGroupMemberNicknameUpdatedResult {
  groupID: string;
  forUserID: string;
  nickname: string;
}

export interface ZIMGroupMemberInfoQueriedResult {
  groupID: string;
  userInfo: ZIMGroupMemberInfo;
}

export interface ZIMGroupListQueriedResult {
  groupList: ZIMGroup[];
  nextFlag: number;
}

export interface ZIMGroupMemberListQueriedResult {
  groupID: string;
  userList: ZIMGroupMemberInfo[];
  nextFlag: number;
}

export interface ZIMGroupMemberCountQueriedResult {
  groupID: string;
  count: number;
}

export interface ZIMGroupMutedResult {
  groupID: string;
  isMute: boolean;
  mutedInfo: ZIMGroupMuteInfo;
}

export interface ZIMGroupMembersMutedResult {
  groupID: string;
  isMute: boolean;
  duration: number;
  mutedUserIDs: string[];
  errorUserList: ZIMErrorUserInfo[];
}

export interface ZIMGroupMemberMutedListQueriedResult {
  groupID: string;
  nextFlag: number;
  userList: ZIMGroupMemberInfo[];
}

export interface ZIMGroupsSearchedResult {
  groupSearchInfoList: ZIMGroupSearchInfo[];
  nextFlag: number;
}

export interface ZIMGroupMembersSearchedResult {
  groupID: string;
  userList: ZIMGroupMemberInfo[];
  nextFlag: number;
}

export interface ZIMGroupJoinModeUpdatedResult {
  groupID: string;
  mode: ZIMGroupJoinMode;
}

export interface ZIMGroupInviteModeUpdatedResult {
  groupID: string;
  mode: ZIMGroupInviteMode;
}

export interface ZIMGroupBeInviteModeUpdatedResult {
  groupID: string;
  mode: ZIMGroupBeInviteMode;
}

export interface ZIMGroupJoinApplicationSentResult {
  groupID: string;
}

export interface ZIMGroupJoinApplicationAcceptedResult {
  groupID: string;
  userID: string;
}

export interface ZIMGroupJoinApplicationRejectedResult {
  groupID: string;
  userID: string;
}

export interface ZIMGroupInviteApplicationsSentResult {
  groupID: string;
  errorUserList: ZIMErrorUserInfo[];
}

export interface ZIMGroupInviteApplicationAcceptedResult {
  groupInfo: ZIMGroupFullInfo;
  inviterUserID: string;
}

export interface ZIMGroupInviteApplicationRejectedResult {
  groupID: string;
  inviterUserID: string;
}

export interface ZIMGroupApplicationListQueriedResult {
  applicationList: ZIMGroupApplicationInfo[];
  nextFlag: number;
}
