import { make } from "../site/dom.js";
import { uuid } from "../site/ids.js";
import { offerLink } from "../site/share.js";
import { texts } from "../site/texts.js";
import { catalogue } from "./catalogue.js";
import { HostAway } from "./host-away.js";
import { labelOf } from "./labels.js";
import { SetupPanel } from "./setup-panel.js";
import { words } from "./words.js";

const FULL = catalogue.max_players;
/** The number of players for a good first game. */
const GOOD = 8;

/** A button that ignores clicks while it is `aria-disabled`: the attribute `disabled` would take its focus away. */
function pressable(text, press, attributes = {}) {
  const button = make("button", { type: "button", ...attributes }, text);
  button.addEventListener("click", () => button.getAttribute("aria-disabled") !== "true" && press());
  return button;
}

/** The disconnected host before the start, else null. */
function missingHost({ view, online }) {
  const host = view?.phase === "lobby" ? view.seats[view.host]?.player : null;
  return host && !online.has(host) ? host : null;
}

/** The panel before the start: invitation, seats, roles and rules. `on.act(command, id)`, `on.bots(count)` (a promise), `on.redraw()`. */
export class LobbyPanel {
  #place;
  #on;
  #setup;
  #people = make("ul", { class: "lobby-people" });
  #count = make("p", { class: "hint" });
  #add = pressable(words.add_bot, () => this.#on.act({ type: "add_bot", name: "" }));
  #fill = pressable(words.fill_bots(GOOD), () => this.#fillUp());
  #bots = make("div", { class: "ways", hidden: true }, this.#add, this.#fill);
  /** Adds bots up to a good first game. */
  #missing = 0;
  #filling = false;
  /** The ids of unconfirmed changes of the set-up, as refusals name them. */
  #setUps = new Set();
  #away = new HostAway(() => this.#on.redraw());

  constructor(place, { code, name }, on) {
    this.#place = place;
    this.#on = on;
    const copy = make("button", { type: "button", id: "copy", hidden: true }, words.copy);
    const share = make("button", { type: "button", id: "share", hidden: true }, words.share);
    const setup = make("div", {});
    place.replaceChildren(
      make("section", { class: "invite", "aria-labelledby": "invite-title" },
        make("h2", { id: "invite-title" }, words.invite), make("p", { class: "big-code", translate: "no" }, code),
        make("p", { class: "hint" }, words.invite_hint), make("div", { class: "ways" }, copy, share)),
      this.#count, this.#people, this.#bots, setup,
    );
    this.#setup = new SetupPanel(setup, (changed) => {
      const id = uuid();
      this.#setUps.add(id);
      return on.act({ type: "set_up", setup: changed }, id);
    });
    offerLink(name);
  }

  show({ game, live }) {
    this.#place.hidden = game.view?.phase !== "lobby";
    this.#away.see(missingHost(game));
    if (this.#place.hidden) return;
    const { view, mySeat } = game;
    const host = mySeat !== null && view.host === mySeat;
    this.#count.textContent = words.seats_taken(view.seats.length);
    const signature = JSON.stringify([view.seats, view.host, mySeat, live]);
    if (this.#people.dataset.drawn !== signature) {
      this.#people.dataset.drawn = signature;
      this.#drawPeople(host ? view.seats : [], mySeat, live);
    }
    this.#bots.hidden = !host;
    const taken = view.seats.length;
    this.#add.setAttribute("aria-disabled", String(!live || taken >= FULL));
    this.#fill.setAttribute("aria-disabled", String(!live || this.#filling));
    const full = taken >= GOOD;
    if (full && document.activeElement === this.#fill) this.#add.focus();
    this.#fill.hidden = full;
    this.#missing = GOOD - taken;
    this.#setup.show(view, host);
  }

  /** Sends one request, however often the button is pressed before the answer. */
  async #fillUp() {
    this.#filling = true;
    this.#fill.setAttribute("aria-disabled", "true");
    await this.#on.bots(this.#missing);
    this.#filling = false;
    this.#on.redraw();
  }

  /** A refusal, perhaps of a change of the set-up. Without an id it may be of any command. */
  refused(id = null) {
    if (id !== null && !this.#setUps.has(id)) return;
    this.#setUps.clear();
    this.#setup.refused();
  }

  /** The deck's actions before the start. */
  now(game, { canSit }) {
    const { view, mySeat } = game;
    if (mySeat === null) {
      const sit = { id: "sit", kind: "primary", label: words.sit, disabled: view.seats.length >= FULL, run: () => this.#on.act({ type: "join" }) };
      const text = sit.disabled ? words.say_full : canSit ? words.say_lobby_visitor : words.say_lobby_stranger;
      return { text, buttons: canSit ? [sit] : [] };
    }
    const stand = { id: "stand", kind: "quiet", label: words.stand, run: () => this.#on.act({ type: "leave" }) };
    if (view.host !== mySeat) {
      if (missingHost(game) === null) return { text: words.say_lobby_wait, buttons: [stand] };
      const { name } = game.seat(view.host);
      if (!this.#away.over) return { text: words.say_host_away(name), buttons: [stand] };
      const takeOver = { id: "take_over", kind: "primary", label: words.take_over, run: () => this.#on.act({ type: "take_over" }) };
      return { text: words.say_host_gone(name), buttons: [takeOver, stand] };
    }
    const reason = view.not_yet && (texts.reasons[view.not_yet.code]);
    const start = { id: "start", kind: "primary", label: words.start, disabled: Boolean(view.not_yet), run: () => this.#on.act({ type: "start" }) };
    return { text: reason || words.say_lobby_host, buttons: [start, stand] };
  }

  /** The focus stays with its player's button, or moves to a harmless place: it must not land on the button of another player. */
  #drawPeople(seats, mySeat, live) {
    const held = this.#people.contains(document.activeElement) ? document.activeElement.dataset.seat : null;
    const others = seats.filter(({ seat }) => seat !== mySeat);
    this.#people.replaceChildren(...others.map((seat) => this.#person(seat, labelOf(seat, seats), live)));
    if (held === null) return;
    ([...this.#people.querySelectorAll("button")].find((button) => button.dataset.seat === held) ?? this.#add).focus();
  }

  /** Sends the seat's id too, since another player may have moved up to the seat meanwhile. */
  #person({ seat, id }, label, live) {
    const kick = pressable("✕", () => this.#on.act({ type: "kick", seat, id }), {
      class: "quiet", "data-seat": id, "aria-label": words.kick(label), "aria-disabled": String(!live),
    });
    return make("li", {}, make("span", {}, label), kick);
  }
}
