"""Notes on days as the map page asks for them: who sees them, who may keep one."""

from __future__ import annotations

from pathlib import Path

import pytest

from dashboard import day_notes, served
from dashboard.access import asking
from dashboard.access.principal import Principal, Role
from dashboard.served import ServedStore
from geodata.notes import NoteBook
from geodata.store import Store

ADD = {"act": "add", "day": "2016-09-12", "words": "ceasefire"}


@pytest.fixture
def book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> NoteBook:
    serving = ServedStore(Store.open(tmp_path / "store.duckdb"))
    monkeypatch.setattr(served, "_served", serving)
    monkeypatch.setattr(day_notes.st, "session_state", {})
    return NoteBook.beside(serving.store.path)


def asks(monkeypatch: pytest.MonkeyPatch, who: Principal | None) -> None:
    """From now on somebody on a shared server asks."""
    monkeypatch.setattr(asking, "principal", lambda: who)
    monkeypatch.setattr(asking, "rights", lambda: None if who is None else who.rights())


def test_a_note_is_kept_shown_and_removed(book: NoteBook) -> None:
    assert day_notes.for_page() == {"kept": [], "may": True, "said": None}
    day_notes.act(ADD)
    (kept,) = day_notes.for_page()["kept"]
    assert (kept["day"], kept["words"], kept["who"]) == ("2016-09-12", "ceasefire", "analyst")
    day_notes.act({"act": "remove", "id": kept["id"]})
    assert day_notes.for_page()["kept"] == book.current() == []


@pytest.mark.usefixtures("book")
def test_what_cannot_be_kept_is_said_once() -> None:
    day_notes.act({"act": "add", "day": "soon", "words": None})
    assert day_notes.for_page()["said"] == "A note needs a day and words."
    assert day_notes.for_page()["said"] is None


@pytest.mark.parametrize("asked", [None, "add", [], {"act": "paint"}, {}])
def test_what_is_no_request_changes_nothing(book: NoteBook, asked: object) -> None:
    day_notes.act(asked)
    assert book.journal.entries() == []


def test_an_editor_keeps_under_their_name_a_viewer_reads_and_a_guest_sees_none(
    book: NoteBook, monkeypatch: pytest.MonkeyPatch
) -> None:
    asks(monkeypatch, Principal(Role.EDITOR, "amal", team=True))
    day_notes.act(ADD)
    assert [note.who for note in book.current()] == ["amal"]
    asks(monkeypatch, Principal(Role.VIEWER, "vera", team=True))
    day_notes.act(ADD | {"words": "talks"})
    page = day_notes.for_page()
    assert (len(page["kept"]), page["may"]) == (1, False)
    assert "may look at this store" in page["said"]
    for guest in (Principal(Role.VIEWER, within="country=SYR"), Principal(Role.EDITOR), None):
        asks(monkeypatch, guest)
        assert day_notes.for_page() == {"kept": [], "may": False, "said": None}
    asks(monkeypatch, Principal(Role.EDITOR))
    day_notes.act(ADD | {"words": "talks"})
    assert len(book.journal.entries()) == 1


def test_a_damaged_book_is_told(book: NoteBook) -> None:
    day_notes.act(ADD)
    book.journal.path.write_text("{\n")
    page = day_notes.for_page()
    assert page["kept"] == []
    assert "damaged line" in page["said"]
