"""The file that is passed on, opened from the disk: it works, and asks nobody for anything."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from playwright.sync_api import Browser, Page, expect

from dashboard import share
from dashboard.share import page as shared_page
from dashboard.share import standalone_html
from geodata.filters import IncidentFilter, parse_filter
from geodata.layers import LayerFolder, read_layer
from geodata.pack import in_pack_order
from geodata.schema import ACCOUNTS, INCIDENTS, conform, to_arrow
from geodata.store import Store
from tests.browser.conftest import PHONE, WIDE, Server, Watched, sentence_of, watched
from tests.hostile import PAYLOADS

pytestmark = pytest.mark.browser

MADE_AT = dt.datetime(2026, 1, 2, 3, 4, tzinfo=dt.UTC)
AL_TANF = "sample-al-tanf-2016"
READY = "() => performance.getEntriesByName('conflictmap-ready').length > 0"
COUNT = "() => shared_incidents.then(({ view }) => view.count())"


@pytest.fixture(scope="module")
def store(server: Server) -> Store:
    """The sample, as the other tests of the page have it."""
    return Store.open(server.store)


@pytest.fixture(scope="module")
def file(store: Store, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All of the sample as a file."""
    path = tmp_path_factory.mktemp("shared") / "shared.html"
    content = standalone_html(store, IncidentFilter(), made_at=MADE_AT, title=PAYLOADS[20]).content
    path.write_bytes(content)
    return path


@pytest.fixture
def opened(browser: Browser, file: Path) -> Iterator[Watched]:
    """The file in a page of its own; afterwards it has asked for itself alone."""
    with watched(browser, viewport=WIDE) as seen:
        open_file(seen, file)
        yield seen
        nothing_asked(seen, file)


def open_file(seen: Watched, file: Path, fragment: str = "") -> Page:
    seen.page.goto(file.as_uri() + fragment)
    seen.page.wait_for_function(READY)
    return seen.page


def nothing_asked(seen: Watched, file: Path) -> None:
    asked = [request.url.partition("#")[0] for request in seen.requests]
    assert [url for url in asked if not url.startswith("data:")] == [file.as_uri()]
    assert seen.complaints == []
    assert seen.page.evaluate("() => globalThis.pwned") is None


def count(page: Page) -> int:
    found: int = page.evaluate(COUNT)
    return found


def test_it_counts_what_the_store_counts(opened: Watched, store: Store) -> None:
    assert sentence_of(opened.page) == store.snapshot().summary(IncidentFilter()).sentence
    made = opened.page.locator(".cm-shared-made")
    expect(made).to_contain_text("Made 2 January 2026, 03:04 UTC from version 1 of the store.")


CHOICES = (
    ("Event type", "Battles", "type=Battles"),
    ("Country", "Syria", "country=SYR"),
    ("Weapon", "Cluster munition", "weapon=cluster-munition"),
)


def test_every_choice_counts_as_the_store_does(opened: Watched, store: Store) -> None:
    page = opened.page
    for field, value, query in CHOICES:
        choice = page.locator(".cm-shared-choice summary").filter(has_text=field)
        choice.click()
        page.get_by_role("group", name=field).get_by_text(value).first.click()
        expected = len(store.snapshot().rows(parse_filter(query)))
        assert 0 < expected < len(store.snapshot())
        assert count(page) == expected
        choice.click()
        page.get_by_role("button", name="Clear filters").click()
    for word, query in (("Disputed", "disputed=yes"), ("Not disputed", "disputed=no")):
        page.locator(".cm-shared-fields select").select_option(label=word)
        assert count(page) == len(store.snapshot().rows(parse_filter(query)))


def test_words_find_what_the_store_finds(opened: Watched, store: Store) -> None:
    page = opened.page
    for words in ("al-tanf", "russian cluster", "no such word", ""):
        page.get_by_label("Search", exact=True).fill(words)
        expected = len(store.snapshot().hits(words))
        page.wait_for_function(
            "(expected) => shared_incidents.then(({ view }) => view.count() === expected)",
            arg=expected,
        )


def test_the_card_of_al_tanf_shows_both_accounts(browser: Browser, file: Path) -> None:
    with watched(browser, viewport=WIDE) as seen:
        page = open_file(seen, file, f"#open={AL_TANF}")
        card = page.locator(".cm-card")
        expect(card.get_by_role("heading", name="Air strike at al-Tanf")).to_be_visible()
        expect(card).to_contain_text("2 accounts side by side")
        expect(card).to_contain_text("Uppsala Conflict Data Program")
        expect(card).to_contain_text("near the al-Tanaf border crossing")
        expect(card).not_to_contain_text("change")
        nothing_asked(seen, file)


def test_a_row_of_the_list_opens_and_the_tray_lists_what_is_not_on_the_map(
    opened: Watched,
) -> None:
    page = opened.page
    page.locator(".cm-row-button").first.click()
    page.get_by_text("Back to the list").click()
    page.locator(".cm-sentence .cm-link").click()
    expect(page.locator(".cm-tray .cm-row-button").first).to_be_visible()


def test_play_and_brush_move_the_days(opened: Watched) -> None:
    page = opened.page
    everything = count(page)
    page.get_by_role("slider", name="Last day").focus()
    page.keyboard.press("PageDown")
    fewer = count(page)
    assert 0 < fewer < everything
    page.get_by_role("button", name="Play", exact=True).click()
    page.wait_for_function(
        "(before) => shared_incidents.then(({ view }) => view.count() !== before)", arg=fewer
    )


