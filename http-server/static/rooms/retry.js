import { delayAfter } from "../client/index.js";

const NO_ANSWER = 1006;

/**
 * Repeats a request after a delay that grows with each failure, one at a time.
 * The delay is random, since one cause makes all pages ask.
 */
export class Retry {
  #run;
  #timer = null;
  #failures = 0;
  #stopped = false;
  #spread;

  /** `spread()` returns the time over which all pages spread their requests, in milliseconds, or `null`. */
  constructor(run, spread = () => null) {
    this.#run = run;
    this.#spread = spread;
  }

  /** Schedules a try after a failure or a missed event. */
  later() {
    if (this.#stopped) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#run, delayAfter(NO_ANSWER, this.#failures + 1, Math.random, this.#spread()));
    this.#failures += 1;
  }

  /** Resets the delay after a success. A try that is scheduled already stays. */
  succeeded() {
    this.#failures = 0;
  }

  /** Cancels all tries, for good. */
  stop() {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }
}
