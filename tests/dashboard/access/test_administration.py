"""What admins see and do, that nobody else does, and the page on which they do it."""

from __future__ import annotations

import csv
import inspect
import io
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from streamlit.testing.v1 import AppTest

from dashboard import served
from dashboard.access import asking, signin
from dashboard.access.administration import PAGE_LINES, Administration
from dashboard.access.door import Door
from dashboard.access.gate import Gate, TooOften
from dashboard.access.limits import Rate
from dashboard.access.principal import LOCAL, Principal, Role
from dashboard.access.settings import Provider
from dashboard.saved_views import SeenBy, ViewBook, Views, views_beside
from dashboard.view_routes import views_of_asker
from geodata.errors import BadLink, ImpossibleValue, NotAllowed
from geodata.store import Store
from tests.dashboard.access.visitors import HOST, Clock, ask, guest, session_of, visitors
from tests.dashboard.test_pages import page_at
from tests.geodata.store.store_cases import make_batch

CALLS: dict[str, Callable[[Administration], Any]] = {
    "require": lambda it: it.require(),
    "people": lambda it: it.people(),
    "seen": lambda it: it.seen(),
    "sessions": lambda it: it.sessions(),
    "end_sessions": lambda it: it.end_sessions(["123456789abc"]),
    "links": lambda it: it.links(),
    "make_link": lambda it: it.make_link("viewer", query="", note="", days=1),
    "revoke_links": lambda it: it.revoke_links(["no link"]),
    "audit_kinds": lambda it: it.audit_kinds(),
    "audit": lambda it: it.audit(),
    "audit_file": lambda it: it.audit_file(),
    "settings": lambda it: it.settings(),
    "problems": lambda it: it.problems(),
    "version": lambda it: it.version(),
}


@contextmanager
def asked_by(gate: Gate, cookies: dict[str, str]) -> Iterator[Administration]:
    with asking.asked_by(gate.principal(cookies), "203.0.113.7"):
        yield Administration()


@pytest.fixture
def ada(gate: Gate) -> Iterator[Administration]:
    with asked_by(gate, session_of(gate, who="ada@example.org")) as books:
        yield books


def test_nobody_but_an_admin_gets_any_answer(gate: Gate, clock: Clock) -> None:
    methods = {n for n, _ in inspect.getmembers(Administration, inspect.isfunction) if n[0] != "_"}
    assert methods == set(CALLS)
    come = visitors(gate, clock)
    for who, cookies in come.items():
        for name, call in CALLS.items():
            with asked_by(gate, cookies) as books:
                if who == "admin":
                    call(books)
                    continue
                before = (len(gate.book.links()), len(gate.book.audit()))
                with pytest.raises(NotAllowed):
                    call(books)
            assert (len(gate.book.links()), len(gate.book.audit())) == before, (who, name)
    asking.guard_with(None)
    for call in CALLS.values():
        with pytest.raises(NotAllowed):
            call(Administration())


def test_a_role_that_is_taken_away_ends_at_once(gate: Gate, ada: Administration) -> None:
    ada.require()
    gate.settings = replace(gate.settings, people={"ada@example.org": Role.EDITOR})
    cookies = session_of(gate, who="ada@example.org")
    with asked_by(gate, cookies) as books, pytest.raises(NotAllowed):
        books.links()


def test_a_link_is_made_narrowed_listed_and_revoked(gate: Gate, ada: Administration) -> None:
    address = ada.make_link("viewer", query="?country=SYR", note=" the\ndesk ", days=2)
    (row,) = ada.links()
    assert (row["query"], row["note"], row["made by"], row["holds"]) == (
        "country=SYR", "the desk", "ada@example.org", "yes",
    )  # fmt: skip
    link = gate.link_of(address.partition("#")[2])
    assert link is not None
    came = session_of(gate, link=link.link)
    assert ada.revoke_links([row["link"], "unknown"]) == 1
    assert ada.links()[0]["holds"] == ""
    assert gate.principal(came) == Principal(Role.ANONYMOUS)
    assert [line["what"] for line in ada.audit()] == ["revoked", "link made"]


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"role": "owner"}, ImpossibleValue), ({"role": "anonymous"}, ImpossibleValue),
        ({"days": 0}, ImpossibleValue), ({"days": float("nan")}, ImpossibleValue),
        ({"note": "x" * 201}, ImpossibleValue), ({"query": "from=never"}, BadLink),
        ({"role": "editor", "query": "country=SYR"}, ImpossibleValue),
    ],
)  # fmt: skip
def test_a_link_that_cannot_be_is_refused(
    given: dict[str, Any], error: type[Exception], ada: Administration
) -> None:
    asked = {"role": "viewer", "query": "", "note": "", "days": 1} | given
    with pytest.raises(error):
        ada.make_link(asked.pop("role"), **asked)
    assert ada.links() == []


