"""Global Terrorism Database exports: numbered codes or their labels.

`nkill` and `nwound` are of all people; `nkillter` and `nwoundte` of perpetrators among them. -9
and -99 are unknown. A day or month of 0 is not known and widens the span; an approximate date
stays as text. `specificity` 1 is a town, 2 a place in a town's area (near), 3 the centre of a
district, 4 of a province, 5 nothing better than the country. An attack of GTD becomes
Explosions/Remote violence where it is a bombing, else Violence against civilians.

START (National Consortium for the Study of Terrorism and Responses to Terrorism), Global
Terrorism Database; code tables as in two public analyses. The wording of `specificity` was not
read in the codebook.
"""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from geodata import schema
from geodata.sources.builder import Options, Reading, TableBuilder
from geodata.sources.days import month_span, year_span
from geodata.sources.distinct import Distinct, blank_to_null, filled
from geodata.sources.raw_table import RawTable

NAME = "gtd"
DATASET = "GTD"
LICENCE = "START's terms of use; not to be redistributed"
CITATION = (
    "START (National Consortium for the Study of Terrorism and Responses to Terrorism), "
    "Global Terrorism Database, University of Maryland."
)

_PRECISIONS = {"1": "town", "2": "near", "3": "admin2", "4": "admin1", "5": "country"}
_UNKNOWN = frozenset(("-9", "-99", "-9.0", "-99.0"))
_WEAPON_TYPES = {"2": "chemical", "5": "small-arms", "6": "explosive-unclear", "8": "incendiary",
                 "9": "melee", "10": "vehicle", "13": "unknown"}  # fmt: skip
_WEAPON_SUBTYPES = {"7": "grenade", "8": "landmine", "11": "rocket", "12": "ied",
                    "13": "suicide-bomb", "14": "ied", "15": "car-bomb", "9": "ied", "10": "ied",
                    "18": "arson", "29": "ied", "31": "ied"}  # fmt: skip
_BOMBING = frozenset(("3", "bombing/explosion"))


def fits(columns: frozenset[str]) -> float:
    """How surely a set of column names is GTD's."""
    return 1.0 if columns >= {"eventid", "iyear", "imonth", "iday", "attacktype1"} else 0.0


def read_gtd(raw: RawTable, options: Options) -> Reading:
    """Incidents and accounts of a GTD file."""
    builder = TableBuilder(raw, options)
    ids = pc.replace_substring_regex(builder.cells("eventid"), r"\.0$", "")
    builder.problems(np.asarray(ids.is_null()), "eventid", "an event of GTD has a number")
    builder.put("source_record_id", ids)
    builder.put("incident_id", pc.binary_join_element_wise("gtd-", ids, ""))
    _when(builder)
    _where(builder)
    _what(builder)
    builder.people("killed", best="nkill", unknown=_UNKNOWN)
    builder.people("injured", best="nwound", unknown=_UNKNOWN)
    return builder.finish(NAME, _accounts(builder))


def _when(builder: TableBuilder) -> None:
    whole = [
        pc.replace_substring_regex(pc.fill_null(builder.cells(column), "0"), r"\.0$", "")
        for column in ("iyear", "imonth", "iday")
    ]
    joined = pc.binary_join_element_wise(*whole, "-")
    spans = Distinct.of(joined, lambda texts: [_span(text) for text in texts])
    for row in np.flatnonzero(spans.mask(lambda span: span is None)):
        text = joined[int(row)].as_py()
        builder.problem(int(row), "iyear", f"{text!r} is no day of the calendar")
    kinds = {"date_start": pa.date32(), "date_end": pa.date32(), "date_precision": pa.string()}
    for position, (target, kind) in enumerate(kinds.items()):
        values = [span and span[position] for span in spans.readings]
        builder.put(target, pa.array(values, kind).take(spans.indices))
    builder.put("date_text", builder.cells("approxdate"))


