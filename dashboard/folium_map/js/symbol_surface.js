/**
 * Incidents as symbols: one where there is room, a circle with a count where they stand together,
 * a pill where the place is only roughly known.
 */

import { CategoryCounter, categorise } from "./engine/categories.js";
import { Arrangement, eachSpot, GroupCounter } from "./engine/groups.js";
import { SpotIndex } from "./engine/spots.js";
import { clusterRadius, drawCluster, drawCoarse, drawSymbol, symbolRadius } from "./symbols.js";

/** First zoom at which provinces are fetched to draw what is known to one; the base map's, too. */
const PROVINCES_FROM = 5;

/**
 * @typedef {object} Mark something drawn that can be picked
 * @property {number} x in canvas pixels @property {number} y
 * @property {number} radius
 * @property {number} group
 * @property {number} count
 * @property {boolean} rough whether no more than an area is known
 * @property {number} row where there is one alone, else -1
 */

export class SymbolSurface {
  /**
   * @param {import("./engine/view.js").IncidentView} view
   * @param {import("./incident_layer.js").LayerOptions} options
   * @param {import("./uncertainty.js").Uncertainty} around
   */
  constructor(view, options, around) {
    this.view = view;
    this.options = options;
    this.around = around;
    this._spots = new SpotIndex(view.table, around.radii, options);
    this._outlines = new Map(view.table.vocabulary.grade.map((term) => [term.code, term.outline]));
    /** @type {Mark[]} */
    this.marks = [];
    this.categorise();
  }

  /** Takes colours and shapes from the column that the options name. */
  categorise() {
    const { table, alive } = this.view;
    const { list, of } = categorise(table, this.options.colourBy);
    /** Categories in legend order. */
    this.categories = list;
    this._of = of;
    this._colours = list.map((category) => category.colour);
    this._legend = new CategoryCounter(of, list.length, alive);
    this._legendSeen = null;
    /** Rows of places that stand together at most zooms: what every arrangement is summed from. */
    this._bySpot = null;
    this._bySpotSeen = null;
  }

  /** Rows in view per category, on the map or not. @returns {Int32Array} */
  categoryCounts() {
    this._legendSeen = follow(this.view, this._legend, this._legendSeen);
    return this._legend.counts;
  }

  /** How a row's symbol looks, with its radius. @param {number} row @param {string} ink */
  look(row, ink) {
    const { view } = this;
    const { colour, shape } = this.categories[this._of[row]];
    const killed = view.killed(row);
    const outline = this._outlines.get(view.grade(row));
    return { colour, shape, known: killed !== null, outline, ink, radius: symbolRadius(killed) };
  }

  /** @param {import("./engine/groups.js").Screen} screen */
  arrange(screen) {
    const { view, categories } = this;
    this.arrangement = new Arrangement(this._spots.at(screen.zoom), screen, this.options);
    this.counter = new GroupCounter(view.table, view.alive, this.arrangement, this._of, categories.length);
    this._seen = null;
    if (screen.zoom >= PROVINCES_FROM && this.arrangement.apart.length > 0) this.around.wantProvinces();
  }

  /** @param {CanvasRenderingContext2D} context @param {import("./map_theme.js").Inks} theme */
  draw(context, theme) {
    this._count();
    const { atPlace } = this.counter;
    this.around.draw(context, this.arrangement.apart.filter((place) => atPlace[place] > 0), theme.ink);
    this.marks = this._layOut();
    for (const mark of this.marks) this._drawMark(context, mark, theme);
  }

  /**
   * Follows days and choice row by row; on another screen, and where all is in view again, it is
   * summed from what is counted spot by spot.
   */
  _count() {
    const { view, counter, _seen: seen, _bySpot: bySpot } = this;
    const joins = this._spots.joinsAt(this.arrangement.screen.zoom);
    const isNew = seen === null || seen.revision !== view.revision || seen.days !== view.days;
    if (joins && isNew && (seen === null || view.window.remembers(bySpot, view.days))) this._sum();
    else this._seen = follow(view, counter, seen);
  }

  _sum() {
    const { view, categories, arrangement } = this;
    const { table, alive } = view;
    this._bySpot ??= new GroupCounter(table, alive, eachSpot(arrangement.spots), this._of, categories.length);
    this._seen = this._bySpotSeen = follow(view, this._bySpot, this._bySpotSeen);
    this.counter.take(this._bySpot);
  }

  /** Marks from the smallest count to the largest, so that numbers are never covered. */
  _layOut() {
    const { arrangement: { size, scale, screen, coarse }, counter } = this;
    const marks = [];
    for (let group = 0; group < size; group++) {
      const count = counter.count(group);
      if (count === 0) continue;
      const x = (counter.sumX[group] / count) * scale - screen.x;
      const y = (counter.sumY[group] / count) * scale - screen.y;
      const rough = counter.coarse[group] === count || coarse[group] === 1;
      const row = count === 1 ? counter.onlyRow(group) : -1;
      const radius = rough ? 13 : count === 1 ? symbolRadius(this.view.killed(row)) : clusterRadius(count);
      marks.push({ x, y, radius, group, count, rough, row });
    }
    return marks.sort((a, b) => Number(b.rough) - Number(a.rough) || a.count - b.count);
  }

  _drawMark(context, /** @type {Mark} */ { x, y, radius, group, count, rough, row }, theme) {
    const { counter, _colours: colours } = this;
    const k = colours.length;
    const shares = counter.counts.subarray(group * k, group * k + k);
    if (rough) drawCoarse(context, x, y, count, colours[most(shares)], theme);
    else if (count === 1) drawSymbol(context, x, y, radius, this.look(row, theme.ink));
    else drawCluster(context, x, y, count, shares, colours, { ...theme, pile: this.arrangement.distinct[group] === 1 });
  }

  /** The mark under a point of the canvas, topmost first. @returns {Mark|null} */
  markAt(/** @type {number} */ x, /** @type {number} */ y, slack = 0) {
    let best = null;
    let nearest = Infinity;
    for (const mark of this.marks) {
      const distance = Math.hypot(mark.x - x, mark.y - y) - mark.radius - slack;
      if (distance <= 3 && distance <= nearest) [best, nearest] = [mark, distance];
    }
    return best;
  }

  /** Symbols need no key in numbers. */
  legend() {
    return null;
  }
}

/**
 * Brings an accumulator up to the view's days and choice.
 *
 * @param {import("./engine/view.js").IncidentView} view
 * @param {import("./engine/time_window.js").Accumulator} accumulator
 * @param {{revision: number, days: import("./engine/time_window.js").Range}|null} seen what it has
 *   counted so far
 * @returns {{revision: number, days: import("./engine/time_window.js").Range}}
 */
function follow(view, accumulator, seen) {
  const before = seen?.revision === view.revision ? seen.days : null;
  view.window.advance(accumulator, before, view.days);
  return { revision: view.revision, days: view.days };
}

/** The category with the most rows. */
function most(/** @type {ArrayLike<number>} */ shares) {
  let best = 0;
  for (let k = 1; k < shares.length; k++) if (shares[k] > shares[best]) best = k;
  return best;
}
