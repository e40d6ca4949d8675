import { uuid } from "../site/ids.js";
import { recall, remember } from "../site/storage.js";

/** Unconfirmed lines. Each is sent after the one before it is confirmed, so that none is doubled or out of order. */
export class LineQueue {
  #key;
  #lines;
  #sent = null;
  #send;

  /** `send(line)` returns whether there was a connection. */
  constructor(key, send) {
    this.#key = key;
    this.#send = send;
    this.#lines = recall(key) ?? [];
  }

  get lines() {
    return this.#lines;
  }

  add(channel, text) {
    this.#lines.push({ id: uuid(), channel, text });
    this.#keep();
    this.pump();
  }

  /** Removes and returns a line that was confirmed or refused, and sends the next one. */
  settle(id) {
    const at = this.#lines.findIndex((line) => line.id === id);
    if (at < 0) return null;
    const [line] = this.#lines.splice(at, 1);
    if (this.#sent === id) this.#sent = null;
    this.#keep();
    this.pump();
    return line;
  }

  /** Sends an unconfirmed line again on a new connection, under the same id. */
  resume() {
    this.#sent = null;
    this.pump();
  }

  pump() {
    const [line] = this.#lines;
    if (line && this.#sent === null && this.#send(line)) this.#sent = line.id;
  }

  #keep() {
    remember(this.#key, this.#lines.length > 0 ? this.#lines : null);
  }
}
