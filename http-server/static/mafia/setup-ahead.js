/**
 * Roles and rules as the host sees them: the server's set-up, and ahead of it the changes without an answer. Each change builds on the
 * last change, not on the last answer, so that two quick ones do not undo each other.
 *
 * A set-up is `{roles, options}`; `roles` are `null` where they follow the number of players.
 */
export class SetupAhead {
  #confirmed = null;
  /** Sent and not confirmed, the oldest first. */
  #sent = [];

  /** The set-up that the host sees. */
  get now() {
    return this.#sent.at(-1) ?? this.#confirmed;
  }

  /** Takes the server's set-up, which confirms the changes up to it. The same set-up again confirms nothing. */
  confirm(setup) {
    if (alike(this.#confirmed, setup)) return;
    this.#confirmed = setup;
    const at = this.#sent.findIndex((sent) => alike(sent, setup));
    this.#sent.splice(0, at + 1);
  }

  /** Makes a change and returns the whole set-up to send. Null where nothing would change: the server would not answer. */
  change({ roles = this.now.roles, options = {} }) {
    const next = { roles, options: { ...this.now.options, ...options } };
    if (alike(next, this.now)) return null;
    this.#sent.push(next);
    return next;
  }

  /** Drops all unconfirmed changes. */
  forget() {
    this.#sent = [];
  }
}

/** Deep equality; the order of keys does not matter. */
function alike(one, other) {
  if (one === null || other === null || typeof one !== "object" || typeof other !== "object") return one === other;
  const keys = Object.keys(one);
  return keys.length === Object.keys(other).length && keys.every((key) => alike(one[key], other[key]));
}
