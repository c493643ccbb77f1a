/**
 * H3: cells of nearly equal area on the whole Earth, each within a resolution's grid, with ids that
 * other data sets use, too (after the description at h3geo.org).
 *
 * The sphere is projected onto the twenty faces of an icosahedron (gnomonic). Each has grids of
 * hexagons, every resolution's seven times as fine as the one before and turned against it; twelve
 * cells of each are pentagons, around the icosahedron's corners. A cell is a base cell and a digit
 * for each resolution.
 *
 * Here a cell is one whole number below 2^52, its base cell and digits in base 8, beside its
 * resolution; `cellId` writes it as others do. On a face a position is two whole numbers, i - k and
 * j - k of the three axes i, j, k that stand 120° apart.
 */

import { BASE_CELLS, FACES, HOMES, NEIGHBOURS, PENTAGONS } from "./h3_tables.js";

export const FINEST = 15;
/** Radius of the sphere that has the WGS 84 ellipsoid's area, km. */
const RADIUS_KM = 6371.007180918475;
const RADIAN = Math.PI / 180;
const SINE_60 = Math.sqrt(3) / 2;
/** Between middles of base cells on the plane that touches a face. */
const UNIT = 0.38196601125010500003;
/** How far the grids of odd resolutions are turned against a face. */
const TURN = Math.asin(Math.sqrt(3 / 28));
/** Digits of the six neighbours, and how far they lie: i - k, j - k. */
const STEP_I = [0, -1, 0, -1, 1, 0, 1];
const STEP_J = [0, -1, 1, 0, 0, -1, 1];
/** A digit turned by 60°. */
const LEFT = [0, 5, 3, 1, 6, 4, 2];
const RIGHT = [0, 3, 6, 2, 5, 1, 4];
/** The digit that pentagons lack. */
const MISSING = 1;

/** Of every face nine numbers: its middle, its x axis (along i) and its y axis. */
const FRAMES = Float64Array.from(FACES.flatMap(([x, y, z, azimuth]) => {
  const flat = Math.hypot(x, y);
  const north = [(-x * z) / flat, (-y * z) / flat, flat];
  const east = [-y / flat, x / flat, 0];
  const [sin, cos] = [Math.sin(azimuth), Math.cos(azimuth)];
  const along = north.map((n, k) => cos * n + sin * east[k]);
  const across = north.map((n, k) => sin * n - cos * east[k]);
  return [x, y, z, ...along, ...across];
}));
const FRAME = 9;

/** Digits from resolution 1 on, of the cell at hand. */
const digits = new Uint8Array(FINEST + 1);
/** The position at hand. */
const spot = { face: 0, i: 0, j: 0 };

const isOdd = (/** @type {number} */ resolution) => (resolution & 1) === 1;

/**
 * The cell that holds a point.
 *
 * @param {number} latitude WGS 84 degrees @param {number} longitude
 * @param {number} resolution 0 to 15
 * @returns {number}
 */
export function cellAt(latitude, longitude, resolution) {
  project(latitude, longitude, resolution);
  let { i, j } = spot;
  for (let level = resolution; level > 0; level--) {
    const [fineI, fineJ] = [i, j];
    if (isOdd(level)) {
      i = Math.round((3 * fineI - fineJ) / 7);
      j = Math.round((fineI + 2 * fineJ) / 7);
      digits[level] = digitOf(fineI - (2 * i + j), fineJ - (3 * j - i));
    } else {
      i = Math.round((2 * fineI + fineJ) / 7);
      j = Math.round((3 * fineJ - fineI) / 7);
      digits[level] = digitOf(fineI - (3 * i - j), fineJ - (i + 2 * j));
    }
  }
  const k = Math.max(0, -i, -j);
  const found = BASE_CELLS[spot.face][9 * (i + k) + 3 * (j + k) + k];
  const base = Math.floor(found / 6);
  orient(base, found % 6, resolution);
  let cell = base;
  for (let level = 1; level <= resolution; level++) cell = cell * 8 + digits[level];
  return cell;
}

