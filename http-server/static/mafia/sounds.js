import { words } from "./words.js";

const KEY = "catamaran.mafia.sound";
/** A later sound would belong to an event that is over. */
const LATE_MS = 1_000;
/** Each sound as notes: frequency in Hz, start and length in seconds. */
const TUNES = {
  night: [[220, 0, 0.35], [165, 0.25, 0.6]],
  dawn: [[392, 0, 0.2], [523, 0.18, 0.2], [659, 0.36, 0.4]],
  vote: [[440, 0, 0.12], [440, 0.18, 0.12]],
  death: [[196, 0, 0.3], [147, 0.25, 0.7]],
  turn: [[660, 0, 0.12], [880, 0.12, 0.2]],
  end: [[523, 0, 0.2], [659, 0.18, 0.2], [784, 0.36, 0.2], [1047, 0.54, 0.6]],
};

/** Synthesised sounds, off until the user turns them on. */
export class Sounds {
  #on = false;
  #context = null;
  #button;

  constructor(button) {
    this.#button = button;
    try {
      this.#on = localStorage.getItem(KEY) === "on";
    } catch {
      // Storage refused: the choice is not kept.
    }
    button.addEventListener("click", () => this.#toggle());
    // Browsers allow sound only after a touch or a key, and suspend it during a phone call.
    for (const touch of ["pointerdown", "keydown"]) document.addEventListener(touch, () => this.#on && this.#wake().catch(() => {}), { capture: true });
    this.#draw();
  }

  play(name) {
    if (!this.#on || document.hidden || !TUNES[name]) return;
    const asked = performance.now();
    const late = () => performance.now() - asked > LATE_MS;
    this.#wake().then((context) => late() || this.#sound(context, TUNES[name]), () => {});
  }

  #sound(context, tune) {
    for (const [frequency, start, length] of tune) {
      const [tone, gain] = [context.createOscillator(), context.createGain()];
      const at = context.currentTime + start;
      tone.frequency.value = frequency;
      tone.type = "triangle";
      gain.gain.setValueAtTime(0.0001, at);
      gain.gain.exponentialRampToValueAtTime(0.15, at + 0.02);
      gain.gain.exponentialRampToValueAtTime(0.0001, at + length);
      tone.connect(gain).connect(context.destination);
      tone.start(at);
      tone.stop(at + length);
    }
  }

  /** The audio context, once it runs: not before the first touch or key. */
  async #wake() {
    this.#context ??= new AudioContext();
    if (this.#context.state !== "running") await this.#context.resume();
    return this.#context;
  }

  #toggle() {
    this.#on = !this.#on;
    try {
      localStorage.setItem(KEY, this.#on ? "on" : "off");
    } catch {
      // As above: not before a touch.
    }
    this.#draw();
    this.play("turn");
  }

  #draw() {
    this.#button.textContent = this.#on ? "🔊" : "🔇";
    this.#button.setAttribute("aria-label", words.sound); // the same in both states: whether it is on says `aria-pressed`
    this.#button.setAttribute("aria-pressed", String(this.#on));
  }
}
