/**
 * Roles and rules as the host has left them: what the table says, and ahead of it what is on its way there. Each change is made to the
 * last one, not to the last answer, so that two quick ones do not undo each other.
 *
 * A set-up is `{roles, options}`; `roles` are `null` where they follow the number of players.
 */
export class SetupAhead {
  #told = null;
  /** On their way, the oldest first. */
  #asked = [];

  /** What holds now, as far as this page can know. */
  get now() {
    return this.#asked.at(-1) ?? this.#told;
  }

  /** The table says what it has: what it was asked for up to there is not on its way any more. Saying the same again is no answer. */
  told(setup) {
    if (alike(this.#told, setup)) return;
    this.#told = setup;
    const at = this.#asked.findIndex((asked) => alike(asked, setup));
    this.#asked.splice(0, at + 1);
  }

  /** Makes a change, and gives all that is to be asked for; null where nothing would change: no answer would come. */
  change({ roles = this.now.roles, options = {} }) {
    const next = { roles, options: { ...this.now.options, ...options } };
    if (alike(next, this.now)) return null;
    this.#asked.push(next);
    return next;
  }

  /** Nothing is on its way any more. */
  forget() {
    this.#asked = [];
  }
}

/** The same, in whatever order it is written. */
function alike(one, other) {
  if (one === null || other === null || typeof one !== "object" || typeof other !== "object") return one === other;
  const keys = Object.keys(one);
  return keys.length === Object.keys(other).length && keys.every((key) => alike(one[key], other[key]));
}
