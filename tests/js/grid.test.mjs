import assert from "node:assert/strict";
import test from "node:test";
import { categorise } from "../../dashboard/folium_map/js/engine/categories.js";
import { project, WORLD } from "../../dashboard/folium_map/js/engine/columns.js";
import { Arrangement, eachSpot, GroupCounter, ringRadii } from "../../dashboard/folium_map/js/engine/groups.js";
import { SpotIndex } from "../../dashboard/folium_map/js/engine/spots.js";
import { IncidentView } from "../../dashboard/folium_map/js/engine/view.js";
import { chances, randomRows, tableOf } from "./synthetic_pack.mjs";

const SIZES = { cell: 62, fine: 31, fineUpTo: 240 };

function arranged(rows, screen) {
  const table = tableOf(rows);
  const view = new IncidentView(table);
  const spots = new SpotIndex(table, ringRadii(table.places), SIZES);
  const arrangement = new Arrangement(spots.at(screen.zoom), screen, SIZES);
  const { list, of } = categorise(table, "event_type");
  return { view, spots, arrangement, of, categories: list.length, counter: new GroupCounter(table, view.alive, arrangement, of, list.length) };
}

const whole = { x: 0, y: 0, width: 1024, height: 1024, zoom: 2 };
const sum = (counter, size) => Array.from({ length: size }, (_, g) => counter.count(g)).reduce((a, b) => a + b, 0);

test("every incident that is drawn is in one group, whatever way the window came", () => {
  const rows = randomRows(400, chances(8));
  const { view, arrangement, counter } = arranged(rows, whole);
  let before = null;
  for (const [from, to] of [[0, 420], [50, 200], [60, 230], [10, 90], [300, 310]]) {
    view.setRange(from, to);
    view.window.advance(counter, before, view.days);
    before = view.days;
    const drawn = [...view.rows(0, 1e6)].filter((row) => view.onMap(row)).length;
    assert.equal(sum(counter, arrangement.size), drawn);
  }
});

test("counted in one sweep or row by row, groups are the same", () => {
  const { view, arrangement, counter } = arranged(randomRows(600, chances(11)), whole);
  view.window.advance(counter, null, view.days);
  const swept = [counter.counts, counter.sumX, counter.sumY, counter.coarse, counter.atPlace].map((sums) => [...sums]);
  const rows = Array.from({ length: arrangement.size }, (_, group) => counter.onlyRow(group));
  for (const sums of counter.sums) sums.fill(0);
  const every = Int32Array.from({ length: view.table.n }, (_, row) => row);
  counter.addRows(every, 0, every.length, 1);
  assert.deepEqual([counter.counts, counter.sumX, counter.sumY, counter.coarse, counter.atPlace].map((sums) => [...sums]), swept);
  assert.deepEqual(rows, Array.from({ length: arrangement.size }, (_, group) => counter.onlyRow(group)));
});

test("sums are whole numbers that return to nothing", () => {
  const { view, counter } = arranged(randomRows(300, chances(2)), whole);
  view.window.advance(counter, null, { from: 0, to: 200 });
  view.window.advance(counter, { from: 0, to: 200 }, { from: 10, to: 210 });
  view.setPredicate({});
  const empty = { from: 5000, to: 5001 };
  view.window.advance(counter, { from: 10, to: 210 }, empty);
  for (const sums of [counter.sumX, counter.sumY, counter.counts, counter.coarse]) assert.ok(sums.every((value) => value === 0));
});

test("a group of one is that incident at its own place", () => {
  const rows = [{ start: 1, end: 1, lat: 33.49, lon: 38.66 }, { start: 2, end: 2, lat: -10, lon: 20 }];
  const { view, counter, arrangement } = arranged(rows, whole);
  view.window.advance(counter, null, view.days);
  const group = arrangement.group(1);
  assert.equal(counter.count(group), 1);
  assert.equal(counter.onlyRow(group), 1);
  const [x, y] = project(-10, 20);
  assert.ok(Math.abs(counter.sumX[group] - x) <= 1 && Math.abs(counter.sumY[group] - y) <= 1);
});

