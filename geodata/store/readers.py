"""Connections that read the store's file, without DuckDB being started anew for each of them.

Starting DuckDB takes four times as long as opening the file. So a started one, without any file,
is kept, and the file is attached while somebody reads and detached before the lock is let go:
between two readers nobody holds the file.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import duckdb

Connection = duckdb.DuckDBPyConnection

SETTINGS: Final[dict[str, str | bool | int | float | list[str]]] = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "python_enable_replacements": "false",
}
"""With `enable_external_access`, what every connection to a store is opened with: it reads no other
file and loads nothing."""

_KEPT: Final = 2
"""Of those started for readers that came at the same time, so many are kept for the next."""


class Readers:
    """Started DuckDBs that can read one file and no other.

    Args:
        path: the store's file; it need not be there yet.
    """

    def __init__(self, path: Path) -> None:
        self._path = path.absolute()
        self._idle: list[Connection] = []
        self._lock = threading.Lock()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A read-only connection of its own; what it registers goes with it.

        Raises:
            duckdb.Error: as when the file is opened.
        """
        started = self._taken()
        started.execute(f"ATTACH {_text(self._path)} AS store (READ_ONLY)")
        connection = started.cursor()
        try:
            # Where Python itself runs interactively, a long query would draw a bar.
            connection.execute("SET enable_progress_bar = false; USE store")
            yield connection
        finally:
            connection.close()
            started.execute("DETACH store")
        self._give_back(started)

    def _taken(self) -> Connection:
        """One that nobody uses, or a new one."""
        with self._lock:
            if self._idle:
                return self._idle.pop()
        started = duckdb.connect(":memory:", config=SETTINGS)
        # Few rows are read at a time: a second thread ends them no sooner, takes half as much of
        # the processor again, and takes it from another process.
        started.execute("SET threads = 1")
        beside = [_text(self._path), _text(self._path.with_name(f"{self._path.name}.wal"))]
        spilled = _text(self._path.with_name(f"{self._path.name}.tmp"))
        started.execute(f"SET temp_directory = {spilled}")
        started.execute(f"SET allowed_paths = [{', '.join(beside)}]")
        started.execute("SET enable_external_access = false")
        return started

    def _give_back(self, started: Connection) -> None:
        """Keep it for the next; only what ended without an error comes here."""
        with self._lock:
            if len(self._idle) < _KEPT:
                self._idle.append(started)
                return
        started.close()


def _text(path: Path) -> str:
    """A path as a text in SQL: statements that attach files take no parameters."""
    return "'" + str(path).replace("'", "''") + "'"
