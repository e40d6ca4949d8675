import assert from "node:assert/strict";
import { test } from "node:test";

import { endsInConsonant, josa } from "../../../http-server/static/mafia/josa.js";

test("a Korean particle follows the last sound of a name", () => {
  for (const [name, subject] of [["민수", "민수가"], ["하늘", "하늘이"], ["봇 3", "봇 3이"], ["봇 4", "봇 4가"], ["Ada", "Ada가"], ["Tom", "Tom이"]]) {
    assert.equal(josa(name, "이", "가"), subject);
  }
});

test("names of signs alone have some particle, and nothing fails", () => {
  for (const name of ["", "  ", "🦊", "?!"]) assert.equal(endsInConsonant(name), false);
});
