"""Hostile text in every text column, seen through every view: it is text, and nothing runs."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pandas as pd
import pytest
from playwright.sync_api import Browser, Page

from geodata.schema import ACCOUNTS, INCIDENTS
from geodata.store import Store
from tests.browser.conftest import WIDE, Server, Watched, open_map, serving, watched
from tests.hostile import MARK, PAYLOADS

pytestmark = pytest.mark.browser

FREE = {"text", "list"}
KEPT = {"weapon", "weapon_group"}
SHOWN = 12
"""How many cards are opened; the payloads differ from card to card and share one way in."""


def hostile_table() -> pd.DataFrame:
    """A row a payload, with the payload in every column that holds free text."""
    free = [c.name for c in (*INCIDENTS, *ACCOUNTS) if c.kind in FREE and c.name not in KEPT]
    rows = [
        dict.fromkeys(free, payload)
        | {
            "incident_id": f"hostile-{number}",
            "account_id": f"hostile-account-{number}",
            "source_record_id": payload[:80],
            "date_start": "2016-06-16",
            "date_end": "2016-06-16",
            "date_precision": "day",
            "country": "SYR",
            "latitude": 33.0 + number / 50,
            "longitude": 38.0,
            "location_precision": "town",
            "event_type": "Battles",
            "killed_best": number,
        }
        for number, payload in enumerate(PAYLOADS)
    ]
    return pd.DataFrame(rows)


@pytest.fixture(scope="module")
def hostile_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A dashboard on a store that holds nothing but hostile text."""
    folder = tmp_path_factory.mktemp("hostile")
    table = folder / "{{7*7}}<img src=x onerror=pwned=1>.csv"
    hostile_table().to_csv(table, index=False)
    store = folder / "store.duckdb"
    Store.open(store)
    command = [sys.executable, "-m", "dashboard.cli", "import", str(table), "--store", str(store)]
    command += ["--dataset", "![](http://stranger.example/d.png){{7*7}}"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert len(Store.open(store).snapshot()) == len(PAYLOADS)
    with serving(store, log=folder / "server.log") as running:
        yield running
    left = {path.name for path in folder.rglob("*")}
    assert MARK not in left
    assert "Traceback" not in (folder / "server.log").read_text("utf-8", "replace")


def nothing_ran(seen: Watched, server: Server) -> None:
    assert seen.page.evaluate("() => globalThis.pwned") is None
    assert seen.foreign(server.address) == []
    assert seen.complaints == []
    framed = "() => document.querySelectorAll('iframe, object, embed').length"
    assert seen.page.evaluate(framed) == 0
    assert not any(
        (link or "").lower().startswith(("javascript:", "data:"))
        for link in seen.page.evaluate("() => [...document.links].map(a => a.getAttribute('href'))")
    )


def test_the_list_and_every_card_show_text_as_text(
    hostile_server: Server, browser: Browser
) -> None:
    with watched(browser, viewport=WIDE) as seen:
        page = open_map(seen, hostile_server.address)
        for number in range(0, len(PAYLOADS), max(1, len(PAYLOADS) // SHOWN)):
            page.goto(f"{hostile_server.address}/?open=hostile-{number}")
            page.get_by_text("Back to the list").wait_for()
            page.wait_for_timeout(400)
            if word := re.match(r"[!-~]{1,40}", PAYLOADS[number]):
                page.locator(".cm-panel").get_by_text(word[0]).first.wait_for()
        nothing_ran(seen, hostile_server)


def test_a_template_is_not_computed(hostile_server: Server, browser: Browser) -> None:
    with watched(browser, viewport=WIDE) as seen:
        page = open_map(seen, f"{hostile_server.address}/?open=hostile-0")
        page.get_by_text("Back to the list").wait_for()
        page.get_by_role("heading", name="{{7*7}}").first.wait_for()
        nothing_ran(seen, hostile_server)


def test_the_sidebar_offers_hostile_names_as_names(
    hostile_server: Server, browser: Browser
) -> None:
    with watched(browser, viewport=WIDE) as seen:
        page = open_map(seen, hostile_server.address)
        for label in ("Actor", "Province"):
            if label == "Province":
                page.get_by_text("More filters").click()
            page.get_by_label(label, exact=True).first.click()
            page.wait_for_timeout(600)
            page.keyboard.press("Escape")
        nothing_ran(seen, hostile_server)


@pytest.mark.parametrize("payload", PAYLOADS[::4])
def test_a_hostile_link_is_only_a_link(
    hostile_server: Server, browser: Browser, payload: str
) -> None:
    text = quote(payload[:400])
    query = f"q={text}&actor={text}&admin1={text}&grade={text}&open={text}&from={text}&z={text}"
    with watched(browser, viewport=WIDE) as seen:
        page = open_map(seen, f"{hostile_server.address}/?{query}")
        page.wait_for_timeout(300)
        assert seen.page.evaluate("() => globalThis.pwned") is None
        assert seen.foreign(hostile_server.address) == []


def test_the_data_and_about_pages_show_text_as_text(
    hostile_server: Server, browser: Browser
) -> None:
    with watched(browser, viewport=WIDE) as seen:
        page = open_map(seen, hostile_server.address)
        for name in ("Data", "Review", "Places", "About"):
            page.get_by_role("link", name=name, exact=True).click()
            page.get_by_role("heading", name=name).first.wait_for()
            page.wait_for_timeout(1000)
        nothing_ran(seen, hostile_server)


def upload(page: Page, path: Path) -> None:
    page.locator("input[type=file]").first.set_input_files(str(path))
    page.get_by_role("button", name="Import").click()
    page.get_by_text("rows, of which").first.wait_for()


def test_an_upload_with_a_hostile_name_is_imported_and_its_name_shown(
    hostile_server: Server, browser: Browser, tmp_path: Path
) -> None:
    path = tmp_path / "![](http:stranger.example) {{7*7}}.csv"
    hostile_table().head(3).to_csv(path, index=False)
    with watched(browser, viewport=WIDE) as seen:
        page = open_map(seen, hostile_server.address)
        page.get_by_role("link", name="Data", exact=True).click()
        upload(page, path)
        nothing_ran(seen, hostile_server)