/** Sets `spot` to the hexagon of a face's grid that holds a point. */
function project(latitude, longitude, resolution) {
  const cos = Math.cos(latitude * RADIAN);
  const x = cos * Math.cos(longitude * RADIAN);
  const y = cos * Math.sin(longitude * RADIAN);
  const z = Math.sin(latitude * RADIAN);
  let [face, most] = [0, -2];
  for (let f = 0; f < 20; f++) {
    const near = x * FRAMES[FRAME * f] + y * FRAMES[FRAME * f + 1] + z * FRAMES[FRAME * f + 2];
    if (near > most) [face, most] = [f, near];
  }
  const a = FRAME * face;
  const scale = Math.sqrt(7) ** resolution / (UNIT * most);
  const along = (x * FRAMES[a + 3] + y * FRAMES[a + 4] + z * FRAMES[a + 5]) * scale;
  const across = (x * FRAMES[a + 6] + y * FRAMES[a + 7] + z * FRAMES[a + 8]) * scale;
  spot.face = face;
  if (isOdd(resolution)) {
    const [sin, cosine] = [Math.sin(TURN), Math.cos(TURN)];
    round(along * cosine + across * sin, across * cosine - along * sin);
  } else round(along, across);
}

/** Sets `spot` to the nearest middle: rounding in cube coordinates. */
function round(x, y) {
  const j = y / SINE_60;
  const i = x + j / 2;
  let [cubeI, cubeJ] = [Math.round(i), Math.round(j)];
  const between = Math.round(j - i);
  const [offI, offJ, off] = [Math.abs(cubeI - i), Math.abs(cubeJ - j), Math.abs(between - (j - i))];
  if (offI > offJ && offI > off) cubeI = cubeJ - between;
  else if (offJ > off) cubeJ = cubeI + between;
  spot.i = cubeI;
  spot.j = cubeJ;
}

function digitOf(/** @type {number} */ i, /** @type {number} */ j) {
  for (let digit = 0; digit < 7; digit++) if (STEP_I[digit] === i && STEP_J[digit] === j) return digit;
  throw new RangeError(`${i}, ${j} is no step to a neighbour.`);
}

/** Turns `digits` from the face at hand into a base cell's own orientation. */
function orient(base, turns, resolution) {
  const clockwise = PENTAGONS.get(base);
  if (clockwise && leading(resolution) === MISSING) turn(clockwise.includes(spot.face) ? RIGHT : LEFT, resolution);
  for (let k = 0; k < turns; k++) {
    turn(LEFT, resolution);
    if (clockwise && leading(resolution) === MISSING) turn(LEFT, resolution);
  }
}

function turn(/** @type {number[]} */ by, /** @type {number} */ resolution) {
  for (let level = 1; level <= resolution; level++) digits[level] = by[digits[level]];
}

/** The first digit that is not 0; 0 where there is none. */
function leading(/** @type {number} */ resolution) {
  for (let level = 1; level <= resolution; level++) if (digits[level] > 0) return digits[level];
  return 0;
}

/**
 * The cell of a coarser resolution that a cell counts to. Its points near the edge may lie outside.
 *
 * @param {number} cell @param {number} steps how many resolutions coarser @returns {number}
 */
export function parentOf(cell, steps = 1) {
  return Math.floor(cell / 8 ** steps);
}

/** @param {number} cell @param {number} resolution @returns {boolean} */
export function isPentagon(cell, resolution) {
  const base = parentOf(cell, resolution);
  return PENTAGONS.has(base) && cell === base * 8 ** resolution;
}

/**
 * A cell's id as other programs write it.
 *
 * @param {number} cell @param {number} resolution @returns {string} 15 hexadecimal digits
 */
export function cellId(cell, resolution) {
  const unused = 3n * BigInt(FINEST - resolution);
  const base = parentOf(cell, resolution);
  const within = BigInt(cell - base * 8 ** resolution);
  const bits = (1n << 59n) | (BigInt(resolution) << 52n) | (BigInt(base) << 45n);
  return (bits | (within << unused) | ((1n << unused) - 1n)).toString(16);
}