def test_places_are_found_without_a_network(opened: Watched) -> None:
    page = opened.page
    page.get_by_placeholder("Go to a place").fill("Aleppo")
    expect(page.locator(".cm-search-list li").first).to_contain_text("Aleppo")


def test_it_fits_a_phone(browser: Browser, file: Path) -> None:
    with watched(browser, viewport=PHONE) as seen:
        page = open_file(seen, file)
        wide = "() => document.documentElement.scrollWidth <= innerWidth"
        assert page.evaluate(wide)
        page.get_by_text("Filters", exact=True).click()
        expect(page.get_by_label("Search", exact=True)).to_be_visible()
        assert page.evaluate(wide)
        nothing_asked(seen, file)


def test_without_details_it_shows_figures_and_says_what_it_lacks(
    browser: Browser, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(share, "MOST_DETAILED", 0)
    file = tmp_path / "figures.html"
    file.write_bytes(standalone_html(store, IncidentFilter(), made_at=MADE_AT).content)
    with watched(browser, viewport=WIDE) as seen:
        page = open_file(seen, file)
        assert sentence_of(page) == store.snapshot().summary(IncidentFilter()).sentence
        page.locator(".cm-row-button").first.click()
        expect(page.locator(".cm-card")).to_contain_text("not its texts and accounts")
        page.get_by_label("Search", exact=True).fill("islamic state")
        page.wait_for_function(
            "(all) => shared_incidents.then(({ view }) => view.count() > 0 && view.count() < all)",
            arg=len(store.snapshot()),
        )
        nothing_asked(seen, file)


def hostile_page() -> bytes:
    """A page with every payload as text of an incident and of its account."""
    names = ("title", "summary", "place_text", "place_name", "admin1", "side_a", "targets")
    more = ("time_text", "date_text", "weapon_text", "dataset", "quality_flags")
    rows: list[dict[str, Any]] = [
        dict.fromkeys((*names, *more), text)
        | {"incident_id": f"h{number}", "location_precision": "unknown", "country": "SYR"}
        for number, text in enumerate(PAYLOADS)
    ]
    told = ("source_title", "publisher", "url", "archive_url", "quote", "speaker", "perpetrators")
    accounts = [
        dict.fromkeys(told, row["title"])
        | {"account_id": f"a{number}", "incident_id": row["incident_id"]}
        for number, row in enumerate(rows)
    ]
    incidents = in_pack_order(to_arrow(conform(pd.DataFrame(rows), INCIDENTS), INCIDENTS))
    held = to_arrow(conform(pd.DataFrame(accounts), ACCOUNTS), ACCOUNTS)
    said = {
        "title": "</title><script>globalThis.pwned=1</script>{{7*7}}",
        "made_at": MADE_AT.isoformat(),
        "store_version": 1,
        "predicate": {"actors": list(PAYLOADS), "text": "</script><script>globalThis.pwned=1"},
        "unpublished_left_out": 0,
        "sensitive_left_out": 0,
    }
    return shared_page(incidents, held, said)


def test_layers_travel_with_their_days_and_symbols(
    browser: Browser, store: Store, tmp_path: Path
) -> None:
    payload = PAYLOADS[20]
    at = {"type": "Point", "coordinates": [38.66, 33.5]}
    said = {"name": payload, "as_of": "2016-06-16", "sidc": "10031000001211000000"}
    area = {"type": "Polygon", "coordinates": [[[36, 34], [40, 34], [40, 36], [36, 34]]]}
    features = [
        {"type": "Feature", "geometry": at, "properties": said},
        {"type": "Feature", "geometry": area, "properties": {"side": payload, "valid_to": "2015"}},
    ]
    source = tmp_path / "control.geojson"
    source.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")
    folder = LayerFolder(tmp_path / "layers")
    folder.add(read_layer(source), name=payload[:80], who="amal", why="secret")
    content = standalone_html(store, IncidentFilter(), made_at=MADE_AT, layers=folder).content
    file = tmp_path / "layered.html"
    file.write_bytes(content)
    with watched(browser, viewport=WIDE) as seen:
        page = open_file(seen, file)
        page.locator(".cm-layers > summary").click()
        words = page.locator(".cm-layer-words")
        words.get_by_text("1 of 2 shapes holds").click()
        expect(words.locator(".cm-layer-name")).to_have_text(payload)
        page.wait_for_function("() => document.querySelector('.cm-force')?.naturalWidth > 0")
        nothing_asked(seen, file)


def test_hostile_text_is_text_in_every_part_of_the_page(browser: Browser, tmp_path: Path) -> None:
    file = tmp_path / "hostile.html"
    file.write_bytes(hostile_page())
    with watched(browser, viewport=WIDE) as seen:
        page = open_file(seen, file)
        assert count(page) == len(PAYLOADS)
        page.get_by_text("About this file").click()
        expect(page.locator(".cm-shared-about li").first).to_be_visible()
        page.get_by_text("About this file").click()
        for number in range(0, len(PAYLOADS), 5):
            page.evaluate("(name) => { location.hash = `open=${name}`; }", f"h{number}")
            expect(page.locator(".cm-card-ids")).to_contain_text(f"h{number}")
        page.get_by_label("Search", exact=True).fill("<script>")
        page.locator(".cm-sentence .cm-link").click()
        framed = "() => document.querySelectorAll('iframe, object, embed, img').length"
        assert page.evaluate(framed) == 0
        nothing_asked(seen, file)
