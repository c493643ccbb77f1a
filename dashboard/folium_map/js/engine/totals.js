/** Counts and sums over the rows in view, kept up to date by differences, in whole numbers. */

import { FLAG, FLAG_COUNT, INJURED_SHIFT } from "./figures.js";
import { KIND } from "./time_window.js";

/** An accumulator for `TimeWindow.advance`. */
export class TotalsCounter {
  /**
   * @param {import("./columns.js").Table} table
   * @param {Uint8Array} alive `KIND` of every row that passes, 0 for the others
   */
  constructor(table, alive) {
    this.table = table;
    this.alive = alive;
    /** How many rows have each combination of flags. */
    this.byFlags = new Int32Array(FLAG_COUNT);
    /** Killed low, best, high, injured low, best, high; whole numbers below 2^53. */
    this.figures = new Float64Array(6);
    this.sums = [this.byFlags, this.figures];
  }

  addSlice(lo, hi, sign) {
    const { table: { flags, killed, injured }, alive, byFlags, figures } = this;
    for (let i = lo; i < hi; i++) {
      byFlags[flags[i]] += Math.imul(sign, alive[i] & KIND.REGULAR);
    }
    if (!killed.none) addSlice(figures, 0, sign, killed, alive, lo, hi);
    if (!injured.none) addSlice(figures, 3, sign, injured, alive, lo, hi);
  }

  addRows(rows, from, to, sign) {
    const { table: { flags, killed, injured }, byFlags, figures } = this;
    for (let k = from; k < to; k++) byFlags[flags[rows[k]]] += sign;
    if (!killed.none) addRows(figures, 0, sign, killed, rows, from, to);
    if (!injured.none) addRows(figures, 3, sign, injured, rows, from, to);
  }

  /** Rows with all bits of `set` and none of `unset`. */
  count(set, unset = 0) {
    let sum = 0;
    for (let bits = 0; bits < FLAG_COUNT; bits++) {
      if ((bits & set) === set && (bits & unset) === 0) sum += this.byFlags[bits];
    }
    return sum;
  }

  /** @returns {Totals} as `geodata.filters.Summary` */
  totals() {
    const known = FLAG.KNOWN;
    return {
      incidents: this.count(0),
      total: this.table.n,
      ...this.people("killed", 0),
      ...this.people("injured", INJURED_SHIFT),
      without_figure: this.count(0, known | (known << INJURED_SHIFT)),
      not_on_map: this.count(FLAG.OFF_MAP),
      coarse_dates: this.count(FLAG.COARSE),
    };
  }

  people(stem, shift) {
    const at = stem === "killed" ? 0 : 3;
    const known = this.count(FLAG.KNOWN << shift) > 0;
    const closed = known && this.count(FLAG.OPEN << shift) === 0;
    return {
      [`${stem}_low`]: known ? this.figures[at] : null,
      [`${stem}_best`]: known ? this.figures[at + 1] : null,
      [`${stem}_high`]: closed ? this.figures[at + 2] : null,
    };
  }
}

/** Without a branch: which rows pass is as good as random, and a wrong guess costs ten additions.
 * `0 - x` and `Math.imul` stay whole numbers, where `-x` and `*` could make -0. */
function addSlice(figures, at, sign, { low, best, high }, alive, lo, hi) {
  let a = 0;
  let b = 0;
  let c = 0;
  for (let i = lo; i < hi; i++) {
    const mask = 0 - (alive[i] & KIND.REGULAR);
    a += low[i] & mask;
    b += best[i] & mask;
    c += high[i] & mask;
  }
  figures[at] += sign * a;
  figures[at + 1] += sign * b;
  figures[at + 2] += sign * c;
}

function addRows(figures, at, sign, { low, best, high }, rows, from, to) {
  let a = 0;
  let b = 0;
  let c = 0;
  for (let k = from; k < to; k++) {
    const row = rows[k];
    a += low[row];
    b += best[row];
    c += high[row];
  }
  figures[at] += sign * a;
  figures[at + 1] += sign * b;
  figures[at + 2] += sign * c;
}

/**
 * @typedef {object} Totals
 * @property {number} incidents
 * @property {number} total
 * @property {number|null} killed_low null where no figure is known
 * @property {number|null} killed_best
 * @property {number|null} killed_high null where one is open, too
 * @property {number|null} injured_low
 * @property {number|null} injured_best
 * @property {number|null} injured_high
 * @property {number} without_figure
 * @property {number} not_on_map
 * @property {number} coarse_dates
 */
