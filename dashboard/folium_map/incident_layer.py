"""Incidents as a folium element: one table, filtered and drawn in the browser.

>>> import folium
>>> from dashboard.folium_map.incident_layer import IncidentLayer
>>> folium.Map().add_child(IncidentLayer(frame))  # doctest: +SKIP

works in a notebook and with `save`. On an `OfflineMap` the saved page opens from the disk and sends
no request. What the table says travels as base64 only and becomes text nodes in the page: no word
of it meets a template or HTML.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from typing import Any, Literal

import pandas as pd
import pyarrow as pa
from branca.element import Element, Figure, MacroElement
from folium.elements import JSCSSMixin
from folium.template import Template

from dashboard.folium_map import assets
from dashboard.folium_map.base_map import OfflineMap
from dashboard.province_names import provinces
from geodata.boundaries import countries
from geodata.errors import ImpossibleValue
from geodata.pack import in_pack_order, pack_gzip
from geodata.schema import INCIDENTS, conform, names, to_arrow, to_frame
from geodata.vocabulary import LOCATION_PRECISION

_MODULE = "js/incidents.js"
_STYLES = ("css/incident_layer.css", "css/timeline.css")


class _Head(Element):
    """Text of our own for the page's head; it is a value of the template, never the template."""

    _template = Template(
        """
        {%- if this.kind == "style" %}<style>{{ this.text }}</style>
        {%- else %}<script type="importmap">{{ this.text }}</script>{% endif %}"""
    )

    def __init__(self, kind: Literal["style", "importmap"], text: str) -> None:
        super().__init__()
        self._name = "Head"
        self.kind, self.text = kind, text


class IncidentLayer(JSCSSMixin, MacroElement):
    """Incidents on a folium map, with a legend and, outside the application, a timeline.

    In the page, the promise under the element's name resolves to the Leaflet layer (see
    `js/incident_layer.js`); without incidents of its own it waits for `setView`.

    Args:
        incidents: a table with the columns of `geodata.schema.INCIDENTS`, as far as there are any;
            the least is latitude, longitude and how exactly they are known. A table with
            `date_start` alone means exact days. None where `url` gives them, or the application.
        url: address of a pack (`geodata.pack.pack_gzip`).
        precision: how exactly the places are known, for a table without `location_precision`.
        details: columns of the table that the card of a picked incident shows as text.
        base_url: what the application is mounted under, such as ``/``; None for a page that
            carries its scripts.
        timeline: whether to show one along the map's lower edge; by default where the layer has
            incidents of its own.
        legend: whether to show one.
        fit: whether to show all incidents at first.
        colour_by: what colours and shapes stand for.
        drawing: how incidents are drawn at first; `provinces` and `countries` need the borders that
            an `OfflineMap` with its base map carries, and are incidents elsewhere.
        count: what heat, hexagons, provinces and countries count.

    Raises:
        ImpossibleValue: the table does not say how exactly its places are known, or a value cannot
            be.
    """

    _template = Template(
        """
        {% macro script(this, kwargs) %}
            var {{ this.get_name() }} = import({{ this.module|tojson }}).then(
                (module) => module.addIncidents(
                    {{ this._parent.get_name() }}, {{ this.options|tojson }}
                )
            );
        {% endmacro %}
        """
    )

    def __init__(  # noqa: PLR0913  (options of one element, all but the first by name)
        self,
        incidents: pd.DataFrame | pa.Table | None = None,
        *,
        url: str | None = None,
        precision: str | None = None,
        details: Sequence[str] = ("title", "place_name"),
        base_url: str | None = None,
        timeline: bool | None = None,
        legend: bool = True,
        fit: bool = True,
        colour_by: Literal["event_type", "weapon_group"] = "event_type",
        drawing: Literal["incidents", "heat", "hexagons", "provinces", "countries"] = "incidents",
        count: Literal["incidents", "killed"] = "incidents",
    ) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "IncidentLayer"
        self.base_url = base_url
        self.modules = (_MODULE,)
        self.module = assets.module_specifier(_MODULE, base_url)
        self.default_js: list[tuple[str, str]] = []
        self.default_css: list[tuple[str, str]] = []
        if base_url is not None:
            self.default_css = [(name, assets.asset_url(name, base_url or "/")) for name in _STYLES]
        table = None if incidents is None else _canonical(incidents, precision)
        own = table is not None or url is not None
        self.options: dict[str, Any] = {
            "data": None if table is None else _base64(pack_gzip(table, version="page")),
            "url": url,
            "details": None if table is None else _details(table, details),
            "areas": None if table is None else _areas(table),
            "timeline": own if timeline is None else timeline,
            "legend": legend,
            "fit": fit,
            "layer": {"colourBy": colour_by, "how": drawing, "per": count},
        }

    def render(self, **kwargs: Any) -> str:
        """Render into the figure; a page that carries all gets the modules and styles in its head.

        An `OfflineMap` collects the modules itself, a plain `folium.Map` does not.
        """
        figure = self.get_root()
        if self.base_url is None and isinstance(figure, Figure):
            for name in _STYLES:
                style = assets.ASSETS[name].read().decode("utf-8")
                figure.header.add_child(_Head("style", style), name=name)
            if not isinstance(self._parent, OfflineMap):
                modules = _Head("importmap", assets.import_map(self.modules))
                figure.header.add_child(modules, name="modules")
        return str(super().render(**kwargs))  # type: ignore[no-untyped-call]


def _canonical(incidents: pd.DataFrame | pa.Table, precision: str | None) -> pa.Table:
    """The canonical table in pack order, with what the docstring promises filled in."""
    frame = to_frame(incidents) if isinstance(incidents, pa.Table) else incidents.copy(deep=False)
    if "location_precision" not in frame.columns:
        if precision is None:
            known = ", ".join(LOCATION_PRECISION.codes)
            raise ImpossibleValue(
                "The table does not say how exactly its places are known: "
                f"pass precision, one of {known}."
            )
        frame["location_precision"] = LOCATION_PRECISION[precision].code
    if "date_start" in frame.columns and "date_end" not in frame.columns:
        frame["date_end"] = frame["date_start"]
        if "date_precision" not in frame.columns:
            known_day = frame["date_start"].notna()
            frame["date_precision"] = known_day.map({True: "day", False: "unknown"})
    return in_pack_order(to_arrow(conform(frame, INCIDENTS), INCIDENTS))


def _details(table: pa.Table, columns: Sequence[str]) -> str | None:
    """Columns that hold anything, as base64 of JSON: name -> texts in the table's order."""
    known = set(names(INCIDENTS))
    values = {
        name: table.column(name).cast(pa.string()).to_pylist()
        for name in columns
        if name in known and table.column(name).null_count < table.num_rows
    }
    return _base64(json.dumps(values, ensure_ascii=False).encode()) if values else None


def _areas(table: pa.Table) -> str:
    """What countries and provinces are called, for maps of areas, as base64 of JSON."""
    called = {code: country.name for code, country in countries().items()}
    body = {**provinces(table), "countries": called}
    return _base64(json.dumps(body, ensure_ascii=False).encode())


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")
