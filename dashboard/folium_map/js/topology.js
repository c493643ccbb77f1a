/**
 * Reads a boundaries file: arcs that neighbours share, and which of them ring the land and each
 * country or province.
 *
 * The layout is the one that tools/topology.py writes: a magic, a JSON header, little-endian
 * arrays padded to four bytes. Positions come out in the world of projection.js.
 */

import { worldX, worldY } from "./projection.js";

const MAGIC = "CMTOPO1\0";
const ARRAY_TYPES = { u1: Uint8Array, i2: Int16Array, i4: Int32Array, u4: Uint32Array };

/** What an arc is; a lake's shore is COAST. */
export const ArcKind = Object.freeze({
  COAST: 0, COUNTRY: 1, PROVINCE: 2, DISPUTED: 3, EDGE: 4, RIVER: 5,
});

/**
 * @typedef {object} Topology
 * @property {Float32Array} x  of every arc's points, one arc after the other
 * @property {Float32Array} y
 * @property {Uint32Array} start  where each arc begins in x and y, and one more for the end
 * @property {Uint8Array} kind  an ArcKind for every arc
 * @property {Float32Array} box  for every arc west, north, east, south
 * @property {Int32Array} filledArcs  the arcs of the rings that are filled: around land, in the
 *     file of water around lakes; ~i is arc i backwards
 * @property {Uint32Array} filledStart  where each of them begins in filledArcs, and one more for
 *     the end
 * @property {Float32Array} filledBox  for each of them west, north, east, south
 * @property {string[]} units  codes of the areas that are bordered, such as SYR or SYR.aleppo
 * @property {Uint32Array} unitStart  where each unit begins in its rings, and one more for the end
 * @property {Int32Array} ringArcs  the arcs of all units' rings
 * @property {Uint32Array} ringStart  where each ring begins in ringArcs, and one more for the end
 */

/**
 * @param {ArrayBuffer} buffer
 * @returns {Topology}
 * @throws {Error} if it is no boundaries file
 */
export function readTopology(buffer) {
  const { header, arrays } = unpack(buffer);
  const counts = arrays.arc_points;
  const start = starts(counts);
  const x = new Float32Array(start[counts.length]);
  const y = new Float32Array(start[counts.length]);
  let step = 0;
  for (let arc = 0; arc < counts.length; arc += 1) {
    let east = arrays.arc_start_x[arc];
    let north = arrays.arc_start_y[arc];
    for (let point = start[arc]; point < start[arc + 1]; point += 1) {
      if (point > start[arc]) {
        east += arrays.step_x[step];
        north += arrays.step_y[step];
        step += 1;
      }
      x[point] = worldX(east / header.scale);
      y[point] = worldY(north / header.scale);
    }
  }
  const box = arcBoxes(x, y, start);
  const filledArcs = arrays.land_ring_arc;
  const filledStart = starts(arrays.land_ring_arcs);
  const filledBox = ringBoxes(filledArcs, filledStart, box);
  return {
    x, y, start, kind: arrays.arc_kind, box, filledArcs, filledStart, filledBox,
    units: header.units,
    unitStart: starts(arrays.unit_rings),
    ringArcs: arrays.ring_arc,
    ringStart: starts(arrays.ring_arcs),
  };
}

/** @param {ArrayBuffer} buffer @returns {{header: any, arrays: Record<string, any>}} */
function unpack(buffer) {
  const bytes = new Uint8Array(buffer);
  const found = String.fromCharCode(...bytes.subarray(0, MAGIC.length));
  if (found !== MAGIC) throw new Error("This is no boundaries file.");
  const length = new DataView(buffer).getUint32(MAGIC.length, true);
  let place = MAGIC.length + 4;
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(place, place + length)));
  place += length;
  /** @type {Record<string, any>} */
  const arrays = {};
  for (const [name, type, count] of header.arrays) {
    const array = new ARRAY_TYPES[type](buffer, place, count);
    arrays[name] = array;
    place += array.byteLength + ((4 - (array.byteLength % 4)) % 4);
  }
  return { header, arrays };
}

/** @param {ArrayLike<number>} counts @returns {Uint32Array} one longer than the counts */
function starts(counts) {
  const result = new Uint32Array(counts.length + 1);
  for (let i = 0; i < counts.length; i += 1) result[i + 1] = result[i] + counts[i];
  return result;
}

function arcBoxes(x, y, start) {
  const box = new Float32Array(4 * (start.length - 1));
  for (let arc = 0; arc < start.length - 1; arc += 1) {
    let [west, north, east, south] = [Infinity, Infinity, -Infinity, -Infinity];
    for (let point = start[arc]; point < start[arc + 1]; point += 1) {
      if (x[point] < west) west = x[point];
      if (x[point] > east) east = x[point];
      if (y[point] < north) north = y[point];
      if (y[point] > south) south = y[point];
    }
    box.set([west, north, east, south], 4 * arc);
  }
  return box;
}

function ringBoxes(arcs, start, arcBox) {
  const box = new Float32Array(4 * (start.length - 1));
  for (let ring = 0; ring < start.length - 1; ring += 1) {
    let [west, north, east, south] = [Infinity, Infinity, -Infinity, -Infinity];
    for (let i = start[ring]; i < start[ring + 1]; i += 1) {
      const at = 4 * (arcs[i] < 0 ? ~arcs[i] : arcs[i]);
      west = Math.min(west, arcBox[at]);
      north = Math.min(north, arcBox[at + 1]);
      east = Math.max(east, arcBox[at + 2]);
      south = Math.max(south, arcBox[at + 3]);
    }
    box.set([west, north, east, south], 4 * ring);
  }
  return box;
}
