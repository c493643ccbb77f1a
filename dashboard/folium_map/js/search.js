/**
 * Going to a place: a name from the base map's own list, or a latitude and a longitude.
 *
 * Nothing is asked of anybody but the application itself, and nothing before the box is used:
 * where an analyst looks is secret.
 */

import { element, fill, foreign } from "./dom.js";
import { LabelKind, readLabels } from "./label_placement.js";
import { L } from "./leaflet.js";
import { fetchOnce } from "./packed_data.js";

const MOST = 8;
/** What a place is called, and the zoom at which it fills the map. */
const KINDS = {
  [LabelKind.COUNTRY]: ["country", 6], [LabelKind.PROVINCE]: ["province", 8],
  [LabelKind.CAPITAL]: ["capital", 10], [LabelKind.TOWN]: ["town", 11], [LabelKind.CITY]: ["city", 11],
};
const POINT_ZOOM = 12;

/**
 * @typedef {{name: string, kind: string, lat: number, lon: number, zoom: number}} Place
 */

/** Letters without marks and case, so that "Ma'arrat" is found by "maarrat". */
export function folded(text) {
  return text.normalize("NFKD").replace(/[\p{M}'’‘ʻʼ`-]/gu, "").toLowerCase().trim();
}

/** A latitude and a longitude in degrees as typed, or null. */
export function typedPoint(text) {
  const match = /^\s*([-+]?\d{1,2}(?:\.\d+)?)\s*[,;\s]\s*([-+]?\d{1,3}(?:\.\d+)?)\s*$/.exec(text);
  if (!match) return null;
  const [lat, lon] = match.slice(1).map(Number);
  return Math.abs(lat) <= 90 && Math.abs(lon) <= 180 ? { lat, lon } : null;
}

/**
 * Places that a text may mean: names that begin with it before names that hold it, the more
 * important first.
 *
 * @param {string} text
 * @param {import("./label_placement.js").Labels[]} files  in order of importance
 * @returns {Place[]} at most eight
 */
export function placesNamed(text, files) {
  const point = typedPoint(text);
  if (point) return [{ name: text.trim(), kind: "point", ...point, zoom: POINT_ZOOM }];
  const wanted = folded(text);
  if (wanted.length < 2) return [];
  const [begins, holds] = [[], []];
  for (const labels of files) {
    const names = foldedNames(labels);
    for (let i = 0; i < names.length && begins.length < MOST; i++) {
      const at = names[i].indexOf(wanted);
      if (at === 0) begins.push(placeAt(labels, i));
      else if (at > 0 && holds.length < MOST) holds.push(placeAt(labels, i));
    }
  }
  return [...begins, ...holds].slice(0, MOST);
}

const foldedOnce = new WeakMap();

/** A hundred thousand names are folded once and not at every key. */
function foldedNames(labels) {
  if (!foldedOnce.has(labels)) foldedOnce.set(labels, labels.name.map(folded));
  return foldedOnce.get(labels);
}

function placeAt(labels, i) {
  const [kind, zoom] = KINDS[labels.kind[i]] ?? KINDS[LabelKind.TOWN];
  return { name: labels.name[i], kind, lat: latitudeOf(labels.y[i]), lon: (labels.x[i] - 0.5) * 360, zoom };
}

/** The inverse of projection.js's `worldY`, in degrees. */
function latitudeOf(y) {
  return (Math.atan(Math.sinh((0.5 - y) * 2 * Math.PI)) * 180) / Math.PI;
}

/** Addresses of the base map's names beside this module; none where the page was saved to a file. */
export function labelFiles(base = import.meta.url) {
  if (!/^https?:/.test(base)) return [];
  return ["labels", "labels_more", "labels_most"].map((name) => new URL(`../data/${name}.json.gz`, base).href);
}

/** A Leaflet control: a combobox whose choice moves the map. */
export const PlaceSearch = L.Control.extend({
  options: { position: "topright" },

  /** @param {string[]} files  addresses of label files */
  initialize(files, options) {
    L.setOptions(this, options);
    this._files = files;
    this._labels = null;
    this._places = [];
    this._active = -1;
  },

  onAdd(map) {
    this._map = map;
    this._list = element("ul", { class: "cm-search-list", role: "listbox", id: "cm-search-list", "aria-label": "Places", hidden: true });
    this._said = element("span", { class: "cm-hidden", role: "status" });
    this._input = element("input", {
      type: "search", class: "cm-field cm-search-input", placeholder: "Go to a place", role: "combobox", autocomplete: "off",
      "aria-label": "Go to a place, or to latitude, longitude", "aria-controls": "cm-search-list", "aria-expanded": "false", "aria-autocomplete": "list",
      onfocus: () => this._load(), oninput: () => this._find(), onkeydown: (event) => this._key(event),
      onblur: () => setTimeout(() => this._close(), 150),
    });
    const root = element("div", { class: "cm-search" }, this._input, this._list, this._said);
    root.addEventListener("mousedown", (event) => event.target.closest("[role=option]") && event.preventDefault());
    this._list.addEventListener("click", (event) => this._click(event));
    L.DomEvent.disableClickPropagation(root);
    L.DomEvent.disableScrollPropagation(root);
    return root;
  },

  /** Put the focus into the box. */
  focus() {
    this._input.focus();
  },

  async _load() {
    if (this._labels) return;
    const read = (buffer) => readLabels(JSON.parse(new TextDecoder().decode(buffer)));
    const asked = await Promise.allSettled(this._files.map((url) => fetchOnce(url, read)));
    const had = asked.filter(({ status }) => status === "fulfilled").map(({ value }) => value);
    if (had.length) this._labels = had;
    this._find();
  },

  _find() {
    const text = this._input.value;
    this._places = placesNamed(text, this._labels ?? []);
    this._active = this._places.length ? 0 : -1;
    const missing = text.trim().length > 1 && this._labels && !this._places.length;
    this._draw(missing);
  },

  _draw(missing) {
    const options = this._places.map(({ name, kind }, i) => element(
      "li", { role: "option", id: `cm-place-${i}`, "aria-selected": String(i === this._active), "data-index": i },
      foreign(name), element("span", { class: "cm-muted" }, ` ${kind}`),
    ));
    fill(this._list, ...options);
    this._list.hidden = options.length === 0;
    this._input.setAttribute("aria-expanded", String(options.length > 0));
    if (this._active >= 0) this._input.setAttribute("aria-activedescendant", `cm-place-${this._active}`);
    else this._input.removeAttribute("aria-activedescendant");
    fill(this._said, missing ? "No place of that name is on the base map." : "");
    this._said.classList.toggle("cm-hidden", !missing);
  },

  _close() {
    this._places = [];
    this._active = -1;
    this._draw(false);
  },

  _key(event) {
    event.stopPropagation(); // arrows belong to the list here, not to the map
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && this._places.length) {
      event.preventDefault();
      this._active = (this._active + step + this._places.length) % this._places.length;
      this._draw(false);
    } else if (event.key === "Enter" && this._active >= 0) {
      event.preventDefault();
      this._go(this._places[this._active]);
    } else if (event.key === "Escape") {
      this._input.value = "";
      this._close();
    }
  },

  _click(event) {
    const option = event.target.closest("[role=option]");
    if (option) this._go(this._places[Number(option.dataset.index)]);
  },

  _go({ name, lat, lon, zoom }) {
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this._map.setView([lat, lon], zoom, { animate: !still });
    this._input.value = name;
    this._close();
  },
});
