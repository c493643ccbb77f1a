"""`conflictmap fetch`: what is new at a service, into the record or the review queue."""

from __future__ import annotations

import datetime as dt
import os
import time
from argparse import Namespace
from dataclasses import replace
from typing import Any

from dashboard.commands.places import refuse_unknown_country
from dashboard.commands.record import gazetteer, remove_unused
from dashboard.commands.terminal import Terminal, store_path
from dashboard.connector_settings import settings
from geodata.connectors import CONNECTORS, Connector
from geodata.errors import ConflictMapError, ImpossibleValue, OverQuota, ServiceDown, UnknownCode
from geodata.fetching import Fetched, Former, Wish, fetch, former, sentence
from geodata.gazetteer import country_code
from geodata.reading import load_plugin
from geodata.reading.plugins import SETTING
from geodata.store import Store

REST = time.sleep
"""Between two looks; tests have their own."""


def fetch_from(arguments: Namespace, terminal: Terminal) -> int:
    """Fetch from a service once, or look again and again; without a name, list the services."""
    if arguments.name is None:
        return _list(arguments, terminal)
    if arguments.name not in CONNECTORS:
        raise UnknownCode("service", arguments.name, CONNECTORS)
    connector = CONNECTORS[arguments.name]
    refuse_unknown_country(arguments.country)
    wish = Wish(
        _day(arguments.since, "--since"), _day(arguments.until, "--until"),
        country_code(arguments.country), arguments.where_from, arguments.again, arguments.dry_run,
    )  # fmt: skip
    if arguments.every is None:
        done = _once(connector, wish, arguments, terminal)
        terminal.result(_values(connector, done), sentence(connector, done))
        return 0
    return _watch(connector, wish, arguments, terminal)


def _once(connector: Connector, wish: Wish, arguments: Namespace, terminal: Terminal) -> Fetched:
    configured = settings()
    if not wish.where:
        connector.require(configured)  # before a store is made for nothing
    path = store_path(arguments)
    new = not path.exists()
    store = Store.open(path)
    wanted = os.environ.get(SETTING)
    try:
        done = fetch(
            connector, store, lambda: gazetteer(terminal, store), wish, settings=configured,
            progress=terminal.progress, plugin=load_plugin(wanted) if wanted else None,
        )  # fmt: skip
    except ConflictMapError:
        if new:
            remove_unused(store)
        raise
    for note in done.notes:
        terminal.tell(note)
    if waits := done.counts["attention"] - done.counts["left_out"]:
        terminal.tell(f"{waits:,} rows need attention; they are in the store")
    return done


def _watch(connector: Connector, wish: Wish, arguments: Namespace, terminal: Terminal) -> int:
    """Look again and again until an interrupt; a line of the result for each look that brought."""
    if connector.dated or wish.dry:
        raise ImpossibleValue(
            "--every looks again at a folder or at feeds, and not with --dry-run."
        )
    try:
        while True:
            try:
                done = _once(connector, wish, arguments, terminal)
            except (OverQuota, ServiceDown) as error:
                terminal.tell(str(error))  # it may well be there at the next look
            else:
                if done.imports or done.texts:
                    terminal.result(_values(connector, done), sentence(connector, done))
            wish = replace(wish, again=False)
            REST(arguments.every)
    except KeyboardInterrupt:
        terminal.tell("Watching has ended.")
        return 0


def _list(arguments: Namespace, terminal: Terminal) -> int:
    """The services, whether they are configured, and when they were fetched from last."""
    configured = settings()
    store = store_path(arguments)
    values: list[dict[str, Any]] = []
    lines: list[str] = []
    for connector in CONNECTORS.values():
        missing = [setting.name for setting in connector.missing(configured)]
        last = former(store, connector.name)
        values.append(
            {"name": connector.name, "title": connector.title, "configured": not missing,
             "to_set": missing, "licence": connector.licence,
             "last": last.at.isoformat() if last.at else None, "counts": dict(last.counts),
             "outcome": last.outcome}
        )  # fmt: skip
        state = f"to set: {', '.join(missing)}" if missing else "configured"
        lines.append(f"{connector.name:7} {connector.description} ({state}; {_last(last)})")
    terminal.result(values, "\n".join(lines))
    return 0


def _last(last: Former) -> str:
    if last.at is None:
        return "never fetched"
    return f"last on {last.at:%Y-%m-%d %H:%M} UTC{', not to its end' if last.outcome else ''}"


def _values(connector: Connector, done: Fetched) -> dict[str, Any]:
    return done.counts | {
        "service": connector.name,
        "licence": connector.licence,
        "imports": [report.import_id for report in done.imports],
        "texts_known": done.texts_known,
        "notes": done.notes,
    }


def _day(text: str | None, name: str) -> dt.date | None:
    if text is None:
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise ImpossibleValue(f"{name} {text!r} is no day; write it as 2024-01-31.") from error
