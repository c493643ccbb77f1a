"""Pairs that may be one: days within a window, places within what both may mean."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from geodata.dedupe.events import Events
from geodata.dedupe.word_sets import Numbers, Pairs

_LONGEST_SPAN: Final = 31
_SLACK_KM: Final = 3.0
_BAND: Final = 0.5
_EARTH_KM: Final = 6371.0088
_DEGREE_KM: Final = 111.0
"""A little less than a degree of latitude is, so that a search by degrees misses nothing."""
_AT_ONCE: Final = 200_000

_NEAR: Final = """WITH reaching AS (
    SELECT *, floor((lat - (reach + $slack / 2) / $degree) / $band)::INTEGER AS low,
        floor((lat + (reach + $slack / 2) / $degree) / $band)::INTEGER AS high,
        cos(radians(lat)) AS narrowing FROM rows
), a AS (
    SELECT *, unnest(range(first_day, last_day + 1)) AS day
    FROM (SELECT *, unnest(range(low, high + 1)) AS band FROM reaching)
), b AS (
    SELECT *, unnest(range(first_day - $window, last_day + $window + 1)) AS day
    FROM (SELECT *, unnest(range(low, high + 1)) AS band FROM reaching)
)
SELECT a.row AS first, b.row AS second FROM a JOIN b USING (day, band)
WHERE a.dataset < b.dataset AND day = greatest(a.first_day, b.first_day - $window)
AND band = greatest(a.low, b.low) AND abs(a.lat - b.lat) * $degree <= a.reach + b.reach + $slack
AND (abs(a.lon - b.lon) * $degree * least(a.narrowing, b.narrowing) <= a.reach + b.reach + $slack
    OR abs(a.lon - b.lon) > 350 OR least(a.narrowing, b.narrowing) < 0.1)"""
"""Each incident stands in every band of latitude that it may have been in, and on every day; of
those that two share, the first makes them a pair, so that none is found twice."""


def candidates(events: Events, window_days: int) -> tuple[Pairs, Pairs]:
    """Rows of pairs within the window of days and within what their places may mean."""
    placed = ~np.isnan(events.latitude) & ~np.isnan(events.longitude)
    dated = ~np.isnan(events.start) & (events.end - events.start <= _LONGEST_SPAN)
    usable = np.flatnonzero(placed & dated)
    rows = pa.table(
        {
            "row": usable.astype(np.int32),
            "dataset": events.datasets[usable],
            "lat": events.latitude[usable],
            "lon": events.longitude[usable],
            "reach": events.reach_km[usable],
            "first_day": events.start[usable].astype(np.int64),
            "last_day": events.end[usable].astype(np.int64),
        }
    )
    values = {"band": _BAND, "window": window_days, "slack": _SLACK_KM, "degree": _DEGREE_KM}
    near: list[tuple[Pairs, Pairs]] = [(np.empty(0, np.int32), np.empty(0, np.int32))]
    with duckdb.connect() as connection:
        connection.execute("SET enable_progress_bar = false")
        connection.register("rows", rows)
        for piece in connection.execute(_NEAR, values).to_arrow_reader(_AT_ONCE):
            first, second = (np.asarray(piece.column(name)) for name in ("first", "second"))
            together = events.reach_km[first] + events.reach_km[second] + _SLACK_KM
            close = kilometres(events, first, second) <= together
            near.append((first[close], second[close]))
    first, second = (np.concatenate(ends) for ends in zip(*near, strict=True))
    order = np.lexsort((second, first))
    return first[order], second[order]


def kilometres(table: Events, first: Pairs, second: Pairs) -> Numbers:
    """Great-circle distance, by the haversine formula."""
    lat1, lat2 = np.radians(table.latitude[first]), np.radians(table.latitude[second])
    turn = np.radians(table.longitude[second] - table.longitude[first])
    chord = np.sin((lat2 - lat1) / 2) ** 2 + np.cos(lat1) * np.cos(lat2) * np.sin(turn / 2) ** 2
    distance: Numbers = 2 * _EARTH_KM * np.arcsin(np.sqrt(np.clip(chord, 0, 1)))
    return distance


def but(
    events: Events, first: Pairs, second: Pairs, apart: Iterable[tuple[str, str]]
) -> tuple[Pairs, Pairs]:
    """The pairs without those that a person has said are two."""
    known = list(apart)
    if not known:
        return first, second
    ids = events.frame.column("incident_id")
    ends = (pa.array([pair[end] for pair in known], pa.string()) for end in (0, 1))
    one, other = (pc.fill_null(pc.index_in(end, value_set=ids), -1).to_numpy() for end in ends)
    count = len(ids)
    said = np.minimum(one, other).astype(np.int64) * count + np.maximum(one, other)
    met = np.minimum(first, second).astype(np.int64) * count + np.maximum(first, second)
    keep = ~np.isin(met, said[(one >= 0) & (other >= 0)])
    return first[keep], second[keep]
