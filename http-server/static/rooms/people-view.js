import { avatar } from "../site/avatar.js";
import { byId, make } from "../site/dom.js";
import { fill, texts } from "../site/texts.js";

/** The most free seats to draw. */
const FREE_DRAWN = 3;

/** Draws the people around the table. */
export class PeopleView {
  #me;
  #capacity;
  #list = byId("seats");
  #toggle = byId("people-toggle");

  constructor({ me, capacity }) {
    this.#me = me;
    this.#capacity = capacity;
    this.#toggle.hidden = false;
    this.#toggle.addEventListener("click", () => this.#open(this.#toggle.getAttribute("aria-expanded") !== "true"));
  }

  show(people) {
    const free = Math.max(0, Math.min(FREE_DRAWN, this.#capacity - people.count));
    const seats = people.list().map((member) => this.#seat(member));
    const freeSeats = Array.from({ length: free }, () => make("li", { class: "seat free", "aria-hidden": "true" }, make("span", { class: "avatar" })));
    this.#list.replaceChildren(...seats, ...freeSeats);
    const hereNow = fill(texts.here_now, { online: people.online });
    byId("people-count").textContent = `${hereNow} · ${fill(texts.seats, { members: people.count, capacity: this.#capacity })}`;
    this.#toggle.textContent = hereNow;
  }

  #open(open) {
    this.#toggle.setAttribute("aria-expanded", String(open));
    byId("people").classList.toggle("open", open);
  }

  #seat({ id, nickname, online }) {
    const name = make("span", { class: "seat-name" }, nickname);
    if (id === this.#me) name.append(" ", make("span", { class: "you" }, texts.you));
    return make(
      "li",
      { class: online ? "seat online" : "seat", "data-user": id },
      avatar(id, nickname),
      name,
      make("span", { class: "seat-state" }, online ? texts.online : texts.away),
    );
  }
}
