/**
 * What stands together on the screen: places arranged into groups once a view, rows counted into
 * them by differences while the days move.
 *
 * Groups follow a grid that is aligned to the world, so that they do not swim while panning. Places
 * where a pin would be too exact (a province, a stretch of sea) stand in groups of their own as
 * soon as their ring is wide enough to see.
 */

import { WORLD } from "./columns.js";
import { scaleAt } from "./spots.js";
import { KIND } from "./time_window.js";

const EARTH_KM = 40_075.017;
const MICRO = 1e6;

/** @typedef {{x: number, y: number, width: number, height: number, zoom: number}} Screen
 *   left, top in world pixels at that zoom (x below 0 or above the world's width is a copy of it)
 */

/** Radii of coarse places in world units; NaN where there is none. @returns {Float64Array} */
export function ringRadii(/** @type {import("./columns.js").Places} */ places) {
  const out = new Float64Array(places.n);
  for (let p = 0; p < places.n; p++) {
    if (places.pin[p] === 1) { // stands as a pin, not within a ring
      out[p] = NaN;
      continue;
    }
    const latitude = (places.latitude[p] / MICRO) * (Math.PI / 180);
    out[p] = (places.radiusKm[p] * WORLD) / (EARTH_KM * Math.max(0.05, Math.cos(latitude)));
  }
  return out;
}

/**
 * @typedef {object} Grouping
 * @property {import("./spots.js").Spots} spots
 * @property {number} size how many groups there are
 * @property {Int32Array} groupOf every spot's group, -1 for none; one more for what is not drawn
 * @property {Float64Array|null} shift world units that are added to every spot's x
 * @property {Uint8Array} coarse 1 for groups whose coarse places are counted one by one
 * @property {Uint32Array} apart those places
 */

/** Each spot as a group of its own. @returns {Grouping} */
export function eachSpot(/** @type {import("./spots.js").Spots} */ spots) {
  const groupOf = Int32Array.from({ length: spots.n + 1 }, (_, spot) => (spot < spots.n ? spot : -1));
  return { spots, size: spots.n, groupOf, shift: null, coarse: spots.rough, apart: spots.roughPlaces };
}

/** Spots arranged for one screen. */
export class Arrangement {
  /**
   * @param {import("./spots.js").Spots} spots
   * @param {Screen} screen
   * @param {{cell: number, fine: number, fineUpTo: number}} sizes cells in pixels: `fine` ones are
   *   used where they make no more than `fineUpTo` groups
   */
  constructor(spots, screen, { cell, fine, fineUpTo }) {
    this.spots = spots;
    this.screen = screen;
    /** Pixels per world unit. */
    this.scale = scaleAt(screen.zoom);
    /** What leads from every spot to the copy of the world that is nearest; null where none is near. */
    this.shift = this._shifts();
    /** Every spot's group, -1 where it is not on the screen; one more for places that are not drawn. */
    this.groupOf = new Int32Array(spots.n + 1);
    if (!this._assign(fine, fineUpTo)) this._assign(cell, Infinity);
    /** Places that stand apart from pins. */
    this.apart = spots.roughPlaces.filter((place) => this.coarse[this.group(place)] === 1);
  }

  /** The group that a place is in, -1 where it is not on the screen. @param {number} place */
  group(place) {
    const { ofPlace } = this.spots;
    return this.groupOf[ofPlace === null ? place : ofPlace[place]];
  }

  /** World units from a place's x to the copy of the world that is nearest. @param {number} place */
  shiftOf(place) {
    const { shift, spots: { ofPlace } } = this;
    return shift === null ? 0 : shift[ofPlace === null ? place : ofPlace[place]];
  }

  /** @returns {Float64Array|null} */
  _shifts() {
    const { spots: { n, x }, screen, scale } = this;
    const left = screen.x / scale;
    const right = (screen.x + screen.width) / scale;
    if (left > WORLD * 0.01 && right < WORLD * 0.99) return null;
    const west = (left + right - WORLD) / 2;
    const copy = Math.floor(west / WORLD);
    const seam = west - copy * WORLD;
    const out = new Float64Array(n + 1);
    for (let k = 0; k < n; k++) out[k] = (x[k] < seam ? copy + 1 : copy) * WORLD;
    return out;
  }

