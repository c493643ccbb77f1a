/**
 * What stands together on the screen: places arranged into groups once a view, rows counted into
 * them by differences while the days move.
 *
 * Groups follow a grid that is aligned to the world, so that they do not swim while panning. Places
 * where a pin would be too exact (a province, a stretch of sea) stand in groups of their own as
 * soon as their ring is wide enough to see.
 */

import { NO_DEGREE, WORLD } from "./columns.js";
import { KIND } from "./time_window.js";

const EARTH_KM = 40_075.017;
const MICRO = 1e6;

/** From this radius in pixels a coarse place is drawn as a ring of its own. */
export const RING_FROM = 14;
/** A coarse place of unknown extent gets a mark of its own from this zoom. */
const MARK_FROM_ZOOM = 6;

/** @typedef {{x: number, y: number, width: number, height: number, zoom: number}} Screen
 *   left, top in world pixels at that zoom (x below 0 or above the world's width is a copy of it)
 */

/** Radii of all places in world units; NaN where there is none. @returns {Float64Array} */
export function ringRadii(/** @type {import("./columns.js").Places} */ places) {
  const out = new Float64Array(places.n);
  for (let p = 0; p < places.n; p++) {
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
    this._assign(fine);
    if (this.size > fineUpTo) this._assign(cell);
    this._merge(weights);
  }

  /** x of a place in the copy of the world that is nearest to the screen. @param {number} place */
  unwrapped(place) {
    const x = this.places.x[place];
    return x + Math.round((this._middle - x) / WORLD) * WORLD;
  }

  _assign(/** @type {number} */ cell) {
    const { places, screen, scale, groupOf } = this;
    this.cell = cell;
    const column0 = Math.floor(screen.x / cell) - 1;
    const row0 = Math.floor(screen.y / cell) - 1;
    const columns = Math.ceil(screen.width / cell) + 3;
    const rows = Math.ceil(screen.height / cell) + 3;
    const taken = new Int32Array(columns * rows * 2).fill(-1);
    const kinds = [];
    const distinct = [];
    for (let p = 0; p < places.n; p++) {
      groupOf[p] = -1;
      if (places.drawn[p] === 0 || places.longitude[p] === NO_DEGREE) continue;
      const column = Math.floor((this.unwrapped(p) * scale) / cell) - column0;
      const row = Math.floor((places.y[p] * scale) / cell) - row0;
      if (column < 0 || row < 0 || column >= columns || row >= rows) continue;
      const apart = places.pin[p] === 0 && this.ringShown(p) ? 1 : 0;
      const key = (row * columns + column) * 2 + apart;
      if (taken[key] === -1) {
        taken[key] = kinds.length;
        kinds.push(apart);
        distinct.push(0);
      }
      groupOf[p] = taken[key];
      distinct[taken[key]]++;
    }
    /** How many groups there are. */
    this.size = kinds.length;
    /** 1 for groups of coarse places only. */
    this.coarse = Uint8Array.from(kinds);
    /** How many places a group holds, whatever is filtered. */
    this.distinct = Int32Array.from(distinct);
  }

  /**
   * Groups whose circles would lie on one another become one: the grid cuts towns in two. What is
   * filtered plays no part, so that nothing jumps while the days move.
   */
  _merge(weights) {
    const { size, groupOf, places, scale } = this;
    const [x, y, weight] = [0, 1, 2].map(() => new Float64Array(size));
    for (let p = 0; p < places.n; p++) {
      const group = groupOf[p];
      if (group < 0) continue;
      x[group] += this.unwrapped(p) * weights[p];
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

  /** Radius of a place's ring in pixels; NaN where its extent is not known. */
  ringPixels(/** @type {number} */ place) {
    return this._radii[place] * this.scale;
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
    /** Rows per group whose place is coarse. */
    this.coarse = new Int32Array(size);
    this.sumX = new Float64Array(size);
    this.sumY = new Float64Array(size);
    /** Sum of row numbers: the row itself where there is one. */
    this.sumRow = new Float64Array(size);
    /** Rows per coarse place that stands apart. */
    this.atPlace = new Int32Array(arrangement.coarse.includes(1) ? table.places.n : 0);
    this._x = unwrappedAll(arrangement);
  }

  clear() {
    const { counts, coarse, sumX, sumY, sumRow, atPlace } = this;
    for (const sums of [counts, coarse, sumX, sumY, sumRow, atPlace]) sums.fill(0);
  }

  addSlice(lo, hi, sign) {
    const { alive, category, categories, counts, coarse, sumX, sumY, sumRow, atPlace, _x } = this;
    const { groupOf, coarse: apart } = this.arrangement;
    const { place, places: { y, pin } } = this.table;
    for (let i = lo; i < hi; i++) {
      if (alive[i] !== KIND.REGULAR) continue;
      const p = place[i];
      const group = groupOf[p];
      if (group < 0) continue;
      counts[group * categories + category[i]] += sign;
      sumX[group] += sign * _x[p];
      sumY[group] += sign * y[p];
      sumRow[group] += sign * i;
      if (pin[p] === 0) coarse[group] += sign;
      if (apart[group] === 1) atPlace[p] += sign;
    }
  }

  addRows(rows, count) {
    for (let k = 0; k < count; k++) {
      const row = rows[k] < 0 ? -1 - rows[k] : rows[k];
      if (this.alive[row] === KIND.OUT) continue;
      const sign = rows[k] < 0 ? -1 : 1;
      const place = this.table.place[row];
      const group = this.arrangement.groupOf[place];
      if (group < 0) continue;
      this.counts[group * this.categories + this.category[row]] += sign;
      this.sumX[group] += sign * this._x[place];
      this.sumY[group] += sign * this.table.places.y[place];
      this.sumRow[group] += sign * row;
      if (this.table.places.pin[place] === 0) this.coarse[group] += sign;
      if (this.arrangement.coarse[group] === 1) this.atPlace[place] += sign;
    }
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
