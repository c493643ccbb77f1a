import assert from "node:assert/strict";
import test from "node:test";
import zlib from "node:zlib";
import { crc32 } from "../../dashboard/folium_map/js/engine/checksum.js";
import { decode, NO_END, NO_START, PackError, project } from "../../dashboard/folium_map/js/engine/columns.js";
import { chances, packOf, tableOf } from "./synthetic_pack.mjs";

const ROWS = [
  { start: 3, end: 3, lat: 33.493812, lon: 38.664591, killed: 2 },
  { start: 9, end: 40, lat: null, lon: null, precision: "country", killed: null },
  { start: null, end: null, lat: -0.000001, lon: -180 },
];

test("coordinates come back to the micro-degree, and an unknown one stays unknown", () => {
  const { places, place } = tableOf(ROWS);
  assert.equal(places.latitude[place[0]], 33_493_812);
  assert.equal(places.longitude[place[0]], 38_664_591);
  assert.equal(places.latitude[place[2]], -1);
  assert.equal(places.longitude[place[2]], -180_000_000);
  assert.deepEqual([places.drawn[place[0]], places.drawn[place[1]]], [1, 0]);
});

test("days and spans come back; a row without a day has none", () => {
  const table = tableOf(ROWS);
  assert.deepEqual([...table.start], [3, 9, NO_START]);
  assert.deepEqual([...table.end], [3, 40, NO_END]);
  assert.equal(table.isoOf(table.start[0]), "2016-01-04");
  assert.equal(table.dayOf("2016-01-04"), 3);
});

test("the checksum is the one that zlib computes", () => {
  for (const length of [0, 1, 7, 8, 9, 1000]) {
    const bytes = Uint8Array.from({ length }, (_, i) => (i * 37 + length) & 255);
    assert.equal(crc32(bytes), (zlib.crc32 ?? pythonCrc)(bytes));
  }
});

/** The definition, bit by bit, for a Node without zlib.crc32. */
function pythonCrc(bytes) {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return (crc ^ 0xffffffff) >>> 0;
}

function refusal(buffer) {
  try {
    decode(buffer);
  } catch (error) {
    assert.ok(error instanceof PackError);
    assert.match(error.message, /\.$/, "a sentence for a person");
    return error.kind;
  }
  return "accepted";
}

test("a foreign, cut, damaged or newer body is refused with a sentence", () => {
  const whole = packOf(ROWS);
  assert.equal(refusal(whole), "accepted");
  assert.equal(refusal(new TextEncoder().encode("<!doctype html><title>Log in</title>").buffer), "foreign");
  assert.equal(refusal(new ArrayBuffer(0)), "foreign");
  assert.equal(refusal(whole.slice(0, whole.byteLength - 1)), "truncated");
  const damaged = new Uint8Array(whole.slice(0));
  damaged[damaged.length - 5] ^= 1;
  assert.equal(refusal(damaged.buffer), "damaged");
  const newer = whole.slice(0);
  new DataView(newer).setUint16(4, 2, true);
  assert.equal(refusal(newer), "newer");
});

test("places stand on the map where their coordinates are, whichever way they are found", () => {
  const chance = chances(7);
  const edges = [0, 79.999999, 80, 80.000001, 85.051128, 85.2, 90];
  const latitudes = [...edges, ...edges.map((degree) => -degree), ...Array.from({ length: 4000 }, () => chance(180_000_001) / 1e6 - 90)];
  const { places, place } = tableOf(latitudes.map((lat) => ({ start: 1, end: 1, lat, lon: 3.25 })));
  latitudes.forEach((latitude, row) => {
    const [x, y] = project(places.latitude[place[row]] / 1e6, 3.25);
    assert.ok(Math.abs(places.latitude[place[row]] / 1e6 - latitude) < 1e-6);
    assert.ok(Math.abs(places.x[place[row]] - x) <= 0.501);
    assert.ok(Math.abs(places.y[place[row]] - y) <= 0.501, `${latitude}: ${places.y[place[row]]} beside ${y}`);
  });
});
