"""The workspace in a real browser: list, card, tray, sheet; by hand, by keys, with hostile text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import PHONE, WIDE, Watched, watched
from tests.browser.workspace_fixture import (
    ATTACK,
    CONTESTED,
    HOSTILE,
    Records,
    Server,
    example,
    records,
    serving,
)

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def held() -> Records:
    return example()


@pytest.fixture(scope="module")
def running(held: Records) -> Iterator[Server]:
    with serving(held) as server:
        yield server


@pytest.fixture
def server(running: Server) -> Server:
    running.forget()
    return running


@contextmanager
def _visit(browser: Browser, server: Server, **options: Any) -> Iterator[Watched]:
    """The page of a server, in a profile of its own."""
    with watched(browser, fresh=True, **options) as seen:
        seen.page.set_default_timeout(15_000)
        seen.page.goto(server.url)
        seen.page.wait_for_selector("[data-ready]", state="attached")
        yield seen


@pytest.fixture(scope="module")
def desk(browser: Browser, running: Server) -> Iterator[Watched]:
    """One page for all tests: each sets the workspace up afresh in it."""
    with _visit(browser, running, viewport=WIDE) as seen:
        yield seen


@pytest.fixture(scope="module")
def pocket(browser: Browser, running: Server) -> Iterator[Watched]:
    with _visit(browser, running, viewport=PHONE, has_touch=True) as seen:
        yield seen


@pytest.fixture
def page(desk: Watched, server: Server) -> Iterator[Page]:
    desk.page.set_viewport_size(WIDE)
    yield from _alone(desk, server)


@pytest.fixture
def phone(pocket: Watched, server: Server) -> Iterator[Page]:
    yield from _alone(pocket, server)


def _alone(seen: Watched, server: Server) -> Iterator[Page]:
    """The page with a fresh workspace; an error or a request elsewhere fails the test."""
    _begin(seen.page)
    yield seen.page
    # A refusal that a test asks for is logged by the browser itself.
    complaints = [said for said in seen.complaints if "Failed to load resource" not in said]
    elsewhere = seen.foreign(server.url)
    seen.complaints.clear()
    seen.requests.clear()
    assert complaints == []
    assert elsewhere == []


def _begin(page: Page, **options: Any) -> None:
    page.mouse.move(0, 0)
    page.evaluate("options => begin(options)", options)
    ready = ".cm-list-window[aria-busy=false] .cm-row, .cm-empty:not([hidden])"
    page.wait_for_selector(ready, state="attached")


def _said(page: Page, name: str) -> list[Any]:
    return [detail for kind, detail in page.evaluate("said") if kind == name]


def _wait_until_open(page: Page) -> None:
    """Until the card's incident has come; its heading stands there before."""
    page.wait_for_function("() => said.some(([kind]) => kind === 'open')")


def _focused(page: Page) -> str:
    return page.evaluate("document.activeElement.innerText ?? ''")


def _rows_asked(server: Server) -> list[list[int]]:
    pages = [path.split("i=")[1] for path in server.asked if "/rows?" in path]
    return [[int(row) for row in text.split(",")] for text in pages]


# --- the list ------------------------------------------------------------------------------------


def test_the_list_shows_every_incident_and_says_each_ones_place_among_all(page: Page) -> None:
    expect(page.get_by_role("heading", name="3,002 incidents")).to_be_visible()
    first = page.locator(".cm-row").first
    expect(first).to_have_attribute("aria-posinset", "1")
    expect(first).to_have_attribute("aria-setsize", "3002")
    expect(first).to_contain_text("Cluster munitions on a garrison near al-Tanf")
    expect(first).to_contain_text("30 Dec 2017 – 2 Jan 2018 · near al-Tanf, Homs")
    expect(first).to_contain_text("2 killed, 10–18 injured")
    expect(first).to_contain_text("Disputed")


def test_only_the_rows_in_sight_are_elements_and_are_asked_for(page: Page, server: Server) -> None:
    assert page.locator(".cm-row").count() <= 12
    asked = _rows_asked(server)
    assert len(asked) == 1
    assert len(asked[0]) <= 12
    assert max(server.sizes) <= 8192


