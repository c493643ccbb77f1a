"""An import: every row read ends as added, updated, duplicate or in need of attention.

A row is known by its data set and `incident_id`; a row without an id gets one from its content.
The rules, in order, for each row:

1. no data set, or an id that another data set uses: attention;
2. an id that stood earlier in the same file: the same content is a duplicate, other content is
   attention - the first row stands, so that a second import of the file changes nothing;
3. an id the store does not have, or has withdrawn: added;
4. the content that was last imported under the id, and no account that is new: duplicate;
5. else updated; the row before stays in the history, and what a person has set by hand stays set.

Accounts are known by content. One with a known id and other words replaces the former, which
stays in the history; two of one id in one file are kept both.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from geodata.errors import ImpossibleValue
from geodata.schema import ACCOUNTS, INCIDENTS, to_arrow, to_frame
from geodata.store import tables
from geodata.store.file import Connection, connect, give_memory
from geodata.store.ledger import ImportRecord, imports, merges, record_change
from geodata.store.rows import Handed, write_accounts, write_incidents, write_records
from geodata.store.tables import fixed, listed, run
from geodata.store.telling import Progress, Teller

ATTENTION_SCHEMA: Final = pa.schema(
    [
        pa.field("row", pa.int64()),
        pa.field("column", pa.string()),
        pa.field("reason", pa.string()),
        pa.field("repair", pa.string()),
        pa.field("raw", pa.string()),
    ]
)
"""Rows that could not be used: 1-based row of the file, column at fault, reason, suggested repair,
and the verbatim record as JSON text."""


@dataclass(frozen=True)
class Batch:
    """What one import hands over.

    Attributes:
        incidents: canonical frame of `schema.INCIDENTS`, located.
        accounts: canonical frame of `schema.ACCOUNTS`; each names an incident of this batch.
        raw: the verbatim source record of each incident as JSON text, aligned with `incidents`;
            None where there is none.
        attention: frame of `ATTENTION_SCHEMA`: rows that could not be used.
        rows: rows read: `len(incidents) + len(attention)`.
        file: name of the file, for people.
        sha256: of the file's bytes, or None.
        numbers: the 1-based row of the file of each incident; None where the rows that need
            attention leave no doubt.
        read_as: how the file was read, as JSON text, for rows that come in mended later.
    """

    incidents: pd.DataFrame
    accounts: pd.DataFrame
    raw: Sequence[str | None] | pd.Series[Any]
    attention: pd.DataFrame
    rows: int
    file: str
    sha256: str | None = None
    numbers: Sequence[int] | None = None
    read_as: str | None = None


def no_attention() -> pd.DataFrame:
    """An attention frame of no rows."""
    return to_frame(ATTENTION_SCHEMA.empty_table())


def with_ids(incidents: pd.DataFrame) -> pd.DataFrame:
    """A canonical frame in which no `incident_id` is null.

    A missing one is made from the data set and the row's content, as the store itself does; a
    reader calls this to let accounts name their incident. Rows without a data set stay without id.
    """
    table = _finite(to_arrow(incidents, INCIDENTS))
    with connect() as connection:
        connection.register("batch", table)
        ids = connection.execute(
            fixed(
                "SELECT coalesce(incident_id, @made) FROM (SELECT *, @content AS content "
                "FROM batch)",
                made=tables.MADE_ID,
                content=tables.INCIDENT_CONTENT,
            )
        ).to_arrow_table()
    return incidents.assign(incident_id=pd.array(ids.column(0), dtype=pd.ArrowDtype(pa.string())))


# --- taking a batch in ---------------------------------------------------------------------------

_STAGE: Final = (
    fixed(
        """CREATE TEMP TABLE staged AS
        SELECT pos, dataset, content, coalesce(incident_id, @made) AS incident_id
        FROM (SELECT pos, dataset, incident_id, @content AS content FROM batch)""",
        made=tables.MADE_ID,
        content=tables.INCIDENT_CONTENT,
    ),
    fixed(
        """CREATE TEMP TABLE told AS SELECT pos, incident_id, content,
        coalesce(account_id, incident_id || '/' || substr(content, 1, 12)) AS account_id
        FROM (SELECT pos, incident_id, account_id, @content AS content FROM batch_accounts)""",
        content=tables.ACCOUNT_CONTENT,
    ),
    """CREATE TEMP TABLE fresh AS
    SELECT incident_id, content, min(pos) AS pos FROM told
    ANTI JOIN (SELECT incident_id, content FROM accounts WHERE until IS NULL)
    USING (incident_id, content)
    GROUP BY incident_id, content""",
)

_STRAY: Final = (
    "SELECT DISTINCT incident_id FROM told ANTI JOIN staged USING (incident_id) "
    "ORDER BY incident_id LIMIT 3"
)

_JUDGE: Final = """CREATE TEMP TABLE judged AS
WITH present AS (
    SELECT incident_id, dataset, content, live FROM incidents
    SEMI JOIN staged USING (incident_id) WHERE until IS NULL
), keyed AS (
    SELECT s.pos, s.incident_id, s.dataset, s.content, p.dataset AS their_dataset,
        p.content AS last_content, p.live
    FROM staged s LEFT JOIN present p USING (incident_id)
), first AS (
    SELECT incident_id, min(pos) AS pos, arg_min(dataset, pos) AS dataset,
        arg_min(content, pos) AS content
    FROM keyed WHERE dataset = coalesce(their_dataset, dataset) GROUP BY incident_id
), telling AS (SELECT DISTINCT incident_id FROM fresh)
SELECT k.pos, k.incident_id, coalesce(k.their_dataset, f.dataset) AS owner, CASE
    WHEN k.dataset IS NULL THEN 'no data set'
    WHEN k.dataset <> coalesce(k.their_dataset, f.dataset) THEN 'other data set'
    WHEN k.pos > f.pos AND k.content <> f.content THEN 'repeated'
    WHEN k.pos > f.pos THEN 'duplicate'
    WHEN k.their_dataset IS NULL OR NOT k.live THEN 'added'
    WHEN k.content = k.last_content AND t.incident_id IS NULL THEN 'duplicate'
    ELSE 'updated' END AS outcome
