/**
 * Incidents as a Leaflet layer: one canvas between the base map and its labels.
 *
 * It draws what an `IncidentView` holds and follows its changes: as symbols, or as a surface (heat,
 * hexagons, areas). A canvas is silent to a screen reader: the list beside the map is its equal,
 * and the legend says a surface in numbers.
 */

import { AreaSurface } from "./area_surface.js";
import { ringRadii } from "./engine/groups.js";
import { HeatSurface } from "./heat_surface.js";
import { HexagonSurface } from "./hexagon_surface.js";
import { LayerPointer } from "./layer_pointer.js";
import { L } from "./leaflet.js";
import { inksOf, watchTheme } from "./map_theme.js";
import { SymbolSurface } from "./symbol_surface.js";
import { drawHalo } from "./symbols.js";
import { Uncertainty } from "./uncertainty.js";

/** Canvas beyond the map's edge, as a share of its size, so that a pan shows no blank. */
const MARGIN = 0.18;
/** Names make room for numbers that have not changed for so long. */
const RESTS_AFTER_MS = 160;

/**
 * @typedef {object} LayerOptions
 * @property {"event_type"|"weapon_group"} [colourBy]
 * @property {import("./drawings.js").Drawing["how"]} [how] the way of drawing
 * @property {"incidents"|"killed"} [per] what a surface counts
 * @property {import("./area_source.js").AreaSource|null} [areas] borders; without, there are neither
 *     areas nor provinces in place of rings
 * @property {number} [cell] width of a cluster's cell in pixels
 * @property {number} [fine] width of a cell where there is room for all; half of `cell`, or maps of
 *     millions of places move less smoothly
 * @property {number} [fineUpTo] most groups that there is room for
 * @property {string} [pane] Leaflet pane; made if it is not there
 * @property {boolean} [flyOnPick] zoom in where a picked cluster can still be taken apart
 */

/**
 * Fires `pick` {row, rows, where, latlng, spreads} when a person chooses a symbol or a spot of a
 * surface (row is the first of the stack, where the end of "12 incidents …", and spreads says
 * whether they may be laid out around the point), `hover` {row}, null when the
 * pointer leaves, and `drawing` when another way of drawing was chosen.
 */
