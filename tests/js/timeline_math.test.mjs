import assert from "node:assert/strict";
import test from "node:test";
import { addUnits, binEdges, dayNumber, finestUnit, floorDay, ticks } from "../../dashboard/folium_map/js/engine/calendar.js";
import { asRange, moved, TimeScale } from "../../dashboard/folium_map/js/engine/time_scale.js";

const iso = (day) => new Date(day * 86_400_000).toISOString().slice(0, 10);

test("a month after the last day of January is the last day of February", () => {
  assert.equal(iso(addUnits(dayNumber(2016, 0, 31), "month")), "2016-02-29");
  assert.equal(iso(addUnits(dayNumber(2016, 1, 29), "year")), "2017-02-28");
  assert.equal(iso(addUnits(dayNumber(2016, 0, 1), "month", -1)), "2015-12-01");
});

test("weeks begin on Monday, before 1970 too", () => {
  assert.equal(iso(floorDay(dayNumber(2016, 5, 16), "week")), "2016-06-13");
  assert.equal(iso(floorDay(dayNumber(1969, 11, 31), "week")), "1969-12-29");
});

test("bins cover every day once", () => {
  for (const unit of ["day", "week", "month", "quarter", "year"]) {
    const edges = binEdges(dayNumber(2015, 11, 20), dayNumber(2017, 2, 3), unit);
    assert.ok(edges[0] <= dayNumber(2015, 11, 20) && edges.at(-1) > dayNumber(2017, 2, 3));
    edges.slice(1).forEach((edge, k) => assert.ok(edge > edges[k]));
  }
});

test("bars are days for a month and years for a century", () => {
  assert.equal(finestUnit(31, 1200), "day");
  assert.equal(finestUnit(731, 1200), "week");
  assert.equal(finestUnit(36_500, 300), "year");
});

test("labels never stand closer than they are wide", () => {
  for (const days of [7, 40, 200, 731, 4000, 14_000]) {
    const marks = ticks(16_000, 16_000 + days - 1, 900);
    assert.ok(marks.length >= 1 || days < 8);
    marks.slice(1).forEach((mark, k) => assert.ok(((mark.day - marks[k].day) * 900) / days > 20));
  }
});

const extent = { from: 0, to: 100 };

test("a handle stops at the other, and the body at the ends", () => {
  assert.deepEqual(moved({ from: 10, to: 20 }, "from", 50, extent), { from: 20, to: 20 });
  assert.deepEqual(moved({ from: 10, to: 20 }, "to", -50, extent), { from: 10, to: 10 });
  assert.deepEqual(moved({ from: 10, to: 20 }, "body", -50, extent), { from: 0, to: 10 });
  assert.deepEqual(moved({ from: 10, to: 20 }, "body", 500, extent), { from: 90, to: 100 });
});

test("an end at the end of time is open", () => {
  assert.deepEqual(asRange({ from: 0, to: 99 }, extent), { from: null, to: 99 });
});

test("zooming keeps the day under the pointer and never leaves the whole", () => {
  const scale = new TimeScale(extent, 500);
  const day = scale.dayAt(200);
  scale.zoom(0.5, day);
  assert.ok(Math.abs(scale.x(day) - 200) < 1e-9);
  for (let k = 0; k < 30; k++) scale.zoom(1.5, 90);
  assert.deepEqual([scale.from, scale.end], [0, 101]);
  for (let k = 0; k < 30; k++) scale.zoom(0.5, 3);
  assert.ok(scale.days >= 7);
  scale.reveal(100);
  assert.ok(scale.end >= 101);
});

test("two fingers keep their days beneath them, and never show more than there is", () => {
  const scale = new TimeScale({ from: 0, to: 999 }, 500);
  scale.pinch([400, 600], [100, 400]);
  assert.ok(Math.abs(scale.dayAt(100) - 400) < 1e-9 && Math.abs(scale.dayAt(400) - 600) < 1e-9);
  scale.pinch([400, 600], [400, 100]);
  assert.ok(Math.abs(scale.dayAt(250) - 500) < 1e-9);
  scale.pinch([400, 600], [249, 251]);
  assert.deepEqual([scale.from, scale.end], [0, 1000]);
  scale.pinch([500, 500.001], [0, 500]);
  assert.ok(Math.abs(scale.days - 7) < 1e-9);
});
