"""SQLite files from outside, opened so that they can be read and nothing else.

A table may be a view, and a view may be any query: so writing, attaching, pragmas, recursion and
extensions are forbidden, a value has a greatest length, and each question a deadline.
"""

from __future__ import annotations

import contextlib
import sqlite3
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from geodata.errors import UnreadableFile

HEAD: Final = b"SQLite format 3\0"
"""How every SQLite file begins."""
_STEPS: Final = 10_000
"""Steps of SQLite's machine between two looks at the clock."""
_ALLOWED: Final = frozenset({sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION})


class GuardedFile:
    """An SQLite file open for reading; may be asked by several threads, one at a time.

    Args:
        path: the file.
        kind: what it should be, for the sentence of an error.
        most_bytes: longest value that is read.

    Raises:
        UnreadableFile: it cannot be opened.
    """

    def __init__(self, path: Path, kind: str, most_bytes: int) -> None:
        self.path, self.kind = path, kind
        self._lock = threading.Lock()
        self._until = 0.0
        address = f"{path.absolute().as_uri()}?mode=ro"
        try:
            self._file = sqlite3.connect(address, uri=True, check_same_thread=False)
        except sqlite3.Error as error:
            raise UnreadableFile(path, f"cannot be opened ({error}).") from error
        self._file.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, most_bytes)
        self._file.execute("pragma trusted_schema = off")
        self._file.execute("pragma cell_size_check = on")
        self._file.set_authorizer(_only_reading)
        self._file.set_progress_handler(lambda: int(time.monotonic() > self._until), _STEPS)

    @contextlib.contextmanager
    def asking(self, seconds: float) -> Iterator[sqlite3.Connection]:
        """The connection for questions that end in time.

        Raises:
            UnreadableFile: the file is no such file, damaged, or the time was up.
        """
        with self._lock:
            self._until = time.monotonic() + seconds
            try:
                yield self._file
            except (sqlite3.Error, OverflowError) as error:
                raise UnreadableFile(
                    self.path, f"cannot be read as {self.kind} ({error})."
                ) from error

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._file.close()


def quoted(name: str) -> str:
    """A table's or column's name for a query; SQLite takes none as a parameter."""
    return '"' + name.replace('"', '""') + '"'


def _only_reading(action: int, *_details: str | None) -> int:
    return sqlite3.SQLITE_OK if action in _ALLOWED else sqlite3.SQLITE_DENY
