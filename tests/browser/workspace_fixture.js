// The workspace around a plain Leaflet map, for tests: `window.workspace` and what it announced.

import { load } from "./assets/v/js/engine/load.js";
import { IncidentView } from "./assets/v/js/engine/view.js";
import { L } from "./assets/v/js/leaflet.js";
import { mountWorkspace } from "./assets/v/js/workspace.js";

const map = L.map("map", { center: [35.4, 37.4], zoom: 7, attributionControl: false });
const layer = await realLayer();

async function realLayer() {
  try {
    await import("./assets/v/js/incident_layer.js");
  } catch {
    return null;
  }
  return L.IncidentLayer ?? null;
}

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
const isReal = layer !== null && query.has("layer");
const drawn = isReal ? new layer(view).addTo(map) : new SilentLayer();

const workspace = mountWorkspace(document.getElementById("root"), {
  map,
  layer: drawn,
  view,
  endpoints: { rows: "data/v1/rows", row: "data/v1/row/", incident: "data/v1/incident/" },
  options: { vocabulary, countries: { SYR: "Syria" }, notices: query.getAll("notice") },
});
const said = [];
for (const name of ["open", "moved", "range", "area", "reset", "stale"]) {
  workspace.addEventListener(name, (event) => said.push([name, event.detail]));
}
if (query.has("theme")) workspace.setTheme(query.get("theme"));
Object.assign(window, { L, map, view, layer: drawn, workspace, said });
document.documentElement.dataset.ready = "";
