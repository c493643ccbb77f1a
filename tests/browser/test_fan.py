"""A few incidents on one point: laid around it, by hand, by keys and on a phone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import WIDE, watched
from tests.browser.workspace_fixture import Server, records, serving

pytestmark = pytest.mark.browser

NARROW = {"width": 320, "height": 640}
ALEPPO, PROVINCE, MANY = (36.2, 37.16), (35.0, 37.2), (35.9, 38.9)
KINDS = ("Battles", "Protests", "Explosions/Remote violence", "Riots")


def _incidents() -> Iterator[dict[str, Any]]:
    few = [(ALEPPO, "site")] * 5 + [(PROVINCE, "admin1")] * 3 + [(MANY, "site")] * 13
    for number, ((latitude, longitude), precision) in enumerate(few):
        day = dt.date(2016, 3, 1) + dt.timedelta(days=number)
        yield {
            "incident_id": f"i{number:02d}",
            "dataset": "fan",
            "title": f"Incident {number}",
            "event_type": KINDS[number % len(KINDS)],
            "date_start": day,
            "date_end": day,
            "date_precision": "day",
            "country": "SYR",
            "latitude": latitude,
            "longitude": longitude,
            "location_precision": precision,
            "killed_best": number,
        }


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serving(records(list(_incidents()))) as running:
        yield running


@pytest.fixture(scope="module")
def page(browser: Browser, server: Server) -> Iterator[Page]:
    with watched(browser, fresh=True, viewport=WIDE, reduced_motion="reduce") as seen:
        seen.page.set_default_timeout(15_000)
        seen.page.goto(server.url)
        seen.page.wait_for_selector("[data-ready]", state="attached")
        yield seen.page
        assert seen.complaints == []


def _begin(page: Page) -> None:
    page.evaluate("() => begin({ drawn: true })")
    page.wait_for_selector(".cm-list-window[aria-busy=false] .cm-row", state="attached")


def _press(page: Page, where: tuple[float, float]) -> None:
    """Click the map there, once the layer has drawn something under it."""
    page.wait_for_function(
        """(at) => { const point = map.latLngToContainerPoint(at);
        return layer.pointer.markAt(point) !== null; }""",
        arg=list(where),
    )
    x, y = page.evaluate(
        """(at) => { const { x, y } = map.latLngToContainerPoint(at);
        const box = map.getContainer().getBoundingClientRect();
        return [x + box.x, y + box.y]; }""",
        list(where),
    )
    page.mouse.click(x, y)


def test_five_incidents_on_a_point_are_walked_opened_and_left_by_keys(page: Page) -> None:
    page.set_viewport_size(WIDE)
    _begin(page)
    _press(page, ALEPPO)
    fan = page.get_by_role("group", name="5 incidents at this point")
    expect(fan.get_by_role("button")).to_have_count(5)
    first = fan.get_by_role("button", name="Battles, 5 March 2016, 4 killed")
    expect(first).to_be_focused()
    expect(page.locator(".cm-fan-said")).to_have_text("Battles, 5 March 2016, 4 killed")
    expect(page.locator(".cm-row")).to_have_count(5)
    centre = page.evaluate("map.getCenter()")
    page.keyboard.press("ArrowLeft")
    expect(fan.get_by_role("button", name="Battles, 1 March 2016, none killed")).to_be_focused()
    assert page.evaluate("map.getCenter()") == centre
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Incident 0")).to_be_visible()
    found = Axe().run(page).response["violations"]
    assert [one["id"] for one in found if one["impact"] in {"serious", "critical"}] == []
    page.keyboard.press("Escape")
    expect(fan.get_by_role("button", name="Battles, 1 March 2016, none killed")).to_be_focused()
    page.keyboard.press("Escape")
    expect(fan).to_have_count(0)
    expect(page.locator("#map")).to_be_focused()


def test_only_pins_are_laid_out_and_more_than_twelve_are_listed(page: Page) -> None:
    page.set_viewport_size(WIDE)
    _begin(page)
    _press(page, PROVINCE)
    expect(page.get_by_role("heading", name="3 incidents at this point")).to_be_focused()
    expect(page.locator(".cm-fan")).to_have_count(0)
    _press(page, MANY)
    expect(page.get_by_role("heading", name="13 incidents at this point")).to_be_focused()
    expect(page.locator(".cm-fan")).to_have_count(0)
    _press(page, ALEPPO)
    expect(page.locator(".cm-fan-item")).to_have_count(5)
    page.evaluate("() => view.setRange(view.table.dayOf('2016-03-03'), null)")
    expect(page.locator(".cm-fan")).to_have_count(0)


def test_on_a_narrow_phone_all_that_is_laid_out_can_be_hit(page: Page) -> None:
    page.set_viewport_size(NARROW)
    _begin(page)
    page.evaluate("(at) => map.setView(at, 7, { animate: false })", [ALEPPO[0] - 1.1, 37.9])
    _press(page, ALEPPO)
    items = page.locator(".cm-fan-item")
    expect(items).to_have_count(5)
    for number in range(5):
        box = items.nth(number).bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= 44
        items.nth(number).click(trial=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
