"""The rows that an import writes, handed to DuckDB piece by piece straight from Arrow.

What is to be written is decided on narrow tables (position, id, content); the wide rows are then
taken by position, in order, so that no join and no sort ever carries their text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from geodata.store import tables
from geodata.store.file import Connection
from geodata.store.tables import fixed, listed, quoted
from geodata.store.telling import Teller

_AT_ONCE: Final = 20_000
"""Rows of one piece: some ten megabytes of source records."""

_INCIDENTS: Final = """SELECT s.pos, s.incident_id, s.content,
    CAST(coalesce(d.n_accounts, 0) AS INTEGER) AS n_accounts,
    coalesce(d.disputed, false) AS disputed
FROM staged s JOIN judged j ON j.pos = s.pos AND j.outcome IN ('added', 'updated')
JOIN batch b ON b.pos = s.pos LEFT JOIN derived d ON d.incident_id = s.incident_id
ORDER BY b.date_start, s.incident_id"""

_RECORDS: Final = """SELECT pos, incident_id, content FROM staged
SEMI JOIN (SELECT pos FROM judged WHERE outcome IN ('added', 'updated')) USING (pos) ORDER BY pos"""

_ACCOUNTS: Final = """SELECT pos, content, CASE WHEN nth = 1 THEN account_id
    ELSE account_id || '~' || substr(content, 1, 12) END AS account_id
FROM (
    SELECT *, row_number() OVER (PARTITION BY incident_id, account_id ORDER BY pos) AS nth
    FROM told SEMI JOIN fresh USING (pos) SEMI JOIN touched USING (incident_id)
) ORDER BY incident_id, pos"""

_WRITE_ACCOUNTS: Final = fixed(
    "INSERT INTO accounts (@columns, content, since) SELECT @columns, content, $version FROM piece",
    columns=listed(tables.ACCOUNT_COLUMNS),
)
_WRITE_RAWS: Final = "INSERT INTO raws SELECT incident_id, content, raw, $version FROM piece"


def _write_incidents(former: str, held: str, given: str) -> str:
    """SQL that writes the incidents of `piece`, where `given` is what a column becomes."""
    said = {"import_id": "$import_id", "updated_at": "$at"}
    own = {"incident_id", "n_accounts", "disputed"}
    values = (
        said.get(name) or (f"b.{quoted(name)}" if name in own else fixed(given, name=name))
        for name in tables.INCIDENT_COLUMNS
    )
    return fixed(
        """INSERT INTO incidents (@columns, content, held, live, since)
        SELECT @values, b.content, @held, true, $version FROM piece b @former""",
        columns=listed(tables.INCIDENT_COLUMNS),
        values=", ".join(values),
        held=held,
        former=former,
    )


_WRITE_INCIDENTS: Final = _write_incidents("", "NULL", 'b."@name"')
_MERGE_INCIDENTS: Final = _write_incidents(
    "LEFT JOIN incidents p ON p.incident_id = b.incident_id AND p.until IS NULL",
    "p.held",
    'CASE WHEN list_contains(p.held, \'@name\') THEN p."@name" ELSE b."@name" END',
)
"""Likewise where a person has set columns: those stay. It reads the former rows, the other not."""

_ANY_HELD: Final = """SELECT count(*) FROM incidents SEMI JOIN touched USING (incident_id)
WHERE until IS NULL AND held IS NOT NULL"""


Know = Callable[[float], None]
"""Told the share of the rows that is handed over, 0 to 1, by a thread of DuckDB's."""


@dataclass(frozen=True)
class Handed:
    """What an import hands over, as Arrow.

    Attributes:
        incidents: canonical incidents.
        accounts: canonical accounts.
        raw: the source record of each incident as JSON text, null where there is none.
    """

    incidents: pa.Table
    accounts: pa.Table
    raw: pa.ChunkedArray


