/** Everything that a page's sockets were told, as it came over the wire. */
export class Told {
  #frames = [];

  /** Listens to the sockets that `page` opens from now on. */
  constructor(page) {
    page.on("websocket", (socket) => {
      socket.on("framereceived", ({ payload }) => {
        if (new URL(socket.url()).pathname.startsWith("/ws/games/")) this.#frames.push(JSON.parse(payload));
      });
    });
  }

  /** Whose roles were told, `seat:role`; what was told without a seat is the reader's own (`own:role`). */
  roles() {
    const found = this.#objects().filter(({ role }) => typeof role === "string");
    return [...new Set(found.map(({ seat, role }) => `${seat ?? "own"}:${role}`))].toSorted();
  }

  /** The kinds of events, and of everything else that says what it is. */
  kinds() {
    return new Set(this.#objects().map(({ type }) => type));
  }

  /** Whether a text came in any frame. */
  has(text) {
    return this.#frames.some((frame) => JSON.stringify(frame).includes(text));
  }

  #objects() {
    const found = [];
    const walk = (value) => {
      if (value === null || typeof value !== "object") return;
      if (!Array.isArray(value)) found.push(value);
      Object.values(value).forEach(walk);
    };
    this.#frames.forEach(walk);
    return found;
  }
}
