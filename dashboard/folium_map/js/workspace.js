/**
 * What stands around the map: sentence, list, incident card, tray and timeline, all of them
 * looking at one `IncidentView`.
 */

import { AreaTool } from "./area.js";
import { IncidentCard } from "./card.js";
import { element, failureNotice, fill, foreign } from "./dom.js";
import { emptyState } from "./empty_state.js";
import { MOST_FANNED } from "./engine/seats.js";
import { sentence } from "./engine/sentence.js";
import { Fan } from "./fan.js";
import { L } from "./leaflet.js";
import { IncidentList } from "./list.js";
import { FullScreen, MeasureTool, Whereabouts } from "./map_tools.js";
import { fetchJson, RowSource } from "./row_source.js";
import { labelFiles, PlaceSearch } from "./search.js";
import { readNotes, writeNotes } from "./engine/notes.js";
import { Sheet } from "./sheet.js";
import { counted, number } from "./text.js";
import { Timeline } from "./timeline.js";
import { Tray } from "./tray.js";

export { failureNotice };

/** How often the list follows while the hand moves; the sentence follows every frame. */
const LIST_EVERY_MS = 120;
/** The share of time that the list may take from a moving hand, as one part in so many. */
const LIST_SHARE = 12;
const SPOKEN_AFTER_MS = 700;
/** Sources of a change of days that a person made here; others came from the page. */
const BY_HAND = new Set(["timeline", "play", "range"]);
const ORDERS = [["newest", "Newest first"], ["oldest", "Oldest first"], ["killed", "Most killed first"]];

/**
 * Build the workspace in an element.
 *
 * @param {HTMLElement} root
 * @param {object} parts
 * @param {any} parts.map  a Leaflet map; its container is moved into the workspace
 * @param {any} parts.layer  `L.IncidentLayer`
 * @param {import("./engine/view.js").IncidentView} parts.view
 * @param {{rows: string, row: string, incident: string}} parts.endpoints  addresses of one store
 *     version, such as "/data/V/rows", "/data/V/row/", "/data/V/incident/"
 * @param {object} parts.options
 * @param {import("./text.js").Vocabulary} [parts.options.vocabulary]  the lists in words; those of
 *     the pack unless given
 * @param {Record<string, string>} [parts.options.countries]  country names by ISO 3166-1 alpha-3
 * @param {(incidentId: string) => string} [parts.options.linkFor]  link to an open incident
 * @param {string[]} [parts.options.notices]  sentences to show on top, such as of a link that
 *     could not be read in full
 * @param {string[]} [parts.options.placeFiles]  addresses of the base map's name files, for the
 *     search; those beside this module unless given
 * @param {typeof fetchJson} [parts.options.fetch]  who answers the addresses; the application
 *     unless given
 * @param {object} [parts.options.timeline]  options of the timeline
 * @param {string|null} [parts.options.notes]  of the timeline, as a link has them
 * @returns {Workspace}
 */
export function mountWorkspace(root, { map, layer, view, endpoints, options }) {
  return new Workspace(root, map, layer, view, endpoints, options);
}

/**
 * Fires `open` (detail {incident_id|null}), `moved` ({zoom, lat, lon}), `range` ({from, to, final}
 * with ISO days or null), `area` ({bbox, polygon}), `notes` (of the timeline, as text for a link or
 * null), `keep` (of `TimelineNotes`), `reset`, all after a person's act only, and
 * `stale` when the server no longer knows this version of the store.
 */
export class Workspace extends EventTarget {
  #order = "newest";
  #inView = false;
  /** @type {Uint32Array|null} rows at one point of the map, or null for all */
  #stack = null;
  #stackWhere = "";
  #openRow = null;
  #openId = null;
  #back = null;
  #spoken = 0;
  #noticed = "[]";
  #listed = 0;
  #listCost = 0;
  #abort = new AbortController();

