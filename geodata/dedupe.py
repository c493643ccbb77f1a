"""Which incidents of different data sets are likely the same, each pair with its reasons.

A pair is a candidate where the days come within a window and the places within their precision;
two incidents of one data set never are, since their source tells them apart. Each piece of
evidence then speaks for or against, in units of log2 odds (Fellegi and Sunter 1969): days,
distance beside what the places claim to know, actors, weapon, event type, casualties, words.
Words count by how rare they are. What a side does not say speaks neither way.

Where an incident fits several of the other data set, the pairs that fit best come first, one to
one: two strikes on one town on one day stay two. Nothing here merges anything.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import duckdb
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from geodata.gazetteer.names import words as folded_words
from geodata.schema import split_list
from geodata.vocabulary import LOCATION_PRECISION, default_radius_km

WINDOW_DAYS: Final = 2
AT_LEAST: Final = 0.5
_LONGEST_SPAN: Final = 31
_MOST_REACH_KM: Final = 50.0
_SLACK_KM: Final = 3.0
_BAND: Final = 0.5
_EARTH_KM: Final = 6371.0088
_DEGREE_KM: Final = 111.0
"""A little less than a degree of latitude is, so that a search by degrees misses nothing."""
_SAMPLE: Final = 50_000
_AT_ONCE: Final = 20_000
_LEAST_ALIKE: Final = 4
"""Letters of the shorter of two words that may differ by one."""
_PRIOR_BITS: Final = 2.5
"""What a candidate must overcome before anything is compared: one in 2 ** 2.5 or so is the same."""

_TEXTS: Final = ("title", "summary", "place_text", "weapon_text")
_ACTORS: Final = ("side_a", "side_b", "perpetrators", "targets")
_WHEN_AND_WHERE: Final = ("date_start", "date_end", "latitude", "longitude")
_COLUMNS: Final = (
    "incident_id", "dataset", *_WHEN_AND_WHERE, "radius_km",
    "location_precision", "country", "place_name", "event_type", "weapon_group", *_ACTORS, *_TEXTS,
    *(f"{stem}_{end}" for stem in ("killed", "injured") for end in ("low", "best", "high")),
)  # fmt: skip

Numbers = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]
Pairs = npt.NDArray[np.int32]
"""One end of each pair: of millions, so narrow."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """One thing that was compared.

    Attributes:
        what: days, distance, place, actors, weapon, type, killed, injured or words.
        says: what was found, as a few words.
        bits: for (positive) or against, log2 of the odds.
    """

    what: str
    says: str
    bits: float


@dataclass(frozen=True, slots=True)
class Pair:
    """Two incidents of different data sets that are likely one.

    Attributes:
        first: incident_id of the one whose data set comes first in the alphabet.
        second: of the other.
        score: how likely they are one, 0 to 1, beside the others that either could be.
        evidence: what was compared, the strongest first.
        rivals: other candidates that either of them has.
    """

    first: str
    second: str
    score: float
    evidence: tuple[Evidence, ...]
    rivals: int


Words = Mapping[str, str] | Callable[[Sequence[str]], Mapping[str, str]]
"""More text of an incident by its id, or what gives it for those ids that are asked for."""


def likely_pairs(
    incidents: pa.Table,
    words: Words | None = None,
    *,
    window_days: int = WINDOW_DAYS,
    at_least: float = AT_LEAST,
    apart: Iterable[tuple[str, str]] = (),
) -> list[Pair]:
    """Pairs of incidents that are likely the same, the likeliest first.

    Texts are read of candidates alone, and of a sample that tells which words are rare.

    Args:
        incidents: a table with the columns of `schema.INCIDENTS`.
        words: more text of an incident by its id, such as the headlines of its accounts; where
            that is much, a function that is asked for those of some ids.
        window_days: how far apart the days may be.
        at_least: the least score.
        apart: pairs that a person has said are two.

    Returns:
        Each incident at most once with each other data set.
    """
    events = _Events.of(incidents)
    first, second = _but(events, *_candidates(events, window_days), apart)
    rows, ends = np.unique(np.concatenate([first, second]), return_inverse=True)
    table = _Table.among(events, rows, words or {})
    rivals = np.bincount(ends, minlength=len(rows))
    first, second = np.split(ends.astype(np.int32), 2)
    del ends
    score = _posterior(_bits(table, first, second), first, second, table)
    chosen = np.fromiter(_one_to_one(score, first, second, table, at_least), np.int64)
    first, second, score = first[chosen], second[chosen], score[chosen]
    compared = _compare(table, first, second)
    pairs = []
    for at, (a, b) in enumerate(zip(first.tolist(), second.tolist(), strict=True)):
        evidence = [Evidence(p.what, p.say(a, b, at), float(p.bits[at])) for p in compared]
        told = sorted((e for e in evidence if e.says), key=lambda e: -abs(e.bits))
        others = int(rivals[a] + rivals[b]) - 2
        pairs.append(Pair(table.ids[a], table.ids[b], float(score[at]), tuple(told), others))
    return pairs


# --- the incidents, as what is compared ----------------------------------------------------------


@dataclass(frozen=True)
class _Events:
    """When and where each incident was, as arrays beside the columns that they come from."""

    frame: pa.Table
    datasets: npt.NDArray[np.int64]
    start: Numbers
    end: Numbers
    latitude: Numbers
    longitude: Numbers
    reach_km: Numbers

    @classmethod
    def of(cls, incidents: pa.Table) -> _Events:
        frame = incidents.select(list(_COLUMNS))
        start, end, latitude, longitude = (_number(frame, name) for name in _WHEN_AND_WHERE)
        datasets = _codes(frame.column("dataset"))
        return cls(frame, datasets, start, end, latitude, longitude, _reach(frame))

    def only(self, rows: Rows) -> dict[str, Any]:
        """The fields of the events of some rows."""
        numbers = {name: values[rows] for name, values in vars(self).items() if name != "frame"}
        return {"frame": self.frame.take(pa.array(rows)).combine_chunks(), **numbers}


@dataclass(frozen=True)
class _Table(_Events):
    """Candidates alone, with their names and words as folded sets."""

    ids: list[str]
    actors: _Sets
    places: _Sets
    texts: _Sets
    weapons: _Sets
    types: _Sets
    rarity: _Rarity

    @classmethod
    def among(cls, events: _Events, rows: Rows, words: Words) -> _Table:
        held, read = events.only(rows), _Reader(words)
        frame = held["frame"]
        actors, places, texts = map(_Sets.of, read.sets(frame))
        return cls(
            **held,
            ids=frame.column("incident_id").to_pylist(),
            actors=actors,
            places=places,
            texts=texts,
            weapons=_codes_of(frame.column("weapon_group")),
            types=_codes_of(frame.column("event_type")),
            rarity=read.rarity(events.frame),
        )


@dataclass(frozen=True)
class _Sets:
    """A set of words for each row, equal ones held once.

    Attributes:
        kinds: the distinct sets; the first is the empty one.
        of_row: which of them each row has.
        alike: words that differ from a word by one letter, where there are any.
    """

    kinds: list[frozenset[str]]
    of_row: Rows
    alike: Mapping[str, frozenset[str]]

    @classmethod
    def of(cls, rows: Sequence[frozenset[str]]) -> _Sets:
        seen: dict[frozenset[str], int] = {frozenset(): 0}
        of_row = np.array([seen.setdefault(row, len(seen)) for row in rows], dtype=np.int64)
        return cls(list(seen), of_row, _alike_words(frozenset[str]().union(*seen)))

    def __getitem__(self, row: int) -> frozenset[str]:
        return self.kinds[int(self.of_row[row])]

    def compared(
        self, first: Pairs, second: Pairs, bits: Callable[[frozenset[str], frozenset[str]], float]
    ) -> Numbers:
        """Bits of each pair of rows, worked out once for each pair of sets; 0 if one is empty."""
        one, other = self.of_row[first], self.of_row[second]
        known = np.flatnonzero((one > 0) & (other > 0))
        keys, back = np.unique(one[known] * len(self.kinds) + other[known], return_inverse=True)
        worth = (
            bits(self.kinds[key // len(self.kinds)], self.kinds[key % len(self.kinds)])
            for key in keys.tolist()
        )
        found = np.zeros(len(first))
        found[known] = np.fromiter(worth, np.float64, len(keys))[back]
        return found

    def shared(self, one: frozenset[str], other: frozenset[str]) -> frozenset[str]:
        """Words that both have, one letter's difference allowed in longer ones."""
        exact = one & other
        rest = other - exact
        if not rest or len(exact) == len(one):
            return exact
        near = self.alike
        close = [w for w in one - exact if w in near and not near[w].isdisjoint(rest)]
        return exact.union(close) if close else exact


