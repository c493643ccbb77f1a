/**
 * Layers from files over the base map and under the incidents: areas, lines, positions.
 *
 * Every word in them comes from outside and becomes a text node. Shapes are drawn on one canvas;
 * positions with a symbol are pictures that the application serves.
 */

import { element, foreign } from "./dom.js";
import { ageWords, dated, holding, opacityOf } from "./engine/dated.js";
import { L } from "./leaflet.js";
import { fetchJson } from "./row_source.js";
import { dayWords, spanWords } from "./text.js";

/** Each side has a dash as well, and its name stands in its shapes: the hue is never alone. */
export const COLOURS = ["#00687a", "#a05a00", "#6b4fa0", "#4f6b00", "#9c3f73", "#5d6470", "#0b57a4", "#7a4a2b"];
const DASHES = [null, "8 4", "2 4", "10 3 2 3"];
const PANE = "layers";
/** Over the base map's own shapes (400), under the incidents (450). */
const LEVEL = "420";
const NAMES = "layer-names";
/** Just over the base map's names, which can be switched off without these. */
const NAMES_LEVEL = "621";
const MOST_LABELS = 60;
/** Pixels that an area or a line must be wide for its name to stand in it. */
const LABEL_WIDTH = 60;

/**
 * @typedef {object} Listed a layer as the server lists it
 * @property {string} id @property {string} name @property {string|null} source
 * @property {string|null} valid_from @property {string|null} valid_to @property {string} frames
 */

/**
 * @typedef {object} Shapes where layers' shapes and symbols come from
 * @property {(id: string) => Promise<{features: any[]}>} body
 * @property {(frames: string, code: string) => string} symbol address of a picture
 */

/** Shapes that an application serves. @param {string} root its address @returns {Shapes} */
export function servedShapes(root) {
  return {
    body: (id) => fetchJson(`${root}layers/${id}.json`),
    symbol: (frames, code) => `${root}symbols/${frames}/${code}.svg`,
  };
}

/** What all layers of a map share: its pane and canvas, and whether a click was an incident's. */
export class Stage {
  /** @param {any} map @param {Shapes} source */
  constructor(map, source) {
    this.map = map;
    this.source = source;
    this.picked = false;
    if (!map.getPane(PANE)) map.createPane(PANE).style.zIndex = LEVEL;
    if (!map.getPane(NAMES)) map.createPane(NAMES).style.cssText = `z-index: ${NAMES_LEVEL}; pointer-events: none`;
    this.canvas = L.canvas({ pane: PANE, tolerance: 4 });
  }

  remove() {
    this.canvas.remove();
  }

  /** A click has picked an incident: whatever else lies there keeps silent. */
  pick() {
    this.picked = true;
    setTimeout(() => (this.picked = false));
  }
}

/** All layers of one name. Fires `loaded`. */
export class FileLayer extends EventTarget {
  /** @param {Stage} stage @param {string} name @param {Listed[]} layers */
  constructor(stage, name, layers) {
    super();
    this.stage = stage;
    this.map = stage.map;
    this.source = stage.source;
    this.name = name;
    this.layers = layers;
    this.on = false;
    this.asked = false;
    /** @type {number|null} */
    this.day = null;
    /** @type {import("./engine/dated.js").Dated[]} */
    this.shapes = [];
    /** @type {Map<string|null, {colour: string, dash: string|null}>} */
    this.sides = new Map();
    this.shown = new Map();
    this.failed = null;
    this.relabel = () => this.#label();
  }

  /** Fetches the shapes, once; again where that failed. */
  async load() {
    if (this.asked) return;
    this.asked = true;
    try {
      const bodies = await Promise.all(this.layers.map(({ id }) => this.source.body(id)));
      this.shapes = bodies.flatMap(({ features }, i) =>
        dated(this.layers[i], features).map((shape) => ({ ...shape, layer: this.layers[i] })));
      this.#giveColours();
      this.failed = null;
    } catch (error) {
      this.asked = false;
      this.failed = error;
    }
    this.dispatchEvent(new Event("loaded"));
  }

  /** @param {boolean} on */
  turn(on) {
    if (on === this.on) return;
    this.on = on;
    if (on) this.map.on("zoomend", this.relabel);
    else this.remove();
  }

  /**
   * Draws what holds in a range of days.
   * @param {number} from @param {number} to @param {number|null} day positions are this day's
   */
  show(from, to, day) {
    this.day = day;
    const wanted = this.on ? new Set(holding(this.shapes, from, to)) : new Set();
    for (const [shape, drawn] of this.shown) {
      if (wanted.has(shape)) continue;
      drawn.remove();
      this.shown.delete(shape);
    }
    for (const shape of wanted) {
      if (!this.shown.has(shape)) this.shown.set(shape, this.#draw(shape).addTo(this.map));
      this.#fade(shape);
    }
    this.#label();
  }

  /** Shapes that are drawn now, in the file's order. */
  get drawn() {
    return this.shapes.filter((shape) => this.shown.has(shape));
  }

  remove() {
    this.map.off("zoomend", this.relabel);
    for (const drawn of this.shown.values()) drawn.remove();
    this.shown.clear();
    this.on = false;
  }

  // --- how it looks -----------------------------------------------------------------------------

  #giveColours() {
    for (const { feature } of this.shapes) {
      const side = feature.side ?? null;
      if (this.sides.has(side)) continue;
      const place = this.sides.size;
      this.sides.set(side, { colour: COLOURS[place % COLOURS.length], dash: DASHES[place % DASHES.length] });
    }
  }

