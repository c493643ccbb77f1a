/** The key to the symbols, with the number of incidents in view beside each. */

import { grouped } from "./engine/sentence.js";
import { L } from "./leaflet.js";
import { drawCluster, drawCoarse, drawSymbol, symbolRadius } from "./symbols.js";

const WIDTH = 26;
const HEIGHT = 22;
const CHOICES = [["event_type", "Event type"], ["weapon_group", "Weapon"]];

/** A Leaflet control that explains an `IncidentLayer`; folded on narrow maps. */
export const Legend = L.Control.extend({
  options: { position: "bottomright" },

  initialize(layer, options) {
    L.setOptions(this, options);
    this._layer = layer;
  },

  onAdd(map) {
    const root = element("details", "cm-legend");
    root.open = map.getSize().x > 700;
    root.append(element("summary", "", "Legend"), this._choice());
    this._categories = table("Incidents in view");
    this._key = table("Size and certainty");
    this._counts = [];
    root.append(this._categories, this._key);
    L.DomEvent.disableClickPropagation(root);
    L.DomEvent.disableScrollPropagation(root);
    this._fill();
    this._onLegend = () => this._fill();
    this._onChange = () => this._update();
    this._layer.on("legend", this._onLegend);
    this._layer.on("draw", this._onChange);
    return root;
  },

  onRemove() {
    this._layer.off("legend", this._onLegend);
    this._layer.off("draw", this._onChange);
  },

  _choice() {
    const label = element("label", "", "Colour and shape by ");
    const select = element("select");
    for (const [value, text] of CHOICES) {
      const option = element("option", "", text);
      option.value = value;
      option.selected = value === this._layer.options.colourBy;
      select.append(option);
    }
    select.addEventListener("change", () => this._layer.setColourBy(select.value));
    label.append(select);
    return label;
  },

  _fill() {
    this._counts = [];
    const body = this._categories.tBodies[0];
    body.replaceChildren();
    for (const { colour, shape, label } of this._layer.categories()) {
      const draw = (context) =>
        drawSymbol(context, WIDTH / 2, HEIGHT / 2, 6.5, { colour, shape, known: true, ink: "#1d1b16" });
      const count = addRow(body, draw, label);
      this._counts.push(count);
    }
    this._fillKey();
    this._update();
  },

  _update() {
    const counts = this._layer.categoryCounts();
    this._counts.forEach((cell, k) => {
      const text = grouped(counts[k]);
      if (cell.textContent !== text) cell.textContent = text;
      cell.parentElement.classList.toggle("cm-none", counts[k] === 0);
    });
  },

  /** What does not depend on the choice: size, missing figures, clusters, coarse places, grades. */
  _fillKey() {
    const theme = { ink: "#1d1b16", paper: "#ffffff" };
    const plain = { colour: "#5d6470", shape: "circle", known: true, ink: theme.ink };
    const shares = [[14, 7, 3], ["#5d6470", "#9aa0aa", "#c6c9ce"]];
    const body = this._key.tBodies[0];
    const symbol = (words, radius, look = plain) =>
      addRow(body, (context) => drawSymbol(context, WIDTH / 2, HEIGHT / 2, radius, look), words);
    body.replaceChildren();
    symbol("None killed", symbolRadius(0));
    symbol("25 killed", symbolRadius(25));
    symbol("Killed: not known", symbolRadius(null) + 1, { ...plain, known: false });
    addRow(body, (context) => scaled(context, 0.72, () => drawCluster(context, 18, 15, 24, ...shares, theme)),
      "Several, with shares by kind");
    addRow(body, (context) => scaled(context, 0.8, () => drawCoarse(context, 16, 14, 3, plain.colour, theme)),
      "Place only roughly known");
    for (const { label, outline } of this._layer.view?.table.vocabulary.grade ?? []) {
      if (outline !== "none") symbol(label, 5.5, { ...plain, outline });
    }
  },
});

function table(caption) {
  const root = element("table", "cm-legend-rows");
  root.append(element("caption", "", caption), document.createElement("tbody"));
  return root;
}

/** @returns {HTMLTableCellElement} the cell for the count */
function addRow(body, draw, label) {
  const row = body.insertRow();
  const canvas = element("canvas");
  const density = Math.min(3, globalThis.devicePixelRatio || 1);
  canvas.width = WIDTH * density;
  canvas.height = HEIGHT * density;
  canvas.setAttribute("aria-hidden", "true");
  const context = canvas.getContext("2d");
  context.scale(density, density);
  draw(context);
  row.insertCell().append(canvas);
  row.append(element("th", "", label));
  row.lastChild.scope = "row";
  return row.insertCell();
}

function scaled(context, factor, draw) {
  context.save();
  context.scale(factor, factor);
  draw();
  context.restore();
}

function element(name, className = "", text = "") {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text) made.textContent = text;
  return made;
}
