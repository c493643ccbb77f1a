"""Points that stand in one cell: "33.5, 38.66", as people copy them from a map or a form.

Latitude comes first, as on maps of the web; well-known text ("POINT (38.66 33.5)") has it last.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

import pyarrow as pa

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
    both = next((name for name in raw.columns.column_names if fold(name) in _NAMES), None)
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


def _apart(cell: str) -> tuple[str | None, str | None]:
    text = cell.strip()
    if text.casefold() in NOTHING:
        return None, None
    if len(text) <= _LONGEST:
        for pattern in _PATTERNS:
            if found := pattern.fullmatch(text):
                return found["lat"].strip(), found["lon"].strip()
    return text, None
