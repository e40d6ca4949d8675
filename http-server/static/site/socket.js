import { delayAfter, endingOf, SIGNED_OUT, spreadOf, TOKEN_REFUSED } from "./close-codes.js";
import { Heartbeat } from "./heartbeat.js";
import { findObstacle, obstacle, obstacleOf } from "./obstacle.js";
import { SocketSession } from "./session.js";

const PROTOCOL = "catamaran.v1";
const CONNECT_TIMEOUT_MS = 10_000;
/** After so many failures in a row the page looks for the obstacle: sooner before the first connection, later where the server may be restarting. */
const SUSPICIOUS = { never: 4, before: 8 };
/** After so many failures in a row refused tokens are reported: one may have expired on a slow line. */
const REFUSED_TOKENS = 2;
const UNAUTHORIZED = 401;
const NORMAL = 1000;
const LOST = 1006;
/** `WebSocket.CONNECTING` */
const CONNECTING = 0;

const browser = {
  open: (url, subprotocols) => new WebSocket(url, subprotocols),
  makeSession: () => new SocketSession(document.documentElement.dataset.wsSession),
  setTimeout: (run, ms) => setTimeout(run, ms),
  clearTimeout: (timer) => clearTimeout(timer),
  now: () => Date.now(),
  random: () => Math.random(),
  online: () => navigator.onLine,
  findObstacle,
};

/**
 * A connection that reconnects by itself.
 *
 * States (`onState` gets `{name, …}`): `connecting` (`again`: not for the first time), `live` (from the first frame on),
 * `waiting` (`until`: when the next try is), `offline` (the same, and the browser says that there is no network),
 * `stopped`, and the endings of close codes: `closed`, `ended`, `refused`, `not_found`.
 * `connecting`, `waiting` and `offline` have an `obstacle` where the reason of the failures is known.
 * Where the browser sends no cookie to the sockets' host, each try fetches a token first.
 * A browser answers the server's pings without telling the page, so the page has a heartbeat of its own.
 */
export class LiveSocket {
  #url;
  #onState;
  #onFrame;
  #env;
  #session;
  #socket = null;
  /** The current try. What comes for an older one is ignored. */
  #attempt = null;
  #timer = null;
  #failures = 0;
  #spread = null;
  #obstacle = null;
  #patience = SUSPICIOUS.never;
  #over = false;
  #heartbeat;
  #state = { name: "stopped" };

  constructor({ url, onState, onFrame }, env = browser) {
    this.#url = url;
    this.#onState = onState;
    this.#onFrame = onFrame;
    this.#env = env;
    this.#session = env.makeSession();
    this.#heartbeat = new Heartbeat({ ask: () => this.send({ type: "ping" }), dead: () => this.#lost(LOST) }, env);
  }

  /** The name of the state. */
  get state() {
    return this.#state.name;
  }

  /** The time over which the pages of this server spread what they do at the same moment, in milliseconds; `null` if unknown. */
  get spread() {
    return this.#spread;
  }