def test_keys_walk_the_list_from_end_to_end(page: Page, held: Records) -> None:
    page.locator(".cm-row-button[tabindex='0']").focus()
    page.keyboard.press("ArrowDown")
    assert (
        page.evaluate("document.activeElement.parentElement.getAttribute('aria-posinset')") == "2"
    )
    page.keyboard.press("End")
    at_end = "document.activeElement.parentElement.getAttribute('aria-posinset')"
    assert page.evaluate(at_end) == str(len(held.ids))
    page.keyboard.press("PageUp")
    assert int(page.evaluate(at_end)) < len(held.ids) - 4
    page.keyboard.press("Home")
    assert page.evaluate(at_end) == "1"
    expect(page.locator(".cm-row-button[tabindex='0']")).to_have_count(1)


def test_the_order_is_chosen(page: Page) -> None:
    page.get_by_label("Order").select_option("oldest")
    expect(page.locator(".cm-row").first).to_contain_text("Jan 2016")
    page.get_by_label("Order").select_option("killed")
    expect(page.locator(".cm-row").first).to_contain_text("31 killed")


def test_a_row_under_the_hand_or_the_focus_is_marked_on_the_map_and_back(page: Page) -> None:
    row = int(page.locator(".cm-row").nth(2).get_attribute("data-row") or "")
    page.locator(".cm-row").nth(2).hover()
    assert page.evaluate("layer.highlighted.at(-1)") == row
    page.get_by_label("Order").hover()
    assert page.evaluate("layer.highlighted.at(-1)") is None
    page.evaluate("row => layer.fire('hover', { row })", row)
    expect(page.locator(".cm-row").nth(2)).to_have_class("cm-row cm-row-marked")


def test_the_map_view_narrows_the_list_and_an_empty_view_says_so(page: Page) -> None:
    page.get_by_label("Only in this map view").check()
    expect(page.locator(".cm-panel-title")).to_contain_text("in this view")
    narrowed = page.locator(".cm-panel-title").inner_text()
    assert narrowed != "3,002 incidents in this view"
    page.evaluate("map.setView([-60, -140], 9, { animate: false })")
    expect(page.get_by_text("No incident lies in this part of the map.")).to_be_visible()
    page.get_by_role("button", name="Show all of them").click()
    expect(page.locator(".cm-panel-title")).to_have_text("3,002 incidents")


def test_rows_that_could_not_be_read_say_so_and_come_on_a_second_try(
    page: Page, server: Server
) -> None:
    server.refuse["rows"] = 503
    page.get_by_label("Order").select_option("oldest")
    expect(page.get_by_role("alert")).to_contain_text("the server answered 503")
    server.refuse.clear()
    page.get_by_role("button", name="Try again").click()
    expect(page.locator(".cm-row").first).to_contain_text("Jan 2016")
    expect(page.get_by_role("alert")).to_have_count(0)


def test_a_store_that_has_changed_is_reported_to_the_page(page: Page, server: Server) -> None:
    server.refuse["rows"] = 410
    page.get_by_label("Order").select_option("oldest")
    expect(page.get_by_role("alert")).to_contain_text("reload the page")
    assert len(_said(page, "stale")) == 1


def test_two_and_a_half_million_rows_scroll_to_their_end(page: Page) -> None:
    page.evaluate(
        """() => {
          const rows = { count: () => 2_500_000, slice: (from, limit) =>
            Array.from({ length: limit }, (_, i) => (from + i) % 3000) };
          workspace.list.show(rows);
        }"""
    )
    port = page.locator(".cm-list")
    assert port.evaluate("port => port.scrollHeight") <= 8_000_000
    port.evaluate("port => { port.scrollTop = port.scrollHeight }")
    expect(page.locator(".cm-row").last).to_have_attribute("aria-posinset", "2500000")
    port.evaluate("port => { port.scrollTop = port.scrollHeight / 2 }")
    page.wait_for_timeout(300)
    before = int(page.locator(".cm-row").first.get_attribute("aria-posinset") or "")
    assert 1_200_000 < before < 1_300_000
    port.hover()
    page.mouse.wheel(0, 760)
    page.wait_for_timeout(400)
    after = int(page.locator(".cm-row").first.get_attribute("aria-posinset") or "")
    assert 9 <= after - before <= 11


# --- the card ------------------------------------------------------------------------------------


