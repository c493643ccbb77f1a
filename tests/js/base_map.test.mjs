import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { gunzipSync } from "node:zlib";

import { placeLabels, readLabels, wrapped } from "../../dashboard/folium_map/js/label_placement.js";
import { worldX, worldY } from "../../dashboard/folium_map/js/projection.js";
import {
  eachStretch,
  meets,
  ringInTile,
  tileFrame,
} from "../../dashboard/folium_map/js/tile_geometry.js";
import { paintTile } from "../../dashboard/folium_map/js/tile_painter.js";
import { PALETTES } from "../../dashboard/folium_map/js/base_map_style.js";
import { ArcKind, readTopology } from "../../dashboard/folium_map/js/topology.js";

const bundled = new URL("../../geodata/bundled/", import.meta.url);

/** @returns {ArrayBuffer} */
function unpacked(name) {
  const bytes = gunzipSync(readFileSync(new URL(name, bundled)));
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
}

const world = readTopology(unpacked("world.bin.gz"));
const boundaries = readTopology(unpacked("boundaries.bin.gz"));

/** Even-odd rule over all the rings that a tile gets, which is how the canvas fills them. */
function landAt(topology, latitude, longitude, zoom) {
  const x = worldX(longitude) * 2 ** zoom;
  const y = worldY(latitude) * 2 ** zoom;
  const frame = tileFrame({ x: Math.floor(x), y: Math.floor(y), z: zoom }, 1);
  const px = (x % 1) * 256;
  const py = (y % 1) * 256;
  let inside = false;
  for (let ring = 0; ring < topology.landStart.length - 1; ring += 1) {
    if (!meets(topology.landBox, ring, frame)) continue;
    const p = ringInTile(topology, ring, frame);
    for (let i = 0, j = p.length - 2; i < p.length; j = i, i += 2) {
      if (p[i + 1] > py !== p[j + 1] > py) {
        const at = p[i] + ((py - p[i + 1]) / (p[j + 1] - p[i + 1])) * (p[j] - p[i]);
        if (at > px) inside = !inside;
      }
    }
  }
  return inside;
}

describe("projection", () => {
  test("the equator and Greenwich meet in the middle of the world", () => {
    assert.equal(worldX(0), 0.5);
    assert.ok(Math.abs(worldY(0) - 0.5) < 1e-12);
  });

  test("the pole is on the rim, not at infinity", () => {
    assert.ok(Math.abs(worldY(90)) < 1e-9);
    assert.ok(Math.abs(worldY(-90) - 1) < 1e-9);
  });
});

describe("boundaries", () => {
  test("a file of another kind is refused", () => {
    assert.throws(() => readTopology(new TextEncoder().encode("GIF89a..........").buffer), /no boundaries/);
  });

  for (const [name, topology] of Object.entries({ world, boundaries })) {
    test(`${name}: every arc lies in the world and in its box`, () => {
      for (let arc = 0; arc < topology.kind.length; arc += 1) {
        const [west, north, east, south] = topology.box.subarray(4 * arc, 4 * arc + 4);
        assert.ok(west >= 0 && east <= 1 && north >= 0 && south <= 1, `arc ${arc}`);
        assert.ok(topology.start[arc + 1] - topology.start[arc] >= 2, `arc ${arc} has one point`);
      }
    });

    test(`${name}: every ring around land closes`, () => {
      const end = (arc, last) => {
        const forwards = arc >= 0;
        const number = forwards ? arc : ~arc;
        const at = last === forwards ? topology.start[number + 1] - 1 : topology.start[number];
        return [topology.x[at], topology.y[at]];
      };
      for (let ring = 0; ring < topology.landStart.length - 1; ring += 1) {
        const arcs = topology.landArcs.subarray(topology.landStart[ring], topology.landStart[ring + 1]);
        arcs.forEach((arc, i) => {
          assert.deepEqual(end(arc, true), end(arcs[(i + 1) % arcs.length], false), `ring ${ring}`);
        });
      }
    });
  }

  test("provinces come with the finer file and disputed borders with both", () => {
    const has = (topology, kind) => topology.kind.includes(kind);
    assert.ok(has(boundaries, ArcKind.PROVINCE));
    assert.ok(has(boundaries, ArcKind.DISPUTED) && has(world, ArcKind.DISPUTED));
  });
});