def write_records(teller: Teller, handed: Handed, values: Mapping[str, object]) -> None:
    """Write the source records of the incidents that are added or updated, as in the file.

    Before anything else is written: this takes the most memory, and then little else is held.
    """
    chosen = teller.run(_RECORDS).to_arrow_table()
    teller.step("source records", 0.32, 0.5)
    with _streamed(teller.connection, _records(handed.raw, chosen, teller.know)):
        teller.run(_WRITE_RAWS, values)


def write_accounts(teller: Teller, handed: Handed, values: Mapping[str, object]) -> None:
    """Write the accounts that are new, by incident and as they stand in the file."""
    chosen = teller.run(_ACCOUNTS).to_arrow_table()
    teller.step("accounts", 0.5, 0.58)
    with _streamed(teller.connection, _taken(handed.accounts, chosen, teller.know)):
        teller.run(_WRITE_ACCOUNTS, values)


def write_incidents(teller: Teller, handed: Handed, values: Mapping[str, object]) -> None:
    """Write the incidents that are added or updated, by day and id."""
    held = teller.run(_ANY_HELD).fetchone() != (0,)
    chosen = teller.run(_INCIDENTS).to_arrow_table()
    teller.step("incidents", 0.58, 0.93)
    with _streamed(teller.connection, _taken(handed.incidents, chosen, teller.know)):
        teller.run(_MERGE_INCIDENTS if held else _WRITE_INCIDENTS, values)


@contextmanager
def _streamed(connection: Connection, pieces: Iterator[pa.RecordBatch]) -> Iterator[None]:
    """Lets one statement read the pieces as the table `piece`, once."""
    raised: list[BaseException] = []
    first = next(pieces)
    reader = pa.RecordBatchReader.from_batches(first.schema, _chained(first, pieces, raised))
    connection.register("piece", reader)
    try:
        yield
    except duckdb.Error as error:
        if raised:  # DuckDB tells of it in words only: whoever stops an import gets their own back
            raise raised[0] from error
        raise
    finally:
        connection.unregister("piece")


def _chained(
    first: pa.RecordBatch, others: Iterator[pa.RecordBatch], raised: list[BaseException]
) -> Iterator[pa.RecordBatch]:
    try:
        yield first
        yield from others
    except BaseException as error:
        raised.append(error)
        raise


def _positions(chosen: pa.Table) -> npt.NDArray[np.int64]:
    return np.asarray(chosen.column("pos").to_numpy(), dtype=np.int64)


def _taken(table: pa.Table, chosen: pa.Table, know: Know) -> Iterator[pa.RecordBatch]:
    """The rows at the chosen positions, in that order, with the chosen columns in place."""
    own = [name for name in table.column_names if name not in chosen.column_names]
    rest = table.select(own).combine_chunks()
    positions = _positions(chosen)
    for start in range(0, max(len(positions), 1), _AT_ONCE):
        know(start / max(len(positions), 1))
        piece = rest.take(pa.array(positions[start : start + _AT_ONCE]))
        for name in chosen.column_names:
            piece = piece.append_column(name, chosen.column(name).slice(start, _AT_ONCE))
        yield from piece.combine_chunks().to_batches() if len(piece) else [_none(piece.schema)]


def _records(raw: pa.ChunkedArray, chosen: pa.Table, know: Know) -> Iterator[pa.RecordBatch]:
    """The source records of the chosen rows, as they stand in the file, without those unknown."""
    positions = _positions(chosen)
    ids = chosen.select(["incident_id", "content"])
    for start in range(0, max(len(raw), 1), _AT_ONCE):
        know(start / max(len(raw), 1))
        low, high = np.searchsorted(positions, [start, start + _AT_ONCE])
        texts = raw.slice(start, _AT_ONCE).take(pa.array(positions[low:high] - start))
        piece = ids.slice(int(low), int(high - low)).append_column("raw", texts)
        piece = piece.filter(texts.is_valid()).combine_chunks()
        yield from piece.to_batches() if len(piece) else [_none(piece.schema)]


def _none(schema: pa.Schema) -> pa.RecordBatch:
    return pa.RecordBatch.from_pylist([], schema=schema)
