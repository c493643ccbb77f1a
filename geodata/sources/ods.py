"""ODS workbooks (OpenDocument 1.2): values, never formulas.

Read by expat as a stream, without entities: a cell or row may say that it repeats a million times,
which is only followed where it holds something, and then within bounds. No library at hand reads
ODS without filling the memory first.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final
from xml.parsers import expat

import numpy as np
import pyarrow as pa

from geodata.errors import UnreadableFile
from geodata.sources.heading import LOOKED_THROUGH, Heading, Row, find_heading
from geodata.sources.raw_table import MOST_COLUMNS, RawTable, check_width, unique_names
from geodata.sources.workbook import ACCOUNTS_SHEET, check_unpacked, chosen_sheet, sheet_notes
from geodata.zip_faults import ZIP_FAULTS

_MOST_REPEATED: Final = 2_000_000
"""Cells that repetitions may add to what is written out."""
_MOST_SPACES: Final = 1_000
_NAMES: Final = "urn:oasis:names:tc:opendocument:xmlns:"
_TABLE, _OFFICE, _TEXT = (f"{_NAMES}{kind}:1.0 " for kind in ("table", "office", "text"))
_CELLS: Final = frozenset((f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"))
_MIDNIGHT: Final = re.compile(r"T00:00:00(\.0+)?$")


def read_ods(path: Path, header_row: int | None = None) -> RawTable:
    """The first sheet with a table of incidents, with the sheet `accounts` beside it.

    Args:
        path: the file.
        header_row: in which row of the sheet the header stands; None looks for it.

    Raises:
        UnreadableFile: damaged, locked, empty, a bomb, too wide, or without a header in that row.
    """
    check_unpacked(path)
    reader = _Reader(path, header_row)
    try:
        with zipfile.ZipFile(path) as archive, archive.open("content.xml") as content:
            reader.parser.ParseFile(content)
    except UnreadableFile:
        raise
    except (*ZIP_FAULTS, expat.ExpatError) as error:
        raise UnreadableFile(
            path, "it is no ODS workbook that can be opened: damaged, or locked with a password."
        ) from error
    return _chosen(path, reader.sheets)


@dataclass
class _Sheet:
    title: str
    head: list[tuple[Row, int]] = field(default_factory=list)
    """Rows that hold anything, with how often each is there, until the header is found."""
    heading: Heading | None = None
    names: list[str] = field(default_factory=list)
    columns: list[list[str | None]] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)

    def table(self) -> RawTable:
        arrays = [pa.array(column, pa.string()) for column in self.columns]
        table = pa.table(dict(zip(self.names, arrays, strict=True)))
        heading = self.heading
        return RawTable(
            table, np.array(self.rows, dtype=np.int64), notes=heading.notes if heading else (),
            header_row=heading.row if heading else None,
        )  # fmt: skip


def _chosen(path: Path, sheets: list[_Sheet]) -> RawTable:
    second = next((s for s in sheets if s.title.casefold() == ACCOUNTS_SHEET), None)
    by_title = {sheet.title: sheet for sheet in sheets if sheet is not second and sheet.head}
    heads = {title: [row for row, _ in sheet.head] for title, sheet in by_title.items()}
    title = chosen_sheet(path, heads)
    first = second if title is None else by_title[title]
    if first is None or not first.names:
        what = "its first sheet is empty." if sheets else "it has no sheet with a table."
        raise UnreadableFile(path, what)
    main = first.table()
    notes = (*sheet_notes(path, heads, title), *main.notes)
    beside = second.table() if second is not None and second is not first else None
    return replace(main, notes=notes, accounts=beside)


class _Reader:
    """Collects the sheets while expat reads."""

    def __init__(self, path: Path, header_row: int | None) -> None:
        self.path = path
        self.said = header_row
        self.sheets: list[_Sheet] = []
        self._within: list[str] = []
        self._row_number = 0
        self._row_repeats = 1
        self._row: list[str | None] = []
        self._width = self._filled_to = 0
        self._value: str | None = None
        self._cell_repeats = 1
        self._text: list[str] = []
        self._in_cell = self._in_text = False
        self._silent = 0
        self._left = _MOST_REPEATED
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._characters
        self.parser.StartDoctypeDeclHandler = self._refuse

    @staticmethod
    def _refuse(*_: object) -> None:
        raise ValueError("it declares a document type, which a workbook does not need")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if name == f"{_TABLE}table":
            self._within.append(name)
            if len(self._within) == 1:
                self.sheets.append(_Sheet(attributes.get(f"{_TABLE}name", "")))
                self._row_number = 0
        if len(self._within) != 1:
            return  # outside of the sheets, or in a table within a cell
        if name == f"{_TABLE}table-row":
            self._row_repeats = _repeats(attributes, "number-rows-repeated")
            self._row, self._width, self._filled_to = [], 0, 0
        elif name in _CELLS:
            self._in_cell = name == f"{_TABLE}table-cell"
            self._cell_repeats = _repeats(attributes, "number-columns-repeated")
            self._value, self._text = _value(attributes), []
        elif self._in_cell:
            self._inside(name, attributes)

    def _inside(self, name: str, attributes: Mapping[str, str]) -> None:
        if self._silent or name == f"{_OFFICE}annotation":
            self._silent += 1
        elif name == f"{_TEXT}p":
            self._in_text = True
            if self._text:
                self._text.append("\n")
        elif name == f"{_TEXT}s":
            count = attributes.get(f"{_TEXT}c", "1")
            self._text.append(" " * min(int(count[:9]) if count.isdecimal() else 1, _MOST_SPACES))
        elif name in {f"{_TEXT}tab", f"{_TEXT}line-break"}:
            self._text.append("\t" if name.endswith("tab") else "\n")

    def _characters(self, text: str) -> None:
        if self._in_text and not self._silent and len(self._within) == 1:
            self._text.append(text)

    def _end(self, name: str) -> None:
        if name == f"{_TABLE}table":
            self._within.pop()
            if not self._within and self.sheets[-1].head and self.sheets[-1].heading is None:
                self._settle(self.sheets[-1])
        elif len(self._within) != 1:
            return
        elif name in _CELLS:
            self._cell()
        elif name == f"{_TABLE}table-row":
            self._whole_row()
        elif self._silent:
            self._silent -= 1
        elif name == f"{_TEXT}p":
            self._in_text = False

    def _cell(self) -> None:
        value = self._value if self._value is not None else "".join(self._text)
        filled = value.strip() != "" if self._in_cell else False
        self._in_cell = self._in_text = False
        self._silent = 0
        if filled:
            self._filled_to = self._width + self._cell_repeats
            # Empty cells before it count only now: most rows end in thousands of them.
            room = MOST_COLUMNS + 1
            self._row += [None] * (min(self._width, room) - len(self._row))
            self._row += [value] * min(self._cell_repeats, room - len(self._row))
        self._width += self._cell_repeats

    def _whole_row(self) -> None:
        sheet, first = self.sheets[-1], self._row_number + 1
        self._row_number += self._row_repeats
        if not self._row:
            return
        if sheet.heading is not None:
            self._body(sheet, first, self._row, self._row_repeats)
            return
        cells = [cell or "" for cell in self._row]
        sheet.head.append((Row(first, cells), self._row_repeats))
        if len(sheet.head) >= LOOKED_THROUGH and (self.said is None or first >= self.said):
            self._settle(sheet)

    def _settle(self, sheet: _Sheet) -> None:
        """Find the header of a sheet, and read the rows that have come before that."""
        rows = [row for row, _ in sheet.head]
        own = sheet.title.casefold() != ACCOUNTS_SHEET
        heading = sheet.heading = find_heading(self.path, rows, self.said if own else None)
        check_width(self.path, len(heading.names))
        sheet.names = unique_names(heading.names)
        sheet.columns = [[] for _ in sheet.names]
        header, again = sheet.head[heading.last]
        below = (Row(header.number + 1, header.cells), again - 1)
        for row, repeats in (below, *sheet.head[heading.last + 1 :]):
            self._body(sheet, row.number, [cell or None for cell in row.cells], repeats)

    def _body(self, sheet: _Sheet, first: int, cells: list[str | None], repeats: int) -> None:
        row = cells[: len(sheet.names)]
        if all(cell is None for cell in row) or not repeats or sheet.heading is None:
            return
        self._left -= (repeats - 1) * len(sheet.names)
        if self._left < 0:
            raise UnreadableFile(self.path, "it unpacks to far more rows than a table of its size.")
        row += [None] * (len(sheet.names) - len(row))
        for column, cell in zip(sheet.columns, row, strict=True):
            column.extend([cell] * repeats)
        below = first - sheet.heading.row
        sheet.rows.extend(range(below, below + repeats))


def _repeats(attributes: Mapping[str, str], name: str) -> int:
    text = attributes.get(_TABLE + name, "1")
    return max(int(text[:9]), 1) if text.isdecimal() else 1


def _value(attributes: Mapping[str, str]) -> str | None:
    """A cell's typed value as text; None where it stands in the cell's text."""
    kind = attributes.get(f"{_OFFICE}value-type")
    match kind:
        case "float" | "percentage" | "currency":
            return attributes.get(f"{_OFFICE}value")
        case "date":
            day = attributes.get(f"{_OFFICE}date-value")
            return None if day is None else _MIDNIGHT.sub("", day)
        case "boolean":
            return attributes.get(f"{_OFFICE}boolean-value")
        case "string":
            return attributes.get(f"{_OFFICE}string-value")
        case _:
            return None  # times, as they are shown
