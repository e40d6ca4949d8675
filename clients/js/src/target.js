/**
 * Where a connection leads, and how it shows its session: by the cookie, which a browser sends by itself, or by a token.
 * A token works once, so each connection needs a new one.
 */
export class Target {
  #url;
  #protocols;
  #token;
  #byToken;
  #last;

  constructor({ url, protocols = [], token = null, tokenUse = "always" }) {
    if (token && protocols.length === 0) {
      throw new TypeError("A token travels beside a subprotocol that the server answers: name that one in the option protocols");
    }
    if (!["always", "refused"].includes(tokenUse)) throw new TypeError(`tokenUse is "always" or "refused", not ${JSON.stringify(tokenUse)}`);
    this.#url = url;
    this.#protocols = protocols;
    this.#token = token;
    this.#byToken = token !== null && tokenUse === "always";
    this.#last = typeof url === "function" ? "" : String(url);
  }

  /** The address of the newest try. */
  get url() {
    return this.#last;
  }

  /** Whether the next connection needs a token. */
  get byToken() {
    return this.#byToken;
  }

  /** Whether the client can fetch tokens. */
  get hasTokens() {
    return this.#token !== null;
  }

  /** Uses tokens from now on: the server has refused the cookie. */
  useTokens() {
    this.#byToken = true;
  }

  /** The subprotocols to offer, where no callback has to be asked first; otherwise `null`. */
  get ready() {
    return this.#byToken || typeof this.#url === "function" ? null : [...this.#protocols];
  }

  /** Asks the callbacks for the address and a token, and returns the subprotocols to offer. */
  async prepare() {
    const url = typeof this.#url === "function" ? this.#url() : this.#url;
    const tokens = this.#byToken ? [this.#token()] : [];
    const [address, ...offered] = await Promise.all([url, ...tokens]);
    this.#last = String(address);
    return [...this.#protocols, ...offered];
  }
}
