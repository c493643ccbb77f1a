"""Places learned from rows that carried coordinates: what one data set knows, another may ask."""

from __future__ import annotations

import re
from typing import Any, Final

import numpy as np
import pandas as pd

from geodata.gazetteer import names
from geodata.gazetteer.admin import admin1_match, lies_in
from geodata.gazetteer.countries import country_code
from geodata.gazetteer.phrases import readings, split_feature
from geodata.gazetteer.places import distance_km

EXACT_ENOUGH: Final = frozenset(("exact", "site", "street", "neighbourhood", "town"))
"""Precisions whose point says where a named place is; `near` and units do not."""
_OF_PLACES: Final = frozenset(("", "settlement", "site"))
"""Roles of feature words whose name is the place's own: "X governorate" does not teach X."""
_OF_PARTS: Final = frozenset(("part", "street", "area"))
"""Roles of feature words that belong to the name: "X prison" teaches where X prison is, not X."""
_OF_SURROUNDINGS: Final = frozenset(("part", "street", "area", "near"))
_OF_SETTLEMENTS: Final = frozenset(("settlement",))
_CONTAINERS: Final = re.compile(r"\s*[,،]")
"""What stands between a place and what contains it: "Babis, Aleppo" teaches Babis."""
_BOTH_NAMES: Final = re.compile(r"\s*[/(]\s*")
LARGEST_SPREAD_KM: Final = 10.0
"""Rows of one name and province farther apart than this are several places, or centroids."""

COLUMNS: Final = (
    "name", "country", "admin1", "latitude", "longitude", "precision", "radius_km", "count",
    "spread_km",
)  # fmt: skip


def learned_places(incidents: pd.DataFrame) -> pd.DataFrame:
    """The places that a table's own coordinates teach.

    Args:
        incidents: canonical columns; rows are used where they have a place name, a country, both
            coordinates and a precision of `EXACT_ENOUGH`, and were not placed by a gazetteer
            (`location_method` null or starting with "source").

    Returns:
        One row for each name, country and province: columns `COLUMNS`, the median point (WGS 84),
        the number of rows and their greatest distance from it in kilometres. Names whose rows lie
        more than `LARGEST_SPREAD_KM` apart are left out. Sorted by country and name. Hand it to
        `Gazetteer.open(learned=…)`.
    """
    groups: dict[tuple[str, str, str], list[dict[Any, Any]]] = {}
    rows: list[dict[Any, Any]] = _usable(incidents).to_dict("records")
    for row in rows:
        country = (country_code(row["country"]) if isinstance(row["country"], str) else "") or ""
        taught = _taught_name(row["place_name"])
        admin1 = row["admin1"] if isinstance(row["admin1"], str) else ""
        match = admin1_match(admin1, country) if country else None
        key = (country, match.name if match else names.folded(admin1), names.folded(taught))
        if country and key[2] and not _contradicts(row, country):
            groups.setdefault(key, []).append({**row, "place_name": taught, "admin1": admin1})
    learned = [_place(country, group) for (country, _, _), group in groups.items()]
    kept = [place for place in learned if place["spread_km"] <= LARGEST_SPREAD_KM]
    return pd.DataFrame(kept, columns=list(COLUMNS)).sort_values(
        ["country", "name", "admin1"], ignore_index=True
    )


def checked_places(table: pd.DataFrame) -> pd.DataFrame:
    """A table of learned places without the rows that teach nothing.

    Args:
        table: columns `name, country, latitude, longitude` and, where known, `admin1, spread_km,
            precision, radius_km`; a store's learned places are such a table.

    Returns:
        Rows whose spread is at most `LARGEST_SPREAD_KM`, whose name is a place's own and whose
        point lies in the stated province; `name` without feature words, `aliases` with them and,
        of a name such as `X/Y`, each of both.
    """
    kept = []
    rows: list[dict[Any, Any]] = table.to_dict("records")
    for row in rows:
        name, country = row.get("name"), row.get("country")
        country = country_code(country) if isinstance(country, str) else None
        if not isinstance(name, str) or country is None:
            continue
        taught = _taught_name(name)
        spread = row.get("spread_km")
        wide = isinstance(spread, float) and spread > LARGEST_SPREAD_KM
        if not taught or wide or _contradicts(row, country):
            continue
        kept.append({**row, "name": taught, "aliases": _aliases(name, taught), "country": country})
    return pd.DataFrame(kept, columns=[*table.columns, "aliases"])


def _taught_name(name: str) -> str:
    """The name under which a row's point is learned; "" where it says nothing of a place."""
    name = _CONTAINERS.split(name, maxsplit=1)[0].strip()
    bare, role = split_feature(name)
    if role in _OF_PLACES:
        return bare
    return name if role in _OF_PARTS and bare else ""


def _aliases(name: str, taught: str) -> str:
    """Other spellings of a taught place: as written, and both of "Abu Rasin/Zarkan".

    So too of "Izz ad-Din (Ezzeddin)", and of "As Suwar town/Sur" without the word; but a dam on the
    Euphrates is not the Euphrates, nor is "Euphrates/river near Kobane".
    """
    pieces = [piece.strip(" )") for piece in _BOTH_NAMES.split(taught)]
    if any(reading.role in _OF_SURROUNDINGS for piece in pieces for reading in readings(piece)):
        pieces = []
    own = [split_feature(piece, _OF_SETTLEMENTS)[0] for piece in pieces] if len(pieces) > 1 else []
    return " | ".join(dict.fromkeys([name, *(piece for piece in own if piece)]))


def _contradicts(row: dict[Any, Any], country: str) -> bool:
    """Whether a row's coordinates are missing, or lie outside its province."""
    latitude, longitude, admin1 = (row.get(c) for c in ("latitude", "longitude", "admin1"))
    if not isinstance(latitude, float) or not isinstance(longitude, float):
        return True
    match = admin1_match(admin1, country) if isinstance(admin1, str) else None
    return match is not None and not lies_in(match, country, "", latitude, longitude)


def _usable(incidents: pd.DataFrame) -> pd.DataFrame:
    wanted = ["place_name", "country", "admin1", "latitude", "longitude", "location_precision"]
    frame = pd.DataFrame(
        {
            c: incidents[c].tolist() if c in incidents.columns else [None] * len(incidents)
            for c in [*wanted, "location_method"]
        }
    )
    method = frame["location_method"]
    own = method.isna() | method.astype(str).str.startswith("source")
    said = frame[["place_name", "country", "latitude", "longitude"]].notna().all(axis=1)
    return frame[said & own & frame["location_precision"].isin(EXACT_ENOUGH)]


def _place(country: str, rows: list[dict[Any, Any]]) -> dict[str, Any]:
    """One learned place: the median point of its rows, how many, and how far apart."""
    latitude = float(np.median([row["latitude"] for row in rows]))
    longitude = float(np.median([row["longitude"] for row in rows]))
    spread = max(distance_km(latitude, longitude, r["latitude"], r["longitude"]) for r in rows)
    first = rows[0]
    return {
        "name": first["place_name"],
        "country": country,
        "admin1": first["admin1"] or None,
        "latitude": round(latitude, 6),
        "longitude": round(longitude, 6),
        "precision": "town",
        "radius_km": round(max(3.0, spread), 1),
        "count": len(rows),
        "spread_km": round(spread, 2),
    }