export const IncidentLayer = L.Layer.extend({
  options: {
    colourBy: "event_type", how: "incidents", per: "incidents", areas: null,
    cell: 62, fine: 31, fineUpTo: 240, pane: "incidents", flyOnPick: true,
    attribution: "",
  },

  /**
   * @param {import("./engine/view.js").IncidentView|null} view null draws nothing until `setView`
   * @param {LayerOptions} [options]
   */
  initialize(view, options) {
    L.setOptions(this, options);
    this.view = null;
    this._onChange = () => this._redrawNow();
    this.setView(view);
  },

  /** Draws other incidents. @param {import("./engine/view.js").IncidentView|null} view */
  setView(view) {
    this.view?.removeEventListener("change", this._onChange);
    this.view = view;
    this._highlighted = null;
    this._symbols = null;
    if (view !== null) {
      this._radii = ringRadii(view.table.places);
      this._around = new Uncertainty(view.table, this._radii, this.options.areas, () => this._redrawSoon());
      this._symbols = new SymbolSurface(view, this.options, this._around);
      view.addEventListener("change", this._onChange);
    }
    this._makeSurface();
    this._reset();
    this.fire("legend");
    return this;
  },

  /**
   * Chooses the way of drawing; areas that cannot be had are left as they are.
   *
   * @param {Partial<import("./drawings.js").Drawing>} drawing
   */
  setDrawing(drawing) {
    const { how, per, colourBy } = { ...this.drawing(), ...drawing };
    if (!this.offers(how)) return this;
    const recoloured = colourBy !== this.options.colourBy;
    Object.assign(this.options, { how, per, colourBy });
    if (recoloured) this._symbols?.categorise();
    this._makeSurface();
    this._reset();
    this.fire("legend");
    this.fire("drawing", this.drawing());
    return this;
  },

  /** @returns {import("./drawings.js").Drawing} */
  drawing() {
    const { how, per, colourBy } = this.options;
    return { how, per, colourBy };
  },

  /** Whether a way of drawing can be had here. @param {string} how */
  offers(how) {
    return how !== "countries" && how !== "provinces" ? true : (this.options.areas?.has(how) ?? false);
  },

  /** What a legend says of the surface; null where there are symbols. */
  surfaceKey() {
    return this._surface?.legend(this._theme?.dark ?? false) ?? null;
  },

  /** Asks again for borders that could not be had. */
  retry() {
    this._surface?.load?.();
  },

  _makeSurface() {
    if (!this.offers(this.options.how)) this.options.how = "incidents";
    const { view, options: { how, per, areas } } = this;
    this.pointer?.hush();
    this._surface = this._symbols;
    if (view === null || how === "incidents") return;
    if (how === "heat") this._surface = new HeatSurface(view, per);
    else {
      const changed = () => {
        if (this._surface !== surface) return;
        this._reset();
        this.fire("legend");
      };
      const surface = how === "hexagons" ? new HexagonSurface(view, per, changed) : new AreaSurface(view, per, how, areas, changed);
      this._surface = surface;
    }
  },

  onAdd(map) {
    if (!map.getPane(this.options.pane)) map.createPane(this.options.pane).style.zIndex = "450";
    this._canvas = L.DomUtil.create("canvas", "cm-incidents", map.getPane(this.options.pane));
    this._canvas.setAttribute("aria-hidden", "true");
    if (map.options.zoomAnimation) L.DomUtil.addClass(this._canvas, "leaflet-zoom-animated");
    this._context = this._canvas.getContext("2d");
    this.pointer = new LayerPointer(this, map);
    this._watchTheme(map);
    this._reset();
  },

  onRemove(map) {
    this.pointer.remove();
    this._unwatchTheme();
    cancelAnimationFrame(this._frame);
    this._frame = 0;
    clearTimeout(this._resting);
    map.fire("numbers", { zoom: NaN, list: [] });
    this._told = null;
    this._canvas.remove();
  },

  getEvents() {
    const events = {
      moveend: this._settle, viewreset: this._settle, resize: this._reset, zoom: this._onZoom,
      move: this._onMove, click: (event) => this.pointer.clicked(event),
      mousemove: (event) => this.pointer.moved(event), mouseout: () => this.pointer.left(),
    };
    if (this._map.options.zoomAnimation) events.zoomanim = this._onZoomAnimation;
    return events;
  },

  // --- what others ask for ----------------------------------------------------------------------

  /** Marks a row on the map, or none. @param {number|null} row */
  highlight(row) {
    this._highlighted = row;
    this._redrawSoon();
    return this;
  },

  /** Brings a row into view, near enough to be seen for what it is. @param {number} row */
  flyTo(row) {
    const point = this.view?.point(row) ?? null;
    if (point === null || !this.view.onMap(row) || !this._map) return this;
    const zoom = Math.max(this._map.getZoom(), this._zoomFor(row));
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this._map.setView([point.lat, point.lon], zoom, { animate: !still });
    return this;
  },

  /** Switches what colours and shapes stand for. @param {"event_type"|"weapon_group"} by */
  setColourBy(by) {
    return this.setDrawing({ colourBy: by });
  },

  /** Categories in legend order. @returns {import("./engine/categories.js").Category[]} */
  categories() {
    return this._symbols?.categories ?? [];
  },

  /** The symbols, where they are what is drawn; else null. @returns {SymbolSurface|null} */
  symbols() {
    return this._surface === this._symbols ? this._symbols : null;
  },

  /** The heat, hexagons or areas that are drawn; null where symbols are. */
  surface() {
    return this._surface === this._symbols ? null : this._surface;
  },

  /**
   * Shows all that is in view and drawn; nothing moves where there is none.
   * @param {{below?: number}} [covered] pixels along the lower edge that something else covers
   */
  fit({ below = 0 } = {}) {
    if (this.view === null || !this._map) return this;
    const { view } = this;
    const { places, place } = view.table;
    const seen = new Uint8Array(places.n);
    for (const row of view.rows(0, view.table.n, { order: "oldest" })) seen[place[row]] = 1;
    const bounds = L.latLngBounds([]);
    for (let p = 0; p < places.n; p++) {
      if (seen[p] && places.drawn[p]) bounds.extend([places.latitude[p] / 1e6, places.longitude[p] / 1e6]);
    }
    const padding = { paddingTopLeft: [24, 24], paddingBottomRight: [24, 24 + below] };
    if (bounds.isValid()) this._map.fitBounds(bounds, { ...padding, maxZoom: 11, animate: false });
    return this;
  },

  /** How a row's symbol looks, with its radius. @param {number} row */
  look(row) {
    return this._symbols.look(row, this._theme.ink);
  },

  /** Rows in view per category, on the map or not. @returns {Int32Array} */
  categoryCounts() {
    return this._symbols?.categoryCounts() ?? new Int32Array(0);
  },

  _zoomFor(row) {
    const radius = this.view.radiusKm(row) ?? 60;
    return Math.max(4, Math.min(12, Math.floor(Math.log2(9000 / Math.max(radius, 1.5)))));
  },

  // --- where the canvas lies --------------------------------------------------------------------

  _reset() {
    const map = this._map;
    if (!map || this.view === null) {
      this._canvas?.getContext("2d").clearRect(0, 0, this._canvas.width, this._canvas.height);
      return;
    }
    const size = map.getSize();
    const margin = size.multiplyBy(MARGIN).round();
    this._margin = margin;
    this._zoom = map.getZoom();
    this._centre = map.getCenter();
    const width = size.x + 2 * margin.x;
    const height = size.y + 2 * margin.y;
    this._density = Math.min(3, globalThis.devicePixelRatio || 1);
    const [fullWidth, fullHeight] = [width * this._density, height * this._density].map(Math.round);
    if (this._canvas.width !== fullWidth || this._canvas.height !== fullHeight) {
      this._canvas.width = fullWidth;
      this._canvas.height = fullHeight;
      this._canvas.style.width = `${width}px`;
      this._canvas.style.height = `${height}px`;
    }
    this._lay();
    const origin = map.getPixelBounds().min.subtract(margin);
    this._screen = { x: origin.x, y: origin.y, width, height, zoom: this._zoom };
    this._around.arrange(this._screen);
    this._surface.arrange(this._screen, this._radii, this._centre.lat);
    this._draw();
  },

  /** Draws anew where the map has come to rest, unless that is what is drawn. */
  _settle() {
    const { _map: map, _screen: drawn } = this;
    if (this.view === null || !drawn) return this._reset();
    const { x, y } = map.getPixelBounds().min.subtract(this._margin);
    const { x: width, y: height } = map.getSize().add(this._margin.multiplyBy(2));
    const now = { x, y, width, height, zoom: map.getZoom() };
    if (Object.keys(now).every((key) => now[key] === drawn[key])) this._lay();
    else this._reset();
  },

  /** Puts the canvas where what it shows is. */
  _lay() {
    L.DomUtil.setPosition(this._canvas, this._map.containerPointToLayerPoint(this._margin.multiplyBy(-1)));
  },

  _onMove() {
    if (this.view === null) return;
    // Only while dragging; a zoom ends in `moveend` and is animated until then.
    const centre = this._map.project(this._centre, this._zoom);
    if (this._map.getZoom() !== this._zoom) return;
    const moved = this._map.project(this._map.getCenter(), this._zoom).subtract(centre);
    if (Math.abs(moved.x) > this._margin.x * 0.8 || Math.abs(moved.y) > this._margin.y * 0.8) {
      this._reset();
    }
  },

  _onZoomAnimation(event) {
    this._stretch(event.center, event.zoom);
  },

  _onZoom() {
    this._stretch(this._map.getCenter(), this._map.getZoom());
  },

  /** Lays the drawn canvas where it belongs at another zoom, until it is drawn anew. */
  _stretch(centre, zoom) {
    if (this.view === null) return;
    const map = this._map;
    const scale = map.getZoomScale(zoom, this._zoom);
    const half = map.getSize().divideBy(2).add(this._margin);
    const middle = map.project(this._centre, zoom);
    const at = middle.subtract(half.multiplyBy(scale)).subtract(map._getNewPixelOrigin(centre, zoom));
    L.DomUtil.setTransform(this._canvas, at, scale);
  },

  // --- drawing ----------------------------------------------------------------------------------

  _redrawSoon() {
    this._frame ||= requestAnimationFrame(() => {
      this._frame = 0;
      if (this._map && this.view !== null) this._draw();
    });
  },

  /** In the frame in which the view tells of its change: a frame later the hand would feel. */
  _redrawNow() {
    cancelAnimationFrame(this._frame);
    this._frame = 0;
    if (this._map && this.view !== null) this._draw();
  },

  _draw() {
    const context = this._context;
    const density = this._density;
    context.setTransform(density, 0, 0, density, 0, 0);
    context.clearRect(0, 0, this._canvas.width / density, this._canvas.height / density);
    this._surface.draw(context, this._theme);
    this._drawHighlight(context);
    this.fire("draw", { marks: this.symbols()?.marks.length ?? 0 });
    clearTimeout(this._resting);
    this._resting = setTimeout(() => this._tellNumbers(), RESTS_AFTER_MS);
  },

  /** Tells the map's names where numbers stand, once the hand rests. */
  _tellNumbers() {
    const { _map: map, _screen: screen } = this;
    if (!map || !screen) return;
    const marks = this.symbols()?.marks ?? [];
    const numbers = marks.filter(({ count, rough }) => rough || count > 1);
    const list = numbers.map(({ x, y, radius }) => ({ x: x + screen.x, y: y + screen.y, radius }));
    const told = `${screen.zoom} ${list.map(({ x, y }) => `${Math.round(x)},${Math.round(y)}`)}`;
    if (told === this._told) return;
    this._told = told;
    map.fire("numbers", { zoom: screen.zoom, list });
  },

  _drawHighlight(context) {
    const row = this._highlighted;
    if (row === null || !this.view.onMap(row) || !this.view.matches(row)) return;
    const place = this.view.table.place[row];
    const { x, y } = this._around.pixel(place);
    if (this.view.table.places.pin[place] === 0) this._around.draw(context, [place], this._theme.accent);
    drawHalo(context, x, y, this._theme.accent);
  },

  _watchTheme(map) {
    this._theme = inksOf(map.getContainer());
    this._unwatchTheme = watchTheme(() => {
      this._theme = inksOf(map.getContainer());
      this._redrawSoon();
      this.fire("legend");
    });
  },

  // --- from the map to the canvas and back ------------------------------------------------------

  /** A point of the map's container on the canvas. */
  onCanvas(point) {
    return point.add(this._margin).subtract(this._offset());
  },

  /** A point of the canvas in the map's container. */
  offCanvas(point) {
    return point.subtract(this._margin).add(this._offset());
  },

  /** How far the map was dragged since the canvas was laid. */
  _offset() {
    const corner = this._map.containerPointToLayerPoint(this._margin.multiplyBy(-1));
    return L.DomUtil.getPosition(this._canvas).subtract(corner);
  },
});

L.IncidentLayer = IncidentLayer;
