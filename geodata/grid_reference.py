"""Military grid references (MGRS) and metres of a UTM zone -> a point.

The lettering is that of the "AA" scheme for WGS 84 (NGA.STND.0037, "Universal Grids and Grid
Reference Systems", 2014); the projection is undone by Krüger's series in the third flattening to
the fourth order (Karney, "Transverse Mercator with an accuracy of a few nanometers", 2011).
"""

from __future__ import annotations

import math
import re
from typing import Final

from geodata.errors import ImpossibleValue

SHAPE: Final = re.compile(
    r"(\d{1,2})\s*([A-Z])\s*([A-Z]{2})\s*(\d[\d\s]*)?", re.IGNORECASE | re.ASCII
)
"""What looks like a reference: zone, band, square, digits."""
FEWEST_DIGITS: Final = 4
"""Digits of a square of 1 km; a larger one is no point."""

UTM_SHAPE: Final = re.compile(
    r"(?:UTM\s*)?(?P<zone>\d{1,2})\s*(?P<letter>[A-Z])[,;\s]+(?P<east>\d{6}(?:[.,]\d+)?)\s*(?:m?E)?"
    r"[,;\s]+(?P<north>\d{1,8}(?:[.,]\d+)?)\s*(?:m?N)?",
    re.IGNORECASE | re.ASCII,
)
"""What looks like metres of a zone: zone and letter, easting, northing."""
_LEAST_EAST_M: Final = 100_000.0
_MOST_EAST_M: Final = 900_000.0
_BAND_S: Final = (3_540_000.0, 4_440_000.0)
"""Northings of the band S: 32 to 40 degrees north, somewhat widened."""

_BANDS: Final = "CDEFGHJKLMNPQRSTUVWX"
_COLUMNS: Final = ("STUVWXYZ", "ABCDEFGH", "JKLMNPQR")
_ROWS: Final = "ABCDEFGHJKLMNPQRSTUV"
_SQUARE_M: Final = 100_000.0
_ROUND_M: Final = 2_000_000.0
"""After this many metres the letters of the rows begin again."""
_SLACK_DEGREES: Final = 0.1
"""How far beyond the edge of its zone or band the middle of a square may lie."""
# Norway and Svalbard: zones that are wider or narrower than six degrees, or not used.
_ODD_ZONES: Final = {
    (31, "V"): (0, 3), (32, "V"): (3, 12), (31, "X"): (0, 9), (33, "X"): (9, 21),
    (35, "X"): (21, 33), (37, "X"): (33, 42),
}  # fmt: skip
_NO_ZONES: Final = frozenset(((32, "X"), (34, "X"), (36, "X")))

_FLATTENING: Final = 1 / 298.257223563
_N: Final = _FLATTENING / (2 - _FLATTENING)
_RADIUS_M: Final = 6_378_137.0 / (1 + _N) * (1 + _N**2 / 4 + _N**4 / 64) * 0.9996
_BETA: Final = (
    _N / 2 - 2 * _N**2 / 3 + 37 * _N**3 / 96 - _N**4 / 360,
    _N**2 / 48 + _N**3 / 15 - 437 * _N**4 / 1440,
    17 * _N**3 / 480 - 37 * _N**4 / 840,
    4397 * _N**4 / 161_280,
)
_DELTA: Final = (
    2 * _N - 2 * _N**2 / 3 - 2 * _N**3 + 116 * _N**4 / 45,
    7 * _N**2 / 3 - 8 * _N**3 / 5 - 227 * _N**4 / 45,
    56 * _N**3 / 15 - 136 * _N**4 / 35,
    4279 * _N**4 / 630,
)


def read_grid_reference(text: str) -> tuple[float, float]:
    """The middle of the square that a reference names: latitude and longitude, WGS 84 degrees.

    Raises:
        ImpossibleValue: no such zone, band or square, digits that cannot be halved or too few of
            them, or a square that its zone or band does not have.
    """
    found = SHAPE.fullmatch(text.strip())
    if found is None:
        raise ImpossibleValue(
            f"{text!r} cannot be read as a grid reference, as 37S DT 68958 07046."
        )
    zone, band, square, digits = int(found[1]), found[2].upper(), found[3].upper(), found[4] or ""
    digits = "".join(digits.split())
    if len(digits) % 2 or not FEWEST_DIGITS <= len(digits) <= 10:
        raise ImpossibleValue(
            f"{text!r} has {len(digits)} digits; a grid reference of a point has 4, 6, 8 or 10."
        )
    if band not in _BANDS or not 1 <= zone <= 60 or (zone, band) in _NO_ZONES:
        raise ImpossibleValue(f"{text!r}: there is no grid zone {zone}{band}.")
    columns = _COLUMNS[zone % 3]
    if square[0] not in columns or square[1] not in _ROWS:
        raise ImpossibleValue(f"{text!r}: zone {zone} has no square {square}.")
    half = len(digits) // 2
    unit = 10.0 ** (5 - half)
    east = (columns.index(square[0]) + 1) * _SQUARE_M + (int(digits[:half]) + 0.5) * unit
    row = (_ROWS.index(square[1]) - (0 if zone % 2 else 5)) % len(_ROWS)
    north = row * _SQUARE_M + (int(digits[half:]) + 0.5) * unit
    point = _in_band(zone, band, east, north)
    if point is None:
        raise ImpossibleValue(f"{text!r}: grid zone {zone}{band} has no square {square} there.")
    return point


