/** A distance in CSS pixels that still counts as the end: touch screens stop a line short of it. */
const NEAR_PX = 48;

/**
 * Keeps the reader's place: at the end the log follows new messages, further up nothing moves.
 * `onEnd()` is called when the reader reaches the end.
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
    // A phone's keyboard or a longer draft shrinks the log: stay at the end.
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
