/**
 * Incidents per day and category over the whole choice, whatever window of days is set.
 *
 * An incident of one exact day counts on that day. One that is known to a span only is spread
 * evenly over its days and kept apart, so that it can be drawn faded: the spread is a drawing, no
 * statement.
 */

import { NO_END, NO_START } from "./columns.js";
import { FROM_OPEN, KIND, TO_OPEN } from "./time_window.js";

const ALL_DAYS = Object.freeze({ from: FROM_OPEN, to: TO_OPEN });

/** @typedef {{exact: Float64Array, coarse: Float64Array, killed: number}} Bin per category */

export class Histogram {
  /**
   * @param {import("./columns.js").Table} table
   * @param {import("./time_window.js").TimeWindow} window knows which rows pass
   * @param {Uint8Array} category of every row
   * @param {number} categories
   * @param {{from: number, to: number}} extent days since the epoch that it covers
   */
  constructor(table, window, category, categories, extent) {
    this.table = table;
    this.window = window;
    this.categories = categories;
    this.extent = extent;
    this.days = Math.max(0, extent.to - extent.from + 1);
    const lanes = (/** @type {number} */ count) => Array.from({ length: count }, () => new Float64Array(this.days + 1));
    /** Per category, sums up to but without each day. */
    this._exact = lanes(categories);
    this._coarse = lanes(categories);
    [this._killed] = lanes(1);
    this._slotOf = this._slots(category);
    /** Rows of one day by day, first those of exact days per category, then the others. */
    this._counts = new Int32Array(2 * categories * this.days);
    /** Killed of rows of one day, by day. */
    this._dead = new Float64Array(this.days);
    /** By how much what spans days rises at each day: per category, then killed. */
    this._rises = new Float64Array((categories + 1) * (this.days + 1));
    this._undated = new Int32Array(1);
    this.sums = [this._counts, this._dead, this._rises, this._undated];
    this.update();
  }

  /** Rows without any day. */
  get undated() {
    return this._undated[0];
  }

  /** Counts anew after the rows that pass have changed. */
  update() {
    this.window.advance(this, null, ALL_DAYS);
    const { days, categories, _counts: counts, _rises: rises, _dead: dead } = this;
    for (let k = 0; k < categories; k++) {
      sumsBefore(this._exact[k], counts, k * days, null, 0);
      sumsBefore(this._coarse[k], counts, (categories + k) * days, rises, k * (days + 1));
    }
    sumsBefore(this._killed, dead, 0, rises, categories * (days + 1));
  }

  /** Every row's lane: its category, and from `categories` on where the day is not exact. */
  _slots(/** @type {Uint8Array} */ category) {
    const { table: { n, columns: { date_precision: precision } }, categories } = this;
    const exactDay = this.table.code("date_precision", "day");
    const slots = new Uint8Array(n);
    for (let i = 0; i < n; i++) slots[i] = category[i] + (precision[i] === exactDay ? 0 : categories);
    return slots;
  }

  /** Adds rows of one day; where rows of one day follow one another, so do its places. */
  addSlice(lo, hi, sign) {
    const { table: { dated, start, killed: { best } }, window: { alive }, extent: { from: first }, days } = this;
    const { _slotOf: slotOf, _counts: counts, _dead: dead } = this;
    for (let i = lo; i < Math.min(hi, dated); i++) {
      const by = Math.imul(sign, alive[i] & KIND.REGULAR);
      const day = start[i] - first;
      counts[slotOf[i] * days + day] += by;
      dead[day] += by * best[i];
    }
  }

  addRows(rows, from, to, sign) {
    const { table: { start, end, killed: { best } }, extent: { from: first }, days } = this;
    const { _slotOf: slotOf, _counts: counts, _dead: dead } = this;
    for (let k = from; k < to; k++) {
      const row = rows[k];
      if (start[row] !== end[row]) {
        this._addSpan(row, sign);
        continue;
      }
      const day = start[row] - first;
      counts[slotOf[row] * days + day] += sign;
      dead[day] += sign * best[row];
    }
  }

  /** Notes where a row that spans days begins and ends. */
  _addSpan(/** @type {number} */ row, /** @type {1|-1} */ sign) {
    const { table: { start, end, killed: { best } }, categories, days, extent } = this;
    if (start[row] === NO_START && end[row] === NO_END) {
      this._undated[0] += sign;
      return;
    }
    const first = (start[row] === NO_START ? end[row] : start[row]) - extent.from;
    const last = Math.max(first, (end[row] === NO_END ? start[row] : end[row]) - extent.from);
    const share = sign / (last - first + 1);
    const slot = this._slotOf[row];
    if (slot < categories && first === last) this._counts[slot * days + first] += sign;
    else this._spread(slot % categories, first, last, share);
    if (best[row] > 0) this._spread(categories, first, last, best[row] * share);
  }

  /** Notes that a lane rises by `share` on `first` and falls after `last`. */
  _spread(/** @type {number} */ lane, /** @type {number} */ first, /** @type {number} */ last, /** @type {number} */ share) {
    const at = lane * (this.days + 1);
    this._rises[at + first] += share;
    this._rises[at + last + 1] -= share;
  }

  /**
   * @param {number} from first day of the bin, since the epoch @param {number} to day after it
   * @returns {Bin}
   */
  bin(from, to) {
    const a = Math.max(0, Math.min(this.days, from - this.extent.from));
    const b = Math.max(a, Math.min(this.days, to - this.extent.from));
    const between = (lane) => lane[b] - lane[a];
    return {
      exact: Float64Array.from(this._exact, between),
      coarse: Float64Array.from(this._coarse, between),
      killed: between(this._killed),
    };
  }
}

/** Fills a lane with sums up to but without each day: of that day's own, and of what has risen. */
function sumsBefore(lane, own, at, rises, risesAt) {
  let sum = 0;
  let risen = 0;
  for (let day = 0; day + 1 < lane.length; day++) {
    lane[day] = sum;
    if (rises !== null) risen += rises[risesAt + day];
    sum += own[at + day] + risen;
  }
  lane[lane.length - 1] = sum;
}
