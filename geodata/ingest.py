"""From a file to the record in one call: read, locate, add, with an account of every row."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, fields
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from geodata import sandbox, sources
from geodata.errors import DataMissing
from geodata.gazetteer import Gazetteer
from geodata.geocode import locate_table
from geodata.geocode.table import FILLED
from geodata.sources.again import Asked, read_as_before
from geodata.store import Batch, ImportRecord, Store, no_attention

Progress = Callable[[str, float], None]
"""Told what is being done and the share of the whole that is done, 0 to 1; may raise to stop."""

SAMPLE_FILES = ("sample_incidents.csv", "sample_accounts.csv")
SAMPLE_DATASET = "sample"
_NOTHING_NEW = "It was imported before, and nothing of its data sets has changed since."
KEY_COLUMN = "attention_key"
"""The column by which a table of mended rows says which waiting rows it mends."""


@dataclass(frozen=True)
class IngestReport(ImportRecord):
    """What became of a file: the import as the store keeps it, and how it was read.

    Attributes:
        needs_attention: rows that wait for a person: row, column, reason, repair, raw
            (JSON text), key.
        source: key of the reader, in `sources.SOURCES`.
        notes: sentences on how the file was read.
    """

    needs_attention: pd.DataFrame
    source: str
    notes: tuple[str, ...]


def ingest(  # noqa: PLR0913 - each is one thing that a person may say of a file
    path: Path,
    store: Store,
    gazetteer: Gazetteer | Callable[[], Gazetteer],
    *,
    dataset: str | None = None,
    source: str | None = None,
    today: dt.date | None = None,
    day_order: str | None = None,
    profile: sources.Profile | None = None,
    who: str = "local",
    progress: Progress | None = None,
    apart: bool = False,
    why: str = "import",
) -> IngestReport:
    """Read a file, locate what has no coordinates, and add it to the store.

    A file that was imported before, and of whose data sets nothing has changed since, is not read
    again where that import needed neither a person nor the gazetteer: all its rows are duplicates.

    Args:
        path: the file; see `sources.read` for kinds and for accounts beside it.
        store: where it goes.
        gazetteer: locates named places; a function is called only when a row needs it.
        dataset: the name for rows that bring none; None takes the source's, else the file's.
        source: key of `sources.SOURCES`; None recognises it.
        today: rows dated later need attention; None checks nothing.
        day_order: "day-first" or "month-first" where a column of dates does not tell.
        profile: which column of the file is what; None takes the columns by their names.
        who: who imports, for the history.
        progress: told what is going on.
        apart: read it in a process of its own, with limits: what any file from outside needs.
        why: likewise; where the file comes from, if a person did not choose it.

    Returns:
        The counts, and the rows that need attention.

    Raises:
        UnreadableFile: the file as a whole cannot be read; the store is untouched.
        StoreError: the store cannot be written.
    """
    tell = progress or (lambda _what, _share: None)
    tell(f"Reading {path.name}", 0.0)
    said = sources.Said(dataset, today, day_order, profile)
    asked = _asked(path, source, said)
    if asked and (again := _added_again(store, asked, gazetteer, who, why)):
        tell("Done", 1.0)
        return again
    reading: sources.Reading
    if apart:
        reading = sandbox.read(
            path, dataset=dataset, source=source, today=today, day_order=day_order,
            profile=profile, progress=lambda what, share: tell(what, 0.3 * share),
        )  # fmt: skip
        tell = _letting_go(tell, reading)
    else:
        reading = sources.read(
            path, dataset=dataset, source=source, today=today, day_order=day_order, profile=profile
        )
    incidents = located(reading.incidents, gazetteer, tell)
    known = asked if asked and asked.still() else None
    places = None if incidents is reading.incidents else _named(gazetteer)
    batch = Batch(
        incidents=incidents,
        accounts=reading.accounts,
        raw=reading.raw,
        attention=reading.attention,
        rows=reading.rows,
        file=path.name,
        sha256=known.sha256 if known else None,
        read_as=(
            known.kept(reading.source_name, reading.notes, places)
            if known and not _mends(reading)  # a row that waits again would be mended again
            else sources.as_json(reading.source_name, said)
        ),
    )
    record = store.add(
        batch,
        who=who,
        why=why,
        progress=lambda share, what: tell(f"Store: {what}", 0.7 + 0.3 * share),
        answers=_answers(store, reading),
    )
    tell("Done", 1.0)
    attention = _attention_of(store, record, reading.attention)
    own = {item.name: getattr(record, item.name) for item in fields(record)}
    return IngestReport(
        **own, needs_attention=attention, source=reading.source_name, notes=reading.notes
    )


def _asked(path: Path, source: str | None, said: sources.Said) -> Asked | None:
    try:
        return Asked.of(path, source, said)
    except OSError:  # whoever reads it says what is wrong
        return None


def _added_again(
    store: Store, asked: Asked, gazetteer: Gazetteer | Callable[[], Gazetteer], who: str, why: str
) -> IngestReport | None:
    """The report on a file that need not be read again; None where it must be."""
    for former in reversed(store.imports()):
        same = (former.sha256, former.file) == (asked.sha256, asked.path.name)
        if not same or not asked.alike(former.read_as, lambda: _named(gazetteer)):
            continue
        record = store.add_again(former.import_id, who=who, why=why)
        return None if record is None else _nothing_new(record)
    return None


def _nothing_new(record: ImportRecord) -> IngestReport:
    source, notes = read_as_before(record.read_as or "")
    own = {item.name: getattr(record, item.name) for item in fields(record)}
    none = no_attention().assign(key=None)
    notes = tuple(dict.fromkeys((*notes, _NOTHING_NEW)))
    return IngestReport(**own, needs_attention=none, source=source, notes=notes)


def _named(gazetteer: Gazetteer | Callable[[], Gazetteer]) -> str:
    """A name for all that a gazetteer knows; another one may place a name elsewhere."""
    digest = hashlib.sha256()
    for layer in (gazetteer if isinstance(gazetteer, Gazetteer) else gazetteer()).layers:
        digest.update(json.dumps([layer.source, layer.tables]).encode())
        for array in layer.arrays.values():
            digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()[:32]


def _letting_go(tell: Progress, reading: sandbox.ReadApart) -> Progress:
    """Progress that keeps a large file's pages from staying in memory."""

    def told(what: str, share: float) -> None:
        reading.let_go()
        tell(what, share)

    return told


