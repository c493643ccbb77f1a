import assert from "node:assert/strict";
import test from "node:test";
import { IncidentView } from "../../dashboard/folium_map/js/engine/view.js";
import { chances, randomRows, tableOf } from "./synthetic_pack.mjs";

const held = (rows, from, to) =>
  rows.map((row, i) => [row, i]).filter(([row]) =>
    (from === null || (row.end !== null && row.end >= from)) &&
    (to === null || (row.start !== null && row.start <= to))).map(([, i]) => i);

const shares = [["all rows", null], ["the few rows that pass a filter", 70], ["all but few rows", 5]];
for (const [which, least] of shares) {
  test(`moving the window by any steps gives of ${which} the sums that counting anew gives`, () => {
    for (let seed = 1; seed <= 12; seed++) {
      const chance = chances(seed);
      const rows = randomRows(300, chance);
      const view = new IncidentView(tableOf(rows));
      view.totals(); // all is remembered from here on
      if (least !== null) view.setPredicate({ killed_min: least });
      const passes = (i) => least === null || (rows[i].killed ?? -1) >= least;
      for (let step = 0; step < 60; step++) {
        const from = chance(8) ? chance(420) - 10 : null;
        const to = chance(8) ? (from ?? 0) + chance(90) - 2 : null;
        view.setRange(from, to, { final: false });
        const backwards = from !== null && to !== null && to < from;
        const expected = backwards ? [] : held(rows, from, to).filter(passes);
        const totals = view.totals();
        const known = expected.filter((i) => rows[i].killed !== null);
        assert.equal(totals.incidents, expected.length);
        assert.equal(totals.killed_best, known.length ? known.reduce((sum, i) => sum + rows[i].killed, 0) : null);
        assert.deepEqual([...view.rows(0, 1e6, { order: "oldest" })], expected);
      }
    }
  });
}

test("an incident of 14 to 17 June is in view when the window touches any of its days", () => {
  const view = new IncidentView(tableOf([{ start: 165, end: 168 }]));
  for (const [day, count] of [[164, 0], [165, 1], [166, 1], [168, 1], [169, 0]]) {
    view.setRange(day, day);
    assert.equal(view.count(), count);
  }
});

test("lists are in the order asked for, what is not known last", () => {
  const rows = [{ start: 1, end: 1, killed: 5 }, { start: 2, end: 2, killed: null }, { start: 3, end: 3, killed: 9 }, { start: null, end: null, killed: 1 }];
  const view = new IncidentView(tableOf(rows));
  assert.deepEqual([...view.rows(0, 9)], [2, 1, 0, 3]);
  assert.deepEqual([...view.rows(0, 9, { order: "oldest" })], [0, 1, 2, 3]);
  assert.deepEqual([...view.rows(0, 9, { order: "killed" })], [2, 0, 3, 1]);
  assert.deepEqual([...view.rows(1, 2)], [1, 0]);
  assert.equal(view.position(0), 2);
});

test("only what is drawn is in a part of the map, and only what is not in the tray", () => {
  const rows = [
    { start: 1, end: 1, lat: -17, lon: 179.9 }, { start: 1, end: 1, lat: -17, lon: -179.9 },
    { start: 1, end: 1, lat: -17, lon: 0 }, { start: 1, end: 1, lat: -17, lon: 180, precision: "country" },
  ];
  const view = new IncidentView(tableOf(rows));
  assert.equal(view.rowCount({ inBounds: [179, -20, -179, 0] }), 2);
  assert.deepEqual([...view.rows(0, 9, { onlyUnlocated: true })], [3]);
});

test("changes are told once a frame, and the last word is kept", () => {
  const frames = [];
  const view = new IncidentView(tableOf([{ start: 1, end: 1 }]), { schedule: (next) => frames.push(next) });
  const told = [];
  view.addEventListener("change", (event) => told.push(event.detail));
  view.setRange(0, 1, { final: false });
  view.setRange(0, 2, { final: false });
  view.setRange(0, 3, { final: true, source: "hand" });
  assert.equal(frames.length, 1);
  frames.pop()();
  assert.deepEqual(told, [{ final: true, source: "hand" }]);
});

test("fields are held against the rows in whichever order, and the days alone change no row", () => {
  const chance = chances(3);
  const rows = randomRows(500, chance);
  const view = new IncidentView(tableOf(rows));
  const passing = () => rows.flatMap((_, i) => (view.alive[i] ? [i] : []));
  const expected = rows.flatMap((row, i) => (row.type === "Riots" && row.killed >= 30 && i % 3 === 0 ? [i] : []));
  view.setHits(Uint32Array.from({ length: 167 }, (_, k) => 3 * k));
  for (const predicate of [{ event_types: ["Riots"], killed_min: 30 }, { killed_min: 30, event_types: ["Riots"] }]) {
    view.setPredicate(predicate);
    assert.deepEqual(passing(), expected);
  }
  const { revision } = view;
  view.setPredicate({ killed_min: 30, event_types: ["Riots"], date_from: "2016-03-01" });
  assert.equal(view.revision, revision);
  view.setPredicate({});
  view.setHits(null);
  assert.equal(passing().length, rows.length);
});

test("a filter that this page does not know is refused and changes nothing", () => {
  const view = new IncidentView(tableOf([{ start: 1, end: 1 }]));
  assert.throws(() => view.setPredicate({ colour: ["red"] }), /does not know the filter "colour"/);
  assert.equal(view.count(), 1);
});

test("the window is told as the predicate that would bring it back", () => {
  const view = new IncidentView(tableOf([{ start: 1, end: 1 }]));
  view.setPredicate({ event_types: ["Battles"], date_from: "2016-01-02" });
  view.setArea([1, 2, 3, 4], null);
  assert.deepEqual(view.predicate, { event_types: ["Battles"], date_from: "2016-01-02", bbox: [1, 2, 3, 4] });
});
