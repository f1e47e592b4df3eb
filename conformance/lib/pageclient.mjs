// A client that lives in a page: what the WebIM and the ZIM drivers have in common.

import { Timeline, within } from './timeline.mjs';

/** kindOf says whether a place is a peer, a group or a room, and which. */
export function kindOf(place) {
  for (const kind of ['peer', 'group', 'room']) {
    if (place[kind] !== undefined) return [kind, place[kind]];
  }
  throw new Error(`no place: ${JSON.stringify(place)}`);
}

/** PageClient drives window.client of a page. Its device keeps its storage from one page to the next. */
export class PageClient {
  constructor(name, user, browser, scripts) {
    this.name = name;
    this.user = user;
    this.browser = browser;
    this.scripts = scripts;
    this.heard = new Timeline(`${user} (${name})`);
  }

  /** start opens the page; a device of an earlier client may be gone on with. */
  async start(device) {
    const opened = await this.browser.open(this.scripts, (event) => this.heard.add(event), { context: device, tap: this.tap });
    Object.assign(this, opened);
  }

  /** do calls window.client in the page. */
  async do(method, ...args) {
    try {
      return await within(30000, `${this.user} (${this.name}): ${method}`,
        this.page.evaluate(([m, a]) => window.client[m](...a), [method, args]));
    } catch (e) {
      const text = String(e.message).replace(/^page\.evaluate: /, '').split('\n    at ')[0];
      throw new Error(`${this.user} (${this.name}): ${text}`, { cause: e });
    }
  }

  sendText(place, text, more) {
    return this.do('sendText', ...kindOf(place), text, more);
  }
  history(place, limit = 50) {
    return this.do('history', ...kindOf(place), limit);
  }
  createGroup(name, members) {
    return this.do('createGroup', name, members);
  }
  joinRoom(id) {
    return this.do('joinRoom', id);
  }
  call(method, ...args) {
    return this.do('call', method, ...args);
  }

  /** messages returns the texts heard, oldest first. */
  messages(match = () => true) {
    return this.heard.all((e) => e.kind === 'message' && match(e));
  }

  /** leave closes the page as a user closes a tab: nothing is said. The device keeps what it stored. */
  async leave() {
    await this.page.close();
    return this.device;
  }

  /** close logs out and forgets the device. */
  async close() {
    await this.do('close').catch(() => {});
    await this.device?.close().catch(() => {});
  }
}