def _span(text: str) -> tuple[dt.date, dt.date, str] | None:
    try:
        year, month, day = (int(part) for part in text.split("-"))
        if month < 1:
            span = year_span(year)
        elif day < 1:
            span = month_span(year, month)
        else:
            date = dt.date(year, month, day)
            return date, date, "day"
    except (ValueError, OverflowError):
        return None
    assert span.start is not None  # noqa: S101 - months and years have days
    assert span.end is not None  # noqa: S101 - likewise
    return span.start, span.end, span.precision


def _where(builder: TableBuilder) -> None:
    city = builder.cells("city")
    unknown = filled(pc.equal(pc.utf8_lower(city), "unknown"))
    builder.put("place_name", pc.if_else(pa.array(unknown), pa.scalar(None, pa.string()), city))
    builder.put("place_text", builder.cells("location"))
    builder.put("admin1", builder.cells("provstate"))
    builder.country("country_txt" if builder.has("country_txt") else "country")
    builder.point("latitude", "longitude")
    cells = builder.cells("specificity")
    read = Distinct.of(cells, lambda t: [_PRECISIONS.get(c.removesuffix(".0")) for c in t])
    located = builder.get("latitude").is_valid()
    precision = pc.coalesce(read.plain(pa.string()), pa.scalar("near"))
    builder.put("location_precision", pc.if_else(located, precision, pa.scalar(None, pa.string())))
    builder.without_point(filled(pc.equal(builder.get("location_precision"), "country")))


def _codes(builder: TableBuilder, column: str) -> pa.Array:
    return pc.replace_substring_regex(builder.cells(column), r"\.0$", "")


def _what(builder: TableBuilder) -> None:
    subtypes = _codes(builder, "weapsubtype1")
    sub = Distinct.of(subtypes, lambda texts: [_WEAPON_SUBTYPES.get(text) for text in texts])
    main = Distinct.of(
        _codes(builder, "weaptype1"), lambda t: [_WEAPON_TYPES.get(c, "other") for c in t]
    )
    builder.put("weapon", pc.coalesce(sub.plain(pa.string()), main.plain(pa.string())))
    builder.put("weapon_text", builder.cells("weapdetail"))
    nothing = pa.scalar(None, pa.string())
    builder.put("weapon_basis", pc.if_else(builder.get("weapon").is_valid(), "coded", nothing))
    attacks = _codes(builder, "attacktype1")
    attack = Distinct.of(attacks, lambda texts: [t.casefold() in _BOMBING for t in texts])
    bombing = pa.array(filled(attack.plain(pa.bool_())))
    builder.put(
        "event_type",
        pc.if_else(bombing, "Explosions/Remote violence", "Violence against civilians"),
    )
    group = builder.cells("gname")
    known = pa.array(~filled(pc.equal(pc.utf8_lower(group), "unknown")))
    builder.put("perpetrators", pc.if_else(known, group, nothing))
    builder.put("targets", pc.coalesce(builder.cells("target1"), builder.cells("targtype1_txt")))
    builder.put("summary", builder.cells("summary"))
    what = pc.coalesce(builder.cells("attacktype1_txt"), pa.scalar("Attack"))
    place = pc.fill_null(pc.coalesce(builder.get("place_name"), builder.get("admin1")), "")
    title = pc.binary_join_element_wise(what, place, ", ")
    builder.put("title", blank_to_null(pc.utf8_trim(title, " ,")))
    doubt = _codes(builder, "doubtterr")
    builder.flag("source-unclear", filled(pc.equal(doubt, "1")))


def _accounts(builder: TableBuilder) -> pd.DataFrame:
    """One account for each of `scite1` to `scite3`."""
    tables = []
    keep = ~builder.in_trouble()
    for number in (1, 2, 3):
        cited = builder.cells(f"scite{number}")
        rows = pa.array(keep & np.asarray(cited.is_valid()))
        incident = builder.get("incident_id").filter(rows)
        tables.append(
            pa.table(
                {
                    "account_id": pc.binary_join_element_wise(incident, str(number), "-"),
                    "incident_id": incident,
                    "source_title": pc.utf8_trim(cited.filter(rows), '" '),
                }
            )
        )
    return schema.conform(schema.to_frame(pa.concat_tables(tables)), schema.ACCOUNTS)