def test_enter_opens_the_card_and_escape_comes_back_to_the_same_row(page: Page) -> None:
    page.locator(".cm-row-button[tabindex='0']").focus()
    for _ in range(3):
        page.keyboard.press("ArrowDown")
    row = _focused(page)
    page.keyboard.press("Enter")
    expect(page.locator(".cm-card h2")).to_be_focused()
    _wait_until_open(page)
    page.keyboard.press("Escape")
    expect(page.locator(".cm-row-button:focus")).to_be_visible()
    assert _focused(page) == row
    opened = _said(page, "open")
    assert [one["incident_id"] is None for one in opened] == [False, True]


def test_the_card_says_what_is_known_and_how_exactly(page: Page) -> None:
    page.evaluate("id => workspace.open(id)", CONTESTED)
    card = page.locator(".cm-card")
    for words in (
        "Explosions and remote violence",
        "30 December 2017 – 2 January 2018 (within a few days)",
        "as written: Thursday",
        "near al-Tanf, Homs, Syria",
        "within 5 km · placed by gazetteer: conflict_sites",
        "Air-dropped bomb, Cluster munition",
        "Sources disagree on who was responsible.",
        "the accounts contradict one another on who did it and how many were injured.",
    ):
        expect(card).to_contain_text(words)
    assert _said(page, "open") == []


def test_accounts_stand_side_by_side_with_what_they_contradict(page: Page) -> None:
    page.evaluate("id => workspace.open(id)", CONTESTED)
    table = page.locator("table.cm-accounts")
    assert table.locator("thead th").all_inner_texts()[1].startswith("A monitor")
    assert table.locator("[data-field=injured] td").all_inner_texts() == ["18", "10"]
    assert table.locator("[data-difference=contradicts]").evaluate_all(
        "found => found.map((one) => one.dataset.field)"
    ) == ["injured", "perpetrators"]
    expect(table.locator("[data-field=injured] th")).to_contain_text("contradict one another")
    assert table.locator("[data-field=targets] td").all_inner_texts()[1] == "not stated"


def test_an_address_is_a_link_that_tells_the_other_side_nothing(page: Page) -> None:
    page.evaluate("id => workspace.open(id)", CONTESTED)
    link = page.locator("table.cm-accounts a").first
    expect(link).to_have_attribute("href", "https://example.org/strike?id=1")
    expect(link).to_have_attribute("rel", "noopener noreferrer nofollow")
    expect(link).to_have_attribute("referrerpolicy", "no-referrer")


def test_sources_changes_and_the_record_as_read_are_there_unfolded_on_request(page: Page) -> None:
    page.evaluate("id => workspace.open(id)", CONTESTED)
    page.get_by_text("2 changes").click()
    expect(page.locator(".cm-history")).to_contain_text("21 November 2026, 10:00 UTC · analyst")
    page.get_by_text("Record as it was read").click()
    expect(page.locator("dl.cm-raw")).to_contain_text("At Tanf village")
    page.get_by_text("Sources (2)").click()
    expect(page.locator(".cm-sources")).to_contain_text("read 20 November 2026")


def test_a_card_that_cannot_be_read_says_why_and_tries_again(page: Page, server: Server) -> None:
    server.refuse["row"] = 500
    page.locator(".cm-row-button").first.click()
    expect(page.locator(".cm-card").get_by_role("alert")).to_contain_text("answered 500")
    server.refuse.clear()
    page.get_by_role("button", name="Try again").click()
    expect(page.locator(".cm-card h2")).to_have_text("Cluster munitions on a garrison near al-Tanf")


def test_a_link_to_an_incident_that_is_gone_says_so(page: Page) -> None:
    page.evaluate("workspace.open('no such')")
    expect(page.get_by_role("alert")).to_have_text("This incident is not in this store any more.")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Back to the list").click()
    expect(page.locator(".cm-list")).to_be_visible()


def test_two_fingers_zoom_the_timeline_and_leave_the_window_as_it_was(phone: Page) -> None:
    chart = phone.locator(".cm-time-chart").bounding_box()
    assert chart is not None
    y = chart["y"] + 30
    phone.evaluate("() => view.setRange(100, 600)")
    kept = phone.evaluate("view.rangeIso")
    whole = phone.evaluate("workspace.timeline.scale.days")
    touch = phone.context.new_cdp_session(phone)

    def fingers(kind: str, *places: float) -> None:
        points = [{"x": chart["x"] + x, "y": y, "id": n} for n, x in enumerate(places)]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    fingers("touchStart", 150)
    fingers("touchMove", 165)
    fingers("touchStart", 165, 205)
    fingers("touchMove", 125, 245)
    fingers("touchEnd")
    shown = phone.evaluate("workspace.timeline.scale.days")
    assert shown == pytest.approx(whole / 3, rel=0.02)
    assert phone.evaluate("view.rangeIso") == kept
    fingers("touchStart", 200)
    fingers("touchMove", 260)
    fingers("touchEnd")
    assert phone.evaluate("view.rangeIso.from") > kept["from"]


