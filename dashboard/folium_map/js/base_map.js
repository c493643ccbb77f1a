/**
 * The base map that needs no network: land, water and borders on canvas tiles under the data, and
 * names over it.
 */

import { PALETTES } from "./base_map_style.js";
import { LabelLayer } from "./label_layer.js";
import { readLabels } from "./label_placement.js";
import { L } from "./leaflet.js";
import { themeOf, watchTheme } from "./map_theme.js";
import { fetchOnce } from "./packed_data.js";
import { TILE_SIZE } from "./projection.js";
import { paintTile } from "./tile_painter.js";
import { readTopology } from "./topology.js";

/**
 * @typedef {object} BaseMapOptions
 * @property {string} world  address of world.bin.gz
 * @property {string} boundaries  address of boundaries.bin.gz
 * @property {string | null} [water]  address of water.bin.gz; without it lakes and rivers are not drawn
 * @property {[string, number][]} labels  addresses of label files, each with the zoom that needs it
 * @property {"auto" | "light" | "dark"} theme
 * @property {string} attribution
 * @property {number} detailFrom  zoom from which boundaries.bin.gz is used
 */

const TileLayer = L.GridLayer.extend({
  options: { noWrap: true, updateWhenZooming: false, keepBuffer: 3, className: "cm-base" },

  initialize(options) {
    L.GridLayer.prototype.initialize.call(this, options);
    this.levels = { world: null, boundaries: null, water: null };
    this.palette = PALETTES.light;
    /** Milliseconds that the last tiles took; read by the benchmarks. */
    this.timings = [];
  },

  createTile(coords) {
    const ratio = Math.min(3, Math.max(1, window.devicePixelRatio || 1));
    const canvas = document.createElement("canvas");
    canvas.width = TILE_SIZE * ratio;
    canvas.height = TILE_SIZE * ratio;
    const { world, boundaries, water } = this.levels;
    const level = coords.z >= this.options.detailFrom ? (boundaries ?? world) : world;
    const begun = performance.now();
    const context = canvas.getContext("2d", { alpha: false });
    paintTile(context, level, coords, ratio, this.palette, water);
    this.timings.push(performance.now() - begun);
    if (this.timings.length > 500) this.timings.shift();
    return canvas;
  },
});

/** The two layers, what they draw and in which colours. */
export class BaseMap {
  /** @param {BaseMapOptions} options */
  constructor(options) {
    this.options = options;
    this.theme = options.theme;
    this.tiles = new TileLayer({
      attribution: options.attribution,
      detailFrom: options.detailFrom,
      minZoom: 0,
      maxZoom: 24,
      // Leaflet leaves bounds as the only way to tell a layer where its world ends.
      bounds: [[-85.06, -180], [85.06, 180]],
    });
    this.names = new LabelLayer();
    /** @type {(any | null)[]} */
    this.labels = options.labels.map(() => null);
    this.asked = new Set();
    /** Settles when what the first view needs is drawn. */
    this.ready = new Promise((resolve, reject) => {
      this.settle = { resolve, reject };
    });
  }

  /** @param {any} map @returns {this} */
  addTo(map) {
    this.map = map;
    const pane = map.getPane("labels") ?? map.createPane("labels");
    // Above markers (600), below tooltips (650): names stay readable where incidents are dense.
    pane.style.zIndex = "620";
    pane.style.pointerEvents = "none";
    // The credit is what must be there; Leaflet's own line and flag would speak on the map.
    map.attributionControl?.setPrefix(false);
    this.applyTheme();
    this.tiles.addTo(map);
    this.names.addTo(map);
    this.onZoom = () => this.load();
    map.on("zoomend", this.onZoom);
    map.on("unload", this.leave, this);
    this.unwatch = watchTheme(() => this.applyTheme());
    this.load().then(this.settle.resolve, this.settle.reject);
    return this;
  }

  /** Takes both layers off the map and lets go of the page. */
  remove() {
    if (!this.map) return;
    this.unwatch();
    this.map.off("zoomend", this.onZoom);
    this.map.off("unload", this.leave, this);
    this.tiles.remove();
    this.names.remove();
    this.map = null;
  }

  /** The map itself goes away. */
  leave() {
    // Leaflet 1.9.4 lets a zoom that is under way end after the map's panes are gone, and throws.
    this.map._animatingZoom = false;
    this.remove();
  }

  /** @param {"auto" | "light" | "dark"} theme */
  setTheme(theme) {
    this.theme = theme;
    this.applyTheme();
  }

  applyTheme() {
    const shown = themeOf(this.map.getContainer(), this.theme);
    if (shown === this.shown) return;
    this.shown = shown;
    this.palette = PALETTES[shown];
    this.tiles.palette = this.palette;
    this.map.getContainer().style.backgroundColor = this.palette.water;
    this.map.getContainer().dataset.baseTheme = shown;
    if (this.tiles._map) this.tiles.redraw();
    this.showLabels();
  }

  /** Fetches what the present zoom needs and is not there. */
  async load() {
    const zoom = this.map.getZoom();
    const { world, boundaries, water, labels, detailFrom } = this.options;
    const waiting = [this.loadLevel("world", world)];
    if (water) waiting.push(this.loadLevel("water", water));
    if (zoom >= detailFrom) waiting.push(this.loadLevel("boundaries", boundaries));
    labels.forEach(([url, from], place) => {
      if (zoom >= from) waiting.push(this.loadLabels(url, place));
    });
    await Promise.all(waiting);
  }

  async loadLevel(name, url) {
    if (this.asked.has(url)) return;
    this.asked.add(url);
    try {
      this.tiles.levels[name] = await fetchOnce(url, readTopology);
    } catch (error) {
      this.asked.delete(url);
      throw error;
    }
    if (this.map) this.tiles.redraw();
  }

  async loadLabels(url, place) {
    if (this.asked.has(url)) return;
    this.asked.add(url);
    const read = (buffer) => readLabels(JSON.parse(new TextDecoder().decode(buffer)));
    try {
      this.labels[place] = await fetchOnce(url, read);
    } catch (error) {
      this.asked.delete(url);
      throw error;
    }
    this.showLabels();
  }

  showLabels() {
    if (this.map) this.names.show(this.labels.filter((file) => file !== null), this.palette);
  }
}

/**
 * @param {any} map  a Leaflet map
 * @param {BaseMapOptions} options
 * @returns {BaseMap | null} null where the map was taken away while this module was on its way
 */
export function addBaseMap(map, options) {
  if (!map.getPane("mapPane")) return null;
  return new BaseMap(options).addTo(map);
}
