const PATIENCE_MS = 5_000;
const SERVER_ERROR = 500;

/** An obstacle to a live connection: its `reason` (the page's text is called `no_<reason>`) and the `host` of the address. */
const obstacle = (reason, url) => ({ reason, host: url.split("/")[2] || url });

/** The browser refused to try: a page that came over https may not open `ws://`. */
export const obstacleOf = (error, url) => obstacle(error.name === "SecurityError" ? "security" : "address", url);

/**
 * Asks the socket's address over plain HTTP, since a browser hides why a handshake failed. `null` where the page is offline.
 * The page's policy allows this on its own origin alone: another one cannot be examined.
 */
export async function findObstacle(url, { fetch = globalThis.fetch, online = () => navigator.onLine, origin = location.origin } = {}) {
  if (!online()) return null;
  const address = url.replace(/^ws/, "http");
  if (new URL(address).origin !== origin) return obstacle("contact", url);
  try {
    const { status } = await fetch(address, { cache: "no-store", credentials: "omit", signal: AbortSignal.timeout(PATIENCE_MS) });
    return obstacle(status >= SERVER_ERROR ? "server" : "permission", url);
  } catch {
    return obstacle("answer", url);
  }
}
