"""A server for several people: signed in by a provider in a browser, and every line of its docs."""

from __future__ import annotations

import http.client
import json
import os
import re
import shutil
import signal
import socket
import sqlite3
import stat
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlsplit

import pytest
from playwright.sync_api import Browser, Download, Page, ViewportSize, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeoutError

from dashboard.access.settings import OIDC_SECRET, SECRET
from dashboard.cli import main
from geodata.filters import parse_filter
from geodata.store import Store
from tests.browser.conftest import (
    Server,
    _wait_for,
    at_rest,
    free_port,
    map_in_page,
    open_map,
    sentence_of,
    watched,
)
from tests.dashboard.access.provider import provider_process
from tests.loopback import LoopbackServer, QuietHandler, listening

pytestmark = pytest.mark.browser

ROOT = Path(__file__).parents[2]
DOCUMENT = (ROOT / "docs/hosting.md").read_text("utf-8")
KEY = "5ecre7" * 8
WEBSOCKET = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec_WebSocket_Version": "13",
             "Sec_WebSocket_Key": "dGhlIHNhbXBsZSBub25jZQ=="}  # fmt: skip


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", DOCUMENT, re.DOTALL)


@dataclass
class Hosted:
    """A server with access settings, in a process of its own."""

    server: Server
    settings: Path
    log: Path
    environ: dict[str, str]
    news: str
    """Address of another site, which may show the map in a frame."""

    @property
    def address(self) -> str:
        return self.server.address

    def ask(self, path: str, method: str = "GET", **headers: str) -> http.client.HTTPResponse:
        connection = http.client.HTTPConnection(self.address.removeprefix("http://"), timeout=20)
        connection.request(
            method, path, headers={n.replace("_", "-"): v for n, v in headers.items()}
        )
        answer = connection.getresponse()
        answer.read()
        connection.close()
        return answer

    def tell(self, capsys: pytest.CaptureFixture[str], *words: str) -> Any:
        """What a command prints as JSON."""
        capsys.readouterr()
        more = ["--access", str(self.settings), "--store", str(self.server.store), "--json"]
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv(SECRET, KEY)
            assert main([*words, *more]) == 0
        return json.loads(capsys.readouterr().out)


class Frames(QuietHandler):
    """A page of another site that shows the address behind its question mark in a frame."""

    def answer(self) -> None:
        body = f'<iframe src="{unquote(urlsplit(self.path).query)}"></iframe>'.encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture(scope="module")
def hosted(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hosted]:
    """The settings of the document, with this machine's address and a provider of our own."""
    folder = tmp_path_factory.mktemp("hosted")
    port = free_port()
    with provider_process() as provider, listening(LoopbackServer(Frames)) as news:
        (text,) = blocks("toml")
        text = text.replace("https://news.example.org", news.address)
        text = text.replace("https://map.example.org", f"http://127.0.0.1:{port}")
        text = text.replace("https://sso.example.org/realms/desk", provider)
        settings, log, store = folder / "access.toml", folder / "log", folder / "store.duckdb"
        settings.write_text(text, "utf-8")
        shutil.copy(server.store, store)
        store.chmod(0o600)
        environ = os.environ | {SECRET: KEY, OIDC_SECRET: "theirs", "PYTHONPATH": str(ROOT)}
        command = [sys.executable, "-m", "dashboard.cli", "serve", "--store", str(store), "--port",
                   str(port), "--no-browser", "--access", str(settings)]  # fmt: skip
        with (
            log.open("wb") as out,
            subprocess.Popen(
                command, stdout=out, stderr=subprocess.STDOUT, env=environ, cwd=folder
            ) as process,
        ):
            running = Server(f"http://127.0.0.1:{port}", store, process)
            try:
                _wait_for(running, log)
                yield Hosted(running, settings, log, environ, news.address)
            finally:
                process.kill()


def sign_in(page: Page, address: str, user: str) -> None:
    page.goto(f"{address}/data")
    expect(page).to_have_url(re.compile(r"/signin\?next=%2Fdata$"))
    page.get_by_role("link", name="Sign in with the desk's account").click()
    page.get_by_role("button", name=user, exact=True).click()


