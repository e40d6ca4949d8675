import { uuid } from "../site/ids.js";
import { recall, remember } from "../site/storage.js";

/** Lines on their way: sent one after another, each until it has come back, so that none is said twice or out of order. */
export class Outbox {
  #key;
  #lines;
  #sent = null;
  #send;

  /** `send(line)` gives whether there was a connection. */
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

  /** It came back, or was refused: the next one goes. Returns it. */
  settle(id) {
    const at = this.#lines.findIndex((line) => line.id === id);
    if (at < 0) return null;
    const [line] = this.#lines.splice(at, 1);
    if (this.#sent === id) this.#sent = null;
    this.#keep();
    this.pump();
    return line;
  }

  /** A new connection: what was sent on the old one is sent again, under its own id. */
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
