/** One filtered view over the packed incidents: what map, timeline, list and sentence listen to. */

import { NO_DEGREE, NO_END, NO_START } from "./columns.js";
import { FLAG, INJURED_SHIFT } from "./figures.js";
import { Predicate, inBox } from "./predicate.js";
import { FROM_OPEN, TO_OPEN, KIND, TimeWindow } from "./time_window.js";
import { TotalsCounter } from "./totals.js";

const MICRO = 1e6;

/**
 * @typedef {import("./columns.js").Table} Table
 * @typedef {"newest"|"oldest"|"killed"} Order
 * @typedef {object} Part which of the rows in view a list asks for
 * @property {Order} [order] newest unless said; rows without a day come last either way
 * @property {number[]|null} [inBounds] west, south, east, north; only what is drawn in there
 * @property {boolean} [onlyUnlocated] only what is not on the map
 */

/**
 * Fires `change` with detail `{final, source}` at most once a frame. `final` says that the hand
 * rests; `source` is what changed: predicate, hits, range, area, or what the caller named.
 */
export class IncidentView extends EventTarget {
  /**
   * @param {Table} table
   * @param {{schedule?: (callback: () => void) => void}} [options] how to wait for the next
   *   frame; `requestAnimationFrame` where there is one
   */
  constructor(table, { schedule } = {}) {
    super();
    this.table = table;
    this.window = new TimeWindow(table);
    /** Every row's `KIND` where the choice (days apart) lets it through, else 0. */
    this.alive = this.window.alive;
    /** Grows whenever `alive` changes. */
    this.revision = 0;
    /** @type {import("./time_window.js").Range} days since the epoch, open ends included */
    this.days = { from: FROM_OPEN, to: TO_OPEN };
    this._predicate = {};
    this._hits = null;
    this._area = { bbox: null, polygon: null };
    /** Choice and hits that `alive` is made of. */
    this._struckBy = "[]";
    this._struckHits = null;
    this._filter = new Predicate(table);
    this._counter = new TotalsCounter(table, this.alive);
    this._counted = { revision: -1, days: null };
    this._lists = new Map();
    this._schedule = schedule ?? globalThis.requestAnimationFrame?.bind(globalThis) ?? queueMicrotask;
    this._pending = null;
  }

  // --- what is chosen ---------------------------------------------------------------------------

  /**
   * The choice as `IncidentFilter.predicate()` writes it: the whole of it, so that days and area
   * it does not name are open again.
   *
   * @param {Record<string, any>} predicate
   * @param {{keepRange?: boolean, keepArea?: boolean}} [keep] leave the days or the area that the
   *   hand has set
   * @throws {Error} for a field that this page does not know; the view is then as it was
   */
  setPredicate(predicate, { keepRange = false, keepArea = false } = {}) {
    const area = keepArea
      ? this._area
      : { bbox: predicate.bbox ?? null, polygon: predicate.polygon ?? null };
    this._strike({ ...predicate, ...area });
    this._predicate = { ...predicate };
    this._area = area;
    if (!keepRange) {
      const { date_from: from, date_to: to } = predicate;
      this.days = {
        from: from == null ? FROM_OPEN : this.table.dayOf(from),
        to: to == null ? TO_OPEN : this.table.dayOf(to),
      };
    }
    this._announce(true, "predicate");
  }

  /** @param {Uint32Array|null} rows that free text finds; null for no text */
  setHits(rows) {
    this._hits = rows;
    this._strike({ ...this._predicate, ...this._area });
    this._announce(true, "hits");
  }

  /**
   * @param {number|null} from first day since the epoch, inclusive; null is open
   * @param {number|null} to last day
   * @param {{final?: boolean, source?: string}} [how] final when the hand rests
   */
  setRange(from, to, { final = true, source = "range" } = {}) {
    this.days = { from: from ?? FROM_OPEN, to: to ?? TO_OPEN };
    this._announce(final, source);
  }

  /** @param {number[]|null} bbox @param {[number, number][]|null} polygon */
  setArea(bbox, polygon) {
    const area = { bbox, polygon };
    this._strike({ ...this._predicate, ...area });
    this._area = area;
    this._announce(true, "area");
  }

