/**
 * Choosing an area on the map: a box, a polygon, a circle, or what the map shows.
 *
 * The area belongs to the `IncidentView`; what is drawn here only shows it. Box, polygon and circle
 * are drawn by hand; the typed circle and "what the map shows" need no pointer.
 */

import { element, fill } from "./dom.js";
import { crossesAntimeridian, turned } from "./engine/antimeridian.js";
import { LEAST_KM, MOST_KM, circleCorners, circleOf } from "./engine/circle.js";
import { distanceKm, lengthWords } from "./engine/measure.js";
import { circleWords } from "./filter_words.js";
import { L } from "./leaflet.js";
import { MAP_TOOLS, keepInside } from "./room.js";
import { typedPoint } from "./search.js";

/** Corners that a polygon may have; `geodata.filters` refuses more. */
const MOST_CORNERS = 500;
/** A map at most so many pixels wide is a phone's. */
const NARROW = 640;
/** A box narrower than this in pixels was a click. */
const LEAST_PIXELS = 6;

/** What the map beneath must not hear of while an area is drawn. */
const HELD_BACK = [
  "click", "dblclick", "mousedown", "mousemove", "mouseup", "contextmenu", "touchstart", "pointerdown",
  "pointermove", "pointerup",
];

const HINTS = {
  box: "Drag over the map.",
  polygon: "Click each corner, double-click the last.",
  circle: "Drag from the centre outwards.",
};
const NO_CIRCLE = "No circle can be drawn there: it would hold a pole.";

/** Degrees as links have them. */
const rounded = (degrees) => Math.round(degrees * 1e6) / 1e6;

/** A longitude between -180 and 180. */
export function wrapped(longitude) {
  return longitude >= -180 && longitude <= 180 ? longitude : ((((longitude + 180) % 360) + 360) % 360) - 180;
}

/**
 * A box of links from Leaflet's bounds.
 *
 * @param {{west: number, south: number, east: number, north: number}} bounds  longitudes may run
 *     past ±180
 * @returns {[number, number, number, number]} west, south, east, north; west > east where the box
 *     crosses the antimeridian
 */
export function boxOf({ west, south, east, north }) {
  const latitude = (value) => rounded(Math.min(90, Math.max(-90, value)));
  if (east - west >= 360) return [-180, latitude(south), 180, latitude(north)];
  return [rounded(wrapped(west)), latitude(south), rounded(wrapped(east)), latitude(north)];
}

/**
 * Corners as links have them, repeats left out: across the antimeridian longitudes go on past 180.
 *
 * @param {[number, number][]} points  longitudes may run past ±180
 * @returns {[number, number][] | null} null where they make no area, or go around Earth
 */
export function cornersOf(points) {
  const corners = points
    .map(([longitude, latitude]) => [rounded(longitude), rounded(Math.min(90, Math.max(-90, latitude)))])
    .filter((corner, i, all) => i === 0 || corner[0] !== all[i - 1][0] || corner[1] !== all[i - 1][1]);
  if (corners.length < 3 || corners.length > MOST_CORNERS) return null;
  const longitudes = corners.map(([longitude]) => longitude);
  return Math.max(...longitudes) - Math.min(...longitudes) > 360 ? null : turned(corners);
}

/** By how many degrees corners are turned so that they stand around a longitude of the map. */
export function turnTo(longitude, corners) {
  const longitudes = corners.map(([x]) => x);
  const middle = (Math.min(...longitudes) + Math.max(...longitudes)) / 2;
  return 360 * Math.round((longitude - middle) / 360) || 0;
}

