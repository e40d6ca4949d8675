import { byId } from "../site/dom.js";
import { eventItem, joinToPrevious, messageItem } from "./message-view.js";
import { showFate } from "./pending-view.js";
import { Scroll } from "./scroll.js";
import { Unread } from "./unread.js";

/**
 * The conversation on the page: messages in order, then the user's unconfirmed ones.
 * `me` is `{id, nickname}`; buttons call `on.retry(id)` and `on.discard(id)`.
 */
export class LogView {
  #me;
  #on;
  #box = byId("log");
  #list = byId("messages");
  #pending = new Map();
  #scroll = new Scroll(this.#box, () => this.#caughtUp());
  #unread = new Unread(() => this.toEnd());

  constructor({ me, on }) {
    this.#me = me;
    this.#on = on;
    document.addEventListener("visibilitychange", () => this.#caughtUp());
  }

  /** Shows these messages and no others. Unconfirmed ones stay. */
  restart(messages) {
    const items = messages.map((message) => this.#item(message));
    this.#list.replaceChildren(...items, ...this.#pending.values());
    [...this.#list.children].forEach(joinToPrevious);
    this.#unread.clear();
    this.#loaded();
    this.#scroll.toEnd();
  }

  /** Shows a message at the end. */
  append(message) {
    const item = this.#item(message);
    this.#insert(item);
    if (item.classList.contains("mine")) return;
    if (!this.#scroll.atEnd || document.visibilityState !== "visible") this.#unread.add(item);
  }

  /** Shows earlier messages at the top; `alsoAbove()` changes other elements above them. */
  prepend(messages, alsoAbove) {
    this.#scroll.whilePrepending(() => {
      alsoAbove();
      const formerFirst = this.#list.firstElementChild;
      this.#list.prepend(...messages.map((message) => this.#item(message)));
      for (const item of this.#list.children) {
        joinToPrevious(item);
        if (item === formerFirst) break;
      }
    });
  }

  /** Shows an event as a line. */
  event(text) {
    this.#insert(eventItem(text));
  }

  /** Shows an entry of the outbox as it is now. */
  pending(entry) {
    const shown = this.#pending.get(entry.id);
    if (entry.state === "gone") {
      this.#pending.delete(entry.id);
      shown?.remove();
      this.#emptiness();
      return;
    }
    const item = shown ?? this.#newPending(entry);
    const choices = { onRetry: () => this.#on.retry(entry.id), onDiscard: () => this.#on.discard(entry.id) };
    this.#scroll.whileAppending(() => showFate(item, entry, choices));
  }

  /** Shows a user's new nickname. */
  rename({ id, nickname }) {
    if (id === this.#me.id) this.#me = { ...this.#me, nickname };
    for (const item of this.#list.children) {
      if (item.dataset.user === id) item.querySelector(".who").textContent = nickname;
    }
  }

  /** Scrolls to the newest message. */
  toEnd() {
    this.#scroll.toEnd();
    this.#caughtUp();
  }

  #newPending({ id, body, at }) {
    const item = messageItem({ user: this.#me, body, at, mine: true, clientId: id });
    this.#pending.set(id, item);
    this.#list.append(item);
    joinToPrevious(item);
    this.#emptiness();
    this.toEnd();
    return item;
  }

  #insert(item) {
    this.#scroll.whileAppending(() => {
      const [firstPending = null] = this.#pending.values();
      this.#list.insertBefore(item, firstPending);
      joinToPrevious(item);
      joinToPrevious(firstPending);
      this.#emptiness();
    });
  }

  #item({ user, body, at, seq }) {
    return messageItem({ user, body, at, seq, mine: user.id === this.#me.id });
  }

  #loaded() {
    byId("loading").hidden = true;
    this.#emptiness();
  }

  #emptiness() {
    const loading = !byId("loading").hidden;
    byId("empty").hidden = loading || this.#list.querySelector(".message") !== null;
  }

  #caughtUp() {
    if (this.#scroll.atEnd && document.visibilityState === "visible") this.#unread.clear();
  }
}
