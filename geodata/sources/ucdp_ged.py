"""UCDP Georeferenced Event Dataset: stable and candidate releases, 41 or 49 columns in any order.

Deaths are UCDP's low, best and high estimates of all killed. Of civilians, `deaths_civilians` is
held as low and best; people of unknown side may be civilians too and make the high. Injured are
not coded: null. Types of violence 1 (state-based) and 2 (non-state) become Battles, 3 (one-sided)
Violence against civilians; UCDP codes no weapon, so there is none. Each entry of `source_article`
(CSV within the cell) becomes an account with publisher, day and headline.

`where_prec` maps as vocabulary `ucdp_where_prec` says; 1 is a town where the place's name says
town, village or city, a neighbourhood where it says suburb or the like, else a site. A centroid
of a country is no point and is not kept as one.

Sundberg, Ralph and Erik Melander (2013), Introducing the UCDP Georeferenced Event Dataset,
Journal of Peace Research 50(4); Croicu, Mihai and Ralph Sundberg, UCDP GED Codebook.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from geodata import schema
from geodata.sources.builder import Options, Reading, TableBuilder
from geodata.sources.counts import together
from geodata.sources.distinct import Distinct, blank_to_null, filled
from geodata.sources.raw_table import RawTable
from geodata.vocabulary import vocabularies

NAME = "ucdp-ged"
DATASET = "UCDP GED"
LICENCE = "CC BY 4.0"
CITATION = (
    "Sundberg, Ralph and Erik Melander (2013), Introducing the UCDP Georeferenced Event Dataset, "
    "Journal of Peace Research 50(4); Davies, Shawn, Garoun Engström, Therese Pettersson and "
    "Magnus Öberg, UCDP Georeferenced Event Dataset, Uppsala University."
)

_NEEDED = frozenset(("id", "type_of_violence", "where_prec", "date_start", "best", "side_a"))
_EVENT_TYPES = {"1": "Battles", "2": "Battles", "3": "Violence against civilians"}
_SETTLEMENT = r"(?i)\b(town|village|city)\b"
_QUARTER = r"(?i)\b(suburb|neighbou?rhood|quarter)\b"
_ENTRY = r'^\s*"?(?P<publisher>[^,"]*?)\s*,\s*(?P<published>\d{4}-\d{2}-\d{2})\s*,'
_ENTRY_END = '";"'


def fits(columns: frozenset[str]) -> float:
    """How surely a set of column names is GED's."""
    return 1.0 if columns >= _NEEDED else 0.0


def read_ucdp(raw: RawTable, options: Options) -> Reading:
    """Incidents and accounts of a GED file."""
    builder = TableBuilder(raw, options)
    ids = builder.cells("id")
    builder.problems(np.asarray(ids.is_null()), "id", "an event of UCDP has a number")
    builder.put("source_record_id", ids)
    builder.put("incident_id", pc.binary_join_element_wise("ucdp-", ids, ""))
    _what(builder)
    _when(builder)
    _where(builder)
    _people(builder)
    _title(builder)
    return builder.finish(NAME, _accounts(builder))


def _mapped(builder: TableBuilder, column: str, table: dict[str, str]) -> pa.Array:
    """A coded column through a table; another code is a problem of its row."""
    cells = builder.cells(column)
    read = Distinct.of(cells, lambda texts: [table.get(_digit(text)) for text in texts])
    values = read.plain(pa.string())
    builder.problems(
        np.asarray(cells.is_valid()) & np.asarray(values.is_null()), column,
        "it is no code of UCDP's", f"Known: {', '.join(table)}",
    )  # fmt: skip
    return values


def _digit(text: str) -> str:
    return text.removesuffix(".0")


def _codes(name: str) -> dict[str, str]:
    return {term.code: str(term.attributes["maps_to"]) for term in vocabularies()[name].terms}


def _what(builder: TableBuilder) -> None:
    builder.put("event_type", _mapped(builder, "type_of_violence", _EVENT_TYPES))
    side_a, side_b = builder.cells("side_a"), builder.cells("side_b")
    builder.put("side_a", side_a)
    builder.put("side_b", side_b)
    one_sided = pa.array(filled(pc.equal(builder.get("event_type"), _EVENT_TYPES["3"])))
    nothing = pa.scalar(None, pa.string())
    builder.put("perpetrators", pc.if_else(one_sided, side_a, nothing))
    builder.put("targets", pc.if_else(one_sided, side_b, nothing))
    builder.flag("source-unclear", filled(pc.match_substring_regex(
        builder.cells("event_clarity"), r"^2(\.0)?$")))  # fmt: skip
    sources = pc.match_substring_regex(builder.cells("number_of_sources"), r"^\d{1,9}(\.0)?$")
    known = pc.if_else(sources, builder.cells("number_of_sources"), nothing)
    builder.put("n_sources", pc.cast(pc.cast(known, pa.float64()), pa.int32()))


