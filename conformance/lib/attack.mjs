// Bare sockets for what no real client would send.

import { once } from 'node:events';
import net from 'node:net';
import tls from 'node:tls';
import WebSocket from 'ws';
import { within } from './timeline.mjs';

/** Wire is a socket that keeps all it is told. */
export class Wire {
  constructor(socket) {
    this.socket = socket;
    this.text = '';
    this.closed = new Promise((resolve) => socket.once('close', resolve));
    socket.on('error', (e) => (this.error = e)); // an end is an end, whichever
    socket.on('data', (d) => {
      this.text += d.toString('latin1');
      this.look?.();
    });
  }

  static async tcp(address) {
    const [host, port] = address.split(':');
    const socket = net.connect(Number(port), host);
    await once(socket, 'connect');
    return new Wire(socket);
  }

  static async tls(address, servername = 'localhost') {
    const [host, port] = address.split(':');
    const socket = tls.connect({ host, port: Number(port), servername, rejectUnauthorized: false, ALPNProtocols: ['xmpp-client'] });
    await once(socket, 'secureConnect');
    return new Wire(socket);
  }

  /** starttls goes on behind TLS on the same connection. */
  async starttls(servername = 'localhost') {
    this.socket.removeAllListeners('data');
    const socket = tls.connect({ socket: this.socket, servername, rejectUnauthorized: false });
    await once(socket, 'secureConnect');
    return new Wire(socket);
  }

  write(data) {
    if (!this.socket.destroyed) this.socket.write(data);
    return this;
  }

  /** until waits for text that matches and returns all that was told so far. */
  async until(pattern, ms = 10000) {
    const found = new Promise((resolve) => {
      this.look = () => pattern.test(this.text) && resolve(this.text);
      this.look();
    });
    const ended = this.closed.then(() => {
      if (!pattern.test(this.text)) throw new Error(`closed before ${pattern}; told ${JSON.stringify(this.text.slice(-500))}`);
      return this.text;
    });
    ended.catch(() => {});
    return within(ms, `${pattern} in ${JSON.stringify(this.text.slice(-500))}`, Promise.race([found, ended]));
  }

  /** end waits until the other side has closed. */
  async end(ms = 10000) {
    await within(ms, `end of the connection; told ${JSON.stringify(this.text.slice(-500))}`, this.closed);
    return this.text;
  }

  destroy() {
    this.socket.destroy();
  }
}

/** Frames is a WebSocket that keeps what it is told. */
export class Frames {
  constructor(ws) {
    this.ws = ws;
    this.texts = [];
    this.binaries = [];
    this.closed = new Promise((resolve) => ws.once('close', (code, reason) => resolve({ code, reason: String(reason) })));
    ws.on('error', (e) => (this.error = e));
    ws.on('message', (data, binary) => {
      (binary ? this.binaries : this.texts).push(binary ? data : String(data));
      this.look?.();
    });
  }

  static async open(url, protocol) {
    const ws = new WebSocket(url, protocol ? [protocol] : []);
    const frames = new Frames(ws);
    await within(10000, `WebSocket ${url}`, once(ws, 'open'));
    return frames;
  }

  send(data) {
    this.ws.send(data);
    return this;
  }

  async until(pattern, ms = 10000) {
    const found = new Promise((resolve) => {
      this.look = () => {
        const text = this.texts.find((t) => pattern.test(t));
        if (text !== undefined) resolve(text);
      };
      this.look();
    });
    const ended = this.closed.then(({ code }) => {
      const text = this.texts.find((t) => pattern.test(t));
      if (text === undefined) throw new Error(`closed (${code}) before ${pattern}; told ${JSON.stringify(this.texts.slice(-3))}`);
      return text;
    });
    ended.catch(() => {});
    return within(ms, `${pattern}; told ${JSON.stringify(this.texts.slice(-3))}`, Promise.race([found, ended]));
  }

  /** end waits for the close and returns its code. */
  end(ms = 10000) {
    return within(ms, `close of the WebSocket; told ${JSON.stringify(this.texts.slice(-3))}`, this.closed);
  }

  destroy() {
    this.ws.terminate();
  }
}
