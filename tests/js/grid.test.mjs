import assert from "node:assert/strict";
import test from "node:test";
import { categorise } from "../../dashboard/folium_map/js/engine/categories.js";
import { project, WORLD } from "../../dashboard/folium_map/js/engine/columns.js";
import { Arrangement, GroupCounter, ringRadii } from "../../dashboard/folium_map/js/engine/groups.js";
import { IncidentView } from "../../dashboard/folium_map/js/engine/view.js";
import { chances, randomRows, tableOf } from "./synthetic_pack.mjs";

const SIZES = { cell: 62, fine: 28, fineUpTo: 240 };

function arranged(rows, screen) {
  const table = tableOf(rows);
  const view = new IncidentView(table);
  const weights = new Uint32Array(table.places.n).fill(1);
  const arrangement = new Arrangement(table.places, ringRadii(table.places), screen, SIZES, weights);
  const { list, of } = categorise(table, "event_type");
  return { view, arrangement, counter: new GroupCounter(table, view.alive, arrangement, of, list.length) };
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
  const group = arrangement.groupOf[1];
  assert.equal(counter.count(group), 1);
  assert.equal(counter.onlyRow(group), 1);
  const [x, y] = project(-10, 20);
  assert.ok(Math.abs(counter.sumX[group] - x) <= 1 && Math.abs(counter.sumY[group] - y) <= 1);
});

test("groups stay as they are while the map is panned by less than a screen", () => {
  const rows = randomRows(200, chances(4)).map((row) => ({ ...row, lat: row.lat / 8, lon: row.lon / 8 }));
  const screens = [0, 13, 40].map((shift) => ({ x: 7400 + shift, y: 7400 + shift, width: 1700, height: 1700, zoom: 6 }));
  const partitions = screens.map((screen) => {
    const { arrangement } = arranged(rows, screen);
    const groups = new Map();
    arrangement.groupOf.forEach((group, place) => group >= 0 && groups.set(group, [...(groups.get(group) ?? []), place]));
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
  assert.notEqual(arrangement.groupOf[0], arrangement.groupOf[1]);
  assert.deepEqual([arrangement.coarse[arrangement.groupOf[0]], arrangement.coarse[arrangement.groupOf[1]]], [0, 1]);
});

test("both sides of the antimeridian stand side by side", () => {
  const rows = [{ start: 1, end: 1, lat: -17, lon: 179.99 }, { start: 1, end: 1, lat: -17, lon: -179.99 }];
  const [x, y] = project(-17, 179.99).map((value) => (value / WORLD) * 256 * 2 ** 8);
  const { arrangement } = arranged(rows, { x: x - 400, y: y - 400, width: 800, height: 800, zoom: 8 });
  assert.ok(arrangement.groupOf[0] >= 0 && arrangement.groupOf[0] === arrangement.groupOf[1]);
});
