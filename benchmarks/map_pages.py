"""The map inside the application, beside an empty page of Streamlit, for `map.py`."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pyarrow as pa
from playwright.sync_api import Browser, BrowserContext, Page, Route

Launch = Callable[..., AbstractContextManager[Browser]]
HERE = Path(__file__).parent
SENTENCE = "() => /incident/.test(document.querySelector('.cm-sentence-text')?.textContent ?? '')"
AROUND = "() => document.querySelector('.cm-host .cm-stage') !== null"
"""The page around the map is there, too, which comes later than the map."""
WIDGET_FILTERS = 50
SESSIONS = 5
RUNS = 3
EMPTY = """
import streamlit as st
st.text(f"painted {st.session_state.get('n', 0)}")
st.number_input("Killed, at least", min_value=0, value=None, step=1, key="n")
"""
WATCH = """(selector) => {
  const shown = () => document.querySelector(selector)?.textContent;
  const before = shown();
  addEventListener("keydown", ({ key }) => {
    if (key === "Enter") window.pressed = performance.now();
  }, true);
  window.changed = new Promise((done) => {
    const look = () => requestAnimationFrame(shown() === before ? look
      : () => done(performance.now() - window.pressed));
    look();
  });
}"""


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def running(command: list[str], port: int, health: str) -> Iterator[subprocess.Popen[bytes]]:
    """A server, from its first healthy answer to the end of the block."""
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
        try:
            for _ in range(1200):
                with contextlib.suppress(OSError):
                    urllib.request.urlopen(f"http://127.0.0.1:{port}{health}", timeout=5).read()
                    break
                if process.poll() is not None:
                    log.seek(0)
                    raise SystemExit(log.read().decode())
                time.sleep(0.1)
            yield process
        finally:
            process.terminate()
            process.wait(timeout=30)


@contextlib.contextmanager
def streamlit_page(script: str, *, python: Path | None = None) -> Iterator[str]:
    """The address of a page of plain Streamlit, run by that Python or by this."""
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "page.py"
        file.write_text(script, encoding="utf-8")
        options = {
            "server.port": port,
            "server.address": "127.0.0.1",
            "server.headless": "true",
            "server.fileWatcherType": "none",
            "server.maxMessageSize": 1000,
            "browser.gatherUsageStats": "false",
        }
        command = [str(python or sys.executable), "-m", "streamlit", "run", str(file)]
        command += [f"--{name}={value}" for name, value in options.items()]
        with running(command, port, "/_stcore/health"):
            yield f"http://127.0.0.1:{port}/"


class Traffic:
    """Counts what a profile's pages send and receive, and refuses what is not ours."""

    def __init__(self, profile: BrowserContext) -> None:
        self.bytes = 0
        self.requests = 0
        self.foreign: list[str] = []
        profile.route(lambda url: urlsplit(url).hostname != "127.0.0.1", self._refuse)

    def watch(self, page: Page) -> None:
        """Count a page's frames and answers from now on."""
        session = page.context.new_cdp_session(page)
        session.send("Network.enable")
        session.on("Network.loadingFinished", self._loaded)
        session.on("Network.webSocketFrameReceived", self._framed)
        session.on("Network.webSocketFrameSent", self._framed)

    def _refuse(self, route: Route) -> None:
        self.foreign.append(route.request.url)
        route.abort()

    def _loaded(self, event: dict[str, Any]) -> None:
        self.requests += 1
        self.bytes += int(event["encodedDataLength"])

    def _framed(self, event: dict[str, Any]) -> None:
        payload = event["response"]["payloadData"]
        binary = event["response"]["opcode"] == 2
        self.bytes += len(payload) * 3 // 4 if binary else len(payload)


def cold(browser: Browser, address: str, ready: str) -> float:
    """Seconds from navigation to a page that is ready, in a profile that has seen nothing."""
    profile = browser.new_context(viewport={"width": 1280, "height": 800})
    page = profile.new_page()
    begun = time.monotonic()
    page.goto(address, wait_until="commit")
    page.wait_for_function(ready, timeout=180_000)
    seconds = time.monotonic() - begun
    profile.close()
    return seconds


def set_least(page: Page, value: int) -> None:
    """Type a minimum of killed and confirm it."""
    field = page.locator("input[aria-label='Killed, at least']")
    field.fill(str(value))
    field.press("Enter")


def change_ms(page: Page, selector: str, act: Callable[[], None]) -> float:
    """Milliseconds from the key that confirms to the frame that shows another text."""
    page.evaluate(WATCH, selector)
    act()
    return float(page.evaluate("window.changed"))


