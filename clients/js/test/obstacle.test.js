import assert from "node:assert/strict";
import { test } from "node:test";

import { findObstacle, obstacleOf } from "../src/obstacle.js";

const SOCKET = "ws://chat.example:8001/ws/lobby/";
const online = () => true;
const origin = "http://chat.example:8001";
const answers = (status, body = "<html>") => ({ online, origin, fetch: async (url) => (assert.equal(url, "http://chat.example:8001/ws/lobby/"), { status, json: async () => JSON.parse(body) }) });

test("the answer to a plain request shows why there is no connection", async () => {
  for (const [status, reason] of [[400, "permission"], [403, "permission"], [404, "permission"], [426, "permission"], [502, "server"], [503, "server"]]) {
    assert.deepEqual(await findObstacle(SOCKET, answers(status)), { reason, host: "chat.example:8001" }, String(status));
  }
});

test("an answer of http-server says that sockets come to the wrong process", async () => {
  const found = (code) => findObstacle(SOCKET, answers(426, JSON.stringify({ code })));
  assert.deepEqual(await found("not_here"), { reason: "route", host: "chat.example:8001" });
  assert.deepEqual(await found("upgrade_required"), { reason: "permission", host: "chat.example:8001" });
});

test("distinguishes no answer from a refusal and from being offline", async () => {
  const fetch = async () => {
    throw new TypeError("failed to fetch");
  };
  assert.deepEqual(await findObstacle(SOCKET, { fetch, online, origin }), { reason: "answer", host: "chat.example:8001" });
  assert.equal(await findObstacle(SOCKET, { fetch, online: () => false, origin }), null);
});

test("another origin is not asked: the page's policy forbids it", async () => {
  const fetch = () => assert.fail("asked");
  assert.deepEqual(await findObstacle(SOCKET, { fetch, online, origin: "http://chat.example" }), { reason: "contact", host: "chat.example:8001" });
});

test("what the browser refuses to open is a matter of security or of the address", () => {
  const error = (name) => Object.assign(new Error(), { name });
  assert.deepEqual(obstacleOf(error("SecurityError"), SOCKET), { reason: "security", host: "chat.example:8001" });
  assert.deepEqual(obstacleOf(error("SyntaxError"), "ws//"), { reason: "address", host: "ws//" });
});
