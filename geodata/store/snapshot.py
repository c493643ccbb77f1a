"""The live incidents of one version in memory: what the map, the list and the sentence are made of.

A snapshot never changes and may be used from any thread. The sessions of one process share it, and
it holds no file open. `follow` makes the next one from the rows that changed. Texts that many rows
share are kept once (`geodata.store.coded`).
"""

from __future__ import annotations

import queue
import threading
import weakref
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, Final

import ibis
import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from geodata.filters import TEXT_COLUMNS, IncidentFilter, Summary, summarise
from geodata.schema import INCIDENTS, to_frame
from geodata.store import coded, tables
from geodata.store.file import Connection, connect, last_version, store_id
from geodata.store.tables import fixed, listed, with_utc
from geodata.vocabulary import LOCATION_PRECISION, on_the_map

Rows = npt.NDArray[np.uint32]

PAGE_COLUMNS: Final = (
    "incident_id",
    "title",
    "date_start",
    "date_end",
    "date_precision",
    "date_text",
    "place_name",
    "place_text",
    "admin1",
    "country",
    "location_precision",
    "killed_low",
    "killed_best",
    "killed_high",
    "injured_low",
    "injured_best",
    "injured_high",
    "event_type",
    "weapon",
    "grade",
    "disputed",
    "n_accounts",
)
"""What a list shows of an incident."""

SOURCE_COORDINATES: Final = "source coordinates"
"""`location_method` of a point that the source itself gives."""

_PINNED: Final = ("exact", "site", "street", "neighbourhood", "town")
_FEW_CHANGES: Final = 2_000
_LAST: Final = np.iinfo(np.int32).max


@dataclass(frozen=True)
class _Lent:
    """A connection of DuckDB in memory, and the incidents as it sees them."""

    backend: Any
    table: ir.Table


