"""Which state or province an admin1 text means, and whether a place lies in it.

Names go through tables only: Natural Earth's own spellings, the units of
`bundled/admin_regions.csv` that Natural Earth draws otherwise, the country's customs of spelling,
and `bundled/admin_aliases.csv` for what those lack. Nothing is matched by likeness, which would
take Kharkiv for Kyiv.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Final

from geodata import boundaries
from geodata.gazetteer import names
from geodata.gazetteer.layers import alpha3_by_alpha2
from geodata.gazetteer.phrases import ADMIN_ROLES, split_feature
from geodata.gazetteer.places import distance_km

BORDER_MARGIN_KM: Final = 10.0
"""How far beyond a generalised border a place still counts as inside: borders move, and sources
file a place under the neighbouring province."""

_WHOLE_COUNTRY: Final = "*"
"""Before a country's code in the alias table: the unit is a country of its own in ISO's list."""


@dataclass(frozen=True, slots=True)
class AdminUnit:
    """A state, province or region.

    Attributes:
        name: readable name.
        country: ISO 3166-1 alpha-3.
        latitude: of its middle, WGS 84 degrees.
        longitude: likewise.
        radius_km: from there to the farthest border.
        codes: GeoNames admin1 codes (`SY.09`) of its places.
        border: the unit as Natural Earth draws it; None where it draws another.
    """

    name: str
    country: str
    latitude: float
    longitude: float
    radius_km: float
    codes: tuple[str, ...]
    border: boundaries.Admin1 | None = None


@dataclass(frozen=True, slots=True)
class AdminMatch:
    """The units that an admin1 text may mean in a country; several for a former, larger unit."""

    units: tuple[AdminUnit, ...]

    @property
    def name(self) -> str:
        """The units' names."""
        return " / ".join(unit.name for unit in self.units)

    @property
    def codes(self) -> frozenset[str]:
        """GeoNames admin1 codes of all units."""
        return frozenset(code for unit in self.units for code in unit.codes)

    def circle(self) -> tuple[float, float, float]:
        """Latitude, longitude and radius in kilometres of a circle that covers all units."""
        if len(self.units) == 1:
            unit = self.units[0]
            return unit.latitude, unit.longitude, unit.radius_km
        circles = []
        for middle in self.units:
            point = (middle.latitude, middle.longitude)
            reach = max(
                distance_km(*point, unit.latitude, unit.longitude) + unit.radius_km
                for unit in self.units
            )
            circles.append((reach, *point))
        radius, latitude, longitude = min(circles)
        return latitude, longitude, radius


@cache
def alpha2_by_alpha3() -> dict[str, str]:
    """ISO 3166-1 alpha-3 -> alpha-2."""
    return {alpha3: alpha2 for alpha2, alpha3 in alpha3_by_alpha2().items()}


def _rows(file: str) -> Iterable[dict[str, str]]:
    text = files("geodata").joinpath(f"bundled/{file}").read_text(encoding="utf-8")
    return csv.DictReader(text.splitlines())


@cache
def _aliases() -> dict[tuple[str, str], tuple[str, ...]]:
    """(country, folded alias) -> names of the units it means."""
    return {
        (row["country"], names.folded(row["name"])): tuple(row["units"].split(" | "))
        for row in _rows("admin_aliases.csv")
    }


@cache
def _regions() -> dict[str, list[tuple[AdminUnit, tuple[str, ...]]]]:
    """Country -> units that Natural Earth draws otherwise, each with all its names."""
    found = defaultdict(list)
    for row in _rows("admin_regions.csv"):
        country = row["country"]
        unit = AdminUnit(
            row["name"],
            country,
            float(row["latitude"]),
            float(row["longitude"]),
            float(row["radius_km"]),
            (f"{alpha2_by_alpha3()[country]}.{row['code']}",),
        )
        spellings = (row["name"], *filter(None, row["aliases"].split(" | ")))
        found[country].append((unit, spellings))
    return dict(found)


