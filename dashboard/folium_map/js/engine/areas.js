/**
 * Countries and provinces as areas: which one a row belongs to, and which one holds a point.
 *
 * A province is the one that the record names, where its name is known; else the one that holds the
 * point, if the point is known to at least a province. A country likewise. What is known to the
 * country only is in no province.
 */

import { NO_DEGREE, WORLD } from "./columns.js";

/** Cells of the look-up grid along each side of the world. */
const GRID = 256;
/** How exactly a place must be known for its point to say in which province it is, pins apart. */
const SAYS_PROVINCE = new Set(["near", "admin2", "admin1"]);

/** Looks up points in the areas of a boundaries file. */
export class AreaIndex {
  /** @param {import("../topology.js").Topology} topology */
  constructor(topology) {
    this.topology = topology;
    /** @type {string[]} */
    this.codes = topology.units;
    this.number = new Map(this.codes.map((code, k) => [code, k]));
    this.boxes = this._boxes();
    this._cells = this._grid();
  }

  /** West, north, east, south of every unit in a world that is 1 wide. @returns {Float32Array} */
  _boxes() {
    const { unitStart, ringStart, ringArcs, box } = this.topology;
    const out = new Float32Array(4 * this.codes.length);
    for (let unit = 0; unit < this.codes.length; unit++) {
      let [west, north, east, south] = [Infinity, Infinity, -Infinity, -Infinity];
      for (let k = ringStart[unitStart[unit]]; k < ringStart[unitStart[unit + 1]]; k++) {
        const at = 4 * (ringArcs[k] < 0 ? ~ringArcs[k] : ringArcs[k]);
        west = Math.min(west, box[at]);
        north = Math.min(north, box[at + 1]);
        east = Math.max(east, box[at + 2]);
        south = Math.max(south, box[at + 3]);
      }
      out.set([west, north, east, south], 4 * unit);
    }
    return out;
  }

  /** @returns {number[][]} units whose box meets each cell */
  _grid() {
    const cells = Array.from({ length: GRID * GRID }, () => /** @type {number[]} */ ([]));
    const cell = (value) => Math.max(0, Math.min(GRID - 1, Math.floor(value * GRID)));
    for (let unit = 0; unit < this.codes.length; unit++) {
      const [west, north, east, south] = this.boxes.subarray(4 * unit, 4 * unit + 4);
      for (let row = cell(north); row <= cell(south); row++) {
        for (let column = cell(west); column <= cell(east); column++) cells[row * GRID + column].push(unit);
      }
    }
    return cells;
  }

  /**
   * The unit that holds a point, or -1.
   *
   * @param {number} x 0 to 1 eastwards in Web Mercator @param {number} y 0 to 1 southwards
   */
  at(x, y) {
    if (!(x >= 0 && x < 1 && y >= 0 && y < 1)) return -1;
    const near = this._cells[Math.floor(y * GRID) * GRID + Math.floor(x * GRID)];
    for (const unit of near) if (this._holds(unit, x, y)) return unit;
    return -1;
  }

  /** Even-odd rule over all rings of a unit. */
  _holds(/** @type {number} */ unit, /** @type {number} */ px, /** @type {number} */ py) {
    const { topology: { unitStart, ringStart, ringArcs, x, y, start, box }, boxes } = this;
    const at = 4 * unit;
    if (px < boxes[at] || px > boxes[at + 2] || py < boxes[at + 1] || py > boxes[at + 3]) return false;
    let inside = false;
    for (let k = ringStart[unitStart[unit]]; k < ringStart[unitStart[unit + 1]]; k++) {
      const arc = ringArcs[k] < 0 ? ~ringArcs[k] : ringArcs[k];
      // A ray eastwards: arcs wholly above, below or west of the point cannot meet it.
      if (py < box[4 * arc + 1] || py > box[4 * arc + 3] || px > box[4 * arc + 2]) continue;
      for (let i = start[arc]; i + 1 < start[arc + 1]; i++) {
        if (y[i] > py === y[i + 1] > py) continue;
        if (px < x[i] + ((py - y[i]) / (y[i + 1] - y[i])) * (x[i + 1] - x[i])) inside = !inside;
      }
    }
    return inside;
  }
}

/**
 * Every place's country.
 *
 * @param {import("./columns.js").Table} table
 * @param {AreaIndex} index of countries
 * @returns {import("./bins.js").Bins} the last bin is for places whose country is not known
 */
export function countryOfPlaces({ places, dictionaries }, index) {
  const size = index.codes.length;
  const byCode = [-1, ...dictionaries.country.map((code) => index.number.get(code) ?? size)];
  const of = new Int32Array(places.n);
  for (let p = 0; p < places.n; p++) {
    const named = byCode[places.country[p]];
    of[p] = named >= 0 ? named : orLast(pointIn(places, index, p), size);
  }
  return { of, size };
}

/**
 * Every place's province.
 *
 * @param {import("./columns.js").Table} table
 * @param {AreaIndex} index of provinces
 * @param {Record<string, Record<string, string>>} named country -> the record's name -> unit
 * @returns {import("./bins.js").Bins} the last bin is for places whose province is not known
 */
export function provinceOfPlaces({ places, dictionaries }, index, named) {
  const size = index.codes.length;
  const { country: countries, admin1: provinces, location_precision: precisions } = dictionaries;
  const says = [false, ...precisions.map((code) => SAYS_PROVINCE.has(code))];
  const units = [{}, ...countries.map((code) => named[code] ?? {})];
  const of = new Int32Array(places.n);
  for (let p = 0; p < places.n; p++) {
    const name = places.admin1[p] === 0 ? null : provinces[places.admin1[p] - 1];
    const known = name === null ? undefined : index.number.get(units[places.country[p]][name]);
    const told = places.pin[p] === 1 || says[places.precision[p]];
    of[p] = known ?? (told ? orLast(pointIn(places, index, p), size) : size);
  }
  return { of, size };
}

function pointIn(places, index, place) {
  if (places.latitude[place] === NO_DEGREE || places.longitude[place] === NO_DEGREE) return -1;
  return index.at(places.x[place] / WORLD, places.y[place] / WORLD);
}

const orLast = (/** @type {number} */ unit, /** @type {number} */ size) => (unit < 0 ? size : unit);