@dataclass(frozen=True)
class _Rarity:
    """How much a shared word says, in bits: log2 of one in how many incidents has it.

    A small store does not tell which words are rare: as if fifty more had been read, and six of
    them had each word.
    """

    counts: Mapping[str, int]
    whole: int

    def __getitem__(self, word: str) -> float:
        return max(math.log2((self.whole + 50) / (self.counts.get(word, 0) + 6)), 0)

    def sum(self, words: Iterable[str]) -> float:
        """What several words say together."""
        return sum(map(self.__getitem__, words))


class _Reader:
    """Reads names and words of rows; a cell or a word that is met again is the same object."""

    def __init__(self, words: Words) -> None:
        self._asked = words if callable(words) else lambda _ids: words
        self._lexicon: dict[str, str] = {}

    def sets(self, frame: pa.Table) -> tuple[list[frozenset[str]], ...]:
        """Actors, places and other words of each row."""
        ids = frame.column("incident_id").to_pylist()
        actors, places = self._cells(frame, _ACTORS), self._cells(frame, ("place_name",))
        told, words = self._cells(frame, _TEXTS), self._asked(ids)
        more = (self._tokens(words.get(name)) for name in ids)
        texts = [
            (own | extra) - actor - place
            for own, extra, actor, place in zip(told, more, actors, places, strict=True)
        ]
        return actors, places, texts

    def rarity(self, frame: pa.Table) -> _Rarity:
        """Of the words of all incidents, or of so many evenly taken from among them."""
        step = -(-len(frame) // _SAMPLE) if len(frame) else 1
        taken = np.arange(0, len(frame), step)
        counts: Counter[str] = Counter()
        for start in range(0, len(taken), _AT_ONCE):
            piece = frame.take(pa.array(taken[start : start + _AT_ONCE]))
            for actor, place, text in zip(*self.sets(piece), strict=True):
                counts.update(actor | place | text)
        return _Rarity(counts, len(taken))

    def _cells(self, frame: pa.Table, names: Sequence[str]) -> list[frozenset[str]]:
        columns = [frame.column(name).to_pylist() for name in names]
        read: dict[tuple[str | None, ...], frozenset[str]] = {}
        for row in (rows := list(zip(*columns, strict=True))):
            if row not in read:
                read[row] = frozenset[str]().union(*map(self._tokens, row))
        return [read[row] for row in rows]

    def _tokens(self, text: str | None) -> frozenset[str]:
        held = self._lexicon
        return frozenset(held.setdefault(word, word) for word in _tokens(text))


_WORD = re.compile(r"[^\W\d_]{3,}|\d{2,}")
_EMPTY: Final = frozenset(
    ("the", "and", "for", "from", "with", "were", "was", "are", "has", "have")
)


def _tokens(text: str | None) -> frozenset[str]:
    return frozenset(filter(_WORD.fullmatch, folded_words(text))) - _EMPTY if text else frozenset()


def _codes(column: pa.ChunkedArray) -> npt.NDArray[np.int64]:
    """Data sets as numbers in the order of the alphabet."""
    names = column.to_pylist()
    order = {name: n for n, name in enumerate(sorted({str(name) for name in names}))}
    return np.array([order[str(name)] for name in names], dtype=np.int64)


def _codes_of(column: pa.ChunkedArray) -> _Sets:
    """The codes in each cell; like codes are not alike, as words are."""
    read = {cell: frozenset(split_list(cell)) for cell in pc.unique(column).to_pylist()}
    return replace(_Sets.of([read[cell] for cell in column.to_pylist()]), alike={})


def _number(frame: pa.Table, name: str) -> Numbers:
    column = frame.column(name)
    if pa.types.is_date(column.type):
        column = column.cast(pa.int32())
    return np.asarray(pc.cast(column, pa.float64()).to_numpy(), dtype=np.float64)


def _reach(frame: pa.Table) -> Numbers:
    """How far from its point an incident may have been, in kilometres, at most `_MOST_REACH_KM`."""
    usual = {
        code: _MOST_REACH_KM if (radius := default_radius_km(code)) is None else radius
        for code in LOCATION_PRECISION.codes
    }
    known = _number(frame, "radius_km")
    codes = frame.column("location_precision").to_pylist()
    said = np.array([usual.get(code or "", _MOST_REACH_KM) for code in codes])
    return np.minimum(np.where(np.isnan(known), said, known), _MOST_REACH_KM)


# --- candidates ----------------------------------------------------------------------------------

_NEAR: Final = """WITH reaching AS (
    SELECT *, floor((lat - (reach + $slack / 2) / $degree) / $band)::INTEGER AS low,
        floor((lat + (reach + $slack / 2) / $degree) / $band)::INTEGER AS high,
        cos(radians(lat)) AS narrowing FROM rows
), a AS (
    SELECT *, unnest(range(first_day, last_day + 1)) AS day
    FROM (SELECT *, unnest(range(low, high + 1)) AS band FROM reaching)
), b AS (
    SELECT *, unnest(range(first_day - $window, last_day + $window + 1)) AS day
    FROM (SELECT *, unnest(range(low, high + 1)) AS band FROM reaching)
)
SELECT a.row AS first, b.row AS second FROM a JOIN b USING (day, band)
WHERE a.dataset < b.dataset AND day = greatest(a.first_day, b.first_day - $window)
AND band = greatest(a.low, b.low) AND abs(a.lat - b.lat) * $degree <= a.reach + b.reach + $slack
AND (abs(a.lon - b.lon) * $degree * least(a.narrowing, b.narrowing) <= a.reach + b.reach + $slack
    OR abs(a.lon - b.lon) > 350 OR least(a.narrowing, b.narrowing) < 0.1)"""
"""Each incident stands in every band of latitude that it may have been in, and on every day; of
those that two share, the first makes them a pair, so that none is found twice."""


def _candidates(events: _Events, window_days: int) -> tuple[Pairs, Pairs]:
    """Rows of pairs within the window of days and within what their places may mean."""
    placed = ~np.isnan(events.latitude) & ~np.isnan(events.longitude)
    dated = ~np.isnan(events.start) & (events.end - events.start <= _LONGEST_SPAN)
    usable = np.flatnonzero(placed & dated)
    rows = pa.table(
        {
            "row": usable.astype(np.int32),
            "dataset": events.datasets[usable],
            "lat": events.latitude[usable],
            "lon": events.longitude[usable],
            "reach": events.reach_km[usable],
            "first_day": events.start[usable].astype(np.int64),
            "last_day": events.end[usable].astype(np.int64),
        }
    )
    values = {"band": _BAND, "window": window_days, "slack": _SLACK_KM, "degree": _DEGREE_KM}
    near: list[tuple[Pairs, Pairs]] = [(np.empty(0, np.int32), np.empty(0, np.int32))]
    with duckdb.connect() as connection:
        connection.execute("SET enable_progress_bar = false")
        connection.register("rows", rows)
        for piece in connection.execute(_NEAR, values).to_arrow_reader(_AT_ONCE * 10):
            first, second = (np.asarray(piece.column(name)) for name in ("first", "second"))
            together = events.reach_km[first] + events.reach_km[second] + _SLACK_KM
            close = _kilometres(events, first, second) <= together
            near.append((first[close], second[close]))
    first, second = (np.concatenate(ends) for ends in zip(*near, strict=True))
    order = np.lexsort((second, first))
    return first[order], second[order]


def _kilometres(table: _Events, first: Pairs, second: Pairs) -> Numbers:
    """Great-circle distance, by the haversine formula."""
    lat1, lat2 = np.radians(table.latitude[first]), np.radians(table.latitude[second])
    turn = np.radians(table.longitude[second] - table.longitude[first])
    chord = np.sin((lat2 - lat1) / 2) ** 2 + np.cos(lat1) * np.cos(lat2) * np.sin(turn / 2) ** 2
    distance: Numbers = 2 * _EARTH_KM * np.arcsin(np.sqrt(np.clip(chord, 0, 1)))
    return distance


def _but(
    events: _Events, first: Pairs, second: Pairs, apart: Iterable[tuple[str, str]]
) -> tuple[Pairs, Pairs]:
    """The pairs without those that a person has said are two."""
    known = list(apart)
    if not known:
        return first, second
    ids = events.frame.column("incident_id")
    ends = (pa.array([pair[end] for pair in known], pa.string()) for end in (0, 1))
    one, other = (pc.fill_null(pc.index_in(end, value_set=ids), -1).to_numpy() for end in ends)
    count = len(ids)
    said = np.minimum(one, other).astype(np.int64) * count + np.maximum(one, other)
    met = np.minimum(first, second).astype(np.int64) * count + np.maximum(first, second)
    keep = ~np.isin(met, said[(one >= 0) & (other >= 0)])
    return first[keep], second[keep]


# --- evidence ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Part:
    """One kind of evidence for all candidates, and how to say it of one (rows and position)."""

    what: str
    bits: Numbers
    say: Callable[[int, int, int], str]


def _bits(table: _Table, first: Pairs, second: Pairs) -> Numbers:
    """What all evidence on each pair comes to, worked out for so many pairs at once."""
    whole = np.zeros(len(first))
    for start in range(0, len(first), _AT_ONCE * 10):
        piece = slice(start, start + _AT_ONCE * 10)
        whole[piece] = sum(part.bits for part in _compare(table, first[piece], second[piece]))
    return whole


def _compare(table: _Table, first: Pairs, second: Pairs) -> list[_Part]:
    return [
        _days(table, first, second),
        _distance(table, first, second),
        _names("place", table.places, table, first, second),
        _names("actors", table.actors, table, first, second),
        _words(table, first, second),
        _codes_shared("weapon", table.weapons, first, second, agree=1.5, differ=-2.0),
        _codes_shared("type", table.types, first, second, agree=0.5, differ=-1.0),
        _people("killed", table, first, second, weight=1.2),
        _people("injured", table, first, second, weight=0.7),
    ]


def _days(table: _Table, first: Pairs, second: Pairs) -> _Part:
    gap = np.maximum(table.start[first] - table.end[second], table.start[second] - table.end[first])
    gap = np.maximum(gap, 0)
    spread = np.maximum(table.end[first] - table.start[first], table.end[second]
                        - table.start[second])  # fmt: skip
    bits = np.select([gap == 0, gap == 1], [2.0, -0.5], -2.0)
    bits = np.where((gap == 0) & (spread > 0), np.maximum(2.0 - np.log2(1 + spread), 0), bits)

    def say(_a: int, _b: int, at: int) -> str:
        days = int(gap[at])
        if days:
            return "the next day" if days == 1 else f"{days} days apart"
        return "the same day" if spread[at] == 0 else "days that overlap"

    return _Part("days", bits, say)


def _distance(table: _Table, first: Pairs, second: Pairs) -> _Part:
    distance = _kilometres(table, first, second)
    reach = table.reach_km[first] + table.reach_km[second]
    # Within what both claim to know, near says more than far; a coarse place says little.
    within = np.clip(1 - distance / (reach + 1), -1, 1)
    fine = np.log2(1 + _MOST_REACH_KM / (reach + 0.5))
    bits = np.clip(within * fine, -3, 4)

    def say(_a: int, _b: int, at: int) -> str:
        return f"{distance[at]:.1f} km apart, known to {reach[at]:.0f} km together"

    return _Part("distance", bits, say)


def _names(what: str, names: _Sets, table: _Table, first: Pairs, second: Pairs) -> _Part:
    """Names share words: the rarer the more it says; known and unlike speaks against."""

    def bits(one: frozenset[str], other: frozenset[str]) -> float:
        shared = names.shared(one, other)
        lost = 1 - len(shared) / min(len(one), len(other))
        return min(table.rarity.sum(shared) * 0.5, 4) - 2 * lost

    def say(a: int, b: int, _at: int) -> str:
        if not (names[a] and names[b]):
            return ""
        shared = sorted(names.shared(names[a], names[b]))
        return f"share {', '.join(shared[:6])}" if shared else "share no word"

    return _Part(what, names.compared(first, second, bits), say)


def _alike_words(words: Iterable[str]) -> dict[str, frozenset[str]]:
    """Words that differ by one letter from each longer word, where there are any.

    Two such words are the same when a letter is left out of each, or of the longer one.
    """
    short: defaultdict[str, list[str]] = defaultdict(list)
    for word in words:
        if len(word) >= _LEAST_ALIKE:
            for at in range(1, len(word)):
                short[word[:at] + word[at + 1 :]].append(word)
            short[word].append(word)
    near: defaultdict[str, set[str]] = defaultdict(set)
    for group in short.values():
        for word in group if len(group) > 1 else ():
            if len(word) > _LEAST_ALIKE:
                near[word].update(v for v in group if v != word and _alike(word, v))
    return {word: frozenset(others) for word, others in near.items() if others}


def _alike(word: str, other: str) -> bool:
    """Whether two words differ by one letter left out, put in, exchanged or swapped."""
    if abs(len(word) - len(other)) > 1 or word[0] != other[0]:
        return False
    short, long = sorted((word, other), key=len)
    at = next((n for n, letter in enumerate(short) if letter != long[n]), len(short))
    if len(short) < len(long):
        return short[at:] == long[at + 1 :]
    swapped = short[at : at + 2] == long[at : at + 2][::-1] and short[at + 2 :] == long[at + 2 :]
    return swapped or short[at + 1 :] == long[at + 1 :]


def _words(table: _Table, first: Pairs, second: Pairs) -> _Part:
    """Rare words that both accounts use; a text that shares none speaks a little against."""
    texts = table.texts

    def bits(one: frozenset[str], other: frozenset[str]) -> float:
        return min(table.rarity.sum(texts.shared(one, other)) * 0.55, 9) - 1

    def say(a: int, b: int, _at: int) -> str:
        shared = texts.shared(texts[a], texts[b])
        rare = sorted(shared, key=lambda word: -table.rarity[word])[:6]
        return f"both say {', '.join(rare)}" if rare else ""

    return _Part("words", texts.compared(first, second, bits), say)


def _codes_shared(  # noqa: PLR0913 - two weights and what they weigh
    what: str, codes: _Sets, first: Pairs, second: Pairs, *, agree: float, differ: float
) -> _Part:
    def bits(one: frozenset[str], other: frozenset[str]) -> float:
        return agree if one & other else differ

    def say(a: int, b: int, _at: int) -> str:
        one, other = " and ".join(sorted(codes[a])), " and ".join(sorted(codes[b]))
        if not (one and other):
            return ""
        return f"both {one}" if codes[a] & codes[b] else f"{one} beside {other}"

    return _Part(what, codes.compared(first, second, bits), say)


def _people(stem: str, table: _Table, first: Pairs, second: Pairs, *, weight: float) -> _Part:
    """Figures that agree say more the larger they are; figures far apart speak against."""
    low, best, high = (_number(table.frame, f"{stem}_{end}") for end in ("low", "best", "high"))
    least = np.where(np.isnan(low), best, low)
    most = np.where(np.isnan(high), np.where(np.isnan(best), np.inf, best), high)
    middle = np.where(np.isnan(best), least, best)
    a, b = middle[first], middle[second]
    known = ~np.isnan(a) & ~np.isnan(b)
    larger = np.maximum(a, b)
    apart = np.abs(a - b)
    meet = (least[first] <= most[second]) & (least[second] <= most[first])
    near = (apart <= np.maximum(1, 0.25 * larger)) | meet
    far = (apart > 3) & (apart > 0.6 * larger)
    with np.errstate(invalid="ignore"):
        bits = np.select(
            [~known, apart == 0, near, far],
            [0.0, 0.7 + np.log2(1 + larger), 0.3 + 0.4 * np.log2(1 + larger), -4.0], -1.2,
        )  # fmt: skip

    def say(one: int, other: int, at: int) -> str:
        if not known[at]:
            return ""
        return f"{middle[one]:.0f} and {middle[other]:.0f} {stem}"

    return _Part(stem, np.clip(bits, -4, 6) * weight, say)


# --- from evidence to pairs ----------------------------------------------------------------------


def _posterior(bits: Numbers, first: Pairs, second: Pairs, table: _Table) -> Numbers:
    """How likely each pair is one, where an incident is at most one of its candidates or none."""
    odds = np.exp2(np.clip(bits - _PRIOR_BITS, -60, 60))
    score = np.ones(len(first))
    for own, other in ((first, second), (second, first)):
        group = own.astype(np.int64) * (table.datasets.max(initial=0) + 1) + table.datasets[other]
        _, place = np.unique(group, return_inverse=True)
        score = np.minimum(score, odds / (1 + np.bincount(place, odds)[place]))
    return score


def _one_to_one(
    score: Numbers, first: Pairs, second: Pairs, table: _Table, at_least: float
) -> Iterator[int]:
    """Positions of pairs, the likeliest first; an incident once with each other data set."""
    taken: set[tuple[int, int]] = set()
    for at in np.argsort(-score, kind="stable"):
        if score[at] < at_least:
            return
        a, b = int(first[at]), int(second[at])
        ends = {(a, int(table.datasets[b])), (b, int(table.datasets[a]))}
        if not ends & taken:
            taken |= ends
            yield int(at)


def account_words(accounts: pd.DataFrame) -> dict[str, str]:
    """The headlines and quotations of each incident's accounts, by incident_id."""
    told: dict[str, list[str]] = {}
    columns = (accounts[name] for name in ("incident_id", "source_title", "quote"))
    for owner, *texts in zip(*columns, strict=True):
        told.setdefault(owner, []).extend(text for text in texts if isinstance(text, str))
    return {owner: " ".join(texts) for owner, texts in told.items()}


def better_known(first: Mapping[str, Any], second: Mapping[str, Any]) -> str:
    """The incident_id of the one to keep by default: more accounts, then a finer place."""
    fine = LOCATION_PRECISION.codes

    def known(row: Mapping[str, Any]) -> tuple[int, int]:
        precision = row["location_precision"]
        rank = fine.index(precision) if precision in fine else len(fine)
        return (row["n_accounts"] or 0, -rank)

    return str((first if known(first) >= known(second) else second)["incident_id"])