  /** @returns {boolean} whether that made no more than `most` groups; if not, it broke off */
  _assign(/** @type {number} */ cell, /** @type {number} */ most) {
    const { spots: { n, x, y, meanX, meanY, weight, distinct, apartFrom }, shift, screen, scale, groupOf } = this;
    this.cell = cell;
    const column0 = Math.floor(screen.x / cell) - 1;
    const row0 = Math.floor(screen.y / cell) - 1;
    const columns = Math.ceil(screen.width / cell) + 3;
    const rows = Math.ceil(screen.height / cell) + 3;
    const taken = new Int32Array(columns * rows * 2).fill(-1);
    const kinds = [];
    const places = new Int32Array(taken.length);
    const [sumX, sumY, weights] = [0, 1, 2].map(() => new Float64Array(taken.length));
    const cells = scale / cell;
    groupOf.fill(-1);
    for (let k = 0; k < n; k++) {
      if (distinct[k] === 0) continue; // a place that is not drawn
      const by = shift === null ? 0 : shift[k];
      const row = Math.floor(y[k] * cells) - row0;
      const column = Math.floor((x[k] + by) * cells) - column0;
      if (column < 0 || row < 0 || column >= columns || row >= rows) continue;
      const apart = screen.zoom >= apartFrom[k] ? 1 : 0;
      const key = (row * columns + column) * 2 + apart;
      let group = taken[key];
      if (group === -1) {
        if (kinds.length === most) return false;
        group = taken[key] = kinds.push(apart) - 1;
      }
      groupOf[k] = group;
      places[group] += distinct[k];
      sumX[group] += (meanX[k] + by) * weight[k];
      sumY[group] += meanY[k] * weight[k];
      weights[group] += weight[k];
    }
    /** How many groups there are. */
    this.size = kinds.length;
    /** 1 for groups of coarse places only. */
    this.coarse = Uint8Array.from(kinds);
    /** How many places a group holds, whatever is filtered. */
    this.distinct = places.subarray(0, this.size);
    this._merge(sumX, sumY, weights.subarray(0, this.size));
    return true;
  }

  /**
   * Groups whose circles would lie on one another become one: the grid cuts towns in two. What is
   * filtered plays no part, so that nothing jumps while the days move.
   */
  _merge(/** @type {Float64Array} */ sumX, /** @type {Float64Array} */ sumY, /** @type {Float64Array} */ weight) {
    const { scale } = this;
    const radius = Float64Array.from(weight, (rows, g) => (this.coarse[g] ? 15 : reach(rows)));
    const order = Array.from(weight.keys()).sort((a, b) => weight[b] - weight[a] || a - b);
    const into = new Int32Array(this.size);
    const kept = [];
    for (const g of order) {
      const px = (sumX[g] / weight[g]) * scale;
      const py = (sumY[g] / weight[g]) * scale;
      const near = kept.find((k) => this.coarse[k.g] === this.coarse[g] &&
        Math.hypot(k.px - px, k.py - py) < (radius[k.g] + radius[g]) * 0.82);
      into[g] = near === undefined ? kept.push({ g, px, py }) - 1 : into[near.g];
    }
    this._renumber(into, kept.map((k) => k.g));
  }

  _renumber(/** @type {Int32Array} */ into, /** @type {number[]} */ kept) {
    const distinct = new Int32Array(kept.length);
    this.distinct.forEach((count, g) => (distinct[into[g]] += count));
    const { groupOf } = this;
    for (let k = 0; k < groupOf.length; k++) if (groupOf[k] >= 0) groupOf[k] = into[groupOf[k]];
    this.coarse = Uint8Array.from(kept, (g) => this.coarse[g]);
    this.distinct = distinct;
    this.size = kept.length;
  }
}

/** About how wide the circle of so many rows is drawn, in pixels. */
function reach(/** @type {number} */ rows) {
  return rows === 1 ? 8 : Math.min(28, 11.5 + 1.25 * Math.log2(rows));
}

