"""From a chosen place to a location: how wide the ring is, and what its precision is called."""

from __future__ import annotations

from typing import Final

from geodata.gazetteer.admin import AdminMatch, admin1_match
from geodata.gazetteer.choose import (
    LIKE_TAUGHT,
    MOST_CANDIDATES,
    NAMESAKE_KM,
    Choice,
    Context,
    Hit,
    apart_km,
    candidate,
    candidates_of,
)
from geodata.gazetteer.phrases import PlacePhrase
from geodata.gazetteer.places import Candidate, Location, distance_km, middle, moved

NEAR_KM: Final = 25.0
"""Radius of "near X" and "X countryside" where no distance is given (the precision ladder's)."""
SITE_OF_TOWN_KM: Final = 10.0
"""Radius within which a town's airbase or camp lies that has no place of its own."""
DISTRICT_OF_PROVINCE: Final = 0.42
DISTRICT_KM: Final = (25.0, 60.0, 125.0)
"""Least, usual and greatest radius of a district around its seat. Of 1,109 places with a district,
90 % lay within a third of the province's radius from the seat; of those that no gazetteer has,
within two fifths. Rings of 0.36 (30 to 80 km) would hold 92 % of those, but 81 % of 75 places in
five other countries, where these hold 91 %."""
_TOWNS: Final = ("populated", "precision:town")
"""Kinds of a place with inhabitants: the gazetteer's, and what a table of places teaches."""


def unit_location(match: AdminMatch, method: str) -> Location:
    """A province itself, with the circle that covers it."""
    latitude, longitude, radius = match.circle()
    return Location(
        round(latitude, 6), round(longitude, 6), "admin1", round(radius, 1), method,
        source=units_source(match), matched_name=match.name, country=match.units[0].country,
        admin1=match.name, score=0.3,
    )  # fmt: skip


def units_source(match: AdminMatch) -> str:
    """Name and version of what the units' extents come from."""
    drawn = all(unit.border is not None for unit in match.units)
    return "Natural Earth 4.1.0" if drawn else "admin_regions (Natural Earth 4.1.0, GeoNames)"


def district_radius_km(admin: AdminMatch | None) -> float:
    """The radius around a district's seat within which its places lie."""
    least, usual, greatest = DISTRICT_KM
    if admin is None:
        return usual
    own = DISTRICT_OF_PROVINCE * admin.circle()[2]
    return round(min(max(own, least), greatest), 1)


def around_seat(
    context: Context, why: str, beyond: tuple[float, float] | None = None
) -> Location | None:
    """A district as a ring around the place it is named for; None without one such place.

    Args:
        context: with the district's seats.
        why: what kept the place itself from being found.
        beyond: the place of the name in the province that is meant if any is, where the seat is too
            far from it for a pin. A ring around both holds either.
    """
    if not context.seats:
        return None
    latitude, longitude = context.seats[0]
    if any(distance_km(latitude, longitude, *seat) > NAMESAKE_KM for seat in context.seats[1:]):
        return None
    radius, method = district_radius_km(context.admin), "district around its seat"
    if beyond is not None:
        half = distance_km(latitude, longitude, *beyond) / 2
        latitude, longitude = middle(latitude, longitude, *beyond)
        radius, method = round(half + NEAR_KM, 1), "district's seat and the place of the name"
    name, source = (text or None for text in context.district)
    return Location(
        latitude, longitude, "admin2", radius, f"{method} ({why})", source=source,
        matched_name=name, country=context.country,
        admin1=context.admin.name if context.admin else None, admin2=name, score=0.3,
    )  # fmt: skip


def pinned(choice: Choice, reading: PlacePhrase, context: Context) -> Location:
    """A chosen place as a location, widened as the phrase asks."""
    if choice.hit is None:
        raise ValueError("only a choice that was made can be pinned")
    candidates = candidates_of(choice.ranked, context, MOST_CANDIDATES)
    first = bool(choice.ranked) and choice.ranked[0] is choice.hit
    best = candidates[0] if first else candidate(choice.hit, context)
    latitude, longitude = best.latitude, best.longitude
    precision, radius, method = _width(best, reading, context, choice.method)
    if reading.relation == "offset" and reading.bearing is not None:
        latitude, longitude = moved(
            latitude, longitude, reading.distance_km or 0.0, reading.bearing
        )
    return Location(
        latitude, longitude, precision, round(radius, 1), method, source=best.source,
        matched_name=best.name, country=best.country, admin1=best.admin1, score=best.score,
        candidates=candidates,
    )  # fmt: skip


def _width(
    best: Candidate, reading: PlacePhrase, context: Context, method: str
) -> tuple[str, float, str]:
    """Precision, radius in kilometres and method of a reading of a place."""
    name, own = best.name, best.radius_km
    town = best.kind in _TOWNS
    if method == LIKE_TAUGHT:
        return "near", max(NEAR_KM, own), f"{LIKE_TAUGHT}: {name}"
    if reading.relation == "offset":
        distance = reading.distance_km or 0.0
        return "near", max(2.0, distance / 2, own), f"{distance:g} km from {name}"
    if reading.relation == "near":
        usual = NEAR_KM if town else max(5.0, 2 * own)
        return "near", max(reading.distance_km or usual, own), f"near {name}"
    if reading.relation == "in district" or reading.role == "admin2":
        admin = context.admin or admin1_match(best.admin1, best.country)
        return "admin2", max(district_radius_km(admin), own), f"district of {name}"
    if town and reading.role == "site":
        return "near", max(SITE_OF_TOWN_KM, own), f"near {name}"
    inside = reading.relation == "in town" or (town and reading.role == "part")
    return best.precision, own, f"in {name}" if inside else method


def pinned_between(choice: Choice, other: Hit, context: Context) -> Location:
    """The point half-way between two places, with a circle that reaches both."""
    if choice.hit is None:
        raise ValueError("only a choice that was made can be pinned")
    first, second = choice.hit, other
    both = " and ".join(hit.layer.name(hit.number) for hit in (first, second))
    return Location(
        *middle(*first.point, *second.point), "near",
        round(max(apart_km(first, second) / 2, 2.0), 1), f"between {both}",
        source=first.layer.source, matched_name=both, country=context.country, score=0.5,
        candidates=candidates_of(choice.ranked, context, MOST_CANDIDATES),
    )  # fmt: skip
