"""One writer or many readers, over processes and threads, with a deadline.

Two small files stand beside the store. The lock proper is held shared or exclusive; the turnstile
is passed by everybody on the way in and kept by a waiting writer, so that a stream of readers
cannot keep it out. The operating system lets go of both when a process ends, however it ends.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from geodata.errors import StoreBusy, StoreUnreadable

if sys.platform == "win32":
    import msvcrt

    _FAR = 1 << 30  # a lock on Windows forbids reading the bytes: it is set far behind them

    def _try_lock(descriptor: int, *, exclusive: bool) -> bool:
        """Whether the lock was had; on Windows every lock is exclusive."""
        del exclusive
        os.lseek(descriptor, _FAR, os.SEEK_SET)
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

    def _unlock(descriptor: int) -> None:
        os.lseek(descriptor, _FAR, os.SEEK_SET)
        with suppress(OSError):
            msvcrt.locking(descriptor, msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _try_lock(descriptor: int, *, exclusive: bool) -> bool:
        """Whether the lock was had; it belongs to this descriptor alone, also among threads."""
        try:
            fcntl.flock(descriptor, (fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH) | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _unlock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_UN)


class Lock:
    """The lock of the store at `path`, kept in `path.lock` and `path.turn`."""

    def __init__(self, path: Path, deadline_s: float) -> None:
        self.path, self.deadline_s = path, deadline_s
        self.file = path.with_name(path.name + ".lock")
        self._turnstile = path.with_name(path.name + ".turn")

    @contextmanager
    def held(self, *, exclusive: bool) -> Iterator[int]:
        """Hold the lock; gives the descriptor of the lock file, open for reading and writing.

        Raises:
            StoreBusy: the deadline passed.
            StoreUnreadable: the lock file cannot be made.
        """
        until = time.monotonic() + self.deadline_s
        with self._opened(self._turnstile) as turn, self._opened(self.file) as descriptor:
            self._wait(lambda: _try_lock(turn, exclusive=exclusive), until)
            try:
                self._wait(lambda: _try_lock(descriptor, exclusive=exclusive), until)
            finally:
                _unlock(turn)
            try:
                yield descriptor
            finally:
                _unlock(descriptor)

    def written_now(self) -> bool:
        """Whether a writer holds the lock at this moment."""
        with self._opened(self.file) as descriptor:
            if not _try_lock(descriptor, exclusive=False):
                return True
            _unlock(descriptor)
            return False

    def _wait(self, attempt: Callable[[], bool], until: float) -> None:
        pause = 0.001
        while not attempt():
            if time.monotonic() > until:
                raise StoreBusy(
                    self.path,
                    f"another process is using it and did not finish within "
                    f"{self.deadline_s:g} seconds; try again in a moment.",
                )
            time.sleep(pause)
            pause = min(pause * 1.5, 0.02)

    @contextmanager
    def _opened(self, file: Path) -> Iterator[int]:
        try:
            flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0)
            descriptor = os.open(file, flags, 0o666)
        except OSError as error:
            raise StoreUnreadable(
                self.path,
                f"no file can be written in its folder ({error.strerror}); "
                "choose a folder that you may write to.",
            ) from error
        try:
            yield descriptor
        finally:
            os.close(descriptor)
