/**
 * Notes on days, as an analyst sets them beside the timeline, and as a link carries them:
 * "2016-09-12 ceasefire;2017-01-23 talks". Words from a link are words from outside.
 */

/** @typedef {{day: string, words: string}} Note day is ISO */

/** Most notes, and most letters of one, that a link may bring. */
export const MOST_NOTES = 40;
export const MOST_LETTERS = 80;

/** Days in order, then words; a note twice is one. @param {Note[]} notes @returns {Note[]} */
export function ordered(notes) {
  const key = ({ day, words }) => `${day} ${words}`;
  const single = new Map(notes.map((note) => [key(note), note]));
  return [...single.keys()].sort().map((name) => single.get(name)).slice(0, MOST_NOTES);
}

/**
 * A note of words as typed; null where the day is none or there are no words.
 *
 * @param {string} day @param {string} words
 * @returns {Note|null}
 */
export function noteOf(day, words) {
  const said = words.replace(/[\p{Cc}\p{Cn}\p{Co}\p{Cs}\p{Bidi_Control};]+/gu, " ").replace(/\s+/g, " ").trim();
  return isDay(day) && said ? { day, words: [...said].slice(0, MOST_LETTERS).join("") } : null;
}

function isDay(/** @type {string} */ text) {
  const time = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(text) : NaN;
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}

/** @param {string|null|undefined} text of a link @returns {Note[]} what can be read of it */
export function readNotes(text) {
  const parts = (text ?? "").split(";").map((part) => noteOf(part.slice(0, 10), part.slice(11)));
  return ordered(/** @type {Note[]} */ (parts.filter((note) => note !== null)));
}

/** @param {Note[]} notes @returns {string|null} for a link; null where there is none */
export function writeNotes(notes) {
  return notes.length === 0 ? null : notes.map(({ day, words }) => `${day} ${words}`).join(";");
}
