/**
 * The list beside the map: its equal for readers, keys and screen readers, over millions of rows.
 *
 * Only the rows in sight are elements. Each is a list item that says its place among all of them
 * (`aria-posinset`, `aria-setsize`), with one button in it; one button takes part in the tab
 * order, arrows, Page Up and Down, Home and End move it, Enter opens.
 */

import { element, fill, foreign, foreignList, failureNotice, failureSentence, symbol } from "./dom.js";
import { ScrollScale } from "./scroll_scale.js";
import { casualtiesBriefly, term, whenBriefly, whereBriefly } from "./text.js";

/** Height of a row in units of the page's font size. */
const ROW_REM = 4.75;
const REST_MS = 140;

/**
 * What the list shows, in order.
 *
 * @typedef {object} Rows
 * @property {() => number} count
 * @property {(offset: number, limit: number) => ArrayLike<number>} slice  row numbers
 */

/**
 * Fires `open` (detail {row}), `mark` (detail {row: number|null}) as pointer or focus moves.
 */
export class IncidentList extends EventTarget {
  #source;
  #vocabulary;
  #countries;
  #preview;
  /** @type {Rows} */
  #rows = { count: () => 0, slice: () => [] };
  #count = 0;
  #scale = new ScrollScale();
  #rowHeight = 76;
  /** @type {Map<number, HTMLElement>} items by their place in the list */
  #items = new Map();
  #active = 0;
  #open = null;
  #marked = null;
  #resting = true;
  #frame = 0;
  #rest = 0;
  #observer;

  /**
   * @param {HTMLElement} container
   * @param {import("./row_source.js").RowSource} source
   * @param {{vocabulary: import("./text.js").Vocabulary, countries?: Record<string, string>,
   *   preview?: (row: number) => Record<string, any>, label?: string}} options  `preview` gives
   *   what is known of a row before the server is asked
   */
  constructor(container, source, { vocabulary, countries = {}, preview = () => ({}), label = "Incidents" }) {
    super();
    this.#source = source;
    this.#vocabulary = vocabulary;
    this.#countries = countries;
    this.#preview = preview;
    this.port = container;
    this.window = element("ol", { class: "cm-list-window", role: "list", "aria-label": label });
    this.spacer = element("div", { class: "cm-list-spacer" }, this.window);
    this.notice = element("div", { class: "cm-list-notice" });
    fill(container, this.spacer, this.notice);
    container.classList.add("cm-list");
    this.#listen(container);
    this.#observer = new ResizeObserver(() => this.#measure());
    this.#observer.observe(container);
    this.#measure();
  }

