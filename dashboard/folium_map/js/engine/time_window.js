/**
 * Which rows a range of days holds, and which enter or leave when it moves.
 *
 * Rows are sorted by first day, so those of one exact day are a slice. The others (spans of days,
 * and rows with a day missing) are kept in a list of their own and looked at one by one.
 */

/** An open end of a range. */
export const FROM_OPEN = -0x80000000;
export const TO_OPEN = 0x7fffffff;

/** @typedef {{from: number, to: number}} Range days since the epoch, inclusive */

/** How a row is found: as part of the slice, or in the list of the others. */
export const KIND = Object.freeze({ OUT: 0, REGULAR: 1, LONG: 2 });

/** Up to this share of all rows, those that pass a filter are few. */
const FEW = 0.2;

export class TimeWindow {
  /** @param {import("./columns.js").Table} table */
  constructor({ n, start, end }) {
    this.n = n;
    this.start = start;
    this.end = end;
    /** Every row's `KIND`. */
    this.kind = new Uint8Array(n);
    let long = 0;
    for (let i = 0; i < n; i++) {
      const regular = start[i] === end[i];
      this.kind[i] = regular ? KIND.REGULAR : KIND.LONG;
      if (!regular) long++;
    }
    /** Rows that are no single day, in order. */
    this.long = new Uint32Array(long);
    /** For each of them the latest last day so far. */
    this.latest = new Int32Array(long);
    for (let i = 0, k = 0, latest = FROM_OPEN; i < n; i++) {
      if (this.kind[i] !== KIND.LONG) continue;
      if (end[i] > latest) latest = end[i];
      this.long[k] = i;
      this.latest[k++] = latest;
    }
    this._rows = new Int32Array(long);
    /** Single days that pass the filter, in order, where they are few; else null. */
    this._few = null;
  }

  /**
   * Takes note of which rows pass: where they are few, they are visited one by one.
   *
   * @param {Uint8Array} alive every row's `KIND` where it passes, else 0
   */
  pass(alive) {
    let passing = 0;
    for (let i = 0; i < this.n; i++) passing += alive[i] & KIND.REGULAR;
    this._few = passing < this.n * FEW ? rowsOf(alive, passing) : null;
  }

  /** Whether a range touches any of a row's days. @param {number} row @param {Range} range */
  holds(row, range) {
    return this.start[row] <= range.to && this.end[row] >= range.from;
  }

  /** First row that starts on or after a day. @param {number} day */
  firstFrom(day) {
    return lowerBound(this.start, this.n, day);
  }

  /** The slice [lo, hi) of rows that start inside a range. @param {Range} range */
  slice(range) {
    if (range.to < range.from) return { lo: 0, hi: 0 };
    const lo = range.from === FROM_OPEN ? 0 : this.firstFrom(range.from);
    const hi = range.to === TO_OPEN ? this.n : this.firstFrom(range.to + 1);
    return { lo, hi };
  }

  /**
   * Tell an accumulator of all rows in a range, or of the difference to the range it has seen.
   *
   * @param {{clear(): void, addSlice(lo: number, hi: number, sign: number): void,
   *   addRows(rows: Int32Array, count: number): void}} accumulator `addRows` gets row numbers;
   *   one that leaves is given as -1 - row
   * @param {Range|null} before
   * @param {Range} after
   */
  advance(accumulator, before, after) {
    const next = this.slice(after);
    const last = before === null ? { lo: 0, hi: 0 } : this.slice(before);
    const moved = Math.abs(next.lo - last.lo) + Math.abs(next.hi - last.hi);
    if (before === null || moved > next.hi - next.lo) {
      accumulator.clear();
      this._add(accumulator, next.lo, next.hi, 1);
      accumulator.addRows(this._rows, this._entering(null, after));
      return;
    }
    // The slices overlap here: were they apart, more would have moved than there is.
    if (next.lo < last.lo) this._add(accumulator, next.lo, last.lo, 1);
    else this._add(accumulator, last.lo, next.lo, -1);
    if (next.hi > last.hi) this._add(accumulator, last.hi, next.hi, 1);
    else this._add(accumulator, next.hi, last.hi, -1);
    accumulator.addRows(this._rows, this._entering(before, after));
  }

  /** The single days of a slice, as a slice or one by one. */
  _add(accumulator, /** @type {number} */ lo, /** @type {number} */ hi, /** @type {1|-1} */ sign) {
    if (lo === hi) return;
    if (this._few === null) {
      accumulator.addSlice(lo, hi, sign);
      return;
    }
    const from = lowerBound(this._few, this._few.length, lo);
    const rows = this._few.slice(from, lowerBound(this._few, this._few.length, hi));
    if (sign < 0) for (let k = 0; k < rows.length; k++) rows[k] = -1 - rows[k];
    accumulator.addRows(rows, rows.length);
  }

  /** Fill `_rows` with long rows that enter (row) or leave (-1 - row); how many there are. */
  _entering(/** @type {Range|null} */ before, /** @type {Range} */ after) {
    const { start, end, long, latest, _rows } = this;
    const f1 = after.to < after.from ? TO_OPEN : after.from;
    const t1 = after.to < after.from ? FROM_OPEN : after.to;
    const f0 = before === null || before.to < before.from ? TO_OPEN : before.from;
    const t0 = before === null || before.to < before.from ? FROM_OPEN : before.to;
    const latestTo = Math.max(t0, t1);
    let count = 0;
    for (let k = lowerBound(latest, long.length, Math.min(f0, f1)); k < long.length; k++) {
      const row = long[k];
      if (start[row] > latestTo) break;
      const was = start[row] <= t0 && end[row] >= f0;
      const is = start[row] <= t1 && end[row] >= f1;
      if (was !== is) _rows[count++] = is ? row : -1 - row;
    }
    return count;
  }
}

/** @returns {Int32Array} the single days that pass, in order */
function rowsOf(/** @type {Uint8Array} */ alive, /** @type {number} */ count) {
  const rows = new Int32Array(count);
  for (let i = 0, k = 0; k < count; i++) if (alive[i] === KIND.REGULAR) rows[k++] = i;
  return rows;
}

/** First place in `sorted` that is not below `value`. */
function lowerBound(/** @type {Int32Array} */ sorted, /** @type {number} */ n, /** @type {number} */ value) {
  let lo = 0;
  let hi = n;
  while (lo < hi) {
    const middle = (lo + hi) >>> 1;
    if (sorted[middle] < value) lo = middle + 1;
    else hi = middle;
  }
  return lo;
}
