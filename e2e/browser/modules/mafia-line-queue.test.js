import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { LineQueue } from "../../../http-server/static/mafia/line-queue.js";

let kept;
let sent;
let live;

beforeEach(() => {
  kept = new Map();
  globalThis.sessionStorage = {
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => kept.set(key, value),
    removeItem: (key) => kept.delete(key),
  };
  sent = [];
  live = true;
});

const lineQueue = () => new LineQueue("lines", (line) => live && sent.push(line) > 0);
const said = () => sent.map(({ text }) => text);

test("lines go one after another, each when the one before has come back", () => {
  const box = lineQueue();
  box.add("public", "one");
  box.add("public", "two");
  assert.deepEqual(said(), ["one"]);
  box.settle(sent[0].id);
  assert.deepEqual(said(), ["one", "two"]);
});

test("a new connection sends what did not come back again, under its own id", () => {
  const box = lineQueue();
  box.add("public", "one");
  box.resume();
  assert.equal(sent.length, 2);
  assert.equal(sent[0].id, sent[1].id);
});

test("what is written without a connection waits for one, and outlives the page", () => {
  live = false;
  lineQueue().add("dead", "boo");
  live = true;
  const box = lineQueue();
  box.resume();
  assert.deepEqual(said(), ["boo"]);
  box.settle(sent[0].id);
  assert.equal(kept.size, 0);
});

test("a refused line is given back, and those behind it go on", () => {
  const box = lineQueue();
  box.add("public", "one");
  box.add("public", "two");
  assert.equal(box.settle(sent[0].id).text, "one");
  assert.equal(box.settle("of somebody else"), null);
  assert.deepEqual(said(), ["one", "two"]);
});
