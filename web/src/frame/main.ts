// The frame that alone may evaluate code. It is given a port by the page that holds it, and nothing else: it has an origin
// of its own that may keep nothing, so what the SDK wants to store lives in memory.
import { WebIMClient, type WebIM } from '../clients/webim.js';
import type { Access, Client } from '../clients/client.js';
import sdk from 'easemob-websdk/Easemob-chat.js?url';

interface Call {
  call: number;
  method: keyof Client;
  args: unknown[];
}

/** memory stands in for storage that an opaque origin is refused. */
function memory(): Storage {
  const kept = new Map<string, string>();
  return {
    get length() {
      return kept.size;
    },
    clear: () => kept.clear(),
    getItem: (k) => kept.get(k) ?? null,
    key: (i) => [...kept.keys()][i] ?? null,
    removeItem: (k) => void kept.delete(k),
    setItem: (k, v) => void kept.set(k, String(v)),
  };
}

for (const name of ['localStorage', 'sessionStorage']) {
  Object.defineProperty(window, name, { value: memory(), configurable: true });
}

function load(src: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const script = document.createElement('script');
    script.src = src;
    script.onload = () => resolve();
    script.onerror = () => reject(new Error('the SDK did not load'));
    document.head.append(script);
  });
}

function library(): WebIM {
  const global = window as unknown as { WebIM?: WebIM; websdk?: WebIM };
  const found = global.WebIM ?? global.websdk;
  if (!found) throw new Error('the SDK is not there');
  return found;
}

async function serve(port: MessagePort, who: Access, tab: string, origin: string): Promise<void> {
  sessionStorage.setItem('dragoman.device', tab);
  const loaded = load(sdk);
  let client: WebIMClient | undefined;
  const answer = async ({ method, args }: Call): Promise<unknown> => {
    await loaded;
    client ??= new WebIMClient(library(), who, origin);
    if (method === 'open') return client.open((heard) => port.postMessage({ heard }));
    return (client[method] as (...a: unknown[]) => Promise<unknown>)(...args);
  };
  port.onmessage = (e: MessageEvent<Call>) => {
    const { call } = e.data;
    answer(e.data).then(
      (result) => port.postMessage({ answer: call, result }),
      (fault: unknown) => port.postMessage({ answer: call, fault: fault instanceof Error ? fault.message : String(fault) }),
    );
  };
  port.postMessage({ ready: true });
}

addEventListener('message', (e: MessageEvent<{ who?: Access; tab: string; origin: string }>) => {
  const port = e.ports[0];
  if (e.source === parent && port && e.data.who) void serve(port, e.data.who, e.data.tab, e.data.origin);
});
parent.postMessage({ frame: 'webim' }, '*');
