import { make } from "../dom.js";
import { offerLink } from "../share.js";
import { texts } from "../texts.js";
import { SetupPanel } from "./setup-panel.js";
import { words } from "./words.js";

const FULL = 20;
/** So many players make a good first game. */
const GOOD = 8;

/** Before the start: the invitation, who sits, roles and rules. `on.act(command)`, `on.bots(count)`. */
export class LobbyPanel {
  #place;
  #on;
  #setup;
  #people = make("ul", { class: "lobby-people" });
  #count = make("p", { class: "hint" });
  #bots = make("div", { class: "ways" });

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
    this.#setup = new SetupPanel(setup, (changed) => on.act({ type: "set_up", setup: changed }));
    offerLink(name);
  }

  show({ game, live }) {
    this.#place.hidden = game.view?.phase !== "lobby";
    if (this.#place.hidden) return;
    const { view, mySeat } = game;
    const host = mySeat !== null && view.host === mySeat;
    this.#count.textContent = words.seats_taken(view.seats.length);
    const signature = JSON.stringify([view.seats, view.host, mySeat, live]);
    if (this.#people.dataset.drawn !== signature) {
      this.#people.dataset.drawn = signature;
      this.#people.replaceChildren(...(host ? view.seats.filter(({ seat }) => seat !== mySeat).map((seat) => this.#person(seat, live)) : []));
      this.#bots.replaceChildren(...(host ? this.#botButtons(view.seats.length, live) : []));
    }
    this.#setup.show(view, host && live);
  }

  /** What the deck offers before the start. */
  now(game, { canSit }) {
    const { view, mySeat } = game;
    if (mySeat === null) {
      const sit = { id: "sit", kind: "primary", label: words.sit, disabled: view.seats.length >= FULL, run: () => this.#on.act({ type: "join" }) };
      const text = sit.disabled ? words.say_full : canSit ? words.say_lobby_visitor : words.say_lobby_stranger;
      return { text, buttons: canSit ? [sit] : [] };
    }
    const stand = { id: "stand", kind: "quiet", label: words.stand, run: () => this.#on.act({ type: "leave" }) };
    if (view.host !== mySeat) return { text: words.say_lobby_wait, buttons: [stand] };
    const reason = view.not_yet && (texts.reasons[view.not_yet.code]);
    const start = { id: "start", kind: "primary", label: words.start, disabled: Boolean(view.not_yet), run: () => this.#on.act({ type: "start" }) };
    return { text: reason || words.say_lobby_host, buttons: [start, stand] };
  }

  #person({ seat, name }, live) {
    const kick = make("button", { type: "button", class: "quiet", "aria-label": words.kick(name), disabled: !live }, "✕");
    kick.addEventListener("click", () => this.#on.act({ type: "kick", seat }));
    return make("li", {}, make("span", {}, name), kick);
  }

  #botButtons(taken, live) {
    const add = make("button", { type: "button", disabled: !live || taken >= FULL }, words.add_bot);
    add.addEventListener("click", () => this.#on.act({ type: "add_bot", name: "" }));
    if (taken >= GOOD) return [add];
    const fill = make("button", { type: "button", disabled: !live }, words.fill_bots(GOOD));
    fill.addEventListener("click", () => this.#on.bots(GOOD - taken));
    return [add, fill];
  }
}
