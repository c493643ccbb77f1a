"""What is read from the file when it is asked for: one incident whole, accounts, history, lists."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from geodata.schema import ACCOUNTS, INCIDENTS, to_frame
from geodata.store import tables
from geodata.store.changes import RESTORED, WITHDRAWN
from geodata.store.file import Connection
from geodata.store.positions import Positions
from geodata.store.tables import fixed, listed, run, with_utc

_LIVE: Final = "until IS NULL AND live"
_TEXTS: Final = pa.string()

HISTORY_SCHEMA: Final = pa.schema(
    [
        pa.field("version", pa.int64()),
        pa.field("at", pa.timestamp("us", tz="UTC")),
        pa.field("who", _TEXTS),
        pa.field("why", _TEXTS),
        pa.field("what", _TEXTS),
        pa.field("import_id", _TEXTS),
        pa.field("incident_id", _TEXTS),
        pa.field("before", _TEXTS),
        pa.field("after", _TEXTS),
    ]
)
"""Of a history: `before` and `after` are JSON objects of the columns that changed; both null where
the change brought the incident."""

_ACCOUNTS: Final = fixed(
    "SELECT @columns FROM accounts SEMI JOIN (SELECT incident_id FROM incidents "
    "WHERE until IS NULL AND live) USING (incident_id) WHERE until IS NULL "
    "ORDER BY incident_id, since, account_id",
    columns=listed(tables.ACCOUNT_COLUMNS),
)
_ACCOUNTS_OF: Final = _ACCOUNTS.replace(
    "WHERE until IS NULL ORDER", "SEMI JOIN wanted USING (incident_id) WHERE until IS NULL ORDER"
)
# Of one incident: rows by their numbers, of which `_own` leaves its own. Were the id asked for,
# DuckDB would look for it in all the rows around them.
_ACCOUNTS_OF_ONE: Final = fixed(
    "SELECT @columns FROM accounts WHERE rowid IN (SELECT unnest($accounts::BIGINT[])) "
    "AND until IS NULL ORDER BY since, account_id",
    columns=listed(tables.ACCOUNT_COLUMNS),
)
_CHAIN: Final = fixed(
    "SELECT @columns, content, live, since, until FROM incidents "
    "WHERE rowid IN (SELECT unnest($incidents::BIGINT[]))",
    columns=listed(tables.INCIDENT_COLUMNS),
)
# The record that the row was read from, also after an update was undone, is the latest of these.
_RAWS: Final = """SELECT incident_id, content, raw FROM raws
WHERE rowid IN (SELECT unnest($raws::BIGINT[])) ORDER BY since DESC"""


def incident(
    connection: Connection, positions: Positions, incident_id: str
) -> dict[str, Any] | None:
    """One live incident with `accounts`, `raw` and `history`; None where there is none.

    `positions` are of the version that the connection reads.
    """
    asked = _asked(connection, positions, incident_id)
    chain = _own(connection, _CHAIN, asked)
    held = chain.filter(pc.and_(pc.is_null(chain["until"]), chain["live"]))
    if len(held) == 0:
        return None
    row: dict[str, Any] = with_utc(held.select(tables.INCIDENT_COLUMNS), INCIDENTS).to_pylist()[0]
    content = held["content"][0].as_py()
    raws = _own(connection, _RAWS, asked).select(["content", "raw"]).to_pylist()
    accounts = _own(connection, _ACCOUNTS_OF_ONE, asked)
    return row | {
        "accounts": with_utc(accounts, ACCOUNTS).to_pylist(),
        "raw": next((found["raw"] for found in raws if found["content"] == content), None),
        "history": [
            entry | {side: _read_json(entry[side]) for side in ("before", "after")}
            for entry in _told(connection, chain, limit=_TOLD_OF_ONE)
        ],
    }


def _asked(connection: Connection, positions: Positions, incident_id: str) -> dict[str, object]:
    return {"incident_id": incident_id, **positions.of(connection, incident_id)}


def _own(connection: Connection, statement: str, asked: Mapping[str, object]) -> pa.Table:
    """Of the rows that a statement finds, those of the incident that is asked for."""
    found = run(connection, statement, asked).to_arrow_table()
    return found.filter(pc.equal(found["incident_id"], pa.scalar(asked["incident_id"])))


def _read_json(text: str | None) -> Any:
    return None if text is None else json.loads(text)


def accounts_table(connection: Connection, incident_ids: Iterable[str] | None) -> pa.Table:
    """Accounts of live incidents, by incident; of all where no ids are given."""
    if incident_ids is None:
        return with_utc(connection.execute(_ACCOUNTS).to_arrow_table(), ACCOUNTS)
    wanted = pa.table({"incident_id": pa.array(sorted(set(incident_ids)), pa.string())})
    connection.register("wanted", wanted)
    return with_utc(connection.execute(_ACCOUNTS_OF).to_arrow_table(), ACCOUNTS)


# --- history -------------------------------------------------------------------------------------

_TOLD_OF_ONE: Final = 1000
_LATEST: Final = """SELECT i.incident_id, i.since FROM incidents i
ORDER BY i.since DESC, i.incident_id LIMIT $limit"""
# Whole chains, of which `_told` takes what is latest: joined to themselves in SQL, they took longer
# to plan than to read.
_CHAINS: Final = fixed(
    "SELECT @columns, live, since, until FROM incidents SEMI JOIN (@latest) USING (incident_id)",
    columns=listed(tables.INCIDENT_COLUMNS),
    latest=_LATEST,
)
_CHANGES: Final = """SELECT version, made_at AS "at", who, why, what, import_id FROM changes
WHERE list_contains($versions, version)"""
_SAID: Final = tuple(
    name for name in (*tables.INCIDENT_COLUMNS, "live") if name not in {"updated_at", "import_id"}
)


def history(connection: Connection, *, limit: int) -> pa.Table:
    """Changes of all incidents, the latest first; a table of `HISTORY_SCHEMA`."""
    chains = run(connection, _CHAINS, {"limit": limit}).to_arrow_table()
    return pa.Table.from_pylist(_told(connection, chains, limit=limit), schema=HISTORY_SCHEMA)


def history_of(
    connection: Connection, positions: Positions, incident_id: str, *, limit: int
) -> pa.Table:
    """Changes of one incident, live or not, likewise.

    `positions` are of the version that the connection reads.
    """
    asked = _asked(connection, positions, incident_id)
    chain = _own(connection, _CHAIN, asked)
    return pa.Table.from_pylist(_told(connection, chain, limit=limit), schema=HISTORY_SCHEMA)


def _told(connection: Connection, chains: pa.Table, *, limit: int) -> list[dict[str, Any]]:
    """What the latest rows of whole chains changed, the latest first."""
    rows = chains.to_pylist()
    replaced = {(row["incident_id"], row["until"]): row for row in rows}
    rows.sort(key=lambda row: (-row["since"], row["incident_id"]))
    versions = sorted({row["since"] for row in rows[:limit]})
    found = run(connection, _CHANGES, {"versions": versions}).to_arrow_table().to_pylist()
    changes = {change["version"]: change for change in found}
    return [
        _entry(changes[row["since"]], replaced.get((row["incident_id"], row["since"])), row)
        for row in rows[:limit]
    ]


def _entry(
    change: dict[str, Any], before: dict[str, Any] | None, after: dict[str, Any]
) -> dict[str, Any]:
    changed = [name for name in _SAID if before is not None and before[name] != after[name]]
    entry = change | {
        "incident_id": after["incident_id"],
        "at": change["at"].replace(tzinfo=dt.UTC),
    }
    for side, row in (("before", before), ("after", after)):
        values = {name: row[name] for name in changed} if row is not None else {}
        entry[side] = json.dumps(values, default=str, ensure_ascii=False) if values else None
    return entry


# --- lists ---------------------------------------------------------------------------------------

_DATASETS: Final = """SELECT i.dataset, count(*) FILTER (live) AS incidents,
    i.dataset = 'sample' AS sample, max(m.made_at) AS imported_at,
    bool_or(w.subject IS NOT NULL) AS withdrawn
