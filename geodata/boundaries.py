"""Countries, states and provinces: which one holds a point, how far it reaches, what it is called.

The borders are Natural Earth's (1:10m, version 4.1.0, public domain), generalised to a vertex
every 3 km or so; `tools/build_boundaries.py` builds the files. A point within a few kilometres of
a border or a coast may therefore fall on the wrong side: ask with `within_km` where that matters.

Countries follow ISO 3166-1 and the maps of the United Nations, not control on the ground: Crimea
is in UKR, the Golan in SYR, northern Cyprus in CYP, Western Sahara is ESH, Somaliland in SOM.
Kosovo has GeoNames' code XKX. Where ISO has no code (the Siachen Glacier, the Spratly and Paracel
islands) the country is None.

Nothing is read before it is asked for; the first question about a name reads the tables, the first
about a point reads the borders.
"""

from __future__ import annotations

import csv
import functools
import gzip
import json
import math
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from geodata.errors import DataMissing, UnknownCode

EARTH_RADIUS_KM: Final = 6371.0088
"""Mean radius of the Earth (IUGG), for great-circle distances."""

_KM_PER_DEGREE: Final = math.radians(EARTH_RADIUS_KM)
_POINTS_AT_ONCE: Final = 2_000
_MAGIC: Final = b"CMTOPO1\0"
_BETWEEN_COUNTRIES: Final = frozenset({1, 3})
"""Kinds of arcs as `tools/topology.py` writes them: a border, a disputed one."""
# The steps of the stored arcs; float degrees are made from them at the rim.
_Ints = NDArray[np.int32]
_Floats = NDArray[np.float64]

Position = tuple[float, float]
"""Longitude, latitude, in WGS 84 degrees: GeoJSON's order."""


@dataclass(frozen=True)
class Bounds:
    """A box in WGS 84 degrees; `west` is greater than `east` where it crosses the date line."""

    south: float
    west: float
    north: float
    east: float

    def contains(self, latitude: float, longitude: float) -> bool:
        """Whether the point is in the box or on its rim."""
        if not self.south <= latitude <= self.north:
            return False
        if self.west <= self.east:
            return self.west <= longitude <= self.east
        return longitude >= self.west or longitude <= self.east


@dataclass(frozen=True)
class Admin1:
    """A state, province, governorate or the like.

    Attributes:
        code: our own, readable and stable: ISO country, a dot, the name in ASCII (`SYR.aleppo`).
        name: as the source spells it, without what stood in brackets.
        country: ISO 3166-1 alpha-3; None where ISO has no code.
        names: all spellings of the source, `name` first.
        latitude: of a point well inside the largest part, WGS 84 degrees.
        longitude: likewise.
        radius_km: from that point to the farthest border; a circle that covers the unit.
        fips: FIPS 10-4 code, such as SY09; None where the source has none.
        geonames: GeoNames codes (`SY.09`) whose places lie mostly in this unit, or which hold most
            of this unit's places; empty where none could be derived.
    """

    code: str
    name: str
    country: str | None
    names: tuple[str, ...]
    latitude: float
    longitude: float
    radius_km: float
    fips: str | None
    geonames: tuple[str, ...]

    @property
    def bounds(self) -> Bounds:
        """The box around the unit."""
        return _bounds(_borders().rings(_borders().numbers[self.code]))


@dataclass(frozen=True)
class Country:
    """A country or territory with an ISO 3166-1 code.

    Attributes:
        code: ISO 3166-1 alpha-3.
        name: English name as GeoNames has it.
        short_name: as it stands on a map, with abbreviations.
        latitude: of a point well inside the largest part, WGS 84 degrees.
        longitude: likewise.
        radius_km: from that point to the farthest border.
    """

    code: str
    name: str
    short_name: str
    latitude: float
    longitude: float
    radius_km: float

    @property
    def bounds(self) -> Bounds:
        """The box around all parts."""
        borders = _borders()
        return _bounds([r for n in borders.of_country[self.code] for r in borders.rings(n)])


