"""A folium map that asks nobody: Leaflet, borders and names come with the program.

>>> from dashboard.folium_map.base_map import OfflineMap
>>> OfflineMap((35.0, 38.5), zoom_start=6).save("map.html")  # doctest: +SKIP

saves a page that opens from the disk and sends no request. With `base_url` the same map takes its
scripts and data from the running application, where browsers keep them.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from typing import Any, Literal

import folium
from branca.element import Element, Figure, MacroElement
from folium.elements import JSCSSMixin
from folium.template import Template

from dashboard.folium_map import assets

Theme = Literal["auto", "light", "dark"]

MAX_ZOOM = 18
MIN_ZOOM = 2
DETAIL_FROM_ZOOM = 5
"""From this zoom on provinces and finer borders are fetched and drawn."""

ATTRIBUTION = "Natural Earth · GeoNames CC BY 4.0"
"""Shown on the map; a text of ours, the only one that reaches Leaflet's attribution."""

STYLES = ("leaflet/leaflet.css", "css/base_map.css")
"""The assets whose rules a page with this map needs, in this order."""

_LABEL_FILES = {"labels.json.gz": MIN_ZOOM, "labels_more.json.gz": 7, "labels_most.json.gz": 9}
_IMAGE = re.compile(r"url\((images/[\w.-]+)\)")


class _Inline(Element):
    """An asset's text inside the page; it is a value of the template, never the template."""

    _template = Template(
        """
        {%- if this.kind == "style" %}<style>{{ this.text }}</style>
        {%- elif this.kind == "data" -%}
            <script type="text/plain" id="{{ this.id }}">{{ this.text }}</script>
        {%- elif this.kind == "importmap" %}<script type="importmap">{{ this.text }}</script>
        {%- else %}<script>{{ this.text }}</script>{% endif %}"""
    )

    def __init__(
        self, kind: Literal["style", "importmap", "script", "data"], text: str, name: str = ""
    ) -> None:
        super().__init__()
        self._name = "Inline"
        if "</" + ("style" if kind == "style" else "script") in text.lower():
            raise ValueError(f"this {kind} would end its own element")
        self.kind, self.text, self.id = kind, text, name


def _style(name: str) -> str:
    """A style sheet with its images inside it."""
    sheet = assets.ASSETS[name].read().decode("utf-8")

    def inside(match: re.Match[str]) -> str:
        content = base64.b64encode(assets.ASSETS[f"leaflet/{match[1]}"].read()).decode("ascii")
        return f"url(data:image/png;base64,{content})"

    return _IMAGE.sub(inside, sheet)


class OfflineMap(folium.Map):
    """A folium map without tiles, CDN links, jQuery or Bootstrap.

    Args:
        location: latitude and longitude of the centre, WGS 84 degrees; the Atlantic off Africa by
            default, from which the whole world shows.
        zoom_start: first zoom, 2 to 18.
        base_url: what the application is mounted under, such as ``/``; None for a page that carries
            all it needs.
        base_map: whether to add a `BaseMap`.
        theme: colours of the base map; `auto` follows the page's `data-theme`, then the system.
        **options: further options of Leaflet's map, as folium takes them.
    """

    def __init__(
        self,
        location: tuple[float, float] = (20.0, 10.0),
        *,
        zoom_start: int = MIN_ZOOM,
        base_url: str | None = None,
        base_map: bool = True,
        theme: Theme = "auto",
        **options: Any,
    ) -> None:
        options.setdefault("font_size", "0.75rem")
        super().__init__(location, tiles=None, zoom_start=zoom_start, **options)
        # One world: where it repeats, the incidents would be missing.
        world: dict[str, Any] = {
            "maxBounds": [[-85.06, -200.0], [85.06, 200.0]],
            "maxBoundsViscosity": 0.8,
        }
        limits: dict[str, Any] = {"minZoom": MIN_ZOOM, "maxZoom": MAX_ZOOM, "keyboard": True}
        self.options = {**limits, **world, **self.options}
        self.base_url = base_url
        self.default_js, self.default_css = [], []
        if base_url is not None:
            self.default_js = [("leaflet", assets.asset_url("leaflet/leaflet.js", base_url or "/"))]
            self.default_css = [
                ("leaflet", assets.asset_url("leaflet/leaflet.css", base_url or "/"))
            ]
        if base_map:
            BaseMap(theme=theme, base_url=base_url).add_to(self)

    def render(self, **kwargs: Any) -> str:
        """Render into the figure; a page that carries all gets Leaflet and its assets in its head.

        Which ones, the elements on the map say in their attributes `modules` and `data`: names of
        the registry `dashboard.folium_map.assets`.
        """
        figure = self.get_root()
        if self.base_url is None and isinstance(figure, Figure):
            for name, element in self._carried():
                figure.header.add_child(element, name=name)
        return str(super().render(**kwargs))  # type: ignore[no-untyped-call]

    def _carried(self) -> Iterator[tuple[str, Element]]:
        """Everything that a page without a server needs, in the order in which it is needed."""
        elements = list(self._children.values())
        modules = [name for element in elements for name in getattr(element, "modules", ())]
        for name in STYLES:
            yield name, _Inline("style", _style(name))
        yield "leaflet", _Inline("script", assets.ASSETS["leaflet/leaflet.js"].read().decode())
        yield "modules", _Inline("importmap", assets.import_map(modules))
        for name in {name: None for element in elements for name in getattr(element, "data", ())}:
            identifier, text = assets.inline_data(name)
            yield name, _Inline("data", text, identifier)


class BaseMap(JSCSSMixin, MacroElement):
    """Land, sea, lakes, rivers, borders and names, drawn in the browser.

    Borders of countries show at every zoom, of provinces from zoom 5; where control and
    recognition part they are dashed. Rivers show up to zoom 9. Names stand in a pane of their own,
    `labels`, above the data.
    In the page, the promise under the element's name resolves to the module's `BaseMap`.

    Args:
        theme: `auto`, `light` or `dark`.
        base_url: as for `OfflineMap`.
    """

    _template = Template(
        """
        {% macro script(this, kwargs) %}
            var {{ this.get_name() }} = import({{ this.module|tojson }}).then(
                (module) => module.addBaseMap(
                    {{ this._parent.get_name() }}, {{ this.options|tojson }}
                )
            );
        {% endmacro %}
        """
    )

    def __init__(self, *, theme: Theme = "auto", base_url: str | None = None) -> None:
        if theme not in {"auto", "light", "dark"}:
            raise ValueError(f"{theme!r} is no theme; use auto, light or dark")
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "BaseMap"
        self.modules = ("js/base_map.js",)
        self.data = tuple(f"data/{name}" for name in assets.DATA_FILES)
        self.module = assets.module_specifier("js/base_map.js", base_url)
        self.options = {
            "world": assets.data_url("data/world.bin.gz", base_url),
            "boundaries": assets.data_url("data/boundaries.bin.gz", base_url),
            "water": assets.data_url("data/water.bin.gz", base_url),
            "labels": [
                [assets.data_url(f"data/{name}", base_url), zoom]
                for name, zoom in _LABEL_FILES.items()
            ],
            "theme": theme,
            "attribution": ATTRIBUTION,
            "detailFrom": DETAIL_FROM_ZOOM,
        }
