/**
 * Which shapes of layers hold on a day, and how old what is known of a position is.
 *
 * A layer bounds its shapes, and each shape has days of its own. A position is known from its day
 * on; of several positions of one unit only the newest counts.
 */

import { dayNumber } from "./calendar.js";

/**
 * @typedef {object} Dated a shape with its days
 * @property {any} feature as the server sends it
 * @property {number} from first day since the epoch on which it holds; -Infinity without beginning
 * @property {number} to last day; Infinity without end
 * @property {number|null} asOf the day a position was known
 * @property {string|null} unit
 */

/** Up to this age in days a position is drawn in full; from the second on as faint as it gets. */
const FRESH = 7;
const OLD = 365;
const FAINTEST = 0.35;

/** @param {string|null|undefined} iso @returns {number|null} days since the epoch */
export function dayOf(iso) {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(iso ?? "");
  return match ? dayNumber(Number(match[1]), Number(match[2]) - 1, Number(match[3])) : null;
}

/**
 * @param {{valid_from: string|null, valid_to: string|null}} layer
 * @param {any[]} features
 * @returns {Dated[]} in the file's order
 */
export function dated(layer, features) {
  return features.map((feature) => {
    const asOf = dayOf(feature.as_of);
    const begins = [layer.valid_from, feature.valid_from, feature.as_of].map(dayOf);
    const ends = [layer.valid_to, feature.valid_to].map(dayOf);
    return {
      feature,
      from: Math.max(-Infinity, ...known(begins)),
      to: Math.min(Infinity, ...known(ends)),
      asOf,
      unit: feature.unit ?? null,
    };
  });
}

const known = (/** @type {(number|null)[]} */ days) => /** @type {number[]} */ (days.filter((day) => day !== null));

/**
 * The shapes that hold on any day of a range; for one day, the range from it to it.
 *
 * @param {Dated[]} shapes
 * @param {number} from
 * @param {number} to
 * @returns {Dated[]}
 */
export function holding(shapes, from, to) {
  const found = shapes.filter((shape) => shape.from <= to && shape.to >= from);
  /** @type {Map<string, Dated>} */
  const newest = new Map();
  for (const shape of found) {
    if (shape.unit === null || shape.asOf === null) continue;
    const before = newest.get(shape.unit);
    if (before === undefined || /** @type {number} */ (before.asOf) <= shape.asOf) newest.set(shape.unit, shape);
  }
  return found.filter((shape) => shape.unit === null || shape.asOf === null || newest.get(shape.unit) === shape);
}

/**
 * The day that a map of a range speaks of: its last, or where it is open the last that is known of.
 *
 * @param {number|null} to last day of the range
 * @param {number|null} last last day of any incident
 * @param {Iterable<Dated>} shapes
 * @returns {number|null} null where nothing has a day
 */
export function lastDay(to, last, shapes) {
  if (to !== null) return to;
  let latest = last ?? -Infinity;
  for (const shape of shapes) if (Number.isFinite(shape.from)) latest = Math.max(latest, shape.from);
  return Number.isFinite(latest) ? latest : null;
}

/** How opaque a position is, so many days after it was known. @param {number|null} days */
export function opacityOf(days) {
  if (days === null || days <= FRESH) return 1;
  const share = Math.log(Math.min(days, OLD) / FRESH) / Math.log(OLD / FRESH);
  return 1 - share * (1 - FAINTEST);
}

/** @param {number} days @returns {string} such as "3 days before", "2 years before" */
export function ageWords(days) {
  if (days === 0) return "that day";
  for (const [length, word] of /** @type {[number, string][]} */ ([[365, "year"], [30, "month"]])) {
    const count = Math.floor(days / length);
    if (count >= 2 || (count === 1 && word === "year")) return `${count} ${word}${count === 1 ? "" : "s"} before`;
  }
  return `${days} day${days === 1 ? "" : "s"} before`;
}
