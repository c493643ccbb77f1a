import assert from "node:assert/strict";
import test from "node:test";
import { BinCounter, ELSEWHERE, cells, smoothed } from "../../dashboard/folium_map/js/engine/bins.js";
import { classOf, classWords, thresholds } from "../../dashboard/folium_map/js/engine/classes.js";
import { ringRadii } from "../../dashboard/folium_map/js/engine/groups.js";
import { IncidentView } from "../../dashboard/folium_map/js/engine/view.js";
import { chances, randomRows, tableOf } from "./synthetic_pack.mjs";

const WHOLE = { x: 0, y: 0, width: 1024, height: 1024, zoom: 2 };
const sum = (values) => values.reduce((a, b) => a + b, 0);

function binned(rows, make) {
  const table = tableOf(rows);
  const view = new IncidentView(table);
  const bins = make(table.places, ringRadii(table.places));
  return { view, bins, counter: new BinCounter(table, view.alive, bins) };
}

/** Counts of every bin by looking at each row. */
function counted({ view, bins }) {
  const [incidents, killed, unknown] = [0, 1, 2].map(() => new Array(bins.size + 1).fill(0));
  for (const row of view.rows(0, 1e6)) {
    const bin = bins.of[view.table.place[row]];
    if (bin < 0) continue;
    incidents[bin]++;
    if (view.killed(row) === null) unknown[bin]++;
    else killed[bin] += view.killed(row);
  }
  return { incidents, killed, unknown };
}

test("cells count every incident once, whatever way the window came", () => {
  const part = binned(randomRows(400, chances(11)), (places, radii) => cells(places, radii, WHOLE, { cell: 20, reach: 20 }));
  const { view, counter } = part;
  let before = null;
  for (const [from, to] of [[0, 420], [50, 200], [60, 230], [10, 90], [300, 310]]) {
    view.setRange(from, to);
    view.window.advance(counter, before, view.days);
    before = view.days;
    for (const [name, values] of Object.entries(counted(part))) assert.deepEqual([...counter[name]], values, name);
  }
  assert.ok(sum([...counter.incidents]) > 0);
});

test("a lone incident is worth one at its own place, less beside it, nothing beyond its reach", () => {
  const { view, bins, counter } = binned([{ start: 1, end: 1, lat: 0, lon: 0 }], (places, radii) =>
    cells(places, radii, WHOLE, { cell: 5, reach: 30 }));
  view.window.advance(counter, null, view.days);
  const density = smoothed(counter.incidents, bins.columns, bins.rows, 6);
  const own = bins.of[0];
  assert.ok(Math.abs(density[own] - 1) < 1e-6);
  assert.ok(density[own + 2] < 1 && density[own + 2] > 0.1);
  assert.ok(Math.abs(density[own + 2] - density[own - 2]) < 1e-6);
  assert.ok(Math.abs(density[own + 2] - density[own + 2 * bins.columns]) < 1e-6);
  assert.ok(density[own + 8] < 1e-6);
});

test("nothing is made or lost by smoothing far from the rim", () => {
  const values = new Float32Array(60 * 60);
  values[30 * 60 + 30] = 4;
  values[31 * 60 + 28] = 3;
  const one = new Float32Array(60 * 60);
  one[30 * 60 + 30] = 1;
  const whole = (list) => sum([...smoothed(list, 60, 60, 6)]);
  assert.ok(Math.abs(whole(values) / whole(one) - 7) < 1e-4);
});

test("a place beyond the map is in no cell", () => {
  const far = { x: 0, y: 0, width: 100, height: 100, zoom: 4 };
  const { bins } = binned([{ start: 1, end: 1, lat: 0, lon: 0 }], (places, radii) => cells(places, radii, far, { cell: 5, reach: 30 }));
  assert.equal(bins.of[0], ELSEWHERE);
});

test("every value up to the largest has one class, and its words say so", () => {
  for (const most of [1, 3, 6, 7, 99, 100, 782, 999, 1000, 9999, 10_000, 2_500_000]) {
    const least = thresholds(most);
    assert.ok(least.length >= 1 && least.length <= 6, String(most));
    assert.equal(least[0], 1);
    for (const value of [1, 2, 5, 6, 49, 50, 300, 782, most].filter((value) => value <= most)) {
      const k = classOf(least, value);
      assert.ok(least[k] <= value && (k + 1 === least.length || value < least[k + 1]), `${value} of ${most}`);
    }
  }
  assert.equal(classOf([1, 3], 0), -1);
  assert.deepEqual(thresholds(0), []);
  assert.deepEqual(classWords([1, 2, 5, 1000]), ["1", "2–4", "5–999", "1,000 or more"]);
});