FROM incidents i
LEFT JOIN (SELECT dataset, max(made_at) AS made_at FROM
    (SELECT unnest(datasets) AS dataset, version FROM imports) JOIN changes USING (version)
    GROUP BY dataset) m ON m.dataset = i.dataset
LEFT JOIN (SELECT subject FROM changes WHERE what IN ($withdrawn, $restored) GROUP BY subject
    HAVING arg_max(what, version) = $withdrawn) w ON w.subject = i.dataset
WHERE until IS NULL GROUP BY i.dataset ORDER BY i.dataset"""
_DATASETS_SCHEMA: Final = pa.schema(
    [
        pa.field("dataset", _TEXTS),
        pa.field("incidents", pa.int64()),
        pa.field("sample", pa.bool_()),
        pa.field("imported_at", pa.timestamp("us", tz="UTC")),
        pa.field("withdrawn", pa.bool_()),
    ]
)


def datasets(connection: Connection) -> pd.DataFrame:
    """Data sets by name: dataset, incidents (live), sample, imported_at, withdrawn.

    `withdrawn` says that it was withdrawn and not restored since.
    """
    found = run(connection, _DATASETS, {"withdrawn": WITHDRAWN, "restored": RESTORED})
    return to_frame(found.to_arrow_table().cast(_DATASETS_SCHEMA))


# --- places set by hand --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Placing:
    """One placing by hand: where a person put which incidents.

    Attributes:
        version: of the store that it made; what `Store.undo_edit` takes back.
        at: when, UTC.
        name: the place's name, or the place as written; None where neither is known.
        country: ISO 3166-1 alpha-3; None unknown.
        latitude: WGS 84 degrees.
        longitude: likewise.
        precision: code of the ladder.
        incidents: how many.
    """

    version: int
    at: dt.datetime
    who: str
    why: str
    name: str | None
    country: str | None
    latitude: float
    longitude: float
    precision: str
    incidents: int


_PLACINGS: Final = """SELECT c.version, c.made_at, c.who, c.why,
    min(coalesce(i.place_name, i.place_text)), min(i.country), any_value(i.latitude),
    any_value(i.longitude), any_value(i.location_precision), count(*)
FROM changes c JOIN incidents i ON i.since = c.version
WHERE c.what = 'place'
AND NOT EXISTS (SELECT 1 FROM changes later WHERE later.reverses = c.version)
GROUP BY c.version, c.made_at, c.who, c.why ORDER BY c.version DESC"""


def placings(connection: Connection) -> list[Placing]:
    """Places set by hand and not taken back, the latest first."""
    return [
        Placing(row[0], row[1].replace(tzinfo=dt.UTC), *row[2:])
        for row in connection.execute(_PLACINGS).fetchall()
    ]
