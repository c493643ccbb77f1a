"""What docs/folium.md shows is run as it stands there, and the map it makes is looked at."""

from __future__ import annotations

import inspect
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from dashboard.folium_map import IncidentLayer, OfflineMap
from tests.browser.conftest import watched

PAGE = Path(__file__).parents[2] / "docs" / "folium.md"


@pytest.fixture
def shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The names that the page's examples leave behind; their files lie in the test's folder."""
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    examples = re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    assert len(examples) == 2
    for example in examples:
        exec(compile(example, str(PAGE), "exec"), names)  # noqa: S102 — our own page, as readers run it
    return names


@pytest.mark.parametrize("element", [IncidentLayer, OfflineMap])
def test_the_page_names_every_argument_and_no_other(element: type) -> None:
    section = PAGE.read_text("utf-8").split(f"## `{element.__name__}`")[1].split("\n## ")[0]
    documented = re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)
    taken = [name for name in inspect.signature(element).parameters if name != "options"]
    assert sorted(documented) == sorted(taken)


# What of the map the legend and the timeline leave to be seen, and where its incidents lie.
LAID_OUT = """async () => {
    const name = Object.keys(window).find((one) => one.startsWith("incident_layer_"));
    const layer = await window[name];
    const map = layer._map.getContainer().getBoundingClientRect();
    const [bar, legend] = [".cm-timeline-bar", ".cm-legend"].map((part) =>
        document.querySelector(part).getBoundingClientRect());
    const points = [0, 1, 2].map((row) => {
        const { lat, lon } = layer.view.point(row);
        return layer._map.latLngToContainerPoint([lat, lon]).y;
    });
    return {
        lowest: Math.max(...points), room: bar.top - map.top,
        above: legend.top - map.top, below: bar.top - legend.bottom,
    };
}"""


@pytest.mark.browser
def test_the_example_is_the_same_map_as_a_file_and_in_a_notebook(
    shown: dict[str, Any], tmp_path: Path, browser: Browser
) -> None:
    assert (tmp_path / "plain.html").stat().st_size > 100_000
    (tmp_path / "cell.html").write_text(shown["incident_map"]._repr_html_(), "utf-8")
    with watched(browser, viewport={"width": 1000, "height": 700}) as seen:
        for name in ("incidents.html", "cell.html"):
            seen.page.goto((tmp_path / name).as_uri())
            root = seen.page if name == "incidents.html" else seen.page.frame_locator("iframe")
            said = root.locator(".cm-said")
            said.wait_for()
            expect(said).to_have_text("3 incidents, 7 killed, 1 without a figure")
            expect(root.get_by_role("slider", name="First day")).to_have_count(1)
            laid = seen.page.frames[-1].evaluate(LAID_OUT)
            assert 0 < laid["lowest"] < laid["room"]
            assert laid["above"] >= 0
            assert laid["below"] >= 0
        asked = {request.url.partition(":")[0] for request in seen.requests}
        assert asked <= {"file", "data", "about", "blob"}
        assert seen.complaints == []
