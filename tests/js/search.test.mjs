import assert from "node:assert/strict";
import { test } from "node:test";

import { LabelKind, readLabels } from "../../dashboard/folium_map/js/label_placement.js";

globalThis.L = { Control: { extend: () => class {} } };
const { folded, labelFiles, placesNamed, typedPoint } = await import("../../dashboard/folium_map/js/search.js");

const labels = readLabels({
  name: ["Syria", "Aleppo", "New Aleppo", "Ma‘arrat Miṣrīn", "حلب"],
  latitude: [350000, 362000, 100000, 360110, 362000],
  longitude: [380000, 371300, 200000, 366720, 371300],
  kind: [LabelKind.COUNTRY, LabelKind.TOWN, LabelKind.TOWN, LabelKind.TOWN, LabelKind.TOWN],
  zoom: [2, 5, 9, 9, 9],
  until: [9, 18, 18, 18, 18],
});

test("marks, case and apostrophes do not hide a place", () => {
  assert.equal(folded("Ma‘arrat Miṣrīn"), "maarrat misrin");
  assert.deepEqual(placesNamed("maarrat mis", [labels]).map(({ name }) => name), ["Ma‘arrat Miṣrīn"]);
  assert.deepEqual(placesNamed("حلب", [labels]).map(({ name }) => name), ["حلب"]);
});

test("a name that begins with the words comes before one that holds them", () => {
  assert.deepEqual(placesNamed("aleppo", [labels]).map(({ name }) => name), ["Aleppo", "New Aleppo"]);
});

test("a place is where its label is", () => {
  const [place] = placesNamed("aleppo", [labels]);
  assert.ok(Math.abs(place.lat - 36.2) < 1e-9 && Math.abs(place.lon - 37.13) < 1e-9);
  assert.equal(placesNamed("syria", [labels])[0].kind, "country");
});

test("one letter or none finds nothing", () => {
  assert.deepEqual([placesNamed("", [labels]), placesNamed("a", [labels]), placesNamed("xyzzy", [labels])], [[], [], []]);
});

test("coordinates are a point on Earth or none at all", () => {
  assert.deepEqual(typedPoint("33.489518, 38.656978"), { lat: 33.489518, lon: 38.656978 });
  assert.deepEqual(typedPoint("-33 151.2"), { lat: -33, lon: 151.2 });
  for (const text of ["91, 0", "10, 181", "12", "1e3,2", "12.5,", "Aleppo 4", ""]) assert.equal(typedPoint(text), null, text);
});

test("a page saved to a file asks for no names", () => {
  assert.deepEqual(labelFiles("data:text/javascript;base64,eA=="), []);
  assert.deepEqual(labelFiles("file:///tmp/page.html"), []);
  assert.equal(labelFiles("https://a.example/assets/v/js/search.js")[0], "https://a.example/assets/v/data/labels.json.gz");
});
