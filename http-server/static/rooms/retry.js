import { delayAfter } from "../site/close-codes.js";

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

  constructor(run) {
    this.#run = run;
  }

  /** Schedules a try after a failure or a missed event. */
  later() {
    if (this.#stopped) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#run, delayAfter(NO_ANSWER, this.#failures + 1));
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
