import assert from "node:assert/strict";
import { test } from "node:test";

import { compare, contradictions, sourceName } from "../../dashboard/folium_map/js/accounts.js";
import { disputeWords } from "../../dashboard/folium_map/js/card.js";
import { failureSentence, webAddress } from "../../dashboard/folium_map/js/dom.js";
import { byPlace } from "../../dashboard/folium_map/js/tray.js";

const field = (accounts, key) => compare(accounts).find((line) => line.key === key);

test("only a web address becomes a link", () => {
  const refused = [
    "javascript:alert(1)", " JaVaScRiPt:alert(1)", "java\nscript:alert(1)", "data:text/html,<b>", "file:///etc/passwd",
    "//example.org/x", "example.org", "http://", "https://user:pw@example.org/", "vbscript:x", "", null, 7,
    "\u202ehttps://example.org",
  ];
  for (const text of refused) assert.equal(webAddress(text), null, String(text));
  assert.equal(webAddress("https://example.org/a b"), "https://example.org/a%20b");
  assert.equal(webAddress("HTTP://Example.org"), "http://example.org/");
});

test("a look-alike host is shown in the form in which it would be opened", () => {
  assert.equal(webAddress("https://ехample.org/"), "https://xn--ample-ywe6i.org/");
});

test("ranges that share no number contradict one another; ranges that touch do not", () => {
  const killed = (...ranges) => contradictions(ranges.map(([killed_low, killed_high]) => ({ killed_low, killed_high })));
  assert.deepEqual(killed([2, 2], [10, 10]), ["how many were killed"]);
  assert.deepEqual(killed([2, 10], [10, 20]), []);
  assert.deepEqual(killed([90, null], [95, 95]), []);
  assert.deepEqual(killed([90, null], [12, 12]), ["how many were killed"]);
  assert.deepEqual(killed([null, 5], [6, 6]), ["how many were killed"]);
  assert.deepEqual(killed([null, null], [6, 6]), []);
  assert.deepEqual(killed([0, 0], [3, 3]), ["how many were killed"]);
});

test("an account that says nothing contradicts nobody", () => {
  assert.deepEqual(contradictions([{}, { killed_low: 5, perpetrators: "A" }]), []);
  assert.deepEqual(contradictions([{ perpetrators: null }, { perpetrators: "A" }]), []);
  assert.deepEqual(contradictions([]), []);
});

test("who did it is contested where no name is shared", () => {
  assert.deepEqual(contradictions([{ perpetrators: "A | B" }, { perpetrators: "B" }]), []);
  assert.deepEqual(contradictions([{ perpetrators: "A" }, { perpetrators: "B" }]), ["who did it"]);
});

test("a denial disputes, and the card says what", () => {
  const accounts = [
    { stance: "asserts", perpetrators: "A", injured_low: 18, injured_high: 18 },
    { stance: "denies", perpetrators: "B", injured_low: 10, injured_high: 10 },
  ];
  assert.equal(
    disputeWords(accounts),
    "the accounts contradict one another on whether it was as said, who did it and how many were injured.",
  );
  assert.equal(disputeWords([{ stance: "denies" }]), "the accounts contradict one another on whether it was as said.");
  assert.equal(disputeWords([]), "marked so in the record; the accounts held here do not say why.");
});

test("lines that no account says anything on are left out, and a missing word stays missing", () => {
  const lines = compare([{ killed_low: 0, killed_high: 0 }, { date_text: "Thursday" }]);
  assert.deepEqual(lines.map((line) => line.key), ["date", "killed"]);
  assert.equal(field([{ speaker: "S" }, {}], "stance").texts[0], "reports");
  assert.deepEqual(field([{ killed_low: 0, killed_high: 0 }, {}], "killed").texts, ["none", null]);
});

test("another wording is a difference and no contradiction", () => {
  const line = field([{ place_text: "At Tanf" }, { place_text: "al-Tanf" }], "place");
  assert.equal(line.difference, "differs");
  assert.equal(field([{ place_text: "At Tanf " }, { place_text: "at tanf" }], "place").difference, null);
  assert.equal(field([{ killed_low: 2, killed_high: 2 }, { killed_low: 3, killed_high: 3 }], "killed").difference, "contradicts");
});

test("one account alone differs from nobody", () => {
  assert.equal(field([{ stance: "denies" }], "stance").difference, null);
});

test("the tray puts the place with most incidents first and names what has no place", () => {
  const rows = [
    { row: 1, place_text: "the bridge" }, { row: 2, country: "SYR" }, { row: 3, place_text: "the bridge" }, { row: 4 },
    { row: 5, place_name: "Kafr X" },
  ];
  const groups = byPlace(rows, { SYR: "Syria" }).map(({ place, rows: held }) => [place, held.map(({ row }) => row)]);
  assert.deepEqual(groups, [["the bridge", [1, 3]], ["Syria", [2]], [null, [4]], ["Kafr X", [5]]]);
});

test("a failure is told in a sentence that says what to do where something can be done", () => {
  assert.equal(failureSentence({ status: 404 }, "This incident"), "This incident is not in this store any more.");
  assert.equal(failureSentence({ status: 503 }, "This incident"), "This incident could not be read: the server answered 503.");
  assert.equal(failureSentence(new TypeError("x"), "This incident"), "This incident could not be read: the server did not answer.");
  assert.match(failureSentence({ status: 410 }, "This incident"), /reload the page/);
});

test("an account without a publisher is called by its speaker, its title or its author", () => {
  const account = { publisher: null, speaker: null, source_title: "War diary", author: "A. Writer" };
  assert.equal(sourceName({ ...account, publisher: "A paper" }, 0), "A paper");
  assert.equal(sourceName({ ...account, speaker: "A witness" }, 0), "A witness");
  assert.equal(sourceName(account, 0), "War diary");
  assert.equal(sourceName({ ...account, source_title: null }, 0), "A. Writer");
  assert.equal(sourceName({}, 1), "Account 2");
});
