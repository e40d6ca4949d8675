import { postMessage } from "./api.js";

/** A confirmation that has not come in this time is asked for over HTTP. */
const CONFIRM_MS = 8_000;
/** How long to keep still after the server said that it was too much, or did not say anything. */
const PAUSE_MS = 3_000;
/** No answer at all, or a proxy's word that it got none: nobody has refused anything. */
const NOT_ANSWERED = new Set([0, 502, 503, 504]);

const clock = {
  setTimeout: (run, ms) => setTimeout(run, ms),
  clearTimeout: (timer) => clearTimeout(timer),
  now: () => Date.now(),
};

/**
 * Brings an outbox to the server: over the socket, and over HTTP where the socket does not confirm.
 * `on.stored(message)` gets what HTTP confirmed, `on.mute()` tells that the socket failed to.
 */
export class Sender {
  #code;
  #outbox;
  #socket;
  #on;
  #post;
  #env;
  /** Runs while a confirmation is waited for, or a pause to end. */
  #timer = null;
  /** The entry whose confirmation is waited for, from the socket or from HTTP. */
  #awaited = null;
  /** How long a socket that is not there is waited for before HTTP is used; none once HTTP has shown that it works. */
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

  /** The connection is up (again): everything unconfirmed is sent. */
  resume() {
    this.#patience = CONFIRM_MS;
    this.#outbox.allAgain();
    this.#rest();
    this.pump();
  }

  /** Sends the next entry, if it is its turn. */
  pump() {
    // Words that follow wait for those before them, and do not put off what those are waiting for.
    if (this.#stopped || this.#timer !== null || this.#awaited !== null) return;
    const entry = this.#outbox.next();
    if (!entry) return;
    const pause = this.#pausedUntil - this.#env.now();
    if (pause > 0) this.#after(pause, () => this.pump());
    else this.#send(entry);
  }

  /** The server has it. */
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

  /** The person asks to send it again. */
  retry(id) {
    this.#outbox.again(id);
    this.pump();
  }

  /** Sends and reports nothing any more: the room has ended here. */
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
    // Before the next entry's turn: it is not to go the way that this one was lost on.
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
