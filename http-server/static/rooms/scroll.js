/** So near to the end counts as at the end, in CSS pixels: touch screens stop between pixels, and far-off by a line. */
const NEAR_PX = 48;

/**
 * Keeps a reader where they read: at the end they stay at the end, further up nothing moves under their eyes.
 * `onEnd()` is called when they come to the end.
 */
export class Scroll {
  #box;
  #atEnd = true;

  constructor(box, onEnd) {
    this.#box = box;
    box.addEventListener("scroll", () => {
      const was = this.#atEnd;
      this.#atEnd = box.scrollHeight - box.scrollTop - box.clientHeight <= NEAR_PX;
      if (this.#atEnd && !was) onEnd();
    }, { passive: true });
    // A keyboard that opens on a phone, a longer draft: the end stays the end.
    new ResizeObserver(() => this.#atEnd && this.toEnd()).observe(box);
  }

  get atEnd() {
    return this.#atEnd;
  }

  toEnd() {
    this.#box.scrollTop = this.#box.scrollHeight;
    this.#atEnd = true;
  }

  /** Runs a change at the end of the content. */
  whileAppending(change) {
    const stay = this.#atEnd;
    change();
    if (stay) this.toEnd();
  }

  /** Runs a change above what is read. */
  whilePrepending(change) {
    const fromEnd = this.#box.scrollHeight - this.#box.scrollTop;
    change();
    this.#box.scrollTop = this.#box.scrollHeight - fromEnd;
  }
}
