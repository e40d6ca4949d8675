/** Above this many missed messages the newest are loaded afresh: nobody reads them all before going on. */
const TOO_FAR_BEHIND = 400;

/**
 * The messages of a room that are known, without holes: from `first` to `last`.
 * What comes ahead of its turn waits until what lies between has been fetched.
 */
export class Conversation {
  #ahead = new Map();
  #on;

  /** `on.restart(messages)`, `on.append(message)`, `on.prepend(messages)`, `on.hole()`. */
  constructor(on) {
    this.#on = on;
    this.loaded = false;
    this.first = 1;
    this.last = 0;
    this.more = false;
  }

  /** Whether so much was missed that it is better to begin again. */
  tooFarBehind(newest) {
    return newest - this.last > TOO_FAR_BEHIND;
  }

  /** Begins with the newest messages; `more` where there are earlier ones. */
  restart(messages, more) {
    this.loaded = true;
    this.more = more;
    this.first = messages.at(0)?.seq ?? 1;
    this.last = messages.at(-1)?.seq ?? 0;
    this.#on.restart(messages);
    this.#takeWaiting();
    if (this.#ahead.size > 0) this.#on.hole();
  }

  /** Takes a message in, from the socket or fetched; one that is known already changes nothing. */
  receive(message) {
    if (this.loaded && message.seq <= this.last) return;
    this.#ahead.set(message.seq, message);
    this.#takeWaiting();
    if (this.loaded && this.#ahead.size > 0) this.#on.hole();
  }

  /** Takes in messages that lie before the first one. */
  prepend(messages, more) {
    const earlier = messages.filter(({ seq }) => seq < this.first);
    this.more = more;
    if (earlier.length === 0) return;
    this.first = earlier[0].seq;
    this.#on.prepend(earlier);
  }

  #takeWaiting() {
    if (!this.loaded) return;
    for (const seq of this.#ahead.keys()) if (seq <= this.last) this.#ahead.delete(seq);
    for (let next; (next = this.#ahead.get(this.last + 1)); ) {
      this.#ahead.delete(next.seq);
      this.last = next.seq;
      this.#on.append(next);
    }
  }
}