def _when(builder: TableBuilder) -> None:
    builder.days("date_start", "date_end")
    coded = _mapped(builder, "date_prec", _codes("ucdp_date_prec"))
    has_day = builder.get("date_start").is_valid()
    precision = pc.coalesce(coded, builder.get("date_precision"))
    # "Exact day" over a span of days is a span: two of UCDP's columns contradict each other.
    start, end = builder.get("date_start"), builder.get("date_end")
    spans = pa.array(filled(pc.not_equal(start, end)) & filled(pc.equal(precision, "day")))
    builder.put(
        "date_precision", pc.if_else(has_day, pc.if_else(spans, "days", precision), "unknown")
    )


def _where(builder: TableBuilder) -> None:
    builder.put("place_text", builder.cells("where_description"))
    builder.put("place_name", builder.cells("where_coordinates"))
    builder.put("admin1", builder.cells("adm_1"))
    builder.put("admin2", builder.cells("adm_2"))
    builder.country("country")
    builder.point("latitude", "longitude")
    precision = _mapped(builder, "where_prec", _codes("ucdp_where_prec"))
    site = filled(pc.equal(precision, "site"))
    for words, wider in ((_QUARTER, "neighbourhood"), (_SETTLEMENT, "town")):
        named = filled(pc.match_substring_regex(builder.get("place_name"), words))
        precision = pc.if_else(pa.array(named & site), wider, precision)
    builder.put("location_precision", precision)
    builder.without_point(filled(pc.equal(precision, "country")))


def _people(builder: TableBuilder) -> None:
    builder.people("killed", low="low", best="best", high="high")
    builder.people("civilians_killed", best="deaths_civilians")
    builder.people("injured", best="deaths_unknown")  # parsed here, taken below
    civilians, unknown = builder.get("civilians_killed_best"), builder.get("injured_best")
    builder.put("civilians_killed_low", civilians)
    builder.put("civilians_killed_high", together(civilians, pc.coalesce(unknown, 0)))
    for end in ("low", "best", "high"):
        builder.put(f"injured_{end}", None)


def _title(builder: TableBuilder) -> None:
    """The sides and the place, in our own few words."""
    sides = pc.binary_join_element_wise(
        pc.fill_null(builder.get("side_a"), ""), pc.fill_null(builder.get("side_b"), ""), " – "
    )
    sides = pc.utf8_trim(sides, " –")
    place = pc.coalesce(builder.get("place_name"), builder.get("admin1"), builder.get("country"))
    title = pc.binary_join_element_wise(sides, pc.fill_null(place, ""), ", ")
    builder.put("title", blank_to_null(pc.utf8_trim(title, " ,")))


def _accounts(builder: TableBuilder) -> pd.DataFrame:
    """One account for each entry of `source_article`."""
    articles = builder.cells("source_article")
    entries = pc.split_pattern(articles, _ENTRY_END)
    owner = pc.list_parent_indices(entries)
    texts = blank_to_null(pc.list_flatten(entries))
    owner, texts = owner.filter(texts.is_valid()), texts.drop_null()
    parts = pc.extract_regex(texts, _ENTRY)
    title = pc.utf8_trim(pc.replace_substring_regex(texts, _ENTRY, "", max_replacements=1), '" ;')
    incident = builder.get("incident_id").take(owner)
    table = pa.table(
        {
            "account_id": _numbered(incident, owner),
            "incident_id": incident,
            "source_title": title,
            "publisher": _part(parts, "publisher"),
            "published": _days(_part(parts, "published")),
        }
    )
    keep = pa.array(~builder.in_trouble()).take(owner)
    return schema.conform(schema.to_frame(table.filter(keep)), schema.ACCOUNTS)


def _part(parts: pa.StructArray, name: str) -> pa.Array:
    # A struct that is null as a whole still holds fields: ask the struct.
    field = pc.struct_field(parts, name)
    return blank_to_null(pc.if_else(parts.is_valid(), field, pa.scalar(None, pa.string())))


def _days(texts: pa.Array) -> pa.Array:
    parsed = pd.to_datetime(pd.Series(texts.to_pandas()), format="%Y-%m-%d", errors="coerce")
    return pa.array(parsed.dt.date, pa.date32(), from_pandas=True)


def _numbered(incident: pa.Array, owner: pa.Array) -> pa.Array:
    """Incident ids with the number of the entry within its event."""
    rows = owner.to_numpy(zero_copy_only=False).astype(np.int64)
    starts = np.searchsorted(rows, rows, side="left")
    numbers = pc.cast(pa.array(np.arange(len(rows)) - starts + 1), pa.string())
    return pc.binary_join_element_wise(incident, numbers, "-")
