/**
 * Incidents on a folium map: what the Python element `IncidentLayer` starts.
 *
 * Inside the application the layer waits for a view; in a notebook or a saved page it brings its
 * incidents, a legend, a timeline and a plain card along.
 */

import { AreaSource } from "./area_source.js";
import { element, fill, foreign } from "./dom.js";
import { fromBase64, load } from "./engine/load.js";
import { MOST_FANNED } from "./engine/seats.js";
import { sentence } from "./engine/sentence.js";
import { IncidentView } from "./engine/view.js";
import { Fan } from "./fan.js";
import { IncidentLayer } from "./incident_layer.js";
import { L } from "./leaflet.js";
import { Legend } from "./legend.js";
import { spanWords } from "./text.js";
import { Timeline } from "./timeline.js";

const MOST_LISTED = 40;

/**
 * @typedef {object} Options
 * @property {string|null} data a gzip-compressed pack as base64
 * @property {string|null} url of one, where there is no data
 * @property {string|null} details base64 of JSON: column name -> values in the pack's order
 * @property {string|null} areas base64 of JSON: names of countries and provinces
 * @property {boolean} timeline
 * @property {boolean} legend
 * @property {boolean} fit whether to show all incidents at first
 * @property {Record<string, any>} layer options of the layer
 */

/**
 * @param {any} map Leaflet's
 * @param {Options} options
 * @returns {Promise<any>} the layer, once it has its incidents (or at once, where it brings none)
 */
export async function addIncidents(map, options) {
  const layer = new IncidentLayer(null, { ...options.layer, areas: areasOf(options) });
  layer.addTo(map);
  if (options.legend) new Legend(layer).addTo(map);
  if (options.data === null && options.url === null) return layer;
  await show(map, layer, options);
  return layer;
}

async function show(map, layer, options) {
  let table;
  try {
    table = options.data === null ? await load(options.url) : await fromBase64(options.data);
  } catch (error) {
    tell(map, error, () => show(map, layer, options));
    return;
  }
  const view = new IncidentView(table);
  const details = options.details === null ? {} : textFromBase64(options.details);
  layer.setView(view);
  const bar = options.timeline ? new TimelineBar(view, layer).addTo(map) : null;
  if (options.fit) layer.fit({ below: bar?.getContainer().offsetHeight ?? 0 });
  const fan = new Fan(map, layer);
  let point = null;
  fan.addEventListener("open", (event) => {
    const { row } = /** @type {CustomEvent} */ (event).detail;
    openCard(map, view, details, { rows: [row], where: "", latlng: point });
  });
  layer.on("pick", (picked) => {
    fan.close();
    point = picked.latlng;
    const few = picked.rows.length > 1 && picked.rows.length <= MOST_FANNED;
    if (picked.spreads && few) fan.show(picked.rows, point);
    else openCard(map, view, details, picked);
  });
}

function areasOf({ areas }) {
  if (areas === null) return null;
  const { countries, ...provinces } = textFromBase64(areas);
  return AreaSource.carried({ countries, provinces: async () => provinces });
}

function textFromBase64(text) {
  const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  return JSON.parse(new TextDecoder().decode(bytes));
}

/** A sentence and a way to try again in the map's corner. */
function tell(map, error, retry) {
  const Notice = L.Control.extend({
    onAdd: () => element("div", { class: "cm-map-notice", role: "alert" },
      element("p", {}, error instanceof Error ? error.message : String(error)),
      element("button", { type: "button", onclick: () => { notice.remove(); retry(); } }, "Try again")),
  });
  const notice = new Notice({ position: "topright" }).addTo(map);
}

/** The incidents at one point, as text; words from outside only ever become text nodes. */
function openCard(map, view, details, { rows, where, latlng }) {
  const list = element("ol", { class: "cm-picked" });
  for (const row of rows.slice(0, MOST_LISTED)) list.append(element("li", {}, lines(view, details, row)));
  const more = rows.length - MOST_LISTED;
  const box = element("div", { class: "cm-picked-box" },
    element("p", {}, rows.length === 1 ? "1 incident" : `${rows.length.toLocaleString("en")} incidents ${where}`),
    list, more > 0 && element("p", {}, `and ${more.toLocaleString("en")} more`));
  L.popup({ maxWidth: 320, maxHeight: 260 }).setLatLng(latlng).setContent(box).openOn(map);
}

function lines(view, details, row) {
  const { table } = view;
  const start = view.dayStart(row);
  const end = view.dayEnd(row) ?? start;
  const killed = view.killed(row);
  const type = table.vocabulary.event_type.find((term) => term.code === view.eventType(row));
  const place = table.vocabulary.location_precision.find((term) => term.code === view.precision(row));
  return [
    ...Object.values(details).map((values) => values[row] && element("div", {}, foreign(values[row]))),
    element("div", {}, start === null ? "date not known" : spanWords(table.isoOf(start), table.isoOf(end))),
    element("div", {}, [type?.label ?? "Not coded", killed === null ? "killed: not known" : `${killed} killed`, place?.label.toLowerCase()].filter(Boolean).join(" · ")),
  ];
}

/** Sentence and timeline along the map's lower edge. */
const TimelineBar = L.Control.extend({
  options: { position: "bottomleft" },

  initialize(view, layer) {
    this._view = view;
    this._layer = layer;
  },

  onAdd(map) {
    const said = element("p", { class: "cm-said", role: "status" });
    const root = element("div", { class: "cm-timeline-bar" }, said);
    this._say = () => fill(said, sentence(this._view.totals()));
    this._view.addEventListener("change", this._say);
    this._say();
    this._timeline = new Timeline(root, this._view, { layer: this._layer });
    map.getContainer().classList.add("cm-has-timeline");
    L.DomEvent.disableClickPropagation(root);
    L.DomEvent.disableScrollPropagation(root);
    return root;
  },

  onRemove(map) {
    this._view.removeEventListener("change", this._say);
    this._timeline.destroy();
    map.getContainer().classList.remove("cm-has-timeline");
  },
});
