/**
 * The filter in plain words, for the moment in which it finds nothing.
 */

import { crossesAntimeridian, turned } from "./engine/antimeridian.js";
import { circleOf } from "./engine/circle.js";
import { lengthWords } from "./engine/measure.js";
import { dayWords, distanceWords, number, spanWords, term } from "./text.js";

/** Predicate keys of code lists, what they are called, and the list. */
const CODED = [
  ["event_types", "Event type", "event_type"],
  ["weapons", "Weapon", "weapon"],
  ["grades", "Grade", "grade"],
  ["precisions", "Place known", "location_precision"],
  ["date_precisions", "Day known", "date_precision"],
  ["roles", "Role of the actor", "role"],
];

/**
 * What narrows the choice, one line each.
 *
 * @param {Record<string, any>} predicate  of `IncidentFilter.predicate()`
 * @param {{vocabulary: import("./text.js").Vocabulary, countries?: Record<string, string>}} names
 * @returns {{label: string, values: string[]}[]} values of one line widen it
 */
export function filterWords(predicate, { vocabulary, countries = {} }) {
  const lines = [
    dateLine(predicate.date_from, predicate.date_to),
    line("Country", (predicate.countries ?? []).map((code) => countries[code] ?? code)),
    line("Province", predicate.admin1 ?? []),
    line("Actor", predicate.actors ?? []),
    ...CODED.map(([key, label, list]) => line(label, (predicate[key] ?? []).map((code) => codeLabel(vocabulary, list, code)))),
    line("Killed", atLeast(predicate.killed_min)),
    line("Injured", atLeast(predicate.injured_min)),
    line("Disputed", isSet(predicate.disputed) ? [predicate.disputed ? "yes" : "no"] : []),
    line("Words", predicate.text ? [predicate.text] : []),
    line("Area", areaWords(predicate)),
  ];
  return lines.filter((one) => one !== null);
}

const isSet = (value) => value !== null && value !== undefined;

function line(label, values) {
  return values.length ? { label, values } : null;
}

/** A weapon filter may name a launch group instead of a weapon. */
function codeLabel(vocabulary, list, code) {
  const found = term(vocabulary, list, code);
  return list === "weapon" && found.label === code ? term(vocabulary, "weapon_group", code).label : found.label;
}

function dateLine(from, to) {
  if (from && to) return line("Days", [spanWords(from, to)]);
  if (from) return line("Days", [`from ${dayWords(from)}`]);
  return to ? line("Days", [`until ${dayWords(to)}`]) : null;
}

function atLeast(least) {
  return isSet(least) ? [`${number(least)} or more`] : [];
}

function areaWords({ bbox, polygon }) {
  const words = [];
  if (bbox) words.push(`a box about ${boxSize(bbox)}`);
  const circle = circleOf(polygon);
  if (circle) words.push(circleWords(circle));
  else if (polygon) words.push(`a polygon of ${polygon.length} corners${crossing(polygon)}`);
  return words;
}

const crossing = (polygon) => (crossesAntimeridian(turned(polygon)) ? " across the 180th meridian" : "");

/** @param {{lat: number, lng: number, km: number}} circle */
export function circleWords({ lat, lng, km }) {
  const degrees = (value) => String(Number(value.toFixed(4)));
  return `a circle of ${lengthWords(km)} around ${degrees(lat)}, ${degrees(lng)}`;
}

/** Width and height of a box on the ground at its middle, in kilometres. */
function boxSize([west, south, east, north]) {
  const degree = 111.32;
  const across = (east < west ? east - west + 360 : east - west) * Math.cos(((north + south) * Math.PI) / 360);
  return `${distanceWords(across * degree)} by ${distanceWords((north - south) * degree)}`;
}
