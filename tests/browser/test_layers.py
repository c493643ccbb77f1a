"""Base maps and layers on the page: what is drawn, who is asked, and what never runs."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from geodata.layers import LayerFolder, read_layer
from tests.browser.conftest import PHONE, WIDE, Server, open_map, serving, watched
from tests.geodata.tile_files import image, mbtiles

pytestmark = pytest.mark.browser

HOSTILE = "<img src=x onerror=globalThis.pwned=1> {{7*7}}"
ONLINE = "https://tiles.example/{z}/{x}/{y}.png"
WAY = [[36.5, 34.0], [40.5, 34.0], [40.5, 36.5], [36.5, 36.5], [36.5, 34.0]]


def shape(kind: str, coordinates: list[Any], **properties: str) -> dict[str, Any]:
    geometry = {"type": kind, "coordinates": coordinates}
    return {"type": "Feature", "geometry": geometry, "properties": properties}


SHAPES = [
    shape("Polygon", [WAY], name=f"Spring {HOSTILE}", side=HOSTILE, valid_to="2016-06-30"),
    shape("Polygon", [WAY], name="Summer", side="B", valid_from="2016-07-01"),
    shape(
        "Point", [38.66, 33.5], name="Al-Tanf", unit="1", as_of="2016-06-16", source=HOSTILE,
        confidence="likely", sidc="10031000001211000000",
    ),
]  # fmt: skip
SYRIA = "?country=SYR&z=6&lat=35&lon=38.5"


@pytest.fixture(scope="module")
def layered(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server on a copy of the sample's store, with base maps and layers of its own."""
    folder = tmp_path_factory.mktemp("layered")
    store = folder / "store.duckdb"
    shutil.copy(server.store, store)
    path = folder / "control.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": SHAPES}), "utf-8")
    read = read_layer(path)
    assert read.left_out == ()
    LayerFolder.beside(store).add(read, name=HOSTILE, who="a", why="", source=HOSTILE)
    tiles = {(6, x, y): image("JPEG") for x in range(36, 42) for y in range(23, 28)}
    file = mbtiles(folder / "imagery.mbtiles", tiles, name=HOSTILE, attribution=HOSTILE)
    words = ["--base-map", str(file), "--tiles", ONLINE]
    with serving(store, *words, log=folder / "server.log") as running:
        yield running


def shown(page: Page, start: str) -> None:
    """Wait until a picture whose address begins so is on the map, loaded."""
    page.wait_for_function(
        """(start) => [...document.querySelectorAll("img.leaflet-tile-loaded")]
            .some((picture) => picture.src.startsWith(start) && picture.naturalWidth === 256)""",
        arg=start,
    )


def test_a_file_is_shown_and_a_stranger_is_asked_only_after_a_yes(
    layered: Server, browser: Browser
) -> None:
    with watched(browser, viewport=WIDE) as seen:
        asked: list[str] = []

        def answer(route: Route) -> None:
            asked.append(route.request.headers.get("referer", ""))
            route.fulfill(body=image(), content_type="image/png")

        seen.page.route("https://tiles.example/**", answer)
        page = open_map(seen, layered.address + "/" + SYRIA)
        layers = page.locator(".cm-layers")
        layers.locator("summary").first.click()
        file = layers.get_by_label("{{7*7}} (file)")
        file.check()
        shown(page, layered.address + "/tiles/")
        layers.get_by_label("Place names").uncheck()
        page.locator(".leaflet-labels-pane").wait_for(state="hidden")
        expect(page.locator(".cm-layer-label", has_text="Al-Tanf")).to_be_visible()
        assert page.locator(".cm-credit").inner_text().strip() == "{{7*7}}"
        assert page.evaluate("globalThis.pwned") is None

        layers.get_by_label("tiles.example (online)").check()
        consent = layers.get_by_role("alert")
        expect(consent).to_contain_text("tiles.example")
        expect(consent).to_contain_text(layered.address)
        layers.get_by_role("button", name="Do not ask them").click()
        expect(file).to_be_checked()
        assert seen.foreign(layered.address) == []

        layers.get_by_label("tiles.example (online)").check()
        layers.get_by_role("button", name="Show these pictures").click()
        shown(page, "https://tiles.example/6/")
        assert set(asked) == {layered.address + "/"}  # the server's address, never the link
        assert seen.complaints == []


