/**
 * Dates, figures and places in plain words, the same in every browser's language.
 *
 * Nothing here touches the page. What a source wrote is never mixed into a sentence of ours: it
 * comes back beside it (`asWritten`, `name`), so that the page can set it apart.
 */

/**
 * @typedef {{code: string, label: string, [key: string]: any}} Term
 * @typedef {Record<string, Term[]|{terms: Term[]}>} Vocabulary  lists by name, as the pack carries
 *     them or as geodata/bundled/vocabulary.json has them
 * @typedef {Record<string, any>} Incident  canonical columns, see geodata/schema.py
 */

const MONTHS = [
  "January", "February", "March", "April", "May", "June",
  "July", "August", "September", "October", "November", "December",
];

/** Words for what an account does; the list's labels are its headings, these are its verbs. */
const STANCES = { asserts: "says", denies: "denies", concedes: "concedes", reports: "reports" };

const SPANS = { days: "within a few days", week: "within a week", month: "within a month", year: "within a year" };

/** A whole number with commas: 2,500,000. Fixed, so that page, link and file agree. */
export function number(value) {
  return String(Math.trunc(value)).replace(/\B(?=(\d{3})+(?!\d))/g, ",");
}

/** "1 incident", "1,200 incidents". */
export function counted(value, one, many = `${one}s`) {
  return `${number(value)} ${value === 1 ? one : many}`;
}

/** The values in one cell of a list column; none for null. */
export function splitList(cell) {
  if (typeof cell !== "string") return [];
  return cell.split("|").map((part) => part.trim()).filter(Boolean);
}

/** The term of a code, or one that carries the code as its label where the list lacks it. */
export function term(vocabulary, list, code) {
  const terms = vocabulary?.[list]?.terms ?? vocabulary?.[list] ?? [];
  const found = terms.find((one) => one.code === code);
  return found ?? { code, label: code };
}

// --- days ----------------------------------------------------------------------------------------

/** @returns {{year: number, month: number, day: number}|null} a calendar day; null for no such day */
export function parseDay(iso) {
  const match = /^(\d{4})-(\d{2})-(\d{2})(?:$|T)/.exec(typeof iso === "string" ? iso : "");
  if (!match) return null;
  const [year, month, day] = match.slice(1).map(Number);
  if (month < 1 || month > 12 || day < 1 || day > daysIn(year, month)) return null;
  return { year, month, day };
}

function daysIn(year, month) {
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}

/** "16 June 2016", or null. `short` shortens the month's name. */
export function dayWords(iso, { short = false } = {}) {
  const date = parseDay(iso);
  return date && `${date.day} ${monthName(date.month, short)} ${date.year}`;
}

function monthName(month, short) {
  return short ? MONTHS[month - 1].slice(0, 3) : MONTHS[month - 1];
}

/** "14–17 June 2016", "30 June – 2 July 2016", or one day where both are the same. */
export function spanWords(startIso, endIso, { short = false } = {}) {
  const start = parseDay(startIso);
  const end = parseDay(endIso);
  if (!start || !end) return dayWords(startIso ?? endIso, { short });
  const last = `${end.day} ${monthName(end.month, short)} ${end.year}`;
  if (start.year !== end.year) return `${start.day} ${monthName(start.month, short)} ${start.year} – ${last}`;
  if (start.month !== end.month) return `${start.day} ${monthName(start.month, short)} – ${last}`;
  return start.day === end.day ? last : `${start.day}–${last}`;
}

function isWholeMonth(start, end) {
  return (
    start.year === end.year && start.month === end.month &&
    start.day === 1 && end.day === daysIn(end.year, end.month)
  );
}

function isWholeYear(start, end) {
  return (
    start.year === end.year && start.month === 1 && start.day === 1 &&
    end.month === 12 && end.day === 31
  );
}

/**
 * When it happened, no more exactly than it is known.
 *
 * @param {Incident} incident
 * @returns {{words: string, asWritten: string|null}} `asWritten` only where it says something else
 */
export function whenWords(incident) {
  const { date_start: first, date_end: last, date_precision: precision, date_text: written } = incident;
  const words = spanInWords(parseDay(first), parseDay(last), precision, first, last);
  const repeats = written && (written === first || foldSpaces(written) === foldSpaces(words));
  return { words, asWritten: written && !repeats ? written : null };
}

