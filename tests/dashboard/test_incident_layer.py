"""The incident layer's element: what it writes into a page, and what it never does."""

from __future__ import annotations

import base64
import datetime as dt
import gzip
import json
import re

import folium
import pandas as pd
import pytest

from dashboard.folium_map import assets
from dashboard.folium_map.base_map import OfflineMap
from dashboard.folium_map.incident_layer import IncidentLayer
from geodata.errors import ImpossibleValue

HOSTILE = "{{ 7 * 7 }}{% raw %}<script>alert(1)</script>"


def incidents() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "title": [HOSTILE, "two"],
            "place_name": ["at-Tanf", None],
            "side_a": [HOSTILE, None],
            "date_start": [dt.date(2016, 6, 16), None],
            "latitude": [33.493812, 34.5],
            "longitude": [38.664591, 38.3],
        }
    )


def page(layer: IncidentLayer, incident_map: folium.Map | None = None) -> str:
    shown = incident_map or OfflineMap(base_map=False)
    layer.add_to(shown)
    return str(shown.get_root().render())


def test_what_a_table_says_meets_no_template_and_no_html() -> None:
    text = page(IncidentLayer(incidents(), precision="site"))
    assert HOSTILE not in text
    assert "49<script>" not in text
    assert "alert(1)" not in text


def test_the_incidents_and_their_card_travel_as_base64_in_one_order() -> None:
    options = IncidentLayer(incidents().iloc[::-1], precision="site").options
    details = json.loads(base64.b64decode(options["details"]))
    assert details == {"title": [HOSTILE, "two"], "place_name": ["at-Tanf", None]}
    assert gzip.decompress(base64.b64decode(options["data"])).startswith(b"CMPK")


def test_a_table_that_does_not_say_how_exact_its_places_are_is_not_pinned() -> None:
    with pytest.raises(ImpossibleValue, match="pass precision"):
        IncidentLayer(incidents())


def test_a_saved_page_names_no_address_and_a_served_one_only_the_application() -> None:
    saved = page(IncidentLayer(incidents(), precision="site"))
    assert not re.findall(r"""<(?:script|link|img|iframe)[^>]+(?:src|href)=""", saved)
    served = page(IncidentLayer(base_url="/"), OfflineMap(base_url="/", base_map=False))
    links = re.findall(r"""(?:src|href)=["']([^"']+)""", served)
    assert f"/assets/{assets.version()}/css/timeline.css" in links
    assert all(link.startswith(f"/assets/{assets.version()}/") for link in links)


def test_a_plain_folium_map_gets_the_modules_as_well() -> None:
    text = page(IncidentLayer(incidents(), precision="site"), folium.Map(tiles=None))
    assert text.count('<script type="importmap">') == 1
    assert "conflictmap/js/incidents.js" in text


def test_in_the_application_the_layer_waits_for_its_incidents() -> None:
    options = IncidentLayer(base_url="/").options
    assert (options["data"], options["url"], options["timeline"]) == (None, None, False)
