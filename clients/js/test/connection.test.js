import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { Connection } from "../src/index.js";
import { FakeTime } from "./support/fake-time.js";

let time;
let opened;
let states;
let frames;
let online;
let socket;
let refusal;
let obstacle;
let offered;
let addresses;
/** The outcome of the next requests for a token: a token, or an error. */
let answer;

class FakeSocket {
  sent = [];
  closed = false;
  readyState = 0;

  opens() {
    this.readyState = 1;
    this.onopen?.();
  }

  send(text) {
    this.sent.push(JSON.parse(text));
  }

  close() {
    this.closed = true;
    this.readyState = 2;
  }

  frame(frame) {
    this.opens();
    this.onmessage({ data: JSON.stringify(frame) });
  }
}

const newest = () => opened.at(-1);
const names = () => states.map(({ name }) => name);

beforeEach(() => {
  time = new FakeTime();
  opened = [];
  states = [];
  frames = [];
  online = true;
  refusal = null;
  obstacle = { reason: "permission", host: "x" };
  offered = [];
  addresses = [];
  answer = "token-1";
  make({ tokenUse: "refused" });
});

/** A server's refusal of a token, as a callback reports it. */
const refusedWith = (status) => Object.assign(new Error("refused"), { status });

/** Makes the connection under test, in place of an earlier one. */
function make(options) {
  const open = (url, subprotocols) => {
    if (refusal) throw refusal;
    addresses.push(url);
    offered.push(subprotocols);
    opened.push(new FakeSocket());
    return newest();
  };
  const token = async () => {
    if (typeof answer !== "string") throw answer;
    return answer;
  };
  const given = { url: "ws://x/", protocols: ["catamaran.v1"], token, onState: (state) => states.push(state), onUnknown: (frame) => frames.push(frame) };
  socket = new Connection({ ...given, ...options }, { ...time, open, random: () => 1, online: () => online, findObstacle: async () => obstacle });
}

const byToken = () => make({ tokenUse: "always" });

function goLive() {
  socket.start();
  newest().frame({ type: "room.state" });
}

test("a lost page comes back within the time that the last first frame named", () => {
  socket.start();
  newest().frame({ type: "room.state", reconnect_within_ms: 9_000 });
  assert.equal(socket.spread, 9_000);
  newest().onclose({ code: 1006 });
  time.pass(8_999);
  assert.equal(opened.length, 1);
  time.pass(1);
  assert.equal(opened.length, 2);
  newest().frame({ type: "room.state", reconnect_within_ms: 1_000 });
  newest().onclose({ code: 1012 });
  time.pass(1_000);
  assert.equal(opened.length, 3);
});

const busy = { type: "busy", reconnect_after_ms: 6_000, reconnect_within_ms: 10_000 };

test("a page that a busy server sends away comes again when the server has said", () => {
  goLive();
  newest().onclose({ code: 1006 });
  time.pass(500);
  const sentAway = newest();
  sentAway.frame(busy);
  assert.deepEqual(states.at(-1), { name: "waiting", until: 10_500, busy: true });
  sentAway.onclose({ code: 1013 });
  time.pass(9_999);
  assert.equal(opened.length, 2, "the close behind the frame changes nothing");
  time.pass(1);
  assert.equal(opened.length, 3);
  newest().onclose({ code: 1006 });
  assert.equal(states.at(-1).until - time.now(), 1_000, "being sent away is no failure");
  assert.deepEqual(frames, [{ type: "room.state" }]);
});

test("a busy server that names no time is asked again after the usual wait", () => {
  socket.start();
  newest().frame({ type: "busy" });
  assert.deepEqual(states.at(-1), { name: "waiting", until: 500 });
});

test("a user who looks at the page does not wait for a busy server", () => {
  socket.start();
  newest().frame(busy);
  socket.wake();
  assert.equal(opened.length, 2);
});

test("a later frame of the type busy is the application's", () => {
  goLive();
  newest().frame({ type: "busy" });
  assert.deepEqual([socket.live, frames.at(-1)], [true, { type: "busy" }]);
});

test("it is live from the first frame on, and sends only then", () => {
  socket.start();
  assert.equal(socket.send({ type: "typing" }), false);
  newest().frame({ type: "room.state" });
  assert.equal(socket.send({ type: "typing" }), true);
  assert.deepEqual(names(), ["connecting", "live"]);
  assert.deepEqual(newest().sent, [{ type: "typing" }]);
  assert.deepEqual(frames, [{ type: "room.state" }]);
});

test("a lost connection comes back, and says when", () => {
  goLive();
  newest().onclose({ code: 1006 });
  assert.deepEqual(states.at(-1), { name: "waiting", until: 500 });
  time.pass(499);
  assert.equal(opened.length, 1);
  time.pass(1);
  assert.equal(opened.length, 2);
  assert.deepEqual(states.at(-1), { name: "connecting", again: true });
  newest().frame({ type: "room.state" });
  assert.equal(socket.state.name, "live");
});

