"""Tables in the canonical columns, and tables close enough to them.

Headers may be spelled freely (see `headers`). Accounts come as a sheet or file of their own, as
a JSON column `accounts`, or as account columns on rows that repeat the incident_id: the first row
then speaks for the incident, the others add accounts.

A word that is no code needs attention under a column's own name; under another name ("type",
"weapon system") the column may hold other things: the row is added, flagged, and holds no code.

A point without a precision is taken as a town's: people copy coordinates from a map of towns, and
a finer claim would not be theirs.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from geodata import schema
from geodata.errors import MissingColumn
from geodata.sources import headers
from geodata.sources.builder import ATTENTION, Options, Reading, TableBuilder
from geodata.sources.distinct import Distinct, Mask, filled
from geodata.sources.raw_table import RawTable, from_records
from geodata.vocabulary import (
    DATE_PRECISION,
    EVENT_TYPE,
    GRADE,
    LIST_SEPARATOR,
    LOCATION_PRECISION,
    STANCE,
    STATUS,
    WEAPON,
    WEAPON_GROUP,
    Vocabulary,
)

NAME = "canonical"
POINT_WITHOUT_PRECISION = "town"

RISKY = "=+\\-@＝＋－＠"
"""What makes a spreadsheet run a cell; `export` writes an apostrophe before it."""

_PROTECTED = f"^'('*[{RISKY}])"
_CODES: Mapping[str, Vocabulary] = {
    "event_type": EVENT_TYPE,
    "date_precision": DATE_PRECISION,
    "location_precision": LOCATION_PRECISION,
    "grade": GRADE,
    "status": STATUS,
    "stance": STANCE,
}
_SPELLINGS = {
    "battle": "Battles", "clash": "Battles", "clashes": "Battles", "armed clash": "Battles",
    "explosion": "Explosions/Remote violence", "explosions": "Explosions/Remote violence",
    "remote violence": "Explosions/Remote violence", "shelling": "Explosions/Remote violence",
    "airstrike": "Explosions/Remote violence", "air strike": "Explosions/Remote violence",
    "bombing": "Explosions/Remote violence", "protest": "Protests", "riot": "Riots",
    "strategic development": "Strategic developments",
}  # fmt: skip
_WEAPON_SPELLINGS = {
    "shelling/artillery/missile attack": "shelling", "air/drone strike": "air-strike",
    "small arms fire": "small-arms", "gunfire": "small-arms", "shooting": "small-arms",
    "barrel bomb": "air-dropped-bomb", "barrel bombs": "air-dropped-bomb", "rockets": "rocket",
    "missiles": "missile", "mortars": "mortar", "grenades": "grenade", "landmines": "landmine",
    "mines": "landmine", "ieds": "ied", "knife": "melee", "drones": "drone-strike",
    "airstrike": "air-strike", "airstrikes": "air-strike", "drone": "drone-strike",
    "uav": "drone-strike", "artillery": "artillery-shell", "mine": "landmine",
    "land mine": "landmine", "cluster munitions": "cluster-munition",
    "cluster bomb": "cluster-munition", "cluster bombs": "cluster-munition", "uxo":
    "unexploded-ordnance", "firearms": "small-arms", "suicide bombing": "suicide-bomb",
}  # fmt: skip
OTHER_WORDS: Mapping[str, Mapping[str, str]] = {
    "event_type": _SPELLINGS,
    "weapon": _WEAPON_SPELLINGS,
}
"""Usual words for codes, by column."""

_TRUTHS = {"true": True, "yes": True, "y": True, "1": True, "t": True,
           "false": False, "no": False, "n": False, "0": False, "f": False}  # fmt: skip
_ELSEWHERE = frozenset(
    ("date_start", "date_end", "latitude", "longitude", "country", "weapon", "weapon_group",
     "n_accounts", "disputed", "updated_at", "import_id")
)  # fmt: skip
"""Columns with a rule of their own, and those that the store computes."""

_OURS = ("quality_flags", "import_id", "n_accounts", "updated_at")
"""Columns that no table but our own exports has together."""

_TOTALS = frozenset(("total", "totals", "grand total", "subtotal", "gesamt", "summe", "итого",
                     "всего", "разом", "المجموع", "الإجمالي"))  # fmt: skip
"""What stands in the row below a table, which is no incident."""

_TOTAL_OF = r"^(grand |sub-?)?totals?\b"
_MAY_SAY_TOTAL = ("incident_id", "date_start", "place_name", "place_text", "admin1", "admin2",
                  "title", "country", "event_type", "weapon", "side_a", "perpetrators")  # fmt: skip
_MOST_NOTES = 20
_FEWEST_COLUMNS = 3
"""A row of fewer may well hold one thing."""

_SAYS_SOMETHING = ("date_start", "date_text", "place_text", "place_name", "admin1", "admin2",
                   "country", "latitude", "title", "summary")  # fmt: skip


def fits(columns: frozenset[str]) -> float:
    """How surely a table is meant for this reader, 0 to 0.5: any known format goes before it."""
    return 0.5 if headers.is_incident_table(headers.called(sorted(columns))) else 0.0


def read_canonical(raw: RawTable, options: Options) -> Reading:
    """Incidents and accounts of a table in canonical columns.

    Raises:
        MissingColumn: no column says when or where.
    """
    raw = _tagged(raw)
    return read_called(raw, options, headers.called(raw.columns.column_names))


def read_called(raw: RawTable, options: Options, called: Mapping[str, str]) -> Reading:
    """Likewise, where it is already known which column is called what: canonical names to its own.

    Raises:
        MissingColumn: no column says when or where.
    """
    if not headers.is_incident_table(called):
        raise MissingColumn("date_start", raw.columns.column_names)
    builder = TableBuilder(raw, options, called)
    _plain_columns(builder, schema.INCIDENTS)
    builder.put("dataset", pc.coalesce(builder.cells("dataset"), pa.scalar(options.dataset)))
    _when(builder)
    _where(builder)
    for stem in schema.COUNT_STEMS:
        builder.people(stem, low=f"{stem}_low", best=f"{stem}_best", high=f"{stem}_high")
    _weapons(builder)
    _refuse_totals(builder)
    _refuse_notes_below(builder)
    _refuse_empty(builder)
    return _with_accounts(raw, builder, called)


def _refuse_totals(builder: TableBuilder) -> None:
    undated = np.asarray(builder.get("date_start").is_null())
    for name in _MAY_SAY_TOTAL:
        if not builder.has(name):
            continue
        cells = pc.utf8_rtrim(pc.utf8_lower(builder.cells(name)), ": ")
        rows = filled(pc.is_in(cells, value_set=pa.array(sorted(_TOTALS), pa.string())))
        rows |= undated & filled(pc.match_substring_regex(cells, _TOTAL_OF))
        builder.problems(rows, name, "it looks like a row of totals, which is no incident")


def _refuse_notes_below(builder: TableBuilder) -> None:
    """Rows at the end of which one cell alone holds anything: "Source: …" below the table."""
    columns = builder.raw.columns
    if columns.num_columns < _FEWEST_COLUMNS:
        return
    at, least = builder.count, max(builder.count - _MOST_NOTES, 0)
    while at > least and sum(bool((c[at - 1].as_py() or "").strip()) for c in columns.columns) == 1:
        at -= 1
    below = np.arange(builder.count) >= at
    column = next((name for name in _SAYS_SOMETHING if builder.has(name)), columns.column_names[0])
    builder.problems(
        below & ~builder.in_trouble(), column,
        "one cell of it alone holds anything: a note below the table?",
    )  # fmt: skip


def _refuse_empty(builder: TableBuilder) -> None:
    told = np.zeros(builder.count, dtype=bool)
    for name in _SAYS_SOMETHING:
        told |= np.asarray(builder.get(name).is_valid())
    owner = builder.get("incident_id").to_pandas()
    told |= (owner.notna() & owner.duplicated()).to_numpy()  # a row that only adds an account
    builder.problems(
        ~told & ~builder.in_trouble(), "date_start", "it says neither when nor where nor what"
    )


def _tagged(raw: RawTable) -> RawTable:
    """A table whose first row holds HXL tags, with the tags as its header."""
    first = hxl_tags(raw)
    if first is None:
        return raw
    pairs = zip(raw.columns.column_names, first, strict=True)
    names = [tag if headers.canonical_name(tag) else name for name, tag in pairs]
    body = raw.only(np.arange(len(raw.rows)) > 0)
    unique = [
        name if names.index(name) == at else f"{name} ({at + 1})" for at, name in enumerate(names)
    ]
    return replace(
        body, columns=body.columns.rename_columns(unique), rows=body.rows - 1, broken=raw.broken,
        notes=(*raw.notes, "Its row of HXL tags named the columns."),
    )  # fmt: skip


def hxl_tags(raw: RawTable) -> list[str] | None:
    """The HXL tags that the first row holds, "" where it holds none; None where it is data."""
    if not raw.columns.num_rows:
        return None
    first = [(column[0].as_py() or "").strip() for column in raw.columns.columns]
    tags = [tag for tag in first if tag.startswith("#")]
    if not tags or any(tag and not tag.startswith("#") for tag in first):
        return None
    return first


def _plain_columns(builder: TableBuilder, columns: tuple[schema.Column, ...]) -> None:
    # In a file that we have written a bar alone parts values.
    ours = all(builder.has(name) for name in _OURS)
    for column in columns:
        name = column.name
        if name in _ELSEWHERE or not builder.has(name):
            continue
        if name in _CODES:
            spellings = _SPELLINGS if name == "event_type" else {}
            builder.code(name, name, _CODES[name], spellings, strict=builder.named(name))
        elif column.kind == "flag":
            _flag(builder, name)
        elif column.kind == "number":
            builder.number(name, name)
        elif pa.types.is_string(column.arrow):
            cells = _unprotected(builder.cells(name), builder.raw)
            several = column.kind == "list" and not ours
            if name == "place_name":  # places below one another are several, too
                cells = pc.replace_substring_regex(cells, r"\s*[\n\r]+\s*", "; ")
            builder.put(name, _as_list(cells) if several else cells)
    if builder.has("n_sources"):
        _whole_number(builder, "n_sources")


def _as_list(cells: pa.Array) -> pa.Array:
    """Names apart by semicolons or line breaks as a cell of names with bars.

    Commas and "and" stand within names ("Army, Air Force"): they part nothing.
    """
    return pc.replace_substring_regex(cells, r"\s*[;\n\r；؛]+\s*", LIST_SEPARATOR)


def _unprotected(cells: pa.Array, raw: RawTable) -> pa.Array:
    if not raw.protected:
        return cells
    return pc.replace_substring_regex(cells, _PROTECTED, r"\1")


def _flag(builder: TableBuilder, name: str) -> None:
    cells = builder.cells(name)
    read = Distinct.of(cells, lambda texts: [_TRUTHS.get(text.casefold()) for text in texts])
    values = read.plain(pa.bool_())
    builder.problems(
        np.asarray(cells.is_valid()) & np.asarray(values.is_null()), name,
        "it is neither yes nor no", "true or false",
    )  # fmt: skip
    builder.put(name, values)


def _whole_number(builder: TableBuilder, name: str) -> None:
    """A count of things: -1 and other negatives stand for not known."""
    cells = builder.cells(name)
    negative = filled(pc.match_substring_regex(cells, r"^-\d+$"))
    digits = filled(pc.match_substring_regex(cells, r"^\d{1,9}(\.0+)?$"))
    odd = np.asarray(cells.is_valid()) & ~negative & ~digits
    builder.problems(odd, name, "it is no whole number")
    numbers = pc.cast(pc.if_else(pa.array(digits), cells, None), pa.float64())
    builder.put(name, pc.cast(numbers, pa.int32()))


def _when(builder: TableBuilder) -> None:
    given = builder.get("date_precision")
    builder.days("date_start", "date_end")
    read = builder.get("date_precision")
    start, end = builder.get("date_start"), builder.get("date_end")
    if not builder.has("date_start"):
        return
    alone = np.asarray(builder.cells("date_end").is_null()) & filled(pc.equal(start, end))
    for precision, unit in (("month", "M"), ("year", "Y")):
        rows = alone & filled(pc.equal(given, precision))
        if rows.any():  # a first day and the word month: the span is the month
            start, end = _widened(start, end, rows, unit)
    builder.put("date_start", start)
    builder.put("date_end", end)
    known = pc.if_else(start.is_valid(), pc.coalesce(given, read), pc.coalesce(given, "unknown"))
    builder.put("date_precision", known)


def _widened(start: pa.Array, end: pa.Array, rows: Mask, unit: str) -> tuple[pa.Array, pa.Array]:
    days = start.to_numpy(zero_copy_only=False).astype("datetime64[D]")
    first = days.astype(f"datetime64[{unit}]")
    last = (first + 1).astype("datetime64[D]") - 1
    mask = pa.array(rows)
    return (
        pc.if_else(mask, pa.array(first.astype("datetime64[D]"), pa.date32()), start),
        pc.if_else(mask, pa.array(last, pa.date32()), end),
    )


def _where(builder: TableBuilder) -> None:
    builder.country("country")
    builder.point("latitude", "longitude")
    located = np.asarray(builder.get("latitude").is_valid())
    if builder.has("radius_km"):
        below = filled(pc.less(builder.get("radius_km"), 0))
        builder.problems(below, "radius_km", "a radius cannot be negative")
    precision = builder.get("location_precision")
    assumed = pc.if_else(pa.array(located), POINT_WITHOUT_PRECISION, pa.scalar(None, pa.string()))
    builder.put("location_precision", pc.coalesce(precision, assumed))


def _weapons(builder: TableBuilder) -> None:
    own = builder.named("weapon")
    builder.codes("weapon", "weapon", WEAPON, _WEAPON_SPELLINGS, strict=own)
    if builder.has("weapon") and not own and not builder.has("weapon_text"):
        builder.put("weapon_text", builder.cells("weapon"))
    builder.weapon_groups()
    if builder.has("weapon_group"):
        computed = builder.get("weapon_group")
        builder.codes("weapon_group", "weapon_group", WEAPON_GROUP)
        builder.put("weapon_group", pc.coalesce(computed, builder.get("weapon_group")))


def _with_accounts(raw: RawTable, builder: TableBuilder, called: Mapping[str, str]) -> Reading:
    telling = _telling_rows(builder)
    if telling.any() or builder.has("accounts"):
        builder.put("incident_id", _ids(builder))
    tables = list(_account_tables(raw, builder, telling, called))
    reading = builder.finish(NAME)
    own = builder.in_trouble()
    repeats = telling[~own]
    incidents = _first_speaks(reading.incidents, repeats) if repeats.any() else reading.incidents
    ids = set(incidents["incident_id"].dropna())
    lost = set(builder.get("incident_id").filter(pa.array(own)).drop_null().to_pylist()) - ids
    frames, attention, extra = [schema.empty(schema.ACCOUNTS)], [reading.attention], 0
    for table in tables:
        frame, needs = read_accounts(table, builder.options, ids, set_aside=lost)
        frames.append(frame)
        attention.append(needs)
        extra += len(needs)
    return replace(
        reading,
        incidents=incidents,
        accounts=_numbered(pd.concat(frames, ignore_index=True)),
        attention=pd.concat(attention, ignore_index=True),
        rows=reading.rows + extra,
    )


def _telling_rows(builder: TableBuilder) -> Mask:
    telling = np.zeros(builder.count, dtype=bool)
    for name in headers.ACCOUNT_ONLY:
        if builder.has(name):
            telling |= np.asarray(builder.cells(name).is_valid())
    return telling


def _ids(builder: TableBuilder) -> pa.Array:
    """The ids of the rows; a row without one gets a name made from its content."""
    given = builder.get("incident_id")
    if not given.null_count:
        return given
    verbatim = builder.raw.verbatim()
    made = [
        hashlib.sha256(f"{builder.options.dataset}\n{verbatim[int(row)]}".encode()).hexdigest()[:20]
        for row in np.flatnonzero(np.asarray(given.is_null()))
    ]
    return pc.replace_with_mask(given, given.is_null(), pa.array(made, pa.string()))


def _account_tables(
    raw: RawTable, builder: TableBuilder, telling: Mask, called: Mapping[str, str]
) -> Iterator[RawTable]:
    usable = telling & ~builder.in_trouble()
    if usable.any():
        wanted = {*schema.names(schema.ACCOUNTS), "killed_best", "injured_best"}
        columns = {n: raw.columns.column(c) for n, c in called.items() if n in wanted}
        columns["incident_id"] = builder.get("incident_id")
        yield replace(raw, columns=pa.table(columns), records=None, broken=()).only(usable)
    if builder.has("accounts"):
        yield _nested(builder)
    if raw.accounts is not None:
        yield raw.accounts


def _nested(builder: TableBuilder) -> RawTable:
    """The accounts in a JSON column, one row each, under the row number of their incident."""
    cells, ids = builder.cells("accounts"), builder.get("incident_id")
    records: list[tuple[int, Mapping[str, object], str]] = []
    for row in np.flatnonzero(np.asarray(cells.is_valid())):
        told = _listed(cells[int(row)].as_py())
        if told is None:
            builder.problem(int(row), "accounts", "it is no JSON list of accounts")
            continue
        number, incident = int(builder.raw.rows[row]), ids[int(row)].as_py()
        for account in told:
            record = account | {"incident_id": incident}
            records.append((number, record, json.dumps(record, ensure_ascii=False)))
    return from_records(Path("accounts"), records)


def _listed(cell: str) -> list[dict[str, Any]] | None:
    try:
        value = json.loads(cell)
    except (ValueError, RecursionError):
        return None
    if isinstance(value, list) and all(isinstance(item, dict) for item in value):
        return value
    return None


def _first_speaks(incidents: pd.DataFrame, telling: Mask) -> pd.DataFrame:
    """Let rows that only add an account say of the incident what its first row says."""
    codes, _ = pd.factorize(incidents["incident_id"].to_numpy(dtype=object))
    _, first = np.unique(codes, return_index=True)
    position = np.where(telling, first[codes], np.arange(len(incidents)))
    return incidents.iloc[position].reset_index(drop=True)


def read_accounts(
    raw: RawTable,
    options: Options,
    ids: AbstractSet[str],
    *,
    set_aside: AbstractSet[str] = frozenset(),
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The accounts of a table, and those that need attention.

    Args:
        raw: the table, its columns spelled freely.
        options: what the person who imports has said.
        ids: the incidents of the same import; an account of another needs attention.
        set_aside: incidents that themselves need attention: so do their accounts.

    Returns:
        A canonical frame of accounts, and a frame of `ATTENTION`.
    """
    builder = TableBuilder(
        raw, replace(options, today=None), headers.called(raw.columns.column_names)
    )
    _plain_columns(builder, schema.ACCOUNTS)
    for name in ("published", "accessed"):
        if builder.has(name):
            builder.day(name)
    for stem in ("killed", "injured"):
        builder.people(stem, low=f"{stem}_low", best=f"{stem}_best", high=f"{stem}_high")
        for end in ("low", "high"):  # an account has no best figure: a lone one is both bounds
            bound, best = builder.get(f"{stem}_{end}"), builder.get(f"{stem}_best")
            builder.put(f"{stem}_{end}", pc.coalesce(bound, best))
    for name in ("quote_start", "quote_end"):
        if builder.has(name):
            _whole_number(builder, name)
    _check_owner(builder, ids, set_aside)
    frame = builder.frame(schema.ACCOUNTS)
    attention = builder.attention(raw.verbatim())
    named = ("accounts " + attention["column"].fillna("")).str.strip()
    return frame, attention.assign(column=named).astype(_ATTENTION_TYPES)


