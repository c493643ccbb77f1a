import assert from "node:assert/strict";
import { test } from "node:test";

// The geometry needs no page, but Leaflet, which the module extends, asks for one when it loads.
globalThis.L = { Control: { extend: () => class {} } };
const { boxOf, cornersOf, turnTo, wrapped } = await import("../../dashboard/folium_map/js/area.js");

test("a longitude beyond the antimeridian is one on Earth", () => {
  assert.deepEqual([0, 180, -180, 181, -181, 540, 721].map(wrapped), [0, 180, -180, -179, 179, -180, 1]);
});

test("a box over the antimeridian has its west in the east", () => {
  assert.deepEqual(boxOf({ west: 170, south: -20, east: 190, north: -10 }), [170, -20, -170, -10]);
  assert.deepEqual(boxOf({ west: -300, south: -95, east: 200, north: 95 }), [-180, -90, 180, 90]);
  assert.deepEqual(boxOf({ west: 1.23456789, south: 0, east: 2, north: 1 }), [1.234568, 0, 2, 1]);
});

test("a double click makes no second corner, and two corners make no area", () => {
  assert.deepEqual(cornersOf([[0, 0], [1, 0], [1, 1], [1, 1]]), [[0, 0], [1, 0], [1, 1]]);
  assert.equal(cornersOf([[0, 0], [1, 1], [1, 1]]), null);
  assert.equal(cornersOf(Array.from({ length: 501 }, (_, i) => [i / 10, 0])), null);
});

test("a polygon over the antimeridian keeps its shape, from either side of the map", () => {
  const drawn = [[170, -20], [190, -20], [190, -10], [170, -10]];
  assert.deepEqual(cornersOf(drawn), drawn);
  assert.deepEqual(cornersOf(drawn.map(([x, y]) => [x - 360, y])), drawn);
  assert.deepEqual(cornersOf([[-180, 0], [180, 0], [180, 90.0000001]]), [[-180, 0], [180, 0], [180, 90]]);
  assert.equal(cornersOf([[-190, 0], [171, 0], [0, 40]]), null);
});

test("an outline stands where the hand drew it", () => {
  const corners = [[179.7, 0], [180.5, 0], [180, 1]];
  assert.equal(turnTo(180.1, corners), 0);
  assert.equal(turnTo(-179.9, corners), -360);
});