def test_a_note_stands_on_its_day_and_is_handed_to_the_link(page: Page) -> None:
    page.evaluate("text => workspace.showNotes(text)", f"2017-01-23 {ATTACK};2031-01-01 far off")
    assert page.evaluate("window.ran") is None
    assert _said(page, "notes") == []
    page.locator("summary", has_text="Notes (2)").click()
    noting = page.locator(".cm-time-noting")
    noting.get_by_label("Day").fill("2016-09-12")
    noting.get_by_label("Note", exact=True).fill("ceasefire; for a week")
    noting.get_by_role("button", name="Add").click()
    assert _said(page, "notes")[-1].startswith("2016-09-12 ceasefire for a week;2017-01-23 <img")
    flags = page.locator(".cm-time-note")
    expect(flags.nth(0)).to_have_text("ceasefire for a week")
    expect(flags.nth(2)).to_be_hidden()
    day = "workspace.timeline.scale.x(view.table.dayOf('2016-09-12'))"
    chart, box = page.locator(".cm-time-chart").bounding_box(), flags.nth(0).bounding_box()
    assert chart is not None
    assert box is not None
    assert abs(box["x"] - chart["x"] - page.evaluate(day)) <= 1
    noting.get_by_role("button", name="Remove the note of 12 September 2016").click()
    assert "ceasefire" not in _said(page, "notes")[-1]
    assert "Notes (2)" in _focused(page)


def test_kept_notes_stand_with_those_of_the_link_and_ask_to_be_kept_or_dropped(page: Page) -> None:
    page.evaluate("() => workspace.showNotes('2017-01-23 talks;2016-09-12 ceasefire')")
    kept = {"id": "k1", "day": "2016-09-12", "words": "ceasefire", "who": ATTACK}
    show = "book => workspace.showKept(book)"
    page.evaluate(show, {"kept": [kept], "may": True, "said": None})
    page.locator("summary", has_text="Notes (2)").click()
    noting = page.locator(".cm-time-noting")
    expect(noting.locator("li").first).to_contain_text(f"kept by {ATTACK}")
    expect(page.locator(".cm-time-note")).to_have_text(["ceasefire", "talks"])
    noting.get_by_label("Day").fill("2016-11-01")
    noting.get_by_label("Note", exact=True).fill("siege")
    noting.get_by_role("button", name="Add").click()
    noting.get_by_role("button", name="Keep the note of 23 January 2017").click()
    noting.get_by_role("button", name="Remove the note of 12 September 2016").click()
    assert _said(page, "keep") == [
        {"act": "add", "day": "2016-11-01", "words": "siege"},
        {"act": "add", "day": "2017-01-23", "words": "talks"},
        {"act": "remove", "id": "k1"},
    ]
    assert _said(page, "notes") == ["2017-01-23 talks"]
    noting.get_by_label("Keep for the team").uncheck()
    noting.get_by_label("Note", exact=True).fill("march")
    noting.get_by_role("button", name="Add").click()
    assert "2016-11-01 march" in _said(page, "notes")[-1]
    page.evaluate(show, {"kept": [kept], "may": False, "said": "Not today."})
    expect(noting.get_by_role("status")).to_have_text("Not today.")
    expect(noting.get_by_label("Keep for the team")).to_be_hidden()
    expect(noting.get_by_role("button", name="Remove the note of 12 September 2016")).to_have_count(
        0
    )


