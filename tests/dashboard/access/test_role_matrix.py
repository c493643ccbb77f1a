"""Everybody at every route: nobody gets further than the table says."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock

import pytest
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, WebSocketRoute
from starlette.types import Receive, Scope, Send
from streamlit.web.server.starlette.starlette_app import create_streamlit_routes

from dashboard import operations, view_routes
from dashboard.access import rules, signin
from dashboard.access.door import Door
from dashboard.access.gate import Gate
from dashboard.access.principal import Role
from dashboard.routes import ROUTES
from tests.dashboard.access.visitors import HOST, Clock, ask, asked, visitors
from tests.waiting import finished

REGISTERED: list[Any] = [*ROUTES, *view_routes.ROUTES, *operations.ROUTES, *signin.ROUTES,
                         *create_streamlit_routes(MagicMock())]  # fmt: skip
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "WEBSOCKET")

OPEN = {
    "/assets/{version}/{name:path}", "/maps/{digest}.js", "/favicon.png", "/healthz", "/readyz",
    "/signin", "/signin/start", "/signin/callback", "/signout", "/link", "/link.js", "/session",
    "/_stcore/health", "/_stcore/host-config", "/static/{path:path}",
}  # fmt: skip
"""All that anybody may ask for: nothing of the record is among it."""
WRITABLE = {
    "/signout": {"anybody"},
    "/link": {"anybody"},
    "/_stcore/upload_file/{session_id}/{file_id}": {"editor", "guest editor", "admin"},
}
"""All that anybody may write to over HTTP, and who."""
LOOKED_AT = {"", "map", "about"}
"""The pages that are looked at; all others are for editors."""
SEEN = {
    "/data/{token}/current", "/data/{token}/incidents.pack", "/data/{token}/rows",
    "/data/{token}/row/{row}", "/data/{token}/incident/{incident_id:path}", "/data/{token}/hits",
    "/data/{token}/provinces", "/opening", "/layers", "/layers/{id}.json",
    "/symbols/{frames}/{code}.svg",
    "/tiles/{key}/{z}/{x}/{y}", "/_stcore/stream", "/_stcore/bidi-components/{path:path}",
    "/media/{file_id:path}", "/component/{path:path}", "/", "/map", "/about", "/v/{view}",
    "/v/{view}/picture.png",
}  # fmt: skip
"""All that whoever may see incidents may ask for."""
ADMINS = {"/metrics", "/admin"}
"""All that admins alone may ask for."""

SEERS = {"anonymous", "viewer", "guest", "editor", "guest editor", "admin"}
EDITORS = {"editor", "guest editor", "admin"}


def path_of(route: Any) -> str:
    return "/static/{path:path}" if isinstance(route, Mount) else str(route.path)


def paths() -> list[str]:
    pages = [f"/{name}" for name in rules.PAGES]
    return sorted({path_of(route) for route in REGISTERED} | set(pages))


def example(path: str) -> str:
    return re.sub(r"\{(\w+)(:path)?\}", "1", path)


async def passed(scope: Scope, receive: Receive, send: Send) -> None:
    """What stands behind the door in these tests: it lets everybody have everything."""
    if scope["type"] == "websocket":
        await send({"type": "websocket.accept"})
        return
    await PlainTextResponse("passed", 200)(scope, receive, send)


def may(path: str, who: str, method: str, *, publish: bool) -> bool:
    """What the table says, told from the sets above and not from the rules' own code."""
    if who.startswith(("no longer", "never")):  # who is not let in is anonymous, and no more
        who = "anonymous"
    if method not in {"GET", "HEAD", "WEBSOCKET"}:
        allowed = WRITABLE.get(path, set())
        return "anybody" in allowed or who in allowed
    if path in OPEN:
        return True
    if path in ADMINS:
        return who == "admin"
    page = path.removeprefix("/")
    if page in rules.PAGES and page not in LOOKED_AT:
        return who in EDITORS
    return path in SEEN and who in (SEERS if publish else SEERS - {"anonymous"})


