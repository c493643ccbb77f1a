/**
 * Which rows a choice lets through, days apart: `geodata.filters.IncidentFilter` as lists of rows.
 *
 * Every field becomes a small table over a column's codes or over the places. The field that lets
 * the fewest rows through is held against all of them, the others only against what is left.
 */

import { crossesAntimeridian, turned } from "./antimeridian.js";
import { FLAG, FLAG_COUNT, INJURED_SHIFT } from "./figures.js";
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

/** Rows that a field is tried on, to find out how many it lets through. */
const SAMPLE = 2048;

/**
 * @typedef {object} Test one field of a choice
 * @property {import("./columns.js").Codes[]} codes columns, one of which must have an allowed code
 * @property {Uint8Array} allowed 1 for each code that passes
 */

export class Predicate {
  /** @param {import("./columns.js").Table} table */
  constructor(table) {
    this.table = table;
    this._rows = new Int32Array(0);
  }

  /**
   * @param {Record<string, any>} predicate
   * @param {Uint32Array|null} hits rows that the predicate's text finds; null for no text
   * @returns {Int32Array|null} the rows that pass, in order, until the next call; null for all
   * @throws {Error} for a field that this page does not know: a wrong count is worse than none
   */
  select(predicate, hits) {
    const tests = [...this.tests(predicate), this.places(predicate)].filter((test) => test !== null);
    if (hits !== null) tests.push(this.among(hits));
    if (tests.length === 0) return null;
    const { n } = this.table;
    if (this._rows.length !== n) this._rows = new Int32Array(n);
    const shares = new Map(tests.map((test) => [test, shareOf(test, n)]));
    const [first, ...others] = tests.sort((a, b) => shares.get(a) - shares.get(b));
    let count = passing(first, n, this._rows);
    for (const test of others) count = narrowed(test, this._rows, count);
    return this._rows.subarray(0, count);
  }

  /** @returns {Test[]} of all fields that are no matter of place */
  tests(/** @type {Record<string, any>} */ predicate) {
    const { table: { columns, dictionaries, roles, unused, killed, injured } } = this;
    const tests = [];
    for (const [field, value] of Object.entries(predicate)) {
      if (ELSEWHERE.has(field) || field === "roles" || PLACED.has(field) || value == null) continue;
      if (CODED.has(field)) {
        const column = CODED.get(field);
        tests.push({ codes: [columns[column]], allowed: oneOf(dictionaries[column], value) });
      } else if (field === "actors") {
        const used = (predicate.roles ?? roles).filter((role) => !unused.has(role));
        tests.push({ codes: used.map((role) => columns[role]), allowed: listing(dictionaries.actor_cell, value) });
      } else if (field === "weapons") {
        tests.push({ codes: [columns.weapon_cell], allowed: listing(dictionaries.weapon_cell, value) });
      } else if (field === "killed_min") {
        tests.push(this.atLeast(killed.best, FLAG.POINT, value));
      } else if (field === "injured_min") {
        tests.push(this.atLeast(injured.best, FLAG.POINT << INJURED_SHIFT, value));
      } else if (field === "disputed") {
        tests.push({ codes: [columns.disputed], allowed: Uint8Array.of(Number(!value), Number(value)) });
      } else {
        throw new Error(`This page does not know the filter "${field}": reload it.`);
      }
    }
    return tests;
  }

  /** @returns {Test} */
  atLeast(figures, /** @type {number} */ known, /** @type {number} */ least) {
    if (!(least > 0)) {
      const allowed = Uint8Array.from({ length: FLAG_COUNT }, (_, bits) => Number((bits & known) !== 0));
      return { codes: [this.table.flags], allowed };
    }
    // What is not known is 0 among the figures, and so below any least.
    if (figures.BYTES_PER_ELEMENT < 4) {
      const allowed = new Uint8Array(256 ** figures.BYTES_PER_ELEMENT).fill(1, Math.ceil(least));
      return { codes: [figures], allowed };
    }
    const enough = new Uint8Array(figures.length);
    for (let row = 0; row < enough.length; row++) enough[row] = Number(figures[row] >= least);
    return { codes: [enough], allowed: Uint8Array.of(0, 1) };
  }

