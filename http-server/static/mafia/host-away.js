/** The server keeps the table this long for a disconnected host: `HOST_AWAY_MS` of `shared/mafia`. */
export const HOST_AWAY_MS = 15_000;

const browser = {
  setTimeout: (run, ms) => setTimeout(run, ms),
  clearTimeout: (timer) => clearTimeout(timer),
};

/** Measures how long the host has been away. A host who reloads the page is back before another player may take over. */
export class HostAway {
  #onOver;
  #env;
  /** The disconnected host. */
  #who = null;
  #timer = null;
  /** Whether another player may become the host. */
  over = false;

  /** `onOver()` is called when that time is over. */
  constructor(onOver, env = browser) {
    this.#onOver = onOver;
    this.#env = env;
  }

  /** Takes the disconnected host, or null. */
  see(missing) {
    if (missing === this.#who) return;
    this.#env.clearTimeout(this.#timer);
    this.#who = missing;
    this.over = false;
    if (missing !== null) this.#timer = this.#env.setTimeout(() => this.#end(), HOST_AWAY_MS);
  }

  #end() {
    this.over = true;
    this.#onOver();
  }
}
