"""Which drawn province each name of a province means, for maps that shade or outline provinces.

Names stay as their sources wrote them; here they are only looked up (`geodata.boundaries`), and a
name that no unit, or more than one, is called by stays without one.
"""

from __future__ import annotations

from typing import TypedDict

import pyarrow as pa

from geodata.boundaries import admin1, admin1_units, countries, find_admin1


class Provinces(TypedDict):
    """What `js/area_source.js` reads.

    Attributes:
        units: country (ISO 3166-1 alpha-3) -> name as in the table -> code of the drawn unit.
        names: code of a unit -> what it is called.
    """

    units: dict[str, dict[str, str]]
    names: dict[str, str]


def provinces(incidents: pa.Table) -> Provinces:
    """The provinces that incidents name, and the names of all in the countries they happened in.

    Args:
        incidents: a table with the columns `country` and `admin1` of `geodata.schema.INCIDENTS`.
    """
    pairs = incidents.select(["country", "admin1"]).group_by(["country", "admin1"]).aggregate([])
    units: dict[str, dict[str, str]] = {}
    drawn = countries()
    names: dict[str, str] = {}
    for pair in pairs.to_pylist():
        country, name = pair["country"], pair["admin1"]
        if country not in drawn:
            continue
        if country not in units:
            units[country] = {}
            names.update((unit.code, unit.name) for unit in admin1_units(country))
        found = None if name is None else find_admin1(name, country)
        if found is not None:
            units[country][name] = found.code
            names[found.code] = admin1(found.code).name
    return Provinces(units=units, names=names)
