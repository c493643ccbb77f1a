/** The sentence on top of the page; `geodata.filters.Summary.sentence` writes the same. */

/** @param {number} number a whole one @returns {string} with commas between thousands */
export function grouped(number) {
  return String(number).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** @param {number|null|undefined} low @param {number|null|undefined} high */
function people(low, high, what) {
  if (low === null || low === undefined) return "";
  if (high === null || high === undefined) return `at least ${grouped(low)} ${what}`;
  if (low === high) return `${grouped(low)} ${what}`;
  return low === 0 ? `up to ${grouped(high)} ${what}` : `${grouped(low)}–${grouped(high)} ${what}`;
}

/**
 * The parts of the sentence by what they tell of, so that a page can make one of them a button.
 *
 * @param {Record<string, any>} totals as `IncidentView.totals()`
 * @returns {{kind: "incidents"|"killed"|"injured"|"without_figure"|"not_on_map", text: string}[]}
 */
export function phrases(totals) {
  const { incidents, total, without_figure: bare = 0, not_on_map: off = 0 } = totals;
  const every = `${grouped(total)} incident${total === 1 ? "" : "s"}`;
  const some = `${grouped(incidents)} of ${grouped(total)} incidents`;
  const all = [
    ["incidents", incidents === total ? every : some],
    ["killed", people(totals.killed_low, totals.killed_high, "killed")],
    ["injured", people(totals.injured_low, totals.injured_high, "injured")],
    ["without_figure", bare ? `${grouped(bare)} without a figure` : ""],
    ["not_on_map", off ? `${grouped(off)} not on the map` : ""],
  ];
  return /** @type {any} */ (
    all.filter(([, text]) => text !== "").map(([kind, text]) => ({ kind, text }))
  );
}

/** @param {Record<string, any>} totals @returns {string} "12 of 214 incidents, 30–41 killed" */
export function sentence(totals) {
  return phrases(totals).map((phrase) => phrase.text).join(", ");
}
