"""Points that stand in one cell: "33.5, 38.66", as people copy them from a map or a form.

Latitude comes first, as on maps of the web; well-known text ("POINT (38.66 33.5)") has it last.
Military grid references ("37S DT 68958 07046") and metres of a UTM zone ("37S 468958 3707046") are
read too: in a column of such a name, or in one in which every cell is a whole grid reference.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

import pyarrow as pa

from geodata.errors import ImpossibleValue
from geodata.grid_reference import SHAPE, UTM_SHAPE, read_grid_reference, read_utm
from geodata.schema import COORDINATE_DECIMALS
from geodata.sources.codes import fold
from geodata.sources.days import NOTHING
from geodata.sources.distinct import Distinct
from geodata.sources.headers import called
from geodata.sources.raw_table import RawTable

_NAMES: Final = frozenset(
    ("coordinates", "coordinate", "coords", "gps", "gps coordinates", "geo coordinates", "lat lon",
     "lat long", "lat lng", "latlon", "latlong", "latlng", "lat/lon", "lat/long", "lat, lon",
     "lat,lon", "lat, long", "geopoint", "geolocation", "point", "wkt", "coordonnées",
     "coordenadas", "koordinaten", "координаты", "координати", "الإحداثيات", "احداثيات")
)  # fmt: skip
_GRID_NAMES: Final = frozenset(
    ("mgrs", "mgrs coordinates", "mgrs coordinate", "mgrs grid", "mgrs reference", "usng", "utmref",
     "grid", "grid ref", "grid reference", "grid coordinates", "military grid",
     "military grid reference", "utm", "utm coordinates", "utm wgs84", "coordonnées mgrs",
     "coordenadas mgrs", "coordenadas utm", "coordonnées utm", "utm koordinaten")
)  # fmt: skip
_TRIED: Final = 200
"""Cells by which a column is told that its name does not tell of."""
_NUMBER: Final = r"[+-]?\d{1,3}(?:\.\d+)?"
_COMMA_NUMBER: Final = r"[+-]?\d{1,3},\d+"
_PATTERNS: Final = (
    re.compile(rf"(?P<lat>{_COMMA_NUMBER})\s*[;\s]\s*(?P<lon>{_COMMA_NUMBER})"),
    # A form's point goes on with height and accuracy.
    re.compile(
        rf"[(\[]?\s*(?P<lat>{_NUMBER})\s*[,;/\s]\s*(?P<lon>{_NUMBER})\s*[)\]]?(?:\s[-+.\d\s]*)?"
    ),
    re.compile(
        rf"(?:SRID=4326;)?POINT\s*Z?\s*\(\s*(?P<lon>{_NUMBER})\s+(?P<lat>{_NUMBER})[^()]*\)",
        re.IGNORECASE,
    ),
    re.compile(r"(?P<lat>[^NSEW]+[NS])[,;/\s]*(?P<lon>[^NSEW]+[EW])", re.IGNORECASE),
    re.compile(r"(?P<lat>[NS][^NSEW]+?)[,;/\s]*(?P<lon>[EW][^NSEW]+)", re.IGNORECASE),
)
_LONGEST: Final = 120


def with_points(raw: RawTable) -> RawTable:
    """A table with latitude and longitude of the column that holds both; else as it is.

    A cell that cannot be taken apart is left to be told as no latitude.
    """
    if {"latitude", "longitude"} & set(called(raw.columns.column_names)):
        return raw
    both = _column_of_points(raw)
    if both is None:
        return raw
    cells = raw.columns.column(both).combine_chunks()
    pairs = Distinct.of(cells, lambda texts: [_apart(text) for text in texts])
    if not any(lon is not None for _, lon in pairs.readings):
        return raw
    columns = raw.columns
    for at, name in enumerate(("latitude", "longitude")):
        told = pa.array([pair[at] for pair in pairs.readings], pa.string()).take(pairs.indices)
        columns = columns.append_column(name, told)
    note = f"Latitude and longitude were read from {both[:60]!r}."
    verbatim = raw.verbatim().combine_chunks()
    return replace(raw, columns=columns, records=verbatim, notes=(*raw.notes, note))


def _column_of_points(raw: RawTable) -> str | None:
    names: list[str] = raw.columns.column_names
    for known in (_NAMES, _GRID_NAMES):
        if (named := next((name for name in names if fold(name) in known), None)) is not None:
            return named
    return next((name for name in names if _holds_references(raw, name)), None)


def _holds_references(raw: RawTable, name: str) -> bool:
    """Whether every cell looks like a whole grid reference, as hardly anything else does."""
    cells = raw.columns.column(name).slice(0, _TRIED).to_pylist()
    told = [cell.strip() for cell in cells if cell and cell.strip()]
    return bool(told) and all(_of_grid(cell) is not None for cell in told)


def _of_grid(cell: str) -> tuple[str, str] | None:
    """Latitude and longitude of a grid reference or of metres of a UTM zone."""
    try:
        if SHAPE.fullmatch(cell):
            point = read_grid_reference(cell)
        elif UTM_SHAPE.fullmatch(cell):
            point = read_utm(cell)
        else:
            return None
    except ImpossibleValue:
        return None
    latitude, longitude = (f"{degrees:.{COORDINATE_DECIMALS}f}" for degrees in point)
    return latitude, longitude


def _apart(cell: str) -> tuple[str | None, str | None]:
    text = cell.strip()
    if text.casefold() in NOTHING:
        return None, None
    if len(text) <= _LONGEST:
        if (point := _of_grid(text)) is not None:
            return point
        for pattern in _PATTERNS:
            if found := pattern.fullmatch(text):
                return found["lat"].strip(), found["lon"].strip()
    return text, None
