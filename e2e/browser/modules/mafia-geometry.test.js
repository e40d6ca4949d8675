import assert from "node:assert/strict";
import { test } from "node:test";

import { places, shorten } from "../../../http-server/static/mafia/geometry.js";

/** The room that a scene has on the narrowest phone, in pixels: usual tables, then crowds. */
const SCENE = { width: 336, height: (count) => (count >= 13 ? 347 : 296) };
const apart = (a, b, height) => Math.hypot(((a.x - b.x) * SCENE.width) / 100, ((a.y - b.y) * height) / 100);

test("on the narrowest phone every seat of every table is in the scene, and can be told from the next by a thumb", () => {
  for (let count = 2; count <= 20; count += 1) {
    const at = places(count);
    const height = SCENE.height(count);
    assert.equal(at.length, count);
    for (const { x, y } of at) {
      assert.ok(x * SCENE.width >= 2_200 && (100 - x) * SCENE.width >= 2_200, `${count} people: ${x}`);
      assert.ok(y > 5 && y < 90, `${count} people: ${y}`);
    }
    at.forEach((place, seat) => assert.ok(apart(place, at[(seat + 1) % count], height) > 36, `${count} people, seat ${seat}`));
  }
});

test("the first seat is the nearest", () => {
  const [first, ...others] = places(7);
  for (const { y } of others) assert.ok(first.y > y);
});

test("lines end short of what they join, however near it is", () => {
  assert.deepEqual(shorten({ x: 0, y: 0 }, { x: 100, y: 0 }, 20), { from: { x: 20, y: 0 }, to: { x: 80, y: 0 } });
  const { from, to } = shorten({ x: 0, y: 0 }, { x: 9, y: 0 }, 20);
  assert.ok(from.x < to.x);
  assert.deepEqual(shorten({ x: 5, y: 5 }, { x: 5, y: 5 }, 20).from, { x: 5, y: 5 });
});
