"""What the routes and pages show to whom, from the record to the wire."""

from __future__ import annotations

import gzip
import json
import logging
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from streamlit.testing.v1 import AppTest

from dashboard import operations, readiness, served
from dashboard.access import asking
from dashboard.access.door import Door
from dashboard.access.gate import Gate, TooOften
from dashboard.access.limits import Rate
from dashboard.access.principal import Principal, Role
from dashboard.access.settings import AccessSettings, Limits
from dashboard.headers import Framing, Headers
from dashboard.routes import ROUTES
from geodata.errors import NotAllowed, StoreBusy
from geodata.notes import NoteBook
from geodata.store import Store
from tests.dashboard.access.visitors import HOST, ask, guest, session_of
from tests.geodata.store.store_cases import make_batch

APP = str(Path(served.__file__).with_name("app.py"))
ROW = {"incident_id": "A-1", "title": "Shelling", "country": "SYR", "status": "published"}
ROWS = [
    ROW,
    ROW | {"incident_id": "A-2", "title": "A draft", "status": "draft"},
    ROW | {"incident_id": "A-3", "title": "A secret", "sensitive": True},
    ROW | {"incident_id": "A-4", "title": "Elsewhere", "country": "IRQ"},
]


@pytest.fixture
def record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    """A store that this process serves."""
    store = Store.open(tmp_path / "store.duckdb")
    store.add(make_batch(ROWS, [{"incident_id": row["incident_id"], "account_id": "a",
                                 "quote": "said"} for row in ROWS]))  # fmt: skip
    monkeypatch.setattr(served, "_served", served.ServedStore(store))
    return store


@pytest.fixture
def app(gate: Gate, record: Store) -> ASGIApp:
    del record
    routes = [*ROUTES, *operations.ROUTES]
    return Headers(Door(Starlette(routes=routes), gate, {HOST}, operations.answered), secure=True)


def token(gate: Gate, cookies: dict[str, str]) -> str:
    """The name of the edition that somebody sees."""
    with asking.asked_by(gate.principal(cookies), ""):
        return served.served().edition().token


def seen(app: ASGIApp, gate: Gate, cookies: dict[str, str]) -> set[str]:
    """Ids of the incidents that the data routes give somebody, by list and one by one."""
    base = f"/data/{token(gate, cookies)}"
    listed = json.loads(ask(app, f"{base}/rows?i=0", cookies=cookies).body)
    found = {row["incident_id"] for row in listed}
    number = 1
    while (more := ask(app, f"{base}/rows?i={number}", cookies=cookies)).status == 200:
        found |= {row["incident_id"] for row in json.loads(more.body)}
        number += 1
    ids = [row["incident_id"] for row in ROWS]
    each = {i for i in ids if ask(app, f"{base}/incident/{i}", cookies=cookies).status == 200}
    assert each == found
    return found


def test_everybody_gets_what_their_role_shows(app: ASGIApp, gate: Gate) -> None:
    assert seen(app, gate, {}) == {"A-1", "A-4"}
    assert seen(app, gate, guest(gate, Role.VIEWER, "country=SYR")) == {"A-1"}
    for who in ("vera", "edith", "ada"):
        cookies = session_of(gate, who=f"{who}@example.org")
        assert seen(app, gate, cookies) == {"A-1", "A-2", "A-3", "A-4"}
    gate.settings = replace(gate.settings, publish_where="country=IRQ")
    assert seen(app, gate, {}) == {"A-4"}


def test_a_token_of_those_who_see_more_opens_nothing_for_others(app: ASGIApp, gate: Gate) -> None:
    whole = token(gate, session_of(gate, who="ada@example.org"))
    for path in ("incidents.pack", "rows?i=0", "row/0", "incident/A-1", "hits?q=secret"):
        assert ask(app, f"/data/{whole}/{path}").status == 410
    mine = token(gate, {})
    pack = gzip.decompress(ask(app, f"/data/{mine}/incidents.pack").body)
    assert b'"rows":2,' in pack
    assert ask(app, f"/data/{mine}/hits?q=secret").body == b""


