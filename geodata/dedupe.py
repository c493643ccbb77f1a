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
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
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
_PRIOR_BITS: Final = 2.5
"""What a candidate must overcome before anything is compared: one in 2 ** 2.5 or so is the same."""

_TEXTS: Final = ("title", "summary", "place_text", "weapon_text")
_ACTORS: Final = ("side_a", "side_b", "perpetrators", "targets")
_COLUMNS: Final = (
    "incident_id", "dataset", "date_start", "date_end", "latitude", "longitude", "radius_km",
    "location_precision", "country", "place_name", "event_type", "weapon_group", *_ACTORS, *_TEXTS,
    *(f"{stem}_{end}" for stem in ("killed", "injured") for end in ("low", "best", "high")),
)  # fmt: skip

Numbers = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]


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


def likely_pairs(
    incidents: pa.Table,
    words: Mapping[str, str] | None = None,
    *,
    window_days: int = WINDOW_DAYS,
    at_least: float = AT_LEAST,
    apart: Iterable[tuple[str, str]] = (),
) -> list[Pair]:
    """Pairs of incidents that are likely the same, the likeliest first.

    Args:
        incidents: a table with the columns of `schema.INCIDENTS`.
        words: more text of an incident by its id, such as the headlines of its accounts.
        window_days: how far apart the days may be.
        at_least: the least score.
        apart: pairs that a person has said are two.

    Returns:
        Each incident at most once with each other data set.
    """
    table = _Table.of(incidents, words or {})
    first, second = _candidates(table, window_days)
    first, second = _but(table, first, second, apart)
    compared = _compare(table, first, second)
    score = _posterior(sum(part.bits for part in compared), first, second, table)
    rivals = np.bincount(np.concatenate([first, second]), minlength=len(table.ids))
    pairs = []
    for at in _one_to_one(score, first, second, table, at_least):
        a, b = int(first[at]), int(second[at])
        evidence = [Evidence(p.what, p.say(a, b, int(at)), float(p.bits[at])) for p in compared]
        told = sorted((e for e in evidence if e.says), key=lambda e: -abs(e.bits))
        others = int(rivals[a] + rivals[b]) - 2
        pairs.append(Pair(table.ids[a], table.ids[b], float(score[at]), tuple(told), others))
    return pairs


# --- the table, as what is compared --------------------------------------------------------------


@dataclass(frozen=True)
class _Table:
    """Columns as arrays, and each incident's names and words as folded sets."""

    ids: list[str]
    datasets: npt.NDArray[np.int64]
    start: Numbers
    end: Numbers
    latitude: Numbers
    longitude: Numbers
    reach_km: Numbers
    frame: pa.Table
    actors: list[frozenset[str]]
    places: list[frozenset[str]]
    texts: list[frozenset[str]]
    rarity: Mapping[str, float]

    @classmethod
    def of(cls, incidents: pa.Table, words: Mapping[str, str]) -> _Table:
        frame = incidents.select(list(_COLUMNS)).combine_chunks()
        ids = frame.column("incident_id").to_pylist()
        actors = _sets(frame, _ACTORS)
        places = _sets(frame, ("place_name",))
        more = [_tokens(words.get(name)) for name in ids]
        told = _sets(frame, _TEXTS)
        texts = [
            (own | extra) - actor - place
            for own, extra, actor, place in zip(told, more, actors, places, strict=True)
        ]
        known = [a | p | t for a, p, t in zip(actors, places, texts, strict=True)]
        return cls(
            ids, _codes(frame.column("dataset")), _number(frame, "date_start"),
            _number(frame, "date_end"), _number(frame, "latitude"), _number(frame, "longitude"),
            _reach(frame), frame, actors, places, texts, _rarity(known),
        )  # fmt: skip


_WORD = re.compile(r"[^\W\d_]{3,}|\d{2,}")
_EMPTY: Final = frozenset(
    ("the", "and", "for", "from", "with", "were", "was", "are", "has", "have")
)


def _tokens(text: str | None) -> frozenset[str]:
    return frozenset(filter(_WORD.fullmatch, folded_words(text))) - _EMPTY if text else frozenset()


def _sets(frame: pa.Table, names: Sequence[str]) -> list[frozenset[str]]:
    columns = [frame.column(name).to_pylist() for name in names]
    read: dict[str | None, frozenset[str]] = {}
    for cell in {cell for column in columns for cell in column}:
        read[cell] = _tokens(cell)
    return [frozenset().union(*map(read.__getitem__, row)) for row in zip(*columns, strict=True)]


