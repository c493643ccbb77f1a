/** Incidents or killed by hexagon of a grid that is aligned to the world. */

import { hexagons } from "./engine/bins.js";
import { grouped } from "./engine/sentence.js";
import { Surface, distanceWords, figuresWords, kmPerPixel, perWords } from "./surface.js";

/** From a hexagon's middle to its corner, pixels. */
const RADIUS = 20;
/** Bare map between neighbours. */
const GAP = 0.8;
const CORNERS = Array.from({ length: 6 }, (_, k) => {
  const angle = ((k + 0.5) * Math.PI) / 3;
  return [Math.cos(angle) * (RADIUS - GAP), Math.sin(angle) * (RADIUS - GAP)];
});

export class HexagonSurface extends Surface {
  /** @param {import("./engine/groups.js").Screen} screen @param {Float64Array} radii @param {number} latitude of the middle */
  arrange(screen, radii, latitude) {
    this.screen = screen;
    this.wide = distanceWords(kmPerPixel(latitude, screen.zoom) * RADIUS * Math.sqrt(3));
    this.setBins(hexagons(this.view.table.places, radii, screen, RADIUS));
  }

  /** @param {CanvasRenderingContext2D} context @param {{ink: string, dark: boolean}} theme */
  draw(context, { ink, dark }) {
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

  _trace(context, bins) {
    const { x, y } = /** @type {any} */ (this.bins);
    context.beginPath();
    for (const bin of bins) {
      const [left, top] = [x[bin] - this.screen.x, y[bin] - this.screen.y];
      CORNERS.forEach(([dx, dy], k) => (k ? context.lineTo(left + dx, top + dy) : context.moveTo(left + dx, top + dy)));
      context.closePath();
    }
  }

  /** The hexagon under a point of the canvas, or null. */
  at(/** @type {number} */ x, /** @type {number} */ y) {
    const bin = /** @type {any} */ (this.bins).at(x + this.screen.x, y + this.screen.y);
    if (bin < 0 || this.counter.incidents[bin] === 0) return null;
    return {
      key: bin, where: "in this hexagon", label: figuresWords(this.figures(bin)),
      holds: (/** @type {number} */ place) => this.bins.of[place] === bin,
    };
  }

  /** @param {boolean} dark @returns {import("./surface.js").Key} */
  legend(dark) {
    const out = this.leftOut;
    return {
      caption: `${perWords(this.per)} in each hexagon`,
      rows: this.shown ? this.classRows(dark, this.shown) : [],
      notes: [
        `A hexagon is about ${this.wide} wide in the middle of the map.`,
        out > 0 ? `${grouped(out)} known less exactly than that: in none.` : "",
      ].filter(Boolean),
    };
  }
}
