"""Answers that cost much take turns; those that cost little pass them by."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest
from starlette.requests import Request
from starlette.routing import Route

from dashboard.access.asking import _ASKS, asked_by
from dashboard.access.principal import Principal, Role
from dashboard.routes import ROUTES
from dashboard.served import ServedStore
from geodata.store import Store
from tests.waiting import finished

PATIENCE_S = 20.0
SOMEBODY = Principal(Role.VIEWER, name="anna", team=True)


def asking(here: ServedStore, path: str, query: bytes = b"", **named: str) -> Any:
    """The answer of the route of that path, to come."""
    route = next(route for route in ROUTES if isinstance(route, Route) and route.path == path)
    scope = {"type": "http", "method": "GET", "headers": [], "query_string": query,
             "path_params": {"token": here.edition().token, **named}}  # fmt: skip
    return route.endpoint(Request(scope))


def test_many_details_asked_at_once_take_turns_and_the_list_does_not_wait_for_them(
    here: ServedStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside, most, seen = 0, 0, []
    lock, three_are_inside, go_on = threading.Lock(), threading.Event(), threading.Event()

    def slow(_store: Store, _name: str) -> None:
        nonlocal inside, most
        with lock:
            inside += 1
            most = max(most, inside)
            if inside == 3:
                three_are_inside.set()
        assert go_on.wait(PATIENCE_S)
        with lock:
            inside -= 1

    monkeypatch.setattr(Store, "incident", slow)

    async def all_of_them() -> None:
        details = [
            asyncio.ensure_future(asking(here, "/data/{token}/row/{row}", row="0"))
            for _ in range(60)
        ]
        assert await asyncio.to_thread(three_are_inside.wait, PATIENCE_S)
        rows = await asyncio.wait_for(asking(here, "/data/{token}/rows", b"i=0"), PATIENCE_S)
        seen.append((rows.status_code, any(each.done() for each in details)))
        go_on.set()
        seen.extend([(await each).status_code for each in details])

    finished(all_of_them())
    assert seen == [(200, False), *[404] * 60]
    assert most == 3


def test_an_answer_made_in_its_turn_knows_who_asks(
    here: ServedStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    known: list[Any] = []

    def note(_store: Store, _name: str) -> None:
        known.append(_ASKS.get())

    monkeypatch.setattr(Store, "incident", note)

    async def ask() -> None:
        with asked_by(SOMEBODY, "192.0.2.1"):
            await asking(here, "/data/{token}/incident/{incident_id:path}", incident_id="x")

    finished(ask())
    assert known == [(SOMEBODY, "192.0.2.1")]