class _Borders:
    """The bundled arcs, and rings put together from them on demand."""

    def __init__(self, content: bytes) -> None:
        header, arrays = _unpacked(content)
        self.codes: list[str] = header["units"]
        self.numbers = {code: number for number, code in enumerate(self.codes)}
        self._scale = float(header["scale"])
        self._x, self._y, self._first = _points(arrays)
        self._ring_arcs = _starts(arrays["ring_arcs"])
        self._ring_arc = arrays["ring_arc"]
        self._unit_rings = _starts(arrays["unit_rings"])
        self.boxes = self._unit_boxes()
        self.of_country: dict[str, list[int]] = defaultdict(list)
        for number, code in enumerate(self.codes):
            self.of_country[code.partition(".")[0]].append(number)
        self.rings = functools.lru_cache(maxsize=256)(self._rings)

    def _unit_boxes(self) -> _Ints:
        """South, west, north, east of every unit in steps; a plain box, even over the date line."""
        arcs = np.where(self._ring_arc < 0, ~self._ring_arc, self._ring_arc)
        first_arc = self._ring_arcs[self._unit_rings[:-1]]

        def extremes(values: _Ints, extreme: np.ufunc) -> _Ints:
            per_arc: _Ints = extreme.reduceat(values, self._first[:-1])
            found: _Ints = extreme.reduceat(per_arc[arcs], first_arc)
            return found

        low, high = np.minimum, np.maximum
        columns = [extremes(self._y, low), extremes(self._x, low)]
        columns += [extremes(self._y, high), extremes(self._x, high)]
        return np.stack(columns, axis=1)

    def _arc(self, number: int) -> tuple[_Ints, _Ints]:
        place = number if number >= 0 else ~number
        part = slice(self._first[place], self._first[place + 1])
        x, y = self._x[part], self._y[part]
        return (x, y) if number >= 0 else (x[::-1], y[::-1])

    def _rings(self, unit: int) -> tuple[_Floats, ...]:
        """Closed rings of a unit: longitude and latitude, float64 of shape (n, 2)."""
        rings = []
        for ring in range(self._unit_rings[unit], self._unit_rings[unit + 1]):
            arcs = self._ring_arc[self._ring_arcs[ring] : self._ring_arcs[ring + 1]]
            parts = [self._arc(int(arc)) for arc in arcs]
            x = np.concatenate([p[0][:-1] for p in parts] + [parts[-1][0][-1:]])
            y = np.concatenate([p[1][:-1] for p in parts] + [parts[-1][1][-1:]])
            rings.append(np.stack([x, y], axis=1) / self._scale)
        return tuple(rings)

    def units_of(self, area: Admin1 | Country) -> list[int]:
        """The numbers of the units that an area is made of."""
        if isinstance(area, Admin1):
            return [self.numbers[area.code]]
        return self.of_country[area.code]

    def box_in_degrees(self, number: int) -> tuple[float, float, float, float]:
        """South, west, north, east of a unit, in degrees."""
        south, west, north, east = (float(step) / self._scale for step in self.boxes[number])
        return south, west, north, east

    def box_distance_km(self, number: int, latitude: float, longitude: float) -> float:
        """What a unit is at least away from a point, measured as `_border_distance_km` does."""
        south, west, north, east = self.box_in_degrees(number)
        up = max(south - latitude, latitude - north, 0.0)
        middle, half = (west + east) / 2, (east - west) / 2
        aside = max(abs((longitude - middle + 180) % 360 - 180) - half, 0.0)
        return math.hypot(aside * math.cos(math.radians(latitude)), up) * _KM_PER_DEGREE - 1e-6

    def candidates(self, latitude: float, longitude: float, margin: float = 0.0) -> list[int]:
        """Units whose box holds the point, or comes within a margin in degrees of latitude."""
        wide = margin / max(math.cos(math.radians(latitude)), 0.01)
        x, y = longitude * self._scale, latitude * self._scale
        south, west, north, east = self.boxes.T
        dx, dy = wide * self._scale, margin * self._scale
        found = (south - dy <= y) & (y <= north + dy) & (west - dx <= x) & (x <= east + dx)
        return [int(n) for n in np.flatnonzero(found)]


