"""Incidents that a person has found to be one: merged, taken apart again, or said to be two.

One of them is kept and holds the accounts of all; the others are no longer live, so that no total
counts them twice. Each record of a source becomes an account of its own, so that nobody's figure
replaces another's. Nothing is deleted: taking a merge back is the change reversed.

An import of a merged incident that says the same is a duplicate; one that says something else
needs attention, since the person decided on what it said before. Before an import is undone or a
data set withdrawn, the merges that their incidents are part of are taken back.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import pyarrow as pa

from geodata.errors import ImpossibleValue
from geodata.schema import ACCOUNTS, arrow_schema
from geodata.store import tables
from geodata.store.changes import reverse
from geodata.store.file import Connection
from geodata.store.imports import CLOSE_FORMER, DERIVE
from geodata.store.ledger import APART, MERGE, UNMERGE, Merge, merges, record_change
from geodata.store.tables import fixed, listed, run

_LIVE: Final = fixed(
    "SELECT @columns FROM incidents SEMI JOIN touched USING (incident_id) "
    "WHERE until IS NULL AND live",
    columns=listed(tables.INCIDENT_COLUMNS),
)
_TOUCH: Final = (
    "CREATE TEMP TABLE touched AS SELECT unnest($members::VARCHAR[]) AS incident_id",
    """CREATE TEMP TABLE told AS SELECT * FROM accounts SEMI JOIN touched USING (incident_id)
    WHERE until IS NULL AND incident_id <> $kept""",
)
_COPY: Final = fixed(
    """INSERT INTO accounts (@columns, content, since)
    SELECT incident_id || '/' || account_id, $kept, @others, content, $version FROM told
    WHERE content NOT IN
        (SELECT content FROM accounts WHERE incident_id = $kept AND until IS NULL)""",
    columns=listed(tables.ACCOUNT_COLUMNS),
    others=listed(tables.ACCOUNT_COLUMNS[2:]),
)
_WRITE_RECORDS: Final = fixed(
    """INSERT INTO accounts (@columns, content, since)
    SELECT @columns, content, $version FROM (SELECT *, @content AS content FROM records)
    ANTI JOIN (SELECT incident_id, content FROM accounts WHERE until IS NULL)
    USING (incident_id, content)""",
    columns=listed(tables.ACCOUNT_COLUMNS),
    content=tables.ACCOUNT_CONTENT,
)
_ROW: Final = tuple(name for name in tables.INCIDENT_COLUMNS if name not in tables.COMPUTED)
_WRITE: Final = fixed(
    """INSERT INTO incidents (@columns, import_id, n_accounts, disputed, updated_at, content, held,
        live, since)
    SELECT @given, i.import_id, coalesce(d.n_accounts, 0), coalesce(d.disputed, false), $at,
        i.content, i.held, i.incident_id = $kept, $version
    FROM incidents i SEMI JOIN touched USING (incident_id)
    LEFT JOIN derived d ON d.incident_id = i.incident_id
    WHERE i.until IS NULL ORDER BY i.date_start, i.incident_id""",
    columns=listed(_ROW),
    given=listed(_ROW, "i"),
)


def merge(
    connection: Connection, kept: str, others: Iterable[str], values: Mapping[str, object]
) -> None:
    """Make several incidents one, within the caller's transaction.

    Raises:
        ImpossibleValue: fewer than two are named, or one of them is not live.
    """
    merged = sorted(set(others) - {kept})
    if not merged:
        raise ImpossibleValue("Name at least two incidents to merge.")
    values = dict(values) | {"kept": kept, "members": [kept, *merged], "what": MERGE}
    for statement in _TOUCH:
        run(connection, statement, values)
    rows = connection.execute(_LIVE).to_arrow_table().to_pylist()
    missing = {kept, *merged} - {row["incident_id"] for row in rows}
    if missing:
        raise ImpossibleValue(f"The store has no incident {min(missing)!r}, or it was merged.")
    connection.register("records", _records(rows, kept))
    run(connection, _COPY, values)
    for statement in (_WRITE_RECORDS, DERIVE, _WRITE, CLOSE_FORMER):
        run(connection, statement, values)
    subject = json.dumps({"into": kept, "merged": merged})
    record_change(connection, values | {"dataset": subject})


def _records(rows: Sequence[Mapping[str, object]], kept: str) -> pa.Table:
    """What each source's record says, as an account of the incident that is kept."""
    told = []
    for row in rows:
        same = ("perpetrators", "targets", "weapon_text", "place_text")
        told.append(
            {name: row[name] for name in same}
            | {f"{stem}_{end}": row[f"{stem}_{end}"] for stem in ("killed", "injured")
               for end in ("low", "high")}
            | {
                "account_id": f"{row['incident_id']}/record",
                "incident_id": kept,
                "source_title": row["title"],
                "publisher": row["dataset"],
                "quote": row["summary"],
                "date_text": row["date_text"] or _span(row),
                "place_text": row["place_text"] or row["place_name"],
                "stance": "reports",
            }
        )  # fmt: skip
    return pa.Table.from_pylist(told, schema=arrow_schema(ACCOUNTS))


