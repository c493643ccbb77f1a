"""GeoPackage: the rows of one table of features, with the table `accounts` beside it.

Read through SQLite with everything but reading forbidden (`guarded_sqlite`), not through GDAL: see
the list of libraries in the architecture. Coordinates in columns of the table win over its
geometry, so that a file of ours comes back as it was; a line or an area is held as a point with a
radius (`shapes`). WGS 84, its UTM zones and Web Mercator are read.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa

from geodata.errors import UnreadableFile
from geodata.guarded_sqlite import GuardedFile, quoted
from geodata.layers.geopackage import FeatureTable, feature_tables
from geodata.sources.raw_table import RawTable, as_text, check_width, unique_names
from geodata.sources.shapes import place_of
from geodata.sources.workbook import ACCOUNTS_SHEET

_SECONDS: Final = 120.0
_MOST_VALUE: Final = 50_000_000
_ROWS_AT_ONCE: Final = 5_000
_LEAST_ROW: Final = 4
"""Bytes that a row of a table takes in the file at least; a view may give rows without end."""
_MOST_GROWTH: Final = 20
_OWN_TABLE: Final = "incidents"


def read_geopackage(path: Path) -> RawTable:
    """The table `incidents`, else the first one of features, and the table `accounts`.

    Raises:
        UnreadableFile: damaged, without features, in another reference system, or too wide.
    """
    with closing(GuardedFile(path, "GeoPackage", _MOST_VALUE)) as file:
        texts = _Texts()
        with file.asking(_SECONDS) as asked:
            asked.text_factory = texts.read
            tables = {table.name: table for table in feature_tables(path, asked)}
            beside = asked.execute(_ATTRIBUTES, (ACCOUNTS_SHEET,)).fetchone()
        chosen = tables.get(_OWN_TABLE, next(iter(tables.values())))
        with file.asking(_SECONDS) as asked:
            main = _table(path, asked, chosen.name, chosen)
        accounts = None
        if beside is not None:
            with file.asking(_SECONDS) as asked:
                accounts = _table(path, asked, str(beside[0]), None)
    notes: tuple[str, ...]
    notes = (f"Of its tables only {chosen.name[:60]!r} was read.",) if len(tables) > 1 else ()
    notes += (_NOT_UTF_8,) if texts.otherwise else ()
    return RawTable(main.columns, main.rows, notes=notes, accounts=accounts)


class _Texts:
    """Texts as a GeoPackage has to write them, else as old programs on Windows did.

    Attributes:
        otherwise: there was one that is not UTF-8.
    """

    otherwise = False

    def read(self, content: bytes) -> str:
        try:
            return content.decode("utf-8")
        except UnicodeDecodeError:
            self.otherwise = True
            return content.decode("cp1252", "replace")


_NOT_UTF_8: Final = "Some of its texts are not UTF-8; these were read as Windows-1252."
_ATTRIBUTES: Final = (
    "select table_name from gpkg_contents where data_type = 'attributes' and lower(table_name) = ?"
)


def _table(
    path: Path, asked: sqlite3.Connection, name: str, features: FeatureTable | None
) -> RawTable:
    rows = asked.execute(f"select * from {quoted(name)}")  # noqa: S608 - quoted, read-only
    header = [str(column[0]) for column in rows.description]
    check_width(path, len(header))
    cells: list[list[str | None]] = [[] for _ in header]
    places: list[dict[str, object]] = []
    # SQLite takes names in any case of letters, and so may the two tables of a GeoPackage.
    folded = [name.casefold() for name in header]
    own = features.column.casefold() if features else None
    shape = folded.index(own) if own in folded else None
    for block in _blocks(path, name, rows):
        for at, values in enumerate(zip(*block, strict=True)):
            if at == shape:
                places += _places(features, header, block, shape)
            cells[at].extend(None if isinstance(v, bytes) else as_text(v) for v in values)
    count = len(cells[0]) if cells else 0
    columns = dict(zip(unique_names(header), cells, strict=True))
    if shape is not None:
        del columns[list(columns)[shape]]
        _fill_in(columns, places)
    table = pa.table({column: pa.array(own, pa.string()) for column, own in columns.items()})
    return RawTable(table, np.arange(1, count + 1, dtype=np.int64))


def _blocks(path: Path, name: str, rows: sqlite3.Cursor) -> Iterator[list[tuple[object, ...]]]:
    """The rows some at a time, no more of them and no longer than the file can hold."""
    size = path.stat().st_size
    left, room = size // _LEAST_ROW, _MOST_GROWTH * size
    while block := rows.fetchmany(_ROWS_AT_ONCE):
        left -= len(block)
        room -= sum(len(v) for row in block for v in row if isinstance(v, str | bytes))
        if min(left, room) < 0:
            raise UnreadableFile(
                path, f"its table {name[:60]!r} holds far more than a file of its size can."
            )
        yield block


def _places(
    features: FeatureTable | None, header: list[str], block: list[tuple[object, ...]], shape: int
) -> list[dict[str, object]]:
    """What the shape of each row says that the row does not."""
    assert features is not None  # noqa: S101 - a shape is a feature's
    own = [*header[:shape], *header[shape + 1 :]]
    return [
        place_of(
            features.shape(row[shape]),
            dict(zip(own, (*row[:shape], *row[shape + 1 :]), strict=True)),
        )
        for row in block
    ]


def _fill_in(columns: dict[str, list[str | None]], places: list[dict[str, object]]) -> None:
    """Put what the shapes say where the table has an empty cell, or no such column."""
    for name in dict.fromkeys(name for place in places for name in place):
        told = [as_text(place.get(name)) for place in places]
        own = columns.get(name, [None] * len(told))
        columns[name] = [b if a is None else a for a, b in zip(own, told, strict=True)]
