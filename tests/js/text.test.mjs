import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { filterWords } from "../../dashboard/folium_map/js/filter_words.js";
import {
  casualtiesBriefly, counted, dayWords, distanceWords, figureWords, languageName, number, parseDay,
  peopleWords, spanWords, splitList, stanceWords, timeWords, weaponWords, whenBriefly, whenWords,
  whereBriefly, whereWords,
} from "../../dashboard/folium_map/js/text.js";

const here = new URL("../../geodata/bundled/vocabulary.json", import.meta.url);
const vocabulary = JSON.parse(readFileSync(here, "utf8"));
const countries = { SYR: "Syria", IRQ: "Iraq" };

const days = (date_start, date_end, date_precision, more = {}) => ({ date_start, date_end, date_precision, ...more });

test("a day that the calendar has not is no day", () => {
  for (const text of ["2016-02-30", "2016-13-01", "2016-00-10", "16 June", "", null, undefined, 20160616]) {
    assert.equal(parseDay(text), null);
    assert.equal(dayWords(text), null);
  }
  assert.deepEqual(parseDay("2016-02-29"), { year: 2016, month: 2, day: 29 });
});

test("a day is the same day wherever the browser stands", () => {
  const before = process.env.TZ;
  for (const zone of ["Pacific/Kiritimati", "Pacific/Pago_Pago", "Asia/Damascus"]) {
    process.env.TZ = zone;
    assert.equal(dayWords("2016-06-16"), "16 June 2016");
    assert.equal(timeWords("2026-11-22T23:59:00Z"), "22 November 2026, 23:59 UTC");
  }
  if (before === undefined) delete process.env.TZ;
  else process.env.TZ = before;
});

test("a span names only what changes in it", () => {
  assert.equal(spanWords("2016-06-14", "2016-06-17"), "14–17 June 2016");
  assert.equal(spanWords("2016-06-30", "2016-07-02"), "30 June – 2 July 2016");
  assert.equal(spanWords("2016-12-30", "2017-01-02"), "30 December 2016 – 2 January 2017");
  assert.equal(spanWords("2016-06-16", "2016-06-16"), "16 June 2016");
});

test("when it happened says no more than is known", () => {
  const words = (...args) => whenWords(days(...args)).words;
  assert.equal(words("2016-06-16", "2016-06-16", "day"), "16 June 2016");
  assert.equal(words("2017-05-01", "2017-05-31", "month"), "some day in May 2017");
  assert.equal(words("2017-05-10", "2017-06-09", "month"), "10 May – 9 June 2017 (within a month)");
  assert.equal(words("2017-01-01", "2017-12-31", "year"), "some day in 2017");
  assert.equal(words("2016-06-14", "2016-06-17", "days"), "14–17 June 2016 (within a few days)");
  assert.equal(words("2016-06-13", "2016-06-19", "week"), "13–19 June 2016 (within a week)");
  assert.equal(words("2016-06-13", "2016-06-19", "unknown"), "13–19 June 2016 (how exactly is not known)");
  assert.equal(words(null, null, "unknown"), "date not known");
});

test("a weekday without a date stays a weekday", () => {
  const when = whenWords(days(null, null, "unknown", { date_text: "Thursday" }));
  assert.deepEqual(when, { words: "date not known", asWritten: "Thursday" });
  assert.equal(whenBriefly(days(null, null, "unknown", { date_text: "Thursday" })), "no date");
});

test("the day as written is not repeated where it says the same", () => {
  assert.equal(whenWords(days("2016-06-16", "2016-06-16", "day", { date_text: "2016-06-16" })).asWritten, null);
  assert.equal(whenWords(days("2016-06-16", "2016-06-16", "day", { date_text: "16  June 2016" })).asWritten, null);
  assert.equal(whenWords(days("2016-06-16", "2016-06-16", "day", { date_text: "16/6/16" })).asWritten, "16/6/16");
});

test("one line of the list keeps the precision of the day", () => {
  assert.equal(whenBriefly(days("2017-05-01", "2017-05-31", "month")), "in May 2017");
  assert.equal(whenBriefly(days("2017-01-01", "2017-12-31", "year")), "in 2017");
  assert.equal(whenBriefly(days("2016-06-14", "2016-06-17", "days")), "14–17 Jun 2016");
  assert.equal(whenBriefly(days("2016-06-16", "2016-06-16", "day")), "16 Jun 2016");
});

test("unknown is not none, and an open end is not an exact figure", () => {
  const words = (low, best, high) => figureWords({ low, best, high }).words;
  assert.equal(words(null, null, null), "not reported");
  assert.equal(words(undefined, undefined, undefined), "not reported");
  assert.equal(words(0, 0, 0), "none");
  assert.equal(words(2, 2, 2), "2");
  assert.equal(words(null, 2, null), "2");
  assert.equal(words(18, null, null), "at least 18");
  assert.equal(words(18, 20, null), "at least 18");
  assert.equal(words(null, 20, 30), "up to 30");
  assert.equal(words(0, 0, 5), "up to 5");
  assert.equal(words(30, 35, 41), "30–41");
  assert.equal(figureWords({ low: 30, best: 35, high: 41 }).note, "best figure 35");
  assert.equal(figureWords({ low: 2, best: 2, high: 2 }).note, null);
});

test("figures that contradict themselves are given as they stand", () => {
  const figure = figureWords({ low: 5, best: 3, high: 4 });
  assert.deepEqual(figure, { words: "3", note: "given as low 5, high 4", known: true });
  const best = figureWords({ low: 1, best: 9, high: 4 });
  assert.deepEqual(best, { words: "1–4", note: "best figure 9", known: true });
});

