import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { gunzipSync } from "node:zlib";
import { AreaIndex, countryOfPlaces, provinceOfPlaces } from "../../dashboard/folium_map/js/engine/areas.js";
import { worldX, worldY } from "../../dashboard/folium_map/js/projection.js";
import { readTopology } from "../../dashboard/folium_map/js/topology.js";
import { tableOf } from "./synthetic_pack.mjs";

const bundled = new URL("../../geodata/bundled/", import.meta.url);

function indexOf(name) {
  const bytes = gunzipSync(readFileSync(new URL(name, bundled)));
  return new AreaIndex(readTopology(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength)));
}

const world = indexOf("world.bin.gz");
const provinces = indexOf("boundaries.bin.gz");
const ALEPPO = [36.2, 37.16];

const codeAt = (index, [lat, lon]) => index.codes[index.at(worldX(lon), worldY(lat))];

test("a point lies in its country and in its province, at sea in none", () => {
  assert.equal(codeAt(world, ALEPPO), "SYR");
  assert.equal(codeAt(provinces, ALEPPO), "SYR.aleppo");
  assert.equal(codeAt(world, [50.45, 30.52]), "UKR");
  assert.equal(codeAt(provinces, [50.0, 36.23]), "UKR.kharkiv");
  assert.equal(codeAt(world, [-29.6, 28.2]), "LSO"); // within South Africa's outer border
  assert.equal(codeAt(provinces, [30, -40]), undefined);
  assert.equal(world.at(NaN, 0.5), -1);
  assert.equal(world.at(1, 0.5), -1);
});

test("every province's own box holds what it holds", () => {
  for (const [lat, lon] of [[33.5, 36.3], [35.95, 39.0], [15.35, 44.2], [13.5, 2.1], [-1.68, 29.22]]) {
    const unit = provinces.at(worldX(lon), worldY(lat));
    const [west, north, east, south] = provinces.boxes.subarray(4 * unit, 4 * unit + 4);
    assert.ok(west <= worldX(lon) && worldX(lon) <= east && north <= worldY(lat) && worldY(lat) <= south);
  }
});

/** Rows with a country and a province as the record names them. */
function named(rows) {
  return tableOf(rows.map((row) => ({ start: 1, end: 1, lat: ALEPPO[0], lon: ALEPPO[1], ...row })));
}

test("the province that the record names comes before its point, the point before nothing", () => {
  const table = named([
    { country: "SYR", admin1: "Muhafazat Idlib" }, { country: "SYR", admin1: "Nowhere" }, { country: "SYR" },
    { country: "SYR", precision: "country" }, { lat: null, lon: null, country: "SYR" }, {},
  ]);
  const names = { SYR: { "Muhafazat Idlib": "SYR.idlib" } };
  const { of, size } = provinceOfPlaces(table, provinces, names);
  const codes = [...of].map((unit) => (unit === size ? null : provinces.codes[unit]));
  assert.deepEqual(codes, ["SYR.idlib", "SYR.aleppo", "SYR.aleppo", null, null, "SYR.aleppo"]);
});

test("what is known to the country only counts for the country; without one the point decides", () => {
  const table = named([
    { country: "IRQ", lat: null, lon: null, precision: "country" }, { country: "SYR" }, {}, { country: "ZZZ" },
    { lat: null, lon: null },
  ]);
  const { of, size } = countryOfPlaces(table, world);
  const codes = [...of].map((unit) => (unit === size ? null : world.codes[unit]));
  assert.deepEqual(codes, ["IRQ", "SYR", "SYR", null, null]);
});
