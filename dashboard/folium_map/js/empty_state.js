/**
 * What stands in the list's place when it has nothing to show: why, and what to do.
 */

import { element, foreignList } from "./dom.js";
import { filterWords } from "./filter_words.js";
import { counted } from "./text.js";

/**
 * @param {import("./engine/view.js").IncidentView} view
 * @param {{vocabulary: import("./text.js").Vocabulary, countries: Record<string, string>}} names
 * @param {{showAll: () => void, reset: () => void}} acts  leave the map's view aside; drop all filters
 * @returns {Node[]}
 */
export function emptyState(view, names, { showAll, reset }) {
  if (view.table.n === 0) return noData();
  return view.count() > 0 ? nothingInSight(view, showAll) : noMatch(view, names, reset);
}

const title = (words) => element("p", { class: "cm-empty-title" }, words);
const button = (words, onclick) => element("button", { type: "button", class: "cm-button", onclick }, words);

function noData() {
  const next = "Open “Data” to add a file or an article; every row of it will be accounted for.";
  return [title("There are no incidents yet."), element("p", {}, next)];
}

function nothingInSight(view, showAll) {
  return [
    title("No incident lies in this part of the map."),
    element("p", {}, `${counted(view.count(), "incident")} elsewhere or not on the map.`),
    button("Show all of them", showAll),
  ];
}

function noMatch(view, names, reset) {
  const lines = filterWords(view.predicate, names).map(({ label, values }) => element(
    "div", {}, element("dt", {}, label), element("dd", {}, ...foreignList(values, " or ")),
  ));
  return [
    title("No incident matches all of these."),
    element("dl", { class: "cm-facts" }, ...lines),
    button("Reset all filters", reset),
  ];
}