def test_a_line_is_measured_by_keyboard_alone_and_the_map_says_where_it_is(page: Page) -> None:
    page.locator("summary", has_text="Measure").click()
    page.get_by_role("button", name="Distance").click()
    said = page.locator(".cm-measure-hint")
    page.keyboard.press("Enter")
    expect(said).to_have_text("1 point set")
    page.evaluate("() => { window.before = map.getCenter(); }")
    page.evaluate("() => { map.panBy([0, 90], { animate: false }); }")
    page.keyboard.press("Enter")
    between = "distanceKm(...window.measured)"
    page.evaluate(
        """async () => {
          const { distanceKm } = await import("./assets/v/js/engine/measure.js");
          window.measured = [window.before, map.getCenter()];
          window.distanceKm = distanceKm;
        }"""
    )
    assert abs(page.evaluate(between) - 90) < 1.0  # 90 pixels at zoom 7 and 35 degrees north
    expect(said).to_have_text(f"Distance {page.evaluate(between):.1f} km")
    page.keyboard.press("Escape")
    expect(page.locator(".cm-measure-line")).to_have_count(1)
    page.get_by_role("button", name="Clear").click()
    expect(page.locator(".cm-measure-line")).to_have_count(0)
    page.locator("#map").hover(position={"x": 400, "y": 200})
    where = page.evaluate("map.containerPointToLatLng([400, 200])")
    shown = page.locator(".cm-whereabouts").inner_text().split(", ")
    assert [float(part) for part in shown] == pytest.approx([where["lat"], where["lng"]], abs=0.01)
    expect(page.locator(".leaflet-control-scale-line")).to_have_text("100 km")
    expect(page.get_by_role("button", name="Full screen")).to_be_visible()


def test_a_pick_on_the_map_opens_the_card_and_a_stack_becomes_a_list(page: Page) -> None:
    page.evaluate("layer.fire('pick', { row: 3, rows: new Uint32Array([3]) })")
    _wait_until_open(page)
    page.evaluate("layer.fire('pick', { row: 5, rows: new Uint32Array([5, 6, 7]) })")
    expect(page.locator(".cm-panel-title")).to_have_text("3 incidents at this point")
    assert _said(page, "open")[-1] == {"incident_id": None}
    expect(page.locator(".cm-row")).to_have_count(3)
    page.get_by_role("button", name="Show all").click()
    expect(page.locator(".cm-panel-title")).to_have_text("3,002 incidents")


# --- sentence and tray ---------------------------------------------------------------------------


def test_the_sentence_follows_the_view_and_is_spoken_once_at_rest(page: Page) -> None:
    page.evaluate("view.setPredicate({ countries: ['SYR'], killed_min: 7 })")
    expect(page.locator(".cm-sentence-text")).to_contain_text("of 3,002 incidents")
    words = page.locator(".cm-sentence-text").inner_text()
    expect(page.locator("[role=status][aria-live]")).to_contain_text(words)


def test_what_is_not_on_the_map_is_one_press_away_by_the_place_it_names(
    page: Page, held: Records
) -> None:
    unlocated = sum(value is None for value in held.incidents["latitude"].to_pylist())
    page.get_by_role("button", name=f"{unlocated} not on the map").click()
    expect(page.locator(".cm-tray h2")).to_be_focused()
    expect(page.locator(".cm-tray h2")).to_have_text(f"{unlocated} incidents not on the map")
    shown = page.locator(".cm-tray .cm-row-button")
    expect(shown).to_have_count(25)
    page.get_by_role("button", name="Show more").click()
    expect(shown).to_have_count(50)
    expect(page.locator(".cm-tray-group h3").first).to_contain_text("no such name found")
    shown.nth(3).click()
    expect(page.locator(".cm-card h2")).to_be_focused()
    page.keyboard.press("Escape")
    expect(shown.nth(3)).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator(".cm-list")).to_be_visible()


def test_no_match_names_the_filters_and_offers_a_way_back(page: Page) -> None:
    page.evaluate("view.setPredicate({ countries: ['SYR'], killed_min: 5000 })")
    empty = page.locator(".cm-empty")
    expect(empty).to_contain_text("No incident matches all of these.")
    expect(empty).to_contain_text("Syria")
    expect(empty).to_contain_text("5,000 or more")
    page.get_by_role("button", name="Reset all filters").click()
    assert len(_said(page, "reset")) == 1


def test_an_empty_store_says_what_to_do(browser: Browser) -> None:
    with serving(records([])) as server, _visit(browser, server, viewport=WIDE) as seen:
        for page in _alone(seen, server):
            expect(page.get_by_text("There are no incidents yet.")).to_be_visible()
            expect(page.locator(".cm-empty")).to_contain_text("add a file or an article")