/** Counts and sums per group: an accumulator for `TimeWindow.advance`; whole numbers throughout. */
export class GroupCounter {
  /**
   * @param {import("./columns.js").Table} table
   * @param {Uint8Array} alive
   * @param {Grouping} grouping
   * @param {Uint8Array} category of every row
   * @param {number} categories how many there are
   */
  constructor(table, alive, grouping, category, categories) {
    this.table = table;
    this.alive = alive;
    this.grouping = grouping;
    this.category = category;
    this.categories = categories;
    const { size } = grouping;
    /** Rows per group and category. */
    this.counts = new Int32Array(size * categories);
    /** Sums of row numbers per group, modulo 2^32: the row itself where there is one. */
    this._rowSums = new Int32Array(size);
    /** Rows per group whose place is coarse. */
    this.coarse = new Int32Array(size);
    this.sumX = new Float64Array(size);
    this.sumY = new Float64Array(size);
    /** Rows per coarse place that stands apart. */
    this.atPlace = new Int32Array(grouping.apart.length > 0 ? table.places.n : 0);
    this.sums = [this.counts, this._rowSums, this.coarse, this.sumX, this.sumY, this.atPlace];
  }

  addSlice(lo, hi, sign) {
    const { alive, grouping: { spots: { ofRow }, groupOf, shift }, category, categories } = this;
    const { counts, _rowSums: rowSums, sumX, sumY } = this;
    const { place, places: { x, y, pin } } = this.table;
    for (let row = lo; row < hi; row++) {
      const spot = ofRow[row];
      const group = groupOf[spot];
      if (group < 0) continue;
      const p = place[row];
      const by = Math.imul(sign, alive[row] & KIND.REGULAR);
      counts[group * categories + category[row]] += by;
      rowSums[group] += Math.imul(row, by);
      sumX[group] += by * (shift === null ? x[p] : x[p] + shift[spot]);
      sumY[group] += by * y[p];
      if (pin[p] === 0) this._addCoarse(p, group, by);
    }
  }

  addRows(rows, from, to, sign) {
    const { grouping: { spots: { ofRow }, groupOf, shift }, category, categories } = this;
    const { counts, _rowSums: rowSums, sumX, sumY } = this;
    const { place, places: { x, y, pin } } = this.table;
    for (let k = from; k < to; k++) {
      const row = rows[k];
      const spot = ofRow[row];
      const group = groupOf[spot];
      if (group < 0) continue;
      const p = place[row];
      counts[group * categories + category[row]] += sign;
      rowSums[group] += Math.imul(row, sign);
      sumX[group] += sign * (shift === null ? x[p] : x[p] + shift[spot]);
      sumY[group] += sign * y[p];
      if (pin[p] === 0) this._addCoarse(p, group, sign);
    }
  }

  /** Adds so many rows at a place where a pin would be too exact. */
  _addCoarse(/** @type {number} */ place, /** @type {number} */ group, /** @type {number} */ by) {
    this.coarse[group] += by;
    if (this.grouping.coarse[group] === 1) this.atPlace[place] += by;
  }

  /**
   * Takes over what was counted spot by spot, instead of counting rows.
   *
   * @param {GroupCounter} bySpot counted into `eachSpot` of the same spots
   */
  take(bySpot) {
    const { grouping: { spots: { n }, groupOf, shift, apart }, categories, counts, _rowSums: rowSums } = this;
    for (const sums of this.sums) sums.fill(0);
    for (let spot = 0; spot < n; spot++) {
      const group = groupOf[spot];
      if (group < 0) continue;
      let rows = 0;
      for (let k = 0; k < categories; k++) {
        const count = bySpot.counts[spot * categories + k];
        counts[group * categories + k] += count;
        rows += count;
      }
      if (rows === 0) continue;
      rowSums[group] += bySpot._rowSums[spot];
      this.coarse[group] += bySpot.coarse[spot];
      this.sumX[group] += bySpot.sumX[spot] + (shift === null ? 0 : rows * shift[spot]);
      this.sumY[group] += bySpot.sumY[spot];
    }
    for (const place of apart) this.atPlace[place] = bySpot.atPlace[place];
  }

  /** The row of a group that holds one alone. @param {number} group @returns {number} */
  onlyRow(group) {
    return this._rowSums[group] >>> 0;
  }

  /** Rows in a group. @param {number} group */
  count(group) {
    let sum = 0;
    for (let k = 0; k < this.categories; k++) sum += this.counts[group * this.categories + k];
    return sum;
  }
}
