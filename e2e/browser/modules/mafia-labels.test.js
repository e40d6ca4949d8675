import assert from "node:assert/strict";
import { test } from "node:test";

import { labelOf } from "../../../http-server/static/mafia/labels.js";

test("seats of the same name have different labels", () => {
  const seats = ["하늘", "Ben", "하늘"].map((name, seat) => ({ seat, name }));
  assert.deepEqual(seats.map((seat) => labelOf(seat, seats)), ["하늘 (1)", "Ben", "하늘 (3)"]);
});
