import { make } from "../site/dom.js";
import { words } from "./words.js";

/** The seats that may be picked now. At night they do not depend on the role, since neighbours can see the screen. */
export function pickable(game) {
  const { view, you } = game;
  if (!you?.alive || game.seat(you.seat).left) return [];
  if (view.phase === "vote") return game.can("vote")?.targets ?? [];
  if (view.phase !== "night") return [];
  const oneself = view.options.doctor_self;
  return view.seats.filter(({ alive, seat }) => alive && (oneself || seat !== you.seat)).map(({ seat }) => seat);
}

/** The possible actions: one sentence and large buttons. `on.act(command)`, `on.confirm(deed, seat)` at night, `on.again()`. */
export class Deck {
  #sentence = make("p", { class: "now", id: "now", tabindex: "-1" });
  #buttons = make("div", { class: "deck-buttons", role: "group", "aria-labelledby": "now" });
  #on;
  #signature = "";
  #armed = null;
  #phase = null;
  /** The buttons as they are now, by id. */
  #run = new Map();
  #phases = {
    night: (model) => this.#night(model),
    dawn: () => ({ text: words.say_dawn, buttons: [] }),
    talk: (model) => this.#talk(model),
    vote: (model) => this.#vote(model),
    defence: (model) => this.#defence(model),
    ballot: (model) => this.#ballot(model),
    dusk: () => ({ text: words.say_dusk, buttons: [] }),
  };

  constructor(place, on) {
    this.#on = on;
    place.replaceChildren(this.#sentence, this.#buttons);
  }

  show(model) {
    const { text, buttons } = model.live || !model.game.loaded ? this.#now(model) : { text: words.say_offline, buttons: [] };
    if (this.#sentence.textContent !== text) this.#sentence.textContent = text;
    const signature = JSON.stringify(buttons.map(({ id, label, kind, disabled, href }) => [id, label, kind, disabled, href]));
    if (signature === this.#signature) {
      this.#run = new Map(buttons.map((button) => [button.id, button]));
      return;
    }
    this.#signature = signature;
    const focused = this.#buttons.contains(document.activeElement) ? document.activeElement.dataset.id : null;
    this.#run = new Map(buttons.map((button) => [button.id, button]));
    this.#buttons.replaceChildren(...buttons.map((button) => this.#make(button)));
    // The pressed button may be gone with its phase: then the focus goes to the new actions.
    if (focused) (this.#buttons.querySelector(`[data-id="${focused}"]`) ?? this.#sentence).focus();
  }

  #make({ id, label, kind = "", disabled = false, href = null }) {
    if (href) return make("a", { class: `button ${kind}`, href, "data-id": id }, label);
    // Not the attribute `disabled`, which takes the focus from the button just pressed.
    const element = make("button", { type: "button", class: kind, "data-id": id, "aria-disabled": disabled && "true" }, label);
    element.addEventListener("click", () => this.#press(id));
    return element;
  }

  /** An action that cannot be undone needs a second press. */
  #press(id) {
    const button = this.#run.get(id);
    if (!button || button.disabled) return;
    if (button.twice && this.#armed !== id) {
      this.#armed = id;
      this.#on.redraw();
      return;
    }
    this.#armed = null;
    button.run();
  }

  #twice(id, label, sure, run, kind) {
    const armed = this.#armed === id;
    return { id, label: armed ? sure : label, kind: armed ? "primary danger" : kind, twice: true, run };
  }

  #now(model) {
    const { game } = model;
    if (!game.loaded) return { text: "", buttons: [] };
    const { view, you } = game;
    if (view.phase !== this.#phase) [this.#phase, this.#armed] = [view.phase, null];
    if (view.phase === "lobby") return model.lobby;
    if (view.phase === "over") return this.#over(model);
    if (!you) return { text: words.say_watch, buttons: [] };
    if (game.seat(you.seat).left) return { text: words.say_left, buttons: [] };
    if (!you.alive) return { text: words.say_dead, buttons: [] };
    return this.#phases[view.phase](model);
  }

  #night({ game, chosen, confirmed }) {
    // The role's act on the picked player. Without such an act, the pick is a mark that only its player sees.
    const deed = game.you.can.find(({ targets }) => targets.length > 0);
    const done = game.you.done || confirmed !== null;
    const settled = chosen !== null && chosen === confirmed;
    const confirm = {
      id: "confirm", kind: "primary", disabled: chosen === null || settled,
      label: chosen === null ? words.pick_first : settled ? words.confirmed(game.name(chosen)) : words.confirm(game.name(chosen)),
      run: () => this.#on.confirm(deed, chosen),
    };
    const sleep = { id: "sleep", label: words.sleep, disabled: !game.can("sleep"), run: () => this.#on.act({ type: "sleep" }) };
    return { text: done ? words.say_night_done : words.say_night, buttons: [confirm, sleep] };
  }

  #talk({ game }) {
    const time = (act) => ({ id: act, label: words[act], disabled: !game.can(act), run: () => this.#on.act({ type: act }) });
    return { text: words.say_talk, buttons: [time("shorten"), time("lengthen")] };
  }

  #vote({ game, chosen }) {
    const mine = game.view.votes.find(({ from }) => from === game.you.seat);
    const text = !mine ? words.say_vote : mine.to === null ? words.say_abstained : words.say_voted(game.name(mine.to));
    const same = mine && mine.to === chosen;
    const vote = {
      id: "vote", kind: "primary", disabled: chosen === null || same, label: chosen === null ? words.pick_first : words.vote_for(game.name(chosen)),
      run: () => this.#on.act({ type: "vote", target: chosen }),
    };
    const abstain = { id: "abstain", label: words.abstain, disabled: mine?.to === null, run: () => this.#on.act({ type: "vote", target: null }) };
    return { text, buttons: [vote, abstain] };
  }

  #defence({ game }) {
    const mine = game.view.accused === game.you.seat;
    if (!mine) return { text: words.say_defence(game.name(game.view.accused)), buttons: [] };
    return { text: words.say_defence_mine, buttons: [{ id: "finish", label: words.finish, run: () => this.#on.act({ type: "finish" }) }] };
  }

  #ballot({ game }) {
    if (game.view.accused === game.you.seat) return { text: words.say_ballot_mine, buttons: [] };
    if (!game.can("ballot")) return { text: words.say_balloted, buttons: [] };
    const choice = (name, label, kind) =>
      this.#twice(name, label, words.again_to_confirm(label), () => this.#on.act({ type: "ballot", choice: name }), kind);
    const buttons = [choice("yes", words.yes, "guilty"), choice("no", words.no, "innocent"), choice("abstain", words.abstain, "quiet")];
    return { text: words.say_ballot(game.name(game.view.accused)), buttons };
  }

  #over({ game, code }) {
    const { next } = game.view;
    const seated = game.mySeat !== null && !game.seat(game.mySeat).left;
    // A player asks the server, since the next table may have been removed. A spectator follows the link.
    const again = seated
      ? { id: "again", label: next ? words.join_next : words.play_again, kind: "primary", run: () => this.#on.again() }
      : next && { id: "next", label: words.join_next, kind: "primary", href: `/mafia/${next}` };
    const replay = { id: "replay", label: words.to_replay, href: `/mafia/${code}/replay` };
    const record = game.me.user && { id: "record", label: words.to_record, kind: "quiet", href: `/players/${game.me.user}` };
    return { text: words.say_over, buttons: [again, replay, record].filter(Boolean) };
  }
}