def _unpacked(content: bytes) -> tuple[dict[str, Any], dict[str, _Ints]]:
    """The header and the arrays of a boundaries file; its layout is that of `tools/topology.py`."""
    if not content.startswith(_MAGIC):
        raise DataMissing("boundaries.bin.gz is no boundaries file; install the package again.")
    start = len(_MAGIC) + 4
    length = int.from_bytes(content[len(_MAGIC) : start], "little")
    header = json.loads(content[start : start + length])
    place, arrays = start + length, {}
    for name, kind, count in header["arrays"]:
        array = np.frombuffer(content, dtype=f"<{kind}", count=count, offset=place)
        arrays[name] = array
        place += array.nbytes + (-array.nbytes % 4)
    return header, arrays


def _starts(counts: _Ints) -> _Ints:
    """Where each of several stretches of the given lengths begins, and where the last one ends."""
    return np.concatenate(([0], np.cumsum(counts, dtype=np.int32)), dtype=np.int32)


def _points(arrays: Mapping[str, _Ints]) -> tuple[_Ints, _Ints, _Ints]:
    """Every arc's points in a row: x, y (int32, steps), and where each arc begins and the end."""
    counts = arrays["arc_points"]
    first = _starts(counts)
    stepped = np.ones(int(first[-1]), dtype=bool)
    stepped[first[:-1]] = False
    columns = []
    for axis in "xy":
        steps = np.zeros(len(stepped), dtype=np.int32)
        steps[stepped] = arrays[f"step_{axis}"]
        run = np.cumsum(steps, dtype=np.int32)
        columns.append(run + np.repeat(arrays[f"arc_start_{axis}"] - run[first[:-1]], counts))
    return columns[0], columns[1], first


def _bundled(name: str) -> bytes:
    try:
        return (resources.files("geodata") / "bundled" / name).read_bytes()
    except FileNotFoundError as error:
        raise DataMissing(f"{name} is missing from the package; install it again.") from error


def _table(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(_bundled(name).decode("utf-8").splitlines()))


@functools.cache
def _borders() -> _Borders:
    return _Borders(gzip.decompress(_bundled("boundaries.bin.gz")))


@functools.cache
def _units() -> Mapping[str, Admin1]:
    """Every bordered area by its code, also those that have no name."""
    geonames: dict[str, list[str]] = defaultdict(list)
    for row in _table("admin1_geonames.csv"):
        geonames[row["unit"]].append(row["geonames"])
    return {
        row["code"]: Admin1(
            code=row["code"],
            name=row["name"],
            country=row["country"] or None,
            names=tuple(row["names"].split(" | ")) if row["names"] else (),
            latitude=float(row["latitude"]),
            longitude=float(row["longitude"]),
            radius_km=float(row["radius_km"]),
            fips=row["fips"] or None,
            geonames=tuple(geonames[row["code"]]),
        )
        for row in _table("admin1.csv")
    }


@functools.cache
def countries() -> Mapping[str, Country]:
    """Every country and territory that is drawn, by its ISO 3166-1 alpha-3 code, sorted."""
    return {
        row["country"]: Country(
            code=row["country"],
            name=row["name"],
            short_name=row["short_name"],
            latitude=float(row["latitude"]),
            longitude=float(row["longitude"]),
            radius_km=float(row["radius_km"]),
        )
        for row in _table("countries.csv")
    }


@functools.cache
def admin1_units(country: str) -> tuple[Admin1, ...]:
    """A country's states and provinces, by name.

    Args:
        country: ISO 3166-1 alpha-3.

    Raises:
        UnknownCode: no country with this code is drawn.
    """
    if country not in countries():
        raise UnknownCode("country", country, countries())
    found = [unit for unit in _units().values() if unit.country == country and unit.name]
    return tuple(sorted(found, key=lambda unit: (unit.name, unit.code)))


