/**
 * What stands together on the screen: places arranged into groups once a view, rows counted into
 * them by differences while the days move.
 *
 * Groups follow a grid that is aligned to the world, so that they do not swim while panning. Places
 * where a pin would be too exact (a province, a stretch of sea) stand in groups of their own as
 * soon as their ring is wide enough to see.
 */

import { NO_DEGREE, WORLD, arrayFor } from "./columns.js";
import { KIND } from "./time_window.js";

const EARTH_KM = 40_075.017;
const MICRO = 1e6;

/** From this radius in pixels a coarse place is drawn as a ring of its own. */
const RING_FROM = 14;
/** From this many rows for each place on, rows are counted place by place. */
const MANY = 0.2;
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
    this._middle = (screen.x + screen.width / 2) / this.scale;
    this._radii = radii;
    /** Every place's group, -1 where it is not on the screen. */
    this.groupOf = new Int32Array(places.n);
    if (!this._assign(fine, fineUpTo)) this._assign(cell, Infinity);
    this._merge(weights);
  }

  /** x of a place in the copy of the world that is nearest to the screen. @param {number} place */
  unwrapped(place) {
    const x = this.places.x[place];
    return x + Math.round((this._middle - x) / WORLD) * WORLD;
  }

  /** @returns {boolean} whether that made no more than `most` groups; if not, it broke off */
  _assign(/** @type {number} */ cell, /** @type {number} */ most) {
    const { places: { n, y, pin, drawn, longitude }, screen, scale, groupOf } = this;
    const x = unwrappedAll(this);
    this.cell = cell;
    const column0 = Math.floor(screen.x / cell) - 1;
    const row0 = Math.floor(screen.y / cell) - 1;
    const columns = Math.ceil(screen.width / cell) + 3;
    const rows = Math.ceil(screen.height / cell) + 3;
    const taken = new Int32Array(columns * rows * 2).fill(-1);
    const kinds = [];
    const distinct = new Int32Array(taken.length);
    groupOf.fill(-1);
    for (let p = 0; p < n; p++) {
      if (drawn[p] === 0 || longitude[p] === NO_DEGREE) continue;
      const column = Math.floor((x[p] * scale) / cell) - column0;
      const row = Math.floor((y[p] * scale) / cell) - row0;
      if (column < 0 || row < 0 || column >= columns || row >= rows) continue;
      const apart = pin[p] === 0 && this.ringShown(p) ? 1 : 0;
      const key = (row * columns + column) * 2 + apart;
      if (taken[key] === -1) {
        if (kinds.length === most) return false;
        taken[key] = kinds.length;
        kinds.push(apart);
      }
      groupOf[p] = taken[key];
      distinct[taken[key]]++;
    }
    /** How many groups there are. */
    this.size = kinds.length;
    /** 1 for groups of coarse places only. */
    this.coarse = Uint8Array.from(kinds);
    /** How many places a group holds, whatever is filtered. */
    this.distinct = distinct.subarray(0, this.size);
    return true;
  }

  /**
   * Groups whose circles would lie on one another become one: the grid cuts towns in two. What is
   * filtered plays no part, so that nothing jumps while the days move.
   */
  _merge(weights) {
    const { size, groupOf, places, scale } = this;
    const [x, y, weight] = [0, 1, 2].map(() => new Float64Array(size));
    const placeX = unwrappedAll(this);
    for (let p = 0; p < places.n; p++) {
      const group = groupOf[p];
      if (group < 0) continue;
      x[group] += placeX[p] * weights[p];
      y[group] += places.y[p] * weights[p];
      weight[group] += weights[p];
    }
    const radius = Float64Array.from(weight, (rows, g) => (this.coarse[g] ? 15 : reach(rows)));
    const order = Array.from(weight.keys()).sort((a, b) => weight[b] - weight[a] || a - b);
    const into = new Int32Array(size);
    const kept = [];
    for (const g of order) {
      const px = (x[g] / weight[g]) * scale;
      const py = (y[g] / weight[g]) * scale;
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
    /** Rows per group and category; the last for rows that are off the screen. */
    this.counts = new Int32Array(size * categories + 1);
    /** Sums of row numbers likewise, modulo 2^32: the row itself where there is one. */
    this._rowSums = new Int32Array(this.counts.length);
    this._cellOf = this._cells();
    /** Rows per group whose place is coarse. */
    this.coarse = new Int32Array(size);
    this.sumX = new Float64Array(size);
    this.sumY = new Float64Array(size);
    /** Rows per coarse place that stands apart. */
    this.atPlace = new Int32Array(arrangement.coarse.includes(1) ? table.places.n : 0);
    this._x = unwrappedAll(arrangement);
  }

  /** Every row's place in `counts`. */
  _cells() {
    const { table: { n, place }, arrangement: { groupOf, size }, category, categories } = this;
    const cells = arrayFor(size * categories, n);
    for (let i = 0; i < n; i++) {
      const group = groupOf[place[i]];
      cells[i] = group < 0 ? size * categories : group * categories + category[i];
    }
    return cells;
  }

  clear() {
    const { counts, coarse, sumX, sumY, _rowSums, atPlace } = this;
    for (const sums of [counts, coarse, sumX, sumY, _rowSums, atPlace]) sums.fill(0);
  }

  addSlice(lo, hi, sign) {
    const { alive, counts, _rowSums: rowSums, _cellOf: cellOf, table: { place, places: { n } } } = this;
    if (hi - lo < n * MANY) {
      for (let i = lo; i < hi; i++) if (alive[i] === KIND.REGULAR) this._add(i, sign);
      return;
    }
    // Most places are met: what depends on the place is added once for each of them.
    const met = new Int32Array(n);
    for (let i = lo; i < hi; i++) {
      const counted = Math.imul(sign, alive[i] & KIND.REGULAR);
      const cell = cellOf[i];
      counts[cell] += counted;
      rowSums[cell] += Math.imul(i, counted);
      met[place[i]] += counted;
    }
    for (let p = 0; p < n; p++) if (met[p] !== 0) this._addAt(p, met[p]);
  }

  addRows(rows, count) {
    for (let k = 0; k < count; k++) {
      const row = rows[k] < 0 ? -1 - rows[k] : rows[k];
      if (this.alive[row] !== KIND.OUT) this._add(row, rows[k] < 0 ? -1 : 1);
    }
  }

  _add(/** @type {number} */ row, /** @type {number} */ sign) {
    const cell = this._cellOf[row];
    this.counts[cell] += sign;
    this._rowSums[cell] += Math.imul(sign, row);
    this._addAt(this.table.place[row], sign);
  }

  /** Adds so many rows at a place. */
  _addAt(/** @type {number} */ place, /** @type {number} */ count) {
    const group = this.arrangement.groupOf[place];
    if (group < 0) return;
    this.sumX[group] += count * this._x[place];
    this.sumY[group] += count * this.table.places.y[place];
    if (this.table.places.pin[place] === 1) return;
    this.coarse[group] += count;
    if (this.arrangement.coarse[group] === 1) this.atPlace[place] += count;
  }

  /** The row of a group that holds one alone. @param {number} group @returns {number} */
  onlyRow(group) {
    let sum = 0;
    for (let k = 0; k < this.categories; k++) sum += this._rowSums[group * this.categories + k];
    return sum >>> 0;
  }

  /** Rows in a group. @param {number} group */
  count(group) {
    let sum = 0;
    for (let k = 0; k < this.categories; k++) sum += this.counts[group * this.categories + k];
    return sum;
  }
}

function unwrappedAll(/** @type {Arrangement} */ arrangement) {
  const { x, n } = arrangement.places;
  const { screen, scale } = arrangement;
  const left = screen.x / scale;
  const right = (screen.x + screen.width) / scale;
  if (left > WORLD * 0.01 && right < WORLD * 0.99) return x; // no copy of the world is near
  return Float64Array.from({ length: n }, (_, place) => arrangement.unwrapped(place));
}
