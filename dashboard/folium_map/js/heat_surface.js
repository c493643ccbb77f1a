/** Incidents or killed as a density: how much happened around each point, the nearer the more. */

import { cells, smoothed } from "./engine/bins.js";
import { grouped } from "./engine/sentence.js";
import { Surface, distanceWords, figuresWords, kmPerPixel, perWords } from "./surface.js";

/** Width of a cell, and how far an incident's share goes, pixels. */
const CELL = 5;
const REACH = 30;
/** Least value that is drawn, and steps of the colour table. */
const FAINT = 0.2;
const STEPS = 256;

export class HeatSurface extends Surface {
  /** @param {import("./engine/groups.js").Screen} screen @param {Float64Array} radii @param {number} latitude of the middle */
  arrange(screen, radii, latitude) {
    this.screen = screen;
    this.within = distanceWords(kmPerPixel(latitude, screen.zoom) * REACH);
    this.setBins(cells(this.view.table.places, radii, screen, { cell: CELL, reach: REACH }));
    const { columns, rows } = /** @type {any} */ (this.bins);
    this._image = document.createElement("canvas");
    this._image.width = columns;
    this._image.height = rows;
    this._pixels = new ImageData(columns, rows);
  }

  /** @returns {Float32Array} */
  _density() {
    const { columns, rows } = /** @type {any} */ (this.bins);
    const values = this.per === "killed" ? this.counter.killed : this.counter.incidents;
    return smoothed(values, columns, rows, REACH / CELL);
  }

  most() {
    let most = 0;
    for (const value of this._density()) if (value > most) most = value;
    return Math.max(1, most);
  }

  /** @param {CanvasRenderingContext2D} context @param {{dark: boolean}} theme */
  draw(context, { dark }) {
    this.count();
    const table = this._table(dark);
    const density = this._density();
    const words = new Uint32Array(this._pixels.data.buffer);
    const top = Math.log(this.least[this.least.length - 1] * 3 / FAINT);
    for (let k = 0; k < density.length; k++) {
      const value = density[k];
      words[k] = value < FAINT ? 0 : table[Math.min(STEPS - 1, Math.floor((Math.log(value / FAINT) / top) * STEPS))];
    }
    const image = this._image;
    image.getContext("2d").putImageData(this._pixels, 0, 0);
    const margin = Math.ceil(REACH / CELL) * CELL;
    context.imageSmoothingEnabled = true;
    context.drawImage(image, -margin, -margin, image.width * CELL, image.height * CELL);
  }

  /** Colours by the logarithm of the value: a class's own colour stands at its least value. */
  _table(/** @type {boolean} */ dark) {
    const key = `${dark} ${this.least}`;
    if (this._tabled === key) return this._colourTable;
    this._tabled = key;
    const stops = this.colours(dark).map(channels);
    const least = this.least;
    const top = Math.log(least[least.length - 1] * 3 / FAINT);
    this._colourTable = Uint32Array.from({ length: STEPS }, (_, step) => {
      const value = FAINT * Math.exp((step / STEPS) * top);
      const [red, green, blue] = between(stops, least, value);
      const solid = Math.min(1, Math.log(value / FAINT) / Math.log(1 / FAINT)) * 0.82;
      return ((Math.round(solid * 255) << 24) | (blue << 16) | (green << 8) | red) >>> 0;
    });
    return this._colourTable;
  }

  /** What happened around a point of the canvas, or null. */
  at(/** @type {number} */ x, /** @type {number} */ y) {
    const { columns, rows } = /** @type {any} */ (this.bins);
    const margin = Math.ceil(REACH / CELL);
    const reach = REACH / CELL;
    const [middle, line] = [x / CELL + margin, y / CELL + margin];
    const near = (/** @type {number} */ bin) =>
      bin >= 0 && bin < columns * rows &&
      Math.hypot((bin % columns) + 0.5 - middle, Math.floor(bin / columns) + 0.5 - line) <= reach;
    const sum = { incidents: 0, killed: 0, unknown: 0 };
    for (let row = Math.max(0, Math.floor(line - reach)); row <= Math.min(rows - 1, line + reach); row++) {
      for (let column = Math.max(0, Math.floor(middle - reach)); column <= Math.min(columns - 1, middle + reach); column++) {
        const bin = row * columns + column;
        if (!near(bin)) continue;
        const { incidents, killed, unknown } = this.figures(bin);
        sum.incidents += incidents;
        sum.killed += killed;
        sum.unknown += unknown;
      }
    }
    if (sum.incidents === 0) return null;
    const { of } = this.bins;
    return {
      key: Math.round(middle) + columns * Math.round(line),
      where: `within ${this.within}`, label: `Within ${this.within}: ${figuresWords(sum)}`,
      holds: (/** @type {number} */ place) => near(of[place]),
    };
  }

  /** @param {boolean} dark @returns {import("./surface.js").Key} */
  legend(dark) {
    const colours = this.colours(dark);
    const out = this.leftOut;
    const open = this.per === "killed" && this.counter ? this.counter.unknown.subarray(0, this.bins.size).reduce((sum, n) => sum + n, 0) : 0;
    return {
      caption: `${perWords(this.per)} within about ${this.within}`,
      rows: this.least.map((least, k) => (
        { colour: colours[k], look: "full", label: `about ${grouped(least)}`, count: null })),
      notes: [
        "What is nearer counts more.",
        open > 0 ? `${grouped(open)} without a figure: they add nothing.` : "",
        out > 0 ? `${grouped(out)} known less exactly than that: not drawn.` : "",
      ].filter(Boolean),
    };
  }
}

const channels = (/** @type {string} */ colour) => [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));

/** The colour of a value between those of the thresholds around it. */
function between(stops, least, value) {
  let k = 0;
  while (k + 1 < least.length && value >= least[k + 1]) k++;
  if (k + 1 === least.length || value <= least[0]) return stops[k];
  const share = Math.log(value / least[k]) / Math.log(least[k + 1] / least[k]);
  return stops[k].map((from, c) => Math.round(from + (stops[k + 1][c] - from) * share));
}
