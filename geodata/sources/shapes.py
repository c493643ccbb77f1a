"""Where a file draws an incident: its point, or the middle of its line or area with a radius.

The middle of an area is a point inside it; that of a line lies half-way along it. The radius
reaches every corner, so that the ring claims no more than the shape does, and the precision is the
finest of which the ladder's own radius is as large. A shape that cannot be read gives no point.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Final

from geodata.errors import AttentionNeeded
from geodata.gazetteer.places import distance_km
from geodata.layers.geometry import shapes
from geodata.vocabulary import LOCATION_PRECISION

MIDDLE: Final = "middle of a shape in the source"
"""`location_method` of a point that stands for a line or an area."""

Position = tuple[float, float]
"""Longitude and latitude in degrees."""

_WIDEST: Final = "near"
_LADDER: Final = sorted(
    (float(term.attributes["radius_km"]), term.code)
    for term in LOCATION_PRECISION.terms
    if term.attributes["radius_km"] is not None and term.code != "sea"
)


LATITUDES: Final = ("latitude", "lat")
LONGITUDES: Final = ("longitude", "lon", "lng", "long")
"""Names, in lower case, of columns of coordinates beside a shape."""
PLACE_COLUMNS: Final = frozenset(
    (*LATITUDES, *LONGITUDES, "location_precision", "radius_km", "location_method",
     "quality_flags")
)  # fmt: skip
"""Columns, in lower case, that `place_of` fills."""


def place_of(geometry: object, row: Mapping[str, object]) -> dict[str, object]:
    """What a shape says that its row does not, under the row's own names of these columns.

    That is latitude and longitude and, for more than a point, how exact they are.

    Args:
        geometry: as GeoJSON has it, in degrees; None for a row without.
        row: the row's cells by column: its own coordinates win.
    """
    own = {name.casefold(): name for name in row}
    latitude, longitude = (
        next((own[name] for name in names if name in own), names[0])
        for names in (LATITUDES, LONGITUDES)
    )
    if geometry is None or not _is_empty(row.get(latitude)):
        return {}
    found = _place(geometry)
    places = {"latitude": latitude, "longitude": longitude}
    named = {places.get(name, own.get(name, name)): value for name, value in found.items()}
    return {name: value for name, value in named.items() if _is_empty(row.get(name))}


def _is_empty(value: object) -> bool:
    return value is None or value == ""


def _place(geometry: object) -> dict[str, object]:
    if isinstance(geometry, Mapping) and geometry.get("type") == "Point":
        position = geometry.get("coordinates")
        if isinstance(position, Sequence) and len(position) >= 2:
            return {"latitude": position[1], "longitude": position[0]}
    try:
        parts = list(shapes(geometry, 0))
    except AttentionNeeded:
        return {"quality_flags": "shape-unreadable"}
    if not parts:
        return {}
    middle, radius = _middle(parts)
    found: dict[str, object] = {"latitude": middle[1], "longitude": middle[0]}
    if radius > 0:
        found |= {"location_precision": _precision(radius), "radius_km": radius,
                  "location_method": MIDDLE, "quality_flags": "point-of-shape"}  # fmt: skip
    return found


def _precision(radius: float) -> str:
    return next((code for reach, code in _LADDER if reach >= radius), _WIDEST)


@dataclass(frozen=True)
class _Drawn:
    """What shapes are made of: rings of areas (the outer first), lines, and single points."""

    areas: list[list[list[Position]]] = field(default_factory=list)
    lines: list[list[Position]] = field(default_factory=list)
    points: list[Position] = field(default_factory=list)

    def corners(self) -> list[Position]:
        outer = [p for rings in self.areas for p in rings[0]]
        return [*outer, *(p for line in self.lines for p in line), *self.points]

    def add(self, kind: str, coordinates: list[Any]) -> None:
        match kind:
            case "Polygon" | "MultiPolygon":
                several = coordinates if kind == "MultiPolygon" else [coordinates]
                areas = ([_positions(ring) for ring in rings if ring] for rings in several)
                self.areas.extend(rings for rings in areas if rings)
            case "LineString" | "MultiLineString":
                lines = coordinates if kind == "MultiLineString" else [coordinates]
                self.lines.extend(_positions(line) for line in lines if line)
            case _:
                self.points.extend(
                    _positions(coordinates if kind == "MultiPoint" else [coordinates])
                )

    def eastward(self) -> _Drawn:
        """The same counted eastward, for what is drawn across the 180th meridian."""
        return _Drawn(
            [[_eastward(ring) for ring in rings] for rings in self.areas],
            [_eastward(line) for line in self.lines],
            _eastward(self.points),
        )


def _positions(points: Iterable[Sequence[float]]) -> list[Position]:
    return [(point[0], point[1]) for point in points]


def _eastward(points: Iterable[Position]) -> list[Position]:
    return [(lon % 360, lat) for lon, lat in points]


def _width(drawn: _Drawn) -> float:
    longitudes = [lon for lon, _ in drawn.corners()]
    return max(longitudes) - min(longitudes)


def _middle(parts: Iterable[Mapping[str, Any]]) -> tuple[Position, float]:
    """The middle of shapes, and how far their farthest corner lies from it, in km, rounded up."""
    drawn = _Drawn()
    for part in parts:
        drawn.add(part["type"], part["coordinates"])
    drawn = min(drawn, drawn.eastward(), key=_width)
    if drawn.areas:
        middle = _inside(max(drawn.areas, key=lambda rings: abs(_area(rings[0]))))
    elif drawn.lines:
        middle = _half_way(max(drawn.lines, key=_length))
    else:
        longitudes, latitudes = zip(*drawn.points, strict=True)
        middle = _nearest(drawn.points, (_mean(longitudes), _mean(latitudes)))
    lon = round((middle[0] + 180) % 360 - 180, 6)
    lat = round(middle[1], 6)
    radius = max(distance_km(lat, lon, at[1], at[0]) for at in drawn.corners())
    return (lon, lat), math.ceil(radius * 1000) / 1000


def _mean(values: Iterable[float]) -> float:
    held = list(values)
    return math.fsum(held) / len(held)


def _nearest(points: Sequence[Position], to: Position) -> Position:
    return min(points, key=lambda p: math.hypot(p[0] - to[0], p[1] - to[1]))


def _area(ring: Sequence[Position]) -> float:
    """Twice the area of a ring in square degrees, signed."""
    closed = [*ring, ring[0]]
    return math.fsum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise(closed))


def _inside(rings: Sequence[Sequence[Position]]) -> Position:
    """A point inside an area: the middle of its widest part at the height of its centre."""
    heights = [p[1] for p in rings[0]]
    # Between corners: a line through one would count it twice or not at all.
    ordered = sorted(set(heights))
    centre = (ordered[0] + ordered[-1]) / 2
    below = max((h for h in ordered if h <= centre), default=centre)
    above = min((h for h in ordered if h > centre), default=below)
    height = centre if below < centre < above else (below + above) / 2
    crossings = sorted(
        a[0] + (height - a[1]) * (b[0] - a[0]) / (b[1] - a[1])
        for ring in rings
        for a, b in pairwise([*ring, ring[0]])
        if (a[1] > height) != (b[1] > height)
    )
    spans = list(zip(crossings[::2], crossings[1::2], strict=False))
    if not spans:  # an area without an inside
        return _nearest(rings[0], (_mean(p[0] for p in rings[0]), height))
    left, right = max(spans, key=lambda span: span[1] - span[0])
    return (left + right) / 2, height


def _length(line: Sequence[Position]) -> float:
    return math.fsum(math.dist(a, b) for a, b in pairwise(line))


def _half_way(line: Sequence[Position]) -> Position:
    left = _length(line) / 2
    for a, b in pairwise(line):
        step = math.dist(a, b)
        if step >= left and step > 0:
            share = left / step
            return a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1])
        left -= step
    return line[0]