/** Sets `spot` to a cell's middle on the face where it lies. */
function locate(cell, resolution) {
  let rest = cell;
  for (let level = resolution; level > 0; level--, rest = Math.floor(rest / 8)) digits[level] = rest % 8;
  const base = rest;
  const pentagon = PENTAGONS.has(base);
  if (pentagon && leading(resolution) === 5) turn(RIGHT, resolution);
  [spot.face, spot.i, spot.j] = HOMES[base];
  const central = spot.i === 0 && spot.j === 0;
  for (let level = 1; level <= resolution; level++) {
    finer7(level);
    spot.i += STEP_I[digits[level]];
    spot.j += STEP_J[digits[level]];
  }
  if (!pentagon && (resolution === 0 || central)) return;
  const { i, j } = spot;
  const even = resolution + (resolution & 1);
  if (even > resolution) finer7(even);
  let moved = overFace(even, 1, pentagon && leading(resolution) === 4) === BEYOND;
  if (moved && pentagon) while (overFace(even, 1) === BEYOND);
  if (even === resolution) return;
  if (!moved) [spot.i, spot.j] = [i, j];
  else {
    [spot.i, spot.j] = [Math.round((2 * spot.i + spot.j) / 7), Math.round((3 * spot.j - spot.i) / 7)];
  }
}

/** Turns `spot` into the grid of a resolution from that of the one before. */
function finer7(/** @type {number} */ resolution) {
  const { i, j } = spot;
  if (isOdd(resolution)) [spot.i, spot.j] = [2 * i + j, 3 * j - i];
  else [spot.i, spot.j] = [3 * i - j, i + 2 * j];
}

const INSIDE = 0;
const EDGE = 1;
const BEYOND = 2;

/**
 * Moves `spot` onto the face where it lies, if that is next to its own.
 *
 * @param {number} even a resolution @param {number} fine how many times finer the grid is: 1 or 3
 * @param {boolean} [gap] whether a pentagon's missing part lies between
 */
function overFace(even, fine, gap = false) {
  const unit = fine * 7 ** (even / 2);
  const edge = 2 * unit;
  const k = Math.max(0, -spot.i, -spot.j);
  const sum = spot.i + spot.j + 3 * k;
  if (sum < edge || (sum === edge && fine === 1)) return INSIDE;
  if (sum === edge) return EDGE;
  const side = k === 0 ? 0 : spot.j + k > 0 ? 2 : 1;
  if (gap && side === 1) {
    const [i, j] = [spot.i - edge, spot.j];
    [spot.i, spot.j] = [j + edge, j - i];
  }
  crossTo(side, unit);
  return fine > 1 && spot.i + spot.j + 3 * Math.max(0, -spot.i, -spot.j) === edge ? EDGE : BEYOND;
}

/** Writes `spot` in the grid of the face beyond a side. */
function crossTo(/** @type {number} */ side, /** @type {number} */ unit) {
  const [face, turns, shiftI, shiftJ] = NEIGHBOURS[spot.face][side];
  for (let n = 0; n < turns; n++) [spot.i, spot.j] = [spot.i - spot.j, spot.i];
  spot.face = face;
  spot.i += shiftI * unit;
  spot.j += shiftJ * unit;
}

/** The point of a face's plane. @returns {[number, number]} latitude, longitude in degrees */
function unproject(face, x, y) {
  const a = FRAME * face;
  const px = FRAMES[a] + UNIT * (x * FRAMES[a + 3] + y * FRAMES[a + 6]);
  const py = FRAMES[a + 1] + UNIT * (x * FRAMES[a + 4] + y * FRAMES[a + 7]);
  const pz = FRAMES[a + 2] + UNIT * (x * FRAMES[a + 5] + y * FRAMES[a + 8]);
  return [Math.atan2(pz, Math.hypot(px, py)) / RADIAN, Math.atan2(py, px) / RADIAN];
}

const planeX = (/** @type {number} */ i, /** @type {number} */ j) => i - j / 2;
const planeY = (/** @type {number} */ j) => j * SINE_60;

/**
 * A cell's middle.
 *
 * @param {number} cell @param {number} resolution
 * @returns {[number, number]} latitude, longitude in WGS 84 degrees
 */
export function middleOf(cell, resolution) {
  locate(cell, resolution);
  const scale = Math.sqrt(7) ** -resolution;
  const [x, y] = [planeX(spot.i, spot.j) * scale, planeY(spot.j) * scale];
  if (!isOdd(resolution)) return unproject(spot.face, x, y);
  const [sin, cos] = [Math.sin(TURN), Math.cos(TURN)];
  return unproject(spot.face, x * cos - y * sin, x * sin + y * cos);
}

/** Corners around a middle in a grid that is three times as fine, and for odd resolutions turned on. */
const CORNERS = [[2, 1], [1, 2], [-1, 1], [-2, -1], [-1, -2], [1, -1]];
const CORNERS_ODD = [[5, 4], [1, 5], [-4, 1], [-5, -4], [-1, -5], [4, -1]];

