"""The base map in a real browser: it opens from the disk, asks nobody, and draws in time."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from dashboard.folium_map.base_map import OfflineMap

pytestmark = pytest.mark.browser

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
)
# The promise of the BaseMap that folium's script leaves in the page.
BASE_MAP = "window[Object.keys(window).find((name) => name.startsWith('base_map_'))]"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS.split())
        yield running
        running.close()


@pytest.fixture
def saved(tmp_path: Path, browser: Browser) -> Iterator[Any]:
    """Opens a saved map; the page keeps what went wrong and what was asked for."""
    pages: list[Page] = []

    def open_map(latitude: float, longitude: float, zoom: int, **options: Any) -> Page:
        file = tmp_path / "map.html"
        OfflineMap((latitude, longitude), zoom_start=zoom, **options).save(str(file))
        page = browser.new_page(viewport={"width": 900, "height": 600})
        page.problems, page.asked = [], []  # type: ignore[attr-defined]
        page.on("pageerror", lambda error: page.problems.append(str(error)))  # type: ignore[attr-defined]
        page.on("request", lambda request: page.asked.append(request.url))  # type: ignore[attr-defined]
        page.goto(file.as_uri())
        page.evaluate(f"{BASE_MAP}.then((base) => base.ready)")
        pages.append(page)
        return page

    yield open_map
    for page in pages:
        page.close()


def colour(page: Page, x: int, y: int) -> list[int]:
    """Red, green, blue of the base map's tile at a point of the window."""
    return page.evaluate(
        """([x, y]) => {
            for (const tile of document.querySelectorAll(".cm-base canvas")) {
                const box = tile.getBoundingClientRect();
                if (x < box.left || x >= box.right || y < box.top || y >= box.bottom) continue;
                const scale = tile.width / box.width;
                const at = [(x - box.left) * scale, (y - box.top) * scale];
                return [...tile.getContext("2d").getImageData(at[0], at[1], 1, 1).data].slice(0, 3);
            }
            return null;
        }""",
        [x, y],
    )


def test_a_saved_map_opens_from_the_disk_and_asks_nobody(saved: Any) -> None:
    page = saved(35.0, 38.5, 7)
    assert page.problems == []
    assert [url for url in page.asked if not url.startswith(("file:", "data:"))] == []


def test_land_is_land_and_the_sea_is_water(saved: Any) -> None:
    page = saved(35.0, 35.0, 7, theme="light")
    assert colour(page, 50, 300) == [0xD9, 0xE4, 0xEA]  # between Cyprus and Egypt
    assert colour(page, 850, 330) == [0xF6, 0xF4, 0xEF]  # east of Hama


def test_the_page_can_turn_dark_while_it_is_open(saved: Any) -> None:
    page = saved(35.0, 35.0, 7)
    page.evaluate("document.documentElement.setAttribute('data-theme', 'light')")
    page.wait_for_selector("[data-base-theme=light]")
    light = colour(page, 850, 330)
    page.evaluate("document.documentElement.setAttribute('data-theme', 'dark')")
    page.wait_for_selector("[data-base-theme=dark]")
    dark = colour(page, 850, 330)
    assert sum(light) > 600
    assert sum(dark) < 200


def test_names_stand_above_the_data_and_let_the_pointer_through(saved: Any) -> None:
    page = saved(35.0, 38.5, 7)
    pane = page.evaluate(
        """() => {
            const pane = document.querySelector(".leaflet-labels-pane");
            const level = (name) =>
                Number(getComputedStyle(document.querySelector(`.leaflet-${name}-pane`)).zIndex);
            const canvas = pane.querySelector("canvas");
            const pixels = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
            let painted = 0;
            for (let at = 3; at < pixels.length; at += 4) painted += pixels[at] > 0;
            return {
                painted, pointer: getComputedStyle(pane).pointerEvents,
                above: level("labels") > level("overlay") && level("labels") < level("popup"),
            };
        }"""
    )
    assert pane["painted"] > 1_000
    assert pane["pointer"] == "none"
    assert pane["above"]


def test_the_credit_is_on_the_map(saved: Any) -> None:
    page = saved(35.0, 38.5, 4)
    assert page.inner_text(".leaflet-control-attribution") == "Natural Earth · GeoNames CC BY 4.0"


def test_the_keyboard_moves_the_map_and_names_follow(saved: Any) -> None:
    page = saved(35.0, 38.5, 5)
    page.focus(".folium-map")
    before = page.evaluate(f"{BASE_MAP}.then((base) => base.map.getZoom())")
    page.keyboard.press("+")
    page.wait_for_function(f"{BASE_MAP}.then((base) => base.map.getZoom() > {before})")
    assert page.problems == []


def test_a_map_that_is_taken_away_leaves_nothing_behind(saved: Any) -> None:
    page = saved(35.0, 38.5, 5)
    page.evaluate(f"{BASE_MAP}.then((base) => base.map.remove())")
    page.evaluate("document.documentElement.setAttribute('data-theme', 'dark')")
    page.wait_for_timeout(50)
    assert page.problems == []
    assert page.query_selector(".leaflet-labels-pane") is None
