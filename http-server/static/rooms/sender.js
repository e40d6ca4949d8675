import { postMessage } from "./api.js";

/** Without a confirmation in this time, the message goes over HTTP. */
const CONFIRM_MS = 8_000;
/** The pause after a refusal for the rate, or after no answer. */
const PAUSE_MS = 3_000;
/** No answer, or a proxy's status for none: the server has not refused the message. */
const NOT_ANSWERED = new Set([0, 502, 503, 504]);

const clock = {
  setTimeout: (run, ms) => setTimeout(run, ms),
  clearTimeout: (timer) => clearTimeout(timer),
  now: () => Date.now(),
};

/**
 * Sends the outbox over the socket, and over HTTP where the socket does not confirm.
 * `on.stored(message)` is called for a confirmation over HTTP, `on.mute()` where the socket sent none.
 */
export class Sender {
  #code;
  #outbox;
  #socket;
  #on;
  #post;
  #env;
  /** Runs while the sender waits for a confirmation or for the end of a pause. */
  #timer = null;
  /** The entry that waits for a confirmation, from the socket or from HTTP. */
  #awaited = null;
  /** How long the sender waits for a missing socket before it uses HTTP; 0 once HTTP has worked. */
  #patience = CONFIRM_MS;
  #pausedUntil = -Infinity;
  #stopped = false;

  constructor({ code, outbox, socket, on, post = postMessage, env = clock }) {
    this.#code = code;
    this.#outbox = outbox;
    this.#socket = socket;
    this.#on = on;
    this.#post = post;
    this.#env = env;
  }

  /** Sends all unconfirmed entries on a new connection. */
  resume() {
    this.#patience = CONFIRM_MS;
    this.#outbox.allAgain();
    this.#rest();
    this.pump();
  }

  /** Sends the next entry, if it is its turn. */
  pump() {
    // Later messages wait for earlier ones, and do not restart their timer.
    if (this.#stopped || this.#timer !== null || this.#awaited !== null) return;
    const entry = this.#outbox.next();
    if (!entry) return;
    const pause = this.#pausedUntil - this.#env.now();
    if (pause > 0) this.#after(pause, () => this.pump());
    else this.#send(entry);
  }

  /** The server has stored it. */
  confirmed(id) {
    if (this.#outbox.remove(id)) this.#next(id);
  }

  /** The server refused it. */
  refused(id, reason) {
    if (reason === "rate_limited") {
      this.#pause(id);
      return;
    }
    this.#outbox.failed(id, reason);
    this.#next(id);
  }

  /** The user asks to send it again. */
  retry(id) {
    this.#outbox.again(id);
    this.pump();
  }

  /** Stops for good: the room has ended on this page. */
  stop() {
    this.#stopped = true;
    this.#rest();
  }

  #send({ id, body }) {
    this.#awaited = id;
    const sent = this.#socket.send({ type: "message.send", body, client_id: id });
    if (sent) this.#outbox.sent(id);
    const wait = sent ? CONFIRM_MS : this.#patience;
    if (wait > 0) this.#after(wait, () => this.#overHttp(id, body));
    else this.#overHttp(id, body);
  }

  async #overHttp(id, body) {
    const silent = this.#outbox.underWay(id);
    let message;
    try {
      message = await this.#post(this.#code, body, id);
    } catch (error) {
      if (!this.#stopped) this.#notStored(id, error);
      return;
    }
    if (this.#stopped) return;
    this.#patience = 0;
    // Before the next entry, which must not use the broken socket.
    if (silent) this.#on.mute();
    this.#on.stored(message);
    this.confirmed(id);
  }

  #notStored(id, { status, code }) {
    if (NOT_ANSWERED.has(status)) this.#pause(id);
    else this.refused(id, code);
  }

  #pause(id) {
    this.#pausedUntil = this.#env.now() + PAUSE_MS;
    this.#outbox.again(id);
    this.#next(id);
  }

  #next(id) {
    if (this.#awaited === id) this.#rest();
    this.pump();
  }

  #after(ms, run) {
    this.#timer = this.#env.setTimeout(() => {
      this.#timer = null;
      run();
    }, ms);
  }

  #rest() {
    this.#env.clearTimeout(this.#timer);
    this.#timer = null;
    this.#awaited = null;
  }
}
