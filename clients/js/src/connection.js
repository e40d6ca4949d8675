import { delayAfter, endingOf, ENDINGS, LOST, NORMAL, SIGNED_OUT, spreadOf, TOKEN_REFUSED, TRY_AGAIN, turnOf } from "./close-codes.js";
import { callAll, Handlers, isBinary, JSON_CODEC, report } from "./frames.js";
import { Heartbeat, HEARTBEAT, NO_HEARTBEAT } from "./heartbeat.js";
import { obstacle, obstacleOf } from "./obstacle.js";
import { openerOf, platform } from "./platform.js";
import { Target } from "./target.js";

const CONNECT_TIMEOUT_MS = 10_000;
/** After so many failures in a row the client looks for the obstacle: sooner before the first connection, later where the server may be restarting. */
const SUSPICIOUS = { never: 4, before: 8 };
/** After so many failures in a row refused tokens are reported: one may have expired on a slow line. */
const REFUSED_TOKENS = 2;
const UNAUTHORIZED = 401;
/** `WebSocket.CONNECTING` and `WebSocket.OPEN` */
const [CONNECTING, OPEN] = [0, 1];
/** The types under which handlers are kept that are of no frame's type. */
const [BINARY, STATE, UNKNOWN] = [Symbol("binary"), Symbol("state"), Symbol("unknown")];

/**
 * A connection that reconnects by itself.
 *
 * States: `connecting` (`again`: not for the first time), `live`, `waiting` (`until`: when the next try is), `offline` (the same, and
 * the browser says that there is no network), `stopped`, and the endings of close codes: `closed`, `ended`, `refused`, `not_found`, and
 * those of the option `endings`. `connecting`, `waiting` and `offline` have an `obstacle` where the reason of the failures is known, and
 * `waiting` has `busy` where a busy server has named the time of the next try.
 */
export class Connection {
  #env;
  #open;
  #target;
  #codec;
  #isPong;
  #ping;
  #endings;
  #heartbeat;
  #liveOnOpen;
  #handlers = new Handlers();
  #socket = null;
  /** The current try. What comes for an older one is ignored. */
  #attempt = null;
  #timer = null;
  #failures = 0;
  #spread = null;
  #obstacle = null;
  #patience = SUSPICIOUS.never;
  /** Whether the server has sent anything over this socket. */
  #proven = false;
  #over = false;
  #state = { name: "stopped" };

  /** Takes the options of `index.d.ts`. Unit tests replace `env`. */
  constructor(options, env = platform) {
    const { url, heartbeat = {}, codec = JSON_CODEC, endings = {}, live = "first-frame", WebSocket, frames = {}, onState, onBinary, onUnknown } = options;
    if (!url) throw new TypeError("The option url is missing: the address of the socket, such as wss://chat.example/ws/lobby/");
    this.#env = env;
    this.#open = env.open ?? openerOf(WebSocket);
    this.#target = new Target(options);
    this.#codec = codec;
    this.#endings = { ...ENDINGS, ...endings };
    this.#liveOnOpen = live === "open";
    this.#heartbeat = this.#makeHeartbeat(heartbeat);
    for (const [type, handler] of Object.entries(frames)) this.on(type, handler);
    if (onState) this.#handlers.add(STATE, onState);
    if (onBinary) this.onBinary(onBinary);
    this.#handlers.add(UNKNOWN, onUnknown ?? (({ type }) => console.warn(`A frame of the unknown type ${type} was left aside`)));
  }

  /** The state, an object that never changes: each change makes a new one. */
  get state() {
    return this.#state;
  }

  /** Whether frames can be sent now. */
  get live() {
    return this.#state.name === "live";
  }

  /** The time over which the clients of this server spread what they do at the same moment, in milliseconds; `null` if unknown. */
  get spread() {
    return this.#spread;
  }

  /** The bytes that were sent and have not left this machine yet. */
  get buffered() {
    return this.#socket?.bufferedAmount ?? 0;
  }

  /** Calls `handler` for each frame of a type. Returns a function that removes it. */
  on(type, handler) {
    return this.#handlers.add(type, handler);
  }

  /** Calls `handler` for each binary message, as an `ArrayBuffer`. Returns a function that removes it. */
  onBinary(handler) {
    return this.#handlers.add(BINARY, handler);
  }

