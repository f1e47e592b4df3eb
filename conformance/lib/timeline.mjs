// What a client has heard, in order, and waiting for what it has not heard yet.

/** Timeline collects what one client hears. Waiting is by event: nothing here polls. */
export class Timeline {
  #heard = [];
  #waiting = new Set();
  #whose;

  constructor(whose) {
    this.#whose = whose;
  }

  /** add notes one thing heard; it has a kind. */
  add(event) {
    this.#heard.push(event);
    for (const w of [...this.#waiting]) w();
  }

  /** all returns what was heard and matches, in the order it was heard. */
  all(match = () => true) {
    return this.#heard.filter(match);
  }

  /**
   * until waits for the first event that matches, past or to come, and names what was missing when it does not come.
   */
  until(what, match, ms = 15000) {
    return this.when(what, (heard) => heard.find(match), ms);
  }

  /** when waits until a question about all that was heard has an answer. */
  when(what, question, ms = 15000) {
    const now = question(this.#heard);
    if (now) return Promise.resolve(now);
    return new Promise((resolve, reject) => {
      const look = () => {
        const answer = question(this.#heard);
        if (!answer) return;
        clearTimeout(timer);
        this.#waiting.delete(look);
        resolve(answer);
      };
      const timer = setTimeout(() => {
        this.#waiting.delete(look);
        reject(new Error(`${this.#whose}: no ${what} within ${ms} ms; heard ${this.#tail()}`));
      }, ms);
      this.#waiting.add(look);
    });
  }

  #tail() {
    if (this.#heard.length === 0) return 'nothing';
    const last = this.#heard.slice(-8).map((e) => JSON.stringify(e).slice(0, 300));
    return `${this.#heard.length} events, the last:\n  ${last.join('\n  ')}`;
  }
}

/** within rejects with a sentence when a promise does not settle in time. */
export function within(ms, what, promise) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what}: nothing within ${ms} ms`)), ms);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
