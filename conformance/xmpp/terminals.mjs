// Clients for the terminal, as Debian has them: go-sendxmpp, and profanity in a tmux of its own.

import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { Gateway } from '../lib/gateway.mjs';
import { XMPPJS } from '../lib/xmppjs.mjs';

const run = promisify(execFile);
const secret = 'terminal-secret';

/** eventually asks again and again until look has an answer. */
async function eventually(what, look, ms = 20000) {
  for (const end = Date.now() + ms; ;) {
    const answer = await look();
    if (answer) return answer;
    if (Date.now() > end) throw new Error(`no ${what} within ${ms} ms`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** sendxmpp runs go-sendxmpp once and returns what it printed. */
function sendxmpp(gateway, user, args, input = '') {
  const all = ['-n', '-u', `${user}@${gateway.domain}`, '-p', secret, '-j', gateway.addresses.xmpp, '--timeout', '20', ...args];
  const child = spawn('go-sendxmpp', all, { stdio: ['pipe', 'pipe', 'pipe'] });
  let out = '';
  child.stdout.on('data', (d) => { out += d; });
  child.stderr.on('data', (d) => { out += d; });
  child.stdin.end(input);
  const done = new Promise((resolve, reject) => {
    child.on('exit', (code) => (code === 0 ? resolve(out) : reject(new Error(`go-sendxmpp ended (${code}): ${out}`))));
  });
  return { child, done, printed: () => out };
}

/** Profanity is profanity in a tmux server of its own, with its files in a folder of its own. */
class Profanity {
  async start(home) {
    this.socket = path.join(home, 'tmux');
    this.env = { ...process.env, HOME: home, XDG_CONFIG_HOME: path.join(home, 'config'), XDG_DATA_HOME: path.join(home, 'data'),
      TERM: 'screen', LANG: 'C.UTF-8', TMUX: '' };
    await this.tmux('-f', '/dev/null', 'new-session', '-d', '-x', '160', '-y', '50', 'profanity');
    return this;
  }
  async tmux(...args) {
    return (await run('tmux', ['-S', this.socket, ...args], { env: this.env })).stdout;
  }
  screen() {
    return this.tmux('capture-pane', '-p');
  }
  shows(text) {
    return eventually(`"${text}" on the screen`, async () => (await this.screen()).includes(text)).catch(async (e) => {
      throw new Error(`${e.message}:\n${await this.screen()}`);
    });
  }
  async type(line) {
    await this.tmux('send-keys', '-l', line);
    await this.tmux('send-keys', 'Enter');
  }
  async stop() {
    await this.tmux('kill-server').catch(() => {});
  }
}

export function terminals() {
  describe('terminals', { concurrency: false, timeout: 120000 }, () => {
    let gateway;
    let peer;
    let home;

    before(async () => {
      process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0'; // the gateway's certificate is its own
      gateway = await Gateway.start();
      home = await mkdtemp(path.join(tmpdir(), 'terminals-'));
      for (const user of ['gopher', 'prof', 'peer']) await gateway.addUser(user, secret);
      peer = await new XMPPJS(gateway, 'peer', { password: secret }).login();
      await peer.joinRoom('lounge');
    });

    after(async () => {
      await peer?.close();
      await gateway?.end();
      await rm(home, { recursive: true, force: true });
    });

    const step = (name, body) => test(`xmpp: ${name}`, async () => {
      try {
        await body();
      } catch (e) {
        console.error(`the gateway's last lines:\n${gateway?.log()}`);
        throw e;
      }
    });
    const hears = (from, text) => peer.heard.until(`"${text}" from ${from}`, (e) => e.kind === 'message' && e.from === from && e.text.trim() === text);

    step('go-sendxmpp: a chat, a room, a file, and listening', async () => {
      await sendxmpp(gateway, 'gopher', [peer.jid], 'by go-sendxmpp\n').done;
      await hears('gopher', 'by go-sendxmpp');
      await sendxmpp(gateway, 'gopher', ['-c', '-a', 'gopher', peer.address({ room: 'lounge' })], 'in the room\n').done;
      await hears('gopher', 'in the room');
      const file = path.join(home, 'notes.txt');
      await writeFile(file, 'some notes\n');
      await sendxmpp(gateway, 'gopher', ['-h', file, peer.jid]).done;
      const shared = await peer.heard.until('the link', (e) => e.kind === 'message' && e.from === 'gopher' && e.text.startsWith('http'));
      assert.equal(await (await fetch(shared.text.trim())).text(), await readFile(file, 'utf8'));
      const listening = sendxmpp(gateway, 'gopher', ['-l']);
      await peer.sendText({ peer: 'gopher' }, 'to who listens');
      await eventually('the message in what it prints', () => listening.printed().includes('to who listens'));
      listening.child.kill();
      await listening.done.catch(() => {});
    });

    step('profanity: chat both ways with receipts, a room with its history, a correction', async () => {
      const prof = await new Profanity().start(home);
      try {
        const [host, port] = gateway.addresses.xmpp.split(':');
        await prof.shows('Profanity');
        await prof.type('/receipts request on');
        await prof.type('/receipts send on');
        await prof.type('/correction on');
        await prof.type(`/connect prof@${gateway.domain} server ${host} port ${port} tls trust`);
        await prof.shows('Enter password');
        await prof.type(secret);
        await prof.shows('logged in successfully');
        await prof.type(`/msg ${peer.jid} by profanity`);
        const first = await hears('prof', 'by profanity');
        await prof.type('/correct by profanity, better');
        await hears('prof', 'by profanity, better');
        await peer.raw(`<message xmlns="jabber:client" type="chat" to="prof@${gateway.domain}" id="to-profanity-01"><body>answered</body>` +
          '<request xmlns="urn:xmpp:receipts"/></message>');
        await prof.shows('answered');
        await peer.heard.until('its receipt', (e) => e.received === 'to-profanity-01');
        assert.ok(first.stanza);
        await peer.sendText({ room: 'lounge' }, 'said before');
        await prof.type(`/join ${peer.address({ room: 'lounge' })}`);
        await prof.shows('said before');
        await prof.type('hello room');
        await hears('prof', 'hello room');
        await prof.type('/quit');
      } finally {
        await prof.stop();
      }
    });
  });
}