function spanInWords(start, end, precision, first, last) {
  if (!start || !end) return "date not known";
  if (isWholeYear(start, end) && precision !== "day") return `some day in ${start.year}`;
  if (isWholeMonth(start, end) && precision !== "day") {
    return `some day in ${monthName(start.month)} ${start.year}`;
  }
  const span = spanWords(first, last);
  if (precision === "day") return span;
  return `${span} (${SPANS[precision] ?? "how exactly is not known"})`;
}

function foldSpaces(text) {
  return text.trim().toLowerCase().replace(/\s+/g, " ");
}

/** When, for one line of the list: "16 Jun 2016", "in May 2017", "14–17 Jun 2016", "no date". */
export function whenBriefly(incident) {
  const start = parseDay(incident.date_start);
  const end = parseDay(incident.date_end ?? incident.date_start);
  if (!start || !end) return "no date";
  if (incident.date_precision !== "day") {
    if (isWholeYear(start, end)) return `in ${start.year}`;
    if (isWholeMonth(start, end)) return `in ${monthName(start.month, true)} ${start.year}`;
  }
  return spanWords(incident.date_start, incident.date_end ?? incident.date_start, { short: true });
}

/** A point in time, "22 November 2026, 19:12 UTC"; text that is none comes back as it is. */
export function timeWords(text) {
  const time = new Date(text);
  if (typeof text !== "string" || Number.isNaN(time.getTime())) return String(text ?? "");
  const iso = time.toISOString();
  if (/^\d{4}-\d{2}-\d{2}$/.test(text)) return dayWords(text) ?? text;
  return `${dayWords(iso)}, ${iso.slice(11, 16)} UTC`;
}

// --- figures -------------------------------------------------------------------------------------

const isKnown = (value) => typeof value === "number" && Number.isFinite(value);

/**
 * How many people: null is not reported, 0 is reported as none.
 *
 * @param {{low?: number|null, best?: number|null, high?: number|null}} figures
 * @returns {{words: string, note: string|null, known: boolean}} words such as "30–41"
 */
export function figureWords({ low, best, high }) {
  if (![low, best, high].some(isKnown)) return { words: "not reported", note: null, known: false };
  if (isKnown(low) && isKnown(high) && low > high) {
    const note = `given as low ${number(low)}, high ${number(high)}`;
    return { words: number(isKnown(best) ? best : high), note, known: true };
  }
  const lone = isKnown(best) && !isKnown(low) && !isKnown(high);
  const words = lone ? exactly(best) : rangeWords(low ?? null, high ?? null, best);
  const apart = isKnown(best) && !lone && !(low === high && best === low);
  return { words, note: apart ? `best figure ${number(best)}` : null, known: true };
}

function rangeWords(low, high, best) {
  if (high === null) return `at least ${number(low ?? best)}`;
  if (low === high) return exactly(low);
  return low === null || low === 0 ? `up to ${number(high)}` : `${number(low)}–${number(high)}`;
}

function exactly(value) {
  return value === 0 ? "none" : number(value);
}

/** The three columns of a count: `figuresOf(incident, "killed")`. */
export function figuresOf(record, stem) {
  return { low: record[`${stem}_low`], best: record[`${stem}_best`], high: record[`${stem}_high`] };
}

/** "2 killed", "at least 18 injured", "none killed", "killed: not reported". */
export function peopleWords(record, stem, word = stem.replaceAll("_", " ")) {
  const { words, known } = figureWords(figuresOf(record, stem));
  return known ? `${words} ${word}` : `${word}: ${words}`;
}

/** Killed and injured for one line: "2 killed, 18 injured", or "no figure". */
export function casualtiesBriefly(record) {
  const parts = ["killed", "injured"]
    .map((stem) => [stem, figureWords(figuresOf(record, stem))])
    .filter(([, figure]) => figure.known)
    .map(([stem, figure]) => `${figure.words} ${stem}`);
  return parts.length ? parts.join(", ") : "no figure";
}

// --- places --------------------------------------------------------------------------------------

