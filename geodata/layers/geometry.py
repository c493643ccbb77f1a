"""Shapes from files, checked: degrees that can be, and not more of them than a map can draw."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from geodata.errors import AttentionNeeded

MOST_POINTS: Final = 200_000
"""Points of one shape."""
_DECIMALS: Final = 6
_NUMBERS: Final = frozenset({int, float})
_DEPTHS: Final[Mapping[str, int]] = {
    "Point": 0, "MultiPoint": 1, "LineString": 1, "MultiLineString": 2, "Polygon": 2,
    "MultiPolygon": 3,
}  # fmt: skip
_DEEPEST: Final = 8
_RADIUS: Final = 6_378_137.0


def shapes(geometry: object, row: int, *, depth: int = 0) -> Iterator[dict[str, Any]]:
    """The plain shapes of a geometry as GeoJSON writes it; a collection gives several.

    Raises:
        AttentionNeeded: it is no geometry, or has coordinates that are no degrees.
    """
    if not isinstance(geometry, Mapping):
        raise AttentionNeeded("has no geometry", row=row)
    kind = geometry.get("type")
    if kind == "GeometryCollection" and depth < _DEEPEST:
        parts = geometry.get("geometries")
        for part in parts if isinstance(parts, Sequence) else ():
            yield from shapes(part, row, depth=depth + 1)
    elif isinstance(kind, str) and kind in _DEPTHS:
        count = [0]
        coordinates = _checked(geometry.get("coordinates"), _DEPTHS[kind], row, count)
        if count[0] == 0:
            raise AttentionNeeded("its geometry is empty", row=row)
        yield {"type": kind, "coordinates": coordinates}
    else:
        raise AttentionNeeded(f"{str(kind)[:40]!r} is no geometry that can be drawn", row=row)


def _checked(part: object, depth: int, row: int, count: list[int]) -> list[Any]:
    if not isinstance(part, Sequence) or isinstance(part, str):
        raise AttentionNeeded("its coordinates are no list of numbers", row=row)
    if depth > 0:
        return [_checked(inner, depth - 1, row, count) for inner in part]
    count[0] += 1
    if count[0] > MOST_POINTS:
        raise AttentionNeeded(f"has more than {MOST_POINTS:,} points; simplify it first", row=row)
    return _position(part, row)


def _position(part: Sequence[object], row: int) -> list[float]:
    """Longitude and latitude; a height is let go."""
    longitude, latitude = part[:2] if len(part) > 1 else (None, None)
    # `isinstance` would take True for 1.
    if type(longitude) not in _NUMBERS or type(latitude) not in _NUMBERS:
        raise AttentionNeeded("its coordinates are no numbers", row=row)
    assert isinstance(longitude, int | float)  # noqa: S101 — said once more for the type checker
    assert isinstance(latitude, int | float)  # noqa: S101 — likewise
    if not (-360 <= longitude <= 360 and -90 <= latitude <= 90):  # also not for NaN
        raise AttentionNeeded(
            f"its coordinates {str(longitude)[:12]}, {str(latitude)[:12]} are no degrees; save the "
            "file in WGS 84 (EPSG:4326), longitude first",
            row=row,
        )
    return [round(longitude, _DECIMALS), round(latitude, _DECIMALS)]


def from_mercator(x: float, y: float) -> tuple[float, float]:
    """Longitude and latitude in degrees of metres in Web Mercator (EPSG:3857)."""
    latitude = math.degrees(
        2 * math.atan(math.exp(min(max(y / _RADIUS, -20.0), 20.0))) - math.pi / 2
    )
    return math.degrees(x / _RADIUS), latitude
