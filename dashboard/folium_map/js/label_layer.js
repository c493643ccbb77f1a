/**
 * Names over the data: one canvas over the whole view, so that no name is cut at a tile's edge.
 */

import { LabelKind, placeLabels } from "./label_placement.js";
import { L } from "./leaflet.js";
import { wantsLocalNames } from "./local_names.js";

const FAMILY = 'system-ui, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif';

/** @type {Record<number, {font: string, height: number, spacing: number, colour: string}>} */
const TYPE = {
  [LabelKind.COUNTRY]: { font: `600 13px ${FAMILY}`, height: 16, spacing: 0.8, colour: "areaName" },
  [LabelKind.PROVINCE]: {
    font: `italic 12px ${FAMILY}`, height: 15, spacing: 0.3, colour: "provinceName",
  },
  [LabelKind.CAPITAL]: { font: `600 12.5px ${FAMILY}`, height: 15, spacing: 0, colour: "name" },
  [LabelKind.CITY]: { font: `500 13.5px ${FAMILY}`, height: 16, spacing: 0, colour: "name" },
  [LabelKind.TOWN]: { font: `12px ${FAMILY}`, height: 15, spacing: 0, colour: "name" },
};

/** Names in local letters: no spacing, which would tear joined letters apart. */
const LOCAL = { font: `12px ${FAMILY}`, height: 15, colour: "localName" };
/** Scripts of South and South-East Asia, whose signs stand above and below the letters. */
const TALL = /[\u0900-\u0eff\u1000-\u109f\u1780-\u17ff]/;
const TALL_HEIGHT = 20;
const RIGHT_TO_LEFT = /[\u0590-\u08ff]/;

function localHeight(text) {
  return TALL.test(text) ? TALL_HEIGHT : LOCAL.height;
}

/** Leaflet's Renderer keeps a canvas in place while the map moves and zooms. */
export const LabelLayer = L.Renderer.extend({
  options: { padding: 0.15, pane: "labels" },

  initialize(options) {
    L.Renderer.prototype.initialize.call(this, options);
    this.files = [];
    this.palette = null;
    this.widths = new Map();
    this.circles = { zoom: NaN, list: [] };
    this.hasLocalNames = wantsLocalNames();
  },

  /** @param {any[]} files  of label_placement.js, the most important first */
  show(files, palette) {
    this.files = files;
    this.palette = palette;
    if (this._map) this._update();
  },

  getEvents() {
    return {
      ...L.Renderer.prototype.getEvents.call(this),
      resize: this._update,
      numbers: this._keepClear,
      localnames: this._showLocalNames,
    };
  },

  /** Names make room for the numbers that a layer of data has drawn. */
  _keepClear({ zoom, list }) {
    this.circles = { zoom, list };
    this._update();
  },

  /** Whether names stand in the letters of their country too. */
  _showLocalNames({ shown }) {
    this.hasLocalNames = shown;
    this._update();
  },

  _initContainer() {
    this._container = document.createElement("canvas");
    this._container.setAttribute("aria-hidden", "true");
    this._context = this._container.getContext("2d");
  },

  _destroyContainer() {
    this._container.remove();
    delete this._container;
    delete this._context;
  },

  _updatePaths() {},

  _update() {
    if (this._map._animatingZoom && this._bounds) return;
    L.Renderer.prototype._update.call(this);
    const size = this._bounds.getSize();
    const ratio = Math.min(3, Math.max(1, window.devicePixelRatio || 1));
    L.DomUtil.setPosition(this._container, this._bounds.min);
    this._container.width = size.x * ratio;
    this._container.height = size.y * ratio;
    this._container.style.width = `${size.x}px`;
    this._container.style.height = `${size.y}px`;
    this._context.scale(ratio, ratio);
    this._paint(size);
    this.fire("update");
  },

  _paint(size) {
    if (this.palette === null || this.files.length === 0) return;
    const corner = this._map.getPixelOrigin().add(this._bounds.min);
    const view = {
      zoom: Math.round(this._map.getZoom()),
      left: corner.x,
      top: corner.y,
      width: size.x,
      height: size.y,
    };
    const { zoom, list } = this.circles;
    const circles = zoom === view.zoom
      ? list.map(({ x, y, radius }) => ({ x: x - view.left, y: y - view.top, radius }))
      : [];
    const placed = placeLabels(this.files, view, this._measure.bind(this), circles);
    this._context.textAlign = "center";
    this._context.textBaseline = "middle";
    this._context.lineJoin = "round";
    this._context.strokeStyle = this.palette.halo;
    this._context.lineWidth = 3;
    // First, so that their halo takes nothing off the feet of the letters above them.
    for (const { local } of placed) if (local !== null && this.hasLocalNames) this._paintLocal(local);
    for (const label of placed) this._paintLabel(label);
  },

  _measure(kind, text, isLocal = false) {
    const key = `${isLocal ? "local" : kind} ${text}`;
    let width = this.widths.get(key);
    if (width === undefined) {
      if (isLocal) this._setLocalType();
      else this._setType(kind);
      width = this._context.measureText(text).width;
      this.widths.set(key, width);
    }
    return { width, height: isLocal ? localHeight(text) : TYPE[kind].height };
  },

  _setType(kind) {
    this._context.font = TYPE[kind].font;
    this._context.letterSpacing = `${TYPE[kind].spacing}px`;
  },

  _setLocalType() {
    this._context.font = LOCAL.font;
    this._context.letterSpacing = "0px";
  },

  _paintLabel(label) {
    const context = this._context;
    const type = TYPE[label.kind];
    if (label.dot !== null) this._paintDot(label);
    this._setType(label.kind);
    context.strokeStyle = this.palette.halo;
    context.lineWidth = 3;
    context.fillStyle = this.palette[type.colour];
    label.lines.forEach((line, row) => {
      const y = label.y + (row - (label.lines.length - 1) / 2) * type.height;
      context.strokeText(line, label.x, y);
      context.fillText(line, label.x, y);
    });
  },

  _paintLocal({ text, x, y }) {
    const context = this._context;
    this._setLocalType();
    context.fillStyle = this.palette[LOCAL.colour];
    context.direction = RIGHT_TO_LEFT.test(text) ? "rtl" : "ltr";
    context.strokeText(text, x, y);
    context.fillText(text, x, y);
    context.direction = "ltr";
  },

  _paintDot(label) {
    const context = this._context;
    const isCapital = label.kind === LabelKind.CAPITAL;
    context.beginPath();
    context.arc(label.dot.x, label.dot.y, isCapital ? 2.6 : label.kind === LabelKind.CITY ? 2.3 : 1.9, 0, 2 * Math.PI);
    context.fillStyle = isCapital ? this.palette.halo : this.palette.dot;
    context.strokeStyle = isCapital ? this.palette.name : this.palette.halo;
    context.lineWidth = isCapital ? 1.4 : 1;
    context.fill();
    context.stroke();
  },
});
