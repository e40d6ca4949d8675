import { findObstacle, isOnline } from "./obstacle.js";

/** The clock, the dice and the network of a connection. Unit tests replace them. */
export const platform = {
  setTimeout: (run, ms) => setTimeout(run, ms),
  clearTimeout: (timer) => clearTimeout(timer),
  now: () => Date.now(),
  random: () => Math.random(),
  online: isOnline,
  findObstacle,
};

/** Returns the function that opens a socket. Throws a `TypeError` where there is no `WebSocket`. */
export function openerOf(WebSocket = globalThis.WebSocket) {
  if (!WebSocket) {
    throw new TypeError('There is no global WebSocket (Node has one from 22 on): install "ws" and pass its class as the option WebSocket');
  }
  return (url, protocols) => new WebSocket(url, protocols);
}
