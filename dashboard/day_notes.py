"""Notes on days, between the map page and the book beside the store.

Like layers, notes have no word on who else may see them: they stay with those who see everything,
and are written by those who may change the record.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, Final

import streamlit as st

from dashboard.access import asking
from dashboard.access.principal import Role
from dashboard.served import served
from geodata.errors import ConflictMapError, NotAllowed
from geodata.notes import NoteBook

_SAID: Final = "note_said"


def for_page() -> dict[str, Any]:
    """The same as `shown`, with what was said last in this session."""
    notes = shown()
    return notes | {"said": notes["said"] or st.session_state.pop(_SAID, None)}


def shown() -> dict[str, Any]:
    """What a page shows: `kept` notes, whether more `may` be kept, and what is to be `said`."""
    who = asking.principal()
    if who is None or not who.team:
        return {"kept": [], "may": False, "said": None}
    kept: list[dict[str, Any]] = []
    said = None
    try:
        kept = [asdict(note) for note in _book().current()]
    except ConflictMapError as error:
        said = str(error)
    return {"kept": kept, "may": who.role >= Role.EDITOR, "said": said}


def act(asked: object) -> None:
    """Do what a person has asked for in the page: add a note or remove one.

    Args:
        asked: from the browser: `act` with `day` and `words`, or with `id`. What went wrong is told
            with the next `for_page`; what is none of these is left alone.
    """
    if not isinstance(asked, dict):
        return
    given = {name: str(asked.get(name) or "") for name in ("act", "day", "words", "id")}
    try:
        if given["act"] == "add":
            _book().add(given["day"], given["words"], who=_who())
        elif given["act"] == "remove":
            _book().remove(given["id"], who=_who())
    except ConflictMapError as error:
        st.session_state[_SAID] = str(error)


def _book() -> NoteBook:
    return NoteBook.beside(served().store.path)


def _who() -> str:
    """Whose name a note bears.

    Raises:
        NotAllowed: they may not keep any.
    """
    name = asking.writer()
    rights = asking.rights()
    if rights is not None and not rights.team:
        raise NotAllowed("Notes are kept by the people who work with this store only.")
    return name
