"""A folder to watch: tables that are new in it, or changed, are imported; nothing is moved.

A file is taken when it has not changed for a moment, so that one still being written waits for the
next look. Links are passed over: they may lead out of the folder. A file that cannot be read is
told once, and tried again when it changes.
"""

from __future__ import annotations

import hashlib
import os
import stat
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from geodata.connectors.connector import Connector, Parcel, Setting, Task
from geodata.errors import NotConfigured

TITLE: Final = "Folder"
QUIET_SECONDS: Final = 2.0
MOST_FILES: Final = 10_000
_FOLDER: Final = "CONFLICTMAP_FOLDER"
KINDS: Final = frozenset(
    (".csv", ".tsv", ".tab", ".xlsx", ".xlsm", ".parquet", ".geoparquet", ".pq", ".json", ".jsonl",
     ".ndjson", ".geojson", ".ods", ".kml", ".kmz", ".gpkg")
)  # fmt: skip


def fetch(task: Task) -> Iterator[Parcel]:
    """The files that are new or changed since the last look, by name."""
    folder = _watched(task)
    # Of each folder its own: files of one name in two folders are two files.
    key = hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
    known = _present(folder, task.cursor.get(key))
    fresh: list[tuple[Path, list[int]]] = []
    writing = 0
    for path in sorted(folder.iterdir())[:MOST_FILES]:
        mark = _mark(path)
        if mark is None or known.get(path.name) == mark:
            continue
        if time.time() - mark[0] / 1e9 < QUIET_SECONDS:
            writing += 1
        else:
            fresh.append((path, mark))
    notes = (f"{writing:,} files are still being written; they wait.",) if writing else ()
    if task.dry:
        yield Parcel(notes=(f"{len(fresh):,} files are new or changed.", *notes))
        return
    for number, (path, mark) in enumerate(fresh):
        task.tell(f"File {number + 1:,} of {len(fresh):,}", number / len(fresh))
        known = known | {path.name: mark}
        yield Parcel(task.cursor | {key: known}, path, path.name, faulty=True)
    yield Parcel(task.cursor | {key: known}, notes=notes)


def _present(folder: Path, known: object) -> dict[str, object]:
    """What was taken of the files that are still there."""
    if not isinstance(known, dict):
        return {}
    return {name: mark for name, mark in known.items() if (folder / name).is_file()}


def _watched(task: Task) -> Path:
    folder = Path(task.where or CONNECTOR.value(task.settings, _FOLDER)).expanduser().absolute()
    if not folder.is_dir():
        raise NotConfigured(TITLE, "there is no such folder. Make it, or name another.")
    if not os.access(folder, os.R_OK | os.X_OK):
        raise NotConfigured(TITLE, "the folder may not be read: check its permissions.")
    return folder


def _mark(path: Path) -> list[int] | None:
    """Time and size of a table; None for what is none, such as a link or a table of accounts."""
    name = path.name
    if path.suffix.casefold() not in KINDS or name.startswith((".", "~")) or _is_beside(path):
        return None
    try:
        found = path.lstat()
    except OSError:
        return None
    return [found.st_mtime_ns, found.st_size] if stat.S_ISREG(found.st_mode) else None


def _is_beside(path: Path) -> bool:
    """Whether a file only accompanies another: accounts, or rows that need attention."""
    stem = path.stem
    if stem.endswith((".accounts", "_accounts")):
        return path.with_name(f"{stem[:-9]}{path.suffix}").is_file()
    return stem.endswith(".attention")


CONNECTOR: Final = Connector(
    name="folder",
    title=TITLE,
    description="A folder of this machine: tables that are new in it are imported.",
    licence="as whoever puts the files there says",
    citation=None,
    settings=(Setting(_FOLDER, "the folder to look into", needed=True),),
    fetch=fetch,
    dated=False,
    takes_where=True,
)
