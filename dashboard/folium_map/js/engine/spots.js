/**
 * Places taken together where no zoom up to `DEEPEST` tells them apart, so that the map need not
 * look at each of a million places whenever it moves.
 *
 * A zoom's cells are quartered by the next zoom's. What stands in one of the smallest cells at
 * `DEEPEST` therefore stands in one cell at every whole zoom before it.
 */

import { WORLD } from "./columns.js";

/** The last zoom whose cells are made of spots; closer by, places are looked at one by one. */
export const DEEPEST = 10;
/** From this radius in pixels a coarse place is drawn as a ring of its own. */
const RING_FROM = 14;
/** A coarse place of unknown extent gets a mark of its own from this zoom. */
const MARK_FROM_ZOOM = 6;
/** A zoom that no map reaches. */
const NEVER = 31;

/** Pixels of a world unit at a zoom. */
export function scaleAt(/** @type {number} */ zoom) {
  return (256 * 2 ** zoom) / WORLD;
}

/**
 * @typedef {object} Spots
 * @property {number} n
 * @property {ArrayLike<number>} x world units of one of its places; all are in the same cells
 * @property {ArrayLike<number>} y
 * @property {ArrayLike<number>} meanX world units, by rows, whatever is filtered
 * @property {ArrayLike<number>} meanY
 * @property {ArrayLike<number>} weight rows, whatever is filtered
 * @property {ArrayLike<number>} distinct how many places
 * @property {ArrayLike<number>} apartFrom zoom from which its places stand apart from pins
 * @property {Uint8Array} rough 1 where a pin there would be too exact
 * @property {ArrayLike<number>|null} ofPlace every place's spot, `n` where it is not drawn; null
 *   where each place is its own
 * @property {import("./columns.js").Codes} ofRow every row's spot
 * @property {Uint32Array} roughPlaces places where a pin would be too exact
 */

export class SpotIndex {
  /**
   * @param {import("./columns.js").Table} table
   * @param {Float64Array} radii of `ringRadii`
   * @param {{cell: number, fine: number}} sizes of cells, pixels
   */
  constructor(table, radii, { cell, fine }) {
    this.table = table;
    this.radii = radii;
    this.fine = fine;
    /** Whether wide cells are made of whole fine ones at another zoom. */
    this.nested = Number.isInteger(Math.log2(cell / fine));
    /** @type {Spots|null} */
    this._places = null;
    /** @type {Spots|null} */
    this._joined = null;
  }

  /** Whether places are taken together at a zoom. @param {number} zoom */
  joinsAt(zoom) {
    return this.nested && Number.isInteger(zoom) && zoom <= DEEPEST;
  }

  /** What is looked at one by one at a zoom. @param {number} zoom @returns {Spots} */
  at(zoom) {
    if (!this.joinsAt(zoom)) return (this._places ??= everyPlace(this.table, this.radii));
    return (this._joined ??= joined((this._places ??= everyPlace(this.table, this.radii)), this.table, this.fine));
  }
}

/** @returns {Spots} each place as a spot of its own */
function everyPlace(/** @type {import("./columns.js").Table} */ { n: rows, place, places }, /** @type {Float64Array} */ radii) {
  const { n, x, y, drawn, pin } = places;
  const weight = new Uint32Array(n);
  for (let row = 0; row < rows; row++) weight[place[row]]++;
  const apartFrom = new Float32Array(n);
  const rough = new Uint8Array(n);
  const roughPlaces = [];
  for (let p = 0; p < n; p++) {
    apartFrom[p] = NEVER;
    if (drawn[p] === 0 || pin[p] === 1) continue;
    rough[p] = 1;
    roughPlaces.push(p);
    const pixels = radii[p] * scaleAt(0);
    apartFrom[p] = Number.isNaN(pixels) ? MARK_FROM_ZOOM : Math.min(NEVER, Math.log2(RING_FROM / pixels));
  }
  return {
    n, x, y, meanX: x, meanY: y, weight, distinct: drawn, apartFrom, rough, ofPlace: null, ofRow: place,
    roughPlaces: Uint32Array.from(roughPlaces),
  };
}

