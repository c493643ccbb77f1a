"""How far a change is, told while its statements run, and the change stopped where it is asked to.

A statement over millions of rows may take a minute. It runs in a thread of its own; whoever asked
for it waits in theirs and is told several times a second, so that what is told may touch a page,
and may raise to stop the statement.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from types import MappingProxyType
from typing import Final, TypeVar

import duckdb

from geodata.store.tables import run

Connection = duckdb.DuckDBPyConnection

Progress = Callable[[float, str], object]
"""Called with the share done (0 to 1) and what is being done; may raise to stop the change."""

Hear = Callable[[], object]
"""Called now and then while something goes on that cannot be stopped any more."""

Result = TypeVar("Result")
_EVERY_S: Final = 0.25
_NO_VALUES: Final[Mapping[str, object]] = MappingProxyType({})


class Teller:
    """Runs the statements of one change, step by step, and tells how far they are.

    Attributes:
        connection: that they run on.
    """

    def __init__(self, connection: Connection, progress: Progress | None = None) -> None:
        self.connection, self._progress = connection, progress
        self._what, self._begin, self._end = "", 0.0, 0.0
        self._told = self._known = 0.0
        if progress is not None:  # DuckDB counts only what it might draw, and draws nothing
            connection.execute("SET enable_progress_bar_print = false")
            connection.execute("SET enable_progress_bar = true")

    def step(self, what: str, begin: float, end: float) -> None:
        """Begin a step, which is so large a share of the whole; tells it."""
        self._what, self._begin, self._end, self._known = what, begin, end, 0.0
        self._tell()

    def know(self, share: float) -> None:
        """Take down how far the step is, 0 to 1; tells nothing, from whichever thread."""
        self._known = share

    def run(self, statement: str, values: Mapping[str, object] = _NO_VALUES) -> Connection:
        """Execute as `tables.run` does.

        Raises:
            BaseException: what the progress raised; the statement is broken off then.
        """
        return self._waited(lambda: run(self.connection, statement, values))

    def _waited(self, work: Callable[[], Result]) -> Result:
        if self._progress is None:
            return work()
        with ThreadPoolExecutor(1, "statement") as thread:
            future = thread.submit(work)
            try:
                while not _ended(future):
                    self._known = max(self._known, self.connection.query_progress() / 100)
                    self._tell()
            except BaseException:
                while not _ended(future):
                    self.connection.interrupt()  # it may not have begun when it was told to stop
                raise
            return future.result()

    def _tell(self) -> None:
        if self._progress is None:
            return
        known = min(max(self._known, 0.0), 1.0)
        self._told = max(self._told, self._begin + (self._end - self._begin) * known)
        self._progress(self._told, self._what)


def _ended(future: Future[Result]) -> bool:
    return bool(wait([future], timeout=_EVERY_S).done)


def settle(work: Callable[[], object], hear: Hear | None) -> None:
    """Do what cannot be broken off, telling whoever waits that it goes on.

    An exception of `hear` changes nothing any more, and is passed over; what ends a thread or a
    program is raised when the work is done.
    """
    if hear is None:
        work()
        return
    held: BaseException | None = None
    with ThreadPoolExecutor(1, "settling") as thread:
        future = thread.submit(work)
        while True:
            try:
                if _ended(future):
                    break
                hear()
            except Exception:  # noqa: BLE001, S110 - the change stands: see above
                pass
            except BaseException as error:  # noqa: BLE001 - likewise
                held = error
    future.result()
    if held is not None:
        raise held
