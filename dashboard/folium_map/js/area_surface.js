/** Incidents or killed by country or province, as a map of shaded areas. */

import { AreaPaths } from "./area_paths.js";
import { countryOfPlaces, provinceOfPlaces } from "./engine/areas.js";
import { grouped } from "./engine/sentence.js";
import { Surface, figuresWords, perWords } from "./surface.js";

/** Areas that the legend names. */
const MOST_LISTED = 15;
const WORDS = {
  countries: { one: "country", left: "without a known country: in none" },
  provinces: { one: "province", left: "not known to a province: in none" },
};

export class AreaSurface extends Surface {
  /**
   * @param {import("./engine/view.js").IncidentView} view
   * @param {"incidents"|"killed"} per
   * @param {"countries"|"provinces"} kind
   * @param {import("./area_source.js").AreaSource} source
   * @param {() => void} changed called when the borders have come, or have not
   */
  constructor(view, per, kind, source, changed) {
    super(view, per);
    this.kind = kind;
    this.source = source;
    this.changed = changed;
    /** @type {string|null} */
    this.failure = null;
    this.load();
  }

  async load() {
    this.failure = null;
    try {
      const areas = await this.source[this.kind]();
      this.index = areas.index;
      this.nameOf = areas.nameOf;
      const { table } = this.view;
      this.setBins(this.kind === "countries"
        ? countryOfPlaces(table, areas.index)
        : provinceOfPlaces(table, areas.index, /** @type {any} */ (areas).units));
    } catch (error) {
      this.failure = `The borders could not be read. ${error instanceof Error ? error.message : error}`;
    }
    this.changed();
  }

  /** @param {import("./engine/groups.js").Screen} screen */
  arrange(screen) {
    this.screen = screen;
    this.paths = this.index ? new AreaPaths(this.index, screen) : null;
  }

  /** @param {CanvasRenderingContext2D} context @param {{ink: string, paper: string, dark: boolean}} theme */
  draw(context, { ink, dark }) {
    if (!this.counter || !this.paths) return;
    this.count();
    this.shown = this.byClass();
    const { classes, none, unknown } = this.shown;
    const colours = this.colours(dark);
    context.lineJoin = "round";
    classes.forEach((units, k) => {
      const path = this.paths.of(units);
      context.globalAlpha = 0.78;
      context.fillStyle = colours[k];
      context.fill(path, "evenodd");
      context.globalAlpha = 0.5;
      context.lineWidth = 0.8;
      context.strokeStyle = ink;
      context.stroke(path);
    });
    context.globalAlpha = 0.8;
    context.strokeStyle = ink;
    context.lineWidth = 1.2;
    context.stroke(this.paths.of(none));
    context.setLineDash([3, 3]);
    context.stroke(this.paths.of(unknown));
    context.setLineDash([]);
    context.globalAlpha = 1;
  }

  /** The area under a point of the canvas, or null where nothing is counted there. */
  at(/** @type {number} */ x, /** @type {number} */ y) {
    if (!this.counter || !this.paths) return null;
    const { size } = this.paths;
    const unit = this.index.at((x + this.screen.x) / size, (y + this.screen.y) / size);
    if (unit < 0 || this.counter.incidents[unit] === 0) return null;
    const name = this.nameOf(this.index.codes[unit]);
    return {
      key: unit, where: `in ${name}`, label: `${name}: ${figuresWords(this.figures(unit))}`,
      holds: (/** @type {number} */ place) => this.bins.of[place] === unit,
    };
  }

  /** @param {boolean} dark @returns {import("./surface.js").Key} */
  legend(dark) {
    const { one, left } = WORDS[this.kind];
    const caption = `${perWords(this.per)} by ${one}`;
    if (!this.shown) return { caption, rows: [], notes: this.failure ? [] : ["Reading the borders…"], failure: this.failure };
    const out = this.leftOut;
    return {
      caption, rows: this.classRows(dark, this.shown), table: () => this._largest(),
      notes: out > 0 ? [`${grouped(out)} ${left}.`] : [],
    };
  }

  /** @returns {[string, string][]} */
  _largest() {
    const { classes, none, unknown } = this.shown;
    const units = [...classes.flat(), ...none, ...unknown];
    units.sort((a, b) => this.value(b) - this.value(a) || a - b);
    return units.slice(0, MOST_LISTED).map((unit) => [this.nameOf(this.index.codes[unit]), figuresWords(this.figures(unit))]);
  }
}
