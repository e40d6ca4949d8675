import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { Game } from "../../../http-server/static/mafia/game.js";

const seat = (number, player) => ({ seat: number, player, name: `no. ${number}`, alive: true });
const view = (rest = {}) => ({ phase: "lobby", day: 0, ends_at: null, seats: [seat(0, "a"), seat(1, "b")], ...rest });
const update = (seq, ...events) => ({ seq, pos: seq, at: 0, events });
const state = (rest = {}) => ({
  game: { code: "K7QF2M" }, me: { user: "b", seat: 1 }, public: view(), seq: 0, you: null, my_seq: 0, spectator_seq: null, online: ["a"], now: 1_000, ...rest,
});
const told = (stream, seqs, rest = {}) => ({
  stream, first: seqs[0], seq: seqs.at(-1), updates: seqs.map((seq) => update(seq, { type: "joined" })), view: stream === "public" ? view() : null, now: 1_000, ...rest,
});
const missed = (rest = {}) => ({ public: [], you: [], spectators: [], more: false, ...rest });

let asked;
let fresh;
let now;
let game;

beforeEach(() => {
  asked = [];
  fresh = [];
  now = 1_000;
  game = new Game({ changed: () => {}, fresh: (event, stream) => fresh.push(stream), ask: (cursors) => asked.push(cursors) }, () => now);
});

test("what comes in order is news; what comes again is not", () => {
  game.state(state());
  game.update(told("public", [1]));
  game.update(told("public", [1]));
  assert.deepEqual(fresh, ["public"]);
  assert.deepEqual(asked, []);
});

test("behind a hole is asked once, from where it is", () => {
  game.state(state());
  game.update(told("public", [1]));
  game.update(told("public", [3]));
  game.update(told("public", [4]));
  assert.deepEqual(asked, [{ public: 1, you: 0, spectators: 0, state: false }]);
  game.missed(missed({ public: [update(2), update(3), update(4)] }));
  assert.equal(game.updates.length, 4);
  assert.equal(asked.length, 1);
});

test("more than fits into one answer is asked for again", () => {
  game.state(state({ seq: 3 }));
  game.missed(missed({ public: [update(1), update(2)], more: true }));
  assert.deepEqual(asked, [0, 2].map((seq) => ({ public: seq, you: 0, spectators: 0, state: false })));
});

test("what the last page lacks is asked for with a new state", () => {
  game.state(state({ seq: 3 }));
  game.missed(missed({ public: [update(1), update(2)] }));
  assert.deepEqual(asked.at(-1), { public: 2, you: 0, spectators: 0 });
  assert.equal(asked.length, 2);
});

test("what the server has forgotten is not asked for for ever", () => {
  game.state(state({ seq: 51 }));
  game.missed(missed({ public: [update(51)] }));
  game.state(state({ seq: 52, my_seq: 7 }));
  game.missed(missed({ public: [update(52)] }));
  assert.equal(game.updates.length, 2);
  assert.equal(asked.length, 2);
});

test("a question that died with its connection is asked again", () => {
  game.state(state({ seq: 2 }));
  game.unanswered();
  game.state(state({ seq: 2 }));
  assert.equal(asked.length, 2);
});

test("a state that an update has overtaken on its way does not take the view back", () => {
  game.state(state({ seq: 1, my_seq: 1, public: view({ phase: "night" }) }));
  game.missed(missed({ public: [update(1)], you: [update(1)] }));
  game.update(told("public", [2], { view: view({ phase: "dawn" }) }));
  game.state(state({ seq: 1, my_seq: 1, public: view({ phase: "night" }) }));
  assert.equal(game.view.phase, "dawn");
});

test("an answer that is older than an update does not make the page forget what lies between", () => {
  game.state(state({ seq: 1 }));
  game.missed(missed({ public: [update(1)] }));
  game.sync();
  game.state(state({ seq: 1 }));
  game.update(told("public", [3]));
  game.missed(missed({}));
  game.update(told("public", [2]));
  game.missed(missed({ public: [update(2), update(3)] }));
  assert.deepEqual(game.updates.map(({ seq }) => seq), [1, 2, 3]);
});

test("an older view does not come after a newer one", () => {
  game.state(state({ seq: 5, public: view({ phase: "night" }) }));
  game.update(told("public", [4], { view: view({ phase: "lobby" }) }));
  assert.equal(game.view.phase, "night");
});

test("before the start a player's seat follows from the list of players", () => {
  game.state(state());
  assert.equal(game.mySeat, 1);
  game.update(told("public", [1], { view: view({ seats: [seat(0, "b")] }) }));
  assert.equal(game.mySeat, 0);
  assert.equal(game.can("vote"), null);
});

test("the countdown follows the server's clock, whatever the page's says", () => {
  now = 500_000;
  game.state(state({ public: view({ ends_at: 21_000 }), now: 1_000 }));
  now += 5_000;
  assert.equal(game.remaining(), 15_000);
});

test("a frame that was late on its way does not lengthen the countdown; another connection begins anew", () => {
  game.state(state({ public: view({ ends_at: 21_000 }) }));
  now += 8_000;
  game.update(told("public", [1], { view: view({ ends_at: 21_000 }), now: 4_000 }));
  assert.equal(game.remaining(), 12_000);
  game.reconnected();
  game.state(state({ seq: 1, public: view({ ends_at: 21_000 }), now: 5_000 }));
  assert.equal(game.remaining(), 16_000);
});

test("finds the news of the current phase, and no older ones", () => {
  const judged = { type: "judged", seat: 0 };
  game.state(state());
  game.update(told("public", [1], { updates: [update(1, { type: "phase_began", phase: "dusk" }, judged)] }));
  assert.deepEqual(game.recent(["judged"]), [judged]);
  game.update(told("public", [2]));
  assert.deepEqual(game.recent(["judged"]), [judged]);
  game.update(told("public", [3], { updates: [update(3, { type: "phase_began", phase: "night" })] }));
  assert.deepEqual(game.recent(["judged"]), []);
});

test("people come and go", () => {
  game.state(state());
  game.presence({ player: "b", online: true });
  game.presence({ player: "a", online: false });
  assert.deepEqual([...game.online], ["b"]);
});