def admin1(code: str) -> Admin1:
    """The unit with a code such as `SYR.aleppo`.

    Raises:
        UnknownCode: there is none.
    """
    try:
        return _units()[code]
    except KeyError as error:
        raise UnknownCode("state or province", code, ["SYR.aleppo", "and others"]) from error


# --- names ---------------------------------------------------------------------------------------

# What kind of unit it is says nothing about which one it is.
_KIND_WORDS: Final = frozenset({
    "governorate", "governorates", "muhafazat", "muhafazah", "mohafazat", "mintaqat",
    "province", "provincia", "provincie", "provinsi", "provinces", "region", "regione", "state",
    "states", "estado", "district", "districts", "department", "departement", "departamento",
    "oblast", "oblasts", "voblast", "krai", "kray", "raion", "rayon", "republic", "respublika",
    "avtonomna", "avtonomnaya", "autonomous", "county", "county's", "prefecture", "canton",
    "wilayat", "wilaya", "velayat", "vilayat", "viloyati", "welayaty", "ostan", "ostane",
    "shabiyat", "shabiyah", "sha", "biyat", "division", "municipality", "administrative",
    "area", "territory", "the", "of", "de", "du", "la", "le", "da", "do",
})  # fmt: skip
# "Ar Raqqah", "al-Raqqa" and "Raqqa" are one: the article assimilates and is often dropped.
_ARTICLES: Final = frozenset({
    "al", "ar", "as", "ash", "ad", "at", "an", "az", "el", "er", "es", "esh", "ed", "et", "en",
    "ez", "adh", "ath",
})  # fmt: skip
_ARTICLE_COUNTRIES: Final = frozenset({
    "ARE", "BHR", "COM", "DJI", "DZA", "EGY", "ESH", "IRQ", "JOR", "KWT", "LBN", "LBY", "MAR",
    "MRT", "OMN", "PSE", "QAT", "SAU", "SDN", "SOM", "SYR", "TUN", "YEM",
})  # fmt: skip
_NOT_WORDS: Final = re.compile(r"[^\w]+")
_MARKS: Final = re.compile("['`\u2018\u2019\u02bb\u02bc\u02be\u02bf\u0640]")
_SPECIAL_LETTERS: Final = str.maketrans(
    {"ı": "i", "ł": "l", "đ": "d", "ø": "o", "ß": "ss", "ə": "a"}
)


@functools.lru_cache(maxsize=4096)
def _folds(name: str, *, articles_drop: bool) -> tuple[str, ...]:
    """A name ever more plainly: without case and accents; without kind words; without articles.

    A step that would leave nothing keeps what it had. Spaces do not count.
    """
    text = _MARKS.sub("", name).casefold().translate(_SPECIAL_LETTERS)
    text = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    words = _NOT_WORDS.sub(" ", text).split()
    bare = [word for word in words if word not in _KIND_WORDS] or words
    steps = [words, bare]
    if articles_drop:
        plain = [word for word in bare if word not in _ARTICLES] or bare
        steps.append([re.sub("ah$", "a", word) for word in plain])
    return tuple("".join(step) for step in steps)


@functools.cache
def _name_index() -> Mapping[tuple[int, str], Sequence[tuple[int, Admin1]]]:
    """(Step of folding, folded name) to (rank, unit).

    Rank 0 is a unit's own name, 1 an alias, 2 another name of the source.
    """
    index: dict[tuple[int, str], list[tuple[int, Admin1]]] = defaultdict(list)

    def add(name: str, rank: int, unit: Admin1) -> None:
        for key in enumerate(_folds(name, articles_drop=unit.country in _ARTICLE_COUNTRIES)):
            index[key].append((rank, unit))

    for unit in _units().values():
        if unit.name:
            add(unit.name, 0, unit)
            for name in unit.names[1:]:
                add(name, 2, unit)
    for row in _table("admin1_aliases.csv"):
        add(row["alias"], 1, admin1(row["unit"]))
    return index


