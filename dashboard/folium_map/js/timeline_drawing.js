/**
 * What a timeline looks like: bars stacked by category, faded where dates are coarse, and deaths.
 *
 * A hand that drags the window changes which bars are bright and nothing else. So the bars are drawn
 * once, laid into two pictures, bright and pale, and a frame puts pieces of both side by side.
 */

import { binEdges, ticks } from "./engine/calendar.js";

const AXIS = 17;
const KILLED_LANE = 0.24;
/** How strong bars outside the window are. */
const PALE = 0.28;

/** @typedef {{key: string, bins: any[], bars: HTMLCanvasElement, bright: HTMLCanvasElement, pale: HTMLCanvasElement}} Picture */

/** @type {WeakMap<HTMLCanvasElement, Picture>} */
const pictures = new WeakMap();
/** @type {MediaQueryList|undefined} */
let systemTheme;

/**
 * @param {CanvasRenderingContext2D} context
 * @param {import("./timeline.js").Timeline} timeline
 */
export function drawTimeline(context, timeline) {
  const { canvas, scale, size: { density } } = timeline;
  const { bins, bright, pale } = pictureOf(timeline);
  const { from, to } = timeline.window;
  const inside = bins.filter((bin) => bin.to > from && bin.from <= to);
  const pixel = (/** @type {number} */ day) =>
    Math.max(0, Math.min(canvas.width, Math.round(scale.x(day) * density)));
  const left = inside.length === 0 ? 0 : pixel(inside[0].from);
  const right = inside.length === 0 ? 0 : pixel(inside[inside.length - 1].to);
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.clearRect(0, 0, canvas.width, canvas.height);
  piece(context, pale, 0, left);
  piece(context, bright, left, right);
  piece(context, pale, right, canvas.width);
}

/** Forgets what was drawn: colours or figures are others now. @param {HTMLCanvasElement} canvas */
export function forgetDrawing(canvas) {
  pictures.delete(canvas);
}

function piece(context, from, left, right) {
  const width = right - left;
  if (width > 0 && from.height > 0) context.drawImage(from, left, 0, width, from.height, left, 0, width, from.height);
}

/** @returns {Picture} */
function pictureOf(/** @type {import("./timeline.js").Timeline} */ timeline) {
  const { canvas, scale, view } = timeline;
  const dark = (systemTheme ??= matchMedia("(prefers-color-scheme: dark)")).matches;
  const key = [view.revision, scale.from, scale.end, canvas.width, canvas.height, dark].join(" ");
  const kept = pictures.get(canvas);
  if (kept?.key === key) return kept;
  const theme = readTheme(canvas);
  const bins = countedBins(timeline);
  const bars = layerFor(canvas, kept?.bars);
  paintBars(bars.getContext("2d"), timeline, bins, theme);
  const paint = (/** @type {HTMLCanvasElement|undefined} */ reused, /** @type {number} */ strength) => {
    const layer = layerFor(canvas, reused);
    paintAll(layer.getContext("2d"), timeline, bins, theme, bars, strength);
    return layer;
  };
  const picture = { key, bins, bars, bright: paint(kept?.bright, 1), pale: paint(kept?.pale, PALE) };
  pictures.set(canvas, picture);
  return picture;
}

/** An empty canvas of the same size. @returns {HTMLCanvasElement} */
function layerFor(/** @type {HTMLCanvasElement} */ canvas, /** @type {HTMLCanvasElement|undefined} */ reused) {
  const layer = reused ?? document.createElement("canvas");
  layer.width = canvas.width; // clears it, too
  layer.height = canvas.height;
  return layer;
}

function lanesOf({ size: { height } }) {
  const plot = height - AXIS;
  const lane = Math.round(plot * KILLED_LANE);
  return { plot, lane, room: plot - lane - 4 };
}

function paintBars(context, timeline, bins, theme) {
  const { size: { density } } = timeline;
  const { lane, room } = lanesOf(timeline);
  context.setTransform(density, 0, 0, density, 0, 0);
  drawBars(context, timeline, bins, room, { ...theme, colours: visibleOn(theme.paper, timeline.colours) });
  drawKilled(context, timeline, bins, room + 4, lane, theme);
}

/** @param {number} strength of the bars, below 1 for what is outside the window */
function paintAll(context, timeline, bins, theme, bars, strength) {
  const { size: { density } } = timeline;
  const { plot, room } = lanesOf(timeline);
  context.setTransform(density, 0, 0, density, 0, 0);
  drawTicks(context, timeline, theme, plot);
  if (bars.width > 0 && bars.height > 0) {
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.globalAlpha = strength;
    context.drawImage(bars, 0, 0);
    context.globalAlpha = 1;
    context.setTransform(density, 0, 0, density, 0, 0);
  }
  context.fillStyle = theme.line;
  context.fillRect(0, room, timeline.scale.width, 1);
  drawScaleNotes(context, timeline, bins, theme, room + 4);
}

function readTheme(canvas) {
  const style = getComputedStyle(canvas);
  const value = (name, otherwise) => style.getPropertyValue(name).trim() || otherwise;
  return {
    ink: value("--cm-ink", "#23262b"), muted: value("--cm-muted", "#5b6068"), line: value("--cm-line", "#dedad1"),
    paper: value("--cm-paper", "#fbfaf7"), strong: value("--cm-line-strong", "#8d897f"),
  };
}

