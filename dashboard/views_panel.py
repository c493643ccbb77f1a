"""Saved views in the map page's sidebar: open, save, change, delete and bring back.

Names and notes are what people wrote: they are shown as plain text, and reach no label.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, Final

import streamlit as st

from dashboard import session
from dashboard.access import asking
from dashboard.fold import folded
from dashboard.plain import say, short
from dashboard.saved_views import LONGEST_NAME, LONGEST_NOTE, SavedView, SeenBy, Views
from dashboard.served import Edition
from dashboard.view_routes import path_of, views_of_asker
from geodata.errors import ConflictMapError
from geodata.filters import IncidentFilter, Link

_WORDS: Final = {
    SeenBy.OWNER: "Only you",
    SeenBy.TEAM: "The team",
    SeenBy.EVERYBODY: "Everybody: published",
}
_TOLD: Final = {
    SeenBy.OWNER: "Only its owner sees it.",
    SeenBy.TEAM: "The team sees it.",
    SeenBy.EVERYBODY: "Published: everybody sees it, and of its incidents what is published.",
}
_CHOSEN: Final = "view_chosen"
_SAID: Final = "view_said"
_DELETED: Final = "view_deleted"
_GONE: Final = "view_gone"
_NAMED: Final = {
    "countries": "countries", "admin1": "provinces", "actors": "actors", "weapons": "weapons",
}  # fmt: skip
"""Fields of a filter whose values come and go with the data, and what they are called."""
_MOST_LOOKED_FOR: Final = 20


def views_panel() -> None:
    """Draw it in the sidebar; nothing where nobody may save and there is none to open."""
    views = views_of_asker()
    found = {view.view: view for view in views.all()}
    if not found and not views.may_save:
        return
    opened = session.opened_view() in found
    folded("Saved views", "open_views", lambda: _panel(views, found), expanded=opened)


def _panel(views: Views, found: dict[str, SavedView]) -> None:
    _news()
    chosen = _choice(found)
    if chosen is not None:
        _details(views, chosen)
    elif views.may_save:
        _new(views)


def _news() -> None:
    """What the last press did, and the way back from a deletion."""
    said = st.session_state.pop(_SAID, None)
    if said:
        with st.container(border=True):
            say(said)
    deleted = st.session_state.get(_DELETED)
    if deleted:
        st.button("Undo the deletion", on_click=_restore, args=(deleted,), width="stretch")


def _choice(found: dict[str, SavedView]) -> SavedView | None:
    if not found:
        say("None yet. A view keeps what the map shows: filters, place, open incident, drawing.")
        return None
    opened = session.opened_view()
    if _CHOSEN not in st.session_state and opened in found:
        st.session_state[_CHOSEN] = opened
    if st.session_state.get(_CHOSEN) not in found:
        st.session_state[_CHOSEN] = None
    name = st.selectbox(
        "Views", list(found), key=_CHOSEN, index=None, placeholder="Choose a view",
        format_func=lambda view: short(found[view].name),
    )  # fmt: skip
    return None if name is None else found.get(name)


def _details(views: Views, view: SavedView) -> None:
    hosted = asking.gate() is not None
    lines = [view.note] if view.note else []
    changed = dt.datetime.fromtimestamp(view.changed, dt.UTC)
    # Who works with the store is told to those alone who do, too.
    by = f" by {view.owner}" if views.may_save and view.owner and not views.owns(view) else ""
    lines.append(f"Changed {changed:%Y-%m-%d}{by}. {_TOLD[view.seen_by] if hosted else ''}".strip())
    say(*lines)
    # The address is made of our own signs; a full load brings all of the view, as a link does.
    st.html(f'<a href="{path_of(view)}" target="_self" style="color: inherit">Open this view</a>')
    gate = asking.gate()
    if gate is not None:
        st.code(gate.settings.address + path_of(view), language=None, wrap_lines=True)
    if views.owns(view):
        _press("Update it to what is shown", _update, view)
    if views.may_save:
        _press("Save as a new view", _start_anew)
    if views.owns(view):
        with st.form(f"view_form_{view.view}"):
            _fields(views, view, f"view_{view.view}")
            st.form_submit_button("Change", on_click=_describe, args=(view.view,), width="stretch")
    if views.may_delete(view):
        _press("Delete it", _delete, view)


def _press(label: str, act: Callable[..., None], view: SavedView | None = None) -> None:
    args = () if view is None else (view.view,)
    st.button(label, on_click=act, args=args, width="stretch")


def _new(views: Views) -> None:
    with st.form("view_new", clear_on_submit=True):
        _fields(views, None, "view_new")
        st.form_submit_button("Save what is shown", on_click=_save, width="stretch")


def _fields(views: Views, view: SavedView | None, keys: str) -> None:
    st.text_input(
        "Name", "" if view is None else view.name, max_chars=LONGEST_NAME, key=f"{keys}_name"
    )
    st.text_area(
        "Note", "" if view is None else view.note, max_chars=LONGEST_NOTE, key=f"{keys}_note",
        height=80,
    )  # fmt: skip
    choices = list(views.choices)
    if view is not None and view.seen_by not in choices:
        choices.append(view.seen_by)
    if len(choices) > 1:
        st.selectbox(
            "Who may open it", choices, key=f"{keys}_seen_by", format_func=_WORDS.__getitem__,
            index=0 if view is None else choices.index(view.seen_by),
        )  # fmt: skip


# --- what the buttons do; whoever presses is asked for anew --------------------------------------


def _filled(keys: str) -> tuple[str, str, SeenBy | None]:
    """Name, note, and who may open it where that could be chosen."""
    name, note, seen_by = (
        st.session_state.get(f"{keys}_{field}") for field in ("name", "note", "seen_by")
    )
    return name or "", note or "", None if seen_by is None else SeenBy(seen_by)


def _done(act: Callable[[], SavedView], said: str) -> SavedView | None:
    """Do it and say so, with the view's name, or say why not."""
    try:
        view = act()
    except ConflictMapError as error:
        st.session_state[_SAID] = str(error)
        return None
    st.session_state[_SAID] = said.replace("{}", short(view.name, 60))
    return view