def admin1_named(name: str, country: str | None = None) -> tuple[Admin1, ...]:
    """The units that a name can mean, those whose own name it is before all others.

    Case, accents, apostrophes and spaces do not count; nor, where that finds nothing, do words such
    as "Governorate" or "Oblast", nor, in Arabic-speaking countries, the article. Nothing else is
    forgiven: spellings come from the source and from a table of aliases, so that Kharkiv never
    becomes Kyiv.

    Args:
        name: as written.
        country: ISO 3166-1 alpha-3, to look in one country only.

    Returns:
        Empty when nothing has this name; several when namesakes share the best rank.
    """
    for key in enumerate(_folds(name, articles_drop=True)):
        ranked = [
            (rank, unit)
            for rank, unit in _name_index().get(key, ())
            if country in {None, unit.country}
        ]
        if ranked:
            best = min(rank for rank, _ in ranked)
            found = {unit.code: unit for rank, unit in ranked if rank == best}
            return tuple(found[code] for code in sorted(found))
    return ()


def find_admin1(name: str, country: str | None = None) -> Admin1 | None:
    """The one unit that a name means; None when no unit, or more than one, is called that."""
    found = admin1_named(name, country)
    return found[0] if len(found) == 1 else None


@functools.cache
def _by_geonames() -> Mapping[str, tuple[Admin1, ...]]:
    found: dict[str, list[Admin1]] = defaultdict(list)
    for row in _table("admin1_geonames.csv"):
        found[row["geonames"]].append(admin1(row["unit"]))
    return {code: tuple(units) for code, units in found.items()}


def geonames_admin1(code: str) -> tuple[Admin1, ...]:
    """The units that a GeoNames admin1 code such as `SY.09` covers.

    Several where Natural Earth draws smaller units (the Italian provinces of one region), one where
    it draws a larger one, none where the code has no place in GeoNames' list of 500 inhabitants
    and more. Derived by counting in which unit the places with that code lie.
    """
    return _by_geonames().get(code, ())


# --- points --------------------------------------------------------------------------------------


def _inside(rings: Iterable[_Floats], latitude: float, longitude: float) -> bool:
    """Even-odd rule; a point on the border counts for one of the two sides."""
    crossings = 0
    for ring in rings:
        x, y = ring[:, 0], ring[:, 1]
        spans = (y[:-1] > latitude) != (y[1:] > latitude)
        if spans.any():
            x0, x1, y0, y1 = x[:-1][spans], x[1:][spans], y[:-1][spans], y[1:][spans]
            at = x0 + (latitude - y0) / (y1 - y0) * (x1 - x0)
            crossings += int((at > longitude).sum())
    return crossings % 2 == 1


def _border_distance_km(rings: Iterable[_Floats], latitude: float, longitude: float) -> float:
    """Kilometres to the nearest border, on a plane that touches the Earth at the point."""
    squeeze = math.cos(math.radians(latitude))
    nearest = math.inf
    for ring in rings:
        east = (ring[:, 0] - longitude + 180) % 360 - 180
        x, y = east * squeeze * _KM_PER_DEGREE, (ring[:, 1] - latitude) * _KM_PER_DEGREE
        dx, dy = np.diff(x), np.diff(y)
        length = np.maximum(dx * dx + dy * dy, 1e-12)
        t = np.clip(-(x[:-1] * dx + y[:-1] * dy) / length, 0, 1)
        nearest = min(nearest, float(np.hypot(x[:-1] + t * dx, y[:-1] + t * dy).min()))
    return nearest


def _unit_at(latitude: float, longitude: float, within_km: float) -> str | None:
    """The code of the bordered area that holds the point, or the nearest within a distance."""
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        return None
    borders = _borders()
    for number in borders.candidates(latitude, longitude):
        if _inside(borders.rings(number), latitude, longitude):
            return borders.codes[number]
    if within_km <= 0:
        return None
    margin = within_km / _KM_PER_DEGREE
    near = [
        (_border_distance_km(borders.rings(number), latitude, longitude), borders.codes[number])
        for number in borders.candidates(latitude, longitude, margin)
    ]
    distance, code = min(near, default=(math.inf, ""))
    return code if distance <= within_km else None


