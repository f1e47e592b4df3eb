import { Sending } from './sending.js';
import type {
  ZIMGroupBeInviteMode,
  ZIMGroupInviteMode,
  ZIMGroupJoinMode,
} from './enums.js';
import type {
  ZIMGroupAdvancedConfig,
  ZIMGroupAliasUpdatedResult,
  ZIMGroupApplicationListQueriedResult,
  ZIMGroupApplicationListQueryConfig,
  ZIMGroupAttributesOperatedResult,
  ZIMGroupAttributesQueriedResult,
  ZIMGroupAvatarUrlUpdatedResult,
  ZIMGroupBeInviteModeUpdatedResult,
  ZIMGroupCreatedResult,
  ZIMGroupDismissedResult,
  ZIMGroupInfo,
  ZIMGroupInfoQueriedResult,
  ZIMGroupInviteApplicationAcceptConfig,
  ZIMGroupInviteApplicationAcceptedResult,
  ZIMGroupInviteApplicationRejectConfig,
  ZIMGroupInviteApplicationRejectedResult,
  ZIMGroupInviteApplicationSendConfig,
  ZIMGroupInviteApplicationsSentResult,
  ZIMGroupInviteModeUpdatedResult,
  ZIMGroupJoinApplicationAcceptConfig,
  ZIMGroupJoinApplicationAcceptedResult,
  ZIMGroupJoinApplicationRejectConfig,
  ZIMGroupJoinApplicationRejectedResult,
  ZIMGroupJoinApplicationSendConfig,
  ZIMGroupJoinApplicationSentResult,
  ZIMGroupJoinModeUpdatedResult,
  ZIMGroupJoinedResult,
  ZIMGroupLeftResult,
  ZIMGroupListQueriedResult,
  ZIMGroupListQueryConfig,
  ZIMGroupMemberCountQueriedResult,
  ZIMGroupMemberInfoQueriedResult,
  ZIMGroupMemberKickedResult,
  ZIMGroupMemberListQueriedResult,
  ZIMGroupMemberMuteConfig,
  ZIMGroupMemberMutedListQueriedResult,
  ZIMGroupMemberNicknameUpdatedResult,
  ZIMGroupMemberQueryConfig,
  ZIMGroupMemberRoleUpdatedResult,
  ZIMGroupMemberSearchConfig,
  ZIMGroupMembersMutedResult,
  ZIMGroupMembersSearchedResult,
  ZIMGroupMuteConfig,
  ZIMGroupMutedResult,
  ZIMGroupNameUpdatedResult,
  ZIMGroupNoticeUpdatedResult,
  ZIMGroupOwnerTransferredResult,
  ZIMGroupSearchConfig,
  ZIMGroupUsersInvitedResult,
  ZIMGroupsSearchedResult,
} from './types/group.js';

/** Group has ZIM's methods of that name. */
export abstract class Group extends Sending {
  createGroup(groupInfo: ZIMGroupInfo, userIDs: string[], config?: ZIMGroupAdvancedConfig): Promise<ZIMGroupCreatedResult> {
    return this.call('createGroup', () => ({ groupInfo, userIDs, config }));
  }

  dismissGroup(groupID: string): Promise<ZIMGroupDismissedResult> {
    return this.call('dismissGroup', () => ({ groupID }));
  }

  joinGroup(groupID: string): Promise<ZIMGroupJoinedResult> {
    return this.call('joinGroup', () => ({ groupID }));
  }

  leaveGroup(groupID: string): Promise<ZIMGroupLeftResult> {
    return this.call('leaveGroup', () => ({ groupID }));
  }

  inviteUsersIntoGroup(userIDs: string[], groupID: string): Promise<ZIMGroupUsersInvitedResult> {
    return this.call('inviteUsersIntoGroup', () => ({ userIDs, groupID }));
  }

  kickGroupMembers(userIDs: string[], groupID: string): Promise<ZIMGroupMemberKickedResult> {
    return this.call('kickGroupMembers', () => ({ userIDs, groupID }));
  }

  transferGroupOwner(toUserID: string, groupID: string): Promise<ZIMGroupOwnerTransferredResult> {
    return this.call('transferGroupOwner', () => ({ toUserID, groupID }));
  }

  queryGroupInfo(groupID: string): Promise<ZIMGroupInfoQueriedResult> {
    return this.call('queryGroupInfo', () => ({ groupID }));
  }

  queryGroupMemberInfo(userID: string, groupID: string): Promise<ZIMGroupMemberInfoQueriedResult> {
    return this.call('queryGroupMemberInfo', () => ({ userID, groupID }));
  }

  queryGroupList(): Promise<ZIMGroupListQueriedResult>;
  queryGroupList(count: number, config: ZIMGroupListQueryConfig): Promise<ZIMGroupListQueriedResult>;
  queryGroupList(count?: number, config?: ZIMGroupListQueryConfig): Promise<ZIMGroupListQueriedResult> {
    return this.call('queryGroupList', () => ({ count, config }));
  }

  queryGroupMemberList(groupID: string, config: ZIMGroupMemberQueryConfig): Promise<ZIMGroupMemberListQueriedResult> {
    return this.call('queryGroupMemberList', () => ({ groupID, config }));
  }

  queryGroupMemberCount(groupID: string): Promise<ZIMGroupMemberCountQueriedResult> {
    return this.call('queryGroupMemberCount', () => ({ groupID }));
  }

  updateGroupName(groupName: string, groupID: string): Promise<ZIMGroupNameUpdatedResult> {
    return this.call('updateGroupName', () => ({ groupName, groupID }));
  }

