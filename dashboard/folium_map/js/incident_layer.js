/**
 * Incidents as a Leaflet layer: one canvas between the base map and its labels.
 *
 * It draws what an `IncidentView` holds and follows its changes: as symbols, or as a surface (heat,
 * hexagons, areas). A canvas is silent to a screen reader: the list beside the map is its equal,
 * and the legend says a surface in numbers.
 */

import { AreaPaths } from "./area_paths.js";
import { AreaSurface } from "./area_surface.js";
import { element, fill, foreign } from "./dom.js";
import { provinceOfPlaces } from "./engine/areas.js";
import { CategoryCounter, categorise } from "./engine/categories.js";
import { WORLD } from "./engine/columns.js";
import { Arrangement, GroupCounter, ringRadii } from "./engine/groups.js";
import { HeatSurface } from "./heat_surface.js";
import { HexagonSurface } from "./hexagon_surface.js";
import { L } from "./leaflet.js";
import { themeOf, watchTheme } from "./map_theme.js";
import {
  clusterRadius, drawCluster, drawCoarse, drawRings, drawSymbol, drawUncertainty, symbolRadius,
} from "./symbols.js";

/** Canvas beyond the map's edge, as a share of its size, so that a pan shows no blank. */
const MARGIN = 0.18;
/** Names make room for numbers that have not changed for so long. */
const RESTS_AFTER_MS = 160;
/** Most rings that can be told from one another; more are not drawn. */
const MOST_RINGS = 60;
/** First zoom at which provinces are fetched to draw what is known to one; the base map's, too. */
const PROVINCES_FROM = 5;
const FALLBACK = { "--cm-ink": "#1d1b16", "--cm-paper": "#ffffff", "--cm-accent": "#0b57a4" };

/**
 * @typedef {object} LayerOptions
 * @property {"event_type"|"weapon_group"} [colourBy]
 * @property {import("./drawings.js").Drawing["how"]} [how] the way of drawing
 * @property {"incidents"|"killed"} [per] what a surface counts
 * @property {import("./area_source.js").AreaSource|null} [areas] borders; without, there are neither
 *     areas nor provinces in place of rings
 * @property {number} [cell] width of a cluster's cell in pixels
 * @property {number} [fine] width of a cell where there is room for all
 * @property {number} [fineUpTo] most groups that there is room for
 * @property {string} [pane] Leaflet pane; made if it is not there
 * @property {boolean} [flyOnPick] zoom in where a picked cluster can still be taken apart
 */

