const PATIENCE_MS = 5_000;
const SERVER_ERROR = 500;
/** The code of http-server's answer to a request for a socket. */
const NOT_HERE = "not_here";

/** An obstacle to a connection: its `reason` and the `host` of the address. */
export const obstacle = (reason, url) => ({ reason, host: url.split("/")[2] || url });

/** The browser refused to try: a page that came over https may not open `ws://`. */
export const obstacleOf = (error, url) => obstacle(error.name === "SecurityError" ? "security" : "address", url);

/**
 * Asks the socket's address over plain HTTP, since a browser hides why a handshake failed. `null` where the page is offline.
 * It asks the page's own origin alone: a browser hides the answers of another one, and a policy may forbid the question.
 * Outside of a page there is no origin, and the program's own `WebSocket` says what failed: `null`.
 */
export async function findObstacle(url, { fetch = globalThis.fetch, online = isOnline, origin = globalThis.location?.origin } = {}) {
  if (origin === undefined || !online()) return null;
  const address = url.replace(/^ws/, "http");
  if (new URL(address).origin !== origin) return obstacle("contact", url);
  try {
    const headers = { accept: "application/json" };
    const answer = await fetch(address, { headers, cache: "no-store", credentials: "omit", signal: AbortSignal.timeout(PATIENCE_MS) });
    if (answer.status >= SERVER_ERROR) return obstacle("server", url);
    return obstacle((await codeOf(answer)) === NOT_HERE ? "route" : "permission", url);
  } catch {
    return obstacle("answer", url);
  }
}

/** Whether the browser has a network, as far as it knows. Node does not know. */
export const isOnline = () => globalThis.navigator?.onLine ?? true;

/** The code of a refusal; `undefined` for the page of a proxy. */
async function codeOf(answer) {
  try {
    return (await answer.json()).code;
  } catch {
    return undefined;
  }
}
