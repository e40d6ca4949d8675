import assert from "node:assert/strict";
import { test } from "node:test";

import { Retry } from "../../../http-server/static/rooms/retry.js";

test("what is put off happens once, and never after the end", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  let runs = 0;
  const retry = new Retry(() => (runs += 1));
  retry.later();
  retry.later();
  t.mock.timers.tick(30_000);
  assert.equal(runs, 1);
  retry.later();
  retry.stop();
  retry.later();
  t.mock.timers.tick(60_000);
  assert.equal(runs, 1);
});