class Snapshot:
    """The live incidents of one version.

    Attributes:
        version: of the store.
        store: the store's own name, which no other store has.
    """

    def __init__(self, version: int, incidents: pa.Table, store: str = "") -> None:
        self.version = version
        self.store = store
        self._kept = coded.code(incidents)
        self._plain: weakref.ref[Any] | None = None
        numbers = pa.array(np.arange(len(incidents), dtype=np.int32))
        self._numbered = self._kept.append_column("row", numbers)
        self._own = threading.local()
        self._idle: queue.SimpleQueue[_Lent] = queue.SimpleQueue()
        self._searchers: queue.SimpleQueue[Connection] = queue.SimpleQueue()
        self._searched: pa.Table | None = None
        self._texts_lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._kept)

    @property
    def incidents(self) -> pa.Table:
        """Arrow table of `schema.INCIDENTS`, by `date_start` (null last), then `incident_id`.

        The position of a row is its number everywhere. The table is made for whoever asks and goes
        with the last of them: for one column ask `column`, for some rows `page`.
        """
        found = None if self._plain is None else self._plain()
        if found is None:
            found = coded.plain(self._kept)
            self._plain = weakref.ref(found)
        return found

    def column(self, name: str) -> pa.ChunkedArray:
        """One column of `incidents`."""
        return coded.plain(self._kept.select([name])).column(0)

    @property
    def table(self) -> ir.Table:
        """The incidents and their `row` (int32) as an Ibis table; each thread has its own."""
        found: ir.Table | None = getattr(self._own, "table", None)
        if found is None:
            found = self._own.table = self._connect().table
        return found

    def summary(self, chosen: IncidentFilter) -> Summary:
        """What a choice adds up to."""
        if chosen.text is None:
            with self._lent() as lent:
                return summarise(lent.table, chosen)
        hits = pa.table({"row": self.hits(chosen.text).astype(np.int32)})
        with self._lent() as lent:
            lent.backend.con.register("hits", hits)
            found = lent.table.semi_join(lent.backend.table("hits"), "row")
            summary = summarise(found, replace(chosen, text=None))
        return replace(summary, total=len(self))

    def rows(self, chosen: IncidentFilter) -> Rows:
        """Row numbers of a choice, ascending, uint32."""
        if chosen.text is not None:
            others = self.rows(replace(chosen, text=None))
            return np.intersect1d(others, self.hits(chosen.text), assume_unique=True)
        if not chosen:
            return np.arange(len(self), dtype=np.uint32)
        with self._lent() as lent:
            inside = lent.table.filter(chosen.expression(lent.table))
            found = inside.select("row").to_pyarrow()
        return np.sort(found.column("row").to_numpy().astype(np.uint32))

    def hits(self, text: str) -> Rows:
        """Row numbers in which every word is found, as `filters.TEXT_COLUMNS` says."""
        words = (IncidentFilter(text=text).text or "").lower().split()
        if not words:
            return np.arange(len(self), dtype=np.uint32)
        found = " AND ".join(f"contains(body, ${at})" for at in range(1, len(words) + 1))
        with self._searcher() as connection:
            rows = connection.execute(fixed(_HITS, found=found), words).to_arrow_table()
        return np.sort(rows.column("row").to_numpy().astype(np.uint32))

    @contextmanager
    def _searcher(self) -> Iterator[Connection]:
        """A connection that sees the texts, and which no other thread uses meanwhile."""
        try:
            connection = self._searchers.get_nowait()
        except queue.Empty:
            connection = connect()
            # Two threads take twice the processor's time over one text column, and end no sooner.
            connection.execute("SET threads = 1")
            connection.register("texts", self._texts())
        try:
            yield connection
        finally:
            self._searchers.put(connection)

    def _texts(self) -> pa.Table:
        """All searched text of each row, in small letters; made when first searched."""
        with self._texts_lock:
            if self._searched is None:
                self._searched = self._arrow(_TEXTS, {})
            return self._searched

    def page(self, rows: Sequence[int] | Rows) -> list[dict[str, Any]]:
        """`PAGE_COLUMNS` and `row` of some rows, in the order given.

        Raises:
            IndexError: there is no such row.
        """
        wanted = pa.array(np.asarray(rows, dtype=np.int64))
        taken: list[dict[str, Any]] = (
            self._numbered.select(["row", *PAGE_COLUMNS]).take(wanted).to_pylist()
        )
        return taken

    def unlocated(self) -> pd.DataFrame:
        """Incidents that the map cannot draw, by place: name, country, admin1, n, incident_ids.

        The most frequent first; `name` is the name looked up, else the place as written; up to
        20 ids. `n` adds up to `summary().not_on_map`.
        """
        drawn = [code for code in LOCATION_PRECISION.codes if on_the_map(code)]
        return self._frame(_UNLOCATED, {"drawn": drawn})

    def learned_places(self) -> pd.DataFrame:
        """Named places with the coordinates that sources gave them.

        Columns: name, admin1, admin2, country, latitude and longitude (medians, WGS 84),
        count (incidents), spread_km (farthest of them from the median point). Only points that
        are known to a town or closer.
        """
        return self._frame(_LEARNED, {"method": SOURCE_COORDINATES, "pinned": list(_PINNED)})

    def follow(self, connection: Connection) -> Snapshot:
        """The snapshot of the version that stands in the file now; itself where none is newer."""
        version = last_version(connection)
        if store_id(connection) != self.store or version < self.version:
            return load(connection)
        if version == self.version:
            return self
        changed = connection.execute(_CHANGED, [self.version]).to_arrow_table()
        if len(changed) > _FEW_CHANGES:
            return load(connection)
        return Snapshot(version, _patched(self._kept, changed), self.store)

    def _frame(self, statement: str, values: dict[str, object]) -> pd.DataFrame:
        return to_frame(self._arrow(statement, values))

    def _arrow(self, statement: str, values: dict[str, object]) -> pa.Table:
        with connect() as connection:
            connection.register("incidents", self._numbered)
            return connection.execute(statement, values).to_arrow_table()

    def _connect(self) -> _Lent:
        # DuckDB reads the Arrow table where it lies: a connection of its own costs no copy.
        backend = ibis.duckdb.from_connection(connect())
        backend.con.register("incidents", self._numbered)
        return _Lent(backend, backend.table("incidents"))

    @contextmanager
    def _lent(self) -> Iterator[_Lent]:
        """A table that no other thread uses meanwhile."""
        try:
            lent = self._idle.get_nowait()
        except queue.Empty:
            lent = self._connect()
        try:
            yield lent
        finally:
            self._idle.put(lent)


