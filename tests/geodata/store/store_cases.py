"""Batches written as short tables."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd
import pyarrow as pa

from geodata.schema import ACCOUNTS, INCIDENTS, Column, conform, to_frame
from geodata.store import ATTENTION_SCHEMA, Batch

Row = Mapping[str, Any]


def canonical(rows: Iterable[Row], columns: tuple[Column, ...]) -> pd.DataFrame:
    known = {column.name: column for column in columns}
    rows = list(rows)
    data = {
        name: pa.array([row.get(name) for row in rows], known[name].arrow)
        for name in known
        if any(name in row for row in rows)
    }
    frame = to_frame(pa.table(data)) if data else pd.DataFrame(index=range(len(rows)))
    return conform(frame, columns)


def make_batch(
    incidents: Iterable[Row],
    accounts: Iterable[Row] = (),
    attention: Iterable[Row] = (),
    *,
    file: str = "file.csv",
    dataset: str | None = "press",
) -> Batch:
    incidents, attention = [{"dataset": dataset} | dict(row) for row in incidents], list(attention)
    return Batch(
        incidents=canonical(incidents, INCIDENTS),
        accounts=canonical(accounts, ACCOUNTS),
        raw=[json.dumps(row, default=str) for row in incidents],
        attention=to_frame(pa.Table.from_pylist(attention, schema=ATTENTION_SCHEMA)),
        rows=len(incidents) + len(attention),
        file=file,
    )
