"""What speaks for and against two incidents being one, in log2 of the odds, with its words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from geodata.dedupe.candidates import kilometres
from geodata.dedupe.events import MOST_REACH_KM, Table, number
from geodata.dedupe.word_sets import Numbers, Pairs, Sets

_AT_ONCE: Final = 200_000


@dataclass(frozen=True)
class Part:
    """One kind of evidence for all candidates, and how to say it of one (rows and position)."""

    what: str
    bits: Numbers
    say: Callable[[int, int, int], str]


def all_bits(table: Table, first: Pairs, second: Pairs) -> Numbers:
    """What all evidence on each pair comes to, worked out for so many pairs at once."""
    whole = np.zeros(len(first))
    for start in range(0, len(first), _AT_ONCE):
        piece = slice(start, start + _AT_ONCE)
        whole[piece] = sum(part.bits for part in compare(table, first[piece], second[piece]))
    return whole


def compare(table: Table, first: Pairs, second: Pairs) -> list[Part]:
    """Every kind of evidence on pairs of rows."""
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


def _days(table: Table, first: Pairs, second: Pairs) -> Part:
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

    return Part("days", bits, say)


def _distance(table: Table, first: Pairs, second: Pairs) -> Part:
    distance = kilometres(table, first, second)
    reach = table.reach_km[first] + table.reach_km[second]
    # Within what both claim to know, near says more than far; a coarse place says little.
    within = np.clip(1 - distance / (reach + 1), -1, 1)
    fine = np.log2(1 + MOST_REACH_KM / (reach + 0.5))
    bits = np.clip(within * fine, -3, 4)

    def say(_a: int, _b: int, at: int) -> str:
        return f"{distance[at]:.1f} km apart, known to {reach[at]:.0f} km together"

    return Part("distance", bits, say)


def _names(what: str, names: Sets, table: Table, first: Pairs, second: Pairs) -> Part:
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

    return Part(what, names.compared(first, second, bits), say)


def _words(table: Table, first: Pairs, second: Pairs) -> Part:
    """Rare words that both accounts use; a text that shares none speaks a little against."""
    texts = table.texts

    def bits(one: frozenset[str], other: frozenset[str]) -> float:
        return min(table.rarity.sum(texts.shared(one, other)) * 0.55, 9) - 1

    def say(a: int, b: int, _at: int) -> str:
        shared = texts.shared(texts[a], texts[b])
        rare = sorted(shared, key=lambda word: -table.rarity[word])[:6]
        return f"both say {', '.join(rare)}" if rare else ""

    return Part("words", texts.compared(first, second, bits), say)


def _codes_shared(  # noqa: PLR0913 - two weights and what they weigh
    what: str, codes: Sets, first: Pairs, second: Pairs, *, agree: float, differ: float
) -> Part:
    def bits(one: frozenset[str], other: frozenset[str]) -> float:
        return agree if one & other else differ

    def say(a: int, b: int, _at: int) -> str:
        one, other = " and ".join(sorted(codes[a])), " and ".join(sorted(codes[b]))
        if not (one and other):
            return ""
        return f"both {one}" if codes[a] & codes[b] else f"{one} beside {other}"

    return Part(what, codes.compared(first, second, bits), say)


def _people(stem: str, table: Table, first: Pairs, second: Pairs, *, weight: float) -> Part:
    """Figures that agree say more the larger they are; figures far apart speak against."""
    low, best, high = (number(table.frame, f"{stem}_{end}") for end in ("low", "best", "high"))
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

    return Part(stem, np.clip(bits, -4, 6) * weight, say)
