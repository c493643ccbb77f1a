/** Notes that an analyst sets on days: flags on the timeline, and a list to read, add and remove. */

import { element, fill, foreign } from "./dom.js";
import { MOST_LETTERS, MOST_NOTES, noteOf, ordered } from "./engine/notes.js";
import { dayWords } from "./text.js";

/** Least pixels between two flags' words. */
const WORDS_APART = 90;

/** Fires `notes` (detail: the notes) when a person has added or removed one. */
export class TimelineNotes extends EventTarget {
  /** @param {import("./engine/columns.js").Table} table whose days are counted */
  constructor(table) {
    super();
    this.table = table;
    /** @type {import("./engine/notes.js").Note[]} */
    this.notes = [];
    this.flags = element("div", { class: "cm-time-notes", "aria-hidden": "true" });
    this._summary = element("summary", {}, "Notes");
    this._list = element("ul", {});
    this._day = element("input", { type: "date", required: true });
    this._words = element("input", { type: "text", required: true, maxlength: MOST_LETTERS, placeholder: "ceasefire" });
    const form = element("form", { onsubmit: (event) => this._add(event) },
      element("label", {}, "Day ", this._day), element("label", {}, "Note ", this._words),
      element("button", { type: "submit", class: "cm-time-button" }, "Add"));
    this._said = element("p", { role: "status" });
    const aside = element("p", { class: "cm-muted" }, "Notes travel in the page's link; they are no part of the store.");
    this.element = element("details", { class: "cm-time-more cm-time-noting" }, this._summary,
      element("div", { class: "cm-time-choices" }, this._list, form, this._said, aside));
  }

  /** Shows other notes; fires nothing. @param {import("./engine/notes.js").Note[]} notes */
  set(notes) {
    this.notes = ordered(notes);
    fill(this._summary, this.notes.length ? `Notes (${this.notes.length})` : "Notes");
    fill(this._list, ...this.notes.map((note) => element("li", {},
      `${dayWords(note.day)}: `, foreign(note.words), " ",
      element("button", { type: "button", class: "cm-time-button", "aria-label": `Remove the note of ${dayWords(note.day)}`, onclick: () => this._remove(note) }, "Remove"))));
    fill(this.flags, ...this.notes.map(({ words }) => element("div", { class: "cm-time-note" }, foreign(words))));
    if (this._scale) this.place(this._scale);
  }

  /** Lays the flags where their days are. @param {import("./engine/time_scale.js").TimeScale} scale */
  place(scale) {
    this._scale = scale;
    let last = -Infinity;
    this.notes.forEach(({ day }, k) => {
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
    const full = this.notes.length >= MOST_NOTES;
    fill(this._said, full ? `${MOST_NOTES} notes are the most: remove one first.` : note ? "" : "A note needs a day and words.");
    if (note === null || full) return;
    this._words.value = "";
    this._change([...this.notes, note]);
  }

  _remove(note) {
    this._change(this.notes.filter((other) => other !== note));
    this._summary.focus();
  }

  _change(notes) {
    this.set(notes);
    this.dispatchEvent(new CustomEvent("notes", { detail: this.notes }));
  }
}
