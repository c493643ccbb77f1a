"""A file that was imported before, and of whose data sets nothing has changed since.

Every row of it then is a duplicate: it has the content that was last imported under its id, no
account of it is new, and its incident is live or merged into one that is. Only where no row waits
for a person is that so: one that needs attention may be judged otherwise another day. What the
reader left out is there already as it is kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from geodata.store.changes import BY_HAND_CHANGES
from geodata.store.file import Connection
from geodata.store.imports import WRITE_IMPORT
from geodata.store.ledger import ImportRecord, imports, record_change
from geodata.store.tables import run

_CHANGED_SINCE: Final = """SELECT count(*) FROM incidents i
SEMI JOIN (SELECT version FROM changes WHERE version > $version
    AND NOT list_contains($by_hand::VARCHAR[], what)) c ON c.version = i.since
WHERE i.since > $version AND list_contains($datasets::VARCHAR[], i.dataset)"""
"""What a person sets in an incident leaves the content that was imported, which rows are
compared with; every other change of an incident writes a row of it."""


def stands(connection: Connection, import_id: str) -> ImportRecord | None:
    """The import, if every row of its file would be a duplicate now; else None."""
    found = next((one for one in imports(connection) if one.import_id == import_id), None)
    if found is None or found.undone or found.attention > found.left_out:
        return None
    since = {"version": found.version, "datasets": list(found.datasets)}
    changed = run(connection, _CHANGED_SINCE, since | {"by_hand": list(BY_HAND_CHANGES)})
    return found if changed.fetchone() == (0,) else None


def add(
    connection: Connection, import_id: str, values: Mapping[str, object]
) -> ImportRecord | None:
    """Write another import of the same file, within the caller's transaction, where it stands."""
    found = stands(connection, import_id)
    if found is None:
        return None
    written = dict(values) | {
        "import_id": f"import-{values['version']}",
        "what": "import",
        "dataset": found.read_as,
        "file": found.file,
        "sha256": found.sha256,
        "datasets": list(found.datasets),
        "rows": found.rows,
        "duplicates": found.rows,
        **dict.fromkeys(("added", "updated", "attention"), 0),
    }
    record_change(connection, written)
    run(connection, WRITE_IMPORT, written)
    return next(one for one in imports(connection) if one.version == values["version"])