  /** The choice, as it would come from the server, with the days and the area as they are now. */
  get predicate() {
    const { from, to } = this.range;
    const { bbox, polygon } = this._area;
    const { date_from: _from, date_to: _to, bbox: _box, polygon: _polygon, ...rest } = this._predicate;
    return {
      ...rest,
      ...(from === null ? {} : { date_from: this.table.isoOf(from) }),
      ...(to === null ? {} : { date_to: this.table.isoOf(to) }),
      ...(bbox ? { bbox } : {}),
      ...(polygon ? { polygon } : {}),
    };
  }

  /** @returns {{from: number|null, to: number|null}} days since the epoch */
  get range() {
    const { from, to } = this.days;
    return { from: from === FROM_OPEN ? null : from, to: to === TO_OPEN ? null : to };
  }

  /** @returns {{from: string|null, to: string|null}} the range as ISO days */
  get rangeIso() {
    const { from, to } = this.range;
    return {
      from: from === null ? null : this.table.isoOf(from),
      to: to === null ? null : this.table.isoOf(to),
    };
  }

  /** First and last day that any incident may have happened, or null where none is dated. */
  get extent() {
    if (this._extent === undefined) this._extent = extentOf(this.table);
    return this._extent;
  }

  /** Whether the choice has a text whose rows have not come yet. */
  get needsHits() {
    return this._predicate.text != null && this._hits === null;
  }

  /** Finds the rows that pass, unless they are found already: days apart, nothing may have changed. */
  _strike({ date_from: _from, date_to: _to, ...predicate }) {
    const key = JSON.stringify(Object.entries(predicate).filter(([, value]) => value != null));
    if (key === this._struckBy && this._hits === this._struckHits) return;
    this.window.pass(this._filter.select(predicate, this._hits));
    this._struckBy = key;
    this._struckHits = this._hits;
    this.revision++;
  }

  // --- what is in view --------------------------------------------------------------------------

  /** @param {number} row @returns {boolean} */
  matches(row) {
    return this.alive[row] !== KIND.OUT && this.window.holds(row, this.days);
  }

  /** @returns {number} */
  count() {
    return this.totals().incidents;
  }

  /** @returns {import("./totals.js").Totals} */
  totals() {
    const { revision, days } = this._counted;
    const before = revision === this.revision ? days : null;
    if (before === null || before.from !== this.days.from || before.to !== this.days.to) {
      this.window.advance(this._counter, before, this.days);
      this._counted = { revision: this.revision, days: this.days };
    }
    return this._counter.totals();
  }

  /**
   * Row numbers of a part of a list.
   *
   * @param {number} offset
   * @param {number} limit
   * @param {Part} [part]
   * @returns {Uint32Array}
   */
  rows(offset, limit, part = {}) {
    const list = this._list(part);
    const from = Math.max(0, offset);
    return list.slice(from, Math.max(from, offset + limit));
  }

  /** How long that list is. @param {Part} [part] @returns {number} */
  rowCount(part = {}) {
    return this._list(part).length;
  }

  /** Where a row stands in that list, or -1. @param {number} row @param {Part} [part] */
  position(row, part = {}) {
    return this._list(part).indexOf(row);
  }

  _list(/** @type {Part} */ { order = "newest", inBounds = null, onlyUnlocated = false }) {
    const state = `${this.revision}/${this.days.from}/${this.days.to}`;
    if (this._listed !== state) this._lists.clear();
    this._listed = state;
    const key = `${order}/${inBounds ?? ""}/${onlyUnlocated}`;
    let list = this._lists.get(key);
    if (list === undefined) {
      if (this._lists.size >= 6) this._lists.clear(); // a pan a second must not fill the memory
      list = this._ordered(this._matching(inBounds, onlyUnlocated), order);
      this._lists.set(key, list);
    }
    return list;
  }

  /** Rows in view from the earliest first day, the undated last. */
  _matching(/** @type {number[]|null} */ bounds, /** @type {boolean} */ unlocated) {
    const { alive, days, table, window } = this;
    const { end, flags, place } = table;
    const { lo, hi } = window.slice(days);
    const inside = bounds === null ? null : inBox(table.places, bounds);
    for (let p = 0; inside !== null && p < inside.length; p++) inside[p] &= table.places.drawn[p];
    const out = new Uint32Array(hi);
    let count = 0;
    for (let i = 0; i < hi; i++) {
      if (alive[i] === KIND.OUT) continue;
      if (alive[i] === KIND.REGULAR ? i < lo : end[i] < days.from) continue;
      if (inside !== null && inside[place[i]] === 0) continue;
      if (unlocated && (flags[i] & FLAG.OFF_MAP) === 0) continue;
      out[count++] = i;
    }
    return out.slice(0, count);
  }

