import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, test } from "node:test";

import { fetchRoom, postMessage } from "../../../http-server/static/rooms/api.js";
import { reachable } from "../../../http-server/static/site/api.js";

/** What the server answers next: status, type, body. */
let answer;
let server;
const fetchOfNode = globalThis.fetch;

before(async () => {
  server = createServer((_, response) => {
    response.writeHead(answer.status, { "content-type": answer.type, connection: "close" });
    response.end(answer.body);
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  const base = `http://127.0.0.1:${server.address().port}`;
  // A page's paths are relative to the page; here they need a base.
  globalThis.fetch = (path, options) => fetchOfNode(base + path, options);
});

after(() => {
  globalThis.fetch = fetchOfNode;
  server.close();
});

const failure = async (call) => {
  const error = await call.then(() => assert.fail("it should not succeed"), (error) => error);
  return [error.status, error.code];
};

test("an answer is its JSON", async () => {
  answer = { status: 201, type: "application/json", body: '{"seq":7}' };
  assert.deepEqual(await postMessage("ABCDEF", "hi", null), { seq: 7 });
});

test("a refusal has the server's code", async () => {
  answer = { status: 404, type: "application/problem+json", body: '{"code":"room_not_found"}' };
  assert.deepEqual(await failure(fetchRoom("ABCDEF")), [404, "room_not_found"]);
});

test("a proxy's page is a refusal without a code", async () => {
  answer = { status: 502, type: "text/html", body: "<h1>Bad gateway</h1>" };
  assert.deepEqual(await failure(fetchRoom("ABCDEF")), [502, "unknown"]);
  assert.equal(await reachable(), true);
});

test("a network's own sign-in page is no answer", async () => {
  answer = { status: 200, type: "text/html", body: "<h1>Welcome to the hotel</h1>" };
  assert.deepEqual(await failure(fetchRoom("ABCDEF")), [0, "unreachable"]);
  assert.equal(await reachable(), false);
});

test("no server is no answer", async () => {
  server.close();
  await new Promise((done) => server.once("close", done));
  assert.deepEqual(await failure(fetchRoom("ABCDEF")), [0, "unreachable"]);
});
