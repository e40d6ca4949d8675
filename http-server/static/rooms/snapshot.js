/**
 * Fetches a state that events change meanwhile. `version()` changes with every event. A state that may be older than
 * such an event must not undo it: then this resolves to `null`, and the caller fetches again.
 */
export async function snapshot(fetch, version) {
  const asked = version();
  const whole = await fetch();
  return version() === asked ? whole : null;
}
