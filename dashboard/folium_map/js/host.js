/**
 * Hosts the map and its workspace inside a page that re-renders around it, and keeps the URL.
 *
 * The page calls `default` whenever its data changes; the map is built once and told what changed.
 * The browser owns the window of days, the area, the place looked at and the open incident: it
 * reads them from the URL when it starts and when history moves, and writes them there itself, so
 * that none of them waits for the server. The server owns every other filter.
 */

import { AreaSource } from "./area_source.js";
import { element } from "./dom.js";
import { readDrawing, writeDrawing } from "./drawings.js";
import { EarlyMap, PageToCome } from "./early_map.js";
import { loadHits } from "./engine/load.js";
import { IncidentView } from "./engine/view.js";
import { IncidentLayer } from "./incident_layer.js";
import { LayerControl } from "./layer_control.js";
import { Legend } from "./legend.js";
import { predicateOf, sameness } from "./link.js";
import { mounted } from "./mounted.js";
import { addStyle, isDark } from "./page_style.js";
import { readAside, tableOf } from "./read_aside.js";
import { fetchJson } from "./row_source.js";
import { StoreWatch } from "./store_watch.js";
import { mountWorkspace } from "./workspace.js";

/**
 * @typedef {object} HostData
 * @property {string} root address of the application, ending in a slash
 * @property {string} token names the version of the store
 * @property {string} map address of the module that builds the folium map
 * @property {string} incidents address of all of them in that version
 * @property {string} reader address of the script that reads them in a thread of its own
 * @property {string[]} styles addresses of style sheets
 * @property {[string, string]} borders addresses of the borders of countries and of provinces
 * @property {Record<string, any>} predicate the whole filter, as the server knows it
 * @property {[string, string][]} parameters the whole link, as the server knows it, in order
 * @property {string | null} restored the query that belongs into the URL, where that has none; else null
 * @property {string[]} order names of all parameters, in the order that links have
 * @property {import("./timeline_notes.js").Kept} notes kept beside the store
 * @property {string[]} notices sentences about a link that could not be read in full
 */

/** Parameters that the browser reads and writes; the first four change the filter. */
const FILTERING = ["from", "to", "bbox", "polygon"];
const LOOKING = ["z", "lat", "lon", "open", "layer", "notes"];
const OURS = [...FILTERING, ...LOOKING];
/** How many incidents are looked through for the first view of the map. */
const MOST_FITTED = 20_000;
/** Share at either end that the first view may leave out, so that one far incident does not. */
const OUTER_SHARE = 0.04;
/** A map whose middle is nearer than this to where the address says has not been moved by anybody. */
const UNMOVED_PX = 2;

