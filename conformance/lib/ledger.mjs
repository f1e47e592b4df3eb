// Who said what to whom, and whether everyone has heard exactly that.

import assert from 'node:assert/strict';

/** Ledger keeps what a cast of clients must hear: each message once, and in each conversation in its order. */
export class Ledger {
  #cast = new Map();
  #groups = new Map();

  /** enlist adds a client, or gives a returning user his new one: what is owed to him from now on is a fresh page. */
  enlist(client, owed = []) {
    this.#cast.set(client.user, { client, owed: [...owed] });
  }
  client(user) {
    return this.#cast.get(user).client;
  }
  get users() {
    return [...this.#cast.keys()];
  }

  /** group says who is in a group. */
  group(id, members) {
    this.#groups.set(id, members);
  }

  /** say sends and notes who must hear it. It resolves when the server has acknowledged it. */
  async say(user, place, text) {
    this.note(user, place, text);
    return this.client(user).sendText(place, text);
  }

  /** note writes down what must be heard without sending it. */
  note(user, place, text) {
    const audience = place.peer !== undefined ? [place.peer] : this.#groups.get(place.group).filter((m) => m !== user);
    for (const to of audience) {
      const conv = place.peer !== undefined ? user : place.group;
      const chat = place.peer !== undefined ? 'peer' : 'group';
      this.#cast.get(to).owed.push({ chat, conv, from: user, text });
    }
  }

  /** owed returns what a user must have heard and, were he away, is to hear on return. */
  owed(user) {
    return [...this.#cast.get(user).owed];
  }

  /** heard waits until a user has heard all that is owed to him. */
  async heard(user, ms = 15000) {
    const { client, owed } = this.#cast.get(user);
    const missing = () => {
      const have = new Set(client.messages().map(key));
      return owed.filter((o) => !have.has(key(o)));
    };
    try {
      await client.heard.when('complete hearing', () => missing().length === 0, ms);
    } catch (e) {
      const lacks = missing().map((m) => `${m.from} to ${m.chat} ${m.conv}: ${m.text}`);
      throw new Error(`${user} did not hear ${lacks.length} of ${owed.length}: ${lacks.slice(0, 5).join('; ')}\n${e.message}`, { cause: e });
    }
  }

  /** all waits for everyone and then checks everyone's page. */
  async all(ms) {
    await Promise.all(this.users.map((u) => this.heard(u, ms)));
    for (const user of this.users) this.check(user);
  }

  /** check compares what a user has heard with what is owed: nothing twice, nothing more, nothing out of order. */
  check(user) {
    const { client, owed } = this.#cast.get(user);
    const heard = client.messages((m) => m.from !== user);
    const convs = new Set([...owed, ...heard].map((m) => `${m.chat} ${m.conv}`));
    for (const conv of convs) {
      const of = (list) => list.filter((m) => `${m.chat} ${m.conv}` === conv).map((m) => `${m.from}: ${m.text}`);
      assert.deepEqual(of(heard), of(owed), `what ${user} (${client.name}) heard in ${conv}`);
    }
  }
}

const key = (m) => JSON.stringify([m.chat, m.conv, m.from, m.text]);
