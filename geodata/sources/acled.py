"""ACLED: files of the data export tool and rows of the API, old and new column names.

Event and sub-event types are ACLED's own. The sub-event gives the weapon where it names one; an
armed clash names none. `fatalities` is ACLED's one conservative figure: low, best and high. The
injured stand only in the notes: null. `time_precision` 2 (a week or weekend) widens the day by
three on either side, 3 to its month. `geo_precision` maps as vocabulary `acled_geo_precision`.
Each source of the column `source` becomes an account. An event that ACLED lists as deleted needs
attention: nothing is deleted unseen.

ACLED, Armed Conflict Location & Event Data; code lists as in the R package acledR 1.0.1.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from geodata import schema
from geodata.sources.builder import Options, Reading, TableBuilder
from geodata.sources.distinct import Distinct, Mask, blank_to_null, filled
from geodata.sources.raw_table import RawTable
from geodata.vocabulary import EVENT_TYPE, vocabularies

NAME = "acled"
DATASET = "ACLED"
LICENCE = "ACLED's terms of use; not to be redistributed"
CITATION = "Armed Conflict Location & Event Data (ACLED), acleddata.com."

_EVENT_SPELLINGS = {
    "Explosions/Remote Violence": "Explosions/Remote violence",
    "Remote violence": "Explosions/Remote violence",
    "Explosions": "Explosions/Remote violence",
    "Battle": "Battles",
    "Battle-No change of territory": "Battles",
    "Battle-Government regains territory": "Battles",
    "Battle-Non-state actor overtakes territory": "Battles",
    "Protest": "Protests",
    "Riot": "Riots",
    "Riots/Protests": "Riots",
    "Violence against civillians": "Violence against civilians",
    "Strategic development": "Strategic developments",
    "Developments": "Strategic developments",
    "Headquarters or base established": "Strategic developments",
    "Non-violent transfer of territory": "Strategic developments",
}
"""Older names and misspellings seen in files, to the names of today."""

_WEAPONS = {
    "air/drone strike": "air-strike",
    "suicide bomb": "suicide-bomb",
    "shelling/artillery/missile attack": "shelling",
    "remote explosive/landmine/ied": "explosive-unclear",
    "grenade": "grenade",
    "chemical weapon": "chemical",
}
"""Sub-events that name a weapon; the others leave it open."""

_CIVILIANS = frozenset(("7", "civilians"))


def fits(columns: frozenset[str]) -> float:
    """How surely a set of column names is ACLED's."""
    known = {"event_date", "event_type", "sub_event_type", "actor1", "fatalities"}
    ids = {"event_id_cnty", "data_id", "event_id_no_cnty"}
    if columns & ids and len(columns & known) >= 3:
        return 1.0
    return 0.9 if columns >= {"event_id_cnty", "deleted_timestamp"} else 0.0


def read_acled(raw: RawTable, options: Options) -> Reading:
    """Incidents and accounts of an ACLED file."""
    called = {"event_id_cnty": "data_id"} if _lacks(raw, "event_id_cnty", "data_id") else {}
    builder = TableBuilder(raw, options, called)
    _names(builder)
    if builder.has("deleted_timestamp"):
        builder.problems(
            np.asarray(builder.cells("deleted_timestamp").is_valid()), "deleted_timestamp",
            "ACLED has deleted this event", "withdraw the incident if it is held",
        )  # fmt: skip
    _what(builder)
    _when(builder)
    _where(builder)
    builder.people("killed", best="fatalities")
    return builder.finish(NAME, _accounts(builder))


def _lacks(raw: RawTable, name: str, other: str) -> bool:
    columns = {column.casefold() for column in raw.columns.column_names}
    return name not in columns and other in columns


def _names(builder: TableBuilder) -> None:
    ids = builder.cells("event_id_cnty")
    builder.problems(np.asarray(ids.is_null()), "event_id_cnty", "an event of ACLED has an id")
    builder.put("source_record_id", ids)
    builder.put("incident_id", pc.binary_join_element_wise("acled-", ids, ""))


def _what(builder: TableBuilder) -> None:
    builder.code("event_type", "event_type", EVENT_TYPE, _EVENT_SPELLINGS)
    sub = builder.cells("sub_event_type")
    weapon = Distinct.of(sub, lambda texts: [_WEAPONS.get(text.casefold()) for text in texts])
    builder.put("weapon", weapon.plain(pa.string()))
    builder.put("weapon_text", pc.if_else(builder.get("weapon").is_valid(), sub, None))
    builder.put("weapon_basis", pc.if_else(builder.get("weapon").is_valid(), "coded", None))
    builder.put("summary", builder.cells("notes"))
    place = pc.fill_null(builder.cells("location"), "")
    what = pc.fill_null(pc.coalesce(sub, builder.cells("event_type")), "")
    title = pc.binary_join_element_wise(what, place, ", ")
    builder.put("title", blank_to_null(pc.utf8_trim(title, " ,")))
    _parties(builder)


