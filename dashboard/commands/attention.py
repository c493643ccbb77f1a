"""`conflictmap attention`: the rows that wait for a person."""

from __future__ import annotations

from argparse import Namespace

from dashboard.commands.record import existing_store
from dashboard.commands.terminal import Terminal
from geodata.errors import ConflictMapError
from geodata.export import write_attention
from geodata.mending import waiting_rows


def attention(arguments: Namespace, terminal: Terminal) -> int:
    """List the rows that wait, or write them as a table to mend and import."""
    store = existing_store(arguments)
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
    out = arguments.out.expanduser().absolute()
    try:
        written = write_attention(store.attention(), out)
    except OSError as error:
        raise ConflictMapError(f"{out} cannot be written ({error.strerror}).") from error
    result = {"rows": len(rows), "file": str(written)}
    terminal.result(result, f"{count}; written to {written}.")
    return 0
