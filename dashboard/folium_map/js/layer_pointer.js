/**
 * What a hand does on the incidents: point at them, pick one or many, by pointer, finger or key.
 *
 * It fires at the layer: `hover` {row, count} and `pick` {row, rows, where, latlng, spreads}.
 */

import { element, fill, foreign } from "./dom.js";
import { WORLD } from "./engine/columns.js";
import { L } from "./leaflet.js";

/** Pixels around a mark that a finger may miss it by, and the map's middle for a key. */
const FINGER = 14;
const KEY = 60;

export class LayerPointer {
  /** @param {any} layer an `IncidentLayer` that is on a map @param {any} map Leaflet's */
  constructor(layer, map) {
    this.layer = layer;
    this.map = map;
    this._hovered = null;
    this._said = element("div", { class: "cm-surface-said", hidden: true });
    this._onKey = (event) => this._key(event);
    map.getContainer().append(this._said);
    map.getContainer().addEventListener("keydown", this._onKey);
  }

  remove() {
    this.map.getContainer().removeEventListener("keydown", this._onKey);
    this._said.remove();
  }

  /** Takes back what it says: something else is drawn now. */
  hush() {
    this._said.hidden = true;
    this._hovered = null;
  }

  /** The mark under a point of the map's container, or null. */
  markAt(point, slack = 0) {
    const symbols = this.layer.symbols();
    if (symbols === null) return null; // nothing is drawn: the incidents are on their way
    const { x, y } = this.layer.onCanvas(point);
    return symbols.markAt(x, y, slack);
  }

  /** What a surface holds under a point of the map's container, or null. */
  _spotAt(point) {
    const { x, y } = this.layer.onCanvas(point);
    return this.layer.surface().at(x, y);
  }

  // --- pointing ---------------------------------------------------------------------------------

  moved(event) {
    if (this.layer.surface() !== null) {
      this._say(this._spotAt(event.containerPoint), event.containerPoint);
      return;
    }
    const mark = this.markAt(event.containerPoint);
    const group = mark?.group ?? null;
    if (group === this._hovered) return;
    this._hovered = group;
    this.map.getContainer().classList.toggle("cm-pointing", mark !== null);
    this.layer.fire("hover", { row: mark?.count === 1 ? mark.row : null, count: mark?.count ?? 0 });
  }

  left() {
    this._said.hidden = true;
    if (this._hovered === null) return;
    this._hovered = null;
    this.map.getContainer().classList.remove("cm-pointing");
    this.layer.fire("hover", { row: null, count: 0 });
  }

  /** Says a surface's spot beside the pointer. */
  _say(spot, point) {
    this.map.getContainer().classList.toggle("cm-pointing", spot !== null);
    // A finger leaves nothing hovering: it picks, and the list tells.
    this._said.hidden = spot === null || matchMedia("(hover: none)").matches;
    if (this._said.hidden) return;
    fill(this._said, foreign(spot.label));
    const { x: width, y: height } = this.map.getSize();
    const { offsetWidth: wide, offsetHeight: tall } = this._said;
    const x = point.x + 14 + wide > width ? Math.max(0, point.x - 12 - wide) : point.x + 14;
    const y = point.y + 14 + tall > height ? point.y - 12 - tall : point.y + 14;
    this._said.style.transform = `translate(${x}px, ${y}px)`;
  }

  // --- picking ----------------------------------------------------------------------------------

  clicked(event) {
    const touch = event.originalEvent?.pointerType === "touch";
    this._pickAt(event.containerPoint, event.latlng, touch ? FINGER : 0);
  }

  _key(event) {
    if (event.key !== "Enter" || event.target !== this.map.getContainer()) return;
    if (this._pickAt(this.map.getSize().divideBy(2).round(), this.map.getCenter(), KEY)) event.preventDefault();
  }

  /** @returns {boolean} whether there was something */
  _pickAt(point, latlng, /** @type {number} */ slack) {
    if (this.layer.surface() !== null) {
      const spot = this._spotAt(point);
      if (spot !== null) this._pickSpot(spot, latlng);
      return spot !== null;
    }
    const mark = this.markAt(point, slack);
    if (mark !== null) this._pick(mark);
    return mark !== null;
  }

  _pickSpot({ holds, where }, latlng) {
    const rows = rowsWhere(this.layer.view, holds);
    if (rows.length > 0) this.layer.fire("pick", { row: rows[0], rows, where, latlng });
  }

  _pick(/** @type {import("./symbol_surface.js").Mark} */ mark) {
    const { layer, map } = this;
    const { arrangement } = layer.symbols();
    const rows = rowsWhere(layer.view, (place) => arrangement.group(place) === mark.group);
    if (rows.length === 0) return;
    const bounds = this._extentOf(rows);
    const apart = map.getBoundsZoom(bounds, false, L.point(80, 80)) > map.getZoom();
    if (layer.options.flyOnPick && apart && map.getZoom() < map.getMaxZoom() && !isPoint(bounds)) {
      const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
      map.fitBounds(bounds, { padding: [60, 60], maxZoom: map.getZoom() + 4, animate: !still });
      return;
    }
    const latlng = map.containerPointToLatLng(layer.offCanvas(L.point(mark.x, mark.y)));
    // What is known to an area only stays with its count: spread out, each would look like a pin.
    layer.fire("pick", { row: rows[0], rows, where: "at this point", latlng, spreads: !mark.rough });
  }

  _extentOf(/** @type {Uint32Array} */ rows) {
    const { arrangement } = this.layer.symbols();
    const { place, places } = this.layer.view.table;
    const bounds = L.latLngBounds([]);
    for (const row of rows) {
      const at = place[row];
      const x = places.x[at] + arrangement.shiftOf(at);
      bounds.extend(this.map.unproject([(x / WORLD) * 256, (places.y[at] / WORLD) * 256], 0));
    }
    return bounds;
  }
}

/**
 * Rows in view at the places that hold, the latest first.
 *
 * @param {import("./engine/view.js").IncidentView} view
 * @param {(place: number) => boolean} holds
 * @returns {Uint32Array}
 */
export function rowsWhere(view, holds) {
  const { place, places } = view.table;
  const chosen = new Uint8Array(places.n);
  for (let p = 0; p < places.n; p++) chosen[p] = Number(holds(p));
  const { hi } = view.window.slice(view.days);
  const rows = [];
  for (let row = hi - 1; row >= 0; row--) {
    if (chosen[place[row]] === 1 && view.matches(row)) rows.push(row);
  }
  return Uint32Array.from(rows);
}

function isPoint(bounds) {
  return bounds.getNorth() - bounds.getSouth() < 1e-5 && bounds.getEast() - bounds.getWest() < 1e-5;
}
