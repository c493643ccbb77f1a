"""How often somebody may do something: a window that slides, in the memory of one process."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from typing import Final

_MOST_KEYS: Final = 10_000


class Rate:
    """So many times within so many seconds, for each key.

    Args:
        times: how often.
        seconds: within which time.
        now: a clock that never goes back, in seconds.
    """

    def __init__(
        self, times: int, seconds: float, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._times, self._seconds, self._now = times, seconds, now
        self._taken: OrderedDict[str, deque[float]] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, key: str) -> bool:
        """Whether it may be done once more; counts it if so."""
        with self._lock:
            now = self._now()
            taken = self._taken.setdefault(key, deque())
            self._taken.move_to_end(key)
            while len(self._taken) > _MOST_KEYS:
                self._taken.popitem(last=False)
            while taken and taken[0] <= now - self._seconds:
                taken.popleft()
            if len(taken) >= self._times:
                return False
            taken.append(now)
            return True
