"""Ways of drawing, in a file that asks nobody: areas, hexagons and heat say what the table says."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from dashboard.share import page as shared_page
from geodata.pack import in_pack_order
from geodata.schema import ACCOUNTS, INCIDENTS, conform, to_arrow
from tests.browser.conftest import PHONE, WIDE, Server, open_map, watched

pytestmark = pytest.mark.browser

ALEPPO = (36.20, 37.16)
IDLIB = (35.93, 36.63)
ALEPPO_CELL = "852dae07fffffff"  # of resolution 5, by H3 4.5.0
READY = "() => performance.getEntriesByName('conflictmap-ready').length > 0"
# Alpha of the incidents' canvas at a latitude and longitude, 0 to 255.
ALPHA = """([lat, lon]) => {
  const point = layer.onCanvas(map.latLngToContainerPoint([lat, lon]));
  const [x, y] = [point.x, point.y].map((value) => Math.round(value * layer._density));
  return layer._context.getImageData(x, y, 1, 1).data[3];
}"""


def incidents() -> pd.DataFrame:
    """Four in Aleppo, two known to Idlib only, one to Iraq only; figures of all kinds."""
    rows: list[dict[str, Any]] = [
        {"place": ALEPPO, "admin1": "Aleppo governorate", "killed_best": 12},
        {"place": ALEPPO, "admin1": None, "killed_best": 3},
        {"place": ALEPPO, "admin1": "Aleppo", "killed_best": None},
        {"place": ALEPPO, "admin1": "Aleppo", "killed_best": 0},
        {"place": IDLIB, "admin1": "Idlib", "location_precision": "admin1", "killed_best": None},
        {"place": IDLIB, "admin1": "Idlib", "location_precision": "admin1", "killed_best": None},
        {"place": None, "country": "IRQ", "location_precision": "country", "killed_best": 0},
    ]
    for number, row in enumerate(rows):
        latitude, longitude = row.pop("place") or (None, None)
        day = dt.date(2016, 6, 1 + number)
        row |= {
            "incident_id": f"i{number}",
            "country": row.get("country", "SYR"),
            "latitude": latitude,
            "longitude": longitude,
            "location_precision": row.get("location_precision", "town"),
            "radius_km": 90.0 if row.get("location_precision") == "admin1" else None,
            "date_start": day,
            "date_end": day,
            "date_precision": "day",
            "status": "published",
        }
    return pd.DataFrame(rows)


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("drawn") / "shared.html"
    table = in_pack_order(to_arrow(conform(incidents(), INCIDENTS), INCIDENTS))
    accounts = to_arrow(conform(pd.DataFrame({"account_id": []}), ACCOUNTS), ACCOUNTS)
    said = {"title": "Drawn", "made_at": "2026-01-02T03:04:00+00:00", "store_version": 1}
    out = {"unpublished_left_out": 0, "sensitive_left_out": 0, "predicate": {}}
    path.write_bytes(shared_page(table, accounts, said | out))
    return path


@pytest.fixture(scope="module")
def shown(browser: Browser, file: Path) -> Iterator[Page]:
    """The file in one page for all tests; it has asked for itself alone."""
    with watched(browser, viewport=WIDE) as seen:
        seen.page.set_default_timeout(8_000)
        seen.page.goto(file.as_uri() + "#layer=provinces")
        seen.page.wait_for_function(READY)
        seen.page.evaluate(
            """() => shared_incidents.then(({ workspace, view }) => {
              Object.assign(window, { layer: workspace.layer, map: workspace.map, view });
            })"""
        )
        yield seen.page
        asked = [request.url.partition("#")[0] for request in seen.requests]
        assert [url for url in asked if not url.startswith("data:")] == [file.as_uri()]
        assert seen.complaints == []


def draw(page: Page, how: str, per: str = "incidents") -> None:
    """Choose in the legend, as a person does."""
    page.get_by_role("combobox", name="Draw as").select_option(how)
    if how != "incidents":
        page.get_by_role("combobox", name="Count", exact=True).select_option(per)


def legend(page: Page) -> dict[str, str]:
    """Classes with the number of areas or hexagons in each."""
    rows = page.locator(".cm-legend-rows:visible tbody tr").all()
    pairs = [(row.locator("th").inner_text(), row.locator("td").last.inner_text()) for row in rows]
    return {label: number for label, number in pairs if number != "0"}


def look(page: Page, place: tuple[float, float], zoom: int) -> None:
    page.evaluate("([at, zoom]) => { map.setView(at, zoom, { animate: false }); }", [place, zoom])


def wait_for_alpha(page: Page, place: tuple[float, float], good: Callable[[int], bool]) -> None:
    """Look frame by frame until the canvas is as expected there."""
    for _ in range(300):
        if good(page.evaluate(ALPHA, list(place))):
            return
        page.evaluate("() => new Promise((done) => requestAnimationFrame(done))")
    pytest.fail(f"the canvas at {place} stayed at {page.evaluate(ALPHA, list(place))}")


def test_provinces_and_countries_count_what_the_records_say(shown: Page) -> None:
    page = shown
    expect(page.locator(".cm-legend caption:visible")).to_have_text("Incidents by province")
    expect(page.locator(".cm-legend-notes")).to_have_text("1 not known to a province: in none.")
    assert legend(page) == {"2": "1", "4 or more": "1"}
    page.get_by_text("As a list").click()
    listed = page.locator(".cm-legend-areas li")
    expect(listed).to_have_text(
        [
            "Aleppo: 4 incidents, 15 killed, 1 without a figure",
            "Idlib: 2 incidents, killed: not known",
        ]
    )
    page.get_by_text("As a list").click()  # the page is shared: each test leaves it folded
    draw(page, "countries", "killed")
    assert legend(page) == {"None killed": "1", "10 or more": "1"}
    expect(page.locator(".cm-legend-notes")).to_be_empty()
    assert page.url.endswith("#layer=countries-killed")
    draw(page, "provinces", "killed")
    assert legend(page) == {"Not known": "1", "10 or more": "1"}
    assert Axe().run(page, context=".cm-legend").response["violations"] == []


def test_an_area_is_named_under_the_pointer_and_opens_as_a_list(shown: Page) -> None:
    page = shown
    draw(page, "provinces")
    look(page, (36.3, 37.9), 8)
    box = page.locator(".folium-map").bounding_box()
    assert box is not None
    middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.move(*middle)
    said = page.locator(".cm-surface-said")
    expect(said).to_have_text("Aleppo: 4 incidents, 15 killed, 1 without a figure")
    page.mouse.click(*middle)
    expect(page.locator(".cm-panel-title")).to_have_text("4 incidents in Aleppo")
    page.get_by_role("button", name="Show all").click()
    look(page, IDLIB, 8)
    page.locator(".folium-map").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".cm-panel-title")).to_have_text("2 incidents in Idlib")
    page.get_by_role("button", name="Show all").click()


def test_heat_and_hexagons_follow_the_days_and_leave_out_what_is_known_roughly(shown: Page) -> None:
    page = shown
    for how in ("hexagons", "heat"):
        draw(page, how)
        look(page, ALEPPO, 9)
        assert page.evaluate(ALPHA, list(ALEPPO)) > 100, how
        assert page.evaluate(ALPHA, list(IDLIB)) == 0, how
        notes = page.locator(".cm-legend-notes")
        expect(notes).to_contain_text("2 known less exactly than that")
        page.evaluate("() => view.setRange(view.table.dayOf('2016-06-05'), null)")
        wait_for_alpha(page, ALEPPO, lambda alpha: alpha == 0)
        page.evaluate("view.setRange(null, null)")
        wait_for_alpha(page, ALEPPO, lambda alpha: alpha > 100)


def test_a_hexagon_is_an_h3_cell_and_says_its_id(shown: Page) -> None:
    page = shown
    draw(page, "hexagons")
    look(page, ALEPPO, 9)
    expect(page.locator(".cm-legend-notes")).to_contain_text("H3 cells of resolution 5")
    box = page.locator(".leaflet-container").first.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(page.locator(".cm-surface-said")).to_contain_text(f"H3 cell {ALEPPO_CELL}")
    page.get_by_text("As a list").click()
    expect(page.locator(".cm-legend-areas li").first).to_contain_text(ALEPPO_CELL)
    page.get_by_text("As a list").click()


def test_what_is_known_to_a_province_is_drawn_as_that_province(shown: Page) -> None:
    page = shown
    draw(page, "incidents")
    look(page, IDLIB, 7)
    # Jisr al-Shughur is in Idlib; Samandağ is within 90 km of its middle, but in Turkey.
    wait_for_alpha(page, (36.09, 35.98), lambda alpha: alpha == 0)
    assert page.evaluate(ALPHA, [35.78, 36.4]) > 0
    assert page.evaluate("layer.symbols().marks.filter((mark) => mark.rough).length") == 1


def test_a_link_brings_the_way_of_drawing_back_and_history_undoes_it(
    browser: Browser, server: Server
) -> None:
    with watched(browser, viewport=PHONE, has_touch=True) as seen:
        page = open_map(seen, f"{server.address}/?layer=provinces-killed")
        title = page.locator(".cm-legend summary").first
        expect(title).to_have_text("Legend: killed by province")
        title.tap()
        expect(page.locator(".cm-legend-rows:visible th").first).to_have_text("Not known")
        assert sum(request.url.endswith("/provinces") for request in seen.requests) == 1
        page.get_by_role("combobox", name="Draw as").select_option("hexagons")
        expect(title).to_have_text("Legend: killed in each hexagon")
        assert "layer=hexagons-killed" in page.url
        page.go_back()
        expect(title).to_have_text("Legend: killed by province")
        assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
        assert seen.foreign(server.address) == []
        assert seen.complaints == []
