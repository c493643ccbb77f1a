/**
 * "Layers" on the map: which base map, place names or none, and layers from files.
 *
 * It is only there where there is something to choose. The list under each layer says in words
 * what the map draws, for those who do not see it.
 */

import { element, fill, foreign } from "./dom.js";
import { L } from "./leaflet.js";
import { PictureTiles } from "./picture_tiles.js";

/** @typedef {import("./picture_tiles.js").BaseChoice} BaseChoice */

let groups = 0;

export const LayerControl = L.Control.extend({
  options: { position: "topleft" },

  /**
   * @param {string} root address of the application
   * @param {{base_maps: BaseChoice[]}} offered
   */
  initialize(root, offered) {
    this._root = root;
    this._choices = offered.base_maps;
    this._agreed = new Set();
  },

  onAdd(map) {
    this._pictures = new PictureTiles(map, this._root);
    this._said = element("p", { class: "cm-layers-said", role: "status" });
    this._pictures.addEventListener("failed", (event) => this._tell(event.detail));
    this._pictures.addEventListener("came", () => fill(this._said));
    this._consent = element("div", { class: "cm-layers-consent", role: "alert", hidden: true });
    const root = element(
      "details", { class: "cm-layers leaflet-bar" }, element("summary", {}, "Layers"),
      this._choices.length > 0 && this._baseMaps(), this._consent, this._said,
    );
    L.DomEvent.disableClickPropagation(root);
    L.DomEvent.disableScrollPropagation(root);
    return root;
  },

  onRemove() {
    this._pictures.remove();
  },

  // --- base maps --------------------------------------------------------------------------------

  _baseMaps() {
    groups += 1;
    const group = `cm-base-${groups}`;
    this._radios = [null, ...this._choices].map((choice) => element("input", {
      type: "radio", name: group, checked: choice === null, onchange: () => this._wish(choice),
    }));
    this._names = element("input", { type: "checkbox", checked: true, onchange: () => this._showNames() });
    const labels = ["Drawn: borders and names", ...this._choices.map(choiceWords)];
    return element(
      "fieldset", {}, element("legend", {}, "Base map"),
      ...this._radios.map((radio, i) => element("label", {}, radio, element("span", {}, labels[i]))),
      element("label", { class: "cm-layers-names" }, this._names, element("span", {}, "Place names of the drawn map")),
    );
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
});

function choiceWords(choice) {
  return [foreign(choice.name), choice.hosts.length ? " (online)" : " (file)"];
}
