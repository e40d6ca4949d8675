import { delayAfter } from "./close-codes.js";

const NO_ANSWER = 1006;

/** Does something again later, at most one time at once, less and less often. */
export class Retry {
  #run;
  #timer = null;
  #failures = 0;

  constructor(run) {
    this.#run = run;
  }

  /** It failed: once more, after a while. */
  later() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#run, delayAfter(NO_ANSWER, this.#failures + 1));
    this.#failures += 1;
  }

  /** It went well, or is not wanted any more. */
  stop() {
    clearTimeout(this.#timer);
    this.#failures = 0;
  }
}