def _parties(builder: TableBuilder) -> None:
    for target, actor, others in (
        ("side_a", "actor1", "assoc_actor_1"), ("side_b", "actor2", "assoc_actor_2")
    ):  # fmt: skip
        joined = pc.binary_join_element_wise(
            pc.fill_null(builder.cells(actor), ""),
            pc.replace_substring(pc.fill_null(builder.cells(others), ""), ";", " | "), " | ",
        )  # fmt: skip
        builder.put(target, joined)
    civilians = _is_civilian(builder, "inter2")
    nothing = pa.scalar(None, pa.string())
    mask = pa.array(civilians)
    builder.put("perpetrators", pc.if_else(mask, builder.cells("actor1"), nothing))
    builder.put("targets", pc.if_else(mask, builder.cells("actor2"), nothing))


def _is_civilian(builder: TableBuilder, column: str) -> Mask:
    """Whether a party is coded as civilians, by number (7) or by word."""
    cells = builder.cells(column)
    read = Distinct.of(
        cells, lambda texts: [text.removesuffix(".0").casefold() in _CIVILIANS for text in texts]
    )
    return filled(read.plain(pa.bool_()))


def _when(builder: TableBuilder) -> None:
    builder.days("event_date")
    precision = builder.cells("time_precision")
    start = builder.get("date_start").to_numpy(zero_copy_only=False).astype("datetime64[D]")
    week = filled(pc.match_substring_regex(precision, r"^2(\.0)?$"))
    month = filled(pc.match_substring_regex(precision, r"^3(\.0)?$"))
    months = start.astype("datetime64[M]")
    first = np.where(week, start - 3, np.where(month, months.astype("datetime64[D]"), start))
    last = np.where(
        week, start + 3, np.where(month, (months + 1).astype("datetime64[D]") - 1, start)
    )
    builder.put("date_start", pa.array(first, pa.date32()))
    builder.put("date_end", pa.array(last, pa.date32()))
    known = ~np.isnat(start)
    nothing = pa.scalar(None, pa.string())
    coarse = pc.if_else(pa.array(month & known), "month", nothing)
    coarse = pc.if_else(pa.array(week & known), "week", coarse)
    builder.put("date_precision", pc.coalesce(coarse, builder.get("date_precision")))


def _where(builder: TableBuilder) -> None:
    builder.put("place_name", builder.cells("location"))
    builder.put("admin1", builder.cells("admin1"))
    builder.put("admin2", builder.cells("admin2"))
    builder.country("country")
    builder.point("latitude", "longitude")
    table = {
        t.code: str(t.attributes["maps_to"]) for t in vocabularies()["acled_geo_precision"].terms
    }
    cells = builder.cells("geo_precision")
    read = Distinct.of(cells, lambda texts: [table.get(text.removesuffix(".0")) for text in texts])
    builder.put("location_precision", pc.coalesce(read.plain(pa.string()), pa.scalar("near")))
    unknown = np.asarray(cells.is_valid()) & np.asarray(read.plain(pa.string()).is_null())
    builder.problems(unknown, "geo_precision", "it is no code of ACLED's", "Known: 1, 2, 3")


def _accounts(builder: TableBuilder) -> pd.DataFrame:
    """One account for each source that the event names."""
    lists = pc.split_pattern_regex(builder.cells("source"), r"\s*;\s*")
    owner = pc.list_parent_indices(lists)
    names = blank_to_null(pc.list_flatten(lists))
    owner, names = owner.filter(names.is_valid()), names.drop_null()
    incident = builder.get("incident_id").take(owner)
    rows = owner.to_numpy(zero_copy_only=False).astype(np.int64)
    number = np.arange(len(rows)) - np.searchsorted(rows, rows, side="left") + 1
    numbers = pc.cast(pa.array(number), pa.string())
    table = pa.table(
        {
            "account_id": pc.binary_join_element_wise(incident, numbers, "-"),
            "incident_id": incident,
            "publisher": names,
        }
    )
    keep = pa.array(~builder.in_trouble()).take(owner)
    return schema.conform(schema.to_frame(table.filter(keep)), schema.ACCOUNTS)