  _ordered(/** @type {Uint32Array} */ rows, /** @type {Order} */ order) {
    if (order === "oldest") return rows;
    if (order === "killed") return byKilled(this.table, rows);
    let dated = rows.length;
    while (dated > 0 && rows[dated - 1] >= this.table.dated) dated--;
    rows.subarray(0, dated).reverse();
    return rows;
  }

  // --- one row ----------------------------------------------------------------------------------

  /** @param {number} row @returns {number|null} days since the epoch */
  dayStart(row) {
    const day = this.table.start[row];
    return day === NO_START ? null : day;
  }

  /** @param {number} row @returns {number|null} */
  dayEnd(row) {
    const day = this.table.end[row];
    return day === NO_END ? null : day;
  }

  /** @param {number} row @returns {{lat: number, lon: number}|null} degrees */
  point(row) {
    const { places, place } = this.table;
    const latitude = places.latitude[place[row]];
    const longitude = places.longitude[place[row]];
    if (latitude === NO_DEGREE || longitude === NO_DEGREE) return null;
    return { lat: latitude / MICRO, lon: longitude / MICRO };
  }

  /** Whether it is drawn at all. @param {number} row @returns {boolean} */
  onMap(row) {
    return this.table.places.drawn[this.table.place[row]] === 1;
  }

  /** @param {number} row @returns {string|null} code */
  precision(row) {
    const code = this.table.places.precision[this.table.place[row]];
    return code === 0 ? null : this.table.dictionaries.location_precision[code - 1];
  }

  /** @param {number} row @returns {number|null} */
  radiusKm(row) {
    const radius = this.table.places.radiusKm[this.table.place[row]];
    return Number.isNaN(radius) ? null : radius;
  }

  /** @param {number} row @returns {string|null} code */
  eventType(row) {
    return this.table.word("event_type", row);
  }

  /** @param {number} row @returns {string|null} code */
  grade(row) {
    return this.table.word("grade", row);
  }

  /** @param {number} row @returns {boolean} */
  disputed(row) {
    return this.table.columns.disputed[row] === 1;
  }

  /** Best figure, else the low one; null where neither is known. @param {number} row */
  killed(row) {
    return this.table.flags[row] & FLAG.POINT ? this.table.killed.best[row] : null;
  }

  /** @param {number} row @returns {number|null} */
  injured(row) {
    const known = this.table.flags[row] & (FLAG.POINT << INJURED_SHIFT);
    return known ? this.table.injured.best[row] : null;
  }

  // --- telling ----------------------------------------------------------------------------------

  _announce(/** @type {boolean} */ final, /** @type {string} */ source) {
    if (this._pending !== null) {
      this._pending = { final: final || this._pending.final, source };
      return;
    }
    this._pending = { final, source };
    this._schedule(() => {
      const detail = this._pending;
      this._pending = null;
      this.dispatchEvent(new CustomEvent("change", { detail }));
    });
  }
}

/** @returns {{from: number, to: number}|null} */
function extentOf(/** @type {Table} */ { n, dated, start, end }) {
  let from = dated > 0 ? start[0] : NO_START;
  let to = dated > 0 ? start[dated - 1] : NO_END;
  for (let i = 0; i < n; i++) {
    if (end[i] === NO_END) continue;
    if (end[i] > to) to = end[i];
    if (end[i] < from) from = end[i];
  }
  return to < from ? null : { from, to };
}

/** Most killed first, then the later; without a figure last. */
function byKilled(/** @type {Table} */ { killed: { best }, flags }, /** @type {Uint32Array} */ rows) {
  const known = rows.filter((row) => flags[row] & FLAG.POINT);
  const unknown = rows.filter((row) => !(flags[row] & FLAG.POINT));
  // Figure and row as one whole number, exact up to 2^53: a thousand million killed at 8 million rows.
  const span = Math.max(1, flags.length);
  const sorted = Float64Array.from(known, (row) => best[row] * span + row).sort().reverse();
  const out = new Uint32Array(rows.length);
  for (let i = 0; i < sorted.length; i++) out[i] = sorted[i] % span;
  out.set(unknown.reverse(), known.length);
  return out;
}
