import { Group } from './group.js';
import type {
  ZIMRoomAttributesQueriedResult,
  ZIMRoomMemberAttributesListQueriedResult,
  ZIMRoomMemberAttributesQueryConfig,
  ZIMRoomMemberAttributesSetConfig,
  ZIMRoomMemberQueriedResult,
  ZIMRoomMemberQueryConfig,
  ZIMRoomMembersAttributesOperatedResult,
  ZIMRoomMembersAttributesQueriedResult,
  ZIMRoomMembersQueriedResult,
  ZIMRoomOnlineMemberCountQueriedResult,
} from './types/room.js';

/** Room has ZIM's methods of that name. */
export abstract class Room extends Group {
  queryRoomMemberList(roomID: string, config: ZIMRoomMemberQueryConfig): Promise<ZIMRoomMemberQueriedResult> {
    return this.call('queryRoomMemberList', () => ({ roomID, config }));
  }

  queryRoomMembers(userIDs: string[], roomID: string): Promise<ZIMRoomMembersQueriedResult> {
    return this.call('queryRoomMembers', () => ({ userIDs, roomID }));
  }

  queryRoomOnlineMemberCount(roomID: string): Promise<ZIMRoomOnlineMemberCountQueriedResult> {
    return this.call('queryRoomOnlineMemberCount', () => ({ roomID }));
  }

  queryRoomAllAttributes(roomID: string): Promise<ZIMRoomAttributesQueriedResult> {
    return this.call('queryRoomAllAttributes', () => ({ roomID }));
  }

  setRoomMembersAttributes(attributes: Record<string, string>, userIDs: string[], roomID: string, config: ZIMRoomMemberAttributesSetConfig): Promise<ZIMRoomMembersAttributesOperatedResult> {
    return this.call('setRoomMembersAttributes', () => ({ attributes, userIDs, roomID, config }));
  }

  queryRoomMembersAttributes(userIDs: string[], roomID: string): Promise<ZIMRoomMembersAttributesQueriedResult> {
    return this.call('queryRoomMembersAttributes', () => ({ userIDs, roomID }));
  }

  queryRoomMemberAttributesList(roomID: string, config: ZIMRoomMemberAttributesQueryConfig): Promise<ZIMRoomMemberAttributesListQueriedResult> {
    return this.call('queryRoomMemberAttributesList', () => ({ roomID, config }));
  }
}