def test_an_admin_who_came_by_a_link_makes_none_that_outlives_it(gate: Gate) -> None:
    with asked_by(gate, guest(gate, Role.ADMIN)) as books:
        assert len(books.links()) == 1
        with pytest.raises(NotAllowed, match="your own name"):
            books.make_link("admin", query="", note="", days=366)
    assert len(gate.book.links()) == 1


def test_sessions_are_listed_and_ended_one_by_one(gate: Gate, ada: Administration) -> None:
    edith = session_of(gate, who="edith@example.org")
    listed = {row["who"]: row for row in ada.sessions()}
    first = listed["edith@example.org"]
    assert (first["yours"], listed["ada@example.org"]["yours"]) == ("", "yes")
    assert {row["who"]: row["role"] for row in ada.seen()} == {
        "ada@example.org": "admin", "edith@example.org": "editor",
    }  # fmt: skip
    assert ada.end_sessions([first["session"], "gone12345678"]) == 1
    assert gate.principal(edith) == Principal(Role.ANONYMOUS)
    assert [row["who"] for row in ada.sessions()] == ["ada@example.org"]
    assert {row["who"]: row["sessions"] for row in ada.seen()}["edith@example.org"] == 0
    gate.settings = replace(gate.settings, people={"ada@example.org": Role.ADMIN})
    assert {row["who"]: row["role"] for row in ada.seen()}["edith@example.org"] == "none any more"


def test_the_audit_comes_page_by_page_and_as_a_file_that_runs_nothing(
    gate: Gate, ada: Administration
) -> None:
    for number in range(PAGE_LINES + 3):
        gate.book.note("export", who="=cmd|' /C calc'!A0", detail=f"@{number}")
    gate.book.note("signed in", who="ada@example.org")
    assert ada.audit_kinds() == {"export": PAGE_LINES + 3, "signed in": 1}
    pages = [ada.audit(number) for number in range(3)]
    assert [len(page) for page in pages] == [PAGE_LINES, 4, 0]
    assert pages[0][0]["what"] == "signed in"
    assert [line["detail"] for line in ada.audit(1, "export")] == ["@2", "@1", "@0"]
    rows = list(csv.DictReader(io.StringIO(ada.audit_file().decode("utf-8-sig"))))
    assert len(rows) == PAGE_LINES + 5  # with the line that says it was taken
    assert rows[0]["detail"] == "the audit"
    assert {row["who"][0] for row in rows if row["what"] == "export"} == {"'", "a"}
    gate.exports = Rate(1, 3600)
    ada.audit_file()
    with pytest.raises(TooOften):
        ada.audit_file()


def test_the_settings_are_told_and_no_secret_is(gate: Gate, ada: Administration) -> None:
    provider = Provider("https://sso.example.org", "map", "their-secret")
    gate.settings = replace(gate.settings, provider=provider)
    told = {row["setting"]: row["value"] for row in ada.settings()}
    assert told["provider"] == "https://sso.example.org"
    assert told["anonymous people see what is published"] == "yes"
    assert told["session hours"] == "12"
    assert not {"s" * 32, "their-secret"} & set(told.values())
    assert ada.people()[0] == {"entry": "ada@example.org", "role": "admin"}


