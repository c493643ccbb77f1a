"""Changes by hand: an edit, an import undone or redone, a data set withdrawn or brought back.

Every change writes new rows and closes the former ones; none is deleted. To reverse a change is
one and the same step for all of them: each incident goes back to what it was before that change,
except for columns that were changed again since, which keep what they hold.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import pandas as pd
import pyarrow as pa

from geodata import vocabulary
from geodata.errors import ImpossibleValue, MissingColumn
from geodata.incident import Count, When, Where
from geodata.schema import (
    COUNT_STEMS,
    INCIDENTS,
    Column,
    arrow_schema,
    conform,
    join_list,
    split_list,
    to_arrow,
)
from geodata.store import tables
from geodata.store.file import Connection, give_memory
from geodata.store.imports import CLOSE_FORMER, DERIVE
from geodata.store.ledger import record_change, undone_imports
from geodata.store.tables import fixed, group_of, listed, quoted, run
from geodata.store.telling import Progress, Teller

EDITABLE: Final = tuple(
    name for name in tables.INCIDENT_COLUMNS if name not in tables.COMPUTED | tables.IDENTITY
)
"""Columns that a person may set; the others name the incident or are computed."""

BY_HAND: Final = "placed by hand"
"""`location_method` of an incident whose place a person has set."""

_KINDS: Final = {column.name: column.kind for column in INCIDENTS}
_CODES: Final = {
    "event_type": vocabulary.EVENT_TYPE,
    "date_precision": vocabulary.DATE_PRECISION,
    "location_precision": vocabulary.LOCATION_PRECISION,
    "grade": vocabulary.GRADE,
    "status": vocabulary.STATUS,
    "weapon": vocabulary.WEAPON,
}


# --- one incident edited -------------------------------------------------------------------------

_CURRENT: Final = fixed(
    "SELECT @columns FROM incidents SEMI JOIN asked USING (incident_id) "
    "WHERE until IS NULL AND live",
    columns=listed(tables.INCIDENT_COLUMNS),
)
_TOUCH_EDITED: Final = "CREATE TEMP TABLE touched AS SELECT incident_id FROM edited"
_WRITE_EDIT: Final = fixed(
    "INSERT INTO incidents (@columns, content, held, live, since) "
    "SELECT @values, p.content, list_sort(list_distinct(list_concat(p.held, e.now_held))), "
    "p.live, $version FROM edited e JOIN incidents p "
    "ON p.incident_id = e.incident_id AND p.until IS NULL",
    columns=listed(tables.INCIDENT_COLUMNS),
    values=", ".join(
        "$at" if name == "updated_at" else f"e.{quoted(name)}" for name in tables.INCIDENT_COLUMNS
    ),
)


def edit(
    connection: Connection,
    incident_ids: Iterable[str],
    changes: Mapping[str, Any],
    values: Mapping[str, object],
) -> int:
    """Set columns of incidents by hand, as one change; how many of them that changed.

    Columns that mean something only together (a date and its precision, the three figures of a
    count, a place) are from then on kept together against imports. `weapon_group` follows
    `weapon`, and a place set by hand says so in `location_method`.

    Args:
        connection: within a transaction.
        incident_ids: which.
        changes: what their columns are set to.
        values: as `ledger.change_values` gives them; `what` where it is not "edit".

    Raises:
        ImpossibleValue: no such incident, or values that cannot be.
        UnknownCode: a code that its list does not have.
        MissingColumn: a column that is not there or may not be set.
    """
    edited = []
    current = _current(connection, incident_ids)
    for before, after in zip(current, _edited(current, changes), strict=True):
        changed = [name for name in EDITABLE if before[name] != after[name]]
        if changed:
            held = sorted({kept for name in changed for kept in group_of(name)})
            edited.append(after | {"now_held": held})
    if edited:
        schema = arrow_schema(INCIDENTS).append(pa.field("now_held", pa.list_(pa.string())))
        connection.register("edited", pa.Table.from_pylist(edited, schema))
        for statement in (_TOUCH_EDITED, _WRITE_EDIT, CLOSE_FORMER):
            run(connection, statement, values)
        record_change(connection, {"what": "edit"} | dict(values))
    return len(edited)


def _current(connection: Connection, incident_ids: Iterable[str]) -> list[dict[str, Any]]:
    wanted = sorted(set(incident_ids))
    connection.register("asked", pa.table({"incident_id": pa.array(wanted, pa.string())}))
    found = connection.execute(_CURRENT).to_arrow_table()
    rows: list[dict[str, Any]] = tables.with_utc(found, INCIDENTS).to_pylist()
    missing = set(wanted) - {row["incident_id"] for row in rows}
    if missing:
        raise ImpossibleValue(f"The store has no incident {min(missing)!r}.")
    return rows


def _edited(
    current: Sequence[Mapping[str, Any]], changes: Mapping[str, Any]
) -> list[dict[str, Any]]:
    for name in changes:
        if name not in EDITABLE:
            raise MissingColumn(name, EDITABLE)
    if not changes:
        return [dict(before) for before in current]
    wanted = {name: _plain(name, value) for name, value in changes.items()}
    if "weapon" in wanted and "weapon_group" not in wanted:
        groups = map(vocabulary.weapon_group_of, split_list(wanted["weapon"]))
        wanted["weapon_group"] = join_list(groups)
    edited = []
    for before, canonical in zip(current, _canonical(current, wanted), strict=True):
        after = dict(before) | canonical
        if _moved(before, after) and "location_method" not in wanted:
            after |= {"location_method": BY_HAND, "location_source": wanted.get("location_source")}
        _refuse_impossible(after, wanted)
        edited.append(after)
    return edited


def _moved(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    claim = ("latitude", "longitude", "location_precision", "radius_km")
    return any(before[name] != after[name] for name in claim)


def _plain(name: str, value: Any) -> Any:
    """A value as its column holds it, a sequence of names as one cell."""
    if _KINDS[name] == "list" and not isinstance(value, str) and isinstance(value, Iterable):
        return join_list(value)
    return value


def _canonical(
    rows: Sequence[Mapping[str, Any]], wanted: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """The changed columns and those that go with them, as a canonical table holds them."""
    touched = {name for each in wanted for name in group_of(each)}
    columns = [column for column in INCIDENTS if column.name in touched]
    frame = pd.DataFrame({column.name: _cells(column, rows, wanted) for column in columns})
    canonical: list[dict[str, Any]] = to_arrow(conform(frame, columns), columns).to_pylist()
    return canonical


def _cells(
    column: Column, rows: Sequence[Mapping[str, Any]], wanted: Mapping[str, Any]
) -> pd.Series[Any]:
    """What is wanted of a column, of whatever type it is given; else what the rows hold."""
    value = wanted.get(column.name)
    if value is not None:
        return pd.Series([value] * len(rows), dtype=object)
    held = [None if column.name in wanted else row[column.name] for row in rows]
    return pd.Series(pa.array(held, column.arrow), dtype=pd.ArrowDtype(column.arrow))


def _refuse_impossible(row: Mapping[str, Any], changed: Iterable[str]) -> None:
    """Refuse what a person sets; what its source says wrongly elsewhere in the row is let be."""
    touched = {name for each in changed for name in group_of(each)}
    for name in touched & _CODES.keys():
        for code in split_list(row[name]):
            _ = _CODES[name][code]
    for stem in COUNT_STEMS:
        figures = [row[f"{stem}_{end}"] for end in ("low", "best", "high")]
        if f"{stem}_low" in touched and any(figure is not None for figure in figures):
            Count(*figures)
    if "date_start" in touched:
        When(row["date_start"], row["date_end"], row["date_precision"])
    if "latitude" in touched:
        precision = row["location_precision"] or "unknown"
        Where(latitude=row["latitude"], longitude=row["longitude"], precision=precision)


# --- a change reversed ---------------------------------------------------------------------------

_ROW: Final = (*tables.INCIDENT_COLUMNS, "content", "held", "live")
_UNIT_OF: Final = {
    **{name: group_of(name) for name in tables.INCIDENT_COLUMNS},
    "content": ("content",),
    "held": ("held",),
    "live": ("live",),
}


def _restored(name: str) -> str:
    """SQL of one column put back, unless it was changed again since (c now, a after, b before)."""
    column = quoted(name)
    if name in {"n_accounts", "disputed"}:
        return fixed("coalesce(d.@name, @none)", name=name, none="0" if name[0] == "n" else "false")
    if name == "updated_at":
        return "$at"
    if name == "live":
        # What a later import has written since stands on that import.
        return (
            "CASE WHEN c.live IS DISTINCT FROM a.live OR (c.import_id IS DISTINCT FROM a.import_id "
            "AND NOT coalesce(b.live, false)) THEN c.live ELSE coalesce(b.live, false) END"
        )
    same = " AND ".join(
        f"c.{quoted(other)} IS NOT DISTINCT FROM a.{quoted(other)}" for other in _UNIT_OF[name]
    )
    return f"CASE WHEN b.incident_id IS NOT NULL AND {same} THEN b.{column} ELSE c.{column} END"


def _put_back(name: str) -> str:
    """SQL of one column of a row `x` that is put back whole."""
    if name in {"n_accounts", "disputed"}:
        return _restored(name)
    return "$at" if name == "updated_at" else f"x.{quoted(name)}"


_AS_IT_WAS: Final = fixed(
    """INSERT INTO incidents (@row, since)
    SELECT @values, $version FROM incidents x LEFT JOIN derived d ON d.incident_id = x.incident_id
    WHERE x.until = $reverses AND x.incident_id IN
    (SELECT incident_id FROM incidents WHERE since = $reverses AND until IS NULL)""",
    row=listed(_ROW),
    values=", ".join(map(_put_back, _ROW)),
)
"""What the change wrote stands unchanged, and there was a row before it: that row stands again."""

_WITHDRAWN_AGAIN: Final = fixed(
    """INSERT INTO incidents (@row, since)
    SELECT @values, $version FROM incidents x LEFT JOIN derived d ON d.incident_id = x.incident_id
    WHERE x.since = $reverses AND x.until IS NULL AND x.incident_id NOT IN
    (SELECT incident_id FROM incidents WHERE until = $reverses)""",
    row=listed(_ROW),
    values=", ".join("false" if name == "live" else _put_back(name) for name in _ROW),
)
"""Likewise, and there was none: the incident is no longer live."""

_WHERE_CHANGED_SINCE: Final = fixed(
    """INSERT INTO incidents (@row, since)
    SELECT @restored, $version FROM incidents a
    JOIN incidents c ON c.incident_id = a.incident_id AND c.until IS NULL
    LEFT JOIN incidents b ON b.incident_id = a.incident_id AND b.until = a.since
    LEFT JOIN derived d ON d.incident_id = a.incident_id
    WHERE a.since = $reverses AND a.until IS NOT NULL
    ORDER BY a.date_start, a.incident_id""",
    row=listed(_ROW),
    restored=", ".join(map(_restored, _ROW)),
)
"""The incident was changed again: column by column."""

_TOUCH_WRITTEN: Final = (
    "CREATE TEMP TABLE touched AS SELECT incident_id FROM incidents WHERE since = $reverses"
)
_REVERSE_ACCOUNTS: Final = (
    "CREATE TEMP TABLE reopened AS SELECT * FROM accounts WHERE until = $reverses",
    "UPDATE accounts SET until = $version WHERE since = $reverses AND until IS NULL",
    fixed(
        """INSERT INTO accounts (@columns, content, since)
        SELECT @columns, content, $version FROM reopened
        ANTI JOIN (SELECT incident_id, account_id FROM accounts WHERE until IS NULL)
        USING (incident_id, account_id)""",
        columns=listed(tables.ACCOUNT_COLUMNS),
    ),
    DERIVE,
)
_WHAT_THERE_IS: Final = """SELECT count(*),
    count(*) FILTER (since = $reverses AND until IS NOT NULL),
    count(*) FILTER (until = $reverses),
    count(*) FILTER (since = $reverses AND until IS NULL)
