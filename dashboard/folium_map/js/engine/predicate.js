/**
 * Which rows a choice lets through, days apart: `geodata.filters.IncidentFilter` as byte masks.
 *
 * Every field becomes a small table over a column's dictionary or over the places, so that a row
 * costs one look-up a field.
 */

import { FLAG, INJURED_SHIFT } from "./figures.js";
import { NO_DEGREE } from "./columns.js";

const BAR = " | ";
const MICRO = 1e6;

/** Fields that `view.js` takes for itself: the range of days, the area, and the text's rows. */
const ELSEWHERE = new Set(["date_from", "date_to", "bbox", "polygon", "text"]);

/** Field of the predicate -> the column whose dictionary it is held against. */
const CODED = new Map([
  ["event_types", "event_type"],
  ["grades", "grade"],
  ["date_precisions", "date_precision"],
]);
const PLACED = new Map([
  ["countries", "country"],
  ["admin1", "admin1"],
  ["precisions", "location_precision"],
]);

/** Strikes rows out of `mask` (to 0) that the predicate does not let through. */
export class Predicate {
  /** @param {import("./columns.js").Table} table */
  constructor(table) {
    this.table = table;
  }

  /**
   * @param {Record<string, any>} predicate
   * @param {Uint8Array} mask one byte a row; those left alone keep their value
   * @throws {Error} for a field that this page does not know: a wrong count is worse than none
   */
  strike(predicate, mask) {
    const { table } = this;
    for (const [field, value] of Object.entries(predicate)) {
      if (ELSEWHERE.has(field) || field === "roles" || PLACED.has(field) || value == null) continue;
      if (CODED.has(field)) {
        const column = CODED.get(field);
        keep(mask, table.columns[column], oneOf(table.dictionaries[column], value));
      } else if (field === "actors") {
        this.actors(value, predicate.roles ?? table.roles, mask);
      } else if (field === "weapons") {
        const { weapon_cell: cells } = table.dictionaries;
        keep(mask, table.columns.weapon_cell, listing(cells, value));
      } else if (field === "killed_min") {
        atLeast(mask, table.killed.best, table.flags, FLAG.POINT, value);
      } else if (field === "injured_min") {
        atLeast(mask, table.injured.best, table.flags, FLAG.POINT << INJURED_SHIFT, value);
      } else if (field === "disputed") {
        keep(mask, table.columns.disputed, Uint8Array.of(Number(!value), Number(value)));
      } else {
        throw new Error(`This page does not know the filter "${field}": reload it.`);
      }
    }
    this.places(predicate, mask);
  }

  /** An actor in any of the roles. */
  actors(/** @type {string[]} */ names, /** @type {string[]} */ roles, /** @type {Uint8Array} */ mask) {
    const listed = listing(this.table.dictionaries.actor_cell, names);
    const found = new Uint8Array(mask.length);
    for (const role of roles) note(found, this.table.columns[role], listed);
    for (let i = 0; i < mask.length; i++) mask[i] &= 0 - found[i];
  }

  /** All that a place decides, as one table over the places. */
  places(/** @type {Record<string, any>} */ predicate, /** @type {Uint8Array} */ mask) {
    const { places, dictionaries, place } = this.table;
    let inside = null;
    for (const [field, name] of PLACED) {
      if (predicate[field] == null) continue;
      const codes = name === "location_precision" ? places.precision : places[name];
      inside ??= new Uint8Array(places.n).fill(1);
      keep(inside, codes, oneOf(dictionaries[name], predicate[field]));
    }
    if (predicate.bbox) inside = both(inside, inBox(places, predicate.bbox));
    if (predicate.polygon) inside = both(inside, inPolygon(places, predicate.polygon));
    if (inside !== null) keep(mask, place, inside);
  }
}

/**
 * Without a branch, as all passes over the rows: a processor cannot guess which of them stay.
 *
 * @param {Uint8Array} mask @param {ArrayLike<number>} codes @param {Uint8Array} allowed 0 or 1
 */
export function keep(mask, codes, allowed) {
  for (let i = 0; i < mask.length; i++) mask[i] &= 0 - allowed[codes[i]];
}

