import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { HOST_AWAY_MS, HostAway } from "../../../http-server/static/mafia/host-away.js";
import { FakeTime } from "../../../clients/js/test/support/fake-time.js";

let time;
let away;
let told;

beforeEach(() => {
  time = new FakeTime();
  told = 0;
  away = new HostAway(() => (told += 1), time);
});

test("a host who only loads the page again is not replaced", () => {
  away.see("ada");
  time.pass(HOST_AWAY_MS - 1);
  assert.equal(away.over, false);
  away.see(null);
  time.pass(HOST_AWAY_MS);
  assert.deepEqual([away.over, told], [false, 0]);
});

test("an absent host is replaced, and this is announced once", () => {
  for (let look = 0; look < 3; look += 1) {
    away.see("ada");
    time.pass(HOST_AWAY_MS / 3);
  }
  assert.deepEqual([away.over, told], [true, 1]);
  away.see("ada");
  time.pass(HOST_AWAY_MS);
  assert.deepEqual([away.over, told], [true, 1]);
  away.see(null);
  assert.equal(away.over, false);
});

test("another host who goes has a time of their own", () => {
  away.see("ada");
  time.pass(HOST_AWAY_MS - 1);
  away.see("ben");
  time.pass(HOST_AWAY_MS - 1);
  assert.equal(away.over, false);
  time.pass(1);
  assert.deepEqual([away.over, told], [true, 1]);
});
