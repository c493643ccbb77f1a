"""The current choice of one browser session, in step with its URL; sole owner of session keys.

A session starts from the URL (a link, a reload), and follows it when a person goes back or
forward. Between those the session itself knows what is chosen: a browser that asks for something
before the last choice has reached its address bar still sends the URL of before. What the sidebar
chooses is written to the URL by `choose`; what the browser chooses itself (window of days, area)
it writes to the URL and reports, and `adopt` takes it over.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields, replace
from typing import Any, Final
from urllib.parse import quote

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from dashboard.saved_views import PARAMETER as VIEW
from dashboard.served import Edition, served
from geodata.filters import PARAMETERS, IncidentFilter, Link, parse_link, to_parameters, to_query

WIDGETS: Final = tuple(
    spec.name for spec in fields(IncidentFilter) if spec.name not in {"bbox", "polygon"}
)
BROWSER_FIELDS: Final = ("date_from", "date_to", "bbox", "polygon")
"""What the browser may change by itself: the window of days and the area."""
MAP_PAGE: Final = "Map"
_APPLIED: Final = "applied_filter"
_UNDRAWN: Final = "undrawn_filters"
_CHOSEN: Final = "chosen_filter"
_LAST_LINK: Final = "last_link"
_PAGE: Final = "page"
_RESTORED: Final = "restored_link"
_OPENED: Final = "opened_view"
NOTES: Final = "notes"
"""The parameter of notes on days, which the browser reads and writes alone."""


def edition() -> Edition:
    """The store as it is now."""
    return served().edition()


def link() -> Link:
    """What is chosen and what is looked at; as the URL says, until the session knows better."""
    said = st.session_state.get(_RESTORED) or _in_url()
    return replace(said, filter=st.session_state.get(_CHOSEN, said.filter))


def visit(page: str) -> None:
    """Note which page is drawn; a way from one to another drops the URL's parameters.

    The map's are kept when a person leaves it, and are brought back on return, unless the link
    that leads back brings its own. An empty URL on the map itself means everything.
    """
    arrives = st.session_state.get(_PAGE) != page
    st.session_state[_PAGE] = page
    if page != MAP_PAGE:
        return
    if _ours():
        st.session_state.pop(_RESTORED, None)
    if arrives and _LAST_LINK in st.session_state and not _ours():
        st.session_state[_RESTORED] = st.session_state[_LAST_LINK]
        st.session_state[_CHOSEN] = st.session_state[_LAST_LINK].filter
    elif arrives or _moved_through_history():
        st.session_state[_CHOSEN] = _in_url().filter
    st.session_state[_LAST_LINK] = link()


def restored() -> str | None:
    """The query that the browser shall put back into its URL, where a menu led here without one.

    The browser does it, since what we write is a step of its own in the history: Back would lead
    to the page before with the map's query.
    """
    return query() if _RESTORED in st.session_state else None


def query() -> str:
    """All that the map shows now, as a query for its address."""
    now, notes = link(), st.query_params.get(NOTES)
    said = to_query(now.filter, now.view)
    return said if not notes else f"{said}{'&' if said else ''}{NOTES}={quote(notes, safe='')}"


def opened_view() -> str | None:
    """The saved view that the session was last led to; its URL may have moved on since."""
    led = st.query_params.get(VIEW)
    if led:
        st.session_state[_OPENED] = led
    opened = st.session_state.get(_OPENED)
    return opened if isinstance(opened, str) else None


def has_just_opened() -> bool:
    """Whether the URL is still the one that a saved view leads to, or names one at least."""
    return VIEW in st.query_params


def key(field: str) -> str:
    """The session key of a filter's widget."""
    return f"filter_{field}"


def fill_widgets(chosen: IncidentFilter) -> None:
    """Set the sidebar to what is chosen, where it says otherwise or is drawn anew.

    Streamlit forgets the values of widgets that another page does not draw. And it tells the
    browser of a value only in the very run that sets it: one that was cut short before it drew the
    sidebar (by a hand on the map, say) has told nothing, so that the next one sets it again.
    """
    told = st.session_state.get(_APPLIED) == chosen
    undrawn = set(_undrawn())
    for field in WIDGETS:
        name, value = key(field), _to_widget(getattr(chosen, field))
        if not told and name in st.session_state and st.session_state[name] != value:
            undrawn.add(field)
        if not told or field in undrawn or name not in st.session_state:
            st.session_state[name] = value
    st.session_state[_APPLIED] = chosen
    st.session_state[_UNDRAWN] = tuple(undrawn)


def widgets_are_drawn() -> None:
    """The sidebar has been drawn to its end: the browser knows all that it says."""
    st.session_state[_UNDRAWN] = ()


def forget_widgets(names: Iterable[str]) -> None:
    """Drop what the sidebar says of fields that are not drawn: what is chosen of them stays.

    Streamlit would give them back as they were before they were drawn.
    """
    for field in names:
        st.session_state.pop(key(field), None)


def from_widgets() -> IncidentFilter:
    """The filter that the sidebar says, with the area that the map says.

    Where the sidebar has not been told of a choice, what it says of that is of before.
    """
    carried, undrawn = link().filter, _undrawn()
    said = {
        field: _from_widget(st.session_state[key(field)])
        for field in WIDGETS
        if key(field) in st.session_state and field not in undrawn
    }
    if said.get("date_from") and said.get("date_to") and said["date_to"] < said["date_from"]:
        said["date_from"], said["date_to"] = said["date_to"], said["date_from"]
    return replace(carried, **said)


def _undrawn() -> tuple[str, ...]:
    """The fields whose choice the browser's widgets may not have heard of."""
    return tuple(st.session_state.get(_UNDRAWN, ()))


def choose(chosen: IncidentFilter) -> None:
    """Write a filter to the URL; the view stays as it is."""
    _write(Link(chosen, _in_url().view))
    st.session_state[_APPLIED] = chosen


def adopt(report: Mapping[str, Any]) -> None:
    """Take over what the browser has put into its URL: parameters as text, missing ones unset."""
    said = parse_link(
        {name: [str(text)] for name, text in report.items() if name in PARAMETERS and text}
    )
    ours = link()
    theirs = {field: getattr(said.filter, field) for field in BROWSER_FIELDS}
    _write(Link(replace(ours.filter, **theirs), said.view))


def clear() -> None:
    """Drop every filter; the view stays, and the sidebar is set anew."""
    _write(Link(IncidentFilter(), _in_url().view))


def _ours() -> dict[str, list[str]]:
    return {name: st.query_params.get_all(name) for name in st.query_params if name in PARAMETERS}


def _in_url() -> Link:
    return parse_link(_ours())


def _moved_through_history() -> bool:
    context = get_script_run_ctx()
    return context is not None and context.is_history_navigation


def _write(new: Link) -> None:
    st.session_state[_CHOSEN] = new.filter
    given: dict[str, list[str]] = {}
    for name, text in to_parameters(new.filter, new.view):
        given.setdefault(name, []).append(text)
    st.query_params.from_dict(given)


def _to_widget(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _from_widget(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(value)
    return value or None if isinstance(value, str) else value
