import assert from "node:assert/strict";
import { test } from "node:test";
import { BinCounter, ELSEWHERE } from "../../dashboard/folium_map/js/engine/bins.js";
import { cellAt, meanWidthKm } from "../../dashboard/folium_map/js/engine/h3.js";
import { PlaceCells, coarserCells, placeCells, resolutionFor } from "../../dashboard/folium_map/js/engine/h3_places.js";
import { IncidentView } from "../../dashboard/folium_map/js/engine/view.js";
import { chances, randomRows, tableOf } from "./synthetic_pack.mjs";

const WORLD_AT_2 = { x: 0, y: 0, width: 1024, height: 1024, zoom: 2 };

function cellsOf(rows, resolution) {
  const { places } = tableOf(rows);
  const cells = new PlaceCells(places, resolution);
  cells.advance(Infinity);
  return { places, cells };
}

test("every drawn place counts to the cell that holds it", () => {
  const { places, cells } = cellsOf(randomRows(400, chances(5)), 4);
  const bins = cells.binsOn(WORLD_AT_2);
  let counted = 0;
  for (let p = 0; p < places.n; p++) {
    if (places.drawn[p] === 0) assert.equal(bins.of[p], ELSEWHERE);
    if (bins.of[p] < 0 || bins.of[p] === bins.size) continue;
    counted++;
    const cell = cells.cells[bins.index[bins.of[p]]];
    assert.equal(cell, cellAt(places.latitude[p] / 1e6, places.longitude[p] / 1e6, 4));
  }
  assert.ok(counted > 20);
});

test("a part of the map has the same cells with the same counts as the whole", () => {
  const table = tableOf(randomRows(600, chances(8)));
  const view = new IncidentView(table);
  const cells = new PlaceCells(table.places, 3);
  cells.advance(Infinity);
  const countsOn = (screen) => {
    const bins = cells.binsOn(screen);
    const counter = new BinCounter(table, view.alive, bins);
    view.window.advance(counter, null, view.days);
    return new Map([...bins.index].map((index, bin) => [cells.cells[index], counter.incidents[bin]]));
  };
  const whole = countsOn(WORLD_AT_2);
  for (const x of [-300, 0, 500, 1300]) {
    const part = countsOn({ x, y: 100, width: 400, height: 500, zoom: 2 });
    assert.ok(part.size > 0 && part.size < whole.size);
    for (const [cell, count] of part) assert.equal(count, whole.get(cell));
  }
});

test("what is known less exactly than a cell is wide is in none, and counted apart", () => {
  const at = { start: 1, end: 1, lat: 36.2, lon: 37.1 };
  const rows = [at, { ...at, precision: "admin1", radius: 900 }, { ...at, precision: "admin1" }, { ...at, precision: "admin1", radius: 1 }];
  const table = tableOf(rows);
  const view = new IncidentView(table);
  const cells = new PlaceCells(table.places, 2);
  cells.advance(Infinity);
  const bins = cells.binsOn(WORLD_AT_2);
  const counter = new BinCounter(table, view.alive, bins);
  view.window.advance(counter, null, view.days);
  assert.equal(bins.size, 1);
  assert.deepEqual([...counter.incidents], [2, 2]);
});

test("a cell over the antimeridian goes on past the edge, one around a pole up to the world's", () => {
  for (const [lat, lon] of [[10, 179.99], [-40, -179.99], [65, 180]]) {
    const { cells } = cellsOf([{ start: 1, end: 1, lat, lon }], 3);
    const outline = cells.outline(0);
    const across = [...outline].filter((_, k) => k % 2 === 0);
    assert.ok(Math.max(...across) - Math.min(...across) < 0.02, `${lat} ${lon}`);
  }
  const { cells } = cellsOf([{ start: 1, end: 1, lat: 90, lon: 0 }], 1);
  const outline = cells.outline(0);
  const across = [...outline].filter((_, k) => k % 2 === 0);
  assert.ok(Math.abs(Math.max(...across) - Math.min(...across) - 1) < 1e-9);
  assert.ok(Math.abs(Math.min(...outline.filter((_, k) => k % 2 === 1))) < 1e-9);
});

test("cells are found in slices, and coarser ones stand in until then", () => {
  const { places } = tableOf(randomRows(3000, chances(2)));
  const coarse = placeCells(places, 2);
  coarse.advance(Infinity);
  const fine = placeCells(places, 4);
  fine.advance(0);
  assert.equal(fine.ready, false);
  assert.equal(coarserCells(places, 4), coarse);
  assert.equal(coarserCells(places, 1), null);
  fine.advance(Infinity);
  assert.equal(coarserCells(places, 4), fine);
  assert.equal(placeCells(places, 4), fine);
});

test("cells are 37 to 98 pixels wide where one asks for 58, down to the finest", () => {
  for (let zoom = 2; zoom <= 15; zoom++) {
    const km = 30_000 / (256 * 2 ** zoom);
    const pixels = meanWidthKm(resolutionFor(58 * km)) / km;
    assert.ok(pixels > 35 && pixels < 98, `${zoom}: ${pixels}`);
  }
  assert.equal(resolutionFor(1e9), 0);
  assert.equal(resolutionFor(0.0001), 15);
});

test("outlines are found in slices, for the cells that reach into a screen and no other", () => {
  const { cells } = cellsOf(randomRows(600, chances(8)), 3);
  const part = { x: 500, y: 100, width: 400, height: 500, zoom: 2 };
  const bare = cells.reaching(part);
  assert.deepEqual(bare, [...cells.binsOn(part).index]);
  assert.ok(bare.length > 0 && bare.length < cells.cells.length);
  const before = bare.length;
  cells.outlineSome(bare, 0);
  assert.equal(bare.length, before);
  const wanted = new Set(bare);
  cells.outlineSome(bare, Infinity);
  assert.equal(bare.length, 0);
  cells.cells.forEach((_, k) => assert.equal(cells._outlines[k] !== undefined, wanted.has(k)));
});
