"""The incident layer in a saved page: from the disk, by hand and by keyboard, asking nobody."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from playwright.sync_api import Browser, Page, expect

from dashboard.folium_map.base_map import OfflineMap
from dashboard.folium_map.incident_layer import IncidentLayer
from tests.browser.conftest import Watched, watched

pytestmark = pytest.mark.browser

HOSTILE = "<img src=x onerror=window.ran=1>{{ 7 * 7 }}"
LAYER = "window[Object.keys(window).find((name) => name.startsWith('incident_layer_'))]"
START = dt.date(2016, 1, 1)
ROWS = 60
STACK = (33.493812, 38.664591)


def incidents() -> pd.DataFrame:
    """Sixty days, one incident each: the first thirty on one point, the others in a row."""
    spots = [STACK if row < 30 else (34.0 + row / 40, 37.0) for row in range(ROWS)]
    days = [START + dt.timedelta(days=row) for row in range(ROWS)]
    return pd.DataFrame(
        {
            "incident_id": [f"i{row:02d}" for row in range(ROWS)],
            "title": HOSTILE,
            "date_start": days,
            "latitude": [spot[0] for spot in spots],
            "longitude": [spot[1] for spot in spots],
            "location_precision": ["site"] * (ROWS - 2) + ["admin1", "country"],
            "radius_km": [None] * (ROWS - 2) + [40.0, None],
            "event_type": ["Battles", "Riots"] * (ROWS // 2),
            "killed_best": list(range(ROWS)),
        }
    )


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("saved") / "map.html"
    shown = OfflineMap(base_map=False)
    IncidentLayer(incidents()).add_to(shown)
    shown.save(str(file))
    return file


@pytest.fixture
def opened(browser: Browser, saved: Path) -> Iterator[Watched]:
    with watched(browser, viewport={"width": 1000, "height": 700}) as seen:
        seen.page.goto(saved.as_uri())
        seen.page.evaluate(f"{LAYER}.then((layer) => {{ window.layer = layer; }})")
        yield seen
        assert seen.complaints == []
        assert [request.url for request in seen.requests] == [saved.as_uri()]


def totals(page: Page) -> dict[str, Any]:
    answer: dict[str, Any] = page.evaluate("layer.view.totals()")
    return answer


def frames(page: Page) -> None:
    page.evaluate(
        "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
    )


def said(page: Page) -> str:
    frames(page)
    return page.locator(".cm-said").inner_text()


def test_the_sentence_and_the_legend_count_what_the_table_holds(opened: Watched) -> None:
    page = opened.page
    assert said(page) == f"{ROWS} incidents, 1,770 killed, 1 not on the map"
    battles = page.locator(".cm-legend-rows tr", has_text="Battles").locator("td").last
    expect(battles).to_have_text("30")


def test_a_dragged_handle_narrows_the_window_without_a_request(opened: Watched) -> None:
    page = opened.page
    handle = page.get_by_role("slider", name="Last day")
    box = handle.bounding_box()
    assert box is not None
    assert box["width"] >= 44
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    for step in range(1, 11):
        page.mouse.move(x - 40 * step, y)
    frames(page)
    between = totals(page)["incidents"]
    page.mouse.up()
    assert 10 < between < ROWS - 10
    assert said(page).startswith(f"{between} of {ROWS} incidents")
    day = START + dt.timedelta(days=between - 1)
    expect(handle).to_have_attribute("aria-valuetext", f"{day.day} {day:%B} {day.year}")


def test_the_window_is_moved_by_keyboard_alone(opened: Watched) -> None:
    page = opened.page
    page.get_by_role("slider", name="First day").focus()
    for key in ("ArrowRight", "ArrowRight", "Shift+ArrowRight"):
        page.keyboard.press(key)
    assert page.evaluate("layer.view.rangeIso.from") == "2016-02-03"
    assert totals(page)["incidents"] == ROWS - 33
    page.keyboard.press("Home")
    assert page.evaluate("layer.view.rangeIso.from") is None


def test_a_typed_day_sets_the_window_and_all_days_opens_it_again(opened: Watched) -> None:
    page = opened.page
    page.get_by_label("From").fill("2016-02-20")
    page.get_by_label("From").press("Enter")
    assert totals(page)["incidents"] == 10
    page.get_by_role("button", name="All days").click()
    assert totals(page)["incidents"] == ROWS


def test_playing_moves_the_window_and_pausing_keeps_it(opened: Watched) -> None:
    page = opened.page
    page.get_by_role("button", name="Play", exact=True).click()
    page.wait_for_function("layer.view.range.to !== null && layer.view.range.to >= 1")
    page.get_by_role("button", name="Pause").click()
    kept = page.evaluate("layer.view.rangeIso")
    page.wait_for_timeout(500)
    assert page.evaluate("layer.view.rangeIso") == kept
    assert totals(page)["incidents"] < ROWS


def test_with_less_motion_play_makes_one_step(browser: Browser, saved: Path) -> None:
    with watched(browser, reduced_motion="reduce") as seen:
        seen.page.goto(saved.as_uri())
        seen.page.evaluate(f"{LAYER}.then((layer) => {{ window.layer = layer; }})")
        seen.page.get_by_role("button", name="Play", exact=True).click()
        seen.page.wait_for_timeout(800)
        assert totals(seen.page)["incidents"] == 1


def test_a_stack_opens_as_a_list_of_text(opened: Watched) -> None:
    page = opened.page
    page.evaluate(f"layer._map.setView([{STACK[0]}, {STACK[1]}], 12, {{animate: false}})")
    box = page.locator(".folium-map").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    card = page.locator(".cm-picked-box")
    expect(card).to_contain_text("30 incidents at this point")
    expect(card).to_contain_text(HOSTILE)
    few = """() => { const latlng = layer._map.getCenter();
        const rows = layer.view.rows(0, 3);
        layer.fire("pick", { row: rows[0], rows, where: "at this point", latlng, spreads: true });
    }"""
    page.evaluate(few)
    fan = page.get_by_role("group", name="3 incidents at this point")
    fan.get_by_role("button").nth(1).click()
    page.get_by_text("1 incident", exact=True).wait_for()
    assert page.evaluate("window.ran") is None


def test_what_is_known_to_the_province_is_no_pin_and_to_the_country_not_drawn(
    opened: Watched,
) -> None:
    page = opened.page
    page.evaluate("layer._map.setView([35.45, 37.0], 9, {animate: false})")
    last = page.evaluate(
        "[58, 59].map((row) => layer.symbols().arrangement.group(layer.view.table.place[row]))"
    )
    assert last[0] >= 0
    assert last[1] == -1
    rough = page.evaluate(f"layer.symbols().marks.find((mark) => mark.group === {last[0]}).rough")
    assert rough is True


def test_a_cut_body_gives_a_sentence_and_a_way_to_try_again(
    browser: Browser, tmp_path: Path
) -> None:
    layer = IncidentLayer(incidents())
    layer.options["data"] = layer.options["data"][:400]
    shown = OfflineMap(base_map=False)
    layer.add_to(shown)
    shown.save(str(tmp_path / "cut.html"))
    with watched(browser) as seen:
        seen.page.goto((tmp_path / "cut.html").as_uri())
        notice = seen.page.get_by_role("alert")
        expect(notice).to_contain_text("broke off")
        notice.get_by_role("button", name="Try again").click()
        seen.page.wait_for_selector("[role=alert]")
        # A hand on a map that has no incidents yet finds nothing, and breaks nothing.
        seen.page.locator(".leaflet-container").click(position={"x": 300, "y": 300})
        seen.page.locator(".leaflet-container").press("Enter")
        assert seen.complaints == []
