import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { phrases, sentence } from "../../dashboard/folium_map/js/engine/sentence.js";

const cases = JSON.parse(readFileSync(new URL("../gold/sentences.json", import.meta.url), "utf-8"));

for (const { summary, sentence: words } of cases) {
  test(`the sentence is the one that the store writes: ${words}`, () => assert.equal(sentence(summary), words));
}

test("the part on what is not on the map can be made a button", () => {
  const parts = phrases({ incidents: 2, total: 3, not_on_map: 1 });
  assert.deepEqual(parts.at(-1), { kind: "not_on_map", text: "1 not on the map" });
});
