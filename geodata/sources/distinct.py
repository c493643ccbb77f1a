"""Columns read once for each distinct cell, not once for each row."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Mask = npt.NDArray[np.bool_]
Read = TypeVar("Read")


@dataclass(frozen=True)
class Distinct(Generic[Read]):
    """A column's distinct cells as read, and which of them stands in each row.

    Attributes:
        readings: what was read from each distinct cell.
        indices: int32, null where the cell is empty.
    """

    readings: list[Read]
    indices: pa.Array

    @classmethod
    def of(cls, cells: pa.Array, read: Callable[[list[str]], Sequence[Read]]) -> Distinct[Read]:
        """Read each distinct cell of a column once."""
        encoded = pc.dictionary_encode(cells)
        return cls(list(read(encoded.dictionary.to_pylist())), encoded.indices)

    def plain(self, kind: pa.DataType) -> pa.Array:
        """The values themselves, row by row."""
        return pa.array(self.readings, kind).take(self.indices)

    def array(self, attribute: str, kind: pa.DataType) -> pa.Array:
        """One attribute of the values, row by row."""
        return pa.array([getattr(v, attribute) for v in self.readings], kind).take(self.indices)

    def mask(self, test: Callable[[Read], bool]) -> Mask:
        """Which rows pass a test; empty cells do not."""
        passed = pa.array([test(value) for value in self.readings], pa.bool_())
        return filled(passed.take(self.indices))

    def where(self, test: Callable[[Read], bool]) -> Iterable[tuple[int, Read]]:
        """Rows (0-based) that pass a test, with their values."""
        for row in np.flatnonzero(self.mask(test)):
            yield int(row), self.readings[self.indices[int(row)].as_py()]


def blank_to_null(cells: pa.Array) -> pa.Array:
    """Cells trimmed, with null for those that hold nothing."""
    trimmed = pc.utf8_trim_whitespace(cells)
    return pc.if_else(pc.equal(trimmed, ""), pa.scalar(None, pa.string()), trimmed)


def filled(mask: pa.Array) -> Mask:
    """A truth array without nulls: unknown is false."""
    return np.asarray(pc.fill_null(mask, False).to_numpy(zero_copy_only=False), dtype=bool)
