import { EventEmitter, once } from "node:events";

/**
 * The line between a page and its table's socket, in the test's hand: what the server says can be kept back, what the page says can be
 * lost, and the page can be told what the test makes up.
 */
export class Wire {
  #page = null;
  #held = null;
  #lose = 0;
  #commands = [];
  #heard = new EventEmitter();
  /** The last number and view of each stream that the page received. */
  known = {};

  /** Holds the sockets that `page` opens from now on; the newest one counts. */
  static async of(page) {
    const wire = new Wire();
    await page.routeWebSocket(/\/ws\/games\//, (socket) => wire.#carry(socket, socket.connectToServer()));
    return wire;
  }

  /** Holds the server's frames until `release`. */
  hold() {
    this.#held ??= [];
  }

  release() {
    const held = this.#held ?? [];
    this.#held = null;
    held.forEach((text) => this.#pass(text));
  }

  /** The next command is lost. */
  loseNext() {
    this.#lose += 1;
  }

  /** Sends a frame to the page. */
  tell(frame) {
    this.#page.send(JSON.stringify(frame));
  }

  /** Sends the page an invented event as the next one of a stream. Hold the server first: it uses the same numbers. */
  makeUp(stream, event, view = this.known[stream].view) {
    const seq = this.known[stream].seq + 1;
    this.known[stream] = { seq, view };
    const now = Date.now();
    const updates = [{ seq, pos: this.known.public.seq, at: now, events: [event] }];
    this.tell({ type: "game.update", stream, first: seq, seq, updates, view, now });
  }

  /** Waits until the page has sent so many commands of this kind, and gives them; those that were lost too. */
  async whenSent(type, count) {
    for (;;) {
      const sent = this.#commands.filter((frame) => frame.do.type === type);
      if (sent.length >= count) return sent;
      await once(this.#heard, "command");
    }
  }

  #carry(page, server) {
    this.#page = page;
    page.onMessage((text) => {
      const frame = JSON.parse(text);
      const command = frame.type === "game.do";
      if (command && this.#lose > 0) this.#lose -= 1;
      else server.send(text);
      if (!command) return;
      this.#commands.push(frame);
      this.#heard.emit("command");
    });
    server.onMessage((text) => {
      if (this.#held === null) this.#pass(text);
      else this.#held.push(text);
    });
  }

  #pass(text) {
    const frame = JSON.parse(text);
    if (frame.type === "game.update") this.known[frame.stream] = { seq: frame.seq, view: frame.view };
    if (frame.type === "game.state") {
      this.known = { public: { seq: frame.seq, view: frame.public }, you: { seq: frame.my_seq, view: frame.you } };
    }
    this.#page.send(text);
  }
}
