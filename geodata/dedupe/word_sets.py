"""Sets of words or codes, row by row, and how two of them are compared.

Equal sets are held once, and each pair of them is compared once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from geodata.schema import split_list

Numbers = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]
Pairs = npt.NDArray[np.int32]
"""One end of each pair: of millions, so narrow."""

_LEAST_ALIKE: Final = 4
"""Letters of the shorter of two words that may differ by one."""


@dataclass(frozen=True)
class Sets:
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
    def of(cls, rows: Sequence[frozenset[str]]) -> Sets:
        """The sets of some rows, in their order."""
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


def codes_of(column: pa.ChunkedArray) -> Sets:
    """The codes in each cell; like codes are not alike, as words are."""
    read = {cell: frozenset(split_list(cell)) for cell in pc.unique(column).to_pylist()}
    return replace(Sets.of([read[cell] for cell in column.to_pylist()]), alike={})


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