/** A Leaflet control with the buttons, and the outline on the map. */
export const AreaTool = L.Control.extend({
  options: { position: "topleft" },

  /** @param {import("./engine/view.js").IncidentView} view */
  initialize(view, options) {
    L.setOptions(this, options);
    this._view = view;
  },

  onAdd(map) {
    this._map = map;
    const button = (label, onclick) => element("button", { type: "button", class: "cm-area-button", onclick }, label);
    this._summary = element("summary", {}, "Area");
    this._hint = element("p", { class: "cm-area-hint", role: "status" });
    this._clear = button("Drop the area", () => this._set(null, null));
    const root = this._root = element(
      "details", { class: "cm-area leaflet-bar", name: MAP_TOOLS }, this._summary,
      button("Draw a box", () => this._begin("box")),
      button("Draw a polygon", () => this._begin("polygon")),
      button("Draw a circle", () => this._begin("circle")),
      this._typed(),
      button("What the map shows", () => this._useView()),
      this._clear, this._hint,
    );
    L.DomEvent.disableClickPropagation(root);
    L.DomEvent.disableScrollPropagation(root);
    this._keys = (event) => this._onKey(event);
    map.getContainer().addEventListener("keydown", this._keys, true);
    this._onChange = () => this._show();
    this._view.addEventListener("change", this._onChange);
    this._outline = L.layerGroup().addTo(map);
    this._show();
    this._letGo = keepInside(root, map);
    return root;
  },

  onRemove(map) {
    this._letGo();
    this._end();
    map.getContainer().removeEventListener("keydown", this._keys, true);
    this._outline.remove();
    this._view.removeEventListener("change", this._onChange);
  },

  /** A circle by its centre and radius, in numbers. */
  _typed() {
    this._radius = element("input", { type: "text", inputmode: "decimal", class: "cm-field", required: true, size: 4, "aria-label": "Radius in km" });
    this._centre = element("input", { type: "text", class: "cm-field", placeholder: "middle", size: 9, "aria-label": "Centre: latitude, longitude; empty for the map's middle" });
    return element(
      "form", { class: "cm-area-circle", onsubmit: (event) => this._take(event) },
      element("label", {}, "Circle of ", this._radius, " km"), element("label", {}, "around ", this._centre),
      element("button", { type: "submit", class: "cm-button", "aria-label": "Set the circle" }, "Set"),
    );
  },

  _take(event) {
    event.preventDefault();
    const km = Number(this._radius.value.trim().replace(",", "."));
    const typed = this._centre.value.trim();
    const point = typed ? typedPoint(typed) : this._map.getCenter().wrap();
    const wrong = point === null
      ? "The centre is latitude, longitude, such as 36.2, 37.16; or leave it empty."
      : !(km >= LEAST_KM && km <= MOST_KM) && `The radius is ${LEAST_KM} to ${MOST_KM} km.`;
    if (wrong) fill(this._hint, wrong);
    else this._encircle({ lat: point.lat, lng: point.lng ?? point.lon }, km);
  },

  _encircle(centre, km) {
    const corners = circleCorners(centre, km);
    if (corners) this._set(null, corners);
    else {
      this._end();
      this._root.open = true;
      fill(this._hint, NO_CIRCLE);
    }
  },

  // --- drawing by hand --------------------------------------------------------------------------

  _begin(kind) {
    this._end();
    this._kind = kind;
    this._points = [];
    const dragged = { pointerdown: "_press", pointermove: "_drag", pointerup: "_release" };
    const polygon = { click: "_corner", dblclick: "_close", pointermove: "_preview" };
    this._sheet = this._overlay(kind === "polygon" ? polygon : dragged);
    fill(this._bar, HINTS[kind]);
    // There the unfolded buttons cover what is to be drawn on.
    if (this._map.getSize().x <= NARROW) this._root.open = false;
  },

  /** A sheet over the map that takes every press, so that nothing beneath is picked or dragged. */
  _overlay(acts) {
    this._bar = element("span", { role: "status" });
    const stop = element("button", { type: "button", class: "cm-button", onclick: () => this._end() }, "Stop drawing");
    const bar = element("div", { class: "cm-drawing-bar" }, this._bar, stop);
    const sheet = element("div", { class: "cm-drawing" }, bar);
    for (const name of HELD_BACK) sheet.addEventListener(name, (event) => event.stopPropagation());
    for (const [name, act] of Object.entries(acts)) {
      sheet.addEventListener(name, (event) => {
        if (!bar.contains(event.target)) this[act](this._map.mouseEventToLatLng(event), event);
      });
    }
    this._map.getContainer().append(sheet);
    return sheet;
  },

  _end() {
    if (!this._kind) return;
    // The click that ends a press must still find the sheet, not the incident beneath it.
    const sheet = this._sheet;
    setTimeout(() => sheet.remove(), 60);
    this._sketch?.remove();
    this._from = this._sketch = this._kind = null;
    fill(this._hint);
  },

  _press(latlng, event) {
    this._from = latlng;
    this._sheet.setPointerCapture(event.pointerId);
  },

  _drag(latlng) {
    if (!this._from) return;
    if (this._kind === "box") {
      this._draw(L.rectangle(L.latLngBounds(this._from, latlng), STYLE));
      return;
    }
    const km = distanceKm(this._from, latlng);
    const corners = circleCorners(this._from.wrap(), km);
    if (corners) this._draw(outline(corners, turnTo(this._from.lng, corners)));
    const none = km > MOST_KM ? `The radius is at most ${MOST_KM} km.` : km < LEAST_KM ? HINTS.circle : NO_CIRCLE;
    fill(this._bar, corners ? `Radius ${lengthWords(km)}` : none);
  },

  _release(latlng) {
    const from = this._from;
    this._from = null;
    if (!from) return;
    const [a, b] = [from, latlng].map((point) => this._map.latLngToContainerPoint(point));
    if (this._kind === "circle") {
      if (a.distanceTo(b) >= LEAST_PIXELS) this._encircle(from.wrap(), distanceKm(from, latlng));
      return;
    }
    const isClick = Math.abs(a.x - b.x) < LEAST_PIXELS || Math.abs(a.y - b.y) < LEAST_PIXELS;
    if (isClick) return;
    this._set(boxOf(edges(L.latLngBounds(from, latlng))), null);
  },

  _corner(latlng) {
    if (this._points.length < MOST_CORNERS) this._points.push(latlng);
  },

  _preview(latlng) {
    if (this._points.length) this._draw(L.polyline([...this._points, latlng], STYLE));
  },

  _close() {
    const corners = cornersOf(this._points.map(({ lat, lng }) => [lng, lat]));
    if (corners) this._set(null, corners);
    else this._end();
  },

  _draw(shape) {
    this._sketch?.remove();
    this._sketch = shape.addTo(this._map);
  },

  _onKey(event) {
    if (event.key === "Escape" && this._kind) {
      event.preventDefault();
      event.stopPropagation();
      this._end();
    } else if (event.key === "Enter" && this._kind === "polygon" && this._points.length > 2) {
      event.preventDefault();
      this._close();
    }
  },

  // --- the area that holds ----------------------------------------------------------------------

  _useView() {
    this._end();
    this._set(boxOf(edges(this._map.getBounds())), null);
  },

  _set(bbox, polygon) {
    this._end();
    this._view.setArea(bbox, polygon);
  },

  _show() {
    const { bbox = null, polygon = null } = this._view.predicate;
    const key = JSON.stringify([bbox, polygon]);
    if (key === this._shown) return;
    this._shown = key;
    this._clear.hidden = bbox === null && polygon === null;
    fill(this._summary, bbox || polygon ? "Area (on)" : "Area");
    const circle = circleOf(polygon);
    fill(this._hint, circle && upperFirst(circleWords(circle)));
    this._outline.clearLayers();
    if (bbox) {
      const [west, south, east, north] = bbox;
      const right = east < west ? east + 360 : east;
      this._showOutline([[west, south], [right, south], [right, north], [west, north]]);
    }
    if (polygon) this._showOutline(turned(polygon));
  },

  /** The map has one world: what crosses its eastern edge goes on at the western one. */
  _showOutline(corners) {
    this._outline.addLayer(outline(corners, 0));
    if (crossesAntimeridian(corners)) this._outline.addLayer(outline(corners, -360));
  },
});

function outline(corners, turn) {
  return L.polygon(corners.map(([x, y]) => [y, x + turn]), STYLE);
}

const STYLE = { className: "cm-area-outline", interactive: false, fill: false, weight: 2, dashArray: "6 4" };

function upperFirst(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function edges(bounds) {
  return { west: bounds.getWest(), south: bounds.getSouth(), east: bounds.getEast(), north: bounds.getNorth() };
}
