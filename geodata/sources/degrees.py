"""Latitudes and longitudes as tables hold them: decimal, with a comma, with letters, in minutes."""

from __future__ import annotations

import re
from dataclasses import dataclass

from geodata.sources.days import NOTHING

PLAIN = r"^\s*[+-]?\d{1,9}(\.\d*)?([eE][+-]?\d{1,2})?\s*$"
"""A pattern (RE2) of what a cast reads as it stands."""

_DECIMAL = re.compile(r"([NSEW])?\s*([+-]?\d+(?:[.,]\d+)?)\s*°?\s*([NSEW])?", re.IGNORECASE)
_SPACED = re.compile(
    r"([NSEW])?\s*(\d{1,3})\s+(\d{1,2})\s+(\d{1,2}(?:[.,]\d+)?)\s*([NSEW])?", re.IGNORECASE
)
"""Degrees, minutes and seconds parted by blanks alone: read where a letter says that they are."""
_MINUTES = re.compile(
    r"([NSEW])?\s*([+-]?\d{1,3})\s*[°: ]\s*(\d{1,2}(?:[.,]\d+)?)\s*['′’: ]?\s*"
    r"(?:(\d{1,2}(?:[.,]\d+)?)\s*(?:\"|″|”|''))?\s*([NSEW])?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Degree:
    """What one cell says: degrees, or why it cannot be read; both None where it says nothing."""

    value: float | None = None
    problem: str | None = None


def read_degree(cell: str) -> Degree:
    """The degrees in one cell; south and west are negative."""
    text = cell.strip()
    if text.casefold() in NOTHING:
        return Degree()
    if found := _DECIMAL.fullmatch(text):
        return Degree(_signed(_float(found[2]), found[1] or found[3]))
    if (found := _MINUTES.fullmatch(text)) or (
        (found := _SPACED.fullmatch(text)) and (found[1] or found[5])
    ):
        whole, minutes, seconds = _float(found[2]), _float(found[3]), _float(found[4] or "0")
        if minutes < 60 and seconds < 60:
            size = abs(whole) + minutes / 60 + seconds / 3600
            size = -size if found[2].startswith("-") else size
            return Degree(_signed(size, found[1] or found[5]))
    return Degree(problem=f"{cell!r} cannot be read as degrees")


def nearest_repair(latitude: float, longitude: float) -> str | None:
    """What a point out of range may have been meant to be, as a question; None if unclear."""
    if abs(latitude) <= 180 and abs(longitude) <= 90:
        return swapped_repair(latitude, longitude)
    fixed = [_scaled(latitude, 90), _scaled(longitude, 180)]
    if None in fixed:
        return None
    return f"decimal point lost? {fixed[0]:.6f}, {fixed[1]:.6f}"


def swapped_repair(latitude: float, longitude: float) -> str:
    """The question whether a point has its axes the wrong way round, with the other way."""
    return f"latitude and longitude swapped? {longitude:g}, {latitude:g}"


def _scaled(value: float, most: float) -> float | None:
    for power in range(9):
        if abs(value) / 10**power <= most:
            return float(value / 10**power)
    return None


def _float(text: str) -> float:
    return float(text.replace(",", "."))


def _signed(value: float, letter: str | None) -> float:
    return -abs(value) if letter and letter.upper() in "SW" else value
