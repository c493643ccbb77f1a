"""The filters in the sidebar: widgets over one `IncidentFilter`, with what the store can offer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import streamlit as st

from dashboard import session
from dashboard.fold import folded
from dashboard.served import Edition, Offer
from geodata.boundaries import countries
from geodata.vocabulary import (
    DATE_PRECISION,
    EVENT_TYPE,
    GRADE,
    LIST_SEPARATOR,
    LOCATION_PRECISION,
    ROLE,
    WEAPON,
    WEAPON_GROUP,
    Vocabulary,
)

MOST_OPTIONS = 2_000
"""Most actors or provinces offered, the frequent ones first; text finds the others."""
MORE = ("roles", "admin1", "grades", "disputed", "precisions", "date_precisions")
"""The fields that are folded away as a rule."""
EARLIEST = dt.date(1900, 1, 1)


def filters(edition: Edition) -> None:
    """Draw the sidebar; each change writes the whole filter to the URL."""
    offer = offered(edition)
    with st.sidebar:
        _text("Search", "text", placeholder="title, place, actor, id")
        _dates()
        _several("Country", "countries", offer["country"], _country_name)
        _several("Event type", "event_types", EVENT_TYPE.codes, EVENT_TYPE.label)
        _several("Weapon", "weapons", offer["weapon"], _weapon_label)
        _several("Actor", "actors", offer["actors"])
        _casualties()
    if not folded("More filters", "open_more", lambda: _more(offer)):
        session.forget_widgets(MORE)
    session.widgets_are_drawn()
    st.sidebar.button(
        "Clear all filters",
        on_click=session.clear,
        disabled=not session.link().filter,
        width="stretch",
    )


def _more(offer: Offer) -> None:
    _several("Role of the actor", "roles", ROLE.codes, ROLE.label)
    _several("Province", "admin1", offer["admin1"])
    _several("How established", "grades", GRADE.codes, GRADE.label)
    _choice("Accounts", "disputed", {True: "Disputed", False: "Not disputed"})
    _several("Place known to", "precisions", LOCATION_PRECISION.codes, LOCATION_PRECISION.label)
    _several("Day known to", "date_precisions", DATE_PRECISION.codes, DATE_PRECISION.label)


def offered(edition: Edition) -> Offer:
    """What the lists of the sidebar hold for an edition; found once for all sessions."""
    return edition.offer(_offered)


def _apply() -> None:
    session.choose(session.from_widgets())


def _text(label: str, field: str, *, placeholder: str) -> None:
    st.text_input(label, key=session.key(field), on_change=_apply, placeholder=placeholder)


def _dates() -> None:
    left, right = st.columns(2)
    for column, label, field in ((left, "From", "date_from"), (right, "To", "date_to")):
        column.date_input(
            label,
            value=None,
            min_value=EARLIEST,
            max_value=dt.date(2100, 12, 31),
            key=session.key(field),
            on_change=_apply,
            format="YYYY-MM-DD",
        )


def _casualties() -> None:
    left, right = st.columns(2)
    for column, label, field in (
        (left, "Killed, at least", "killed_min"),
        (right, "Injured, at least", "injured_min"),
    ):
        column.number_input(
            label, min_value=0, value=None, step=1, key=session.key(field), on_change=_apply
        )


def _several(
    label: str, field: str, options: Iterable[str], name: Callable[[str], str] = str
) -> None:
    key = session.key(field)
    chosen = st.session_state.get(key) or []
    st.multiselect(
        label,
        [*options, *(value for value in chosen if value not in set(options))],
        key=key,
        on_change=_apply,
        format_func=name,
        placeholder="All",
    )


def _choice(label: str, field: str, options: dict[Any, str]) -> None:
    st.selectbox(
        label,
        list(options),
        index=None,
        key=session.key(field),
        on_change=_apply,
        format_func=options.__getitem__,
        placeholder="All",
    )


def _country_name(code: str) -> str:
    return countries()[code].name if code in countries() else code


def _weapon_label(code: str) -> str:
    if code in WEAPON_GROUP and code not in WEAPON:
        return f"{WEAPON_GROUP.label(code)} (any)"
    return WEAPON.label(code)


def _offered(incidents: pa.Table) -> dict[str, tuple[str, ...]]:
    used = set(_values(incidents, ["weapon", "weapon_group"]))
    return {
        "country": tuple(sorted(_values(incidents, ["country"]))),
        "admin1": _values(incidents, ["admin1"]),
        "actors": _values(incidents, list(ROLE.codes)),
        "weapon": tuple(code for code in _codes(WEAPON_GROUP, WEAPON) if code in used),
    }


def _codes(*lists: Vocabulary) -> tuple[str, ...]:
    return tuple(dict.fromkeys(code for codes in lists for code in codes.codes))


def _values(incidents: pa.Table, columns: list[str]) -> tuple[str, ...]:
    """The values of columns, the most frequent first; cells with several count for each."""
    cells = pa.concat_arrays([incidents[name].combine_chunks() for name in columns])
    single = pc.list_flatten(pc.split_pattern(cells.drop_null(), LIST_SEPARATOR))
    counted = pc.value_counts(single).to_pylist()
    counted.sort(key=lambda pair: (-pair["counts"], pair["values"]))
    return tuple(pair["values"] for pair in counted[:MOST_OPTIONS])
