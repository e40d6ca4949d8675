import { postMessage } from "./api.js";

/** A confirmation that has not come in this time is asked for over HTTP. */
const CONFIRM_MS = 8_000;
/** How long to keep still after the server said that it was too much. */
const PAUSE_MS = 3_000;

const timers = { setTimeout: (run, ms) => setTimeout(run, ms), clearTimeout: (timer) => clearTimeout(timer) };

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
  #timer = null;

  constructor({ code, outbox, socket, on, post = postMessage, env = timers }) {
    this.#code = code;
    this.#outbox = outbox;
    this.#socket = socket;
    this.#on = on;
    this.#post = post;
    this.#env = env;
  }

  /** The connection is up (again): everything unconfirmed is sent. */
  resume() {
    this.#outbox.allAgain();
    this.pump();
  }

  /** Sends the next entry, if it is its turn. */
  pump() {
    const entry = this.#outbox.next();
    if (!entry) return;
    const frame = { type: "message.send", body: entry.body, client_id: entry.id };
    if (this.#socket.send(frame)) this.#outbox.sent(entry.id);
    this.#after(CONFIRM_MS, () => this.#overHttp(entry.id, entry.body));
  }

  /** The server has it. */
  confirmed(id) {
    if (this.#outbox.remove(id)) this.pump();
  }

  /** The server refused it. */
  refused(id, reason) {
    if (reason === "rate_limited") {
      this.#outbox.again(id);
      this.#after(PAUSE_MS, () => this.pump());
      return;
    }
    this.#outbox.failed(id, reason);
    this.pump();
  }

  /** The person asks to send it again. */
  retry(id) {
    this.#outbox.again(id);
    this.pump();
  }

  async #overHttp(id, body) {
    if (!this.#outbox.entries.some((entry) => entry.id === id && entry.state !== "failed")) {
      this.pump();
      return;
    }
    const silent = this.#outbox.underWay(id);
    try {
      this.#on.stored(await this.#post(this.#code, body, id));
      if (silent) this.#on.mute();
    } catch (error) {
      // No answer at all is no refusal: like a pause, it is tried again.
      this.refused(id, error.status === 0 ? "rate_limited" : error.code);
    }
  }

  #after(ms, run) {
    this.#env.clearTimeout(this.#timer);
    this.#timer = this.#env.setTimeout(run, ms);
  }
}
