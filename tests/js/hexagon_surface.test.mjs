import assert from "node:assert/strict";
import { test } from "node:test";
import { IncidentView } from "../../dashboard/folium_map/js/engine/view.js";
import { HexagonSurface } from "../../dashboard/folium_map/js/hexagon_surface.js";
import { tableOf } from "./synthetic_pack.mjs";

const WORLD_PX = 1024;

/** West and east of every outline that is filled, in pixels of the screen. */
function outlinesOn(screen, rows) {
  const surface = new HexagonSurface(new IncidentView(tableOf(rows)), "incidents", () => {});
  const drawn = [];
  const context = {
    beginPath() {}, fill() {}, stroke() {}, setLineDash() {}, closePath() {},
    moveTo: (x) => drawn.push([x]),
    lineTo: (x) => drawn.at(-1).push(x),
  };
  surface.arrange(screen, new Float64Array(), 0);
  surface.draw(context, { ink: "#000", dark: false });
  return drawn.map((xs) => [Math.min(...xs), Math.max(...xs)]).sort(([a], [b]) => a - b);
}

const at = (lon) => ({ start: 1, end: 1, lat: 0.5, lon });
const screen = (x) => ({ x, y: 0, width: WORLD_PX, height: WORLD_PX, zoom: 2 });

test("a cell over the 180th meridian is drawn at both edges of the whole world", () => {
  for (const lon of [-179.9, 179.9]) {
    const outlines = outlinesOn(screen(0), [at(lon)]);
    assert.equal(outlines.length, 2);
    const [[west, reaches], [starts, east]] = outlines;
    assert.ok(west < 0 && reaches > 0 && starts < WORLD_PX && east > WORLD_PX);
    assert.ok(Math.abs(starts - west - WORLD_PX) < 1e-6 && Math.abs(east - reaches - WORLD_PX) < 1e-6);
  }
});

test("a cell inside the world that is shown is drawn once, over the 180th meridian too", () => {
  assert.equal(outlinesOn(screen(0), [at(20)]).length, 1);
  const [outline, ...more] = outlinesOn(screen(WORLD_PX / 2), [at(179.9)]);
  assert.equal(more.length, 0);
  assert.ok(outline[0] < WORLD_PX / 2 && outline[1] > WORLD_PX / 2);
});

test("a cell at the edge of that world is drawn at both, wherever its middle is", () => {
  const outlines = outlinesOn(screen(WORLD_PX / 4), [at(-89.9)]);
  assert.equal(outlines.length, 2);
  assert.ok(outlines[0][0] < 0 && outlines[1][1] > WORLD_PX);
});
