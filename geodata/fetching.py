"""Fetches from a service into the record: each file an import, each text a review that waits.

How far a fetch has come is kept in `<store>.connectors` beside the store, one JSON file a
connector, with neither secrets nor addresses. It is written after each parcel has been taken in:
what an interruption repeats is known already, since imports are idempotent by content.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import re
import shutil
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from geodata.connectors import Connector, Cursor, Parcel, Task, Text
from geodata.errors import (
    ImpossibleValue,
    ServiceError,
    StoreBusy,
    StoreError,
    UnreadableFile,
)
from geodata.gazetteer import Gazetteer
from geodata.ingest import IngestReport, Progress, ingest
from geodata.reading import Plugin, read_text
from geodata.review import Report, ReviewFolder, begin
from geodata.store import COUNTS, Store, counted
from geodata.store.lock import Lock

FORMAT: Final = 1
_LONGEST_STEM: Final = 50
_LONGEST_SUFFIX: Final = 10
Places = Gazetteer | Callable[[], Gazetteer]


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person asks of a service.

    Attributes:
        since: first day; None goes on where the last fetch stopped.
        until: last day, or None.
        country: ISO 3166-1 alpha-3, or None for all.
        where: a feed's address or a folder, where it is said and not set.
        again: begin anew, whatever was fetched before.
        dry: ask only how much there is; nothing is added.
    """

    since: dt.date | None = None
    until: dt.date | None = None
    country: str | None = None
    where: str | None = None
    again: bool = False
    dry: bool = False


@dataclass
class Fetched:
    """What became of a fetch.

    Attributes:
        imports: the report of each file taken in; each can be undone.
        texts: new texts that wait for review.
        texts_known: texts that had a review already.
        notes: sentences for the person.
    """

    imports: list[IngestReport] = field(default_factory=list)
    texts: int = 0
    texts_known: int = 0
    notes: list[str] = field(default_factory=list)

    @property
    def counts(self) -> dict[str, int]:
        """As of `ImportRecord.counts`, of all files, and `texts`."""
        sums = {name: sum(report.counts[name] for report in self.imports) for name in COUNTS}
        return sums | {"texts": self.texts}


@dataclass(frozen=True, slots=True)
class Former:
    """The last fetch of a connector.

    Attributes:
        at: when it ended, UTC; None where none has.
        counts: as of `Fetched.counts`.
        since: from which day on is fetched, or None.
        country: of which country alone, or None.
        outcome: "" where it came to its end, else why it stopped.
        unfinished: it was interrupted, and goes on.
    """

    at: dt.datetime | None = None
    counts: Mapping[str, int] = field(default_factory=dict)
    since: dt.date | None = None
    country: str | None = None
    outcome: str = ""
    unfinished: bool = False


def sentence(connector: Connector, done: Fetched) -> str:
    """What a fetch brought, for a person."""
    counts = done.counts
    if connector.gives_texts:
        known = f", {done.texts_known:,} known already" if done.texts_known else ""
        return f"{connector.title}: {counts['texts']:,} new texts wait on the Review page{known}."
    return f"{connector.title}: {counted(counts)}."


def folder_of(store: Path) -> Path:
    """Where the connectors of a store keep how far they have come."""
    return store.with_name(f"{store.name}.connectors")


def former(store: Path, name: str) -> Former:
    """The last fetch of a connector; an empty one where there is none that can be read."""
    state = _State(folder_of(store), name)
    return state.former()


