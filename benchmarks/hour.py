"""A scripted hour of use in the default configuration: does anything ask a stranger?

    python benchmarks/hour.py --minutes 60

`conflictmap serve` runs on a new store with the sample. Headless Chromium goes through every page,
again and again, with a person's pauses: filters, the timeline, the map's ways of drawing, search,
cards, a file imported and undone, a report read, a saved view opened, an embedded page, back and
reload, wide and narrow, light and dark. What is asked is not the page but the two programs:
Chromium writes every request that it starts into its own network log, and an audit hook in the
server notes each name looked up and each connection made. Whatever is not this machine is printed,
and the end is an error. What Chromium asks its maker on its own account, for no page (updates,
models), is printed apart, with its kind of question about forms switched off: no page can stop it.
Names other than this machine's are not resolved.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from itertools import cycle
from pathlib import Path
from urllib.parse import urlsplit

from map import chromium
from map_pages import free_port, resident_mb, running, set_least
from playwright.sync_api import Browser, Page
from playwright.sync_api import Error as BrowserError

SERVED = """
import os, sys

def noted(event, details):
    if event == "socket.getaddrinfo":
        told(details[0])
    elif event == "socket.connect" and isinstance(details[1], tuple):
        told(details[1][0])

def told(host):
    host = host.decode() if isinstance(host, bytes) else host
    if host not in (None, "", "127.0.0.1", "::1", "localhost"):
        with open({asked!r}, "a") as out:
            print(host, file=out)

