/** Incidents or killed by H3 cell: the same cells at whatever zoom, and for other data sets. */

import { cellAt, cellId, meanAreaKm2, meanWidthKm } from "./engine/h3.js";
import { coarserCells, placeCells, resolutionFor } from "./engine/h3_places.js";
import { grouped } from "./engine/sentence.js";
import { Surface, distanceWords, figuresWords, kmPerPixel, perWords } from "./surface.js";

/** The width that cells come nearest to, pixels. */
const WIDTH = 58;
/** Bare map between neighbours, pixels. */
const GAP = 0.8;
/** How long cells are looked for before the page may do something else. */
const SLICE_MS = 8;
/** Cells that the legend names. */
const MOST_LISTED = 15;

export class HexagonSurface extends Surface {
  /**
   * @param {import("./engine/view.js").IncidentView} view
   * @param {"incidents"|"killed"} per
   * @param {() => void} changed called when the cells of another resolution are found
   */
  constructor(view, per, changed) {
    super(view, per);
    this.changed = changed;
    /** @type {import("./engine/h3_places.js").PlaceCells|null} */
    this.cells = null;
    this._waiting = 0;
  }

  /** @param {import("./engine/groups.js").Screen} screen @param {Float64Array} _ @param {number} latitude of the middle */
  arrange(screen, _, latitude) {
    clearTimeout(this._waiting);
    this.screen = screen;
    const { places } = this.view.table;
    const km = kmPerPixel(latitude, screen.zoom);
    this.wanted = placeCells(places, resolutionFor(WIDTH * km));
    this.wanted.advance(SLICE_MS);
    this.cells = this.wanted.ready ? this.wanted : coarserCells(places, this.wanted.resolution);
    if (!this.wanted.ready) this._goOn();
    if (this.cells === null) return;
    this.setBins(this.cells.binsOn(screen));
  }

  /** Finds the rest in slices, outlines too, and says when all is found. */
  _goOn() {
    const { wanted, screen } = this;
    /** @type {number[]|null} cells whose outlines are still to be found */
    let bare = null;
    const slice = () => {
      if (!wanted.ready) wanted.advance(SLICE_MS);
      else wanted.outlineSome(bare ??= wanted.reaching(screen), SLICE_MS);
      // In a frame of its own: this one may have drawn the coarser cells already.
      if (bare?.length === 0) requestAnimationFrame(() => this.changed());
      else this._waiting = setTimeout(slice);
    };
    this._waiting = setTimeout(slice);
  }

  /** @param {CanvasRenderingContext2D} context @param {{ink: string, dark: boolean}} theme */
  draw(context, { ink, dark }) {
    if (this.cells === null) return;
    this.count();
    this.shown = this.byClass();
    const { classes, none, unknown } = this.shown;
    const colours = this.colours(dark);
    context.globalAlpha = 0.86;
    classes.forEach((bins, k) => {
      this._trace(context, bins);
      context.fillStyle = colours[k];
      context.fill();
    });
    context.globalAlpha = 0.8;
    context.strokeStyle = ink;
    context.lineWidth = 1;
    this._trace(context, none);
    context.stroke();
    context.setLineDash([3, 3]);
    this._trace(context, unknown);
    context.stroke();
    context.setLineDash([]);
    context.globalAlpha = 1;
  }

  _trace(context, /** @type {number[]} */ bins) {
    const { screen } = this;
    const size = 256 * 2 ** screen.zoom;
    const middle = (screen.x + screen.width / 2) / size;
    context.beginPath();
    for (const bin of bins) {
      const outline = this.cells.outline(this.bins.index[bin]);
      let [sumX, sumY, least, most] = [0, 0, Infinity, -Infinity];
      for (let k = 0; k < outline.length; k += 2) {
        sumX += outline[k];
        sumY += outline[k + 1];
        least = Math.min(least, outline[k]);
        most = Math.max(most, outline[k]);
      }
      const [x, y] = [(2 * sumX) / outline.length, (2 * sumY) / outline.length];
      const shrink = 1 - GAP / (size * Math.hypot(outline[0] - x, outline[1] - y));
      for (const copy of copiesOf(least, most, middle)) {
        for (let k = 0; k < outline.length; k += 2) {
          const left = (x + (outline[k] - x) * shrink + copy) * size - screen.x;
          const top = (y + (outline[k + 1] - y) * shrink) * size - screen.y;
          if (k === 0) context.moveTo(left, top);
          else context.lineTo(left, top);
        }
        context.closePath();
      }
    }
  }

  /** The cell under a point of the canvas, or null where nothing is counted there. */
  at(/** @type {number} */ x, /** @type {number} */ y) {
    if (this.cells === null) return null;
    const { screen, cells } = this;
    const size = 256 * 2 ** screen.zoom;
    const longitude = ((x + screen.x) / size - 0.5) * 360;
    const latitude = (Math.atan(Math.sinh(Math.PI * (1 - (2 * (y + screen.y)) / size))) * 180) / Math.PI;
    const index = cells.indexOf.get(cellAt(latitude, longitude, cells.resolution));
    const bin = index === undefined ? -1 : this.bins.index.indexOf(index);
    if (bin < 0 || this.counter.incidents[bin] === 0) return null;
    const id = this._id(bin);
    return {
      key: bin, where: `in H3 cell ${id}`, label: `${figuresWords(this.figures(bin))}; H3 cell ${id}`,
      holds: (/** @type {number} */ place) => this.bins.of[place] === bin,
    };
  }

  _id(/** @type {number} */ bin) {
    const { cells, resolution } = this.cells;
    return cellId(cells[this.bins.index[bin]], resolution);
  }

  /** @param {boolean} dark @returns {import("./surface.js").Key} */
  legend(dark) {
    const caption = `${perWords(this.per)} in each hexagon`;
    if (this.cells === null) return { caption, rows: [], notes: ["Finding the cells…"] };
    const out = this.leftOut;
    const { resolution } = this.cells;
    return {
      caption,
      rows: this.shown ? this.classRows(dark, this.shown) : [],
      table: () => this._largest(),
      notes: [
        `H3 cells of resolution ${resolution}: about ${distanceWords(meanWidthKm(resolution))} wide, ${areaWords(meanAreaKm2(resolution))} on average.`,
        out > 0 ? `${grouped(out)} known less exactly than that: in none.` : "",
      ].filter(Boolean),
    };
  }

  /** @returns {[string, string][]} */
  _largest() {
    if (!this.shown) return [];
    const { classes, none, unknown } = this.shown;
    const bins = [...classes.flat(), ...none, ...unknown];
    bins.sort((a, b) => this.value(b) - this.value(a) || a - b);
    return bins.slice(0, MOST_LISTED).map((bin) => [this._id(bin), figuresWords(this.figures(bin))]);
  }
}

/**
 * The worlds in which a cell is drawn: that in which it is nearest to the middle of the screen, and
 * its neighbour where the cell reaches over the edge of the one world around that middle.
 *
 * @param {number} least @param {number} most the cell's west and east on the world of `projection.js`
 * @param {number} middle of the screen, there
 */
function copiesOf(least, most, middle) {
  const nearest = Math.round(middle - (least + most) / 2);
  if (most + nearest > middle + 0.5) return [nearest, nearest - 1];
  return least + nearest < middle - 0.5 ? [nearest, nearest + 1] : [nearest];
}

function areaWords(/** @type {number} */ km2) {
  const [area, unit] = km2 < 0.1 ? [km2 * 1e6, "m²"] : [km2, "km²"];
  return `${grouped(Number(area.toPrecision(2)))} ${unit}`;
}
