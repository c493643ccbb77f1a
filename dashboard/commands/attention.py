"""`conflictmap attention`: the rows that wait for a person."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

import pandas as pd

from dashboard.commands.record import existing_store
from dashboard.commands.terminal import Terminal
from geodata.errors import ConflictMapError
from geodata.export import write_attention
from geodata.mending import waiting_rows
from geodata.store import Store


def attention(arguments: Namespace, terminal: Terminal) -> int:
    """List the rows that wait, or write them as a table to mend and import."""
    store = existing_store(arguments)
    if arguments.left_out:
        return _left_out(store, arguments, terminal)
    rows = waiting_rows(store)
    values = [
        {"file": row.file, "row": row.row, "columns": list(row.at_fault), "reason": row.reason,
         "repair": row.repair, "key": row.key}
        for row in rows
    ]  # fmt: skip
    count = f"{len(rows):,} {'row waits' if len(rows) == 1 else 'rows wait'}"
    if arguments.out is None:
        lines = [f"{row.file}, row {row.row}: {row.reason}" for row in rows]
        terminal.result(values, "\n".join((*lines, f"{count}.")))
        return 0
    written = _written(store.attention(), arguments.out)
    result = {"rows": len(rows), "file": str(written)}
    terminal.result(result, f"{count}; written to {written}.")
    return 0


def _left_out(store: Store, arguments: Namespace, terminal: Terminal) -> int:
    """Rows that their readers left out: counted by import and reason, or written whole."""
    counted = store.left_out().to_dict("records")
    count = sum(int(line["rows"]) for line in counted)
    told = f"{count:,} {'row is' if count == 1 else 'rows are'} left out"
    if arguments.out is None:
        lines = [f"{line['file']}, {line['rows']:,} rows: {line['reason']}" for line in counted]
        terminal.result(counted, "\n".join((*lines, f"{told}.")))
        return 0
    written = _written(store.left_out_rows(), arguments.out)
    terminal.result({"rows": count, "file": str(written)}, f"{told}; written to {written}.")
    return 0


def _written(rows: pd.DataFrame, asked: Path) -> Path:
    out = asked.expanduser().absolute()
    try:
        return write_attention(rows, out)
    except OSError as error:
        raise ConflictMapError(f"{out} cannot be written ({error.strerror}).") from error
