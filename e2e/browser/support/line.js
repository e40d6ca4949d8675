import { on, once } from "node:events";
import { connect, createServer } from "node:net";

/** The time limit for new connections. */
const PATIENCE_MS = 15_000;

/** A proxy to a local server that can stop forwarding, like a lost radio link: both ends stay open. */
export class Line {
  #server;
  /** The connections, each with both of its ends. */
  #connections = new Set();

  /** Opens `port` and carries what comes there to `target`. */
  async start(port, target) {
    this.#server = createServer((near) => this.#carry(near, connect(target, "127.0.0.1"))).listen(port, "127.0.0.1");
    await once(this.#server, "listening");
  }

  /** Stops forwarding on the open connections, without closing them; new ones are forwarded. */
  deaden() {
    for (const connection of this.#connections) connection.dead = true;
  }

  /** Waits for this number of new connections. */
  async anew(count) {
    const begun = on(this.#server, "connection", { signal: AbortSignal.timeout(PATIENCE_MS) });
    for (let left = count; left > 0; left -= 1) await begun.next();
    await begun.return();
  }

  async stop() {
    const closed = once(this.#server, "close");
    this.#server.close();
    for (const { ends } of this.#connections) ends.forEach((end) => end.destroy());
    await closed;
  }

  #carry(near, far) {
    const connection = { ends: [near, far], dead: false };
    this.#connections.add(connection);
    for (const [from, to] of [[near, far], [far, near]]) {
      from.on("data", (bytes) => connection.dead || to.write(bytes));
      // A connection that breaks is closed right after, and that is what counts here.
      from.on("error", () => {});
      from.on("close", () => connection.dead || to.destroy());
    }
  }
}