FROM incidents WHERE since = $reverses OR until = $reverses"""


def reverse(
    connection: Connection, values: Mapping[str, object], progress: Progress | None = None
) -> None:
    """Reverse the change of version `values["reverses"]`, within the caller's transaction."""
    teller = Teller(connection, progress)
    found = run(connection, _WHAT_THERE_IS, values).fetchone()
    rows, changed_since, before, standing = found or (0, 0, 0, 0)
    give_memory(connection, rows)
    teller.step("accounts", 0.0, 0.1)
    teller.run(_TOUCH_WRITTEN, values)
    for statement, begin in zip(_REVERSE_ACCOUNTS, (0.1, 0.1, 0.15, 0.3), strict=True):
        teller.step("accounts", begin, begin + 0.05)
        teller.run(statement, values)
    # In that order: a row that was written here is never read as one that stood before.
    for begin, there, statement in (
        (0.35, changed_since, _WHERE_CHANGED_SINCE),
        (0.45, before and standing, _AS_IT_WAS),
        (0.65, standing, _WITHDRAWN_AGAIN),
    ):
        if there:  # a statement over all columns takes its time also where it writes nothing
            teller.step("incidents", begin, begin + 0.2)
            teller.run(statement, values)
    teller.step("closing what was there before", 0.85, 0.9)
    teller.run(CLOSE_FORMER, values)
    teller.step("recording the change", 0.9, 1.0)
    record_change(connection, values)


