// The page at / and the console, as a visitor's browser shows them. Whatever a page does that it should not (an error, a
// violation of its policy, a request to another host) is a fault, and every scenario ends by asking for them.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';

const patience = 20000;
const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

/** Site is one page of one visitor. */
export class Site {
  /** open goes to url, in a context of its own: another visitor, another device. */
  static async open(browser, url, options = {}) {
    const s = new Site();
    s.faults = [];
    s.url = url;
    s.context = await browser.chromium.newContext({ viewport: { width: 1440, height: 900 }, ...options });
    s.context.setDefaultTimeout(patience);
    s.page = await s.context.newPage();
    s.page.on('pageerror', (e) => s.faults.push(`page error: ${e.stack ?? e.message}`));
    s.page.on('console', (m) => {
      if (m.type() === 'error' || m.type() === 'warning') s.faults.push(`console ${m.type()}: ${m.text()}`);
    });
    s.page.on('request', (r) => {
      const to = new URL(r.url());
      if (to.protocol !== 'data:' && to.protocol !== 'blob:' && to.host !== new URL(url).host) s.faults.push(`request to ${to.host}`);
    });
    s.page.on('websocket', (ws) => {
      if (new URL(ws.url()).host !== new URL(url).host) s.faults.push(`WebSocket to ${ws.url()}`);
    });
    // In every frame, before its first script.
    await s.page.addInitScript(() => {
      document.addEventListener('securitypolicyviolation', (e) => console.error(`policy: ${e.violatedDirective} ${e.blockedURI}`));
      window.shifted = 0;
      new PerformanceObserver((list) => {
        for (const e of list.getEntries()) if (!e.hadRecentInput) window.shifted += e.value;
      }).observe({ type: 'layout-shift', buffered: true });
    });
    await s.page.goto(url, { waitUntil: 'load' });
    return s;
  }

  /** clean fails if the page did what it should not. allowed: what a scenario provokes. */
  clean(allowed = () => false) {
    const found = this.faults.filter((f) => !allowed(f));
    assert.deepEqual(found, []);
  }

  /** until waits for a question about the page to have the answer true. */
  async until(what, question, arg) {
    await this.page.waitForFunction(question, arg, { timeout: patience }).catch(async () => {
      throw new Error(`${what}: not within ${patience} ms; the page says\n${(await this.page.innerText('body')).slice(0, 2000)}`);
    });
  }

  /** axe returns the serious findings of axe-core. */
  async axe() {
    await this.page.evaluate(await readFile(axe, 'utf8'));
    const found = await this.page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
    return found.violations.filter((v) => v.impact === 'serious' || v.impact === 'critical')
      .map((v) => `${v.id}: ${v.nodes.map((n) => `${n.target.join(' ')} (${n.failureSummary})`).join('; ')}`);
  }

  async close() {
    await this.context.close();
  }
}

export const everybody = ['alice', 'bob', 'carol'];

/** Stage drives the page at /. */
export class Stage extends Site {
  static async open(browser, gateway, options) {
    const s = Object.assign(new Stage(), await Site.open(browser, `${gateway.http}/`, options));
    await s.online();
    return s;
  }

  online() {
    return this.until('all three are online', () => document.querySelectorAll('.state.is-online').length === 3);
  }

  pane(who) {
    return this.page.locator(`#pane-demo-${who}`);
  }

  /** line is the newest message that says the text, as one person sees it; one that quotes it is another. */
  line(who, text) {
    return this.pane(who).locator('.line', { has: this.page.locator('.words', { hasText: text }) }).last();
  }

  async talk(title) {
    await this.page.locator('.talks').getByRole('button', { name: title }).click();
  }

  async say(who, text) {
    const field = this.page.locator(`#write-demo-${who}`);
    await field.fill(text);
    await field.press('Enter');
  }

  /** heard waits until everybody named has the text. */
  async heard(text, whom = everybody) {
    for (const who of whom) await this.line(who, text).waitFor();
  }

  /** tick waits until a person's own message has got so far. */
  async tick(who, text, words) {
    await this.line(who, text).locator('.ticks', { hasText: words }).waitFor();
  }

  async menu(who, text, action) {
    await this.line(who, text).locator('.more').click();
    await this.pane(who).locator('.menu button', { hasText: action }).click();
  }

  texts(who) {
    return this.pane(who).locator('.words').allInnerTexts();
  }
}