_LOAD: Final = fixed(
    "SELECT @columns FROM incidents WHERE until IS NULL AND live",
    columns=listed(tables.INCIDENT_COLUMNS),
)
_CHANGED: Final = fixed(
    "SELECT @columns, live FROM incidents WHERE until IS NULL AND since > ?",
    columns=listed(tables.INCIDENT_COLUMNS),
)
# A word has no line break in it, so it is in the joined text where it is in one of the columns.
_TEXTS: Final = fixed(
    'SELECT "row", lower(concat_ws(chr(10), @columns)) AS body FROM incidents',
    columns=listed(TEXT_COLUMNS),
)
_HITS: Final = 'SELECT "row" FROM texts WHERE @found'
_UNLOCATED: Final = """SELECT coalesce(place_name, place_text) AS name, country, admin1,
    count(*) AS n, list(incident_id ORDER BY incident_id)[:20] AS incident_ids
FROM incidents
WHERE latitude IS NULL OR NOT coalesce(list_contains($drawn::VARCHAR[], location_precision), false)
GROUP BY ALL ORDER BY n DESC, name, country, admin1"""
_LEARNED: Final = """WITH named AS (
    SELECT place_name AS name, admin1, admin2, country, latitude, longitude FROM incidents
    WHERE place_name IS NOT NULL AND latitude IS NOT NULL AND location_method = $method
    AND list_contains($pinned::VARCHAR[], location_precision)
), middled AS (
    SELECT *, median(latitude) OVER place AS middle_latitude,
        median(longitude) OVER place AS middle_longitude
    FROM named WINDOW place AS (PARTITION BY name, admin1, admin2, country)
)
SELECT name, admin1, admin2, country, round(any_value(middle_latitude), 6) AS latitude,
    round(any_value(middle_longitude), 6) AS longitude, count(*) AS count,
    round(max(2 * 6371.0088 * asin(least(1, sqrt(
        sin(radians(latitude - middle_latitude) / 2) ** 2
        + cos(radians(latitude)) * cos(radians(middle_latitude))
        * sin(radians(longitude - middle_longitude) / 2) ** 2)))), 3) AS spread_km
FROM middled GROUP BY name, admin1, admin2, country
ORDER BY count DESC, name, country, admin1, admin2"""


def load(connection: Connection) -> Snapshot:
    """The snapshot of the version that stands in the file."""
    found = with_utc(connection.execute(_LOAD).to_arrow_table(), INCIDENTS)
    return Snapshot(last_version(connection), _sorted(found), store_id(connection))


def _sorted(incidents: pa.Table) -> pa.Table:
    keys = [("date_start", "ascending"), ("incident_id", "ascending")]
    order = pc.sort_indices(incidents, sort_keys=keys)  # nulls come last
    positions = order.to_numpy()
    if np.array_equal(positions, np.arange(len(positions))):
        return incidents.combine_chunks()
    with ThreadPoolExecutor() as threads:  # Arrow takes one column after the other by itself
        columns = list(threads.map(lambda column: column.take(order), incidents.columns))
    return pa.table(columns, schema=incidents.schema).combine_chunks()


def _patched(incidents: pa.Table, changed: pa.Table) -> pa.Table:
    """The table without the former rows of the changed incidents and with their live ones."""
    former = pc.is_in(incidents.column("incident_id"), value_set=changed.column("incident_id"))
    gone = np.flatnonzero(former.to_numpy(zero_copy_only=False))
    fresh = with_utc(changed.filter(changed.column("live")).drop_columns(["live"]), INCIDENTS)
    fresh = coded.code(_sorted(fresh))
    places = _insertion_points(incidents, fresh)
    cuts = [(int(at), 1, -1) for at in gone] + [(int(at), 0, n) for n, at in enumerate(places)]
    pieces, start = [], 0
    for at, skipped, number in sorted(cuts):
        pieces.append(incidents.slice(start, at - start))
        if number >= 0:
            pieces.append(fresh.slice(number, 1))
        start = at + skipped
    pieces.append(incidents.slice(start))
    return coded.joined(pieces)


def _insertion_points(incidents: pa.Table, fresh: pa.Table) -> list[int]:
    """For each fresh row, the position of the first incident that comes after it."""
    days, ids = _days(incidents), incidents.column("incident_id")
    result = []
    for day, name in zip(_days(fresh), fresh.column("incident_id").to_pylist(), strict=True):
        low, high = np.searchsorted(days, [day, day + 1])
        result.append(bisect_left(range(high), name, lo=low, key=lambda at: ids[at].as_py()))
    return result


def _days(table: pa.Table) -> npt.NDArray[np.int64]:
    days = pc.fill_null(table.column("date_start").cast(pa.int32()), int(_LAST))
    return np.asarray(days.to_numpy(), dtype=np.int64)
