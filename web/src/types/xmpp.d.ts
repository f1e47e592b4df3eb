// The parts of @xmpp/client that the page uses: the package has no types of its own.
declare module '@xmpp/client' {
  export interface Element {
    name: string;
    attrs: Record<string, string | undefined>;
    getChild(name: string, xmlns?: string): Element | undefined;
    getChildren(name: string, xmlns?: string): Element[];
    getChildText(name: string, xmlns?: string): string | null;
    text(): string;
    is(name: string, xmlns?: string): boolean;
  }
  type Child = Element | string | undefined;
  export function xml(name: string, attrs?: Record<string, string | undefined> | string, ...children: (Child | Child[])[]): Element;
  export interface XMPP {
    jid?: { toString(): string };
    status: string;
    timeout: number;
    reconnect: { delay: number; stop(): void };
    iqCaller: { request(stanza: Element, timeout?: number): Promise<Element> };
    on(event: string, listener: (value: never) => void): void;
    removeListener(event: string, listener: (value: never) => void): void;
    send(stanza: Element): Promise<void>;
    start(): Promise<void>;
    stop(): Promise<void>;
  }
  export function client(options: { service: string; domain: string; resource: string; username: string; password: string }): XMPP;
}
