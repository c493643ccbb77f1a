"""The form in which a person says where a name is: whom it concerns, which place, how exact.

Names come from outside. They stand in tables and in choices, which show text as it is, never in
labels, which Streamlit reads as Markdown.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd
import streamlit as st

from geodata.boundaries import country_of
from geodata.errors import ImpossibleValue
from geodata.gazetteer import Candidate
from geodata.placing import LARGEST_RADIUS_KM, POINT_PRECISIONS, TYPED, Point, UnplacedName
from geodata.store import Placing
from geodata.typed_points import EXAMPLES, read_point
from geodata.vocabulary import LOCATION_PRECISION, default_radius_km

MOST_SHOWN: Final = 200
_LONGEST: Final = 100
_TYPED: Final = -1

Found = Sequence[tuple[Candidate, float | None]]


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


def short(text: str | None) -> str:
    """A text for a choice: one line, at most 100 characters."""
    line = " ".join((text or "").split())
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"


def scopes(name: UnplacedName, members: Sequence[dict[str, Any]]) -> list[Scope]:
    """All incidents of a name, those of each province where there are several, each alone."""
    ids = tuple(member["incident_id"] for member in members)
    where = f" in {name.country}" if name.country else ""
    found = [Scope(f"All {len(ids):,} incidents with this name{where}", ids, for_name=True)]
    provinces = Counter(member["admin1"] for member in members)
    if len(provinces) > 1:
        for province, count in provinces.most_common():
            those = tuple(m["incident_id"] for m in members if m["admin1"] == province)
            said = "without a province" if province is None else f"in {short(province)}"
            found.append(Scope(f"The {count:,} {said}", those, for_name=True))
    for member in members[:MOST_SHOWN]:
        told = short(f"{member['date_start'] or 'no day'}, {member['title'] or 'no title'}")
        label = f"Only this one: {told} ({short(member['incident_id'])})"
        found.append(Scope(label, (member["incident_id"],), for_name=False))
    return found


def name_label(name: UnplacedName) -> str:
    """A name with its country and count, for a choice."""
    many = "incident" if name.incidents == 1 else "incidents"
    return f"{short(name.name)} ({name.country or 'no country'}): {name.incidents:,} {many}"


def placing_sentence(placing: Placing) -> str:
    """When, by whom, what and why a place was set; plain text."""
    many = "incident" if placing.incidents == 1 else "incidents"
    return (
        f"{placing.at:%Y-%m-%d %H:%M} UTC, {placing.who}: {short(placing.name)} "
        f"({placing.country or 'no country'}), {placing.incidents:,} {many} at "
        f"{placing.latitude:.6f}, {placing.longitude:.6f}, "
        f"{LOCATION_PRECISION.label(placing.precision).lower()}. {placing.why}"
    )


def clear_form() -> None:
    """Forget what was said of one name before another is asked about."""
    for field in ("scope", "where", "typed", "precision", "radius", "why"):
        st.session_state.pop(f"place_{field}", None)


def candidate_table(found: Found) -> pd.DataFrame:
    """Candidates as a table: number, name, province, country, kind, kilometres, score, reasons."""
    columns = ["No.", "name", "province", "country", "kind", "km from here", "known to", "score",
               "because", "source"]  # fmt: skip
    rows = [
        (n, c.name, c.admin1, c.country, c.kind.removeprefix("precision:"),
         None if distance is None else round(distance),
         LOCATION_PRECISION.label(c.precision), c.score, ", ".join(c.reasons), c.source)
        for n, (c, distance) in enumerate(found, 1)
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


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
        st.text_input("Coordinates, latitude first", key="place_typed", placeholder=EXAMPLES)
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
    left.text_input("Who says so", value="analyst", key="place_who")
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
    return Answer(scope, point, said.get("place_who") or "analyst", why)


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
    units = ", ".join(unit for unit in (candidate.admin1, candidate.country) if unit)
    return f"{number + 1}. {short(candidate.name)} ({short(units)})"


def _precision_label(code: str) -> str:
    return f"{LOCATION_PRECISION.label(code)}, within {default_radius_km(code):g} km"
