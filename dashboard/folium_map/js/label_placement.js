/**
 * Which names fit on the map, and where. Free of the DOM; measuring text is handed in.
 */

import { worldSize, worldX, worldY } from "./projection.js";

/** What a label names; a town that has long been on the map when others come is a city. */
export const LabelKind = Object.freeze({ COUNTRY: 0, PROVINCE: 1, CAPITAL: 2, TOWN: 3, CITY: 4 });

const DEGREE = 10_000; // the file's steps in a degree
const GAP = 3; // pixels kept free around every name
const DOT = 2; // radius of a town's dot, pixels
const CITY_AFTER = 3; // zooms for which a town's name has stood
const LOCAL_AFTER = 1; // zooms after which a town's local name is set beneath it, where it fits
const LOCAL_FROM = 5; // first zoom with local names
const WRAP_FROM = 12; // letters from which a country's name is set in two lines

/**
 * @typedef {object} Labels  columns, the most important label first
 * @property {string[]} name
 * @property {string[]} local  in the country's own letters; "" unknown or none
 * @property {Float64Array} x  in the world of projection.js
 * @property {Float64Array} y
 * @property {number[]} kind
 * @property {number[]} zoom  first zoom at which it may show
 * @property {number[]} until  last one
 */

/**
 * @typedef {object} PlacedLabel
 * @property {string[]} lines
 * @property {number} kind
 * @property {number} x  of the middle of the text, pixels from the view's left edge
 * @property {number} y  of the middle of the text
 * @property {{x: number, y: number} | null} dot  a town's own place
 * @property {{text: string, x: number, y: number} | null} local  the name in local letters and the
 *     middle of it; null for none
 */

/**
 * @param {any} columns  as tools/build_base_map.py and build_local_names.py write them
 * @returns {Labels}
 */
export function readLabels(columns) {
  return {
    name: columns.name,
    local: columns.local ?? [],
    x: Float64Array.from(columns.longitude, (value) => worldX(value / DEGREE)),
    y: Float64Array.from(columns.latitude, (value) => worldY(value / DEGREE)),
    kind: columns.kind,
    zoom: columns.zoom,
    until: columns.until,
  };
}

/** @typedef {{x: number, y: number, radius: number}} Circle in pixels of the view */

/**
 * Names in the order of their importance, each where it touches none before it. Local names come
 * after all others, so that none of these gives way to them.
 *
 * @param {Labels[]} files  read one after the other
 * @param {{zoom: number, left: number, top: number, width: number, height: number}} view  whole
 *     zoom; left and top in pixels from the world's north-west corner
 * @param {(kind: number, text: string, isLocal?: boolean) => {width: number, height: number}} measure
 * @param {Circle[]} [circles]  numbers of the data, over which no name may stand; a town beneath
 *     one is named beside it
 * @returns {PlacedLabel[]}
 */
export function placeLabels(files, view, measure, circles = []) {
  const size = worldSize(view.zoom);
  const taken = new Taken();
  for (const { x, y, radius } of circles) {
    taken.add([x - radius * 0.8, y - radius * 0.55, x + radius * 0.8, y + radius * 0.55]);
  }
  /** @type {PlacedLabel[]} */
  const placed = [];
  /** @type {[PlacedLabel, string][]} */
  const locals = [];
  for (const labels of files) {
    for (let i = 0; i < labels.name.length; i += 1) {
      if (labels.zoom[i] > view.zoom || labels.until[i] < view.zoom) continue;
      const x = labels.x[i] * size - view.left;
      const y = labels.y[i] * size - view.top;
      if (x < -80 || y < -20 || x > view.width + 80 || y > view.height + 20) continue;
      const isCity =
        labels.kind[i] === LabelKind.TOWN && view.zoom - labels.zoom[i] >= CITY_AFTER;
      const kind = isCity ? LabelKind.CITY : labels.kind[i];
      const label = fit(labels.name[i], kind, x, y, taken, measure, circles);
      if (label === null) continue;
      placed.push(label);
      const local = labels.local[i];
      if (local && view.zoom >= Math.max(LOCAL_FROM, labels.zoom[i] + LOCAL_AFTER)) {
        locals.push([label, local]);
      }
    }
  }
  for (const [label, local] of locals) label.local = beside(label, local, taken, measure);
  return placed;
}

