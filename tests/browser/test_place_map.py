"""The Places page in a browser: a place chosen on the map by keyboard, the pin put and dragged."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from geodata.ingest import ingest
from geodata.placing import TaughtGazetteer
from geodata.store import Store
from tests.browser.conftest import PHONE, WIDE, Server, serving, watched
from tests.hostile import PAYLOADS

pytestmark = pytest.mark.browser

MARKUP = next(text for text in PAYLOADS if "<script" in text and "\n" not in text)


@pytest.fixture(scope="module")
def waiting_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A dashboard on a store in which one name, without a country, waits for a place."""
    folder = tmp_path_factory.mktemp("places")
    file = folder / "in.csv"
    title = MARKUP.replace('"', '""')
    file.write_text(f'incident_id,place_name,title\nm,Manbij,"{title}"\n', encoding="utf-8")
    store = Store.open(folder / "store.duckdb")
    ingest(file, store, TaughtGazetteer().of(store.snapshot()))
    with serving(folder / "store.duckdb", log=folder / "server.log") as running:
        yield running
    assert "Traceback" not in (folder / "server.log").read_text("utf-8", "replace")


def open_places(page: Page, address: str) -> None:
    """Open the page and wait until its map is drawn."""
    page.goto(f"{address}/places")
    page.wait_for_selector(".cm-place-map[data-drawn] .cm-place-number")


def test_a_place_is_chosen_by_keyboard_and_the_pin_is_dragged(
    browser: Browser, waiting_server: Server
) -> None:
    with watched(browser, viewport=WIDE) as seen:
        page = seen.page
        missing: list[str] = []
        page.on("response", lambda r: missing.append(r.url) if r.status == 404 else None)
        open_places(page, waiting_server.address)
        number = page.locator(".cm-place-number").first
        assert re.match(r"1\. Manbij Aleppo, Syria", number.get_attribute("aria-label") or "")
        number.focus()
        number.press("Enter")
        pin = page.locator(".cm-place-pin")
        expect(pin).to_have_text("1")
        box = pin.bounding_box()
        assert box is not None
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        page.mouse.move(x, y)
        page.mouse.down()
        page.mouse.move(x + 60, y - 30, steps=4)
        page.mouse.up()
        typed = page.get_by_role("textbox", name="Coordinates")
        expect(typed).to_have_value(re.compile(r"^36\.\d{6}, 38\.\d{6}$"))
        expect(pin).to_have_text("")
        assert page.locator(".cm-place-map script, .cm-place-map b").count() == 0
        assert seen.foreign(waiting_server.address) == []
        # Streamlit looks for its own addresses below the page's first.
        assert [url for url in missing if "/places/_stcore/" not in url] == []
        assert [c for c in seen.complaints if "404" not in c] == []


def test_the_pin_is_put_in_the_middle_on_a_phone(browser: Browser, waiting_server: Server) -> None:
    with watched(browser, viewport=PHONE) as seen:
        page = seen.page
        open_places(page, waiting_server.address)
        button = page.get_by_role("button", name="Pin in the middle")
        box = button.bounding_box()
        assert box is not None
        assert box["height"] >= 44
        button.press("Enter")
        expect(page.get_by_role("textbox", name="Coordinates")).to_have_value(re.compile(r"^\d"))
        expect(page.locator(".cm-place-pin")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
