/**
 * Incidents per day and category over the whole choice, whatever window of days is set.
 *
 * An incident of one exact day counts on that day. One that is known to a span only is spread
 * evenly over its days and kept apart, so that it can be drawn faded: the spread is a drawing, no
 * statement.
 */

import { NO_END, NO_START } from "./columns.js";
import { KIND } from "./time_window.js";

/** @typedef {{exact: Float64Array, coarse: Float64Array, killed: number}} Bin per category */

export class Histogram {
  /**
   * @param {import("./columns.js").Table} table
   * @param {Uint8Array} alive rows that pass are not 0
   * @param {Uint8Array} category of every row
   * @param {number} categories
   * @param {{from: number, to: number}} extent days since the epoch that it covers
   */
  constructor(table, alive, category, categories, extent) {
    this.table = table;
    this.alive = alive;
    this.category = category;
    this.categories = categories;
    this.extent = extent;
    this.days = Math.max(0, extent.to - extent.from + 1);
    const lanes = () => Array.from({ length: categories }, () => new Float64Array(this.days + 1));
    /** Per category, sums up to but without each day. */
    this._exact = lanes();
    this._coarse = lanes();
    this._killed = new Float64Array(this.days + 1);
    /** Rows without any day. */
    this.undated = 0;
    this.update();
  }

  /** Counts anew after `alive` has changed. */
  update() {
    for (const lane of [...this._exact, ...this._coarse, this._killed]) lane.fill(0);
    this.undated = 0;
    this._countAll();
    // From changes at each day to the day's own value, and from there to sums before each day.
    for (const lane of this._coarse) accumulate(lane);
    accumulate(this._killed);
    for (const lane of [...this._exact, ...this._coarse, this._killed]) sumsBefore(lane);
  }

  _countAll() {
    const { table: { n, start, end, columns, killed }, alive, category, extent } = this;
    const { _exact: exact, _coarse: coarse, _killed: dead } = this;
    const { date_precision: precision } = columns;
    const { best } = killed;
    const exactDay = this.table.code("date_precision", "day");
    for (let i = 0; i < n; i++) {
      if (alive[i] === KIND.REGULAR) { // one day, which is known
        const day = start[i] - extent.from;
        if (precision[i] === exactDay) exact[category[i]][day]++;
        else spread(coarse[category[i]], day, day, 1);
        if (best[i] > 0) spread(dead, day, day, best[i]);
      } else if (alive[i] === KIND.LONG) {
        if (start[i] === NO_START && end[i] === NO_END) {
          this.undated++;
          continue;
        }
        const first = (start[i] === NO_START ? end[i] : start[i]) - extent.from;
        const last = Math.max(first, (end[i] === NO_END ? start[i] : end[i]) - extent.from);
        const share = 1 / (last - first + 1);
        if (first === last && precision[i] === exactDay) exact[category[i]][first]++;
        else spread(coarse[category[i]], first, last, share);
        if (best[i] > 0) spread(dead, first, last, best[i] * share);
      }
    }
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

/** Notes that a lane rises by `share` on `first` and falls after `last`. */
function spread(lane, first, last, share) {
  lane[first] += share;
  lane[last + 1] -= share;
}

function accumulate(lane) {
  for (let day = 1; day < lane.length; day++) lane[day] += lane[day - 1];
}

function sumsBefore(lane) {
  let sum = 0;
  for (let day = 0; day < lane.length; day++) {
    const own = lane[day];
    lane[day] = sum;
    sum += own;
  }
}