  #draw(shape) {
    const { geometry } = shape.feature;
    const drawn = geometry.type === "Point" ? this.#position(shape) : this.#path(shape);
    return drawn.on("click", (event) => this.#tell(shape, event.latlng));
  }

  #path({ feature }) {
    const { colour, dash } = this.sides.get(feature.side ?? null);
    const kind = feature.geometry.type;
    const style = {
      renderer: this.stage.canvas, color: feature.colour ?? colour, dashArray: dash, fillOpacity: 0.18,
      weight: kind.includes("Line") ? 3 : 1.5, fill: !kind.includes("Line"),
    };
    return L.geoJSON(feature.geometry, {
      style: () => style, interactive: true,
      pointToLayer: (_, at) => L.circleMarker(at, { ...style, radius: 6 }),
    });
  }

  /** A point: a symbol of forces where there is a code, else a dot. */
  #position({ feature, layer }) {
    const [lon, lat] = feature.geometry.coordinates;
    if (!feature.symbol) return this.#path({ feature });
    const icon = L.icon({
      iconUrl: this.source.symbol(layer.frames, feature.symbol),
      iconSize: [34, 34], className: "cm-force",
    });
    // The list beside says the same; a tab stop for each of hundreds would not.
    return L.marker([lat, lon], { icon, pane: PANE, alt: feature.name ?? "Position", keyboard: false });
  }

  /** The older what is known of a position, the fainter. */
  #fade(shape) {
    if (shape.asOf === null || this.day === null) return;
    const opacity = opacityOf(this.day - shape.asOf);
    const drawn = this.shown.get(shape);
    if (drawn.cmOpacity === opacity) return;
    drawn.cmOpacity = opacity;
    if (drawn.setOpacity) drawn.setOpacity(opacity);
    else drawn.setStyle({ opacity, fillOpacity: 0.6 * opacity });
  }

  // --- words ------------------------------------------------------------------------------------

  /** Names on the map, where there is room for them. */
  #label() {
    let left = MOST_LABELS;
    for (const [shape, drawn] of this.shown) {
      const { name, side } = shape.feature;
      const has = left > 0 && (name ?? side) && this.#hasRoom(shape, drawn);
      if (has) left -= 1;
      if (has && !drawn.getTooltip()) drawn.bindTooltip(() => words(name ?? side), labelAt(shape));
      else if (!has && drawn.getTooltip()) drawn.unbindTooltip();
    }
  }

  #hasRoom({ feature }, drawn) {
    if (feature.geometry.type.includes("Point")) return this.map.getZoom() >= 6;
    const bounds = drawn.getBounds();
    const [east, west] = [bounds.getNorthEast(), bounds.getSouthWest()].map((at) => this.map.latLngToLayerPoint(at));
    return east.x - west.x >= LABEL_WIDTH;
  }

  #tell(shape, at) {
    // A click on an incident is the incident's; its own answer comes in the same moment.
    setTimeout(() => {
      if (this.stage.picked) return;
      const box = element("div", { class: "cm-layer-told" }, ...lines(shape, this.day));
      L.popup({ maxWidth: 280 }).setLatLng(at).setContent(box).openOn(this.map);
    });
  }
}

/** In the middle of an area, under a point. */
function labelAt({ feature }) {
  const place = feature.geometry.type.includes("Point")
    ? { direction: "bottom", offset: [0, feature.symbol ? 16 : 5] } : { direction: "center" };
  return { permanent: true, className: "cm-layer-label", pane: NAMES, opacity: 1, ...place };
}

const words = (text) => element("span", {}, foreign(text));

/**
 * What is known of a shape, as elements.
 * @param {any} shape @param {number|null} day
 */
export function lines({ feature, asOf, from, to, layer }, day) {
  const { name, side, source, confidence } = feature;
  const days = asOf !== null ? positionWords(feature.as_of, asOf, day) : daysWords(from, to);
  const who = source ?? layer.source;
  return [
    element("p", { class: "cm-layer-name" }, foreign(name ?? side ?? "Without a name")),
    side && name && element("p", {}, foreign(side)),
    element("p", {}, days),
    confidence && element("p", {}, "Confidence: ", foreign(confidence)),
    element("p", { class: "cm-muted" }, who ? ["Source: ", foreign(who)] : "Source not stated"),
  ].filter(Boolean);
}

function positionWords(iso, asOf, day) {
  const known = `Known on ${dayWords(iso)}`;
  return day === null || day < asOf ? known : `${known}, ${ageWords(day - asOf)}`;
}

function daysWords(from, to) {
  const [first, last] = [from, to].map((day) => (Number.isFinite(day) ? isoOf(day) : null));
  if (first && last) return spanWords(first, last);
  if (first) return `From ${dayWords(first)}`;
  return last ? `Until ${dayWords(last)}` : "Days not stated";
}

/** @param {number} day since the epoch */
export function isoOf(day) {
  return new Date(day * 86_400_000).toISOString().slice(0, 10);
}
