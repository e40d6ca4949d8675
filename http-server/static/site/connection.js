import { Connection, followPage } from "../client/index.js";
import { post, reachable } from "./api.js";

const { wsUrl, wsSession } = document.documentElement.dataset;

/** A connection to a path of the sockets' server. The server's settings say whether a socket gets the cookie or needs a token. */
export const connectionTo = (path, options) =>
  new Connection({
    url: `${wsUrl}${path}`,
    protocols: ["catamaran.v1"],
    token: async () => (await post("/socket-token")).subprotocol,
    tokenUse: wsSession === "token" ? "always" : "refused",
    ...options,
  });

/** Connects a connection to this page. `onReturn()` is called where the user may have missed something. */
export const follow = (connection, onReturn) => followPage(connection, { onReturn, reachable });
