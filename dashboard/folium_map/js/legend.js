/** How the map is drawn, to choose, and the key to what is drawn, in numbers. */

import { element, fill, foreign } from "./dom.js";
import { WAYS } from "./drawings.js";
import { grouped } from "./engine/sentence.js";
import { L } from "./leaflet.js";
import { drawCluster, drawCoarse, drawSymbol, symbolRadius } from "./symbols.js";

const WIDTH = 26;
const HEIGHT = 22;
const COLOURS = [["event_type", "Event type"], ["weapon_group", "Weapon"]];
const COUNTED = [["incidents", "Incidents"], ["killed", "Killed"]];
/** What a legend leaves of the map's height, pixels. */
const ROOM = 44;
/** How often the list of areas follows while the hand moves. */
const LIST_EVERY_MS = 250;

/** A Leaflet control that explains an `IncidentLayer`; folded on narrow maps. */
export const Legend = L.Control.extend({
  options: { position: "bottomright" },

  initialize(layer, options) {
    L.setOptions(this, options);
    this._layer = layer;
  },

  onAdd(map) {
    const root = element("details", { class: "cm-legend", open: map.getSize().x > 700 });
    this._title = element("summary", {}, "Legend");
    this._how = choice("Draw as", WAYS.filter(([code]) => this._layer.offers(code)), (how) => this._layer.setDrawing({ how }));
    this._per = choice("Count", COUNTED, (per) => this._layer.setDrawing({ per }));
    this._colour = choice("Colour and shape by", COLOURS, (colourBy) => this._layer.setDrawing({ colourBy }));
    this._categories = table("Incidents in view");
    this._key = table("Size and certainty");
    this._surface = this._surfaceParts();
    root.append(
      this._title, this._how.label, this._per.label, this._colour.label, this._categories.root, this._key.root,
      this._surface.root,
    );
    L.DomEvent.disableClickPropagation(root);
    L.DomEvent.disableScrollPropagation(root);
    this._fit = () => {
      // The search stands in the corner above, where there is one.
      const above = map.getContainer().querySelector(".leaflet-top.leaflet-right")?.offsetHeight ?? 0;
      root.style.setProperty("--cm-legend-room", `${map.getSize().y - ROOM - above}px`);
    };
    map.on("resize", this._fit);
    this._fit();
    this._fill();
    this._onLegend = () => this._fill();
    this._onChange = () => this._update();
    this._layer.on("legend", this._onLegend);
    this._layer.on("draw", this._onChange);
    return root;
  },

  onRemove(map) {
    map.off("resize", this._fit);
    clearTimeout(this._later);
    this._layer.off("legend", this._onLegend);
    this._layer.off("draw", this._onChange);
  },

  _surfaceParts() {
    const classes = table("");
    const notes = element("div", { class: "cm-legend-notes" });
    const failure = element("div", { role: "alert" });
    const list = element("ol", {});
    const more = element("details", { class: "cm-legend-areas", ontoggle: () => this._list() }, element("summary", {}, "As a list"), list);
    const root = element("div", {}, classes.root, failure, notes, more);
    return { root, classes, notes, failure, list, more, counts: [] };
  },

  _fill() {
    const { how, per, colourBy } = this._layer.drawing();
    this._how.select.value = how;
    this._per.select.value = per;
    this._colour.select.value = colourBy;
    const symbols = how === "incidents";
    for (const part of [this._colour.label, this._categories.root, this._key.root]) part.hidden = !symbols;
    for (const part of [this._per.label, this._surface.root]) part.hidden = symbols;
    this._counts = [];
    this._drawnKey = null;
    if (symbols) {
      fill(this._title, "Legend");
      this._fillCategories();
    }
    this._update();
  },

  _fillCategories() {
    const { body } = this._categories;
    body.replaceChildren();
    for (const { colour, shape, label } of this._layer.categories()) {
      const draw = (context) =>
        drawSymbol(context, WIDTH / 2, HEIGHT / 2, 6.5, { colour, shape, known: true, ink: "#1d1b16" });
      this._counts.push(addRow(body, draw, label));
    }
    this._fillKey();
  },

  _update() {
    const key = this._layer.surfaceKey();
    if (key !== null) {
      this._updateSurface(key);
      return;
    }
    const counts = this._layer.categoryCounts();
    this._counts.forEach((cell, k) => setCount(cell, counts[k] ?? 0));
  },

  // --- surfaces ---------------------------------------------------------------------------------

  _updateSurface(key) {
    const { classes, notes, failure, more } = this._surface;
    const drawn = JSON.stringify([key.caption, key.rows.map(({ colour, look, label }) => [colour, look, label]), key.failure]);
    if (drawn !== this._drawnKey) {
      this._drawnKey = drawn;
      fill(classes.caption, key.caption);
      fill(this._title, `Legend: ${key.caption.charAt(0).toLowerCase()}${key.caption.slice(1)}`);
      classes.body.replaceChildren();
      this._surface.counts = key.rows.map((row) => addRow(classes.body, (context) => drawSwatch(context, row), row.label));
      fill(failure, ...(key.failure ? [element("p", {}, key.failure), retryButton(() => this._layer.retry())] : []));
      more.hidden = !key.table;
    }
    this._surface.counts.forEach((cell, k) => key.rows[k].count !== null && setCount(cell, key.rows[k].count));
    const words = key.notes.join("\n");
    if (notes.dataset.words !== words) {
      notes.dataset.words = words;
      fill(notes, ...key.notes.map((note) => element("p", {}, note)));
    }
    this._later ||= setTimeout(() => {
      this._later = 0;
      this._list();
    }, LIST_EVERY_MS);
  },

  /** The areas with their numbers, in words: what the colours say, for those who do not see them. */
  _list() {
    const { more, list } = this._surface;
    const areas = more.open ? this._layer.surfaceKey()?.table?.() : null;
    if (areas) fill(list, ...areas.map(([name, words]) => element("li", {}, foreign(name), `: ${words}`)));
  },

  // --- symbols ----------------------------------------------------------------------------------

  /** What does not depend on the choice: size, missing figures, clusters, coarse places, grades. */
  _fillKey() {
    const theme = { ink: "#1d1b16", paper: "#ffffff" };
    const plain = { colour: "#5d6470", shape: "circle", known: true, ink: theme.ink };
    const shares = [[14, 7, 3], ["#5d6470", "#9aa0aa", "#c6c9ce"]];
    const { body } = this._key;
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

function choice(words, values, chosen) {
  const select = element("select", { onchange: (event) => chosen(event.target.value) },
    values.map(([value, text]) => element("option", { value }, text)));
  return { select, label: element("label", { class: "cm-legend-choice" }, element("span", {}, words), select) };
}

function table(words) {
  const caption = element("caption", {}, words);
  const body = element("tbody", {});
  return { root: element("table", { class: "cm-legend-rows" }, caption, body), caption, body };
}

function retryButton(retry) {
  return element("button", { type: "button", class: "cm-button", onclick: retry }, "Try again");
}

function setCount(cell, count) {
  const text = grouped(count);
  if (cell.textContent !== text) cell.textContent = text;
  cell.parentElement.classList.toggle("cm-none", count === 0);
}

/** @returns {HTMLTableCellElement} the cell for the count */
function addRow(body, draw, label) {
  const density = Math.min(3, globalThis.devicePixelRatio || 1);
  const canvas = element("canvas", { "aria-hidden": "true", width: WIDTH * density, height: HEIGHT * density });
  const context = canvas.getContext("2d");
  context.scale(density, density);
  draw(context);
  const count = element("td", {});
  body.append(element("tr", {}, element("td", {}, canvas), element("th", { scope: "row" }, label), count));
  return count;
}

/** A class's colour; an outline where there is no figure to colour by. */
function drawSwatch(context, { colour, look }) {
  if (colour !== null) {
    context.globalAlpha = 0.82; // as on the map
    context.fillStyle = colour;
    context.fillRect(3, 4, WIDTH - 6, HEIGHT - 8);
    context.globalAlpha = 1;
  }
  context.strokeStyle = "#6d727a";
  context.setLineDash(look === "unknown" ? [3, 3] : []);
  context.strokeRect(3.5, 4.5, WIDTH - 7, HEIGHT - 9);
}

function scaled(context, factor, draw) {
  context.save();
  context.scale(factor, factor);
  draw();
  context.restore();
}
