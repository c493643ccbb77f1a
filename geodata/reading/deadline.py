"""A call of foreign code that may never come back, given a deadline.

The call runs in a thread of its own, so that a model is loaded once and kept. A thread cannot be
ended from outside: one that is late is left to itself, and its owner is not called again before
it has ended, so that no more than one hangs. Such a thread does not keep the program from ending.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

Answer = TypeVar("Answer")

_LATE: dict[int, threading.Thread] = {}
"""Thread by `id` of its owner, which the thread keeps alive."""


class NoAnswer(Exception):
    """There was no answer in time; its text says so as the end of a sentence."""


def within(seconds: float, owner: object, call: Callable[[], Answer]) -> Answer:
    """What `call` gives, within so many seconds of the clock.

    Raises:
        NoAnswer: it does not come back in time, or an earlier call of `owner` has not yet.
        Exception: whatever `call` raises; an attempt to end the program is a `RuntimeError`.
    """
    late = _LATE.get(id(owner))
    if late is not None and late.is_alive():
        raise NoAnswer("is still busy with an earlier text and was not asked")
    _LATE.pop(id(owner), None)
    given: list[Answer] = []
    failed: list[BaseException] = []

    def run() -> None:
        try:
            given.append(call())
        except BaseException as error:  # noqa: BLE001 - nothing of it may end the thread unseen
            failed.append(error)

    thread = threading.Thread(target=run, name="plug-in", daemon=True)
    thread.start()
    thread.join(seconds)
    if thread.is_alive():
        _LATE[id(owner)] = thread
        raise NoAnswer(f"did not answer within {seconds:g} seconds")
    if failed:
        if isinstance(failed[0], Exception):
            raise failed[0]
        raise RuntimeError(f"it tried to end the program ({type(failed[0]).__name__})")
    return given[0]