@pytest.mark.parametrize("publish", [True, False], ids=["published", "closed"])
def test_nobody_gets_further_than_the_table_says(
    publish: bool, gate: Gate, clock: Clock, settings: Any
) -> None:
    gate.settings = replace(settings, publish=publish)
    door = Door(passed, gate, {HOST})
    come = visitors(gate, clock)
    wrong, tried = [], 0

    async def try_all() -> None:
        nonlocal tried
        for path, who, method in product(paths(), come, METHODS):
            answer = await asked(door, example(path), method=method, cookies=come[who])
            let_in = answer.status in {101, 200}
            tried += 1
            if let_in != may(path, who, method, publish=publish):
                wrong.append((method, path, who, answer.status))

    finished(try_all())
    assert wrong == []
    assert tried == len(paths()) * len(come) * len(METHODS)


def test_every_route_has_a_rule_and_every_page_too() -> None:
    for route in REGISTERED:
        found = rules.match(example(path_of(route)))
        assert found is not None, f"{path_of(route)} needs a line in dashboard/access/rules.py"
        assert found.template == path_of(route)
        for method in getattr(route, "methods", None) or {"GET"}:
            if isinstance(route, WebSocketRoute) or method != "OPTIONS":
                assert rules.need_of(found, method) is not None, (method, found.template)
    source = Path(rules.__file__).parents[1].joinpath("app.py").read_text("utf-8")
    pages = set(re.findall(r'url_path="([^"]+)"', source))
    assert pages <= set(rules.PAGES), "a page needs a line in PAGES of dashboard/access/rules.py"


def test_a_route_that_nobody_has_given_a_rule_is_not_served(gate: Gate, clock: Clock) -> None:
    door = Door(passed, gate, {HOST})
    admin = visitors(gate, clock)["admin"]
    for path in ("/new", "/data/x", "/signin/more", "/_stcore/new", "/.env", "/data/../metrics"):
        assert ask(door, path, cookies=admin).status == 404


STRANGE_HOSTS = (
    "evil.test", "map.example.org.evil.test", "evil.test#map.example.org",
    "map.example.org@evil.test", "map.example.org, evil.test", "127.0.0.1", "localhost:80",
    "[::1]", "map.example.org:99999999", "", "map.example.org/evil", "xmap.example.org",
)  # fmt: skip


@pytest.mark.parametrize("host", STRANGE_HOSTS)
def test_another_name_for_this_server_is_not_answered(host: str, gate: Gate, clock: Clock) -> None:
    door = Door(passed, gate, {HOST})
    admin = visitors(gate, clock)["admin"]
    for path, method in (("/", "GET"), ("/data/1/rows", "GET"), ("/_stcore/stream", "WEBSOCKET")):
        answer = ask(door, path, method=method, cookies=admin, headers={"host": host})
        assert answer.status in {400, 403}


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.test"},
        {"origin": "http://map.example.org"},
        {"origin": "https://map.example.org.evil.test"},
        {"origin": "https://map.example.org:8443"},
        {"origin": "null"},
        {"origin": "null", "sec-fetch-site": "cross-site"},
        {"origin": ""},
        {"origin": "", "sec-fetch-site": "same-site"},
    ],
)
def test_another_sites_page_opens_no_websocket_and_changes_nothing(
    headers: dict[str, str], gate: Gate, clock: Clock
) -> None:
    door = Door(passed, gate, {HOST})
    admin = visitors(gate, clock)["admin"]
    for path, method in (
        ("/_stcore/stream", "WEBSOCKET"), ("/signout", "POST"), ("/link", "POST"),
        ("/_stcore/upload_file/a/b", "PUT"), ("/_stcore/upload_file/a/b", "DELETE"),
    ):  # fmt: skip
        assert ask(door, path, method=method, cookies=admin, headers=headers).status == 403
    own = {"origin": "null", "sec-fetch-site": "same-origin"}
    assert ask(door, "/signout", method="POST", cookies=admin, headers=own).status == 200


def test_a_page_that_hides_where_it_comes_from_opens_no_websocket_of_a_single_user_either() -> None:
    door = Door(passed, None, {HOST})
    hidden = {"origin": "null", "sec-fetch-site": "cross-site"}
    for headers in (hidden, {"origin": "null"}):
        assert ask(door, "/_stcore/stream", method="WEBSOCKET", headers=headers).status == 403
    assert ask(door, "/_stcore/stream", method="WEBSOCKET").status == 101


