"""XLSX workbooks, read row by row: values, never formulas."""

from __future__ import annotations

import datetime as dt
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

import numpy as np
import openpyxl
import pyarrow as pa
from openpyxl.utils.exceptions import InvalidFileException

from geodata.errors import UnreadableFile
from geodata.sources.raw_table import RawTable, as_text, check_width, unique_names

_MOST_UNPACKED = 2_000_000_000
_MOST_RATIO = 300
ACCOUNTS_SHEET = "accounts"


def read_workbook(path: Path) -> RawTable:
    """The first sheet that is not `accounts`, with the sheet `accounts` beside it.

    Raises:
        UnreadableFile: damaged, encrypted, empty, a zip bomb, or too wide.
    """
    check_unpacked(path)
    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, ParseError, EOFError,
            OSError) as error:  # fmt: skip
        raise UnreadableFile(path, "it is no workbook that can be opened, or damaged.") from error
    try:
        return _tables(path, book)
    except (zipfile.BadZipFile, KeyError, ValueError, ParseError, EOFError) as error:
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


def _tables(path: Path, book: Any) -> RawTable:
    sheets = {sheet.title: sheet for sheet in book.worksheets}
    second = next((s for title, s in sheets.items() if title.casefold() == ACCOUNTS_SHEET), None)
    first = next((sheet for sheet in sheets.values() if sheet is not second), second)
    if first is None:
        raise UnreadableFile(path, "it has no sheet with a table.")
    main = _table(path, first)
    others = [t for t, sheet in sheets.items() if sheet is not first and sheet is not second]
    notes = (f"Of its sheets only {first.title!r} was read.",) if others else ()
    beside = _table(path, second) if second is not None and second is not first else None
    return RawTable(main.columns, main.rows, notes=notes, accounts=beside)


def _table(path: Path, sheet: Any) -> RawTable:
    sheet.reset_dimensions()  # what a sheet says of its size is often wrong
    rows = sheet.iter_rows(values_only=True)
    start, header = _header(path, rows)
    while header and header[-1] is None:
        header = header[:-1]
    check_width(path, len(header))
    names = unique_names([as_text(_plain(value)) or "" for value in header])
    cells: list[list[str | None]] = [[] for _ in names]
    numbers: list[int] = []
    body = sheet.iter_rows(min_row=start + 1, max_col=len(names), values_only=True)
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
    return RawTable(pa.table(columns), np.array(numbers, dtype=np.int64))


def _header(path: Path, rows: Iterator[tuple[object, ...]]) -> tuple[int, tuple[object, ...]]:
    for number, row in enumerate(rows, start=1):
        if any(value is not None for value in row):
            return number, row
    raise UnreadableFile(path, "its first sheet is empty.")


def _plain(value: object) -> object:
    """A day without its midnight; everything else as it is."""
    if isinstance(value, dt.datetime):
        midnight = value.time() == dt.time()
        return value.date().isoformat() if midnight else value.isoformat(sep=" ")
    if isinstance(value, dt.date | dt.time | dt.timedelta):
        return str(value)
    return value
