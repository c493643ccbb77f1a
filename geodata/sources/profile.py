"""How a table of any shape is read: which of its columns is what, as a person has settled it.

A profile is kept as TOML and says four things: which column of the file each canonical column is
read from, what holds for every row, which words are which codes, and how ambiguous days are read.
Columns that it does not name are kept in the source record and read as nothing.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from types import MappingProxyType
from typing import Any, Final

import numpy as np
import pyarrow as pa

from geodata import schema
from geodata.errors import ImpossibleValue, MissingColumn, UnknownCode
from geodata.sources import headers
from geodata.sources.builder import Options, Reading
from geodata.sources.canonical import hxl_tags, read_called
from geodata.sources.codes import fold
from geodata.sources.days import DAY_FIRST, MONTH_FIRST
from geodata.sources.distinct import Distinct
from geodata.sources.heading import LAST_HEADER_ROW
from geodata.sources.raw_table import RawTable

_COMPUTED: Final = frozenset(("n_accounts", "disputed", "updated_at", "import_id"))
TARGETS: Final = tuple(
    name
    for name in (*schema.names(schema.INCIDENTS), *headers.ACCOUNT_ONLY)
    if name not in _COMPUTED
)
"""Canonical columns, of incidents and then of accounts, that a profile may name."""

_NOTHING: Final[Mapping[str, Any]] = MappingProxyType({})
_TOP: Final = ("dataset", "day_order")
_ROW: Final = "header_row"
_TABLES: Final = ("columns", "fixed", "codes")


@dataclass(frozen=True)
class Profile:
    """A way to read a table.

    Attributes:
        columns: canonical column to the file's column that it is read from.
        fixed: canonical column to what every row of the file holds.
        codes: canonical column to the file's words and the codes that they mean.
        dataset: the name of the data set; None takes the file's.
        day_order: "day-first" or "month-first" where the days do not tell; None asks.
        header_row: the row of the file in which the header stands, from 1; None looks for it.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    fixed: Mapping[str, str] = field(default_factory=dict)
    codes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    dataset: str | None = None
    day_order: str | None = None
    header_row: int | None = None

    def __post_init__(self) -> None:
        """Refuse columns that are not there.

        Raises:
            UnknownCode: a name that is no canonical column, or no order of days.
            ImpossibleValue: a row that no header stands in.
        """
        for name in (*self.columns, *self.fixed, *self.codes):
            if name not in TARGETS:
                raise UnknownCode("column of an incident", name, TARGETS)
        if self.day_order not in (None, DAY_FIRST, MONTH_FIRST):
            raise UnknownCode("order of days", str(self.day_order), (DAY_FIRST, MONTH_FIRST))
        row = self.header_row
        if row is not None and (isinstance(row, bool) or not 1 <= row <= LAST_HEADER_ROW):
            raise ImpossibleValue(
                f"The header cannot stand in row {row}; rows count from 1 to {LAST_HEADER_ROW:,}."
            )

    @property
    def maps(self) -> bool:
        """Whether it says which column is what; else columns are taken by their names."""
        return bool(self.columns or self.fixed or self.codes)

    def as_toml(self) -> str:
        """The profile as text, to be kept and read again by `from_toml`."""
        lines = ["# How Conflict Map reads a table: column of an incident = column of the file."]
        top = ((name, getattr(self, name)) for name in _TOP)
        lines += [f"{name} = {_quoted(value)}" for name, value in top if value is not None]
        lines += [] if self.header_row is None else [f"header_row = {self.header_row}"]
        for title, table in (("columns", self.columns), ("fixed", self.fixed)):
            lines += _section(title, table)
        for name, words in self.codes.items():
            lines += _section(f"codes.{name}", words)
        return "\n".join(lines) + "\n"

    def as_values(self) -> dict[str, Any]:
        """The profile as plain values, for JSON; `from_values` reads them."""
        return {name: value for name, value in asdict(self).items() if value}


def from_toml(text: str) -> Profile:
    """The profile in a text.

    Raises:
        ImpossibleValue: it is no TOML, or holds what no profile has.
        UnknownCode: it names a column that there is not.
    """
    try:
        return from_values(tomllib.loads(text))
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise ImpossibleValue(f"The profile is no TOML: {error}.") from error


