import { name } from './message.js';
import type { ZIMConversation } from './types/conversation.js';
import type { ZIMMessage } from './types/message.js';

/** anchored makes of a query's configuration what can be sent: where to read on, by name alone. */
export function anchored(config: object): object {
  const { nextMessage, nextConversation, ...rest } = config as {
    nextMessage?: ZIMMessage;
    nextConversation?: ZIMConversation;
  };
  const out: Record<string, unknown> = { ...rest };
  if (nextMessage) out.nextMessage = name(nextMessage);
  if (nextConversation) {
    const { conversationID, type, orderKey, isPinned, pinnedTime } = nextConversation;
    out.nextConversation = { conversationID, type, orderKey, isPinned, pinnedTime };
  }
  return out;
}
