/** What somebody has been told, in the order in which it happened. */

const RANK = { public: 0, you: 1, spectators: 2 };

const before = (a, b) => a.pos - b.pos || RANK[a.stream] - RANK[b.stream] || a.seq - b.seq;

/** The updates of up to three streams as one list, each stream without holes. */
export class Timeline {
  #last = { public: 0, you: 0, spectators: 0 };
  #updates = [];

  /** The newest update of each stream that is here. */
  get cursors() {
    return { ...this.#last };
  }

  /** All updates, oldest first: `{stream, seq, pos, at, events}`. */
  get updates() {
    return this.#updates;
  }

  /** What was told before this page can be told it: nobody keeps it any more. */
  skip(stream, seq) {
    this.#last[stream] = Math.max(this.#last[stream], seq);
  }

  /**
   * Takes what follows without a hole and returns it, oldest first; what is here already is left aside, and so is everything behind a
   * hole.
   */
  take(stream, updates) {
    const taken = [];
    for (const update of updates) {
      if (update.seq !== this.#last[stream] + 1) continue;
      this.#last[stream] = update.seq;
      const entry = { stream, ...update };
      taken.push(entry);
      this.#insert(entry);
    }
    return taken;
  }

  #insert(entry) {
    let at = this.#updates.length;
    while (at > 0 && before(entry, this.#updates[at - 1]) < 0) at -= 1;
    this.#updates.splice(at, 0, entry);
  }
}
