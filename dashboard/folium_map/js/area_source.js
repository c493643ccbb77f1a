/**
 * Where areas come from: the base map's own border files, fetched once for both, and what the
 * application says of the provinces that the incidents name.
 */

import { AreaIndex } from "./engine/areas.js";
import { fetchOnce } from "./packed_data.js";
import { readTopology } from "./topology.js";

/** Borders that a page carries within itself, as it does where it carries the base map. */
const CARRIED = "conflictmap/data/";

/** @typedef {{units: Record<string, Record<string, string>>, names: Record<string, string>}} Provinces
 *   country -> the record's name of a province -> unit, and what units are called */

/** @type {WeakMap<object, AreaIndex>} */
const indexes = new WeakMap();

async function indexOf(/** @type {string} */ url) {
  const topology = await fetchOnce(url, readTopology);
  let index = indexes.get(topology);
  if (index === undefined) indexes.set(topology, (index = new AreaIndex(topology)));
  return index;
}

export class AreaSource {
  /**
   * @param {object} parts
   * @param {string} parts.world address of world.bin.gz
   * @param {string|null} parts.boundaries address of boundaries.bin.gz; null where there is none
   * @param {Record<string, string>} parts.countries names by ISO 3166-1 alpha-3
   * @param {() => Promise<Provinces>} parts.provinces
   */
  constructor({ world, boundaries, countries, provinces }) {
    this.world = world;
    this.boundaries = boundaries;
    this.countryNames = countries;
    this._provinces = provinces;
    this._asked = null;
  }

  /**
   * The borders that this page carries; null where it carries none.
   *
   * @param {{countries: Record<string, string>, provinces: () => Promise<Provinces>}} names
   */
  static carried(names) {
    const at = (file) => (document.getElementById(CARRIED + file) ? `#${CARRIED}${file}` : null);
    const world = at("world.bin.gz");
    return world === null ? null : new AreaSource({ world, boundaries: at("boundaries.bin.gz"), ...names });
  }

  /** @param {"countries"|"provinces"} kind */
  has(kind) {
    return kind === "countries" || this.boundaries !== null;
  }

  /** @returns {Promise<{index: AreaIndex, nameOf: (code: string) => string}>} */
  async countries() {
    return { index: await indexOf(this.world), nameOf: (code) => this.countryNames[code] ?? code };
  }

  /**
   * @returns {Promise<{index: AreaIndex, units: Provinces["units"],
   *   nameOf: (code: string) => string}>} asked again after it failed, it is fetched again
   */
  async provinces() {
    this._asked ??= this._provinces();
    try {
      const [index, { units, names }] = await Promise.all([indexOf(this.boundaries), this._asked]);
      return { index, units, nameOf: (code) => names[code] ?? readable(code) };
    } catch (error) {
      this._asked = null;
      throw error;
    }
  }
}

/** "SYR.rif-dimashq" as "Rif dimashq (SYR)": for a province that no name came for. */
function readable(/** @type {string} */ code) {
  const [country, name = ""] = code.split(".");
  const words = name.replaceAll(/[-_]/g, " ");
  return `${words.charAt(0).toUpperCase()}${words.slice(1)} (${country})`;
}
