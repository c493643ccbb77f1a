// The workspace around a plain Leaflet map, for tests: `window.workspace` and what it announced.

import { load } from "./assets/v/js/engine/load.js";
import { IncidentView } from "./assets/v/js/engine/view.js";
import { IncidentLayer } from "./assets/v/js/incident_layer.js";
import { L } from "./assets/v/js/leaflet.js";
import { mountWorkspace } from "./assets/v/js/workspace.js";

const map = L.map("map", { center: [35.4, 37.4], zoom: 7, attributionControl: false });
/** What the layer must do for the workspace, recorded. */
class SilentLayer extends L.Evented {
  highlighted = [];
  flown = [];

  highlight(row) {
    this.highlighted.push(row);
  }

  flyTo(row) {
    this.flown.push(row);
  }
}

const answers = await Promise.all([fetch("vocabulary.json"), load("data/v1/incidents.pack")]);
const vocabulary = await answers[0].json();
const view = new IncidentView(answers[1]);
const query = new URLSearchParams(location.search);
const layer = query.has("layer") ? new IncidentLayer(view).addTo(map) : new SilentLayer();

if (query.has("base")) {
  const { addBaseMap } = await import("./assets/v/js/base_map.js");
  const data = "assets/v/data/";
  addBaseMap(map, {
    world: `${data}world.bin.gz`, boundaries: `${data}boundaries.bin.gz`,
    labels: [[`${data}labels.json.gz`, 2], [`${data}labels_more.json.gz`, 7]],
    theme: "auto", attribution: "Natural Earth · GeoNames CC BY 4.0", detailFrom: 5,
  });
}

const workspace = mountWorkspace(document.getElementById("root"), {
  map,
  layer,
  view,
  endpoints: { rows: "data/v1/rows", row: "data/v1/row/", incident: "data/v1/incident/" },
  options: { vocabulary, countries: { SYR: "Syria" }, notices: query.getAll("notice") },
});
const said = [];
for (const name of ["open", "moved", "range", "area", "reset", "stale"]) {
  workspace.addEventListener(name, (event) => said.push([name, event.detail]));
}
if (query.has("theme")) workspace.setTheme(query.get("theme"));
Object.assign(window, { L, map, view, layer, workspace, said });
document.documentElement.dataset.ready = "";
