import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { followPage } from "../src/page.js";
import { FakeTime } from "./support/fake-time.js";

let time;
let window;
let document;
let reachable;
let happened;
let socket;
/** Ends following the page. */
let unfollow;

const settled = () => new Promise((resolve) => setImmediate(resolve));

beforeEach(() => {
  time = new FakeTime();
  window = new EventTarget();
  document = Object.assign(new EventTarget(), { visibilityState: "visible" });
  reachable = true;
  happened = [];
  const told = (name) => () => happened.push(name);
  socket = { wake: told("wake"), start: told("start"), stop: told("stop"), unreachable: told("unreachable") };
  unfollow = followPage(socket, { onReturn: told("return"), reachable: async () => reachable }, { window, document, ...time });
});

const happens = (name, properties = {}) => window.dispatchEvent(Object.assign(new Event(name), properties));

test("a page that is seen again looks after its connection, and for what was missed", () => {
  document.visibilityState = "hidden";
  document.dispatchEvent(new Event("visibilitychange"));
  assert.deepEqual(happened, []);
  document.visibilityState = "visible";
  document.dispatchEvent(new Event("visibilitychange"));
  assert.deepEqual(happened, ["wake", "return"]);
});

test("so does one whose window lay under another for more than 5 s", () => {
  happens("blur");
  time.pass(5_000);
  happens("focus");
  assert.deepEqual(happened, [], "clicking about is no return");
  happens("blur");
  time.pass(5_001);
  happens("focus");
  assert.deepEqual(happened, ["wake", "return"]);
});

test("and one whose network is back", () => {
  happens("online");
  assert.deepEqual(happened, ["wake", "return"]);
});

test("without a network the server decides whether it can be reached", async () => {
  happens("offline");
  await settled();
  assert.deepEqual(happened, []);
  reachable = false;
  happens("offline");
  await settled();
  assert.deepEqual(happened, ["unreachable"]);
});

test("a page that goes lets go, and one that comes back from the history connects", () => {
  happens("pagehide");
  happens("pageshow", { persisted: false });
  happens("pageshow", { persisted: true });
  assert.deepEqual(happened, ["stop", "start"]);
});

test("a machine that slept below a visible page has come back", () => {
  time.pass(60_000);
  assert.deepEqual(happened, []);
  time.sleep(15_001);
  assert.deepEqual(happened, ["wake", "return"]);
  document.visibilityState = "hidden";
  time.sleep(60_000);
  assert.deepEqual(happened, ["wake", "return"], "a hidden page waits until it is seen");
});

test("a page that is followed no more is left alone", () => {
  unfollow();
  happens("online");
  time.sleep(60_000);
  assert.deepEqual(happened, []);
});

test("without a question for the server, a lost network is checked by a ping", async () => {
  unfollow();
  followPage(socket, {}, { window, document, ...time });
  happens("offline");
  await settled();
  assert.deepEqual(happened, ["wake"]);
});
