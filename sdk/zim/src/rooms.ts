import { ZIMErrorCode } from './codes.js';
import { ZIMRoomEvent, ZIMRoomState } from './enums.js';
import { asFault, invalid } from './errors.js';
import type { Plain } from './revive.js';
import { Room } from './room.js';
import type { ZIMEventHandler } from './types/handler.js';
import type {
  ZIMRoomAdvancedConfig,
  ZIMRoomAllLeftResult,
  ZIMRoomAttributesBatchOperatedResult,
  ZIMRoomAttributesBatchOperationConfig,
  ZIMRoomAttributesDeleteConfig,
  ZIMRoomAttributesOperatedResult,
  ZIMRoomAttributesSetConfig,
  ZIMRoomCreatedResult,
  ZIMRoomEnteredResult,
  ZIMRoomInfo,
  ZIMRoomJoinedResult,
  ZIMRoomLeftResult,
  ZIMRoomSwitchedResult,
} from './types/room.js';

/** keptFor is how long an absence does not count as leaving a room, in milliseconds. */
const keptFor = 30_000;

interface Batch {
  config: ZIMRoomAttributesBatchOperationConfig;
  set: Record<string, string>;
  deleted: string[];
}

/** Presence has the methods that enter and leave rooms, with the states that go with them, and attribute batches. */
export abstract class Presence extends Room {
  /** @internal */
  private readonly inside = new Map<string, ZIMRoomState>();
  /** @internal */
  private lostAt = 0;
  /** @internal */
  private readonly batches = new Map<string, Batch>();

  createRoom(roomInfo: ZIMRoomInfo, config?: ZIMRoomAdvancedConfig): Promise<ZIMRoomCreatedResult> {
    return this.go('createRoom', { roomInfo, config }, roomInfo?.roomID, ZIMRoomEvent.ActiveCreate, ZIMRoomEvent.CreateFailed);
  }

  joinRoom(roomID: string): Promise<ZIMRoomJoinedResult> {
    return this.go('joinRoom', { roomID }, roomID, ZIMRoomEvent.ActiveEnter, ZIMRoomEvent.EnterFailed);
  }

  enterRoom(roomInfo: ZIMRoomInfo, config?: ZIMRoomAdvancedConfig): Promise<ZIMRoomEnteredResult> {
    return this.go('enterRoom', { roomInfo, config }, roomInfo?.roomID, ZIMRoomEvent.ActiveEnter, ZIMRoomEvent.EnterFailed);
  }

  async switchRoom(
    fromRoomID: string,
    toRoomInfo: ZIMRoomInfo,
    isCreateWhenRoomNotExisted: boolean,
    config?: ZIMRoomAdvancedConfig,
  ): Promise<ZIMRoomSwitchedResult> {
    const params = { fromRoomID, toRoomInfo, isCreateWhenRoomNotExisted, config };
    const result = await this.go<ZIMRoomSwitchedResult>(
      'switchRoom',
      params,
      toRoomInfo?.roomID,
      ZIMRoomEvent.ActiveSwitch,
      ZIMRoomEvent.SwitchFailed,
    );
    this.turnRoom(fromRoomID, ZIMRoomState.Disconnected, ZIMRoomEvent.Success);
    return result;
  }

  async leaveRoom(roomID: string): Promise<ZIMRoomLeftResult> {
    const result = await this.call<ZIMRoomLeftResult>('leaveRoom', () => ({ roomID }));
    this.turnRoom(roomID, ZIMRoomState.Disconnected, ZIMRoomEvent.Success);
    return result;
  }

  async leaveAllRoom(): Promise<ZIMRoomAllLeftResult> {
    const result = await this.call<ZIMRoomAllLeftResult>('leaveAllRoom', () => ({}));
    for (const id of result.roomIDs) this.turnRoom(id, ZIMRoomState.Disconnected, ZIMRoomEvent.Success);
    return result;
  }

  setRoomAttributes(
    roomAttributes: Record<string, string>,
    roomID: string,
    config: ZIMRoomAttributesSetConfig,
  ): Promise<ZIMRoomAttributesOperatedResult> {
    const batch = this.batches.get(roomID);
    if (!batch) return this.call('setRoomAttributes', () => ({ roomAttributes, roomID, config }));
    Object.assign(batch.set, roomAttributes);
    batch.deleted = batch.deleted.filter((k) => !(k in roomAttributes));
    return Promise.resolve({ roomID, errorKeys: [] });
  }