function note(/** @type {Uint8Array} */ found, codes, /** @type {Uint8Array} */ listed) {
  for (let i = 0; i < found.length; i++) found[i] |= listed[codes[i]];
}

/** Codes (0 is null) of the dictionary's words that are among the values. */
function oneOf(/** @type {string[]} */ words, /** @type {string[]} */ values) {
  const wanted = new Set(values);
  return Uint8Array.from([0, ...words.map((word) => Number(wanted.has(word)))]);
}

/** Codes of cells that list one of the values; as the query does it, on the joined text. */
function listing(/** @type {string[]} */ cells, /** @type {string[]} */ values) {
  const wanted = values.map((value) => BAR + value + BAR);
  const found = (/** @type {string} */ cell) => wanted.some((value) => (BAR + cell + BAR).includes(value));
  return Uint8Array.from([0, ...cells.map((cell) => Number(found(cell)))]);
}

function atLeast(mask, figures, flags, known, least) {
  for (let i = 0; i < mask.length; i++) {
    mask[i] &= 0 - Number((flags[i] & known) !== 0 && figures[i] >= least);
  }
}

/** @param {Uint8Array|null} one @param {Uint8Array} other @returns {Uint8Array} */
function both(one, other) {
  if (one !== null) for (let i = 0; i < other.length; i++) other[i] &= one[i];
  return other;
}

/**
 * @param {import("./columns.js").Places} places
 * @param {number[]} box west, south, east, north in degrees; west > east crosses the antimeridian
 * @returns {Uint8Array} 1 for each place inside, its border included
 */
export function inBox({ n, latitude, longitude }, [west, south, east, north]) {
  const inside = new Uint8Array(n);
  const crosses = west > east;
  for (let i = 0; i < n; i++) {
    if (latitude[i] === NO_DEGREE || longitude[i] === NO_DEGREE) continue;
    const y = latitude[i] / MICRO;
    const x = longitude[i] / MICRO;
    if (y < south || y > north) continue;
    inside[i] = Number(crosses ? x >= west || x <= east : x >= west && x <= east);
  }
  return inside;
}

/**
 * Even-odd rule, in the arithmetic and order of `geodata.filters._in_polygon`.
 *
 * @param {import("./columns.js").Places} places
 * @param {[number, number][]} corners longitude, latitude; not closed
 * @returns {Uint8Array} 1 for each place inside
 */
function inPolygon({ n, latitude, longitude }, corners) {
  const inside = new Uint8Array(n);
  const edges = edgesOf(corners);
  const [[west, east], [south, north]] = [0, 1].map((axis) => extremes(corners, axis));
  for (let i = 0; i < n; i++) {
    if (latitude[i] === NO_DEGREE || longitude[i] === NO_DEGREE) continue;
    const y = latitude[i] / MICRO;
    const x = longitude[i] / MICRO;
    if (x < west || x > east || y < south || y > north) continue;
    let crossings = 0;
    for (let k = 0; k < edges.length; k += 4) {
      const y1 = edges[k + 1];
      if (y1 > y !== edges[k + 2] > y && x < (y - y1) * edges[k + 3] + edges[k]) crossings++;
    }
    inside[i] = crossings & 1;
  }
  return inside;
}

/** x, y, the other end's y and the slope of every edge that is not level. */
function edgesOf(/** @type {[number, number][]} */ corners) {
  const ends = corners.map(([x1, y1], k) => [x1, y1, ...corners[(k + 1) % corners.length]]);
  const sloping = ends.filter(([, y1, , y2]) => y1 !== y2);
  return Float64Array.from(sloping.flatMap(([x1, y1, x2, y2]) => [x1, y1, y2, (x2 - x1) / (y2 - y1)]));
}

/** Beyond these no point is inside; a little wider, as an edge's own arithmetic rounds. */
function extremes(/** @type {[number, number][]} */ corners, /** @type {number} */ axis) {
  const values = corners.map((corner) => corner[axis]);
  return [Math.min(...values) - 1e-6, Math.max(...values) + 1e-6];
}
