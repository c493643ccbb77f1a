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
const water = readTopology(unpacked("water.bin.gz"));

/** Whether a point lies in a lake, for `water`. Even-odd rule over all the rings that a tile gets, which is how the canvas fills them. */
function landAt(topology, latitude, longitude, zoom) {
  const x = worldX(longitude) * 2 ** zoom;
  const y = worldY(latitude) * 2 ** zoom;
  const frame = tileFrame({ x: Math.floor(x), y: Math.floor(y), z: zoom }, 1);
  const px = (x % 1) * 256;
  const py = (y % 1) * 256;
  let inside = false;
  for (let ring = 0; ring < topology.filledStart.length - 1; ring += 1) {
    if (!meets(topology.filledBox, ring, frame)) continue;
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

  for (const [name, topology] of Object.entries({ world, boundaries, water })) {
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
      for (let ring = 0; ring < topology.filledStart.length - 1; ring += 1) {
        const arcs = topology.filledArcs.subarray(topology.filledStart[ring], topology.filledStart[ring + 1]);
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
      for (let ring = 0; ring < boundaries.filledStart.length - 1; ring += 1) {
        if (!meets(boundaries.filledBox, ring, frame)) continue;
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

describe("lakes and rivers", () => {
  const lakes = {
    Tanganyika: [-6.5, 29.6], Victoria: [-1, 33], Nasser: [23, 32.7], Chad: [13.05, 14.51],
    Balkhash: [46.3, 74.5], Van: [38.6, 43], "the reservoir of Kremenchuk": [49.2, 32.7],
    Titicaca: [-15.8, -69.4], Superior: [48, -87.5],
  };
  for (const [name, [latitude, longitude]] of Object.entries(lakes)) {
    test(`${name} is a lake from zoom 4 on`, () => {
      for (let zoom = 4; zoom <= 18; zoom += 1) {
        assert.ok(landAt(water, latitude, longitude, zoom), `zoom ${zoom}`);
      }
    });
  }

  test("towns, and an island in a lake, are dry", () => {
    const dry = { Palmyra: [34.55, 38.27], Kampala: [0.33, 32.58], Manitoulin: [45.75, -82.2] };
    for (const [name, [latitude, longitude]] of Object.entries(dry)) {
      assert.ok(!landAt(water, latitude, longitude, 8), name);
    }
  });

  test("rivers pass the towns that stand on them", () => {
    const towns = {
      "Deir ez-Zor": [35.33, 40.14], Mosul: [36.34, 43.13], Khartoum: [15.6, 32.53],
      Kisangani: [0.52, 25.2], Kyiv: [50.45, 30.55], Mandalay: [21.98, 96.08], Manaus: [-3.13, -60],
    };
    for (const [name, [latitude, longitude]] of Object.entries(towns)) {
      let nearest = Infinity;
      water.kind.forEach((kind, arc) => {
        if (kind !== ArcKind.RIVER) return;
        for (let point = water.start[arc] + 1; point < water.start[arc + 1]; point += 1) {
          for (let part = 0; part <= 1; part += 0.05) {
            const at = (line) => line[point - 1] + part * (line[point] - line[point - 1]);
            const away = Math.hypot(at(water.x) - worldX(longitude), at(water.y) - worldY(latitude));
            nearest = Math.min(nearest, away * 360);
          }
        }
      });
      assert.ok(nearest < 0.12, `${name}: ${nearest} degrees of longitude away`);
    }
  });

  /** What is painted, in order: how, and in which colour. */
  function painted(zoom, latitude, longitude, lakesAndRivers) {
    const order = [];
    const nothing = () => {};
    const context = {
      fillRect: nothing, moveTo: nothing, setLineDash: nothing, save: nothing, restore: nothing,
      points: 0,
      globalAlpha: 1,
      beginPath() { this.points = 0; },
      lineTo() { this.points += 1; },
      fill() { if (this.points > 0) order.push(`fill ${this.fillStyle}`); },
      stroke() { if (this.points > 0) order.push(`line ${this.strokeStyle} ${this.globalAlpha}`); },
    };
    const tile = {
      x: Math.floor(worldX(longitude) * 2 ** zoom), y: Math.floor(worldY(latitude) * 2 ** zoom), z: zoom,
    };
    paintTile(context, zoom < 5 ? world : boundaries, tile, 1, PALETTES.light, lakesAndRivers);
    assert.equal(context.globalAlpha, 1);
    return order;
  }
  const { land, water: sea, river, coast, country } = PALETTES.light;

  test("a lake lies on the land and over its rivers, and a border goes through it", () => {
    const order = painted(6, -2, 29.1, water);
    const wanted = [`fill ${land}`, `line ${river} 1`, `fill ${sea}`, `line ${coast} 1`, `line ${country} 1`];
    assert.deepEqual(order.filter((step) => wanted.includes(step)), wanted);
  });

  test("rivers fade where their lines are too coarse, lakes stay", () => {
    const shown = (zoom) => painted(zoom, 23.0, 32.7, water).filter((step) => step.includes(river));
    assert.deepEqual(shown(8), [`line ${river} 1`]);
    assert.deepEqual(shown(9), [`line ${river} 0.5`]);
    assert.deepEqual(shown(10), []);
    assert.ok(painted(10, 23.0, 32.7, water).includes(`fill ${sea}`));
  });

  test("without the file the land is dry, and nothing fails", () => {
    const order = painted(6, -2, 29.1, null);
    assert.ok(order.includes(`fill ${land}`) && !order.includes(`fill ${sea}`));
  });
});

describe("labels", () => {
  const measure = (_, text) => ({ width: 7 * text.length, height: 15 });
  const view = { zoom: 3, left: 0, top: 0, width: 1000, height: 800 };
  const at = (names) =>
    readLabels({
      name: names.map((n) => n[0]),
      local: names.map((n) => n[6] ?? ""),
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
    const local = (l) => {
      const half = measure(0, l.local.text).width / 2;
      return [l.local.x - half, l.local.y - 7, l.local.x + half, l.local.y + 7];
    };
    const boxes = (l) => (l.local ? [box(l), local(l)] : [box(l)]);
    return boxes(a).some((p) => boxes(b).some((q) => meet(p, q)));
  };
  const meet = (p, q) => {
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

  test("a local name stands beneath its town's from the next zoom on, at the side of its dot", () => {
    const labels = at([["Aleppo", -170, 80, 3, 5, 99, "حلب"]]);
    const near = (zoom) => ({ ...view, zoom, left: worldX(-170) * 256 * 2 ** zoom - 300, top: worldY(80) * 256 * 2 ** zoom - 300 });
    assert.equal(placeLabels([labels], near(5), measure)[0].local, null);
    const [town] = placeLabels([labels], near(6), measure);
    assert.equal(town.local.text, "حلب");
    assert.equal(town.local.y, town.y + 15);
    assert.equal(town.local.x - 21 / 2, town.x - 42 / 2);
  });

  test("no name is lost to a local one, which gives way", () => {
    const without = [["Homs", -170, 80, 3, 2], ["Rastan", -169.9, 79.88, 3, 2]];
    const named = without.map((row) => [...row, 99, "حمص"]);
    const near = { ...view, zoom: 6, left: worldX(-170) * 2 ** 14 - 300, top: worldY(80) * 2 ** 14 - 300 };
    const [before, after] = [without, named].map((rows) => placeLabels([at(rows)], near, measure));
    assert.equal(before.length, 2);
    assert.deepEqual(after.map((l) => [l.lines[0], l.x, l.y]), before.map((l) => [l.lines[0], l.x, l.y]));
    assert.ok(after.some((l) => l.local !== null));
    assert.ok(!over(after[0], after[1]));
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
      const locals = placed.filter((label) => label.local !== null).length;
      assert.ok(zoom < 5 ? locals === 0 : locals >= 10, `${locals} local names at zoom ${zoom}`);
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
