"""The incident as columns: one definition that readers, store, filter, pack and export share.

A canonical frame is a `pandas.DataFrame` whose columns are Arrow-typed (`pandas.ArrowDtype`), in
the order of `INCIDENTS` or `ACCOUNTS`; null means not reported, 0 means reported as none. It goes
to Arrow and back without a copy.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from geodata.errors import ImpossibleValue, MissingColumn
from geodata.vocabulary import LIST_SEPARATOR

COORDINATE_DECIMALS = 6
"""Coordinates are held to six decimals of a degree (0.11 m), everywhere the same numbers."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a canonical table.

    Attributes:
        kind: text, code, list (values joined by " | "), day, time, count, number, degree,
            flag or identifier.
        meaning: one line for people; shown in `docs/data-model.md`.
        default: what null becomes in a canonical table; None leaves null.
    """

    name: str
    kind: str
    meaning: str
    default: str | bool | None = None

    @property
    def arrow(self) -> pa.DataType:
        """The Arrow type that holds it."""
        return _ARROW[self.kind]


_ARROW: Mapping[str, pa.DataType] = {
    "identifier": pa.string(),
    "text": pa.string(),
    "code": pa.string(),
    "list": pa.string(),
    "day": pa.date32(),
    "time": pa.timestamp("us", tz="UTC"),
    "count": pa.int32(),
    "number": pa.float64(),
    "degree": pa.float64(),
    "flag": pa.bool_(),
}


def _counts(stem: str, people: str) -> tuple[Column, ...]:
    return (
        Column(f"{stem}_low", "count", f"{people}, at least; null is not reported"),
        Column(f"{stem}_best", "count", f"{people}, best figure"),
        Column(f"{stem}_high", "count", f"{people}, at most; null with a low leaves it open"),
    )


INCIDENTS: tuple[Column, ...] = (
    Column("incident_id", "identifier", "stable name of the incident in its data set"),
    Column("dataset", "identifier", "the data set it belongs to"),
    Column("source_record_id", "identifier", "the record's id in its source"),
    Column("title", "text", "a few plain words"),
    Column("summary", "text", "one or two sentences"),
    Column("event_type", "code", "one of the six event types"),
    Column("date_start", "day", "first day on which it may have happened, at the place"),
    Column("date_end", "day", "last such day, inclusive"),
    Column("date_precision", "code", "how exactly the day is known", "unknown"),
    Column("date_text", "text", "the day as written"),
    Column("time_text", "text", "the time of day as written"),
    Column("place_text", "text", "the place as written"),
    Column("place_name", "text", "the place's name, to look up or as matched"),
    Column("admin1", "text", "province, governorate, oblast, state"),
    Column("admin2", "text", "district"),
    Column("country", "code", "ISO 3166-1 alpha-3"),
    Column("latitude", "degree", "WGS 84, north positive, six decimals"),
    Column("longitude", "degree", "WGS 84, east positive, six decimals"),
    Column("location_precision", "code", "how exactly the place is known"),
    Column("radius_km", "number", "radius of the ring within which it happened"),
    Column("location_method", "text", "the rule that placed it"),
    Column("location_source", "text", "what placed it: data set, or gazetteer layer and version"),
    Column("side_a", "list", "first party to the conflict"),
    Column("side_b", "list", "second party"),
    Column("perpetrators", "list", "who did it, by the accounts"),
    Column("targets", "list", "who or what was hit or meant"),
    Column("weapon", "list", "weapon codes"),
    Column("weapon_group", "list", "their launch groups"),
    Column("weapon_text", "text", "the weapon as written"),
    Column("weapon_basis", "code", "coded by the source, or read from its text"),
    *_counts("killed", "people killed"),
    *_counts("injured", "people injured"),
    *_counts("civilians_killed", "civilians killed"),
    *_counts("civilians_injured", "civilians injured"),
    Column("grade", "code", "how well it is established", "ungraded"),
    Column("status", "code", "draft, published or withheld", "published"),
    Column("sensitive", "flag", "shown with care", default=False),
    Column("disputed", "flag", "accounts contradict one another; computed", default=False),
    Column("n_accounts", "count", "accounts held"),
    Column("n_sources", "count", "sources named; -1 of a source becomes null"),
    Column("quality_flags", "list", "checks it did not pass"),
    Column("updated_at", "time", "last change, UTC"),
    Column("import_id", "identifier", "the import that brought it"),
)

ACCOUNTS: tuple[Column, ...] = (
    Column("account_id", "identifier", "stable name of the account"),
    Column("incident_id", "identifier", "the incident it tells of"),
    Column("source_title", "text", "headline or title"),
    Column("publisher", "text", "who published it"),
    Column("author", "text", "who wrote it"),
    Column("url", "text", "address as given; never fetched"),
    Column("archive_url", "text", "address of an archived copy"),
    Column("published", "day", "day of publication"),
    Column("accessed", "day", "day it was read"),
    Column("language", "code", "BCP 47"),
    Column("licence", "text", "terms of use"),
    Column("sha256", "identifier", "of the stored text"),
    Column("speaker", "text", "whose words they are"),
    Column("stance", "code", "asserts, denies, concedes or reports", "reports"),
    Column("quote", "text", "the words"),
    Column("quote_start", "count", "first code point of the quote in the stored text"),
    Column("quote_end", "count", "end of the quote, exclusive"),
    Column("date_text", "text", "the day as written"),
    Column("place_text", "text", "the place as written"),
    Column("killed_low", "count", "killed, at least"),
    Column("killed_high", "count", "killed, at most"),
    Column("injured_low", "count", "injured, at least"),
    Column("injured_high", "count", "injured, at most"),
    Column("perpetrators", "list", "who did it, by this account"),
    Column("targets", "list", "who or what was hit, by this account"),
    Column("weapon_text", "text", "the weapon as written"),
)

COUNT_STEMS = ("killed", "injured", "civilians_killed", "civilians_injured")


def names(columns: Iterable[Column]) -> list[str]:
    """The columns' names, in order."""
    return [column.name for column in columns]


