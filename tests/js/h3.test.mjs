import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import {
  boundaryOf, cellAt, cellId, isPentagon, meanAreaKm2, middleOf, parentOf,
} from "../../dashboard/folium_map/js/engine/h3.js";

/** Degrees on the ground between two points, along a parallel and a meridian. */
function apart([north, east], [otherNorth, otherEast]) {
  const turn = ((east - otherEast + 540) % 360) - 180;
  return Math.max(Math.abs(north - otherNorth), Math.abs(turn) * Math.cos((north * Math.PI) / 180));
}

const gold = readFileSync(new URL("h3_gold.csv", import.meta.url), "utf-8").trim().split("\n").slice(2)
  .map((line) => line.split(","))
  .map(([latitude, longitude, resolution, id, corners]) => ({
    latitude: Number(latitude), longitude: Number(longitude), resolution: Number(resolution), id,
    corners: corners === "" ? null : corners.split(";").map((corner) => corner.split(" ").map(Number)),
  }));

test("every point is in the cell that H3 says", () => {
  assert.ok(gold.length > 2000);
  for (const { latitude, longitude, resolution, id } of gold) {
    const cell = cellAt(latitude, longitude, resolution);
    assert.equal(cellId(cell, resolution), id, `${latitude} ${longitude} ${resolution}`);
  }
});

test("cells have H3's corners, in its order", () => {
  for (const { latitude, longitude, resolution, id, corners } of gold) {
    if (corners === null) continue;
    const found = boundaryOf(cellAt(latitude, longitude, resolution), resolution);
    assert.equal(found.length, corners.length, id);
    found.forEach((corner, k) => assert.ok(apart(corner, corners[k]) < 1e-6, `${id} ${k}: ${corner}, not ${corners[k]}`));
  }
});

test("a cell's middle is in the cell, and in all that it counts to", () => {
  for (const { latitude, longitude, resolution, id } of gold) {
    const cell = cellAt(latitude, longitude, resolution);
    const middle = middleOf(cell, resolution);
    for (let steps = 0; steps <= Math.min(1, resolution); steps++) {
      assert.equal(cellAt(...middle, resolution - steps), parentOf(cell, steps), id);
    }
  }
});

test("there are twelve pentagons, with the icosahedron's corners as their middles", () => {
  const found = new Set();
  for (const { latitude, longitude, resolution } of gold) {
    const cell = cellAt(latitude, longitude, resolution);
    if (isPentagon(cell, resolution)) found.add(parentOf(cell, resolution));
  }
  assert.equal(found.size, 12);
});

test("the cells of a resolution cover the Earth", () => {
  assert.ok(Math.abs(meanAreaKm2(0) * 122 - 510_065_621.7) < 1, "km² of the sphere");
  assert.ok(Math.abs(meanAreaKm2(5) - 252.9033) < 0.001, "the mean that H3's table of cells gives");
});
