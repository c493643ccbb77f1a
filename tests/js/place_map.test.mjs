import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

// A page and a Leaflet that only remember what was asked of them.

class Part {
  constructor(tag) {
    Object.assign(this, { tag, dataset: {}, attributes: {}, children: [], listeners: {}, className: "", type: "" });
  }

  get textContent() {
    return this.children.map((child) => child.textContent ?? child).join("");
  }

  set textContent(text) {
    this.children = text === "" ? [] : [text];
  }

  append(...children) {
    this.children.push(...children);
  }

  replaceChildren(...children) {
    this.children = children;
  }

  setAttribute(name, value) {
    this.attributes[name] = value;
  }

  addEventListener(name, act) {
    this.listeners[name] = act;
  }

  querySelector() {
    return null;
  }
}

class Drawn {
  constructor(kind, at, options) {
    Object.assign(this, { kind, at, options, acts: {}, part: new Part("div") });
  }

  on(name, act) {
    this.acts[name] = act;
    return this;
  }

  addTo(layer) {
    layer.items.push(this);
    return this;
  }

  bindTooltip(told) {
    this.told = told;
    return this;
  }

  getElement() {
    return this.part;
  }

  getLatLng() {
    return { lat: this.at[0], lng: this.at[1] };
  }

  setLatLng(point) {
    this.moved = point;
  }
}

globalThis.document = {
  createElement: (tag) => new Part(tag),
  querySelectorAll: () => [{ getAttribute: () => "style.css" }],
};
globalThis.getComputedStyle = () => ({ getPropertyValue: () => "#ffffff" });
globalThis.L = {
  Control: { extend: (parts) => class { constructor() { Object.assign(this, parts); } } },
  DomEvent: { disableClickPropagation() {} },
  divIcon: (options) => options,
  marker: (at, options) => new Drawn("marker", at, options),
  circle: (at, options) => new Drawn("circle", at, options),
  latLngBounds: (points) => ({ points }),
  layerGroup: () => ({
    items: [],
    clearLayers() { this.items = []; },
    addTo(map) { map.layer = this; return this; },
  }),
};
globalThis.makeMap = () => ({
  looked: [],
  on(name, act) { this[`on_${name}`] = act; },
  addControl(control) { this.button = control.onAdd(); },
  getCenter: () => ({ lat: 33.5, lng: 398.66 }),
  wrapLatLng: ({ lat, lng }) => ({ lat, lng: ((((lng + 180) % 360) + 360) % 360) - 180 }),
  invalidateSize() {},
  fitBounds(bounds, options) { this.looked.push([bounds, options.maxZoom]); },
  remove() { this.removed = true; },
});
const MAP = "data:text/javascript,export function build(box) { return { map: (box.map = globalThis.makeMap()) }; }";
const { default: placeMap } = await import("../../dashboard/folium_map/js/place_map.js");

const PLACES = [
  { number: 1, latitude: 36.5, longitude: 37.9, radius_km: 3, told: ["Manbij", "Aleppo, Syria"] },
  { number: 2, latitude: 33.5, longitude: 38.7, radius_km: 1, told: ["Manbij", "Homs, Syria"] },
];
const DATA = { map: MAP, style: "style.css", subject: "Manbij", places: PLACES, chosen: null, pin: null, drawn: null, bounds: null };

let page;

/** A page with an element, and what it is told. */
function newPage() {
  const parentElement = new Part("div");
  const said = [];
  const show = (change) => placeMap({
    data: { ...DATA, ...change }, parentElement, setStateValue: (name, value) => said.push([name, value]),
  });
  return { parentElement, said, show, items: () => parentElement.map.layer.items };
}

beforeEach(() => (page = newPage()));

test("each place that a name may mean is a numbered marker, told in words and chosen by a press or a key", async () => {
  await page.show({ chosen: 2 });
  const [first, second] = page.items();
  assert.deepEqual([first.at, second.at], [[36.5, 37.9], [33.5, 38.7]]);
  assert.equal(first.options.icon.html.textContent, "1");
  assert.equal(first.part.attributes["aria-label"], "1. Manbij Aleppo, Syria");
  assert.deepEqual([first, second].map(({ part }) => part.attributes["aria-pressed"]), ["false", "true"]);
  assert.match(second.options.icon.className, /cm-place-chosen/);
  first.acts.click();
  let held = 0;
  second.acts.keydown({ originalEvent: { key: " ", preventDefault: () => (held += 1) } });
  second.acts.keydown({ originalEvent: { key: "Tab", preventDefault: () => (held += 1) } });
  assert.equal(held, 1);
  assert.deepEqual(page.said.map(([name, { place, subject }]) => [name, place, subject]), [["said", 1, "Manbij"], ["said", 2, "Manbij"]]);
  assert.ok(page.said[1][1].serial > page.said[0][1].serial, "the page must tell two presses apart");
});

test("a press on the map, the button and a dragged pin say where, in degrees on Earth", async () => {
  await page.show({ pin: { latitude: 36.1, longitude: 37.2, radius_km: 0.5 }, chosen: 1 });
  const { map } = page.parentElement;
  map.on_click({ latlng: { lat: 35.12345678, lng: -200 } });
  map.button.listeners.click();
  const pin = page.items().find(({ options }) => options.draggable);
  const ring = page.items().find(({ options }) => options.className === "cm-place-ring");
  assert.equal(ring.options.radius, 500);
  pin.at = [36.2, 37.3];
  pin.acts.drag();
  assert.deepEqual(ring.moved, { lat: 36.2, lng: 37.3 });
  pin.acts.dragend();
  const points = page.said.map(([, { latitude, longitude }]) => [latitude, longitude]);
  assert.deepEqual(points, [[35.123457, 160], [33.5, 38.66], [36.2, 37.3]]);
});

test("the map moves to a new name's places once, and to the country where there is none", async () => {
  await page.show({});
  const { map } = page.parentElement;
  await page.show({ chosen: 1 });
  assert.deepEqual(map.looked, [[{ points: [[36.5, 37.9], [33.5, 38.7]] }, 11]]);
  await page.show({ subject: "Nowhere", places: [], bounds: [32, 35, 37, 42] });
  await page.show({ subject: "Elsewhere", places: [] });
  await page.show({ subject: "One", places: [PLACES[0]] });
  assert.deepEqual(map.looked.slice(1).map(([bounds]) => bounds), [[[32, 35], [37, 42]], [[-50, -120], [65, 150]], { points: [[36.5, 37.9]] }]);
  assert.equal(map.looked[3][1], 8);
  assert.equal(page.items().length, 1, "what was drawn before is gone");
});

test("where the incidents are drawn now is a ring that cannot be pressed", async () => {
  await page.show({ places: [], drawn: { latitude: 34, longitude: 38, radius_km: 60 } });
  const [ring] = page.items();
  assert.deepEqual([ring.kind, ring.options.radius, ring.options.interactive], ["circle", 60_000, false]);
});

test("a map that cannot be made leaves a sentence with another way", async (t) => {
  t.mock.method(console, "error", () => {});
  await page.show({ map: "data:text/javascript,throw new Error('gone')" });
  assert.match(page.parentElement.textContent, /choose from the list or type coordinates/);
});

test("what is taken away is taken away whole", async () => {
  const takeAway = await page.show({});
  const { map } = page.parentElement;
  takeAway();
  assert.equal(map.removed, true);
  assert.deepEqual(page.parentElement.children, []);
});
