"""The places that a name may mean on a map of our own, and the pin that a person puts there.

A Streamlit component without an iframe. What the browser reports is numbers only; whether they are
a place of the list or a point on Earth is decided here and when the point is made.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import streamlit as st

from dashboard.folium_map import assets
from dashboard.map_script import map_script
from dashboard.module_component import module_component
from dashboard.place_words import Found, country_name
from dashboard.served import root
from geodata.boundaries import countries
from geodata.gazetteer import Candidate
from geodata.vocabulary import LOCATION_PRECISION, default_radius_km

KEY: Final = "place_map"
_component = module_component("place_map", box="cm-place-map", style="css/place_map.css")


@dataclass(frozen=True, slots=True)
class Spot:
    """A point and the radius within which something lies, WGS 84 degrees and kilometres."""

    latitude: float
    longitude: float
    radius_km: float


@dataclass(frozen=True, slots=True)
class Picture:
    """What the map shows.

    Attributes:
        subject: names what is asked about; the map moves when it changes.
        found: the places that the name may mean, each with its distance from `drawn` in kilometres.
        chosen: position in `found`; None where none of them is.
        pin: where the pin stands; None without one.
        drawn: where the incidents are drawn now; None where they are not, or not at one spot.
        country: ISO 3166-1 alpha-3 of the country to look at without any spot; None for the world.
    """

    subject: str
    found: Found
    chosen: int | None = None
    pin: Spot | None = None
    drawn: Spot | None = None
    country: str | None = None


def place_map(
    picture: Picture, *, on_place: Callable[[int], None], on_pin: Callable[[str], None]
) -> None:
    """Draw the map.

    Args:
        picture: what it shows.
        on_place: called with the position in `found` that a person has chosen.
        on_pin: called with the coordinates where a person has put the pin, as text.
    """

    def heard() -> None:
        said = st.session_state[KEY].get("said") or {}
        if said.get("subject") != picture.subject:
            return
        chosen, point = choice_of(said, len(picture.found)), point_of(said)
        if chosen is not None:
            on_place(chosen)
        elif point is not None:
            on_pin(point)

    _component(key=KEY, data=_data(picture), default={"said": None}, on_said_change=heard)


def choice_of(said: Mapping[str, Any], many: int) -> int | None:
    """The position of the place that a report names; None where it names none of `many`."""
    number = said.get("place")
    if isinstance(number, bool) or not isinstance(number, (int, float)):
        return None
    return int(number) - 1 if number == int(number) and 1 <= number <= many else None


def point_of(said: Mapping[str, Any]) -> str | None:
    """The coordinates of a report as a person would type them; None where it has none."""
    point = (said.get("latitude"), said.get("longitude"))
    if not all(isinstance(part, (int, float)) and math.isfinite(part) for part in point):
        return None
    return f"{point[0]:.6f}, {point[1]:.6f}"


def told(candidate: Candidate, distance: float | None) -> list[str]:
    """What is said of a place: its name, where it lies, how far off, how exactly it is known."""
    units = [unit for unit in (candidate.admin1, country_name(candidate.country)) if unit]
    lines = [candidate.name, ", ".join(units)]
    if distance is not None:
        lines.append(f"{distance:,.0f} km from where it is drawn now")
    known = LOCATION_PRECISION.label(candidate.precision).lower()
    lines.append(f"known to: {known}, within {candidate.radius_km:g} km")
    return [*lines, ", ".join(candidate.reasons)] if candidate.reasons else lines


def radius_of(precision: str | None, radius: float | None, own: float | None = None) -> float:
    """The radius of a ring: as said, else the place's own, else the precision's; kilometres."""
    usual = default_radius_km(precision) if precision else None
    return next((km for km in (radius, own, usual) if km is not None), 1.0)


def _data(picture: Picture) -> dict[str, Any]:
    base = root()
    known = countries().get(picture.country or "")
    box = known.bounds if known else None
    return {
        "script": assets.asset_url("js/place_map.js", base),
        "map": f"{base}maps/{map_script(base).digest}.js",
        "style": assets.asset_url(assets.PAGE_STYLE, base),
        "subject": picture.subject,
        "places": [
            {
                "number": number, "latitude": c.latitude, "longitude": c.longitude,
                "radius_km": c.radius_km, "told": told(c, distance),
            }
            for number, (c, distance) in enumerate(picture.found, 1)
        ],
        "chosen": None if picture.chosen is None else picture.chosen + 1,
        "pin": _spot(picture.pin),
        "drawn": _spot(picture.drawn),
        "bounds": None if box is None else [box.south, box.west, box.north, box.east],
    }  # fmt: skip


def _spot(spot: Spot | None) -> dict[str, float] | None:
    if spot is None:
        return None
    return {"latitude": spot.latitude, "longitude": spot.longitude, "radius_km": spot.radius_km}
