/** The defaults: a dead connection is detected within 30 s. */
export const HEARTBEAT = {
  /** The frame that asks the server for an answer. */
  ping: { type: "ping" },
  /** Whether a frame is the answer to a ping, and nothing else. */
  isPong: (frame) => frame?.type === "pong",
  /** After this silence the client pings the server. */
  silenceMs: 25_000,
  /** Without an answer in this time the connection is dead. */
  answerMs: 5_000,
};

/**
 * Detects a dead connection that the browser still holds open: a line that drops all packets is never closed.
 * A browser answers the server's own pings without telling the page, so the page pings too.
 * `ask()` sends a ping, `dead()` is called where no answer comes.
 */
export class Heartbeat {
  #ask;
  #dead;
  #env;
  #silenceMs;
  #answerMs;
  #timer = null;
  #asked = false;

  constructor({ ask, dead, silenceMs = HEARTBEAT.silenceMs, answerMs = HEARTBEAT.answerMs }, env) {
    this.#ask = ask;
    this.#dead = dead;
    this.#silenceMs = silenceMs;
    this.#answerMs = answerMs;
    this.#env = env;
  }

  /** A message came, of any type. */
  heard() {
    this.stop();
    this.#timer = this.#env.setTimeout(() => this.check(), this.#silenceMs);
  }

  /** Pings now, unless a ping is waiting for its answer. */
  check() {
    if (this.#asked) return;
    this.stop();
    this.#asked = true;
    this.#timer = this.#env.setTimeout(this.#dead, this.#answerMs);
    this.#ask();
  }

  /** The connection is gone. */
  stop() {
    this.#asked = false;
    this.#env.clearTimeout(this.#timer);
  }
}

/** The heartbeat of a server that answers no pings. */
export const NO_HEARTBEAT = { heard() {}, check() {}, stop() {} };
