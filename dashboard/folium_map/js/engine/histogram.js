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
    const lanes = (count) => Array.from({ length: count }, () => new Float64Array(this.days + 1));
    /** Per category, sums up to but without each day. */
    this._exact = lanes(categories);
    this._coarse = lanes(categories);
    [this._killed] = lanes(1);
    this._slotOf = this._slots();
    /** Rows without any day. */
    this.undated = 0;
    this.update();
  }

  /** Counts anew after `alive` has changed. */
  update() {
    for (const lane of [...this._exact, ...this._coarse, this._killed]) lane.fill(0);
    this.undated = 0;
    this._countSpans();
    // From changes at each day to the day's own value.
    for (const lane of [...this._coarse, this._killed]) accumulate(lane);
    this._countDays();
    for (const lane of [...this._exact, ...this._coarse, this._killed]) sumsBefore(lane);
  }

  /** Every row's lane: its category, and from `categories` on where the day is not exact. */
  _slots() {
    const { table: { n, columns: { date_precision: precision } }, category, categories } = this;
    const exactDay = this.table.code("date_precision", "day");
    const slots = new Uint8Array(n);
    for (let i = 0; i < n; i++) slots[i] = category[i] + (precision[i] === exactDay ? 0 : categories);
    return slots;
  }

  /** Adds rows of one day to that day, day by day: rows are sorted by it. */
  _countDays() {
    const { table: { dated, start, killed: { best } }, alive, extent, _slotOf: slotOf } = this;
    const lanes = [...this._exact, ...this._coarse];
    const counts = new Int32Array(lanes.length);
    for (let i = 0; i < dated; ) {
      const day = start[i];
      let dead = 0;
      for (; i < dated && start[i] === day; i++) {
        const counted = alive[i] & KIND.REGULAR;
        counts[slotOf[i]] += counted;
        dead += best[i] & (0 - counted);
      }
      for (let k = 0; k < counts.length; k++) lanes[k][day - extent.from] += counts[k];
      counts.fill(0);
      this._killed[day - extent.from] += dead;
    }
  }

  /** Notes where rows that span days begin and end. */
  _countSpans() {
    const { table: { n, start, end, killed: { best } }, alive, categories, extent } = this;
    const lanes = [...this._exact, ...this._coarse];
    for (let i = 0; i < n; i++) {
      if (alive[i] !== KIND.LONG) continue;
      if (start[i] === NO_START && end[i] === NO_END) {
        this.undated++;
        continue;
      }
      const first = (start[i] === NO_START ? end[i] : start[i]) - extent.from;
      const last = Math.max(first, (end[i] === NO_END ? start[i] : end[i]) - extent.from);
      const share = 1 / (last - first + 1);
      const slot = this._slotOf[i];
      if (slot < categories && first === last) lanes[slot][first]++;
      else spread(this._coarse[slot % categories], first, last, share);
      if (best[i] > 0) spread(this._killed, first, last, best[i] * share);
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
