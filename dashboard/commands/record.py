"""`conflictmap import`, `summary`, `export`, `undo` and `check`: what concerns the record."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
from argparse import Namespace
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from dashboard.commands.columns import read_profile
from dashboard.commands.guests import check_access
from dashboard.commands.terminal import Terminal, store_path
from geodata import export as exports
from geodata.errors import ConflictMapError, StoreUnreadable, UnknownCode, UnreadableFile
from geodata.filters import parse_filter
from geodata.gazetteer import Gazetteer
from geodata.ingest import IngestReport, ingest
from geodata.placing import TaughtGazetteer
from geodata.sources import Profile
from geodata.store import COUNTS, ImportRecord, Store, counted


def import_files(arguments: Namespace, terminal: Terminal) -> int:
    """Add files to the store, one import each."""
    for path in arguments.file:
        _refuse_missing(path)
    profile = None if arguments.map is None else read_profile(arguments.map)
    if arguments.header_row is not None:
        profile = replace(profile or Profile(), header_row=arguments.header_row)
    path = store_path(arguments)
    new = not path.exists()
    store = Store.open(path)
    results: list[dict[str, Any]] = []
    try:
        for file in arguments.file:
            report = ingest(
                file.absolute(), store, lambda: gazetteer(terminal, store),
                dataset=arguments.dataset, source=arguments.source, today=_today(),
                day_order=arguments.day_order, profile=profile, progress=terminal.progress,
                apart=True,
            )  # fmt: skip
            results.append(_told(report, file, arguments.attention, terminal))
    finally:
        if new and not results:
            remove_unused(store)
    if len(results) == 1:
        terminal.result(results[0], counted(results[0]))
    else:
        totals = {name: sum(result[name] for result in results) for name in COUNTS}
        lines = [f"{result['file']}: {counted(result)}" for result in results]
        terminal.result(totals | {"files": results}, "\n".join((*lines, counted(totals))))
    return 0


def _today() -> dt.date:
    return dt.datetime.now(tz=dt.UTC).astimezone().date()


def _refuse_missing(path: Path) -> None:
    if not path.exists():
        raise UnreadableFile(path, f"there is no such file in {path.absolute().parent}.")


def remove_unused(store: Store) -> None:
    """A store made for an import that was refused is taken away again."""
    if not store.imports():
        for file in store.path.parent.glob(f"{store.path.name}*"):
            if not file.is_dir():  # reviews and cursors of services are folders
                file.unlink(missing_ok=True)


def _told(
    report: IngestReport, file: Path, attention: Path | None, terminal: Terminal
) -> dict[str, Any]:
    for note in report.notes:
        terminal.tell(f"{file.name}: {note}")
    written = None
    if waits := report.attention - report.left_out:
        written = _write_attention(report, file.absolute(), attention)
        where = "are kept in the store" if written is None else f"stand in {written}"
        terminal.tell(f"{waits:,} rows need attention; they {where}")
    return report.counts | {
        "file": str(file.absolute()),
        "attention_file": None if written is None else str(written),
        "import_id": report.import_id,
        "datasets": list(report.datasets),
        "source": report.source,
        "notes": list(report.notes),
    }


def _write_attention(report: IngestReport, file: Path, asked: Path | None) -> Path | None:
    """Write the rows that need attention as a table to mend and import again.

    Beside the file, or where that folder may only be read, here; None where neither can be.
    """
    name = f"{file.stem.removesuffix('.attention')}.attention.csv"
    places = [file.with_name(name), Path.cwd() / name]
    if asked is not None:
        places = [asked.expanduser().absolute()]
    for place in places:
        with contextlib.suppress(OSError):
            return exports.write_attention(report.needs_attention, place)
    return None


def summary(arguments: Namespace, terminal: Terminal) -> int:
    """Print what a choice adds up to."""
    chosen = parse_filter(_query(arguments.where))
    found = existing_store(arguments).snapshot().summary(chosen)
    terminal.result(json.loads(found.as_json()), found.sentence)
    return 0


def _query(where: str) -> str:
    """The query of a link: all of it where it is none, else what follows its question mark."""
    if "://" in where:
        return where.partition("?")[2].partition("#")[0]
    return where


def export(arguments: Namespace, terminal: Terminal) -> int:
    """Write a choice to a file, with its manifest beside it."""
    chosen = parse_filter(_query(arguments.where))
    store = existing_store(arguments)
    out = arguments.out.expanduser().absolute()
    if arguments.format == "html":
        from dashboard.commands.sharing import write_page  # noqa: PLC0415 - folium loads slowly

        return write_page(store, chosen, out, arguments, terminal)
    if arguments.title is not None or arguments.sensitive or arguments.layers:
        raise ConflictMapError("--title, --sensitive and --layers go with --format html alone.")
    if arguments.format not in exports.EXPORTS:
        raise UnknownCode("export format", arguments.format, [*exports.EXPORTS, "html"])
    done = exports.export(store, chosen, arguments.format, out, at=dt.datetime.now(tz=dt.UTC))
    values = {
        "rows": done.rows,
        "unpublished_left_out": done.withheld,
        "marked_sensitive": done.sensitive,
        "files": [str(file) for file in done.files],
    }
    if done.withheld:
        terminal.tell(f"{done.withheld:,} drafts or withheld incidents stay")
    if done.sensitive:
        terminal.tell(f"{done.sensitive:,} of those written are marked sensitive")
    files = ", ".join(str(file) for file in done.files)
    terminal.result(values, f"{done.rows:,} incidents written to {files}")
    return 0


def undo(arguments: Namespace, terminal: Terminal) -> int:
    """Take an import back, or bring it back; without an import, list them."""
    store = existing_store(arguments)
    if arguments.import_id is None:
        records = store.imports()
        lines = [f"{r.import_id}  {r.at:%Y-%m-%d %H:%M}  {_record_line(r)}" for r in records]
        terminal.result([_record(r) for r in records], "\n".join(lines) or "There is no import.")
        return 0
    act = store.redo if arguments.redo else store.undo
    record = act(
        arguments.import_id, who="local", why=arguments.why,
        progress=lambda share, what: terminal.progress(what, share),
    )  # fmt: skip
    done = "brought back" if arguments.redo else "taken back"
    terminal.result(_record(record), f"{record.import_id} ({record.file}) is {done}.")
    return 0


def _record(record: ImportRecord) -> dict[str, Any]:
    told = asdict(record) | {"at": record.at.isoformat()}
    del told["read_as"]  # for the store's own use
    return told


def _record_line(record: ImportRecord) -> str:
    return f"{record.file}: {counted(record.counts)}{' (undone)' if record.undone else ''}"


def existing_store(arguments: Namespace) -> Store:
    """The store asked for.

    Raises:
        StoreUnreadable: there is none, or it cannot be read.
    """
    path = store_path(arguments)
    if not path.exists():
        raise StoreUnreadable(path, "it is not there. Import a file first, or name another.")
    return Store.open(path, create=False)


def gazetteer(terminal: Terminal, store: Store | None = None) -> Gazetteer:
    """The gazetteer, with the places that a store has learned and its analysts have set."""
    if store is None:
        found = Gazetteer.open(progress=terminal.progress)
    else:
        found = TaughtGazetteer().of(store.snapshot(), terminal.progress)
    for sentence in found.left_out:
        terminal.tell(sentence)
    return found


def check(arguments: Namespace, terminal: Terminal) -> int:
    """Say whether store, bundled data and, where named, the access settings are sound."""
    path = store_path(arguments)
    found: dict[str, Any] = {"store": str(path), "incidents": None, "version": None}
    if path.exists():
        store = existing_store(arguments)
        found |= {"incidents": len(store.snapshot()), "version": store.version()}
    probe = gazetteer(terminal).locate("Aleppo", country="SYR")
    if probe.latitude is None:
        raise ConflictMapError("The gazetteer does not find Aleppo: install the package again.")
    found["gazetteer"] = probe.source
    if arguments.access is not None:
        found["access"] = check_access(arguments)
    held = "no store yet" if found["incidents"] is None else f"{found['incidents']:,} incidents"
    terminal.result(found, f"{path}: {held}. Gazetteer: {probe.source}. All is sound.")
    return 0
