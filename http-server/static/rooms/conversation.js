/** Above this many missed messages the page loads only the newest ones. */
const TOO_FAR_BEHIND = 400;

/**
 * The messages of a room that the page has, from `first` to `last` without holes.
 * A message beyond a hole waits until the messages in between have been fetched.
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

  /** Whether so many messages are missing that the page loads the newest ones instead. */
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

  /** Adds a message from the socket or from HTTP. A known one changes nothing. */
  receive(message) {
    if (this.loaded && message.seq <= this.last) return;
    this.#ahead.set(message.seq, message);
    this.#takeWaiting();
    if (this.loaded && this.#ahead.size > 0) this.#on.hole();
  }

  /** Adds messages before the first one. */
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
