"""Rows that need attention: which of them wait, and what a person has said of them.

A waiting row is known by its `key`: the MD5 of its file's name, its row number and its record as
it was read. It waits until the row comes in mended, by an import that answers it, or until a
person sets it aside; undoing that import, or taking the row up again, lets it wait once more. The
row itself is never changed, and what the import that met it counted stays as it was. Rows that a
reader left out (`geodata.left_out`) wait for nobody.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import pandas as pd
import pyarrow as pa

from geodata.errors import ImpossibleValue
from geodata.left_out import LEFT_OUT
from geodata.schema import to_frame
from geodata.store.file import Connection
from geodata.store.ledger import record_change, undone_imports
from geodata.store.tables import fixed, run

MENDED: Final = "mend rows"
SET_ASIDE: Final = "set rows aside"
TAKEN_UP: Final = "take rows up again"

_KEY: Final = "md5(CAST(to_json(list_value(file, CAST(row_number AS VARCHAR), raw)) AS VARCHAR))"
_WAITING: Final = fixed(
    """SELECT a.import_id, a.file, row_number AS "row", column_name AS "column",
    reason, repair, raw, record, "key", c.subject AS read_as
FROM (SELECT *, @key AS "key" FROM attention
    WHERE coalesce(starts_with(reason, $left_out), false) = $wanted) a
JOIN imports i USING (import_id) JOIN changes c ON c.version = i.version
WHERE NOT list_contains($undone::VARCHAR[], a.import_id)
AND NOT list_contains($answered::VARCHAR[], "key")
QUALIFY row_number() OVER (PARTITION BY a.file, a.row_number, column_name, reason, raw
    ORDER BY i.version DESC) = 1
ORDER BY i.version, a.row_number""",
    key=_KEY,
)
_LEFT_OUT: Final = """SELECT import_id, a.file, reason, count(*) AS "rows"
FROM attention a JOIN imports i USING (import_id)
WHERE starts_with(reason, $left_out) AND NOT list_contains($undone::VARCHAR[], import_id)
GROUP BY import_id, a.file, reason, i.version ORDER BY i.version DESC, reason"""
_KEYS_OF: Final = fixed(
    'SELECT DISTINCT @key AS "key" FROM attention WHERE import_id = $import_id', key=_KEY
)
_ANSWERS: Final = """SELECT c.version, c.made_at, c.who, c.why, c.what, c.subject FROM changes c
WHERE c.what IN ($mended, $set_aside)
AND NOT EXISTS (SELECT 1 FROM changes later WHERE later.reverses = c.version)
ORDER BY c.version DESC"""


@dataclass(frozen=True, slots=True)
class SetAside:
    """Rows that a person has set aside, in one change.

    Attributes:
        version: of the store that it made; what `take_up` takes back.
        at: when, UTC.
        rows: how many.
    """

    version: int
    at: dt.datetime
    who: str
    why: str
    rows: int


def waiting(connection: Connection) -> pd.DataFrame:
    """Rows that wait: import_id, file, row, column, reason, repair, raw, record, key, read_as.

    A row that was imported again waits once, with the latest import. `raw` is the verbatim source
    record; `record` is, for a row that was read and could not be stored, the incident and its
    accounts; `read_as` says how its import was read. The three are JSON text or null.
    """
    return to_frame(_table(connection))


def left_out(connection: Connection) -> pd.DataFrame:
    """Rows that readers left out and that wait for nobody, counted: import_id, file, reason, rows.

    The latest import first; those of imports that were taken back do not count.
    """
    values = {"undone": sorted(undone_imports(connection)), "left_out": LEFT_OUT}
    return to_frame(run(connection, _LEFT_OUT, values).to_arrow_table())


def left_out_rows(connection: Connection) -> pd.DataFrame:
    """These rows themselves, columns as of `waiting`."""
    return to_frame(_table(connection, left_out=True))


def _table(connection: Connection, *, left_out: bool = False) -> pa.Table:
    undone = sorted(undone_imports(connection))
    answered = [] if left_out else sorted(_answered(connection, set(undone)))
    values = {"undone": undone, "answered": answered, "left_out": LEFT_OUT, "wanted": left_out}
    return run(connection, _WAITING, values).to_arrow_table()


def _answers(connection: Connection) -> list[tuple[SetAside, str, list[str], str | None]]:
    """Answers that stand: the change, what it was, the keys, and the import that mended them."""
    found = run(connection, _ANSWERS, {"mended": MENDED, "set_aside": SET_ASIDE}).fetchall()
    told = []
    for version, at, who, why, what, subject in found:
        said = json.loads(subject)
        change = SetAside(version, at.replace(tzinfo=dt.UTC), who, why, len(said["rows"]))
        told.append((change, what, said["rows"], said.get("import")))
    return told


def _answered(connection: Connection, undone: set[str]) -> set[str]:
    return {
        key for _, _, keys, mending in _answers(connection) if mending not in undone for key in keys
    }


def refuse_unknown(connection: Connection, keys: Iterable[str]) -> None:
    """Refuse keys of rows that do not wait.

    Raises:
        ImpossibleValue: one of them was mended or set aside meanwhile, or never was there.
    """
    keys = set(keys)
    if keys and keys - set(_table(connection).column("key").to_pylist()):
        raise ImpossibleValue(
            "A row of these waits no more: it was mended or set aside meanwhile. Look again."
        )


def answer(
    connection: Connection, import_id: str, keys: Sequence[str], values: Mapping[str, object]
) -> None:
    """Record that an import has brought rows in mended; those that wait again are left out."""
    again = run(connection, _KEYS_OF, {"import_id": import_id}).fetchall()
    kept = sorted(set(keys) - {key for (key,) in again})
    if kept:
        subject = json.dumps({"import": import_id, "rows": kept})
        record_change(connection, dict(values) | {"what": MENDED, "dataset": subject})


def set_aside(connection: Connection, keys: Iterable[str], values: Mapping[str, object]) -> None:
    """Let rows wait no more, since a person says so.

    Raises:
        ImpossibleValue: no row is named, or one of them does not wait.
    """
    kept = sorted(set(keys))
    if not kept:
        raise ImpossibleValue("Name at least one row to set aside.")
    refuse_unknown(connection, kept)
    subject = json.dumps({"rows": kept})
    record_change(connection, dict(values) | {"what": SET_ASIDE, "dataset": subject})


def take_up(connection: Connection, version: int, values: Mapping[str, object]) -> None:
    """Let rows wait again that were set aside in a version.

    Raises:
        ImpossibleValue: none were, or they wait again already.
    """
    if version not in {change.version for change in set_asides(connection)}:
        raise ImpossibleValue(f"No rows stand aside since version {version} of the store.")
    record_change(connection, dict(values) | {"what": TAKEN_UP, "reverses": version})


def set_asides(connection: Connection) -> list[SetAside]:
    """What was set aside and not taken up again, the latest first."""
    return [change for change, what, _, _ in _answers(connection) if what == SET_ASIDE]
