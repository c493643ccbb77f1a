/**
 * The H3 cell of every place, found once for each resolution and in slices, so that no frame waits
 * for a million places. A cell's counts are those of its own points: taken from finer cells they
 * would be others, since H3's children reach over their parent's edge.
 */

import { worldX, worldY } from "../projection.js";
import { ELSEWHERE } from "./bins.js";
import { WORLD } from "./columns.js";
import { FINEST, boundaryOf, cellAt, meanWidthKm } from "./h3.js";

const MICRO = 1e6;
/** Places between two looks at the clock. */
const AT_ONCE = 2000;
/** Resolutions that are kept at a time. */
const KEPT = 5;
/** From a point of a cell to any other: mean widths; cells differ, and are wider over corners. */
const REACH = 1.8;

/** Places by the cell of one resolution. */
export class PlaceCells {
  /** @param {import("./columns.js").Places} places @param {number} resolution */
  constructor(places, resolution) {
    this.places = places;
    this.resolution = resolution;
    /** Each place's index in `cells`; `ELSEWHERE` where it is not drawn; `rough` of the index where
     *  it is known less exactly than a cell is wide. */
    this.of = new Int32Array(places.n).fill(ELSEWHERE);
    /** @type {number[]} */
    this.cells = [];
    /** @type {number[]} a place in each cell */
    this.within = [];
    /** @type {Map<number, number>} */
    this.indexOf = new Map();
    /** @type {Float64Array[]} */
    this._outlines = [];
    this._next = 0;
    this._most = meanWidthKm(resolution) / Math.sqrt(3);
  }

  get ready() {
    return this._next >= this.places.n;
  }

  /** Goes on until all is found, or some time has passed. @param {number} ms */
  advance(ms) {
    const end = performance.now() + ms;
    while (!this.ready && performance.now() < end) {
      const until = Math.min(this.places.n, this._next + AT_ONCE);
      for (let place = this._next; place < until; place++) this._find(place);
      this._next = until;
    }
  }

  _find(/** @type {number} */ place) {
    const { latitude, longitude, drawn, pin, radiusKm } = this.places;
    if (drawn[place] === 0) return;
    const cell = cellAt(latitude[place] / MICRO, longitude[place] / MICRO, this.resolution);
    let index = this.indexOf.get(cell);
    if (index === undefined) {
      index = this.cells.push(cell) - 1;
      this.indexOf.set(cell, index);
      this.within.push(place);
    }
    this.of[place] = pin[place] === 1 || radiusKm[place] <= this._most ? index : rough(index);
  }

  /**
   * A cell's corners on the world of `projection.js`, x and y in turn. They go on past its left or
   * right edge, and around a pole up to where the world ends.
   *
   * @param {number} index in `cells` @returns {Float64Array}
   */
  outline(index) {
    return (this._outlines[index] ??= outlineOf(this.cells[index], this.resolution));
  }

  /**
   * Finds outlines until some time has passed.
   *
   * @param {number[]} indices in `cells`; those that are found are taken from its end
   * @param {number} ms
   */
  outlineSome(indices, ms) {
    const end = performance.now() + ms;
    while (indices.length > 0 && performance.now() < end) this.outline(/** @type {number} */ (indices.pop()));
  }

  /**
   * The cells that reach into a screen, by what is known of their width.
   *
   * @param {import("./groups.js").Screen} screen @returns {number[]} indices in `cells`, ascending
   */
  reaching(screen) {
    const size = 256 * 2 ** screen.zoom;
    const { cells, within, places } = this;
    const scale = size / WORLD;
    const margin = (REACH * meanWidthKm(this.resolution)) / leastKmPerPixel(screen, size);
    const halfWidth = screen.width / 2 + margin;
    const halfHeight = screen.height / 2 + margin;
    const index = [];
    for (let k = 0; k < cells.length; k++) {
      const across = places.x[within[k]] * scale - screen.x - screen.width / 2;
      const down = places.y[within[k]] * scale - screen.y - screen.height / 2;
      const nearest = across - Math.round(across / size) * size;
      if (Math.abs(nearest) <= halfWidth && Math.abs(down) <= halfHeight) index.push(k);
    }
    return index;
  }

  /**
   * Bins for one screen: the cells that reach into it.
   *
   * @param {import("./groups.js").Screen} screen
   * @returns {import("./bins.js").Bins & {index: Int32Array}} every bin's index in `cells`
   */
  binsOn(screen) {
    const { cells, places } = this;
    const index = this.reaching(screen);
    const binOf = new Int32Array(cells.length).fill(ELSEWHERE);
    index.forEach((cell, bin) => { binOf[cell] = bin; });
    const of = new Int32Array(places.n);
    for (let p = 0; p < of.length; p++) {
      const cell = this.of[p];
      if (cell >= 0) of[p] = binOf[cell];
      else if (cell === ELSEWHERE) of[p] = ELSEWHERE;
      else of[p] = binOf[rough(cell)] < 0 ? ELSEWHERE : index.length;
    }
    return { of, size: index.length, index: Int32Array.from(index) };
  }
}

/** How a roughly known place's cell is written, and read again: below `ELSEWHERE`. */
const rough = (/** @type {number} */ cell) => -2 - cell;

/** Kilometres of a pixel where the screen is farthest from the equator. */
function leastKmPerPixel(screen, size) {
  const farthest = Math.max(...[screen.y, screen.y + screen.height].map((y) => Math.abs(1 - (2 * y) / size)));
  return 40_075.017 / (size * Math.cosh(Math.PI * Math.min(1, farthest)));
}

function outlineOf(/** @type {number} */ cell, /** @type {number} */ resolution) {
  const corners = boundaryOf(cell, resolution);
  const points = corners.map(([latitude, longitude]) => [worldX(longitude), worldY(latitude)]);
  for (let k = 1; k < points.length; k++) points[k][0] += Math.round(points[k - 1][0] - points[k][0]);
  const [first, last] = [points[0][0], points[points.length - 1][0]];
  const round = Math.round(last - first);
  if (round !== 0) {
    const end = corners[0][0] > 0 ? 0 : 1;
    points.push([first + round, points[0][1]], [first + round, end], [first, end]);
  }
  return Float64Array.from(points.flat());
}

/** @type {WeakMap<import("./columns.js").Places, PlaceCells[]>} the last used first */
const found = new WeakMap();

/**
 * The cells of a resolution, as far as they are found.
 *
 * @param {import("./columns.js").Places} places @param {number} resolution @returns {PlaceCells}
 */
export function placeCells(places, resolution) {
  const kept = found.get(places) ?? [];
  const cells = kept.find((one) => one.resolution === resolution) ?? new PlaceCells(places, resolution);
  found.set(places, [cells, ...kept.filter((one) => one !== cells)].slice(0, KEPT));
  return cells;
}

/** The finest cells that are found already and no finer than some; null where none are. */
export function coarserCells(/** @type {import("./columns.js").Places} */ places, /** @type {number} */ resolution) {
  const fit = (found.get(places) ?? []).filter((one) => one.ready && one.resolution <= resolution);
  return fit.reduce((best, one) => (best === null || one.resolution > best.resolution ? one : best), /** @type {PlaceCells|null} */ (null));
}

/** The resolution whose cells are nearest to a width. @param {number} km @returns {number} */
export function resolutionFor(km) {
  let best = 0;
  const off = (/** @type {number} */ resolution) => Math.abs(Math.log(meanWidthKm(resolution) / km));
  for (let resolution = 1; resolution <= FINEST; resolution++) if (off(resolution) < off(best)) best = resolution;
  return best;
}
