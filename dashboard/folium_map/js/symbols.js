/** Plain shapes for incidents: each category has a shape and a colour, all have a white casing. */

const TURN = Math.PI * 2;

/** Unit outlines, as corners on a circle of radius 1 or as a list of points. */
const CORNERS = {
  square: regular(4, Math.PI / 4, 0.95 * Math.SQRT2 * 0.93),
  diamond: regular(4, 0, 1.2),
  triangle: regular(3, -Math.PI / 2, 1.25),
  wedge: regular(3, Math.PI / 2, 1.25),
  pentagon: regular(5, -Math.PI / 2, 1.12),
  star: star(5, 1.3, 0.58),
  cross: cross(1.15, 0.4),
};

function regular(corners, turned, radius) {
  return Array.from({ length: corners }, (_, k) => {
    const angle = turned + (k * TURN) / corners;
    return [Math.cos(angle) * radius, Math.sin(angle) * radius];
  });
}

function star(points, outer, inner) {
  return Array.from({ length: points * 2 }, (_, k) => {
    const angle = -Math.PI / 2 + (k * Math.PI) / points;
    const radius = k % 2 === 0 ? outer : inner;
    return [Math.cos(angle) * radius, Math.sin(angle) * radius];
  });
}

/** A saltire, as in the field's maps. */
function cross(reach, half) {
  const arms = [
    [-half, -reach], [half, -reach], [half, -half], [reach, -half], [reach, half], [half, half],
    [half, reach], [-half, reach], [-half, half], [-reach, half], [-reach, -half], [-half, -half],
  ];
  const c = Math.SQRT1_2;
  return arms.map(([x, y]) => [(x - y) * c, (x + y) * c]);
}

/**
 * Lays a shape's outline as the context's path.
 *
 * @param {CanvasRenderingContext2D} context
 * @param {string} shape circle, ring, square, diamond, triangle, wedge, pentagon, star or cross
 * @param {number} x @param {number} y middle @param {number} radius
 */
export function trace(context, shape, x, y, radius) {
  context.beginPath();
  const corners = CORNERS[shape];
  if (corners === undefined) {
    context.arc(x, y, radius, 0, TURN);
    return;
  }
  // A triangle's middle of mass is its place; its bounding box would sit too high.
  corners.forEach(([dx, dy], k) => {
    if (k === 0) context.moveTo(x + dx * radius, y + dy * radius);
    else context.lineTo(x + dx * radius, y + dy * radius);
  });
  context.closePath();
}

/** Outline of each grade: width in pixels and dashes; null for none. */
const OUTLINES = {
  solid: { width: 2, dash: [] },
  thin: { width: 1, dash: [] },
  dashed: { width: 1.6, dash: [3, 2.2] },
  hatched: { width: 3, dash: [1.1, 1.9] },
  hollow: { width: 1, dash: [] },
};

/**
 * @typedef {object} Look
 * @property {string} colour
 * @property {string} shape
 * @property {boolean} known whether a figure of killed is known; else the middle is open
 * @property {string} [outline] as the vocabulary's grades say
 * @property {string} ink colour of the outline
 */

/**
 * Draws one incident's symbol.
 *
 * @param {CanvasRenderingContext2D} context
 * @param {number} x @param {number} y @param {number} radius
 * @param {Look} look
 */
export function drawSymbol(context, x, y, radius, { colour, shape, known, outline = "none", ink }) {
  const line = OUTLINES[outline];
  context.lineJoin = "round";
  if (line !== undefined) {
    trace(context, shape, x, y, radius + 2.6);
    context.setLineDash(line.dash);
    context.lineWidth = line.width;
    context.strokeStyle = ink;
    context.stroke();
    context.setLineDash([]);
  }
  trace(context, shape, x, y, radius);
  context.lineWidth = 3.2;
  context.strokeStyle = "#fff";
  context.stroke();
  const open = outline === "hollow" || shape === "ring";
  context.fillStyle = open ? "#fff" : colour;
  context.fill();
  if (open) {
    context.lineWidth = 1.8;
    context.strokeStyle = colour;
    context.stroke();
  }
  if (!known) {
    context.beginPath();
    context.arc(x, y, Math.max(1.5, radius * 0.36), 0, TURN);
    context.fillStyle = open ? colour : "#fff";
    context.fill();
  }
}

/** The radius for a number of killed: the area grows with it, up to 100; unknown as zero. */
export function symbolRadius(/** @type {number|null} */ killed) {
  return Math.sqrt(22 + 1.7 * Math.min(killed ?? 0, 100));
}

/** The radius of a cluster: a step for every doubling. */
export function clusterRadius(/** @type {number} */ count) {
  return Math.min(27, 10.5 + 1.25 * Math.log2(count));
}

/** 12, 1.2k, 12k, 1.2M: what fits into a circle. @param {number} count @returns {string} */
function shortCount(count) {
  if (count < 1000) return String(count);
  const [unit, word] = count < 999_500 ? [1e3, "k"] : [1e6, "M"];
  const scaled = count / unit;
  return (scaled < 9.95 ? scaled.toFixed(1).replace(/\.0$/, "") : Math.round(scaled)) + word;
}

/**
 * Draws a circle with its count and a ring of category shares.
 *
 * @param {CanvasRenderingContext2D} context
 * @param {number} x @param {number} y
 * @param {number} count
 * @param {ArrayLike<number>} shares rows of each category, in legend order
 * @param {string[]} colours
 * @param {{ink: string, paper: string, pile?: boolean}} theme `pile` marks many on one point
 */
