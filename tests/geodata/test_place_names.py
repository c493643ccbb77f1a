"""Names as journalists write them, in the wars of these years: where they are, or no pin.

`place_names.csv` was written from general knowledge before the gazetteer was asked; coordinates are
to about 5 km. Without coordinates a name must not be pinned: it names two places, or none can say
which. The bundled layers answer alone.
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import NamedTuple

import pytest

from geodata.gazetteer import Gazetteer, Location
from geodata.gazetteer.lookup import default_cache_dir
from geodata.gazetteer.places import distance_km

NEAR_KM = 25.0


class Asked(NamedTuple):
    """A name, what was found, and how far from the truth; None where no pin should be."""

    name: str
    found: Location
    off_km: float | None
    should_abstain: bool


@pytest.fixture(scope="module")
def asked() -> list[Asked]:
    gazetteer = Gazetteer.open(packs_dir=default_cache_dir() / "none")
    text = Path(__file__).with_name("place_names.csv").read_text(encoding="utf-8")
    rows = []
    for row in csv.DictReader(text.splitlines()):
        found = gazetteer.locate(row["name"], country=row["country"], admin1=row["admin1"])
        off = None
        if row["latitude"] and found.latitude is not None and found.longitude is not None:
            there = float(row["latitude"]), float(row["longitude"])
            off = distance_km(*there, found.latitude, found.longitude)
        rows.append(Asked(row["name"], found, off, not row["latitude"]))
    return rows


def test_no_name_is_pinned_at_another_place(asked: list[Asked]) -> None:
    wrong = [a.name for a in asked if a.found.is_named_point and (a.off_km or 0) > NEAR_KM]
    assert wrong == []


def test_nearly_all_names_are_pinned_and_the_others_lie_in_their_ring(asked: list[Asked]) -> None:
    known = [a for a in asked if not a.should_abstain]
    assert len(known) >= 250
    pinned = [a for a in known if a.found.is_named_point]
    assert len(pinned) / len(known) >= 0.95
    rings = [a for a in known if not a.found.is_named_point and a.off_km is not None]
    assert [a.name for a in rings if (a.off_km or 0) > (a.found.radius_km or 0)] == []
    inside = [a for a in pinned if (a.off_km or 0) <= (a.found.radius_km or 0)]
    assert len(inside) / len(pinned) >= 0.95


def test_names_that_say_too_little_are_not_pinned(asked: list[Asked]) -> None:
    pinned = {a.name for a in asked if a.should_abstain and a.found.is_named_point}
    # The list of towns has one of each in the oblast; villages of the name only a pack has.
    assert pinned <= {"Berezove", "Olenivka"}
    assert sum(a.should_abstain for a in asked) >= 10
