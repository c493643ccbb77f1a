/**
 * The page of a shared file: everything it shows lies in elements of the page itself, and it asks
 * nobody for anything.
 *
 * `dashboard/share.py` writes the file: what it says about itself as JSON (`shared-about`), the
 * packed incidents (`shared-incidents`) and, where they are inside, the details
 * (`shared-details`) and layers from files (`shared-layers`), all gzip in base64.
 */

import { AreaSource } from "./area_source.js";
import { element, failureNotice, foreign } from "./dom.js";
import { readDrawing, writeDrawing } from "./drawings.js";
import { decode } from "./engine/columns.js";
import { IncidentView } from "./engine/view.js";
import { filterWords } from "./filter_words.js";
import { IncidentLayer } from "./incident_layer.js";
import { LayerControl } from "./layer_control.js";
import { Legend } from "./legend.js";
import { fetchOnce } from "./packed_data.js";
import { ENDPOINTS, SharedAnswers } from "./shared_answers.js";
import { SharedFilters } from "./shared_filters.js";
import { counted, timeWords } from "./text.js";
import { mountWorkspace } from "./workspace.js";

/** When the incidents stand on the page, as a mark of the performance timeline. */
const READY = "conflictmap-ready";
const LABELS = "conflictmap/data/labels";

/**
 * @typedef {object} About  what the file says of itself
 * @property {string|null} title
 * @property {string} made_at  ISO, UTC
 * @property {string} made_by  the program and its version
 * @property {number} store_version
 * @property {string} sentence
 * @property {Record<string, any>} predicate  the filter it was made with
 * @property {number} unpublished_left_out
 * @property {number} sensitive_left_out
 * @property {boolean} details
 * @property {string[]} searched
 * @property {{dataset: string|null, incidents: number, licence: string|null, citation: string|null}[]} datasets
 * @property {{name: string, use: string, licence: string, citation: string}[]} credits
 * @property {any} vocabulary
 * @property {Record<string, string>} countries
 * @property {import("./area_source.js").Provinces} provinces
 */

/**
 * @param {any} map  Leaflet's
 * @returns {Promise<{view: IncidentView, workspace: any, filters: SharedFilters}>}
 */
export async function openSharedPage(map) {
  /** @type {About} */
  const about = JSON.parse(document.getElementById("shared-about")?.textContent ?? "");
  document.documentElement.lang = "en";
  document.title = about.title ?? "Conflict Map";
  const head = element("header", { class: "cm-root cm-shared-head" }, ...heading(about));
  const main = element("main", { class: "cm-shared-main" });
  document.body.append(element("div", { class: "cm-shared" }, head, main));
  main.append(map.getContainer());
  try {
    return await show(map, about, head, main);
  } catch (error) {
    const sentence = error instanceof Error ? error.message : String(error);
    main.prepend(failureNotice(`The incidents in this file could not be read. ${sentence}`, null));
    throw error;
  }
}

async function show(map, about, head, main) {
  const view = new IncidentView(await fetchOnce("#shared-incidents", decode));
  const answers = new SharedAnswers(view, about, about.details ? readDetails : null);
  const areas = AreaSource.carried({ countries: about.countries, provinces: async () => about.provinces });
  const layer = new IncidentLayer(view, { areas, ...drawingOfAddress() });
  const filters = new SharedFilters(head, view, {
    ...about,
    placeholder: about.details ? "title, place, actor, id" : "actor, province",
    hits: (text) => answers.hits(text),
  });
  const workspace = mountWorkspace(main, {
    map,
    layer,
    view,
    endpoints: ENDPOINTS,
    options: {
      vocabulary: about.vocabulary,
      countries: about.countries,
      fetch: answers.fetch,
      linkFor: (name) => `${window.location.href.replace(/#.*/, "")}#open=${encodeURIComponent(name)}`,
      placeFiles: labelElements(),
      timeline: { layer },
      notes: ofAddress().get("notes"),
    },
  });
  workspace.addEventListener("reset", () => filters.clear());
  fit(map, view.table.places);
  layer.addTo(map); // only now that the map has its size and place, so that it is laid out once
  new Legend(layer).addTo(map);
  if (document.getElementById("shared-layers")) showLayers(map, view, layer);
  openFromAddress(workspace);
  workspace.addEventListener("notes", (event) => writeToAddress("notes", event.detail));
  layer.on("drawing", (drawing) => writeToAddress("layer", writeDrawing(drawing)));
  window.addEventListener("hashchange", () => {
    layer.setDrawing(drawingOfAddress());
    workspace.showNotes(ofAddress().get("notes"));
    openFromAddress(workspace);
  });
  requestAnimationFrame(() => performance.mark(READY));
  return { view, workspace, filters };
}

