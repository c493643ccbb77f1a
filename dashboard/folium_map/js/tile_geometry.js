/**
 * What of the arcs and rings a tile shows, in the tile's pixels. Free of the DOM.
 */

import { TILE_SIZE } from "./projection.js";

/** How far beyond its edge a tile is drawn, so that line ends and joins stay out of sight. */
const MARGIN = 8;
/** Points closer than this to the one before, in pixels, are left out. */
const CLOSEST = 0.75;
/** Islands that are smaller than this both ways, in pixels, are left out. */
const SMALLEST = 0.8;

/**
 * @typedef {object} TileFrame
 * @property {number} scale  pixels of the tile for the whole world's width
 * @property {number} left  pixels from the world's west edge to the tile's
 * @property {number} top
 * @property {number} low  least pixel that is still drawn
 * @property {number} high  largest pixel that is still drawn
 */

/**
 * @param {{x: number, y: number, z: number}} tile
 * @param {number} ratio  device pixels for one CSS pixel
 * @returns {TileFrame}
 */
export function tileFrame(tile, ratio) {
  const size = TILE_SIZE * ratio;
  return {
    scale: size * 2 ** tile.z,
    left: tile.x * size,
    top: tile.y * size,
    low: -MARGIN * ratio,
    high: size + MARGIN * ratio,
  };
}

/**
 * @param {Float32Array} boxes  west, north, east, south of each item, in the world
 * @param {number} item
 * @param {TileFrame} frame
 * @returns {boolean} whether the item's box and the tile meet, and the item is no mere speck
 */
export function meets(boxes, item, frame) {
  const at = 4 * item;
  const isSpeck =
    (boxes[at + 2] - boxes[at]) * frame.scale < SMALLEST &&
    (boxes[at + 3] - boxes[at + 1]) * frame.scale < SMALLEST;
  return (
    !isSpeck &&
    boxes[at] * frame.scale - frame.left <= frame.high &&
    boxes[at + 2] * frame.scale - frame.left >= frame.low &&
    boxes[at + 1] * frame.scale - frame.top <= frame.high &&
    boxes[at + 3] * frame.scale - frame.top >= frame.low
  );
}

/** On which outer sides of the tile a point is: 1 west, 2 east, 4 north, 8 south; 0 is inside. */
function side(x, y, frame) {
  return (
    (x < frame.low ? 1 : x > frame.high ? 2 : 0) | (y < frame.low ? 4 : y > frame.high ? 8 : 0)
  );
}

/**
 * A ring that is filled, of land or of a lake, cut to the tile.
 *
 * @param {import("./topology.js").Topology} topology
 * @param {number} ring
 * @param {TileFrame} frame
 * @returns {number[]} x, y, x, y, …; empty if nothing of it shows
 */
export function ringInTile(topology, ring, frame) {
  const { filledArcs, filledStart, start, box } = topology;
  const run = new Run(frame);
  for (let i = filledStart[ring]; i < filledStart[ring + 1]; i += 1) {
    const backwards = filledArcs[i] < 0;
    const arc = backwards ? ~filledArcs[i] : filledArcs[i];
    const first = backwards ? start[arc + 1] - 1 : start[arc];
    const last = backwards ? start[arc] : start[arc + 1] - 1;
    const step = backwards ? -1 : 1;
    if (isBeyondOneEdge(box, arc, frame)) {
      run.add(topology.x[first], topology.y[first]);
      run.add(topology.x[last], topology.y[last]);
      continue;
    }
    for (let point = first; point !== last + step; point += step) {
      run.add(topology.x[point], topology.y[point]);
    }
  }
  return clip(run.end(), frame);
}

/** Whether all of an arc is beyond one and the same edge of the tile. */
function isBeyondOneEdge(box, arc, frame) {
  const at = 4 * arc;
  return (
    (side(box[at] * frame.scale - frame.left, box[at + 1] * frame.scale - frame.top, frame) &
      side(box[at + 2] * frame.scale - frame.left, box[at + 3] * frame.scale - frame.top, frame)) !==
    0
  );
}

/**
 * Points of a ring of which a run beyond one and the same edge of the tile becomes one segment:
 * it stays beyond that edge, and what is inside the tile stays inside the ring.
 */
