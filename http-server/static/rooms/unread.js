import { byId, make } from "../site/dom.js";
import { fill, texts } from "../site/texts.js";

/** Counts messages that came while the reader was further up or in another tab. */
export class Unread {
  #title = document.title;
  #jump = byId("jump");
  #count = 0;
  #mark = null;

  /** `onJump()` when the reader wants to see them. */
  constructor(onJump) {
    this.#jump.addEventListener("click", onJump);
  }

  /** Counts one more message, shown in `item`. */
  add(item) {
    if (this.#count === 0) this.#begin(item);
    this.#count += 1;
    this.#show();
  }

  /** The reader has caught up. The mark stays where they left off until the next time. */
  clear() {
    this.#count = 0;
    this.#show();
  }

  #begin(item) {
    this.#mark?.remove();
    this.#mark = make("p", { class: "mark" }, texts.new_since);
    item.prepend(this.#mark);
  }

  #show() {
    const count = this.#count;
    this.#jump.hidden = count === 0;
    this.#jump.textContent = `${fill(texts.new_messages, { count })} ↓`;
    document.title = count === 0 ? this.#title : `(${count}) ${this.#title}`;
  }
}
