"""A real server on a real store, and a real browser that reports every request it makes."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Page,
    Request,
    ViewportSize,
    expect,
    sync_playwright,
)

from tests.conftest import CHROMIUM_FLAGS

START_SECONDS = 120
PATIENCE_MS = 60_000
"""Generous, since the machine may be busy; nothing waits longer than it must."""
WIDE: ViewportSize = {"width": 1280, "height": 800}
PHONE: ViewportSize = {"width": 390, "height": 844}
expect.set_options(timeout=PATIENCE_MS)


@dataclass
class Server:
    """A dashboard that runs in a process of its own."""

    address: str
    store: Path
    process: subprocess.Popen[bytes]

    def get(self, path: str) -> bytes:
        with urllib.request.urlopen(self.address + path, timeout=20) as answer:  # noqa: S310 — loopback
            return bytes(answer.read())


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(store: Path, *more: str, log: Path) -> Iterator[Server]:
    """`conflictmap serve` on a store until the block ends."""
    port = free_port()
    command = [sys.executable, "-m", "dashboard.cli", "serve", "--store", str(store)]
    command += ["--port", str(port), "--no-browser", *more]
    with log.open("wb") as out:
        process = subprocess.Popen(
            command, stdout=out, stderr=subprocess.STDOUT, cwd=log.parent, env=os.environ
        )
        server = Server(f"http://127.0.0.1:{port}", store, process)
        try:
            _wait_for(server, log)
            yield server
        finally:
            process.terminate()
            try:
                process.wait(timeout=15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait_for(server: Server, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if server.process.poll() is not None:
            break
        try:
            server.get("/readyz")
        except urllib.error.HTTPError as refused:
            if b"starting" not in refused.read():
                return  # it will not become ready by waiting: the test wants it so
            time.sleep(0.1)
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.1)
        else:
            return
    pytest.fail(f"The server did not start:\n{log.read_text('utf-8', 'replace')}")


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A dashboard on a store of its own, made on first run with the sample in it."""
    folder = tmp_path_factory.mktemp("served")
    with serving(folder / "store.duckdb", log=folder / "server.log") as running:
        yield running


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Browser]:
    """The installed Chromium with an empty profile."""
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(
            executable_path=chromium, headless=True, args=list(CHROMIUM_FLAGS)
        )
        yield running
        running.close()


@dataclass
class Watched:
    """A page with all it asked for and all it complained of."""

    page: Page
    requests: list[Request] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def foreign(self, address: str) -> list[str]:
        """Addresses asked for that are not the application's own."""
        own = urlsplit(address).netloc
        asked = [urlsplit(request.url) for request in self.requests]
        return [
            parts.geturl()
            for parts in asked
            if parts.scheme not in {"data", "blob"} and parts.netloc != own
        ]


_profiles: dict[str, BrowserContext] = {}
"""One profile a kind, so that Streamlit's scripts are fetched and compiled once, not each test."""


def _profile(browser: Browser, options: dict[str, Any], *, fresh: bool) -> BrowserContext:
    kind = f"{id(browser)} {sorted(options.items())}"
    if not fresh and kind in _profiles:
        return _profiles[kind]
    profile = browser.new_context(**options)
    profile.set_default_timeout(PATIENCE_MS)
    if not fresh:
        _profiles[kind] = profile
    return profile


@contextmanager
def watched(browser: Browser, *, fresh: bool = False, **options: Any) -> Iterator[Watched]:
    """A new page, watched from its first request on; in a profile of its own where asked."""
    profile = _profile(browser, options, fresh=fresh)
    seen = Watched(profile.new_page())
    seen.page.on("request", lambda request: seen.requests.append(request))  # noqa: PLW0108 — Playwright marks the handler, a built-in cannot be marked
    seen.page.on("pageerror", lambda error: seen.complaints.append(error.stack or str(error)))
    seen.page.on(
        "console",
        lambda message: seen.complaints.append(message.text) if message.type == "error" else None,
    )
    try:
        yield seen
    finally:
        seen.page.close()
        if fresh:
            profile.close()


SENTENCE = ".cm-sentence-text"


def open_map(seen: Watched, address: str) -> Page:
    """Open an address and wait until incidents are counted and the page is there around them."""
    seen.page.goto(address)
    map_in_page(seen.page)
    seen.page.wait_for_function(
        "() => /incident/.test(document.querySelector('.cm-sentence-text')?.textContent ?? '')"
    )
    return seen.page


def map_in_page(page: Page) -> None:
    """Wait until the map has its place in the page, and the page is drawn around it."""
    page.wait_for_selector(f".cm-host {SENTENCE}", state="visible")
    at_rest(page)


def at_rest(page: Page) -> None:
    """Wait until no run of the page is under way: what a run draws anew loses a click."""
    app = page.get_by_test_id("stApp")
    expect(app).to_have_attribute("data-test-script-state", re.compile("notRunning"))


def sentence_of(page: Page) -> str:
    """The sentence on top, with what is not on the map."""
    words = page.locator(SENTENCE).inner_text()
    missing = page.locator(".cm-sentence .cm-link")
    if missing.is_visible():
        words += ", " + re.sub(r"\s*▸$", "", missing.inner_text())
    return words
