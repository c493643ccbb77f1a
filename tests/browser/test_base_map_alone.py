"""The base map in a real browser: from the disk, asking nobody, and under a strict policy."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import pytest
from playwright.sync_api import Browser, Page

from dashboard.folium_map import assets
from dashboard.folium_map.base_map import OfflineMap
from tests.browser.conftest import Watched, watched
from tests.loopback import LoopbackServer, QuietHandler, listening

pytestmark = pytest.mark.browser

# The promise of the BaseMap that folium's script leaves in the page.
BASE_MAP = "window[Object.keys(window).find((name) => name.startsWith('base_map_'))]"


class Opened:
    """A saved map in a page."""

    def __init__(self, seen: Watched, file: Path) -> None:
        OfflineMap((35.0, 35.0), zoom_start=7).save(str(file))
        self.seen, self.page = seen, seen.page
        self.page.goto(file.as_uri())
        self.page.evaluate(f"{BASE_MAP}.then((base) => base.ready)")

    def turn(self, theme: str) -> None:
        """Give the page a theme and wait until the base map has it."""
        self.page.evaluate(
            "(theme) => document.documentElement.setAttribute('data-theme', theme)", theme
        )
        self.page.wait_for_selector(f"[data-base-theme={theme}]")


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[Opened]:
    with watched(browser, viewport={"width": 900, "height": 600}) as seen:
        yield Opened(seen, tmp_path_factory.mktemp("map") / "map.html")


def colour(page: Page, x: int, y: int) -> list[int] | None:
    """Red, green, blue of the base map's tile at a point of the window."""
    found: list[int] | None = page.evaluate(
        """([x, y]) => {
            for (const tile of document.querySelectorAll(".cm-base canvas")) {
                const box = tile.getBoundingClientRect();
                if (x < box.left || x >= box.right || y < box.top || y >= box.bottom) continue;
                const scale = tile.width / box.width;
                const at = [(x - box.left) * scale, (y - box.top) * scale];
                return [...tile.getContext("2d").getImageData(at[0], at[1], 1, 1).data].slice(0, 3);
            }
            return null;
        }""",
        [x, y],
    )
    return found


def test_a_saved_map_opens_from_the_disk_and_asks_nobody(saved: Opened) -> None:
    assert saved.seen.complaints == []
    assert saved.seen.foreign("file:///") == []


def test_land_is_land_and_the_sea_is_water(saved: Opened) -> None:
    saved.turn("light")
    assert colour(saved.page, 50, 300) == [0xD9, 0xE4, 0xEA]  # between Cyprus and Egypt
    assert colour(saved.page, 850, 330) == [0xF6, 0xF4, 0xEF]  # east of Hama


def test_a_lake_is_water_as_the_sea_is(saved: Opened) -> None:
    saved.turn("light")
    galilee = saved.page.evaluate(
        f"""{BASE_MAP}.then((base) => {{
            const {{ x, y }} = base.map.latLngToContainerPoint([32.81, 35.6]);
            return [x, y];
        }})"""
    )
    assert colour(saved.page, *galilee) == [0xD9, 0xE4, 0xEA]


def test_the_page_can_turn_dark_while_it_is_open(saved: Opened) -> None:
    saved.turn("light")
    light = colour(saved.page, 850, 330)
    saved.turn("dark")
    dark = colour(saved.page, 850, 330)
    assert sum(light) > 600
    assert sum(dark) < 200


def test_names_stand_above_the_data_and_let_the_pointer_through(saved: Opened) -> None:
    pane = saved.page.evaluate(
        """() => {
            const pane = document.querySelector(".leaflet-labels-pane");
            const level = (name) =>
                Number(getComputedStyle(document.querySelector(`.leaflet-${name}-pane`)).zIndex);
            const canvas = pane.querySelector("canvas");
            const context = canvas.getContext("2d");
            const pixels = context.getImageData(0, 0, canvas.width, canvas.height).data;
            let painted = 0;
            for (let at = 3; at < pixels.length; at += 4) painted += pixels[at] > 0;
            return {
                painted, pointer: getComputedStyle(pane).pointerEvents,
                above: level("labels") > level("overlay") && level("labels") < level("popup"),
            };
        }"""
    )
    assert pane["painted"] > 1_000
    assert pane["pointer"] == "none"
    assert pane["above"]


