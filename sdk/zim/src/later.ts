import { Lists } from './lists.js';
import type {
  ZIMCallAcceptConfig,
  ZIMCallAcceptanceSentResult,
  ZIMCallCancelConfig,
  ZIMCallCancelSentResult,
  ZIMCallEndConfig,
  ZIMCallEndSentResult,
  ZIMCallInvitationListQueriedResult,
  ZIMCallInvitationQueryConfig,
  ZIMCallInvitationSentResult,
  ZIMCallInviteConfig,
  ZIMCallJoinConfig,
  ZIMCallJoinSentResult,
  ZIMCallQuitConfig,
  ZIMCallQuitSentResult,
  ZIMCallRejectConfig,
  ZIMCallRejectionSentResult,
  ZIMCallingInvitationSentResult,
  ZIMCallingInviteConfig,
} from './types/call.js';
import type {
  ZIMBlacklistCheckedResult,
  ZIMBlacklistQueriedResult,
  ZIMBlacklistQueryConfig,
  ZIMBlacklistUsersAddedResult,
  ZIMBlacklistUsersRemovedResult,
  ZIMFriendAddConfig,
  ZIMFriendAddedResult,
  ZIMFriendAliasUpdatedResult,
  ZIMFriendApplicationAcceptConfig,
  ZIMFriendApplicationAcceptedResult,
  ZIMFriendApplicationListQueriedResult,
  ZIMFriendApplicationListQueryConfig,
  ZIMFriendApplicationRejectConfig,
  ZIMFriendApplicationRejectedResult,
  ZIMFriendApplicationSendConfig,
  ZIMFriendApplicationSentResult,
  ZIMFriendAttributesUpdatedResult,
  ZIMFriendDeleteConfig,
  ZIMFriendListQueriedResult,
  ZIMFriendListQueryConfig,
  ZIMFriendRelationCheckConfig,
  ZIMFriendSearchConfig,
  ZIMFriendsDeletedResult,
  ZIMFriendsInfoQueriedResult,
  ZIMFriendsRelationCheckedResult,
  ZIMFriendsSearchedResult,
} from './types/friend.js';

/** Later has ZIM's methods of that name. */
export abstract class Later extends Lists {
  callInvite(invitees: string[], config: ZIMCallInviteConfig): Promise<ZIMCallInvitationSentResult> {
    return this.call('callInvite', () => ({ invitees, config }));
  }

  callCancel(invitees: string[], callID: string, config: ZIMCallCancelConfig): Promise<ZIMCallCancelSentResult> {
    return this.call('callCancel', () => ({ invitees, callID, config }));
  }

  callAccept(callID: string, config: ZIMCallAcceptConfig): Promise<ZIMCallAcceptanceSentResult> {
    return this.call('callAccept', () => ({ callID, config }));
  }

  callReject(callID: string, config: ZIMCallRejectConfig): Promise<ZIMCallRejectionSentResult> {
    return this.call('callReject', () => ({ callID, config }));
  }

  callingInvite(invitees: string[], callID: string, config: ZIMCallingInviteConfig): Promise<ZIMCallingInvitationSentResult> {
    return this.call('callingInvite', () => ({ invitees, callID, config }));
  }

  callJoin(callID: string, config: ZIMCallJoinConfig): Promise<ZIMCallJoinSentResult> {
    return this.call('callJoin', () => ({ callID, config }));
  }

  callQuit(callID: string, config: ZIMCallQuitConfig): Promise<ZIMCallQuitSentResult> {
    return this.call('callQuit', () => ({ callID, config }));
  }

  callEnd(callID: string, config: ZIMCallEndConfig): Promise<ZIMCallEndSentResult> {
    return this.call('callEnd', () => ({ callID, config }));
  }

  queryCallInvitationList(config: ZIMCallInvitationQueryConfig): Promise<ZIMCallInvitationListQueriedResult> {
    return this.call('queryCallInvitationList', () => ({ config }));
  }

  addFriend(userID: string, config: ZIMFriendAddConfig): Promise<ZIMFriendAddedResult> {
    return this.call('addFriend', () => ({ userID, config }));
  }

  deleteFriends(userIDs: string[], config: ZIMFriendDeleteConfig): Promise<ZIMFriendsDeletedResult> {
    return this.call('deleteFriends', () => ({ userIDs, config }));
  }

  checkFriendsRelation(userIDs: string[], config: ZIMFriendRelationCheckConfig): Promise<ZIMFriendsRelationCheckedResult> {
    return this.call('checkFriendsRelation', () => ({ userIDs, config }));
  }

  updateFriendAlias(friendAlias: string, userID: string): Promise<ZIMFriendAliasUpdatedResult> {
    return this.call('updateFriendAlias', () => ({ friendAlias, userID }));
  }

  updateFriendAttributes(friendAttributes: Record<string, string>, userID: string): Promise<ZIMFriendAttributesUpdatedResult> {
    return this.call('updateFriendAttributes', () => ({ friendAttributes, userID }));
  }

  queryFriendsInfo(userIDs: string[]): Promise<ZIMFriendsInfoQueriedResult> {
    return this.call('queryFriendsInfo', () => ({ userIDs }));
  }

  queryFriendList(config: ZIMFriendListQueryConfig): Promise<ZIMFriendListQueriedResult> {
    return this.call('queryFriendList', () => ({ config }));
  }

  searchLocalFriends(config: ZIMFriendSearchConfig): Promise<ZIMFriendsSearchedResult> {
    return this.call('searchLocalFriends', () => ({ config }));
  }

  sendFriendApplication(userID: string, config: ZIMFriendApplicationSendConfig): Promise<ZIMFriendApplicationSentResult> {
    return this.call('sendFriendApplication', () => ({ userID, config }));
  }

  acceptFriendApplication(userID: string, config: ZIMFriendApplicationAcceptConfig): Promise<ZIMFriendApplicationAcceptedResult> {
    return this.call('acceptFriendApplication', () => ({ userID, config }));
  }

  rejectFriendApplication(userID: string, config: ZIMFriendApplicationRejectConfig): Promise<ZIMFriendApplicationRejectedResult> {
    return this.call('rejectFriendApplication', () => ({ userID, config }));
  }

  queryFriendApplicationList(config: ZIMFriendApplicationListQueryConfig): Promise<ZIMFriendApplicationListQueriedResult> {
    return this.call('queryFriendApplicationList', () => ({ config }));
  }

  addUsersToBlacklist(userIDs: string[]): Promise<ZIMBlacklistUsersAddedResult> {
    return this.call('addUsersToBlacklist', () => ({ userIDs }));
  }

  removeUsersFromBlacklist(userIDs: string[]): Promise<ZIMBlacklistUsersRemovedResult> {
    return this.call('removeUsersFromBlacklist', () => ({ userIDs }));
  }

  queryBlacklist(config: ZIMBlacklistQueryConfig): Promise<ZIMBlacklistQueriedResult> {
    return this.call('queryBlacklist', () => ({ config }));
  }

  checkUserIsInBlacklist(userID: string): Promise<ZIMBlacklistCheckedResult> {
    return this.call('checkUserIsInBlacklist', () => ({ userID }));
  }
}