describe("tiles", () => {
  const places = [
    ["Palmyra", 34.55, 38.27, true],
    ["the Syrian desert near al-Tanf", 33.5, 38.7, true],
    ["Kinshasa", -4.4, 15.4, true],
    ["Alice Springs", -23.7, 133.87, true],
    ["Ulaanbaatar", 47.9, 106.9, true],
    ["the Black Sea", 43.2, 34.5, false],
    ["the Gulf of Aden", 12.6, 47.5, false],
    ["the open Pacific", 5.0, -150.0, false],
    ["the Caspian Sea", 40.0, 51.0, false],
  ];
  for (const [name, latitude, longitude, isLand] of places) {
    test(`${name} is ${isLand ? "land" : "water"} at every zoom`, () => {
      for (const topology of [world, boundaries]) {
        for (let zoom = 2; zoom <= 18; zoom += 1) {
          assert.equal(landAt(topology, latitude, longitude, zoom), isLand, `zoom ${zoom}`);
        }
      }
    });
  }

  test("no point that is drawn lies far outside its tile", () => {
    for (const zoom of [3, 8, 14, 18]) {
      const tile = { x: Math.floor(worldX(36.3) * 2 ** zoom), y: Math.floor(worldY(33.5) * 2 ** zoom), z: zoom };
      const frame = tileFrame(tile, 1);
      for (let ring = 0; ring < boundaries.landStart.length - 1; ring += 1) {
        if (!meets(boundaries.landBox, ring, frame)) continue;
        for (const value of ringInTile(boundaries, ring, frame)) {
          assert.ok(value >= frame.low - 1e-6 && value <= frame.high + 1e-6, `${value} at ${zoom}`);
        }
      }
    }
  });

  test("dashes go on in the next tile where they stopped in the last", () => {
    const straight = {
      x: Float32Array.of(0.501, 0.75), y: Float32Array.of(0.505, 0.505), start: Uint32Array.of(0, 2),
    };
    const alongs = [2, 3].map((x) => {
      const frame = tileFrame({ x, y: 2, z: 2 }, 1);
      const found = [];
      eachStretch(straight, 0, frame, (points, along) => found.push([points, along]));
      return found;
    });
    assert.equal(alongs[0].length, 1);
    assert.equal(alongs[0][0][1], 0);
    assert.ok(Math.abs(alongs[0][0][0][0] - 1.024) < 1e-3);
  });

  test("an arc that leaves a tile and comes back is drawn in two stretches", () => {
    const arc = {
      x: Float32Array.of(0.1, 0.1, 0.9, 0.9), y: Float32Array.of(0.2, -0.4, -0.4, 0.2),
      start: Uint32Array.of(0, 4),
    };
    const lengths = [];
    eachStretch(arc, 0, tileFrame({ x: 0, y: 0, z: 0 }, 1), (_, along) => lengths.push(along));
    assert.equal(lengths.length, 2);
    assert.equal(lengths[0], 0);
    assert.ok(Math.abs(lengths[1] - (0.6 + 0.8) * 256) < 0.01);
  });

  test("a tile before the data has come is water, and nothing else", () => {
    const painted = [];
    const context = { fillRect: (...box) => painted.push([context.fillStyle, ...box]) };
    paintTile(context, null, { x: 0, y: 0, z: 2 }, 2, PALETTES.dark);
    assert.deepEqual(painted, [[PALETTES.dark.water, 0, 0, 512, 512]]);
  });
});

