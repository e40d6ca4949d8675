import { lengthOf } from "../site/characters.js";
import { byId } from "../site/dom.js";
import { recall, remember } from "../site/storage.js";
import { fill, texts } from "../site/texts.js";

/** The counter appears when no more characters than this are left. */
const NEAR_END = 200;

/** Whether Enter only ends a Korean syllable. Safari shows it by the key code 229 alone. */
const composes = (event) => event.isComposing || event.keyCode === 229;

/** The field for a message. It keeps the draft of `me` for the room `code`. `on.send(body)`, `on.input(text)`, `on.leave()`. */
export class Composer {
  #form = byId("composer");
  #field = byId("body");
  /** The most characters that the server takes. */
  #longest = Number(this.#field.dataset.longest);
  #counter = byId("counter");
  #key;
  #on;

  constructor({ me, code }, on) {
    this.#key = `catamaran.draft.${me}.${code}`;
    this.#on = on;
    this.#field.value = recall(this.#key) ?? "";
    this.#form.hidden = false;
    this.#form.addEventListener("submit", (event) => this.#submit(event));
    this.#field.addEventListener("keydown", (event) => this.#press(event));
    this.#field.addEventListener("input", () => this.#changed());
    this.#field.addEventListener("blur", () => this.#on.leave());
    this.#count();
  }

  #press(event) {
    if (event.key !== "Enter" || event.shiftKey || composes(event)) return;
    event.preventDefault();
    this.#form.requestSubmit();
  }

  #changed() {
    remember(this.#key, this.#field.value || null);
    this.#count();
    this.#on.input(this.#field.value);
  }

  #submit(event) {
    event.preventDefault();
    const body = this.#field.value.trim();
    const length = lengthOf(body);
    if (length === 0 || length > this.#longest) {
      this.#field.focus();
      return;
    }
    this.#field.value = "";
    this.#changed();
    this.#field.focus();
    this.#on.send(body);
  }

  #count() {
    const length = lengthOf(this.#field.value);
    const over = length > this.#longest;
    const count = Math.abs(this.#longest - length);
    this.#counter.textContent =
      length < this.#longest - NEAR_END ? "" : fill(over ? texts.characters_over : texts.characters_left, { count });
    this.#counter.classList.toggle("over", over);
    this.#field.setAttribute("aria-invalid", String(over));
    // Without `field-sizing`, the field grows by the lines of its text.
    if (!CSS.supports("field-sizing", "content")) {
      this.#field.rows = Math.min(6, this.#field.value.split("\n").length);
    }
  }
}
