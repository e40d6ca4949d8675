import { reachable } from "./api.js";

/** Ties a socket to the page's life: seen again, network back, gone, and come back by the "back" button. */
export function followPage(socket, onReturn) {
  addEventListener("online", () => socket.wake());
  addEventListener("offline", async () => {
    // No network is not yet no server: a laptop's own server answers all the same.
    if (!(await reachable())) socket.unreachable();
  });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState !== "visible") return;
    socket.wake();
    onReturn();
  });
  addEventListener("pagehide", () => socket.stop());
  addEventListener("pageshow", ({ persisted }) => {
    if (persisted) socket.start();
  });
}