def admin1_of(latitude: float, longitude: float, *, within_km: float = 0.0) -> Admin1 | None:
    """The state or province that holds a point; None at sea and where none is drawn.

    Args:
        latitude: WGS 84 degrees, north positive.
        longitude: WGS 84 degrees, east positive, -180 to 180.
        within_km: how far off the coast, as drawn, a point may be and still belong to it.
    """
    code = _unit_at(latitude, longitude, within_km)
    unit = _units()[code] if code else None
    return unit if unit and unit.name else None


def country_of(latitude: float, longitude: float, *, within_km: float = 0.0) -> str | None:
    """The country that holds a point as ISO 3166-1 alpha-3; None at sea and without an ISO code.

    Arguments as for `admin1_of`; the module's docstring says which side contested land is on.
    """
    code = _unit_at(latitude, longitude, within_km)
    return _units()[code].country if code else None


def _rings_of(area: Admin1 | Country) -> list[_Floats]:
    borders = _borders()
    return [ring for number in borders.units_of(area) for ring in borders.rings(number)]


def contains(area: Admin1 | Country, latitude: float, longitude: float) -> bool:
    """Whether a point (WGS 84 degrees) lies in a unit or country as drawn."""
    borders = _borders()
    near = set(borders.candidates(latitude, longitude)).intersection(borders.units_of(area))
    return any(_inside(borders.rings(number), latitude, longitude) for number in near)