def reverse_import(
    connection: Connection,
    import_id: str,
    values: Mapping[str, object],
    *,
    redo: bool,
    progress: Progress | None = None,
) -> None:
    """Undo an import, or redo one that was undone.

    Raises:
        ImpossibleValue: there is no such import, or there is nothing to undo or redo.
    """
    what = "redo import" if redo else "undo import"
    if not connection.execute("SELECT 1 FROM imports WHERE import_id = ?", [import_id]).fetchone():
        raise ImpossibleValue(f"The store has no import {import_id!r}.")
    if (import_id in undone_imports(connection)) != redo:
        state = "stands" if redo else "is undone already"
        raise ImpossibleValue(f"The import {import_id!r} {state}; there is nothing to do.")
    last = connection.execute(
        "SELECT max(version) FROM changes WHERE import_id = ?", [import_id]
    ).fetchone()
    assert last is not None  # noqa: S101 - an aggregate always gives a row
    values = dict(values) | {"what": what, "import_id": import_id, "reverses": last[0]}
    reverse(connection, values, progress)


UNDO_EDIT: Final = "undo edit"
_BY_HAND: Final = ("edit", "place")
BY_HAND_CHANGES: Final = (*_BY_HAND, UNDO_EDIT)
"""Changes of what a person sets: none of them touches what was imported last, or what is live."""


