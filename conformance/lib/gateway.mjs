// One dragoman under test: built once, started on free loopback ports, killed and started again on the same data.

import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { rmSync, watch } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { fileURLToPath } from 'node:url';
import { within } from './timeline.mjs';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../..', import.meta.url));

let built;

/** binary builds the gateway, once in a process; CONFORMANCE_BINARY names one that is built already. */
export function binary() {
  built ??= (async () => {
    if (process.env.CONFORMANCE_BINARY) return process.env.CONFORMANCE_BINARY;
    const folder = await mkdtemp(path.join(tmpdir(), 'dragoman-bin-'));
    process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
    const file = path.join(folder, 'dragoman');
    // As the image builds it: what was compiled for one serves the other.
    await run('go', ['build', '-trimpath', '-ldflags', '-s -w', '-o', file, './cmd/dragoman'],
      { cwd: root, maxBuffer: 1 << 24, env: { ...process.env, CGO_ENABLED: '0' } });
    return file;
  })();
  return built;
}

/** Gateway is a running dragoman with a data folder of its own. */
export class Gateway {
  #child;
  #log = [];
  #whole = '';
  #ports = { http: '127.0.0.1:0', xmpp: '127.0.0.1:0', xmpp_tls: '127.0.0.1:0', admin: '127.0.0.1:0' };

  constructor(file, data, { env = {}, flags = [] } = {}) {
    this.file = file;
    this.data = data;
    this.env = env;
    this.flags = flags;
    this.domain = 'localhost';
    this.org = 'dragoman';
    this.app = 'chat';
    this.appKey = 'dragoman#chat';
    this.appID = 1;
    this.tokens = []; // that it has issued to the commands
  }

  /** start makes a new data folder and serves from it. */
  static async start(options) {
    const data = await mkdtemp(path.join(tmpdir(), 'dragoman-data-'));
    const g = new Gateway(await binary(), data, options);
    await g.serve();
    return g;
  }

  /** serve starts the process and returns once every listener is bound. After the first start the ports stay. */
  async serve() {
    const flags = ['--data', this.data, '--http', this.#ports.http, '--xmpp', this.#ports.xmpp,
      '--xmpp-tls', this.#ports.xmpp_tls, '--admin', this.#ports.admin, ...this.flags];
    const file = path.join(this.data, 'addresses.json');
    await rm(file, { force: true });
    const child = spawn(this.file, ['serve', ...flags], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...this.env },
    });
    this.#child = child;
    child.ended = once(child, 'exit');
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8');
      stream.on('data', (text) => this.#note(text));
    }
    const ready = this.#addresses(file);
    const died = child.ended.then(([code, signal]) => {
      throw new Error(`dragoman ended at start (${code ?? signal})\n${this.log()}`);
    });
    this.addresses = await within(20000, `start of dragoman, its log:\n${this.log()}`, Promise.race([ready, died]));
    ready.catch(() => {});
    died.catch(() => {});
    for (const [name, address] of Object.entries(this.addresses)) this.#ports[name] = address;
    return this;
  }

  /** addresses waits for the file that says where the listeners are; it is written whole. */
  #addresses(file) {
    const look = async () => {
      try {
        return JSON.parse(await readFile(file, 'utf8'));
      } catch {
        return null;
      }
    };
    return new Promise((resolve, reject) => {
      const watcher = watch(this.data, async () => {
        const found = await look();
        if (!found) return;
        watcher.close();
        resolve(found);
      });
      watcher.on('error', reject);
      this.#child.ended.then(() => watcher.close());
      look().then((found) => {
        if (!found) return;
        watcher.close();
        resolve(found);
      });
    });
  }

  #note(text) {
    this.#whole += text;
    this.#log.push(text);
    if (this.#log.length > 4000) this.#log.splice(0, 2000);
    if (process.env.CONFORMANCE_LOG) process.stderr.write(text);
  }

  /** log returns the last lines of what the gateway wrote since the last call, for a failure's message. */
  log(lines = 25) {
    return this.#log.splice(0).join('').split('\n').slice(-lines).join('\n');
  }

  /** wholeLog is all that the gateway has written, through every restart. */
  get wholeLog() {
    return this.#whole;
  }

  get pid() {
    return this.#child.pid;
  }
  get running() {
    return this.#child?.exitCode === null && this.#child?.signalCode === null;
  }
  get http() {
    return `http://${this.addresses.http}`;
  }
  get ws() {
    return `ws://${this.addresses.http}`;
  }
  get rest() {
    return `${this.http}/${this.org}/${this.app}`;
  }

  /** kill ends the process as a power cut would. */
  async kill() {
    this.#child.kill('SIGKILL');
    await this.#child.ended;
  }

  /** stop asks it to stop and returns its exit code and how long it took. */
  async stop() {
    if (!this.running) return { code: this.#child?.exitCode, ms: 0 };
    const start = Date.now();
    this.#child.kill('SIGTERM');
    const [code, signal] = await within(20000, `stop of dragoman, its log:\n${this.log()}`, this.#child.ended);
    return { code: code ?? signal, ms: Date.now() - start };
  }

  /** end stops it, however, and removes its data. */
  async end() {
    if (this.running) {
      await this.stop().catch(() => this.kill());
    }
    await rm(this.data, { recursive: true, force: true });
  }

  /** command runs one of the binary's commands on this data folder and returns what it printed. */
  async command(...args) {
    try {
      const { stdout } = await run(this.file, [...args, '--data', this.data], { env: { ...process.env, ...this.env } });
      if (args.includes('token')) this.tokens.push(stdout.trim());
      return stdout.trim();
    } catch (e) {
      throw new Error(`dragoman ${args.join(' ')}: exit ${e.code}: ${e.stderr}`);
    }
  }

  addUser(name, password) {
    return this.command('user', 'add', name, '--password', password);
  }
  zimToken(name, ...more) {
    return this.command('token', 'zim', name, ...more);
  }
  webimToken(name) {
    return this.command('token', 'webim', name);
  }
  zimSecret() {
    return this.command('secret', 'zim');
  }
}