  /** @returns {Test} */
  among(/** @type {Uint32Array} */ rows) {
    const found = new Uint8Array(this.table.n);
    for (const row of rows) found[row] = 1;
    return { codes: [found], allowed: Uint8Array.of(0, 1) };
  }

  /** All that a place decides, as one table over the places. @returns {Test|null} */
  places(/** @type {Record<string, any>} */ predicate) {
    const { places, dictionaries, place } = this.table;
    let inside = null;
    for (const [field, name] of PLACED) {
      if (predicate[field] == null) continue;
      const codes = name === "location_precision" ? places.precision : places[name];
      inside = both(inside, allowedOf(codes, oneOf(dictionaries[name], predicate[field])));
    }
    if (predicate.bbox) inside = both(inside, inBox(places, predicate.bbox));
    if (predicate.polygon) inside = both(inside, inPolygon(places, predicate.polygon));
    return inside === null ? null : { codes: [place], allowed: inside };
  }
}

/** @returns {Uint8Array} 1 where a code is allowed */
function allowedOf(/** @type {import("./columns.js").Codes} */ codes, /** @type {Uint8Array} */ allowed) {
  const out = new Uint8Array(codes.length);
  for (let k = 0; k < out.length; k++) out[k] = allowed[codes[k]];
  return out;
}

/** About which share of the rows passes a test. */
function shareOf({ codes, allowed }, /** @type {number} */ n) {
  const step = Math.max(1, Math.floor(n / SAMPLE));
  let [passed, tried] = [0, 0];
  for (let row = 0; row < n; row += step, tried++) passed += Number(codes.some((column) => allowed[column[row]]));
  return passed / Math.max(1, tried);
}

/**
 * Without a branch, as a processor cannot guess which rows pass: each is written down, and the next
 * overwrites it unless it does.
 *
 * @param {Test} test @param {number} n @param {Int32Array} rows takes the rows that pass, in order
 * @returns {number} how many
 */
function passing({ codes, allowed }, n, rows) {
  let count = 0;
  if (codes.length === 1) {
    const [column] = codes;
    for (let row = 0; row < n; row++) {
      rows[count] = row;
      count += allowed[column[row]];
    }
    return count;
  }
  if (codes.length === 2) {
    const [column, other] = codes;
    for (let row = 0; row < n; row++) {
      rows[count] = row;
      count += allowed[column[row]] | allowed[other[row]];
    }
    return count;
  }
  const found = new Uint8Array(n);
  for (const column of codes) for (let row = 0; row < n; row++) found[row] |= allowed[column[row]];
  return passing({ codes: [found], allowed: Uint8Array.of(0, 1) }, n, rows);
}

/** Keeps those of the first `length` rows that pass, in order; how many. */
function narrowed({ codes, allowed }, /** @type {Int32Array} */ rows, /** @type {number} */ length) {
  let count = 0;
  for (let k = 0; k < length; k++) {
    const row = rows[k];
    let found = 0;
    for (let column = 0; column < codes.length; column++) found |= allowed[codes[column][row]];
    rows[count] = row;
    count += found;
  }
  return count;
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
 * @param {[number, number][]} polygon longitude, latitude; not closed; across the antimeridian the
 *     longitudes go on past 180
 * @returns {Uint8Array} 1 for each place inside
 */
function inPolygon(places, polygon) {
  const corners = turned(polygon);
  const inside = aroundWhich(places, corners, 0);
  if (!crossesAntimeridian(corners)) return inside;
  const beyond = aroundWhich(places, corners, 360);
  for (let i = 0; i < inside.length; i++) inside[i] |= beyond[i];
  return inside;
}

/** Which places lie inside once their longitudes are turned by so many degrees. */
function aroundWhich({ n, latitude, longitude }, corners, turn) {
  const inside = new Uint8Array(n);
  const edges = edgesOf(corners);
  const [[west, east], [south, north]] = [0, 1].map((axis) => extremes(corners, axis));
  for (let i = 0; i < n; i++) {
    if (latitude[i] === NO_DEGREE || longitude[i] === NO_DEGREE) continue;
    const y = latitude[i] / MICRO;
    const x = longitude[i] / MICRO + turn;
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
