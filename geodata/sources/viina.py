"""VIINA: reports of the war in Ukraine, coded by machine, in its versions 1 and 2.

A row is a report at one of its places, or (`event_1pd`) all reports of one kind at a place on a
day. Each label stands as a probability (`t_airstrike_pred`, in other releases `t_airstrike`) and as
yes or no (`t_airstrike_b`); what says yes, else a probability of a half and more, counts. The first
label in the order below names the event type, and all that name a weapon give it. A report that no
label makes an event, or that is not of military operations (`t_mil`), has no event type and the
flag `source-unclear`. VIINA counts no casualties: they are unknown.

Who began it (`a_rus`, in version 2 `a_rus_init`) becomes the perpetrator. Every file numbers its
events anew, so the day is part of the id. A country is held where the point lies in Ukraine as
drawn: some reports are of places beyond the border.

Zhukov and Ayers, VIINA 2.0; columns as its README and public code quote them (verified for
version 1 and for `event_1pd`); of GEO_PRECISION only ADM3 and STREET were seen in data.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from geodata import boundaries, schema
from geodata.sources.builder import Options, Reading, TableBuilder
from geodata.sources.distinct import Distinct, Mask, blank_to_null, filled
from geodata.sources.raw_table import RawTable
from geodata.vocabulary import vocabularies

NAME = "viina"
DATASET = "VIINA"
LICENCE = "Open Database License (ODbL)"
CITATION = (
    "Zhukov, Yuri and Natalie Ayers (2023). VIINA 2.0: Violent Incident Information from News "
    "Articles on the 2022 Russian Invasion of Ukraine."
)

_EXPLOSIONS: Final = "Explosions/Remote violence"
_TACTICS: Final = (
    ("airstrike", "Air strike", _EXPLOSIONS, "air-strike"),
    ("uav", "Drone strike", _EXPLOSIONS, "drone-strike"),
    ("artillery", "Shelling", _EXPLOSIONS, "shelling"),
    ("ied", "Explosion", _EXPLOSIONS, "explosive-unclear"),
    ("firefight", "Firefight", "Battles", "small-arms"),
    ("armor", "Tank battle or assault", "Battles", None),
    ("raid", "Raid", "Battles", None),
    ("aad", "Air defence", "Battles", None),
    ("hospital", "Attack on a hospital or convoy", "Violence against civilians", None),
    ("arrest", "Arrest or detention", "Strategic developments", None),
    ("occupy", "Occupation", "Strategic developments", None),
    ("control", "Change of control", "Strategic developments", None),
    ("retreat", "Retreat", "Strategic developments", None),
    ("property", "Destruction of property", "Strategic developments", None),
    ("cyber", "Cyber operation", "Strategic developments", None),
)
"""Labels of tactics, the surest to be an event of their type first; the mapping is ours."""
_ACTORS: Final = (
    ("rus", "Russian or Russian-aligned forces"),
    ("ukr", "Ukrainian or Ukrainian-aligned forces"),
    ("civ", "Civilians"),
    ("other", "Third party"),
)
_LEAST: Final = 0.5
_COUNTRY: Final = "UKR"


def fits(columns: frozenset[str]) -> float:
    """How surely a set of column names is VIINA's."""
    ids = {"event_id", "event_id_1pd"} & columns
    needed = {"date", "longitude", "latitude", "geo_precision"}
    own = {"geo_api", "t_mil_b", "t_mil_pred", "t_mil", "viina_version", "geonameid"}
    return 1.0 if ids and columns >= needed and columns & own else 0.0


def read_viina(raw: RawTable, options: Options) -> Reading:
    """Incidents and accounts of a VIINA file."""
    builder = TableBuilder(raw, options)
    column = "event_id_1pd" if builder.has("event_id_1pd") else "event_id"
    ids, days = builder.cells(column), builder.cells("date")
    builder.problems(np.asarray(ids.is_null()), column, "an event of VIINA has a number")
    builder.problems(
        np.asarray(days.is_null()) & np.asarray(ids.is_valid()), "date",
        "an event of VIINA has a day, which is part of its id",
    )  # fmt: skip
    builder.put("source_record_id", ids)
    start = NAME + ("-1pd" if column == "event_id_1pd" else "")
    builder.put("incident_id", pc.binary_join_element_wise(start, days, ids, "-"))
    builder.days("date")
    builder.put("time_text", pc.coalesce(builder.get("time_text"), builder.cells("time")))
    _where(builder)
    _what(builder)
    return builder.finish(NAME, _accounts(builder))


def _where(builder: TableBuilder) -> None:
    address = builder.cells("address")
    place = builder.cells("asciiname")
    builder.put("place_text", pc.coalesce(address, place))
    builder.put("place_name", place)
    builder.put("admin1", builder.cells("ADM1_NAME"))
    builder.put("admin2", builder.cells("ADM2_NAME"))
    builder.point("latitude", "longitude")
    cells = pc.utf8_upper(builder.cells("GEO_PRECISION"))
    terms = vocabularies()["viina_geo_precision"].terms
    table = {term.code: str(term.attributes["maps_to"]) for term in terms}
    precision = Distinct.of(cells, lambda texts: [table.get(t) for t in texts]).plain(pa.string())
    builder.flag("code-unknown", np.asarray(cells.is_valid()) & np.asarray(precision.is_null()))
    located = builder.get("latitude").is_valid()
    # A code that is not known is taken as no finer than the surroundings of a town.
    known = pc.coalesce(precision, pa.scalar("near"))
    builder.put("location_precision", pc.if_else(located, known, pa.scalar(None, pa.string())))
    builder.without_point(filled(pc.equal(builder.get("location_precision"), "country")))
    inside = _in_ukraine(builder)
    builder.put("country", pc.if_else(pa.array(inside), _COUNTRY, pa.scalar(None, pa.string())))


