import assert from "node:assert/strict";
import { test } from "node:test";

import { endsInConsonant, josa } from "../../../http-server/static/mafia/josa.js";

const subject = (name) => josa(name, "이", "가");

test("a Korean particle follows the last sound of a name", () => {
  for (const right of ["민수가", "하늘이", "봇 3이", "봇 4가", "민수♥가", "하늘!!이", "(하늘)이", "하늘".normalize("NFD") + "이"]) {
    assert.equal(subject(right.slice(0, -1)), right);
  }
});

test("Latin names are read in Korean: by their last sound, not by their last letter", () => {
  for (const right of ["Ada가", "Tom이", "Dumpling이", "Waffle이", "Clementine이", "Eric이", "Sarah가", "Grace가", "David가", "Craig가"]) {
    assert.equal(subject(right.slice(0, -1)), right);
  }
});

test("shows both particles if the sound is unknown", () => {
  for (const name of ["Mark", "Jack", "Philip", "Robert"]) assert.equal(subject(name), `${name}이(가)`);
});

test("names of signs alone have some particle, and nothing fails", () => {
  for (const name of ["", "  ", "🦊", "?!"]) assert.equal(endsInConsonant(name), false);
});
