const FIRST_MS = 500;
const LONGEST_MS = 30_000;
/** The spread after a restart, where the server has named none. */
const RESTART_SPREAD_MS = 3_000;
/** A server cannot keep a client away for longer than this. */
const WIDEST_SPREAD_MS = 60_000;
const PENALTY_MS = 30_000;

/** The connection was closed on purpose. */
export const NORMAL = 1000;
/** The connection was lost without a close frame. */
export const LOST = 1006;
const TOO_MANY_FRAMES = 1008;
const RESTART = 1012;
/** The server has no room at the moment. */
export const TRY_AGAIN = 1013;
/** No session, or it has ended. */
export const SIGNED_OUT = 4401;
/** The socket token is refused: a new one may be accepted. */
export const TOKEN_REFUSED = 4498;

/** Close codes after which a new connection cannot help, with the name of the state that each leads to. */
export const ENDINGS = { [NORMAL]: "closed", [SIGNED_OUT]: "ended", 4403: "refused", 4404: "not_found" };

/** The ending of a close code, or `undefined` where the client connects again. */
export const endingOf = (code, endings = ENDINGS) => endings[code];

/**
 * The wait before the next try, in milliseconds: random up to a bound that doubles with each failure in a row
 * ("full jitter"), so that many clients do not come back at once. The bound is at least `spread`, which the server names by the
 * number of its sockets: one lost process sends all its clients away at the same moment.
 */
export function delayAfter(code, failures, random = Math.random, spread = null) {
  const doubled = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(failures, 16));
  const bound = Math.max(doubled, spread ?? (code === RESTART ? RESTART_SPREAD_MS : 0));
  return code === TOO_MANY_FRAMES ? PENALTY_MS + random() * bound : random() * bound;
}

/**
 * The wait that a `busy` frame names, in milliseconds: random between its two bounds, at most a minute. `null` where it names none.
 * The server counts on it: it has promised each client another time.
 */
export function turnOf({ reconnect_after_ms: after, reconnect_within_ms: within }, random = Math.random) {
  if (!Number.isFinite(after) || !Number.isFinite(within) || after < 0 || within < after) return null;
  return Math.min(after + random() * (within - after), WIDEST_SPREAD_MS);
}

/** The spread that a first frame names in `reconnect_within_ms`, in milliseconds; `null` where it names none. */
export function spreadOf(frame) {
  const ms = frame?.reconnect_within_ms;
  return Number.isFinite(ms) && ms >= 0 ? Math.min(ms, WIDEST_SPREAD_MS) : null;
}
