/**
 * Within which something happened, on one screen: the province that is known, else a ring.
 */

import { AreaPaths } from "./area_paths.js";
import { provinceOfPlaces } from "./engine/areas.js";
import { WORLD } from "./engine/columns.js";
import { drawRings, drawUncertainty } from "./symbols.js";

/** Most rings that can be told from one another; more are not drawn. */
const MOST_RINGS = 60;
/** A ring that is wider, in pixels, says nothing on any screen. */
const WIDEST_RING = 4000;

export class Uncertainty {
  /**
   * @param {import("./engine/columns.js").Table} table
   * @param {Float64Array} radii of `ringRadii`
   * @param {import("./area_source.js").AreaSource|null} areas borders; without, rings stand in
   * @param {() => void} changed called when provinces have come
   */
  constructor(table, radii, areas, changed) {
    this.table = table;
    this.radii = radii;
    this.areas = areas;
    this.changed = changed;
    /** Provinces and every place's, -1 where its province is not all that is known. */
    this._provinces = null;
  }

  /** @param {import("./engine/groups.js").Screen} screen */
  arrange(screen) {
    this.screen = screen;
    this._paths = null;
    /** Pixels of a world unit. */
    this.scale = (256 * 2 ** screen.zoom) / WORLD;
  }

  /** Fetches provinces for what is known to one; without them, rings stand in. */
  async wantProvinces() {
    if (!this.areas?.has("provinces") || this._provinces !== null) return;
    this._provinces = { index: null, unit: null };
    try {
      const { index, units } = await this.areas.provinces();
      const { of, size } = provinceOfPlaces(this.table, index, units);
      const { places, dictionaries } = this.table;
      const coarse = dictionaries.location_precision.indexOf("admin1") + 1;
      const is = (unit, place) => places.precision[place] === coarse && unit < size;
      this._provinces = { index, unit: of.map((unit, place) => (is(unit, place) ? unit : -1)) };
      this.changed();
    } catch {
      this._provinces = null; // asked again with the next view
    }
  }

  /**
   * Draws around places: all their provinces, and their rings where these are not too many.
   *
   * @param {CanvasRenderingContext2D} context
   * @param {Iterable<number>} places
   * @param {string} colour
   */
  draw(context, places, colour) {
    const rings = [];
    const units = new Set();
    for (const place of places) {
      const unit = this._provinceOf(place);
      if (unit >= 0) units.add(unit);
      else if (rings.length <= MOST_RINGS) rings.push(place);
    }
    if (rings.length > 0 && rings.length <= MOST_RINGS) {
      drawRings(context, rings.flatMap((place) => this._ring(place)), colour);
    }
    if (units.size > 0) drawUncertainty(context, this._pathsOf(units), units.size, colour);
  }

  /** Where a place is on the canvas, in the copy of the world that is nearest. @param {number} place */
  pixel(place) {
    const { screen, scale, table: { places } } = this;
    const middle = (screen.x + screen.width / 2) / scale;
    const x = places.x[place] + Math.round((middle - places.x[place]) / WORLD) * WORLD;
    return { x: x * scale - screen.x, y: places.y[place] * scale - screen.y };
  }

  /** The unit of a place that is known to its province and no better; -1 where none is known. */
  _provinceOf(/** @type {number} */ place) {
    return this._provinces?.unit?.[place] ?? -1;
  }

  _pathsOf(/** @type {Set<number>} */ units) {
    this._paths ??= new AreaPaths(this._provinces.index, this.screen);
    return this._paths.of(units);
  }

  /** A place's ring, or none where its extent is not known or is wider than any screen. */
  _ring(/** @type {number} */ place) {
    const radius = this.radii[place] * this.scale;
    return radius <= WIDEST_RING ? [{ ...this.pixel(place), radius }] : [];
  }
}
