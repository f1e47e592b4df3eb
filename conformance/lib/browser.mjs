// One headless Chromium for all pages, and the small server of another origin that they come from.

import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const here = fileURLToPath(new URL('.', import.meta.url));
const modules = path.join(here, '..', 'node_modules');
const zimDist = path.join(here, '..', '..', 'sdk', 'zim', 'dist');

// The bundles that a page may load, by the name it asks for.
const bundles = {
  '/sdk/4.21.1.js': path.join(modules, 'easemob-websdk', 'Easemob-chat.js'),
  '/sdk/4.8.1.js': path.join(modules, 'emsdk481', 'Easemob-chat.js'),
  '/sdk/4.0.1.js': path.join(modules, 'emsdk401', 'Easemob-chat.js'),
  '/sdk/3.6.3.js': path.join(modules, 'emsdk363', 'Easemob-chat-3.6.3.js'),
  '/sdk/agora-1.4.0.js': path.join(modules, 'agora-chat', 'Agora-chat.js'),
  '/sdk/agora-1.3.0.js': path.join(modules, 'agora130', 'Agora-chat.js'),
  '/sdk/1.11.1.js': path.join(modules, 'emsdk1111', 'dist', 'websdk-1.11.1.js'),
  '/sdk/1.4.15.js': path.join(modules, 'emsdk1415', 'dist', 'websdk-1.4.15.js'),
  '/sdk/strophe-1.11.1.js': path.join(modules, 'emsdk1111', 'dist', 'strophe-1.2.8.js'),
  '/sdk/strophe-1.4.15.js': path.join(modules, 'emsdk1415', 'dist', 'strophe-1.2.8.js'),
  '/sdk/zim.mjs': path.join(zimDist, 'index.mjs'),
  '/sdk/zim.js': path.join(zimDist, 'index.js'),
  '/pages/webim.js': path.join(here, 'pages', 'webim.js'),
  '/pages/webim4.js': path.join(here, 'pages', 'webim4.js'),
  '/pages/webim3.js': path.join(here, 'pages', 'webim3.js'),
  '/pages/webim1.js': path.join(here, 'pages', 'webim1.js'),
  '/pages/zim.js': path.join(here, 'pages', 'zim.js'),
  '/pages/zim-all.js': path.join(here, '..', 'zim', 'page.js'),
};

/** page is a document that loads the scripts named in its query, in order. */
function document(scripts) {
  const tags = scripts.map((s) => `<script ${/pages\/zim(-all)?\.js$/.test(s) ? 'type="module" ' : ''}src="${s}"></script>`);
  // The SDKs before 2.0 read the page's configuration while they load.
  const config = scripts.some((s) => s.includes('strophe')) ? '<script>window.WebIM = { config: {} };</script>' : '';
  return `<!doctype html><meta charset="utf-8"><title>client</title><link rel="icon" href="data:,">${config}${tags.join('')}`;
}

/** Browser serves pages from an origin that is not the gateway's, and opens them. */
export class Browser {
  /** documents are pages of a scenario's own, by path. */
  documents = new Map();

  static async start() {
    const b = new Browser();
    b.server = createServer((req, res) => b.#answer(req, res));
    await new Promise((resolve) => b.server.listen(0, '127.0.0.1', resolve));
    b.origin = `http://127.0.0.1:${b.server.address().port}`;
    b.chromium = await chromium.launch({
      executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
      args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
        '--disable-component-update', '--disable-sync', '--disable-dev-shm-usage', '--disable-features=PreloadTopChromeWebUI',
        '--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1 , EXCLUDE localhost'],
    });
    return b;
  }

  async #answer(req, res) {
    const url = new URL(req.url, 'http://page');
    const page = url.pathname === '/' ? document(url.searchParams.getAll('script')) : this.documents.get(url.pathname);
    if (page !== undefined) {
      res.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(page);
      return;
    }
    const file = bundles[url.pathname];
    if (!file) {
      res.writeHead(404).end();
      return;
    }
    try {
      const bytes = await readFile(file);
      res.writeHead(200, { 'content-type': 'text/javascript; charset=utf-8' }).end(bytes);
    } catch (e) {
      res.writeHead(500).end(String(e));
    }
  }

  /**
   * open makes a page with storage of its own, which is one device, and loads scripts into it. What the page tells by
   * report(event) reaches hear; tap is shown it before it loads.
   */
  async open(scripts, hear, { context, tap } = {}) {
    const device = context ?? (await this.chromium.newContext());
    const page = await device.newPage();
    await tap?.(page);
    const faults = [];
    page.on('pageerror', (e) => faults.push(`page error: ${e.stack ?? e.message}`));
    page.on('console', (m) => {
      if (m.type() === 'error' || process.env.CONFORMANCE_PAGES) faults.push(`console: ${m.text()}`);
      if (process.env.CONFORMANCE_PAGES) console.error(`page: ${m.text()}`);
    });
    await page.exposeFunction('report', hear);
    const query = new URLSearchParams(scripts.map((s) => ['script', s]));
    await page.goto(`${this.origin}/?${query}`, { waitUntil: 'load', timeout: 60000 });
    await page.waitForFunction('window.client !== undefined', null, { timeout: 30000 }).catch(() => {
      throw new Error(`a page with ${scripts.join(', ')} did not load: ${faults.join('\n')}`);
    });
    return { page, device, faults };
  }

  async close() {
    await this.chromium?.close();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
