// Somebody else's XMPP server with the gateway as its component: Prosody and ejabberd, from Debian's packages, each with a
// folder and loopback ports of its own.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Slixmpp } from './slixmpp.mjs';
import { within } from './timeline.mjs';
import { XMPPJS } from './xmppjs.mjs';
import { kindOf } from './pageclient.mjs';

const domain = 'example.test';
export const component = `gw.${domain}`;
const secret = 'open sesame';

const prosody = ({ home, c2s, port }) => `
run_as_root = true
pidfile = "${home}/prosody.pid"
data_path = "${home}/data"
certificates = "${home}"
log = { info = "${home}/server.log" }
interfaces = { "127.0.0.1" }
c2s_ports = { ${c2s} }
c2s_direct_tls_ports = {}
s2s_ports = {}
http_ports = {}
https_ports = {}
modules_enabled = { "roster", "saslauth", "disco", "carbons", "ping", "register", "register_ibr", "presence", "message", "iq",
  "offline", "vcard_legacy", "pep", "blocklist" }
modules_disabled = { "s2s", "limits", "tls" }
allow_registration = true
c2s_require_encryption = false
authentication = "internal_plain"
storage = "internal"
component_interfaces = { "127.0.0.1" }
component_ports = { ${port} }
VirtualHost "${domain}"
Component "${component}"
  component_secret = "${secret}"
`;

const ejabberd = ({ c2s, port }) => `
hosts: [${domain}]
loglevel: info
listen:
  - {port: ${c2s}, ip: "127.0.0.1", module: ejabberd_c2s}
  - port: ${port}
    ip: "127.0.0.1"
    module: ejabberd_service
    hosts: {${component}: {password: "${secret}"}}
auth_method: [internal]
registration_timeout: infinity
access_rules: {register: {allow: all}}
modules: {mod_disco: {}, mod_roster: {}, mod_ping: {}, mod_offline: {}, mod_vcard: {}, mod_register: {ip_access: all}}
`;

// Prosody knows its language by the file's name.
const files = { prosody: 'prosody.cfg.lua', ejabberd: 'ejabberd.yml' };

const servers = {
  prosody: (home) => ['prosody', ['--config', path.join(home, files.prosody), '-F'], { HOME: home }],
  ejabberd: (home) => ['erl', ['-noinput', '+K', 'true', '-mnesia', 'dir', JSON.stringify(path.join(home, 'data')), '-s', 'ejabberd'], {
    HOME: home, ERL_LIBS: '/usr/lib/x86_64-linux-gnu', EJABBERD_CONFIG_PATH: path.join(home, files.ejabberd),
    EJABBERD_LOG_PATH: path.join(home, 'server.log'), ERL_CRASH_DUMP: path.join(home, 'crash') }],
};

/** Host is a running Prosody or ejabberd. To the clients' drivers it looks like a gateway: it has a domain and addresses. */
export class Host {
  static async start(kind) {
    const h = new Host();
    h.kind = kind;
    h.domain = domain;
    h.home = await mkdtemp(path.join(tmpdir(), `dragoman-${kind}-`));
    await mkdir(path.join(h.home, 'data'));
    [h.c2s, h.port] = [await freePort(), await freePort()];
    h.addresses = { xmpp: `127.0.0.1:${h.c2s}` };
    await writeFile(path.join(h.home, files[kind]), { prosody, ejabberd }[kind](h));
    await h.serve().catch(async (e) => {
      await h.end();
      throw e;
    });
    return h;
  }

  /** env is what the gateway must know to be this host's component. */
  get env() {
    const key = 'DRAGOMAN_PROTOCOLS__XMPP__COMPONENT__';
    return { [`${key}HOST`]: '127.0.0.1', [`${key}PORT`]: String(this.port), [`${key}DOMAIN`]: component, [`${key}SECRET`]: secret };
  }

  async serve() {
    const [command, args, env] = servers[this.kind](this.home);
    this.child = spawn(command, args, { stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, ...env } });
    this.child.ended = once(this.child, 'exit');
    for (const port of [this.c2s, this.port]) await this.#listens(port);
  }

  async #listens(port) {
    const until = Date.now() + 30000;
    while (!(await connects(port))) {
      if (this.child.exitCode !== null || Date.now() > until) throw new Error(`${this.kind} does not listen on ${port}\n${await this.log()}`);
      await new Promise((again) => { setTimeout(again, 100); });
    }
  }

  log() {
    return readFile(path.join(this.home, 'server.log'), 'utf8').then((t) => t.split('\n').slice(-15).join('\n'), () => '');
  }

  /** kill ends it as a power cut would. */
  async kill() {
    this.child.kill('SIGKILL');
    await this.child.ended;
  }

  async end() {
    if (this.child.exitCode === null && this.child.signalCode === null) await this.kill();
    await rm(this.home, { recursive: true, force: true });
  }

  /** addUser registers an account as any client would [XEP-0077]. */
  addUser(name, password) {
    const header = `<stream:stream to='${domain}' version='1.0' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>`;
    const ask = `<iq type='set' id='r'><query xmlns='jabber:iq:register'><username>${name}</username><password>${password}</password></query></iq>`;
    return within(15000, `${this.kind}: registration of ${name}`, new Promise((resolve, reject) => {
      const socket = net.connect(this.c2s, '127.0.0.1', () => socket.write(header));
      let heard = '';
      let asked = false;
      socket.on('error', reject);
      socket.on('data', (d) => {
        heard += d;
        if (!asked && heard.includes('</stream:features>')) {
          asked = true;
          socket.write(ask);
        }
        if (!/<iq[^>]*id=['"]r['"]/.test(heard)) return;
        socket.destroy();
        if (/<iq[^>]*type=['"]result['"]/.test(heard)) resolve();
        else reject(new Error(`registration: ${heard}`));
      });
    }));
  }
}

/** abroad makes a driver of XMPP users one of a host's users: he writes to names, groups and rooms at the component. */
const abroad = (Client) => class extends Client {
  address(place) {
    const [kind, id] = kindOf(place);
    if (id.includes('@')) return id;
    return kind === 'peer' ? `${id}@${component}` : `#${id}@${component}`;
  }
};

export const Guest = abroad(Slixmpp);
export const GuestJS = abroad(XMPPJS);

async function freePort() {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  await new Promise((closed) => { server.close(closed); });
  return port;
}

function connects(port) {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}
