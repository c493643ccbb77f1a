"""`conflictmap read`: news texts to draft incidents, each figure with its quotation."""

from __future__ import annotations

import datetime as dt
from argparse import Namespace

from dashboard.commands.terminal import Terminal
from geodata.errors import ImpossibleValue


def read(arguments: Namespace, terminal: Terminal) -> int:
    """Read a document, or many texts line by line."""
    raise ImpossibleValue("Reading is not there yet.")


def _day(text: str | None) -> dt.date | None:
    if text is None:
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise ImpossibleValue(f"{text!r} is no day; expected YYYY-MM-DD.") from error
