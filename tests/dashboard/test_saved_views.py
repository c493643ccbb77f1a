"""Named views: kept, found, changed, deleted and brought back; each by whom it may be."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from dashboard.access.principal import LOCAL, Principal, Role
from dashboard.saved_views import (
    LONGEST_NAME,
    MOST_VIEWS,
    NoSuchView,
    SavedView,
    SeenBy,
    ViewBook,
    Views,
    ViewsUnusable,
    _one_line,
    _plain,
    views_beside,
)
from dashboard.served import ServedStore
from dashboard.view_routes import address_of
from dashboard.views_panel import gone
from geodata.errors import ImpossibleValue, NotAllowed
from geodata.filters import IncidentFilter, View, parse_link, to_query
from tests.dashboard.test_pages import page, query
from tests.hostile import PAYLOADS

ADA = Principal(Role.ADMIN, "ada", team=True, session="a")
EDITH = Principal(Role.EDITOR, "edith", team=True, session="e")
VERA = Principal(Role.VIEWER, "vera", team=True, session="v")
GUEST = Principal(Role.VIEWER, "link 1", within="country=SYR", session="g")
ANYBODY = Principal(Role.ANONYMOUS)
EVERYONE = (ADA, EDITH, VERA, GUEST, ANYBODY)


@pytest.fixture
def book(tmp_path: Path) -> ViewBook:
    times = iter(range(1_800_000_000, 1_800_100_000))
    return ViewBook(views_beside(tmp_path / "store.duckdb"), lambda: float(next(times)))


def of(book: ViewBook, who: Principal, *, publishes: bool = True) -> Views:
    return Views(book, who, publishes=publishes)


def test_a_view_is_kept_found_changed_deleted_and_brought_back(book: ViewBook) -> None:
    mine = of(book, LOCAL)
    assert (mine.all(), mine.find("x")) == ([], None)
    assert not book.path.exists()  # looking makes no file
    made = mine.save(" The\n north ", "why", "country=SYR&z=7", SeenBy.OWNER)
    assert (made.name, made.note, made.link.filter.countries) == ("The north", "why", ("SYR",))
    assert stat.S_IMODE(book.path.stat().st_mode) == 0o600
    other = of(ViewBook(book.path), LOCAL)
    assert other.all() == [made]
    moved = other.update(made.view, "country=IRQ")
    named = other.describe(made.view, "The south", "", SeenBy.OWNER)
    assert named == replace(moved, name="The south", note="", changed=named.changed)
    assert (named.made, named.query) == (made.made, "country=IRQ")
    mine.delete(made.view)
    assert mine.find(made.view) is None
    with pytest.raises(NoSuchView):
        mine.update(made.view, "")
    mine.restore(made.view)
    assert mine.find(made.view) == named
    with pytest.raises(NoSuchView):
        mine.restore(made.view)


def test_what_was_deleted_long_ago_goes_for_good(tmp_path: Path) -> None:
    now = [0.0]
    mine = of(ViewBook(tmp_path / "views", lambda: now[0]), LOCAL)
    old, young = (mine.save(name, "", "", SeenBy.OWNER) for name in ("old", "young"))
    mine.delete(old.view)
    now[0] = 31 * 86_400.0
    mine.delete(young.view)
    mine.restore(young.view)
    with pytest.raises(NoSuchView):
        mine.restore(old.view)


@pytest.mark.parametrize("publishes", [True, False])
def test_nobody_opens_or_changes_more_than_is_theirs(book: ViewBook, *, publishes: bool) -> None:
    views = {
        seen_by: of(book, EDITH).save(seen_by, "", "", seen_by)
        for seen_by in SeenBy
    }  # fmt: skip
    nobodys = of(book, LOCAL).save("of a laptop", "", "", SeenBy.OWNER)
    opened = {
        who.name: {view.name for view in of(book, who, publishes=publishes).all()}
        for who in EVERYONE
    }
    shown = {"everybody"} if publishes else set()
    assert opened == {
        "ada": {"team", "everybody", "of a laptop"}, "edith": {"owner", "team", "everybody"},
        "vera": {"team", "everybody"}, "link 1": shown, None: shown,
    }  # fmt: skip
    for who in EVERYONE:
        theirs = of(book, who, publishes=publishes)
        assert {v.name for v in map(theirs.find, [*(v.view for v in views.values()), nobodys.view])
                if v} == opened[who.name]  # fmt: skip
        if who is EDITH:
            continue
        for view in views.values():
            with pytest.raises(NoSuchView):
                theirs.update(view.view, "z=3")
            with pytest.raises(NoSuchView):
                theirs.describe(view.view, "taken", "", view.seen_by)
            if who is ADA and view.seen_by is not SeenBy.OWNER:
                theirs.delete(view.view)
                theirs.restore(view.view)
                continue
            with pytest.raises(NoSuchView):
                theirs.delete(view.view)
    assert {view.name for view in of(book, EDITH).all()} == set(SeenBy)
    of(book, ADA).describe(nobodys.view, "taken over", "", SeenBy.TEAM)


def test_only_editors_show_a_view_to_everybody_and_admins_end_it(book: ViewBook) -> None:
    for who, least in ((VERA, SeenBy.EVERYBODY), (GUEST, SeenBy.OWNER), (ANYBODY, SeenBy.OWNER)):
        with pytest.raises(NotAllowed):
            of(book, who).save("x", "", "", least)
    with pytest.raises(NotAllowed):
        of(book, EDITH, publishes=False).save("x", "", "", SeenBy.EVERYBODY)
    shown = of(book, EDITH).save("x", "", "", SeenBy.EVERYBODY)
    demoted = of(book, replace(EDITH, role=Role.VIEWER))
    for act in (lambda: demoted.update(shown.view, "z=3"),
                lambda: demoted.describe(shown.view, "y", "", SeenBy.EVERYBODY)):  # fmt: skip
        with pytest.raises(NotAllowed):
            act()
    with pytest.raises(NoSuchView):
        of(book, VERA).withdraw(shown.view)
    assert of(book, ADA).withdraw(shown.view).seen_by is SeenBy.TEAM
    assert of(book, ANYBODY).find(shown.view) is None
    with pytest.raises(NoSuchView):
        of(book, ADA).withdraw(shown.view)


@pytest.mark.parametrize("name", ["", " \n\t", "\u202e\u2066", "x" * (LONGEST_NAME + 1)])
def test_a_view_has_a_name_of_some_length(name: str, book: ViewBook) -> None:
    with pytest.raises(ImpossibleValue):
        of(book, LOCAL).save(name, "", "", SeenBy.OWNER)


def test_there_is_an_end_to_views_and_to_what_one_holds(
    book: ViewBook, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = of(book, EDITH)
    with pytest.raises(ImpossibleValue, match="too much"):
        mine.save("x", "", "q=" + "x" * 20_000, SeenBy.OWNER)
    monkeypatch.setattr("dashboard.saved_views.MOST_VIEWS", 1)
    assert MOST_VIEWS > 1
    mine.save("x", "", "", SeenBy.OWNER)
    with pytest.raises(ImpossibleValue, match="delete one"):
        mine.save("y", "", "", SeenBy.OWNER)


@given(st.text(st.characters()))
def test_no_name_breaks_a_line_or_turns_what_stands_around_it(text: str) -> None:
    try:
        line = _one_line(text)
    except ImpossibleValue:
        return
    assert line.splitlines() == [line]
    assert line.encode()
    assert not set("\u202e\u2066\x00\x1b") & set(line)
    assert _plain(line, LONGEST_NAME) == line


def test_a_damaged_file_is_one_sentence(book: ViewBook) -> None:
    book.path.write_bytes(b"this is no database" * 100)
    for act in (book.all, lambda: of(book, LOCAL).save("x", "", "", SeenBy.OWNER)):
        with pytest.raises(ViewsUnusable, match="move it away"):
            act()


# --- on the map page -----------------------------------------------------------------------------


@pytest.fixture
def kept(here: ServedStore) -> Iterator[ViewBook]:
    """The book of the store that is served."""
    return ViewBook(views_beside(here.store.path))


def press(test: AppTest, label: str) -> AppTest:
    button = next(b for b in test.sidebar.button if b.label == label)
    return button.click().run()


def said(test: AppTest) -> str:
    return "\n".join(text.value for text in test.sidebar.text)


def test_what_the_map_shows_is_saved_with_its_filter_and_its_look(kept: ViewBook) -> None:
    test = page(country=["SYR"], z=["7"], lat=["33"], lon=["38"], open=["x"], layer=["heat"],
                notes=["2016-01-01 a&b"])  # fmt: skip
    test.multiselect(key="filter_weapons").set_value(["cluster-munition"]).run()
    test.query_params["notes"] = ["2016-01-01 a&b"]  # as the browser has it
    test.text_input(key="view_new_name").set_value("Mine")
    press(test, "Save what is shown")
    assert not test.exception
    assert "Saved as “Mine”." in said(test)
    (view,) = kept.all()
    whole = IncidentFilter(countries=("SYR",), weapons=("cluster-munition",))
    look = View(7, 33, 38, "x", "heat")
    assert (view.link.filter, view.link.view) == (whole, look)
    assert view.query == f"{to_query(whole, look)}&notes=2016-01-01%20a%26b"
    assert address_of(view) == f"/?{view.query}&view={view.view}"


def test_a_view_is_updated_renamed_deleted_and_brought_back_on_the_page(kept: ViewBook) -> None:
    made = of(kept, LOCAL).save("Mine", "my note", "country=SYR", SeenBy.OWNER)
    test = page(country=["SYR"], view=[made.view])
    assert "my note" in said(test)
    test.multiselect(key="filter_countries").set_value(["IRQ"]).run()
    assert "view" not in query(test)
    press(test, "Update it to what is shown")
    assert kept.all()[0].query == "country=IRQ"
    test.text_input(key=f"view_{made.view}_name").set_value("")
    press(test, "Change")
    assert "Give the view a name" in said(test)
    test.text_input(key=f"view_{made.view}_name").set_value("Ours")
    press(test, "Change")
    assert kept.all()[0].name == "Ours"
    press(test, "Delete it")
    assert "Deleted “Ours”." in said(test)
    assert kept.all() == []
    press(test, "Undo the deletion")
    assert [view.name for view in kept.all()] == ["Ours"]
    press(test, "Save as a new view")
    assert test.selectbox(key="view_chosen").value is None
    assert not test.exception


def test_a_hostile_name_and_note_are_text(kept: ViewBook) -> None:
    hostile = [text for text in PAYLOADS if len(text) <= LONGEST_NAME and text.strip()]
    for text in hostile:
        of(kept, LOCAL).save(text, text, "country=SYR", SeenBy.OWNER)
    last = kept.all()[-1]
    test = page(country=["SYR"], view=[last.view])
    assert not test.exception
    assert last.note in said(test)
    for shown in (*test.sidebar.markdown, *test.sidebar.get("html")):
        value = getattr(shown, "value", "") or str(shown.proto)
        assert last.note not in value


def test_a_view_that_names_what_is_gone_says_so(here: ServedStore) -> None:
    link = parse_link("country=SYR&country=ATA&actor=Nobody%20at%20all&open=gone&z=3")
    told = list(gone(link, here.edition()))
    assert [text.rpartition(": ")[2] for text in told[:2]] == ["ATA.", "Nobody at all."]
    assert "no longer here" in told[2]
    there = here.edition().snapshot.incidents["incident_id"][0].as_py()
    assert list(gone(parse_link(f"country=SYR&open={there}"), here.edition())) == []


def test_a_saved_view_is_a_value() -> None:
    view = SavedView("v", "n", "", "from=never", None, SeenBy.OWNER, 0, 0)
    assert "never" in view.link.notices[0]
