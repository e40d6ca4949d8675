/**
 * Values that this tab keeps until it is closed. Where the browser refuses storage,
 * nothing is kept and all else works.
 */
export function recall(key) {
  try {
    return JSON.parse(sessionStorage.getItem(key));
  } catch {
    return null;
  }
}

/** Remembers a value; `null` forgets it. */
export function remember(key, value) {
  try {
    if (value === null) sessionStorage.removeItem(key);
    else sessionStorage.setItem(key, JSON.stringify(value));
  } catch {
    // Refused or full: see above.
  }
}