  /** Connects; also after `stop`, but not after `end`. */
  start() {
    if (this.state === "stopped" && !this.#over) this.#connect();
  }

  /** Closes and stays closed: the page goes away. */
  stop() {
    this.#abandon();
    this.#failures = 0;
    this.#become({ name: "stopped" });
  }

  /** Closes for good: the page needs no connection any more. */
  end() {
    this.#over = true;
    this.stop();
  }

  /** The user looks at the page: connects now where it waits, and pings a connection that seems to be live. */
  wake() {
    if (["waiting", "offline", "closed"].includes(this.state)) this.#connect();
    else if (this.state === "live") this.#heartbeat.check();
  }

  /** Drops a connection that does not work properly, and connects again after a moment. */
  renew() {
    if (["connecting", "live"].includes(this.state)) this.#lost(LOST);
  }

  /** The server is unreachable, so a connection that seems to be live is dead. */
  unreachable() {
    this.renew();
    if (this.state === "waiting") this.#become({ ...this.#state, name: "offline" });
  }

  /** Sends a frame. False without a live connection: the frame is not kept for later. */
  send(frame) {
    if (this.state !== "live") return false;
    this.#socket.send(JSON.stringify(frame));
    return true;
  }

  #connect() {
    this.#abandon();
    this.#become({ name: "connecting", again: this.#failures > 0, ...this.#known });
    this.#timer = this.#env.setTimeout(() => this.#lost(LOST), CONNECT_TIMEOUT_MS);
    if (this.#session.byToken) this.#connectByToken();
    else this.#open([PROTOCOL]);
  }

  async #connectByToken() {
    const attempt = {};
    this.#attempt = attempt;
    try {
      const token = await this.#session.fetchToken();
      if (attempt === this.#attempt) this.#open([PROTOCOL, token]);
    } catch (error) {
      if (attempt !== this.#attempt) return;
      if (error.status === UNAUTHORIZED) this.#finish(endingOf(SIGNED_OUT));
      else this.#lost(LOST);
    }
  }

  #open(subprotocols) {
    let socket;
    try {
      socket = this.#env.open(this.#url, subprotocols);
    } catch (error) {
      this.#obstacle = obstacleOf(error, this.#url);
      this.#lost(LOST);
      return;
    }
    this.#socket = socket;
    socket.onmessage = ({ data }) => this.#receive(socket, data);
    // The close of an abandoned socket comes later, and does not concern its successor.
    socket.onclose = ({ code }) => socket === this.#socket && this.#lost(code);
  }

  #receive(socket, data) {
    if (socket !== this.#socket) return;
    const frame = JSON.parse(data);
    if (this.state !== "live") {
      // Only after a frame: a server that opens and closes at once must not be tried in a tight loop.
      this.#failures = 0;
      this.#spread = spreadOf(frame);
      this.#obstacle = null;
      this.#patience = SUSPICIOUS.before;
      this.#env.clearTimeout(this.#timer);
      this.#become({ name: "live" });
    }
    this.#heartbeat.heard();
    if (frame.type !== "pong") this.#onFrame(frame);
  }

  #lost(code) {
    // A server that never accepted the session may not have seen it. Only http-server knows whether it has ended.
    const unseen = code === SIGNED_OUT && this.state !== "live";
    const ending = unseen ? undefined : endingOf(code);
    if (ending) this.#finish(ending);
    else this.#retry(code);
  }

  #finish(ending) {
    this.#abandon();
    this.#become({ name: ending });
  }

  #retry(code) {
    this.#abandon();
    const delay = delayAfter(code, this.#failures, this.#env.random, this.#spread);
    this.#failures += 1;
    this.#doubtSession(code);
    this.#timer = this.#env.setTimeout(() => this.#connect(), delay);
    this.#become({ name: this.#env.online() ? "waiting" : "offline", until: this.#env.now() + delay, ...this.#known });
    if (this.#failures >= this.#patience && !this.#obstacle) this.#investigate();
  }

  /** A refused cookie is tried as a token. A refused token, of a session that lives, is a fault of the site. */
  #doubtSession(code) {
    if (code === SIGNED_OUT && this.#session.byToken) this.#obstacle = obstacle("session", this.#url);
    else if (code === SIGNED_OUT) this.#session.useTokens();
    else if (code === TOKEN_REFUSED && this.#failures >= REFUSED_TOKENS) this.#obstacle = obstacle("token", this.#url);
  }

  get #known() {
    return this.#obstacle ? { obstacle: this.#obstacle } : {};
  }

  async #investigate() {
    const found = await this.#env.findObstacle(this.#url);
    if (!found || this.#failures < this.#patience) return;
    this.#obstacle = found;
    if (["waiting", "connecting"].includes(this.state)) this.#become({ ...this.#state, ...this.#known });
  }

  #abandon() {
    this.#env.clearTimeout(this.#timer);
    this.#heartbeat.stop();
    const socket = this.#socket;
    this.#socket = null;
    this.#attempt = null;
    // Browsers log a complaint about a socket closed before it opened; a page that goes closes it anyway.
    if (socket?.readyState === CONNECTING) socket.onopen = () => socket.close(NORMAL);
    else socket?.close(NORMAL);
  }

  #become(state) {
    this.#state = state;
    this.#onState(state);
  }
}
