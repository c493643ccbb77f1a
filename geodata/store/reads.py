"""What is read from the file when it is asked for: one incident whole, accounts, history, lists."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd
import pyarrow as pa

from geodata.schema import ACCOUNTS, INCIDENTS, to_frame
from geodata.store import tables
from geodata.store.changes import RESTORED, WITHDRAWN
from geodata.store.file import Connection
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
_ACCOUNTS_OF_ONE: Final = fixed(
    "SELECT @columns FROM accounts WHERE incident_id = $incident_id AND until IS NULL "
    "ORDER BY since, account_id",
    columns=listed(tables.ACCOUNT_COLUMNS),
)
_INCIDENT: Final = fixed(
    "SELECT @columns FROM incidents WHERE incident_id = $incident_id AND until IS NULL AND live",
    columns=listed(tables.INCIDENT_COLUMNS),
)
# The record that the row was read from, also after an update was undone.
_RAW: Final = """SELECT raw FROM raws WHERE incident_id = $incident_id AND content =
    (SELECT content FROM incidents WHERE incident_id = $incident_id AND until IS NULL)
ORDER BY since DESC LIMIT 1"""


def incident(connection: Connection, incident_id: str) -> dict[str, Any] | None:
    """One live incident with `accounts`, `raw` and `history`; None where there is none."""
    found = run(connection, _INCIDENT, {"incident_id": incident_id}).to_arrow_table()
    if len(found) == 0:
        return None
    row: dict[str, Any] = with_utc(found, INCIDENTS).to_pylist()[0]
    raw = run(connection, _RAW, {"incident_id": incident_id}).fetchone()
    accounts = run(connection, _ACCOUNTS_OF_ONE, {"incident_id": incident_id}).to_arrow_table()
    told = history(connection, incident_id, limit=1000).to_pylist()
    return row | {
        "accounts": with_utc(accounts, ACCOUNTS).to_pylist(),
        "raw": raw[0] if raw else None,
        "history": [
            entry | {side: _read_json(entry[side]) for side in ("before", "after")}
            for entry in told
        ],
    }


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

_LATEST: Final = """SELECT i.incident_id, i.since FROM incidents i
WHERE $incident_id::VARCHAR IS NULL OR i.incident_id = $incident_id
ORDER BY i.since DESC, i.incident_id LIMIT $limit"""

_HISTORY: Final = fixed(
    """WITH latest AS (@latest)
SELECT c.version, c.made_at AS "at", c.who, c.why, c.what, c.import_id, l.incident_id,
    b.incident_id IS NOT NULL AS had_before, @before, @after, b.live AS b_live, a.live AS a_live
FROM latest l JOIN changes c ON c.version = l.since
JOIN incidents a ON a.incident_id = l.incident_id AND a.since = l.since
LEFT JOIN incidents b ON b.incident_id = l.incident_id AND b.until = l.since
ORDER BY c.version DESC, l.incident_id""",
    latest=_LATEST,
    before=", ".join(f'b."{name}" AS "b_{name}"' for name in tables.INCIDENT_COLUMNS),
    after=", ".join(f'a."{name}" AS "a_{name}"' for name in tables.INCIDENT_COLUMNS),
)
_TOLD: Final = tuple(
    name for name in (*tables.INCIDENT_COLUMNS, "live") if name not in {"updated_at", "import_id"}
)


def history(connection: Connection, incident_id: str | None, *, limit: int) -> pa.Table:
    """Changes of one incident or of all, the latest first; a table of `HISTORY_SCHEMA`."""
    rows = run(connection, _HISTORY, {"incident_id": incident_id, "limit": limit})
    return pa.Table.from_pylist(
        [_entry(row) for row in rows.to_arrow_table().to_pylist()], schema=HISTORY_SCHEMA
    )


def _entry(row: dict[str, Any]) -> dict[str, Any]:
    changed = [name for name in _TOLD if row["had_before"] and row[f"b_{name}"] != row[f"a_{name}"]]
    entry = {name: row[name] for name in HISTORY_SCHEMA.names[:7]}
    entry["at"] = row["at"].replace(tzinfo=dt.UTC)
    for side, letter in (("before", "b"), ("after", "a")):
        values = {name: row[f"{letter}_{name}"] for name in changed}
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