describe("labels", () => {
  const measure = (_, text) => ({ width: 7 * text.length, height: 15 });
  const view = { zoom: 3, left: 0, top: 0, width: 1000, height: 800 };
  const at = (names) =>
    readLabels({
      name: names.map((n) => n[0]),
      longitude: names.map((n) => n[1] * 1e4),
      latitude: names.map((n) => n[2] * 1e4),
      kind: names.map((n) => n[3] ?? 3),
      zoom: names.map((n) => n[4] ?? 2),
      until: names.map((n) => n[5] ?? 99),
    });
  const over = (a, b) => {
    const box = (l) => {
      const width = Math.max(...l.lines.map((line) => measure(0, line).width));
      return [l.x - width / 2, l.y - 7.5 * l.lines.length, l.x + width / 2, l.y + 7.5 * l.lines.length];
    };
    const [p, q] = [box(a), box(b)];
    return p[0] < q[2] && q[0] < p[2] && p[1] < q[3] && q[1] < p[3];
  };

  test("of two names on one spot the more important one stands", () => {
    const crowd = Array.from({ length: 9 }, (_, i) => [`Town ${i}`, -170, 80]);
    const placed = placeLabels([at(crowd)], view, measure);
    assert.equal(placed[0].lines[0], "Town 0");
    assert.ok(placed.length < crowd.length);
  });

  test("a name waits for its zoom and a country's leaves after its last", () => {
    const labels = at([["Later", -170, 80, 3, 7], ["Passed", -120, 80, 0, 2, 2], ["Now", -90, 80]]);
    assert.deepEqual(placeLabels([labels], view, measure).map((l) => l.lines[0]), ["Now"]);
  });

  test("no name stands over a number of the data, and a town beneath one is named beside it", () => {
    const labels = at([["Town", -170, 80], ["Far", -90, 80]]);
    const [free] = placeLabels([labels], view, measure);
    const circle = { ...free.dot, radius: 24 };
    const [town, far] = placeLabels([labels], view, measure, [circle]);
    assert.equal(town.lines[0], "Town");
    assert.ok(Math.abs(town.x - circle.x) - measure(0, "Town").width / 2 >= 24 || Math.abs(town.y - circle.y) >= 24);
    assert.equal(town.dot, null);
    assert.deepEqual(far, placeLabels([labels], view, measure)[1]);
    const over = { x: free.x, y: free.y, radius: 3 };
    assert.notEqual(placeLabels([labels], view, measure, [over])[0].x, free.x);
  });

  test("long names of areas are set in two lines of about one length", () => {
    assert.deepEqual(wrapped("Papua New Guinea"), ["Papua New", "Guinea"]);
    assert.deepEqual(wrapped("Syria"), ["Syria"]);
  });

  const files = ["labels.json.gz", "labels_more.json.gz", "labels_most.json.gz"];
  const real = files.every((name) => existsSync(new URL(name, bundled)));
  test("no two names of the real map overlap, and many stand", { skip: !real }, () => {
    const labels = files.map((name) => readLabels(JSON.parse(Buffer.from(unpacked(name)).toString())));
    for (const zoom of [2, 4, 6, 8, 10]) {
      const size = 256 * 2 ** zoom;
      const here = { zoom, left: worldX(37.2) * size - 640, top: worldY(36.2) * size - 400, width: 1280, height: 800 };
      const placed = placeLabels(labels, here, measure);
      assert.ok(placed.length >= (zoom < 4 ? 10 : 20), `${placed.length} at zoom ${zoom}`);
      placed.forEach((a, i) => {
        for (const b of placed.slice(i + 1)) {
          assert.ok(!over(a, b), `${a.lines} and ${b.lines} at zoom ${zoom}`);
        }
      });
    }
  });

  test("capitals of countries at war have a name at zoom 6", { skip: !real }, () => {
    const labels = readLabels(JSON.parse(Buffer.from(unpacked(files[0])).toString()));
    for (const name of ["Damascus", "Kyiv", "Khartoum", "Kabul", "Mogadishu", "Baghdad"]) {
      assert.ok(labels.name.includes(name), name);
    }
  });
});
