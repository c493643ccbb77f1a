/**
 * Notes on days: flags on the timeline, and a list to read, add and remove.
 *
 * Some travel in the page's link; others are kept beside the store, with who wrote them.
 */

import { element, fill, foreign } from "./dom.js";
import { MOST_LETTERS, MOST_NOTES, noteOf, ordered } from "./engine/notes.js";
import { dayWords } from "./text.js";

const IN_LINK = "Notes travel in the page's link; they are no part of the store.";
const IN_STORE = "Kept notes are shown to everyone of the team; the others travel in this page's link.";
/** Least pixels between two flags' words. */
const WORDS_APART = 90;

/**
 * @typedef {object} Kept notes beside the store
 * @property {{id: string, day: string, words: string, who: string}[]} kept
 * @property {boolean} may whether this person may keep more
 * @property {string|null} said what went wrong
 */

/**
 * Fires `notes` (detail: the link's notes) when a person has added or removed one of them, and `keep`
 * (detail: {act: "add", day, words} or {act: "remove", id}) for what the store shall keep or drop.
 */
export class TimelineNotes extends EventTarget {
  /** @param {import("./engine/columns.js").Table} table whose days are counted */
  constructor(table) {
    super();
    this.table = table;
    /** @type {import("./engine/notes.js").Note[]} */
    this.notes = [];
    /** @type {Kept} */
    this.book = { kept: [], may: false, said: null };
    this.flags = element("div", { class: "cm-time-notes", "aria-hidden": "true" });
    this._shown = [];
    this._summary = element("summary", {}, "Notes");
    this._list = element("ul", {});
    this._day = element("input", { type: "date", required: true });
    this._words = element("input", { type: "text", required: true, maxlength: MOST_LETTERS, placeholder: "ceasefire" });
    const form = element("form", { onsubmit: (event) => this._add(event) },
      element("label", {}, "Day ", this._day), element("label", {}, "Note ", this._words),
      this._keeping(), element("button", { type: "submit", class: "cm-time-button" }, "Add"));
    this._said = element("p", { role: "status" });
    this._aside = element("p", { class: "cm-muted" }, IN_LINK);
    this.element = element("details", { class: "cm-time-more cm-time-noting" }, this._summary,
      element("div", { class: "cm-time-choices" }, this._list, form, this._said, this._aside));
  }

  /** Shows other notes of the link; fires nothing. @param {import("./engine/notes.js").Note[]} notes */
  set(notes) {
    this.notes = ordered(notes);
    this._fill();
  }

  /** Shows other notes of the store; fires nothing. @param {Kept} book */
  setKept(book) {
    this.book = book;
    this._keep.parentElement.hidden = !book.may;
    fill(this._aside, book.may || book.kept.length ? IN_STORE : IN_LINK);
    fill(this._said, book.said && foreign(book.said));
    this._fill();
  }

  _keeping() {
    this._keep = element("input", { type: "checkbox", checked: true });
    return element("label", { class: "cm-time-keep", hidden: true }, this._keep, " Keep for the team");
  }

  _fill() {
    const shown = both(this.book.kept, this.notes);
    this._shown = shown;
    fill(this._summary, shown.length ? `Notes (${shown.length})` : "Notes");
    fill(this._list, ...shown.map((note) => this._line(note)));
    fill(this.flags, ...shown.map(({ words }) => element("div", { class: "cm-time-note" }, foreign(words))));
    if (this._scale) this.place(this._scale);
  }

  _line(note) {
    const { book } = this;
    const kept = note.id !== undefined;
    const button = (label, onclick) => element(
      "button", { type: "button", class: "cm-time-button", "aria-label": `${label} the note of ${dayWords(note.day)}`, onclick }, label,
    );
    return element(
      "li", {}, `${dayWords(note.day)}: `, foreign(note.words), " ",
      kept && element("span", { class: "cm-muted" }, "kept by ", foreign(note.who), " "),
      !kept && book.may && button("Keep", () => this._takeOver(note)),
      (!kept || book.may) && button("Remove", () => this._remove(note)),
    );
  }

  /** Lays the flags where their days are. @param {import("./engine/time_scale.js").TimeScale} scale */
  place(scale) {
    this._scale = scale;
    let last = -Infinity;
    this._shown.forEach(({ day }, k) => {
      const x = scale.x(this.table.dayOf(day));
      const flag = /** @type {HTMLElement} */ (this.flags.children[k]);
      flag.hidden = x < 0 || x > scale.width;
      if (flag.hidden) return;
      flag.style.transform = `translateX(${x}px)`;
      const crowded = x - last < WORDS_APART;
      flag.classList.toggle("cm-crowded", crowded);
      flag.classList.toggle("cm-leftwards", x > scale.width - WORDS_APART);
      if (!crowded) last = x;
    });
  }

  _add(event) {
    event.preventDefault();
    const note = noteOf(this._day.value, this._words.value);
    const keeps = this.book.may && this._keep.checked;
    const full = !keeps && this.notes.length >= MOST_NOTES;
    fill(this._said, full ? `${MOST_NOTES} notes are the most: remove one first.` : note ? "" : "A note needs a day and words.");
    if (note === null || full) return;
    this._words.value = "";
    if (keeps) this._ask({ act: "add", ...note });
    else this._change([...this.notes, note]);
  }

  _remove(note) {
    // A kept note may stand in the link as well, from where it would come back.
    const left = this.notes.filter(({ day, words }) => day !== note.day || words !== note.words);
    if (left.length < this.notes.length) this._change(left);
    if (note.id !== undefined) this._ask({ act: "remove", id: note.id });
    this._summary.focus();
  }

  /** A note of the link becomes one of the store; until it stands there, it stays in the link. */
  _takeOver({ day, words }) {
    this._ask({ act: "add", day, words });
    this._summary.focus();
  }

  _ask(detail) {
    this.dispatchEvent(new CustomEvent("keep", { detail }));
  }

  _change(notes) {
    this.set(notes);
    this.dispatchEvent(new CustomEvent("notes", { detail: this.notes }));
  }
}

/** Kept notes and those of the link that are not kept as well, by day. */
function both(kept, notes) {
  const key = ({ day, words }) => `${day} ${words}`;
  const known = new Set(kept.map(key));
  const all = [...kept, ...notes.filter((note) => !known.has(key(note)))];
  return all.sort((a, b) => (a.day < b.day ? -1 : Number(a.day > b.day)));
}
