"""Connections that read the store's file, without DuckDB being started anew for each of them.

Starting DuckDB takes four times as long as opening the file. So a started one, without any file,
is kept, and the file is attached while somebody reads and detached before the lock is let go:
between two readers nobody holds the file. Who comes while another reads, reads beside them in the
same DuckDB, which has the file's description at hand by then: each holds the lock from before they
enter until after they leave, so that no writer can have come between.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
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
"""Of those started, so many are kept for the next readers."""
_TOGETHER: Final = 8
"""How many readers one takes in before the file is detached from it; what they read stays in its
memory until then."""


@dataclass
class _Started:
    """A DuckDB with the file attached.

    Attributes:
        inside: readers that use it now.
        entered: readers that have used it since the file was attached.
        failed: something was raised while one of them read.
    """

    connection: Connection
    inside: int = 0
    entered: int = 0
    failed: bool = False


class Readers:
    """Started DuckDBs that can read one file and no other.

    Args:
        path: the store's file; it need not be there yet.
    """

    def __init__(self, path: Path) -> None:
        self._path = path.absolute()
        self._idle: list[Connection] = []
        self._lock = threading.Lock()
        self._attached: _Started | None = None

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A read-only connection of its own; what it registers goes with it.

        Whoever asks holds the store's lock.

        Raises:
            duckdb.Error: as when the file is opened.
        """
        started, connection = self._entered()
        try:
            # Where Python itself runs interactively, a long query would draw a bar.
            connection.execute("SET enable_progress_bar = false; USE store")
            yield connection
        except BaseException:
            started.failed = True
            raise
        finally:
            connection.close()
            self._left(started)

    def _entered(self) -> tuple[_Started, Connection]:
        """A DuckDB with the file, and a connection to it."""
        with self._lock:
            started = self._attached
            if started is None or started.failed or started.entered >= _TOGETHER:
                connection = self._taken()
                connection.execute(f"ATTACH {_text(self._path)} AS store (READ_ONLY)")
                started = self._attached = _Started(connection)
            started.inside += 1
            started.entered += 1
            return started, started.connection.cursor()

    def _left(self, started: _Started) -> None:
        """The last to leave detaches the file; what ended without an error is kept."""
        with self._lock:
            started.inside -= 1
            if started.inside:
                return
            if self._attached is started:
                self._attached = None
        if not started.failed:
            started.connection.execute("DETACH store")
            with self._lock:
                if len(self._idle) < _KEPT:
                    self._idle.append(started.connection)
                    return
        started.connection.close()

    def _taken(self) -> Connection:
        """One that nobody uses, or a new one."""
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


def _text(path: Path) -> str:
    """A path as a text in SQL: statements that attach files take no parameters."""
    return "'" + str(path).replace("'", "''") + "'"
