"""The map that stands before the page: seen, used, taken over, and gone where it must be."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Page, Route, ViewportSize, expect

from tests.browser.conftest import (
    PHONE,
    SENTENCE,
    WIDE,
    Server,
    sentence_of,
    serving,
    watched,
)

pytestmark = pytest.mark.browser

STREAMLIT = "**/static/js/index.*.js"
"""All of the page's own scripts wait for it."""
ITS_MAP = "**/static/js/BidiComponent.*.js"
"""What the page's map waits for, when the page has already run."""
BOX = """() => {
  const { left, top, width, height } = document.querySelector(".cm-stage").getBoundingClientRect();
  return [left, top, width, height].map(Math.round);
}"""
WATCH = """
window.boxes = new Set();
const look = () => {
  const stage = document.querySelector(".cm-stage");
  if (stage) {
    const { left, top, width, height } = stage.getBoundingClientRect();
    window.boxes.add([left, top, width, height].map(Math.round).join());
  }
  requestAnimationFrame(look);
};
requestAnimationFrame(look);
"""
AT_REST = """() => new Promise((done) => {
  let [before, since] = ["", performance.now()];
  const look = () => {
    const now = document.querySelector(".cm-sentence-text").textContent + location.search;
    if (now === before && performance.now() - since > 700) done();
    if (now !== before) [before, since] = [now, performance.now()];
    setTimeout(look, 50);
  };
  look();
})"""
"""Until the address and the sentence have followed the hand: the address does so a little later."""
MOVED_IN = ".cm-host .cm-stage"


class Held:
    """Answers that a page waits for until they are let go."""

    def __init__(self) -> None:
        self._routes: list[Route] = []
        self._free = False
        self.asked = threading.Event()

    def hold(self, route: Route) -> None:
        self.asked.set()
        if self._free:
            route.continue_()
        else:
            self._routes.append(route)

    def let_go(self) -> None:
        self._free = True
        for route in self._routes:
            route.continue_()


@contextmanager
def held_up(
    browser: Browser, address: str, held_back: str, *, size: ViewportSize = WIDE, before: str = ""
) -> Iterator[tuple[Page, Held, list[str]]]:
    """A page whose map is there, while the page itself waits for one of its scripts."""
    with watched(browser, fresh=True, viewport=size) as seen:
        page, held = seen.page, Held()
        page.add_init_script(WATCH + before)
        page.route(held_back, held.hold)
        page.goto(address, wait_until="commit")
        page.wait_for_selector(f".cm-opening {SENTENCE}")
        page.wait_for_function(
            "() => /incident/.test(document.querySelector('.cm-sentence-text').textContent)"
        )
        yield page, held, seen.complaints


def moved_in(page: Page) -> None:
    page.wait_for_selector(MOVED_IN)
    expect(page.locator(".cm-opening")).to_have_count(0)


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
@pytest.mark.parametrize(
    "query",
    ["", "?country=SYR&z=6&lat=34&lon=40", "?country=SYR&embed=true"],
    ids=["all", "a link", "embedded"],
)
def test_it_is_whole_before_the_page_and_moves_in_without_a_jump(
    server: Server, browser: Browser, size: ViewportSize, query: str
) -> None:
    address = f"{server.address}/{query}"
    with held_up(browser, address, STREAMLIT, size=size) as (page, held, complaints):
        assert page.locator("[data-testid=stApp]").count() == 0
        assert page.title() == "Conflict Map"
        said, box = sentence_of(page), page.evaluate(BOX)
        page.locator(".cm-list [role=option], .cm-list li").first.wait_for()
        held.let_go()
        moved_in(page)
        assert sentence_of(page) == said
        assert page.evaluate("[...window.boxes]") == [",".join(map(str, box))]
        assert page.locator(SENTENCE).count() == 1
        assert complaints == []


@pytest.mark.parametrize("held_back", [STREAMLIT, ITS_MAP], ids=["not begun", "has run"])
def test_what_a_hand_does_meanwhile_is_kept_and_told(
    server: Server, browser: Browser, held_back: str
) -> None:
    with held_up(browser, f"{server.address}/", held_back) as (page, held, complaints):
        if held_back == ITS_MAP:  # the server has been told of the address by now
            page.get_by_role("textbox", name="Search").wait_for()
        before = sentence_of(page)
        page.locator(".cm-time-to").focus()
        for _ in range(3):
            page.keyboard.press("PageDown")
        page.wait_for_function("() => new URLSearchParams(location.search).has('to')")
        page.evaluate(AT_REST)
        assert sentence_of(page) != before
        after, last = sentence_of(page), parse_qs(urlsplit(page.url).query)["to"]
        held.let_go()
        moved_in(page)
        page.get_by_role("textbox", name="Search").wait_for()
        year, month, day = last[0].split("-")
        to = page.get_by_test_id("stSidebar").get_by_test_id("stDateInput").nth(1)
        for part, value in (("year", year), ("month", month), ("day", day)):
            shown = to.get_by_role("spinbutton", name=part)
            expect(shown).to_have_attribute("aria-valuenow", str(int(value)))
        assert sentence_of(page) == after
        assert parse_qs(urlsplit(page.url).query)["to"] == last
        assert page.evaluate("document.activeElement.className").find("cm-time-to") >= 0
        assert complaints == []


def test_it_goes_with_the_page_that_it_was_for(server: Server, browser: Browser) -> None:
    with held_up(browser, f"{server.address}/", ITS_MAP) as (page, held, _):
        page.get_by_role("link", name="About").click()
        page.get_by_role("heading", name="About").first.wait_for()
        expect(page.locator(".cm-opening")).to_have_count(0)
        held.let_go()
        page.get_by_role("link", name="Map", exact=True).click()
        page.wait_for_selector(MOVED_IN)
        expect(page.locator(".cm-stage")).to_have_count(1)


def test_where_the_page_has_bad_news_it_does_not_hide_them(
    browser: Browser, tmp_path: Path
) -> None:
    store = tmp_path / "store.duckdb"
    with (
        serving(store, log=tmp_path / "server.log") as server,
        held_up(browser, f"{server.address}/", STREAMLIT) as (page, held, _),
    ):
        store.write_bytes(b"no store any more" * 1000)
        held.let_go()
        expect(page.locator(".cm-opening")).to_have_count(0)
        page.get_by_test_id("stMain").get_by_text("error id").first.wait_for()


@pytest.mark.parametrize("chosen", ["Dark", "Light"])
def test_it_is_as_dark_as_the_page_will_be(server: Server, browser: Browser, chosen: str) -> None:
    choose = f"localStorage.setItem('stActiveTheme-/-v2', '\"{chosen}\"');"
    with held_up(browser, f"{server.address}/", STREAMLIT, before=choose) as (page, held, _):
        expect(page.locator(".cm-stage")).to_have_attribute("data-theme", chosen.lower())
        beside = page.evaluate("getComputedStyle(document.documentElement).backgroundImage")
        held.let_go()
        moved_in(page)
        expect(page.locator(".cm-stage")).to_have_attribute("data-theme", chosen.lower())
        sidebar = page.get_by_test_id("stSidebar")
        assert sidebar.evaluate("element => getComputedStyle(element).backgroundColor") in beside


def test_without_it_the_page_draws_its_own(server: Server, browser: Browser) -> None:
    with watched(browser, fresh=True, viewport=WIDE) as seen:
        seen.page.route("**/opening*", lambda route: route.fulfill(status=403))
        seen.page.goto(server.address)
        seen.page.wait_for_selector(f"{MOVED_IN} {SENTENCE}")
        assert seen.page.locator(".cm-opening").count() == 0