FROM keyed k LEFT JOIN first f USING (incident_id) LEFT JOIN telling t USING (incident_id)"""

_JUDGE_MERGED: Final = """UPDATE judged SET owner = m.kept, outcome = CASE
    WHEN (SELECT content FROM staged s WHERE s.pos = judged.pos) = (SELECT content FROM incidents i
        WHERE i.incident_id = judged.incident_id AND i.until IS NULL)
    AND judged.incident_id NOT IN (SELECT incident_id FROM fresh) THEN 'duplicate'
    ELSE 'merged' END
FROM merged m WHERE m.incident_id = judged.incident_id AND outcome IN ('added', 'updated')"""
"""A merged incident is not live, and must not come in as a second one."""

_TOUCHED: Final = (
    "CREATE TEMP TABLE touched AS SELECT incident_id FROM judged "
    "WHERE outcome IN ('added', 'updated')"
)

_SUPERSEDE_ACCOUNTS: Final = """UPDATE accounts SET until = $version
WHERE until IS NULL AND (incident_id, account_id) IN (
    SELECT incident_id, account_id FROM told SEMI JOIN touched USING (incident_id)
    SEMI JOIN fresh USING (incident_id, content))"""

CLOSE_FORMER: Final = """UPDATE incidents SET until = $version
WHERE until IS NULL AND since < $version AND incident_id IN (SELECT incident_id FROM touched)"""

_PARTIES: Final = (
    "list_filter(list_transform(string_split(perpetrators, '|'), lambda part: trim(part)), "
    "lambda part: part <> '')"
)

DERIVE: Final = fixed(
    """CREATE TEMP TABLE derived AS
WITH held_now AS (
    SELECT * FROM accounts SEMI JOIN touched USING (incident_id) WHERE until IS NULL
), named AS (
    SELECT DISTINCT incident_id, @parties AS parties FROM held_now WHERE perpetrators IS NOT NULL
), apart AS (
    SELECT DISTINCT a.incident_id FROM named a JOIN named b
    ON a.incident_id = b.incident_id AND a.parties < b.parties
    AND len(a.parties) > 0 AND len(b.parties) > 0 AND NOT list_has_any(a.parties, b.parties)
), counted AS (
    SELECT incident_id, count(*) AS n_accounts, bool_or(stance = 'denies') AS denied,
        @killed AS killed_apart, @injured AS injured_apart
    FROM held_now GROUP BY incident_id
)
SELECT c.incident_id, c.n_accounts, coalesce(denied, false) OR coalesce(killed_apart, false)
    OR coalesce(injured_apart, false) OR a.incident_id IS NOT NULL AS disputed
