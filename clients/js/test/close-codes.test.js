import assert from "node:assert/strict";
import { test } from "node:test";

import { delayAfter, endingOf, spreadOf, turnOf } from "../src/close-codes.js";

const least = () => 0;
const most = () => 1;

test("the wait is anything up to a bound that doubles from 0.5 s to 30 s", () => {
  const bounds = [0, 1, 2, 5, 6, 7, 1000].map((failures) => delayAfter(1006, failures, most));
  assert.deepEqual(bounds, [500, 1000, 2000, 16_000, 30_000, 30_000, 30_000]);
  assert.equal(delayAfter(1006, 9, least), 0);
});

test("too many frames cost 30 s", () => {
  assert.equal(delayAfter(1008, 0, least), 30_000);
  assert.ok(delayAfter(1008, 9, most) <= 60_000);
});

test("all pages come back spread over the time that the server names", () => {
  for (const code of [1001, 1006, 1011, 1012, 1013]) {
    assert.equal(delayAfter(code, 0, most, 8_000), 8_000, String(code));
    assert.equal(delayAfter(code, 0, least, 8_000), 0, String(code));
    assert.equal(delayAfter(code, 5, most, 8_000), 16_000, "a page that fails again and again waits longer");
  }
  assert.equal(delayAfter(1012, 0, most, 1_000), 1_000, "a page that is alone comes back soon");
});

test("a first frame names the spread, at most a minute", () => {
  const spreads = [8_000, 0, 3_600_000, -1, "8000", null, undefined].map((ms) => spreadOf({ reconnect_within_ms: ms }));
  assert.deepEqual(spreads, [8_000, 0, 60_000, null, null, null, null]);
});

test("a busy server names the earliest and the latest moment of the next try, at most a minute", () => {
  const busy = (after, within) => ({ reconnect_after_ms: after, reconnect_within_ms: within });
  assert.deepEqual([least, most, () => 0.5].map((random) => turnOf(busy(6_000, 10_000), random)), [6_000, 10_000, 8_000]);
  assert.equal(turnOf(busy(3_600_000, 3_600_000), most), 60_000);
  for (const broken of [busy(-1, 5), busy(5, 4), busy("1", 2), busy(1, undefined), {}]) assert.equal(turnOf(broken, most), null);
});

test("after a restart everyone comes back spread out", () => {
  assert.equal(delayAfter(1012, 0, most), 3_000);
  assert.equal(delayAfter(1012, 0, least), 0);
});

test("only what trying again cannot mend is an ending", () => {
  const endings = [1000, 4401, 4403, 4404].map((code) => endingOf(code));
  assert.deepEqual(endings, ["closed", "ended", "refused", "not_found"]);
  for (const code of [1001, 1002, 1003, 1006, 1007, 1008, 1009, 1011, 1012, 1013, 4409]) {
    assert.equal(endingOf(code), undefined, String(code));
  }
});
