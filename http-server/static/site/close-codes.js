const FIRST_MS = 500;
const LONGEST_MS = 30_000;
/** A server that restarts loses everyone at once: they come back spread over this time. */
const RESTART_SPREAD_MS = 3_000;
const PENALTY_MS = 30_000;

const NORMAL = 1000;
const TOO_MANY_FRAMES = 1008;
const RESTART = 1012;

/** Closes that trying again cannot mend, by what the page then shows. */
const ENDINGS = new Map([
  [NORMAL, "closed"],
  [4401, "ended"],
  [4403, "refused"],
  [4404, "not_found"],
]);

/** What a close code ends in, or `undefined` where the page connects again. */
export const endingOf = (code) => ENDINGS.get(code);

/**
 * How long to wait before trying again, in milliseconds: anything up to a bound that doubles
 * with each failure in a row ("full jitter"), so that many pages do not come back in step.
 */
export function delayAfter(code, failures, random = Math.random) {
  const bound = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(failures, 16));
  if (code === TOO_MANY_FRAMES) return PENALTY_MS + random() * bound;
  if (code === RESTART) return random() * Math.max(bound, RESTART_SPREAD_MS);
  return random() * bound;
}