def _answers(store: Store, reading: sources.Reading) -> list[str]:
    """The waiting rows that a table of mended rows names, where they can be used now."""
    if not _mends(reading):
        return []
    named = (json.loads(raw).get(KEY_COLUMN) for raw in reading.raw)
    waiting = set(store.attention()["key"])
    return sorted({key for key in named if isinstance(key, str)} & waiting)


def _mends(reading: sources.Reading) -> bool:
    """Whether the file is a table of mended rows."""
    return not reading.raw.empty and f'"{KEY_COLUMN}"' in reading.raw.iloc[0]


def located(
    incidents: pd.DataFrame,
    gazetteer: Gazetteer | Callable[[], Gazetteer],
    tell: Progress,
) -> pd.DataFrame:
    """Incidents with a place for each name that the gazetteer knows; others as they were."""
    # A row that was placed before (an export read back) stays as it was placed.
    needs = incidents["latitude"].isna() & incidents["location_method"].isna()
    if not needs.any():
        return incidents
    places = gazetteer if isinstance(gazetteer, Gazetteer) else gazetteer()
    found = locate_table(
        incidents[needs], places, lambda what, share: tell(what, 0.3 + 0.4 * share)
    )
    mask = pa.array(needs.to_numpy(dtype=bool))
    return incidents.assign(
        **{name: _replaced(incidents[name], mask, found[name]) for name in FILLED}
    )


def _replaced(column: pd.Series[Any], mask: pa.Array, values: pd.Series[Any]) -> Any:
    """A column of Arrow's with other values where the mask is set; nothing else is copied."""
    held = pa.table({"held": column.array}).column("held").combine_chunks()
    given = pa.array(values, type=held.type, from_pandas=True)
    return pd.arrays.ArrowExtensionArray(pc.replace_with_mask(held, mask, given))


def _attention_of(store: Store, record: ImportRecord, found: pd.DataFrame) -> pd.DataFrame:
    """The reader's rows and those that the store refused, one line a row, with their keys."""
    if not record.attention:
        return found.assign(key=None)
    waiting = store.attention()
    own = waiting[waiting["import_id"] == record.import_id]
    return own[[*found.columns, "key"]].drop_duplicates(["row", "column", "reason", "raw"])


def load_sample(
    store: Store,
    gazetteer: Gazetteer | Callable[[], Gazetteer],
    *,
    who: str = "local",
    progress: Progress | None = None,
) -> IngestReport:
    """Add the incidents that come with the package, through the same path as any file.

    Raises:
        DataMissing: the installation lacks them.
        StoreError: the store cannot be written.
    """
    with ExitStack() as stack:
        paths: list[Path] = []
        for name in SAMPLE_FILES:
            resource = files("geodata").joinpath("bundled", name)
            if not resource.is_file():
                raise DataMissing(f"The sample {name} is not there: install the package again.")
            paths.append(stack.enter_context(as_file(resource)))
        return ingest(
            paths[0], store, gazetteer, dataset=SAMPLE_DATASET, who=who, progress=progress
        )
