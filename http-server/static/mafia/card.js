import { make, refill } from "../site/dom.js";
import { texts } from "../site/texts.js";
import { signOf } from "./catalogue.js";
import { roleName } from "./sentences.js";
import { words } from "./words.js";

/** The card's content as elements, which exist only while the card is shown. `notes` are sentences about this phase. */
export function cardFace(you, nameOf, notes = []) {
  const lines = [make("p", { class: "card-about" }, texts.game.roles[you.role].about), ...notes.map((note) => make("p", { class: "card-note" }, note))];
  const mates = you.team.filter(({ seat }) => seat !== you.seat);
  if (mates.length > 0) lines.push(make("p", {}, words.team(mates.map(({ seat, role }) => `${nameOf(seat)} ${signOf(role)}`))));
  for (const { from, target } of you.points) lines.push(make("p", { class: "card-note" }, words.points(nameOf(from), nameOf(target))));
  if (you.deed !== null && you.points.length === 0) lines.push(make("p", { class: "card-note" }, words.deed(nameOf(you.deed))));
  if (you.armour !== null) lines.push(make("p", {}, words.armour(you.armour)));
  if (you.story !== null) lines.push(make("p", {}, words.story(you.story)));
  if (you.findings.length > 0) {
    const found = you.findings.map(({ day, target, mafia }) => make("li", {}, words.finding(day, nameOf(target), mafia)));
    lines.push(make("p", { class: "card-head" }, words.findings), make("ul", {}, ...found));
  }
  return [make("p", { class: "card-role" }, make("span", { "aria-hidden": "true" }, signOf(you.role)), ` ${roleName(you.role)}`), ...lines];
}

/**
 * The player's card: face down, and shown while it is pressed. While it is down, the page has nothing of it: players sit next to
 * each other, and a screen reader reads aloud. `face()` returns its content, `null` without a card; `onLook(shown)` reports a turn.
 */
export class Card {
  #button = make("button", { type: "button", class: "my-card", "aria-pressed": "false" });
  #face = make("div", { class: "card-face", role: "status" });
  #read;
  #onLook;
  shown = false;

  constructor(place, face, onLook) {
    this.#read = face;
    this.#onLook = onLook;
    place.replaceChildren(this.#button, this.#face);
    this.#down();
    const button = this.#button;
    button.addEventListener("pointerdown", (event) => {
      button.setPointerCapture(event.pointerId);
      this.#turn(true);
    });
    for (const end of ["pointerup", "pointercancel", "blur"]) button.addEventListener(end, () => this.#turn(false));
    button.addEventListener("contextmenu", (event) => event.preventDefault());
    // A key turns it over and back, since not every user can hold a key.
    button.addEventListener("keydown", (event) => {
      if (event.key !== " " && event.key !== "Enter") return;
      event.preventDefault();
      if (!event.repeat) this.#turn(!this.shown);
    });
    button.addEventListener("keyup", (event) => event.key === " " && event.preventDefault());
    // A screen reader clicks without pointer or key.
    button.addEventListener("click", (event) => event.detail === 0 && this.#turn(!this.shown));
    document.addEventListener("visibilitychange", () => document.hidden && this.#turn(false));
  }

  show() {
    const face = this.#read();
    this.#button.parentElement.hidden = !face;
    if (!face) this.#turn(false);
    else if (this.shown) this.#fill(face);
  }

  #turn(shown) {
    const face = this.#read();
    if (shown === this.shown || (shown && !face)) return;
    this.shown = shown;
    this.#button.setAttribute("aria-pressed", String(shown));
    if (shown) this.#fill(face);
    else this.#down();
    this.#onLook(shown);
  }

  /** Leaves an unchanged card as it is: a new one would be read aloud again. */
  #fill(face) {
    refill(this.#face, face);
    this.#face.hidden = false;
  }

  #down() {
    this.#face.replaceChildren();
    this.#face.hidden = true;
    this.#button.replaceChildren(make("span", { class: "card-back", "aria-hidden": "true" }, "🎴"), make("span", {}, words.card), make("small", {}, words.card_hint));
  }
}
