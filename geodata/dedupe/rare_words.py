"""Names and words of incidents as folded sets, and how rare each word is."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa

from geodata.gazetteer.names import words as folded_words

_SAMPLE: Final = 50_000
_AT_ONCE: Final = 20_000
ACTORS: Final = ("side_a", "side_b", "perpetrators", "targets")
TEXTS: Final = ("title", "summary", "place_text", "weapon_text")

Words = Mapping[str, str] | Callable[[Sequence[str]], Mapping[str, str]]
"""More text of an incident by its id, or what gives it for those ids that are asked for."""


@dataclass(frozen=True)
class Rarity:
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


class Reader:
    """Reads names and words of rows; a cell or a word that is met again is the same object."""

    def __init__(self, words: Words) -> None:
        self._asked = words if callable(words) else lambda _ids: words
        self._lexicon: dict[str, str] = {}

    def sets(self, frame: pa.Table) -> tuple[list[frozenset[str]], ...]:
        """Actors, places and other words of each row."""
        ids = frame.column("incident_id").to_pylist()
        actors, places = self._cells(frame, ACTORS), self._cells(frame, ("place_name",))
        told, words = self._cells(frame, TEXTS), self._asked(ids)
        more = (self._tokens(words.get(name)) for name in ids)
        texts = [
            (own | extra) - actor - place
            for own, extra, actor, place in zip(told, more, actors, places, strict=True)
        ]
        return actors, places, texts

    def rarity(self, frame: pa.Table) -> Rarity:
        """Of the words of all incidents, or of so many evenly taken from among them."""
        step = -(-len(frame) // _SAMPLE) if len(frame) else 1
        taken = np.arange(0, len(frame), step)
        counts: Counter[str] = Counter()
        for start in range(0, len(taken), _AT_ONCE):
            piece = frame.take(pa.array(taken[start : start + _AT_ONCE]))
            for actor, place, text in zip(*self.sets(piece), strict=True):
                counts.update(actor | place | text)
        return Rarity(counts, len(taken))

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