def arrow_schema(columns: Iterable[Column]) -> pa.Schema:
    """The Arrow schema of a canonical table."""
    return pa.schema([pa.field(column.name, column.arrow) for column in columns])


def empty(columns: Iterable[Column]) -> pd.DataFrame:
    """A canonical frame of no rows."""
    return to_frame(arrow_schema(columns).empty_table())


def to_frame(table: pa.Table) -> pd.DataFrame:
    """An Arrow table as a frame of Arrow-typed columns; no copy."""
    frame: pd.DataFrame = table.to_pandas(types_mapper=pd.ArrowDtype)
    return frame


def to_arrow(frame: pd.DataFrame, columns: Iterable[Column]) -> pa.Table:
    """A canonical frame as an Arrow table of exactly those columns.

    Raises:
        MissingColumn: the frame lacks one.
    """
    schema = arrow_schema(columns)
    for name in schema.names:
        if name not in frame.columns:
            raise MissingColumn(name, map(str, frame.columns))
    return pa.Table.from_pandas(frame[schema.names], schema=schema, preserve_index=False)


def conform(frame: pd.DataFrame, columns: Iterable[Column]) -> pd.DataFrame:
    """The canonical form of a frame that already holds values of the right sort.

    Missing columns are added as null and others dropped; text is trimmed and empty text becomes
    null; null becomes the column's default where it has one; coordinates are rounded to six
    decimals; the index is renewed. A lone best figure is an exact one: its low and high are set
    to it. Nothing is parsed: readers turn text into numbers and days first.

    Raises:
        ImpossibleValue: a column holds values of another sort, named with the first of them.
    """
    columns = tuple(columns)
    built = {column.name: _column(frame, column) for column in columns}
    _settle_lone_best(built)
    return to_frame(pa.table(built, schema=arrow_schema(columns)))


def _column(frame: pd.DataFrame, column: Column) -> pa.Array:
    if column.name not in frame.columns:
        values = pa.nulls(len(frame), column.arrow)
    elif pa.types.is_string(column.arrow):
        values = _text(frame[column.name], column.kind)
    else:
        values = _typed(frame[column.name], column)
    return values if column.default is None else values.fill_null(column.default)


def _typed(series: pd.Series[Any], column: Column) -> pa.Array:
    if column.kind == "degree":
        series = pd.to_numeric(series).astype("float64").round(COORDINATE_DECIMALS)
    try:
        return pa.array(series, from_pandas=True).cast(column.arrow)
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError) as error:
        raise ImpossibleValue(
            f"Column {column.name!r} should hold a {column.kind}: {error}"
        ) from error


def _text(series: pd.Series[Any], kind: str) -> pa.Array:
    text = pa.array(series.astype(pd.ArrowDtype(pa.string())), type=pa.string(), from_pandas=True)
    text = pc.utf8_trim_whitespace(text)
    if kind == "list":
        bars = pc.replace_substring_regex(text, r"(\s*\|)+\s*", LIST_SEPARATOR)
        text = pc.utf8_trim(bars, " |")
    return pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.string()), text)


def _settle_lone_best(built: dict[str, pa.Array]) -> None:
    for stem in COUNT_STEMS:
        if f"{stem}_best" not in built:
            continue
        low, best, high = (built[f"{stem}_{end}"] for end in ("low", "best", "high"))
        lone = np.asarray(low.is_null()) & np.asarray(high.is_null())
        built[f"{stem}_low"] = pc.if_else(pa.array(lone), best, low)
        built[f"{stem}_high"] = pc.if_else(pa.array(lone), best, high)


def split_list(cell: str | None) -> tuple[str, ...]:
    """The values in one cell, in order, without empty ones; none for null."""
    if not isinstance(cell, str):
        return ()
    return tuple(part for part in (value.strip() for value in cell.split("|")) if part)


def join_list(values: Iterable[str]) -> str | None:
    """Values as one cell, each once, in order; None where there are none.

    A bar inside a value would split it: it is written as a slash.
    """
    cleaned = dict.fromkeys(value.replace("|", "/").strip() for value in values)
    return LIST_SEPARATOR.join(value for value in cleaned if value) or None
