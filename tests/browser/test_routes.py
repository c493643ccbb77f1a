"""The data routes, asked directly."""

from __future__ import annotations

import gzip
import json
from contextlib import closing
from dataclasses import dataclass
from email.message import Message
from http.client import HTTPConnection
from urllib.parse import quote

import pytest

from dashboard.served import ServedStore
from geodata.pack import MAGIC
from geodata.store import Store
from tests.browser.conftest import Server


@pytest.fixture
def token(server: Server) -> str:
    """The token by which the server knows its store, made by another process."""
    return ServedStore(Store.open(server.store)).edition().token


@dataclass(frozen=True)
class Answer:
    """What came back, read whole."""

    status: int
    headers: Message
    body: bytes


def ask(server: Server, path: str, **headers: str) -> Answer:
    with closing(HTTPConnection(server.address.removeprefix("http://"), timeout=20)) as connection:
        connection.request("GET", path, headers=headers)
        found = connection.getresponse()
        return Answer(found.status, found.headers, found.read())


def answer(server: Server, path: str) -> tuple[int, object]:
    found = ask(server, path)
    return found.status, json.loads(found.body)


def test_the_pack_is_sent_once_and_then_found_unchanged(server: Server, token: str) -> None:
    path = f"/data/{token}/incidents.pack"
    first = ask(server, path)
    assert (first.status, first.headers["Content-Encoding"]) == (200, "gzip")
    assert gzip.decompress(first.body).startswith(MAGIC)
    again = ask(server, path, **{"If-None-Match": first.headers["ETag"]})
    assert (again.status, again.body) == (304, b"")
    other = ask(server, path, **{"If-None-Match": '"another"'})
    assert (other.status, other.body) == (200, first.body)


def test_a_page_hears_whether_its_version_is_the_stores_last(server: Server, token: str) -> None:
    current = ask(server, f"/data/{token}/current")
    assert (current.status, current.body) == (204, b"")
    status, said = answer(server, "/data/0123456789abcdef/current")
    assert status == 410
    assert isinstance(said, dict)
    assert "reload" in said["error"]


def test_rows_come_in_the_order_asked_for(server: Server, token: str) -> None:
    status, rows = answer(server, f"/data/{token}/rows?i=5,0,3")
    assert status == 200
    assert isinstance(rows, list)
    assert [row["row"] for row in rows] == [5, 0, 3]


@pytest.mark.parametrize(
    "rows", ["", "-1", "1.5", "x", "999999999", "1,,2", "٣", ",".join(["1"] * 51)]
)
def test_rows_that_are_none_are_refused_in_a_sentence(
    server: Server, token: str, rows: str
) -> None:
    status, said = answer(server, f"/data/{token}/rows?i={quote(rows)}")
    assert status == 400
    assert isinstance(said, dict)
    assert said["error"].startswith("Ask for at most 50")


def test_an_incident_is_the_same_by_its_name_and_by_its_row(server: Server, token: str) -> None:
    status, found = answer(server, f"/data/{token}/incident/sample-al-tanf-2016")
    assert status == 200
    assert isinstance(found, dict)
    assert {"incident", "accounts", "history", "raw"} == set(found)
    assert len(found["accounts"]) == 2
    assert answer(server, f"/data/{token}/row/{found['incident']['row']}") == (200, found)


@pytest.mark.parametrize("path", ["row/999999", "row/x", "incident/nobody"])
def test_what_is_not_there_is_said_to_be_not_there(server: Server, token: str, path: str) -> None:
    status, said = answer(server, f"/data/{token}/{path}")
    assert status == 404
    assert isinstance(said, dict)
    assert "error" in said


def test_a_token_of_yesterday_says_that_the_store_has_changed(server: Server) -> None:
    status, said = answer(server, "/data/0123456789abcdef/rows?i=1")
    assert status == 410
    assert isinstance(said, dict)
    assert "changed" in said["error"]