def test_a_dragged_window_is_announced_and_asks_for_no_rows_until_it_rests(
    page: Page, server: Server
) -> None:
    asked = len(_rows_asked(server))
    page.evaluate(
        """async () => {
          for (let day = 10; day < 60; day++) {
            view.setRange(day, day + 200, { final: false });
            await new Promise(requestAnimationFrame);
          }
        }"""
    )
    page.wait_for_timeout(150)
    assert len(_rows_asked(server)) == asked
    page.evaluate("view.setRange(59, 259, { final: true })")
    page.wait_for_timeout(400)
    assert len(_rows_asked(server)) == asked + 1
    last = _said(page, "range")[-1]
    assert last["final"] is True
    assert last["from"] == page.evaluate("view.table.isoOf(59)")


def test_notices_of_a_link_are_shown_until_dismissed(page: Page) -> None:
    _begin(page, notices=["The link's from is left out."])
    notice = page.locator(".cm-notices .cm-notice")
    expect(notice).to_contain_text("left out")
    page.get_by_role("button", name="Dismiss").click()
    expect(notice).to_have_count(0)


# --- with the real layer and timeline ------------------------------------------------------------


def test_a_press_on_a_symbol_opens_its_incident_and_escape_returns_to_the_map(
    page: Page,
) -> None:
    _begin(page, drawn=True)
    row = page.evaluate("view.rows(0, 1)[0]")
    page.evaluate("row => layer.flyTo(row)", row)
    page.wait_for_timeout(600)
    x, y = page.evaluate(
        """row => {
          const { lat, lon } = view.point(row);
          const at = map.latLngToContainerPoint([lat, lon]);
          const box = map.getContainer().getBoundingClientRect();
          return [at.x + box.x, at.y + box.y];
        }""",
        row,
    )
    page.mouse.click(x, y)
    expect(page.locator(".cm-card h2")).to_have_text("Cluster munitions on a garrison near al-Tanf")
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement === map.getContainer()")


def test_a_day_typed_into_the_timeline_is_announced_and_narrows_the_list(page: Page) -> None:
    page.get_by_label("From", exact=True).fill("2017-06-01")
    page.keyboard.press("Enter")
    expect(page.locator(".cm-sentence-text")).to_contain_text("of 3,002 incidents")
    page.get_by_label("Order").select_option("oldest")
    expect(page.locator(".cm-row").first).to_contain_text("1 Jun 2017")
    assert _said(page, "range")[-1]["from"] == "2017-06-01"


def test_a_place_is_found_by_its_name_or_its_coordinates_and_nothing_is_asked_before(
    page: Page, server: Server
) -> None:
    assert not any("labels" in path for path in server.asked)
    page.locator(".cm-row-button[tabindex='0']").focus()
    page.keyboard.press("/")
    box = page.get_by_role("combobox", name="Go to a place")
    expect(box).to_be_focused()
    page.keyboard.type("ar raqq")
    expect(page.get_by_role("option").first).to_contain_text("Ar Raqqah")
    page.keyboard.press("Enter")
    page.wait_for_timeout(500)
    latitude, longitude = page.evaluate("[map.getCenter().lat, map.getCenter().lng]")
    assert latitude == pytest.approx(35.95, abs=0.3)
    assert longitude == pytest.approx(39.01, abs=0.3)
    box.fill("33.489518, 38.656978")
    page.keyboard.press("Enter")
    page.wait_for_timeout(500)
    assert page.evaluate("map.getCenter().lat") == pytest.approx(33.489518, abs=0.001)
    box.fill("no such place at all")
    expect(page.get_by_text("No place of that name is on the base map.")).to_be_visible()


# --- the area ------------------------------------------------------------------------------------


def test_a_box_drawn_on_the_map_narrows_everything_and_is_dropped_again(page: Page) -> None:
    page.locator(".cm-area summary").click()
    page.get_by_role("button", name="Draw a box").click()
    centre = page.evaluate("[map.getCenter().lat, map.getCenter().lng]")
    page.mouse.move(500, 300)
    page.mouse.down()
    page.mouse.move(600, 380)
    page.mouse.move(760, 500)
    page.mouse.up()
    expect(page.locator(".cm-sentence-text")).to_contain_text("of 3,002 incidents")
    area = _said(page, "area")[-1]
    west, south, east, north = area["bbox"]
    assert west < east
    assert south < north
    assert page.evaluate("view.predicate.bbox") == area["bbox"]
    assert page.evaluate("[map.getCenter().lat, map.getCenter().lng]") == centre
    page.get_by_role("button", name="Drop the area").click()
    expect(page.locator(".cm-sentence-text")).to_have_text(re.compile("^3,002 incidents"))
    assert _said(page, "area")[-1] == {"bbox": None, "polygon": None}


