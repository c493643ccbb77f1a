/**
 * What the application would answer about rows, incidents and words, from inside a shared page.
 *
 * A page with details knows every column and account; one without knows what the map needs, and
 * says so on each card.
 */

import { FLAG } from "./engine/figures.js";
import { Refused } from "./row_source.js";
import { term } from "./text.js";

/** Addresses that `SharedAnswers.fetch` understands, in the form that the workspace takes. */
export const ENDPOINTS = Object.freeze({ rows: "rows", row: "row/", incident: "incident/" });
const BAR = " | ";

/**
 * A table as it travels: `names` of all columns, `values` of those that hold anything.
 *
 * @typedef {{names: string[], values: Record<string, any[]>}} Columns
 * @typedef {object} Details
 * @property {Columns} incidents  as many as the view has rows, in its order
 * @property {Columns} accounts
 * @property {number[]} account_rows  the row that each account belongs to, ascending
 */

/** The answers of one page. */
export class SharedAnswers {
  #view;
  #names;
  #searched;
  #read;
  /** @type {Map<string, number>|null} */
  #rowOf = null;
  /** @type {string[]|null} */
  #bodies = null;

  /**
   * @param {import("./engine/view.js").IncidentView} view
   * @param {{vocabulary: any, countries: Record<string, string>, searched: string[]}} names
   *   `searched`: the columns in which words are found
   * @param {(() => Promise<Details>)|null} readDetails  asked often, so it should keep its answer
   */
  constructor(view, names, readDetails) {
    this.#view = view;
    this.#names = names;
    this.#searched = names.searched;
    this.#read = readDetails;
  }

  /**
   * In place of `fetchJson` of row_source.js.
   *
   * @param {string} address  below `ENDPOINTS`
   * @returns {Promise<any>}
   * @throws {Refused} 404 where there is no such thing
   */
  fetch = async (address) => {
    const { table } = this.#view;
    const details = this.#read && (await this.#read());
    if (address.startsWith("rows?i=")) {
      const rows = address.slice(7).split(",").map(Number);
      return rows.map((row) => this.#incident(checked(row, table.n), details));
    }
    const row = address.startsWith(ENDPOINTS.row)
      ? Number(address.slice(ENDPOINTS.row.length))
      : this.#rowNamed(decodeURIComponent(address.slice(ENDPOINTS.incident.length)), details);
    const incident = this.#incident(checked(row, table.n), details);
    return { incident, accounts: details ? accountsOf(details, row) : [], history: [], raw: null };
  };

  /**
   * Rows in which every word of a text is found; null where the text has none.
   *
   * @param {string} text
   * @returns {Promise<Uint32Array|null>}
   */
  async hits(text) {
    const words = text.toLowerCase().split(/\s+/).filter(Boolean);
    if (words.length === 0) return null;
    const found = this.#read
      ? await this.#hitsInDetails(words, await this.#read())
      : wordsInPack(this.#view.table, words);
    return Uint32Array.from(found);
  }

  async #hitsInDetails(words, { incidents: { values } }) {
    this.#bodies ??= bodies(this.#searched.map((name) => values[name]).filter(Boolean), this.#view.table.n);
    const found = [];
    this.#bodies.forEach((body, row) => words.every((word) => body.includes(word)) && found.push(row));
    return found;
  }

  #rowNamed(name, details) {
    const ids = details?.incidents.values.incident_id;
    if (!ids) return Number(/^row (\d+)$/.exec(name)?.[1] ?? Number.NaN) - 1;
    this.#rowOf ??= new Map(ids.map((id, row) => [id, row]));
    return this.#rowOf.get(name) ?? Number.NaN;
  }