def resident_mb(pid: int) -> float:
    """Memory of a process, in MB."""
    pages = int(Path(f"/proc/{pid}/statm").read_text("ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def in_application(table: pa.Table, launch: Launch) -> Iterator[dict[str, str]]:
    """The dashboard on that table, beside an empty page of Streamlit."""
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        file = str(Path(folder) / "table.arrow")
        with pa.OSFile(file, "wb") as out, pa.ipc.new_file(out, table.schema) as writer:
            writer.write_table(table)
        command = [sys.executable, str(HERE / "map_app.py"), str(port), file]
        with (
            running(command, port, "/healthz") as server,
            streamlit_page(EMPTY) as empty,
            launch() as browser,
        ):
            address = f"http://127.0.0.1:{port}/"
            yield pack_times(address)
            yield opened(browser, address, empty)
            yield filtered(browser, address, empty)
            yield further_sessions(browser, address, server.pid)


def pack_times(address: str) -> dict[str, str]:
    """How long the incidents take to come, for the first who asks and for the next."""
    with urllib.request.urlopen(f"{address}opening", timeout=60) as answer:  # noqa: S310 — loopback
        incidents = address + json.load(answer)["incidents"].lstrip("/")
    seconds = []
    for _ in range(2):
        begun = time.monotonic()
        urllib.request.urlopen(incidents, timeout=300).read()  # noqa: S310 — loopback
        seconds.append(time.monotonic() - begun)
    return {
        "pack from the server, first, s": f"{seconds[0]:.2f}",
        "pack from the server, again, ms": f"{seconds[1] * 1000:.0f}",
    }


def opened(browser: Browser, address: str, empty: str) -> dict[str, str]:
    """Opening the page, in turn with an empty one."""
    painted = "() => document.body?.innerText.includes('painted')"
    ours, theirs = [], []
    for _ in range(RUNS):
        theirs.append(cold(browser, empty, painted))
        ours.append(cold(browser, address, SENTENCE))
    return {
        "navigation to painted, cold, s": f"{statistics.median(ours):.2f}",
        "the same of an empty page, s": f"{statistics.median(theirs):.2f}",
    }


def filtered(browser: Browser, address: str, empty: str) -> dict[str, str]:
    """Filters of the sidebar, one after the other, on a map that was moved before."""
    profile = browser.new_context(viewport={"width": 1280, "height": 800})
    traffic = Traffic(profile)
    page = profile.new_page()
    page.goto(address + "?z=5&lat=20&lon=30")
    page.wait_for_function(AROUND, timeout=180_000)
    page.wait_for_timeout(3000)
    traffic.watch(page)
    times, kept = [], 0
    for number in range(WIDGET_FILTERS):
        times.append(
            change_ms(page, ".cm-sentence-text", lambda n=number: set_least(page, 1 + n % 12))
        )
        where = page.evaluate(
            "['z', 'lat', 'lon'].map((n) => new URLSearchParams(location.search).get(n)).join()"
        )
        kept += where == "5,20,30"
    page.wait_for_timeout(1500)
    each = traffic.bytes / WIDGET_FILTERS
    dragged = drag_bytes(page, traffic)
    profile.close()
    bare = browser.new_page()
    bare.goto(empty)
    bare.get_by_text("painted").wait_for()
    reruns = [
        change_ms(bare, "[data-testid=stText]", lambda n=number: set_least(bare, 1 + n))
        for number in range(10)
    ]
    return {
        "widget filter, ms, p50": f"{statistics.median(times):.0f}",
        "rerun of an empty page, ms, p50": f"{statistics.median(reruns):.0f}",
        "bytes a widget filter, with the rows of the list": f"{each:.0f}",
        "bytes while the brush is dragged": f"{dragged}",
        "zoom and centre kept": f"{kept} of {WIDGET_FILTERS}",
        "requests to others": f"{len(traffic.foreign)}",
    }


def drag_bytes(page: Page, traffic: Traffic) -> int:
    """Bytes that go over the wire while a hand drags the last day and has not let go."""
    handle = page.locator(".cm-time-to").bounding_box()
    if handle is None:
        raise SystemExit("The timeline's handle is not on the page.")
    page.wait_for_timeout(3500)
    x, y = handle["x"] + handle["width"] / 2, handle["y"] + handle["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    before = traffic.bytes
    page.mouse.move(x - 300, y, steps=40)
    gone = traffic.bytes - before
    page.mouse.up()
    return gone


def further_sessions(browser: Browser, address: str, pid: int) -> dict[str, str]:
    """What each further person adds to the server's memory, all pages open at once."""
    profiles = []

    def visit() -> None:
        profile = browser.new_context()
        page = profile.new_page()
        page.goto(address)
        page.wait_for_function(AROUND, timeout=180_000)
        profiles.append(profile)

    visit()
    before = resident_mb(pid)
    for _ in range(SESSIONS):
        visit()
    each = (resident_mb(pid) - before) / SESSIONS
    for profile in profiles:
        profile.close()
    return {"server memory, each further session, MB": f"{each:.1f}"}
