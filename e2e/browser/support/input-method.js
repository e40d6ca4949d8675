const ENTER = { key: "Enter", code: "Enter", windowsVirtualKeyCode: 13 };

/** An input method as the browser's protocol drives it: with these events a Korean keyboard writes. */
export class InputMethod {
  #session;

  constructor(session) {
    this.#session = session;
  }

  static async of(page) {
    return new InputMethod(await page.context().newCDPSession(page));
  }

  /** A syllable grows, one letter after the other, in the focused field. */
  async compose(...steps) {
    for (const text of steps) {
      await this.#session.send("Input.imeSetComposition", { text, selectionStart: text.length, selectionEnd: text.length });
    }
  }

  /** The syllable is done. */
  async commit(text) {
    await this.#session.send("Input.insertText", { text });
  }

  /** The Enter key goes down and up while a syllable is open. */
  async enter() {
    await this.#session.send("Input.dispatchKeyEvent", { type: "rawKeyDown", ...ENTER });
    await this.#session.send("Input.dispatchKeyEvent", { type: "keyUp", ...ENTER });
  }
}
