/**
 * The tray of incidents that could not be put on the map, by the place that they name.
 */

import { element, failureNotice, failureSentence, fill, foreign } from "./dom.js";
import { rowContent } from "./list.js";
import { fetchJson, PAGE } from "./row_source.js";
import { counted, number } from "./text.js";

/**
 * Rows by the place as written, the places with most incidents first, rows in the order given.
 *
 * @param {Record<string, any>[]} rows
 * @param {Record<string, string>} countries
 * @returns {{place: string|null, rows: Record<string, any>[]}[]} null is no place at all
 */
export function byPlace(rows, countries = {}) {
  const groups = new Map();
  for (const row of rows) {
    const country = row.country && (countries[row.country] ?? row.country);
    const place = row.place_text ?? row.place_name ?? row.admin1 ?? country ?? null;
    if (!groups.has(place)) groups.set(place, []);
    groups.get(place).push(row);
  }
  const made = [...groups].map(([place, members]) => ({ place, rows: members }));
  return made.sort((a, b) => b.rows.length - a.rows.length);
}

/**
 * Fires `open` (detail {row}) and `close`.
 */
export class Tray extends EventTarget {
  #options;
  #rows = [];
  #asking = null;
  #parts = null;

  /**
   * @param {HTMLElement} container
   * @param {import("./engine/view.js").IncidentView} view
   * @param {{endpoints: {rows: string}, vocabulary: any,
   *   countries: Record<string, string>, fetch?: typeof fetchJson}} options
   */
  constructor(container, view, options) {
    super();
    this.#options = { fetch: fetchJson, ...options };
    this.view = view;
    this.container = container;
    container.classList.add("cm-tray");
    container.addEventListener("click", (event) => this.#click(event));
    container.addEventListener("keydown", (event) => this.#key(event));
  }

  /** Show the first page; what was shown before is dropped. */
  async open() {
    this.#rows = [];
    if (!this.#parts) this.#build();
    this.#draw();
    await this.#more();
  }

  #build() {
    const back = element("button", { type: "button", class: "cm-button cm-quiet", "data-close": true }, "‹ Back to the list");
    this.#parts = {
      heading: element("h2", { tabindex: "-1", class: "cm-card-title" }),
      groups: element("div", { class: "cm-tray-groups" }),
      end: element("div", { class: "cm-tray-more" }),
    };
    const why = "Known to the country at best, or by a name that was not found. They are in every count; no pin pretends to know where they were.";
    fill(
      this.container, element("div", { class: "cm-card-bar" }, back), this.#parts.heading,
      element("p", { class: "cm-muted" }, why), this.#parts.groups, this.#parts.end,
    );
  }

  focus() {
    this.container.querySelector("h2")?.focus({ preventScroll: true });
  }

  /** Put the focus on the row, or on the heading where it is not shown. */
  focusRow(row) {
    const button = this.container.querySelector(`[data-row="${Number(row)}"]`);
    if (button) button.focus();
    else this.focus();
  }

  clear() {
    this.#asking?.abort();
    this.#parts = null;
    fill(this.container);
  }

  async #more() {
    this.#asking?.abort();
    const asking = new AbortController();
    this.#asking = asking;
    const numbers = this.view.rows(this.#rows.length, PAGE, { order: "newest", onlyUnlocated: true });
    if (numbers.length === 0) return;
    const parts = this.#parts;
    try {
      const rows = await this.#options.fetch(`${this.#options.endpoints.rows}?i=${[...numbers].join(",")}`, asking.signal);
      if (asking.signal.aborted) return;
      this.#rows.push(...rows);
      this.#draw();
    } catch (error) {
      if (asking.signal.aborted) return;
      const sentence = failureSentence(error, "The incidents that are not on the map");
      fill(parts.end, failureNotice(sentence, () => this.#more()));
    }
  }

  #draw() {
    const total = this.view.rowCount({ inBounds: null, onlyUnlocated: true });
    const { countries } = this.#options;
    fill(this.#parts.heading, counted(total, "incident not on the map", "incidents not on the map"));
    fill(this.#parts.groups, ...byPlace(this.#rows, countries).map((group) => this.#group(group)));
    fill(this.#parts.end, this.#end(total));
  }

  #group({ place, rows }) {
    const { vocabulary, countries } = this.#options;
    return element(
      "section", { class: "cm-tray-group" },
      element("h3", {}, place === null ? "No place given" : foreign(place), element("span", { class: "cm-muted" }, ` ${number(rows.length)}`)),
      element("ul", {}, ...rows.map((row) => element(
        "li", { class: "cm-row-static" },
        element("button", { type: "button", class: "cm-row-button", "data-row": row.row }, ...rowContent(row, vocabulary, countries)),
      ))),
    );
  }

  #end(total) {
    const shown = this.#rows.length;
    if (shown >= total) return element("p", { class: "cm-muted" }, total ? "That is all." : "All incidents in view are on the map.");
    if (shown === 0) return element("p", { class: "cm-muted" }, "Reading…");
    const label = `Show more: ${number(shown)} of ${number(total)} are shown`;
    return element("button", { type: "button", class: "cm-button", "data-more": true }, label);
  }

  #click(event) {
    const button = event.target.closest("button");
    if (!button) return;
    if ("close" in button.dataset) this.dispatchEvent(new Event("close"));
    if ("more" in button.dataset) this.#moreKeepingFocus();
    if ("row" in button.dataset) this.dispatchEvent(new CustomEvent("open", { detail: { row: Number(button.dataset.row) } }));
  }

  async #moreKeepingFocus() {
    const first = this.#rows.length;
    await this.#more();
    const next = this.#rows[first];
    if (next) this.focusRow(next.row);
  }

  #key(event) {
    if (event.key !== "Escape" || event.defaultPrevented) return;
    event.preventDefault();
    this.dispatchEvent(new Event("close"));
  }
}
