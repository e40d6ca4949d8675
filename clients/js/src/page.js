/** A user that was away for longer than this has come back; a shorter absence is ignored. */
const AWAY_MS = 5_000;
/** How often the page compares the clock with its timer. */
const TICK_MS = 5_000;
/** A timer that is late by more than this has slept with its machine. */
const ASLEEP_MS = 10_000;

const browser = {
  window: globalThis,
  document: globalThis.document,
  now: () => Date.now(),
  setTimeout: (run, ms) => setTimeout(run, ms),
  clearTimeout: (timer) => clearTimeout(timer),
};

/**
 * Connects a connection to the page's events: visible again, network back, machine awake, page left, page restored by the "back" button.
 * `onReturn()` is called where the user has come back and may have missed something.
 * `reachable()` resolves to whether the server answers; without it a ping decides. Returns a function that ends it.
 */
export function followPage(connection, { onReturn = () => {}, reachable = null } = {}, env = browser) {
  const { window, document } = env;
  const end = new AbortController();
  const listen = (target, name, handler) => target.addEventListener(name, handler, { signal: end.signal });
  let left = env.now();
  const back = () => {
    connection.wake();
    onReturn();
  };
  const visible = () => document.visibilityState === "visible";
  listen(window, "online", back);
  listen(window, "offline", async () => {
    // Offline does not mean unreachable: a server on the same machine still answers.
    if (!reachable) connection.wake();
    else if (!(await reachable()) && !end.signal.aborted) connection.unreachable();
  });
  listen(document, "visibilitychange", () => visible() && back());
  listen(window, "blur", () => (left = env.now()));
  listen(window, "focus", () => {
    // Another window may have lain over this one: browsers call that visible.
    if (env.now() - left > AWAY_MS) back();
  });
  listen(window, "pagehide", () => connection.stop());
  listen(window, "pageshow", ({ persisted }) => persisted && connection.start());
  watchForSleep(env, end.signal, () => visible() && back());
  return () => end.abort();
}

/** Calls `awake` where the machine slept: no event says so to a page that stayed visible, and its timers stood still. */
function watchForSleep(env, signal, awake) {
  let timer;
  const tick = () => {
    const due = env.now() + TICK_MS;
    timer = env.setTimeout(() => {
      if (env.now() - due > ASLEEP_MS) awake();
      tick();
    }, TICK_MS);
  };
  signal.addEventListener("abort", () => env.clearTimeout(timer));
  tick();
}
