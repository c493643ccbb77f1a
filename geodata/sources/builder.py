"""From a source's text columns to the canonical table, with an account of every row.

A reader makes a `TableBuilder` over the raw table, names for each canonical column where its
values come from, and finishes it. Values are parsed once for each distinct cell. A cell that
cannot be read is a problem of its row: the row is not added but kept, with column, reason and a
suggested repair.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from geodata import schema
from geodata.gazetteer.countries import country_code
from geodata.left_out import LEFT_OUT
from geodata.sources import days as day_cells
from geodata.sources import points
from geodata.sources.codes import closest, fold, groups_of, shown, spelling_table
from geodata.sources.counts import Figure, read_count
from geodata.sources.degrees import PLAIN, Degree, nearest_repair, read_degree, swapped_repair
from geodata.sources.distinct import Distinct, Mask, blank_to_null, filled
from geodata.sources.raw_table import RawTable
from geodata.vocabulary import LIST_SEPARATOR, Vocabulary

ATTENTION = pa.schema(
    [
        ("row", pa.int64()),
        ("column", pa.string()),
        ("reason", pa.string()),
        ("repair", pa.string()),
        ("raw", pa.string()),
    ]
)
"""Rows that could not be used, one line a row: what is wrong, what would help, and the row."""

_NO_SPELLINGS: Mapping[str, str] = MappingProxyType({})
SOURCE_COORDINATES = "source coordinates"
"""`location_method` of a point that the source itself gives."""

_SEVERAL = re.compile(r"\s*[;,/&+\n]\s*|\s+and\s+", re.IGNORECASE)
_PLACEHOLDER = dt.date(1970, 1, 1)
_BEYOND_REASON = 100_000


@dataclass(frozen=True)
class Options:
    """What the person who imports has said.

    Attributes:
        dataset: the name for rows that bring none.
        today: rows dated later need attention; None checks nothing.
        day_order: `days.DAY_FIRST` or `days.MONTH_FIRST` where a column does not tell.
    """

    dataset: str
    today: dt.date | None = None
    day_order: str | None = None


@dataclass(frozen=True)
class Reading:
    """What came out of a file.

    Attributes:
        source_name: key of the reader in `SOURCES`.
        incidents: canonical frame, not yet located; one row for each usable row of the file.
        accounts: canonical frame of accounts.
        raw: the source's record as JSON text, aligned with `incidents`.
        attention: columns of `ATTENTION`, one line for each row that could not be used.
        rows: rows read: always `len(incidents) + len(attention)`.
        notes: sentences on how the file was read.
    """

    source_name: str
    incidents: pd.DataFrame
    accounts: pd.DataFrame
    raw: pd.Series[str]
    attention: pd.DataFrame
    rows: int
    notes: tuple[str, ...] = ()


def with_left_out(reading: Reading, raw: RawTable, reasons: pa.Array) -> Reading:
    """A reading with the rows of its file that are no incidents, by their reasons.

    Args:
        reading: of the other rows.
        raw: the rows that were left out.
        reasons: why, text aligned with them.
    """
    nothing = pa.nulls(len(raw.rows), pa.string())
    own = pa.table(
        [pa.array(raw.rows), nothing, pc.binary_join_element_wise(LEFT_OUT, reasons, ""), nothing,
         raw.verbatim()], schema=ATTENTION,
    )  # fmt: skip
    others = pa.Table.from_pandas(reading.attention, schema=ATTENTION, preserve_index=False)
    whole = pa.concat_tables([others, own]).sort_by("row")
    return replace(reading, attention=schema.to_frame(whole), rows=reading.rows + len(raw.rows))


@dataclass
class _Problems:
    columns: list[str] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    repairs: list[str] = field(default_factory=list)

    def add(self, column: str, reason: str, repair: str | None) -> None:
        self.columns.append(column)
        self.reasons.append(reason)
        if repair:
            self.repairs.append(repair)


class TableBuilder:
    """A canonical table in the making.

    Attributes:
        raw: the table read from.
        options: what the person who imports has said.
        called: other names for raw columns, such as the canonical ones.
        count: usable rows so far, those with problems included.
    """

    def __init__(
        self, raw: RawTable, options: Options, called: Mapping[str, str] = _NO_SPELLINGS
    ) -> None:
        self.raw, self.options = raw, options
        self.count = len(raw.rows)
        self._built: dict[str, pa.Array] = {}
        self._flags: list[tuple[str, Mask]] = []
        self._problems: defaultdict[int, _Problems] = defaultdict(_Problems)
        own = {name.casefold(): name for name in raw.columns.column_names}
        self._axes = "latitude", "longitude"
        self._notes: tuple[str, ...] = raw.notes
        self._by_name = own | {name: own[column.casefold()] for name, column in called.items()}

    def has(self, column: str) -> bool:
        """Whether the raw table has a column, in any case of letters."""
        return column.casefold() in self._by_name

    def named(self, column: str) -> bool:
        """Whether the raw table has a column of that very name, however spaced."""
        header = self._by_name.get(column.casefold(), "")
        return fold(header) == fold(column)

    def cells(self, column: str) -> pa.Array:
        """A raw column, trimmed, empty cells null; all null where there is no such column."""
        name = self._by_name.get(column.casefold())
        if name is None:
            return pa.nulls(self.count, pa.string())
        return blank_to_null(self.raw.columns.column(name).combine_chunks())

    def get(self, target: str) -> pa.Array:
        """What a canonical column holds so far; all null where it was not set."""
        return self._built.get(target, pa.nulls(self.count, pa.string()))

    def put(self, target: str, values: pa.Array | str | None) -> None:
        """Set a canonical column: an array, or one text for all rows."""
        if values is None or isinstance(values, str):
            values = pa.repeat(pa.scalar(values, pa.string()), self.count)
        self._built[target] = values

    def flag(self, code: str, rows: Mask) -> None:
        """Give rows a quality flag."""
        if rows.any():
            self._flags.append((code, rows))

    def problem(self, row: int, column: str, reason: str, repair: str | None = None) -> None:
        """Say that a row (0-based position) cannot be used, and why."""
        self._problems[row].add(self._by_name.get(column.casefold(), column), reason, repair)

    def problems(self, rows: Mask, column: str, reason: str, repair: str | None = None) -> None:
        """Say the same of several rows."""
        for row in np.flatnonzero(rows):
            self.problem(int(row), column, reason, repair)

    def days(self, column: str, end_column: str | None = None, *, order: str | None = None) -> None:
        """Read the incident's days from one column, or from a first and a last day.

        Sets date_start, date_end and, where the source's own precision does not follow,
        date_precision; words that name no day go to date_text, a time of day to time_text.
        """
        start = self._spans(column, order)
        end = self._spans(end_column, order) if end_column and self.has(end_column) else start
        first, last = start.array("start", pa.date32()), end.array("end", pa.date32())
        last = pc.coalesce(last, start.array("end", pa.date32()))
        first = pc.coalesce(first, end.array("start", pa.date32()))
        precision = start.array("precision", pa.string())
        precision = pc.coalesce(precision, end.array("precision", pa.string()))
        spans = filled(pc.not_equal(first, last)) & filled(pc.equal(precision, "day"))
        self.put("date_precision", pc.if_else(pa.array(spans), "days", precision))
        self._keep_words(column, start)
        self._checked_days(column, first, last)

    def day(self, column: str) -> None:
        """Read a canonical column of one day; of a month or year only the first is kept."""
        self.put(column, self._spans(column, None).array("start", pa.date32()))

    def _spans(self, column: str, order: str | None) -> Distinct[day_cells.Span]:
        known = self.cells(column)
        given = order or self.options.day_order
        spans = Distinct.of(known, lambda texts: day_cells.read_days(texts, given))
        for row, span in spans.where(lambda span: span.problem is not None):
            self.problem(row, column, span.problem or "", span.repair)
        return spans

    def _keep_words(self, column: str, spans: Distinct[day_cells.Span]) -> None:
        words = spans.mask(lambda span: span.words)
        self.flag("date-in-words", words)
        if words.any() and "date_text" not in self._built:
            self.put("date_text", pc.if_else(pa.array(words), self.cells(column), None))
        clock = spans.array("clock", pa.string())
        if clock.null_count < len(clock) and "time_text" not in self._built:
            self.put("time_text", clock)

    def _checked_days(self, column: str, first: pa.Array, last: pa.Array) -> None:
        placeholder = filled(pc.equal(first, pa.scalar(_PLACEHOLDER)))
        self.flag("date-placeholder", placeholder)
        nothing = pa.scalar(None, pa.date32())
        self.put("date_start", pc.if_else(pa.array(placeholder), nothing, first))
        self.put("date_end", pc.if_else(pa.array(placeholder), nothing, last))
        precision = pc.if_else(pa.array(placeholder), "unknown", self.get("date_precision"))
        self.put("date_precision", precision)
        self.problems(filled(pc.less(last, first)), column, "it ends before it starts")
        if self.options.today is not None:
            late = filled(pc.greater(first, pa.scalar(self.options.today)))
            self.problems(
                late, column, f"its date is after the day of the import, {self.options.today}"
            )

    def point(self, latitude: str, longitude: str) -> None:
        """Read the incident's point; the coordinates of a source win over any geocoding.

        Sets latitude, longitude, and for rows with a point location_method and location_source
        where these are not set. 0, 0 stands for no point and is not kept.
        """
        self._axes = latitude, longitude
        lat, lon = self._degrees(latitude), self._degrees(longitude)
        known_lat, known_lon = ~np.isnan(lat), ~np.isnan(lon)
        self.problems(
            (known_lat ^ known_lon) & ~self.in_trouble(), latitude,
            "a point needs both a latitude and a longitude",
        )  # fmt: skip
        out = known_lat & known_lon & ((np.abs(lat) > 90) | (np.abs(lon) > 180))
        for row in np.flatnonzero(out):
            at = float(lat[row]), float(lon[row])
            self.problem(
                int(row), longitude if abs(at[0]) <= 90 else latitude,
                f"{at[0]:g}, {at[1]:g} is no point on Earth", nearest_repair(*at),
            )  # fmt: skip
        nowhere = (lat == 0) & (lon == 0)
        self.flag("point-placeholder", nowhere)
        there = known_lat & known_lon & ~out & ~nowhere
        self._put_point(lat, lon, there)

    def _put_point(self, lat: Any, lon: Any, there: Mask) -> None:
        self.put("latitude", pa.array(lat, pa.float64(), mask=~there))
        self.put("longitude", pa.array(lon, pa.float64(), mask=~there))
        mask = pa.array(there)
        nothing = pa.scalar(None, pa.string())
        source = self._built.get("dataset", pa.scalar(self.options.dataset))
        for target, value in (
            ("location_method", SOURCE_COORDINATES),
            ("location_source", source),
        ):
            given = pc.if_else(mask, value, nothing)
            self.put(target, pc.coalesce(self.get(target), given))

    def without_point(self, rows: Mask) -> None:
        """Drop the point of rows whose source only knows the country: it is a centroid."""
        for target, kind in (
            ("latitude", pa.float64()), ("longitude", pa.float64()),
            ("location_method", pa.string()), ("location_source", pa.string()),
        ):  # fmt: skip
            self.put(target, pc.if_else(pa.array(rows), pa.scalar(None, kind), self._built[target]))

    def _degrees(self, column: str) -> npt.NDArray[np.float64]:
        cells = self.cells(column)
        plain = pc.fill_null(pc.match_substring_regex(cells, PLAIN), False)
        values = pc.cast(pc.if_else(plain, cells, None), pa.float64())
        rest = pc.if_else(plain, pa.scalar(None, pa.string()), cells)
        result = np.array(values.to_numpy(zero_copy_only=False), dtype=np.float64)
        if rest.null_count < len(rest):
            read = Distinct.of(rest, lambda texts: [read_degree(text) for text in texts])
            for row, degree in read.where(lambda degree: degree != Degree()):
                if degree.problem:
                    self.problem(row, column, degree.problem, "decimal degrees")
                elif degree.value is not None:
                    result[row] = degree.value
        result[~np.isfinite(result)] = np.nan
        return result

    def people(
        self,
        stem: str,
        *,
        low: str | None = None,
        best: str | None = None,
        high: str | None = None,
        unknown: AbstractSet[str] = frozenset(),
    ) -> None:
        """Read low, best and high of `killed`, `injured` or of the civilians among them.

        A range or a hedge in any of the cells fills the bounds that no other cell gives. Cells
        of `unknown` are the source's own marks for a figure that is not known.
        """
        given = {"low": low, "best": best, "high": high}
        read = {
            end: self._figures(name, unknown)
            for end, name in given.items()
            if name and self.has(name)
        }
        ends: dict[str, list[pa.Array]] = {"low": [], "best": [], "high": []}
        for end, figures in read.items():
            ends[end].append(figures.array("best", pa.int32()))
        for figures in read.values():
            ends["low"].append(figures.array("low", pa.int32()))
            ends["high"].append(figures.array("high", pa.int32()))
        nothing = pa.nulls(self.count, pa.int32())
        for end, arrays in ends.items():
            self.put(f"{stem}_{end}", pc.coalesce(*arrays) if arrays else nothing)
        self.check_people(stem)

    def check_people(self, stem: str) -> None:
        """Flag figures of a stem that contradict one another or are beyond reason."""
        low, best, high = (self.get(f"{stem}_{end}") for end in ("low", "best", "high"))
        self.flag(f"{stem}-low-over-best", filled(pc.greater(low, best)))
        over = filled(pc.greater(best, high)) | filled(pc.greater(low, high)) & np.asarray(
            best.is_null()
        )
        self.flag(f"{stem}-best-over-high", over)
        if stem in {"killed", "injured"}:
            most = pc.coalesce(best, low)
            self.flag(f"{stem}-beyond-reason", filled(pc.greater(most, _BEYOND_REASON)))

    def _figures(self, column: str, unknown: AbstractSet[str]) -> Distinct[Figure]:
        figures = Distinct.of(
            self.cells(column),
            lambda texts: [Figure() if t in unknown else read_count(t) for t in texts],
        )
        for row, figure in figures.where(lambda figure: figure.problem is not None):
            self.problem(row, column, figure.problem or "", "a whole number, or nothing")
        for mark in {figure.mark for figure in figures.readings if figure.mark}:
            self.flag(mark, filled(pc.equal(figures.array("mark", pa.string()), mark)))
        return figures

    def code(
        self,
        target: str,
        column: str,
        vocabulary: Vocabulary,
        spellings: Mapping[str, str] = _NO_SPELLINGS,
        *,
        strict: bool = True,
    ) -> None:
        """Read a column of one code a cell; codes and labels count in any case of letters.

        An unknown code is a problem of its row; where not strict, a flag, and no code is held.
        """
        known = spelling_table(vocabulary, spellings)
        read = Distinct.of(self.cells(column), lambda texts: [known.get(fold(t)) for t in texts])
        self._unknown(read, column, vocabulary, strict=strict)
        self.put(target, blank_to_null(read.plain(pa.string())))

    def codes(
        self,
        target: str,
        column: str,
        vocabulary: Vocabulary,
        spellings: Mapping[str, str] = _NO_SPELLINGS,
        *,
        strict: bool = True,
    ) -> None:
        """Read a column of several codes a cell, separated by a bar; else as `code`.

        Also by semicolons, commas, slashes, "and", "&" or "+" where each part is a code.
        """
        known = spelling_table(vocabulary, spellings)

        def read(cell: str) -> str | None:
            found: list[str | None] = []
            for part in schema.split_list(cell):
                whole = known.get(fold(part))
                parts = [part] if whole is not None else _SEVERAL.split(part)
                found += [known.get(fold(one)) for one in parts if one.strip()]
            return None if None in found else schema.join_list(code for code in found if code)

        codes = Distinct.of(self.cells(column), lambda texts: [read(text) for text in texts])
        self._unknown(codes, column, vocabulary, strict=strict)
        self.put(target, codes.plain(pa.string()))

    def _unknown(
        self, read: Distinct[Any], column: str, vocabulary: Vocabulary, *, strict: bool
    ) -> None:
        cells = self.cells(column)
        unknown = np.asarray(cells.is_valid()) & np.asarray(read.plain(pa.string()).is_null())
        if not strict:
            self.flag("code-unknown", unknown)
            return
        for row in np.flatnonzero(unknown):
            cell = cells[int(row)].as_py()
            self.problem(
                int(row), column, f"{shown(cell)} is no {vocabulary.kind}",
                closest(cell, vocabulary.codes),
            )  # fmt: skip

    def country(self, column: str) -> None:
        """Read a column of country names or codes as ISO 3166-1 alpha-3."""
        cells = self.cells(column)
        read = Distinct.of(cells, lambda texts: [country_code(text) for text in texts])
        codes = read.plain(pa.string())
        for row in np.flatnonzero(np.asarray(cells.is_valid()) & np.asarray(codes.is_null())):
            self.problem(
                int(row), column, f"{shown(cells[int(row)].as_py())} is no country",
                "its ISO 3166-1 alpha-3 code",
            )  # fmt: skip
        self.put("country", codes)

    def weapon_groups(self) -> None:
        """Set weapon_group from weapon: each launch group once; a modifier's own only if alone."""
        weapon = self.get("weapon")
        read = Distinct.of(weapon, lambda texts: [groups_of(text) for text in texts])
        self.put("weapon_group", read.plain(pa.string()))

    def number(self, target: str, column: str) -> None:
        """Read a column of decimal numbers."""
        values = self._degrees(column)
        self.put(target, pa.array(values, pa.float64(), mask=np.isnan(values)))

    def in_trouble(self) -> Mask:
        """Which rows cannot be used, so far."""
        rows = np.zeros(self.count, dtype=bool)
        rows[list(self._problems)] = True
        return rows

    def frame(self, columns: Iterable[schema.Column]) -> pd.DataFrame:
        """The rows without problems, in canonical form."""
        keep = pa.array(~self.in_trouble())
        frame = schema.to_frame(pa.table(self._built).filter(keep))
        return schema.conform(frame, columns)

    def finish(self, source_name: str, accounts: pd.DataFrame | None = None) -> Reading:
        """The canonical frames; rows with problems are in `attention` and nowhere else.

        `accounts` of rows that need attention are left out: they stand in the row as it is kept.
        """
        if "weapon_group" not in self._built:
            self.weapon_groups()
        if "dataset" not in self._built:
            self.put("dataset", self.options.dataset)
        self._check_points()
        self._put_flags()
        incidents = self.frame(schema.INCIDENTS)
        self._built = {"incident_id": self.get("incident_id")}  # the rest stands in the frame
        verbatim = self.raw.verbatim()
        kept = verbatim.filter(pa.array(~self.in_trouble())) if self._problems else verbatim
        told = schema.empty(schema.ACCOUNTS) if accounts is None else accounts
        return Reading(
            source_name,
            incidents,
            self._of_kept(told, incidents),
            pd.Series(pd.arrays.ArrowExtensionArray(kept), name="raw"),
            self.attention(verbatim),
            self.raw.count,
            self._notes,
        )

    def _of_kept(self, accounts: pd.DataFrame, incidents: pd.DataFrame) -> pd.DataFrame:
        if not self._problems or accounts.empty:
            return accounts
        kept = accounts["incident_id"].isin(incidents["incident_id"].dropna())
        return accounts[kept].reset_index(drop=True)

    def _check_points(self) -> None:
        """Flag points of the source's own that lie outside the country, or in the middle of it."""
        own = filled(pc.equal(self.get("location_method"), SOURCE_COORDINATES))
        if "latitude" not in self._built or not own.any():
            return
        rows = np.flatnonzero(own)
        latitudes, longitudes = (
            self._built[name].to_numpy(zero_copy_only=False)[rows].astype(np.float64)
            for name in ("latitude", "longitude")
        )
        countries = self.get("country").take(pa.array(rows)).to_pylist()
        precision = self.get("location_precision")
        exact = filled(pc.is_in(precision, value_set=pa.array(points.EXACT)))
        land = ~filled(pc.equal(precision, "sea"))
        outside = points.outside(latitudes, longitudes, countries) & land[rows]
        self._check_order(rows[outside], len(rows))
        for code, found, where in (
            (points.OUTSIDE, outside, land),
            ("point-centroid-like", points.centred(latitudes, longitudes, countries), exact),
        ):
            mask = np.zeros(self.count, dtype=bool)
            mask[rows[found]] = True
            self.flag(code, mask & where)

    def _check_order(self, rows: npt.NDArray[np.intp], located: int) -> None:
        """Hold back points outside their country that lie inside it with the axes swapped.

        A row that brings the flag along was kept so before, and stays as it is.
        """
        if not len(rows):
            return
        latitudes, longitudes = (
            self._built[name].to_numpy(zero_copy_only=False)[rows].astype(np.float64)
            for name in ("latitude", "longitude")
        )
        taken = pa.array(rows)
        countries = self.get("country").take(taken).to_pylist()
        flags = self.get("quality_flags").take(taken)
        seen = filled(pc.match_substring(flags, points.OUTSIDE))
        found = points.swapped(latitudes, longitudes, countries) & ~seen
        for at in np.flatnonzero(found):
            latitude, longitude = float(latitudes[at]), float(longitudes[at])
            for axis in self._axes:  # both cells are to be corrected
                self.problem(
                    int(rows[at]), axis,
                    f"{latitude:g}, {longitude:g} lies outside the country, and inside it with "
                    "latitude and longitude swapped", swapped_repair(latitude, longitude),
                )  # fmt: skip
        count = int(found.sum())
        if count > 1 and 2 * count >= located:
            note = (
                f"Latitude and longitude seem to be swapped: {count:,} of {located:,} points lie "
                "in their country only the other way round, and wait. Say which column is which, "
                "and import the file again."
            )
            self._notes = (*self._notes, note)

    def _put_flags(self) -> None:
        if not self._flags:
            return
        texts: list[pa.Array] = [self.get("quality_flags")]
        nothing = pa.scalar(None, pa.string())
        texts += [pc.if_else(pa.array(rows), code, nothing) for code, rows in self._flags]
        texts = [pc.fill_null(text, "") for text in texts]  # skipping nulls drops whole rows
        joined = pc.binary_join_element_wise(*texts, LIST_SEPARATOR)
        settled = Distinct.of(
            blank_to_null(joined),
            lambda cells: [schema.join_list(schema.split_list(c)) for c in cells],
        )
        self.put("quality_flags", settled.plain(pa.string()))

    def attention(self, verbatim: pa.ChunkedArray) -> pd.DataFrame:
        """The rows with problems and the broken rows, columns of `ATTENTION`, in file order."""
        lines: list[dict[str, Any]] = [
            {
                "row": int(self.raw.rows[row]),
                "column": schema.join_list(found.columns),
                "reason": "; ".join(dict.fromkeys(found.reasons)),
                "repair": "; ".join(dict.fromkeys(found.repairs)) or None,
                "raw": verbatim[row].as_py(),
            }
            for row, found in self._problems.items()
        ]
        lines += [
            {"row": broken.row, "column": None, "reason": broken.reason, "repair": None,
             "raw": json.dumps({"text": broken.text}, ensure_ascii=False)}
            for broken in self.raw.broken
        ]  # fmt: skip
        lines.sort(key=lambda line: int(line["row"]))
        return schema.to_frame(pa.Table.from_pylist(lines, schema=ATTENTION))
