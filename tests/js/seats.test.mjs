import assert from "node:assert/strict";
import { test } from "node:test";
import { MOST_FANNED, seats, stepTo } from "../../dashboard/folium_map/js/engine/seats.js";

test("laid around their point, no two incidents are nearer than a finger is wide", () => {
  for (let count = 2; count <= MOST_FANNED; count++) {
    const { radius, at } = seats(count);
    assert.equal(at.length, count);
    at.forEach(({ x, y }, k) => {
      assert.ok(Math.abs(Math.hypot(x, y) - radius) < 1e-9);
      at.slice(k + 1).forEach((other) => assert.ok(Math.hypot(other.x - x, other.y - y) > 45.99, `${count}`));
    });
  }
});

test("the most that are laid out fit on the map of a narrow phone", () => {
  assert.ok(2 * (seats(MOST_FANNED).radius + 22) < 280);
});

test("arrows walk around and around, and other keys lead nowhere", () => {
  assert.equal(stepTo("ArrowRight", 4, 5), 0);
  assert.equal(stepTo("ArrowLeft", 0, 5), 4);
  assert.equal(stepTo("End", 1, 5), 4);
  assert.equal(stepTo("Home", 3, 5), 0);
  assert.equal(stepTo("Enter", 3, 5), null);
  assert.equal(stepTo("toString", 3, 5), null);
});
