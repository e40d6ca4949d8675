import { reachable } from "./api.js";

/** A user that was away for longer than this has come back; a shorter absence is ignored. */
const AWAY_MS = 5_000;

const browser = { window: globalThis, document: globalThis.document, now: () => Date.now(), reachable };

/** Connects a socket to the page's events: visible again, network back, page left, page restored by the "back" button. */
export function followPage(socket, onReturn, env = browser) {
  const { window, document } = env;
  let left = env.now();
  const back = () => {
    socket.wake();
    onReturn();
  };
  window.addEventListener("online", back);
  window.addEventListener("offline", async () => {
    // Offline does not mean unreachable: a server on the same machine still answers.
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