test("people in words", () => {
  const record = { killed_low: 2, killed_best: 2, killed_high: 2, injured_low: 18, injured_best: null, injured_high: null };
  assert.equal(peopleWords(record, "killed"), "2 killed");
  assert.equal(peopleWords(record, "injured"), "at least 18 injured");
  assert.equal(peopleWords({}, "killed"), "killed: not reported");
  assert.equal(casualtiesBriefly(record), "2 killed, at least 18 injured");
  assert.equal(casualtiesBriefly({ killed_best: null }), "no figure");
});

test("a place is said no more exactly than it is known", () => {
  const tanf = { place_name: "al-Tanf", admin1: "Homs", country: "SYR" };
  const at = (location_precision, more = {}) => whereWords({ ...tanf, location_precision, ...more }, vocabulary, countries);
  assert.deepEqual(at("near", { radius_km: 5 }), {
    before: "near", names: ["al-Tanf", "Homs", "Syria"], exactness: "within 5 km", asWritten: null,
  });
  assert.equal(at("near").exactness, "within 25 km");
  assert.equal(at("near", { place_name: "Near the crossing" }).before, "");
  assert.equal(at("exact").exactness, "exact point, within 10 m");
  assert.equal(at("town").exactness, "town or village, within 3 km");
  assert.deepEqual(at("admin1").names, ["Homs", "Syria"]);
  assert.equal(at("admin1").before, "somewhere in");
  assert.equal(at("admin1").exactness, "only the province is known");
  assert.deepEqual(at("country").names, ["Syria"]);
  assert.deepEqual([at("unknown").names, at("unknown").asWritten], [["Homs", "Syria"], "al-Tanf"]);
  assert.equal(at("unknown").exactness, "not located");
});

test("one line of the list never names a town that is not known", () => {
  const row = { place_name: "al-Tanf", admin1: "Homs", country: "SYR" };
  assert.deepEqual(whereBriefly({ ...row, location_precision: "admin1" }, countries), { before: "in", names: ["Homs", "Syria"] });
  assert.equal(whereBriefly({ ...row, location_precision: "near" }, countries).before, "near");
  assert.equal(whereBriefly({ ...row, place_name: "near Pahalgam", location_precision: "near" }, countries).before, "");
  assert.deepEqual(whereBriefly({ location_precision: "unknown", place_text: "the bridge" }), { before: "not located:", names: ["the bridge"] });
  assert.deepEqual(whereBriefly({}), { before: "not located:", names: ["no place given"] });
  assert.deepEqual(whereBriefly({ location_precision: "town" }), { before: "", names: ["no place given"] });
});

test("distances below a kilometre are metres", () => {
  assert.deepEqual([0.01, 0.25, 1, 2.55, 25, 1234].map(distanceWords), ["10 m", "250 m", "1 km", "2.6 km", "25 km", "1,234 km"]);
  assert.equal(distanceWords(null), null);
  assert.equal(distanceWords(Number.NaN), null);
});

test("codes become words, and a code that no list has stays itself", () => {
  assert.deepEqual(weaponWords("air-strike | cluster-munition | odd", vocabulary), ["Air strike", "Cluster munition", "odd"]);
  assert.deepEqual(splitList(" a |b|| c "), ["a", "b", "c"]);
  assert.deepEqual(splitList(null), []);
  const stances = vocabulary.stance.terms.map(({ code }) => stanceWords(code));
  assert.deepEqual(stances, ["says", "denies", "concedes", "reports"]);
  assert.equal(stanceWords("__proto__x"), "__proto__x");
  assert.equal(languageName("ar"), "Arabic");
  assert.equal(languageName("not a tag"), "not a tag");
});

test("numbers have commas and a plural", () => {
  assert.deepEqual([0, 999, 1000, 2500000].map((value) => number(value)), ["0", "999", "1,000", "2,500,000"]);
  assert.equal(counted(1, "incident"), "1 incident");
  assert.equal(counted(1200, "incident"), "1,200 incidents");
});

test("every filter that a predicate can hold has its words", () => {
  const lines = filterWords(
    {
      date_from: "2016-01-01", date_to: "2016-12-31", countries: ["SYR"], admin1: ["Homs"], actors: ["A"],
      roles: ["targets"], weapons: ["cluster-munition", "air-launched"], event_types: ["Battles"],
      killed_min: 0, injured_min: 1000, grades: ["fair"], disputed: false, precisions: ["near"],
      date_precisions: ["day"], text: "bridge", bbox: [38, 33, 39, 34], polygon: [[0, 0], [1, 0], [1, 1]],
    },
    { vocabulary, countries },
  );
  const words = Object.fromEntries(lines.map(({ label, values }) => [label, values.join(" or ")]));
  assert.deepEqual(words, {
    Days: "1 January – 31 December 2016", Country: "Syria", Province: "Homs", Actor: "A",
    "Event type": "Battles", Weapon: "Cluster munition or Air-launched", Grade: "Fair",
    "Place known": "Near a place", "Day known": "Exact day", "Role of the actor": "Target",
    Killed: "0 or more", Injured: "1,000 or more", Disputed: "no", Words: "bridge",
    Area: "a box about 93 km by 111 km or a polygon of 3 corners",
  });
  assert.deepEqual(filterWords({}, { vocabulary }), []);
  assert.deepEqual(filterWords({ bbox: [179, 0, -179, 1] }, { vocabulary })[0].values, ["a box about 223 km by 111 km"]);
});
