import assert from "node:assert/strict";
import { test } from "node:test";

import { lengthOf } from "../../../http-server/static/site/characters.js";

test("counts what a reader sees as one character", () => {
  for (const [text, length] of [["", 0], [" a ", 1], ["👨\u200d👩\u200d👧", 1], ["🇰🇷", 1], ["한글".normalize("NFD"), 2], ["e\u0301", 1]]) {
    assert.equal(lengthOf(text), length, text);
  }
});