def _in_ukraine(builder: TableBuilder) -> Mask:
    lat, lon = (
        builder.get(name).to_numpy(zero_copy_only=False).astype(np.float64)
        for name in ("latitude", "longitude")
    )
    inside = np.zeros(builder.count, dtype=bool)
    known = np.isfinite(lat) & np.isfinite(lon)
    country = boundaries.countries()[_COUNTRY]
    inside[known] = boundaries.inside(country, lat[known], lon[known])
    return inside


def _says(builder: TableBuilder, label: str) -> tuple[Mask, Mask]:
    """Which rows a label holds of, and which rows say whether it does."""
    plain = builder.cells(f"{label}_b")
    told = np.asarray(plain.is_valid())
    holds = filled(pc.match_substring_regex(plain, r"^(1(\.0+)?|(?i)true)$"))
    for column in (f"{label}_pred", label):
        if builder.has(column):
            chance = _numbers(builder.cells(column))
            holds |= ~told & (chance >= _LEAST)
            told |= ~np.isnan(chance)
    return holds, told


def _numbers(cells: pa.Array) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Probabilities; not-a-number where a cell holds none."""
    plain = pc.match_substring_regex(cells, r"^[01](\.\d*)?([eE]-\d{1,3})?$|^\d\.\d*[eE]-\d{1,3}$")
    numbers = pc.cast(pc.if_else(pc.fill_null(plain, False), cells, None), pa.float64())
    return np.asarray(numbers.to_numpy(zero_copy_only=False), dtype=np.float64)


def _what(builder: TableBuilder) -> None:
    count = builder.count
    types, names = np.full(count, None, dtype=object), np.full(count, None, dtype=object)
    weapons: list[list[str]] = [[] for _ in range(count)]
    military, told = _says(builder, "t_mil")
    civil = told & ~military
    for label, name, event_type, weapon in _TACTICS:
        holds = _says(builder, f"t_{label}")[0] & ~civil
        types[holds & (types == None)] = event_type  # noqa: E711 - element by element
        names[holds & (names == None)] = name  # noqa: E711 - likewise
        if weapon is not None:
            for row in np.flatnonzero(holds):
                weapons[row].append(weapon)
    event_types = pa.array(types, pa.string())
    builder.put("event_type", event_types)
    builder.flag("source-unclear", np.asarray(event_types.is_null()))
    builder.put("weapon", _joined(weapons))
    nothing = pa.scalar(None, pa.string())
    builder.put("weapon_basis", pc.if_else(builder.get("weapon").is_valid(), "coded", nothing))
    _parties(builder)
    builder.put("summary", builder.cells("text"))
    place = pc.fill_null(pc.coalesce(builder.cells("asciiname"), builder.cells("address")), "")
    what = pc.fill_null(pa.array(names, pa.string()), "News report")
    title = pc.binary_join_element_wise(what, place, ", ")
    builder.put("title", blank_to_null(pc.utf8_trim(title, " ,")))


def _parties(builder: TableBuilder) -> None:
    parties: list[list[str]] = [[] for _ in range(builder.count)]
    for code, name in _ACTORS:
        began = f"a_{code}_init"
        label = (
            began if any(builder.has(began + end) for end in ("", "_b", "_pred")) else f"a_{code}"
        )
        for row in np.flatnonzero(_says(builder, label)[0]):
            parties[row].append(name)
    builder.put("perpetrators", _joined(parties))


def _joined(lists: Sequence[Sequence[str]]) -> pa.Array:
    return pa.array([schema.join_list(own) for own in lists], pa.string())


def _accounts(builder: TableBuilder) -> pd.DataFrame:
    """The report itself; files of events joined over reports name none."""
    keep = ~builder.in_trouble()
    told = np.asarray(builder.cells("url").is_valid()) | np.asarray(
        builder.cells("text").is_valid()
    )
    incident = builder.get("incident_id")
    tongue = pc.utf8_lower(builder.cells("lang"))
    table = pa.table(
        {
            "account_id": pc.binary_join_element_wise(incident, "1", "-"),
            "incident_id": incident,
            "publisher": builder.cells("source"),
            "url": builder.cells("url"),
            "quote": builder.cells("text"),
            "published": builder.get("date_start"),
            # VIINA writes ua, the country, for uk, the language.
            "language": pc.if_else(pc.equal(tongue, "ua"), "uk", tongue),
            "place_text": builder.cells("address"),
        }
    )
    return schema.conform(schema.to_frame(table.filter(pa.array(keep & told))), schema.ACCOUNTS)
