import { delayAfter } from "../site/close-codes.js";

const NO_ANSWER = 1006;

/**
 * Does something later, at most one time at once; where it fails again and again, less and less often.
 * "Later" is a different moment in each page: what makes one page ask makes all of them ask.
 */
export class Retry {
  #run;
  #timer = null;
  #failures = 0;
  #stopped = false;

  constructor(run) {
    this.#run = run;
  }

  /** It failed, or something was missed: after a while. */
  later() {
    if (this.#stopped) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#run, delayAfter(NO_ANSWER, this.#failures + 1));
    this.#failures += 1;
  }

  /** It went well. What has been put off since then is still to be done. */
  succeeded() {
    this.#failures = 0;
  }

  /** Never again. */
  stop() {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }
}
