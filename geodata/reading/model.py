"""What the reader hands over: drafts of incidents, each value with the words it came from.

`Reading.to_json` is the format of `conflictmap read`; the dataclasses hold more than it shows
(shares of figures, all mentions of a place, who wrote the rules).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from geodata.reading.relevance import Relevance
    from geodata.reading.spans import Span
    from geodata.reading.structure import Dateline
    from geodata.reading.tally import Figure

READER = "conflictmap rules"
READER_VERSION = "4"

_CALENDAR = frozenset(["day", "days", "week", "month", "year"])


@dataclass(frozen=True, slots=True)
class DraftDate:
    """When it happened, as far as the text says.

    Attributes:
        start: first possible day; None while unresolved.
        end: last possible day, inclusive.
        precision: day, days, week, month, year, weekday (only that is known) or unknown.
        span: the words; None where the text names no day.
        question: what an analyst has to answer before the day is known, or None.
    """

    start: dt.date | None
    end: dt.date | None
    precision: str
    span: Span | None
    question: str | None

    @property
    def calendar_precision(self) -> str:
        """The precision as a code of `vocabulary.DATE_PRECISION`."""
        return self.precision if self.precision in _CALENDAR else "unknown"

    def to_json(self) -> dict[str, Any]:
        """The day as JSON; days in ISO 8601."""
        return {
            "start": self.start.isoformat() if self.start else None,
            "end": self.end.isoformat() if self.end else None,
            "precision": self.precision,
            "span": self.span.to_json() if self.span else None,
            "question": self.question,
        }


@dataclass(frozen=True, slots=True)
class DraftPlace:
    """A place of a draft; only one with role "event" may ever be pinned.

    Attributes:
        name: as written, in one line.
        role: event, dateline, metonym, origin, border, training.
        relation: at or near.
        latitude: WGS 84 degrees; None where it was not found or is no place of the event.
        longitude: likewise.
        location_precision: code of `vocabulary.LOCATION_PRECISION`, or None.
        radius_km: ring to draw, None without a point.
        country: ISO 3166-1 alpha-3 of the point, or None.
        candidates: what the gazetteer chose from, best first.
        aliases: other spans of the text that name the same place.
    """

    name: str
    role: str
    relation: str
    span: Span
    latitude: float | None = None
    longitude: float | None = None
    location_precision: str | None = None
    radius_km: float | None = None
    country: str | None = None
    candidates: tuple[dict[str, Any], ...] = ()
    aliases: tuple[Span, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The place as JSON."""
        return {
            "name": self.name,
            "role": self.role,
            "relation": self.relation,
            "span": self.span.to_json(),
            "latitude": self.latitude,
            "longitude": self.longitude,
            "location_precision": self.location_precision,
            "radius_km": self.radius_km,
            "candidates": [dict(candidate) for candidate in self.candidates],
        }


@dataclass(frozen=True, slots=True)
class DraftActor:
    """An actor with its role (perpetrator, target, associate) and its own stance to the act."""

    name: str
    role: str
    span: Span
    stance: str | None = None

    def to_json(self) -> dict[str, Any]:
        """The actor as JSON."""
        return {
            "name": self.name,
            "role": self.role,
            "span": self.span.to_json(),
            "stance": self.stance,
        }


@dataclass(frozen=True, slots=True)
class DraftWeapon:
    """A weapon code of the vocabulary with its launch group and its words."""

    weapon: str
    weapon_group: str
    span: Span

    def to_json(self) -> dict[str, Any]:
        """The weapon as JSON."""
        return {
            "weapon": self.weapon,
            "weapon_group": self.weapon_group,
            "span": self.span.to_json(),
        }


@dataclass(frozen=True, slots=True)
class DraftAccount:
    """What a speaker says of the incident: asserts, denies or concedes."""

    speaker: str
    stance: str
    about: str
    span: Span

    def to_json(self) -> dict[str, Any]:
        """The account as JSON."""
        return {
            "speaker": self.speaker,
            "stance": self.stance,
            "about": self.about,
            "span": self.span.to_json(),
        }


