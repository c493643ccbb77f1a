"""Airwars' assessments of civilian harm, flattened to a row an incident.

The figures are of civilians: they fill `civilians_killed` and `civilians_injured`; `killed` and
`injured` are those and the fighters together where Airwars counts both, and the civilians' alone
where it says nothing of fighters. A blank is not reported, 0 is none reported. The grade is
Airwars' own word. Belligerents are who is alleged to have done it: perpetrators, each on its own;
so the several types of a strike. A row whose strike and cause are not stated has no event type.
The coordinates are as exact as `geo_accuracy` says, and never finer. Where a name alone is given,
the place is looked up.

Airwars, airwars.org; terms read in its theme's dictionaries (grades, accuracies, strike types).
"""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from geodata import schema
from geodata.sources.builder import Options, Reading, TableBuilder
from geodata.sources.codes import fold
from geodata.sources.counts import together
from geodata.sources.distinct import Distinct, blank_to_null, filled
from geodata.sources.raw_table import RawTable
from geodata.vocabulary import GRADE

NAME = "airwars"
DATASET = "Airwars"
LICENCE = "Airwars' terms; not to be redistributed"
CITATION = "Airwars, airwars.org."

_PRECISIONS = {
    "province_governorate": "admin1",
    "district": "admin2",
    "subdistrict": "admin2",
    "city": "town",
    "town": "town",
    "village": "town",
    "neighbourhood_area": "neighbourhood",
    "street": "street",
    "nearby_landmark": "neighbourhood",
    "within_100m": "site",
    "within_100m_via_coalition": "site",
    "within_1m": "exact",
    "within_1m_via_coalition": "exact",
    "exact_location": "exact",
    "exact_location_via_airwars": "exact",
    "exact_location_via_coalition": "exact",
    "exact_location_other": "exact",
}
_WIDEST_WITH_POINT = "near"
"""Where a point comes without a word on its accuracy."""

_WEAPONS = {
    "airstrike": "air-strike",
    "airstrike plane": "air-strike",
    "airstrike unknown": "air-strike",
    "airstrike other": "air-strike",
    "airstrike drone": "drone-strike",
    "drone strike": "drone-strike",
    "airstrike helicopter": "helicopter-strike",
    "helicopter strike": "helicopter-strike",
    "artillery": "artillery-shell",
    "airstrike artillery": "artillery-shell",
    "airstrike and/or artillery": "explosive-unclear",
    "naval bombardment": "naval-shell",
    "ied": "ied",
    "ground operation": "",
    "counter terrorism action (ground)": "",
}
"""Strike types to weapons; "" names no weapon. A type that is not here becomes other."""

_EXPLOSIVE = r"(?i)strike|artillery|bombardment|explosive|\bied\b"
_GROUND = r"(?i)ground|small arms"
_NOTES = {"cluster munitions": "cluster-munition", "incendiary weapons": "incendiary"}
_NO_PARTY = re.compile(r"^(unknown|not stated)$", re.IGNORECASE)
_COUNTRY_OF_CODE = {"NCS": "SYR", "CS": "SYR", "RS": "SYR", "TS": "SYR", "IS": "SYR",
                    "USSOM": "SOM", "USYEM": "YEM", "LC": "LBY"}  # fmt: skip


def fits(columns: frozenset[str]) -> float:
    """How surely a set of column names is Airwars'."""
    needed = {"civ_killed_min", "civ_killed_max", "belligerents", "strike_type"}
    return 1.0 if columns >= needed else 0.0


def read_airwars(raw: RawTable, options: Options) -> Reading:
    """Incidents and accounts of an Airwars table."""
    builder = TableBuilder(raw, options)
    code = builder.cells("code") if builder.has("code") else builder.cells("unique_reference_code")
    builder.problems(np.asarray(code.is_null()), "code", "an assessment of Airwars has a code")
    builder.put("source_record_id", code)
    builder.put("incident_id", pc.binary_join_element_wise("airwars-", code, ""))
    _what(builder)
    builder.days("date", "date_end")
    builder.put("time_text", pc.coalesce(builder.get("time_text"), builder.cells("local_time")))
    _where(builder)
    _people(builder)
    return builder.finish(NAME, _accounts(builder))


def _listed(builder: TableBuilder, column: str) -> pa.Array:
    """A cell of names with commas as a cell of names with bars."""
    cells = builder.cells(column)
    read = Distinct.of(cells, lambda texts: [schema.join_list(_parts(text)) for text in texts])
    return read.plain(pa.string())


def _parts(text: str) -> list[str]:
    return [p for p in (part.strip() for part in text.split(",")) if not _NO_PARTY.match(p)]