test("a server that opens and closes at once is asked less and less often", () => {
  socket.start();
  for (const wait of [500, 1000, 2000, 4000]) {
    newest().onclose({ code: 1013 });
    assert.equal(states.at(-1).until - time.now(), wait);
    time.pass(wait);
  }
  newest().frame({ type: "room.state" });
  newest().onclose({ code: 1006 });
  assert.equal(states.at(-1).until - time.now(), 500, "a connection that worked begins anew");
});

test("a connection that never opens is given up after 10 s", () => {
  socket.start();
  const first = newest();
  time.pass(10_000);
  assert.equal(socket.state.name, "waiting");
  first.opens();
  assert.equal(first.closed, true, "what opens too late is closed");
});

test("an ending ends it", () => {
  for (const [code, name] of [[4401, "ended"], [4403, "refused"], [4404, "not_found"]]) {
    socket.stop();
    goLive();
    const count = opened.length;
    newest().onclose({ code });
    time.pass(120_000);
    socket.wake();
    assert.equal(socket.state.name, name);
    assert.equal(opened.length, count, `${name} is not tried again`);
  }
});

test("a normal close is left alone until the person asks", () => {
  goLive();
  newest().onclose({ code: 1000 });
  time.pass(120_000);
  assert.equal(socket.state.name, "closed");
  socket.wake();
  assert.equal(socket.state.name, "connecting");
});

test("what an abandoned connection still says is not heard", () => {
  goLive();
  const old = newest();
  socket.renew();
  time.pass(500);
  old.frame({ type: "room.message" });
  old.onclose({ code: 4404 });
  assert.equal(frames.length, 1);
  assert.equal(socket.state.name, "connecting");
});

test("the page goes and comes back with a new connection", () => {
  goLive();
  const old = newest();
  socket.stop();
  assert.equal(old.closed, true);
  time.pass(120_000);
  assert.equal(opened.length, 1, "a page that is gone connects no more");
  socket.start();
  assert.equal(opened.length, 2);
  socket.start();
  assert.equal(opened.length, 2, "once is enough");
});

test("waking up does not wait", () => {
  goLive();
  newest().onclose({ code: 1008 });
  socket.wake();
  assert.equal(opened.length, 2);
  time.pass(9_000);
  assert.equal(opened.length, 2, "the wait is over, not doubled");
});

test("without a network it says so, and still tries", () => {
  goLive();
  online = false;
  socket.unreachable();
  assert.equal(states.at(-1).name, "offline");
  time.pass(500);
  assert.equal(opened.length, 2);
  newest().onclose({ code: 1006 });
  assert.equal(socket.state.name, "offline");
  online = true;
  socket.wake();
  assert.equal(socket.state.name, "connecting");
});

test("a network that goes during a wait is named too", () => {
  goLive();
  newest().onclose({ code: 1006 });
  socket.unreachable();
  assert.deepEqual(states.at(-1), { name: "offline", until: 500 });
  time.pass(500);
  assert.equal(opened.length, 2, "the wait goes on");
});

const pings = (one) => one.sent.filter(({ type }) => type === "ping").length;

test("a connection that says nothing for 25 s is asked, and given up where nothing comes within 5 s", () => {
  goLive();
  const deaf = newest();
  time.pass(24_999);
  assert.equal(pings(deaf), 0);
  time.pass(1);
  assert.equal(pings(deaf), 1);
  time.pass(4_999);
  assert.equal(socket.state.name, "live");
  time.pass(1);
  assert.equal(socket.state.name, "waiting");
  assert.equal(deaf.closed, true);
  time.pass(500);
  newest().frame({ type: "room.state" });
  assert.equal(socket.state.name, "live");
});

test("any frame is a sign of life, and a pong is not passed on", () => {
  goLive();
  for (const type of ["pong", "room.message", "pong"]) {
    time.pass(29_999);
    newest().frame({ type });
  }
  time.pass(24_999);
  assert.equal(opened.length, 1);
  assert.equal(pings(newest()), 3);
  assert.deepEqual(frames.map(({ type }) => type), ["room.state", "room.message"]);
});

test("a page that is shown again detects a dead connection within 5 s", () => {
  goLive();
  time.pass(1_000);
  socket.wake();
  time.pass(3_000);
  socket.wake();
  assert.equal(pings(newest()), 1);
  time.pass(2_000);
  assert.equal(socket.state.name, "waiting");
});

test("what is not live is not asked", () => {
  socket.start();
  socket.wake();
  time.pass(9_000);
  newest().frame({ type: "room.state" });
  time.pass(9_000);
  newest().onclose({ code: 1006 });
  const lost = newest();
  time.pass(120_000);
  assert.equal(pings(lost), 0);
});

test("what has ended for good does not come back with the page", () => {
  goLive();
  socket.end();
  assert.equal(newest().closed, true);
  socket.start();
  socket.wake();
  time.pass(120_000);
  assert.equal(opened.length, 1);
});

test("what the browser refuses to open is named, and tried again", () => {
  refusal = Object.assign(new Error("mixed content"), { name: "SecurityError" });
  socket.start();
  assert.deepEqual(states.at(-1), { name: "waiting", until: 500, obstacle: { reason: "security", host: "x" } });
  refusal = null;
  time.pass(500);
  newest().frame({ type: "room.state" });
  newest().onclose({ code: 1006 });
  assert.equal(states.at(-1).obstacle, undefined, "a connection that worked has no obstacle");
});

