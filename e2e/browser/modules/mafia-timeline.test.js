import assert from "node:assert/strict";
import { test } from "node:test";

import { Timeline } from "../../../http-server/static/mafia/timeline.js";

const update = (seq, pos = seq) => ({ seq, pos, at: 0, events: [] });
const order = (timeline) => timeline.updates.map(({ stream, seq }) => `${stream} ${seq}`);

test("merges streams by position, the public stream first", () => {
  const timeline = new Timeline();
  timeline.take("you", [update(1, 1), update(2, 2)]);
  timeline.take("public", [update(1), update(2), update(3)]);
  timeline.take("spectators", [update(1, 2)]);
  assert.deepEqual(order(timeline), ["public 1", "you 1", "public 2", "you 2", "spectators 1", "public 3"]);
});

test("nothing is taken twice, and nothing behind a hole", () => {
  const timeline = new Timeline();
  assert.equal(timeline.take("public", [update(1), update(2)]).length, 2);
  assert.equal(timeline.take("public", [update(2), update(3)]).length, 1);
  assert.equal(timeline.take("public", [update(5)]).length, 0);
  assert.equal(timeline.cursors.public, 3);
});