class Run {
  /** @param {TileFrame} frame */
  constructor(frame) {
    this.frame = frame;
    /** @type {number[]} */
    this.kept = [];
    this.shared = 0;
    this.isWaiting = false;
    this.waitX = 0;
    this.waitY = 0;
    this.lastX = NaN;
    this.lastY = NaN;
  }

  /** @param {number} worldX @param {number} worldY */
  add(worldX, worldY) {
    const x = worldX * this.frame.scale - this.frame.left;
    const y = worldY * this.frame.scale - this.frame.top;
    const sides = side(x, y, this.frame);
    if ((this.shared & sides) === 0) {
      if (this.isWaiting) this.keepWaiting();
      this.shared &= sides;
    }
    if ((this.shared & sides) !== 0) {
      this.shared &= sides;
      this.isWaiting = true;
      this.waitX = x;
      this.waitY = y;
      return;
    }
    this.shared = sides;
    this.keep(x, y);
  }

  keepWaiting() {
    this.isWaiting = false;
    this.keep(this.waitX, this.waitY);
    this.shared = side(this.waitX, this.waitY, this.frame);
  }

  keep(x, y) {
    if (Math.abs(x - this.lastX) < CLOSEST && Math.abs(y - this.lastY) < CLOSEST) return;
    this.kept.push(x, y);
    this.lastX = x;
    this.lastY = y;
  }

  /** @returns {number[]} */
  end() {
    if (this.isWaiting) this.keepWaiting();
    return this.kept;
  }
}

/** Sutherland and Hodgman (1974): the polygon cut by the tile's four edges, one after the other. */
function clip(points, frame) {
  let cut = points;
  for (const [axis, edge, keepBelow] of [
    [0, frame.low, false],
    [0, frame.high, true],
    [1, frame.low, false],
    [1, frame.high, true],
  ]) {
    if (cut.length === 0) break;
    cut = clipEdge(cut, /** @type {number} */ (axis), /** @type {number} */ (edge), keepBelow);
  }
  return cut.length >= 6 ? cut : [];
}

function clipEdge(points, axis, edge, keepBelow) {
  const kept = [];
  let before = points.length - 2;
  for (let at = 0; at < points.length; at += 2) {
    const a = points[before + axis] - edge;
    const b = points[at + axis] - edge;
    const insideA = keepBelow ? a <= 0 : a >= 0;
    const insideB = keepBelow ? b <= 0 : b >= 0;
    if (insideA !== insideB) {
      const t = a / (a - b);
      kept.push(
        points[before] + t * (points[at] - points[before]),
        points[before + 1] + t * (points[at + 1] - points[before + 1]),
      );
    }
    if (insideB) kept.push(points[at], points[at + 1]);
    before = at;
  }
  return kept;
}

/**
 * The stretches of an arc that a tile shows.
 *
 * @param {import("./topology.js").Topology} topology
 * @param {number} arc
 * @param {TileFrame} frame
 * @param {(points: number[], along: number) => void} draw  gets x, y, x, y, … of each stretch and
 *     how many pixels of the arc lie before it, which keeps dashes in step from tile to tile
 */
export function eachStretch(topology, arc, frame, draw) {
  const { x, y, start } = topology;
  /** @type {number[]} */
  let stretch = [];
  let along = 0;
  let before = 0;
  let lastX = x[start[arc]] * frame.scale - frame.left;
  let lastY = y[start[arc]] * frame.scale - frame.top;
  let lastSides = side(lastX, lastY, frame);
  for (let point = start[arc] + 1; point < start[arc + 1]; point += 1) {
    const px = x[point] * frame.scale - frame.left;
    const py = y[point] * frame.scale - frame.top;
    const isLast = point === start[arc + 1] - 1;
    if (Math.abs(px - lastX) < CLOSEST && Math.abs(py - lastY) < CLOSEST && !isLast) continue;
    const sides = side(px, py, frame);
    if ((sides & lastSides) === 0) {
      if (stretch.length === 0) {
        stretch.push(lastX, lastY);
        before = along;
      }
      stretch.push(px, py);
    } else if (stretch.length > 0) {
      draw(stretch, before);
      stretch = [];
    }
    along += Math.sqrt((px - lastX) ** 2 + (py - lastY) ** 2);
    lastX = px;
    lastY = py;
    lastSides = sides;
  }
  if (stretch.length > 0) draw(stretch, before);
}
