"""Who changed what, when and why: one row a change, and one an import."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Final

from geodata.left_out import LEFT_OUT
from geodata.store.file import Connection
from geodata.store.tables import run


@dataclass(frozen=True)
class ImportRecord:
    """What became of one import: `rows == added + updated + duplicates + attention`.

    Attributes:
        import_id: its name; also in column `import_id` of the incidents it wrote last.
        at: when, UTC.
        datasets: the data sets of its rows.
        left_out: rows among those that need attention that their reader left out, and that wait
            for nobody; see `geodata.left_out`.
        undone: it was undone and not redone since.
        version: the version of the store that it made.
        read_as: how the file was read, as JSON text, or None; see `Batch.read_as`.
    """

    import_id: str
    at: dt.datetime
    who: str
    why: str
    file: str
    sha256: str | None
    datasets: tuple[str, ...]
    rows: int
    added: int
    updated: int
    duplicates: int
    attention: int
    left_out: int
    undone: bool
    version: int
    read_as: str | None

    @property
    def counts(self) -> dict[str, int]:
        """`rows, added, updated, duplicates, attention`; the last four sum to the first.

        And `left_out`, of those that need attention.
        """
        return {name: int(getattr(self, name)) for name in COUNTS}


COUNTS: Final = ("rows", "added", "updated", "duplicates", "attention", "left_out")


def counted(counts: Mapping[str, int]) -> str:
    """What became of rows, for a person: counts by name as of `COUNTS`."""
    rows, left_out = counts["rows"], counts["left_out"]
    return (
        f"{rows:,} {'row' if rows == 1 else 'rows'}, of which {counts['added']:,} added, "
        f"{counts['updated']:,} updated, {counts['duplicates']:,} already there, "
        f"{counts['attention'] - left_out:,} need attention"
        + (f", {left_out:,} left out" if left_out else "")
    )


_WRITE_CHANGE: Final = (
    "INSERT INTO changes VALUES ($version, $at, $who, $why, $what, $import_id, $dataset, $reverses)"
)


ACTING: Final[ContextVar[str | None]] = ContextVar("acting", default=None)
"""Who is known to act, where the store knows; the history then names nobody else."""


def change_values(version: int, who: str, why: str) -> dict[str, object]:
    """What every change records: its version, who (see `ACTING`), why, and now (UTC)."""
    now = dt.datetime.now(dt.UTC).replace(tzinfo=None)
    return {"version": version, "at": now, "who": ACTING.get() or who, "why": why}


def record_change(connection: Connection, values: Mapping[str, object]) -> None:
    """Write who changed what when and why; values that a change has not are null."""
    blank = dict.fromkeys(("import_id", "dataset", "reverses"))
    run(connection, _WRITE_CHANGE, blank | dict(values))


_IMPORTS: Final = """SELECT i.import_id, c.made_at, c.who, c.why, i.file, i.sha256, i.datasets,
    i.rows_read, i.added, i.updated, i.duplicates, i.attention, i.version,
    c.subject, (SELECT count(*) FROM attention a
        WHERE a.import_id = i.import_id AND starts_with(a.reason, $left_out))
FROM imports i JOIN changes c USING (version) ORDER BY i.version"""

_UNDONE: Final = """SELECT import_id FROM changes
WHERE what IN ('undo import', 'redo import') GROUP BY import_id
HAVING arg_max(what, version) = 'undo import'"""


def undone_imports(connection: Connection) -> set[str]:
    """The ids of imports that were undone and not redone since."""
    return {str(row[0]) for row in connection.execute(_UNDONE).fetchall()}


def imports(connection: Connection) -> list[ImportRecord]:
    """Every import, oldest first."""
    undone = undone_imports(connection)
    return [
        ImportRecord(
            import_id=row[0],
            at=row[1].replace(tzinfo=dt.UTC),
            who=row[2],
            why=row[3],
            file=row[4],
            sha256=row[5],
            datasets=tuple(row[6]),
            rows=row[7],
            added=row[8],
            updated=row[9],
            duplicates=row[10],
            attention=row[11],
            undone=row[0] in undone,
            version=row[12],
            read_as=row[13],
            left_out=row[14],
        )
        for row in run(connection, _IMPORTS, {"left_out": LEFT_OUT}).fetchall()
    ]


MERGE: Final = "merge"
UNMERGE: Final = "undo merge"
APART: Final = "not the same"
_STANDING: Final = """SELECT c.version, c.made_at, c.who, c.why, c.subject FROM changes c
WHERE c.what = $what AND NOT EXISTS (SELECT 1 FROM changes later WHERE later.reverses = c.version)
ORDER BY c.version DESC"""


@dataclass(frozen=True, slots=True)
class Merge:
    """Incidents that a person has made one.

    Attributes:
        version: of the store that it made; what `Store.unmerge` takes back.
        at: when, UTC.
        kept: the incident that holds the accounts of all.
        merged: the others, which are no longer live.
    """

    version: int
    at: dt.datetime
    who: str
    why: str
    kept: str
    merged: tuple[str, ...]


def merges(connection: Connection) -> list[Merge]:
    """Merges that stand, the latest first."""
    found = []
    for version, at, who, why, subject in run(connection, _STANDING, {"what": MERGE}).fetchall():
        said = json.loads(subject)
        moment = at.replace(tzinfo=dt.UTC)
        found.append(Merge(version, moment, who, why, said["into"], tuple(said["merged"])))
    return found


def set_apart_pairs(connection: Connection) -> list[tuple[str, str]]:
    """Pairs of incidents that a person has said are two."""
    found = run(connection, _STANDING, {"what": APART}).fetchall()
    pairs = (json.loads(subject) for *_, subject in found)
    return [(first, second) for first, second in pairs]