  deleteRoomAttributes(
    keys: string[],
    roomID: string,
    config: ZIMRoomAttributesDeleteConfig,
  ): Promise<ZIMRoomAttributesOperatedResult> {
    const batch = this.batches.get(roomID);
    if (!batch) return this.call('deleteRoomAttributes', () => ({ keys, roomID, config }));
    for (const k of keys) delete batch.set[k];
    batch.deleted.push(...keys);
    return Promise.resolve({ roomID, errorKeys: [] });
  }

  beginRoomAttributesBatchOperation(roomID: string, config: ZIMRoomAttributesBatchOperationConfig): void {
    this.batches.set(roomID, { config, set: {}, deleted: [] });
  }

  async endRoomAttributesBatchOperation(roomID: string): Promise<ZIMRoomAttributesBatchOperatedResult> {
    const batch = this.batches.get(roomID);
    if (!batch) throw invalid('no batch was begun for this room');
    this.batches.delete(roomID);
    return this.call('endRoomAttributesBatchOperation', () => ({
      roomID,
      roomAttributes: batch.set,
      keys: batch.deleted,
      config: batch.config,
    }));
  }

  /** @internal */
  private async go<T>(
    method: string,
    params: object,
    roomID: string,
    active: ZIMRoomEvent,
    failed: ZIMRoomEvent,
  ): Promise<T> {
    this.ready();
    if (!roomID) throw invalid('the room has no id');
    const was = this.inside.get(roomID) ?? ZIMRoomState.Disconnected;
    if (was === ZIMRoomState.Disconnected) this.turnRoom(roomID, ZIMRoomState.Connecting, active);
    try {
      const result = await this.call<T>(method, () => params);
      this.turnRoom(roomID, ZIMRoomState.Connected, ZIMRoomEvent.Success);
      return result;
    } catch (e) {
      if (was === ZIMRoomState.Disconnected) this.turnRoom(roomID, ZIMRoomState.Disconnected, failed);
      throw asFault(e);
    }
  }

  /** @internal */
  private turnRoom(roomID: string, state: ZIMRoomState, event: ZIMRoomEvent, extendedData = ''): void {
    if ((this.inside.get(roomID) ?? ZIMRoomState.Disconnected) === state) return;
    if (state === ZIMRoomState.Disconnected) this.inside.delete(roomID);
    else this.inside.set(roomID, state);
    this.emit('roomStateChanged', { roomID, state, event, extendedData });
  }

  /** @internal */
  protected override heard(event: keyof ZIMEventHandler, data: Plain): boolean {
    if (event === 'roomStateChanged') {
      // The server says that we are out: kicked, or the room is no more.
      this.inside.delete(data.roomID as string);
      this.batches.delete(data.roomID as string);
    }
    return super.heard(event, data);
  }

  /** roomsLost says of every room that it is out of reach, for now or for good. @internal */
  protected roomsLost(forNow: boolean): void {
    this.lostAt = Date.now();
    for (const id of [...this.inside.keys()]) {
      if (forNow) this.turnRoom(id, ZIMRoomState.Connecting, ZIMRoomEvent.NetworkInterrupted);
      else this.turnRoom(id, ZIMRoomState.Disconnected, ZIMRoomEvent.NetworkDisconnected);
    }
  }

  /** roomsAgain goes back, after a short absence, to the rooms in which we were. @internal */
  protected async roomsAgain(): Promise<void> {
    const short = Date.now() - this.lostAt < keptFor;
    for (const id of [...this.inside.keys()]) {
      let event = ZIMRoomEvent.ConnectTimeout;
      if (short) {
        try {
          await this.call('joinRoom', () => ({ roomID: id }));
          event = ZIMRoomEvent.Success;
        } catch (e) {
          if (asFault(e).code === ZIMErrorCode.RoomModuleTheRoomDoesNotExist) event = ZIMRoomEvent.RoomNotExist;
        }
      }
      const back = event === ZIMRoomEvent.Success;
      this.turnRoom(id, back ? ZIMRoomState.Connected : ZIMRoomState.Disconnected, event);
    }
  }
}
