/** The updates that the page has received, in the order of the game. */

const RANK = { public: 0, you: 1, spectators: 2 };

const before = (a, b) => a.pos - b.pos || RANK[a.stream] - RANK[b.stream] || a.seq - b.seq;

/** The updates of up to three streams in one list, each stream without holes. */
export class Timeline {
  #last = { public: 0, you: 0, spectators: 0 };
  #updates = [];

  /** The `seq` of the newest update of each stream. */
  get cursors() {
    return { ...this.#last };
  }

  /** All updates, oldest first: `{stream, seq, pos, at, events}`. */
  get updates() {
    return this.#updates;
  }

  /** Skips updates that the server does not keep any more. */
  skip(stream, seq) {
    this.#last[stream] = Math.max(this.#last[stream], seq);
  }

  /**
   * Takes the updates that follow without a hole and returns them, oldest first. It ignores known ones, and those behind a
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