def test_publishing_a_view_and_ending_it_are_in_the_audit(
    gate: Gate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store.open(tmp_path / "store.duckdb")
    monkeypatch.setattr(served, "_served", served.ServedStore(store))
    with asking.asked_by(gate.principal(session_of(gate, who="edith@example.org")), ""):
        hers = views_of_asker().save("x", "", "", SeenBy.TEAM)
        views_of_asker().describe(hers.view, "x", "", SeenBy.EVERYBODY)
    with asking.asked_by(gate.principal(session_of(gate, who="ada@example.org")), ""):
        views_of_asker().withdraw(hers.view)
    noted = [(line.what, line.who, line.detail) for line in gate.book.audit()]
    assert noted == [
        ("view no longer published", "ada@example.org", hers.view),
        ("view published", "edith@example.org", hers.view),
    ]


def test_a_page_that_asks_whether_it_is_still_let_in_keeps_no_session_alive(
    gate: Gate, clock: Clock
) -> None:
    door = Door(Starlette(routes=signin.ROUTES), gate, {HOST})
    edith = session_of(gate, who="edith@example.org")
    told = []
    for _ in range(13):  # 130 minutes; sessions are idle after 120
        clock.now += 600
        told.append(json.loads(ask(door, "/session", cookies=edith).body)["signed_in"])
    assert told == [True] * 11 + [False] * 2
    assert json.loads(ask(door, "/session").body) == {"signed_in": False}
    assert ask(door, "/session", cookies=edith).header("cache-control") == "no-store"


def test_who_saved_a_view_is_told_to_the_team_alone(
    gate: Gate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store.open(tmp_path / "store.duckdb")
    store.add(make_batch([{"incident_id": "A-1", "title": "x", "status": "published"}]))
    monkeypatch.setattr(served, "_served", served.ServedStore(store))
    edith = Principal(Role.EDITOR, "edith@example.org", team=True)
    views = Views(ViewBook(views_beside(store.path)), edith, publishes=True)
    view = views.save("Hers", "", "", SeenBy.EVERYBODY)

    def said(who: Principal) -> str:
        monkeypatch.setattr(type(gate), "principal", lambda *_, **__: who)
        test = page_at("map", {"view": [view.view]})
        return "\n".join(text.value for text in test.sidebar.text)

    assert "by edith@example.org" in said(Principal(Role.VIEWER, "vera@example.org", team=True))
    assert "Published" in said(Principal(Role.ANONYMOUS))
    assert "edith" not in said(Principal(Role.ANONYMOUS))


# --- the page ------------------------------------------------------------------------------------


@pytest.fixture
def shown(gate: Gate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], AppTest]:
    """Draws the page as Ada; a test's script has no websocket with cookies."""
    store = Store.open(tmp_path / "store.duckdb")
    store.add(make_batch([{"incident_id": "A-1", "title": "x", "status": "published"}]))
    monkeypatch.setattr(served, "_served", served.ServedStore(store))
    who = gate.principal(session_of(gate, who="ada@example.org"))
    monkeypatch.setattr(type(gate), "principal", lambda *_, **__: who)
    return lambda: page_at("admin")


def press(test: AppTest, label: str) -> str:
    """Press a button; what the page says then."""
    next(button for button in test.button if button.label == label).click().run()
    assert not test.exception
    return "\n".join(text.value for text in test.text)


def test_an_admin_makes_a_link_and_ends_what_is_open_on_the_page(
    gate: Gate, shown: Callable[[], AppTest]
) -> None:
    edith = gate.let_in(who="edith@example.org")
    views = Views(
        ViewBook(views_beside(served.whole().store.path)),
        Principal(Role.EDITOR, "edith@example.org", team=True), publishes=True,
    )  # fmt: skip
    view = views.save("**Hers**", "<b>", "", SeenBy.EVERYBODY)
    test = shown()
    test.text_input(key="admin_link_query").set_value("country=Nowhere&from=never")
    assert "never" in press(test, "Make a link")
    test.text_input(key="admin_link_query").set_value("country=SYR")
    test.text_input(key="admin_link_note").set_value("[desk](http://stranger.example)")
    assert "The link is made." in press(test, "Make a link")
    (link,) = gate.book.links()
    (address,) = [code.value for code in test.code]
    assert gate.link_of(address.partition("#")[2]) == link
    assert "Choose from the list" in press(test, "Revoke them")
    assert [code.value for code in test.code] == []
    test.multiselect(key="admin_links").set_value([link.link])
    assert "1 revoked" in press(test, "Revoke them")
    session = next(s.key[:12] for s in gate.book.sessions() if s.who == "edith@example.org")
    test.multiselect(key="admin_sessions").set_value([session])
    assert "1 ended" in press(test, "End them")
    assert gate.book.session(edith, 1e9) is None
    test.multiselect(key="admin_views").set_value([view.view])
    assert "1 withdrawn" in press(test, "Show them to the team only")
    assert views.all()[0].seen_by is SeenBy.TEAM
    test.selectbox(key="admin_audit_kind").set_value("revoked").run()
    assert not test.exception


def test_the_page_shows_nobody_else_anything(
    gate: Gate, shown: Callable[[], AppTest], monkeypatch: pytest.MonkeyPatch
) -> None:
    edith = Principal(Role.EDITOR, "edith@example.org", team=True)
    monkeypatch.setattr(type(gate), "principal", lambda *_, **__: edith)
    with pytest.raises(AssertionError):  # the page fails, and shows no table
        shown()
    asking.guard_with(None)
    assert asking.principal() == LOCAL
    with pytest.raises(AssertionError):
        shown()
