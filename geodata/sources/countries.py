"""Country names and codes in tables, as ISO 3166-1 alpha-3."""

from __future__ import annotations

import csv
import re
from functools import cache
from importlib.resources import files

from geodata.gazetteer.names import folded

_BRACKETS = re.compile(r"^(?P<before>[^(]*)\((?P<inside>[^)]*)\)\s*$")


@cache
def _codes() -> dict[str, str]:
    codes: dict[str, str] = {}
    for file, column in (("country_aliases.csv", "country"), ("country_names.csv", "country")):
        text = files("geodata").joinpath(f"bundled/{file}").read_text(encoding="utf-8")
        for row in csv.DictReader(text.splitlines()):
            codes[folded(row["name"])] = row[column]
    return codes | {folded(code): code for code in set(codes.values())}


@cache
def country_code(name: str) -> str | None:
    """The ISO 3166-1 alpha-3 code of a country's name or code, in any language of the table.

    A name with another in brackets ("DR Congo (Zaire)") or behind a comma ("Macedonia, FYR") is
    tried whole, then by its parts. None where no part is known.
    """
    tried = [name]
    if found := _BRACKETS.match(name):
        tried += [found["before"], found["inside"]]
    if "," in name:
        tried += [" ".join(reversed(name.split(",", 1))), name.split(",", 1)[0]]
    return next((_codes()[folded(text)] for text in tried if folded(text) in _codes()), None)
