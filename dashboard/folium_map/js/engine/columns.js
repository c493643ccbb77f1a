/**
 * The packed incidents as typed arrays: `decode` reads what `geodata/pack.py` writes.
 *
 * The layout is written down in docs/pack-format.md. Codes are 0 for null and 1 + the place in
 * their dictionary otherwise. No DOM, no network.
 */

import { crc32 } from "./checksum.js";
import { arrayFor, decodeFigures, FLAG } from "./figures.js";

export { FLAG };

const MAGIC = 0x4b504d43; // "CMPK", little-endian
const FORMAT = 1;
const PREAMBLE = 20;
const MICRO = 1e6;
const CELL_BITS = 16;
const HALF_CELL = 1 << (CELL_BITS - 1);
const MICRO_RADIAN = Math.PI / 180 / MICRO;

/** Where a first day is not known; sorts after every day. */
export const NO_START = 0x7ffffffe;
/** Where a last day is not known; before every day. */
export const NO_END = -0x7fffffff;
/** Where a coordinate is not known. */
export const NO_DEGREE = -0x80000000;
/** The Mercator world is this many units wide and high: 0.06 pixels at zoom 18. */
export const WORLD = 2 ** 30;

/** A pack that cannot be used; the message is a sentence for a person. */
export class PackError extends Error {
  /**
   * @param {"foreign"|"newer"|"truncated"|"damaged"} kind
   * @param {string} sentence
   */
  constructor(kind, sentence) {
    super(sentence);
    this.name = "PackError";
    this.kind = kind;
  }
}

/**
 * @typedef {Uint8Array|Uint16Array|Uint32Array} Codes
 * @typedef {object} Places distinct places; every row names one
 * @property {number} n
 * @property {Int32Array} latitude micro-degrees, `NO_DEGREE` for null
 * @property {Int32Array} longitude likewise
 * @property {Int32Array} x Mercator, 0 to `WORLD` eastwards; 0 where not known
 * @property {Int32Array} y likewise, southwards
 * @property {Codes} precision
 * @property {Float32Array} radiusKm NaN for null
 * @property {Codes} country
 * @property {Codes} admin1
 * @property {Uint8Array} drawn 1 where the place has coordinates and its precision is drawn
 * @property {Uint8Array} pin 1 where a pin there tells the truth
 */

/** The columns of one pack. Arrays are as long as there are rows unless said otherwise. */
export class Table {
  /**
   * @param {any} header
   * @param {Record<string, Codes>} columns
   */
  constructor(header, columns) {
    /** @type {number} */
    this.n = header.rows;
    /** @type {string} */
    this.version = header.version;
    /** @type {string} ISO day that days are counted from */
    this.epoch = header.epoch;
    /** Days from 1970-01-01 to the epoch. */
    this.epochDay = Math.round(Date.parse(`${header.epoch}T00:00:00Z`) / 86_400_000);
    /** Rows with a first day; they come first. @type {number} */
    this.dated = header.dated;
    /** @type {Record<string, string[]>} */
    this.dictionaries = header.dictionaries;
    /** @type {Record<string, any[]>} code lists with label, colour, shape, outline */
    this.vocabulary = header.vocabulary;
    /** @type {string[]} columns that hold actors */
    this.roles = header.roles;
    this.columns = columns;
    /** Names of columns that are null in every row. */
    this.unused = new Set(Object.keys(columns).filter((name) => isZero(header.sections[name])));
    /** Days since the epoch, `NO_START` for null; never falls from row to row. */
    this.start = firstDays(this, columns.start_step);
    /** Days since the epoch, `NO_END` for null. */
    this.end = lastDays(this, columns.end);
    this.places = places(this, header.shared_places, columns);
    this.place = placeOfRow(header.shared_places, columns.place);
    this.killed = decodeFigures(columns, "killed");
    this.injured = decodeFigures(columns, "injured");
    /** What sums need to know of a row, as bits of `FLAG`. */
    this.flags = flags(this);
    for (const used of SPENT) delete columns[used];
  }

