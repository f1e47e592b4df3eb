import { ZIMConversationEvent, ZIMConversationType } from './enums.js';
import { Local } from './local.js';
import type { Plain } from './revive.js';
import type { ZIMConversationQueriedResult } from './types/conversation.js';
import type {
  ZIMEventOfConversationChangedResult,
  ZIMEventOfConversationMessageReceivedResult,
} from './types/event.js';
import type { ZIMEventHandler } from './types/handler.js';

/** The older name of each of the events of received messages: code that listens to it goes on working. */
const older = {
  peerMessageReceived: 'receivePeerMessage',
  groupMessageReceived: 'receiveGroupMessage',
  roomMessageReceived: 'receiveRoomMessage',
} as const;

/** Lists keeps the list of conversations honest over lost connections, and tells received messages by both their names. */
export abstract class Lists extends Local {
  /** Conversations of which a message was heard, and not yet what has become of their line. @internal */
  private readonly awaited = new Map<string, [string, ZIMConversationType]>();

  /** @internal */
  protected override heard(event: keyof ZIMEventHandler, data: Plain): boolean {
    switch (event) {
      case 'peerMessageReceived':
      case 'groupMessageReceived':
      case 'roomMessageReceived': {
        const received = data as unknown as ZIMEventOfConversationMessageReceivedResult;
        const { messageList, fromConversationID } = received;
        if (event !== 'roomMessageReceived') {
          const type = event === 'peerMessageReceived' ? ZIMConversationType.Peer : ZIMConversationType.Group;
          this.awaited.set(`${type} ${fromConversationID}`, [fromConversationID, type]);
        }
        this.emit(older[event], { messageList, fromConversationID });
        break;
      }
      case 'conversationChanged':
        for (const { conversation } of (data as unknown as ZIMEventOfConversationChangedResult).infoList) {
          this.awaited.delete(`${conversation.type} ${conversation.conversationID}`);
        }
        break;
    }
    return super.heard(event, data);
  }

  /** catchUp asks, after a reconnect, for the lines whose change was lost with the connection. @internal */
  protected async catchUp(): Promise<void> {
    for (const [key, [id, type]] of [...this.awaited]) {
      this.awaited.delete(key);
      try {
        const { conversation } = await this.call<ZIMConversationQueriedResult>('queryConversation', () => ({
          conversationID: id,
          conversationType: type,
        }));
        this.emit('conversationChanged', { infoList: [{ event: ZIMConversationEvent.Updated, conversation }] });
      } catch {
        // It is gone, or so is the connection again: the next event or query tells.
      }
    }
  }

  /** @internal */
  protected override sessionEnded(): void {
    this.awaited.clear();
    super.sessionEnded();
  }
}
