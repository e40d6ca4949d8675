import assert from "node:assert/strict";
import { test } from "node:test";

import { LANGS, WORDS, source, textsOf } from "../support/mafia-texts.js";

const texts = { ...textsOf("ko"), phrases: { accuse: "It was {name}." } };
globalThis.document = { getElementById: () => ({ textContent: JSON.stringify(texts) }), documentElement: { lang: "ko" } };
const { details, sentence, spoken } = await import("../../../http-server/static/mafia/sentences.js");
const { pickable } = await import("../../../http-server/static/mafia/deck.js");

const nameOf = (seat) => ["하늘", "민수"][seat];

/** Each event that a client may receive, as the rules write it. */
const TOLD = [
  { type: "joined", player: { id: null, name: "하늘" } }, { type: "stood_up", seat: 0, name: "하늘", kicked: true }, { type: "set_up", setup: {} },
  { type: "started", roles: [], setup: {} }, { type: "dealt", role: "doctor" }, { type: "hurried", ends_at: 0 }, { type: "pointed", seat: 0, target: 1 },
  ...["night", "dawn", "talk", "vote", "defence", "ballot", "dusk"].map((phase) => ({ type: "phase_began", phase, day: 2, ends_at: 0 })),
  { type: "protected", seat: 0, target: 1 }, { type: "investigated", seat: 0, target: 1, mafia: true }, { type: "reported", seat: 0, target: 1 },
  { type: "probed", seat: 0, target: 1, mafia: false }, { type: "contacted", seat: 0 }, { type: "slept", seat: 0 }, { type: "nobody_died" },
  ...["killed", "executed", "gone"].map((cause) => ({ type: "died", seat: 0, cause, role: null })), { type: "died", seat: 0, cause: "killed", role: "spy" },
  { type: "survived", seat: 0 }, { type: "published", by: null, target: 1, role: "joker" }, { type: "time_voted", seat: 0, longer: true, ends_at: 0 },
  { type: "time_voted", seat: 0, longer: false, ends_at: 0 }, { type: "voted", seat: 0, target: 1 }, { type: "voted", seat: 0, target: null },
  { type: "accused", seat: 0 }, { type: "nobody_accused" }, { type: "balloted", seat: 0, choice: null }, { type: "balloted", seat: 0, choice: "abstain" },
  { type: "judged", seat: 0, yes: [1], no: [], dies: true }, { type: "left", seat: 0 }, { type: "ended", winner: "mafia", roles: [] }, { type: "again", code: "K7QF2M" },
];

/** The keys that stand twice in one object of a file that is written as `JSON.stringify(value, null, 2)` writes it. */
function doubled(json) {
  const found = [];
  const open = [];
  for (const line of json.split("\n")) {
    const key = /^\s*"((?:[^"\\]|\\.)*)":/.exec(line)?.[1];
    if (key !== undefined && open.at(-1).has(key)) found.push(key);
    if (key !== undefined) open.at(-1).add(key);
    if (/[{[]$/.test(line)) open.push(new Set());
    if (/^\s*[}\]],?$/.test(line)) open.pop();
  }
  return found;
}

/** The paths of all texts and functions. */
const shape = (value, path = "") =>
  typeof value === "object" ? Object.entries(value).flatMap(([key, inner]) => shape(inner, `${path}.${key}`)) : [`${path} ${typeof value}`];

test("no text is written twice: the later one would hide the earlier", () => {
  assert.deepEqual(doubled('{\n  "a": "1",\n  "b": {\n    "a": "2"\n  },\n  "a": "3"\n}'), ["a"]);
  for (const lang of LANGS) {
    assert.equal(source(lang), `${JSON.stringify(textsOf(lang), null, 2)}\n`, `${lang}: a key stands twice, or the file is not laid out as above`);
    assert.deepEqual(doubled(source(lang)), [], lang);
    assert.ok(shape(textsOf(lang)).length > 250, lang);
  }
});

test("every language has the same texts", () => {
  for (const lang of LANGS) assert.deepEqual(shape(WORDS[lang]).toSorted(), shape(WORDS.en).toSorted(), lang);
});

test("each event is a complete sentence, at the table and in a replay", () => {
  const deeds = Object.entries(texts.game.deeds).map(([type, { told }]) => ({ type, seat: 0, target: 1, ...(typeof told === "string" ? {} : { mafia: true }) }));
  assert.ok(deeds.length > 0);
  for (const event of [...TOLD, ...deeds]) {
    for (const open of [false, true]) {
      const text = sentence(event, nameOf, open);
      assert.ok(text?.length > 0 && !/undefined|null|NaN|\{/.test(text), `${JSON.stringify(event)}: ${text}`);
    }
  }
});

test("Korean sentences have the particles of the names", () => {
  assert.match(sentence({ type: "voted", seat: 0, target: 1 }, nameOf), /하늘이 민수를/);
  assert.match(sentence({ type: "voted", seat: 1, target: 0 }, nameOf), /민수가 하늘을/);
});

test("an event of a later version says nothing rather than something wrong", () => {
  assert.equal(sentence({ type: "eclipse" }, nameOf), null);
});

test("the log says who was for and against it", () => {
  assert.equal(details({ type: "judged", seat: 0, yes: [1], no: [0], dies: true }, nameOf), "찬성: 민수 · 반대: 하늘");
  assert.equal(details({ type: "judged", seat: 0, yes: [], no: [], dies: false }, nameOf), null);
});

test("a name is no pattern", () => {
  assert.equal(spoken({ phrase: { phrase: "accuse", about: 0 } }, () => "$& Ke$$ha"), "It was $& Ke$$ha.");
});

test("bots speak the reader's language; people are quoted as they are", () => {
  assert.equal(spoken({ phrase: { phrase: "accuse", about: 1 } }, nameOf), "It was 민수.");
  assert.equal(spoken({ text: "{name}?" }, nameOf), "{name}?");
});

test("at night the same seats may be picked whatever one's role is", () => {
  const seats = [0, 1, 2].map((seat) => ({ seat, alive: true, left: false }));
  const at = (can, seat = 0) => {
    const you = { seat, alive: true, can };
    return pickable({ view: { phase: "night", seats, options: { doctor_self: true } }, you, seat: (number) => seats[number], can: (act) => can.find((one) => one.act === act) ?? null });
  };
  const citizen = at([{ act: "sleep", targets: [] }]);
  assert.deepEqual(citizen, [0, 1, 2]);
  assert.deepEqual(at([{ act: "point", targets: [2] }]), citizen, "the mafia's own team looks like all others");
  assert.deepEqual(at([]), citizen, "so does who has done their deed");
});
