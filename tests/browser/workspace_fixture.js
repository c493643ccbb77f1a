// The workspace around a plain Leaflet map, for tests. `begin(…)` sets it up afresh and leaves
// what a test may look at on the window: map, view, layer, workspace, and what it has `said`.

import { load } from "./assets/v/js/engine/load.js";
import { IncidentView } from "./assets/v/js/engine/view.js";
import { IncidentLayer } from "./assets/v/js/incident_layer.js";
import { L } from "./assets/v/js/leaflet.js";
import { mountWorkspace } from "./assets/v/js/workspace.js";

const START = [[35.4, 37.4], 7];
const map = L.map("map", { center: START[0], zoom: START[1], attributionControl: false });
const [words, table] = await Promise.all([fetch("vocabulary.json"), load("data/v1/incidents.pack")]);
const vocabulary = await words.json();

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

  remove() {}
}

window.begin = ({ theme = null, notices = [], drawn = false } = {}) => {
  window.workspace?.destroy();
  window.layer?.remove();
  map.setView(...START, { animate: false });
  const view = new IncidentView(table);
  const layer = drawn ? new IncidentLayer(view).addTo(map) : new SilentLayer();
  const workspace = mountWorkspace(document.getElementById("root"), {
    map,
    layer,
    view,
    endpoints: { rows: "data/v1/rows", row: "data/v1/row/", incident: "data/v1/incident/" },
    options: { vocabulary, countries: { SYR: "Syria" }, notices },
  });
  const said = [];
  for (const name of ["open", "moved", "range", "area", "reset", "stale", "notes", "keep"]) {
    workspace.addEventListener(name, (event) => said.push([name, event.detail]));
  }
  workspace.setTheme(theme);
  Object.assign(window, { L, map, view, layer, workspace, said });
};

window.drawBase = async () => {
  const { addBaseMap } = await import("./assets/v/js/base_map.js");
  const data = "assets/v/data/";
  addBaseMap(map, {
    world: `${data}world.bin.gz`, boundaries: `${data}boundaries.bin.gz`,
    labels: [[`${data}labels.json.gz`, 2], [`${data}labels_more.json.gz`, 7]],
    theme: "auto", attribution: "Natural Earth · GeoNames CC BY 4.0", detailFrom: 5,
  });
};

document.documentElement.dataset.ready = "";
