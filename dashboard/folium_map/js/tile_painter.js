/**
 * Paints one tile of the base map: sea, land, rivers, lakes, coast and borders.
 */

import { DASH, PROVINCES_FROM, WIDTHS, riverOpacity } from "./base_map_style.js";
import { TILE_SIZE } from "./projection.js";
import { eachStretch, meets, ringInTile, tileFrame } from "./tile_geometry.js";
import { ArcKind } from "./topology.js";

/**
 * @param {CanvasRenderingContext2D} context  of a canvas TILE_SIZE × ratio wide and high
 * @param {import("./topology.js").Topology | null} topology  null paints water only
 * @param {{x: number, y: number, z: number}} tile
 * @param {number} ratio  device pixels for one CSS pixel
 * @param {import("./base_map_style.js").Palette} palette
 * @param {import("./topology.js").Topology | null} [water]  lakes and rivers; null paints none
 */
export function paintTile(context, topology, tile, ratio, palette, water = null) {
  context.fillStyle = palette.water;
  context.fillRect(0, 0, TILE_SIZE * ratio, TILE_SIZE * ratio);
  if (topology === null) return;
  const frame = tileFrame(tile, ratio);
  context.lineJoin = "round";
  context.lineCap = "butt";
  fillRings(context, topology, frame, palette.land);
  if (water !== null) paintWater(context, water, frame, tile.z, ratio, palette);
  const arcs = arcsByKind(topology, frame, tile.z);
  strokeArcs(context, topology, frame, arcs[ArcKind.COAST], palette.coast, WIDTHS.coast() * ratio);
  strokeArcs(
    context, topology, frame, arcs[ArcKind.PROVINCE], palette.province,
    WIDTHS.province(tile.z) * ratio,
  );
  const width = WIDTHS.country(tile.z) * ratio;
  strokeArcs(context, topology, frame, arcs[ArcKind.COUNTRY], palette.country, width);
  strokeDashed(context, topology, frame, arcs[ArcKind.DISPUTED], palette.disputed, width, ratio);
}

/** Borders come after it, since many run through lakes. */
function paintWater(context, water, frame, zoom, ratio, palette) {
  const arcs = arcsByKind(water, frame, zoom);
  const opacity = riverOpacity(zoom);
  if (opacity > 0) {
    context.globalAlpha = opacity;
    const width = WIDTHS.river(zoom) * ratio;
    strokeArcs(context, water, frame, arcs[ArcKind.RIVER], palette.river, width);
    context.globalAlpha = 1;
  }
  fillRings(context, water, frame, palette.water);
  strokeArcs(context, water, frame, arcs[ArcKind.COAST], palette.coast, WIDTHS.coast() * ratio);
}

/** All rings are one path: neighbours filled one by one would show a seam along every border. */
function fillRings(context, topology, frame, colour) {
  context.beginPath();
  for (let ring = 0; ring < topology.filledStart.length - 1; ring += 1) {
    if (!meets(topology.filledBox, ring, frame)) continue;
    trace(context, ringInTile(topology, ring, frame));
  }
  context.fillStyle = colour;
  context.fill("evenodd");
}

/** @returns {number[][]} the arcs that meet the tile, by kind */
function arcsByKind(topology, frame, zoom) {
  /** @type {number[][]} */
  const found = Object.values(ArcKind).map(() => []);
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