  #listen(container) {
    container.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    this.window.addEventListener("keydown", (event) => this.#key(event));
    this.window.addEventListener("click", (event) => this.#click(event));
    this.window.addEventListener("pointerover", (event) => this.#mark(event));
    this.window.addEventListener("pointerleave", () => this.#say("mark", { row: null }));
    this.window.addEventListener("focusin", (event) => this.#mark(event));
    this.window.addEventListener("focusout", () => this.#say("mark", { row: null }));
    this.onArrived = () => this.render();
    this.#source.addEventListener("arrived", this.onArrived);
    this.#source.addEventListener("failed", this.onArrived);
  }

  /**
   * Show other rows, or the same after a change.
   *
   * @param {Rows} rows
   * @param {{keepPlace?: boolean, resting?: boolean}} [options]  rows are asked of the server only
   *     when the hand rests
   */
  show(rows, { keepPlace = false, resting = true } = {}) {
    this.#rows = rows;
    this.#resting = resting;
    this.#count = rows.count();
    this.#scale.resize(this.#count * this.#rowHeight, this.port.clientHeight);
    if (!keepPlace) {
      this.#active = 0;
      this.#scale.moveTo(0);
    }
    this.#active = Math.min(this.#active, Math.max(0, this.#count - 1));
    this.#applyScale();
    this.#schedule();
  }

  /** Mark a row as the one that the map points at; null marks none. */
  mark(row) {
    this.#marked = row;
    this.#dress();
  }

  /** Mark a row as opened. */
  setOpen(row) {
    this.#open = row;
    this.#dress();
  }

  /** Put the focus on the active row, or on a row given by its number if it is in sight. */
  focus(row = null) {
    for (const [index, item] of this.#items) {
      if (row !== null && Number(item.dataset.row) === row) this.#active = index;
    }
    this.#reveal(this.#active);
    this.render();
    this.#button(this.#active)?.focus({ preventScroll: true });
  }

  /** The place in the list, to come back to. */
  get place() {
    return { top: this.#scale.top, active: this.#active };
  }

  set place({ top, active }) {
    this.#active = Math.min(active, Math.max(0, this.#count - 1));
    this.#scale.moveTo(top);
    this.#applyScale();
    this.render();
  }

  /** How many rows there are. */
  get count() {
    return this.#count;
  }

  destroy() {
    this.#observer.disconnect();
    cancelAnimationFrame(this.#frame);
    clearTimeout(this.#rest);
    this.#source.removeEventListener("arrived", this.onArrived);
    this.#source.removeEventListener("failed", this.onArrived);
    this.port.replaceChildren();
  }

  // --- scrolling -------------------------------------------------------------------------------

  #measure() {
    const rem = parseFloat(getComputedStyle(document.documentElement).fontSize) || 16;
    const first = this.#scale.top / this.#rowHeight;
    this.#rowHeight = Math.round(ROW_REM * rem);
    this.port.style.setProperty("--cm-row-height", `${this.#rowHeight}px`);
    this.#scale.resize(this.#count * this.#rowHeight, this.port.clientHeight);
    this.#scale.moveTo(first * this.#rowHeight);
    this.#applyScale();
    this.#schedule();
  }

  #applyScale() {
    this.spacer.style.height = `${Math.max(this.#scale.height, 0)}px`;
    this.port.scrollTop = this.#scale.moveTo(this.#scale.top);
  }

  #scrolled() {
    this.#scale.follow(this.port.scrollTop);
    if (this.#scale.mustSettle) this.#settle();
    clearTimeout(this.#rest);
    this.#rest = setTimeout(() => this.#settle(), REST_MS);
    this.#schedule();
  }

  #settle() {
    const bar = this.#scale.settle();
    if (bar !== null) this.port.scrollTop = bar;
  }

  #reveal(index) {
    const top = index * this.#rowHeight;
    const bottom = top + this.#rowHeight - this.port.clientHeight;
    if (top < this.#scale.top) this.port.scrollTop = this.#scale.moveTo(top);
    else if (bottom > this.#scale.top) this.port.scrollTop = this.#scale.moveTo(bottom);
  }

  // --- drawing ---------------------------------------------------------------------------------

  #schedule() {
    if (this.#frame) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      this.render();
    });
  }

  /** Bring the elements in line with what is in sight. */
  render() {
    const first = Math.floor(this.#scale.top / this.#rowHeight);
    const limit = Math.ceil(this.port.clientHeight / this.#rowHeight) + 1;
    const rows = this.#count ? this.#rows.slice(first, Math.min(limit, this.#count - first)) : [];
    const keep = this.#focused();
    for (const [index, item] of this.#items) {
      const isOut = index < first || index >= first + rows.length;
      if (isOut && (index !== keep || index >= this.#count)) this.#remove(index, item);
    }
    for (let i = 0; i < rows.length; i++) this.#place(first + i, rows[i]);
    this.#lay();
    if (this.#resting) this.#source.want(rows);
    this.#dress();
    this.#tell();
  }

  #focused() {
    const item = document.activeElement?.closest?.(".cm-row");
    return item && this.window.contains(item) ? Number(item.dataset.index) : -1;
  }

  #remove(index, item) {
    item.remove();
    this.#items.delete(index);
  }

  #place(index, row) {
    const content = this.#source.get(row);
    let item = this.#items.get(index);
    const key = `${row}:${content ? "full" : this.#source.error ? "failed" : "empty"}:${this.#count}`;
    if (!item) {
      item = element("li", { class: "cm-row", role: "listitem" }, element("button", { type: "button", class: "cm-row-button" }));
      this.#items.set(index, item);
      this.#insert(index, item);
    }
    if (item.dataset.key === key && content) return;
    item.dataset.key = key;
    item.dataset.index = String(index);
    item.dataset.row = String(row);
    item.setAttribute("aria-posinset", String(index + 1));
    item.setAttribute("aria-setsize", String(this.#count));
    item.classList.toggle("cm-row-empty", !content);
    fill(item.firstElementChild, ...(content ? this.#content(content) : this.#placeholder(row)));
  }

  /** Elements stay in the order of the list, so that reading order is the order seen. */
  #insert(index, item) {
    const after = [...this.window.children].find((other) => Number(other.dataset.index) > index);
    this.window.insertBefore(item, after ?? null);
    item.dataset.index = String(index);
  }

  #lay() {
    for (const [index, item] of this.#items) {
      item.style.transform = `translateY(${index * this.#rowHeight - this.#scale.top}px)`;
    }
  }

  #content(row) {
    return rowContent(row, this.#vocabulary, this.#countries);
  }

  #placeholder(row) {
    const known = this.#preview(row);
    const type = term(this.#vocabulary, "event_type", known.event_type ?? null);
    const said = this.#source.error ? "not read" : "loading";
    return [
      symbol(type),
      element("span", { class: "cm-row-title" }, element("span", { class: "cm-hidden" }, `Incident, ${said}`)),
      element("span", { class: "cm-row-where" }, known.date_start ? whenBriefly(known) : ""),
      element("span", { class: "cm-row-figures" }, "killed_best" in known ? casualtiesBriefly(known) : ""),
    ];
  }

  /** Classes and the tab order, which change without the content. */
  #dress() {
    const rowsInSight = [...this.#items.keys()];
    const first = Math.ceil(this.#scale.top / this.#rowHeight);
    const target = this.#items.has(this.#active) ? this.#active : Math.min(first, ...rowsInSight.filter((i) => i >= first));
    for (const [index, item] of this.#items) {
      const row = Number(item.dataset.row);
      item.classList.toggle("cm-row-marked", row === this.#marked);
      item.classList.toggle("cm-row-open", row === this.#open);
      const button = item.firstElementChild;
      button.setAttribute("tabindex", index === target ? "0" : "-1");
      if (row === this.#open) button.setAttribute("aria-current", "true");
      else button.removeAttribute("aria-current");
    }
  }

  #tell() {
    const waiting = [...this.#items.values()].some((item) => item.classList.contains("cm-row-empty"));
    const failed = this.#source.error !== null;
    this.window.setAttribute("aria-busy", String(waiting && !failed));
    const shown = this.notice.childElementCount > 0;
    if (failed && !shown) {
      const sentence = failureSentence(this.#source.error, "This part of the list");
      fill(this.notice, failureNotice(sentence, () => this.#retry()));
    } else if (!failed && shown) fill(this.notice);
  }

  #retry() {
    fill(this.notice);
    this.#source.retry();
    this.render();
  }

  // --- hand and keys ---------------------------------------------------------------------------

  #say(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }

  #button(index) {
    return this.#items.get(index)?.firstElementChild ?? null;
  }

  #click(event) {
    const item = event.target.closest(".cm-row");
    if (!item) return;
    this.#active = Number(item.dataset.index);
    this.#dress();
    this.#say("open", { row: Number(item.dataset.row) });
  }

  #mark(event) {
    const item = event.target.closest(".cm-row");
    if (!item) return;
    if (event.type === "focusin") this.#active = Number(item.dataset.index);
    this.#say("mark", { row: Number(item.dataset.row) });
  }

  #key(event) {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const page = Math.max(1, Math.floor(this.port.clientHeight / this.#rowHeight) - 1);
    const last = this.#count - 1;
    const ways = {
      ArrowDown: this.#active + 1, ArrowUp: this.#active - 1,
      PageDown: this.#active + page, PageUp: this.#active - page, Home: 0, End: last,
    };
    if (!Object.hasOwn(ways, event.key) || last < 0) return;
    event.preventDefault();
    this.#active = Math.min(last, Math.max(0, ways[event.key]));
    this.focus();
  }
}

/**
 * One incident in three lines: title; when and where; figures, grade and dispute.
 *
 * @param {Record<string, any>} row  of the `rows` endpoint
 * @returns {(Node|string)[]}
 */
export function rowContent(row, vocabulary, countries) {
  const type = term(vocabulary, "event_type", row.event_type ?? null);
  const where = whereBriefly(row, countries);
  const hidden = element("span", { class: "cm-hidden" }, type.code ? ` (${type.label})` : "");
  return [
    symbol(type),
    element("span", { class: "cm-row-title" }, foreign(row.title ?? row.incident_id), hidden),
    element(
      "span", { class: "cm-row-where" },
      `${whenBriefly(row)} · ${where.before} `.trimEnd(), " ", foreignList(where.names.slice(0, 2)),
    ),
    element("span", { class: "cm-row-figures" }, casualtiesBriefly(row), ...rowMarks(row, vocabulary)),
  ];
}

function rowMarks(row, vocabulary) {
  const marks = [];
  if (row.grade && row.grade !== "ungraded") {
    const { code, label } = term(vocabulary, "grade", row.grade);
    marks.push(" · ", element("span", { class: "cm-grade", "data-grade": code }, label));
  }
  if (row.disputed) marks.push(" · ", element("span", { class: "cm-disputed" }, "Disputed"));
  return marks;
}