_ATTENTION_TYPES = {f.name: pd.ArrowDtype(f.type) for f in ATTENTION}


def _check_owner(builder: TableBuilder, ids: AbstractSet[str], set_aside: AbstractSet[str]) -> None:
    owner = builder.get("incident_id")
    builder.problems(
        np.asarray(owner.is_null()), "incident_id", "an account needs the incident it tells of"
    )
    known = pc.is_in(owner, value_set=pa.array(sorted(ids), pa.string()))
    aside = pc.is_in(owner, value_set=pa.array(sorted(set_aside), pa.string()))
    builder.problems(filled(aside), "incident_id", "its incident needs attention itself")
    strange = ~filled(known) & ~filled(aside) & np.asarray(owner.is_valid())
    builder.problems(strange, "incident_id", "its incident is not in this import")


def _numbered(accounts: pd.DataFrame) -> pd.DataFrame:
    """Accounts with a name each: the given one, else the incident's with a number."""
    if accounts.empty:
        return accounts
    place = accounts.groupby("incident_id", sort=False).cumcount() + 1
    made = accounts["incident_id"] + "-" + place.astype("int64").astype(str)
    ids = accounts["account_id"].fillna(made.astype(pd.ArrowDtype(pa.string())))
    return accounts.assign(account_id=ids)


def protect(cells: pa.Array) -> pa.Array:
    """Put an apostrophe before text that a spreadsheet would run; reading takes it off."""
    return pc.replace_substring_regex(cells, f"^('*[{RISKY}])", r"'\1")


__all__ = [
    "NAME",
    "OTHER_WORDS",
    "fits",
    "hxl_tags",
    "protect",
    "read_accounts",
    "read_called",
    "read_canonical",
]
