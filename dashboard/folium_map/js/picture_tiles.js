/**
 * Pictures under the incidents, above the drawn map: a file's tiles, or online tiles.
 *
 * What a choice says of itself comes from outside: its name and its credit become text nodes. An
 * online choice is not asked for anything before `choose` was called with it; who calls has asked
 * the person first.
 */

import { element, fill, foreign } from "./dom.js";
import { L } from "./leaflet.js";

/**
 * @typedef {object} BaseChoice
 * @property {string} name
 * @property {string} url with {z}, {x}, {y}; relative to the application where it is a file's
 * @property {string[]} subdomains
 * @property {string[]} hosts who is asked; none for a file
 * @property {string|null} attribution
 * @property {number} first_zoom
 * @property {number} last_zoom
 * @property {[number, number, number, number]} bounds west, south, east, north
 * @property {boolean} photographs
 */

const PANE = "pictures";
/** Above the drawn map (200), below all data (400 and more). */
const LEVEL = "250";

/** Fires `failed` when tiles do not come, `came` when they do again. */
export class PictureTiles extends EventTarget {
  /** @param {any} map @param {string} root address of the application */
  constructor(map, root) {
    super();
    this.map = map;
    this.root = root;
    this.layer = null;
    this.credit = element("span", { class: "cm-credit" });
  }

  /** @param {BaseChoice|null} choice null for the drawn map alone */
  choose(choice) {
    this.remove();
    if (choice === null) return;
    if (!this.map.getPane(PANE)) this.map.createPane(PANE).style.zIndex = LEVEL;
    this.layer = L.tileLayer(this.#address(choice), options(choice));
    this.layer.on("tileerror", () => this.dispatchEvent(new CustomEvent("failed", { detail: choice })));
    this.layer.on("tileload", () => this.dispatchEvent(new CustomEvent("came", { detail: choice })));
    this.layer.addTo(this.map);
    if (choice.attribution === null) return;
    // Leaflet would take the credit as HTML; beside its own line it is text.
    fill(this.credit, foreign(choice.attribution));
    this.map.attributionControl?.getContainer().before(this.credit);
  }

  remove() {
    this.layer?.remove();
    this.layer = null;
    this.credit.remove();
  }

  #address({ url, hosts }) {
    return hosts.length ? url : this.root + url;
  }
}

function options({ first_zoom: first, last_zoom: last, bounds, subdomains, hosts }) {
  const [west, south, east, north] = bounds;
  return {
    pane: PANE,
    minZoom: 0,
    maxZoom: 24,
    minNativeZoom: first,
    maxNativeZoom: last,
    bounds: [[south, west], [north, east]],
    subdomains: subdomains.length ? subdomains : "abc",
    noWrap: true,
    className: "cm-picture",
    // Servers of tiles turn away who does not say where the request is from; the path stays here.
    referrerPolicy: hosts.length ? "origin" : "no-referrer",
  };
}
