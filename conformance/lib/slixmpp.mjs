// XMPP users: slixmpp over TCP with STARTTLS or direct TLS, in a Python process of its own.

import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parse } from './dom.mjs';
import { XMPPClient } from './xmppclient.mjs';
import { within } from './timeline.mjs';

const script = fileURLToPath(new URL('slix.py', import.meta.url));

/** Slixmpp is a user of slixmpp, from Debian's python3-slixmpp. */
export class Slixmpp extends XMPPClient {
  #waiting = new Map();
  #next = 0;
  #stderr = '';

  constructor(gateway, user, { tls = 'starttls', sm = false, ...rest } = {}) {
    super(`slixmpp 1.8.3 over ${tls === 'direct' ? 'direct TLS' : 'STARTTLS'}`, gateway, user, rest);
    this.tls = tls;
    this.sm = sm;
  }

  async open() {
    this.child = spawn('/usr/bin/python3', [script], { stdio: ['pipe', 'pipe', 'pipe'] });
    this.child.stderr.on('data', (d) => {
      this.#stderr = (this.#stderr + d).slice(-4000);
      if (process.env.SLIX_LOG) process.stderr.write(d);
    });
    this.child.on('exit', (code) => {
      for (const { reject } of this.#waiting.values()) reject(new Error(`slixmpp ended (${code}): ${this.#stderr}`));
      this.#waiting.clear();
    });
    this.child.stdin.on('error', () => {}); // its exit says it
    createInterface({ input: this.child.stdout }).on('line', (line) => this.#line(JSON.parse(line)));
    const [host, port] = (this.tls === 'direct' ? this.gateway.addresses.xmpp_tls : this.gateway.addresses.xmpp).split(':');
    try {
      await this.#ask('connect', { host, port: Number(port), jid: `${this.jid}/${this.resource}`, password: this.password,
        tls: this.tls, sm: this.sm });
    } catch (e) {
      this.child.kill();
      throw e;
    }
  }

  #line(line) {
    if (line.heard) {
      if (line.heard.kind === 'stanza') this.take(line.heard.stanza);
      else this.heard.add(line.heard);
      return;
    }
    const asked = this.#waiting.get(line.answer);
    this.#waiting.delete(line.answer);
    if (line.error) asked?.reject(new Error(`${this.user} (${this.name}): ${line.error}`));
    else asked?.resolve(line.result);
  }

  #ask(what, args = {}) {
    const id = ++this.#next;
    const answer = new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
    this.child.stdin.write(`${JSON.stringify({ id, do: what, ...args })}\n`);
    return within(20000, `${this.user} (${this.name}): ${what}`, answer);
  }

  send(to, type, stanza, body) {
    return this.#ask('send', { to, type, stanza, body });
  }
  ping() {
    return this.#ask('ping');
  }
  raw(xml) {
    return this.#ask('raw', { xml });
  }
  async request(xml) {
    return parse(await this.#ask('request', { xml }));
  }
  enter(address, nick, { history = {} } = {}) {
    const text = Object.fromEntries(Object.entries(history).map(([k, v]) => [k, String(v)]));
    return this.#ask('enter', { address, nick, history: text });
  }
  invite(address, whom) {
    return this.#ask('invite', { address, whom });
  }
  unlock(address) {
    return this.#ask('unlock', { address });
  }
  async history(place, limit = 50) {
    const peer = place.peer !== undefined;
    const found = await this.#ask('history', { [peer ? 'with' : 'to']: this.address(place), limit });
    return found.map((m) => ({ ...m, from: peer ? m.from.split('@')[0] : m.from.split('/')[1] }));
  }

  connections() {
    return this.heard.all((e) => e.kind === 'online').length;
  }
  reconnected(n, ms = 30000) {
    return this.heard.when(`connection number ${n}`, (heard) => heard.filter((e) => e.kind === 'online').length >= n, ms);
  }

  /** leave ends the process without a word. */
  async leave() {
    const gone = new Promise((resolve) => this.child.once('exit', resolve));
    this.child.kill('SIGKILL');
    await gone;
  }

  async close() {
    if (this.child.exitCode !== null || this.child.signalCode) return;
    await this.#ask('disconnect').catch(() => {});
    await this.leave();
  }
}
