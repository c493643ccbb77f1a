/**
 * Incidents and killed counted into bins (hexagons, cells of a grid, provinces), by differences
 * while the days move.
 *
 * A bin holds a place only if the place is known as exactly as the bin is wide: a row that is known
 * to its province makes no hot spot in the province's middle. Such rows are counted apart.
 */

import { NO_DEGREE, WORLD } from "./columns.js";
import { FLAG } from "./figures.js";
import { KIND } from "./time_window.js";

/** A place that is not on the screen. */
export const ELSEWHERE = -1;

/**
 * @typedef {import("./groups.js").Screen} Screen
 * @typedef {object} Bins
 * @property {Int32Array} of every place's bin; `ELSEWHERE`, or `size` where it is too roughly known
 * @property {number} size how many bins there are
 */

/** Counts per bin: an accumulator for `TimeWindow.advance`; whole numbers throughout. */
export class BinCounter {
  /**
   * @param {import("./columns.js").Table} table
   * @param {Uint8Array} alive
   * @param {Bins} bins
   */
  constructor(table, alive, { of, size }) {
    this.table = table;
    this.alive = alive;
    this.of = of;
    this.size = size;
    /** Rows per bin; the last is for places too roughly known. */
    this.incidents = new Int32Array(size + 1);
    /** Killed per bin, best figures, else low ones. */
    this.killed = new Float64Array(size + 1);
    /** Rows per bin without a figure of killed. */
    this.unknown = new Int32Array(size + 1);
    this.sums = [this.incidents, this.killed, this.unknown];
  }

  addSlice(lo, hi, sign) {
    const { alive } = this;
    for (let i = lo; i < hi; i++) if (alive[i] === KIND.REGULAR) this._add(i, sign);
  }

  addRows(rows, from, to, sign) {
    for (let k = from; k < to; k++) this._add(rows[k], sign);
  }

  _add(/** @type {number} */ row, /** @type {number} */ sign) {
    const { of, incidents, killed, unknown, table } = this;
    const bin = of[table.place[row]];
    if (bin < 0) return;
    incidents[bin] += sign;
    if (table.flags[row] & FLAG.POINT) killed[bin] += sign * table.killed.best[row];
    else unknown[bin] += sign;
  }
}

/**
 * Whether a place is known at least as exactly as a bin of some radius.
 *
 * @param {import("./columns.js").Places} places @param {Float64Array} radii of `ringRadii`
 * @param {number} place @param {number} most world units
 */
function exactEnough(places, radii, place, most) {
  const radius = radii[place];
  return Number.isNaN(radius) ? places.pin[place] === 1 : radius <= most;
}

/** What turns a place into pixels of a screen. */
class Eye {
  /** @param {import("./columns.js").Places} places @param {Screen} screen */
  constructor(places, screen) {
    this.places = places;
    this.scale = (256 * 2 ** screen.zoom) / WORLD;
    this.middle = (screen.x + screen.width / 2) / this.scale;
  }

  /** World pixels from the left edge of the copy of the world that is nearest to the screen. */
  x(place) {
    const x = this.places.x[place];
    return (x + Math.round((this.middle - x) / WORLD) * WORLD) * this.scale;
  }

  y(place) {
    return this.places.y[place] * this.scale;
  }
}

/**
 * A fine square grid over the screen and a margin, to be smoothed into a density.
 *
 * @param {import("./columns.js").Places} places
 * @param {Float64Array} radii of `ringRadii`
 * @param {Screen} screen
 * @param {{cell: number, reach: number}} sizes width of a cell, and how far a point's share goes,
 *     pixels
 * @returns {Bins & {columns: number, rows: number}} bins row by row; the margin is one reach wide
 */
export function cells(places, radii, screen, { cell, reach }) {
  const eye = new Eye(places, screen);
  const margin = Math.ceil(reach / cell);
  const columns = Math.ceil(screen.width / cell) + 2 * margin;
  const rows = Math.ceil(screen.height / cell) + 2 * margin;
  const size = columns * rows;
  const of = new Int32Array(places.n).fill(ELSEWHERE);
  for (let p = 0; p < places.n; p++) {
    if (places.drawn[p] === 0 || places.longitude[p] === NO_DEGREE) continue;
    const column = Math.floor((eye.x(p) - screen.x) / cell) + margin;
    const row = Math.floor((eye.y(p) - screen.y) / cell) + margin;
    if (column < 0 || row < 0 || column >= columns || row >= rows) continue;
    of[p] = exactEnough(places, radii, p, reach / eye.scale) ? row * columns + column : size;
  }
  return { of, size, columns, rows };
}

/**
 * What lies around each cell, the nearer the more: three passes of a box, which come close to a
 * Gaussian (Wells 1986). A lone 1 gives 1 in its own cell.
 *
 * @param {ArrayLike<number>} values row by row; more than columns × rows are not looked at
 * @param {number} columns @param {number} rows
 * @param {number} reach cells from a point to where its share ends
 * @returns {Float32Array}
 */
export function smoothed(values, columns, rows, reach) {
  const half = Math.max(1, Math.round(reach / 3));
  const now = new Float32Array(columns * rows);
  for (let k = 0; k < now.length; k++) now[k] = values[k];
  const next = new Float32Array(columns * rows);
  for (let pass = 0; pass < 3; pass++) {
    for (let row = 0; row < rows; row++) box(now, next, row * columns, 1, columns, half);
    for (let column = 0; column < columns; column++) box(next, now, column, columns, rows, half);
  }
  const peak = middleOfThreeBoxes(half) ** 2;
  for (let k = 0; k < now.length; k++) now[k] /= peak;
  return now;
}

/** Means over a box along one line of a grid. */
function box(from, to, start, step, length, half) {
  const width = 2 * half + 1;
  let sum = 0;
  for (let k = 0; k < Math.min(half, length); k++) sum += from[start + k * step];
  for (let k = 0; k < length; k++) {
    if (k + half < length) sum += from[start + (k + half) * step];
    if (k - half > 0) sum -= from[start + (k - half - 1) * step];
    to[start + k * step] = sum / width;
  }
}

/** What a lone 1 on a line keeps after three boxes. */
function middleOfThreeBoxes(/** @type {number} */ half) {
  const length = 6 * half + 3;
  let now = new Float64Array(length);
  let next = new Float64Array(length);
  now[(length - 1) / 2] = 1;
  for (let pass = 0; pass < 3; pass++) {
    box(now, next, 0, 1, length, half);
    [now, next] = [next, now];
  }
  return now[(length - 1) / 2];
}
