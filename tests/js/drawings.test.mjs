import assert from "node:assert/strict";
import test from "node:test";
import { WAYS, readDrawing, writeDrawing } from "../../dashboard/folium_map/js/drawings.js";

test("a way of drawing travels in a link and comes back", () => {
  for (const [how] of WAYS) {
    for (const per of how === "incidents" ? ["incidents"] : ["incidents", "killed"]) {
      const drawing = { how, per, colourBy: "event_type" };
      assert.deepEqual(readDrawing(writeDrawing(drawing)), drawing);
    }
  }
  const weapons = { how: "incidents", per: "incidents", colourBy: "weapon_group" };
  assert.deepEqual(readDrawing(writeDrawing(weapons)), weapons);
  assert.equal(writeDrawing(readDrawing(null)), null);
});

test("a link that names no way of drawing shows incidents", () => {
  for (const text of ["", "satellite", "-killed", "incidents-killed", "heat-killed-killed", "constructor"]) {
    assert.equal(readDrawing(text).how, "incidents", text);
  }
});
