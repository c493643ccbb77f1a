import assert from "node:assert/strict";
import { test } from "node:test";
import { CORNERS, MOST_KM, circleCorners, circleOf } from "../../dashboard/folium_map/js/engine/circle.js";
import { distanceKm } from "../../dashboard/folium_map/js/engine/measure.js";
import { filterWords } from "../../dashboard/folium_map/js/filter_words.js";

/** Numbers from 0 to 1, the same at every run (Lehmer). */
function* chances(seed = 20160616) {
  for (let state = seed; ; ) yield (state = (state * 48271) % 2147483647) / 2147483647;
}

test("a circle's corners lie on it, and it is told from them again", () => {
  const next = chances();
  const chance = () => next.next().value;
  for (let n = 0; n < 400; n++) {
    const centre = { lat: chance() * 130 - 65, lng: chance() * 360 - 180 };
    const km = Math.min(MOST_KM, 0.05 * 20000 ** chance());
    const corners = circleCorners(centre, km);
    assert.equal(corners.length, CORNERS, `${centre.lat} ${centre.lng} ${km}`);
    for (const [lng, lat] of corners) {
      assert.ok(Math.abs(distanceKm(centre, { lng, lat }) - km) < Math.max(0.0002, km * 1e-5));
    }
    const told = circleOf(corners);
    assert.ok(distanceKm(told, centre) < Math.max(0.0002, km * 1e-3), `${n}`);
    assert.ok(Math.abs(told.km - km) < Math.max(0.0002, km * 1e-4));
  }
});

test("where corners would make another shape there is no circle", () => {
  assert.equal(circleCorners({ lat: 84, lng: 20 }, 700), null);
  assert.equal(circleCorners({ lat: 0, lng: 0 }, 0), null);
  assert.equal(circleCorners({ lat: 0, lng: 0 }, NaN), null);
  assert.equal(circleCorners({ lat: 0, lng: 0 }, MOST_KM + 1), null);
});

test("a circle across the 180th meridian is one, from either side", () => {
  for (const [lng, west] of [[179.9, 179.4504], [-179.9, 179.6504]]) {
    const corners = circleCorners({ lat: 0, lng }, 50);
    const longitudes = corners.map(([x]) => x);
    assert.ok(Math.abs(Math.min(...longitudes) - west) < 0.0002, `${Math.min(...longitudes)}`);
    assert.ok(Math.max(...longitudes) > 180 && Math.max(...longitudes) < 181);
    const [{ values }] = filterWords({ polygon: corners }, { vocabulary: {} });
    assert.deepEqual(values, [`a circle of 50 km around 0, ${lng}`]);
  }
});

test("a polygon drawn by hand is no circle, nor is one whose corner was moved", () => {
  assert.equal(circleOf(null), null);
  assert.equal(circleOf([[0, 0], [1, 0], [1, 1]]), null);
  const corners = circleCorners({ lat: 36.2, lng: 37.16 }, 25);
  corners[10] = [corners[10][0] + 0.001, corners[10][1]];
  assert.equal(circleOf(corners), null);
});

test("an area in words names the circle, with its radius", () => {
  const polygon = circleCorners({ lat: 36.2, lng: 37.16 }, 25);
  const [{ label, values }] = filterWords({ polygon }, { vocabulary: {} });
  assert.deepEqual([label, values], ["Area", ["a circle of 25 km around 36.2, 37.16"]]);
});
