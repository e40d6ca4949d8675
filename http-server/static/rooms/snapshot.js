/**
 * Fetches a whole that events change all the while. `version()` changes with every event: what was fetched may be older
 * than an event that came meanwhile, and must not undo it. Resolves to `null` then: it is to be fetched again.
 */
export async function snapshot(fetch, version) {
  const asked = version();
  const whole = await fetch();
  return version() === asked ? whole : null;
}