def figure_json(figure: Figure | None) -> dict[str, Any] | None:
    """A figure as JSON, None where nothing is said."""
    if figure is None:
        return None
    return {
        "low": figure.low,
        "best": figure.best,
        "high": figure.high,
        "qualifier": figure.qualifier,
        "group": figure.group,
        "span": figure.span.to_json(),
    }


@dataclass(frozen=True, slots=True)
class Draft:
    """One incident as the text tells it, for an analyst to correct and accept.

    Attributes:
        sentence: the sentence that tells most of it.
        sentences: all spans that tell of it, in order.
        missing: people missing; like `captured` not part of the JSON.
        civilians_killed: the share that the text calls civilian, children or women, or None.
        kinds: killing, bombing, strike, attack, kidnapping, arson, unrest.
        flags: what an analyst should look at, fixed words.
        confidence: field -> 0..1, calibrated; only fields that have a value.
    """

    sentence: Span
    sentences: tuple[Span, ...]
    date: DraftDate
    places: tuple[DraftPlace, ...]
    killed: Figure | None
    injured: Figure | None
    actors: tuple[DraftActor, ...]
    weapons: tuple[DraftWeapon, ...]
    accounts: tuple[DraftAccount, ...]
    flags: tuple[str, ...]
    confidence: dict[str, float]
    missing: Figure | None = None
    captured: Figure | None = None
    civilians_killed: Figure | None = None
    kinds: frozenset[str] = frozenset()
    reader: str = f"{READER} {READER_VERSION}"

    def to_json(self) -> dict[str, Any]:
        """The draft in the format of `conflictmap read --json`.

        `reader` is there only where a plug-in took part.
        """
        own = self.reader == f"{READER} {READER_VERSION}"
        named = {} if own else {"reader": self.reader}
        return named | {
            "sentence": self.sentence.to_json(),
            "date": self.date.to_json(),
            "places": [place.to_json() for place in self.places],
            "killed": figure_json(self.killed),
            "injured": figure_json(self.injured),
            "actors": [actor.to_json() for actor in self.actors],
            "weapons": [weapon.to_json() for weapon in self.weapons],
            "accounts": [account.to_json() for account in self.accounts],
            "flags": list(self.flags),
            "confidence": dict(self.confidence),
        }


@dataclass(frozen=True, slots=True)
class Reading:
    """A text as read.

    Attributes:
        id: the caller's name for the text, or None.
        sha256: of the text in UTF-8 (unpaired surrogates kept as they are).
        published: as given, or from a full date in the dateline; None unknown.
        published_from: "given", "dateline" or None.
        language: ISO 639-1 code, or None.
        repeated: (start, end) of passages that stood before and were passed over.
        read_to: offset up to which the text was read; its length but for very long texts.
        notes: sentences on what went wrong, such as a plug-in that failed.
        relevance: how likely it is that the text tells of an incident; None for a short text, where
            each sentence is taken at its word, and for languages but English.
    """

    id: str | None
    sha256: str
    drafts: tuple[Draft, ...]
    repeated: tuple[tuple[int, int], ...]
    published: dt.date | None = None
    published_from: str | None = None
    headline: Span | None = None
    dateline: Dateline | None = None
    language: str | None = None
    script: str | None = None
    read_to: int = 0
    skipped: dict[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    relevance: Relevance | None = None

    def to_json(self) -> dict[str, Any]:
        """`{"id", "repeated", "drafts"}` as `conflictmap read --json` prints it.

        `notes` is there only where there are any.
        """
        found = {
            "id": self.id,
            "repeated": [[start, end] for start, end in self.repeated],
            "drafts": [draft.to_json() for draft in self.drafts],
        }
        return found | ({"notes": list(self.notes)} if self.notes else {})
