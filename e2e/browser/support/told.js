/** All frames that a page's sockets received. */
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

  /** The received roles as `seat:role`; a role without a seat is the reader's own (`own:role`). */
  roles() {
    const found = this.#objects().filter(({ role }) => typeof role === "string");
    return [...new Set(found.map(({ seat, role }) => `${seat ?? "own"}:${role}`))].toSorted();
  }

  /** The types of all received events and frames. */
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