def from_values(said: Mapping[str, Any]) -> Profile:
    """The profile in plain values.

    Raises:
        ImpossibleValue: they hold what no profile has.
        UnknownCode: they name a column that there is not.
    """
    for name in said:
        if name not in (*_TOP, _ROW, *_TABLES):
            known = ", ".join((*_TOP, _ROW, *_TABLES))
            raise ImpossibleValue(f"A profile has no {name!r}; it has {known}.")
    columns, fixed, codes = (said.get(name, _NOTHING) for name in _TABLES)
    sound = all(_is_words(table) for table in (columns, fixed)) and (
        isinstance(codes, Mapping) and all(_is_words(table) for table in codes.values())
    )
    top = {name: said.get(name) for name in _TOP}
    if not sound or not all(isinstance(value, str | None) for value in top.values()):
        raise ImpossibleValue('A profile holds names and texts alone, as in date_start = "Day".')
    row = said.get(_ROW)
    if not isinstance(row, int | None):
        raise ImpossibleValue("A profile's header_row is a number, as in header_row = 4.")
    words = {name: dict(table) for name, table in codes.items()}
    return Profile(dict(columns), dict(fixed), words, **top, header_row=row)


def _is_words(table: object) -> bool:
    return isinstance(table, Mapping) and all(isinstance(value, str) for value in table.values())


def _section(title: str, table: Mapping[str, str]) -> list[str]:
    if not table:
        return []
    return ["", f"[{title}]", *(f"{_quoted(k)} = {_quoted(v)}" for k, v in table.items())]


def _quoted(text: str) -> str:
    """A text as TOML writes it; JSON's strings are TOML's but for one character."""
    sound = text.encode("utf-8", "replace").decode()
    return json.dumps(sound, ensure_ascii=False).replace("\x7f", "\\u007f")


def read_with(raw: RawTable, options: Options, profile: Profile) -> Reading:
    """Read a table as a profile says.

    Raises:
        MissingColumn: the file lacks a column that the profile names, or none says when or where.
    """
    raw = without_tags(raw)
    chosen: dict[str, pa.ChunkedArray] = {}
    called: dict[str, str] = {}
    for target, header in profile.columns.items():
        own = _own_name(header, raw.columns.column_names)
        told = _coded(raw.columns.column(own), profile.codes.get(target, _NOTHING))
        called[target] = _free_name(own, target, chosen)
        chosen[called[target]] = told
    for target, value in profile.fixed.items():
        if target not in called:
            called[target] = target
            chosen[target] = pa.chunked_array([[value] * len(raw.rows)], pa.string())
    mapped = RawTable(
        pa.table(chosen), raw.rows, raw.broken, raw.verbatim().combine_chunks(),
        raw.notes, raw.accounts, raw.protected, raw.header_row,
    )  # fmt: skip
    return read_called(mapped, options, called)


def without_tags(raw: RawTable) -> RawTable:
    """The table without the row of HXL tags below its header, where it has one."""
    if hxl_tags(raw) is None:
        return raw
    body = raw.only(np.arange(len(raw.rows)) > 0)
    return RawTable(
        body.columns, body.rows - 1, raw.broken, body.records, raw.notes, raw.accounts,
        raw.protected, raw.header_row,
    )  # fmt: skip


def _own_name(header: str, present: list[str]) -> str:
    """The file's column that a profile means: by its name, else in any case of letters."""
    if header in present:
        return header
    folded = {name.strip().casefold(): name for name in present}
    if (found := folded.get(header.strip().casefold())) is None:
        raise MissingColumn(header, present)
    return found


def _free_name(own: str, target: str, taken: Mapping[str, Any]) -> str:
    """The file's own name of a column, unless it is another canonical column's, or in use."""
    if own in taken or own.casefold() in {*TARGETS, "accounts"} - {target}:
        return f"{own} (as {target})"
    return own


def _coded(column: pa.ChunkedArray, words: Mapping[str, str]) -> pa.ChunkedArray:
    """A column with the file's words replaced by the codes that they mean."""
    if not words:
        return column
    meant = {fold(word): code for word, code in words.items()}
    cells = column.combine_chunks()
    read = Distinct.of(cells, lambda texts: [meant.get(fold(text), text) for text in texts])
    return pa.chunked_array([read.plain(pa.string())])