def _span(row: Mapping[str, object]) -> str | None:
    if row["date_start"] is None:
        return None
    if row["date_start"] == row["date_end"]:
        return str(row["date_start"])
    return f"{row['date_start']} to {row['date_end']}"


def unmerge(connection: Connection, version: int, values: Mapping[str, object]) -> None:
    """Take back the merge of a version of the store.

    Raises:
        ImpossibleValue: there is none, or a later one stands on it.
    """
    standing = merges(connection)
    found = next((one for one in standing if one.version == version), None)
    if found is None:
        raise ImpossibleValue(f"No merge of version {version} of the store stands.")
    members = {found.kept, *found.merged}
    if any(one.version > version and members & {one.kept, *one.merged} for one in standing):
        raise ImpossibleValue("These incidents were merged again later: take that back first.")
    reverse(connection, dict(values) | {"what": UNMERGE, "reverses": version})


_ADDED_BY: Final = """SELECT a.incident_id FROM incidents a
LEFT JOIN incidents b ON b.incident_id = a.incident_id AND b.until = a.since
WHERE a.since = (SELECT max(version) FROM changes WHERE import_id = $import_id)
AND NOT coalesce(b.live, false)"""
_OF_DATASET: Final = (
    "SELECT DISTINCT incident_id FROM incidents WHERE dataset = $dataset AND until IS NULL"
)
_TEMPORARY: Final = ("touched", "reopened", "derived")


def release(connection: Connection, values: Mapping[str, object], version: int) -> int:
    """Take back the merges of incidents that are about to go; the next version to write.

    `values` name the import that will be undone, as `import_id`, or the data set that will be
    withdrawn, as `dataset`, and say who and why.
    """
    found = run(connection, _OF_DATASET if "dataset" in values else _ADDED_BY, values).fetchall()
    going = {name for (name,) in found}
    for one in merges(connection):  # the latest first: one that stands on another goes before it
        members = {one.kept, *one.merged}
        if members & going:
            own = {name: values[name] for name in ("at", "who", "why")} | {"version": version}
            reverse(connection, own | {"what": UNMERGE, "reverses": one.version})
            for name in _TEMPORARY:
                connection.execute(f"DROP TABLE IF EXISTS {name}")
            version += 1
    return version


def set_apart(connection: Connection, pair: Sequence[str], values: Mapping[str, object]) -> None:
    """Record that two incidents are two, so that they are not suggested again."""
    subject = json.dumps(sorted(pair))
    record_change(connection, dict(values) | {"what": APART, "dataset": subject})


__all__ = ["Merge", "merge", "merges", "release", "set_apart", "unmerge"]