  /** Calls `listener` with the state: now, and at each change. Returns a function that removes it. */
  subscribe(listener) {
    const remove = this.#handlers.add(STATE, listener);
    callAll([listener], this.#state);
    return remove;
  }

  /** Connects; also after `stop`, but not after `end`. */
  start() {
    if (this.#state.name === "stopped" && !this.#over) this.#connect();
  }

  /** Closes and stays closed until `start`: the page goes away. */
  stop() {
    this.#abandon();
    this.#failures = 0;
    if (this.#state.name !== "stopped") this.#become({ name: "stopped" });
  }

  /** Closes for good. */
  end() {
    this.#over = true;
    this.stop();
  }

  /** The user looks at the page: connects now where it waits, and pings a connection that seems to be live. */
  wake() {
    if (["waiting", "offline", "closed"].includes(this.#state.name)) this.#connect();
    else if (this.live) this.#heartbeat.check();
  }

  /** Drops a connection that does not work properly, and connects again after a moment. */
  renew() {
    if (["connecting", "live"].includes(this.#state.name)) this.#lost(LOST);
  }

  /** The server is unreachable, so a connection that seems to be live is dead. */
  unreachable() {
    this.renew();
    if (this.#state.name === "waiting") this.#become({ ...this.#state, name: "offline" });
  }

  /** Sends a frame, or bytes as a binary message. False without a live connection: the frame is not kept for later. */
  send(frame) {
    if (!this.live || this.#socket.readyState !== OPEN) return false;
    this.#socket.send(isBinary(frame) ? frame : this.#codec.encode(frame));
    return true;
  }

  #makeHeartbeat(options) {
    if (options === false) return NO_HEARTBEAT;
    const { ping, isPong, silenceMs, answerMs } = { ...HEARTBEAT, ...options };
    this.#ping = ping;
    this.#isPong = isPong;
    return new Heartbeat({ ask: () => this.send(this.#ping), dead: () => this.#lost(LOST), silenceMs, answerMs }, this.#env);
  }

  #connect() {
    this.#abandon();
    this.#become({ name: "connecting", again: this.#failures > 0, ...this.#known });
    this.#timer = this.#env.setTimeout(() => this.#lost(LOST), CONNECT_TIMEOUT_MS);
    const protocols = this.#target.ready;
    if (protocols) this.#openSocket(protocols);
    else this.#prepare();
  }

  async #prepare() {
    const attempt = {};
    this.#attempt = attempt;
    try {
      const protocols = await this.#target.prepare();
      if (attempt === this.#attempt) this.#openSocket(protocols);
    } catch (error) {
      if (attempt !== this.#attempt) return;
      if (error?.status === UNAUTHORIZED) this.#finish(SIGNED_OUT, "");
      else this.#lost(LOST);
    }
  }

  #openSocket(protocols) {
    let socket;
    try {
      socket = this.#open(this.#target.url, protocols);
    } catch (error) {
      this.#obstacle = obstacleOf(error, this.#target.url);
      this.#lost(LOST);
      return;
    }
    this.#socket = socket;
    this.#proven = false;
    socket.binaryType = "arraybuffer";
    socket.onopen = () => this.#opened(socket);
    socket.onmessage = ({ data }) => this.#receive(socket, data);
    // The close of an abandoned socket comes later, and does not concern its successor.
    socket.onclose = ({ code, reason }) => socket === this.#socket && this.#lost(code, reason);
    // A close always follows. The package `ws` ends the program where nothing handles an error.
    socket.onerror = (event) => socket === this.#socket && this.#fault(event);
  }

  #opened(socket) {
    if (socket !== this.#socket || !this.#liveOnOpen) return;
    this.#goLive();
    this.#heartbeat.check();
    // A server that says nothing proves by the time that it works.
    this.#timer = this.#env.setTimeout(() => this.#proven || this.#prove(), CONNECT_TIMEOUT_MS);
  }

  #receive(socket, data) {
    if (socket !== this.#socket) return;
    const frame = this.#decode(data);
    if (!this.#proven && frame?.type === "busy") return this.#sentAway(frame);
    if (!this.#proven) this.#prove(frame);
    if (!this.live) this.#goLive();
    this.#heartbeat.heard();
    this.#handOn(frame, data);
  }

  /** The frame of a message; `undefined` for a binary message that is none, `null` for a message that is broken. */
  #decode(data) {
    try {
      return this.#codec.decode(data);
    } catch (error) {
      report(error);
      return null;
    }
  }

  #handOn(frame, data) {
    if (frame === undefined) this.#handlers.call(BINARY, data);
    else if (frame !== null && !this.#isPong?.(frame) && !this.#handlers.call(frame.type, frame)) this.#handlers.call(UNKNOWN, frame);
  }

  /** Only a message proves that the server works: one that opens and closes at once must not be tried in a tight loop. */
  #prove(frame) {
    this.#proven = true;
    this.#failures = 0;
    this.#spread = spreadOf(frame);
    this.#obstacle = null;
    this.#patience = SUSPICIOUS.before;
  }

  #goLive() {
    this.#env.clearTimeout(this.#timer);
    this.#become({ name: "live" });
  }

  #lost(code, reason = "") {
    // A server that never accepted the session may not have seen it. Only a request for a token shows whether it has ended.
    const unseen = code === SIGNED_OUT && !this.#proven && this.#target.hasTokens;
    if (!unseen && endingOf(code, this.#endings)) this.#finish(code, reason);
    else this.#retry(code);
  }

  /** The server works, and has no room at the moment: that is no failure. */
  #sentAway(frame) {
    const delay = turnOf(frame, this.#env.random);
    if (delay === null) return this.#lost(TRY_AGAIN);
    this.#abandon();
    this.#obstacle = null;
    this.#timer = this.#env.setTimeout(() => this.#connect(), delay);
    this.#become({ name: "waiting", until: this.#env.now() + delay, busy: true });
  }

  #finish(code, reason) {
    this.#abandon();
    this.#become({ name: endingOf(code, this.#endings), code, reason });
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

  /** Node says what failed; a browser hides it. */
  #fault({ message }) {
    if (message && !this.#proven) this.#obstacle = { ...obstacle("handshake", this.#target.url), detail: message };
  }

  /** A refused cookie is tried as a token. A refused token, of a session that lives, is a fault of the site. */
  #doubtSession(code) {
    const { url, byToken } = this.#target;
    if (code === SIGNED_OUT && byToken) this.#obstacle = obstacle("session", url);
    else if (code === SIGNED_OUT) this.#target.useTokens();
    else if (code === TOKEN_REFUSED && this.#failures >= REFUSED_TOKENS) this.#obstacle = obstacle("token", url);
  }

  get #known() {
    return this.#obstacle ? { obstacle: this.#obstacle } : {};
  }

  async #investigate() {
    const found = await this.#env.findObstacle(this.#target.url);
    if (!found || this.#failures < this.#patience) return;
    this.#obstacle = found;
    if (["waiting", "connecting"].includes(this.#state.name)) this.#become({ ...this.#state, ...this.#known });
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
    this.#handlers.call(STATE, state);
  }
}
