"""Dronestream's drone strikes: a JSON object with the list `strike`.

Strikes by the United States outside declared wars, compiled from the Bureau of Investigative
Journalism. Numbers come as text and as people say them ("4-6", "Dozens", "?"); a blank is not
reported. `deaths_min` and `deaths_max` are the bounds and `deaths` the figure between them; those
of `civilians` are among them. `children` has no column here and stays in the source's record.

Points are of the town or tribal area that reports name, "in or near" it as the Bureau says: near
where there is a town, else no finer than the province. Whoever is said to be meant is the target;
the perpetrator is the United States, as the collection's title says. The Bureau's page becomes the
account, its summary the quotation, each address among the articles another.

Josh Begley, Dronestream (dronestre.am); fields as public code that reads its API names them
(verified), cells as its users report them; the service itself was not asked.
"""

from __future__ import annotations

import json
import re
from typing import Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from geodata import schema
from geodata.gazetteer.countries import country_code
from geodata.sources.builder import Options, Reading, TableBuilder
from geodata.sources.distinct import Distinct, blank_to_null
from geodata.sources.raw_table import RawTable

NAME = "dronestream"
DATASET = "Dronestream"
LICENCE = "the publisher's terms; not to be redistributed"
CITATION = "Josh Begley, Dronestream (dronestre.am), from the Bureau of Investigative Journalism."

_BUREAU: Final = "The Bureau of Investigative Journalism"
_ATTACKER: Final = "United States"
_WITHOUT_FIGURE: Final = frozenset(("Possibly", "possibly", "Possible", "Yes", "yes", "??"))
_LINK: Final = re.compile(r"https?://\S+", re.IGNORECASE)


def fits(columns: frozenset[str]) -> float:
    """How surely a set of keys is a strike's."""
    return 1.0 if columns >= {"number", "bureau_id", "bij_summary_short", "deaths"} else 0.0


def read_dronestream(raw: RawTable, options: Options) -> Reading:
    """Incidents and accounts of Dronestream's strikes."""
    builder = TableBuilder(raw, options)
    ids = pc.coalesce(builder.cells("number"), builder.cells("_id"))
    builder.problems(np.asarray(ids.is_null()), "number", "a strike has a number")
    builder.put("source_record_id", ids)
    builder.put("incident_id", pc.binary_join_element_wise("dronestream-", ids, ""))
    builder.days("date")
    _where(builder)
    builder.people("killed", low="deaths_min", best="deaths", high="deaths_max",
                   unknown=_WITHOUT_FIGURE)  # fmt: skip
    builder.people("civilians_killed", best="civilians", unknown=_WITHOUT_FIGURE)
    builder.people("injured", best="injuries", unknown=_WITHOUT_FIGURE)
    builder.put("event_type", "Explosions/Remote violence")
    builder.put("weapon", "drone-strike")
    builder.put("weapon_basis", "coded")
    builder.put("perpetrators", _ATTACKER)
    builder.put("targets", builder.cells("target"))
    builder.put(
        "summary", pc.coalesce(builder.cells("narrative"), builder.cells("bij_summary_short"))
    )
    place = pc.coalesce(builder.cells("town"), builder.cells("location"), builder.cells("country"))
    title = pc.binary_join_element_wise("Drone strike", pc.fill_null(place, ""), ", ")
    builder.put("title", pc.utf8_trim(title, " ,"))
    return builder.finish(NAME, _accounts(builder))


def _where(builder: TableBuilder) -> None:
    town, area = builder.cells("town"), builder.cells("location")
    both = pc.binary_join_element_wise(pc.fill_null(town, ""), pc.fill_null(area, ""), ", ")
    builder.put("place_text", blank_to_null(pc.utf8_trim(both, " ,")))
    builder.put("place_name", town)
    builder.put("admin1", area)
    countries = builder.cells("country")
    codes = Distinct.of(countries, lambda texts: [country_code(text) for text in texts])
    builder.put("country", codes.plain(pa.string()))
    # "Pakistan-Afghanistan Border": a place, but no country.
    unknown = np.asarray(countries.is_valid()) & np.asarray(builder.get("country").is_null())
    builder.flag("code-unknown", unknown)
    builder.point("lat", "lon")
    precision = pc.if_else(town.is_valid(), "near", "admin1")
    located = builder.get("latitude").is_valid()
    builder.put("location_precision", pc.if_else(located, precision, pa.scalar(None, pa.string())))


def _accounts(builder: TableBuilder) -> pd.DataFrame:
    rows: list[dict[str, str | None]] = []
    ids = builder.get("incident_id").to_pylist()
    trouble = builder.in_trouble()
    told = (
        builder.cells(name).to_pylist() for name in ("bij_link", "bij_summary_short", "articles")
    )
    for position, (link, words, articles) in enumerate(zip(*told, strict=True)):
        if trouble[position]:
            continue
        found: list[dict[str, str | None]] = []
        if link or words:
            found.append({"publisher": _BUREAU, "url": link, "quote": words})
        found += [{"url": url} for url in _links(articles) if url != link]
        for number, account in enumerate(found, start=1):
            own = {"account_id": f"{ids[position]}-{number}", "incident_id": ids[position]}
            rows.append(own | account)
    names = ("account_id", "incident_id", "publisher", "url", "quote")
    table = pa.Table.from_pylist(rows, schema=pa.schema({name: pa.string() for name in names}))
    return schema.conform(schema.to_frame(table), schema.ACCOUNTS)


def _links(cell: str | None) -> list[str]:
    """The addresses in a cell: a JSON list of them, or text."""
    if cell is None:
        return []
    try:
        value = json.loads(cell)
    except (ValueError, RecursionError):
        value = [cell]
    texts = value if isinstance(value, list) else [value]
    return [m[0] for text in texts if isinstance(text, str) for m in _LINK.finditer(text)]
