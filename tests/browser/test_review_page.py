"""The review page in a browser: marks within reach of the keyboard, and text that stays text."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from geodata.gazetteer import Gazetteer
from geodata.ingest import load_sample
from geodata.reading import read_text
from geodata.review import Report, ReviewFolder, begin
from geodata.store import Store
from tests.browser.conftest import WIDE, Server, serving, watched
from tests.hostile import PAYLOADS

pytestmark = pytest.mark.browser

REPORT = (
    "At least four people were killed and nine wounded on 16 June 2016 when Russian warplanes "
    "bombed a market in Khan Shaykhun, Syria, residents said."
)
BOX = ".cm-review-text"
WORDS = """box => {
    const copy = document.querySelector(box)?.cloneNode(true);
    copy?.querySelectorAll(".cm-review-label").forEach((label) => label.remove());
    return copy?.textContent;
}"""


PATIENCE = 40


@pytest.fixture(scope="module")
def empty_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A dashboard on a store from which the sample was taken off again."""
    folder = tmp_path_factory.mktemp("review")
    store = Store.open(folder / "store.duckdb")
    sample = load_sample(store, Gazetteer.open())
    store.undo(sample.import_id, who="local", why="an empty store")
    with serving(folder / "store.duckdb", log=folder / "server.log") as running:
        yield running
    assert "Traceback" not in (folder / "server.log").read_text("utf-8", "replace")


def open_review(page: Page, address: str) -> None:
    """Open the page through its link, as a person does."""
    page.goto(address)
    page.get_by_role("link", name="Review", exact=True).click()


def read(page: Page, text: str) -> None:
    """Paste a text and wait until it stands on the page with its marks."""
    box = page.get_by_label("Paste a report")
    fold = page.locator("details").filter(has=page.get_by_text("Add a text", exact=True))
    fold.wait_for()
    for _ in range(PATIENCE):
        page.wait_for_timeout(500)  # it may still be folding or unfolding
        if box.is_visible():
            break
        if fold.get_attribute("open") is None:
            fold.locator("summary").click()
    box.fill(text)
    box.blur()
    page.get_by_role("button", name="Read", exact=True).click()
    page.wait_for_function(
        f"start => (({WORDS})('{BOX}') ?? '').startsWith(start)", arg=text.partition("\n")[0]
    )


def shown(page: Page) -> str:
    """The text on the page without the labels of its marks."""
    return str(page.evaluate(WORDS, BOX))


def test_a_page_s_own_address_opens_it_on_a_server_that_has_just_started(
    empty_server: Server, browser: Browser
) -> None:
    with watched(browser, viewport=WIDE) as seen:
        seen.page.goto(f"{empty_server.address}/review")
        seen.page.get_by_role("heading", name="Review").wait_for()


def test_each_quotation_is_reached_by_keyboard_and_says_what_it_is(
    empty_server: Server, browser: Browser
) -> None:
    with watched(browser, viewport=WIDE) as seen:
        page = seen.page
        open_review(page, empty_server.address)
        read(page, REPORT)
        assert shown(page) == REPORT
        page.locator(BOX).focus()
        reached: set[str] = set()
        for _ in range(20):
            page.keyboard.press("Tab")
            focused = page.locator(f"{BOX} mark:focus")
            if not focused.count():
                break
            reached |= set(focused.locator(".cm-review-label").inner_text().split(", "))
            assert focused.evaluate("mark => getComputedStyle(mark).outlineStyle") == "solid"
        assert {"killed", "injured", "day", "place", "weapon", "by whom"} <= reached
        styles = page.locator(f"{BOX} mark[tabindex]").evaluate_all(
            "all => all.map(mark => { const { textDecorationStyle, textDecorationThickness } = "
            "getComputedStyle(mark); return [mark.dataset.field, "
            "`${textDecorationStyle} ${textDecorationThickness}`]; })"
        )
        by_field = dict(styles)
        assert len(set(by_field.values())) == len(by_field)
        assert seen.complaints == []
        assert seen.foreign(empty_server.address) == []


