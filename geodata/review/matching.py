"""Whether the incident of a text may already be in the store.

A match needs the same time, the same place, and a party or a kind of weapon in common: days that
lie at most two apart, points no farther apart than their rings allow, and an actor's name or a
launch group that both have. It is a suggestion for a person, never a decision.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from geodata.gazetteer.places import distance_km
from geodata.review.proposal import Values
from geodata.schema import split_list
from geodata.vocabulary import WEAPON, default_radius_km, weapon_group_of

DAYS_APART = 2
LEAST_KM = 5.0
MOST_MATCHES = 5

_COLUMNS = [
    "incident_id", "title", "date_start", "date_end", "latitude", "longitude",
    "location_precision", "radius_km", "perpetrators", "targets", "side_a", "side_b",
    "weapon_group",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Match:
    """An incident of the store that may be the same.

    Attributes:
        days: between the two, 0 where they overlap.
        km: between the two points.
        shared: what both name, actors' names or launch groups.
    """

    incident_id: str
    title: str | None
    days: int
    km: float
    shared: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Named:
    """An incident of the store that a person looked for."""

    incident_id: str
    title: str | None
    date_start: dt.date | None
    place_name: str | None


def matches(incidents: pa.Table, values: Values) -> tuple[Match, ...]:
    """Incidents of a snapshot that may be the one in `values`, the nearest first.

    Args:
        incidents: Arrow table of `schema.INCIDENTS`.
        values: as the analyst holds them; without a day or a point there is no match.
    """
    place, start, end = values.place, values.date_start, values.date_end
    if place is None or place.latitude is None or start is None or end is None:
        return ()
    window = dt.timedelta(days=DAYS_APART)
    near = incidents.select(_COLUMNS).filter(
        (pc.field("date_start") <= pa.scalar(end + window))
        & (pc.field("date_end") >= pa.scalar(start - window))
        & pc.field("latitude").is_valid()
    )
    found = [match for row in near.to_pylist() if (match := _match(row, values)) is not None]
    return tuple(sorted(found, key=lambda m: (m.days, m.km, m.incident_id))[:MOST_MATCHES])


def named(incidents: pa.Table, words: str) -> tuple[Named, ...]:
    """Incidents that a person looks for by id, or by words of their title or place; latest first.

    Args:
        incidents: Arrow table of `schema.INCIDENTS`.
        words: all of them must occur in the title or the place, in any case; none finds nothing.
    """
    wanted = words.split()
    if not wanted:
        return ()
    chosen = pc.equal(incidents["incident_id"], words.strip())
    by_words = None
    for word in wanted:
        told, placed = (
            pc.match_substring(incidents[name], word, ignore_case=True)
            for name in ("title", "place_name")
        )
        here = pc.or_kleene(told, placed)
        by_words = here if by_words is None else pc.and_kleene(by_words, here)
    columns = ["incident_id", "title", "date_start", "place_name"]
    rows = incidents.filter(pc.or_kleene(chosen, by_words)).select(columns)
    latest = rows.sort_by([("date_start", "descending"), ("incident_id", "ascending")])
    return tuple(Named(**row) for row in latest.slice(0, MOST_MATCHES).to_pylist())


def _match(row: dict[str, object], values: Values) -> Match | None:
    place = values.place
    if place is None or place.latitude is None or place.longitude is None:
        return None
    km = distance_km(
        place.latitude,
        place.longitude,
        float(str(row["latitude"])),
        float(str(row["longitude"])),
    )
    ours = _radius(place.precision, place.radius_km)
    theirs = _radius(row["location_precision"], row["radius_km"])
    shared = _shared(row, values)
    if km > max(LEAST_KM, ours + theirs) or not shared:
        return None
    title = _text(row["title"])
    return Match(str(row["incident_id"]), title, _days(row, values), round(km, 1), shared)


def _radius(precision: object, radius_km: object) -> float:
    if isinstance(radius_km, float | int):
        return float(radius_km)
    return (default_radius_km(precision) if isinstance(precision, str) else None) or 0.0


def _shared(row: dict[str, object], values: Values) -> tuple[str, ...]:
    theirs = {
        name.casefold()
        for column in ("perpetrators", "targets", "side_a", "side_b")
        for name in split_list(_text(row[column]))
    }
    actors = [n for n in (*values.perpetrators, *values.targets) if n.casefold() in theirs]
    groups = split_list(_text(row["weapon_group"]))
    own = dict.fromkeys(weapon_group_of(code) for code in values.weapons if code in WEAPON)
    return (*actors, *(group for group in own if group in groups and group != "unknown"))


def _text(cell: object) -> str | None:
    return cell if isinstance(cell, str) else None


def _days(row: dict[str, object], values: Values) -> int:
    first, last = row["date_start"], row["date_end"]
    if not isinstance(first, dt.date) or not isinstance(last, dt.date):
        return 0
    start, end = values.date_start or first, values.date_end or last
    return max(0, (first - end).days, (start - last).days)