def test_another_sites_page_reads_no_data_and_may_lead_here(gate: Gate, clock: Clock) -> None:
    door = Door(passed, gate, {HOST})
    admin = visitors(gate, clock)["admin"]
    elsewhere = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors"}
    led = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"}
    assert ask(door, "/data/1/incidents.pack", cookies=admin, headers=elsewhere).status == 403
    assert ask(door, "/", cookies=admin, headers=led).status == 200


def test_metrics_are_for_programs_on_this_machine_and_for_admins(gate: Gate) -> None:
    door = Door(passed, gate, {HOST})
    here = {"host": "127.0.0.1:8765"}
    assert ask(door, "/metrics", headers=here, client="127.0.0.1").status == 200
    for header in ("x-forwarded-for", "forwarded", "x-real-ip"):
        proxied = here | {header: "203.0.113.7"}
        assert ask(door, "/metrics", headers=proxied, client="127.0.0.1").status == 401
    assert ask(door, "/metrics", headers=here, client="203.0.113.7").status == 401
    assert ask(door, "/metrics", client="127.0.0.1").status == 401


def test_one_person_on_their_own_machine_needs_no_gate_and_has_a_door() -> None:
    door = Door(passed)
    local = {"host": "127.0.0.1:8765", "origin": "http://127.0.0.1:8765"}
    assert ask(door, "/data", headers=local).status == 200
    assert ask(door, "/_stcore/stream", method="WEBSOCKET", headers=local).status == 101
    rebound = {"host": "evil.test", "origin": "http://evil.test"}
    assert ask(door, "/data", headers=rebound).status == 400
    cross = {"host": "127.0.0.1:8765", "origin": "http://evil.test"}
    assert ask(door, "/_stcore/stream", method="WEBSOCKET", headers=cross).status == 403


def test_a_page_that_only_waits_does_not_keep_its_session_alive(
    gate: Gate, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting, acting = (visitors(gate, clock)["editor"] for _ in range(2))
    for _ in range(13):  # 130 minutes; sessions are idle after 120
        clock.now += 600
        gate.principal(waiting, acts=False)
        gate.principal(acting)
    assert gate.principal(waiting).role is Role.ANONYMOUS  # type: ignore[union-attr]
    assert gate.principal(acting).role is Role.EDITOR  # type: ignore[union-attr]

    told: list[bool] = []
    known = gate.principal

    def noted(cookies: Any, *, acts: bool = True) -> Any:
        told.append(acts)
        return known(cookies, acts=acts)

    async def quiet(scope: Scope, receive: Receive, send: Send) -> None:
        del send
        while scope["type"] == "websocket" and (await receive())["type"] != "websocket.disconnect":
            pass

    monkeypatch.setattr(gate, "principal", noted)
    ask(Door(quiet, gate, {HOST}), "/data/0123456789abcdef/current", cookies=acting)
    assert told == [False]
    told.clear()
    said = [{"type": "websocket.receive", "text": "a timer"}]
    door = Door(quiet, gate, {HOST})
    ask(door, "/_stcore/stream", method="WEBSOCKET", cookies=acting, messages=said)
    assert told[0]
    assert not any(told[1:])
    assert len(told) > 3


def test_a_websocket_ends_with_its_session(gate: Gate, clock: Clock) -> None:
    cookies = visitors(gate, clock)["editor"]
    told: list[str] = []

    async def listening(scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        while (message := await receive())["type"] == "websocket.receive":
            told.append(message["text"])
            gate.book.end_session(gate.principal(cookies).session or "")  # type: ignore[union-attr]
        del scope

    said = [{"type": "websocket.receive", "text": text} for text in ("first", "second")]
    door = Door(listening, gate, {HOST})
    answer = ask(door, "/_stcore/stream", method="WEBSOCKET", cookies=cookies, messages=said)
    assert told == ["first"]
    assert answer.closed_with == 1008
