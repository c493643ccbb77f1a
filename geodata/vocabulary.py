"""The field's code lists: what each code is called, and where the list comes from.

The codes stand in `bundled/vocabulary.json`, one object a list, each with its provenance; a
value that was not read in its codebook is marked `"verified": false` there. Nothing else in the
code spells a list out.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from geodata.errors import UnknownCode

LIST_SEPARATOR = " | "
"""What separates several values in one cell of a table."""


@dataclass(frozen=True)
class Term:
    """One code of a list.

    Attributes:
        code: as it stands in columns and links.
        label: as people read it.
        attributes: what else the list says of it: `group` of a weapon, `radius_km` of a
            precision, `shape` and `colour` of an event type.
    """

    code: str
    label: str
    attributes: Mapping[str, Any]


@dataclass(frozen=True)
class Vocabulary:
    """One ordered code list.

    Attributes:
        kind: what one of its codes is called in a sentence.
        provenance: whose list it is, and how far it was checked.
        terms: in the list's own order.
    """

    kind: str
    provenance: str
    terms: tuple[Term, ...]

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes, in order."""
        return tuple(term.code for term in self.terms)

    def __contains__(self, code: object) -> bool:
        return any(term.code == code for term in self.terms)

    def __getitem__(self, code: str) -> Term:
        """The term of a code.

        Raises:
            UnknownCode: naming the codes that there are.
        """
        for term in self.terms:
            if term.code == code:
                return term
        raise UnknownCode(self.kind, code, self.codes)

    def label(self, code: str) -> str:
        """How people read a code; the code itself where the list does not have it."""
        return next((term.label for term in self.terms if term.code == code), code)


@cache
def vocabularies() -> Mapping[str, Vocabulary]:
    """All lists by name: event_type, weapon, weapon_group, location_precision, grade and others."""
    text = files("geodata").joinpath("bundled/vocabulary.json").read_text(encoding="utf-8")
    return MappingProxyType({name: _vocabulary(body) for name, body in json.loads(text).items()})


def _vocabulary(body: Mapping[str, Any]) -> Vocabulary:
    terms = tuple(
        Term(
            term["code"],
            term["label"],
            MappingProxyType({k: v for k, v in term.items() if k not in {"code", "label"}}),
        )
        for term in body["terms"]
    )
    return Vocabulary(body["kind"], body["provenance"], terms)


EVENT_TYPE = vocabularies()["event_type"]
WEAPON = vocabularies()["weapon"]
WEAPON_GROUP = vocabularies()["weapon_group"]
LOCATION_PRECISION = vocabularies()["location_precision"]
DATE_PRECISION = vocabularies()["date_precision"]
GRADE = vocabularies()["grade"]
STATUS = vocabularies()["status"]
STANCE = vocabularies()["stance"]
ROLE = vocabularies()["role"]


def weapon_group_of(weapon: str) -> str:
    """The launch group of a weapon code (AOAV's groups and our additions).

    Raises:
        UnknownCode: the weapon is not in the list.
    """
    return str(WEAPON[weapon].attributes["group"])


def default_radius_km(precision: str) -> float | None:
    """The radius drawn for a precision when nothing better is known; None draws no ring."""
    radius = LOCATION_PRECISION[precision].attributes["radius_km"]
    return None if radius is None else float(radius)


def on_the_map(precision: str) -> bool:
    """Whether an incident of that precision is drawn at a point or in a ring at all."""
    return bool(LOCATION_PRECISION[precision].attributes["drawn"])
