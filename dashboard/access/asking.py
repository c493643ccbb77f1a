"""Who asks, for whatever runs on their behalf: a route, a page's script, a download made late.

The door notes it for each request. A page's script runs in a thread of its own; it is known by the
cookies of its websocket, which are looked up again at each run, so that a session that was ended
is ended there too. Where nobody is known, nothing is allowed.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from dashboard.access.gate import Gate
from dashboard.access.principal import LOCAL, Principal
from geodata.errors import NotAllowed
from geodata.store import Rights

UNNAMED: Final = "analyst"
"""Whose name a change bears where nobody signs in."""

_ASKS: Final[ContextVar[tuple[Principal | None, str] | None]] = ContextVar("asks", default=None)

_gate: Gate | None = None


def guard_with(gate: Gate | None) -> None:
    """Name the gate of this process; None for one person on their own machine."""
    global _gate  # noqa: PLW0603 — pages and routes run in this process and find it here
    _gate = gate


def gate() -> Gate | None:
    """The gate of this process."""
    return _gate


@contextmanager
def asked_by(principal: Principal | None, address: str) -> Iterator[None]:
    """Note who asks, and from which network address, until the block ends."""
    before = _ASKS.set((principal, address))
    try:
        yield
    finally:
        _ASKS.reset(before)


def principal() -> Principal | None:
    """Who asks; None where nobody is known, which is never the case without a gate."""
    if _gate is None:
        return LOCAL
    # A page's thread first: it never carries the note of a request.
    context = get_script_run_ctx(suppress_warning=True)
    if context is not None:
        return _gate.principal(st.context.cookies.to_dict())
    noted = _ASKS.get()
    return None if noted is None else noted[0]


def rights() -> Rights | None:
    """What who asks may do with the store; None means everything, as no gate is there.

    Raises:
        NotAllowed: nobody is known.
    """
    if _gate is None:
        return None
    who = principal()
    if who is None:
        raise NotAllowed("You are not signed in, or your session has ended; reload the page.")
    return who.rights()


def writer() -> str:
    """Whose name a change bears; `UNNAMED` where nobody signs in.

    Raises:
        NotAllowed: whoever asks may not change anything.
    """
    held = rights()
    if held is None:
        return UNNAMED
    held.require_write()
    return held.who or UNNAMED


def exporting(what: str) -> None:
    """Count an export against its limit and write it to the audit.

    Raises:
        NotAllowed: nobody is known.
        TooOften: there were too many.
    """
    if _gate is None:
        return
    who = principal()
    if who is None:
        raise NotAllowed("You are not signed in, or your session has ended; reload the page.")
    noted = _ASKS.get()
    _gate.export(who, "" if noted is None else noted[1], what)