  updateGroupAvatarUrl(groupAvatarUrl: string, groupID: string): Promise<ZIMGroupAvatarUrlUpdatedResult> {
    return this.call('updateGroupAvatarUrl', () => ({ groupAvatarUrl, groupID }));
  }

  updateGroupNotice(groupNotice: string, groupID: string): Promise<ZIMGroupNoticeUpdatedResult> {
    return this.call('updateGroupNotice', () => ({ groupNotice, groupID }));
  }

  updateGroupAlias(groupAlias: string, groupID: string): Promise<ZIMGroupAliasUpdatedResult> {
    return this.call('updateGroupAlias', () => ({ groupAlias, groupID }));
  }

  updateGroupJoinMode(mode: ZIMGroupJoinMode, groupID: string): Promise<ZIMGroupJoinModeUpdatedResult> {
    return this.call('updateGroupJoinMode', () => ({ mode, groupID }));
  }

  updateGroupInviteMode(mode: ZIMGroupInviteMode, groupID: string): Promise<ZIMGroupInviteModeUpdatedResult> {
    return this.call('updateGroupInviteMode', () => ({ mode, groupID }));
  }

  updateGroupBeInviteMode(mode: ZIMGroupBeInviteMode, groupID: string): Promise<ZIMGroupBeInviteModeUpdatedResult> {
    return this.call('updateGroupBeInviteMode', () => ({ mode, groupID }));
  }

  setGroupAttributes(groupAttributes: Record<string, string>, groupID: string): Promise<ZIMGroupAttributesOperatedResult> {
    return this.call('setGroupAttributes', () => ({ groupAttributes, groupID }));
  }

  deleteGroupAttributes(keys: string[], groupID: string): Promise<ZIMGroupAttributesOperatedResult> {
    return this.call('deleteGroupAttributes', () => ({ keys, groupID }));
  }

  queryGroupAttributes(keys: string[], groupID: string): Promise<ZIMGroupAttributesQueriedResult> {
    return this.call('queryGroupAttributes', () => ({ keys, groupID }));
  }

  queryGroupAllAttributes(groupID: string): Promise<ZIMGroupAttributesQueriedResult> {
    return this.call('queryGroupAllAttributes', () => ({ groupID }));
  }

  setGroupMemberRole(role: number, forUserID: string, groupID: string): Promise<ZIMGroupMemberRoleUpdatedResult> {
    return this.call('setGroupMemberRole', () => ({ role, forUserID, groupID }));
  }

  setGroupMemberNickname(nickname: string, forUserID: string, groupID: string): Promise<ZIMGroupMemberNicknameUpdatedResult> {
    return this.call('setGroupMemberNickname', () => ({ nickname, forUserID, groupID }));
  }

  muteGroup(isMute: boolean, groupID: string, config: ZIMGroupMuteConfig): Promise<ZIMGroupMutedResult> {
    return this.call('muteGroup', () => ({ isMute, groupID, config }));
  }

  muteGroupMembers(isMute: boolean, userIDs: string[], groupID: string, config: ZIMGroupMemberMuteConfig): Promise<ZIMGroupMembersMutedResult> {
    return this.call('muteGroupMembers', () => ({ isMute, userIDs, groupID, config }));
  }

  queryGroupMemberMutedList(groupID: string, config: ZIMGroupMemberQueryConfig): Promise<ZIMGroupMemberMutedListQueriedResult> {
    return this.call('queryGroupMemberMutedList', () => ({ groupID, config }));
  }

  searchLocalGroups(config: ZIMGroupSearchConfig): Promise<ZIMGroupsSearchedResult> {
    return this.call('searchLocalGroups', () => ({ config }));
  }

  searchLocalGroupMembers(groupID: string, config: ZIMGroupMemberSearchConfig): Promise<ZIMGroupMembersSearchedResult> {
    return this.call('searchLocalGroupMembers', () => ({ groupID, config }));
  }

  sendGroupJoinApplication(groupID: string, config: ZIMGroupJoinApplicationSendConfig): Promise<ZIMGroupJoinApplicationSentResult> {
    return this.call('sendGroupJoinApplication', () => ({ groupID, config }));
  }

  acceptGroupJoinApplication(userID: string, groupID: string, config: ZIMGroupJoinApplicationAcceptConfig): Promise<ZIMGroupJoinApplicationAcceptedResult> {
    return this.call('acceptGroupJoinApplication', () => ({ userID, groupID, config }));
  }

  rejectGroupJoinApplication(userID: string, groupID: string, config: ZIMGroupJoinApplicationRejectConfig): Promise<ZIMGroupJoinApplicationRejectedResult> {
    return this.call('rejectGroupJoinApplication', () => ({ userID, groupID, config }));
  }

  sendGroupInviteApplications(userIDs: string[], groupID: string, config: ZIMGroupInviteApplicationSendConfig): Promise<ZIMGroupInviteApplicationsSentResult> {
    return this.call('sendGroupInviteApplications', () => ({ userIDs, groupID, config }));
  }

  acceptGroupInviteApplication(inviterUserID: string, groupID: string, config: ZIMGroupInviteApplicationAcceptConfig): Promise<ZIMGroupInviteApplicationAcceptedResult> {
    return this.call('acceptGroupInviteApplication', () => ({ inviterUserID, groupID, config }));
  }

  rejectGroupInviteApplication(inviterUserID: string, groupID: string, config: ZIMGroupInviteApplicationRejectConfig): Promise<ZIMGroupInviteApplicationRejectedResult> {
    return this.call('rejectGroupInviteApplication', () => ({ inviterUserID, groupID, config }));
  }

  queryGroupApplicationList(config: ZIMGroupApplicationListQueryConfig): Promise<ZIMGroupApplicationListQueriedResult> {
    return this.call('queryGroupApplicationList', () => ({ config }));
  }
}
