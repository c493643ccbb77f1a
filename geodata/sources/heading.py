"""Where the header of a table stands: people put titles above it, and spread it over two rows.

The first row that holds anything is the header, unless a row below names far more of what
incidents have, and what stands above that one is no row of a table: titles, a day, blank lines.
A header of two rows ("Killed" over "Min" and "Max") becomes one. A person may say the row instead.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from geodata.errors import UnreadableFile
from geodata.sources import headers
from geodata.sources.column_words import concepts_of

LOOKED_THROUGH: Final = 40
"""Rows that hold anything among which the header is looked for."""
LAST_HEADER_ROW: Final = 1_000
"""A header further down is not looked for, even where a person says so."""

_LONGEST_NAME: Final = 60
_MOST_SHOWN: Final = 3
_QUALIFIERS: Final = frozenset(("low", "high", "best", "first", "second", "start", "end", "count"))
_WHEN_OR_WHERE: Final = frozenset(
    ("date", "place", "admin1", "admin2", "country", "lat", "lon", "start")
)
_DATA: Final = re.compile(r"[+-]?[\d.,/:\s-]*\d[\d.,/:\s-]*")


@dataclass(frozen=True, slots=True)
class Row:
    """One row that holds something.

    Attributes:
        number: its 1-based number in the file or sheet, as a spreadsheet shows it.
        cells: its cells as text, "" for empty ones.
    """

    number: int
    cells: Sequence[str]

    @property
    def filled(self) -> int:
        """How many cells hold something."""
        return sum(cell.strip() != "" for cell in self.cells)


@dataclass(frozen=True, slots=True)
class Heading:
    """A table's header.

    Attributes:
        last: index of its last row among those that were looked through.
        row: number of its last row in the file.
        names: its names, not yet unique.
        notes: sentences on what stands above it, and on how it was read.
    """

    last: int
    row: int
    names: list[str]
    notes: tuple[str, ...] = ()


def find_heading(path: Path, rows: Sequence[Row], said: int | None = None) -> Heading:
    """The header among the first rows of a table.

    Args:
        path: the file, for the error.
        rows: the first rows that hold anything, at least one; those up to row `said` where it is
            given.
        said: the number of the header's row, or of the second of its two, as a person says it.

    Raises:
        UnreadableFile: no row of that number holds anything.
    """
    if said is None:
        at = _looked_for(rows)
    elif (found := next((n for n, row in enumerate(rows) if row.number == said), None)) is None:
        raise UnreadableFile(path, f"its row {said:,} holds nothing: it cannot be the header.")
    else:
        at = found
    first = at
    names = [cell.strip() for cell in rows[at].cells]
    if at > 0 and _is_over(rows[at - 1], rows[at]):
        first, names = at - 1, _joined(rows[at - 1].cells, rows[at].cells)
    elif said is None and at + 2 < len(rows) and _is_over(rows[at], rows[at + 1]):
        names, at = _joined(rows[at].cells, rows[at + 1].cells), at + 1
    return Heading(at, rows[at].number, names, tuple(_notes(rows, first, at)))


def recognised(cells: Sequence[str]) -> int:
    """How many cells name what incidents have; 0 where none says when or where."""
    known = [cell for cell in cells if _is_name(cell)]
    meant = {concept for cell in known for concept in concepts_of(cell)}
    named = {name for cell in known if (name := headers.canonical_name(cell))}
    says = bool(meant & _WHEN_OR_WHERE) or headers.is_incident_table({*named, "title"})
    return len(known) if says else 0


def _is_name(cell: str) -> bool:
    text = cell.strip()
    if not text or len(text) > _LONGEST_NAME or _DATA.fullmatch(text):
        return False
    return headers.canonical_name(text) is not None or bool(concepts_of(text))


def _looked_for(rows: Sequence[Row]) -> int:
    """Index of the row that is the header, or the lower one of two."""
    own = recognised(rows[0].cells)
    best, at = max(2 * own, 2), 0
    for n, row in enumerate(rows[1:LOOKED_THROUGH], start=1):
        if row.cells[0].startswith("#"):
            continue  # a row of HXL tags lies below its header
        known = recognised(row.cells)
        if known < best or (at and known <= best):
            continue
        if known * 2 >= row.filled and _is_apart(rows, n):
            best, at = known, n
    return at


def _is_apart(rows: Sequence[Row], at: int) -> bool:
    """Whether a row may be a header: its cells differ, and no row of a table stands above."""
    row = rows[at]
    cells = [cell.strip().casefold() for cell in row.cells if cell.strip()]
    if any(_DATA.fullmatch(cell) for cell in cells) or at + 1 >= len(rows):
        return False
    above = rows[:at]
    if _is_over(rows[at - 1], row):
        above = rows[: at - 1]
    elif len(set(cells)) < len(cells):
        return False
    return all(other.filled * 2 <= row.filled for other in above)


def _is_over(above: Row, below: Row) -> bool:
    """Whether a row is the upper one of a header's two: it names groups of the lower's columns."""
    if above.number + 1 != below.number or above.filled < 2:
        return False
    width = max((n for n, cell in enumerate(below.cells, start=1) if cell.strip()), default=0)
    groups = [cell.strip() for cell in above.cells[:width]]
    groups += [""] * (width - len(groups))
    names = [cell.strip() for cell in below.cells[:width]]
    words = [name for name in names if name]
    spans = any(not group for group in groups)
    complete = all(group or name for group, name in zip(groups, names, strict=True))
    known = sum(_is_name(word) for word in words)
    titles = [group for group in groups if group]
    return (
        spans and complete and len(words) >= 2 and known * 2 >= len(words)
        and not any(_DATA.fullmatch(cell) for cell in (*words, *titles))
        and any(_is_name(title) for title in titles)
        and (len(words) < width or _needs_group(words))
    )  # fmt: skip


def _needs_group(words: Sequence[str]) -> bool:
    return len({word.casefold() for word in words}) < len(words) or any(map(_qualifies, words))


def _qualifies(name: str) -> bool:
    """Whether a name says nothing without the group that it stands in: "Min"."""
    meant = concepts_of(name)
    return bool(meant) and meant <= _QUALIFIERS


def _joined(above: Sequence[str], below: Sequence[str]) -> list[str]:
    """The names of two rows as one: a group's where there is no other, or where one needs it."""
    often = Counter(cell.strip().casefold() for cell in below)
    names: list[str] = []
    group = ""
    for n in range(max(len(above), len(below))):
        title = above[n].strip() if n < len(above) else ""
        name = below[n].strip() if n < len(below) else ""
        group = title or group
        if not name:
            names.append(title)
        elif group and (often[name.casefold()] > 1 or _qualifies(name)):
            names.append(f"{group} {name}")
        else:
            names.append(name)
    return names


def _notes(rows: Sequence[Row], first: int, last: int) -> list[str]:
    notes = []
    if first:
        texts = [
            " ".join(cell.strip() for cell in row.cells if cell.strip()) for row in rows[:first]
        ]
        shown = ", ".join(repr(text[:_LONGEST_NAME]) for text in texts[:_MOST_SHOWN])
        more = f" and {first - _MOST_SHOWN:,} more" if first > _MOST_SHOWN else ""
        notes.append(
            f"Its header was taken from row {rows[last].number:,}; passed over above it: "
            f"{shown}{more}."
        )
    if first < last:
        notes.append(f"Its header stands in two rows, {rows[first].number:,} and "
                     f"{rows[last].number:,}, which were read as one.")  # fmt: skip
    return notes
