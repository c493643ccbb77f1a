"""The tray of names that wait for a person, and the list of those that a person has placed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import streamlit as st

from dashboard.access import asking
from dashboard.place_form import (
    MOST_SHOWN,
    Answer,
    answer,
    choose_place,
    clear_form,
    name_label,
    picture,
    place_form,
    placing_sentence,
    type_point,
)
from dashboard.place_map import place_map
from dashboard.place_words import candidates_table, incidents_table, names_table
from dashboard.plain import notice, say
from dashboard.served import Edition, ServedStore
from geodata.errors import ConflictMapError
from geodata.placing import UnplacedName, candidates, incidents_of, place

MOST_NAMES: Final = 1_000
_OUTCOME: Final = "place_outcome"
_SEEN: Final = "place_seen"


def outcome() -> list[str]:
    """What the last press of a button did; told once."""
    told: list[str] = st.session_state.pop(_OUTCOME, [])
    return told


def ask(here: ServedStore, edition: Edition, waiting: Sequence[UnplacedName]) -> None:
    """Draw the names, the candidates of the one chosen and the form; place what was said."""
    name = _chosen(waiting[:MOST_NAMES])
    members = incidents_of(edition.snapshot, name)
    shown = incidents_table(members[:MOST_SHOWN])
    st.dataframe(shown, hide_index=True, height=_height(len(shown), 180))
    found = candidates(here.gazetteer(), name, members)
    if found:
        say("Places that it may mean, the likeliest first, numbered on the map:")
        st.dataframe(candidates_table(found), hide_index=True)
    else:
        say(
            "No place of this name is known here; put the pin on the map, type coordinates, or "
            "add a country pack."
        )
    place_map(
        picture(edition.token, name, members, found), on_place=choose_place, on_pin=type_point
    )
    say("Press a number to choose that place, or the map to put the pin; drag the pin to move it.")
    place_form(name, members, found)
    seen, st.session_state[_SEEN] = st.session_state.get(_SEEN), edition.token
    if not st.button("Place", type="primary"):
        return
    if seen != edition.token:
        # The choices are numbered, and the numbers may mean others now.
        notice(["The record has changed meanwhile. Look again; nothing was changed."])
        return
    try:
        n = _place(here, answer(name, members, found))
    except ConflictMapError as error:
        notice([f"{error} Nothing was changed."])
        return
    _done(f"{n:,} incidents placed. You can take it back below.")


def _chosen(waiting: Sequence[UnplacedName]) -> UnplacedName:
    st.dataframe(names_table(waiting), hide_index=True, height=_height(len(waiting), 240))
    return st.selectbox(
        "Name", waiting, format_func=name_label, key="place_name", on_change=clear_form
    )


def _height(rows: int, most: int) -> int:
    """Pixels of a table: its rows and head, at most so many."""
    return min(most, 37 + 35 * rows)


def _place(here: ServedStore, said: Answer) -> int:
    scope = said.scope
    return place(
        here.store, scope.incident_ids, said.point,
        for_name=scope.for_name, who=said.who, why=said.why,
    )  # fmt: skip


def _done(sentence: str) -> None:
    st.session_state[_OUTCOME] = [sentence]
    clear_form()
    st.rerun()


def placed(here: ServedStore) -> None:
    """Draw what was placed by hand, each to be taken back."""
    placings = here.store.placings()
    if placings:
        st.header("Placed by hand", divider="grey")
    for one in placings[:100]:
        label, button = st.columns([4, 1], vertical_alignment="center")
        label.text(placing_sentence(one))
        if button.button("Take back", key=f"placing_{one.version}", width="stretch"):
            here.store.undo_edit(
                one.version, who=asking.writer(), why="taken back on the Places page"
            )
            _done("Taken back.")
