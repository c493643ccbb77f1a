"""The word lists that the reader uses, from `geodata/bundled/lexicons`.

They are read once and never change; this is the only module of the reader that opens files.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def lexicon(name: str) -> Mapping[str, Any]:
    """The bundled lexicon `name` as parsed JSON.

    Raises:
        FileNotFoundError: no lexicon has that name.
    """
    path = files("geodata") / "bundled" / "lexicons" / f"{name}.json"
    parsed: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return parsed


@cache
def words(name: str, key: str) -> frozenset[str]:
    """The words under `key`, a list or a string of words set apart by blanks."""
    body = lexicon(name)[key]
    return frozenset(body.split() if isinstance(body, str) else body)


def expression(term: str) -> str:
    """`term` as a regular expression in which any blanks stand for one, a line's end among them.

    "air ?strike" has a blank or none. No term of a lexicon has a capturing group of its own.
    """
    return term.replace(" ?", r"\s*").replace(" ", r"\s+")


def plural_of(noun: str) -> str:
    """The English plural of `noun`, irregular ones from the lexicon of persons."""
    irregular = lexicon("persons")["irregular"].get(noun)
    if irregular:
        return str(irregular)
    if noun.endswith("y") and noun[-2:-1] not in "aeiou":
        return noun[:-1] + "ies"
    return noun + ("es" if noun.endswith(("s", "x", "ch", "sh")) else "s")


@cache
def people() -> Mapping[str, tuple[str, bool]]:
    """Noun -> (group, plural?) for people.

    Group is children, women, combatant, civilian or "" for nouns that do not tell.
    """
    found: dict[str, tuple[str, bool]] = {}
    order = (
        ("nationalities_as_people", ""),
        ("other", ""),
        ("civilian", "civilian"),
        ("police", ""),
        ("combatant", "combatant"),
        ("women", "women"),
        ("children", "children"),
    )
    for noun in words("persons", "plural_only"):
        found[noun] = ("", True)
    for key, group in order:
        for noun in words("persons", key):
            found[noun] = (group, False)
            found[plural_of(noun)] = (group, True)
    for noun in ("people", "personnel", "police", "troops"):
        found[noun] = ("combatant" if noun == "troops" else "", True)
    return found
