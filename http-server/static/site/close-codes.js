const FIRST_MS = 500;
const LONGEST_MS = 30_000;
/** After a restart all pages reconnect, spread over this time. */
const RESTART_SPREAD_MS = 3_000;
const PENALTY_MS = 30_000;

const NORMAL = 1000;
const TOO_MANY_FRAMES = 1008;
const RESTART = 1012;

/** Close codes after which a new connection cannot help, with the ending that the page shows. */
const ENDINGS = new Map([
  [NORMAL, "closed"],
  [4401, "ended"],
  [4403, "refused"],
  [4404, "not_found"],
]);

/** The ending of a close code, or `undefined` where the page connects again. */
export const endingOf = (code) => ENDINGS.get(code);

/**
 * The wait before the next try, in milliseconds: random up to a bound that doubles with each failure in a row
 * ("full jitter"), so that many pages do not come back at once.
 */
export function delayAfter(code, failures, random = Math.random) {
  const bound = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(failures, 16));
  if (code === TOO_MANY_FRAMES) return PENALTY_MS + random() * bound;
  if (code === RESTART) return random() * Math.max(bound, RESTART_SPREAD_MS);
  return random() * bound;
}
