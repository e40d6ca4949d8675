import assert from "node:assert/strict";
import { test } from "node:test";

import { People } from "../../../http-server/static/rooms/people.js";
import { snapshot } from "../../../http-server/static/rooms/snapshot.js";
import { OthersTyping, OwnTyping } from "../../../http-server/static/rooms/typing.js";
import { FakeTime } from "../../../clients/js/test/support/fake-time.js";

const member = (id, joined_at, online) => ({ id, nickname: id.toUpperCase(), joined_at, online });

test("sorts online users first, then by arrival", () => {
  const people = new People();
  people.reset([member("a", 1, false), member("b", 3, true), member("c", 2, true)]);
  assert.deepEqual(people.list().map(({ id }) => id), ["c", "b", "a"]);
  assert.deepEqual([people.count, people.online], [3, 2]);
});

test("reports only changes", () => {
  const people = new People();
  people.reset([member("a", 1, false)]);
  assert.equal(people.join(member("a", 1, true)), false);
  assert.equal(people.join(member("b", 2, true)), true);
  assert.equal(people.presence("b", true), false);
  assert.equal(people.presence("b", false), true);
  assert.equal(people.presence("stranger", true), false);
  assert.equal(people.leave("b"), true);
  assert.equal(people.leave("b"), false);
});

test("a user who left keeps their name", () => {
  const people = new People();
  people.reset([member("a", 1, true)]);
  people.leave("a");
  assert.equal(people.nameOf("a"), "A");
  assert.equal(people.rename({ id: "a", nickname: "Anna" }), "A");
  assert.equal(people.nameOf("a"), "Anna");
  assert.equal(people.nameOf("stranger"), undefined);
});

test("a list that was asked for before something happened does not undo it", async () => {
  const happenings = [
    (people) => people.join(member("b", 2, true)),
    (people) => people.leave("a"),
    (people) => people.presence("a", true),
    // An event without effect is still reported: the list may be older than it.
    (people) => people.presence("a", false),
    (people) => people.rename({ id: "a", nickname: "Anna" }),
    (people) => people.reset([member("a", 1, true), member("b", 2, true)]),
  ];
  for (const happening of happenings) {
    const people = new People();
    people.reset([member("a", 1, false)]);
    let answer;
    const asked = snapshot(() => new Promise((resolve) => (answer = resolve)), () => people.version);
    happening(people);
    answer([member("a", 1, false)]);
    assert.equal(await asked, null, `${happening}`);
    assert.deepEqual(await snapshot(async () => ["afresh"], () => people.version), ["afresh"]);
  }
});

test("a typing that is not renewed is over after 6 s", () => {
  const time = new FakeTime();
  let typing = [];
  const others = new OthersTyping((ids) => (typing = ids), time);
  others.set("a", true);
  time.pass(5_000);
  others.set("b", true);
  others.set("a", true);
  time.pass(5_999);
  assert.deepEqual(typing, ["b", "a"]);
  time.pass(1);
  assert.deepEqual(typing, []);
});

test("announces the own typing once in 3 s, and its end once", () => {
  const time = new FakeTime();
  const sent = [];
  const own = new OwnTyping((on) => sent.push(on), time);
  own.input("ㅎ");
  own.input("하");
  time.pass(2_999);
  own.input("한");
  assert.deepEqual(sent, [true]);
  time.pass(1);
  own.input("한국");
  own.done();
  own.done();
  own.input("  ");
  assert.deepEqual(sent, [true, true, false]);
});

test("announces new typing after a message as soon as the server accepts it", () => {
  const time = new FakeTime();
  const sent = [];
  const own = new OwnTyping((on) => sent.push([time.now(), on]), time);
  own.input("one");
  own.done();
  time.pass(1_000);
  own.input("t");
  own.input("tw");
  time.pass(2_000);
  assert.deepEqual(sent, [[0, true], [0, false], [3_000, true]]);
  own.done();
  own.input("x");
  own.done();
  time.pass(10_000);
  assert.deepEqual(sent.slice(3), [[3_000, false]], "finished typing is not announced later");
});