export function drawCluster(context, x, y, count, shares, colours, { ink, paper, pile = false }) {
  const radius = clusterRadius(count);
  if (pile) disc(context, x + 3, y - 3, radius, "#fff", ink);
  context.beginPath();
  context.arc(x, y, radius + 1.2, 0, TURN);
  context.fillStyle = "#fff";
  context.fill();
  ring(context, x, y, radius - 2, shares, colours, count);
  context.beginPath();
  context.arc(x, y, radius - 4.2, 0, TURN);
  context.fillStyle = paper;
  context.fill();
  label(context, x, y, shortCount(count), ink, radius < 14 ? 10.5 : 12);
}

function disc(context, x, y, radius, fill, line) {
  context.beginPath();
  context.arc(x, y, radius, 0, TURN);
  context.fillStyle = fill;
  context.fill();
  context.lineWidth = 0.8;
  context.strokeStyle = line;
  context.stroke();
}

function ring(context, x, y, radius, shares, colours, count) {
  const gap = 0.9 / radius;
  let kinds = 0;
  for (let k = 0; k < shares.length; k++) if (shares[k] > 0) kinds++;
  const several = kinds > 1;
  context.lineWidth = 4;
  context.lineCap = "butt";
  let from = -Math.PI / 2;
  for (let k = 0; k < shares.length; k++) {
    if (shares[k] === 0) continue;
    const to = from + (shares[k] / count) * TURN;
    context.beginPath();
    context.arc(x, y, radius, from, several ? Math.max(from + 0.02, to - gap) : to);
    context.strokeStyle = colours[k];
    context.stroke();
    from = to;
  }
}

/** Counts that were drawn before: shaping text costs more than all else of a symbol. */
const drawnTexts = new Map();
const MOST_TEXTS = 2000;

/** Text in the middle of a symbol. */
export function label(context, x, y, text, ink, size) {
  const density = Math.max(1, context.getTransform().a);
  const key = `${text} ${size} ${ink} ${density}`;
  let drawn = drawnTexts.get(key);
  if (drawn === undefined) {
    if (drawnTexts.size >= MOST_TEXTS) drawnTexts.clear();
    drawn = drawnText(text, ink, size, density);
    drawnTexts.set(key, drawn);
  }
  const [width, height] = [drawn.width / density, drawn.height / density];
  // On whole pixels, or it would blur.
  const left = Math.round((x - width / 2) * density) / density;
  const top = Math.round((y + 0.5 - height / 2) * density) / density;
  context.drawImage(drawn, left, top, width, height);
}

function drawnText(text, ink, size, density) {
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("2d");
  const font = `600 ${size}px system-ui, sans-serif`;
  context.font = font;
  canvas.width = Math.ceil((context.measureText(text).width + 2) * density);
  canvas.height = Math.ceil(size * 1.4 * density);
  context.setTransform(density, 0, 0, density, 0, 0);
  context.font = font; // a canvas forgets it when its size is set
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillStyle = ink;
  context.fillText(text, canvas.width / density / 2, canvas.height / density / 2);
  return canvas;
}

/**
 * Draws the count of incidents whose place is only roughly known: a dashed pill, never a pin.
 *
 * @returns {{width: number, height: number}}
 */
export function drawCoarse(context, x, y, count, colour, { ink, paper }) {
  const text = `~${shortCount(count)}`;
  context.font = "600 11px system-ui, sans-serif";
  const width = Math.max(26, context.measureText(text).width + 14);
  const height = 19;
  context.beginPath();
  context.roundRect(x - width / 2, y - height / 2, width, height, height / 2);
  context.fillStyle = paper;
  context.fill();
  context.lineWidth = 3.4;
  context.strokeStyle = "#fff";
  context.stroke();
  context.setLineDash([3.5, 2.5]);
  context.lineWidth = 1.7;
  context.strokeStyle = colour;
  context.stroke();
  context.setLineDash([]);
  label(context, x, y, text, ink, 11);
  return { width, height };
}

/** Draws a ring around the incident that is pointed at elsewhere. */
export function drawHalo(context, /** @type {number} */ x, /** @type {number} */ y, /** @type {string} */ accent) {
  context.beginPath();
  context.arc(x, y, 15, 0, TURN);
  for (const [width, colour] of /** @type {[number, string][]} */ ([[6, "#fff"], [3, accent]])) {
    context.lineWidth = width;
    context.strokeStyle = colour;
    context.stroke();
  }
}

/**
 * Draws the rings within which something happened, as one surface: rings over rings would darken
 * the map without saying more.
 *
 * @param {CanvasRenderingContext2D} context
 * @param {{x: number, y: number, radius: number}[]} rings
 * @param {string} colour
 */
export function drawRings(context, rings, colour) {
  const path = new Path2D();
  for (const { x, y, radius } of rings) {
    path.moveTo(x + radius, y);
    path.arc(x, y, radius, 0, TURN);
  }
  drawUncertainty(context, path, rings.length, colour, "nonzero");
}

/**
 * Draws areas within which something happened: a faint fill and a dashed outline.
 *
 * @param {CanvasRenderingContext2D} context
 * @param {Path2D} path
 * @param {number} count how many areas the path holds; the lines of many are fainter
 * @param {string} colour
 * @param {CanvasFillRule} [rule]
 */
export function drawUncertainty(context, path, count, colour, rule = "evenodd") {
  context.fillStyle = colour;
  context.globalAlpha = 0.055;
  context.fill(path, rule);
  context.globalAlpha = count > 8 ? 0.28 : 0.6;
  context.setLineDash([5, 4]);
  context.lineWidth = 1.2;
  context.strokeStyle = colour;
  context.stroke(path);
  context.setLineDash([]);
  context.globalAlpha = 1;
}