  constructor(root, map, layer, view, endpoints, options) {
    super();
    Object.assign(this, { root, map, layer, view });
    const shared = {
      endpoints,
      vocabulary: options.vocabulary ?? view.table.vocabulary,
      countries: options.countries ?? {},
      linkFor: options.linkFor ?? linkFromAddress,
      fetch: options.fetch ?? fetchJson,
    };
    this.names = shared;
    this.home = { parent: map.getContainer().parentNode, before: map.getContainer().nextSibling };
    this.#build();
    this.source = new RowSource(endpoints.rows, shared);
    this.list = new IncidentList(this.parts.list, this.source, { ...shared, preview: (row) => previewOf(view, row) });
    this.card = new IncidentCard(this.parts.card, shared);
    this.tray = new Tray(this.parts.tray, view, shared);
    this.sheet = new Sheet(this.parts.panel, this.parts.handle);
    this.timeline = new Timeline(this.parts.timeline, view, { layer, notes: true, ...options.timeline });
    this.showNotes(options.notes ?? null);
    this.controls = [
      new AreaTool(view), new MeasureTool(), new FullScreen(this.frameElement), new Whereabouts(),
      L.control.scale({ imperial: false, maxWidth: 110 }),
    ];
    for (const control of this.controls) control.addTo(map);
    this.fan = new Fan(map, layer);
    this.search = new PlaceSearch(options.placeFiles ?? labelFiles()).addTo(map);
    this.#listen();
    this.showNotices(options.notices ?? []);
    this.#changed({ final: true, source: "start" });
  }

  // --- what the page asks of it ------------------------------------------------------------------

