import assert from "node:assert/strict";
import test from "node:test";
import { MOST_LETTERS, MOST_NOTES, noteOf, ordered, readNotes, writeNotes } from "../../dashboard/folium_map/js/engine/notes.js";

test("notes travel in a link and come back in the order of their days", () => {
  const text = "2016-09-12 ceasefire;2017-01-23 talks, first day;2017-01-23 وقف";
  assert.equal(writeNotes(readNotes(text)), text);
  const [first, second] = readNotes("2017-01-23 talks;2016-09-12 ceasefire;2017-01-23 talks");
  assert.deepEqual([first.day, second.day], ["2016-09-12", "2017-01-23"]);
  assert.equal(writeNotes([]), null);
  assert.deepEqual(readNotes(null), []);
});

test("what is no day or says nothing is no note", () => {
  for (const text of ["2016-02-30 x", "x", "2016-09-12", "2016-09-12   ", "12/09/2016 x", ";;;", "2016-09-12 \u202e"]) {
    assert.deepEqual(readNotes(text), [], text);
  }
});

test("a note cannot break the list, reorder the words around it, or grow without end", () => {
  assert.equal(noteOf("2016-09-12", " a;b\n\u202ec ").words, "a b c");
  assert.equal([...noteOf("2016-09-12", "😀".repeat(500)).words].length, MOST_LETTERS);
  const many = Array.from({ length: 200 }, (_, k) => ({ day: "2016-09-12", words: String(k) }));
  assert.equal(ordered(many).length, MOST_NOTES);
});
