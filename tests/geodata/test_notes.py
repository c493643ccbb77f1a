"""Notes that a team keeps on days, and the journal they are written in."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geodata import notes
from geodata.errors import ImpossibleValue, UnreadableFile
from geodata.journal import Journal
from geodata.notes import MOST_LETTERS, NoteBook


@pytest.fixture
def book(tmp_path: Path) -> NoteBook:
    return NoteBook.beside(tmp_path / "store.duckdb")


def test_a_note_is_there_tomorrow_with_who_wrote_it_and_what_became_of_it(book: NoteBook) -> None:
    assert book.current() == []
    later = book.add("2017-01-23", "talks", who="omar")
    first = book.add("2016-09-12", "cease\u202efire;\nfor a week", who="amal")
    assert (first.words, first.who) == ("cease fire for a week", "amal")
    assert book.add("2016-09-12", "cease fire for a week", who="omar") == first
    assert NoteBook(book.journal).current() == [first, later]
    book.remove(later.id, who="amal")
    book.remove(later.id, who="omar")
    assert book.current() == [first]
    done = [(entry["what"], entry["who"]) for entry in book.journal.entries()]
    assert done == [("add", "omar"), ("add", "amal"), ("remove", "amal")]
    assert book.journal.path.parent.name == "store.duckdb.notes"


@pytest.mark.parametrize(
    ("day", "words"),
    [("2016-02-30", "x"), ("12 September", "x"), ("20160912", "x"), ("2016-09-12", " ;\u202e ")],
)
def test_a_note_without_a_day_or_words_is_refused(book: NoteBook, day: str, words: str) -> None:
    with pytest.raises(ImpossibleValue, match="needs a day and words"):
        book.add(day, words, who="amal")
    assert book.journal.entries() == []


def test_there_is_a_most_of_notes(book: NoteBook, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notes, "MOST_NOTES", 2)
    kept = [book.add("2016-09-12", word, who="amal") for word in ("one", "two")]
    with pytest.raises(ImpossibleValue, match="2 notes are the most"):
        book.add("2016-09-12", "three", who="amal")
    book.remove(kept[0].id, who="amal")
    assert book.add("2016-09-12", "three", who="amal").words == "three"


@given(st.text(max_size=200))
def test_words_are_one_line_of_limited_length_and_cleaned_once(words: str) -> None:
    line = notes._line(words)
    assert len(line) <= MOST_LETTERS
    assert line == notes._line(line)
    assert not set(line) & set(";\n\r\t\u2066\u202e")


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ('{"what": "add"\n', "damaged line"),
        ('{"what": "paint", "id": "x"}\n', "cannot read"),
        ('{"what": "add", "id": "x"}\n', "cannot read"),
    ],
)
def test_a_damaged_history_is_told(book: NoteBook, line: str, sentence: str) -> None:
    book.add("2016-09-12", "one", who="amal")
    with book.journal.path.open("a") as file:
        file.write(line)
    with pytest.raises(UnreadableFile, match=sentence):
        book.current()


def test_a_line_that_a_crash_cut_off_is_no_change_and_swallows_none(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "a" / "history.jsonl")
    journal.append("add", "amal", "why", id=1)
    with journal.path.open("a") as file:
        file.write('{"what": "rem')
    journal.append("add", "amal", "why", id=2)
    assert [entry["id"] for entry in journal.entries()] == [1, 2]


def test_a_place_that_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UnreadableFile, match="cannot be written"):
        Journal(tmp_path / "file" / "history.jsonl").append("add", "amal", "")
    (tmp_path / "folder").mkdir()
    with pytest.raises(UnreadableFile, match="cannot be read"):
        Journal(tmp_path / "folder").entries()
