/**
 * Messages of this tab that the server has not confirmed yet, in order.
 * An entry is `{id, body, at, state, reason}`; `state` is `waiting`, `sent` or `failed`.
 */
export class Outbox {
  #entries;
  #onChange;

  /** `onChange(entry)` after each change; `entry.state` is `gone` after its removal. */
  constructor(onChange, kept = []) {
    this.#onChange = onChange;
    // An entry that was sent before a reload may have arrived or not: its id makes sending it again safe.
    this.#entries = kept.map((entry) => ({ ...entry, state: entry.state === "failed" ? "failed" : "waiting" }));
  }

  /** All entries, oldest first. */
  get entries() {
    return [...this.#entries];
  }

  /** The entry to send now. One at a time, so that messages arrive in their order. */
  next() {
    if (this.#entries.some(({ state }) => state === "sent")) return undefined;
    return this.#entries.find(({ state }) => state === "waiting");
  }

  /** Whether an entry was sent and is not confirmed. */
  underWay(id) {
    return this.#entries.some((entry) => entry.id === id && entry.state === "sent");
  }

  add(id, body, at) {
    const entry = { id, body, at, state: "waiting", reason: null };
    this.#entries.push(entry);
    this.#onChange(entry);
  }

  sent(id) {
    this.#change(id, "sent");
  }

  failed(id, reason) {
    this.#change(id, "failed", reason);
  }

  /** Marks an entry to be sent again. */
  again(id) {
    this.#change(id, "waiting");
  }

  /** Marks all sent entries to be sent again, on a new connection. */
  allAgain() {
    for (const { id, state } of this.entries) if (state === "sent") this.again(id);
  }

  /** Removes a confirmed or discarded entry. False where it does not exist. */
  remove(id) {
    const entry = this.#entries.find((one) => one.id === id);
    if (!entry) return false;
    this.#entries = this.#entries.filter((one) => one !== entry);
    this.#onChange({ ...entry, state: "gone" });
    return true;
  }

  #change(id, state, reason = null) {
    const entry = this.#entries.find((one) => one.id === id);
    if (!entry) return;
    Object.assign(entry, { state, reason });
    this.#onChange(entry);
  }
}
