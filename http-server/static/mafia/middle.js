import { make } from "../site/dom.js";
import { texts } from "../site/texts.js";
import { words } from "./words.js";

const LAST_SECONDS = 5;
/** A screen reader hears of the end this long before it. */
const SOON_SECONDS = 10;

/** The middle of the table: the phase, the day and the countdown. */
export class Middle {
  #phase = make("strong", { class: "phase-name" });
  #day = make("span", { class: "phase-day" });
  #time = make("span", { class: "countdown", role: "timer", "aria-live": "off" });
  #remaining;
  #onLate;
  #onSoon;
  #said = "";
  #lateFor = null;
  #before = null;

  /**
   * `remaining()` returns milliseconds or `null`; `news` is shown on the table too. `onLate()` is called where the phase is two seconds
   * overdue, `onSoon(seconds)` as the last ten begin.
   */
  constructor(place, news, { remaining, onLate, onSoon }) {
    this.#remaining = remaining;
    this.#onSoon = onSoon;
    this.#onLate = onLate;
    place.replaceChildren(this.#phase, this.#day, news, this.#time);
    setInterval(() => this.#tick(), 250);
  }

  show({ phase, day, ends_at: end }) {
    this.#phase.textContent = texts.game.phases[phase];
    this.#day.textContent = day > 0 && phase !== "over" ? (phase === "night" ? words.night(day) : words.day(day)) : "";
    if (this.#said !== end) this.#lateFor = null;
    this.#said = end;
    this.#tick();
  }

  #tick() {
    const left = this.#remaining();
    const seconds = left === null ? null : Math.max(0, Math.ceil(left / 1000));
    const text = seconds === null ? "" : `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
    if (this.#time.textContent !== text) this.#time.textContent = text;
    if (this.#before > SOON_SECONDS && seconds === SOON_SECONDS) this.#onSoon(seconds);
    this.#before = seconds;
    this.#time.classList.toggle("hasty", seconds !== null && seconds <= LAST_SECONDS);
    // The update about the end was lost or could not be sent: ask for it, but not in a tight loop.
    if (left !== null && left < -2_000 && (this.#lateFor === null || Date.now() - this.#lateFor > 5_000)) {
      this.#lateFor = Date.now();
      this.#onLate();
    }
  }
}
