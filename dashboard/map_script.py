"""The folium map of the page, rendered once to a script that the browser imports as a module.

The script holds fixed text and our own options only; incidents reach it as columns, later.
"""

from __future__ import annotations

import functools
import hashlib
import json
import re
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Final

from dashboard.folium_map import assets
from dashboard.folium_map.base_map import BaseMap, OfflineMap
from dashboard.session import BROWSER_FIELDS
from geodata.boundaries import countries
from geodata.filters import predicate_parameters

_MODULE: Final = """\
import "{leaflet}";

/** Builds the map inside an element. */
export function build(box) {{
  const element = document.createElement("div");
  element.className = "folium-map";
  box.append(element);
{script}
  return {{ map: {map} }};
}}

/** What codes are called, and countries. */
export const words = {words};

/** How an address says what the server's part of the filter is. */
export const parameters = {parameters};
"""
# folium ends every name with a random identifier; without it, two processes that serve one
# application give the browser one and the same module.
_RANDOM: Final = re.compile(r"_[0-9a-f]{32}\b")
# Leaflet would look an id up in the whole page, where an element may be gone already, or there
# twice while one page gives way to the next.
_BY_ID: Final = re.compile(r'\bL\.map\(\s*"\w+"')


@dataclass(frozen=True, slots=True)
class MapScript:
    """A rendered map.

    Attributes:
        digest: twelve hexadecimal digits over the module's text.
        module: an ES module; its `build(box)` makes the map inside an element and returns
            `{map}`; its `words` hold `{vocabulary, countries}`, its `parameters` what
            `predicate_parameters` gives of those that the browser does not change by itself.
    """

    digest: str
    module: str


@functools.cache
def map_script(root: str) -> MapScript:
    """The page's map for an application mounted under `root`, such as ``/``."""
    incident_map = OfflineMap(base_url=root, base_map=False)
    base_map = BaseMap(base_url=root)
    base_map.module = assets.asset_url(assets.PAGE_MODULE, root)  # the page has that already
    base_map.add_to(incident_map)
    figure: Any = incident_map.get_root()
    figure.render()
    script, maps = _BY_ID.subn("L.map(element", figure.script.render())
    if maps != 1:
        raise RuntimeError(f"folium's script makes {maps} maps by id, not one")
    module = _MODULE.format(
        leaflet=assets.module_specifier("js/leaflet.js", root),
        map=incident_map.get_name(),
        script=script,
        words=json.dumps(words(), ensure_ascii=False),
        parameters=json.dumps(
            [told for told in predicate_parameters() if told[1] not in BROWSER_FIELDS]
        ),
    )
    module = _RANDOM.sub("", module)
    return MapScript(hashlib.sha256(module.encode()).hexdigest()[:12], module)


def words() -> dict[str, object]:
    """What codes are called: the bundled `vocabulary`, and `countries` by ISO 3166-1 alpha-3."""
    vocabulary = files("geodata").joinpath("bundled/vocabulary.json").read_text("utf-8")
    names = {code: country.name for code, country in countries().items()}
    return {"vocabulary": json.loads(vocabulary), "countries": names}