def test_a_polygon_is_closed_by_a_double_click(page: Page) -> None:
    page.locator(".cm-area summary").click()
    page.get_by_role("button", name="Draw a polygon").click()
    for x, y in ((500, 200), (760, 220)):
        page.mouse.click(x, y)
        page.wait_for_timeout(350)
    page.mouse.dblclick(620, 480)
    expect(page.locator(".cm-sentence-text")).to_contain_text("of 3,002 incidents")
    assert len(_said(page, "area")[-1]["polygon"]) == 3


def test_a_circle_is_dragged_or_typed_and_told_with_its_radius(page: Page) -> None:
    page.locator(".cm-area summary").click()
    page.get_by_role("button", name="Draw a circle").click()
    page.mouse.move(500, 350)
    page.mouse.down()
    page.mouse.move(560, 350)
    expect(page.locator(".cm-drawing-bar")).to_contain_text(re.compile(r"Radius [\d.]+ km"))
    page.mouse.move(640, 350)
    page.mouse.up()
    expect(page.locator(".cm-area-hint")).to_contain_text(re.compile(r"^A circle of [\d.]+ km"))
    expect(page.locator(".cm-sentence-text")).to_contain_text("of 3,002 incidents")
    assert len(_said(page, "area")[-1]["polygon"]) == 72
    page.get_by_label("Radius in km").fill("20")
    page.get_by_label(re.compile("^Centre")).fill("36.2, 371")
    page.keyboard.press("Enter")
    expect(page.locator(".cm-area-hint")).to_contain_text("latitude, longitude")
    page.get_by_label(re.compile("^Centre")).fill("36.2, 37.16")
    page.keyboard.press("Enter")
    expect(page.locator(".cm-area-hint")).to_have_text("A circle of 20 km around 36.2, 37.16")
    page.get_by_role("button", name="Draw a circle").click()
    page.get_by_role("button", name="Stop drawing").click()
    expect(page.locator(".cm-drawing")).to_have_count(0)
    assert len(_said(page, "area")) == 2


def test_the_keyboard_takes_what_the_map_shows_as_the_area(page: Page) -> None:
    page.locator(".cm-area summary").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="What the map shows").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".cm-area summary")).to_have_text("Area (on)")
    shown = page.evaluate("[map.getBounds().getWest(), map.getBounds().getNorth()]")
    bbox = _said(page, "area")[-1]["bbox"]
    assert [bbox[0], bbox[3]] == pytest.approx(shown, abs=1e-6)


# --- hostile text --------------------------------------------------------------------------------


def test_hostile_text_is_shown_as_it_is_and_runs_nowhere(page: Page) -> None:
    page.evaluate("id => workspace.open(id)", HOSTILE)
    expect(page.locator(".cm-card h2")).to_have_text(ATTACK)
    for folded in page.locator(".cm-card summary").all():
        folded.click()
    assert page.evaluate("window.ran") is None
    assert page.locator(".cm-card :is(img, script, b, iframe)").count() == 0
    assert page.locator(".cm-card a").count() == 0
    expect(page.locator(".cm-card")).to_contain_text("javascript:window.ran=1")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="not on the map").click()
    expect(page.locator(".cm-tray")).to_be_visible()
    assert page.locator(".cm-tray :is(img, script)").count() == 0


def test_a_direction_override_in_a_name_does_not_turn_our_words_round(page: Page) -> None:
    page.evaluate("id => workspace.open(id)", HOSTILE)
    isolated = page.locator(".cm-card :is(bdi, q, h2, cite, p[dir=auto])").evaluate_all(
        """found => found.filter((one) => one.textContent.includes('\\u202e'))
            .every((one) => getComputedStyle(one).unicodeBidi.includes('isolate'))"""
    )
    assert isolated
    loose = page.locator(".cm-card").evaluate(
        """card => {
          const walker = document.createTreeWalker(card, NodeFilter.SHOW_TEXT);
          const found = [];
          while (walker.nextNode()) {
            const text = walker.currentNode;
            const inside = text.parentElement.closest('bdi, q, h2, cite, [dir=auto]');
            if (text.data.includes('\\u202e') && !inside) found.push(text.data);
          }
          return found;
        }"""
    )
    assert loose == []