def pages(page: Page) -> list[str]:
    return page.get_by_test_id("stTopNavLink").all_inner_texts()


def choose(page: Page, name: str, text: str) -> None:
    """Take the first choice with a text from a list that can be typed into."""
    choice = page.get_by_role("option").filter(has_text=text).first
    for patience in (3_000, 10_000, 60_000):
        # A list closes when what is around it is drawn anew; then it is opened once more.
        at_rest(page)
        page.get_by_role("combobox", name=name).fill(text)
        try:
            choice.click(timeout=patience)
            break
        except PlaywrightTimeoutError:
            if patience == 60_000:
                raise
            page.get_by_role("combobox", name=name).fill("")
    page.keyboard.press("Escape")


def downloaded(page: Page, name: str) -> Download:
    """The file of a button; clicked once more where a page drawn anew has swallowed the click."""
    button = page.get_by_role("button", name=name)
    button.wait_for()
    for patience in (15_000, 60_000):
        at_rest(page)
        try:
            with page.expect_download(timeout=patience) as download:
                button.click()
            break
        except PlaywrightTimeoutError:
            if patience == 60_000:
                raise
    return download.value


def test_an_editor_comes_in_by_the_provider_works_and_leaves(
    browser: Browser, hosted: Hosted, capsys: pytest.CaptureFixture[str]
) -> None:
    everything = len(Store.open(hosted.server.store).snapshot())
    with watched(browser, fresh=True) as seen:
        page = open_map(seen, hosted.address)
        assert int(sentence_of(page).split()[0]) < everything
        assert pages(page) == ["Map", "About"]
        assert seen.foreign(hosted.address) == []
        sign_in(page, hosted.address, "edith")
        page.get_by_role("heading", name="Data sets").wait_for()
        assert page.url == f"{hosted.address}/data"
        page.get_by_role("button", name="Remove").click()
        page.get_by_role("button", name="Bring back").click()
        page.get_by_role("button", name="Remove").wait_for()
        open_map(seen, hosted.address)
        assert sentence_of(page).startswith(f"{everything} incidents")
        page.get_by_text("Share as one file").click()
        assert downloaded(page, "Make the file").suggested_filename.endswith(".html")
        page.get_by_role("link", name="Sign out").click()
        page.get_by_role("button", name="Sign out").click()
        page.get_by_role("heading", name="Signed out").wait_for()
        assert pages(open_map(seen, hosted.address)) == ["Map", "About"]
    told = [(e["what"], e["who"]) for e in hosted.tell(capsys, "access", "audit")]
    who = "edith@example.org"
    assert told[:2] == [("signed out", who), ("export", who)]
    assert ("signed in", who) in told[2:4]
    changes = Store.open(hosted.server.store).history()["who"].tolist()
    assert set(changes[:2]) == {who}


def test_a_guest_sees_the_links_choice_until_it_is_revoked(
    browser: Browser, hosted: Hosted, capsys: pytest.CaptureFixture[str]
) -> None:
    made = hosted.tell(capsys, "access", "link", "--where", "country=IRQ")
    chosen = len(Store.open(hosted.server.store).snapshot().rows(parse_filter("country=IRQ")))
    with watched(browser, fresh=True) as seen:
        page = seen.page
        page.goto(made["address"])
        assert "#" not in page.url
        page.get_by_role("button", name="Open the map").click()
        map_in_page(page)
        assert sentence_of(page).startswith(f"{chosen} incidents")
        page.goto(f"{hosted.address}/data")
        page.get_by_role("heading", name="Not for you to see").wait_for()
        hosted.tell(capsys, "access", "revoke", made["link"])
        page.goto(made["address"])
        page.get_by_role("button", name="Open the map").click()
        page.get_by_role("heading", name="This link does not open").wait_for()
    log = hosted.log.read_text("utf-8")
    assert made["address"].partition("#")[2] not in log