def _rarity(known: Sequence[frozenset[str]]) -> dict[str, float]:
    """How much a shared word says, in bits: log2 of one in how many incidents has it."""
    counts = Counter(word for words in known for word in words)
    # A small store does not tell which words are rare: as if fifty more had been read, and six
    # of them had each word.
    whole = len(known) + 50
    return {word: max(math.log2(whole / (count + 6)), 0) for word, count in counts.items()}


def _codes(column: pa.ChunkedArray) -> npt.NDArray[np.int64]:
    """Data sets as numbers in the order of the alphabet."""
    names = column.to_pylist()
    order = {name: n for n, name in enumerate(sorted({str(name) for name in names}))}
    return np.array([order[str(name)] for name in names], dtype=np.int64)


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

_NEAR: Final = """SELECT DISTINCT a.row AS first, b.row AS second
FROM (SELECT row, dataset, lat, lon, reach, unnest(range(first_day, last_day + 1)) AS day,
        CAST(floor(lat / $band) AS INTEGER) AS band FROM rows) a
JOIN (SELECT row, dataset, lat, lon, reach,
        unnest(range(first_day - $window, last_day + $window + 1)) AS day, band + step AS band
    FROM (SELECT *, CAST(floor(lat / $band) AS INTEGER) AS band, unnest([-1, 0, 1]) AS step
        FROM rows)) b
USING (day, band)
WHERE a.dataset < b.dataset AND abs(a.lat - b.lat) * 111.2 <= a.reach + b.reach + $slack
AND (abs(a.lon - b.lon) * 111.2 * cos(radians(a.lat)) <= a.reach + b.reach + $slack
    OR abs(a.lon - b.lon) > 350)
ORDER BY first, second"""


def _candidates(table: _Table, window_days: int) -> tuple[Rows, Rows]:
    """Rows of pairs within the window of days and within what their places may mean."""
    placed = ~np.isnan(table.latitude) & ~np.isnan(table.longitude)
    dated = ~np.isnan(table.start) & (table.end - table.start <= _LONGEST_SPAN)
    usable = np.flatnonzero(placed & dated)
    rows = pa.table(
        {
            "row": usable,
            "dataset": table.datasets[usable],
            "lat": table.latitude[usable],
            "lon": table.longitude[usable],
            "reach": table.reach_km[usable],
            "first_day": table.start[usable].astype(np.int64),
            "last_day": table.end[usable].astype(np.int64),
        }
    )
    with duckdb.connect() as connection:
        connection.execute("SET enable_progress_bar = false")
        connection.register("rows", rows)
        values = {"band": _BAND, "window": window_days, "slack": _SLACK_KM}
        found = connection.execute(_NEAR, values).to_arrow_table()
    first, second = (np.asarray(found.column(n), dtype=np.int64) for n in ("first", "second"))
    close = _kilometres(table, first, second) <= (
        table.reach_km[first] + table.reach_km[second] + _SLACK_KM
    )
    return first[close], second[close]


def _kilometres(table: _Table, first: Rows, second: Rows) -> Numbers:
    """Great-circle distance, by the haversine formula."""
    lat1, lat2 = np.radians(table.latitude[first]), np.radians(table.latitude[second])
    turn = np.radians(table.longitude[second] - table.longitude[first])
    chord = np.sin((lat2 - lat1) / 2) ** 2 + np.cos(lat1) * np.cos(lat2) * np.sin(turn / 2) ** 2
    distance: Numbers = 2 * _EARTH_KM * np.arcsin(np.sqrt(np.clip(chord, 0, 1)))
    return distance


def _but(
    table: _Table, first: Rows, second: Rows, apart: Iterable[tuple[str, str]]
) -> tuple[Rows, Rows]:
    known = {frozenset(pair) for pair in apart}
    if not known:
        return first, second
    keep = np.array(
        [
            frozenset((table.ids[a], table.ids[b])) not in known
            for a, b in zip(first, second, strict=True)
        ],
        dtype=bool,
    )
    return first[keep], second[keep]


# --- evidence ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Part:
    """One kind of evidence for all candidates, and how to say it of one (rows and position)."""

    what: str
    bits: Numbers
    say: Callable[[int, int, int], str]


def _compare(table: _Table, first: Rows, second: Rows) -> list[_Part]:
    return [
        _days(table, first, second),
        _distance(table, first, second),
        _names("place", table.places, table, first, second),
        _names("actors", table.actors, table, first, second),
        _words(table, first, second),
        _codes_shared("weapon", "weapon_group", table, first, second, agree=1.5, differ=-2.0),
        _codes_shared("type", "event_type", table, first, second, agree=0.5, differ=-1.0),
        _people("killed", table, first, second, weight=1.2),
        _people("injured", table, first, second, weight=0.7),
    ]


