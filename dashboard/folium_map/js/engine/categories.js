/** What symbols are coloured and shaped by: event type, or launch group of the weapon. */

import { KIND } from "./time_window.js";

/** @typedef {{code: string|null, label: string, colour: string, shape: string}} Category */

const NOT_CODED = { code: null, label: "Not coded", colour: "#6B6B6B", shape: "ring" };

/** Launch groups have no colours in the vocabulary; each has its own shape, too. */
const WEAPON_LOOKS = new Map([
  ["air-launched", ["#882255", "wedge"]],
  ["ground-launched", ["#117733", "square"]],
  ["ied", ["#CC6677", "diamond"]],
  ["directly-emplaced", ["#857A00", "cross"]],
  ["naval-launched", ["#2A7F9E", "pentagon"]],
  ["multiple", ["#332288", "star"]],
  ["small-arms", ["#44AA99", "circle"]],
  ["other", ["#AA4499", "triangle"]],
  ["unknown", ["#6B6B6B", "ring"]],
]);

/**
 * @param {import("./columns.js").Table} table
 * @param {"event_type"|"weapon_group"} by
 * @returns {{list: Category[], of: Uint8Array}} the categories in legend order, the last for rows
 *   without one, and every row's place in that list
 */
export function categorise(table, by) {
  const terms = table.vocabulary[by];
  const list = terms.map((term) => look(by, term));
  const place = new Map(list.map((category, index) => [category.code, index]));
  const none = by === "weapon_group" ? place.get("unknown") : list.push(NOT_CODED) - 1;
  const column = by === "weapon_group" ? "weapon_cell" : by;
  const words = table.dictionaries[column];
  const first = by === "weapon_group" ? (cell) => groupOf(table, cell) : (word) => word;
  const known = Uint8Array.from([none, ...words.map((word) => place.get(first(word)) ?? none)]);
  const codes = table.columns[column];
  const of = new Uint8Array(table.n);
  for (let i = 0; i < table.n; i++) of[i] = known[codes[i]];
  return { list, of };
}

function look(by, { code, label, colour, shape }) {
  if (by === "event_type") return { code, label, colour, shape };
  const [weaponColour, weaponShape] = WEAPON_LOOKS.get(code) ?? ["#6B6B6B", "ring"];
  return { code, label, colour: weaponColour, shape: weaponShape };
}

/** The first launch group that a cell names or whose weapon it names; unknown only alone. */
function groupOf(table, cell) {
  const groups = new Set(table.vocabulary.weapon_group.map((term) => term.code));
  const ofWeapon = new Map(table.vocabulary.weapon.map((term) => [term.code, term.group]));
  const named = cell.split(" | ").map((word) => ofWeapon.get(word) ?? (groups.has(word) ? word : null));
  return named.find((group) => group !== null && group !== "unknown") ?? "unknown";
}

/** Rows in view per category: an accumulator for `TimeWindow.advance`. */
export class CategoryCounter {
  /** @param {Uint8Array} of @param {number} categories @param {Uint8Array} alive */
  constructor(of, categories, alive) {
    this.of = of;
    this.alive = alive;
    this.counts = new Int32Array(categories);
    this.sums = [this.counts];
  }

  addSlice(lo, hi, sign) {
    const { of, alive, counts } = this;
    for (let i = lo; i < hi; i++) {
      counts[of[i]] += Math.imul(sign, alive[i] & KIND.REGULAR);
    }
  }

  addRows(rows, from, to, sign) {
    const { of, counts } = this;
    for (let k = from; k < to; k++) counts[of[rows[k]]] += sign;
  }
}
