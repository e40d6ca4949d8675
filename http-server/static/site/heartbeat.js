/** After this silence the page pings the server. */
const SILENCE_MS = 25_000;
/** Without an answer in this time the connection is dead. */
const ANSWER_MS = 5_000;

/**
 * Detects a dead connection that the browser still holds open: a line that drops all packets is never closed.
 * `ask()` sends a ping, `dead()` is called where no answer comes.
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

  /** A frame came, of any type. */
  heard() {
    this.stop();
    this.#timer = this.#env.setTimeout(() => this.check(), SILENCE_MS);
  }

  /** Pings now, unless a ping is waiting for its answer. */
  check() {
    if (this.#asked) return;
    this.stop();
    this.#asked = true;
    this.#timer = this.#env.setTimeout(this.#dead, ANSWER_MS);
    this.#ask();
  }

  /** The connection is gone. */
  stop() {
    this.#asked = false;
    this.#env.clearTimeout(this.#timer);
  }
}