@lru_cache(maxsize=8192)
def _drawn(unit: boundaries.Admin1) -> AdminUnit:
    return AdminUnit(
        unit.name,
        unit.country or "",
        unit.latitude,
        unit.longitude,
        unit.radius_km,
        unit.geonames,
        unit,
    )


def _forms(text: str, country: str) -> list[str]:
    """Keys of an admin name, strict first; the loose ones are marked, never to meet a strict."""
    bare = split_feature(text, ADMIN_ROLES)[0] or text
    strict = [names.folded(text), names.folded(bare)]
    return [*dict.fromkeys(strict), *(f"~{key}" for key in names.romanised(bare, country))]


@lru_cache(maxsize=256)
def _by_form(country: str) -> dict[str, tuple[AdminUnit, ...]]:
    """Every form of every unit's every name -> the units that it may mean, today's first."""
    units = [(unit, spellings) for unit, spellings in _regions().get(country, ())]
    if country in boundaries.countries():
        units += [(_drawn(unit), unit.names) for unit in boundaries.admin1_units(country)]
    table: dict[str, list[AdminUnit]] = {}
    regional = {unit.name for unit, _ in units if unit.border is None}
    for unit, spellings in units:
        for spelling in spellings:
            for form in _forms(spelling, country):
                held = table.setdefault(form, [])
                # A region of the table stands before a drawn unit of the same name.
                if unit not in held and not any(u.name in regional for u in held):
                    held.append(unit)
    return {form: tuple(held) for form, held in table.items()}


@lru_cache(maxsize=8192)
def admin1_match(text: str | None, country: str) -> AdminMatch | None:
    """The units that an admin1 text means in a country (alpha-3); None where no table has it."""
    if not text or not names.words(text):
        return None
    forms = _forms(text, country)
    for form in forms:
        for target in _aliases().get((country, form), ()):
            if not target.startswith(_WHOLE_COUNTRY):
                return _alias_match(country, form)
    table = _by_form(country)
    for form in forms:
        if form in table:
            return AdminMatch(table[form])
    named = boundaries.admin1_named(text, country)
    return AdminMatch(tuple(_drawn(unit) for unit in named)) if named else None


def _alias_match(country: str, form: str) -> AdminMatch | None:
    table = _by_form(country)
    units: dict[AdminUnit, None] = {}
    for target in _aliases()[country, form]:
        found = table.get(names.folded(target), ())
        own = [unit for unit in found if names.folded(unit.name) == names.folded(target)]
        units |= dict.fromkeys(own or found)
    return AdminMatch(tuple(units)) if units else None


@lru_cache(maxsize=8192)
def country_meant(text: str | None, country: str) -> str:
    """The country under which a province stands, where its data set files it under another.

    "Kosovo province" of "Serbia (Yugoslavia)" gives XKX; anything else the country itself.
    """
    if text:
        for form in _forms(text, country):
            for target in _aliases().get((country, form), ()):
                if target.startswith(_WHOLE_COUNTRY):
                    return target.removeprefix(_WHOLE_COUNTRY)
    return country


@lru_cache(maxsize=65536)
def lies_in(
    match: AdminMatch, country: str, admin1: str, latitude: float, longitude: float
) -> bool:
    """Whether a place with a layer's own admin1 code or name lies in the units meant."""
    if admin1 and f"{alpha2_by_alpha3().get(country, '')}.{admin1}" in match.codes:
        return True
    own = admin1_match(admin1, country) if admin1 and not admin1.isdigit() else None
    if own is not None and own.codes & match.codes:
        return True
    return any(
        boundaries.is_within(unit.border, latitude, longitude, BORDER_MARGIN_KM)
        for unit in match.units
        if unit.border is not None
    )


@lru_cache(maxsize=65536)
def admin1_name(country: str, admin1: str) -> str | None:
    """The readable name of a layer's admin1 code; the text itself where it is a name already."""
    if not admin1:
        return None
    code = f"{alpha2_by_alpha3().get(country, '')}.{admin1}"
    for unit, _ in _regions().get(country, ()):
        if code in unit.codes:
            return unit.name
    for drawn in boundaries.geonames_admin1(code):
        return drawn.name
    return admin1 if not admin1.isdigit() else None
