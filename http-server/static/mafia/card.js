import { make } from "../dom.js";
import { texts } from "../texts.js";
import { ROLE_SIGN } from "./scene.js";
import { roleName } from "./sentences.js";
import { words } from "./words.js";

/** Everything on the card, as elements; made when it is looked at, and gone afterwards. */
export function cardFace(you, nameOf) {
  const lines = [make("p", { class: "card-about" }, texts.game.roles[you.role].about)];
  const mates = you.team.filter(({ seat }) => seat !== you.seat);
  if (mates.length > 0) lines.push(make("p", {}, words.team(mates.map(({ seat, role }) => `${nameOf(seat)} ${ROLE_SIGN[role]}`))));
  for (const { from, target } of you.points) lines.push(make("p", { class: "card-note" }, words.points(nameOf(from), nameOf(target))));
  if (you.deed !== null && you.points.length === 0) lines.push(make("p", { class: "card-note" }, words.deed(nameOf(you.deed))));
  if (you.armour !== null) lines.push(make("p", {}, words.armour(you.armour)));
  if (you.story !== null) lines.push(make("p", {}, words.story(you.story)));
  if (you.findings.length > 0) {
    const found = you.findings.map(({ day, target, mafia }) => make("li", {}, words.finding(day, nameOf(target), mafia)));
    lines.push(make("p", { class: "card-head" }, words.findings), make("ul", {}, ...found));
  }
  return [make("p", { class: "card-role" }, make("span", { "aria-hidden": "true" }, ROLE_SIGN[you.role]), ` ${roleName(you.role)}`), ...lines];
}

/**
 * The player's card: face down, and shown as long as it is pressed. While it is down, nothing of it is in the page: people sit next to
 * each other, and a screen reader reads aloud. `onLook(shown)` is told.
 */
export class Card {
  #button = make("button", { type: "button", class: "my-card", "aria-pressed": "false" });
  #face = make("div", { class: "card-face", role: "status" });
  #game;
  #onLook;
  shown = false;

  constructor(place, game, onLook) {
    this.#game = game;
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
    // With keys it is turned and turned back: a key cannot be held by everybody.
    button.addEventListener("keydown", (event) => {
      if (event.key !== " " && event.key !== "Enter") return;
      event.preventDefault();
      if (!event.repeat) this.#turn(!this.shown);
    });
    document.addEventListener("visibilitychange", () => document.hidden && this.#turn(false));
  }

  show() {
    this.#button.parentElement.hidden = !this.#game.you;
    if (this.shown && this.#game.you) this.#fill();
  }

  #turn(shown) {
    if (shown === this.shown || (shown && !this.#game.you)) return;
    this.shown = shown;
    this.#button.setAttribute("aria-pressed", String(shown));
    if (shown) this.#fill();
    else this.#down();
    this.#onLook(shown);
  }

  #fill() {
    this.#face.replaceChildren(...cardFace(this.#game.you, (seat) => this.#game.name(seat)));
    this.#face.hidden = false;
  }

  #down() {
    this.#face.replaceChildren();
    this.#face.hidden = true;
    this.#button.replaceChildren(make("span", { class: "card-back", "aria-hidden": "true" }, "🎴"), make("span", {}, words.card), make("small", {}, words.card_hint));
  }
}