def test_an_accepted_report_is_an_incident(empty_server: Server, browser: Browser) -> None:
    with watched(browser, viewport=WIDE) as seen:
        page = seen.page
        open_review(page, empty_server.address)
        read(page, REPORT)
        accept = page.get_by_role("button", name="Accept", exact=True)
        accept.wait_for()
        assert accept.is_disabled()
        page.get_by_text("The day of publication is not known").click()
        accept.click()
        page.get_by_text("Accepted: it is an incident of the store.").wait_for()
        incidents = Store.open(empty_server.store).snapshot().incidents
        assert incidents["killed_low"].to_pylist() == [4]
        assert incidents["date_start"][0].as_py().isoformat() == "2016-06-16"


def test_a_text_is_left_by_its_key_and_a_missed_incident_is_added_by_hand(
    empty_server: Server, browser: Browser
) -> None:
    hostile = " ".join(f"The mayor spoke of {payload} for an hour." for payload in PAYLOADS[:4])
    first = REPORT.replace("four", "seven")
    second = f"Shells killed two people in Homs, Syria, on 16 June 2016. {hostile}"
    folder = ReviewFolder.beside(empty_server.store)
    with watched(browser, viewport=WIDE) as seen:
        page = seen.page
        for text in (first, second):
            reading = read_text(text)
            folder.save(begin(Report(text), reading, dt.datetime.now(tz=dt.UTC)))
        open_review(page, empty_server.address)
        page.wait_for_function(f"() => (({WORDS})('{BOX}') ?? '').length > 20")
        for _ in range(6):  # other tests may have left texts of their own in the queue
            there = shown(page)
            if there.startswith("Shells"):
                break
            page.keyboard.press("Alt+Shift+PageDown")
            page.wait_for_function(
                f"was => {{ const now = ({WORDS})('{BOX}'); return now && now !== was; }}",
                arg=there,
            )
        assert shown(page).startswith("Shells")
        page.get_by_text("Merge, split or add drafts").click()
        missed = page.get_by_label("A sentence that tells of an incident that was missed")
        options = page.get_by_role("option")
        for _ in range(
            PATIENCE
        ):  # a fold that still moves, or a page drawn anew, closes the choice
            missed.click()
            page.wait_for_timeout(500)
            if options.first.is_visible():
                break
        assert any(PAYLOADS[0][:20] in text for text in options.all_inner_texts())
        options.first.click()
        page.get_by_role("button", name="Add a draft").click()
        page.get_by_text("Draft 2 of 2", exact=True).wait_for()
        page.get_by_role("button", name="Take back the last adding").click()
        page.get_by_text("Draft 1 of 1", exact=True).wait_for()
        assert page.evaluate("() => globalThis.pwned") is None
        assert seen.foreign(empty_server.address) == []
        assert seen.complaints == []


def test_hostile_text_in_a_report_is_only_text(empty_server: Server, browser: Browser) -> None:
    text = "\n".join(
        f"Two people were killed in {payload} by {payload} on Monday." for payload in PAYLOADS
    )
    with watched(browser, viewport=WIDE) as seen:
        page = seen.page
        open_review(page, empty_server.address)
        read(page, text)
        assert re.sub(r"\s+", " ", shown(page)).strip() == re.sub(r"\s+", " ", text).strip()
        page.get_by_text("Who published it, and where").click()
        page.get_by_label("Headline").fill(PAYLOADS[15])
        page.keyboard.press("Enter")
        page.wait_for_timeout(1500)
        assert page.evaluate("() => globalThis.pwned") is None
        assert seen.foreign(empty_server.address) == []
        assert page.locator(f"{BOX} img, {BOX} script, {BOX} svg, iframe").count() == 0
        assert seen.complaints == []
