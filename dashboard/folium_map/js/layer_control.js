/**
 * "Layers" on the map: which base map, which place names, and layers from files.
 *
 * The list under each layer says in words what the map draws, for those who do not see it.
 */

import { element, failureSentence, fill, foreign } from "./dom.js";
import { dayOf, lastDay } from "./engine/dated.js";
import { FileLayer, Stage, isoOf, lines, servedShapes } from "./file_layers.js";
import { L } from "./leaflet.js";
import { keepLocalNames, wantsLocalNames } from "./local_names.js";
import { PictureTiles } from "./picture_tiles.js";
import { MAP_TOOLS, keepInside } from "./room.js";
import { counted, dayWords, number } from "./text.js";

/** @typedef {import("./picture_tiles.js").BaseChoice} BaseChoice */

/** Shapes of a layer that are listed in words; the rest is counted. */
const MOST_LISTED = 100;

let groups = 0;

export const LayerControl = L.Control.extend({
  options: { position: "topleft" },

  /**
   * @param {string} root address of the application
   * @param {{base_maps: BaseChoice[], layers: import("./file_layers.js").Listed[],
   *     error: string|null}} offered error: why layers from files cannot be listed
   * @param {import("./file_layers.js").Shapes} [shapes] those that the application serves unless given
   */
  initialize(root, offered, shapes = servedShapes(root)) {
    this._root = root;
    this._shapes = shapes;
    this._choices = offered.base_maps;
    this._listed = offered.layers;
    this._error = offered.error;
    this._anyDay = false;
    this._agreed = new Set();
  },

  onAdd(map) {
    this._pictures = new PictureTiles(map, this._root);
    this._said = element("p", { class: "cm-layers-said", role: "status" });
    this._pictures.addEventListener("failed", (event) => this._tell(event.detail));
    this._pictures.addEventListener("came", () => fill(this._said));
    this._consent = element("div", { class: "cm-layers-consent", role: "alert", hidden: true });
    const root = element(
      "details", { class: "cm-layers leaflet-bar", name: MAP_TOOLS }, element("summary", {}, "Layers"),
      this._choices.length > 0 && this._baseMaps(), this._consent, this._said, this._placeNames(),
      this._listed.length > 0 && this._fileLayers(map),
      this._error !== null && element("p", { class: "cm-layers-said" }, foreign(this._error)),
    );
    L.DomEvent.disableClickPropagation(root);
    L.DomEvent.disableScrollPropagation(root);
    this._letGo = keepInside(root, map);
    return root;
  },

  onRemove() {
    this._letGo();
    this._pictures.remove();
    this._unfollow?.();
    for (const { layer } of this._rows ?? []) layer.remove();
    this._stage?.remove();
  },

  /**
   * Follows the days of a view, and leaves clicks on incidents to them.
   * @param {import("./engine/view.js").IncidentView} view @param {any} incidents their layer
   */
  follow(view, incidents) {
    this._unfollow?.();
    if (!this._rows) return;
    const change = (event) => this._showDays(event.detail?.final ?? true);
    const pick = () => this._stage.pick();
    view.addEventListener("change", change);
    incidents.on("pick", pick);
    this._unfollow = () => {
      view.removeEventListener("change", change);
      incidents.off("pick", pick);
    };
    this._view = view;
    this._showDays(true);
  },

  /** What a person has chosen here, for the control that takes its place when others are offered. */
  chosen() {
    const root = this.getContainer();
    return {
      base: this._shown ?? null, names: this._names.checked, anyDay: this._anyDay,
      agreed: [...this._agreed], off: (this._rows ?? []).filter(({ box }) => !box.checked).map(({ layer }) => layer.name),
      open: root.open, focused: root.contains(document.activeElement),
    };
  },

  /** @param {any} before what `chosen` told of the control before; what is no more offered is dropped */
  choose(before) {
    const same = (choice) => this._choices.find(({ name, url }) => choice && name === choice.name && url === choice.url);
    for (const choice of before.agreed) if (same(choice)) this._agreed.add(same(choice));
    const base = same(before.base);
    if (base) {
      this._radios[1 + this._choices.indexOf(base)].checked = true;
      this._show(base);
    }
    this._names.checked = before.names;
    this._showNames();
    for (const { layer, box } of this._rows ?? []) {
      if (before.off.includes(layer.name)) box.click();
    }
    if (before.anyDay && this._any) this._any.click();
    this.getContainer().open = before.open;
    if (before.focused) this.getContainer().querySelector("summary").focus();
  },

  // --- base maps --------------------------------------------------------------------------------

  _baseMaps() {
    groups += 1;
    const group = `cm-base-${groups}`;
    this._radios = [null, ...this._choices].map((choice) => element("input", {
      type: "radio", name: group, checked: choice === null, onchange: () => this._wish(choice),
    }));
    const labels = ["Drawn: borders and names", ...this._choices.map(choiceWords)];
    return element(
      "fieldset", {}, element("legend", {}, "Base map"),
      ...this._radios.map((radio, i) => element("label", {}, radio, element("span", {}, labels[i]))),
    );
  },

  _placeNames() {
    this._names = element("input", { type: "checkbox", checked: true, onchange: () => this._showNames() });
    this._localNames = element("input", {
      type: "checkbox", checked: wantsLocalNames(), onchange: () => this._showLocalNames(),
    });
    return element(
      "fieldset", {}, element("legend", {}, "Place names"),
      element("label", { class: "cm-layers-names" }, this._names, element("span", {}, "Place names of the drawn map")),
      element("label", { class: "cm-layers-names" }, this._localNames, element("span", {}, "Also in local letters")),
    );
  },

  _showLocalNames() {
    const shown = this._localNames.checked;
    keepLocalNames(shown);
    this._map.fire("localnames", { shown });
  },

  /** A choice by hand; strangers are asked only after a yes. */
  _wish(choice) {
    this._hush();
    if (choice === null || choice.hosts.length === 0 || this._agreed.has(choice)) this._show(choice);
    else this._ask(choice);
  },

  _show(choice) {
    this._shown = choice;
    this._pictures.choose(choice);
    // A street map has names of its own; imagery and the drawn map have none but ours.
    this._names.checked = choice === null || choice.photographs;
    this._showNames();
  },

  _ask(choice) {
    const agree = () => {
      this._agreed.add(choice);
      this._hush();
      this._show(choice);
      this._radios[1 + this._choices.indexOf(choice)].focus();
    };
    const decline = () => {
      this._hush();
      const before = this._radios[1 + this._choices.indexOf(this._shown ?? null)];
      before.checked = true;
      before.focus();
    };
    fill(
      this._consent,
      element("p", {}, "These pictures come over the internet from ", foreign(choice.hosts.join(", ")), ". Whoever runs it "
        + `sees your network address, which places you look at and when, and that you ask from ${window.location.origin}. `
        + "Incidents and filters are not sent."),
      element("button", { type: "button", class: "cm-button", onclick: agree }, "Show these pictures"),
      element("button", { type: "button", class: "cm-button cm-quiet", onclick: decline }, "Do not ask them"),
    );
    this._consent.hidden = false;
    this._consent.scrollIntoView({ block: "nearest" });
  },

  _hush() {
    this._consent.hidden = true;
    fill(this._consent);
    fill(this._said);
  },

  _tell(choice) {
    const who = choice.hosts.length ? "The server of these pictures did not answer" : "A picture of this file cannot be shown";
    if (!this._said.textContent) fill(this._said, `${who}; the drawn map shows where one is missing.`);
  },

  _showNames() {
    const pane = this._map.getPane("labels");
    if (pane) pane.style.display = this._names.checked ? "" : "none";
  },

  // --- layers from files ------------------------------------------------------------------------

  _fileLayers(map) {
    this._stage = new Stage(map, this._shapes);
    this._rows = [...grouped(this._listed)].map(([name, layers]) => this._row(new FileLayer(this._stage, name, layers)));
    this._when = element("p", { class: "cm-muted" });
    this._any = element("input", { type: "checkbox", onchange: () => {
      this._anyDay = this._any.checked;
      this._showDays(true);
    } });
    return element(
      "fieldset", {}, element("legend", {}, "Layers"), ...this._rows.map(({ root }) => root),
      element("label", { class: "cm-layers-names" }, this._any, element("span", {}, "What held on any day of the timeline's range")),
      this._when,
    );
  },

  /** A layer's switch, its sides' colours, and what it shows in words. */
  _row(layer) {
    const key = element("ul", { class: "cm-layer-key" });
    const said = element("summary", {});
    const list = element("ul", { class: "cm-layer-list" });
    const words = element("details", { class: "cm-layer-words", ontoggle: () => this._list(row) }, said, list);
    const turn = (event) => {
      layer.turn(event.target.checked);
      if (event.target.checked) layer.load();
      this._showDays(true);
    };
    const box = element("input", { type: "checkbox", checked: true, onchange: turn });
    const root = element("div", { class: "cm-layer" }, element("label", {}, box, element("span", {}, foreign(layer.name))), key, words);
    const row = { root, box, layer, key, said, list, words };
    layer.addEventListener("loaded", () => {
      fill(key, ...sides(layer));
      this._showDays(true);
    });
    layer.turn(true);
    layer.load();
    return row;
  },

  _showDays(final) {
    const view = this._view;
    if (!view) return;
    const all = this._rows.flatMap(({ layer }) => layer.shapes);
    // The pack counts its days from a day of its own.
    const { from, to } = view.rangeIso;
    const end = view.extent === null ? null : dayOf(view.table.isoOf(view.extent.to));
    const day = lastDay(dayOf(to), end, all);
    const [first, last] = this._anyDay ? [dayOf(from) ?? -Infinity, dayOf(to) ?? Infinity] : [day ?? Infinity, day ?? -Infinity];
    for (const row of this._rows) {
      row.layer.show(first, last, day);
      if (final) this._list(row);
    }
    const isOneDay = day !== null && !this._anyDay;
    if (final) fill(this._when, isOneDay && `As of ${dayWords(isoOf(day))}, the last day of the timeline's range.`);
  },

  _list({ layer, said, list, words }) {
    if (layer.failed && !layer.shapes.length) {
      fill(said, failureSentence(layer.failed, "This layer"));
      return;
    }
    const { drawn } = layer;
    fill(said, `${number(drawn.length)} of ${counted(layer.shapes.length, "shape")} ${drawn.length === 1 ? "holds" : "hold"}`);
    if (!words.open) return;
    const more = drawn.length - MOST_LISTED;
    fill(
      list, ...drawn.slice(0, MOST_LISTED).map((shape) => element("li", {}, ...lines(shape, layer.day))),
      more > 0 && element("li", {}, `and ${number(more)} more`),
    );
  },
});

/** @returns {Map<string, any[]>} */
function grouped(layers) {
  const found = new Map();
  for (const layer of layers) found.set(layer.name, [...(found.get(layer.name) ?? []), layer]);
  return found;
}

/** The colours of a layer's sides, with their names. */
function sides(layer) {
  const named = [...layer.sides].filter(([side]) => side !== null);
  return named.map(([side, { colour }]) => element("li", {}, swatch(colour), foreign(side)));
}

function swatch(colour) {
  const made = element("span", { class: "cm-layer-swatch", "aria-hidden": "true" });
  made.style.setProperty("--cm-side", colour);
  return made;
}

function choiceWords(choice) {
  return [foreign(choice.name), choice.hosts.length ? " (online)" : " (file)"];
}