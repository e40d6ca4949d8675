import { announce } from "../site/announcer.js";
import { byId, make } from "../site/dom.js";
import { catalogue } from "./catalogue.js";
import { sentence, spoken } from "./sentences.js";
import { words } from "./words.js";

const URGENT_MS = 10_000;
/** Public events that are not read out, since another announcement covers them. */
const UNSAID = new Set(["hurried", "set_up", "host_is", "balloted"]);

/** Presents new events by a banner, by sounds and to a screen reader. */
export class News {
  #banner;
  #game;
  #sounds;
  /** The host's user; undefined before the first view. */
  #host;

  constructor(banner, game, sounds) {
    this.#banner = banner;
    this.#game = game;
    this.#sounds = sounds;
  }

  /** Presents one new event. A `silent` line is not read out. */
  fresh(event, stream, silent) {
    if (event.type === "said") {
      if (!silent) announce(`${event.by.name}: ${spoken(event.words, (seat) => this.#game.name(seat))}`);
      return;
    }
    if (stream !== "public") return;
    this.#sound(event);
    const text = sentence(event, (seat) => this.#game.name(seat));
    if (text === null || UNSAID.has(event.type)) return;
    const mine = event.seat === this.#game.mySeat && this.#game.mySeat !== null && ["died", "accused"].includes(event.type);
    if (mine || event.type === "ended") urgent(text);
    else announce(text, { whole: event.type !== "voted" });
  }

  /** The banner's text: the night's deaths at dawn, the day's outcome at dusk, the winners at the end. */
  show() {
    this.#tellHost();
    const { view } = this.#game;
    const lines = { dawn: () => this.#recent(["died", "nobody_died", "published"]), dusk: () => this.#recent(["judged", "died", "nobody_accused"]), over: () => this.#outcome() }[view.phase]?.() ?? [];
    const text = lines.join("\n");
    if (this.#banner.dataset.text === text) return;
    this.#banner.dataset.text = text;
    this.#banner.className = view.winner ? `news won-${view.winner}` : "news";
    this.#banner.hidden = lines.length === 0;
    this.#banner.replaceChildren(...lines.map((line) => make("p", {}, line)));
  }

  /** By the view, not by the event: before the start players move up, so the event's seat may have another player by now. */
  #tellHost() {
    const { view, mySeat } = this.#game;
    const host = view.seats[view.host];
    const before = this.#host;
    this.#host = host?.player ?? null;
    if (before === undefined || this.#host === null || before === this.#host) return;
    if (view.host === mySeat) urgent(words.host_me);
    else announce(words.host_is(host.name), { whole: true });
  }

  /** The winners come from the view, since the log of an old game may be gone. */
  #outcome() {
    const { winner } = this.#game.view;
    return winner ? [sentence({ type: "ended", winner }, () => "")] : [];
  }

  #recent(kinds) {
    return this.#game.recent(kinds).map((event) => sentence(event, (seat) => this.#game.name(seat)));
  }

  #sound(event) {
    const sound = event.type === "phase_began" && catalogue.phases[event.phase].sound;
    if (sound) this.#sounds.play(sound);
    if (event.type === "died") this.#sounds.play("death");
    if (event.type === "ended") this.#sounds.play("end");
    if (event.type === "accused" && event.seat === this.#game.mySeat) this.#sounds.play("turn");
  }
}

function urgent(text) {
  const line = make("p", {}, text);
  byId("urgent").append(line);
  setTimeout(() => line.remove(), URGENT_MS);
}
