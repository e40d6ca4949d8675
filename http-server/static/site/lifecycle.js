import { reachable } from "./api.js";

/** Whoever looked elsewhere for longer than this has come back; the rest is clicking about. */
const AWAY_MS = 5_000;

const browser = { window: globalThis, document: globalThis.document, now: () => Date.now(), reachable };

/** Ties a socket to the page's life: seen again, network back, gone, and come back by the "back" button. */
export function followPage(socket, onReturn, env = browser) {
  const { window, document } = env;
  let left = env.now();
  const back = () => {
    socket.wake();
    onReturn();
  };
  window.addEventListener("online", back);
  window.addEventListener("offline", async () => {
    // No network is not yet no server: a laptop's own server answers all the same.
    if (!(await env.reachable())) socket.unreachable();
  });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") back();
  });
  window.addEventListener("blur", () => (left = env.now()));
  window.addEventListener("focus", () => {
    // Another window may have lain over this one: browsers call that visible.
    if (env.now() - left > AWAY_MS) back();
  });
  window.addEventListener("pagehide", () => socket.stop());
  window.addEventListener("pageshow", ({ persisted }) => {
    if (persisted) socket.start();
  });
}