def test_layers_follow_the_timeline_and_their_words_stay_words(
    layered: Server, browser: Browser
) -> None:
    with watched(browser, viewport=WIDE) as seen:
        page = open_map(seen, f"{layered.address}/{SYRIA}&from=2016-01-01&to=2016-06-20")
        layers = page.locator(".cm-layers")
        layers.locator("summary").first.click()
        words = layers.locator(".cm-layer-words")
        words.get_by_text("2 of 3 shapes hold").click()
        listed = words.locator("li")
        listed.nth(1).wait_for()
        assert [line.locator(".cm-layer-name").inner_text() for line in listed.all()] == [
            f"Spring {HOSTILE}", "Al-Tanf",
        ]  # fmt: skip
        told = listed.nth(1).inner_text()
        assert "Known on 16 June 2016, 4 days before" in told
        assert "Confidence: likely" in told
        assert f"Source: {HOSTILE}" in told
        expect(layers).to_contain_text("As of 20 June 2016")

        symbol = page.get_by_role("img", name="Al-Tanf")
        page.wait_for_function("document.querySelector('.cm-force').naturalWidth > 0")
        assert "/symbols/neutral/" in (symbol.get_attribute("src") or "")
        fresh = float(symbol.evaluate("(picture) => getComputedStyle(picture).opacity"))

        page.locator("input[type=date]").last.fill("2016-12-31")
        words.get_by_text("2 of 3 shapes hold").wait_for()
        words.locator(".cm-layer-name", has_text="Summer").wait_for()
        expect(words.locator(".cm-layer-name", has_text="Spring")).to_have_count(0)
        aged = float(symbol.evaluate("(picture) => getComputedStyle(picture).opacity"))
        assert 0.3 < aged < fresh == 1

        layers.get_by_label(HOSTILE).uncheck()
        words.get_by_text("0 of 3 shapes hold").wait_for()
        expect(symbol).to_have_count(0)
        assert page.evaluate("globalThis.pwned") is None
        assert seen.foreign(layered.address) == []
        assert seen.complaints == []


def test_on_a_phone_the_layers_fit_the_map_and_are_large_enough_to_touch(
    layered: Server, browser: Browser
) -> None:
    with watched(browser, viewport=PHONE, has_touch=True) as seen:
        page = open_map(seen, layered.address + "/" + SYRIA)
        page.locator(".cm-layers > summary").tap()
        panel = page.locator(".cm-layers").bounding_box()
        area = page.locator(".cm-map").bounding_box()
        assert panel is not None
        assert area is not None
        assert area["y"] <= panel["y"]
        assert panel["y"] + panel["height"] <= area["y"] + area["height"]
        heights = page.evaluate(
            "[...document.querySelectorAll('.cm-layers > summary, .cm-layers label')]"
            ".map((part) => part.getBoundingClientRect().height)"
        )
        assert min(heights) >= 44
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_a_layer_that_is_added_or_taken_away_is_seen_on_an_open_map(
    layered: Server, browser: Browser, tmp_path: Path
) -> None:
    path = tmp_path / "line.geojson"
    line = shape("LineString", WAY[:3], name="Line", valid_from="2016-01-01")
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [line]}), "utf-8")
    folder = LayerFolder.beside(layered.store)
    with watched(browser, viewport=WIDE) as seen:
        page = open_map(seen, layered.address + "/" + SYRIA)
        layers = page.locator(".cm-layers")
        layers.locator("summary").first.click()
        layers.get_by_label("{{7*7}} (file)").check()
        layers.get_by_label(HOSTILE).uncheck()
        added, _ = folder.add(read_layer(path), name="Front line", who="a", why="")
        new = layers.get_by_label("Front line")
        new.wait_for()
        expect(new).to_be_checked()
        expect(layers.get_by_label(HOSTILE, exact=True)).not_to_be_checked()
        expect(layers.get_by_label("{{7*7}} (file)")).to_be_checked()
        assert layers.get_attribute("open") is not None
        folder.remove(added.id, who="a", why="")
        new.wait_for(state="detached")
        expect(layers.get_by_label(HOSTILE, exact=True)).not_to_be_checked()
        assert seen.complaints == []


def test_local_letters_are_switched_off_for_good_where_there_is_no_other_map(
    server: Server, browser: Browser
) -> None:
    with watched(browser, fresh=True, viewport=WIDE) as seen:
        page = open_map(seen, f"{server.address}/{SYRIA}")
        layers = page.locator(".cm-layers")
        layers.locator("summary").click()
        expect(layers.get_by_role("group", name="Base map")).to_have_count(0)
        letters = layers.get_by_label("Also in local letters")
        expect(letters).to_be_checked()
        letters.uncheck()
        page.reload()
        layers.locator("summary").click()
        expect(letters).not_to_be_checked()
        letters.check()
        page.reload()
        layers.locator("summary").click()
        expect(letters).to_be_checked()
        assert seen.complaints == []
