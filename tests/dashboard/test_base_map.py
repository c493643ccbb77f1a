"""The base map's elements and the assets they load."""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path

import folium
import pytest

from dashboard.folium_map import assets
from dashboard.folium_map.base_map import ATTRIBUTION, STYLES, BaseMap, OfflineMap

FIRST_LOAD = ("data/world.bin.gz", "data/water.bin.gz", "data/labels.json.gz")


def test_a_served_map_takes_everything_from_the_application() -> None:
    page = OfflineMap((34.8, 38.5), zoom_start=6, base_url="/").get_root().render()
    links = re.findall(r"""(?:src|href)=["']([^"']+)""", page)
    assert links
    assert all(link.startswith(f"/assets/{assets.version()}/") for link in links)
    assert not re.search(r"(?:https?:)?//[a-z]", page)


def test_a_saved_map_has_no_address_in_it_that_a_browser_would_ask() -> None:
    page = OfflineMap((34.8, 38.5), zoom_start=6).get_root().render()
    assert not re.findall(r"""<(?:script|link|img|iframe)[^>]+(?:src|href)=""", page)
    assert not re.findall(r"url\((?!data:|#)[^)]*\)", page)


def test_an_application_under_a_prefix_is_asked_under_it() -> None:
    page = OfflineMap(base_url="/maps/").get_root().render()
    assert f"/maps/assets/{assets.version()}/js/base_map.js" in page
    assert assets.asset_url("js/base_map.js") == f"assets/{assets.version()}/js/base_map.js"


def test_no_script_or_style_of_a_content_network_is_left() -> None:
    for element in (OfflineMap(base_url="/"), OfflineMap()):
        names = {url for _, url in (*element.default_js, *element.default_css)}
        assert not any("//" in url for url in names)
    assert any("//" in url for _, url in folium.Map.default_js)


def test_the_world_is_shown_once_and_zoom_has_both_ends() -> None:
    options = OfflineMap().options
    assert options["min_zoom" if "min_zoom" in options else "minZoom"] == 2
    assert options["max_zoom" if "max_zoom" in options else "maxZoom"] == 18
    assert options["keyboard"] is True
    (south, west), (north, east) = options["maxBounds"]
    assert west < -180 < 180 < east
    assert south < -85 < 85 < north


def test_callers_may_set_leaflets_own_options() -> None:
    page = OfflineMap(base_url="/", maxZoom=12, scroll_wheel_zoom=False).get_root().render()
    assert '"maxZoom": 12' in page
    assert '"scrollWheelZoom": false' in page


def test_an_unknown_theme_is_refused() -> None:
    with pytest.raises(ValueError, match="'sepia' is no theme"):
        BaseMap(theme="sepia")  # type: ignore[arg-type]


def test_the_credit_names_both_sources() -> None:
    assert "Natural Earth" in ATTRIBUTION
    assert "GeoNames CC BY 4.0" in ATTRIBUTION


def test_every_asset_can_be_read_and_has_its_media_type() -> None:
    for name, asset in assets.ASSETS.items():
        assert asset.name == name
        assert asset.read()
        assert asset.media_type
    assert assets.ASSETS["js/base_map.js"].media_type.startswith("text/javascript")
    assert not any(name.endswith(".map") or ".." in name for name in assets.ASSETS)


def test_an_asset_that_is_not_there_is_named() -> None:
    with pytest.raises(KeyError, match=r"no asset 'js/nothing\.js'"):
        assets.asset_url("js/nothing.js")


def test_the_version_follows_the_contents(monkeypatch: pytest.MonkeyPatch) -> None:
    before = assets.version.__wrapped__()
    changed = dict(assets.ASSETS)
    changed["js/base_map.js"] = assets.Asset("js/base_map.js", "text/javascript", lambda: b"// new")
    monkeypatch.setattr(assets, "ASSETS", changed)
    assert assets.version.__wrapped__() != before
    assert re.fullmatch(r"[0-9a-f]{12}", before)


def test_a_page_with_the_first_view_loads_less_than_700_kilobytes() -> None:
    total = sum(len(assets.ASSETS[name].read()) for name in FIRST_LOAD)
    assert total < 700_000


def test_the_bundled_map_data_stays_under_six_megabytes() -> None:
    bundled = Path(assets.__file__).parents[2] / "geodata" / "bundled"
    names = [*assets.DATA_FILES, "admin1.csv", "admin1_geonames.csv", "countries.csv"]
    assert sum((bundled / name).stat().st_size for name in names) < 6_000_000


def test_an_import_map_carries_a_module_and_all_it_imports() -> None:
    imports = json.loads(assets.import_map(["js/base_map.js"]))["imports"]
    assert {"conflictmap/js/base_map.js", "conflictmap/js/topology.js"} <= set(imports)
    assert not any(name.startswith("conflictmap/leaflet/") for name in imports)
    for url in imports.values():
        source = base64.b64decode(url.partition(",")[2]).decode()
        code = re.sub(r"/\*.*?\*/", "", source, flags=re.DOTALL)
        assert not re.findall(r"""from\s+["']\.""", code)
        for target in re.findall(r"""from\s+["']([^"']+)""", code):
            assert target in imports


def test_text_inside_a_page_cannot_end_its_element() -> None:
    page = OfflineMap().get_root().render()
    for name in STYLES:
        assert "</style" not in assets.ASSETS[name].read().decode().lower()
    assert page.lower().count("<script") == page.lower().count("</script>")
    assert page.lower().count("<style") == page.lower().count("</style>")


def test_template_marks_in_an_option_of_ours_stay_text() -> None:
    base = BaseMap(base_url="/")
    base.options["attribution"] = "{{ 7 * 7 }} </script><b>"
    holder = OfflineMap(base_url="/", base_map=False)
    base.add_to(holder)
    page = holder.get_root().render()
    assert "</script><b>" not in page