/** As tools/draw_icon.py draws it. */
const ICON = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64"><circle cx="32" cy="32" r="28"
 fill="#a63a50" fill-opacity=".16" stroke="#a63a50" stroke-width="4.5"/><circle cx="32" cy="32" r="10"
 fill="#a63a50"/></svg>`;

/** What the page's last map had in the URL of its own. @type {Map<string, string>} */
let left = new Map();

/** Tells of every change of the address; where a browser has none, the page alone does. */
const browserHistory = /** @type {EventTarget | undefined} */ (/** @type {any} */ (window).navigation);

/** The host of a map that stands before the page does, until the page takes it. @type {Host | null} */
let waiting = null;
/** Whether the page has come, with a map of its own or for the one that waited. */
let isHere = false;

const hosted = mounted((parent) => {
  const host = waiting ?? new Host();
  [waiting, isHere] = [null, true];
  host.settle(parent.querySelector(".cm-host") ?? parent);
  return host;
});

/**
 * @param {any} component what the page hands over: `data`, `parentElement`, setters
 * @returns {Promise<() => void>} takes everything away again
 */
export default function host(component) {
  return hosted(component);
}

/**
 * Draw the map for the address before the page is there; where it cannot be had, the page says so
 * when it comes.
 * @param {HostData} data
 * @param {Promise<import("./reading_thread.js").Answer|null>} incidents on their way
 */
export async function openEarly(data, incidents) {
  if (isHere) return;
  waiting = new Host();
  waiting.early = new EarlyMap(waiting);
  waiting.expect(data.token, incidents.then((answer) => tableOf(answer, data.incidents)));
  await waiting.update(new PageToCome(data));
}

class Host {
  constructor() {
    this.box = element("div", { class: "cm-stage" });
    /** @type {EarlyMap | null} where it stands before the page does */
    this.early = null;
    this.own = ownParameters();
    this.queue = Promise.resolve();
    /** @type {{ token: string, table: Promise<import("./engine/columns.js").Table> } | null} incidents on their way */
    this.coming = null;
    this.token = "";
    this.isGone = false;
    this.moves = false;
    this.serverFilter = "";
    /** @type {string | null} */
    this.serverSaid = null;
    /** @type {string | null} what the server said before it heard of a change of ours */
    this.overtaken = null;
    this.serverText = "";
    this.said = "";
    this.page = window.location.pathname;
    this.onHistory = () => this.followHistory();
    window.addEventListener("popstate", this.onHistory);
    this.onAddress = () => this.followAddress();
    browserHistory?.addEventListener("currententrychange", this.onAddress);
  }

  /** Stand in an element of the page. @param {HTMLElement} place */
  settle(place) {
    keepIcon();
    if (this.early) this.early.moveTo(place);
    else place.append(this.box);
  }

  /**
   * Take over what the page says now; calls wait for one another.
   * @param {any} component
   */
  update(component) {
    const before = this.component;
    this.component = component;
    this.data = /** @type {HostData} */ (component.data);
    this.queue = this.queue.then(() => this.apply()).catch((error) => this.fail(error));
    if (before instanceof PageToCome && !(component instanceof PageToCome)) {
      // The page has read the address for itself; what a hand did since then it hears of now.
      this.queue = this.queue.then(() => this.tell(before));
    }
    return this.queue;
  }

  /** @param {PageToCome} before what the page could not hear */
  tell(before) {
    for (const [name, value] of before.triggers) this.component.setTriggerValue(name, value);
    if (before.hasReported) this.report();
  }

  async apply() {
    this.box.dataset.theme = isDark(this.box) ? "dark" : "light";
    if (this.data.token !== this.token) this.ask(); // they come while the map is built
    if (!this.map) {
      await this.build();
      if (this.isGone) return;
      this.restore();
    }
    if (this.data.token !== this.token) await this.load();
    if (this.isGone) return;
    this.applyPredicate();
    this.workspace.showKept(this.data.notes);
    this.workspace.showNotices(this.data.notices);
    this.writeUrl("replace");
  }

  async build() {
    const [built] = await Promise.all([import(this.data.map), ...this.data.styles.map(addStyle)]);
    if (this.isGone) return;
    this.built = built.build(this.box);
    this.words = built.words;
    this.parameters = built.parameters;
    this.map = this.built.map;
    this.map.on("moveend", () => this.onMoved());
  }

  /** Put back what a person was looking at, where a menu has led here without it. */
  restore() {
    const { restored, order } = this.data;
    const given = new URLSearchParams(window.location.search);
    if (typeof restored !== "string" || order.some((name) => given.has(name))) return;
    const address = window.location.pathname + (restored && `?${restored}`);
    window.history.replaceState(window.history.state, "", address);
    const looked = LOOKING.map((name) => [name, left.get(name) ?? null]); // the server may not have heard of it
    this.own = merged(ownParameters(), Object.fromEntries(looked));
  }

  /** The incidents of the store's version, which are asked for once. */
  ask() {
    const { token, incidents, reader } = this.data;
    if (this.coming?.token !== token) this.expect(token, readAside(incidents, reader));
    return /** @type {NonNullable<Host["coming"]>} */ (this.coming).table;
  }

  /** @param {string} token of the version @param {Promise<import("./engine/columns.js").Table>} table */
  expect(token, table) {
    const coming = { token, table };
    this.coming = coming;
    table.catch(() => {
      if (this.coming === coming) this.coming = null; // who waits for them says so, and may ask again
    });
  }

  /** Set the workspace up anew around the incidents of the store's version. */
  async load() {
    const token = this.data.token;
    const view = new IncidentView(await this.ask());
    this.coming = null;
    if (this.isGone) return;
    const fits = !this.workspace && !this.own.has("z");
    this.clear();
    this.view = view;
    this.token = token;
    this.serverText = "";
    view.setPredicate(this.data.predicate);
    this.said = sameness(this.parameters, this.data.predicate);
    this.applyOwnFilter();
    this.layer = new IncidentLayer(view, { areas: this.areas(), ...readDrawing(this.own.get("layer")) });
    this.layer.on("drawing", (/** @type {any} */ drawing) => this.set({ layer: writeDrawing(drawing) }, "push", false));
    this.workspace = mountWorkspace(this.box, {
      map: this.map,
      layer: this.layer,
      view,
      endpoints: this.endpoints(),
      options: {
        ...this.words, notices: this.data.notices, notes: this.own.get("notes"), timeline: { layer: this.layer },
      },
    });
    this.listen();
    this.watch = new StoreWatch(`${this.data.root}data/${token}/current`, {
      onMoved: () => this.component.setTriggerValue("stale", true),
      onLayers: () => this.offerLayers().catch(() => undefined),
      isBusy: () => this.workspace.timeline.player.playing,
    });
    this.map.invalidateSize({ animate: false });
    this.legend = new Legend(this.layer).addTo(this.map);
    if (fits) this.fit();
    else if (!this.moves) this.lookWhere();
    this.layer.addTo(this.map); // drawn once, where the map has come to stand
    this.moves = true;
    this.offerLayers().catch(() => undefined); // who is gone is said where incidents are asked for
    if (this.own.has("open")) this.workspace.open(this.own.get("open") ?? null);
  }

  /** Base maps and layers from files; the incidents do not wait for them. */
  async offerLayers() {
    const { view, layer } = this;
    const answer = await fetch(`${this.data.root}layers`);
    const text = answer.ok ? await answer.text() : null;
    if (view !== this.view || !this.map) return; // a later version has come meanwhile
    if (text !== null && text !== this.offered) {
      const chosen = this.choices?.chosen();
      this.choices?.remove();
      const offered = JSON.parse(text);
      this.choices = new LayerControl(this.data.root, offered).addTo(this.map);
      if (chosen) this.choices?.choose(chosen);
      this.offered = text;
    }
    this.choices?.follow(view, layer);
  }

  /** Show where most of what matches is; the world where none of it is on the map. */
  fit() {
    const drawn = this.view.rows(0, MOST_FITTED).filter((/** @type {number} */ row) => this.view.onMap(row));
    const points = Array.from(drawn, (row) => this.view.point(row)).filter(Boolean);
    if (!points.length) return;
    const [south, north] = middle(points.map(({ lat }) => lat));
    const [west, east] = middle(points.map(({ lon }) => lon));
    const corners = [[south, west], [north, east]];
    this.map.fitBounds(corners, { padding: [30, 30], maxZoom: 9, animate: false });
  }

  endpoints() {
    const base = `${this.data.root}data/${this.data.token}/`;
    return {
      rows: `${base}rows`,
      row: `${base}row/`,
      incident: `${base}incident/`,
      hits: `${base}hits`,
    };
  }

  /** Borders, for maps of areas. */
  areas() {
    const [world, boundaries] = this.data.borders;
    const address = `${this.data.root}data/${this.data.token}/provinces`;
    return new AreaSource({
      world, boundaries, countries: this.words.countries, provinces: () => fetchJson(address),
    });
  }

  listen() {
    const on = (/** @type {string} */ name, /** @type {(detail: any) => void} */ act) =>
      this.workspace.addEventListener(name, (/** @type {CustomEvent} */ event) => act(event.detail));
    on("open", ({ incident_id: name }) => this.set({ open: name }, "push", false));
    on("range", ({ from, to, final }) => final && this.set({ from, to }, "push", true));
    on("area", ({ bbox, polygon }) =>
      this.set({ bbox: bbox && writeBox(bbox), polygon: polygon && polygon.map(writeBox).join(";") }, "push", true),
    );
    on("notes", (notes) => this.set({ notes }, "replace", false));
    on("keep", (asked) => this.component.setTriggerValue("note", asked));
    on("reset", () => this.reset());
    on("stale", () => this.component.setTriggerValue("stale", true));
  }

  reset() {
    this.set({ from: null, to: null, bbox: null, polygon: null }, "replace", false);
    this.view.setRange(null, null, { final: true, source: "reset" });
    this.view.setArea(null, null);
    this.component.setTriggerValue("reset", true);
  }

  onMoved() {
    if (!this.moves || this.standsAsSaid()) return; // still being laid out, or of another size alone
    const centre = this.map.getCenter().wrap();
    this.set(
      { z: writeNumber(this.map.getZoom()), lat: writeNumber(centre.lat), lon: writeNumber(centre.lng) },
      "replace",
      false,
    );
  }

  /** Whether the map is where the address says, but for what is lost where its box changes by an odd pixel. */
  standsAsSaid() {
    const [zoom, lat, lon] = ["z", "lat", "lon"].map((name) => this.own.get(name) ?? "");
    if (!lat || !lon || zoom !== writeNumber(this.map.getZoom())) return false;
    const said = this.map.latLngToContainerPoint([Number(lat), Number(lon)]);
    return said.distanceTo(this.map.getSize().divideBy(2)) < UNMOVED_PX;
  }

  /** The server's filter; the window of days and the area only where the server changed them. */
  applyPredicate() {
    const given = new Map(this.data.parameters);
    const server = filteringOf(this.data.parameters);
    if (server !== this.overtaken) this.overtaken = null;
    const theirs = server !== this.serverFilter && server !== this.overtaken;
    if (theirs && this.serverFilter !== "") {
      this.own = merged(this.own, Object.fromEntries(FILTERING.map((name) => [name, given.get(name)])));
    }
    if (theirs) this.serverFilter = server;
    this.serverSaid = server;
    this.follow(this.data.predicate);
    if (theirs) this.applyOwnFilter();
  }

  /** The server's part of a filter, from whoever says it first. @param {Record<string, any>} predicate */
  follow(predicate) {
    const said = sameness(this.parameters, predicate);
    if (said !== this.said) {
      this.said = said;
      this.view.setPredicate(predicate, { keepRange: true, keepArea: true });
    }
    this.findText(predicate.text ?? "");
  }

  /**
   * The server writes a new filter into the address before its page has run, and the page around
   * us draws all of itself anew before it hands us what came of that: the map does not wait for it.
   */
  followAddress() {
    if (!this.view || window.location.pathname !== this.page) return; // led to another page
    this.follow(predicateOf(this.parameters, new URLSearchParams(window.location.search)));
  }

  /** Window of days and area as the URL has them. */
  applyOwnFilter() {
    const day = (/** @type {string} */ name) => {
      const text = this.own.get(name);
      return text ? this.view.table.dayOf(text) : null;
    };
    this.view.setRange(day("from"), day("to"), { final: true, source: "url" });
    this.view.setArea(readNumbers(this.own.get("bbox"), 4), readCorners(this.own.get("polygon")));
  }

  /** @param {string} text */
  async findText(text) {
    const wanted = `${this.token} ${text}`;
    if (wanted === this.serverText) return;
    this.serverText = wanted;
    if (!text) {
      this.view.setHits(null);
      return;
    }
    try {
      const address = `${this.endpoints().hits}?q=${encodeURIComponent(text)}`;
      const rows = await loadHits(address, this.view.table.n);
      if (wanted === this.serverText) this.view.setHits(rows);
    } catch (error) {
      if (wanted !== this.serverText) return;
      this.serverText = ""; // asked for again with the next try
      if (error.status === 410) this.component.setTriggerValue("stale", true);
      else this.fail(error, "The search is not applied.");
    }
  }

  followHistory() {
    const before = this.own;
    this.own = ownParameters();
    this.lookWhere();
    if (this.view) this.applyOwnFilter();
    if (before.get("notes") !== this.own.get("notes")) this.workspace?.showNotes(this.own.get("notes") ?? null);
    if (before.get("layer") !== this.own.get("layer")) this.layer?.setDrawing(readDrawing(this.own.get("layer")));
    if (before.get("open") !== this.own.get("open")) this.workspace?.open(this.own.get("open") ?? null);
  }

  lookWhere() {
    const [zoom, lat, lon] = ["z", "lat", "lon"].map((name) => Number.parseFloat(this.own.get(name) ?? ""));
    if ([zoom, lat, lon].every(Number.isFinite)) this.map.setView([lat, lon], zoom, { animate: false });
  }

  /**
   * @param {Record<string, string | null | undefined>} change parameters, null to drop
   * @param {"push" | "replace"} how
   * @param {boolean} report whether the server needs to know
   */
  set(change, how, report) {
    const before = JSON.stringify([...this.own]);
    this.own = merged(this.own, change);
    if (JSON.stringify([...this.own]) === before) return; // an echo of what the URL said
    this.writeUrl(how);
    if (report) this.report();
  }

  report() {
    // Until the server has heard of it, it may say once more what it said before.
    this.overtaken = this.serverSaid;
    this.serverFilter = filteringOf(this.own);
    this.component.setStateValue("link", Object.fromEntries(this.own));
  }

  /**
   * Put what the browser owns into the URL; the server's part stays as it stands there.
   * @param {"push" | "replace"} how
   */
  writeUrl(how) {
    const present = [...new URLSearchParams(window.location.search)];
    const place = (/** @type {string} */ name) => {
      const index = this.data.order.indexOf(name);
      return index < 0 ? this.data.order.length : index;
    };
    const pairs = [...present.filter(([name]) => !OURS.includes(name)), ...this.own];
    pairs.sort(([one], [other]) => place(one) - place(other));
    const query = pairs.map(([name, text]) => `${formEncoded(name)}=${formEncoded(text)}`).join("&");
    const next = window.location.pathname + (query ? `?${query}` : "");
    if (next === window.location.pathname + window.location.search) return;
    window.history[how === "push" ? "pushState" : "replaceState"](window.history.state, "", next);
  }

  /** @param {unknown} error @param {string} [what] what has come to nothing */
  fail(error, what = "The map could not be drawn.") {
    const sentence = error instanceof Error ? error.message : String(error);
    const box = document.createElement("div");
    box.className = "cm-failure";
    box.setAttribute("role", "alert");
    const text = document.createElement("p");
    text.textContent = `${what} ${sentence}`;
    const again = document.createElement("button");
    again.type = "button";
    again.textContent = "Try again";
    again.addEventListener("click", () => {
      box.remove();
      this.update(this.component);
    });
    box.append(text, again);
    this.box.querySelector(".cm-failure")?.remove();
    this.box.prepend(box);
  }

  clear() {
    this.watch?.destroy();
    this.workspace?.destroy();
    this.legend?.remove();
    this.layer?.remove();
  }

  destroy() {
    if (waiting === this) waiting = null;
    this.isGone = true;
    this.early?.destroy();
    left = this.own;
    window.removeEventListener("popstate", this.onHistory);
    browserHistory?.removeEventListener("currententrychange", this.onAddress);
    this.clear();
    this.map?.remove();
    this.box.remove();
  }
}

/** The page's icon from inside the page: browsers fetch one anew whenever the URL changes. */
function keepIcon() {
  const icon = document.querySelector("link[rel~=icon]");
  if (icon) icon.setAttribute("href", `data:image/svg+xml,${encodeURIComponent(ICON)}`);
}

/** The days and the area of a link, to be compared. @param {Iterable<[string, string]>} parameters */
function filteringOf(parameters) {
  const given = new Map(parameters);
  return JSON.stringify(FILTERING.map((name) => given.get(name) ?? null));
}

/** @returns {Map<string, string>} the parameters of the URL that the browser owns and can read */
function ownParameters() {
  const given = new URLSearchParams(window.location.search);
  /** @type {[string, string][]} */
  const pairs = OURS.map((name) => [name, given.get(name) ?? ""]);
  return new Map(pairs.filter(([name, text]) => text && (READABLE[name]?.(text) ?? true)));
}

/** @param {string} text what `Date` alone would read far too kindly */
function isDay(text) {
  const time = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(text) : Number.NaN;
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}

/** @param {string} text */
function isNumber(text) {
  return /^-?\d+(\.\d+)?$/.test(text);
}

/** Which texts of the URL can be read; what cannot is left out, and the server says so. */
const READABLE = {
  from: isDay,
  to: isDay,
  z: isNumber,
  lat: isNumber,
  lon: isNumber,
  bbox: (/** @type {string} */ text) => readNumbers(text, 4) !== null,
  polygon: (/** @type {string} */ text) => readCorners(text) !== null,
  layer: (/** @type {string} */ text) => writeDrawing(readDrawing(text)) === text,
};

/**
 * @param {Map<string, string>} own
 * @param {Record<string, string | null | undefined>} change
 */
function merged(own, change) {
  const next = new Map(own);
  for (const [name, text] of Object.entries(change)) {
    if (text) next.set(name, text);
    else next.delete(name);
  }
  return next;
}

/**
 * @param {string | undefined} text numbers with commas between
 * @param {number} count
 * @returns {number[] | null}
 */
function readNumbers(text, count) {
  const numbers = (text ?? "").split(",").map(Number.parseFloat);
  return numbers.length === count && numbers.every(Number.isFinite) ? numbers : null;
}

/**
 * @param {string | undefined} text corners with semicolons between
 * @returns {[number, number][] | null}
 */
function readCorners(text) {
  const corners = (text ?? "").split(";").map((pair) => readNumbers(pair, 2));
  return corners.length >= 3 && corners.every(Boolean) ? /** @type {any} */ (corners) : null;
}

/**
 * Between which values all but the outermost hundredths lie.
 * @param {number[]} values
 */
function middle(values) {
  const sorted = values.sort((one, other) => one - other);
  const cut = Math.floor(sorted.length * OUTER_SHARE);
  return [sorted[cut], sorted[sorted.length - 1 - cut]];
}

/** @param {number} number at most six decimals, as links have */
function writeNumber(number) {
  return String(Math.round(number * 1e6) / 1e6);
}

/** @param {number[]} numbers */
function writeBox(numbers) {
  return numbers.map(writeNumber).join(",");
}

/**
 * As Python's `urlencode` does, so that the server's link and ours are the same text.
 * @param {string} text
 */
function formEncoded(text) {
  return encodeURIComponent(text)
    .replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`)
    .replace(/%20/g, "+");
}