def _days(table: _Table, first: Rows, second: Rows) -> _Part:
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


def _distance(table: _Table, first: Rows, second: Rows) -> _Part:
    distance = _kilometres(table, first, second)
    reach = table.reach_km[first] + table.reach_km[second]
    # Within what both claim to know, near says more than far; a coarse place says little.
    within = np.clip(1 - distance / (reach + 1), -1, 1)
    fine = np.log2(1 + _MOST_REACH_KM / (reach + 0.5))
    bits = np.clip(within * fine, -3, 4)

    def say(_a: int, _b: int, at: int) -> str:
        return f"{distance[at]:.1f} km apart, known to {reach[at]:.0f} km together"

    return _Part("distance", bits, say)


def _names(
    what: str, names: Sequence[frozenset[str]], table: _Table, first: Rows, second: Rows
) -> _Part:
    """Names share words: the rarer the more it says; known and unlike speaks against."""
    bits = np.zeros(len(first))
    for at, (a, b) in enumerate(zip(first.tolist(), second.tolist(), strict=True)):
        one, other = names[a], names[b]
        if one and other:
            shared = _shared(one, other)
            lost = 1 - len(shared) / min(len(one), len(other))
            bits[at] = min(sum(map(table.rarity.__getitem__, shared)) * 0.5, 4) - 2 * lost

    def say(a: int, b: int, _at: int) -> str:
        if not (names[a] and names[b]):
            return ""
        shared = sorted(_shared(names[a], names[b]))
        return f"share {', '.join(shared[:6])}" if shared else "share no word"

    return _Part(what, bits, say)


def _shared(one: frozenset[str], other: frozenset[str]) -> frozenset[str]:
    """Words that both have, one letter's difference allowed in longer ones."""
    exact = one & other
    if len(exact) == min(len(one), len(other)):
        return exact
    rest = other - exact
    close = {w for w in one - exact if len(w) > 4 and any(_alike(w, v) for v in rest)}
    return exact | close


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


def _words(table: _Table, first: Rows, second: Rows) -> _Part:
    """Rare words that both accounts use; a text that shares none speaks a little against."""
    bits = np.zeros(len(first))
    for at, (a, b) in enumerate(zip(first.tolist(), second.tolist(), strict=True)):
        one, other = table.texts[a], table.texts[b]
        if one and other:
            shared = _shared(one, other)
            bits[at] = min(sum(map(table.rarity.__getitem__, shared)) * 0.55, 9) - 1

    def say(a: int, b: int, _at: int) -> str:
        shared = _shared(table.texts[a], table.texts[b])
        rare = sorted(shared, key=lambda word: -table.rarity[word])[:6]
        return f"both say {', '.join(rare)}" if rare else ""

    return _Part("words", bits, say)


def _codes_shared(  # noqa: PLR0913 - two weights and what they weigh
    what: str, column: str, table: _Table, first: Rows, second: Rows, *, agree: float, differ: float
) -> _Part:
    codes = [frozenset(split_list(cell)) for cell in table.frame.column(column).to_pylist()]
    pairs = [(codes[a], codes[b]) for a, b in zip(first.tolist(), second.tolist(), strict=True)]
    bits = np.array([0 if not (a and b) else agree if a & b else differ for a, b in pairs], float)

    def say(a: int, b: int, _at: int) -> str:
        one, other = " and ".join(sorted(codes[a])), " and ".join(sorted(codes[b]))
        if not (one and other):
            return ""
        return f"both {one}" if codes[a] & codes[b] else f"{one} beside {other}"

    return _Part(what, bits, say)


def _people(stem: str, table: _Table, first: Rows, second: Rows, *, weight: float) -> _Part:
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


def _posterior(bits: Any, first: Rows, second: Rows, table: _Table) -> Numbers:
    """How likely each pair is one, where an incident is at most one of its candidates or none."""
    odds = np.exp2(np.clip(np.asarray(bits, dtype=np.float64) - _PRIOR_BITS, -60, 60))
    score = np.ones(len(first))
    for own, other in ((first, second), (second, first)):
        group = own * (table.datasets.max(initial=0) + 1) + table.datasets[other]
        _, place = np.unique(group, return_inverse=True)
        score = np.minimum(score, odds / (1 + np.bincount(place, odds)[place]))
    return score


def _one_to_one(
    score: Numbers, first: Rows, second: Rows, table: _Table, at_least: float
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
