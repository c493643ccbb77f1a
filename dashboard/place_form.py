"""The form in which a person says where a name is: whom it concerns, which place, how exact.

Names come from outside. They stand in tables and in choices, which show text as it is, never in
labels, which Streamlit reads as Markdown.
"""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import streamlit as st

from dashboard.access import asking
from dashboard.place_map import Picture, Spot, radius_of
from dashboard.place_words import Found, country_name
from dashboard.plain import short
from geodata.boundaries import country_of
from geodata.errors import ImpossibleValue
from geodata.gazetteer import Candidate
from geodata.placing import LARGEST_RADIUS_KM, POINT_PRECISIONS, TYPED, Point, UnplacedName
from geodata.store import Placing
from geodata.typed_points import EXAMPLES, read_point
from geodata.vocabulary import LOCATION_PRECISION, default_radius_km

MOST_SHOWN: Final = 200
_TYPED: Final = -1


@dataclass(frozen=True, slots=True)
class Scope:
    """Which incidents of a name are meant.

    Attributes:
        label: as the choice says it.
        incident_ids: theirs.
        for_name: whether the place holds for the name, at later imports too.
    """

    label: str
    incident_ids: tuple[str, ...]
    for_name: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person has said."""

    scope: Scope
    point: Point
    who: str
    why: str


def scopes(name: UnplacedName, members: Sequence[dict[str, Any]]) -> list[Scope]:
    """All incidents of a name, those of each province where there are several, each alone."""
    ids = tuple(member["incident_id"] for member in members)
    where = f" in {country_name(name.country)}" if name.country else ""
    those = "The one incident" if len(ids) == 1 else f"All {len(ids):,} incidents"
    found = [Scope(f"{those} with this name{where}", ids, for_name=True)]
    provinces = Counter(member["admin1"] for member in members)
    if len(provinces) > 1:
        for province, count in provinces.most_common():
            of_it = tuple(m["incident_id"] for m in members if m["admin1"] == province)
            said = "without a province" if province is None else f"in {short(province)}"
            found.append(Scope(f"The {count:,} {said}", of_it, for_name=True))
    for member in members[:MOST_SHOWN]:
        told = short(f"{member['date_start'] or 'no day'}, {member['title'] or 'no title'}")
        label = f"Only this one: {told} ({short(member['incident_id'])})"
        found.append(Scope(label, (member["incident_id"],), for_name=False))
    return found


def name_label(name: UnplacedName) -> str:
    """A name with its country and count, for a choice."""
    many = "incident" if name.incidents == 1 else "incidents"
    return f"{short(name.name)} ({_country(name.country)}): {name.incidents:,} {many}"


def _country(code: str | None) -> str:
    return country_name(code) if code else "country not given"


def placing_sentence(placing: Placing) -> str:
    """When, by whom, what and why a place was set; plain text."""
    many = "incident" if placing.incidents == 1 else "incidents"
    return (
        f"{placing.at:%Y-%m-%d %H:%M} UTC, {placing.who}: {short(placing.name)} "
        f"({_country(placing.country)}), {placing.incidents:,} {many} at "
        f"{placing.latitude:.6f}, {placing.longitude:.6f}, "
        f"{LOCATION_PRECISION.label(placing.precision).lower()}. {placing.why}"
    )


def clear_form() -> None:
    """Forget what was said of one name before another is asked about."""
    for field in ("scope", "where", "typed", "precision", "radius", "why"):
        st.session_state.pop(f"place_{field}", None)


def choose_place(number: int) -> None:
    """Take a place of the list, as the choice in the form does."""
    st.session_state["place_where"] = number


def type_point(coordinates: str) -> None:
    """Take coordinates, as the field in the form does."""
    st.session_state["place_where"] = _TYPED
    st.session_state["place_typed"] = coordinates


def picture(
    edition: str, name: UnplacedName, members: Sequence[dict[str, Any]], found: Found
) -> Picture:
    """What the map shows of a name: its places, the pin as the form has it, what is drawn now."""
    said = st.session_state
    where, precision, radius = (said.get(f"place_{f}") for f in ("where", "precision", "radius"))
    chosen, pin = None, None
    if where == _TYPED:
        with contextlib.suppress(ImpossibleValue):
            pin = Spot(*read_point(said.get("place_typed") or ""), radius_of(precision, radius))
    elif where is not None and where < len(found):
        chosen, place = where, found[where][0]
        own = place.radius_km if precision in (None, place.precision) else None
        pin = Spot(place.latitude, place.longitude, radius_of(precision, radius, own))
    subject = f"{edition} {name.country or ''} {name.name}"
    return Picture(subject, found, chosen, pin, _drawn(members), name.country)


def _drawn(members: Sequence[dict[str, Any]]) -> Spot | None:
    """The one spot at which all incidents are drawn; None without one."""
    spots = {(m["latitude"], m["longitude"], m["radius_km"]) for m in members}
    spot = spots.pop() if len(spots) == 1 else (None,)
    return None if None in spot else Spot(*spot)


def place_form(name: UnplacedName, members: Sequence[dict[str, Any]], found: Found) -> None:
    """Draw the widgets; `answer` says what they hold once the button was pressed."""
    offered = scopes(name, members)
    st.selectbox(
        "For which incidents", range(len(offered)),
        format_func=lambda n: offered[n].label if n < len(offered) else "", key="place_scope",
    )  # fmt: skip
    st.selectbox(
        "Where it is", [*range(len(found)), _TYPED], index=None, placeholder="Choose a place",
        format_func=lambda n: _candidate_label(found, n), key="place_where",
    )  # fmt: skip
    if st.session_state.get("place_where") == _TYPED:
        st.text_input(
            "Coordinates", key="place_typed", placeholder="33.5, 38.66",
            help="Latitude first, unless letters say otherwise: " + EXAMPLES + ".",
        )  # fmt: skip
    left, right = st.columns(2)
    left.selectbox(
        "How exactly it is known", POINT_PRECISIONS, index=None, format_func=_precision_label,
        placeholder="Choose", key="place_precision",
    )  # fmt: skip
    right.number_input(
        "Within how many kilometres, if not as usual", min_value=0.01, value=None,
        max_value=LARGEST_RADIUS_KM, key="place_radius",
    )  # fmt: skip
    left, right = st.columns(2)
    left.text_input("Who says so", value=asking.UNNAMED, key="place_who")
    right.text_input("Why", key="place_why", placeholder="for the history")


def answer(name: UnplacedName, members: Sequence[dict[str, Any]], found: Found) -> Answer:
    """What the form says.

    Raises:
        ImpossibleValue: something is missing, or is no point on Earth.
    """
    said = st.session_state
    where, precision = said.get("place_where"), said.get("place_precision")
    if where is None:
        raise ImpossibleValue("Choose a place, or type coordinates.")
    if precision is None:
        raise ImpossibleValue("Say how exactly the place is known.")
    radius = said.get("place_radius")
    if where == _TYPED:
        point = _typed(said.get("place_typed") or "", precision, radius, name)
    else:
        point = _of_candidate(found[where][0], precision, radius, name)
    scope = scopes(name, members)[said.get("place_scope") or 0]
    why = said.get("place_why") or "placed on the Places page"
    return Answer(scope, point, said.get("place_who") or asking.UNNAMED, why)


def _typed(text: str, precision: str, radius: float | None, name: UnplacedName) -> Point:
    latitude, longitude = read_point(text)
    country = country_of(latitude, longitude) if name.country is None else None
    return Point(latitude, longitude, precision, TYPED, radius, country)


def _of_candidate(
    candidate: Candidate, precision: str, radius: float | None, name: UnplacedName
) -> Point:
    if radius is None and precision == candidate.precision:
        radius = candidate.radius_km
    country = candidate.country if name.country is None else None
    point = (candidate.latitude, candidate.longitude)
    return Point(*point, precision, candidate.source, radius, country)


def _candidate_label(found: Found, number: int) -> str:
    if not 0 <= number < len(found):
        return "Coordinates that I type"
    candidate = found[number][0]
    units = ", ".join(unit for unit in (candidate.admin1, country_name(candidate.country)) if unit)
    return f"{number + 1}. {short(candidate.name)} ({short(units)})"


def _precision_label(code: str) -> str:
    return f"{LOCATION_PRECISION.label(code)}, within {default_radius_km(code):g} km"
