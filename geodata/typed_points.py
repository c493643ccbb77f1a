"""Points as people type them: decimal degrees, minutes, military grid references, plus codes."""

from __future__ import annotations

import re
from typing import Final

from geodata.errors import ImpossibleValue
from geodata.grid_reference import SHAPE, read_grid_reference
from geodata.incident import check_point
from geodata.schema import COORDINATE_DECIMALS
from geodata.sources.degrees import read_degree

EXAMPLES: Final = (
    "33.5, 38.66 or 33°30'N 38°39'36\"E or 37S DT 68958 07046 or a plus code such as 8G5GGX2V+8H"
)

_BETWEEN: Final = re.compile(r"[,;\s]+|(?<=[NS])(?=[\dEW])|(?<=[EW])(?=[\dNS])", re.IGNORECASE)
_DIGITS: Final = "23456789CFGHJMPQRVWX"
_PLUS_CODE: Final = re.compile(rf"([{_DIGITS}]{{8}})\+([{_DIGITS}]{{2,7}})?", re.IGNORECASE)
_SHORT_CODE: Final = re.compile(rf"[{_DIGITS}]{{2,6}}\+[{_DIGITS}]*", re.IGNORECASE)
_PAIR_DEGREES: Final = (20.0, 1.0, 0.05, 0.0025, 0.000125)


def read_point(text: str) -> tuple[float, float]:
    """The point that a text says: latitude and longitude, WGS 84 degrees, six decimals.

    Latitude comes first unless letters say otherwise. A military grid reference (MGRS) gives the
    middle of its square, a plus code (Open Location Code) that of its cell; it must be a full one.

    Raises:
        ImpossibleValue: it cannot be read, can be read in two ways, or is no point on Earth.
    """
    text = text.strip()
    if _PLUS_CODE.fullmatch(text):
        latitude, longitude = _of_plus_code(text.upper())
    elif _SHORT_CODE.match(text):
        raise ImpossibleValue(f"{text!r} is a short plus code; give the full one, as 8G5GGX2V+8H.")
    elif SHAPE.fullmatch(text):
        latitude, longitude = read_grid_reference(text)
    else:
        latitude, longitude = _of_degrees(text)
    check_point(latitude, longitude)
    return round(latitude, COORDINATE_DECIMALS), round(longitude, COORDINATE_DECIMALS)


def _of_degrees(text: str) -> tuple[float, float]:
    """The one reading of two angles; every place where the text may be cut is tried."""
    found = {
        point
        for cut in _BETWEEN.finditer(text)
        if (point := _pair(text[: cut.start()], text[cut.end() :])) is not None
    }
    if len(found) == 1:
        return found.pop()
    why = "can be read in two ways" if found else "cannot be read as a point"
    raise ImpossibleValue(f"{text!r} {why}; write {EXAMPLES}.")


def _pair(first: str, second: str) -> tuple[float, float] | None:
    """Latitude and longitude of two texts; None where one is no angle or their letters clash."""
    one, other = read_degree(first).value, read_degree(second).value
    if one is None or other is None:
        return None
    axes = (_axis(first), _axis(second))
    if "both" in axes:
        return None
    if axes in {("east", "north"), ("east", ""), ("", "north")}:
        return other, one
    return None if axes[0] == "east" or axes[1] == "north" else (one, other)


def _axis(angle: str) -> str:
    """Which axis an angle's letter names: north, east, both; "" without one."""
    letters = re.sub(r"[^NSEW]", "", angle.upper())
    if len(letters) != 1:
        return "both" if letters else ""
    return "north" if letters in "NS" else "east"


def _of_plus_code(code: str) -> tuple[float, float]:
    """The middle of a cell, by the Open Location Code specification of 2014."""
    digits = [_DIGITS.index(letter) for letter in code.replace("+", "")]
    latitude, longitude = -90.0, -180.0
    height = width = 0.0
    pairs = list(zip(digits[:10:2], digits[1:10:2], strict=True))
    for (north, east), height in zip(pairs, _PAIR_DEGREES, strict=False):
        latitude += north * height
        longitude += east * height
        width = height
    for digit in digits[10:]:
        height, width = height / 5, width / 4
        latitude += (digit // 4) * height
        longitude += (digit % 4) * width
    return latitude + height / 2, longitude + width / 2