def fetch(  # noqa: PLR0913 - each is one thing that a fetch needs or a person may say
    connector: Connector,
    store: Store,
    places: Places,
    wish: Wish,
    *,
    settings: Mapping[str, str],
    who: str = "local",
    today: dt.date | None = None,
    progress: Progress | None = None,
    plugin: Plugin | None = None,
    apart: bool = True,
    wait: Callable[[float], None] = time.sleep,
) -> Fetched:
    """Fetch what is new from a service and take it in.

    Args:
        connector: the service.
        store: where incidents go; reviews and cursors lie beside it.
        places: locates named places.
        wish: what to fetch.
        settings: by name; secrets among them are neither kept nor told.
        who: for the history.
        today: the day of the fetch, UTC; rows dated later need attention.
        progress: told what is going on; may raise to stop.
        plugin: reads texts too.
        apart: read files in a process of their own.
        wait: sleeps; tests have their own.

    Raises:
        ImpossibleValue: the wish does not fit the connector.
        ServiceError: not configured, refused, over quota or down; what came before is kept.
        StoreBusy: another fetch from the same service is under way.
    """
    if not (wish.where and connector.takes_where):
        connector.require(settings)
    _fit(connector, wish)
    store.require_write()
    day = today or dt.datetime.now(dt.UTC).date()
    state = _State(folder_of(store.path), connector.name)
    done = Fetched()
    with state.alone():
        state.belong(store.name())
        wish = state.asked(connector, wish)
        task = Task(
            settings=settings, folder=state.folder / connector.name, since=wish.since,
            until=wish.until, country=wish.country, where=wish.where, cursor=state.cursor,
            keep=state.keep, held=lambda ids: _held(store, ids), today=day, dry=wish.dry,
            tell=progress or (lambda _what, _share: None), wait=wait,
        )  # fmt: skip
        house = _House(store, places, who, day, progress, plugin, apart)
        try:
            for parcel in connector.fetch(task):
                house.take(connector, parcel, done, task.folder)
                if parcel.cursor is not None and not wish.dry:
                    state.keep(parcel.cursor)
        except BaseException as error:
            if not wish.dry:
                state.ended(done, _outcome(error))
            raise
        if not wish.dry:
            state.ended(done, "")
            shutil.rmtree(task.folder, ignore_errors=True)
    return done


def _outcome(error: BaseException) -> str:
    """Why a fetch stopped, in words that may be kept: only those of services quote nothing."""
    if isinstance(error, ServiceError):
        return str(error)
    if isinstance(error, UnreadableFile):
        return "What came could not be read as a table."
    if isinstance(error, StoreError):
        return "The store could not be written to."
    return "It was interrupted."


def _fit(connector: Connector, wish: Wish) -> None:
    if (wish.since or wish.until) and not connector.dated:
        raise ImpossibleValue(f"{connector.title} gives what it has; leave the days out.")
    if wish.since and wish.until and wish.until < wish.since:
        raise ImpossibleValue(f"The last day, {wish.until}, is before the first, {wish.since}.")
    if wish.country and not connector.takes_country:
        raise ImpossibleValue(f"{connector.title} is not asked by country; leave it out.")
    if wish.where and not connector.takes_where:
        raise ImpossibleValue(f"{connector.title} has one address, which is set, not said.")


def _held(store: Store, ids: Iterable[str]) -> set[str]:
    live = store.snapshot().incidents.column("incident_id").to_pylist()
    return set(ids).intersection(live)


@dataclass(frozen=True)
class _House:
    """Takes parcels in."""

    store: Store
    places: Places
    who: str
    today: dt.date
    progress: Progress | None
    plugin: Plugin | None
    apart: bool

    def take(self, connector: Connector, parcel: Parcel, done: Fetched, folder: Path) -> None:
        """One parcel: its notes, its file as an import, its texts as reviews."""
        done.notes += parcel.notes
        for text in parcel.texts:
            fresh = self._keep(text)
            done.texts += fresh
            done.texts_known += not fresh
        if parcel.file is None:
            return
        try:
            report = self._imported(connector, parcel, parcel.file, folder)
        except UnreadableFile as error:
            if not parcel.faulty:
                raise
            done.notes.append(str(error))
            return
        done.imports.append(report)
        done.notes += report.notes

    def _imported(
        self, connector: Connector, parcel: Parcel, file: Path, folder: Path
    ) -> IngestReport:
        own = file
        if file.name != parcel.name:
            folder.mkdir(parents=True, exist_ok=True)
            own = folder / _file_name(parcel.name)
            shutil.copyfile(file, own)
        try:
            return ingest(
                own, self.store, self.places, dataset=parcel.dataset, source=parcel.source,
                today=self.today, who=self.who, progress=self.progress, apart=self.apart,
                why=f"fetched: {connector.title} (licence: {connector.licence})",
            )  # fmt: skip
        finally:
            if own is not file:
                own.unlink(missing_ok=True)

    def _keep(self, text: Text) -> bool:
        """Whether a text is new; it then has a review."""
        folder = ReviewFolder.beside(self.store.path)
        report = Report(
            text.text, title=text.title, publisher=text.publisher, author=text.author,
            url=text.url, published=text.published,
        )  # fmt: skip
        if folder.load(report.sha256) is not None:
            return False
        places = self.places if isinstance(self.places, Gazetteer) else self.places()
        reading = read_text(
            report.text, published=report.published, places=places, plugin=self.plugin
        )
        folder.save(begin(report, reading, dt.datetime.now(dt.UTC)))
        return True


