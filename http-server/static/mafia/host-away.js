/** So long the server keeps the table for a host who is not connected: `HOST_AWAY_MS` of `shared/mafia`. */
export const HOST_AWAY_MS = 15_000;

const browser = {
  setTimeout: (run, ms) => setTimeout(run, ms),
  clearTimeout: (timer) => clearTimeout(timer),
};

/** How long this page has seen a table without its host: who only loads the page again is back before anybody may take over. */
export class HostAway {
  #onOver;
  #env;
  /** The host who is not connected. */
  #who = null;
  #timer = null;
  /** Whether the host has been away so long that somebody else may be it. */
  over = false;

  /** `onOver()` is called when that time is over. */
  constructor(onOver, env = browser) {
    this.#onOver = onOver;
    this.#env = env;
  }

  /** Who is missing as host now, or null. */
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
