"""A circle drawn on the map: the store and the browser find the same, and what lies within it."""

from __future__ import annotations

import json
import math
import random
import subprocess
from pathlib import Path
from typing import Any

import pytest

from geodata.filters import IncidentFilter, parse_filter, to_query
from tests.geodata.test_pack import as_database, browser_answers, canonical, found

MAKE = Path(__file__).parents[1] / "js" / "make_circles.mjs"
EARTH_RADIUS_KM = 6371.0088
SHORT = 0.0012
"""How much of the radius a circle of 72 corners may fall short between two of them; cos(π/72) is
0.1 %, and on large circles the sides run straight in degrees rather than on the ground."""


def _distance_km(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Along the great circle, by the haversine formula; points are longitude, latitude."""
    (x1, y1), (x2, y2) = ([math.radians(degrees) for degrees in point] for point in (one, other))
    half = math.sin((y2 - y1) / 2) ** 2
    half += math.cos(y1) * math.cos(y2) * math.sin((x2 - x1) / 2) ** 2
    return 2 * EARTH_RADIUS_KM * math.asin(min(1.0, math.sqrt(half)))


def _circles(chance: random.Random, count: int) -> list[dict[str, float]]:
    return [
        {
            "lat": chance.uniform(-60, 60),
            "lng": chance.uniform(-150, 150),
            "km": 0.05 * 10_000 ** chance.random(),
        }
        for _ in range(count)
    ]


def _around(circle: dict[str, float], chance: random.Random) -> tuple[float, float]:
    """A point near the circle's rim, most often."""
    share = chance.choice([chance.uniform(0, 2), chance.uniform(0.99, 1.01)])
    turn = chance.uniform(0, 2 * math.pi)
    reach = math.degrees(circle["km"] * share / EARTH_RADIUS_KM)
    latitude = circle["lat"] + reach * math.cos(turn)
    longitude = circle["lng"] + reach * math.sin(turn) / math.cos(math.radians(latitude))
    return round(longitude, 6), round(latitude, 6)


@pytest.mark.usefixtures("node")
def test_a_circle_holds_what_lies_within_its_radius_in_the_store_and_in_the_browser() -> None:
    chance = random.Random(20160616)  # noqa: S311  (a fixed seed, no secret)
    circles = _circles(chance, 6)
    points = [_around(circle, chance) for circle in circles for _ in range(150)]
    rows: list[dict[str, Any]] = [
        {"incident_id": f"c{n:05d}", "longitude": x, "latitude": y, "location_precision": "exact"}
        for n, (x, y) in enumerate(points)
    ]
    table = canonical(rows)
    incidents = as_database(table)
    made = subprocess.run(
        ["node", str(MAKE)], input=json.dumps(circles).encode(), capture_output=True, check=True
    )
    filters = [IncidentFilter(polygon=corners) for corners in json.loads(made.stdout)]
    asked = [{"predicate": chosen.predicate(), "hits": None} for chosen in filters]
    places = table.select(["longitude", "latitude"]).to_pylist()
    near_the_rim = 0
    for circle, chosen, answer in zip(circles, filters, browser_answers(table, asked), strict=True):
        inside = found(incidents, chosen)
        assert answer["rows"] == inside
        assert parse_filter(to_query(chosen)) == chosen
        for row, place in enumerate(places):
            point = (place["longitude"], place["latitude"])
            share = _distance_km((circle["lng"], circle["lat"]), point) / circle["km"]
            near_the_rim += 0.98 < share < 1.02
            if share < 1 - SHORT - 0.0002 / circle["km"]:
                assert row in inside
            elif share > 1 + 0.0002 / circle["km"]:
                assert row not in inside
    assert near_the_rim > 300, "the rim is what tells a circle from another shape"
