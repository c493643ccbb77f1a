import assert from "node:assert/strict";
import test from "node:test";
import { EARTH_RADIUS_KM, areaKm2, areaWords, distanceKm, lengthKm, lengthWords, pointWords } from "../../dashboard/folium_map/js/engine/measure.js";

const ALEPPO = { lat: 36.2021, lng: 37.1343 };
const DAMASCUS = { lat: 33.5138, lng: 36.2765 };

test("Aleppo and Damascus are 309 km apart, whichever way one asks", () => {
  assert.ok(Math.abs(distanceKm(ALEPPO, DAMASCUS) - 309) < 1.5);
  assert.equal(distanceKm(ALEPPO, DAMASCUS), distanceKm(DAMASCUS, ALEPPO));
  assert.equal(distanceKm(ALEPPO, ALEPPO), 0);
  assert.equal(lengthKm([ALEPPO, DAMASCUS, ALEPPO]), 2 * distanceKm(ALEPPO, DAMASCUS));
  assert.equal(lengthKm([ALEPPO]), 0);
});

test("a line over the antimeridian is as long as it is", () => {
  const across = distanceKm({ lat: -17, lng: 179.5 }, { lat: -17, lng: -179.5 });
  assert.ok(Math.abs(across - distanceKm({ lat: -17, lng: 0 }, { lat: -17, lng: 1 })) < 1e-6);
});

test("an eighth of the sphere has an eighth of its area, and turning round changes nothing", () => {
  const octant = [{ lat: 0, lng: 0 }, { lat: 0, lng: 90 }, { lat: 90, lng: 90 }, { lat: 90, lng: 0 }];
  const eighth = (4 * Math.PI * EARTH_RADIUS_KM ** 2) / 8;
  assert.ok(Math.abs(areaKm2(octant) / eighth - 1) < 1e-9);
  assert.equal(areaKm2([...octant].reverse()), areaKm2(octant));
  assert.equal(areaKm2(octant.slice(0, 2)), 0);
});

test("a degree at the equator is 12,364 square kilometres", () => {
  const cell = [[0, 0], [0, 1], [1, 1], [1, 0]].map(([lat, lng]) => ({ lat, lng }));
  assert.ok(Math.abs(areaKm2(cell) - 12_364) < 3);
});

test("measures are said with three figures and a unit", () => {
  assert.equal(lengthWords(0.8504), "850 m");
  assert.equal(lengthWords(12.44), "12.4 km");
  assert.equal(lengthWords(1234.5), "1,230 km");
  assert.equal(areaWords(0.0085), "8,500 m²");
  assert.equal(areaWords(12.44), "12.4 km²");
});

test("a point has the decimals that its zoom shows, on this side of the antimeridian", () => {
  assert.equal(pointWords({ lat: 36.20213, lng: 37.13432 }, 6), "36.20, 37.13");
  assert.equal(pointWords({ lat: -17, lng: 190 }, 18), "-17.000000, -170.000000");
});
