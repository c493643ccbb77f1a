import assert from "node:assert/strict";
import test from "node:test";
import { categorise } from "../../dashboard/folium_map/js/engine/categories.js";
import { Histogram } from "../../dashboard/folium_map/js/engine/histogram.js";
import { IncidentView } from "../../dashboard/folium_map/js/engine/view.js";
import { chances, randomRows, tableOf } from "./synthetic_pack.mjs";

function histogramOf(rows) {
  const table = tableOf(rows);
  const view = new IncidentView(table);
  const { list, of } = categorise(table, "event_type");
  return { view, histogram: new Histogram(table, view.window, of, list.length, view.extent) };
}

const total = (values) => values.reduce((sum, value) => sum + value, 0);

test("every dated incident is in the bars once, exact or spread", () => {
  const rows = randomRows(500, chances(5));
  const { view, histogram } = histogramOf(rows);
  const { exact, coarse } = histogram.bin(view.extent.from, view.extent.to + 1);
  const dated = rows.filter((row) => row.start !== null || row.end !== null).length;
  assert.ok(Math.abs(total(exact) + total(coarse) - dated) < 1e-6);
  assert.equal(histogram.undated, rows.length - dated);
});

test("a month that is known only as a month is spread over its days and kept apart", () => {
  const { histogram } = histogramOf([{ start: 0, end: 0 }, { start: 0, end: 29, date: "month", killed: 30 }]);
  const first = histogram.bin(0, 1);
  assert.equal(total(first.exact), 1);
  assert.ok(Math.abs(total(first.coarse) - 1 / 30) < 1e-9);
  assert.ok(Math.abs(first.killed - 1) < 1e-9);
  assert.equal(total(histogram.bin(29, 40).exact), 0);
});

test("the bars follow the choice but not the window", () => {
  const { view, histogram } = histogramOf([{ start: 0, end: 0 }, { start: 1, end: 1, type: "Riots" }]);
  view.setRange(0, 0);
  view.setPredicate({ event_types: ["Riots"] }, { keepRange: true });
  histogram.update();
  assert.deepEqual([...histogram.bin(0, 2).exact].slice(0, 2), [0, 1]);
});

test("counted from the few that pass, or from the few that do not, the bars are the same", () => {
  const rows = randomRows(500, chances(9));
  const { view, histogram } = histogramOf(rows);
  for (const least of [70, 5, null, 60]) {
    view.setPredicate(least === null ? {} : { killed_min: least });
    histogram.update();
    const { list, of } = categorise(view.table, "event_type");
    const other = new IncidentView(view.table);
    if (least !== null) other.setPredicate({ killed_min: least });
    const anew = new Histogram(view.table, other.window, of, list.length, view.extent);
    assert.equal(histogram.undated, anew.undated);
    for (const day of [0, 40, 200, 390]) {
      const [one, two] = [histogram, anew].map((which) => which.bin(day, day + 30));
      for (const lane of ["exact", "coarse"]) one[lane].forEach((value, k) => assert.ok(Math.abs(value - two[lane][k]) < 1e-9));
      assert.ok(Math.abs(one.killed - two.killed) < 1e-6);
    }
  }
});
