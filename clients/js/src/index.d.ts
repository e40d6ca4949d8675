/** A frame: one JSON object with a type. */
export interface Frame {
  readonly type: string;
}

/** Bytes that are sent as a binary message. */
export type Bytes = ArrayBuffer | ArrayBufferView<ArrayBuffer> | Blob;

/** Why connections fail, and the host of the socket's address. */
export interface Obstacle {
  /**
   * `security`: a page that came over https may not open `ws://`. `address`: the address is no address.
   * `answer`: the host does not answer. `server`: it answers with a status from 500 on. `permission`: it refuses the handshake, perhaps for its origin.
   * `route`: http-server answers instead of ws-server. `contact`: the host is another one than the page's, which cannot be examined.
   * `handshake`: the handshake failed; `detail` says how (Node alone knows).
   * `session`: the server takes the token, and does not find its session. `token`: the server refuses tokens.
   */
  readonly reason: "security" | "address" | "answer" | "server" | "permission" | "route" | "contact" | "handshake" | "session" | "token";
  readonly host: string;
  /** The words of Node's error: `Unexpected server response: 403`. */
  readonly detail?: string;
}

/** The state of a connection. A badge shows it. */
export type State<Ending extends string = never> =
  | { readonly name: "stopped" }
  | { readonly name: "connecting"; /** Not for the first time. */ readonly again: boolean; readonly obstacle?: Obstacle }
  | { readonly name: "live" }
  | {
      /** `offline`: the browser says that there is no network. */
      readonly name: "waiting" | "offline";
      /** When the next try is, in Unix milliseconds. */
      readonly until: number;
      /** The server works, and has no room before then. */
      readonly busy?: true;
      readonly obstacle?: Obstacle;
    }
  | {
      /** `closed`: 1000. `ended`: 4401, the session has ended. `refused`: 4403. `not_found`: 4404. The client does not connect again by itself. */
      readonly name: "closed" | "ended" | "refused" | "not_found" | Ending;
      readonly code: number;
      readonly reason: string;
    };

/** How the client detects a dead connection. */
export interface HeartbeatOptions {
  /** The frame that asks for an answer; `{"type":"ping"}` by default. */
  ping?: unknown;
  /** Whether a frame is the answer to a ping, and nothing else: no handler gets it. By default its type is `pong`. */
  isPong?(frame: any): boolean;
  /** After this silence the client pings the server, in milliseconds; 25,000 by default. */
  silenceMs?: number;
  /** Without an answer in this time the connection is dead, in milliseconds; 5,000 by default. */
  answerMs?: number;
}

/** How frames become messages. JSON in texts by default. */
export interface Codec<In extends Frame, Out> {
  encode(frame: Out): string | Bytes;
  /** `undefined` for a binary message that is no frame: it goes to the handlers of `onBinary`. An error is reported as uncaught. */
  decode(data: string | ArrayBuffer): In | undefined;
}

/** The constructor of a WebSocket: a browser's, Node's (from 22 on), or that of the package `ws`. */
export type WebSocketClass = new (url: string, protocols: string[]) => any;

/** What a connection needs to know. */
export interface ConnectionOptions<In extends Frame = any, Out = any, Ending extends string = never> {
  /** The address, or a function that is asked before each connection. */
  url: string | URL | (() => string | URL | Promise<string | URL>);
  /** The subprotocols to offer; none by default. Browsers refuse a server that answers none of those that were offered. */
  protocols?: readonly string[];
  /**
   * Fetches a socket token: the subprotocol to offer beside `protocols`. It is called before each connection that needs a token.
   * An error whose `status` is 401 says that the session has ended. After any other error the client tries again.
   */
  token?: () => Promise<string>;
  /** `always` (the default), or `refused`: the cookie is tried first, and a token after the server has refused it with 4401. */
  tokenUse?: "always" | "refused";
  /** When the connection is live: with the server's first message (the default), or as soon as the socket is open. */
  live?: "first-frame" | "open";
  /** `false` for a server that answers no pings: a dead line is then found by the system alone, after minutes. */
  heartbeat?: HeartbeatOptions | false;
  codec?: Codec<In, Out>;
  /** Close codes after which the client does not connect again, with the name of the state that each leads to. */
  endings?: Readonly<Record<number, Ending>>;
  /** The class of sockets, where the global `WebSocket` is missing or needs headers. */
  WebSocket?: WebSocketClass;
  /** The handlers of frames, by type: as `on`. */
  frames?: { readonly [Type in In["type"]]?: (frame: Extract<In, { type: Type }>) => void };
  /** Called at each change of the state. */
  onState?(state: State<Ending>): void;
  /** Called for each binary message: as `onBinary`. */
  onBinary?(bytes: ArrayBuffer): void;
  /** Called for a frame without a handler. By default the console gets a warning. */
  onUnknown?(frame: In): void;
}

/** A connection that reconnects by itself. `In` are the frames of the server, `Out` those of the client. */
export class Connection<In extends Frame = any, Out = any, Ending extends string = never> {
  /** Throws a `TypeError` that names a wrong option. It does not connect: see `start`. */
  constructor(options: ConnectionOptions<In, Out, Ending>);

  /** The state, an object that never changes: each change makes a new one. */
  readonly state: State<Ending>;
  /** Whether frames can be sent now. */
  readonly live: boolean;
  /** The time over which the clients of this server spread what they do at the same moment, in milliseconds; `null` if unknown. */
  readonly spread: number | null;
  /** The bytes that were sent and have not left this machine yet. */
  readonly buffered: number;

  /** Connects; also after `stop`, but not after `end`. */
  start(): void;
  /** Closes and stays closed until `start`. */
  stop(): void;
  /** Closes for good. */
  end(): void;
  /** The user is back: connects now where it waits, and pings a connection that seems to be live. */
  wake(): void;
  /** Drops a connection that does not work properly, and connects again after a moment. */
  renew(): void;
  /** The server is unreachable, so a connection that seems to be live is dead. */
  unreachable(): void;
  /** Sends a frame, or bytes as a binary message. False without a live connection: the frame is not kept for later. */
  send(frame: Out | Bytes): boolean;

  /** Calls `handler` for each frame of a type. Returns a function that removes it. */
  on<Type extends In["type"]>(type: Type, handler: (frame: Extract<In, { type: Type }>) => void): () => void;
  /** Calls `handler` for each binary message. Returns a function that removes it. */
  onBinary(handler: (bytes: ArrayBuffer) => void): () => void;
  /** Calls `listener` with the state: now, and at each change. Returns a function that removes it. */
  subscribe(listener: (state: State<Ending>) => void): () => void;
}

/** What `followPage` may do beside the connection. */
export interface PageOptions {
  /** Called where the user has come back and may have missed something. */
  onReturn?(): void;
  /** Whether the server answers, asked where the browser loses its network. Without it a ping decides, within 5 s. */
  reachable?(): Promise<boolean>;
}

/**
 * Connects a connection to the page's events: visible again, network back, machine awake, page left, page restored by the "back" button.
 * Returns a function that ends it.
 */
export function followPage(connection: Pick<Connection, "wake" | "start" | "stop" | "unreachable">, options?: PageOptions): () => void;

/**
 * The wait before the next try after a close code and so many failures before, in milliseconds: random up to a bound that doubles with
 * each failure, and is at least `spread`. For requests that many clients make at the same moment: take 1006, and `connection.spread`.
 */
export function delayAfter(code: number, failures: number, random?: () => number, spread?: number | null): number;

/** The time that a first frame names in `reconnect_within_ms`, in milliseconds; `null` where it names none. */
export function spreadOf(frame: unknown): number | null;