def test_a_published_view_is_opened_embedded_and_withdrawn_and_who_is_sent_out_is_told(
    browser: Browser, hosted: Hosted
) -> None:
    tall: ViewportSize = {"width": 1280, "height": 1400}  # lists close when a page scrolls
    with (
        watched(browser, fresh=True, viewport=tall) as hers,
        watched(browser, fresh=True, viewport=tall) as seen,
    ):
        edith, page = hers.page, seen.page
        sign_in(edith, hosted.address, "edith")
        edith.get_by_role("heading", name="Data sets").wait_for()
        open_map(hers, f"{hosted.address}/?country=SYR&country=IRQ&z=6&lat=34&lon=40")
        edith.get_by_role("link", name="Sign out").wait_for()  # the last that is drawn
        edith.get_by_text("Saved views").click()
        edith.get_by_role("textbox", name="Name", exact=True).fill("The <b>north</b>")
        choose(edith, "Who may open it", "Everybody: published")
        edith.get_by_role("button", name="Save what is shown").click()
        way = edith.get_by_role("link", name="Open this view").get_attribute("href") or ""
        # Anonymous people: what links are told, the map with what is published in SYR, the frame.
        told = hosted.server.get(way).decode()
        assert 'property="og:title" content="The <b&gt;north</b&gt;"' in told
        assert hosted.server.get(f"{way}/picture.png").startswith(b"\x89PNG")
        page.goto(f"{hosted.address}{way}")
        map_in_page(page)
        expect(page).to_have_url(re.compile(rf"/\?country=IRQ&country=SYR&.*view={way[3:]}$"))
        said = sentence_of(page)
        assert f'content="{said.partition(" incidents")[0]} incidents' in told
        assert seen.foreign(hosted.address) == []
        framed = f"/?{quote(f'{hosted.address}{way}?embed=1')}"
        page.goto(hosted.news + framed)
        page.frame_locator("iframe").locator(".cm-sentence-text").wait_for()
        assert page.frames[1].url.startswith(f"{hosted.address}/?country=IRQ&country=SYR&")
        with listening(LoopbackServer(Frames)) as another:
            seen.complaints.clear()
            page.goto(another.address + framed)
            assert any("frame-ancestors" in text for text in seen.complaints)
        # An admin withdraws the view and sends the editor out, whose page says so.
        sign_in(page, hosted.address, "ada")
        page.goto(f"{hosted.address}/admin")
        page.get_by_role("link", name="Sign out").wait_for()
        page.get_by_role("tab", name="Published views").click()
        choose(page, "Views to withdraw", way[3:])
        page.get_by_role("button", name="Show them to the team only").click()
        page.get_by_text("1 withdrawn").wait_for()
        assert hosted.ask(way).status == 404
        assert hosted.ask(f"{way}/picture.png").status == 404
        page.get_by_role("tab", name="People").click()
        choose(page, "Sessions to end", "edith@")
        page.get_by_role("button", name="End them").click()
        edith.get_by_role("heading", name="Your access has ended").wait_for()
        edith.get_by_role("link", name="Sign in again").click()
        expect(edith).to_have_url(re.compile(r"/signin\?next=%2F%3Fcountry"))


def test_what_the_live_server_answers_to_strangers(hosted: Hosted) -> None:
    page = hosted.ask("/")
    assert page.status == 200
    assert "unsafe" not in (page.getheader("content-security-policy") or "").split("style-src")[0]
    asked = {
        "/data": 303, "/review": 303, "/nothing": 404, "/_stcore/metrics": 404, "/auth/login": 404,
        "/_stcore/agent/mcp": 404, "/data/x/rows": 410, "/healthz": 200, "/readyz": 200,
        "/../../etc/passwd": 404, "/static/../../../etc/passwd": 400, "/%2e%2e/%2e%2e/etc": 404,
        "/assets/x/..%2f..%2f..%2fetc%2fpasswd": 400, "//evil.test/": 404, "/%5cevil.test/": 400,
    }  # fmt: skip
    assert {path: hosted.ask(path).status for path in asked} == asked
    assert hosted.ask("/", Host="evil.test").status == 400
    assert hosted.ask("/_stcore/upload_file/a/b", "PUT", Origin=hosted.address).status == 401
    assert hosted.ask("/_stcore/stream", Origin=hosted.address, **WEBSOCKET).status == 101
    assert hosted.ask("/_stcore/stream", Origin="https://evil.test", **WEBSOCKET).status == 403
    assert hosted.ask("/_stcore/stream", **WEBSOCKET).status == 403