  /** A table again, of one whose parts came from another thread. @param {any} parts @returns {Table} */
  static of(parts) {
    return Object.assign(Object.create(Table.prototype), parts);
  }

  /** @param {string} name @param {number} row @returns {string|null} */
  word(name, row) {
    const code = this.columns[name][row];
    return code === 0 ? null : this.dictionaries[DICTIONARY[name] ?? name][code - 1];
  }

  /** The code of a value in a column, 0 where the column never has it. @returns {number} */
  code(/** @type {string} */ name, /** @type {string} */ value) {
    return this.dictionaries[name].indexOf(value) + 1;
  }

  /** @param {string} iso @returns {number} days since the epoch */
  dayOf(iso) {
    return Math.round(Date.parse(`${iso}T00:00:00Z`) / 86_400_000) - this.epochDay;
  }

  /** @param {number} day since the epoch @returns {string} ISO day */
  isoOf(day) {
    return new Date((day + this.epochDay) * 86_400_000).toISOString().slice(0, 10);
  }
}

const DICTIONARY = {
  side_a: "actor_cell", side_b: "actor_cell", perpetrators: "actor_cell", targets: "actor_cell",
};
const SPENT = [
  "start_step", "end", "place", "killed", "killed_low", "killed_high", "killed_known",
  "injured", "injured_low", "injured_high", "injured_known",
];

/**
 * @param {ArrayBuffer} buffer an uncompressed pack
 * @returns {Table}
 * @throws {PackError}
 */
export function decode(buffer) {
  const { header, content } = open(buffer);
  /** @type {Record<string, Codes>} */
  const columns = {};
  for (const [name, section] of Object.entries(header.sections)) {
    columns[name] = readPlanes(section, content);
  }
  return new Table(header, columns);
}

/** @param {ArrayBuffer} buffer @returns {{header: any, content: Uint8Array}} */
function open(buffer) {
  const view = new DataView(buffer);
  if (buffer.byteLength < PREAMBLE || view.getUint32(0, true) !== MAGIC) {
    throw new PackError("foreign", "The server sent something other than incidents.");
  }
  const format = view.getUint16(4, true);
  if (format !== FORMAT) {
    throw new PackError(
      "newer", `The incidents are in format ${format} and this page reads ${FORMAT}: reload it.`,
    );
  }
  const headerLength = view.getUint32(8, true);
  const length = headerLength + view.getUint32(12, true);
  if (buffer.byteLength !== PREAMBLE + length) {
    const came = (buffer.byteLength - PREAMBLE).toString();
    throw new PackError("truncated", `Only ${came} of ${length} bytes of incidents came through.`);
  }
  const bytes = new Uint8Array(buffer, PREAMBLE);
  if (crc32(bytes) !== view.getUint32(16, true)) {
    throw new PackError("damaged", "The incidents were damaged on their way.");
  }
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(0, headerLength)));
  return { header, content: bytes.subarray(headerLength) };
}

const isZero = (/** @type {any} */ { width, value }) => width === 0 && value === 0;

/** @returns {Codes} */
function readPlanes(/** @type {any} */ { n, width, value, at }, /** @type {Uint8Array} */ content) {
  if (width === 0) return arrayFor(value, n).fill(value);
  const planes = Array.from({ length: width }, (_, k) => content.subarray(at + k * n, at + (k + 1) * n));
  if (width === 1) return planes[0];
  const out = width === 2 ? new Uint16Array(n) : new Uint32Array(n);
  const [p0, p1, p2, p3] = planes;
  if (width === 2) for (let i = 0; i < n; i++) out[i] = p0[i] | (p1[i] << 8);
  if (width === 3) for (let i = 0; i < n; i++) out[i] = p0[i] | (p1[i] << 8) | (p2[i] << 16);
  if (width === 4) {
    for (let i = 0; i < n; i++) out[i] = p0[i] | (p1[i] << 8) | (p2[i] << 16) | (p3[i] << 24);
  }
  return out;
}

