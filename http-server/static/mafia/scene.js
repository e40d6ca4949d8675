import { avatar } from "../site/avatar.js";
import { make } from "../site/dom.js";
import { catalogue, signOf } from "./catalogue.js";
import { CROWD, places, shorten } from "./geometry.js";
import { labelOf } from "./labels.js";
import { roleName } from "./sentences.js";
import { words } from "./words.js";

const SVG = "http://www.w3.org/2000/svg";
const BUBBLE_MS = 5_000;
const BUBBLE_LETTERS = 48;

/** The table as a scene: seats, deaths, speech and votes. `onPick(seat)` when the user taps a seat. */
export class Scene {
  #root;
  #seats = make("ol", { class: "ring", "aria-label": words.table });
  #lines = document.createElementNS(SVG, "svg");
  #made = [];
  #onPick;
  #speaker = null;
  #hushing = null;
  #drawn = [];

  constructor(root, onPick) {
    this.#root = root;
    this.#onPick = onPick;
    this.#lines.setAttribute("class", "lines");
    this.#lines.setAttribute("aria-hidden", "true");
    const sky = make("div", { class: "sky", "aria-hidden": "true" }, make("i", { class: "stars" }), make("i", { class: "orb" }), make("i", { class: "hill" }));
    this.middle = make("div", { class: "middle" });
    root.replaceChildren(sky, make("div", { class: "board", "aria-hidden": "true" }), this.#lines, this.#seats, this.middle);
    new ResizeObserver(() => this.#drawLines()).observe(root);
    this.#seats.addEventListener("keydown", (event) => this.#move(event));
  }

  /**
   * Draws. `scene` is `{view, me, online, targets, chosen, lines, spot}`: `targets` are the seats that may be picked, `lines` are
   * `{from, to, kind}`, `spot` is the highlighted seat.
   */
  show(scene) {
    const { view, me } = scene;
    if (this.#root.dataset.phase !== view.phase) this.#hush();
    this.#root.dataset.phase = view.phase;
    this.#seats.classList.toggle("crowd", view.seats.length >= CROWD);
    while (this.#made.length > view.seats.length) this.#made.pop().item.remove();
    while (this.#made.length < view.seats.length) this.#made.push(this.#makeSeat(this.#made.length));
    const first = me ?? 0;
    const at = places(Math.max(view.seats.length, 1));
    view.seats.forEach((seat, number) => {
      const place = at[(number - first + view.seats.length) % view.seats.length];
      this.#made[number].place = place;
      this.#dress(this.#made[number], seat, scene);
    });
    this.#drawn = scene.lines;
    this.#drawLines();
  }

  /** Shows a spoken line beside its speaker for a moment. */
  speak(seat, text) {
    const made = this.#made[seat];
    if (!made) return;
    this.#hush();
    const letters = [...text];
    made.bubble.textContent = letters.length > BUBBLE_LETTERS ? `${letters.slice(0, BUBBLE_LETTERS).join("")}…` : text;
    made.item.classList.add("speaks");
    this.#speaker = made;
    this.#hushing = setTimeout(() => this.#hush(), BUBBLE_MS);
  }

  /** Shows one bubble at a time, since several cannot be read at once. */
  #hush() {
    clearTimeout(this.#hushing);
    this.#speaker?.item.classList.remove("speaks");
    this.#speaker = null;
  }

  #makeSeat(number) {
    const face = make("span", { class: "face" });
    const name = make("span", { class: "chair-name" });
    const marks = make("span", { class: "marks" });
    const votes = make("span", { class: "votes" });
    const bubble = make("span", { class: "bubble", "aria-hidden": "true" });
    const role = make("span", { class: "chair-role" });
    const button = make("button", { type: "button", class: "chair" }, face, votes, marks, name, role);
    button.addEventListener("click", () => this.#onPick(number));
    const item = make("li", {}, button, bubble);
    this.#seats.append(item);
    return { item, button, face, name, role, marks, votes, bubble, place: { x: 50, y: 50 } };
  }

  #dress(made, seat, { view, me, online, targets, chosen, spot, unveiled }) {
    const number = seat.seat;
    const votes = catalogue.phases[view.phase].counts_names ? view.votes.filter(({ to }) => to === number).length : 0;
    const offline = seat.player !== null && !online.has(seat.player) && !seat.left;
    const pickable = targets.includes(number);
    const role = seat.role ?? unveiled?.get(number) ?? null;
    made.item.style.setProperty("--x", `${made.place.x}%`);
    made.item.style.setProperty("--y", `${made.place.y}%`);
    made.item.className = [
      made.item.classList.contains("speaks") && "speaks", !seat.alive && "dead", number === me && "myself", offline && "offline",
      pickable && "pickable", chosen === number && "chosen", spot === number && "spot", made.place.y < 40 && "upper",
      made.place.x > 66 && "right", made.place.x < 34 && "left",
    ].filter(Boolean).join(" ");
    // Only the style shows which seats may be picked: screen readers skip disabled buttons.
    made.button.setAttribute("aria-disabled", String(!pickable));
    made.button.setAttribute("aria-pressed", String(chosen === number));
    made.button.setAttribute("aria-label", words.seat({
      name: labelOf(seat, view.seats), you: number === me, dead: !seat.alive, left: seat.left, host: view.host === number, bot: seat.bot, offline, votes,
      accused: spot === number, role: role && roleName(role), chosen: chosen === number,
    }));
    const key = `${seat.player ?? seat.name}|${seat.name}`;
    if (made.key !== key) {
      made.key = key;
      made.face.replaceChildren(avatar(seat.player ?? seat.name, seat.name));
      made.name.textContent = seat.name;
    }
    made.votes.textContent = votes > 0 ? String(votes) : "";
    const marks = [view.host === number && "👑", seat.bot && "🤖", role && signOf(role)].filter(Boolean).join("");
    if (made.marks.textContent !== marks) made.marks.textContent = marks;
    made.role.textContent = role ? roleName(role) : "";
  }

  #drawLines() {
    const { width, height } = this.#root.getBoundingClientRect();
    this.#lines.setAttribute("viewBox", `0 0 ${width || 1} ${height || 1}`);
    const pixel = ({ x, y }) => ({ x: (x * width) / 100, y: (y * height) / 100 });
    const marks = this.#drawn.flatMap(({ from, to, kind }) => {
      const [a, b] = [this.#made[from], this.#made[to]];
      if (!a || !b) return [];
      const ends = shorten(pixel(a.place), pixel(b.place), 26);
      return [arrow(ends.from, ends.to, kind)];
    });
    this.#lines.replaceChildren(...marks);
  }

  /** Arrow keys move the focus round the table. */
  #move(event) {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const at = this.#made.findIndex(({ button }) => button === document.activeElement);
    this.#made[(at + step + this.#made.length) % this.#made.length]?.button.focus();
  }
}

/** A curved arrow: two players who vote for each other have two visible lines. */
function arrow(from, to, kind) {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const bend = { x: (from.x + to.x) / 2 - dy * 0.12, y: (from.y + to.y) / 2 + dx * 0.12 };
  const angle = Math.atan2(to.y - bend.y, to.x - bend.x);
  const wing = (turn) => `${to.x - 9 * Math.cos(angle + turn)} ${to.y - 9 * Math.sin(angle + turn)}`;
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("class", `line ${kind}`);
  path.setAttribute("d", `M${from.x} ${from.y}Q${bend.x} ${bend.y} ${to.x} ${to.y}M${wing(0.45)}L${to.x} ${to.y}L${wing(-0.45)}`);
  return path;
}
