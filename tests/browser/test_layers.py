"""Base maps and layers on the page: what is drawn, who is asked, and what never runs."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Route

from tests.browser.conftest import WIDE, Server, open_map, serving, watched
from tests.geodata.tile_files import image, mbtiles

pytestmark = pytest.mark.browser

HOSTILE = "<img src=x onerror=globalThis.pwned=1> {{7*7}}"
ONLINE = "https://tiles.example/{z}/{x}/{y}.png"
SYRIA = "?country=SYR&z=6&lat=35&lon=38.5"


@pytest.fixture(scope="module")
def layered(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A second server on the sample's store, with a base map of its own and online tiles."""
    folder = tmp_path_factory.mktemp("layered")
    tiles = {(6, x, y): image("JPEG") for x in range(36, 42) for y in range(23, 28)}
    file = mbtiles(folder / "imagery.mbtiles", tiles, name=HOSTILE, attribution=HOSTILE)
    words = ["--base-map", str(file), "--tiles", ONLINE]
    with serving(server.store, *words, log=folder / "server.log") as running:
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
    with watched(browser, fresh=True, viewport=WIDE) as seen:
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
        assert page.locator(".cm-credit").inner_text().strip() == "{{7*7}}"
        assert page.evaluate("globalThis.pwned") is None

        layers.get_by_label("tiles.example (online)").check()
        consent = layers.get_by_role("alert")
        assert "tiles.example" in consent.inner_text()
        assert layered.address in consent.inner_text()
        layers.get_by_role("button", name="Do not ask them").click()
        assert file.is_checked()
        assert seen.foreign(layered.address) == []

        layers.get_by_label("tiles.example (online)").check()
        layers.get_by_role("button", name="Show these pictures").click()
        shown(page, "https://tiles.example/6/")
        assert set(asked) == {layered.address + "/"}  # the server's address, never the link
        assert seen.complaints == []
