import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { Connection } from "../src/index.js";
import { FakeTime } from "./support/fake-time.js";

/** A socket in the test's hand. */
class FakeSocket {
  sent = [];
  readyState = 0;

  opens() {
    this.readyState = 1;
    this.onopen();
  }

  receives(data) {
    this.onmessage({ data });
  }

  send(data) {
    this.sent.push(data);
  }

  close() {
    this.readyState = 2;
  }
}

let time;
let opened;

const newest = () => opened.at(-1);
const settle = () => new Promise((resolve) => setImmediate(resolve));

beforeEach(() => {
  time = new FakeTime();
  opened = [];
});

function make(options) {
  const open = (url, protocols) => {
    opened.push(Object.assign(new FakeSocket(), { url, protocols }));
    return newest();
  };
  const connection = new Connection({ url: "ws://x/", ...options }, { ...time, open, random: () => 1, online: () => true, findObstacle: async () => null });
  connection.start();
  return connection;
}

/** Runs `run` and returns the errors that it reported as uncaught. */
async function uncaught(t, run) {
  const errors = [];
  t.mock.method(globalThis, "queueMicrotask", (task) => {
    try {
      task();
    } catch (error) {
      errors.push(error.message);
    }
  });
  await run();
  return errors;
}

test("is live as soon as the socket opens, where the server sends no first frame", () => {
  const connection = make({ live: "open" });
  newest().opens();
  assert.equal(connection.state.name, "live");
  assert.deepEqual(newest().sent, ['{"type":"ping"}'], "the answer proves that the server works");
  assert.equal(connection.send({ type: "hello" }), true);
});

test("a server that opens and closes at once is asked less and less often, whatever counts as live", () => {
  const connection = make({ live: "open" });
  for (const wait of [500, 1_000, 2_000]) {
    newest().opens();
    newest().onclose({ code: 1011 });
    assert.equal(connection.state.until - time.now(), wait);
    time.pass(wait);
  }
  newest().opens();
  newest().receives('{"type":"pong"}');
  newest().onclose({ code: 1011 });
  assert.equal(connection.state.until - time.now(), 500);
});

test("a silent server that answers no pings proves by the time that it works", () => {
  const connection = make({ live: "open", heartbeat: false });
  newest().onclose({ code: 1006 });
  time.pass(500);
  newest().opens();
  time.pass(3_600_000);
  assert.equal(connection.live, true);
  newest().onclose({ code: 1006 });
  assert.equal(connection.state.until - time.now(), 500);
});

test("binary messages go both ways as bytes", () => {
  const received = [];
  const connection = make({ live: "open" });
  const remove = connection.onBinary((bytes) => received.push([...new Uint8Array(bytes)]));
  newest().opens();
  assert.equal(newest().binaryType, "arraybuffer");
  const bytes = new Uint8Array([1, 2]);
  connection.send(bytes);
  connection.send(bytes.buffer);
  assert.deepEqual(newest().sent.slice(1), [bytes, bytes.buffer]);
  newest().receives(bytes.buffer);
  remove();
  newest().receives(bytes.buffer);
  assert.deepEqual(received, [[1, 2]]);
});

test("a codec of the team's own makes frames of binary messages", () => {
  const frames = [];
  const codec = { encode: ({ type }) => new TextEncoder().encode(type).buffer, decode: (data) => ({ type: new TextDecoder().decode(data) }) };
  const connection = make({ codec, heartbeat: false, frames: { hello: (frame) => frames.push(frame) } });
  newest().opens();
  newest().receives(codec.encode({ type: "hello" }));
  assert.deepEqual(frames, [{ type: "hello" }]);
  connection.send({ type: "bye" });
  assert.deepEqual(codec.decode(newest().sent[0]), { type: "bye" });
});

test("calls all handlers of a type in their order, and an error of one harms no other", async (t) => {
  const calls = [];
  const connection = make({ frames: { news: () => assert.fail("a fault of the application") } });
  const remove = connection.on("news", () => calls.push("first"));
  connection.on("news", () => calls.push("second"));
  newest().opens();
  const errors = await uncaught(t, () => newest().receives('{"type":"news"}'));
  assert.deepEqual([calls, errors], [["first", "second"], ["a fault of the application"]]);
  remove();
  await uncaught(t, () => newest().receives('{"type":"news"}'));
  assert.deepEqual(calls, ["first", "second", "second"]);
  assert.equal(connection.live, true);
});

test("reports a message that is no JSON, and stays connected", async (t) => {
  const unknown = [];
  const connection = make({ onUnknown: (frame) => unknown.push(frame) });
  newest().opens();
  const errors = await uncaught(t, () => ["{", "null", '{"type":"odd"}'].forEach((text) => newest().receives(text)));
  assert.equal(errors.length, 1);
  assert.match(errors[0], /JSON/);
  assert.deepEqual(unknown, [{ type: "odd" }]);
  assert.equal(connection.live, true);
});

test("tells a subscriber the state at once, and each change", () => {
  const connection = make({});
  const names = [];
  const remove = connection.subscribe(({ name }) => names.push(name));
  newest().opens();
  newest().receives('{"type":"a"}');
  newest().onclose({ code: 1006 });
  const { state } = connection;
  assert.equal(connection.state, state, "the same object as long as nothing changes");
  remove();
  connection.stop();
  assert.deepEqual(names, ["connecting", "live", "waiting"]);
});

test("asks a callback for the address before each connection", async () => {
  let asked = 0;
  make({ url: async () => `ws://x/?since=${(asked += 1)}` });
  await settle();
  newest().onclose({ code: 1006 });
  time.pass(500);
  await settle();
  assert.deepEqual(opened.map(({ url }) => url), ["ws://x/?since=1", "ws://x/?since=2"]);
});

test("an application's own close code is an ending, with its reason", () => {
  const connection = make({ endings: { 4409: "kicked" } });
  newest().opens();
  newest().onclose({ code: 4409, reason: "by the host" });
  assert.deepEqual(connection.state, { name: "kicked", code: 4409, reason: "by the host" });
  time.pass(120_000);
  assert.equal(opened.length, 1);
});

test("without a callback for tokens a refused session is an ending", () => {
  const connection = make({});
  newest().opens();
  newest().onclose({ code: 4401, reason: "no session" });
  assert.deepEqual(connection.state, { name: "ended", code: 4401, reason: "no session" });
});

test("sends nothing over a socket that is closing", () => {
  const connection = make({});
  newest().opens();
  newest().receives('{"type":"a"}');
  newest().readyState = 2;
  assert.equal(connection.send({ type: "late" }), false);
  assert.deepEqual(newest().sent, []);
});

test("says which option is wrong", () => {
  const make = (options) => () => new Connection(options);
  assert.throws(make({ WebSocket: FakeSocket }), /url is missing/);
  assert.throws(make({ url: "ws://x/", WebSocket: FakeSocket, token: async () => "t" }), /option protocols/);
  assert.throws(make({ url: "ws://x/", WebSocket: FakeSocket, tokenUse: "never" }), /tokenUse is "always" or "refused", not "never"/);
});

test("says how to get a WebSocket where there is none", (t) => {
  const own = Object.getOwnPropertyDescriptor(globalThis, "WebSocket");
  delete globalThis.WebSocket;
  t.after(() => own && Object.defineProperty(globalThis, "WebSocket", own));
  assert.throws(() => new Connection({ url: "ws://x/" }), /install "ws"/);
});
