import assert from "node:assert/strict";
import { mock, test } from "node:test";

import { PAGE, Refused, RowSource } from "../../dashboard/folium_map/js/row_source.js";
import { ScrollScale, TALLEST } from "../../dashboard/folium_map/js/scroll_scale.js";

const ROW = 76;

test("a short list scrolls by its own pixels", () => {
  const scale = new ScrollScale(1000 * ROW, 600);
  assert.equal(scale.height, 76000);
  for (const bar of [0, 17, 40000, 75400]) assert.equal(scale.follow(bar), bar);
  assert.equal(scale.settle(), null);
});

for (const rows of [125_000, 385_000, 2_500_000]) {
  test(`both ends of ${rows} rows are reached, and the bar is a map of the whole list`, () => {
    const scale = new ScrollScale(rows * ROW, 600);
    assert.equal(scale.height, Math.min(TALLEST, rows * ROW));
    assert.equal(scale.moveTo(Infinity), scale.barEnd);
    assert.equal(scale.top, rows * ROW - 600);
    assert.equal(scale.moveTo(-5), 0);
    let before = -1;
    for (let bar = 0; bar <= scale.barEnd; bar += scale.barEnd / 997) {
      const top = scale.toList(bar);
      assert.ok(top > before);
      assert.ok(Math.abs(scale.toBar(top) - bar) < 1e-6);
      before = top;
    }
  });

  test(`turning the wheel passes no row by in ${rows} rows`, () => {
    const scale = new ScrollScale(rows * ROW, 600);
    let bar = scale.moveTo((rows / 2) * ROW);
    for (const step of [100, 100, -100, 100, -300, 250, ...Array(400).fill(120), ...Array(900).fill(-120)]) {
      const top = scale.top;
      bar += step;
      assert.ok(Math.abs(scale.follow(bar) - (top + step)) < 1e-6);
      if (scale.mustSettle) bar = scale.settle();
    }
    const top = scale.top;
    assert.ok(Math.abs((scale.settle() ?? bar) - scale.toBar(top)) <= 1);
    assert.equal(scale.top, top);
  });
}

test("a hand that never rests still reaches the first row", () => {
  const scale = new ScrollScale(2_500_000 * ROW, 600);
  let bar = scale.moveTo(3_000_000);
  for (let turns = 0; scale.top > 0 && turns < 40_000; turns++) {
    bar = Math.max(0, bar - 120);
    const before = scale.top;
    const top = scale.follow(bar);
    assert.ok(before - top <= 120 + 1e-6);
    if (scale.mustSettle) bar = scale.settle() ?? bar;
  }
  assert.equal(scale.top, 0);
});

test("dragging the bar to its middle shows the middle of the list", () => {
  const scale = new ScrollScale(2_500_000 * ROW, 600);
  const row = scale.follow(scale.barEnd / 2) / ROW;
  assert.ok(Math.abs(row - 1_250_000) < 5);
});

test("a list that shrinks keeps its place as far as there is one", () => {
  const scale = new ScrollScale(1000 * ROW, 600);
  scale.follow(5000);
  scale.resize(500 * ROW, 600);
  assert.equal(scale.top, 5000);
  scale.resize(10 * ROW, 600);
  assert.equal(scale.top, 160);
  scale.resize(0, 600);
  assert.equal(scale.top, 0);
});

/** A source whose requests wait to be answered. */
function pending() {
  const asked = [];
  const source = new RowSource("data/v1/rows", {
    fetch: (url, signal) => new Promise((answer, refuse) => {
      const rows = new URLSearchParams(url.split("?")[1]).get("i").split(",").map(Number);
      asked.push({ url, rows, signal, answer: () => answer(rows.map((row) => ({ row }))), refuse, say: answer });
    }),
  });
  return { source, asked };
}

const rested = async () => {
  mock.timers.tick(500);
  for (let i = 0; i < 8; i++) await Promise.resolve();
};

test("rows are asked for once, when the hand rests, and what passed by is not", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const { source, asked } = pending();
  source.want([1, 2]);
  source.want([5, 6]);
  source.want([7, 8]);
  assert.equal(asked.length, 0);
  await rested();
  assert.deepEqual(asked.map(({ url }) => url), ["data/v1/rows?i=7,8"]);
  asked[0].answer();
  await rested();
  assert.deepEqual(source.get(7), { row: 7 });
  source.want([7, 8]);
  await rested();
  assert.equal(asked.length, 1);
  mock.timers.reset();
});

test("a request that is no longer wanted is given up, and its answer is not believed", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const { source, asked } = pending();
  source.want([1]);
  await rested();
  source.want([2]);
  assert.ok(asked[0].signal.aborted);
  asked[0].answer();
  await rested();
  assert.equal(source.get(1), undefined);
  mock.timers.reset();
});

test("many rows come in pages", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const { source, asked } = pending();
  const rows = Array.from({ length: PAGE + 3 }, (_, row) => row);
  source.want(rows);
  await rested();
  asked[0].answer();
  await rested();
  asked[1].answer();
  await rested();
  assert.deepEqual(asked.map((one) => one.rows.length), [PAGE, 3]);
  assert.ok(rows.every((row) => source.get(row)));
  mock.timers.reset();
});

test("a failure is told, and trying again asks for the same rows", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const { source, asked } = pending();
  const failures = [];
  source.addEventListener("failed", (event) => failures.push(event.detail.status));
  source.want([3]);
  await rested();
  asked[0].refuse(new Refused(503));
  await rested();
  assert.deepEqual(failures, [503]);
  assert.equal(source.error.status, 503);
  source.want([3]);
  await rested();
  assert.equal(asked.length, 1, "a failure must not be asked for over and over");
  source.retry();
  await rested();
  asked[1].answer();
  await rested();
  assert.equal(source.error, null);
  assert.deepEqual(source.get(3), { row: 3 });
  mock.timers.reset();
});

test("an answer without the rows asked for is a failure, not an empty list", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  for (const answer of [[], {}, [{ row: 99 }], null]) {
    const { source, asked } = pending();
    source.want([3]);
    await rested();
    asked[0].say(answer);
    await rested();
    assert.notEqual(source.error, null, JSON.stringify(answer));
    assert.equal(source.get(99), undefined);
  }
  mock.timers.reset();
});
