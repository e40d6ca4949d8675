import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { Outbox } from "../../../http-server/static/outbox.js";
import { Sender } from "../../../http-server/static/sender.js";
import { FakeTime } from "./fake-time.js";

let time;
let live;
let frames;
let posts;
let answer;
let stored;
let muted;
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
  answer = async (_code, body, id) => ({ seq: 1, body, client_id: id });
  outbox = new Outbox(() => {});
  sender = new Sender({
    code: "K7QF2M",
    outbox,
    socket: { send: (frame) => live && frames.push(frame) > 0 },
    on: { stored: (message) => stored.push(message), mute: () => (muted += 1) },
    post: (...args) => {
      posts.push(args);
      return answer(...args);
    },
    env: { setTimeout: time.setTimeout, clearTimeout: time.clearTimeout },
  });
});

function say(id) {
  outbox.add(id, `body of ${id}`, 0);
  sender.pump();
}

const sentIds = () => frames.map((frame) => frame.client_id);

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

test("what was on its way when the page went is asked again", () => {
  const kept = [
    { id: "a", body: "x", at: 0, state: "sent", reason: null },
    { id: "b", body: "y", at: 0, state: "failed", reason: "too_long" },
  ];
  assert.deepEqual(new Outbox(() => {}, kept).entries.map(({ state }) => state), ["waiting", "failed"]);
});