/** @returns {Spots} places together that stand in one of the smallest cells, and apart likewise */
function joined(/** @type {Spots} */ single, /** @type {import("./columns.js").Table} */ table, /** @type {number} */ fine) {
  const { ofPlace, first } = numbered(single, table.places, fine);
  const n = first.length;
  const [meanX, meanY] = [0, 1].map(() => new Float64Array(n));
  const [weight, distinct] = [0, 1].map(() => new Uint32Array(n));
  for (let p = 0; p < ofPlace.length; p++) {
    const spot = ofPlace[p];
    if (spot === n) continue;
    meanX[spot] += single.x[p] * single.weight[p];
    meanY[spot] += single.y[p] * single.weight[p];
    weight[spot] += single.weight[p];
    distinct[spot]++;
  }
  for (let spot = 0; spot < n; spot++) {
    meanX[spot] /= weight[spot];
    meanY[spot] /= weight[spot];
  }
  const pick = (/** @type {ArrayLike<number>} */ values) => Float64Array.from(first.map((p) => values[p]));
  const ofRow = new Uint32Array(table.n);
  for (let row = 0; row < ofRow.length; row++) ofRow[row] = ofPlace[table.place[row]];
  return {
    n, x: pick(single.x), y: pick(single.y), meanX, meanY, weight, distinct,
    apartFrom: pick(single.apartFrom).map(Math.ceil), rough: Uint8Array.from(first.map((p) => single.rough[p])),
    ofPlace, ofRow, roughPlaces: single.roughPlaces,
  };
}

/** Every place's spot, and each spot's first place. */
function numbered(/** @type {Spots} */ { n, x, y, apartFrom }, { drawn }, /** @type {number} */ fine) {
  const cells = scaleAt(DEEPEST) / fine;
  const columns = Math.ceil(WORLD * cells) + 1;
  const numbers = new Numbers();
  const ofPlace = new Int32Array(n);
  const first = [];
  for (let p = 0; p < n; p++) {
    if (drawn[p] === 0) {
      ofPlace[p] = -1;
      continue;
    }
    const cell = Math.floor(y[p] * cells) * columns + Math.floor(x[p] * cells);
    const spot = numbers.of(cell * (NEVER + 1) + Math.max(0, Math.ceil(apartFrom[p])));
    if (spot === first.length) first.push(p);
    ofPlace[p] = spot;
  }
  for (let p = 0; p < n; p++) if (ofPlace[p] < 0) ofPlace[p] = first.length;
  return { ofPlace, first };
}

/** Numbers keys in the order in which they are met; many times faster than a `Map` of them. */
class Numbers {
  constructor() {
    this._count = 0;
    this._make(2 ** 12);
  }

  /** @param {number} key whole, not negative @returns {number} */
  of(key) {
    const slot = this._slot(key);
    const known = this._numbers[slot];
    if (known >= 0) return known;
    this._keys[slot] = key;
    this._numbers[slot] = this._count++;
    if (this._count * 2 > this._keys.length) this._grow();
    return this._count - 1;
  }

  /** Where a key is, or would be. */
  _slot(/** @type {number} */ key) {
    const { _keys: keys, _numbers: numbers, _mask: mask } = this;
    const mixed = Math.imul(key ^ Math.floor(key / 2 ** 32), 0x9e3779b1);
    let slot = (mixed ^ (mixed >>> 15)) & mask;
    while (numbers[slot] >= 0 && keys[slot] !== key) slot = (slot + 1) & mask;
    return slot;
  }

  _make(/** @type {number} */ size) {
    this._mask = size - 1;
    this._keys = new Float64Array(size);
    this._numbers = new Int32Array(size).fill(-1);
  }

  _grow() {
    const { _keys: keys, _numbers: numbers } = this;
    this._make(keys.length * 2);
    for (let k = 0; k < keys.length; k++) {
      if (numbers[k] < 0) continue;
      const slot = this._slot(keys[k]);
      this._keys[slot] = keys[k];
      this._numbers[slot] = numbers[k];
    }
  }
}
