"""GeoPackage 1.x: the feature tables of an SQLite file."""

from __future__ import annotations

import re
import sqlite3
import struct
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from geodata.errors import UnreadableFile
from geodata.grid_reference import from_utm
from geodata.guarded_sqlite import GuardedFile, quoted
from geodata.layers.geojson import Raw
from geodata.layers.geometry import from_mercator
from geodata.layers.wkb import Point, shape_of

_SECONDS: Final = 20.0
_MOST_BYTES: Final = 50_000_000
_MOST_ROWS: Final = 200_000
_TABLES: Final = """
    select g.table_name, g.column_name, s.organization, s.organization_coordsys_id
    from gpkg_geometry_columns g
    join gpkg_contents c on c.table_name = g.table_name and c.data_type = 'features'
    left join gpkg_spatial_ref_sys s on s.srs_id = g.srs_id
    order by g.table_name
"""
_SYSTEMS: Final[dict[str, Callable[[float, float], Point]]] = {
    "EPSG:4326": lambda x, y: (x, y),
    "OGC:CRS84": lambda x, y: (x, y),
    "EPSG:3857": from_mercator,
}
_UTM: Final = re.compile(r"EPSG:32([67])(\d\d)")
"""WGS 84 in UTM, north and south."""
# Bytes of the box before the geometry, by the code in the flags.
_BOXES: Final = {0: 0, 1: 32, 2: 48, 3: 48, 4: 64}


def read(path: Path) -> Iterator[Raw]:
    """The features of all feature tables, table by table.

    Raises:
        UnreadableFile: it is damaged, has no features, or another reference system.
    """
    with closing(GuardedFile(path, "GeoPackage", _MOST_BYTES)) as file:
        with file.asking(_SECONDS) as asked:
            tables = feature_tables(path, asked)
        for table in tables:
            with file.asking(_SECONDS) as asked:
                rows = _rows(path, asked, table.name)
            yield from ((table.shape(row.pop(table.column, None)), row) for row in rows)


@dataclass(frozen=True)
class FeatureTable:
    """A table of features.

    Attributes:
        name: of the table.
        column: of its geometry.
        to_degrees: makes longitude and latitude of its x and y.
    """

    name: str
    column: str
    to_degrees: Callable[[float, float], Point]

    def shape(self, content: object) -> object:
        """A cell of the geometry as GeoJSON has it; None where it is empty.

        One that cannot be read becomes an object whose `type` is the reason.
        """
        if not isinstance(content, bytes):
            return None
        try:
            return shape_of(_geometry(content), self.to_degrees)
        except ValueError as error:
            return {"type": str(error)}


def feature_tables(path: Path, asked: sqlite3.Connection) -> list[FeatureTable]:
    """The tables of features in a GeoPackage, by name.

    Raises:
        UnreadableFile: there is none, or one has another reference system.
    """
    found = []
    for table, column, organization, number in asked.execute(_TABLES).fetchmany(1000):
        system = f"{organization}:{number}".upper()
        to_degrees = _SYSTEMS.get(system) or _of_zone(system)
        if to_degrees is None:
            raise UnreadableFile(
                path,
                f"its table {str(table)[:60]!r} is in {system[:40]}; save it in WGS 84 "
                "(EPSG:4326).",
            )
        found.append(FeatureTable(str(table), str(column), to_degrees))
    if not found:
        raise UnreadableFile(path, "has no table of features.")
    return found


def _of_zone(system: str) -> Callable[[float, float], Point] | None:
    """What makes degrees of the metres of a UTM zone of WGS 84; None for any other system."""
    found = _UTM.fullmatch(system)
    if found is None or not 1 <= int(found[2]) <= 60:
        return None
    letter, zone = "N" if found[1] == "6" else "S", int(found[2])

    def to_degrees(x: float, y: float) -> Point:
        latitude, longitude = from_utm(zone, letter, x, y, of_half=True)
        return longitude, latitude

    return to_degrees


def _rows(path: Path, asked: sqlite3.Connection, table: str) -> list[dict[str, object]]:
    rows = asked.execute(f"select * from {quoted(table)}")  # noqa: S608 — quoted, read-only
    names = [column[0] for column in rows.description]
    found: list[dict[str, object]] = []
    left = 2 * _MOST_BYTES  # a view may give far more than the file holds
    for row in rows:
        left -= sum(len(value) for value in row if isinstance(value, str | bytes))
        if left < 0 or len(found) == _MOST_ROWS:
            raise UnreadableFile(
                path, f"its table {table[:60]!r} holds more than can be read; save a part of it."
            )
        found.append(dict(zip(names, row, strict=True)))
    return found


def _geometry(content: bytes) -> bytes:
    """The well-known binary behind a GeoPackage's own head."""
    if content[:2] != b"GP" or len(content) < 8:
        raise ValueError("its geometry is none")
    (flags,) = struct.unpack_from("B", content, 3)
    box = _BOXES.get(flags >> 1 & 7)
    if box is None:
        raise ValueError("its geometry is none")
    return content[8 + box :]
