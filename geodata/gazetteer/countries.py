"""What people call a country -> its ISO 3166-1 alpha-3 code, by table.

English, French, Arabic, Ukrainian, Russian and Spanish names and the ISO codes come from
`bundled/country_names.csv`; historic, disputed and newsroom names from
`bundled/country_aliases.csv`. A disputed name leads to the country under which ISO and the
gazetteer file the place; that is a matter of finding it on a map and says nothing else.
"""

from __future__ import annotations

import csv
import re
from functools import cache, lru_cache
from importlib.resources import files

from geodata.gazetteer import names

_PARENTHESIS = re.compile(r"^(.*?)\s*\(([^()]+)\)\s*$")
_LEADING = ("the", "republicof", "islamicrepublicof", "kingdomof")


@cache
def country_table() -> dict[str, str]:
    """Folded name or code -> alpha-3; a hand-kept name wins over one from the lists."""
    folder = files("geodata").joinpath("bundled")
    table: dict[str, str] = {}
    for file in ("country_names.csv", "country_aliases.csv"):
        text = folder.joinpath(file).read_text(encoding="utf-8")
        for row in csv.DictReader(text.splitlines()):
            table[names.folded(row["name"])] = row["country"]
    return table


@lru_cache(maxsize=4096)
def country_code(text: str | None) -> str | None:
    """The alpha-3 code of a country in any of the names known; None for an unknown one.

    "Russia (Soviet Union)" is tried whole, then without its bracket, then the bracket alone.
    """
    if not text:
        return None
    table = country_table()
    key = names.folded(text)
    if key in table:
        return table[key]
    for leading in _LEADING:
        if key.startswith(leading) and key[len(leading) :] in table:
            return table[key[len(leading) :]]
    parenthesis = _PARENTHESIS.match(text)
    if parenthesis:
        outer, inner = parenthesis.groups()
        return country_code(outer) or country_code(inner)
    return None


@cache
def _neighbours() -> dict[str, tuple[str, ...]]:
    file = files("geodata").joinpath("bundled/country_neighbours.csv")
    rows = csv.DictReader(file.read_text(encoding="utf-8").splitlines())
    return {row["country"]: tuple(row["neighbours"].split()) for row in rows}


def neighbours(country: str) -> tuple[str, ...]:
    """The alpha-3 codes of the countries that border one, sorted; () for an island."""
    return _neighbours().get(country, ())