  #incident(row, details) {
    return details ? { ...record(details.incidents, row), row } : this.#fromPack(row);
  }

  /** What the packed columns know of a row. */
  #fromPack(row) {
    const view = this.#view;
    const { table } = view;
    const place = table.place[row];
    const word = (name, code) => (code === 0 ? null : table.dictionaries[name][code - 1]);
    const country = word("country", table.places.country[place]);
    const admin1 = word("admin1", table.places.admin1[place]);
    const type = view.eventType(row);
    const where = admin1 ?? this.#names.countries[country] ?? country;
    const kind = type === null ? "Incident" : term(this.#names.vocabulary, "event_type", type).label;
    const point = view.point(row);
    const [start, end, accounts] = [view.dayStart(row), view.dayEnd(row), table.columns.n_accounts[row]];
    return {
      row,
      incident_id: `row ${row + 1}`,
      title: where ? `${kind}, ${where}` : kind,
      summary: "This file holds the figures of the incident, not its texts and accounts.",
      event_type: type,
      date_start: start === null ? null : table.isoOf(start),
      date_end: end === null ? null : table.isoOf(end),
      date_precision: table.word("date_precision", row),
      admin1,
      country,
      latitude: point?.lat ?? null,
      longitude: point?.lon ?? null,
      location_precision: view.precision(row),
      radius_km: view.radiusKm(row),
      ...figures(table, "killed", row),
      ...figures(table, "injured", row),
      ...actors(table, row),
      ...weapons(table, row),
      grade: view.grade(row),
      disputed: view.disputed(row),
      n_accounts: accounts === 0 ? null : accounts - 1,
    };
  }
}

function checked(row, n) {
  if (!Number.isInteger(row) || row < 0 || row >= n) throw new Refused(404);
  return row;
}

/** One row of columns as an object; columns that hold nothing are null. */
function record({ names, values }, at) {
  return Object.fromEntries(names.map((name) => [name, values[name]?.[at] ?? null]));
}

function accountsOf({ accounts, account_rows: rows }, row) {
  const first = rows.indexOf(row);
  const found = [];
  for (let at = first; at >= 0 && rows[at] === row; at++) found.push(record(accounts, at));
  return found;
}

function bodies(columns, n) {
  return Array.from({ length: n }, (_, row) =>
    columns.map((column) => column[row]).filter((text) => text !== null).join("\n").toLowerCase(),
  );
}

function figures(table, stem, row) {
  const { low, best, high, bits } = table[stem];
  const [isPoint, isClosed] = [bits[row] & FLAG.POINT, bits[row] & FLAG.CLOSED];
  return {
    [`${stem}_low`]: isPoint ? low[row] : null,
    [`${stem}_best`]: isPoint ? best[row] : null,
    [`${stem}_high`]: isClosed ? high[row] : null,
  };
}

function actors(table, row) {
  return Object.fromEntries(table.roles.map((role) => [role, table.word(role, row)]));
}

/** A cell lists weapons and launch groups together. */
function weapons(table, row) {
  const code = table.columns.weapon_cell[row];
  const cell = code === 0 ? [] : table.dictionaries.weapon_cell[code - 1].split(BAR);
  const known = new Set(table.vocabulary.weapon.map((/** @type {{code: string}} */ one) => one.code));
  const joined = (values) => (values.length ? [...new Set(values)].join(BAR) : null);
  return {
    weapon: joined(cell.filter((value) => known.has(value))),
    weapon_group: joined(cell.filter((value) => !known.has(value))),
  };
}

/** Rows whose actors or province hold every word, told from the dictionaries. */
function wordsInPack(table, words) {
  const { actor_cell: cells, admin1 } = table.dictionaries;
  const holding = (list, word) => Uint8Array.from([0, ...list.map((text) => Number(text.toLowerCase().includes(word)))]);
  const masks = words.map((word) => [holding(cells, word), holding(admin1, word)]);
  const roles = table.roles.map((role) => table.columns[role]);
  const { place, places } = table;
  const found = [];
  for (let row = 0; row < table.n; row++) {
    const every = masks.every(([inActors, inProvince]) =>
      inProvince[places.admin1[place[row]]] || roles.some((column) => inActors[column[row]]));
    if (every) found.push(row);
  }
  return found;
}
