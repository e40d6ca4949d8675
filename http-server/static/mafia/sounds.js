import { words } from "./words.js";

const KEY = "catamaran.mafia.sound";
/** A sound that comes later than this belongs to what is over. */
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

/** Sounds, made on the spot; off until somebody wants them. */
export class Sounds {
  #on = false;
  #context = null;
  #button;

  constructor(button) {
    this.#button = button;
    try {
      this.#on = localStorage.getItem(KEY) === "on";
    } catch {
      // Refused: then nothing is remembered.
    }
    button.addEventListener("click", () => this.#toggle());
    // A browser lets a page sound only after its reader has touched it, and quietens it again while they telephone.
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

  /** The context, once it runs: where nobody has touched the page yet, not before they do. */
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
      // As above.
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
