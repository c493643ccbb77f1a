"""Starting, changing and sharing one store: several servers, several processes."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import SENTENCE, WIDE, Server, open_map, serving, watched

pytestmark = pytest.mark.browser


def test_two_servers_on_one_store_both_follow_an_import_from_a_third_process(
    server: Server, browser: Browser, tmp_path: Path
) -> None:
    table = tmp_path / "more.csv"
    pd.DataFrame(
        {"incident_id": ["more-1"], "title": ["Shelling"], "country": ["SYR"], "killed_best": [3]}
    ).to_csv(table, index=False)
    with (
        serving(server.store, log=tmp_path / "second.log") as second,
        watched(browser, viewport=WIDE) as one,
        watched(browser, viewport=WIDE) as other,
    ):
        pages = [open_map(one, server.address), open_map(other, second.address)]
        before = [page.locator(SENTENCE).inner_text() for page in pages]
        assert before[0] == before[1]
        conflictmap("import", str(table), "--store", str(server.store), cwd=tmp_path)
        for page in pages:
            expect(page.locator(SENTENCE)).not_to_have_text(before[0], timeout=30_000)
        undo = conflictmap("undo", "--store", str(server.store), cwd=tmp_path)
        name = next(line for line in undo.splitlines() if "more.csv" in line).split()[0]
        conflictmap("undo", name, "--store", str(server.store), cwd=tmp_path)
        for page in pages:
            expect(page.locator(SENTENCE)).to_have_text(before[0], timeout=30_000)
        for seen in (one, other):
            assert not [line for line in seen.complaints if "410" not in line]


def conflictmap(*arguments: str, cwd: Path) -> str:
    command = [sys.executable, "-m", "dashboard.cli", *arguments]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=True).stdout


def test_a_host_of_another_name_is_refused(server: Server) -> None:
    address = server.address.removeprefix("http://")
    request = "GET /healthz HTTP/1.1\r\nHost: stranger.example\r\nConnection: close\r\n\r\n"
    assert b" 400 " in raw(address, request)


def raw(address: str, request: str) -> bytes:
    host, port = address.split(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(request.encode())
        return connection.recv(1024)


@pytest.mark.parametrize(
    "path",
    [
        "/assets/x/../../etc/passwd",
        "/assets/%2e%2e/%2e%2e/etc/passwd",
        "/data/nothing/incidents.pack",
        "/data/nothing/rows?i=1",
        "/maps/nothing.js",
    ],
)
def test_a_path_that_leads_nowhere_gives_nothing_away(server: Server, path: str) -> None:
    address = server.address.removeprefix("http://")
    host = f"Host: {address}"
    answer = raw(address, f"GET {path} HTTP/1.1\r\n{host}\r\nConnection: close\r\n\r\n")
    assert b"root:" not in answer
    assert b" 200 " not in answer.splitlines()[0] or b"<!" in answer