def test_names_in_local_letters_can_be_switched_off(saved: Opened) -> None:
    painted = """(shown) => {
        const name = Object.keys(window).find((key) => key.startsWith("base_map_"));
        return window[name].then((base) => {
            base.map.fire("localnames", { shown });
            const canvas = document.querySelector(".leaflet-labels-pane canvas");
            const context = canvas.getContext("2d");
            const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
            let count = 0;
            for (let at = 3; at < data.length; at += 4) count += data[at] > 0;
            return count;
        });
    }"""
    both, latin, again = (saved.page.evaluate(painted, shown) for shown in (True, False, True))
    assert latin < 0.98 * both
    assert again == both


def test_the_credit_is_on_the_map(saved: Opened) -> None:
    credit = saved.page.inner_text(".leaflet-control-attribution")
    assert credit == "Natural Earth · GeoNames CC BY 4.0"


def test_the_keyboard_zooms_the_map_and_the_world_goes_on(saved: Opened) -> None:
    saved.page.focus(".folium-map")
    before = saved.page.evaluate(f"{BASE_MAP}.then((base) => base.map.getZoom())")
    saved.page.keyboard.press("+")
    saved.page.wait_for_function(f"{BASE_MAP}.then((base) => base.map.getZoom() === {before + 1})")
    assert saved.seen.complaints == []


def test_a_map_that_is_taken_away_while_it_zooms_leaves_nothing_behind(saved: Opened) -> None:
    saved.page.evaluate(f"{BASE_MAP}.then((base) => base.map.zoomOut())")
    saved.page.evaluate(f"{BASE_MAP}.then((base) => base.map.remove())")
    saved.page.evaluate("document.documentElement.setAttribute('data-theme', 'light')")
    saved.page.wait_for_timeout(400)  # longer than a zoom takes
    assert saved.seen.complaints == []
    assert saved.page.query_selector(".leaflet-labels-pane") is None


POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'"
)
PAGE = """<!doctype html><title>Map</title>
<link rel="stylesheet" href="/prefix/assets/{version}/leaflet/leaflet.css">
<link rel="stylesheet" href="/prefix/page.css">
<div id="{name}"></div><script type="module" src="/prefix/map.js"></script>"""


class _Application(QuietHandler):
    """Serves the registry's assets and one page, all under a policy that forbids inline scripts."""

    files: ClassVar[dict[str, tuple[bytes, str]]] = {}

    def answer(self) -> None:
        body, media_type = self.files.get(self.path, (b"", "text/plain"))
        self.send_response(200 if self.path in self.files else 404)
        self.send_header("Content-Type", media_type)
        self.send_header("Content-Security-Policy", POLICY)
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture
def served() -> Iterator[str]:
    incident_map = OfflineMap((35.0, 35.0), zoom_start=6, base_url="/prefix/", theme="light")
    figure = incident_map.get_root()
    figure.render()
    script = f'import "{assets.asset_url("js/leaflet.js", "/prefix/")}";' + figure.script.render()
    page = PAGE.format(version=assets.version(), name=incident_map.get_name())
    _Application.files = {
        assets.asset_url(name, "/prefix/"): (asset.read(), asset.media_type)
        for name, asset in assets.ASSETS.items()
    } | {
        "/prefix/": (page.encode(), "text/html; charset=utf-8"),
        "/favicon.ico": (b"", "image/png"),
        "/prefix/page.css": (b".leaflet-container { height: 500px }", "text/css"),
        "/prefix/map.js": (script.encode(), "text/javascript"),
    }
    with listening(LoopbackServer(_Application)) as server:
        yield f"{server.address}/prefix/"


NAMES_DRAWN = """() => {
    const canvas = document.querySelector(".leaflet-labels-pane canvas");
    if (!canvas?.width) return false;
    const pixels = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    return pixels.data.some((value, at) => at % 4 === 3 && value > 0);
}"""


def test_a_served_map_runs_as_a_module_without_eval_or_inline_script(
    served: str, browser: Browser
) -> None:
    with watched(browser, viewport={"width": 900, "height": 600}) as seen:
        seen.page.goto(served)
        seen.page.wait_for_function(NAMES_DRAWN)
        assert seen.complaints == []
