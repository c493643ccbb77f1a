"""Names that wait, their incidents and the places they may mean, as tables in plain words."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

import pandas as pd

from dashboard.plain import short
from geodata.boundaries import countries
from geodata.gazetteer import Candidate
from geodata.placing import UnplacedName
from geodata.vocabulary import LOCATION_PRECISION

NOT_GIVEN: Final = "not given"
_DRAWN: Final = {
    "admin1 fallback": "drawn as its province",
    "district around its seat": "drawn as its district",
    "country only": "only its country is known",
}
_REASONS: Final = (
    (r"not found", "no place of this name is known there"),
    (r"(?:abstained: )?(\d+) namesakes? elsewhere", "the name is known only elsewhere"),
    (r"(?:abstained: )?(\d+) namesakes?", "{} places bear the name"),
    (r"(?:abstained: )?only like in sound", "a place is like it in sound only"),
    (r"(?:abstained: )?(\d+) places in one cell", "{} places are named at once"),
    (r"(?:abstained: )?no country", "no country is given"),
    (r"(?:abstained: )?unknown country", "the country is not known"),
)
_KINDS: Final = {"populated": "settlement", "admin1": "province", "admin2": "district"}

Found = Sequence[tuple[Candidate, float | None]]


def country_name(code: str | None) -> str:
    """What a country is called; its code where no borders of it are drawn."""
    if code is None:
        return NOT_GIVEN
    known = countries().get(code)
    return known.name if known else code


def why_waiting(method: str | None) -> str:
    """A location method in words: how the incident is drawn now, and why no better."""
    if not method:
        return NOT_GIVEN
    found = re.fullmatch(r"([^(:]+?)(?: \((.+)\))?", method)
    drawn = _DRAWN.get(found[1]) if found else None
    reason = _reason(found[2] if found and drawn else method)
    return ": ".join(part for part in (drawn, reason) if part)


def _reason(text: str | None) -> str:
    for pattern, words in _REASONS:
        if found := re.fullmatch(pattern, text or ""):
            return words.format(*found.groups())
    return short(text)


def names_table(waiting: Sequence[UnplacedName]) -> pd.DataFrame:
    """The names that wait, with their country and how many incidents bear them."""
    return pd.DataFrame(
        {
            "name": [short(name.name) for name in waiting],
            "country": [country_name(name.country) for name in waiting],
            "incidents": [name.incidents for name in waiting],
            "not on the map": [name.off_map for name in waiting],
        }
    )


def incidents_table(members: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Incidents that bear a name: day, title, the place as written, why they wait, and their id."""
    rows = [
        {
            "day": str(member["date_start"] or NOT_GIVEN),
            "title": short(member["title"]) or NOT_GIVEN,
            "place as written": short(member["place_text"]) or NOT_GIVEN,
            "province": short(member["admin1"]) or NOT_GIVEN,
            "district": short(member["admin2"]) or NOT_GIVEN,
            "why it waits": why_waiting(member["location_method"]),
            "incident": short(member["incident_id"]),
        }
        for member in members
    ]
    return pd.DataFrame(rows)


def candidates_table(found: Found) -> pd.DataFrame:
    """Places that a name may mean, numbered as on the map; distances only where there are any."""
    rows = [
        {
            "No.": number,
            "name": short(place.name),
            "province": short(place.admin1) or NOT_GIVEN,
            "country": country_name(place.country),
            "what it is": kind_words(place.kind),
            "km from where it is drawn now": distance,
            "known to": LOCATION_PRECISION.label(place.precision).lower(),
            "because": ", ".join(place.reasons),
            "from": place.source,
        }
        for number, (place, distance) in enumerate(found, 1)
    ]
    table = pd.DataFrame(rows)
    distances = "km from where it is drawn now"
    if distances not in table or table[distances].isna().any():
        return table.drop(columns=distances, errors="ignore")
    return table.assign(**{distances: table[distances].round().astype(int)})


def kind_words(kind: str) -> str:
    """What a place of the gazetteer is, as people say it."""
    bare = kind.removeprefix("precision:")
    if bare != kind:
        return LOCATION_PRECISION.label(bare).lower() if bare in LOCATION_PRECISION.codes else bare
    return _KINDS.get(bare, bare.replace("-", " "))