def _what(builder: TableBuilder) -> None:
    builder.code("grade", "evidence", GRADE)
    builder.put("perpetrators", _listed(builder, "belligerents"))
    strikes, notes = builder.cells("strike_type"), builder.cells("notes")
    both = pc.binary_join_element_wise(pc.fill_null(strikes, ""), pc.fill_null(notes, ""), "\x1f")
    read = Distinct.of(both, lambda texts: [_weapons(text) for text in texts])
    builder.put("weapon", read.plain(pa.string()))
    builder.put("weapon_text", strikes)
    nothing = pa.scalar(None, pa.string())
    builder.put("weapon_basis", pc.if_else(builder.get("weapon").is_valid(), "coded", nothing))
    said = pc.binary_join_element_wise(
        pc.fill_null(strikes, ""), pc.fill_null(builder.cells("cause"), ""), " "
    )
    remote = pa.array(filled(pc.match_substring_regex(said, _EXPLOSIVE)))
    ground = pa.array(filled(pc.match_substring_regex(said, _GROUND)))
    words = pc.if_else(ground, "Violence against civilians", nothing)
    builder.put("event_type", pc.if_else(remote, "Explosions/Remote violence", words))
    place = pc.coalesce(builder.cells("location_en"), builder.cells("location_ar"), pa.scalar(""))
    kind = pc.if_else(strikes.is_valid(), strikes, "Civilian harm")
    title = pc.binary_join_element_wise(kind, place, ", ")
    builder.put("title", pc.utf8_trim(title, " ,"))


def _weapons(text: str) -> str | None:
    strikes, _, notes = text.partition("\x1f")
    codes = [_WEAPONS.get(fold(part), "other") for part in _parts(strikes) if part]
    codes += [_NOTES[fold(note)] for note in _parts(notes) if fold(note) in _NOTES]
    return schema.join_list(codes)


def _where(builder: TableBuilder) -> None:
    english, arabic = builder.cells("location_en"), builder.cells("location_ar")
    builder.put("place_text", pc.coalesce(english, arabic))
    builder.put("place_name", pc.coalesce(english, arabic))
    provinces = (builder.cells(name) for name in ("governorate", "province", "region"))
    builder.put("admin1", pc.coalesce(*provinces))
    builder.put("admin2", builder.cells("district"))
    _country(builder)
    builder.point("lat", "lon")
    accuracy = builder.cells("geo_accuracy")
    read = Distinct.of(accuracy, lambda texts: [_PRECISIONS.get(_word(text)) for text in texts])
    precision = read.plain(pa.string())
    unknown = np.asarray(accuracy.is_valid()) & np.asarray(precision.is_null())
    builder.problems(
        unknown, "geo_accuracy", "it is no accuracy of Airwars'", ", ".join(_PRECISIONS)
    )
    has_point = builder.get("latitude").is_valid()
    located = pc.coalesce(precision, pa.scalar(_WIDEST_WITH_POINT))
    builder.put("location_precision", pc.if_else(has_point, located, pa.scalar(None, pa.string())))


def _word(text: str) -> str:
    return fold(text).replace(" ", "_")


def _country(builder: TableBuilder) -> None:
    """The country as given in English or Arabic, else by the series of Airwars' codes."""
    given = "country" if builder.has("country") else "country_ar"
    builder.country(given)
    series = pc.replace_substring_regex(builder.get("source_record_id"), r"[^A-Za-z].*$", "")
    read = Distinct.of(series, lambda texts: [_COUNTRY_OF_CODE.get(t.upper()) for t in texts])
    builder.put("country", pc.coalesce(builder.get("country"), read.plain(pa.string())))


def _people(builder: TableBuilder) -> None:
    for stem in ("killed", "injured"):
        builder.people(stem, low=f"mil_{stem}_min", high=f"mil_{stem}_max")
        fighters = builder.get(f"{stem}_low"), builder.get(f"{stem}_high")
        civilians = f"civilians_{stem}"
        builder.people(civilians, low=f"civ_{stem}_min", high=f"civ_{stem}_max")
        low, high = builder.get(f"{civilians}_low"), builder.get(f"{civilians}_high")
        both = fighters[0].is_valid()
        all_low = pc.if_else(both, together(pc.coalesce(low, 0), fighters[0]), low)
        all_high = pc.if_else(both, together(high, fighters[1]), high)
        builder.put(f"{stem}_low", all_low)
        builder.put(f"{stem}_best", pa.nulls(builder.count, pa.int32()))
        builder.put(f"{stem}_high", all_high)
        builder.check_people(stem)
    sources = pc.match_substring_regex(builder.cells("n_sources"), r"^\d{1,9}$")
    known = pc.if_else(sources, builder.cells("n_sources"), pa.scalar(None, pa.string()))
    # A partial record has its sources not copied yet: 0 says nothing there.
    number = pc.cast(known, pa.int32())
    builder.put("n_sources", pc.if_else(pc.equal(number, 0), pa.scalar(None, pa.int32()), number))


def _accounts(builder: TableBuilder) -> pd.DataFrame:
    """Airwars' own assessment as the account; its sources stand on its page."""
    keep = pa.array(~builder.in_trouble())
    incident = builder.get("incident_id")
    table = pa.table(
        {
            "account_id": pc.binary_join_element_wise(incident, "1", "-"),
            "incident_id": incident,
            "publisher": pa.repeat(pa.scalar("Airwars"), builder.count),
            "source_title": builder.get("source_record_id"),
            "url": blank_to_null(builder.cells("url")),
            "killed_low": builder.get("killed_low"),
            "killed_high": builder.get("killed_high"),
            "injured_low": builder.get("injured_low"),
            "injured_high": builder.get("injured_high"),
            "perpetrators": builder.get("perpetrators"),
            "place_text": builder.get("place_text"),
            "weapon_text": builder.get("weapon_text"),
        }
    )
    return schema.conform(schema.to_frame(table.filter(keep)), schema.ACCOUNTS)