def _file_name(name: str) -> str:
    """A parcel's name as one of a file within a folder, never of one above it or hidden."""
    stem, dot, suffix = re.sub(r"[^\w.-]", "_", name).lstrip(".").rpartition(".")
    return f"{stem[:_LONGEST_STEM]}{dot}{suffix[:_LONGEST_SUFFIX]}" or "unnamed"


class _State:
    """What is kept of a connector beside the store."""

    def __init__(self, folder: Path, name: str) -> None:
        self.folder, self._name = folder, name
        self._file = folder / f"{name}.json"
        self._kept: dict[str, Any] = self._read()
        self.cursor: Cursor = {}

    def _read(self) -> dict[str, Any]:
        try:
            kept = json.loads(self._file.read_text("utf-8"))
        except (OSError, ValueError):
            return {}
        sound = isinstance(kept, dict) and kept.get("format") == FORMAT
        parts = (kept.get(part, {}) for part in ("asked", "cursor")) if sound else (None,)
        return kept if all(isinstance(part, dict) for part in parts) else {}

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Nobody else fetches from the service meanwhile.

        Raises:
            StoreBusy: somebody does.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        try:
            with Lock(self._file, 0.2).held(exclusive=True):
                self._kept = self._read()
                yield
        except StoreBusy as error:
            if error.path != self._file:
                raise
            raise StoreBusy(
                self._file, "a fetch from this service is under way already; wait for its end."
            ) from error

    def belong(self, store: str) -> None:
        """Forget what was kept for another store that lay here before."""
        if self._kept.get("store") != store:
            self._kept = {"store": store}

    def asked(self, connector: Connector, wish: Wish) -> Wish:
        """The wish with what the last one left open; the cursor is that of the same question.

        Raises:
            ImpossibleValue: no first day is known.
        """
        asked = self._kept.get("asked", {})
        if connector.dated and wish.since is None:
            if "since" not in asked or wish.again:
                raise ImpossibleValue(
                    f"{connector.title} was not fetched from before: say from which day on "
                    "(--since YYYY-MM-DD)."
                )
            since = dt.date.fromisoformat(asked["since"])
            country = wish.country or asked.get("country")
            wish = replace(wish, since=since, country=country)
        own = {
            "since": wish.since.isoformat() if wish.since else None,
            "until": wish.until.isoformat() if wish.until else None,
            "country": wish.country,
        }
        same = own == asked and not wish.again
        self.cursor = dict(self._kept.get("cursor", {})) if same or not connector.dated else {}
        if wish.again:
            self.cursor = {}
        self._kept = self._kept | {"asked": own}
        return wish

    def keep(self, cursor: Cursor) -> None:
        """Keep from where to go on."""
        whole = dict(cursor)
        self.cursor.clear()
        self.cursor.update(whole)
        self._write(unfinished=True)

    def ended(self, done: Fetched, outcome: str) -> None:
        """Keep when a fetch ended and what it brought."""
        at = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
        self._kept |= {"at": at, "counts": done.counts, "outcome": outcome}
        self._write(unfinished=bool(outcome))

    def former(self) -> Former:
        """The last fetch as it was kept."""
        try:
            asked = self._kept.get("asked", {})
            since = asked.get("since")
            return Former(
                dt.datetime.fromisoformat(self._kept["at"]),
                {str(name): int(count) for name, count in self._kept["counts"].items()},
                dt.date.fromisoformat(since) if since else None,
                asked.get("country"),
                str(self._kept["outcome"]),
                bool(self._kept["unfinished"]),
            )
        except (KeyError, ValueError, TypeError, AttributeError):
            return Former()

    def _write(self, *, unfinished: bool) -> None:
        self._kept |= {"format": FORMAT, "cursor": self.cursor, "unfinished": unfinished}
        new = self._file.with_name(f"{self._file.name}.{uuid.uuid4().hex[:8]}.new")
        try:
            with new.open("w", encoding="utf-8") as file:
                json.dump(self._kept, file)
                file.flush()
                os.fsync(file.fileno())
            new.replace(self._file)
        finally:
            new.unlink(missing_ok=True)