  /** Open an incident by its name, or close what is open with null. Fires nothing. */
  async open(incidentId) {
    if (incidentId === this.#openId) return;
    if (incidentId === null) this.#close({ silent: true });
    else await this.#open({ incident_id: incidentId }, { silent: true, back: null });
  }

  /** Notes of the timeline, as a link has them. Fires nothing. @param {string|null} text */
  showNotes(text) {
    this.timeline.notes.set(readNotes(text));
  }

  /** Notes that are kept beside the store. Fires nothing. @param {import("./timeline_notes.js").Kept} book */
  showKept(book) {
    this.timeline.notes.setKept(book);
  }

  /** Sentences on top; those that are shown, or were dismissed, are not brought again. @param {string[]} sentences */
  showNotices(sentences) {
    const said = JSON.stringify(sentences);
    if (said === this.#noticed) return;
    this.#noticed = said;
    this.#notify(sentences);
  }

  /** "light", "dark", or null to follow the system. */
  setTheme(theme) {
    if (theme === null) delete this.root.dataset.theme;
    else this.root.dataset.theme = theme;
  }

  /** Undo everything; the map goes back to where it was. */
  destroy() {
    this.#abort.abort();
    clearTimeout(this.#spoken);
    this.observer.disconnect();
    for (const control of this.controls) control.remove();
    this.fan.close();
    this.search.remove();
    this.map.off("moveend", this.onMoved);
    this.layer?.off?.("pick", this.onPick);
    this.layer?.off?.("hover", this.onHover);
    for (const part of [this.list, this.card, this.tray, this.timeline, this.sheet]) part?.destroy?.();
    this.source.destroy();
    this.home.parent?.insertBefore(this.map.getContainer(), this.home.before);
    this.frameElement.remove();
    this.root.classList.remove("cm-root");
  }

  // --- building ----------------------------------------------------------------------------------

  #build() {
    const parts = {
      sentence: element("p", { class: "cm-sentence-text" }),
      unlocated: element("button", { type: "button", class: "cm-link", onclick: () => this.#openTray() }),
      spoken: element("p", { class: "cm-hidden", role: "status", "aria-live": "polite" }),
      mapSlot: element("div", { class: "cm-map", role: "region", "aria-label": "Map" }),
      timeline: element("div", { class: "cm-timeline-slot", role: "region", "aria-label": "Timeline" }),
      handle: element("button", { type: "button", class: "cm-sheet-handle" }),
      title: element("h2", { class: "cm-panel-title", tabindex: "-1" }),
      all: element("button", { type: "button", class: "cm-button cm-quiet", onclick: () => this.#showAll() }, "Show all"),
      order: this.#orderSelect(),
      inView: element("input", { type: "checkbox", onchange: (event) => this.#setInView(event.target.checked) }),
      list: element("div", {}),
      empty: element("div", { class: "cm-empty" }),
      card: element("div", { hidden: true }),
      tray: element("div", { hidden: true }),
    };
    this.parts = parts;
    parts.mapSlot.append(this.map.getContainer());
    parts.tools = this.#tools();
    parts.listing = element("div", { class: "cm-listing" }, this.#listHead(), parts.list, parts.empty);
    parts.panel = element("section", { class: "cm-panel", "aria-label": "Incidents" }, parts.handle, parts.listing, parts.card, parts.tray);
    parts.notices = element("div", { class: "cm-notices", role: "status" });
    const sentenceBar = element("div", { class: "cm-sentence" }, parts.sentence, parts.unlocated, parts.spoken, parts.notices);
    this.frameElement = element("div", { class: "cm-workspace" }, sentenceBar, parts.mapSlot, parts.panel, parts.timeline);
    this.root.classList.add("cm-root");
    this.root.append(this.frameElement);
  }

  #notify(sentences) {
    const dismiss = (event) => event.target.closest(".cm-notice").remove();
    fill(this.parts.notices, ...sentences.map((words) => element(
      "div", { class: "cm-notice" }, element("p", {}, foreign(words)),
      element("button", { type: "button", class: "cm-button cm-quiet", onclick: dismiss }, "Dismiss"),
    )));
  }

  #listHead() {
    return element("div", { class: "cm-panel-head" }, element("div", { class: "cm-panel-heading" }, this.parts.title, this.parts.all), this.parts.tools);
  }

  #tools() {
    return element(
      "div", { class: "cm-panel-tools" },
      element("label", { class: "cm-choice" }, element("span", { class: "cm-hidden" }, "Order"), this.parts.order),
      element("label", { class: "cm-choice" }, this.parts.inView, " Only in this map view"),
    );
  }

  #orderSelect() {
    const choose = (event) => {
      this.#order = event.target.value;
      this.#showRows();
    };
    return element("select", { class: "cm-field", onchange: choose }, ...ORDERS.map(([value, label]) => element("option", { value }, label)));
  }

  #listen() {
    const { signal } = this.#abort;
    this.view.addEventListener("change", (event) => this.#changed(event.detail ?? {}), { signal });
    this.list.addEventListener("open", (event) => this.#open(event.detail, { back: "list" }), { signal });
    this.list.addEventListener("mark", (event) => this.#highlight(event.detail.row), { signal });
    this.tray.addEventListener("open", (event) => this.#open(event.detail, { back: "tray" }), { signal });
    this.tray.addEventListener("close", () => this.#closeTray(), { signal });
    this.card.addEventListener("close", () => this.#close({ silent: false }), { signal });
    this.card.addEventListener("locate", (event) => this.#locate(event.detail.row), { signal });
    this.source.addEventListener("failed", (event) => this.#failed(event.detail), { signal });
    this.card.addEventListener("failed", (event) => this.#failed(event.detail), { signal });
    this.card.addEventListener("loaded", (event) => this.#loaded(event.detail), { signal });
    this.fan.addEventListener("open", (event) => this.#open(event.detail, { back: "map" }), { signal });
    this.fan.addEventListener("mark", (event) => this.#highlight(event.detail.row), { signal });
    this.timeline.notes.addEventListener("notes", (event) => this.#say("notes", writeNotes(event.detail)), { signal });
    this.timeline.notes.addEventListener("keep", (event) => this.#say("keep", event.detail), { signal });
    this.root.addEventListener("keydown", (event) => this.#shortcut(event), { signal });
    this.onMoved = () => this.#moved();
    this.onPick = (event) => this.#picked(event);
    this.onHover = (event) => this.list.mark(event.row ?? null);
    this.map.on("moveend", this.onMoved);
    this.layer?.on?.("pick", this.onPick);
    this.layer?.on?.("hover", this.onHover);
    // Leaflet keeps the middle in the middle; it has been moved here from a box of another size.
    const fit = () => this.map.invalidateSize({ animate: false });
    this.observer = new ResizeObserver(fit);
    this.observer.observe(this.parts.mapSlot);
    fit();
  }

  /** "/" goes to the search, unless something is being typed. */
  #shortcut(event) {
    const typing = event.target.closest("input, select, textarea, [contenteditable]");
    if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    this.search.focus();
  }

  /** A store that has changed since is the page's to read anew. */
  #failed(error) {
    if (error?.status === 410) this.#say("stale", null);
  }

  #say(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }

  // --- following the view ------------------------------------------------------------------------

  #changed({ final = true, source = null }) {
    const totals = this.view.totals();
    this.#writeSentence(totals);
    this.#followWithList(final);
    if (BY_HAND.has(source)) this.#say("range", { ...this.view.rangeIso, final });
    if (source === "area" && final) this.#say("area", areaOf(this.view));
    if (!final) return;
    clearTimeout(this.#spoken);
    this.#spoken = setTimeout(() => fill(this.parts.spoken, sentence(totals)), SPOKEN_AFTER_MS);
    if (!this.parts.tray.hidden) this.tray.open();
  }

  #followWithList(final) {
    const begun = performance.now();
    const pause = Math.max(LIST_EVERY_MS, this.#listCost * LIST_SHARE);
    if (!final && begun - this.#listed < pause) return;
    this.#showRows({ resting: final });
    this.#listed = performance.now();
    if (!final) this.#listCost = this.#listed - begun;
  }

  #writeSentence(totals) {
    const words = sentence({ ...totals, not_on_map: 0 });
    const missing = totals.not_on_map;
    if (this.parts.sentence.textContent !== words) fill(this.parts.sentence, words);
    this.parts.unlocated.hidden = missing === 0;
    const label = `${number(missing)} not on the map`;
    if (this.parts.unlocated.dataset.label === label) return;
    this.parts.unlocated.dataset.label = label;
    fill(this.parts.unlocated, label, element("span", { "aria-hidden": "true" }, " ▸"));
  }

  #showRows({ resting = true, keepPlace = false } = {}) {
    if (this.#stack) this.#stackRows = this.#stack.filter((row) => this.view.matches(row));
    const rows = this.#stack ? fixedRows(this.#stackRows) : this.#viewRows(resting);
    const count = rows.count();
    this.list.show(rows, { resting, keepPlace });
    this.#writeTitle(count);
    const isEmpty = count === 0;
    this.parts.list.hidden = isEmpty;
    this.parts.empty.hidden = !isEmpty;
    if (isEmpty && resting) this.#explainEmpty();
  }

  #stackRows = new Uint32Array(0);

  /** @returns {import("./list.js").Rows} */
  #viewRows(resting) {
    if (!resting && this.#order === "newest" && !this.#inView) return newestRows(this.view);
    const inBounds = this.#inView ? this.#bounds() : null;
    const { view } = this;
    const order = this.#order;
    return {
      count: () => (inBounds ? view.rowCount({ inBounds, onlyUnlocated: false }) : view.count()),
      slice: (offset, limit) => view.rows(offset, limit, { order, inBounds, onlyUnlocated: false }),
    };
  }

  #bounds() {
    const bounds = this.map.getBounds();
    return [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()];
  }

  #writeTitle(count) {
    const words = this.#stack
      ? `${counted(count, "incident")} ${this.#stackWhere}`
      : `${counted(count, "incident")}${this.#inView ? " in this view" : ""}`;
    if (this.parts.title.textContent !== words) fill(this.parts.title, words);
    this.parts.all.hidden = !this.#stack;
    this.parts.tools.hidden = this.#stack !== null;
    this.sheet?.describe(words);
  }

  // --- nothing to show ---------------------------------------------------------------------------

  #explainEmpty() {
    const showAll = () => {
      this.parts.inView.checked = false;
      this.#setInView(false);
      this.parts.title.focus();
    };
    fill(this.parts.empty, ...emptyState(this.view, this.names, { showAll, reset: () => this.#reset() }));
  }

  #reset() {
    this.view.setRange(null, null, { source: "reset" });
    this.view.setArea(null, null);
    this.#say("reset", null);
    this.parts.title.focus();
  }

  // --- map and list ------------------------------------------------------------------------------

  #setInView(isOn) {
    this.#inView = isOn;
    this.#showRows();
  }

  #moved() {
    const centre = this.map.getCenter();
    this.#say("moved", { zoom: this.map.getZoom(), lat: centre.lat, lon: centre.lng });
    if (this.#inView && !this.#stack) this.#showRows();
  }

  #highlight(row) {
    this.layer?.highlight?.(row ?? this.#openRow);
    this.list.mark(row);
  }

  #locate(row) {
    if (row === null || row === undefined) return;
    this.sheet.lower();
    this.layer?.flyTo?.(row);
  }

  #picked({ row, rows, where, latlng, spreads }) {
    const all = rows && rows.length > 1 ? Uint32Array.from(rows) : null;
    this.fan.close();
    if (!all) {
      this.#open({ row }, { back: "map" });
      return;
    }
    this.#dropCard();
    this.#stack = all;
    this.#stackWhere = where ?? "at this point";
    this.#showRows();
    if (spreads && all.length <= MOST_FANNED) {
      this.fan.show(all, latlng);
      return;
    }
    this.sheet.raise();
    this.parts.title.focus({ preventScroll: true });
  }

  #showAll() {
    this.fan.close();
    this.#stack = null;
    this.#showRows();
    this.parts.title.focus({ preventScroll: true });
  }

  // --- card and tray -----------------------------------------------------------------------------

  #show(name) {
    for (const part of ["listing", "card", "tray"]) this.parts[part].hidden = part !== name;
  }

  async #open(which, { back, silent = false }) {
    if (back) this.#back = { to: back, place: this.list.place, row: which.row ?? null };
    else this.#back ??= { to: "list", place: this.list.place, row: null };
    this.silent = silent;
    this.#show("card");
    this.sheet.raise();
    this.#openRow = which.row ?? null;
    const shown = this.card.show(which);
    if (!silent) this.card.focus();
    if ((await shown) && !silent) this.card.focus();
  }

  #loaded({ incident_id: incidentId, row }) {
    this.#openId = incidentId;
    this.#openRow = row;
    this.list.setOpen(row);
    this.#highlight(null);
    this.parts.panel.scrollTop = 0;
    if (!this.silent) this.#say("open", { incident_id: incidentId });
  }

  #leaveCard() {
    this.card.clear();
    this.#openId = null;
    this.#openRow = null;
    this.list.setOpen(null);
    this.#show("listing");
  }

  /** Leave the card for another part of the panel. */
  #dropCard() {
    const wasOpen = this.#openId !== null;
    this.#back = null;
    this.#leaveCard();
    this.#highlight(null);
    if (wasOpen) this.#say("open", { incident_id: null });
  }

  #close({ silent }) {
    const back = this.#back;
    this.#back = null;
    this.#leaveCard();
    this.#highlight(null);
    if (!silent) this.#say("open", { incident_id: null });
    this.#return(back, silent);
  }

  #return(back, silent) {
    if (back?.to === "tray") this.#show("tray");
    else if (back) this.list.place = back.place;
    if (silent) return;
    if (back?.to === "tray") this.tray.focusRow(back.row);
    else if (back?.to === "map" && this.fan.has(back.row)) this.fan.focus(back.row);
    else if (back?.to === "map") this.map.getContainer().focus({ preventScroll: true });
    else if (this.list.count) this.list.focus(back?.row ?? null);
    else this.parts.title.focus();
    if (back?.to === "map") this.sheet.lower();
  }

  #openTray() {
    this.#dropCard();
    this.#show("tray");
    this.sheet.raise();
    this.tray.open();
    this.tray.focus();
  }

  #closeTray() {
    this.tray.clear();
    this.#show("listing");
    this.parts.unlocated.focus();
  }
}

// --- small parts -----------------------------------------------------------------------------------

/** @returns {import("./list.js").Rows} */
function fixedRows(rows) {
  return { count: () => rows.length, slice: (offset, limit) => rows.subarray(offset, offset + limit) };
}

/**
 * The newest rows in view, found from the end: what shows while the hand moves, when listing all
 * of millions would cost a frame.
 *
 * @returns {import("./list.js").Rows}
 */
function newestRows(view) {
  const slice = (offset, limit) => {
    const found = [];
    const { hi } = view.window.slice(view.days);
    for (let row = Math.min(hi, view.table.dated) - 1; row >= 0 && found.length < offset + limit; row--) {
      if (view.matches(row)) found.push(row);
    }
    return found.length < offset + limit ? view.rows(offset, limit) : found.slice(offset);
  };
  return { count: () => view.count(), slice };
}

/** What the packed table knows of a row, before the server is asked. */
function previewOf(view, row) {
  const { table } = view;
  const [start, end] = [view.dayStart(row), view.dayEnd(row)];
  return {
    event_type: view.eventType(row),
    date_start: start === null ? null : table.isoOf(start),
    date_end: end === null ? null : table.isoOf(end),
    date_precision: table.word("date_precision", row),
  };
}

function areaOf(view) {
  const { bbox = null, polygon = null } = view.predicate;
  return { bbox, polygon };
}

function linkFromAddress(incidentId) {
  const link = new URL(window.location.href);
  link.searchParams.set("open", incidentId);
  return link.href;
}
