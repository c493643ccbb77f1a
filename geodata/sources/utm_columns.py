"""Eastings and northings of the UTM grid in columns of their own, with a column for the zone.

Without the zone, or without knowing which half of the Earth it is of, metres are no point: then
nothing is guessed, and the person is told what is lacking.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import pyarrow as pa

from geodata.errors import ImpossibleValue
from geodata.grid_reference import from_utm
from geodata.schema import COORDINATE_DECIMALS
from geodata.sources.codes import fold
from geodata.sources.days import NOTHING
from geodata.sources.degrees import read_degree
from geodata.sources.headers import called
from geodata.sources.raw_table import RawTable

_EAST: Final = frozenset(
    ("easting", "eastings", "utm e", "utm east", "utm easting", "easting utm", "utm x", "x utm",
     "easting m", "xutm", "utmx", "rechtswert", "este", "coord x", "x coord")
)  # fmt: skip
_NORTH: Final = frozenset(
    ("northing", "northings", "utm n", "utm north", "utm northing", "northing utm", "utm y",
     "y utm", "northing m", "yutm", "utmy", "hochwert", "norte", "coord y", "y coord")
)  # fmt: skip
_ZONE: Final = frozenset(
    ("utm zone", "zone utm", "zone", "utmzone", "grid zone", "zone number", "huso", "huso utm",
     "zona utm", "fuseau", "fuseau utm")
)  # fmt: skip
_HALF: Final = frozenset(("hemisphere", "utm hemisphere", "hemi", "zone letter", "utm letter"))
_IN_NAME: Final = re.compile(r"\b(?:utm|zone)?\s*(\d{1,2})\s?([A-Z])\b", re.IGNORECASE)
_ZONE_CELL: Final = re.compile(
    r"(?:UTM|zone)?\s*(\d{1,2})(?:\.0)?\s*(N|S|[C-X]|north|south)?", re.IGNORECASE
)
_METRES: Final = re.compile(r"\d{1,8}(?:[.,]\d+)?")


@dataclass(frozen=True)
class _Columns:
    east: str
    north: str
    zone: str | None
    half: str | None
    said: str | None
    """A zone that the names of the columns say."""


def with_utm(raw: RawTable) -> RawTable:
    """A table with latitude and longitude of its columns of metres; else as it is.

    A row of which they cannot be told says why in its cell of the latitude, which is no number.
    """
    columns = _columns(raw)
    if columns is None:
        return raw
    if columns.zone is None and columns.said is None:
        note = (
            f"{columns.east[:60]!r} and {columns.north[:60]!r} are metres of a map grid. They can "
            'be placed once a column "UTM zone" says of which zone they are, such as 37N.'
        )
        return replace(raw, notes=(*raw.notes, note))
    names = (columns.east, columns.north, columns.zone, columns.half)
    cells = [_cells(raw, name) for name in names]
    points = [_point(row, columns.said) for row in zip(*cells, strict=True)]
    table = raw.columns
    for at, name in enumerate(("latitude", "longitude")):
        table = table.append_column(name, pa.array([point[at] for point in points], pa.string()))
    note = (
        f"Latitude and longitude were read from {columns.east[:60]!r} and {columns.north[:60]!r}, "
        "metres of the UTM grid (WGS 84)."
    )
    verbatim = raw.verbatim().combine_chunks()
    return replace(raw, columns=table, records=verbatim, notes=(*raw.notes, note))


def _columns(raw: RawTable) -> _Columns | None:
    present = raw.columns.column_names
    degrees = called(present)

    def named(known: frozenset[str]) -> str | None:
        return next((name for name in present if _bare(name) in known), None)

    zone, half = named(_ZONE), named(_HALF)
    if "latitude" not in degrees and "longitude" not in degrees:
        east, north = named(_EAST), named(_NORTH)
    elif zone is not None:
        east, north = _axes_of_metres(raw, degrees)
    else:
        return None
    if east is None or north is None:
        return None
    told = [m for name in (east, north) if (m := _IN_NAME.search(name)) is not None]
    said = f"{told[0][1]}{told[0][2]}" if told else None
    return _Columns(east, north, zone, half, said)


def _bare(name: str) -> str:
    """A column's name without a unit, a zone or a datum behind it."""
    text = re.sub(r"[(\[].*?[)\]]", " ", fold(name))
    return " ".join(re.sub(r"\b(\d{1,2} ?[a-z]|wgs ?84)\b", " ", text).split())


def _axes_of_metres(raw: RawTable, names: Mapping[str, str]) -> tuple[str | None, str | None]:
    """Columns that are named as degrees are, x and y, and hold what no degree can be."""
    east, north = names.get("longitude"), names.get("latitude")
    own = {"latitude", "longitude"} & {name.casefold() for name in raw.columns.column_names}
    if east is None or north is None or own:
        return None, None
    values = [read_degree(cell).value for cell in _cells(raw, east)[:200] if cell]
    known = [value for value in values if value is not None]
    return (east, north) if known and min(known) > 1_000 else (None, None)


def _cells(raw: RawTable, name: str | None) -> Sequence[str]:
    if name is None:
        return [""] * raw.columns.num_rows
    return [(cell or "").strip() for cell in raw.columns.column(name).to_pylist()]


def _point(row: tuple[str, ...], said: str | None) -> tuple[str | None, str | None]:
    east, north, zone, half = row
    if east.casefold() in NOTHING and north.casefold() in NOTHING:
        return None, None
    whole = f"UTM {zone or said or '?'} {half} {east or '?'} {north or '?'}".replace("  ", " ")
    found = _ZONE_CELL.fullmatch(zone or said or "")
    own = found[2] if found else None
    letter = (own or half)[:1].upper()
    if found is None or not letter or not (_METRES.fullmatch(east) and _METRES.fullmatch(north)):
        return whole, None
    try:
        metres = (float(cell.replace(",", ".")) for cell in (east, north))
        point = from_utm(int(found[1]), letter, *metres, of_half=own is None)
    except ImpossibleValue:
        return whole, None
    latitude, longitude = (f"{degrees:.{COORDINATE_DECIMALS}f}" for degrees in point)
    return latitude, longitude
