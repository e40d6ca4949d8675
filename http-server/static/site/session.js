import { post } from "./api.js";

/**
 * How a socket shows its session: by the cookie, which the browser sends by itself, or by a token where the browser does not.
 * A token works once, so each connection needs a new one.
 */
export class SocketSession {
  #byToken;

  /** `mode` is "token" where the cookie does not reach the sockets' host, as the server knows by its settings. */
  constructor(mode) {
    this.#byToken = mode === "token";
  }

  /** Whether the next connection needs a token. */
  get byToken() {
    return this.#byToken;
  }

  /** Uses tokens from now on: the sockets' server has not seen the cookie, whatever the settings say. */
  useTokens() {
    this.#byToken = true;
  }

  /** Fetches a token: the subprotocol to offer. Throws an `ApiError`; its status is 401 where the session has ended. */
  async fetchToken() {
    const { subprotocol } = await post("/socket-token");
    return subprotocol;
  }
}