/** @returns {Int32Array} */
function firstDays(/** @type {Table} */ table, /** @type {Codes} */ steps) {
  const start = new Int32Array(table.n).fill(NO_START, table.dated);
  for (let i = 0, day = 0; i < table.dated; i++) start[i] = day += steps[i];
  return start;
}

/** @returns {Int32Array} */
function lastDays(/** @type {Table} */ table, /** @type {Codes} */ codes) {
  const end = new Int32Array(table.n);
  for (let i = 0; i < table.n; i++) {
    const code = codes[i];
    if (code === 0) end[i] = NO_END;
    else end[i] = unzigzag(code - 1) + (i < table.dated ? table.start[i] : 0);
  }
  return end;
}

/** 0, 1, 2, 3, 4 … as 0, -1, 1, -2, 2 …. */
function unzigzag(/** @type {number} */ code) {
  return code & 1 ? -(code + 1) / 2 : code / 2;
}

/** Rows that say 0 take the places that are met once, in order. @returns {Codes} */
function placeOfRow(/** @type {number} */ shared, /** @type {Codes} */ codes) {
  const out = codes.length <= 65_536 ? new Uint16Array(codes.length) : new Uint32Array(codes.length);
  let alone = shared;
  for (let i = 0; i < codes.length; i++) out[i] = codes[i] === 0 ? alone++ : codes[i] - 1;
  return out;
}

/** @returns {Places} */
function places(/** @type {Table} */ table, shared, /** @type {Record<string, Codes>} */ columns) {
  const n = columns.place_area.length;
  const of = columns.place_area;
  const spread = (name) => spreadCodes(columns[`area_${name}`], of);
  const latitude = degrees(columns.area_latitude, of, columns.place_latitude, 90);
  const longitude = degrees(columns.area_longitude, of, columns.place_longitude, 180);
  const { x, y } = mercator(latitude, longitude);
  const precision = spread("precision");
  const steps = spread("radius");
  const radiusKm = new Float32Array(n);
  for (let p = 0; p < n; p++) radiusKm[p] = steps[p] === 0 ? NaN : (steps[p] - 1) * 0.01;
  const drawnKind = precisionsThat(table, "drawn");
  const pinKind = precisionsThat(table, "pin");
  const drawn = new Uint8Array(n);
  const pin = new Uint8Array(n);
  for (let p = 0; p < n; p++) {
    const known = latitude[p] !== NO_DEGREE && longitude[p] !== NO_DEGREE;
    drawn[p] = known ? drawnKind[precision[p]] : 0;
    pin[p] = drawn[p] & pinKind[precision[p]];
  }
  return {
    n, latitude, longitude, x, y, precision, radiusKm, drawn, pin,
    country: spread("country"), admin1: spread("admin1"),
  };
}

/** By code of a precision (0 is null): whether the vocabulary says so of it. @returns {Uint8Array} */
function precisionsThat(/** @type {Table} */ table, /** @type {"drawn"|"pin"} */ attribute) {
  const { dictionaries, vocabulary } = table;
  const terms = new Map(vocabulary.location_precision.map((term) => [term.code, term]));
  const says = (/** @type {string} */ code) => Number(terms.get(code)?.[attribute] === true);
  return Uint8Array.from([0, ...dictionaries.location_precision.map(says)]);
}

function spreadCodes(/** @type {Codes} */ values, /** @type {Codes} */ of) {
  const Kind = /** @type {any} */ (values.constructor);
  const out = new Kind(of.length);
  for (let i = 0; i < of.length; i++) out[i] = values[of[i]];
  return out;
}

function degrees(/** @type {Codes} */ cells, /** @type {Codes} */ of, /** @type {Codes} */ inCell, most) {
  const out = new Int32Array(of.length);
  const offset = most * MICRO + (1 << CELL_BITS);
  for (let i = 0; i < of.length; i++) {
    const cell = cells[of[i]];
    out[i] = cell === 0 ? NO_DEGREE : cell * 65_536 + inCell[i] - offset;
  }
  return out;
}

