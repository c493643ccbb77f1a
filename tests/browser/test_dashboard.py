"""The whole dashboard in a real browser: what is counted, dragged, opened, linked and asked for."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from geodata.filters import parse_filter
from geodata.notes import NoteBook
from geodata.store import Store
from tests.browser.conftest import (
    PHONE,
    SENTENCE,
    WIDE,
    Server,
    Watched,
    open_map,
    sentence_of,
    watched,
)

pytestmark = pytest.mark.browser
SIZES = pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
AL_TANF = "sample-al-tanf-2016"


def from_store(server: Server, query: str = "") -> str:
    """The sentence that the store itself gives for a query."""
    return Store.open(server.store).snapshot().summary(parse_filter(query)).sentence


def query_of(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


def drag(page: Page, selector: str, share: float, *, steps: int = 12) -> None:
    """Drag a handle of the brush by a share of the timeline's width."""
    handle = page.locator(selector).bounding_box()
    lane = page.locator(".cm-timeline-slot").bounding_box()
    assert handle is not None
    assert lane is not None
    x, y = handle["x"] + handle["width"] / 2, handle["y"] + handle["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + share * lane["width"], y, steps=steps)


def settle(page: Page) -> None:
    """Wait until nothing is asked for any more."""
    page.wait_for_timeout(700)


@SIZES
def test_the_sentence_says_what_the_store_says(
    server: Server, browser: Browser, size: ViewportSize
) -> None:
    with watched(browser, viewport=size) as seen:
        page = open_map(seen, server.address)
        assert sentence_of(page) == from_store(server)
        no_stranger_was_asked(seen, server)


@pytest.mark.parametrize(
    "query",
    [
        "country=SYR",
        "from=2016-01-01&to=2016-12-31",
        "weapon=cluster-munition",
        "type=Battles&killed_min=10",
        "disputed=yes&grade=contested",
        "q=al-tanf",
        "precision=admin1&precision=country",
        "country=SYR&bbox=35,32,40,36",
    ],
)
def test_a_link_opens_on_what_it_says(server: Server, browser: Browser, query: str) -> None:
    with watched(browser, viewport=WIDE) as seen:
        page = open_map(seen, f"{server.address}/?{query}")
        wanted = from_store(server, query)
        page.wait_for_function(
            "words => document.querySelector('.cm-sentence-text').textContent.startsWith(words)",
            arg=wanted.split(",")[0],
        )
        assert sentence_of(page) == wanted
        assert not seen.complaints


@SIZES
def test_dragging_the_brush_changes_map_and_sentence_and_asks_for_nothing(
    server: Server, browser: Browser, size: ViewportSize
) -> None:
    with watched(browser, viewport=size) as seen:
        page = open_map(seen, server.address)
        settle(page)
        before, painted = sentence_of(page), pixels(page)
        asked = len(seen.requests)

        def since() -> list[str]:
            """What was asked, beside the look for a newer store just before a hand was down."""
            urls = [request.url for request in seen.requests[asked:]]
            return [url for url in urls if not url.endswith("/current")]

        drag(page, HANDLE_TO, -0.5)
        expect(page.locator(SENTENCE)).not_to_have_text(before.split(", 1")[0])
        assert sentence_of(page) != before
        assert since() == []
        assert pixels(page) != painted
        page.mouse.up()
        settle(page)
        late = since()
        assert len(late) <= 1, late
        assert all("/rows?" in url for url in late)
        window = query_of(page)
        assert "to" in window
        page.wait_for_function("() => true")
        assert sentence_of(page) == from_store(server, f"to={window['to'][0]}")


HANDLE_FROM = ".cm-time-from"
HANDLE_TO = ".cm-time-to"


def pixels(page: Page) -> int:
    """A number that changes with what the incident canvas shows."""
    return int(
        page.evaluate(
            """() => { const c = document.querySelector('canvas.cm-incidents');
            const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;
            let h = 0; for (let i = 0; i < d.length; i += 4) h = (h * 31 + d[i] + d[i + 3]) | 0;
            return h; }"""
        )
    )


@SIZES
def test_al_tanf_is_picked_from_the_map_and_shows_both_accounts(
    server: Server, browser: Browser, size: ViewportSize
) -> None:
    with watched(browser, viewport=size) as seen:
        page = open_map(seen, f"{server.address}/?q=al-tanf+cluster&z=9&lat=33.5&lon=38.66")
        page.wait_for_function(
            "() => /^1 of/.test(document.querySelector('.cm-sentence-text').textContent)"
        )
        settle(page)
        box = page.locator(".cm-map").bounding_box()
        assert box is not None
        page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        card = page.locator(".cm-card, .cm-panel").filter(has_text="Air strike at al-Tanf").first
        expect(card).to_be_visible()
        expect(card).to_contain_text("UCDP")
        expect(card).to_contain_text("18")
        expect(card).to_contain_text("Government of Syria")
        settle(page)
        assert query_of(page)["open"] == [AL_TANF]
        no_stranger_was_asked(seen, server)


def test_a_reload_and_another_browser_bring_the_view_back(server: Server, browser: Browser) -> None:
    with watched(browser, viewport=WIDE) as seen:
        page = open_map(seen, f"{server.address}/?country=SYR")
        drag(page, HANDLE_FROM, 0.2)
        page.mouse.up()
        page.locator(".leaflet-control-zoom-in").click()
        page.locator(".cm-list [role=option], .cm-list [role=listitem], .cm-row").first.click()
        settle(page)
        page.wait_for_function("() => new URLSearchParams(location.search).has('open')")
        said, address, where = sentence_of(page), page.url, view_of(page)
        assert {"country", "from", "z", "lat", "lon", "open"} <= set(query_of(page))
        page.reload()
        page.wait_for_selector(f".cm-host {SENTENCE}")
        brought_back(page, said, where)
    with watched(browser, viewport=WIDE, fresh=True) as other:
        brought_back(open_map(other, address), said, where)


def brought_back(page: Page, said: str, where: dict[str, Any]) -> None:
    expect_sentence(page, said)
    assert view_of(page) == where
    expect(page.get_by_text("Back to the list")).to_be_visible()


def view_of(page: Page) -> dict[str, Any]:
    names = ("z", "lat", "lon", "open", "from")
    return {name: query_of(page).get(name) for name in names}


def test_back_undoes_a_drag_and_a_filter(server: Server, browser: Browser) -> None:
    with watched(browser, viewport=WIDE) as seen:
        page = open_map(seen, server.address)
        settle(page)
        every = sentence_of(page)
        drag(page, HANDLE_TO, -0.4)
        page.mouse.up()
        settle(page)
        narrowed = sentence_of(page)
        assert narrowed != every
        page.get_by_label("Search").first.fill("air strike")
        page.get_by_label("Search").first.press("Enter")
        page.wait_for_function("() => new URLSearchParams(location.search).has('q')")
        expect(page.locator(SENTENCE)).not_to_have_text(narrowed.split(", ")[0])
        settle(page)
        page.go_back()
        expect_sentence(page, narrowed)
        page.go_back()
        expect_sentence(page, every)


def expect_sentence(page: Page, said: str) -> None:
    for _ in range(50):
        if sentence_of(page) == said:
            return
        page.wait_for_timeout(200)
    assert sentence_of(page) == said


def test_pan_and_zoom_survive_every_filter(server: Server, browser: Browser) -> None:
    with watched(browser, viewport=WIDE) as seen:
        page = open_map(seen, f"{server.address}/?z=6&lat=34.5&lon=38.5")
        settle(page)
        drag(page, HANDLE_TO, -0.3)
        page.mouse.up()
        page.get_by_label("Search").first.fill("strike")
        page.get_by_label("Search").first.press("Enter")
        page.wait_for_function("() => new URLSearchParams(location.search).has('q')")
        settle(page)
        where = view_of(page)
        assert (where["z"], where["lat"], where["lon"]) == (["6"], ["34.5"], ["38.5"])


def test_summary_page_and_link_agree(server: Server, browser: Browser) -> None:
    query = "country=SYR&country=IRQ&weapon=air-launched"
    command = [sys.executable, "-m", "dashboard.cli", "summary", "--json"]
    command += ["--store", str(server.store), "--where", query]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    with watched(browser, viewport=WIDE) as seen:
        page = open_map(seen, f"{server.address}/?{query}")
        expect_sentence(page, json.loads(done.stdout)["sentence"])


def test_every_page_keeps_to_itself_and_complains_of_nothing(
    server: Server, browser: Browser
) -> None:
    with watched(browser, viewport=WIDE) as seen:
        page = open_map(seen, server.address)
        for name in ("Data", "Review", "Places", "About", "Map"):
            page.get_by_role("link", name=re.compile(f"{name}$")).click()
            settle(page)
        page.wait_for_selector(f".cm-host {SENTENCE}")
        settle(page)
        no_stranger_was_asked(seen, server)
        assert not seen.complaints


def no_stranger_was_asked(seen: Watched, server: Server) -> None:
    assert seen.foreign(server.address) == []
    assert not seen.complaints


def choose_country(page: Page, name: str) -> None:
    """Pick a country in the sidebar by keyboard."""
    page.get_by_label("Country", exact=True).first.click()
    page.keyboard.type(name)
    page.keyboard.press("Enter")
    page.wait_for_function("() => new URLSearchParams(location.search).has('country')")
    page.keyboard.press("Escape")


def test_clearing_the_filters_brings_everything_back(server: Server, browser: Browser) -> None:
    with watched(browser, viewport=WIDE) as seen:
        page = open_map(seen, server.address)
        every = sentence_of(page)
        choose_country(page, "Syria")
        expect_sentence(page, from_store(server, "country=SYR"))
        page.get_by_role("button", name="Clear all filters").click()
        expect_sentence(page, every)
        settle(page)
        assert "country" not in query_of(page)
        assert sentence_of(page) == every


def test_another_page_and_back_keeps_the_choice_in_sidebar_and_map(
    server: Server, browser: Browser
) -> None:
    with watched(browser, viewport=WIDE) as seen:
        page = open_map(seen, server.address)
        choose_country(page, "Syria")
        narrowed = from_store(server, "country=SYR")
        expect_sentence(page, narrowed)
        page.get_by_role("link", name="About", exact=True).click()
        page.get_by_role("heading", name="About Conflict Map").wait_for()
        page.get_by_role("link", name="Map", exact=True).click()
        page.wait_for_selector(f".cm-host {SENTENCE}")
        expect_sentence(page, narrowed)
        expect(page.locator("section[data-testid=stSidebar]")).to_contain_text("Syria")
        assert query_of(page)["country"] == ["SYR"]


def test_a_note_kept_for_the_team_is_in_the_store_and_not_in_the_link(
    server: Server, browser: Browser
) -> None:
    book = NoteBook.beside(server.store)
    with watched(browser, viewport=WIDE) as seen:
        page = open_map(seen, server.address + "/")
        noting = page.locator(".cm-time-noting")
        noting.locator("summary").click()
        noting.get_by_label("Keep for the team").wait_for()
        noting.get_by_label("Day").fill("2016-09-12")
        noting.get_by_label("Note", exact=True).fill("ceasefire")
        noting.get_by_role("button", name="Add").click()
        noting.get_by_text("kept by analyst").wait_for()
        assert [(note.day, note.words) for note in book.current()] == [("2016-09-12", "ceasefire")]
        assert "notes=" not in page.url
        noting.get_by_role("button", name="Remove the note of 12 September 2016").click()
        noting.locator("li").wait_for(state="detached")
        assert book.current() == []
        assert seen.complaints == []


def test_back_to_the_bare_address_is_back_to_everything(server: Server, browser: Browser) -> None:
    with watched(browser, viewport=WIDE) as seen:
        page = open_map(seen, server.address)
        settle(page)
        every = sentence_of(page)
        choose_country(page, "Syria")
        expect_sentence(page, from_store(server, "country=SYR"))
        settle(page)
        page.go_back()
        expect_sentence(page, every)
        settle(page)
        assert sentence_of(page) == every
        expect(page.locator("section[data-testid=stSidebar]")).not_to_contain_text("Syria")
