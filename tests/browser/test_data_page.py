"""Waiting rows and likely duplicates in a browser: by keyboard, on a phone, text stays text."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from geodata.gazetteer import Gazetteer
from geodata.ingest import ingest
from geodata.store import Store
from tests.browser.conftest import PATIENCE_MS, PHONE, WIDE, Server, Watched, serving, watched
from tests.hostile import PAYLOADS

pytestmark = pytest.mark.browser

HEADER = [
    "incident_id",
    "date",
    "latitude",
    "longitude",
    "place_name",
    "country",
    "killed",
    "title",
]
PLACE = ["35.44", "36.65", "Khan Shaykhun", "SYR"]


def no_places() -> Gazetteer:
    raise AssertionError("every row here has its point")


def written(path: Path, header: list[str], *rows: list[str]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    return path


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A dashboard on a store with waiting rows and one strike in two data sets, all hostile."""
    folder = tmp_path_factory.mktemp("data")
    store = Store.open(folder / "store.duckdb")
    title = f"Market shelled {' '.join(PAYLOADS[:40])}"
    for name, number, killed in (("one", "a", "11"), ("two", "b", "12")):
        row = [number, "2016-06-16", *PLACE, killed, title]
        ingest(written(folder / f"{name}.csv", HEADER, row), store, no_places)
    waiting = [
        [f"w{n}", "2016-02-31", *PLACE, "1", payload, payload] for n, payload in
        enumerate(PAYLOADS[:40])
    ]  # fmt: skip
    header = [*HEADER, PAYLOADS[16]]
    ingest(written(folder / "waiting.csv", header, *waiting), store, no_places)
    with serving(folder / "store.duckdb", log=folder / "server.log") as running:
        yield running
    assert "Traceback" not in (folder / "server.log").read_text("utf-8", "replace")


def spoken(seen: Watched) -> list[str]:
    """Complaints, without those of Streamlit's own look for itself below a page's address."""
    return [said for said in seen.complaints if "404 (Not Found)" not in said]


def grave(page: Page) -> list[str]:
    """What axe finds to be serious or worse in the page's own part."""
    found = Axe().run(page, context="[data-testid=stMainBlockContainer]")
    return [
        f"{one['id']}: {node['html'][:200]}"
        for one in found.response["violations"]
        if one["impact"] in {"serious", "critical"}
        for node in one["nodes"]
    ]


def test_a_waiting_row_is_corrected_by_keyboard(filled: Server, browser: Browser) -> None:
    with watched(browser, viewport=WIDE) as seen:
        page = seen.page
        page.goto(f"{filled.address}/data")
        page.get_by_text("40 rows wait.").wait_for()
        cell = page.get_by_label("Correct cell")
        cell.fill("2016-02-29")
        cell.press("Enter")
        submit = page.get_by_role("button", name="Submit", exact=True)
        submit.focus()
        page.keyboard.press("Enter")
        page.get_by_text("1 row submitted, of which 1 added").wait_for()
        page.get_by_text("39 rows wait.").wait_for()
        expect(page.get_by_label("Correct cell")).to_have_value("2016-02-31", timeout=PATIENCE_MS)
        assert grave(page) == []
        assert page.evaluate("() => globalThis.pwned") is None
        assert seen.foreign(filled.address) == []
        assert spoken(seen) == []


def test_a_pair_is_merged_on_a_phone(filled: Server, browser: Browser) -> None:
    with watched(browser, viewport=PHONE) as seen:
        page = seen.page
        page.goto(f"{filled.address}/duplicates")
        page.get_by_role("button", name="Look for duplicates").click()
        page.get_by_text("1 likely pair.").wait_for()
        assert page.evaluate("() => document.documentElement.scrollWidth") <= PHONE["width"]
        assert grave(page) == []
        page.get_by_role("button", name="They are one: merge").click()
        page.get_by_text("Merged: counted once").wait_for()
        page.get_by_role("button", name="Take back").wait_for()
        assert page.evaluate("() => globalThis.pwned") is None
        assert seen.foreign(filled.address) == []
        assert spoken(seen) == []
    ids = Store.open(filled.store).snapshot().incidents["incident_id"].to_pylist()
    assert "a" in ids
    assert "b" not in ids
