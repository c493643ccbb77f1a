/**
 * What stands together on the screen: places arranged into groups once a view, rows counted into
 * them by differences while the days move.
 *
 * Groups follow a grid that is aligned to the world, so that they do not swim while panning. Places
 * where a pin would be too exact (a province, a stretch of sea) stand in groups of their own as
 * soon as their ring is wide enough to see.
 */

import { WORLD } from "./columns.js";
import { KIND } from "./time_window.js";

const EARTH_KM = 40_075.017;
const MICRO = 1e6;

/** From this radius in pixels a coarse place is drawn as a ring of its own. */
const RING_FROM = 14;
/** A coarse place of unknown extent gets a mark of its own from this zoom. */
const MARK_FROM_ZOOM = 6;

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

/** Places arranged for one screen. */
export class Arrangement {
  /**
   * @param {import("./columns.js").Places} places
   * @param {Float64Array} radii of `ringRadii`
   * @param {Screen} screen
   * @param {{cell: number, fine: number, fineUpTo: number}} sizes cells in pixels: `fine` ones are
   *   used where they make no more than `fineUpTo` groups
   * @param {ArrayLike<number>} weights rows of every place, whatever is filtered
   */
  constructor(places, radii, screen, { cell, fine, fineUpTo }, weights) {
    this.places = places;
    this.screen = screen;
    /** Pixels per world unit. */
    this.scale = (256 * 2 ** screen.zoom) / WORLD;
    this._radii = radii;
    /** Every place's x in the copy of the world that is nearest to the screen. */
    this.x = this._unwrapped();
    /** Every place's group, -1 where it is not on the screen. */
    this.groupOf = new Int32Array(places.n);
    if (!this._assign(fine, fineUpTo, weights)) this._assign(cell, Infinity, weights);
  }

  /** @returns {Int32Array|Float64Array} */
  _unwrapped() {
    const { places: { n, x }, screen, scale } = this;
    const left = screen.x / scale;
    const right = (screen.x + screen.width) / scale;
    if (left > WORLD * 0.01 && right < WORLD * 0.99) return x; // no copy of the world is near
    const west = (left + right - WORLD) / 2;
    const copy = Math.floor(west / WORLD);
    const seam = west - copy * WORLD;
    const out = new Float64Array(n); // beyond 32 bits in the copies far away
    for (let p = 0; p < n; p++) out[p] = x[p] + (x[p] < seam ? copy + 1 : copy) * WORLD;
    return out;
  }

  /** @returns {boolean} whether that made no more than `most` groups; if not, it broke off */
  _assign(/** @type {number} */ cell, /** @type {number} */ most, /** @type {ArrayLike<number>} */ weights) {
    const { places: { n, y, pin, drawn }, screen, scale, groupOf, x } = this;
    this.cell = cell;
    const column0 = Math.floor(screen.x / cell) - 1;
    const row0 = Math.floor(screen.y / cell) - 1;
    const columns = Math.ceil(screen.width / cell) + 3;
    const rows = Math.ceil(screen.height / cell) + 3;
    const taken = new Int32Array(columns * rows * 2).fill(-1);
    const kinds = [];
    const distinct = new Int32Array(taken.length);
    const [sumX, sumY, weight] = [0, 1, 2].map(() => new Float64Array(taken.length));
    const cells = scale / cell;
    /** Coarse places that stand apart. @type {number[]} */
    this.apart = [];
    groupOf.fill(-1);
    for (let p = 0; p < n; p++) {
      if (drawn[p] === 0) continue;
      const row = Math.floor(y[p] * cells) - row0;
      const column = Math.floor(x[p] * cells) - column0;
      if (column < 0 || row < 0 || column >= columns || row >= rows) continue;
      const apart = pin[p] === 0 && this.ringShown(p) ? 1 : 0;
      const key = (row * columns + column) * 2 + apart;
      let group = taken[key];
      if (group === -1) {
        if (kinds.length === most) return false;
        group = taken[key] = kinds.push(apart) - 1;
      }
      if (apart === 1) this.apart.push(p);
      groupOf[p] = group;
      distinct[group]++;
      const weighs = weights[p];
      sumX[group] += x[p] * weighs;
      sumY[group] += y[p] * weighs;
      weight[group] += weighs;
    }
    /** How many groups there are. */
    this.size = kinds.length;
    /** 1 for groups of coarse places only. */
    this.coarse = Uint8Array.from(kinds);
    /** How many places a group holds, whatever is filtered. */
    this.distinct = distinct.subarray(0, this.size);
    this._merge(sumX, sumY, weight.subarray(0, this.size));
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
    for (let p = 0; p < groupOf.length; p++) if (groupOf[p] >= 0) groupOf[p] = into[groupOf[p]];
    this.coarse = Uint8Array.from(kept, (g) => this.coarse[g]);
    this.distinct = distinct;
    this.size = kept.length;
  }

