"""What a server does before the first person asks, so that nobody waits for it.

Streamlit runs Python's garbage collector over all objects after every run of a page. Those that a
server has once and for all, modules above all, are most of them: looking through them took longer
than the run itself. They are set apart once they are there.
"""

from __future__ import annotations

import gc
import importlib
import logging
import pkgutil
import threading
from typing import Final

from dashboard import pages, sidebar
from dashboard.map_script import map_script
from dashboard.served import root, whole
from dashboard.thrift import give_back
from geodata.errors import ConflictMapError

_LOG: Final = logging.getLogger(__name__)
_AT_WORK: Final = threading.Event()


def make_ready() -> None:
    """Load the pages and make what all sessions share; then set apart what is there.

    A store that cannot be read is left alone: the page that asks for it says what is wrong.
    """
    for found in pkgutil.iter_modules(pages.__path__, f"{pages.__name__}."):
        importlib.import_module(found.name)
    map_script(root())
    try:
        edition = whole().edition()
        sidebar.offered(edition)
        len(edition.pack)
    except ConflictMapError as error:
        _LOG.info("Not made ready: %s", type(error).__name__)
    set_apart()
    give_back()


def set_apart() -> None:
    """Keep the collector from looking at what is there now; what dies alone is freed as ever."""
    gc.collect()
    gc.freeze()


def make_ready_beside() -> threading.Thread:
    """`make_ready` in a thread of its own, while the server answers."""

    def work() -> None:
        try:
            make_ready()
        finally:
            _AT_WORK.clear()

    _AT_WORK.set()
    thread = threading.Thread(target=work, name="readiness", daemon=True)
    thread.start()
    return thread


def being_made() -> bool:
    """Whether the first person to ask now would have to wait for what is still being made."""
    return _AT_WORK.is_set()
