import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { SetupAhead } from "../../../http-server/static/mafia/setup-ahead.js";

const told = (options = {}, roles = null) => ({ roles, options: { night_seconds: 40, doctor_self: true, spectators: true, ...options } });
let setup;

beforeEach(() => {
  setup = new SetupAhead();
  setup.confirm(told());
});

test("two quick changes are both made, whichever answer comes between", () => {
  assert.deepEqual(setup.change({ options: { doctor_self: false } }), told({ doctor_self: false }));
  setup.confirm(told({ doctor_self: false }));
  setup.change({ options: { spectators: false } });
  setup.change({ options: { night_seconds: 60 } });
  setup.confirm(told({ doctor_self: false, spectators: false }));
  assert.deepEqual(setup.now, told({ doctor_self: false, spectators: false, night_seconds: 60 }));
});

test("what the table says holds as soon as nothing is on its way", () => {
  setup.change({ roles: { mafia: 2, doctor: 1 } });
  setup.confirm({ roles: { doctor: 1, mafia: 2 }, options: told().options });
  setup.confirm(told({ night_seconds: 20 }));
  assert.deepEqual(setup.now, told({ night_seconds: 20 }));
});

test("a change that is taken back at once is taken back", () => {
  setup.change({ options: { doctor_self: false } });
  setup.change({ options: { doctor_self: true } });
  setup.confirm(told());
  setup.confirm(told({ doctor_self: false }));
  assert.deepEqual(setup.change({ options: { spectators: false } }), told({ spectators: false }));
});

test("what changes nothing is not asked for, and does not hide what others change", () => {
  assert.equal(setup.change({ options: { doctor_self: true } }), null);
  setup.confirm(told({ night_seconds: 20 }));
  assert.deepEqual(setup.now, told({ night_seconds: 20 }));
  assert.deepEqual(setup.change({ options: { spectators: false } }), told({ night_seconds: 20, spectators: false }));
});

test("what was refused is forgotten", () => {
  setup.change({ options: { night_seconds: 5_000 } });
  setup.forget();
  assert.deepEqual(setup.now, told());
});

test("roles that follow the number of players are changed back to that", () => {
  setup.change({ roles: { mafia: 2 } });
  assert.equal(setup.change({ roles: null }).roles, null);
});