def _save() -> None:
    name, note, seen_by = _filled("view_new")
    query = session.query()
    made = _done(
        lambda: views_of_asker().save(name, note, query, seen_by or SeenBy.OWNER),
        "Saved as “{}”.",
    )
    if made is not None:
        st.session_state[_CHOSEN] = made.view
        st.session_state.pop(_DELETED, None)


def _start_anew() -> None:
    st.session_state[_CHOSEN] = None


def _describe(view: str) -> None:
    name, note, chosen = _filled(f"view_{view}")

    def act() -> SavedView:
        mine = views_of_asker()
        found = mine.find(view)
        seen_by = chosen or (SeenBy.OWNER if found is None else found.seen_by)
        return mine.describe(view, name, note, seen_by)

    _done(act, "Changed “{}”.")


def _update(view: str) -> None:
    query = session.query()
    _done(lambda: views_of_asker().update(view, query), "“{}” now keeps what is shown.")


def _delete(view: str) -> None:
    if _done(lambda: views_of_asker().delete(view), "Deleted “{}”.") is not None:
        st.session_state[_DELETED] = view
        st.session_state[_CHOSEN] = None


def _restore(view: str) -> None:
    if _done(lambda: views_of_asker().restore(view), "“{}” is back.") is not None:
        st.session_state[_CHOSEN] = view
    st.session_state.pop(_DELETED, None)


# --- what is gone --------------------------------------------------------------------------------


def with_notices(link: Link, edition: Edition) -> Link:
    """The link; just after a saved view was opened, also with what it names and is not there."""
    if not session.has_just_opened():
        return link
    key = (edition.token, link)
    if st.session_state.get(_GONE, (None,))[0] != key:
        st.session_state[_GONE] = (key, tuple(gone(link, edition)))
    return replace(link, notices=(*link.notices, *st.session_state[_GONE][1]))


def gone(link: Link, edition: Edition) -> Iterator[str]:
    """A sentence for each kind of value that no incident has any more, and for the open one."""
    looked_for = 0
    for field, what in _NAMED.items():
        values = getattr(link.filter, field)[: _MOST_LOOKED_FOR - looked_for]
        looked_for += len(values)
        missing = [value for value in values if not _is_there(field, value, edition)]
        if missing:
            listed = ", ".join(short(value, 60) for value in missing)
            yield f"This view asks for {what} that no incident here has: {listed}."
    if link.view.open is not None and edition.row_of(link.view.open) is None:
        yield "The incident that this view opens is no longer here, or is not shown to you."


def _is_there(field: str, value: str, edition: Edition) -> bool:
    return bool(len(edition.snapshot.rows(IncidentFilter(**_one(field, value)))))


def _one(field: str, value: str) -> dict[str, Any]:
    return {field: (value,)}
