import { fetchMessages } from "./api.js";

const PAGE = 50;
const CATCH_UP_PAGE = 200;

/** Fetches what a conversation lacks. */
export class History {
  #code;
  #conversation;
  #fetch;
  #newest = 0;
  #running = null;
  #wanted = false;

  constructor(code, conversation, fetch = fetchMessages) {
    this.#code = code;
    this.#conversation = conversation;
    this.#fetch = fetch;
  }

  /**
   * Fetches until nothing is missing. Called while it runs, it goes round once more: what was missed
   * after the running request was answered is asked for too. Rejects with the request's error.
   */
  catchUp(newest = 0) {
    this.#newest = Math.max(this.#newest, newest);
    this.#wanted = true;
    this.#running ??= this.#run().finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  /** Fetches a page of earlier messages. */
  async older() {
    const { messages, more } = await this.#fetch(this.#code, { before: this.#conversation.first, limit: PAGE });
    this.#conversation.prepend(messages, more);
  }

  async #run() {
    while (this.#wanted) {
      this.#wanted = false;
      if (!this.#conversation.loaded || this.#conversation.tooFarBehind(this.#newest)) await this.#begin();
      else await this.#follow();
    }
  }

  async #begin() {
    const { messages, more } = await this.#fetch(this.#code, { limit: PAGE });
    this.#conversation.restart(messages, more);
  }

  async #follow() {
    for (let more = true; more; ) {
      const after = this.#conversation.last;
      const page = await this.#fetch(this.#code, { after, limit: CATCH_UP_PAGE });
      page.messages.forEach((message) => this.#conversation.receive(message));
      // A page that brought nothing new ends it: asking the same again would bring the same.
      more = page.more && this.#conversation.last > after;
    }
  }
}