/** Layers from files that the page carries. */
async function showLayers(map, view, incidents) {
  const { layers, bodies, symbols } = await fetchOnce("#shared-layers", parsed);
  const shapes = {
    body: async (id) => ({ features: bodies[id] }),
    symbol: (frames, code) => symbols[`${frames}/${code}`] ?? "data:,",
  };
  new LayerControl("", { base_maps: [], layers, error: null }, shapes).addTo(map).follow(view, incidents);
}

/** Show every place that is drawn. */
function fit(map, { n, drawn, latitude, longitude }) {
  let [south, west, north, east] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let place = 0; place < n; place++) {
    if (drawn[place] === 0) continue;
    south = Math.min(south, latitude[place]);
    north = Math.max(north, latitude[place]);
    west = Math.min(west, longitude[place]);
    east = Math.max(east, longitude[place]);
  }
  if (north < south) return;
  const corners = [[south, west], [north, east]].map((corner) => corner.map((micro) => micro / 1e6));
  map.fitBounds(corners, { padding: [24, 24], maxZoom: 11, animate: false });
}

function readDetails() {
  return fetchOnce("#shared-details", parsed);
}

function parsed(/** @type {ArrayBuffer} */ buffer) {
  return JSON.parse(new TextDecoder().decode(buffer));
}

/** Place names that the file carries for the map are those that its search finds. */
function labelElements() {
  return [...document.querySelectorAll("script[id]")].filter(({ id }) => id.startsWith(LABELS)).map(({ id }) => `#${id}`);
}

/** What stands after the # of the address, as a query. */
function ofAddress() {
  return new URLSearchParams(window.location.hash.slice(1));
}

function drawingOfAddress() {
  return readDrawing(ofAddress().get("layer"));
}

function writeToAddress(name, value) {
  const query = ofAddress();
  if (value === null) query.delete(name);
  else query.set(name, value);
  window.history.replaceState(window.history.state, "", `#${query}`);
}

function openFromAddress(workspace) {
  const name = ofAddress().get("open");
  if (name) workspace.open(name);
}

// --- what the file says of itself ----------------------------------------------------------------

/** @param {About} about */
function heading(about) {
  const lines = [
    `${about.sentence}.`,
    about.unpublished_left_out > 0 && `${counted(about.unpublished_left_out, "incident")} not published: left out.`,
    about.sensitive_left_out > 0 && `${counted(about.sensitive_left_out, "incident")} marked sensitive: left out.`,
    !about.details && "Figures only: titles, texts and accounts stay in the store.",
    "This is a copy: it does not change when the store does.",
  ];
  return [
    element("h1", { class: "cm-shared-title" }, foreign(about.title ?? "Conflict Map")),
    element("p", { class: "cm-shared-made" },
      `Made ${timeWords(about.made_at)} from version ${about.store_version} of the store. `, filterLine(about)),
    element("details", { class: "cm-shared-about" },
      element("summary", {}, "About this file, sources and licences"),
      ...lines.filter(Boolean).map((line) => element("p", {}, line)),
      element("ul", {}, ...about.datasets.map(datasetLine), ...about.credits.map(creditLine)),
      element("p", { class: "cm-muted" }, about.made_by)),
  ];
}

function filterLine(about) {
  const lines = filterWords(about.predicate, about);
  if (lines.length === 0) return "Filter: none.";
  return ["Filter: ", ...lines.flatMap(({ label, values }, i) => [
    `${i ? "; " : ""}${label}: `, ...values.flatMap((value, k) => [k ? " or " : "", foreign(value)]),
  ]), "."];
}

function datasetLine({ dataset, incidents, licence, citation }) {
  return element("li", {},
    "Data set ", foreign(dataset ?? "without a name"), `, ${counted(incidents, "incident")}: `,
    foreign(licence ?? "licence not stated"), ". ", citation && foreign(citation));
}

function creditLine({ name, use, licence, citation }) {
  return element("li", {}, `${name}: ${use} ${licence}. ${citation}`);
}
