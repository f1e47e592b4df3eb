// What the ZIM scenarios have in common: people with sdk/zim in Chromium, an app's server, and a ledger of what was driven.

import assert from 'node:assert/strict';
import { createCipheriv, createHash, randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { Gateway } from '../lib/gateway.mjs';
import { PageClient } from '../lib/pageclient.mjs';
import { bundle } from '../lib/zim.mjs';
import { within } from '../lib/timeline.mjs';

/** The scenarios that drove each name: methods that resolved, events that were waited for, actions that answered 0. */
export const driven = { methods: new Map(), events: new Map(), actions: new Map() };
let running = '';

const mark = (kind, name) => {
  if (!driven[kind].has(name)) driven[kind].set(name, new Set());
  driven[kind].get(name).add(running);
};

/** The frames of every page's socket, in the order of each: [sent by the client, the frame]. */
export const traffic = [];

/** Gives the scenarios what before() makes. */
export const world = {};

/** scenario is a test whose name stands for it in the table of what is done. */
export function scenario(name, body) {
  test(`zim: ${name}`, { timeout: 240000 }, async () => {
    running = `zim: ${name}`;
    try {
      await body();
    } catch (e) {
      console.error(`the gateway's last lines:\n${world.gateway?.log(20)}`);
      throw e;
    } finally {
      // A page that nobody needs any more would slow the ones that follow.
      await Promise.all(world.people.splice(0).map((p) => p.page?.context().close().catch(() => {})));
    }
  });
}

/** elsewhere lets people meet at a gateway of other settings for a while. */
export async function elsewhere(env, body) {
  const { gateway, secret, server } = world;
  await open(await Gateway.start({ env }));
  try {
    await body(world.gateway);
  } finally {
    await world.gateway.end();
    Object.assign(world, { gateway, secret, server });
  }
}

/** open makes a gateway the one at which people meet. */
export async function open(gateway) {
  world.gateway = gateway;
  world.secret = (await gateway.zimSecret()).trim();
  world.server = new AppServer(gateway, world.secret);
}

/** drove marks what a scenario has driven without a Person. */
export const drove = (kind, ...names) => names.forEach((name) => mark(kind, name));

/** mint makes a token04 as an app's server does. */
export function mint(user, seconds = 3600) {
  const now = Math.floor(Date.now() / 1000);
  const plain = JSON.stringify({ app_id: world.gateway.appID, user_id: user, nonce: 1, ctime: now, expire: now + seconds, payload: '' });
  const iv = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', world.secret, iv);
  const sealed = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  const head = Buffer.alloc(10);
  head.writeBigInt64BE(BigInt(now + seconds));
  head.writeUInt16BE(iv.length, 8);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(sealed.length);
  return `04${Buffer.concat([head, iv, length, sealed, Buffer.from([1])]).toString('base64')}`;
}

/** Refused is what a promise of the SDK rejected with. */
export class Refused extends Error {
  constructor(method, { code, message, known }) {
    super(`${method}: ${code} ${message}`);
    Object.assign(this, { code, known });
  }
}

/** refuses expects a rejection with a code. */
export async function refuses(code, promise) {
  const e = await promise.then(() => assert.fail(`was not refused with ${code}`), (x) => x);
  assert.equal(e.code, code, e.message);
}

let count = 0;
/** fresh makes a name that nobody has. */
export const fresh = (what) => `${what}${++count}`;

/** Person is one device of a user. Each method of ZIM is a method of person.zim. */
export class Person extends PageClient {
  constructor(user) {
    super('sdk/zim', user, world.browser, ['/pages/zim-all.js']);
    world.people.push(this);
    this.zim = new Proxy({}, { get: (_, method) => (method === 'then' ? undefined : (...args) => this.ask(method, args)) });
  }

  async ask(method, args) {
    const plain = args.map((a) => (a === undefined ? { $undefined: true } : a));
    const answer = await within(30000, `${this.user}: ${method}`, this.page.evaluate(([m, a]) => client.call(m, a), [method, plain]));
    if (answer.error) throw new Refused(method, answer.error);
    mark('methods', method);
    return answer.result;
  }

  /** open loads the page and makes the instance; server: not the gateway's own address. */
  async open({ device, advanced, server = world.gateway.ws } = {}) {
    await bundle();
    await this.start(device);
    this.page.on('websocket', (socket) => {
      const frames = [];
      traffic.push(frames);
      socket.on('framesent', ({ payload }) => frames.push([true, payload]));
      socket.on('framereceived', ({ payload }) => frames.push([false, payload]));
    });
    const config = advanced ? { appID: world.gateway.appID } : { appID: world.gateway.appID, server };
    assert.equal(await this.page.evaluate(([c, a]) => client.create(c, a), [config, advanced]), true);
    mark('methods', 'create');
    mark('methods', 'on');
    return this;
  }

  /** login opens the page if it is not open, and logs in. */
  async login(options = {}) {
    if (!this.page) await this.open(options);
    const token = options.token ?? mint(this.user);
    await this.zim.login(this.user, { userName: options.name ?? '', token, isOfflineLogin: false, customStatus: '', customStatusDuration: 0 });
    return this;
  }

  /** event waits for an event, past or to come, whose data matches; after: only what comes after this many. */
  async event(name, match = () => true, ms = 20000) {
    const found = await this.heard.until(`${name} that matches`, (e) => e.kind === 'event' && e.name === name && match(e.data), ms);
    assert.equal(found.same, true, 'the first parameter is the instance');
    mark('events', name);
    return found.data;
  }

  /** events returns the data of all events of a name so far. */
  events(name) {
    return this.heard.all((e) => e.kind === 'event' && e.name === name).map((e) => e.data);
  }

  /** gets waits for a message in any of the three ways. */
  async gets(match, ms = 20000) {
    const e = await this.heard.until('message', (x) => x.kind === 'event' && /^(peer|group|room)MessageReceived$/.test(x.name) &&
      x.data.messageList.some(match), ms);
    mark('events', e.name);
    return e.data.messageList.find(match);
  }

  /** says sends a text and returns the message that was sent. */
  async says(text, to, type = 0, more = {}) {
    const sent = await this.zim.sendMessage({ type: 1, message: text, ...more.message }, to, type, { priority: 1, ...more.config });
    return sent.message;
  }

  /** line returns how a conversation stands now. */
  async line(id, type) {
    return (await this.zim.queryConversation(id, type)).conversation;
  }
}

/** pair returns two people who are logged in, of names that nobody has. */
export async function pair(a = 'ann', b = 'ben') {
  const [x, y] = [new Person(fresh(a)), new Person(fresh(b))];
  await Promise.all([x.login(), y.login()]);
  return [x, y];
}

/** AppServer calls the server API. */
export class AppServer {
  constructor(gateway, secret) {
    this.gateway = gateway;
    this.secret = secret;
  }

  sign({ appID = this.gateway.appID, nonce = randomBytes(8).toString('hex'), time = Math.floor(Date.now() / 1000), secret = this.secret } = {}) {
    const signature = createHash('md5').update(`${appID}${nonce}${secret}${time}`).digest('hex');
    return { AppId: String(appID), SignatureNonce: nonce, Timestamp: String(time), Signature: signature, SignatureVersion: '2.0' };
  }

  async raw(method, query, body) {
    const answer = await fetch(`${this.gateway.http}/?${query}`, {
      method, ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
    assert.equal(answer.status, 200);
    // A MsgId has more digits than a number of JavaScript: it is read as text.
    const read = JSON.parse((await answer.text()).replace(/:(\d{17,})/g, ':"$1"'));
    assert.equal(typeof read.RequestId, 'string');
    return read;
  }

  /** post calls an action with a body and returns whatever is answered. */
  post(action, body, signed = this.sign()) {
    return this.count(action, this.raw('POST', new URLSearchParams({ Action: action, ...signed }), body));
  }

  /** get calls an action with its parameters in the query. */
  get(action, params) {
    const query = new URLSearchParams({ Action: action, ...this.sign() });
    for (const [k, v] of Object.entries(params)) {
      if (Array.isArray(v)) for (const x of v) query.append(`${k}[]`, x);
      else query.append(k, String(v));
    }
    return this.count(action, this.raw('GET', query));
  }

  async count(action, promise) {
    const answer = await promise;
    if (answer.Code === 0) mark('actions', action);
    return answer;
  }

  /** does is post or get that must succeed. */
  async does(action, params, how = 'post') {
    const answer = await this[how](action, params);
    assert.equal(answer.Code, 0, `${action}: ${JSON.stringify(answer)}`);
    return answer;
  }
}
