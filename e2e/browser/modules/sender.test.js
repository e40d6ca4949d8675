import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { Outbox } from "../../../http-server/static/rooms/outbox.js";
import { Sender } from "../../../http-server/static/rooms/sender.js";
import { FakeTime } from "../../../clients/js/test/support/fake-time.js";

let time;
let live;
let frames;
let posts;
let answer;
let stored;
let muted;
let onMute;
let outbox;
let sender;

const settled = () => new Promise((resolve) => setImmediate(resolve));
const states = () => outbox.entries.map(({ id, state }) => `${id} ${state}`);

beforeEach(() => {
  time = new FakeTime();
  live = true;
  frames = [];
  posts = [];
  stored = [];
  muted = 0;
  onMute = () => {};
  answer = async (_code, body, id) => ({ seq: 1, body, client_id: id });
  const mute = () => {
    muted += 1;
    onMute();
  };
  outbox = new Outbox(() => {});
  sender = new Sender({
    code: "K7QF2M",
    outbox,
    socket: { send: (frame) => live && frames.push(frame) > 0 },
    on: { stored: (message) => stored.push(message), mute },
    post: (...args) => {
      posts.push(args);
      return answer(...args);
    },
    env: time,
  });
});

function say(id) {
  outbox.add(id, `body of ${id}`, 0);
  sender.pump();
}

const sentIds = () => frames.map((frame) => frame.client_id);
const postedIds = () => posts.map(([, , id]) => id);

test("words go one after the other, in the order they were said", () => {
  ["a", "b", "c"].forEach(say);
  assert.deepEqual(sentIds(), ["a"]);
  sender.confirmed("a");
  sender.confirmed("b");
  assert.deepEqual(sentIds(), ["a", "b", "c"]);
  sender.confirmed("c");
  assert.deepEqual(outbox.entries, []);
});

test("what was not confirmed is sent again on the next connection, under the same id", () => {
  say("a");
  live = false;
  say("b");
  assert.deepEqual(states(), ["a sent", "b waiting"]);
  live = true;
  sender.resume();
  assert.deepEqual(sentIds(), ["a", "a"]);
  sender.confirmed("a");
  assert.deepEqual(sentIds(), ["a", "a", "b"]);
});

test("a confirmation that does not come is asked for over HTTP, and the connection doubted", async () => {
  say("a");
  time.pass(8_000);
  await settled();
  assert.deepEqual(posts, [["K7QF2M", "body of a", "a"]]);
  assert.deepEqual(stored, [{ seq: 1, body: "body of a", client_id: "a" }]);
  assert.equal(muted, 1);
});

test("without a connection the words go over HTTP", async () => {
  live = false;
  say("a");
  time.pass(8_000);
  await settled();
  assert.equal(stored.length, 1);
  assert.equal(muted, 0, "there was no connection to doubt");
});

test("no answer at all is not a refusal: it is tried again", async () => {
  answer = async () => {
    throw Object.assign(new Error("unreachable"), { status: 0, code: "unreachable" });
  };
  live = false;
  say("a");
  time.pass(8_000);
  await settled();
  assert.deepEqual(states(), ["a waiting"]);
  live = true;
  time.pass(3_000);
  assert.deepEqual(sentIds(), ["a"]);
});

test("sends messages without a connection over HTTP, and the backlog at once", async () => {
  live = false;
  say("a");
  time.pass(5_000);
  say("b");
  time.pass(2_999);
  assert.deepEqual(postedIds(), []);
  time.pass(1);
  await settled();
  assert.deepEqual(postedIds(), ["a", "b"]);
  say("c");
  await settled();
  assert.deepEqual(postedIds(), ["a", "b", "c"], "nothing is waited for that is known not to be there");
  assert.deepEqual(outbox.entries, []);
});

test("a connection that came back is trusted again", async () => {
  live = false;
  say("a");
  time.pass(8_000);
  await settled();
  live = true;
  sender.resume();
  say("b");
  await settled();
  assert.deepEqual([sentIds(), postedIds()], [["b"], ["a"]]);
});

test("what follows a message that the socket lost does not go the same way", async () => {
  ["a", "b"].forEach(say);
  onMute = () => (live = false);
  time.pass(8_000);
  await settled();
  assert.deepEqual([sentIds(), postedIds()], [["a"], ["a", "b"]]);
});

test("a new connection does not wait for an answer that HTTP owes", async () => {
  answer = () => new Promise(() => {});
  live = false;
  say("a");
  time.pass(8_000);
  live = true;
  sender.resume();
  assert.deepEqual(sentIds(), ["a"]);
});

test("a proxy that gets no answer has refused nothing", async () => {
  for (const status of [502, 503, 504]) {
    answer = async () => {
      throw Object.assign(new Error("no upstream"), { status, code: "unknown" });
    };
    live = false;
    say(`a${status}`);
    time.pass(8_000);
    await settled();
    assert.deepEqual(states(), [`a${status} waiting`]);
    live = true;
    time.pass(3_000);
    assert.equal(sentIds().at(-1), `a${status}`);
    sender.confirmed(`a${status}`);
  }
});

test("what HTTP refuses is refused", async () => {
  answer = async () => {
    throw Object.assign(new Error("403"), { status: 403, code: "not_a_member" });
  };
  live = false;
  say("a");
  time.pass(8_000);
  await settled();
  assert.deepEqual(states(), ["a failed"]);
});

test("once the room has ended nothing is sent, and nothing that comes late is reported", async () => {
  let late;
  answer = (_code, body, id) => new Promise((resolve) => (late = () => resolve({ seq: 1, body, client_id: id })));
  live = false;
  say("a");
  time.pass(8_000);
  sender.stop();
  late();
  await settled();
  assert.deepEqual(stored, []);
  live = true;
  say("b");
  sender.resume();
  time.pass(60_000);
  await settled();
  assert.deepEqual([sentIds(), postedIds()], [[], ["a"]]);
});

test("a refusal is shown, does not hold up the rest, and can be tried again", () => {
  ["a", "b"].forEach(say);
  sender.refused("a", "unavailable");
  assert.deepEqual(states(), ["a failed", "b sent"]);
  sender.confirmed("b");
  sender.retry("a");
  assert.deepEqual(sentIds(), ["a", "b", "a"]);
});

test("too fast is not refused but slowed down", () => {
  say("a");
  sender.refused("a", "rate_limited");
  assert.deepEqual(states(), ["a waiting"]);
  time.pass(2_999);
  assert.deepEqual(sentIds(), ["a"]);
  time.pass(1);
  assert.deepEqual(sentIds(), ["a", "a"]);
});

test("new words do not end a pause", () => {
  say("a");
  sender.refused("a", "rate_limited");
  time.pass(1_000);
  say("b");
  sender.resume();
  time.pass(1_999);
  assert.deepEqual(sentIds(), ["a"]);
  time.pass(1);
  assert.deepEqual(sentIds(), ["a", "a"]);
});

test("what was on its way when the page went is asked again", () => {
  const kept = [
    { id: "a", body: "x", at: 0, state: "sent", reason: null },
    { id: "b", body: "y", at: 0, state: "failed", reason: "too_long" },
  ];
  assert.deepEqual(new Outbox(() => {}, kept).entries.map(({ state }) => state), ["waiting", "failed"]);
});
