/** A "typing" that is not renewed ends after this time. */
const FORGET_MS = 6_000;
/** A client renews its "typing" at most this often (docs/protocol.md). */
const RENEW_MS = 3_000;

const clock = {
  setTimeout: (run, ms) => setTimeout(run, ms),
  clearTimeout: (timer) => clearTimeout(timer),
  now: () => Date.now(),
};

/** The other users that are typing. `onChange(ids)` after each change. */
export class OthersTyping {
  #timers = new Map();
  #onChange;
  #env;

  constructor(onChange, env = clock) {
    this.#onChange = onChange;
    this.#env = env;
  }

  set(id, on) {
    const timer = this.#timers.get(id);
    if (timer === undefined && !on) return;
    this.#env.clearTimeout(timer);
    this.#timers.delete(id);
    if (on) this.#timers.set(id, this.#env.setTimeout(() => this.set(id, false), FORGET_MS));
    this.#onChange([...this.#timers.keys()]);
  }

  clear() {
    for (const id of [...this.#timers.keys()]) this.set(id, false);
  }
}

/** Sends that the user types, at most once in `RENEW_MS`. `send(on)` sends it. */
export class OwnTyping {
  #send;
  #env;
  #on = false;
  #since = -Infinity;
  #later = null;

  constructor(send, env = clock) {
    this.#send = send;
    this.#env = env;
  }

  /** The text has changed. */
  input(text) {
    if (text.trim() === "") {
      this.done();
      return;
    }
    const wait = this.#since + RENEW_MS - this.#env.now();
    if (wait <= 0) this.#tell();
    // A new draft right after a sent message: the others do not know of it yet.
    else if (!this.#on && this.#later === null) this.#later = this.#env.setTimeout(() => this.#tell(), wait);
  }

  /** The message was sent, or the field was emptied or left. */
  done() {
    this.#forget();
    if (!this.#on) return;
    this.#on = false;
    this.#send(false);
  }

  #tell() {
    this.#forget();
    this.#since = this.#env.now();
    this.#on = true;
    this.#send(true);
  }

  #forget() {
    this.#env.clearTimeout(this.#later);
    this.#later = null;
  }
}
