/** Where the pointer is, the full screen, and measuring, by hand and by keyboard. */

import { element, fill } from "./dom.js";
import { areaKm2, areaWords, lengthKm, lengthWords, pointWords } from "./engine/measure.js";
import { L } from "./leaflet.js";
import { MAP_TOOLS, keepInside } from "./room.js";

const LINE = { className: "cm-measure-line", interactive: false, fill: false, weight: 2.5 };
/** Screen pixels a press may move and still be a click; more drags the map. */
const MOST_DRIFT = 4;
/** What the map beneath must not hear of while something is measured. */
const HELD_BACK = ["click", "dblclick", "contextmenu"];

/** Latitude and longitude under the pointer, or of the middle after a key. */
export const Whereabouts = L.Control.extend({
  options: { position: "bottomleft" },

  onAdd(map) {
    this._words = element("div", { class: "cm-whereabouts" });
    this._onPointer = ({ latlng }) => this._say(latlng);
    this._onMove = () => this._say(map.getCenter());
    map.on("mousemove", this._onPointer);
    map.on("moveend", this._onMove);
    fill(this._words, pointWords(map.getCenter(), map.getZoom()));
    return this._words;
  },

  onRemove(map) {
    map.off("mousemove", this._onPointer);
    map.off("moveend", this._onMove);
  },

  _say(latlng) {
    fill(this._words, pointWords(latlng, this._map.getZoom()));
  },
});

/** A button that gives an element the whole screen; none where the browser has no such thing. */
export const FullScreen = L.Control.extend({
  options: { position: "topleft" },

  /** @param {HTMLElement} frame */
  initialize(frame, options) {
    L.setOptions(this, options);
    this._frame = frame;
  },

  onAdd() {
    const toggle = () => (document.fullscreenElement ? document.exitFullscreen() : this._frame.requestFullscreen());
    this._button = element("button", { type: "button", class: "cm-tool-button", onclick: toggle });
    this._onChange = () => this._show();
    document.addEventListener("fullscreenchange", this._onChange);
    this._show();
    const root = element("div", { class: "cm-tool leaflet-bar", hidden: !document.fullscreenEnabled }, this._button);
    L.DomEvent.disableClickPropagation(root);
    return root;
  },

  onRemove() {
    document.removeEventListener("fullscreenchange", this._onChange);
  },

  _show() {
    fill(this._button, document.fullscreenElement === this._frame ? "Leave full screen" : "Full screen");
  },
});

/**
 * Measures a distance along a line and the area inside it. Clicks set the corners; by keyboard
 * Enter sets one in the middle of the map, Backspace takes the last away, Escape ends.
 */
export const MeasureTool = L.Control.extend({
  options: { position: "topleft" },

  onAdd(map) {
    this._map = map;
    this._points = [];
    const button = (label, onclick) => element("button", { type: "button", class: "cm-area-button", onclick }, label);
    this._begins = [button("Distance", () => this._begin("distance")), button("Area", () => this._begin("area"))];
    this._drop = button("Clear", () => this._end());
    this._said = element("p", { class: "cm-measure-hint", role: "status" });
    const root = element(
      "details", { class: "cm-measure leaflet-bar", name: MAP_TOOLS }, element("summary", {}, "Measure"),
      ...this._begins, this._drop, this._said,
    );
    L.DomEvent.disableClickPropagation(root);
    L.DomEvent.disableScrollPropagation(root);
    this._keys = (event) => this._onKey(event);
    map.getContainer().addEventListener("keydown", this._keys, true);
    this._drop.hidden = true;
    this._letGo = keepInside(root, map);
    return root;
  },

  onRemove(map) {
    this._letGo();
    this._end();
    map.getContainer().removeEventListener("keydown", this._keys, true);
  },

  _begin(kind) {
    this._end();
    this._kind = kind;
    this._drop.hidden = false;
    const map = this._map;
    this._sheet = element("div", { class: "cm-drawing cm-measuring" }, element("div", { class: "cm-crosshair", "aria-hidden": "true" }));
    for (const name of HELD_BACK) this._sheet.addEventListener(name, (event) => event.stopPropagation());
    let pressed = [0, 0];
    this._sheet.addEventListener("pointerdown", (event) => (pressed = [event.clientX, event.clientY]));
    this._sheet.addEventListener("click", (event) => {
      const dragged = Math.hypot(event.clientX - pressed[0], event.clientY - pressed[1]) > MOST_DRIFT;
      if (event.detail < 2 && !dragged) this._add(map.mouseEventToLatLng(event));
    });
    this._sheet.addEventListener("pointermove", (event) => this._draw(map.mouseEventToLatLng(event)));
    this._sheet.addEventListener("dblclick", () => this._rest());
    map.getContainer().append(this._sheet);
    map.getContainer().focus({ preventScroll: true });
    fill(this._said, "Click each point, double-click to rest. By keyboard: arrows move the map, Enter sets a point in its middle.");
  },

  /** What was measured stays; the map is free again. */
  _rest() {
    this._sheet?.remove();
    this._sheet = null;
    this._draw();
  },

  _end() {
    this._sheet?.remove();
    this._line?.remove();
    this._sheet = this._line = this._kind = null;
    this._points = [];
    this._drop.hidden = true;
    fill(this._said);
  },

  _add(latlng) {
    this._points.push(latlng);
    this._draw();
    this._tell();
  },

  /** Draws the line, and on to the pointer where there is one. */
  _draw(towards = null) {
    this._line?.remove();
    const points = towards && this._points.length ? [...this._points, towards] : this._points;
    if (points.length === 0) return;
    const shape = this._kind === "area" ? L.polygon(points, LINE) : L.polyline(points, LINE);
    this._line = shape.addTo(this._map);
  },

  _tell() {
    const { _points: points, _kind: kind } = this;
    const enough = kind === "area" ? points.length > 2 : points.length > 1;
    const words = kind === "area"
      ? [`Area ${areaWords(areaKm2(points))}`, `, around it ${lengthWords(lengthKm([...points, points[0]]))}`]
      : [`Distance ${lengthWords(lengthKm(points))}`];
    fill(this._said, ...(enough ? words : [`${points.length} point${points.length === 1 ? "" : "s"} set`]));
  },

  _onKey(event) {
    if (!this._sheet || event.target !== this._map.getContainer()) return;
    const acts = {
      Enter: () => this._add(this._map.getCenter()),
      Backspace: () => { this._points.pop(); this._draw(); this._tell(); },
      Escape: () => (this._points.length > 1 ? this._rest() : this._end()),
    };
    if (!Object.hasOwn(acts, event.key)) return;
    event.preventDefault();
    event.stopPropagation();
    acts[event.key]();
  },
});
