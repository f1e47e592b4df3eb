import type {
  ZIMCallInvitationMode,
  ZIMCallState,
  ZIMCallUserState,
} from '../enums.js';
import type {
  ZIMPushConfig,
} from './push.js';
import type {
  ZIMErrorUserInfo,
} from './user.js';

export interface ZIMCallUserInfo {
  userID: string;
  state: ZIMCallUserState;
  extendedData: string;
}

export interface ZIMCallInviteConfig {
  timeout: number;
  mode: ZIMCallInvitationMode;
  extendedData: string;
  enableNotReceivedCheck?: boolean;
  pushConfig?: ZIMPushConfig;
}

export interface ZIMCallingInviteConfig {
  pushConfig?: ZIMPushConfig;
}

export interface ZIMCallJoinConfig {
  extendedData: string;
}

export interface ZIMCallQuitConfig {
  extendedData: string;
  pushConfig?: ZIMPushConfig;
}

export interface ZIMCallEndConfig {
  extendedData: string;
  pushConfig?: ZIMPushConfig;
}

export interface ZIMCallCancelConfig {
  extendedData: string;
  pushConfig?: ZIMPushConfig;
}

export interface ZIMCallAcceptConfig {
  extendedData: string;
}

export interface ZIMCallRejectConfig {
  extendedData: string;
}

export interface ZIMCallInvitationSentInfo {
  timeout: number;
  errorUserList: ZIMErrorUserInfo[];
  errorInvitees: ZIMCallUserInfo[];
}

export interface ZIMCallingInvitationSentInfo {
  errorUserList: ZIMErrorUserInfo[];
}

export interface ZIMCallJoinSentInfo {
  extendedData: string;
  createTime: number;
  joinTime: number;
  callUserList: ZIMCallUserInfo[];
}

export interface ZIMCallQuitSentInfo {
  createTime: number;
  acceptTime: number;
  quitTime: number;
}

export interface ZIMCallEndedSentInfo {
  createTime: number;
  acceptTime: number;
  endTime: number;
}

export interface ZIMCallInvitationReceivedInfo {
  mode: ZIMCallInvitationMode;
  timeout: number;
  caller: string;
  inviter: string;
  createTime: number;
  callUserList: ZIMCallUserInfo[];
  extendedData: string;
}

export interface ZIMCallInvitationCreatedInfo {
  mode: ZIMCallInvitationMode;
  caller: string;
  extendedData: string;
  timeout: number;
  createTime: number;
  callUserList: ZIMCallUserInfo[];
}

export interface ZIMCallInvitationCancelledInfo {
  inviter: string;
  mode: ZIMCallInvitationMode;
  extendedData: string;
}

export interface ZIMCallInvitationAcceptedInfo {
  invitee: string;
  extendedData: string;
}

export interface ZIMCallInvitationRejectedInfo {
  invitee: string;
  extendedData: string;
}

export interface ZIMCallInvitationEndedInfo {
  caller: string;
  operatedUserID: string;
  extendedData: string;
  mode: ZIMCallInvitationMode;
  endTime: number;
}

export interface ZIMCallInvitationTimeoutInfo {
  mode: ZIMCallInvitationMode;
}

export interface ZIMCallInvitationQueryConfig {
  count: number;
  nextFlag?: number;
}

export interface ZIMCallInfo {
  callID: string;
  caller: string;
  inviter: string;
  createTime: number;
  endTime: number;
  state: ZIMCallState;
  mode: ZIMCallInvitationMode;
  extendedData: string;
  callUserList: ZIMCallUserInfo[];
}

export interface ZIMCallUserStateChangeInfo {
  callUserList: ZIMCallUserInfo[];
}

export interface ZIMCallInvitationSentResult {
  callID: string;
  timeout: number;
  errorUserList: ZIMErrorUserInfo[];
}

export interface ZIMCallingInvitationSentResult {
  callID: string;
  errorUserList: ZIMErrorUserInfo[];
}

export interface ZIMCallCancelSentResult {
  callID: string;
  errorInvitees: string[];
}

export interface ZIMCallAcceptanceSentResult {
  callID: string;
}

export interface ZIMCallRejectionSentResult {
  callID: string;
}

export interface ZIMCallJoinSentResult {
  callID: string;
  createTime: number;
  joinTime: number;
  extendedData: string;
  callUserList: ZIMCallUserInfo[];
}

export interface ZIMCallQuitSentResult {
  callID: string;
  createTime: number;
  acceptTime: number;
  quitTime: number;
}

export interface ZIMCallEndSentResult {
  callID: string;
  createTime: number;
  acceptTime: number;
  endTime: number;
}

export interface ZIMCallInvitationListQueriedResult {
  callList: ZIMCallInfo[];
  nextFlag: number;
}
