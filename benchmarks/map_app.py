"""Serves the dashboard on a table of synthetic incidents, without importing them into a store.

    python benchmarks/map_app.py PORT TABLE.arrow

`benchmarks/map.py` starts it. The store is an empty one whose snapshot is that table.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pyarrow as pa

sys.path.insert(0, str(Path(__file__).parents[1]))

from dashboard.promptness import send_promptly
from dashboard.readiness import make_ready_beside
from dashboard.served import ServedStore, serve_from
from dashboard.server import application, settings
from dashboard.thrift import waste_little
from geodata.store import Snapshot, Store


@contextlib.asynccontextmanager
async def ready(_: object) -> AsyncIterator[None]:
    """As `conflictmap serve` starts."""
    send_promptly(asyncio.get_running_loop())
    make_ready_beside()
    yield


def main() -> None:
    """Serve until ended."""
    waste_little()
    port, file = int(sys.argv[1]), sys.argv[2]
    with pa.memory_map(file) as source:
        table = pa.ipc.open_file(source).read_all()
    with tempfile.TemporaryDirectory() as folder:
        store: Any = Store.open(Path(folder) / "benchmark.duckdb")
        snapshot = Snapshot(1, table, "benchmark")
        store.snapshot = lambda: snapshot
        serve_from(ServedStore(store))
        application(ready).run(config=settings(port))


if __name__ == "__main__":
    main()