function fit(name, kind, x, y, taken, measure, circles) {
  const isArea = kind === LabelKind.COUNTRY || kind === LabelKind.PROVINCE;
  const lines = isArea ? wrapped(name) : [name];
  const sizes = lines.map((line) => measure(kind, line));
  const width = Math.max(...sizes.map((size) => size.width));
  const height = sizes.reduce((sum, size) => sum + size.height, 0);
  const over = isArea ? undefined : circles.find((circle) => Math.hypot(circle.x - x, circle.y - y) < circle.radius);
  for (const [cx, cy] of isArea ? [[x, y]] : around(x, y, width, height, over)) {
    const box = [cx - width / 2 - GAP, cy - height / 2, cx + width / 2 + GAP, cy + height / 2];
    if (!taken.isFree(box)) continue;
    taken.add(box);
    if (over) return { lines, kind, x: cx, y: cy, dot: null, local: null };
    if (!isArea) taken.add([x - DOT - 1, y - DOT - 1, x + DOT + 1, y + DOT + 1]);
    return { lines, kind, x: cx, y: cy, dot: isArea ? null : { x, y }, local: null };
  }
  return null;
}

/** The local name beneath a town's placed name, else above it, on the side of its dot; null without room. */
function beside(label, text, taken, measure) {
  const own = measure(label.kind, label.lines[0]);
  const size = measure(label.kind, text, true);
  const spare = (size.width - own.width) / 2;
  const side = label.dot === null ? 0 : Math.sign(Math.round(label.x - label.dot.x));
  const x = label.x + side * spare;
  const step = (own.height + size.height) / 2;
  for (const y of [label.y + step, label.y - step]) {
    // Its own town's name is the one that it may come near.
    const box = [x - size.width / 2 - GAP, y - size.height / 2 + 0.5, x + size.width / 2 + GAP, y + size.height / 2 - 0.5];
    if (!taken.isFree(box)) continue;
    taken.add(box);
    return { text, x, y };
  }
  return null;
}

/** Where a town's name may stand: right of its dot or of the circle over it, left, above, below. */
function around(ownX, ownY, width, height, circle) {
  const { x, y, radius } = circle ?? { x: ownX, y: ownY, radius: DOT };
  const aside = radius + 3 + width / 2;
  const over = radius + 1 + height / 2;
  return [[x + aside, y], [x - aside, y], [x, y - over], [x, y + over]];
}

/**
 * @param {string} name
 * @returns {string[]} one line, or two of about the same length
 */
export function wrapped(name) {
  if (name.length < WRAP_FROM || !name.includes(" ")) return [name];
  const spaces = [...name].flatMap((letter, at) => (letter === " " ? [at] : []));
  const middle = name.length / 2;
  const at = spaces.reduce((a, b) => (Math.abs(b - middle) < Math.abs(a - middle) ? b : a));
  return [name.slice(0, at), name.slice(at + 1)];
}

/** Boxes that are taken, in cells, so that a new one is compared with its neighbours only. */
class Taken {
  constructor() {
    /** @type {Map<number, number[][]>} */
    this.cells = new Map();
  }

  isFree(box) {
    for (const key of this.keys(box)) {
      for (const other of this.cells.get(key) ?? []) {
        const apart =
          box[2] <= other[0] || box[0] >= other[2] || box[3] <= other[1] || box[1] >= other[3];
        if (!apart) return false;
      }
    }
    return true;
  }

  add(box) {
    for (const key of this.keys(box)) {
      const cell = this.cells.get(key);
      if (cell === undefined) this.cells.set(key, [box]);
      else cell.push(box);
    }
  }

  keys(box) {
    const keys = [];
    for (let column = Math.floor(box[0] / 64); column <= Math.floor(box[2] / 64); column += 1) {
      for (let row = Math.floor(box[1] / 64); row <= Math.floor(box[3] / 64); row += 1) {
        keys.push(column * 4096 + row);
      }
    }
    return keys;
  }
}