def test_the_map_before_the_page_shows_each_what_the_page_will(
    app: ASGIApp, gate: Gate, record: Store
) -> None:
    NoteBook.beside(record.path).add("2024-01-01", "an ambush is <b>planned</b>", who="ada")
    ada = session_of(gate, who="ada@example.org")
    link = "country=SYR&from=2024-13-01&open=A-3"
    for cookies, words in ({}, []), (ada, ["an ambush is <b>planned</b>"]):
        opened = ask(app, f"/opening?{link}&view=abc", cookies=cookies)
        assert opened.status == 200
        assert ("content-type", "application/json") in opened.headers
        said = json.loads(opened.body)
        assert said["token"] == token(gate, cookies)
        assert said["parameters"] == [["country", "SYR"], ["open", "A-3"]]
        assert [note["words"] for note in said["notes"]["kept"]] == words
        assert len(said["notices"]) == (1 if words else 2), "the open one is not shown to everybody"
    assert ask(app, "/opening?country=SYR").status == 200
    gate.settings = replace(gate.settings, publish=False)
    assert ask(app, "/opening?country=SYR").status == 401


def test_what_is_withheld_is_gone_for_others_under_an_old_token_too(
    app: ASGIApp, gate: Gate, record: Store
) -> None:
    before = token(gate, {})
    ada = session_of(gate, who="ada@example.org")
    hers = token(gate, ada)
    assert ask(app, f"/data/{before}/rows?i=0").status == 200
    record.edit("A-1", {"sensitive": True}, who="ada", why="a witness is named")
    for path in ("incidents.pack", "rows?i=0", "row/0", "incident/A-1", "hits?q=Shelling"):
        assert ask(app, f"/data/{before}/{path}").status == 410
    assert ask(app, f"/data/{hers}/rows?i=0", cookies=ada).status == 200


def test_a_table_of_others_than_the_team_does_not_tell_what_came_in_together(
    gate: Gate, record: Store
) -> None:
    assert record.snapshot().incidents["import_id"].null_count == 0
    with asking.asked_by(gate.principal({}), ""):
        theirs = served.served().store.snapshot().incidents
    assert theirs["import_id"].null_count == len(theirs) == 2


def test_others_than_the_team_get_no_history_and_no_record_as_read(
    app: ASGIApp, gate: Gate
) -> None:
    told = json.loads(ask(app, f"/data/{token(gate, {})}/incident/A-1").body)
    assert (told["history"], told["raw"], told["incident"]["import_id"]) == ([], None, None)
    assert told["accounts"][0]["quote"] == "said"
    ada = session_of(gate, who="ada@example.org")
    told = json.loads(ask(app, f"/data/{token(gate, ada)}/incident/A-1", cookies=ada).body)
    assert told["history"][0]["who"] == "local"


def test_where_nobody_is_known_there_is_no_store(gate: Gate, record: Store) -> None:
    del record
    assert gate.settings.publish
    found: list[Any] = []

    def look() -> None:  # a thread that no request has started
        try:
            served.served()
        except NotAllowed as error:
            found.append(error)

    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
    assert len(found) == 1
    with pytest.raises(NotAllowed):
        asking.exporting("x")


def test_exports_are_noted_and_limited(gate: Gate, settings: AccessSettings) -> None:
    gate.exports = Gate(
        replace(settings, limits=Limits(exports_per_hour=2)), gate.book, "our store"
    ).exports
    vera = gate.principal(session_of(gate, who="vera@example.org"))
    with asking.asked_by(vera, "203.0.113.7"):
        asking.exporting("one file: country=SYR")
        asking.exporting("one file: ")
        with pytest.raises(TooOften):
            asking.exporting("one file: ")
    noted = [(entry.who, entry.detail) for entry in gate.book.audit()]
    assert noted == [
        ("vera@example.org", "one file: "),
        ("vera@example.org", "one file: country=SYR"),
    ]


def test_a_limit_slides_and_forgets_the_oldest_key() -> None:
    now = [0.0]
    rate = Rate(2, 10, lambda: now[0])
    assert [rate.take("a"), rate.take("a"), rate.take("a"), rate.take("b")] == [1, 1, 0, 1]
    now[0] = 10.1
    assert rate.take("a")


