"""Which state or province an admin1 text means, and whether a place lies in it.

Names go through tables only: Natural Earth's own spellings, the country's customs of spelling,
and `bundled/admin_aliases.csv` for what those lack. Nothing is matched by likeness, which would
take Kharkiv for Kyiv.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

from geodata import boundaries
from geodata.boundaries import Admin1
from geodata.gazetteer import names
from geodata.gazetteer.layers import alpha3_by_alpha2
from geodata.gazetteer.phrases import split_feature

BORDER_MARGIN_KM = 10.0
"""How far beyond a generalised border a place still counts as inside: borders move, and sources
file a place under the neighbouring province."""


@dataclass(frozen=True, slots=True)
class AdminMatch:
    """The units that an admin1 text may mean in a country; several for a former, larger unit."""

    units: tuple[Admin1, ...]
    codes: frozenset[str]

    @property
    def name(self) -> str:
        """The first unit's name."""
        return self.units[0].name


@cache
def _alpha2() -> dict[str, str]:
    return {alpha3: alpha2 for alpha2, alpha3 in alpha3_by_alpha2().items()}


@cache
def _aliases() -> dict[tuple[str, str], tuple[str, ...]]:
    """(country, folded alias) -> names of the units it means."""
    text = files("geodata").joinpath("bundled/admin_aliases.csv").read_text(encoding="utf-8")
    return {
        (row["country"], names.folded(row["name"])): tuple(row["units"].split(" | "))
        for row in csv.DictReader(text.splitlines())
    }


def _units(country: str) -> tuple[Admin1, ...]:
    """A country's units; none where the country is not drawn."""
    return boundaries.admin1_units(country) if country in boundaries.countries() else ()


@lru_cache(maxsize=256)
def _by_spelling(country: str) -> dict[str, tuple[Admin1, ...]]:
    """Every form of every unit's every name -> the units it may mean."""
    table: dict[str, list[Admin1]] = defaultdict(list)
    for unit in _units(country):
        for name in unit.names:
            bare = split_feature(name)[0] or name
            for form in {names.folded(name), names.folded(bare), *_loose(bare, country)}:
                if form and unit not in table[form]:
                    table[form].append(unit)
    return {form: tuple(units) for form, units in table.items()}


def _loose(name: str, country: str) -> tuple[str, ...]:
    """The romanised forms of an admin name, marked so that they never meet a strict form."""
    return tuple(f"~{key}" for key in names.romanised(name, country))


@lru_cache(maxsize=8192)
def admin1_match(text: str | None, country: str) -> AdminMatch | None:
    """The units an admin1 text means in a country (alpha-3); None where no table has it."""
    if not text or not names.words(text):
        return None
    bare = split_feature(text)[0] or text
    aliases = _aliases()
    for form in (text, bare):
        targets = aliases.get((country, names.folded(form)))
        if targets:
            units = tuple(
                u for t in targets for u in _by_spelling(country).get(names.folded(t), ())
            )
            return _match(units)
    named = boundaries.admin1_named(text, country)
    if named:
        return _match(named)
    table = _by_spelling(country)
    for key in (names.folded(text), names.folded(bare), *_loose(bare, country)):
        if key in table:
            return _match(table[key])
    return None


def _match(units: tuple[Admin1, ...]) -> AdminMatch | None:
    if not units:
        return None
    codes = frozenset(code for unit in units for code in unit.geonames)
    return AdminMatch(tuple(dict.fromkeys(units)), codes)


@lru_cache(maxsize=65536)
def lies_in(
    match: AdminMatch, country: str, admin1: str, latitude: float, longitude: float
) -> bool:
    """Whether a place with a layer's own admin1 code or name lies in the units meant."""
    if admin1 and f"{_alpha2().get(country, '')}.{admin1}" in match.codes:
        return True
    return any(
        boundaries.distance_km(unit, latitude, longitude) <= BORDER_MARGIN_KM
        for unit in match.units
    )


@lru_cache(maxsize=65536)
def admin1_name(country: str, admin1: str) -> str | None:
    """The readable name of a layer's admin1 code; the text itself where it is a name already."""
    if not admin1:
        return None
    code = f"{_alpha2().get(country, '')}.{admin1}"
    for unit in boundaries.geonames_admin1(code):
        return unit.name
    return admin1 if not admin1.isdigit() else None
