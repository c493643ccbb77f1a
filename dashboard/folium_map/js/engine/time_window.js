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

/**
 * @typedef {object} Accumulator sums over the rows in view
 * @property {(Int32Array|Float64Array)[]} sums all that it adds up
 * @property {(lo: number, hi: number, sign: 1|-1) => void} addSlice adds (or takes away) those rows
 *   of a slice whose `alive` is `KIND.REGULAR`
 * @property {(rows: Int32Array, from: number, to: number, sign: 1|-1) => void} addRows adds (or takes
 *   away) `rows[from]` up to but without `rows[to]`, whatever their `alive`
 */

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
    /** Every row's `KIND` where the choice (days apart) lets it through, else 0. */
    this.alive = this.kind.slice();
    const rows = new Int32Array(long);
    for (let i = 0, k = 0; k < long; i++) if (this.kind[i] === KIND.LONG) rows[k++] = i;
    /** Rows that are no single day. */
    this.long = this._longOf(rows);
    /** Those of them that pass. */
    this._long = this.long;
    this._entering = new Int32Array(long);
    this._leaving = new Int32Array(long);
    /** Single days that pass, in order, where no more than half of all do; else null. @type {Int32Array|null} */
    this._few = null;
    /** Rows that do not pass, in order, where they are less than half; else null. @type {Int32Array|null} */
    this._struck = new Int32Array(0);
    /** What each accumulator sums to over all rows and all days. @type {WeakMap<Accumulator, any[]>} */
    this._whole = new WeakMap();
  }

  /**
   * Takes note of which rows pass. What is counted follows from those, or from those that do not,
   * whichever are fewer.
   *
   * @param {Int32Array|null} rows in order; null for all
   */
  pass(rows) {
    const { alive, kind, n } = this;
    this._few = null;
    this._struck = null;
    if (rows === null) {
      alive.set(kind);
      this._long = this.long;
      this._struck = new Int32Array(0);
      return;
    }
    alive.fill(KIND.OUT);
    for (let k = 0; k < rows.length; k++) alive[rows[k]] = kind[rows[k]];
    const { regular, long } = byKind(alive, rows);
    this._long = this._longOf(long);
    if (rows.length <= n / 2) this._few = regular;
    else this._struck = struckOut(alive, n - rows.length);
  }

  /**
   * Rows with their days beside them, as these are looked at whenever the range moves.
   *
   * @param {Int32Array} rows in order
   * @returns {{rows: Int32Array, start: Int32Array, end: Int32Array, latest: Int32Array}} `latest`
   *   is the latest last day so far
   */
  _longOf(rows) {
    const [start, end, latest] = [0, 1, 2].map(() => new Int32Array(rows.length));
    let most = FROM_OPEN;
    for (let k = 0; k < rows.length; k++) {
      start[k] = this.start[rows[k]];
      end[k] = this.end[rows[k]];
      latest[k] = most = Math.max(most, end[k]);
    }
    return { rows, start, end, latest };
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
   * @param {Accumulator} accumulator
   * @param {Range|null} before
   * @param {Range} after
   */
  advance(accumulator, before, after) {
    const next = this.slice(after);
    const last = before === null ? { lo: 0, hi: 0 } : this.slice(before);
    const moved = Math.abs(next.lo - last.lo) + Math.abs(next.hi - last.hi);
    const whole = this._wholeOf(accumulator, after);
    const anew = whole === null ? next.hi - next.lo : this._struck.length;
    if (before === null || moved > anew) {
      if (whole === null) this._countAnew(accumulator, next, after);
      else this._recall(accumulator, whole);
      return;
    }
    // The slices overlap here: were they apart, more would have moved than there is.
    if (next.lo < last.lo) this._add(accumulator, next.lo, last.lo, 1);
    else this._add(accumulator, last.lo, next.lo, -1);
    if (next.hi > last.hi) this._add(accumulator, last.hi, next.hi, 1);
    else this._add(accumulator, next.hi, last.hi, -1);
    this._addLong(accumulator, before, after);
  }

  /** Whether an accumulator need not count anew for a range. @param {Accumulator|null} accumulator @param {Range} range */
  remembers(accumulator, range) {
    return accumulator !== null && this._wholeOf(accumulator, range) !== null;
  }

  /** What an accumulator sums to over all days and rows, if that is known and tells of the range. */
  _wholeOf(/** @type {Accumulator} */ accumulator, /** @type {Range} */ range) {
    return isOpen(range) && this._struck !== null ? (this._whole.get(accumulator) ?? null) : null;
  }

  /** All but what is struck out. */
  _recall(/** @type {Accumulator} */ accumulator, /** @type {any[]} */ whole) {
    accumulator.sums.forEach((sums, k) => sums.set(whole[k]));
    accumulator.addRows(this._struck, 0, this._struck.length, -1);
  }

  _countAnew(/** @type {Accumulator} */ accumulator, { lo, hi }, /** @type {Range} */ range) {
    for (const sums of accumulator.sums) sums.fill(0);
    this._add(accumulator, lo, hi, 1);
    this._addLong(accumulator, null, range);
    if (isOpen(range) && this._struck?.length === 0) {
      this._whole.set(accumulator, accumulator.sums.map((sums) => sums.slice()));
    }
  }

  /** The single days of a slice, as a slice or one by one. */
  _add(accumulator, /** @type {number} */ lo, /** @type {number} */ hi, /** @type {1|-1} */ sign) {
    if (lo === hi) return;
    const { _few: few } = this;
    if (few === null) accumulator.addSlice(lo, hi, sign);
    else accumulator.addRows(few, lowerBound(few, few.length, lo), lowerBound(few, few.length, hi), sign);
  }

  /** The rows that are no single day and enter or leave. */
  _addLong(accumulator, /** @type {Range|null} */ before, /** @type {Range} */ after) {
    const { _long: { rows, start, end, latest }, _entering: entering, _leaving: leaving } = this;
    const f1 = after.to < after.from ? TO_OPEN : after.from;
    const t1 = after.to < after.from ? FROM_OPEN : after.to;
    const f0 = before === null || before.to < before.from ? TO_OPEN : before.from;
    const t0 = before === null || before.to < before.from ? FROM_OPEN : before.to;
    const latestTo = Math.max(t0, t1);
    let comes = 0;
    let goes = 0;
    for (let k = lowerBound(latest, rows.length, Math.min(f0, f1)); k < rows.length; k++) {
      if (start[k] > latestTo) break;
      const was = start[k] <= t0 && end[k] >= f0;
      const is = start[k] <= t1 && end[k] >= f1;
      if (is && !was) entering[comes++] = rows[k];
      else if (was && !is) leaving[goes++] = rows[k];
    }
    accumulator.addRows(entering, 0, comes, 1);
    accumulator.addRows(leaving, 0, goes, -1);
  }
}

const isOpen = (/** @type {Range} */ { from, to }) => from === FROM_OPEN && to === TO_OPEN;

/** Rows apart by kind, each in order. @returns {{regular: Int32Array, long: Int32Array}} */
function byKind(/** @type {Uint8Array} */ alive, /** @type {Int32Array} */ rows) {
  const regular = new Int32Array(rows.length);
  const long = new Int32Array(rows.length);
  let [days, spans] = [0, 0];
  for (let k = 0; k < rows.length; k++) {
    const row = rows[k];
    const single = alive[row] & KIND.REGULAR;
    regular[days] = row;
    long[spans] = row;
    days += single;
    spans += 1 - single;
  }
  return { regular: regular.subarray(0, days), long: long.slice(0, spans) };
}

/** @returns {Int32Array} the rows that do not pass, in order; there are so many */
function struckOut(/** @type {Uint8Array} */ alive, /** @type {number} */ count) {
  const rows = new Int32Array(count);
  for (let i = 0, k = 0; k < count; i++) if (alive[i] === KIND.OUT) rows[k++] = i;
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
