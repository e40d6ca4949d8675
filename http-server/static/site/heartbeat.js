/** A connection that said nothing for this time is asked whether it lives. */
const SILENCE_MS = 25_000;
/** A connection that then says nothing for this time does not. */
const ANSWER_MS = 5_000;

/**
 * Notices a connection that is there for the browser only: a line that swallows everything is never closed by anyone.
 * `ask()` sends something that is answered, `dead()` is told that no answer came.
 */
export class Heartbeat {
  #ask;
  #dead;
  #env;
  #timer = null;
  #asked = false;

  constructor({ ask, dead }, env) {
    this.#ask = ask;
    this.#dead = dead;
    this.#env = env;
  }

  /** Something came, whatever it was. */
  heard() {
    this.stop();
    this.#timer = this.#env.setTimeout(() => this.check(), SILENCE_MS);
  }

  /** Asks now; not twice at once. */
  check() {
    if (this.#asked) return;
    this.stop();
    this.#asked = true;
    this.#timer = this.#env.setTimeout(this.#dead, ANSWER_MS);
    this.#ask();
  }

  /** There is no connection any more. */
  stop() {
    this.#asked = false;
    this.#env.clearTimeout(this.#timer);
  }
}