FROM counted c LEFT JOIN apart a USING (incident_id)""",
    parties=_PARTIES,
    **{
        stem: (
            f"max(coalesce({stem}_low, 0)) FILTER "
            f"({stem}_low IS NOT NULL OR {stem}_high IS NOT NULL) > min({stem}_high)"
        )
        for stem in ("killed", "injured")
    },
)
"""The number of accounts and `incident.accounts_disagree`, for the incidents in `touched`.

An open upper bound (null) is beyond every low, and `min` leaves it out."""

_REASON: Final = """CASE j.outcome
    WHEN 'no data set' THEN 'The row names no data set.'
    WHEN 'other data set' THEN 'The data set "' || j.owner || '" already uses the incident_id "'
        || s.incident_id || '".'
    WHEN 'merged' THEN 'Its source says something else since a person merged it into "'
        || j.owner || '": take the merge back, then submit the row.'
    ELSE 'The incident_id "' || s.incident_id
        || '" stands earlier in this file with other content.' END"""

_REFUSED: Final = fixed(
    """CREATE TEMP TABLE refused AS
WITH out AS (
    SELECT * FROM judged
    WHERE outcome IN ('no data set', 'other data set', 'repeated', 'merged')
), voices AS (
    SELECT incident_id, list(struct_pack(@account) ORDER BY pos) AS accounts FROM batch_accounts
    SEMI JOIN out USING (incident_id) GROUP BY incident_id
)
SELECT file_row AS row_number, CASE j.outcome WHEN 'no data set' THEN 'dataset' ELSE 'incident_id'
    END AS column_name, @reason AS reason, NULL::VARCHAR AS repair, raw,
    CAST(to_json(struct_pack(incident := struct_pack(@incident), accounts := v.accounts))
    AS VARCHAR) AS record
FROM batch s JOIN out j USING (pos) LEFT JOIN voices v ON v.incident_id = j.incident_id
UNION ALL
SELECT "row", "column", reason, repair, raw, NULL FROM batch_attention""",
    reason=_REASON,
    incident=listed(tables.INCIDENT_COLUMNS, "s"),
    account=listed(tables.ACCOUNT_COLUMNS),
)

_WRITE_ATTENTION: Final = "INSERT INTO attention SELECT $import_id, $file, r.* FROM refused r"

WRITE_IMPORT: Final = (
    "INSERT INTO imports VALUES ($import_id, $version, $file, $sha256, $datasets, $rows, $added, "
    "$updated, $duplicates, $attention)"
)


def add(
    connection: Connection,
    batch: Batch,
    values: Mapping[str, object],
    progress: Progress | None = None,
) -> ImportRecord:
    """Take a batch in, within the caller's transaction; `values` as `ledger.change_values` makes.

    Raises:
        ImpossibleValue: the batch's rows do not add up, or an account names no incident of it.
        MissingColumn: a frame is not canonical.
    """
    teller = Teller(connection, progress)
    values = dict(values) | {
        "import_id": f"import-{values['version']}",
        "what": "import",
        "file": batch.file,
        "sha256": batch.sha256,
    }
    give_memory(connection, batch.rows)
    handed = _stage(teller, batch)
    values |= _outcome(teller, batch) | {"dataset": batch.read_as}
    _write(teller, handed, values)
    teller.step("recording the import", 0.95, 1.0)
    record_change(connection, values)
    run(connection, WRITE_IMPORT, values)
    return next(record for record in imports(connection) if record.version == values["version"])


def _write(teller: Teller, handed: Handed, values: Mapping[str, object]) -> None:
    if values["added"] or values["updated"]:
        teller.step("accounts", 0.3, 0.32)
        for statement in (_TOUCHED, _SUPERSEDE_ACCOUNTS):
            teller.run(statement, values)
        write_records(teller, handed, values)
        write_accounts(teller, handed, values)
        teller.run(DERIVE)
        write_incidents(teller, handed, values)
        teller.step("closing what was there before", 0.93, 0.94)
        teller.run(CLOSE_FORMER, values)
    if values["attention"]:
        teller.step("rows that need attention", 0.94, 0.95)
        for statement in (_REFUSED, _WRITE_ATTENTION):
            teller.run(statement, values)


def _stage(teller: Teller, batch: Batch) -> Handed:
    connection = teller.connection
    teller.step("comparing with the store", 0.0, 0.0)
    if batch.rows != len(batch.incidents) + len(batch.attention):
        raise ImpossibleValue(
            f"{batch.rows} rows were read from {batch.file!r}, but {len(batch.incidents)} "
            f"incidents and {len(batch.attention)} rows that need attention were handed over."
        )
    handed = _handed(batch)
    whole = _numbered(handed.incidents, "pos").append_column("file_row", _file_rows(batch))
    connection.register("batch", whole.append_column("raw", handed.raw))
    connection.register("batch_accounts", _numbered(handed.accounts, "pos"))
    connection.register(
        "batch_attention",
        pa.Table.from_pandas(batch.attention, schema=ATTENTION_SCHEMA, preserve_index=False),
    )
    for statement, begin, end in zip(_STAGE, (0.0, 0.1, 0.15), (0.1, 0.15, 0.18), strict=True):
        teller.step("comparing with the store", begin, end)
        teller.run(statement)
    teller.step("comparing with the store", 0.18, 0.2)
    if stray := teller.run(_STRAY).fetchall():
        named = ", ".join(repr(row[0]) for row in stray)
        raise ImpossibleValue(f"Accounts name incidents that are not in the same import: {named}.")
    return handed


def _handed(batch: Batch) -> Handed:
    incidents, raw = _finite(to_arrow(batch.incidents, INCIDENTS)), _records(batch.raw)
    if len(raw) != len(incidents):
        raise ImpossibleValue(f"{len(incidents)} incidents came with {len(raw)} source records.")
    return Handed(incidents, to_arrow(batch.accounts, ACCOUNTS), raw)


def _records(raw: Sequence[str | None] | pd.Series[Any]) -> pa.ChunkedArray:
    """Source records as Arrow; a column of Arrow's is taken as it is, uncopied."""
    if isinstance(raw, pd.Series) and isinstance(raw.dtype, pd.ArrowDtype):
        return pa.chunked_array(pa.table({"raw": raw.array}).column("raw").cast(pa.string()))
    return pa.chunked_array([pa.array(list(raw), type=pa.string(), from_pandas=True)])


