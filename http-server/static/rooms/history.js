import { fetchMessages } from "./api.js";

const PAGE = 50;
const CATCH_UP_PAGE = 200;

/** Fetches the messages that a conversation lacks. */
export class History {
  #code;
  #conversation;
  #fetch;
  #target = 0;
  #running = null;
  #stopped = false;

  constructor(code, conversation, fetch = fetchMessages) {
    this.#code = code;
    this.#conversation = conversation;
    this.#fetch = fetch;
  }

  /**
   * Fetches all messages up to `newest`, or all newer ones without it. A call during a run makes it fetch once more where
   * needed, since a message may have come after the running request was answered.
   * Rejects with the request's error.
   */
  catchUp(newest = Infinity) {
    this.#target = Math.max(this.#target, newest);
    this.#running ??= this.#run().finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  /** Fetches a page of earlier messages. */
  async older() {
    if (this.#stopped) return;
    const { messages, more } = await this.#fetch(this.#code, { before: this.#conversation.first, limit: PAGE });
    if (!this.#stopped) this.#conversation.prepend(messages, more);
  }

  /** Fetches nothing more, and drops running answers: the room has ended on this page. */
  stop() {
    this.#stopped = true;
  }

  async #run() {
    const conversation = this.#conversation;
    while (!this.#stopped && (!conversation.loaded || this.#target > conversation.last)) {
      const target = this.#target;
      this.#target = 0;
      const afresh = !conversation.loaded || (target < Infinity && conversation.tooFarBehind(target));
      await (afresh ? this.#begin() : this.#follow());
    }
  }

  async #begin() {
    const { messages, more } = await this.#fetch(this.#code, { limit: PAGE });
    if (!this.#stopped) this.#conversation.restart(messages, more);
  }

  async #follow() {
    for (let more = true; more; ) {
      const after = this.#conversation.last;
      const page = await this.#fetch(this.#code, { after, limit: CATCH_UP_PAGE });
      if (this.#stopped) return;
      page.messages.forEach((message) => this.#conversation.receive(message));
      // A page without anything new ends it, since the same request would bring the same answer.
      more = page.more && this.#conversation.last > after;
    }
  }
}
