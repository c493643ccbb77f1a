"""What a connector is: a service by name, its settings, and what it hands over parcel by parcel."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from geodata.errors import NotConfigured

Progress = Callable[[str, float], None]
Cursor = dict[str, Any]
"""How far a fetch has come, as JSON values; never a secret."""

_OFF: Final = frozenset(("off", "no", "false", "0"))
LONGEST_RUN_SECONDS: Final = 3_600.0


@dataclass(frozen=True, slots=True)
class Setting:
    """An environment variable, or an entry of the same name in Streamlit's secrets.

    Attributes:
        what: what it is, for a person.
        secret: never shown, kept or logged.
        needed: without it nothing is fetched.
        default: what holds where it is not set.
        switch: words such as "off" and "no" are as good as not set.
    """

    name: str
    what: str
    secret: bool = False
    needed: bool = False
    default: str = ""
    switch: bool = False

    def is_set(self, settings: Mapping[str, str]) -> bool:
        """Whether a person has set it."""
        value = settings.get(self.name, "").strip()
        return bool(value) and not (self.switch and value.casefold() in _OFF)


@dataclass(frozen=True, slots=True)
class Text:
    """A text for the review queue, with what the service says of its source."""

    text: str
    title: str | None = None
    publisher: str | None = None
    author: str | None = None
    url: str | None = None
    published: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Parcel:
    """A piece of what a service gave; once it is taken in, the cursor is kept.

    Attributes:
        cursor: from where to go on after it; None leaves the one that is kept.
        file: a table to import, or None.
        name: what the file is called in the list of imports.
        source: key of `sources.SOURCES`; None lets its columns tell.
        dataset: the name for rows that bring none; None takes the source's.
        texts: for the review queue.
        notes: sentences for the person who fetches.
        faulty: a file that cannot be read is told and passed over, in place of ending the fetch.
    """

    cursor: Cursor | None = None
    file: Path | None = None
    name: str = ""
    source: str | None = None
    dataset: str | None = None
    texts: tuple[Text, ...] = ()
    notes: tuple[str, ...] = ()
    faulty: bool = False


def _nobody(_ids: Iterable[str]) -> set[str]:
    return set()


@dataclass(frozen=True)
class Task:
    """What a connector is asked to fetch.

    Attributes:
        settings: by name, as the person has set them.
        folder: for files on the way; what lies there is there again after an interruption.
        since: first day of interest, or None where the cursor says.
        until: last day, or None.
        country: ISO 3166-1 alpha-3, or None for all.
        where: the address of a feed or the folder to watch, where a person named one.
        cursor: as it was left; empty at first.
        keep: keeps a cursor between parcels.
        held: which of some incident ids the store has.
        today: the day of the fetch, UTC.
        dry: ask for the first page or the list only; hand over notes.
        tell: told what is going on, with the share done where it is known, else 0.
        wait: sleeps; tests have their own.
        ends_at: when the whole fetch has to end, by `time.monotonic`.
    """

    settings: Mapping[str, str]
    folder: Path
    since: dt.date | None = None
    until: dt.date | None = None
    country: str | None = None
    where: str | None = None
    cursor: Cursor = field(default_factory=dict)
    keep: Callable[[Cursor], None] = lambda _cursor: None
    held: Callable[[Iterable[str]], set[str]] = _nobody
    today: dt.date = dt.date.max
    dry: bool = False
    tell: Progress = lambda _what, _share: None
    wait: Callable[[float], None] = time.sleep
    ends_at: float = field(default_factory=lambda: time.monotonic() + LONGEST_RUN_SECONDS)


@dataclass(frozen=True)
class Connector:
    """A service that is fetched from.

    Attributes:
        name: key in `CONNECTORS`.
        title: as people call it.
        description: what is fetched, in a sentence.
        licence: terms of use as their owner states them.
        citation: how its owner asks to be cited, or None.
        settings: what can be set.
        fetch: hands over what is new, parcel by parcel.
        dataset: of the rows, where the connector itself names it.
        dated: it is asked from a day on; the others give what they have.
        takes_country: it can be asked for one country.
        takes_where: `Task.where` may stand for its address.
        gives_texts: texts for the review queue in place of incidents.
    """

    name: str
    title: str
    description: str
    licence: str
    citation: str | None
    settings: tuple[Setting, ...]
    fetch: Callable[[Task], Iterator[Parcel]]
    dataset: str | None = None
    dated: bool = True
    takes_country: bool = False
    takes_where: bool = False
    gives_texts: bool = False

    def missing(self, settings: Mapping[str, str]) -> tuple[Setting, ...]:
        """Settings that are needed and not set."""
        return tuple(s for s in self.settings if s.needed and not s.is_set(settings))

    def require(self, settings: Mapping[str, str]) -> None:
        """Nothing, where all that is needed is set.

        Raises:
            NotConfigured: saying what to set.
        """
        missing = self.missing(settings)
        if missing:
            names = " and ".join(setting.name for setting in missing)
            raise NotConfigured(
                self.title,
                f"it is not configured. Set {names} in the environment, or in Streamlit's "
                "secrets under [connectors]; docs/connectors.md says where to get them.",
            )

    def value(self, settings: Mapping[str, str], name: str) -> str:
        """A setting as it holds."""
        setting = next(setting for setting in self.settings if setting.name == name)
        return settings.get(name, "").strip() or setting.default
