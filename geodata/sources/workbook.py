"""XLSX workbooks, read row by row: values, never formulas."""

from __future__ import annotations

import datetime as dt
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

import numpy as np
import openpyxl
import pyarrow as pa
from openpyxl.utils.exceptions import InvalidFileException

from geodata.errors import UnreadableFile
from geodata.sources.heading import LAST_HEADER_ROW, LOOKED_THROUGH, Row, find_heading, recognised
from geodata.sources.raw_table import MOST_COLUMNS, RawTable, as_text, check_width, unique_names
from geodata.zip_faults import ZIP_FAULTS

_MOST_UNPACKED = 2_000_000_000
_MOST_RATIO = 300
ACCOUNTS_SHEET = "accounts"
_MOST_TOLD = 3


def read_workbook(path: Path, header_row: int | None = None) -> RawTable:
    """The first sheet with a table of incidents, with the sheet `accounts` beside it.

    Args:
        path: the file.
        header_row: in which row of the sheet the header stands; None looks for it.

    Raises:
        UnreadableFile: damaged, encrypted, empty, a zip bomb, or too wide.
    """
    check_unpacked(path)
    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    except (*ZIP_FAULTS, InvalidFileException, ParseError) as error:
        raise UnreadableFile(path, "it is no workbook that can be opened, or damaged.") from error
    try:
        return _tables(path, book, header_row)
    except UnreadableFile:
        raise
    except (*ZIP_FAULTS, ParseError) as error:
        raise UnreadableFile(path, "one of its sheets is damaged.") from error
    finally:
        book.close()


def check_unpacked(path: Path) -> None:
    """Refuse a packed workbook that would fill the memory.

    Raises:
        UnreadableFile: it is no zip file, or unpacks to far more than it should.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, OSError) as error:
        raise UnreadableFile(path, "it is no workbook, or it is cut off.") from error
    unpacked = sum(member.file_size for member in members)
    packed = max(sum(member.compress_size for member in members), 1)
    if unpacked > _MOST_UNPACKED or (unpacked > 10_000_000 and unpacked / packed > _MOST_RATIO):
        raise UnreadableFile(
            path, f"it unpacks to {unpacked / 1e6:,.0f} MB, far more than a table of its size."
        )


def _tables(path: Path, book: Any, said: int | None) -> RawTable:
    sheets = {sheet.title: sheet for sheet in book.worksheets}
    second = next((s for title, s in sheets.items() if title.casefold() == ACCOUNTS_SHEET), None)
    heads = {
        title: rows
        for title, sheet in sheets.items()
        if sheet is not second and (rows := _first_rows(sheet, said))
    }
    title = chosen_sheet(path, heads)
    first = second if title is None else sheets[title]
    if first is None:
        raise UnreadableFile(path, "its first sheet is empty.")
    main = _table(path, first, said, heads.get(title or ""))
    notes = (*sheet_notes(path, heads, title), *main.notes)
    beside = _table(path, second) if second is not None and second is not first else None
    return replace(main, notes=notes, accounts=beside)


def chosen_sheet(path: Path, heads: Mapping[str, Sequence[Row]]) -> str | None:
    """The sheet to read of those that hold anything: the first whose header says when or where.

    None where there is none; the first where none does.
    """
    for title, rows in heads.items():
        if len(rows) > 1 and recognised(find_heading(path, rows).names) > 1:
            return title
    return next(iter(heads), None)


def sheet_notes(
    path: Path, heads: Mapping[str, Sequence[Row]], chosen: str | None
) -> tuple[str, ...]:
    """What was not read of a workbook's sheets, in sentences."""
    others = {title: rows for title, rows in heads.items() if title != chosen}
    if chosen is None or not others:
        return ()
    told = [f"Of its sheets only {chosen[:60]!r} was read."]
    more = [
        title for title, rows in others.items()
        if len(rows) > 1 and recognised(find_heading(path, rows).names) > 1
    ]  # fmt: skip
    if more:
        named = ", ".join(repr(title[:60]) for title in more[:_MOST_TOLD])
        told.append(
            f"Of the others {named} may hold incidents too: save each as a file of its own, and "
            "import that."
        )
    return tuple(told)


def _first_rows(sheet: Any, said: int | None) -> list[Row]:
    sheet.reset_dimensions()  # what a sheet says of its size is often wrong
    rows: list[Row] = []
    for number, values in enumerate(sheet.iter_rows(values_only=True), start=1):
        most = LOOKED_THROUGH if number <= LAST_HEADER_ROW else 1
        if len(rows) >= most and (said is None or number > said):
            break
        if any(value is not None for value in values):
            cells = [as_text(_plain(value)) or "" for value in values[: MOST_COLUMNS + 1]]
            rows.append(Row(number, cells))
    return rows


def _table(
    path: Path, sheet: Any, said: int | None = None, known: Sequence[Row] | None = None
) -> RawTable:
    rows = known or _first_rows(sheet, said)
    if not rows:
        raise UnreadableFile(path, "its first sheet is empty.")
    heading = find_heading(path, rows, said)
    header = heading.names
    while header and not header[-1]:
        header = header[:-1]
    check_width(path, len(header))
    names = unique_names(header)
    cells: list[list[str | None]] = [[] for _ in names]
    numbers: list[int] = []
    body = sheet.iter_rows(min_row=heading.row + 1, max_col=len(names), values_only=True)
    for number, row in enumerate(body, start=1):
        if any(value is not None for value in row):
            numbers.append(number)
            for column, value in zip(cells, row, strict=False):
                column.append(as_text(_plain(value)))
            for column in cells[len(row) :]:
                column.append(None)
    columns = {
        name: pa.array(column, pa.string()) for name, column in zip(names, cells, strict=True)
    }
    return RawTable(
        pa.table(columns), np.array(numbers, dtype=np.int64), notes=heading.notes,
        header_row=heading.row,
    )  # fmt: skip


def _plain(value: object) -> object:
    """A day without its midnight; everything else as it is."""
    if isinstance(value, dt.datetime):
        midnight = value.time() == dt.time()
        return value.date().isoformat() if midnight else value.isoformat(sep=" ")
    if isinstance(value, dt.date | dt.time | dt.timedelta):
        return str(value)
    return value