def read_utm(text: str) -> tuple[float, float]:
    """The point of a zone with its letter, an easting and a northing: WGS 84 degrees.

    The letter is N or S for the half of the Earth, or the zone's band. S is both: the band from
    32 to 40 degrees north where the northing lies in it, else the south.

    Raises:
        ImpossibleValue: it cannot be read, or no such zone, band or metres are there.
    """
    found = UTM_SHAPE.fullmatch(text.strip())
    if found is None:
        raise ImpossibleValue(f"{text!r} cannot be read as UTM, as 37S 468958 3707046.")
    east, north = (float(found[name].replace(",", ".")) for name in ("east", "north"))
    return from_utm(int(found["zone"]), found["letter"].upper(), east, north)


def from_utm(
    zone: int, letter: str, east: float, north: float, *, of_half: bool = False
) -> tuple[float, float]:
    """Latitude and longitude of metres in a zone.

    Args:
        zone: 1 to 60.
        letter: as of `read_utm`.
        east: metres, with the false easting of 500 km.
        north: metres, with the false northing of 10,000 km in the south.
        of_half: the letter is surely that of the half of the Earth.

    Raises:
        ImpossibleValue: no such zone, band or metres are there.
    """
    if not (1 <= zone <= 60 and letter in _BANDS):
        raise ImpossibleValue(f"There is no UTM zone {zone}{letter}.")
    in_band_s = _BAND_S[0] <= north <= _BAND_S[1] and not of_half
    south = letter < "N" or (letter == "S" and not in_band_s)
    if not (_LEAST_EAST_M <= east <= _MOST_EAST_M and 0 <= north <= 1e7):
        raise ImpossibleValue(
            f"{east:g}, {north:g} are no metres of a UTM zone: eastings go from 100000 to 900000."
        )
    latitude, longitude = _unprojected(east, north - 1e7 if south else north, zone)
    lowest = -80.0 + 8 * _BANDS.index(letter)
    top = 84.0 if letter == "X" else lowest + 8
    in_band = lowest - _SLACK_DEGREES <= latitude <= top + _SLACK_DEGREES
    if letter not in "NS" and not in_band:
        raise ImpossibleValue(f"{east:g}, {north:g} do not lie in the band {zone}{letter}.")
    return latitude, longitude


def _in_band(zone: int, band: str, east: float, north: float) -> tuple[float, float] | None:
    """The one point of a zone and band whose northing ends so; None where there is none."""
    south = -80.0 + 8 * _BANDS.index(band)
    top = 84.0 if band == "X" else south + 8
    usual = (6 * zone - 186, 6 * zone - 180)
    west, east_end = _ODD_ZONES.get((zone, band), usual)
    false_north = 0.0 if band >= "N" else 1e7
    for turn in range(5):
        latitude, longitude = _unprojected(east, north + turn * _ROUND_M - false_north, zone)
        in_band = south - _SLACK_DEGREES <= latitude <= top + _SLACK_DEGREES
        if in_band and west - _SLACK_DEGREES <= longitude <= east_end + _SLACK_DEGREES:
            return latitude, longitude
    return None


def _unprojected(east: float, north: float, zone: int) -> tuple[float, float]:
    """Latitude and longitude of metres in a zone of the Universal Transverse Mercator grid.

    Args:
        east: with the false easting of 500 km.
        north: from the equator, south negative.
        zone: 1 to 60.
    """
    xi, eta = north / _RADIUS_M, (east - 500_000.0) / _RADIUS_M
    up = xi - sum(b * math.sin(2 * j * xi) * math.cosh(2 * j * eta) for j, b in enumerate(_BETA, 1))
    aside = eta - sum(
        b * math.cos(2 * j * xi) * math.sinh(2 * j * eta) for j, b in enumerate(_BETA, 1)
    )
    conformal = math.asin(math.sin(up) / math.cosh(aside))
    latitude = conformal + sum(d * math.sin(2 * j * conformal) for j, d in enumerate(_DELTA, 1))
    longitude = math.degrees(math.atan2(math.sinh(aside), math.cos(up))) + 6 * zone - 183
    return math.degrees(latitude), longitude
