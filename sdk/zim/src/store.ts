import type { ZIMMessage } from './types/message.js';

/** What one device keeps for one user: notes on messages, and messages that were never sent. */
export interface Kept {
  notes: Record<string, string>;
  inserted: ZIMMessage[];
}

const table = 'kept';

/**
 * Store keeps in the browser what no server is told. Where there is no IndexedDB, or none is allowed, it keeps as long as
 * the page lives.
 */
export class Store {
  private kept: Kept = { notes: {}, inserted: [] };
  private db?: IDBDatabase;
  private key = '';

  constructor(private readonly database: string) {}

  async open(user: string): Promise<void> {
    if (this.key === user) return;
    this.key = user;
    this.kept = { notes: {}, inserted: [] };
    try {
      this.db ??= await connect(this.database);
      const found = await settle<Kept | undefined>(this.db.transaction(table).objectStore(table).get(user));
      if (found && this.key === user) this.kept = found;
    } catch {
      this.db = undefined;
    }
  }

  /** forget drops all that is kept for the user. */
  forget(): void {
    this.kept = { notes: {}, inserted: [] };
    this.save();
  }

  note(messageID: string): string | undefined {
    return this.kept.notes[messageID];
  }

  setNote(messageID: string, text: string): void {
    this.kept.notes[messageID] = text;
    this.save();
  }

  insert(message: ZIMMessage): void {
    this.kept.inserted.push(message);
    this.kept.inserted.sort((a, b) => a.timestamp! - b.timestamp!);
    this.save();
  }

  /** inserted returns the messages that were put into a conversation here, oldest first. */
  inserted(conversationID: string, type: number): ZIMMessage[] {
    return this.kept.inserted.filter((m) => m.conversationID === conversationID && m.conversationType === type);
  }

  /** remove takes inserted messages out again; it returns those that were none. */
  remove(messages: ZIMMessage[]): ZIMMessage[] {
    const ids = new Set(messages.map((m) => m.localMessageID));
    const before = this.kept.inserted.length;
    const gone = new Set(this.kept.inserted.filter((m) => ids.has(m.localMessageID)).map((m) => m.localMessageID));
    this.kept.inserted = this.kept.inserted.filter((m) => !ids.has(m.localMessageID));
    if (this.kept.inserted.length !== before) this.save();
    return messages.filter((m) => !gone.has(m.localMessageID));
  }

  /** clear takes all inserted messages of a conversation out, or of all. */
  clear(conversationID?: string, type?: number): void {
    this.kept.inserted = this.kept.inserted.filter(
      (m) => conversationID !== undefined && (m.conversationID !== conversationID || m.conversationType !== type),
    );
    this.save();
  }

  private save(): void {
    // A write that fails costs what is only kept here; the page goes on with what it has in memory.
    try {
      this.db?.transaction(table, 'readwrite').objectStore(table).put(this.kept, this.key);
    } catch {
      this.db = undefined;
    }
  }
}

function connect(name: string): Promise<IDBDatabase> {
  const request = indexedDB.open(name, 1);
  request.onupgradeneeded = () => request.result.createObjectStore(table);
  return settle(request);
}

function settle<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