def inside(
    area: Admin1 | Country, latitudes: NDArray[np.float64], longitudes: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """Which of many points (WGS 84 degrees) lie in a unit or country as drawn; as `contains`."""
    borders = _borders()
    found = np.zeros(len(latitudes), dtype=bool)
    for number in borders.units_of(area):
        south, west, north, east = borders.box_in_degrees(number)
        boxed = (latitudes >= south) & (latitudes <= north)
        near = np.flatnonzero(~found & boxed & (longitudes >= west) & (longitudes <= east))
        for start in range(0, len(near), _POINTS_AT_ONCE):
            some = near[start : start + _POINTS_AT_ONCE]
            found[some] = _many_inside(borders.rings(number), latitudes[some], longitudes[some])
    return found


def _many_inside(
    rings: Iterable[_Floats], latitudes: NDArray[np.float64], longitudes: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """`_inside` for many points at once."""
    crossings = np.zeros(len(latitudes), dtype=np.int64)
    latitudes, longitudes = latitudes[:, None], longitudes[:, None]
    for ring in rings:
        x, y = ring[:, 0], ring[:, 1]
        spans = (y[:-1] > latitudes) != (y[1:] > latitudes)
        with np.errstate(divide="ignore", invalid="ignore"):  # level edges span nothing
            at = x[:-1] + (latitudes - y[:-1]) / (y[1:] - y[:-1]) * (x[1:] - x[:-1])
            crossings += (spans & (at > longitudes)).sum(axis=1)
    return np.asarray(crossings % 2 == 1)


def centroid(area: Admin1 | Country) -> Position:
    """The centre of gravity of a unit or country as drawn, all parts weighed by their size.

    On a plane of degrees, as sources commonly make it; over the date line it means nothing.
    """
    weight = east = north = 0.0
    for ring in _rings_of(area):
        x, y = ring[:, 0], ring[:, 1]
        cross = x[:-1] * y[1:] - x[1:] * y[:-1]
        weight += float(cross.sum())
        east += float(((x[:-1] + x[1:]) * cross).sum())
        north += float(((y[:-1] + y[1:]) * cross).sum())
    return east / (3 * weight), north / (3 * weight)


def distance_km(area: Admin1 | Country, latitude: float, longitude: float) -> float:
    """Kilometres from a point to a unit or country: 0 inside, else to its nearest border.

    Measured on a plane that touches at the point; a few per cent short or long beyond 500 km.
    """
    if contains(area, latitude, longitude):
        return 0.0
    return _border_distance_km(_rings_of(area), latitude, longitude)


def is_within(area: Admin1 | Country, latitude: float, longitude: float, km: float) -> bool:
    """Whether `distance_km` is at most `km`; for most points the boxes of the units tell."""
    borders = _borders()
    near = [
        number
        for number in borders.units_of(area)
        if borders.box_distance_km(number, latitude, longitude) <= km
    ]
    units = [borders.rings(number) for number in near]
    if any(_inside(rings, latitude, longitude) for rings in units):
        return True
    every = [ring for rings in units for ring in rings]
    return bool(every) and _border_distance_km(every, latitude, longitude) <= km


# --- shapes --------------------------------------------------------------------------------------


def _bounds(rings: Iterable[_Floats]) -> Bounds:
    """The smallest box; over the date line if that makes it narrower."""
    listed = list(rings)
    spans = sorted((float(ring[:, 0].min()), float(ring[:, 0].max())) for ring in listed)
    # No ring crosses the date line, so what lies between the rings' spans is free of them.
    west, east = spans[0][0], max(span[1] for span in spans)
    widest, reached = west + 360 - east, spans[0][1]
    for start, end in spans[1:]:
        if start - reached > widest:
            widest, west, east = start - reached, start, reached
        reached = max(reached, end)
    return Bounds(
        south=min(float(ring[:, 1].min()) for ring in listed),
        west=west,
        north=max(float(ring[:, 1].max()) for ring in listed),
        east=east,
    )


def _signed_area(ring: _Floats) -> float:
    x, y = ring[:, 0], ring[:, 1]
    return float((x[:-1] * y[1:] - x[1:] * y[:-1]).sum()) / 2


def outline(area: Admin1 | Country) -> dict[str, object]:
    """A GeoJSON MultiPolygon (RFC 7946) of a unit; of a country, the polygons of all its units.

    Returns:
        `{"type": "MultiPolygon", "coordinates": …}`, longitude before latitude, outer rings
        counter-clockwise. Areas over the date line are cut there.
    """
    polygons: list[list[list[Position]]] = []
    for ring in _rings_of(area):
        positions = [(float(x), float(y)) for x, y in ring]
        if _signed_area(ring) > 0 or not polygons:
            polygons.append([positions])
        else:
            polygons[-1].append(positions)
    return {"type": "MultiPolygon", "coordinates": polygons}


@dataclass(frozen=True)
class WorldOutline:
    """The land and the borders between countries, coarser than the units above.

    Lines of longitude and latitude, float64 of shape (n, 2).

    Attributes:
        land: closed rings around land.
        lakes: closed rings around water in it.
        borders: between countries, disputed ones among them.
    """

    land: tuple[_Floats, ...]
    lakes: tuple[_Floats, ...]
    borders: tuple[_Floats, ...]


@functools.cache
def world_outline() -> WorldOutline:
    """What a small picture of the world is drawn of."""
    header, arrays = _unpacked(gzip.decompress(_bundled("world.bin.gz")))
    x, y, first = _points(arrays)
    lines = np.split(np.stack([x, y], axis=1) / float(header["scale"]), first[1:-1])
    starts = _starts(arrays["land_ring_arcs"])
    rings = [
        np.concatenate([lines[arc] if arc >= 0 else lines[~arc][::-1] for arc in ring])
        for ring in np.split(arrays["land_ring_arc"], starts[1:-1])
    ]
    areas = [_signed_area(ring) for ring in rings]
    outer = max(areas, key=abs) > 0  # whichever way round the largest continent goes
    kinds = zip(lines, arrays["arc_kind"], strict=True)
    return WorldOutline(
        land=tuple(r for r, area in zip(rings, areas, strict=True) if (area > 0) is outer),
        lakes=tuple(r for r, area in zip(rings, areas, strict=True) if (area > 0) is not outer),
        borders=tuple(line for line, kind in kinds if kind in _BETWEEN_COUNTRIES),
    )
