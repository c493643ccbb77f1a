"""`conflictmap access`: links for guests, who is signed in, what was noted."""

from __future__ import annotations

import datetime as dt
import getpass
from argparse import Namespace
from collections.abc import Callable, Iterable
from dataclasses import asdict
from typing import Any, Final

from dashboard.access.book import Book, book_beside
from dashboard.access.gate import LONGEST_LINK_DAYS, Gate
from dashboard.access.principal import Role
from dashboard.access.selfcheck import problems, provider_problem
from dashboard.access.settings import read_settings
from dashboard.commands.terminal import Terminal, store_path
from geodata.errors import ConflictMapError, ImpossibleValue
from geodata.filters import parse_filter, to_query
from geodata.store import Store

_TIMES: Final = ("at", "made", "seen", "until", "revoked")


def access(arguments: Namespace, terminal: Terminal) -> int:
    """Make, list or revoke links; list or end sessions; read the audit.

    Raises:
        BadSettings, StoreError, BadLink: as their sentences say.
        ImpossibleValue: what is to be revoked is not there, or a link cannot be made so.
    """
    settings = read_settings(arguments.access)
    path = store_path(arguments)
    store = Store.open(path, create=False).name()
    book = Book(settings.book or book_beside(path), store)
    try:
        _ACTIONS[arguments.action](Gate(settings, book, store), arguments, terminal)
    finally:
        book.close()
    return 0


def check_access(arguments: Namespace) -> str:
    """The address that people type, where everything about access is in order.

    Raises:
        ConflictMapError: with every problem that there is.
    """
    settings = read_settings(arguments.access)
    path = store_path(arguments)
    store = Store.open(path, create=False).name()
    book = Book(settings.book or book_beside(path), store)
    try:
        found = problems(settings, book, path)
    finally:
        book.close()
    if settings.provider is not None:
        away = provider_problem(settings.provider)
        found += [] if away is None else [away]
    if found:
        raise ConflictMapError(" ".join(found))
    return settings.address


def _link(gate: Gate, arguments: Namespace, terminal: Terminal) -> None:
    if not 0 < arguments.days <= LONGEST_LINK_DAYS:
        raise ImpossibleValue(f"--days {arguments.days:g}: a link lasts up to 366 days.")
    role = Role[arguments.role.upper()]
    chosen = parse_filter(arguments.where)
    if chosen and role is not Role.VIEWER:
        raise ImpossibleValue("--where narrows what a viewer sees; an editor sees everything.")
    link, address = gate.make_link(
        role, within=to_query(chosen), note=arguments.note, by=getpass.getuser(),
        days=arguments.days,
    )  # fmt: skip
    terminal.tell("Whoever has this link gets in. It is shown here only.")
    terminal.result({"link": link.link, "address": address, "until": _time(link.until)}, address)


def _links(gate: Gate, _arguments: Namespace, terminal: Terminal) -> None:
    _listed(({**asdict(link), "role": link.role.name.lower()} for link in gate.book.links()),
            terminal)  # fmt: skip


def _sessions(gate: Gate, _arguments: Namespace, terminal: Terminal) -> None:
    _listed(({**asdict(one), "key": one.key[:12]} for one in gate.book.sessions()), terminal)


def _audit(gate: Gate, _arguments: Namespace, terminal: Terminal) -> None:
    _listed((asdict(entry) for entry in gate.book.audit()), terminal)


def _revoke(gate: Gate, arguments: Namespace, terminal: Terminal) -> None:
    name = arguments.name or ""
    link, sessions = gate.book.revoke_link(name), gate.book.end_session(name)
    if not link and not sessions:
        raise ImpossibleValue(f"There is no link or session {name!r} to revoke.")
    gate.book.note("revoked", who=getpass.getuser(), detail=name)
    terminal.result({"link": link, "sessions": sessions}, f"{name} opens nothing any more.")


_ACTIONS: Final[dict[str, Callable[[Gate, Namespace, Terminal], None]]] = {
    "link": _link,
    "links": _links,
    "revoke": _revoke,
    "sessions": _sessions,
    "audit": _audit,
}
ACTIONS: Final = tuple(_ACTIONS)


def _listed(rows: Iterable[dict[str, Any]], terminal: Terminal) -> None:
    told = [
        {name: _time(value) if name in _TIMES else value for name, value in row.items()}
        for row in rows
    ]
    lines = [
        "  ".join(f"{name} {_shown(value)}" for name, value in row.items() if value) for row in told
    ]
    terminal.result(told, "\n".join(lines) if lines else "None.")


def _shown(value: Any) -> str:
    """Text on one line, whatever was put into it."""
    text = str(value)
    return "".join(
        letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text
    )


def _time(seconds: float | None) -> str | None:
    if seconds is None:
        return None
    return dt.datetime.fromtimestamp(seconds, dt.UTC).isoformat(timespec="seconds")
