/**
 * Paints one tile of the base map: water, land, coast and borders.
 */

import { DASH, PROVINCES_FROM, WIDTHS } from "./base_map_style.js";
import { TILE_SIZE } from "./projection.js";
import { eachStretch, meets, ringInTile, tileFrame } from "./tile_geometry.js";
import { ArcKind } from "./topology.js";

/**
 * @param {CanvasRenderingContext2D} context  of a canvas TILE_SIZE × ratio wide and high
 * @param {import("./topology.js").Topology | null} topology  null paints water only
 * @param {{x: number, y: number, z: number}} tile
 * @param {number} ratio  device pixels for one CSS pixel
 * @param {import("./base_map_style.js").Palette} palette
 */
export function paintTile(context, topology, tile, ratio, palette) {
  context.fillStyle = palette.water;
  context.fillRect(0, 0, TILE_SIZE * ratio, TILE_SIZE * ratio);
  if (topology === null) return;
  const frame = tileFrame(tile, ratio);
  paintLand(context, topology, frame, palette);
  const arcs = arcsByKind(topology, frame, tile.z);
  context.lineJoin = "round";
  context.lineCap = "butt";
  strokeArcs(context, topology, frame, arcs[ArcKind.COAST], palette.coast, WIDTHS.coast() * ratio);
  strokeArcs(
    context, topology, frame, arcs[ArcKind.PROVINCE], palette.province,
    WIDTHS.province(tile.z) * ratio,
  );
  const width = WIDTHS.country(tile.z) * ratio;
  strokeArcs(context, topology, frame, arcs[ArcKind.COUNTRY], palette.country, width);
  strokeDashed(context, topology, frame, arcs[ArcKind.DISPUTED], palette.disputed, width, ratio);
}

/** All land is one path: neighbours filled one by one would show a seam along every border. */
function paintLand(context, topology, frame, palette) {
  context.beginPath();
  for (let ring = 0; ring < topology.landStart.length - 1; ring += 1) {
    if (!meets(topology.landBox, ring, frame)) continue;
    trace(context, ringInTile(topology, ring, frame));
  }
  context.fillStyle = palette.land;
  context.fill("evenodd");
}

/** @returns {number[][]} the arcs that meet the tile, by kind */
function arcsByKind(topology, frame, zoom) {
  /** @type {number[][]} */
  const found = [[], [], [], [], []];
  for (let arc = 0; arc < topology.kind.length; arc += 1) {
    if (meets(topology.box, arc, frame)) found[topology.kind[arc]].push(arc);
  }
  if (zoom < PROVINCES_FROM) found[ArcKind.PROVINCE] = [];
  return found;
}

function trace(context, points) {
  if (points.length === 0) return;
  context.moveTo(points[0], points[1]);
  for (let at = 2; at < points.length; at += 2) context.lineTo(points[at], points[at + 1]);
}

function strokeArcs(context, topology, frame, arcs, colour, width) {
  context.beginPath();
  for (const arc of arcs) eachStretch(topology, arc, frame, (points) => trace(context, points));
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.stroke();
}

function strokeDashed(context, topology, frame, arcs, colour, width, ratio) {
  if (arcs.length === 0) return;
  context.save();
  context.strokeStyle = colour;
  context.lineWidth = width;
  const dash = DASH.map((length) => length * ratio);
  context.setLineDash(dash);
  const period = dash[0] + dash[1];
  for (const arc of arcs) {
    eachStretch(topology, arc, frame, (points, along) => {
      context.lineDashOffset = along % period;
      context.beginPath();
      trace(context, points);
      context.stroke();
    });
  }
  context.restore();
}
