"""Notes on days that a team keeps beside its store: `<store>.notes/history.jsonl`.

A note is an analyst's own mark on the timeline ("ceasefire", on 12 September), no part of the
record and of no incident. Every note that was added or removed stays in the history.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from geodata.errors import ImpossibleValue, UnreadableFile
from geodata.journal import Journal

MOST_NOTES: Final = 200
MOST_LETTERS: Final = 80
_HISTORY: Final = "history.jsonl"
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Note:
    """A note that is kept.

    Attributes:
        id: names it; twelve hexadecimal digits.
        day: ISO.
        words: one line, at most `MOST_LETTERS`; from outside.
        who: whoever wrote it.
        at: when, ISO, UTC.
    """

    id: str
    day: str
    words: str
    who: str
    at: str


@dataclass(frozen=True)
class NoteBook:
    """The notes of one store."""

    journal: Journal

    @classmethod
    def beside(cls, store: Path) -> NoteBook:
        """The notes of a store's file; their folder is made with the first."""
        return cls(Journal(store.with_name(f"{store.name}.notes") / _HISTORY))

    def current(self) -> list[Note]:
        """What was added and not removed since, by day, then as it was written.

        Raises:
            UnreadableFile: the history is damaged or of a later version.
        """
        found: dict[str, Note] = {}
        for entry in self.journal.entries():
            try:
                if {"add": True, "remove": False}[entry["what"]]:
                    words = (entry["id"], entry["day"], entry["words"], entry["who"], entry["at"])
                    found[entry["id"]] = Note(*map(str, words))
                else:
                    found.pop(entry["id"], None)
            except (KeyError, TypeError) as error:
                raise UnreadableFile(
                    self.journal.path, f"has a line that this version cannot read ({error})."
                ) from error
        return sorted(found.values(), key=lambda note: note.day)

    def add(self, day: str, words: str, *, who: str) -> Note:
        """Keep a note; the same words on the same day are one.

        Args:
            day: ISO, such as 2016-09-12.
            words: cut after `MOST_LETTERS`; what does not print becomes a space.
            who: who writes it.

        Raises:
            ImpossibleValue: the day is none, there are no words, or `MOST_NOTES` are there.
            UnreadableFile: the history cannot be read or written.
        """
        said = _line(words)
        if not _is_day(day) or not said:
            raise ImpossibleValue("A note needs a day and words.")
        present = self.current()
        for note in present:
            if (note.day, note.words) == (day, said):
                return note
        if len(present) >= MOST_NOTES:
            raise ImpossibleValue(f"{MOST_NOTES} notes are the most: remove one first.")
        name = uuid.uuid4().hex[:12]
        self.journal.append("add", who, "", id=name, day=day, words=said)
        return next(note for note in self.current() if note.id == name)

    def remove(self, wanted: str, *, who: str) -> None:
        """Take a note away by its id; one that is gone already is no error.

        Raises:
            UnreadableFile: the history cannot be read or written.
        """
        if any(note.id == wanted for note in self.current()):
            self.journal.append("remove", who, "", id=wanted)


def _is_day(text: str) -> bool:
    try:
        return _DAY.fullmatch(text) is not None and bool(dt.date.fromisoformat(text))
    except ValueError:
        return False


def _line(words: str) -> str:
    """As `js/engine/notes.js` does: no controls, no overrides of direction, no semicolons."""
    signs = (" " if _is_left_out(sign) else sign for sign in words[: 20 * MOST_LETTERS])
    return " ".join("".join(signs).split())[:MOST_LETTERS].strip()


def _is_left_out(sign: str) -> bool:
    hidden = unicodedata.category(sign) in {"Cc", "Cn", "Co", "Cs"}
    return hidden or sign == ";" or sign in "\u061c\u200e\u200f" or sign in _OVERRIDES


_OVERRIDES: Final = frozenset(map(chr, (*range(0x202A, 0x202F), *range(0x2066, 0x206A))))
