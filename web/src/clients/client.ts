// What the page wants of a chat client, whichever protocol it speaks. Each adapter beside this file puts one real client
// library behind it and adds nothing of its own: what the library cannot do, the adapter refuses.

export type Protocol = 'webim' | 'zim' | 'xmpp';

/** Place is where a message is said: to one person, to a group, in a room. Of a peer, id is the other's user id. */
export interface Place {
  kind: 'peer' | 'group' | 'room';
  id: string;
}

/** Name is what a client calls a message. event is the gateway's own id, where the protocol tells it. */
export interface Name {
  id: string;
  event?: string;
}

export interface Picture {
  url: string;
  width?: number;
  height?: number;
}

export interface Said extends Name {
  place: Place;
  from: string;
  text: string;
  picture?: Picture;
  /** What it answers, by an id that this client knows. */
  replyTo?: string;
  time: number;
  recalled?: boolean;
  edited?: boolean;
  /** Of one's own message out of history: how far it had got. */
  reached?: 'delivered' | 'read';
}

export interface Draft {
  text: string;
  file?: File;
  size?: { width: number; height: number };
  replyTo?: Said;
}

export type Heard =
  | { kind: 'state'; state: 'connecting' | 'online' | 'offline'; why?: string }
  | { kind: 'message'; message: Said; live: boolean }
  /** id empty: all that was sent there so far. */
  | { kind: 'delivered'; place: Place; id: string; by?: string }
  | { kind: 'read'; place: Place; id: string; by?: string; count?: number }
  | { kind: 'recalled'; id: string; by?: string }
  | { kind: 'edited'; id: string; text: string }
  /** All that stands under a message now. */
  | { kind: 'all reactions'; id: string; reactions: { emoji: string; users: string[] }[] }
  /** Who stands behind one emoji now. */
  | { kind: 'reaction'; id: string; emoji: string; users: string[] }
  /** What one person leaves standing. */
  | { kind: 'reactions'; id: string; by: string; emojis: string[] }
  | { kind: 'typing'; place: Place; by: string; active: boolean };

export interface Client {
  /** Logs in. What happens from then on is told to hear, until close. */
  open(hear: (h: Heard) => void): Promise<void>;
  send(place: Place, draft: Draft): Promise<Said>;
  recall(message: Said): Promise<void>;
  /** mine: what this person leaves standing under the message afterwards. */
  react(message: Said, emoji: string, on: boolean, mine: string[]): Promise<void>;
  /** Tells the author that the message was read. */
  read(message: Said): Promise<void>;
  enter(room: string): Promise<void>;
  /** The newest messages of a place, oldest first. */
  history(place: Place, limit: number): Promise<Said[]>;
  close(): Promise<void>;
}

/** Access is how one person gets in. */
export interface Access {
  id: string;
  name: string;
  protocol: Protocol;
  secret: string;
  domain: string;
  appKey: string;
  appID: number;
  groups: string[];
  rooms: string[];
}

const patience = 15_000;

/** within makes a promise fail rather than hang. */
export function within<T>(what: string, promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`${what}: no answer`)), patience);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

/** device names this tab, the same after a reload. */
export function device(): string {
  const key = 'dragoman.device';
  const fresh = () => Array.from(crypto.getRandomValues(new Uint8Array(5)), (b) => b.toString(16).padStart(2, '0')).join('');
  try {
    let id = sessionStorage.getItem(key);
    if (!id) sessionStorage.setItem(key, (id = fresh()));
    return id;
  } catch {
    return fresh(); // storage is switched off
  }
}
