import { EventEmitter, on } from "node:events";

const PATIENCE_MS = 30_000;

/** The states and frames of a connection, in order. */
export class Seen {
  #news = new EventEmitter();
  #states = [];
  #frames = [];

  state(state) {
    this.#states.push(state);
    this.#news.emit("news");
  }

  frame(frame) {
    this.#frames.push(frame);
    this.#news.emit("news");
  }

  /** Waits for a state that no earlier call has returned, or passed over. */
  untilState(name) {
    return this.#take(this.#states, (state) => state.name === name, name);
  }

  /** Waits for a frame that no earlier call has returned, or passed over. */
  untilFrame(fits) {
    return this.#take(this.#frames, fits, fits);
  }

  async #take(list, fits, wanted) {
    const news = on(this.#news, "news", { signal: AbortSignal.timeout(PATIENCE_MS) });
    try {
      for (;;) {
        const at = list.findIndex(fits);
        if (at >= 0) return list.splice(0, at + 1).at(-1);
        await news.next();
      }
    } catch (error) {
      throw new Error(`not seen: ${wanted}; last: ${JSON.stringify([this.#states.at(-1), this.#frames.at(-1)])}`, { cause: error });
    }
  }
}
