import assert from "node:assert/strict";
import { test } from "node:test";

import { Retry } from "../../../http-server/static/rooms/retry.js";

test("spreads a request over the time that the server names", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  t.mock.method(Math, "random", () => 1);
  let runs = 0;
  const retry = new Retry(
    () => (runs += 1),
    () => 20_000,
  );
  retry.later();
  t.mock.timers.tick(19_999);
  assert.equal(runs, 0);
  t.mock.timers.tick(1);
  assert.equal(runs, 1);
});

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