def reverse_edit(connection: Connection, version: int, values: Mapping[str, object]) -> None:
    """Take back what was set by hand in a version of the store.

    Raises:
        ImpossibleValue: nothing was set by hand in it, or that was taken back already.
    """
    found = connection.execute("SELECT what FROM changes WHERE version = ?", [version]).fetchone()
    if found is None or found[0] not in _BY_HAND:
        raise ImpossibleValue(f"Nothing was set by hand in version {version} of the store.")
    if connection.execute("SELECT 1 FROM changes WHERE reverses = ?", [version]).fetchone():
        raise ImpossibleValue(f"What was set in version {version} is taken back already.")
    reverse(connection, dict(values) | {"what": UNDO_EDIT, "reverses": version})


# --- a data set withdrawn ------------------------------------------------------------------------

_WITHDRAW: Final = (
    """CREATE TEMP TABLE touched AS SELECT incident_id FROM incidents
    WHERE dataset = $dataset AND until IS NULL AND live""",
    fixed(
        """INSERT INTO incidents (@row, since)
        SELECT @columns, $at, @rest, false, $version FROM incidents
        SEMI JOIN touched USING (incident_id) WHERE until IS NULL
        ORDER BY date_start, incident_id""",
        row=listed(
            [
                *(name for name in _ROW if name not in {"updated_at", "content", "held", "live"}),
                "updated_at",
                "content",
                "held",
                "live",
            ]
        ),
        columns=listed(name for name in tables.INCIDENT_COLUMNS if name != "updated_at"),
        rest="content, held",
    ),
    CLOSE_FORMER,
)
_ROWS_OF_DATASET: Final = (
    "SELECT count(*) FROM incidents WHERE dataset = $dataset AND until IS NULL"
)
WITHDRAWN: Final = "withdraw data set"
RESTORED: Final = "restore data set"


def withdraw_dataset(
    connection: Connection,
    dataset: str,
    values: Mapping[str, object],
    progress: Progress | None = None,
) -> None:
    """Take every incident of a data set off, to be brought back by `restore_dataset`.

    Raises:
        ImpossibleValue: the data set has no incident.
    """
    values = dict(values) | {"dataset": dataset, "what": WITHDRAWN}
    held = run(connection, _ROWS_OF_DATASET, values)
    give_memory(connection, sum(held.fetchone() or ()))
    teller = Teller(connection, progress)
    for statement, begin, end in zip(_WITHDRAW, (0.0, 0.1, 0.8), (0.1, 0.8, 0.9), strict=True):
        teller.step("incidents", begin, end)
        teller.run(statement, values)
    teller.step("recording the change", 0.9, 1.0)
    if connection.execute("SELECT count(*) FROM touched").fetchone() == (0,):
        raise ImpossibleValue(f"The store has no incident of a data set {dataset!r}.")
    record_change(connection, values)


def restore_dataset(
    connection: Connection,
    dataset: str,
    values: Mapping[str, object],
    progress: Progress | None = None,
) -> None:
    """Bring back what was withdrawn last of a data set.

    Raises:
        ImpossibleValue: the data set was not withdrawn, or is back already.
    """
    last = connection.execute(
        "SELECT version, what FROM changes WHERE subject = ? AND what IN (?, ?) "
        "ORDER BY version DESC LIMIT 1",
        [dataset, WITHDRAWN, RESTORED],
    ).fetchone()
    if last is None or last[1] != WITHDRAWN:
        raise ImpossibleValue(f"The data set {dataset!r} is not withdrawn; there is nothing to do.")
    values = dict(values) | {"dataset": dataset, "what": RESTORED, "reverses": last[0]}
    reverse(connection, values, progress)