sys.addaudithook(noted)
os.dup2(os.open({log!r}, os.O_WRONLY | os.O_CREAT), 2)
from dashboard.cli import main
sys.exit(main(sys.argv[1:]))
"""
SENTENCE = ".cm-sentence-text"
PAUSE_MS = (600, 4000)
PATIENCE_MS = 30_000
ROWS = "date,place,country,killed,description\n2016-06-16,Aleppo,Syria,4,Shelling of a market\n"
REPORT = (
    "At least four people were killed and nine wounded on 16 June 2016 when warplanes bombed a "
    "market in Khan Shaykhun, Syria, residents said."
)
FLAGS = (
    "--disable-component-update", "--disable-sync", "--disable-quic",
    "--disable-features=AutofillServerCommunication",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)  # fmt: skip
LOOKS = [
    {"viewport": {"width": 1280, "height": 800}, "color_scheme": "light"},
    {"viewport": {"width": 390, "height": 844}, "color_scheme": "dark", "has_touch": True},
]
Visit = Callable[[Page, str], None]


def the_map(page: Page, address: str) -> None:
    """Search, drag the brush, play, go to a place, open a card."""
    page.goto(address)
    page.locator(SENTENCE).wait_for()
    handle = page.locator(".cm-time-from").bounding_box()
    if handle is not None:
        x, y = handle["x"] + handle["width"] / 2, handle["y"] + handle["height"] / 2
        page.mouse.move(x, y)
        page.mouse.down()
        page.mouse.move(x + random.randint(20, 120), y, steps=15)
        page.mouse.up()
    page.locator(".cm-time-play").click()
    _pause(page)
    page.locator(".cm-time-play").click()
    page.get_by_placeholder("Go to a place").fill(random.choice(["Aleppo", "Kyiv", "Mosul"]))
    _pause(page)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    _pause(page)
    page.locator(".leaflet-control-zoom-out").click()
    page.goto(address)  # playing may have ended among days without an incident
    page.locator(".cm-list [role=option], .cm-list [role=listitem], .cm-row").first.click()
    _pause(page)
    page.get_by_text("Back to the list").click()


def drawings(page: Page, address: str) -> None:
    """Every way of drawing."""
    page.goto(address + f"?country={random.choice(['SYR', 'UKR', 'SDN'])}")
    page.locator(SENTENCE).wait_for()
    page.locator(".cm-legend summary").first.click()
    for how in ("heat", "hexagons", "admin1", "country", "incidents"):
        choice = page.get_by_role("combobox", name="Draw as")
        if how in choice.locator("option").evaluate_all("all => all.map((o) => o.value)"):
            choice.select_option(how)
            _pause(page)


def filters(page: Page, address: str) -> None:
    """Filters of the sidebar, then back and reload."""
    page.goto(address)
    page.locator(SENTENCE).wait_for()
    _open_sidebar(page)
    set_least(page, random.randint(1, 12))
    _pause(page)
    search = page.get_by_label("Search").first
    search.fill("strike")
    search.press("Enter")
    _pause(page)
    page.go_back()
    _pause(page)
    page.reload()
    page.locator(SENTENCE).wait_for()


def imported(page: Page, address: str) -> None:
    """A file imported and undone."""
    page.goto(address + "data")
    page.get_by_role("heading", name="Data", exact=True).wait_for()
    given = {"name": "rows.csv", "mimeType": "text/csv", "buffer": ROWS.encode()}
    page.locator("input[type=file]").first.set_input_files([given])
    page.get_by_role("button", name="Import", exact=True).click()
    page.get_by_text("1 row: ").or_(page.get_by_text("1 rows")).first.wait_for()
    _pause(page)
    page.get_by_role("button", name="Undo", exact=True).first.click()
    _pause(page)


def read(page: Page, address: str) -> None:
    """A report pasted and read."""
    page.goto(address + "review")
    page.get_by_role("heading", name="Review", exact=True).wait_for()
    fold = page.locator("details").filter(has=page.get_by_text("Add a text", exact=True))
    fold.wait_for()
    _pause(page)
    box = page.get_by_label("Paste a report")
    if not box.is_visible():
        fold.locator("summary").click()
    box.fill(f"{REPORT} {random.randint(1, 10**9)}")
    page.get_by_role("button", name="Read", exact=True).click()
    page.locator(".cm-review-text").wait_for()
    _pause(page)


def other_pages(page: Page, address: str) -> None:
    """Places, duplicates, about."""
    for name, heading in (
        ("places", "Places"),
        ("duplicates", "Duplicates"),
        ("about", "About Conflict Map"),
    ):
        page.goto(address + name)
        page.get_by_role("heading", name=heading, exact=True).wait_for()
        _pause(page)


def saved(page: Page, address: str) -> None:
    """A view saved, opened, embedded, deleted."""
    page.goto(address + "?country=SYR")
    page.locator(SENTENCE).wait_for()
    _open_sidebar(page)
    sidebar = page.get_by_test_id("stSidebar")
    sidebar.get_by_text("Saved views").click()
    sidebar.get_by_role("textbox", name="Name").fill(f"view {random.randint(1, 10**9)}")
    sidebar.get_by_role("button", name="Save what is shown").click()
    sidebar.get_by_text("Saved as").wait_for()
    view = sidebar.get_by_role("link", name="Open this view").get_attribute("href")
    page.goto(address.rstrip("/") + urlsplit(view or "/").path)
    page.locator(SENTENCE).wait_for()
    page.goto(address + "?country=SYR&embed=1")
    page.locator(SENTENCE).wait_for()
    _pause(page)


VISITS: list[Visit] = [the_map, drawings, filters, imported, read, other_pages, saved]


def _open_sidebar(page: Page) -> None:
    """On a narrow page it is folded away."""
    button = page.get_by_test_id("stExpandSidebarButton")
    filters = page.get_by_test_id("stSidebar").get_by_label("Search").first
    button.or_(filters).first.wait_for()
    if button.is_visible():
        button.click()
        filters.wait_for()


def _pause(page: Page) -> None:
    page.wait_for_timeout(random.randint(*PAUSE_MS))


def strangers(netlog: Path) -> tuple[int, list[str], list[str]]:
    """Requests in Chromium's network log: how many, our pages' to others, hosts it asked itself.

    A request belongs to a page of ours where its initiator or its isolation key names us; icons do.
    """
    events = []
    for line in netlog.read_text("utf-8", "replace").splitlines():
        if '"initiator"' in line:
            params = json.loads(line.rstrip(",")).get("params", {})
            if urlsplit(params.get("url", "")).scheme in {"http", "https", "ws", "wss"}:
                events.append((str(params), params["url"]))
    away = [(told, url) for told, url in events if urlsplit(url).hostname != "127.0.0.1"]
    pages = {url for told, url in away if "127.0.0.1" in told}
    own = {str(urlsplit(url).hostname) for told, url in away if "127.0.0.1" not in told}
    return len(events), sorted(pages), sorted(own)


def use(browser: Browser, address: str, until: float) -> tuple[Counter[str], Counter[str]]:
    """Visits done, and those that broke off with the first line of why."""
    done: Counter[str] = Counter()
    broken: Counter[str] = Counter()
    for look in cycle(LOOKS):
        profile = browser.new_context(**look)  # type: ignore[arg-type]
        profile.set_default_timeout(PATIENCE_MS)
        page = profile.new_page()
        for visit in random.sample(VISITS, len(VISITS)):
            if time.monotonic() > until:
                profile.close()
                return done, broken
            try:
                visit(page, address)
                done[visit.__name__] += 1
            except BrowserError as error:
                said = " ".join(str(error).split())[:160]
                broken[f"{visit.__name__}, {look['viewport']}: {said}"] += 1
        profile.close()
    raise AssertionError


def main() -> int:
    """Use it for so many minutes, and print what was asked of whom."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    random.seed(given.seed)
    with tempfile.TemporaryDirectory() as name:
        folder, port = Path(name), free_port()
        netlog, asked, log = folder / "net.json", folder / "asked.txt", folder / "server.log"
        script = SERVED.format(asked=str(asked), log=str(log))
        command = [sys.executable, "-c", script, "serve", "--store", str(folder / "store.duckdb")]
        with running([*command, "--port", str(port), "--no-browser"], port, "/healthz") as server:
            before = resident_mb(server.pid)
            with chromium(*FLAGS, f"--log-net-log={netlog}") as browser:
                until = time.monotonic() + 60 * given.minutes
                done, broken = use(browser, f"http://127.0.0.1:{port}/", until)
            after = resident_mb(server.pid)
        requests, foreign, own = strangers(netlog)
        hosts = sorted(set(asked.read_text("utf-8").split())) if asked.exists() else []
        errors = log.read_text("utf-8", "replace").count("Traceback")
    result = {
        "minutes": given.minutes, "visits": dict(done), "broken off": dict(broken),
        "requests in the network log": requests, "of our pages to others": foreign,
        "hosts that Chromium asked for no page": own,
        "hosts the server asked": hosts, "errors in the server's log": errors,
        "server memory before and after, MB": [round(before), round(after)],
    }  # fmt: skip
    print(json.dumps(result, indent=1))
    return 1 if foreign or hosts or errors else 0


if __name__ == "__main__":
    sys.exit(main())
