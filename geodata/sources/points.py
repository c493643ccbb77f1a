"""Points that a source gives and that cannot be quite right: outside the country, or its middle.

Both checks only flag. Borders are drawn with a vertex every 3 km and countries are named by rule
(`geodata.boundaries`), so a point counts as outside only well beyond the border or the coast, and
never where the two countries once were one or both claim the land.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Iterable, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from geodata import boundaries
from geodata.boundaries import Admin1, Country

Mask = npt.NDArray[np.bool_]
Degrees = npt.NDArray[np.float64]

OUTSIDE: Final = "point-outside-country"
"""The flag of a point outside its country."""
BEYOND_KM: Final = 30.0
"""So far from the country's border or coast as drawn, a point is outside."""
EXACT: Final = ("exact", "site", "street", "neighbourhood", "town")
"""Precisions that say that the point is the place itself."""

_MEASURED: Final = 200
"""So many distinct points of a country are measured to the border, which a small island may be;
the rest is judged by looking about, as `_STEPS` says."""
_STEPS: Final = tuple(
    (km / 111.2 * math.cos(turn), km / 111.2 * math.sin(turn))
    for km in (BEYOND_KM, BEYOND_KM / 2)
    for turn in np.arange(0, 2 * math.pi, math.pi / 6)
)
"""Degrees north and east (to be widened by the latitude) of twelve looks about, near and far."""

_COUNTRY_KM: Final = 5.0
_ADMIN1_KM: Final = 1.0
_LEAST_RADIUS_KM: Final = 25.0
"""In a smaller unit, its middle is a place in the town that it is named after."""
_KM_PER_DEGREE: Final = 111.2
_SHARED: Final = frozenset(
    frozenset(pair.split())
    for pair in (
        "ISR PSE", "ISR SYR", "ISR LBN", "RUS UKR", "SRB XKX", "SRB MNE", "SRB HRV", "SRB BIH",
        "SRB MKD", "SRB SVN", "SDN SSD", "ETH ERI", "IDN TLS", "MAR ESH", "ZAF NAM", "IND PAK",
        "IND CHN", "CHN TWN", "ARM AZE", "GEO RUS", "CYP TUR", "CZE SVK",
    )
)  # fmt: skip
"""Countries of which one held, holds or claims land of the other within the years of the data."""


def outside(latitudes: Degrees, longitudes: Degrees, countries: Sequence[str | None]) -> Mask:
    """Which points lie more than `BEYOND_KM` from the country that is named.

    Args:
        latitudes: WGS 84 degrees; not-a-number where there is no point.
        longitudes: likewise.
        countries: ISO 3166-1 alpha-3; None and countries that are not drawn are not judged.
    """
    known = boundaries.countries()
    return _by_country(
        latitudes, longitudes, countries,
        lambda code, lat, lon: _outside(known[code], lat, lon) if code in known else None,
    )  # fmt: skip


def swapped(latitudes: Degrees, longitudes: Degrees, countries: Sequence[str | None]) -> Mask:
    """Which points lie inside their country when latitude and longitude change places.

    Asked of points outside of it, as of `outside`; a border's neighbourhood does not count.
    """
    known = boundaries.countries()
    fit = np.abs(longitudes) <= 90
    return fit & _by_country(
        np.where(fit, longitudes, np.nan), latitudes, countries,
        lambda code, lat, lon: boundaries.inside(known[code], lat, lon) if code in known else None,
    )  # fmt: skip


def _outside(country: Country, latitudes: Degrees, longitudes: Degrees) -> Mask:
    out = ~boundaries.inside(country, latitudes, longitudes)
    for north, east in _STEPS:
        left = np.flatnonzero(out)
        lat = latitudes[left] + north
        lon = longitudes[left] + east / np.cos(np.radians(np.clip(latitudes[left], -85, 85)))
        out[left] = ~boundaries.inside(country, lat, lon)
    for number in np.flatnonzero(out)[:_MEASURED]:
        at = float(latitudes[number]), float(longitudes[number])
        out[number] = not boundaries.is_within(country, *at, BEYOND_KM)
    return out & ~_on_shared_land(country, latitudes, longitudes, out)


def _on_shared_land(country: Country, latitudes: Degrees, longitudes: Degrees, rows: Mask) -> Mask:
    known = boundaries.countries()
    shared = np.zeros(len(latitudes), dtype=bool)
    numbers = np.flatnonzero(rows)
    for other in {code for pair in _SHARED if country.code in pair for code in pair}:
        if other in known and other != country.code:
            there = boundaries.inside(known[other], latitudes[numbers], longitudes[numbers])
            shared[numbers[there]] = True
    return shared


def centred(latitudes: Degrees, longitudes: Degrees, countries: Sequence[str | None]) -> Mask:
    """Which points are the middle of their country or of one of its states or provinces.

    The middle is the centre of gravity as drawn, within 5 km of a country's and 1 km of a state's;
    also a point whose latitude and longitude are whole degrees. Arguments as of `outside`.
    """
    whole = (latitudes == np.round(latitudes)) & (longitudes == np.round(longitudes))
    return np.asarray(whole) | _by_country(
        latitudes, longitudes, countries,
        lambda code, lat, lon: _near(_middles(code), lat, lon),
    )  # fmt: skip


@functools.cache
def _middles(code: str) -> Degrees:
    """Latitude, longitude and reach in km of a country's middles; float64 of shape (n, 3)."""
    country = boundaries.countries().get(code)
    if country is None:
        return np.empty((0, 3))
    areas: list[tuple[Admin1 | Country, float]] = [(country, _COUNTRY_KM)]
    areas += [(unit, _ADMIN1_KM) for unit in boundaries.admin1_units(code)]
    found = []
    for area, reach in areas:
        if area.radius_km >= _LEAST_RADIUS_KM:
            longitude, latitude = boundaries.centroid(area)
            found.append((latitude, longitude, reach))
    return np.array(found, dtype=np.float64).reshape(-1, 3)


def _near(middles: Degrees, latitudes: Degrees, longitudes: Degrees) -> Mask:
    near = np.zeros(len(latitudes), dtype=bool)
    squeeze = np.cos(np.radians(latitudes))
    for latitude, longitude, reach in middles:
        north, east = latitudes - latitude, (longitudes - longitude) * squeeze
        near |= np.hypot(north, east) * _KM_PER_DEGREE <= reach
    return near


def _by_country(
    latitudes: Degrees,
    longitudes: Degrees,
    countries: Iterable[str | None],
    judge: Callable[[str, Degrees, Degrees], Mask | None],
) -> Mask:
    """The judgement of every point, each distinct point of a country judged once."""
    named = np.array([code or "" for code in countries])
    there = (named != "") & np.isfinite(latitudes) & np.isfinite(longitudes)
    result = np.zeros(len(latitudes), dtype=bool)
    for code in np.unique(named[there]):
        rows = np.flatnonzero(there & (named == code))
        points = np.stack([latitudes[rows], longitudes[rows]], axis=1)
        distinct, back = np.unique(points, axis=0, return_inverse=True)
        judged = judge(str(code), distinct[:, 0], distinct[:, 1])
        if judged is not None:
            result[rows] = judged[back.reshape(-1)]
    return result