/**
 * @typedef {object} Mark something drawn that can be picked
 * @property {number} x in canvas pixels @property {number} y
 * @property {number} radius
 * @property {number} group
 * @property {number} count
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
    cell: 62, fine: 28, fineUpTo: 240, pane: "incidents", flyOnPick: true,
    attribution: "",
  },

  /**
   * @param {import("./engine/view.js").IncidentView|null} view null draws nothing until `setView`
   * @param {LayerOptions} [options]
   */
  initialize(view, options) {
    L.setOptions(this, options);
    this.view = null;
    this._marks = [];
    this._onChange = () => this._redrawNow();
    this.setView(view);
  },

  /** Draws other incidents. @param {import("./engine/view.js").IncidentView|null} view */
  setView(view) {
    this.view?.removeEventListener("change", this._onChange);
    this.view = view;
    this._highlighted = null;
    this._hovered = null;
    if (view !== null) {
      this._radii = ringRadii(view.table.places);
      this._weights = new Uint32Array(view.table.places.n);
      const { n, place } = view.table;
      for (let row = 0; row < n; row++) this._weights[place[row]]++;
      this._categorise();
      view.addEventListener("change", this._onChange);
    }
    this._provinces = null;
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
    if (recoloured && this.view !== null) this._categorise();
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
    this._surface = null;
    if (this._said) this._said.hidden = true;
    if (view === null || how === "incidents") return;
    if (how === "heat") this._surface = new HeatSurface(view, per);
    else if (how === "hexagons") this._surface = new HexagonSurface(view, per);
    else {
      const surface = new AreaSurface(view, per, how, areas, () => {
        if (this._surface !== surface) return;
        this._reset();
        this.fire("legend");
      });
      this._surface = surface;
    }
  },

  onAdd(map) {
    if (!map.getPane(this.options.pane)) {
      map.createPane(this.options.pane).style.zIndex = "450";
    }
    this._canvas = L.DomUtil.create("canvas", "cm-incidents", map.getPane(this.options.pane));
    this._canvas.setAttribute("aria-hidden", "true");
    if (map.options.zoomAnimation) L.DomUtil.addClass(this._canvas, "leaflet-zoom-animated");
    this._context = this._canvas.getContext("2d");
    this._said = element("div", { class: "cm-surface-said", hidden: true });
    map.getContainer().append(this._said);
    map.getContainer().addEventListener("keydown", (this._onKey = (event) => this._key(event)));
    this._watchTheme(map);
    this._reset();
  },

  onRemove(map) {
    map.getContainer().removeEventListener("keydown", this._onKey);
    this._unwatchTheme();
    cancelAnimationFrame(this._frame);
    this._frame = 0;
    clearTimeout(this._resting);
    map.fire("numbers", { zoom: NaN, list: [] });
    this._told = null;
    this._said.remove();
    this._canvas.remove();
  },

  getEvents() {
    const events = {
      moveend: this._reset, viewreset: this._reset, resize: this._reset, zoom: this._onZoom,
      move: this._onMove, click: this._onClick, mousemove: this._onPointer, mouseout: this._onLeave,
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
    return this.view === null ? [] : this._categories.list;
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
    const { view, _theme: theme } = this;
    const { colour, shape } = this._categories.list[this._categories.of[row]];
    const killed = view.killed(row);
    const outline = this._outlines.get(view.grade(row));
    return { colour, shape, known: killed !== null, outline, ink: theme.ink, radius: symbolRadius(killed) };
  },

  /** Rows in view per category, on the map or not. @returns {Int32Array} */
  categoryCounts() {
    const { view } = this;
    if (view === null) return new Int32Array(0);
    const seen = this._categorySeen;
    const before = seen?.revision === view.revision ? seen.days : null;
    view.window.advance(this._categoryCounter, before, view.days);
    this._categorySeen = { revision: view.revision, days: view.days };
    return this._categoryCounter.counts;
  },

  _categorise() {
    const { table, alive } = this.view;
    this._categories = categorise(table, this.options.colourBy);
    this._colours = this._categories.list.map((category) => category.colour);
    this._categoryCounter = new CategoryCounter(this._categories.of, this._colours.length, alive);
    this._categorySeen = null;
    this._outlines = new Map(table.vocabulary.grade.map((term) => [term.code, term.outline]));
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
      this._marks = [];
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
    L.DomUtil.setPosition(this._canvas, map.containerPointToLayerPoint(margin.multiplyBy(-1)));
    const origin = map.getPixelBounds().min.subtract(margin);
    this._screen = { x: origin.x, y: origin.y, width, height, zoom: this._zoom };
    this._arrange(this._screen);
    this._draw();
  },

  _arrange(screen) {
    const { view, options, _radii, _categories } = this;
    this._paths = null;
    if (this._surface !== null) {
      this._arrangement = this._counter = null;
      this._surface.arrange(screen, _radii, this._centre.lat);
      return;
    }
    this._arrangement = new Arrangement(view.table.places, _radii, screen, options, this._weights);
    this._counter = new GroupCounter(
      view.table, view.alive, this._arrangement, _categories.of, _categories.list.length,
    );
    this._seen = null;
    if (screen.zoom >= PROVINCES_FROM && this._arrangement.apart.length > 0) this._wantProvinces();
  },

  /** Fetches provinces for what is known to one; without them, rings stand in. */
  async _wantProvinces() {
    const { view, options: { areas } } = this;
    if (!areas?.has("provinces") || this._provinces !== null) return;
    const wanted = (this._provinces = { index: null, unit: null });
    try {
      const { index, units } = await areas.provinces();
      if (this._provinces !== wanted || view !== this.view) return;
      const { of, size } = provinceOfPlaces(view.table, index, units);
      const { places, dictionaries } = view.table;
      const coarse = dictionaries.location_precision.indexOf("admin1") + 1;
      const is = (unit, place) => places.precision[place] === coarse && unit < size;
      Object.assign(wanted, { index, unit: of.map((unit, place) => (is(unit, place) ? unit : -1)) });
      this._redrawSoon();
    } catch {
      if (this._provinces === wanted) this._provinces = null; // asked again with the next view
    }
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

  _count() {
    const { view, _counter, _seen } = this;
    const before = _seen?.revision === view.revision ? _seen.days : null;
    view.window.advance(_counter, before, view.days);
    this._seen = { revision: view.revision, days: view.days };
  },

  _draw() {
    const context = this._context;
    const density = this._density;
    context.setTransform(density, 0, 0, density, 0, 0);
    context.clearRect(0, 0, this._canvas.width / density, this._canvas.height / density);
    if (this._surface !== null) {
      this._marks = [];
      this._surface.draw(context, this._theme);
    } else {
      this._count();
      this._drawRings(context);
      this._marks = this._layOut();
      for (const mark of this._marks) this._drawMark(context, mark);
    }
    this._drawHighlight(context);
    this.fire("draw", { marks: this._marks.length });
    clearTimeout(this._resting);
    this._resting = setTimeout(() => this._tellNumbers(), RESTS_AFTER_MS);
  },

  /** Tells the map's names where numbers stand, once the hand rests. */
  _tellNumbers() {
    const { _map: map, _screen: screen } = this;
    if (!map || !screen) return;
    const numbers = this._marks.filter(({ count, rough }) => rough || count > 1);
    const list = numbers.map(({ x, y, radius }) => ({ x: x + screen.x, y: y + screen.y, radius }));
    const told = `${screen.zoom} ${list.map(({ x, y }) => `${Math.round(x)},${Math.round(y)}`)}`;
    if (told === this._told) return;
    this._told = told;
    map.fire("numbers", { zoom: screen.zoom, list });
  },

  /** Marks from the smallest count to the largest, so that numbers are never covered. */
  _layOut() {
    const { _arrangement: { size, scale, screen, coarse }, _counter: counter } = this;
    const marks = [];
    for (let group = 0; group < size; group++) {
      const count = counter.count(group);
      if (count === 0) continue;
      const x = (counter.sumX[group] / count) * scale - screen.x;
      const y = (counter.sumY[group] / count) * scale - screen.y;
      const rough = counter.coarse[group] === count || coarse[group] === 1;
      const row = count === 1 ? counter.onlyRow(group) : -1;
      const radius = rough ? 13 : count === 1 ? symbolRadius(this.view.killed(row)) : clusterRadius(count);
      marks.push({ x, y, radius, group, count, rough, row });
    }
    return marks.sort((a, b) => Number(b.rough) - Number(a.rough) || a.count - b.count);
  },

  _drawMark(context, { x, y, radius, group, count, rough, row }) {
    const { _counter: counter, _colours: colours, _theme: theme, view } = this;
    const k = colours.length;
    const shares = counter.counts.subarray(group * k, group * k + k);
    if (rough) {
      drawCoarse(context, x, y, count, colours[most(shares)], theme);
    } else if (count === 1) {
      const { colour, shape } = this._categories.list[most(shares)];
      const outline = this._outlines.get(view.grade(row));
      const known = view.killed(row) !== null;
      drawSymbol(context, x, y, radius, { colour, shape, known, outline, ink: theme.ink });
    } else {
      const pile = this._arrangement.distinct[group] === 1;
      drawCluster(context, x, y, count, shares, colours, { ...theme, pile });
    }
  },

  /** Within which something happened: the province that is known, else a ring. */
  _drawRings(context) {
    const { atPlace } = this._counter;
    const rings = [];
    const units = new Set();
    for (const place of this._arrangement.apart) {
      if (atPlace[place] === 0) continue;
      const unit = this._provinceOf(place);
      if (unit >= 0) units.add(unit);
      else if (rings.length <= MOST_RINGS) rings.push(place);
    }
    if (rings.length <= MOST_RINGS) drawRings(context, rings.flatMap((place) => this._ring(place)), this._theme.ink);
    if (units.size) drawUncertainty(context, this._pathsOf(units), units.size, this._theme.ink);
  },

  /** The unit of a place that is known to its province and no better; -1 where none is known. */
  _provinceOf(place) {
    return this._provinces?.unit?.[place] ?? -1;
  },

  _pathsOf(units) {
    this._paths ??= new AreaPaths(this._provinces.index, this._screen);
    return this._paths.of(units);
  },

  /** A place's ring, or none where its extent is not known or is wider than any screen. */
  _ring(place) {
    const radius = this._radii[place] * this._scale();
    return radius <= 4000 ? [{ ...this._pixel(place), radius }] : [];
  },

  /** Pixels of a world unit. */
  _scale() {
    return (256 * 2 ** this._screen.zoom) / WORLD;
  },

  /** Where a place is on the canvas, in the copy of the world that is nearest. */
  _pixel(place) {
    const { _screen: screen, view: { table: { places } } } = this;
    const scale = this._scale();
    const middle = (screen.x + screen.width / 2) / scale;
    const x = places.x[place] + Math.round((middle - places.x[place]) / WORLD) * WORLD;
    return { x: x * scale - screen.x, y: places.y[place] * scale - screen.y };
  },

  _drawHighlight(context) {
    const row = this._highlighted;
    if (row === null || !this.view.onMap(row) || !this.view.matches(row)) return;
    const place = this.view.table.place[row];
    const { x, y } = this._pixel(place);
    if (this.view.table.places.pin[place] === 0) {
      const unit = this._provinceOf(place);
      if (unit < 0) drawRings(context, this._ring(place), this._theme.accent);
      else drawUncertainty(context, this._pathsOf([unit]), 1, this._theme.accent);
    }
    context.beginPath();
    context.arc(x, y, 15, 0, Math.PI * 2);
    context.lineWidth = 6;
    context.strokeStyle = "#fff";
    context.stroke();
    context.lineWidth = 3;
    context.strokeStyle = this._theme.accent;
    context.stroke();
  },

  _watchTheme(map) {
    const read = () => {
      const style = getComputedStyle(map.getContainer());
      const value = (name) => style.getPropertyValue(name).trim() || FALLBACK[name];
      const dark = themeOf(map.getContainer(), "auto") === "dark";
      this._theme = { ink: value("--cm-ink"), paper: value("--cm-paper"), accent: value("--cm-accent"), dark };
    };
    read();
    this._unwatchTheme = watchTheme(() => {
      read();
      this._redrawSoon();
      this.fire("legend");
    });
  },

  // --- picking ----------------------------------------------------------------------------------

  /** A point of the map's container on the canvas. */
  _onCanvas(point) {
    return point.add(this._margin).subtract(this._offset());
  },

  /** The mark under a point of the map's container, topmost first. @returns {Mark|null} */
  _markAt(point, slack = 0) {
    if (this._marks.length === 0) return null;
    const { x, y } = this._onCanvas(point);
    let best = null;
    let nearest = Infinity;
    for (const mark of this._marks) {
      const distance = Math.hypot(mark.x - x, mark.y - y) - mark.radius - slack;
      if (distance <= 3 && distance <= nearest) [best, nearest] = [mark, distance];
    }
    return best;
  },

  /** How far the map was dragged since the canvas was laid. */
  _offset() {
    const corner = this._map.containerPointToLayerPoint(this._margin.multiplyBy(-1));
    return L.DomUtil.getPosition(this._canvas).subtract(corner);
  },

  /** What a surface holds under a point of the map's container, or null. */
  _spotAt(point) {
    if (this._surface === null) return null;
    const { x, y } = this._onCanvas(point);
    return this._surface.at(x, y);
  },

  _pickSpot({ holds, where }, latlng) {
    const rows = this._rowsWhere(holds);
    if (rows.length > 0) this.fire("pick", { row: rows[0], rows, where, latlng });
  },

  /** Says a surface's spot beside the pointer. */
  _say(spot, point) {
    this._map.getContainer().classList.toggle("cm-pointing", spot !== null);
    // A finger leaves nothing hovering: it picks, and the list tells.
    this._said.hidden = spot === null || matchMedia("(hover: none)").matches;
    if (this._said.hidden) return;
    fill(this._said, foreign(spot.label));
    const { x: width } = this._map.getSize();
    const left = point.x > width - 200;
    this._said.style.transform = `translate(${point.x + (left ? -12 : 14)}px, ${point.y + 14}px) translateX(${left ? -100 : 0}%)`;
  },

  _onClick(event) {
    if (this._surface !== null) {
      const spot = this._spotAt(event.containerPoint);
      if (spot !== null) this._pickSpot(spot, event.latlng);
      return;
    }
    const touch = event.originalEvent?.pointerType === "touch";
    const mark = this._markAt(event.containerPoint, touch ? 14 : 0);
    if (mark !== null) this._pick(mark);
  },

  _onPointer(event) {
    if (this._surface !== null) {
      this._say(this._spotAt(event.containerPoint), event.containerPoint);
      return;
    }
    const mark = this._markAt(event.containerPoint);
    const group = mark?.group ?? null;
    if (group === this._hovered) return;
    this._hovered = group;
    this._map.getContainer().classList.toggle("cm-pointing", mark !== null);
    this.fire("hover", { row: mark?.count === 1 ? mark.row : null, count: mark?.count ?? 0 });
  },

  _onLeave() {
    this._said.hidden = true;
    if (this._hovered === null) return;
    this._hovered = null;
    this._map.getContainer().classList.remove("cm-pointing");
    this.fire("hover", { row: null, count: 0 });
  },

  _key(event) {
    if (event.key !== "Enter" || event.target !== this._map.getContainer()) return;
    const middle = this._map.getSize().divideBy(2).round();
    const spot = this._spotAt(middle);
    if (spot !== null) {
      event.preventDefault();
      this._pickSpot(spot, this._map.getCenter());
      return;
    }
    const mark = this._markAt(middle, 60);
    if (mark !== null) {
      event.preventDefault();
      this._pick(mark);
    }
  },

  _pick(mark) {
    const rows = this.rowsOf(mark.group);
    if (rows.length === 0) return;
    const bounds = this._extentOf(rows);
    const map = this._map;
    const apart = map.getBoundsZoom(bounds, false, L.point(80, 80)) > map.getZoom();
    if (this.options.flyOnPick && apart && map.getZoom() < map.getMaxZoom() && !isPoint(bounds)) {
      const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
      map.fitBounds(bounds, { padding: [60, 60], maxZoom: map.getZoom() + 4, animate: !still });
      return;
    }
    const latlng = map.containerPointToLatLng(L.point(mark.x, mark.y).subtract(this._margin).add(this._offset()));
    // What is known to an area only stays with its count: spread out, each would look like a pin.
    this.fire("pick", { row: rows[0], rows, where: "at this point", latlng, spreads: !mark.rough });
  },

  /** Rows in view that a group holds, the latest first. @param {number} group @returns {Uint32Array} */
  rowsOf(group) {
    const { groupOf } = this._arrangement;
    return this._rowsWhere((place) => groupOf[place] === group);
  },

  /** Rows in view at the places that hold, the latest first. */
  _rowsWhere(holds) {
    const { view } = this;
    const { place, places } = view.table;
    const chosen = Uint8Array.from({ length: places.n }, (_, p) => Number(holds(p)));
    const { hi } = view.window.slice(view.days);
    const rows = [];
    for (let row = hi - 1; row >= 0; row--) {
      if (chosen[place[row]] === 1 && view.matches(row)) rows.push(row);
    }
    return Uint32Array.from(rows);
  },

  _extentOf(rows) {
    const bounds = L.latLngBounds([]);
    for (const row of rows) {
      const place = this.view.table.place[row];
      const x = (this._arrangement.x[place] / WORLD) * 256;
      bounds.extend(this._map.unproject([x, (this.view.table.places.y[place] / WORLD) * 256], 0));
    }
    return bounds;
  },
});

/** The category with the most rows. */
function most(/** @type {ArrayLike<number>} */ shares) {
  let best = 0;
  for (let k = 1; k < shares.length; k++) if (shares[k] > shares[best]) best = k;
  return best;
}

function isPoint(bounds) {
  return bounds.getNorth() - bounds.getSouth() < 1e-5 && bounds.getEast() - bounds.getWest() < 1e-5;
}

L.IncidentLayer = IncidentLayer;
