"""`conflictmap attention`: the rows that wait for a person."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from dashboard.commands.record import existing_store
from dashboard.commands.terminal import Terminal
from geodata.errors import ConflictMapError
from geodata.export import write_attention
from geodata.mending import waiting_rows
from geodata.store import Store


def attention(arguments: Namespace, terminal: Terminal) -> int:
    """List the rows that wait or were left out, or write them as a table."""
    store = existing_store(arguments)
    found = _left_out(store) if arguments.left_out else _waiting(store)
    if arguments.out is None:
        terminal.result(found.values, "\n".join((*found.lines, f"{found.told}.")))
        return 0
    written = _written(found.table(), arguments.out)
    result = {"rows": found.rows, "file": str(written)}
    terminal.result(result, f"{found.told}; written to {written}.")
    return 0


@dataclass(frozen=True, slots=True)
class _Found:
    """What is to be told: as JSON, as lines, in a sentence without its stop, or as a table."""

    rows: int
    values: Sequence[Mapping[Any, Any]]
    lines: list[str]
    told: str
    table: Callable[[], pd.DataFrame]


def _waiting(store: Store) -> _Found:
    """Rows that wait, to mend and import."""
    rows = waiting_rows(store)
    values = [
        {"file": row.file, "row": row.row, "columns": list(row.at_fault), "reason": row.reason,
         "repair": row.repair, "key": row.key}
        for row in rows
    ]  # fmt: skip
    lines = [f"{row.file}, row {row.row}: {row.reason}" for row in rows]
    told = f"{len(rows):,} {'row waits' if len(rows) == 1 else 'rows wait'}"
    return _Found(len(rows), values, lines, told, store.attention)


def _left_out(store: Store) -> _Found:
    """Rows that their readers left out, counted by import and reason."""
    counted = store.left_out().to_dict("records")
    count = sum(int(line["rows"]) for line in counted)
    lines = [f"{line['file']}, {line['rows']:,} rows: {line['reason']}" for line in counted]
    told = f"{count:,} {'row is' if count == 1 else 'rows are'} left out"
    return _Found(count, counted, lines, told, store.left_out_rows)


def _written(rows: pd.DataFrame, asked: Path) -> Path:
    out = asked.expanduser().absolute()
    try:
        return write_attention(rows, out)
    except OSError as error:
        raise ConflictMapError(f"{out} cannot be written ({error.strerror}).") from error
