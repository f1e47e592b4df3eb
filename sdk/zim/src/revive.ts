import { ZIMConversationType } from './enums.js';
import { hydrate, hydrateAll } from './message.js';

/** Plain is a JSON object. */
export type Plain = { [name: string]: unknown };

/** revive makes whole messages and conversations of all that stand anywhere in what the server sent. */
export function revive(data: Plain, self: string): Plain {
  const out: Plain = {};
  for (const [name, value] of Object.entries(data ?? {})) out[name] = reviveMember(name, value, self);
  return out;
}

function reviveMember(name: string, value: unknown, self: string): unknown {
  if (value === null || typeof value !== 'object') return value;
  switch (name) {
    case 'message':
    case 'lastMessage':
    case 'nextMessage':
      return hydrate(value as Plain, self);
    case 'messageList':
      return hydrateAll(value, self);
    case 'conversation':
      return hydrateConversation(value as Plain, self);
    case 'conversationList':
      return (value as Plain[]).map((c) => hydrateConversation(c, self));
    case 'groupAttributes':
    case 'roomAttributes':
    case 'attributes':
    case 'friendAttributes':
      return value; // the keys are the user's
  }
  if (Array.isArray(value)) {
    return value.map((v) => (v !== null && typeof v === 'object' && !Array.isArray(v) ? revive(v as Plain, self) : v));
  }
  return revive(value as Plain, self);
}

function hydrateConversation(wire: Plain, self: string): Plain {
  const c = revive(wire, self);
  if (c.type !== ZIMConversationType.Group) return c;
  return { isDisabled: false, mutedExpiredTime: 0, ...c };
}

/** messagesIn returns every message that stands in data, which revive has made. */
export function messagesIn(data: Plain): Plain[] {
  const found: Plain[] = [];
  for (const [name, value] of Object.entries(data ?? {})) {
    if (value === null || typeof value !== 'object') continue;
    if (name === 'message' || name === 'lastMessage') found.push(value as Plain);
    else if (name === 'messageList') found.push(...(value as Plain[]));
    else if (Array.isArray(value)) {
      for (const v of value) if (v !== null && typeof v === 'object') found.push(...messagesIn(v as Plain));
    } else found.push(...messagesIn(value as Plain));
  }
  return found;
}
