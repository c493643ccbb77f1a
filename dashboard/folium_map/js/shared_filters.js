/**
 * The filters of a shared page: plain controls over one `IncidentView`, without any server.
 */

import { element, fill, foreign } from "./dom.js";
import { number, term } from "./text.js";

const REST_MS = 150;
const BAR = " | ";
const DISPUTED = [["", "All"], ["yes", "Disputed"], ["no", "Not disputed"]];

/**
 * @typedef {{value: string, label: string, count: number}} Option
 */

/** Search, event type, country, weapon, disputed; unfolded where there is room. */
export class SharedFilters {
  #view;
  #hits;
  #timer = 0;
  #asked = 0;

  /**
   * @param {HTMLElement} container
   * @param {import("./engine/view.js").IncidentView} view
   * @param {{vocabulary: any, countries: Record<string, string>, placeholder: string,
   *   hits: (text: string) => Promise<Uint32Array|null>}} options  `hits` finds the rows of words
   */
  constructor(container, view, { vocabulary, countries, placeholder, hits }) {
    this.#view = view;
    this.#hits = hits;
    const offered = offer(view.table, vocabulary, countries);
    this.search = element("input", { type: "search", class: "cm-field", placeholder, oninput: () => this.#searchSoon() });
    this.disputed = element(
      "select", { class: "cm-field", onchange: () => this.#apply() },
      ...DISPUTED.map(([value, label]) => element("option", { value }, label)),
    );
    this.choices = [
      new Choice("Event type", "event_types", offered.event_types, () => this.#apply()),
      new Choice("Country", "countries", offered.countries, () => this.#apply()),
      new Choice("Weapon", "weapons", offered.weapons, () => this.#apply()),
    ];
    const fields = element(
      "div", { class: "cm-shared-fields" },
      element("label", {}, "Search ", this.search),
      ...this.choices.map((choice) => choice.root),
      element("label", {}, "Accounts ", this.disputed),
      element("button", { type: "button", class: "cm-button cm-quiet", onclick: () => this.clear() }, "Clear filters"),
    );
    const open = container.clientWidth > 640;
    container.append(element("details", { class: "cm-shared-filters", open }, element("summary", {}, "Filters"), fields));
  }

  /** Let everything through again; days and area stay as they are. */
  clear() {
    this.search.value = "";
    this.disputed.value = "";
    for (const choice of this.choices) choice.clear();
    this.#apply();
    this.#find();
  }

  #apply() {
    const chosen = this.choices.filter(({ values }) => values.length).map(({ field, values }) => [field, values]);
    const predicate = Object.fromEntries(chosen);
    if (this.disputed.value) predicate.disputed = this.disputed.value === "yes";
    if (this.search.value.trim()) predicate.text = this.search.value.trim();
    this.#view.setPredicate(predicate, { keepRange: true, keepArea: true });
  }

  #searchSoon() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#find(), REST_MS);
  }

  async #find() {
    clearTimeout(this.#timer);
    const asked = ++this.#asked;
    const rows = await this.#hits(this.search.value);
    if (asked !== this.#asked) return; // another letter was typed meanwhile
    this.#apply();
    this.#view.setHits(rows);
  }
}

/** Several values of one field, folded behind a line that says what is chosen. */
class Choice {
  /** @param {string} label @param {string} field @param {Option[]} options @param {() => void} changed */
  constructor(label, field, options, changed) {
    this.field = field;
    this.label = label;
    this.options = options;
    this.summary = element("summary", { class: "cm-field" });
    this.boxes = options.map(({ value }) => element("input", { type: "checkbox", value, onchange: () => {
      this.#describe();
      changed();
    } }));
    const lines = options.map((option, i) => element(
      "label", { class: "cm-shared-option" }, this.boxes[i], " ", foreign(option.label),
      element("span", { class: "cm-muted" }, number(option.count)),
    ));
    const list = element("div", { class: "cm-shared-options", role: "group", "aria-label": label }, ...lines);
    this.root = element("details", { class: "cm-shared-choice", name: "cm-shared-choice", onkeydown: (event) => this.#key(event) }, this.summary, list);
    this.root.hidden = options.length === 0;
    this.#describe();
  }

  get values() {
    return this.boxes.filter((box) => box.checked).map((box) => box.value);
  }

  clear() {
    for (const box of this.boxes) box.checked = false;
    this.#describe();
  }

  #key(event) {
    if (event.key !== "Escape" || !this.root.open) return;
    this.root.open = false;
    this.summary.focus();
  }

  #describe() {
    const chosen = this.options.filter((_, i) => this.boxes[i].checked).map((option) => option.label);
    const words = chosen.length > 2 ? [number(chosen.length)] : chosen.length ? [foreign(chosen.join(", "))] : ["all"];
    fill(this.summary, `${this.label}: `, ...words);
  }
}

/** What the page's incidents can be chosen by, the most frequent first. */
function offer(table, vocabulary, countries) {
  const { columns, dictionaries, place, places } = table;
  const types = tally(columns.event_type, dictionaries.event_type);
  const lands = tally({ length: table.n, at: (row) => places.country[place[row]] }, dictionaries.country);
  const cells = tally(columns.weapon_cell, dictionaries.weapon_cell);
  return {
    event_types: options(types, (code) => term(vocabulary, "event_type", code).label),
    countries: options(lands, (code) => countries[code] ?? code),
    weapons: options(eachOf(cells), (code) => weaponLabel(table, vocabulary, code)),
  };
}

/** @returns {Map<string, number>} rows by word, words that no row has left out */
function tally(codes, words) {
  const counts = new Uint32Array(words.length + 1);
  const at = codes.at.bind(codes);
  for (let row = 0; row < codes.length; row++) counts[at(row)]++;
  return new Map(words.map((word, i) => /** @type {[string, number]} */ ([word, counts[i + 1]])).filter(([, count]) => count));
}

/** The same by each word of the cells. */
function eachOf(cells) {
  const counts = new Map();
  for (const [cell, count] of cells) {
    for (const word of new Set(cell.split(BAR))) counts.set(word, (counts.get(word) ?? 0) + count);
  }
  return counts;
}

/** @returns {Option[]} */
function options(counts, label) {
  const made = [...counts].map(([value, count]) => ({ value, label: label(value), count }));
  return made.sort((one, other) => other.count - one.count || one.label.localeCompare(other.label));
}

/** A weapon, or a launch group, which stands for all its weapons. */
function weaponLabel(table, vocabulary, code) {
  const isWeapon = table.vocabulary.weapon.some((/** @type {{code: string}} */ one) => one.code === code);
  return !isWeapon ? `${term(vocabulary, "weapon_group", code).label} (any)` : term(vocabulary, "weapon", code).label;
}