/** "250 m", "3 km", "0.5 km" below one kilometre in metres; null for no radius. */
export function distanceWords(kilometres) {
  if (!isKnown(kilometres)) return null;
  if (kilometres < 1) return `${number(Math.round(kilometres * 1000))} m`;
  return `${kilometres < 10 ? String(Math.round(kilometres * 10) / 10) : number(Math.round(kilometres))} km`;
}

/** What is said before a place's name, by how exactly it is known. */
const BEFORE = {
  near: "near", admin2: "somewhere in", admin1: "somewhere in", country: "somewhere in", sea: "at sea,",
};

/**
 * Where it happened, and how exactly that is known.
 *
 * @param {Incident} incident
 * @param {Vocabulary} vocabulary
 * @param {Record<string, string>} countries  names by ISO 3166-1 alpha-3
 * @returns {{before: string, names: string[], exactness: string, asWritten: string|null}}
 *     `names` goes from the place to the country; none where it is not located
 */
export function whereWords(incident, vocabulary, countries = {}) {
  const precision = incident.location_precision ?? "unknown";
  const names = placeNames(incident, precision, countries);
  const before = names.length ? (BEFORE[precision] ?? "") : "";
  return {
    before: alreadySays(before, names[0]) ? "" : before,
    names,
    exactness: exactnessWords(incident, precision, vocabulary),
    asWritten: placeAsWritten(incident, precision, names),
  };
}

/** Whether a name as it was coded begins with our word: "near Pahalgam". */
function alreadySays(before, name) {
  return before === "near" && /^(near|around|outside)\b/i.test(name ?? "");
}

function placeAsWritten(incident, precision, names) {
  const located = precision !== "unknown" && precision !== "country" && precision !== "admin1";
  const written = incident.place_text ?? (located ? null : (incident.place_name ?? null));
  return written === names[0] ? null : written;
}

function placeNames(incident, precision, countries) {
  const country = incident.country && (countries[incident.country] ?? incident.country);
  if (precision === "country") return country ? [country] : [];
  const province = precision === "admin1" || precision === "unknown";
  const closer = province ? [] : [incident.place_name, incident.admin2];
  const names = [...closer, incident.admin1, country].filter(Boolean);
  return names.filter((name, i) => i === 0 || name !== names[i - 1]);
}

function exactnessWords(incident, precision, vocabulary) {
  const known = term(vocabulary, "location_precision", precision);
  const distance = distanceWords(incident.radius_km ?? known.radius_km);
  if (precision === "near" && distance) return `within ${distance}`;
  if (precision === "admin1" || precision === "admin2") {
    return `only the ${known.label.toLowerCase()} is known`;
  }
  if (precision === "country") return "only the country is known";
  if (precision === "unknown") return "not located";
  return distance ? `${known.label.toLowerCase()}, within ${distance}` : known.label.toLowerCase();
}

/** The place for one line of the list: a few words of ours and the names. */
export function whereBriefly(row, countries = {}) {
  const precision = row.location_precision ?? "unknown";
  const names = placeNames(row, precision, countries);
  const written = row.place_text ?? row.place_name ?? null;
  if (precision === "unknown") {
    const said = written === null ? names : [written, ...names];
    return { before: "not located:", names: said.length ? said : ["no place given"] };
  }
  const fine = precision === "near" || precision === "sea" ? BEFORE[precision] : "";
  const before = alreadySays(fine, names[0]) ? "" : fine;
  const coarse = precision === "admin1" || precision === "admin2" || precision === "country";
  return { before: coarse ? "in" : before, names: names.length ? names : [written ?? "no place given"] };
}

// --- codes ---------------------------------------------------------------------------------------

/** "says", "denies", "concedes" or "reports"; another code comes back as it is. */
export function stanceWords(stance) {
  return STANCES[stance ?? "reports"] ?? String(stance);
}

/** The weapons of a cell in words: ["Air strike", "Cluster munition"]. */
export function weaponWords(cell, vocabulary) {
  return splitList(cell).map((code) => term(vocabulary, "weapon", code).label);
}

/** The English name of a BCP 47 language; the tag itself where there is none. */
export function languageName(tag) {
  try {
    return new Intl.DisplayNames(["en"], { type: "language" }).of(tag) ?? tag;
  } catch {
    return tag;
  }
}