/** Bins that touch what is shown. */
function countedBins({ scale, unit, histogram, view }) {
  const { epochDay } = view.table;
  const edges = binEdges(Math.floor(scale.from) + epochDay, Math.ceil(scale.end) - 1 + epochDay, unit);
  const bins = [];
  for (let k = 0; k + 1 < edges.length; k++) {
    const from = edges[k] - epochDay;
    const to = edges[k + 1] - epochDay;
    const { exact, coarse, killed } = histogram.bin(from, to);
    let total = 0;
    for (let c = 0; c < exact.length; c++) total += exact[c] + coarse[c];
    bins.push({ from, to, exact, coarse, killed, total });
  }
  return bins;
}

function drawTicks(context, { scale, view }, { muted, line, strong }, plot) {
  const { epochDay } = view.table;
  const marks = ticks(Math.floor(scale.from) + epochDay, Math.ceil(scale.end) - 1 + epochDay, scale.width);
  context.font = "11px system-ui, sans-serif";
  context.textBaseline = "alphabetic";
  context.textAlign = "left";
  for (const { day, label, major } of marks) {
    const x = Math.round(scale.x(day - epochDay)) + 0.5;
    context.strokeStyle = major ? strong : line;
    context.lineWidth = 1;
    context.beginPath();
    context.moveTo(x, major ? 0 : plot - 3);
    context.lineTo(x, plot + 4);
    context.globalAlpha = major ? 0.45 : 1;
    context.stroke();
    context.globalAlpha = 1;
    context.fillStyle = muted;
    if (x + 3 + context.measureText(label).width <= scale.width) context.fillText(label, x + 3, plot + 13);
  }
}

/** The vocabulary's colours were measured on light paper; on dark paper they are lightened. */
function visibleOn(paper, colours) {
  const channels = (colour) => [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
  const isHex = /^#[0-9a-f]{6}$/i;
  const dark = isHex.test(paper) && Math.max(...channels(paper)) < 110;
  if (!dark) return colours;
  return colours.map((colour) =>
    `rgb(${channels(colour).map((channel) => Math.round(channel + (255 - channel) * 0.42)).join(" ")})`);
}

/** Colour by colour: to set one costs more than to fill a bar. */
function drawBars(context, { scale }, bins, room, { colours }) {
  const most = Math.max(1, ...bins.map((bin) => bin.total));
  const places = bins.map((bin) => barOf(scale, bin));
  const tops = new Float64Array(bins.length).fill(room);
  for (const [lane, strength] of [["exact", 1], ["coarse", 0.42]]) {
    context.globalAlpha = strength;
    for (let k = 0; k < colours.length; k++) {
      context.fillStyle = colours[k];
      for (let b = 0; b < bins.length; b++) {
        const value = bins[b][lane][k];
        if (value <= 1e-9) continue;
        const tall = (value / most) * (room - 4);
        tops[b] -= tall;
        context.fillRect(places[b].x, tops[b], places[b].width, tall);
      }
    }
  }
  context.globalAlpha = 1;
}

/** Where a bin's bar stands; wide ones leave a gap. */
function barOf(scale, bin) {
  const x = scale.x(bin.from);
  const whole = scale.x(bin.to) - x;
  return { x, width: Math.max(1, whole - (whole > 4 ? 1 : 0)) };
}

/** Killed, downwards from a line of their own, on their own scale. */
function drawKilled(context, { scale }, bins, top, lane, { ink }) {
  const most = Math.max(1, ...bins.map((bin) => bin.killed));
  context.fillStyle = ink;
  context.globalAlpha = 0.62;
  for (const bin of bins) {
    if (bin.killed <= 1e-9) continue;
    const { x, width } = barOf(scale, bin);
    context.fillRect(x, top, width, Math.max(0.7, (bin.killed / most) * (lane - 2)));
  }
  context.globalAlpha = 1;
}

/** How high the bars are, in numbers. */
function drawScaleNotes(context, { scale, unit }, bins, { ink, paper }, killedTop) {
  const incidents = Math.round(Math.max(0, ...bins.map((bin) => bin.total)));
  const killed = Math.round(Math.max(0, ...bins.map((bin) => bin.killed)));
  const per = `a ${unit}`;
  note(context, `up to ${incidents.toLocaleString("en")} incidents ${per}`, scale.width, 10, ink, paper);
  if (killed > 0) note(context, `up to ${killed.toLocaleString("en")} killed`, scale.width, killedTop + 11, ink, paper);
}

/** Words on a strip of paper, so that no bar and no line of a year runs through them. */
function note(context, text, right, y, ink, paper) {
  context.font = "10.5px system-ui, sans-serif";
  context.textAlign = "right";
  const width = context.measureText(text).width;
  context.fillStyle = paper;
  context.globalAlpha = 0.86;
  context.fillRect(right - 7 - width, y - 10, width + 6, 13);
  context.globalAlpha = 1;
  context.fillStyle = ink;
  context.fillText(text, right - 4, y);
  context.textAlign = "left";
}
