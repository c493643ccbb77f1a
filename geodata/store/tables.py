"""The tables of the store's file, and the pieces of SQL that follow from the schema.

All SQL is fixed text put together from column names of `geodata.schema`; values travel as
parameters or as registered Arrow tables.

An incident is a chain of rows in `incidents`: `since` is the version that wrote the row and
`until` the version that replaced it, null for the row that holds. Nothing is ever deleted; an
incident that was withdrawn holds a row that is not `live`. `content` is the MD5 of what was last
imported, and `held` names the columns that a person has set: an import leaves those alone.
Accounts are chained likewise.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from string import Template
from types import MappingProxyType
from typing import Final

import duckdb
import pyarrow as pa

from geodata.schema import ACCOUNTS, COUNT_STEMS, INCIDENTS, Column, names

SCHEMA_VERSION: Final = 1
FORMAT: Final = "conflictmap store"

INCIDENT_COLUMNS: Final = tuple(names(INCIDENTS))
ACCOUNT_COLUMNS: Final = tuple(names(ACCOUNTS))
COMPUTED: Final = frozenset({"n_accounts", "disputed", "updated_at", "import_id"})
"""Columns that the store sets itself and that say nothing about an incident's content."""
IDENTITY: Final = frozenset({"incident_id", "dataset", "source_record_id"})

GROUPS: Final[tuple[tuple[str, ...], ...]] = (
    ("date_start", "date_end", "date_precision"),
    (
        "place_name",
        "admin1",
        "admin2",
        "country",
        "latitude",
        "longitude",
        "location_precision",
        "radius_km",
        "location_method",
        "location_source",
    ),
    ("weapon", "weapon_group", "weapon_basis"),
    *(tuple(f"{stem}_{end}" for end in ("low", "best", "high")) for stem in COUNT_STEMS),
)
"""Columns that mean something only together; they are kept or replaced together."""


def group_of(column: str) -> tuple[str, ...]:
    """The columns that go with one, itself among them."""
    return next((group for group in GROUPS if column in group), (column,))


class _Pieces(Template):
    delimiter = "@"  # `$name` is left to DuckDB's parameters


def fixed(text: str, **parts: str) -> str:
    """SQL put together from fixed pieces: `@name` in the text becomes the piece of that name."""
    return _Pieces(text).substitute(parts)


def run(
    connection: duckdb.DuckDBPyConnection, statement: str, values: Mapping[str, object]
) -> duckdb.DuckDBPyConnection:
    """Execute with those of the values that the statement names as `$name`."""
    used = set(re.findall(r"\$(\w+)", statement))
    return connection.execute(statement, {name: values[name] for name in used})


def quoted(column: str) -> str:
    """A column's name in SQL."""
    return '"' + column.replace('"', '""') + '"'


def listed(columns: Iterable[str], prefix: str = "") -> str:
    """Column names with commas between, each with a table's alias where one is given."""
    alias = f"{prefix}." if prefix else ""
    return ", ".join(alias + quoted(column) for column in columns)


_TYPES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "day": "DATE",
        "time": "TIMESTAMP",  # always UTC: a zone-aware type needs an extension to be read
        "count": "INTEGER",
        "number": "DOUBLE",
        "degree": "DOUBLE",
        "flag": "BOOLEAN",
    }
)


def _declared(columns: Iterable[Column]) -> str:
    return ", ".join(
        f"{quoted(column.name)} {_TYPES.get(column.kind, 'VARCHAR')}" for column in columns
    )


_CREATE: Final = """
CREATE TABLE meta (name VARCHAR, content VARCHAR);
CREATE TABLE incidents (@incidents, content VARCHAR, held VARCHAR[], live BOOLEAN, since BIGINT,
    until BIGINT);
CREATE TABLE accounts (@accounts, content VARCHAR, since BIGINT, until BIGINT);
CREATE TABLE raws (incident_id VARCHAR, content VARCHAR, raw VARCHAR, since BIGINT);
CREATE TABLE changes (version BIGINT, made_at TIMESTAMP, who VARCHAR, why VARCHAR, what VARCHAR,
    import_id VARCHAR, subject VARCHAR, reverses BIGINT);
CREATE TABLE imports (import_id VARCHAR, version BIGINT, file VARCHAR, sha256 VARCHAR,
    datasets VARCHAR[], rows_read BIGINT, added BIGINT, updated BIGINT, duplicates BIGINT,
    attention BIGINT);
CREATE TABLE attention (import_id VARCHAR, file VARCHAR, row_number BIGINT, column_name VARCHAR,
    reason VARCHAR, repair VARCHAR, raw VARCHAR, record VARCHAR);
"""
CREATE: Final = tuple(
    fixed(statement, incidents=_declared(INCIDENTS), accounts=_declared(ACCOUNTS))
    for statement in _CREATE.split(";")
    if statement.strip()
)

MIGRATIONS: Final[dict[int, Callable[[duckdb.DuckDBPyConnection], None]]] = {}
"""By schema version: what makes a file of that version one of the next."""


def content_hash(columns: Iterable[str]) -> str:
    """SQL of a row's MD5 over the columns; coordinates count in whole millionths of a degree.

    The values stand in a JSON array, so that no text can pass for two.
    """
    values = ", ".join(f"CAST({_counted(name)} AS VARCHAR)" for name in columns)
    return fixed("md5(CAST(to_json(list_value(@values)) AS VARCHAR))", values=values)


def _counted(name: str) -> str:
    if name in {"latitude", "longitude"}:
        return f"CAST(round({quoted(name)} * 1000000) AS INTEGER)"
    return quoted(name)


CONTENT_COLUMNS: Final = tuple(
    name for name in INCIDENT_COLUMNS if name not in COMPUTED | {"incident_id"}
)
INCIDENT_CONTENT: Final = content_hash(CONTENT_COLUMNS)
ACCOUNT_CONTENT: Final = content_hash(
    name for name in ACCOUNT_COLUMNS if name not in {"account_id", "incident_id"}
)
MADE_ID: Final = "dataset || '-' || substr(content, 1, 16)"
"""SQL of the id of a row that its source gives none."""


def arrow_select(columns: Iterable[Column], prefix: str = "") -> str:
    """The columns, in order, as they are read from the file."""
    return listed((column.name for column in columns), prefix)


def with_utc(table: pa.Table, columns: Iterable[Column]) -> pa.Table:
    """A table read from the file in the canonical types: times say that they are UTC."""
    return table.cast(pa.schema([pa.field(column.name, column.arrow) for column in columns]))
