"""What the map is told of a link: by the page, or by the server itself before the page has run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from dashboard.folium_map import assets
from dashboard.map_script import map_script
from dashboard.served import Edition, root
from geodata.filters import PARAMETERS, Link, to_parameters

BORDERS: Final = ("world.bin.gz", "boundaries.bin.gz")
"""The base map's files of countries and of provinces."""


def map_data(edition: Edition, link: Link, notes: Mapping[str, Any]) -> dict[str, Any]:
    """All that `js/host.js` needs, as JSON takes it; it says there what each is.

    Args:
        edition: the incidents.
        link: filter and view.
        notes: on days, as `day_notes` gives them.
    """
    base = root()
    return {
        "root": base,
        "token": edition.token,
        "script": assets.asset_url(assets.PAGE_MODULE, base),
        "map": f"{base}maps/{map_script(base).digest}.js",
        "incidents": f"{base}data/{edition.token}/incidents.pack",
        "reader": assets.asset_url(assets.READER, base),
        "styles": [assets.asset_url(assets.PAGE_STYLE, base)],
        "borders": [assets.asset_url(f"data/{name}", base) for name in BORDERS],
        "predicate": link.filter.predicate(),
        "parameters": to_parameters(link.filter, link.view),
        "order": PARAMETERS,
        "notices": link.notices,
        "notes": notes,
        "restored": None,
    }
