"""What the gazetteer answers with: locations, and the candidates they were chosen from."""

from __future__ import annotations

import math
from dataclasses import dataclass

EARTH_RADIUS_KM = 6371.0088
"""Mean radius of the Earth (IUGG)."""


def distance_km(
    latitude: float, longitude: float, other_latitude: float, other_longitude: float
) -> float:
    """Great-circle distance by the haversine formula, kilometres."""
    a, b = math.radians(latitude), math.radians(other_latitude)
    half = math.sin((b - a) / 2) ** 2
    half += math.cos(a) * math.cos(b) * math.sin(math.radians(other_longitude - longitude) / 2) ** 2
    return 2 * EARTH_RADIUS_KM * math.asin(min(1.0, math.sqrt(half)))


def moved(
    latitude: float, longitude: float, distance: float, bearing: float
) -> tuple[float, float]:
    """The point `distance` km away in the direction `bearing` (degrees clockwise from north)."""
    arc, way = distance / EARTH_RADIUS_KM, math.radians(bearing)
    start = math.radians(latitude)
    end = math.asin(
        math.sin(start) * math.cos(arc) + math.cos(start) * math.sin(arc) * math.cos(way)
    )
    turn = math.atan2(
        math.sin(way) * math.sin(arc) * math.cos(start),
        math.cos(arc) - math.sin(start) * math.sin(end),
    )
    east = (longitude + math.degrees(turn) + 540) % 360 - 180
    return round(math.degrees(end), 6), round(east, 6)


def middle(
    latitude: float, longitude: float, other_latitude: float, other_longitude: float
) -> tuple[float, float]:
    """The point half-way between two that are near each other, across the date line too."""
    aside = (other_longitude - longitude + 540) % 360 - 180
    east = (longitude + aside / 2 + 540) % 360 - 180
    return round((latitude + other_latitude) / 2, 6), round(east, 6)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A place that a name may mean.

    Attributes:
        name: its main name in the layer.
        latitude: WGS 84 degrees, six decimals.
        longitude: likewise.
        country: ISO 3166-1 alpha-3.
        admin1: readable name of its state or province; None unknown.
        kind: what it is, such as `populated`, `airfield`, `crossing`.
        population: inhabitants; None unknown.
        precision: code of the ladder that a pin there would carry.
        radius_km: of that pin.
        source: layer and version.
        score: 0..1, likeness and agreement with what was asked.
        reasons: short phrases that say why it ranks where it does.
    """

    name: str
    latitude: float
    longitude: float
    country: str
    admin1: str | None
    kind: str
    population: int | None
    precision: str
    radius_km: float
    source: str
    score: float
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Location:
    """Where a name is, how exactly that is known, and how it was found.

    Attributes:
        latitude: WGS 84 degrees, six decimals; None where there is nothing to draw at.
        longitude: likewise.
        precision: code of the ladder: exact, site, street, neighbourhood, town, near, admin2,
            admin1, country, sea, unknown.
        radius_km: within which the place is meant to lie; None without coordinates.
        method: the rule that chose, such as `name+admin1` or `abstained: 3 namesakes`.
        source: layer and version that the point comes from; None without one.
        matched_name: the name as the layer has it.
        country: ISO 3166-1 alpha-3; None unknown.
        admin1: readable name; None unknown.
        admin2: as asked, where it was used; else None.
        score: 0..1; 0 where nothing was found.
        candidates: what it was chosen from, best first; empty where nothing was near.
    """

    latitude: float | None
    longitude: float | None
    precision: str
    radius_km: float | None
    method: str
    source: str | None = None
    matched_name: str | None = None
    country: str | None = None
    admin1: str | None = None
    admin2: str | None = None
    score: float = 0.0
    candidates: tuple[Candidate, ...] = ()

    @property
    def is_named_point(self) -> bool:
        """Whether a place itself was found, rather than a unit that contains it."""
        return self.latitude is not None and self.precision in _NAMED

    @property
    def abstained(self) -> bool:
        """Whether there were answers and none was good enough to pin."""
        return self.method.startswith("abstained")


_NAMED = frozenset(("exact", "site", "street", "neighbourhood", "town", "near"))
