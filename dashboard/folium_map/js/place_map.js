/**
 * The places that a name may mean, numbered on a map, and the pin that says where it is.
 *
 * A press on a number chooses that place; a press elsewhere, the button, or dragging moves the pin.
 * What was done goes to the page, which answers with what is drawn. Text only becomes text nodes.
 */

import { L } from "./leaflet.js";
import { mounted } from "./mounted.js";
import { addStyle, isDark } from "./page_style.js";

/**
 * @typedef {object} Spot
 * @property {number} latitude
 * @property {number} longitude
 * @property {number} radius_km
 *
 * @typedef {Spot & { number: number, told: string[] }} Place
 *
 * @typedef {object} PlaceMapData
 * @property {string} map address of the module that builds the folium map
 * @property {string} style address of the map's style sheet
 * @property {string} subject names what is asked about; the map moves when it changes
 * @property {Place[]} places
 * @property {number | null} chosen number of the place that is chosen
 * @property {Spot | null} pin where the pin stands
 * @property {Spot | null} drawn where the incidents are drawn now
 * @property {[number, number, number, number] | null} bounds south, west, north, east of the country
 */

const CLOSEST_ZOOM = 11;
const WORLD = [[-50, -120], [65, 150]];

const placed = mounted((parent) => new PlaceMap(parent));

/**
 * @param {any} component what the page hands over: `data`, `parentElement`, setters
 * @returns {Promise<() => void>} takes everything away again
 */
export default function placeMap(component) {
  return placed(component);
}

class PlaceMap {
  /** @param {HTMLElement} parent */
  constructor(parent) {
    this.box = /** @type {HTMLElement} */ (parent.querySelector(".cm-place-map") ?? parent);
    this.subject = /** @type {string | null} */ (null);
    this.serial = Date.now();
    this.queue = Promise.resolve();
  }

  /** Take over what the page says now; calls wait for one another. @param {any} component */
  update(component) {
    this.component = component;
    this.queue = this.queue.then(() => this.apply()).catch((error) => this.fail(error));
    return this.queue;
  }

  async apply() {
    this.data = /** @type {PlaceMapData} */ (this.component.data);
    this.box.dataset.theme = isDark(this.box) ? "dark" : "light";
    if (!this.map) await this.build();
    this.layer.clearLayers();
    this.drawn();
    for (const place of this.data.places) this.numbered(place);
    this.pinned();
    if (this.subject !== this.data.subject) this.look();
    this.subject = this.data.subject;
    this.box.dataset.drawn = "true";
  }

  async build() {
    const [built] = await Promise.all([import(this.data.map), addStyle(this.data.style)]);
    this.box.setAttribute("role", "region");
    this.box.setAttribute("aria-label", "Map of the places that the name may mean");
    this.map = built.build(this.box).map;
    this.layer = L.layerGroup().addTo(this.map);
    this.map.on("click", (event) => this.say(event.latlng));
    this.map.addControl(new (L.Control.extend({ onAdd: () => this.button() }))({ position: "topright" }));
  }

  /** A button that puts the pin where the map's middle is, for those who use no mouse. */
  button() {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "cm-place-button";
    button.textContent = "Pin in the middle";
    L.DomEvent.disableClickPropagation(button);
    button.addEventListener("click", () => this.say(this.map.getCenter()));
    return button;
  }

  /** Where the incidents are drawn now: a dashed ring. */
  drawn() {
    const { drawn } = this.data;
    if (drawn) this.ring(drawn, "cm-place-now");
  }

  /** @param {Place} place */
  numbered(place) {
    const face = document.createElement("span");
    face.textContent = String(place.number);
    const chosen = place.number === this.data.chosen;
    const icon = L.divIcon({
      html: face, className: `cm-place-number${chosen ? " cm-place-chosen" : ""}`, iconSize: [28, 28],
    });
    const marker = L.marker([place.latitude, place.longitude], { icon, keyboard: true });
    const told = document.createElement("div");
    for (const line of place.told) told.append(textLine(line));
    marker.bindTooltip(told, { className: "cm-place-told", direction: "top", offset: [0, -12] });
    marker.on("click", () => this.report({ place: place.number }));
    marker.on("keydown", ({ originalEvent }) => {
      if (originalEvent.key !== "Enter" && originalEvent.key !== " ") return;
      originalEvent.preventDefault();
      this.report({ place: place.number });
    });
    marker.addTo(this.layer);
    const element = marker.getElement();
    element?.setAttribute("aria-label", [`${place.number}.`, ...place.told].join(" "));
    element?.setAttribute("aria-pressed", String(chosen));
  }

  pinned() {
    const { pin } = this.data;
    if (!pin) return;
    const ring = this.ring(pin, "cm-place-ring");
    const face = document.createElement("span");
    face.textContent = this.data.chosen === null ? "" : String(this.data.chosen);
    const icon = L.divIcon({ html: face, className: "cm-place-pin", iconSize: [44, 48], iconAnchor: [22, 48] });
    const marker = L.marker([pin.latitude, pin.longitude], {
      icon, draggable: true, autoPan: true, keyboard: false, zIndexOffset: 1000,
    });
    marker.on("drag", () => ring.setLatLng(marker.getLatLng()));
    marker.on("dragend", () => this.say(marker.getLatLng()));
    marker.addTo(this.layer);
  }

  /** @param {Spot} spot @param {string} className */
  ring(spot, className) {
    const at = [spot.latitude, spot.longitude];
    return L.circle(at, { radius: spot.radius_km * 1000, className, interactive: false }).addTo(this.layer);
  }

  /** Look at all places of the name, else at its country. */
  look() {
    const { places, pin, drawn, bounds } = this.data;
    const spots = [...places, pin, drawn].filter((spot) => spot !== null);
    const seen = L.latLngBounds(spots.map(({ latitude, longitude }) => [latitude, longitude]));
    const country = bounds && [[bounds[0], bounds[1]], [bounds[2], bounds[3]]];
    this.map.invalidateSize();
    this.map.fitBounds(spots.length ? seen : (country ?? WORLD), {
      animate: false, maxZoom: CLOSEST_ZOOM - (spots.length > 1 ? 0 : 3), padding: [36, 36],
    });
  }

  /** The pin was put somewhere. @param {any} point */
  say(point) {
    const { lat, lng } = this.map.wrapLatLng(point);
    this.report({ latitude: round(lat), longitude: round(lng) });
  }

  /** @param {Record<string, number>} what */
  report(what) {
    this.serial += 1;
    this.component.setStateValue("said", { ...what, subject: this.data.subject, serial: this.serial });
  }

  /** @param {unknown} error */
  fail(error) {
    console.error(error);
    this.box.replaceChildren(textLine("The map could not be drawn; choose from the list or type coordinates."));
  }

  destroy() {
    this.map?.remove();
    this.box.replaceChildren();
  }
}

/** @param {string} text */
function textLine(text) {
  const line = document.createElement("div");
  line.textContent = text;
  return line;
}

/** A micro-degree is a tenth of a metre. @param {number} degrees */
function round(degrees) {
  return Math.round(degrees * 1e6) / 1e6;
}
