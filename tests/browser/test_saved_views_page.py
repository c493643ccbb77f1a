"""Named views and the way back to the map, in a browser."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Server, map_in_page, open_map, sentence_of, watched

pytestmark = pytest.mark.browser

HOSTILE = "{{7*7}} <img src=x onerror=globalThis.pwned=1> ![](http://stranger.example/a.png) **b**"


def by_menu(page: Page, name: str) -> None:
    page.get_by_test_id("stTopNavLink").filter(has_text=name).click()


def told(page: Page, sentence: str) -> None:
    """Wait for the map to count what it counted before."""
    expect(page.locator(".cm-sentence-text")).to_have_text(sentence.partition(", 3 not")[0])


def test_a_view_is_saved_and_opened_by_its_id_and_its_name_is_text(
    browser: Browser, server: Server
) -> None:
    asked = "country=SYR&z=7&lat=34.8&lon=38&layer=heat"
    with watched(browser) as seen:
        page = open_map(seen, f"{server.address}/?{asked}")
        sentence = sentence_of(page)
        page.get_by_text("Saved views").click()
        sidebar = page.get_by_test_id("stSidebar")
        sidebar.get_by_role("textbox", name="Name").fill(HOSTILE)
        sidebar.get_by_role("textbox", name="Note").fill(HOSTILE)
        sidebar.get_by_role("button", name="Save what is shown").click()
        sidebar.get_by_text("Saved as").wait_for()
        link = sidebar.get_by_role("link", name="Open this view")
        way = link.get_attribute("href") or ""
        assert re.fullmatch(r"/v/\w{10}", way)
        open_map(seen, f"{server.address}/")
        assert sentence_of(page) != sentence
        open_map(seen, server.address + way)
        page.set_viewport_size({"width": 1287, "height": 895})
        page.evaluate("() => new Promise((done) => setTimeout(done, 500))")  # it has taken its size
        assert page.url == f"{server.address}/?{asked}&view={way.removeprefix('/v/')}"
        assert sentence_of(page) == sentence
        expect(sidebar.get_by_test_id("stText").filter(has_text=HOSTILE)).to_be_visible()
        sidebar.get_by_role("button", name="Delete it").click()
        sidebar.get_by_role("button", name="Undo the deletion").wait_for()
        assert page.evaluate("() => globalThis.pwned") is None
        assert seen.foreign(server.address) == []
        seen.complaints.clear()
        page.goto(server.address + way)
        expect(page.get_by_role("heading", name="There is no such view")).to_be_visible()


def test_the_filter_and_the_place_are_kept_on_every_way_back(
    browser: Browser, server: Server
) -> None:
    with watched(browser) as seen:
        page = open_map(seen, f"{server.address}/?country=SYR&z=7&lat=34.8&lon=38")
        chosen = sentence_of(page)
        page.get_by_label("Zoom in").click()
        expect(page).to_have_url(re.compile("country=SYR&z=8&"))
        looked_at = page.url
        for back in ("menu", "Back"):
            by_menu(page, "About")
            page.get_by_role("heading", name="About Conflict Map").wait_for()
            steps = page.evaluate("() => history.length")
            if back == "menu":
                by_menu(page, "Map")
            else:
                page.go_back()
            expect(page).to_have_url(looked_at)
            map_in_page(page)
            told(page, chosen)
            assert page.evaluate("() => history.length") == steps + (back == "menu")
        # One step back from the map that the menu led to is the page before, as it was.
        page.go_back()
        expect(page).to_have_url(f"{server.address}/about")
        page.go_back()
        expect(page).to_have_url(looked_at)
        map_in_page(page)
        told(page, chosen)
