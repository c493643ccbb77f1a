"""A table as its file holds it: every cell as text, nothing guessed, nothing dropped."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from geodata.errors import UnreadableFile

MOST_COLUMNS = 2000
"""A wider table is refused: no incident data has so many columns, a hostile file may."""


_RECORDS_AT_ONCE = 20_000


@dataclass(frozen=True, slots=True)
class BrokenRow:
    """A row whose cells do not fit the header.

    Attributes:
        row: 1-based, the header not counted.
        reason: why it cannot be used, as a sentence.
        text: the row as it stands in the file.
    """

    row: int
    reason: str
    text: str


@dataclass(frozen=True)
class RawTable:
    """One table of a file.

    Attributes:
        columns: Arrow table of text columns, named as in the header, names made unique.
        rows: int64, the 1-based number of each row in its file, the header not counted.
        broken: rows that do not fit the header, and are not in `columns`.
        records: each row as the JSON text of its file, where the file is JSON; None makes it
            from the cells.
        notes: what a person should know of how the file was read.
        accounts: the sheet `accounts` of a workbook, or None.
        protected: text that a spreadsheet would run carries an apostrophe in front (CSV).
        header_row: the row of the file, as a spreadsheet numbers them, in which the header stands;
            None where the format has no rows above its rows.
    """

    columns: pa.Table
    rows: npt.NDArray[np.int64]
    broken: tuple[BrokenRow, ...] = ()
    records: pa.StringArray | None = None
    notes: tuple[str, ...] = ()
    accounts: RawTable | None = field(default=None)
    protected: bool = False
    header_row: int | None = None

    @property
    def count(self) -> int:
        """All rows of the file: the usable and the broken."""
        return len(self.rows) + len(self.broken)

    def only(self, rows: npt.NDArray[np.bool_]) -> RawTable:
        """The same table with some of its usable rows, and without the broken ones."""
        mask = pa.array(rows)
        records = None if self.records is None else self.records.filter(mask)
        return replace(
            self,
            columns=self.columns.filter(mask),
            rows=self.rows[rows],
            broken=(),
            records=records,
        )

    def verbatim(self) -> pa.ChunkedArray:
        """Every usable row as the JSON text of an object of its cells."""
        if self.records is not None:
            return pa.chunked_array([self.records])
        if not self.columns.num_rows:
            return pa.chunked_array([], pa.string())
        alias = "record"
        while alias in {name.casefold() for name in self.columns.column_names}:
            alias += "_"  # a column of that name would be taken for the row
        with duckdb.connect() as connection:
            connection.register(alias, self.columns)
            # The query's text is fixed but for the alias, which is made here. Read as a stream:
            # all of a large file's records at once would stand in memory twice.
            query = f"SELECT to_json({alias})::VARCHAR AS raw FROM {alias}"  # noqa: S608 - see above
            stream = connection.execute(query).to_arrow_reader(_RECORDS_AT_ONCE)
            return stream.read_all().column("raw")


def unique_names(header: Sequence[str]) -> list[str]:
    """Column names without repeats or gaps: "a", "a" becomes "a", "a (2)"; "" becomes "column 3".

    Names that differ in case alone count as repeats: the verbatim record keeps them apart.
    """
    names: list[str] = []
    taken: set[str] = set()
    for position, name in enumerate(header, start=1):
        stem = name.strip().strip("\ufeff").strip() or f"column {position}"
        unique, repeat = stem, 1
        while unique.casefold() in taken:
            repeat += 1
            unique = f"{stem} ({repeat})"
        taken.add(unique.casefold())
        names.append(unique)
    return names


def check_width(path: Path, width: int) -> None:
    """Refuse a table that is too wide.

    Raises:
        UnreadableFile: more than `MOST_COLUMNS` columns.
    """
    if width > MOST_COLUMNS:
        raise UnreadableFile(
            path, f"it has {width:,} columns; at most {MOST_COLUMNS:,} are read. Is it a table?"
        )


def from_records(
    path: Path,
    records: Iterable[tuple[int, Mapping[str, object], str]],
    *,
    broken: tuple[BrokenRow, ...] = (),
    notes: tuple[str, ...] = (),
) -> RawTable:
    """A table of JSON objects: (row number, object, its JSON text).

    Nested values become JSON text in their cell, so that nothing is lost on the way.
    """
    numbers: list[int] = []
    texts: list[str] = []
    cells: dict[str, list[str | None]] = {}
    for number, record, text in records:
        for name, value in record.items():
            column = cells.get(name)
            if column is None:
                column = cells[name] = []
                check_width(path, len(cells))
            column.extend([None] * (len(numbers) - len(column)))
            column.append(as_text(value))
        numbers.append(number)
        texts.append(text)
    for column in cells.values():
        column.extend([None] * (len(numbers) - len(column)))
    arrays = [pa.array(column, pa.string()) for column in cells.values()]
    table = pa.table(dict(zip(unique_names(list(cells)), arrays, strict=True)))
    return RawTable(
        table,
        np.array(numbers, dtype=np.int64),
        broken=broken,
        records=pa.array(texts, pa.string()),
        notes=notes,
    )


def as_text(value: object) -> str | None:
    """A JSON value as the text of a cell; None for null."""
    match value:
        case None:
            return None
        case str():
            return value.encode("utf-8", "replace").decode()  # lone surrogates cannot be stored
        case bool():
            return "true" if value else "false"
        case int() | float():
            return _number_text(value)
        case _:
            return json.dumps(value, ensure_ascii=False).encode("utf-8", "replace").decode()


def _number_text(value: float) -> str:
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    try:
        return repr(value)
    except ValueError:  # Python refuses to print an integer of thousands of digits
        return "a number too long to print"


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file's bytes, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