# --- phone, theme, accessibility -----------------------------------------------------------------


@pytest.mark.parametrize("step", ["workspace.open(null)", "workspace.open('contested-strike')"])
def test_nothing_scrolls_sideways(page: Page, step: str) -> None:
    page.evaluate(step)
    for width in (320, 390, 640, 641, 960):
        page.set_viewport_size({"width": width, "height": 700})
        page.wait_for_timeout(100)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        wide = page.locator(".cm-panel").evaluate("panel => panel.scrollWidth - panel.clientWidth")
        assert wide <= 0


def test_on_a_phone_the_list_is_a_sheet_that_rises_over_the_map(phone: Page) -> None:
    share = phone.locator(".cm-map").evaluate("map => map.clientHeight / innerHeight")
    assert 0.3 <= share <= 0.46
    handle = phone.locator(".cm-sheet-handle")
    box = handle.bounding_box()
    assert box
    assert box["height"] >= 44
    expect(handle).to_have_attribute("aria-expanded", "false")
    handle.tap()
    expect(handle).to_have_attribute("aria-expanded", "true")
    phone.locator(".cm-row-button").first.tap()
    expect(phone.locator(".cm-card h2")).to_be_in_viewport()
    phone.get_by_role("button", name="Show on the map").tap()
    expect(handle).to_have_attribute("aria-expanded", "false")
    assert phone.evaluate("layer.flown.length") == 1


def test_on_a_phone_everything_to_press_is_44_pixels_high(phone: Page) -> None:
    phone.locator(".cm-sheet-handle").tap()
    small = phone.locator(".cm-workspace :is(button, select, label):visible").evaluate_all(
        """found => found.filter((one) => !one.closest('.leaflet-container'))
            .filter((one) => one.getBoundingClientRect().height < 43.5)
            .map((one) => one.outerHTML)"""
    )
    assert small == []


def _violations(page: Page) -> list[tuple[str, str]]:
    """What axe finds in the workspace, Leaflet's own buttons aside."""
    context = {"include": [".cm-workspace"], "exclude": [".leaflet-control-zoom"]}
    # Half-way from one theme to the other, nothing has the contrast of either.
    page.evaluate("() => Promise.allSettled(document.getAnimations().map((one) => one.finished))")
    found = Axe().run(page, context=context).response["violations"]
    return [(one["id"], node["html"][:200]) for one in found for node in one["nodes"]]


def test_axe_finds_nothing_in_list_card_and_tray_by_day_and_night(page: Page) -> None:
    _begin(page, theme="dark")
    assert _violations(page) == []
    page.evaluate("workspace.open('contested-strike')")
    expect(page.locator("table.cm-accounts")).to_be_visible()
    assert _violations(page) == []
    page.evaluate("workspace.setTheme('light')")
    assert _violations(page) == []
    page.get_by_role("button", name="not on the map").click()
    expect(page.locator(".cm-tray .cm-row-button").first).to_be_visible()
    assert _violations(page) == []


def test_leaving_gives_the_map_back(page: Page) -> None:
    page.evaluate("workspace.destroy()")
    expect(page.locator(".cm-workspace")).to_have_count(0)
    assert page.evaluate("document.getElementById('root').contains(map.getContainer())")
    page.evaluate("view.setPredicate({ killed_min: 1 })")
    page.wait_for_timeout(50)
    _begin(page)


def test_rows_shown_while_the_hand_moves_are_those_shown_when_it_rests(page: Page) -> None:
    seen = page.evaluate(
        """async () => {
          const rows = () => [...document.querySelectorAll('.cm-row')];
          const shown = () => rows().map((one) => one.dataset.row);
          const frames = async () => {
            for (let i = 0; i < 3; i++) await new Promise(requestAnimationFrame);
          };
          const pairs = [];
          for (const [from, to] of [[0, 40], [100, 101], [300, 699], [699, 900], [5000, 6000]]) {
            await new Promise((wait) => setTimeout(wait, 400));
            view.setRange(from, to, { final: false });
            await frames();
            const moving = shown();
            view.setRange(from, to, { final: true });
            await frames();
            pairs.push([moving, shown()]);
          }
          return pairs;
        }"""
    )
    assert all(moving == resting for moving, resting in seen)
    assert len({tuple(resting) for _, resting in seen}) == len(seen)