  /** Whether a coarse place stands apart at this zoom. @param {number} place */
  ringShown(place) {
    const pixels = this._radii[place] * this.scale;
    return Number.isNaN(pixels) ? this.screen.zoom >= MARK_FROM_ZOOM : pixels >= RING_FROM;
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
   * @param {Arrangement} arrangement
   * @param {Uint8Array} category of every row
   * @param {number} categories how many there are
   */
  constructor(table, alive, arrangement, category, categories) {
    this.table = table;
    this.alive = alive;
    this.arrangement = arrangement;
    this.category = category;
    this.categories = categories;
    const { size } = arrangement;
    /** Rows per group and category. */
    this.counts = new Int32Array(size * categories);
    /** Sums of row numbers per group, modulo 2^32: the row itself where there is one. */
    this._rowSums = new Int32Array(size);
    /** Rows per group whose place is coarse. */
    this.coarse = new Int32Array(size);
    this.sumX = new Float64Array(size);
    this.sumY = new Float64Array(size);
    /** Rows per coarse place that stands apart. */
    this.atPlace = new Int32Array(arrangement.apart.length > 0 ? table.places.n : 0);
    this.sums = [this.counts, this._rowSums, this.coarse, this.sumX, this.sumY, this.atPlace];
  }

  addSlice(lo, hi, sign) {
    const { alive, arrangement: { groupOf, x }, category, categories, counts, _rowSums: rowSums, sumX, sumY } = this;
    const { place, places: { y, pin } } = this.table;
    for (let row = lo; row < hi; row++) {
      const p = place[row];
      const group = groupOf[p];
      if (group < 0) continue;
      const by = Math.imul(sign, alive[row] & KIND.REGULAR);
      counts[group * categories + category[row]] += by;
      rowSums[group] += Math.imul(row, by);
      sumX[group] += by * x[p];
      sumY[group] += by * y[p];
      if (pin[p] === 0) this._addCoarse(p, group, by);
    }
  }

  addRows(rows, from, to, sign) {
    const { arrangement: { groupOf, x }, category, categories, counts, _rowSums: rowSums, sumX, sumY } = this;
    const { place, places: { y, pin } } = this.table;
    for (let k = from; k < to; k++) {
      const row = rows[k];
      const p = place[row];
      const group = groupOf[p];
      if (group < 0) continue;
      counts[group * categories + category[row]] += sign;
      rowSums[group] += Math.imul(row, sign);
      sumX[group] += sign * x[p];
      sumY[group] += sign * y[p];
      if (pin[p] === 0) this._addCoarse(p, group, sign);
    }
  }

  /** Adds so many rows at a place where a pin would be too exact. */
  _addCoarse(/** @type {number} */ place, /** @type {number} */ group, /** @type {number} */ by) {
    this.coarse[group] += by;
    if (this.arrangement.coarse[group] === 1) this.atPlace[place] += by;
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
