"""TimeMap's events (Bellingcat, Forensic Architecture): a JSON list with sources in each event.

Dates are month first, with or without leading noughts. The weapon stands in `filters` (key Weapon
System) or `associations`; casualties stand only in the description, so none are held. A point
without a stated accuracy is taken as a site's: these events are geolocated from pictures. Each
source becomes an account.

Bellingcat, Civilian Harm in Ukraine; the TimeMap format of Forensic Architecture.
"""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from geodata import schema
from geodata.sources.builder import Options, Reading, TableBuilder
from geodata.sources.codes import fold
from geodata.sources.days import MONTH_FIRST
from geodata.sources.raw_table import RawTable

NAME = "timemap"
DATASET = "TimeMap"
LICENCE = "the publisher's terms; not to be redistributed"
CITATION = "The events' publisher, in the TimeMap format."

_WEAPONS = {
    "cluster munitions": "cluster-munition",
    "small arms": "small-arms",
    "he rocket artillery": "rocket",
    "rocket artillery": "rocket",
    "vehicle mounted weapon": "explosive-unclear",
    "cruise missile": "missile",
    "ballistic missile": "missile",
    "air strike": "air-strike",
    "airstrike": "air-strike",
    "thermobaric munition": "explosive-unclear",
    "incendiary munitions": "incendiary",
    "artillery": "artillery-shell",
    "drone": "drone-strike",
    "landmine": "landmine",
    "unknown": "unknown",
}
"""Weapon systems to codes; one that is not here becomes other, with its words kept."""


def fits(columns: frozenset[str]) -> float:
    """How surely a set of keys is a TimeMap event's."""
    if columns >= {"id", "date", "sources", "filters"}:
        return 1.0
    return 0.9 if columns >= {"id", "date", "sources", "associations"} else 0.0


def read_timemap(raw: RawTable, options: Options) -> Reading:
    """Incidents and accounts of a TimeMap file."""
    builder = TableBuilder(raw, options)
    ids = builder.cells("id")
    builder.problems(np.asarray(ids.is_null()), "id", "an event has an id")
    builder.put("source_record_id", ids)
    builder.put("incident_id", pc.binary_join_element_wise("timemap-", ids, ""))
    builder.days("date", order=MONTH_FIRST)
    builder.put("summary", builder.cells("description"))
    builder.put("place_text", builder.cells("location"))
    builder.put("place_name", builder.cells("location"))
    builder.country("country")
    builder.point("latitude", "longitude")
    located = builder.get("latitude").is_valid()
    builder.put("location_precision", pc.if_else(located, "site", pa.scalar(None, pa.string())))
    _tags(builder)
    return builder.finish(NAME, _accounts(builder))


def _tags(builder: TableBuilder) -> None:
    column = "filters" if builder.has("filters") else "associations"
    tags = [_tagged(cell) for cell in builder.cells(column).to_pylist()]
    systems = [found.get("weapon system", []) for found in tags]
    areas = [found.get("type of area affected", []) for found in tags]
    weapons = [schema.join_list(_WEAPONS.get(fold(s), "other") for s in own) for own in systems]
    builder.put("weapon", pa.array(weapons, pa.string()))
    builder.put("weapon_text", pa.array([", ".join(own) or None for own in systems], pa.string()))
    nothing = pa.scalar(None, pa.string())
    builder.put("weapon_basis", pc.if_else(builder.get("weapon").is_valid(), "coded", nothing))
    builder.put("targets", pa.array([schema.join_list(_known(own)) for own in areas], pa.string()))
    small = [own == ["Small arms"] for own in systems]
    builder.put("event_type", pc.if_else(
        pa.array(small), "Violence against civilians", "Explosions/Remote violence"))  # fmt: skip
    place = pc.fill_null(builder.cells("location"), "")
    what = pa.array([", ".join(_known(own)) or "Civilian harm" for own in systems], pa.string())
    title = pc.binary_join_element_wise(what, place, ", ")
    builder.put("title", pc.utf8_trim(title, " ,"))


def _known(values: list[str]) -> list[str]:
    return [value for value in values if fold(value) not in {"unknown", "undefined"}]


def _tagged(cell: str | None) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for item in _items(cell):
        key, value = item.get("key"), item.get("value")
        if isinstance(key, str) and isinstance(value, str):
            found.setdefault(fold(key), []).append(value)
    return found


def _items(cell: str | None) -> list[dict[str, Any]]:
    """The objects in a cell of JSON; none where it holds something else."""
    try:
        value = json.loads(cell) if cell else []
    except (ValueError, RecursionError):
        return []
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _accounts(builder: TableBuilder) -> pd.DataFrame:
    rows: list[dict[str, str | None]] = []
    ids = builder.get("incident_id").to_pylist()
    trouble = builder.in_trouble()
    for position, cell in enumerate(builder.cells("sources").to_pylist()):
        if trouble[position]:
            continue
        for number, source in enumerate(_items(cell), start=1):
            url, words = source.get("path"), source.get("description")
            rows.append(
                {
                    "account_id": f"{ids[position]}-{number}",
                    "incident_id": ids[position],
                    "url": url if isinstance(url, str) else None,
                    "source_title": words if isinstance(words, str) else None,
                }
            )
    kinds = {name: pa.string() for name in ("account_id", "incident_id", "url", "source_title")}
    table = pa.Table.from_pylist(rows, schema=pa.schema(kinds))
    return schema.conform(schema.to_frame(table), schema.ACCOUNTS)