/**
 * A cell's corners, counter-clockwise; where a side crosses an edge of the icosahedron it has a
 * corner more.
 *
 * @param {number} cell @param {number} resolution
 * @returns {[number, number][]} latitude, longitude in WGS 84 degrees
 */
export function boundaryOf(cell, resolution) {
  locate(cell, resolution);
  const even = resolution + (resolution & 1);
  const [i, j] = [spot.i + spot.j, 2 * spot.j - spot.i];
  [spot.i, spot.j] = [2 * i - j, i + j];
  if (isOdd(resolution)) finer7(even);
  const middle = { ...spot };
  const pentagon = isPentagon(cell, resolution);
  const around = (isOdd(resolution) ? CORNERS_ODD : CORNERS).slice(0, pentagon ? 5 : 6)
    .map(([stepI, stepJ]) => ({ i: middle.i + stepI, j: middle.j + stepJ }));
  const corners = around.map((corner) => cornerAt({ face: middle.face, ...corner }, even, pentagon));
  const out = [];
  corners.forEach((corner, n) => {
    out.push(pointOf(corner, even));
    if (!isOdd(resolution)) return;
    const next = (n + 1) % corners.length;
    const extra = pentagon
      ? pentagonCrossing(corner, corners[next], even)
      : crossing(middle, [around[n], around[next]], [corner, corners[next]], even);
    if (extra !== null) out.push(extra);
  });
  return out;
}

/** A corner on the face where it lies. */
function cornerAt(corner, even, pentagon) {
  Object.assign(spot, corner);
  let where = overFace(even, 3);
  if (pentagon) while (where === BEYOND) where = overFace(even, 3);
  return { ...spot, onEdge: where === EDGE };
}

function pointOf({ face, i, j }, even) {
  const scale = 1 / (3 * 7 ** (even / 2));
  return unproject(face, planeX(i, j) * scale, planeY(j) * scale);
}

/** Where a hexagon's side crosses an edge of the icosahedron; null where it does not. */
function crossing(middle, [from, to], [start, end], even) {
  if (start.face === end.face || start.onEdge) return null;
  const other = start.face === middle.face ? end.face : start.face;
  return onEdge(middle.face, sideTo(middle.face, other), from, to, even);
}

/** Every side of a pentagon of an odd resolution crosses one. */
function pentagonCrossing(start, end, even) {
  Object.assign(spot, end);
  crossTo(sideTo(end.face, start.face), 3 * 7 ** (even / 2));
  return onEdge(spot.face, sideTo(spot.face, end.face), start, spot, even);
}

const sideTo = (/** @type {number} */ face, /** @type {number} */ other) =>
  NEIGHBOURS[face].findIndex(([neighbour]) => neighbour === other);

/** Where a line between two positions meets a side of a face; null where it does so at its end. */
function onEdge(face, side, from, to, even) {
  const long = 6 * 7 ** (even / 2);
  const peaks = [[long, 0], [-long / 2, SINE_60 * long], [-long / 2, -SINE_60 * long]];
  const [a, b] = [[0, 1], [2, 0], [1, 2]][side].map((peak) => peaks[peak]);
  const [x0, y0] = [planeX(from.i, from.j), planeY(from.j)];
  const [dx, dy] = [planeX(to.i, to.j) - x0, planeY(to.j) - y0];
  const [ex, ey] = [b[0] - a[0], b[1] - a[1]];
  const share = (ex * (y0 - a[1]) - ey * (x0 - a[0])) / (ey * dx - ex * dy);
  const [x, y] = [x0 + share * dx, y0 + share * dy];
  if (Math.hypot(x - x0, y - y0) < 1e-7 || Math.hypot(x - x0 - dx, y - y0 - dy) < 1e-7) return null;
  const scale = 1 / (3 * 7 ** (even / 2));
  return unproject(face, x * scale, y * scale);
}

/** What a resolution's cells cover on average. @param {number} resolution @returns {number} km² */
export function meanAreaKm2(resolution) {
  return (4 * Math.PI * RADIUS_KM ** 2) / (2 + 120 * 7 ** resolution);
}

/** From side to side of a regular hexagon of the mean area. @param {number} resolution @returns {number} km */
export function meanWidthKm(resolution) {
  return Math.sqrt((2 * meanAreaKm2(resolution)) / Math.sqrt(3));
}
