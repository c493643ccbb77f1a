import assert from "node:assert/strict";
import test from "node:test";

import { ageWords, dated, dayOf, holding, lastDay, opacityOf } from "../../dashboard/folium_map/js/engine/dated.js";

const OPEN = { valid_from: null, valid_to: null };
const names = (shapes) => shapes.map(({ feature }) => feature.name);
const on = (shapes, iso) => names(holding(shapes, dayOf(iso), dayOf(iso)));

test("a day is counted as calendars do, and what is no day is none", () => {
  for (const iso of ["1970-01-01", "2016-02-29", "1989-12-31"]) {
    assert.equal(dayOf(iso), Date.parse(`${iso}T00:00:00Z`) / 86_400_000);
  }
  for (const none of [null, undefined, "", "2016", "Thursday"]) assert.equal(dayOf(none), null);
});

test("an area holds from its first day to its last, both included, and an open end is open", () => {
  const shapes = dated(OPEN, [
    { name: "may", valid_from: "2016-05-01", valid_to: "2016-05-31" },
    { name: "since", valid_from: "2016-05-31" },
    { name: "always" },
  ]);
  assert.deepEqual(on(shapes, "2016-04-30"), ["always"]);
  assert.deepEqual(on(shapes, "2016-05-01"), ["may", "always"]);
  assert.deepEqual(on(shapes, "2016-05-31"), ["may", "since", "always"]);
  assert.deepEqual(on(shapes, "2016-06-01"), ["since", "always"]);
  assert.deepEqual(names(holding(shapes, dayOf("2016-05-10"), dayOf("2017-01-01"))), ["may", "since", "always"]);
});

test("a layer's own days bound whatever its shapes say", () => {
  const layer = { valid_from: "2016-05-01", valid_to: "2016-05-31" };
  const shapes = dated(layer, [{ name: "a", valid_from: "2016-01-01", valid_to: "2020-01-01" }, { name: "b" }]);
  assert.deepEqual(on(shapes, "2016-04-30"), []);
  assert.deepEqual(on(shapes, "2016-05-31"), ["a", "b"]);
  assert.deepEqual(on(shapes, "2016-06-01"), []);
});

test("of several positions of one unit only the newest that was known by then is there", () => {
  const shapes = dated(OPEN, [
    { name: "second", unit: "47", as_of: "2016-06-16" },
    { name: "first", unit: "47", as_of: "2016-02-01" },
    { name: "other", unit: "1", as_of: "2016-01-01" },
    { name: "without a unit", as_of: "2016-01-01" },
  ]);
  assert.deepEqual(on(shapes, "2016-01-31"), ["other", "without a unit"]);
  assert.deepEqual(on(shapes, "2016-06-15"), ["first", "other", "without a unit"]);
  assert.deepEqual(on(shapes, "2026-01-01"), ["second", "other", "without a unit"]);
});

test("an open range speaks of the last day that anything is known of", () => {
  const shapes = dated(OPEN, [{ as_of: "2020-03-01" }, { valid_to: "2030-01-01" }, {}]);
  assert.equal(lastDay(5, 10, shapes), 5);
  assert.equal(lastDay(null, 10, shapes), dayOf("2020-03-01"));
  assert.equal(lastDay(null, 40_000, shapes), 40_000);
  assert.equal(lastDay(null, null, dated(OPEN, [{}])), null);
});

test("a position fades with its age, never back and never away", () => {
  assert.equal(opacityOf(null), 1);
  assert.equal(opacityOf(7), 1);
  let before = 1;
  for (let days = 0; days < 5000; days += 13) {
    const now = opacityOf(days);
    assert.ok(now <= before && now >= 0.35, String(days));
    before = now;
  }
  assert.equal(opacityOf(365), opacityOf(10_000));
});

test("an age is said in the largest unit that fits", () => {
  const said = { 0: "that day", 1: "1 day before", 59: "59 days before", 61: "2 months before", 364: "12 months before", 365: "1 year before", 800: "2 years before" };
  for (const [days, words] of Object.entries(said)) assert.equal(ageWords(Number(days)), words);
});
