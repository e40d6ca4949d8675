import { byId, make } from "../site/dom.js";
import { fill, texts } from "../site/texts.js";
import { ago, moment } from "./time.js";

/** The server lists this many. */
const SHOWN = 100;
const REFRESH_MS = 30_000;

/** The list of rooms, newest activity first. */
export class RoomsView {
  #list = byId("rooms");
  #none = byId("no-rooms");
  #rooms = new Map();
  #items = new Map();

  constructor() {
    for (const item of this.#list.children) this.#items.set(item.dataset.code, item);
    for (const time of this.#list.querySelectorAll("time")) showAgo(time, Date.parse(time.dateTime));
    setInterval(() => this.#refreshTimes(), REFRESH_MS);
    // Items that kept their place under the pointer or the focus move once it is gone.
    this.#list.addEventListener("pointerleave", () => this.#arrange());
    this.#list.addEventListener("focusout", () => this.#arrange());
  }

  /** Shows these rooms and no others. */
  reset(rooms) {
    this.#rooms = new Map(rooms.map((room) => [room.code, room]));
    for (const [code, item] of this.#items) if (!this.#rooms.has(code)) this.#drop(code, item);
    rooms.forEach((room) => this.#fill(room));
    this.#arrange();
  }

  /** Shows a room that is new or changed. */
  put(room) {
    this.#rooms.set(room.code, room);
    this.#fill(room);
    this.#arrange();
  }

  #drop(code, item) {
    item.remove();
    this.#items.delete(code);
  }

  #fill(room) {
    const item = this.#items.get(room.code) ?? make("li", { "data-code": room.code });
    const card = make("a", { class: "room-card", href: `/rooms/${room.code}` }, ...facts(room, this.#list.dataset.active));
    const focused = item.contains(document.activeElement);
    item.replaceChildren(card);
    if (focused) card.focus();
    this.#items.set(room.code, item);
  }

  /** Puts the items in order, unless the list has the pointer or the focus: a click must not meet another item. */
  #arrange() {
    const order = [...this.#rooms.values()].sort((a, b) => b.active_at - a.active_at);
    for (const { code } of order.splice(SHOWN)) {
      this.#drop(code, this.#items.get(code));
      this.#rooms.delete(code);
    }
    const items = order.map(({ code }) => this.#items.get(code));
    if (this.#list.matches(":hover, :focus-within")) {
      items.filter((item) => !item.isConnected).forEach((item) => this.#list.append(item));
    } else if (items.some((item, at) => this.#list.children[at] !== item)) {
      this.#list.replaceChildren(...items);
    }
    this.#none.hidden = items.length > 0;
  }

  #refreshTimes() {
    for (const time of this.#list.querySelectorAll("time")) showAgo(time, Date.parse(time.dateTime));
  }
}

function facts({ code, name, online, members, capacity, active_at: at }, activeLabel) {
  const time = make("time", { datetime: new Date(at).toISOString() });
  showAgo(time, at);
  return [
    make("span", { class: "room-name" }, name),
    make("span", { class: "room-code", translate: "no" }, code),
    make(
      "span",
      { class: "room-facts" },
      make("span", { class: online > 0 ? "here" : "here nobody" }, fill(texts.here_now, { online })),
      make("span", { class: "taken" }, fill(texts.seats, { members, capacity })),
      make("span", { class: "last" }, make("span", { class: "hidden" }, `${activeLabel} `), time),
    ),
  ];
}

function showAgo(time, ms) {
  time.textContent = ago(ms);
  time.title = moment(ms);
}
