"""What an incident is: one event, made of one or more accounts that may disagree.

An `Account` is what one source says and is never altered. An `Incident` is what the analysts
hold, and keeps its accounts beside it. All values are frozen and refuse what cannot be; unknown
is None, never 0 or the empty string. Standard library only.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable
from dataclasses import dataclass, field

from geodata.errors import ImpossibleValue, UnknownCode
from geodata.vocabulary import (
    DATE_PRECISION,
    EVENT_TYPE,
    GRADE,
    LOCATION_PRECISION,
    STANCE,
    STATUS,
    WEAPON,
    Vocabulary,
    default_radius_km,
    weapon_group_of,
)


def _known(vocabulary: Vocabulary, code: str | None) -> None:
    if code is not None and code not in vocabulary:
        raise UnknownCode(vocabulary.kind, code, vocabulary.codes)


@dataclass(frozen=True, slots=True)
class Count:
    """How many people, as a range.

    Attributes:
        low: at least so many; None where only an upper bound is known.
        best: the source's or the analyst's best figure, or None.
        high: at most so many; None leaves the range open ("at least 90").
    """

    low: int | None = None
    best: int | None = None
    high: int | None = None

    def __post_init__(self) -> None:
        known = [value for value in (self.low, self.best, self.high) if value is not None]
        if not known:
            raise ImpossibleValue("A count needs at least one figure; an unknown count is None.")
        if known[0] < 0 or known != sorted(known):
            raise ImpossibleValue(
                f"{self.low} to {self.high} with best {self.best} is no range of people."
            )

    @classmethod
    def exactly(cls, number: int) -> Count:
        """A count whose low, best and high are one figure."""
        return cls(number, number, number)


def at_least(counts: Iterable[Count | None]) -> int:
    """People for certain: the lows added up, unknowns left out."""
    return sum(count.low or 0 for count in counts if count is not None)


@dataclass(frozen=True, slots=True)
class When:
    """The days on which it may have happened.

    Attributes:
        start: first possible calendar day at the place, or None where no day is known.
        end: last possible day, inclusive.
        precision: code of `vocabulary.DATE_PRECISION`.
        text: the day as the source wrote it.
    """

    start: dt.date | None = None
    end: dt.date | None = None
    precision: str = "unknown"
    text: str | None = None

    def __post_init__(self) -> None:
        _known(DATE_PRECISION, self.precision)
        if (self.start is None) != (self.end is None):
            raise ImpossibleValue("A span of days needs both its first and its last day.")
        if self.start is not None and self.end is not None and self.end < self.start:
            raise ImpossibleValue(f"The span ends ({self.end}) before it starts ({self.start}).")


@dataclass(frozen=True, slots=True)
class Where:
    """A place, drawn no more exactly than it is known.

    Attributes:
        text: the place as the source wrote it.
        name: the name that was looked up or matched.
        country: ISO 3166-1 alpha-3.
        latitude: WGS 84 degrees, north positive; None where no point is known.
        longitude: WGS 84 degrees, east positive.
        precision: code of `vocabulary.LOCATION_PRECISION`.
        radius_km: the ring within which it happened; None takes the precision's own.
        method: the rule that placed it.
        source: the gazetteer layer and version, or the data set, that placed it.
    """

    text: str | None = None
    name: str | None = None
    admin1: str | None = None
    admin2: str | None = None
    country: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    precision: str = "unknown"
    radius_km: float | None = None
    method: str | None = None
    source: str | None = None

    def __post_init__(self) -> None:
        _known(LOCATION_PRECISION, self.precision)
        if (self.latitude is None) != (self.longitude is None):
            raise ImpossibleValue("A point needs both a latitude and a longitude.")
        if self.latitude is not None and self.longitude is not None:
            check_point(self.latitude, self.longitude)

    @property
    def drawn_radius_km(self) -> float | None:
        """The radius of the ring on the map; None where nothing is drawn at a point."""
        return self.radius_km if self.radius_km is not None else default_radius_km(self.precision)


def check_point(latitude: float, longitude: float) -> None:
    """Refuse what is no point on Earth.

    Raises:
        ImpossibleValue: out of range, not a number, or exactly 0,0 (a "no data" mark, not a place).
    """
    if not (math.isfinite(latitude) and math.isfinite(longitude)):
        raise ImpossibleValue(f"{latitude}, {longitude} is no point: not a number.")
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        raise ImpossibleValue(f"{latitude}, {longitude} is no point on Earth.")
    if latitude == 0 and longitude == 0:
        raise ImpossibleValue("0, 0 stands for a missing point, not for a place.")


@dataclass(frozen=True, slots=True)
class Actor:
    """A party to an incident, by the name its source uses, and its role there."""

    name: str
    role: str


@dataclass(frozen=True, slots=True)
class Weapon:
    """A weapon code with the words it was read from."""

    code: str
    text: str | None = None

    def __post_init__(self) -> None:
        _known(WEAPON, self.code)

    @property
    def group(self) -> str:
        """Its launch group."""
        return weapon_group_of(self.code)


@dataclass(frozen=True, slots=True)
class Source:
    """Who published an account, where and when. `url` is kept as written and never fetched."""

    title: str | None = None
    publisher: str | None = None
    author: str | None = None
    url: str | None = None
    archive_url: str | None = None
    published: dt.date | None = None
    accessed: dt.date | None = None
    language: str | None = None
    licence: str | None = None
    sha256: str | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """What one source says of an incident; never altered.

    Attributes:
        speaker: whose words they are, where the source quotes someone.
        stance: code of `vocabulary.STANCE`.
        quote: the words, with `quote_start` and `quote_end` (code points, end exclusive) into the
            stored text of the source.
    """

    account_id: str
    source: Source
    speaker: str | None = None
    stance: str = "reports"
    quote: str | None = None
    quote_start: int | None = None
    quote_end: int | None = None
    date_text: str | None = None
    place_text: str | None = None
    killed: Count | None = None
    injured: Count | None = None
    perpetrators: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    weapon_text: str | None = None

    def __post_init__(self) -> None:
        _known(STANCE, self.stance)


@dataclass(frozen=True, slots=True)
class Incident:
    """One event as the analysts hold it, with the accounts it rests on."""

    incident_id: str
    dataset: str
    title: str
    when: When
    where: Where
    event_type: str | None = None
    summary: str | None = None
    source_record_id: str | None = None
    actors: tuple[Actor, ...] = ()
    weapons: tuple[Weapon, ...] = ()
    killed: Count | None = None
    injured: Count | None = None
    civilians_killed: Count | None = None
    civilians_injured: Count | None = None
    grade: str = "ungraded"
    status: str = "published"
    sensitive: bool = False
    accounts: tuple[Account, ...] = field(default=())

    def __post_init__(self) -> None:
        _known(EVENT_TYPE, self.event_type)
        _known(GRADE, self.grade)
        _known(STATUS, self.status)

    @property
    def disputed(self) -> bool:
        """Whether its accounts contradict one another; see `accounts_disagree`."""
        return accounts_disagree(self.accounts)


def accounts_disagree(accounts: Iterable[Account]) -> bool:
    """Whether accounts contradict one another.

    They do where one denies, where killed or injured ranges share no number, or where two name
    perpetrators and have none in common. A source that says nothing contradicts nobody.
    """
    accounts = tuple(accounts)
    if any(account.stance == "denies" for account in accounts):
        return True
    counts = [[a.killed for a in accounts], [a.injured for a in accounts]]
    named = [frozenset(a.perpetrators) for a in accounts if a.perpetrators]
    apart = any(not a & b for i, a in enumerate(named) for b in named[:i])
    return apart or any(_ranges_apart(column) for column in counts)


def _ranges_apart(counts: Iterable[Count | None]) -> bool:
    known = [count for count in counts if count is not None]
    lows = [0 if count.low is None else count.low for count in known]
    highs = [math.inf if count.high is None else count.high for count in known]
    return bool(known) and max(lows) > min(highs)