def test_the_documents_commands_run(hosted: Hosted, tmp_path: Path) -> None:
    command = tmp_path / "bin" / "conflictmap"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m dashboard.cli "$@"\n')
    command.chmod(0o755)
    (tmp_path / "backup").mkdir()
    environ = hosted.environ | {
        "PATH": f"{command.parent}:{os.environ['PATH']}", "ETC": str(hosted.settings.parent),
        "STORE": str(hosted.server.store), "PORT": hosted.address.rpartition(":")[2],
        "BACKUP": str(tmp_path / "backup"),
    }  # fmt: skip
    commands = blocks("sh")
    assert len(commands) == 6
    told = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", "".join(commands)],
        env=environ, capture_output=True, text=True, timeout=120, check=False, cwd=tmp_path,
    )  # fmt: skip
    assert told.returncode == 0, told.stderr
    assert "All is sound" in told.stdout
    assert "conflictmap_incidents 222.0" in told.stdout
    secrets = hosted.settings.parent / "secrets.env"
    assert stat.S_IMODE(secrets.stat().st_mode) == 0o600
    with tarfile.open(tmp_path / "backup/record.tar.gz") as packed:
        packed.extractall(tmp_path / "back", filter="data")
    assert len(Store.open(tmp_path / "back" / hosted.server.store.name).snapshot()) == 222
    with sqlite3.connect(tmp_path / "backup/access") as book:
        ((noted,),) = book.execute("SELECT count(*) FROM audit").fetchall()
    book.close()
    assert noted


@pytest.mark.skipif(shutil.which("nginx") is None, reason="nginx is not installed")
def test_nginx_takes_the_documents_configuration(tmp_path: Path) -> None:
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj",
         "/CN=map.example.org", "-keyout", "privkey.pem", "-out", "fullchain.pem"],
        check=True, capture_output=True, cwd=tmp_path,
    )  # fmt: skip
    (text,) = blocks("nginx")
    text = text.replace("/etc/ssl/conflictmap", str(tmp_path))
    text = text.replace("/var/log/nginx", str(tmp_path))
    (tmp_path / "nginx.conf").write_text(
        f"pid {tmp_path}/pid;\nerror_log stderr;\nevents {{}}\nhttp {{\n{text}}}\n"
    )
    done = subprocess.run(
        ["nginx", "-t", "-c", str(tmp_path / "nginx.conf")],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "test is successful" in done.stderr


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed")
def test_systemd_takes_the_documents_unit(tmp_path: Path) -> None:
    (text,) = blocks("systemd")
    assert "/opt/conflictmap/bin/conflictmap" in text
    unit = tmp_path / "conflictmap@8765.service"
    unit.write_text(text.replace("/opt/conflictmap/bin/conflictmap", sys.executable))
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(unit)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert unit.name not in done.stderr, done.stderr


def test_it_stops_when_told_to_and_says_nothing_secret(hosted: Hosted) -> None:
    hosted.ask("/?q=secret-place")
    port = int(hosted.address.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), timeout=20) as page:
        shake = "".join(f"{n.replace('_', '-')}: {v}\r\n" for n, v in WEBSOCKET.items())
        origin = f"Host: 127.0.0.1:{port}\r\nOrigin: {hosted.address}\r\n"
        page.sendall(f"GET /_stcore/stream HTTP/1.1\r\n{origin}{shake}\r\n".encode())
        assert b"101" in page.recv(1000)
        hosted.server.process.send_signal(signal.SIGTERM)
        assert hosted.server.process.wait(timeout=20) == 0
    log = hosted.log.read_text("utf-8")
    lines = [json.loads(line) for line in log.splitlines() if line.startswith("{")]
    assert {line["event"] for line in lines} == {"answer"}
    assert {"/", "/_stcore/stream"} <= {line["route"] for line in lines}
    for hidden in (KEY, "secret-place", "theirs", "edith", "country=IRQ", "code="):
        assert hidden not in log
    assert "Traceback" not in log