# --- pages ---------------------------------------------------------------------------------------


@pytest.fixture
def as_if(gate: Gate, record: Store, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Runs the application's page as somebody; a test's script has no websocket with cookies."""
    del record

    def run(who: Principal | None) -> AppTest:
        monkeypatch.setattr(type(gate), "principal", lambda *_, **__: who)
        return AppTest.from_file(APP, default_timeout=60).run()

    return run


def test_a_page_names_who_is_signed_in_and_shows_theirs(as_if: Any) -> None:
    edith = as_if(Principal(Role.EDITOR, "edith@example.org", team=True))
    assert not edith.exception
    assert "edith@example.org, editor" in [text.value for text in edith.sidebar.text]
    stranger = as_if(None)
    assert [text.value for text in stranger.text] == ["Your session has ended."]


def test_what_one_kept_on_a_page_is_gone_for_the_next(
    gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    def script() -> None:  # AppTest loses its way in `st.navigation` on a second run
        from dashboard import account  # noqa: PLC0415 — runs as a script of its own

        account.pages_for([])

    asked_by = [Principal(Role.EDITOR, "edith@example.org", team=True)]
    monkeypatch.setattr(type(gate), "principal", lambda *_, **__: asked_by[-1])
    test = AppTest.from_function(script, default_timeout=60).run()
    test.session_state["draft"] = "hers"
    assert "draft" in test.run().session_state
    asked_by.append(Principal(Role.ANONYMOUS))
    assert "draft" not in test.run().session_state


# --- watching ------------------------------------------------------------------------------------


def test_a_server_says_whether_it_is_ready(
    app: ASGIApp, record: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert json.loads(ask(app, "/readyz").body) == {"status": "ready"}

    go_on = threading.Event()
    with monkeypatch.context() as slow:
        slow.setattr(readiness, "make_ready", lambda: go_on.wait(60))
        starting = readiness.make_ready_beside()
        answer = ask(app, "/readyz")
        assert (answer.status, json.loads(answer.body)["why"]) == (503, "starting")
        go_on.set()
        starting.join(60)
    assert ask(app, "/readyz").status == 200

    def busy(_: Store) -> None:
        raise StoreBusy(record.path, "secret words")

    monkeypatch.setattr(Store, "snapshot", busy)
    answer = ask(app, "/readyz")
    assert (answer.status, json.loads(answer.body)["why"]) == (503, "StoreBusy")
    assert ask(app, "/healthz").status == 200


def test_metrics_count_answers_by_route_and_name_nobody(app: ASGIApp, gate: Gate) -> None:
    ada = session_of(gate, who="ada@example.org")
    ask(app, f"/data/{token(gate, {})}/incident/A-1")
    told = ask(app, "/metrics", cookies=ada).body.decode()
    assert 'conflictmap_answers_total{route="/data/{token}/incident/{incident_id:path}"' in told
    assert "conflictmap_incidents 4.0" in told
    assert "A-1" not in told
    assert "example.org" not in told


def test_a_log_line_has_no_address_and_no_name(
    app: ASGIApp, gate: Gate, capsys: pytest.CaptureFixture[str]
) -> None:
    with operations.logged_without_words():
        ada = session_of(gate, who="ada@example.org")
        ask(app, f"/data/{token(gate, ada)}/hits?q=Douma", cookies=ada)
        ask(app, "/nothing/Douma", cookies=ada)
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [line["route"] for line in lines] == ["/data/{token}/hits", "unknown"]
    session = gate.principal(ada)
    assert session is not None
    assert lines[0]["session"] == session.session
    assert "Douma" not in json.dumps(lines)
    assert "ada" not in json.dumps(lines)


def test_a_page_that_fails_shows_an_id_and_the_log_has_no_words(
    capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    def script() -> None:
        from dashboard.operations import page_failed  # noqa: PLC0415 — runs as a script of its own

        try:
            raise ValueError("words of an incident")  # noqa: TRY301 — as a page would
        except ValueError as error:
            page_failed(error)

    with operations.logged_without_words():
        test = AppTest.from_function(script, default_timeout=60).run()
    (shown,) = [text.value for text in test.text]
    (line,) = [json.loads(text) for text in capsys.readouterr().err.splitlines() if text[0] == "{"]
    assert line["id"] in shown
    assert line["kind"] == "ValueError"
    assert "words of an incident" not in json.dumps(line) + shown
    with caplog.at_level(logging.ERROR, "conflictmap"):
        AppTest.from_function(script, default_timeout=60).run()
    assert "words of an incident" in caplog.text  # on a person's own machine


def test_what_is_not_allowed_is_told_on_the_page() -> None:
    def script() -> None:
        from dashboard.operations import page_failed  # noqa: PLC0415 — likewise
        from geodata.errors import NotAllowed  # noqa: PLC0415 — likewise

        page_failed(NotAllowed("Your role may look."))

    assert [t.value for t in AppTest.from_function(script, default_timeout=60).run().text] == [
        "Your role may look."
    ]


def test_behind_tls_a_browser_never_comes_without_it_again(app: ASGIApp) -> None:
    answer = ask(app, "/healthz")
    assert answer.header("strict-transport-security") == "max-age=31536000"
    assert answer.header("x-content-type-options") == "nosniff"
    refused = ask(app, "/data")
    assert refused.header("content-security-policy")
    assert refused.header("cache-control") == "no-store"


def test_a_published_page_is_framed_by_the_sites_that_may_and_by_nobody_else(gate: Gate) -> None:
    async def page(scope: Scope, receive: Receive, send: Send) -> None:
        await PlainTextResponse("page")(scope, receive, send)

    framing = Framing(("https://news.example.org",), gate.cookie.name)
    app = Headers(Door(page, gate, {HOST}), framed_by=framing)

    def frames(path: str, **more: Any) -> tuple[str, str | None]:
        answer = ask(app, path, **more)
        assert answer.status == 200
        policy = answer.header("content-security-policy") or ""
        return policy.rpartition("frame-ancestors ")[2], answer.header("x-frame-options")

    alone = ("'self'", "SAMEORIGIN")
    assert frames("/?embed=true&country=SYR") == ("'self' https://news.example.org", None)
    assert frames("/?country=SYR") == alone
    assert frames("/?q=embed%3Dtrue") == alone
    assert frames("/?embed=true", cookies=session_of(gate, who="ada@example.org")) == alone
    short = ask(app, "/?embed=1&country=SYR&q=a%0d%0ab")
    assert short.status == 307
    assert short.header("location") == "/?country=SYR&q=a%0D%0Ab&embed=true"


def test_an_answer_that_fails_shows_an_id_and_no_logger_tells_its_words(
    gate: Gate, capsys: pytest.CaptureFixture[str]
) -> None:
    async def broken(scope: Scope, receive: Receive, send: Send) -> None:
        del scope, receive, send
        raise ValueError("words of an incident")

    door = Door(broken, gate, {HOST}, operations.answered, operations.failed)
    with operations.logged_without_words():
        answer = ask(door, "/data/x/rows")
        other = logging.StreamHandler(sys.stderr)
        logging.getLogger("another").addHandler(other)
        try:
            raise ValueError("words of another")  # noqa: TRY301 — as any library would
        except ValueError:
            logging.getLogger("another").exception("It broke at 100%s", " sure")
        logging.getLogger("another").removeHandler(other)
    written = capsys.readouterr().err
    assert answer.status == 500
    told = json.loads(written.splitlines()[0])
    assert told["id"] in json.loads(answer.body)["error"]
    assert "It broke at 100 sure (ValueError: " in written
    assert "words of" not in written + answer.body.decode()
    with pytest.raises(ValueError, match="words"):
        ask(Door(broken, gate, {HOST}), "/data/x/rows")
    cookies = session_of(gate, who="ada@example.org")
    gate.book.close()
    with operations.logged_without_words():
        answer = ask(door, "/data/x/rows", cookies=cookies)
    told = json.loads(capsys.readouterr().err.splitlines()[-1])
    assert (answer.status, told["id"] in answer.body.decode()) == (500, True)
