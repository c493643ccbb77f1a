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
    this.sums = new Float64Array(6);
  }

  clear() {
    this.byFlags.fill(0);
    this.sums.fill(0);
  }

  addSlice(lo, hi, sign) {
    const { table: { flags, killed, injured }, alive, byFlags, sums } = this;
    for (let i = lo; i < hi; i++) {
      byFlags[flags[i]] += Math.imul(sign, alive[i] & KIND.REGULAR);
    }
    if (!killed.none) addSums(sums, 0, sign, killed, alive, lo, hi);
    if (!injured.none) addSums(sums, 3, sign, injured, alive, lo, hi);
  }

  addRows(rows, count) {
    const { table: { flags, killed, injured }, alive, byFlags, sums } = this;
    for (let k = 0; k < count; k++) {
      const sign = rows[k] < 0 ? -1 : 1;
      const i = rows[k] < 0 ? -1 - rows[k] : rows[k];
      if (alive[i] === KIND.OUT) continue;
      byFlags[flags[i]] += sign;
      sums[0] += sign * killed.low[i];
      sums[1] += sign * killed.best[i];
      sums[2] += sign * killed.high[i];
      sums[3] += sign * injured.low[i];
      sums[4] += sign * injured.best[i];
      sums[5] += sign * injured.high[i];
    }
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
      [`${stem}_low`]: known ? this.sums[at] : null,
      [`${stem}_best`]: known ? this.sums[at + 1] : null,
      [`${stem}_high`]: closed ? this.sums[at + 2] : null,
    };
  }
}

/** Without a branch: which rows pass is as good as random, and a wrong guess costs ten additions.
 * `0 - x` and `Math.imul` stay whole numbers, where `-x` and `*` could make -0. */
function addSums(sums, at, sign, { low, best, high }, alive, lo, hi) {
  let a = 0;
  let b = 0;
  let c = 0;
  for (let i = lo; i < hi; i++) {
    const mask = 0 - (alive[i] & KIND.REGULAR);
    a += low[i] & mask;
    b += best[i] & mask;
    c += high[i] & mask;
  }
  sums[at] += sign * a;
  sums[at + 1] += sign * b;
  sums[at + 2] += sign * c;
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