/** Web Mercator; latitudes beyond its edge are put on the edge. */
function mercator(/** @type {Int32Array} */ latitude, /** @type {Int32Array} */ longitude) {
  const x = new Int32Array(latitude.length);
  const y = new Int32Array(latitude.length);
  const series = new LatitudeSeries();
  for (let i = 0; i < latitude.length; i++) {
    if (latitude[i] === NO_DEGREE || longitude[i] === NO_DEGREE) continue;
    x[i] = Math.round(projectX(longitude[i] / MICRO));
    y[i] = Math.round(series.project(latitude[i]));
  }
  return { x, y };
}

/**
 * A million latitudes want a million logarithms. Within a cell of 65,536 micro-degrees the Taylor
 * series of asinh(tan φ) to the fourth power is as good: up to 80 degrees it is off by less than
 * 0.00002 units of the world.
 */
class LatitudeSeries {
  constructor() {
    this._terms = new Float64Array(5 * (((180 * MICRO) >> CELL_BITS) + 1));
  }

  /** @param {number} latitude micro-degrees @returns {number} world units */
  project(latitude) {
    if (latitude > 80 * MICRO || latitude < -80 * MICRO) return projectY(latitude / MICRO);
    const terms = this._terms;
    const above = latitude + 90 * MICRO;
    const cell = above >> CELL_BITS;
    const at = 5 * cell;
    if (terms[at + 1] === 0) this._develop(cell);
    const off = (above - (cell << CELL_BITS) - HALF_CELL) * MICRO_RADIAN;
    return terms[at] + off * (terms[at + 1] + off * (terms[at + 2] + off * (terms[at + 3] + off * terms[at + 4])));
  }

  /** The series around a cell's middle. */
  _develop(/** @type {number} */ cell) {
    const middle = ((cell << CELL_BITS) + HALF_CELL - 90 * MICRO) * MICRO_RADIAN;
    const tan = Math.tan(middle);
    const sec = 1 / Math.cos(middle);
    const unit = -WORLD / (2 * Math.PI);
    const derivatives = [Math.asinh(tan), sec, sec * tan, sec * (2 * sec * sec - 1), sec * tan * (6 * sec * sec - 1)];
    for (let k = 0, factorial = 1; k < 5; k++, factorial *= k) this._terms[5 * cell + k] = (unit * derivatives[k]) / factorial;
    this._terms[5 * cell] += WORLD / 2;
  }
}

const MAX_LATITUDE = 85.0511287798;

/** @param {number} latitude @param {number} longitude degrees @returns {[number, number]} world units */
export function project(latitude, longitude) {
  return [projectX(longitude), projectY(latitude)];
}

function projectX(/** @type {number} */ longitude) {
  return ((longitude + 180) / 360) * WORLD;
}

function projectY(/** @type {number} */ latitude) {
  const clipped = Math.max(-MAX_LATITUDE, Math.min(MAX_LATITUDE, latitude));
  const sine = Math.sin((clipped * Math.PI) / 180);
  return (0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI)) * WORLD;
}

/** @returns {Uint16Array} */
function flags(/** @type {Table} */ table) {
  const out = new Uint16Array(table.n);
  const { killed, injured, place, places: { n, latitude, precision }, columns } = table;
  const drawnKind = precisionsThat(table, "drawn");
  const { date_precision: dates } = columns;
  // A latitude is enough here, as in `geodata.filters.summarise`; a symbol needs both.
  const placed = new Uint8Array(n);
  for (let p = 0; p < n; p++) placed[p] = latitude[p] === NO_DEGREE ? 0 : drawnKind[precision[p]];
  const day = table.code("date_precision", "day");
  for (let i = 0; i < table.n; i++) {
    let bits = killed.bits[i] | (injured.bits[i] << 4);
    if (!placed[place[i]]) bits |= FLAG.OFF_MAP;
    if (dates[i] !== day) bits |= FLAG.COARSE;
    out[i] = bits;
  }
  return out;
}