test("after four failures in a row the page asks why, and forgets it once it is connected", async () => {
  socket.start();
  for (const wait of [500, 1_000, 2_000]) {
    newest().onclose({ code: 1006 });
    assert.equal(states.at(-1).obstacle, undefined);
    time.pass(wait);
  }
  newest().onclose({ code: 1006 });
  await null;
  assert.deepEqual(states.at(-1), { name: "waiting", until: 7_500, obstacle });
  time.pass(4_000);
  assert.deepEqual(states.at(-1), { name: "connecting", again: true, obstacle });
  newest().frame({ type: "room.state" });
  assert.deepEqual(states.at(-1), { name: "live" });
});

test("a page that was connected takes the first failures for a restart", async () => {
  goLive();
  newest().onclose({ code: 1006 });
  for (const wait of [500, 1_000, 2_000, 4_000, 8_000, 16_000]) {
    time.pass(wait);
    newest().onclose({ code: 1006 });
  }
  await null;
  assert.equal(states.at(-1).obstacle, undefined);
  time.pass(30_000);
  newest().onclose({ code: 1006 });
  await null;
  assert.deepEqual(states.at(-1).obstacle, obstacle);
});

test("an answer that comes after the connection is back changes nothing", async () => {
  socket.start();
  for (const wait of [500, 1_000, 2_000, 4_000]) {
    newest().onclose({ code: 1006 });
    time.pass(wait);
  }
  newest().frame({ type: "room.state" });
  await null;
  assert.deepEqual(states.at(-1), { name: "live" });
});

/** Lets the answer to a request for a token arrive. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

test("without a need for a token none is fetched", () => {
  goLive();
  assert.deepEqual(offered, [["catamaran.v1"]]);
});

test("each connection offers a new token where the cookie does not reach the sockets", async () => {
  byToken();
  socket.start();
  assert.equal(opened.length, 0, "it waits for the token");
  await settle();
  newest().frame({ type: "room.state" });
  newest().onclose({ code: 1006 });
  answer = "token-2";
  time.pass(500);
  await settle();
  assert.deepEqual(offered, [["catamaran.v1", "token-1"], ["catamaran.v1", "token-2"]]);
});

test("a token that comes too late opens nothing", async () => {
  byToken();
  socket.start();
  socket.stop();
  await settle();
  assert.equal(opened.length, 0);
  socket.start();
  time.pass(10_000);
  assert.equal(socket.state.name, "waiting", "the wait for a token has an end");
  await settle();
  assert.equal(opened.length, 0);
});

test("a session that has ended gets no token, and is not tried again", async () => {
  byToken();
  answer = refusedWith(401);
  socket.start();
  await settle();
  assert.equal(socket.state.name, "ended");
  time.pass(120_000);
  socket.wake();
  await settle();
  assert.equal(socket.state.name, "ended");
  assert.equal(opened.length, 0);
});

test("a token that cannot be fetched is asked for again after a wait", async () => {
  byToken();
  answer = refusedWith(0);
  socket.start();
  for (const [status, wait] of [[503, 500], [429, 1_000], [null, 2_000]]) {
    await settle();
    assert.equal(states.at(-1).until - time.now(), wait);
    answer = status === null ? "token-1" : refusedWith(status);
    time.pass(wait);
  }
  await settle();
  newest().frame({ type: "room.state" });
  assert.equal(socket.state.name, "live");
});

test("a session that the sockets' server has not seen is shown by a token", async () => {
  socket.start();
  newest().onclose({ code: 4401 });
  assert.equal(socket.state.name, "waiting");
  time.pass(500);
  await settle();
  assert.deepEqual(offered.at(-1), ["catamaran.v1", "token-1"]);
  newest().frame({ type: "room.state" });
  assert.equal(socket.state.name, "live");
});

test("a refused session that has ended is an ending", async () => {
  socket.start();
  answer = refusedWith(401);
  newest().onclose({ code: 4401 });
  time.pass(500);
  await settle();
  assert.equal(socket.state.name, "ended");
  assert.equal(opened.length, 1);
});

test("a token that is refused for want of the session is reported, and tried less and less often", async () => {
  byToken();
  socket.start();
  for (const wait of [500, 1_000, 2_000]) {
    await settle();
    newest().onclose({ code: 4401 });
    assert.deepEqual(states.at(-1), { name: "waiting", until: time.now() + wait, obstacle: { reason: "session", host: "x" } });
    time.pass(wait);
  }
});

test("the second refused token in a row is reported", async () => {
  byToken();
  socket.start();
  await settle();
  newest().onclose({ code: 4498 });
  assert.equal(states.at(-1).obstacle, undefined);
  time.pass(500);
  await settle();
  newest().onclose({ code: 4498 });
  assert.deepEqual(states.at(-1).obstacle, { reason: "token", host: "x" });
  time.pass(1_000);
  await settle();
  newest().frame({ type: "room.state" });
  assert.deepEqual(states.at(-1), { name: "live" });
});