def _numbered(table: pa.Table, name: str) -> pa.Table:
    return table.append_column(name, pa.array(np.arange(len(table), dtype=np.int64)))


def _file_rows(batch: Batch) -> pa.Array:
    """The 1-based row of the file of each incident: those that the attention rows leave."""
    if batch.numbers is not None and len(batch.numbers) == len(batch.incidents):
        return pa.array(batch.numbers, type=pa.int64())
    good = np.ones(batch.rows, dtype=bool)
    waiting = batch.attention["row"].dropna().to_numpy(dtype=np.int64)
    good[waiting[(waiting > 0) & (waiting <= batch.rows)] - 1] = False
    left = np.flatnonzero(good) + 1
    count = len(batch.incidents)
    return pa.array(left, type=pa.int64()) if len(left) == count else pa.nulls(count, pa.int64())


def _finite(table: pa.Table) -> pa.Table:
    """Not-a-number and infinity are no values: they become null."""
    for position, field in enumerate(table.schema):
        if pa.types.is_floating(field.type):
            column = table.column(position)
            known = pc.fill_null(pc.is_finite(column), False)
            blank = pa.scalar(None, field.type)
            table = table.set_column(position, field, pc.if_else(known, column, blank))
    return table


def _outcome(teller: Teller, batch: Batch) -> dict[str, object]:
    connection = teller.connection
    teller.step("comparing with the store", 0.2, 0.3)
    teller.run(_JUDGE)
    merged = [(name, one.kept) for one in merges(connection) for name in one.merged]
    if merged:
        names, kept = zip(*merged, strict=True)
        columns = {"incident_id": pa.array(names, pa.string()), "kept": pa.array(kept, pa.string())}
        connection.register("merged", pa.table(columns))
        teller.run(_JUDGE_MERGED)
    counts = dict(
        connection.execute("SELECT outcome, count(*) FROM judged GROUP BY outcome").fetchall()
    )
    added, updated = counts.pop("added", 0), counts.pop("updated", 0)
    duplicates = counts.pop("duplicate", 0)
    attention = sum(counts.values()) + len(batch.attention)
    if batch.rows != added + updated + duplicates + attention:
        raise AssertionError("an import must account for every row")
    datasets = connection.execute(
        "SELECT list(DISTINCT dataset ORDER BY dataset) FROM staged WHERE dataset IS NOT NULL"
    ).fetchone()
    return {
        "rows": batch.rows,
        "added": added,
        "updated": updated,
        "duplicates": duplicates,
        "attention": attention,
        "datasets": (datasets[0] if datasets else None) or [],
    }