test("groups stay as they are while the map is panned by less than a screen", () => {
  const rows = randomRows(200, chances(4)).map((row) => ({ ...row, lat: row.lat / 8, lon: row.lon / 8 }));
  const screens = [0, 13, 40].map((shift) => ({ x: 7400 + shift, y: 7400 + shift, width: 1700, height: 1700, zoom: 6 }));
  const arrangements = screens.map((screen) => arranged(rows, screen).arrangement);
  const places = rows.map((_, place) => place).filter((place) => arrangements.every((one) => one.group(place) >= 0));
  assert.ok(places.length > 100);
  const partitions = arrangements.map((arrangement) => {
    const groups = new Map();
    for (const place of places) {
      const group = arrangement.group(place);
      groups.set(group, [...(groups.get(group) ?? []), place]);
    }
    return [...groups.values()].map(String).sort().join(";");
  });
  assert.equal(partitions[1], partitions[0]);
  assert.equal(partitions[2], partitions[0]);
});

test("a province is never in one group with pins once its ring can be seen", () => {
  const same = { start: 1, end: 1, lat: 36.2, lon: 37.16 };
  const [x, y] = project(36.2, 37.16).map((value) => (value / WORLD) * 256 * 2 ** 8);
  const screen = { x: x - 400, y: y - 400, width: 800, height: 800, zoom: 8 };
  const { arrangement } = arranged([same, { ...same, precision: "admin1", radius: 80 }], screen);
  assert.notEqual(arrangement.group(0), arrangement.group(1));
  assert.deepEqual([arrangement.coarse[arrangement.group(0)], arrangement.coarse[arrangement.group(1)]], [0, 1]);
});

test("both sides of the antimeridian stand side by side", () => {
  const rows = [{ start: 1, end: 1, lat: -17, lon: 179.99 }, { start: 1, end: 1, lat: -17, lon: -179.99 }];
  const [x, y] = project(-17, 179.99).map((value) => (value / WORLD) * 256 * 2 ** 8);
  const { arrangement } = arranged(rows, { x: x - 400, y: y - 400, width: 800, height: 800, zoom: 8 });
  assert.ok(arrangement.group(0) >= 0 && arrangement.group(0) === arrangement.group(1));
});

// Crowded, so that many places share the smallest cells; some on both sides of the antimeridian.
const crowded = (seed) => {
  const chance = chances(seed);
  return randomRows(900, chance).map((row) => ({
    ...row, lat: chance(3) * 7 + chance(1e6) / 4e6, lon: [-179.9, 38, 179.8][chance(3)] + chance(1e6) / 1e7,
  }));
};
const screens = [0, 1, 3, 6, 10].map((zoom) => {
  const [x, y] = project(4, 38).map((value) => (value / WORLD) * 256 * 2 ** zoom);
  return { x: Math.round(x) - 600, y: Math.round(y) - 400, width: 1200, height: 800, zoom };
});

test("places taken together stand in the groups in which they stand one by one", () => {
  for (const screen of screens) {
    const { view, spots, arrangement } = arranged(crowded(5), screen);
    const single = new Arrangement(spots.at(screen.zoom + 0.5), { ...screen }, SIZES);
    assert.ok(spots.joinsAt(screen.zoom) && !spots.joinsAt(screen.zoom + 0.5));
    assert.ok(arrangement.spots.n < single.spots.n / 2);
    const groups = (which) => Array.from({ length: view.table.places.n }, (_, place) => which.group(place));
    assert.deepEqual(groups(arrangement), groups(single));
    assert.deepEqual([...arrangement.apart], [...single.apart]);
    assert.deepEqual([...arrangement.distinct], [...single.distinct]);
  }
});

test("what is counted spot by spot sums to what is counted row by row", () => {
  for (const screen of screens) {
    const { view, arrangement, counter, of, categories } = arranged(crowded(6), screen);
    const bySpot = new GroupCounter(view.table, view.alive, eachSpot(arrangement.spots), of, categories);
    for (const predicate of [{}, { killed_min: 40 }, { killed_min: 1 }, {}]) {
      view.setPredicate(predicate);
      view.window.advance(bySpot, null, view.days);
      counter.take(bySpot);
      const taken = counter.sums.map((sums) => [...sums]);
      view.window.advance(counter, null, view.days);
      counter.sums.forEach((sums, k) => {
        if (sums !== counter.atPlace) assert.deepEqual(taken[k], [...sums]);
      });
      for (const place of arrangement.apart) assert.equal(taken[5][place], counter.atPlace[place]);
    }
  }
});
