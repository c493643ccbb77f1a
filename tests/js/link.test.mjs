import assert from "node:assert/strict";
import { test } from "node:test";

import { predicateOf, sameness } from "../../dashboard/folium_map/js/link.js";

const PARAMETERS = [
  ["country", "countries", "several"],
  ["killed_min", "killed_min", "number"],
  ["disputed", "disputed", "yes"],
  ["q", "text", "text"],
];
const read = (text) => predicateOf(PARAMETERS, new URLSearchParams(text));

test("an address says what the server would say of it", () => {
  assert.deepEqual(read("country=SYR&country=IRQ&killed_min=0&disputed=no&q=a+b%26c&z=7"), {
    countries: ["SYR", "IRQ"], killed_min: 0, disputed: false, text: "a b&c",
  });
  assert.deepEqual(read("disputed=yes"), { disputed: true });
});

test("an address without a filter says nothing", () => {
  assert.deepEqual(read("z=7&from=2016-01-01&q="), {});
});

test("predicates are the same where these parameters are, whatever else they hold", () => {
  const one = sameness(PARAMETERS, { text: "a", countries: ["SYR"], date_from: "2016-01-01" });
  assert.equal(one, sameness(PARAMETERS, { countries: ["SYR"], text: "a" }));
  assert.notEqual(one, sameness(PARAMETERS, { countries: ["SYR"] }));
  assert.notEqual(sameness(PARAMETERS, { disputed: false }), sameness(PARAMETERS, {}));
});
