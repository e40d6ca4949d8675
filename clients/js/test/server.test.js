import assert from "node:assert/strict";
import { once } from "node:events";
import { after, before, describe, test } from "node:test";

import WebSocket, { WebSocketServer } from "ws";

import { Site } from "../../../e2e/browser/support/site.js";
import { Connection } from "../src/index.js";
import { Account } from "./support/account.js";
import { Seen } from "./support/seen.js";

/** The class of sockets that send these headers. */
const sending = (headers) =>
  class extends WebSocket {
    constructor(url, protocols) {
      super(url, protocols, { headers });
    }
  };

describe("a connection of Node to a real ws-server", () => {
  let site;
  let ann;
  before(async () => {
    site = await Site.startOverALine();
    ann = await Account.open(site, "Ann");
  });
  after(() => site?.stop());

  /** Sockets with Ann's cookie. It counts only with the origin of the site. */
  const asAnn = () => sending({ cookie: ann.cookie, origin: site.origin });

  /** Opens a room's socket. */
  async function room(t, options) {
    const { code } = await ann.call("POST", "/rooms", { name: "Room" });
    const seen = new Seen();
    const connection = new Connection({
      url: `ws://localhost:${site.publicWsPort}/ws/rooms/${code}/`,
      protocols: ["catamaran.v1"],
      onState: (state) => seen.state(state),
      onUnknown: (frame) => seen.frame(frame),
      ...options,
    });
    t.after(() => connection.end());
    connection.start();
    return { code, connection, seen };
  }

  test("comes back after the server has restarted, and gets frames again", async (t) => {
    const { code, connection, seen } = await room(t, { WebSocket: asAnn() });
    await seen.untilState("live");
    assert.equal(connection.spread, 1_000, "the server names the time");
    await site.ws.stop();
    await seen.untilState("waiting");
    await site.ws.start();
    await seen.untilState("live");
    await ann.call("POST", `/rooms/${code}/messages`, { body: "after the restart" });
    await seen.untilFrame(({ type, message }) => type === "room.message" && message.body === "after the restart");
  });

  test("detects a line that went dead without a close", async (t) => {
    const { seen } = await room(t, { WebSocket: asAnn(), heartbeat: { silenceMs: 200, answerMs: 1_000 } });
    await seen.untilState("live");
    site.line.deaden();
    await seen.untilState("waiting");
    await seen.untilState("live");
  });

  test("shows its session by a token, a new one for each connection, and ends with the session", async (t) => {
    const ben = await Account.open(site, "Ben");
    let tokens = 0;
    const token = async () => {
      tokens += 1;
      return (await ben.call("POST", "/socket-token")).subprotocol;
    };
    const { connection, seen } = await room(t, { WebSocket, token, url: `ws://localhost:${site.publicWsPort}/ws/lobby/` });
    await seen.untilState("live");
    connection.renew();
    await seen.untilState("live");
    assert.equal(tokens, 2);
    await ben.call("DELETE", "/session");
    await seen.untilState("ended");
    assert.equal(connection.state.code, 4401);
  });

  test("without a session it is told to sign in, and does not come back", async (t) => {
    const { connection, seen } = await room(t, { WebSocket });
    const { code, reason } = await seen.untilState("ended");
    assert.equal(code, 4401);
    assert.notEqual(reason, "");
    connection.wake();
    assert.equal(connection.state.name, "ended");
  });

  test("a room that does not exist is an ending", async (t) => {
    const { seen } = await room(t, { WebSocket: asAnn(), url: `ws://localhost:${site.publicWsPort}/ws/rooms/QQQQQQ/` });
    assert.equal((await seen.untilState("not_found")).code, 4404);
  });

  test("says how a handshake failed, and tries again", async (t) => {
    const url = `ws://localhost:${site.publicWsPort}/ws/lobby/`;
    const { connection, seen } = await room(t, { WebSocket: sending({ cookie: ann.cookie }), url });
    const { obstacle } = await seen.untilState("waiting");
    assert.deepEqual(obstacle, { reason: "handshake", host: `localhost:${site.publicWsPort}`, detail: "Unexpected server response: 403" });
    connection.wake();
    await seen.untilState("waiting");
  });
});

describe("a connection of Node to a server of the team's own", () => {
  test("carries bytes both ways, without a first frame and without pings", async (t) => {
    const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
    t.after(() => server.close());
    await once(server, "listening");
    server.on("connection", (socket) => socket.on("message", (data, isBinary) => socket.send(data, { binary: isBinary })));
    const received = new Promise((resolve) => {
      const connection = new Connection({
        url: `ws://127.0.0.1:${server.address().port}/`,
        WebSocket,
        live: "open",
        heartbeat: false,
        onState: ({ name }) => name === "live" && connection.send(new Uint8Array([0, 255, 7])),
        onBinary: (bytes) => resolve([...new Uint8Array(bytes)]),
      });
      t.after(() => connection.end());
      connection.start();
    });
    assert.deepEqual(await received, [0, 255, 7]);
  });
});
