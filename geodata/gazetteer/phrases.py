"""What a place phrase asks for: names to look up, what kind of thing, and how it relates to them.

"at-Tanf garrison" asks for a site, "Raqqa governorate" for an administrative unit, "10 km north of
Homs" for a point reckoned from a town, "Hama - Airbase" for a thing in or by a town. The words that
say so stand in `bundled/place_words.csv`; no phrase is matched by likeness.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from importlib.resources import files

from geodata.gazetteer.names import words

LONGEST_PHRASE = 300
"""Characters of a place phrase that are read; a longer text is no name."""


@dataclass(frozen=True, slots=True)
class PlacePhrase:
    """One reading of a place phrase.

    Attributes:
        name: the name to look up, as written.
        role: what the feature word asks for: `settlement`, `site`, `part` (of a town), `street`,
            `area`, `near`, `admin2`, `admin1`, or "" where there is none.
        relation: `at` the named place, or `alias` where the name stood in brackets; `near` it;
            `in town` or `in district`, where the thing itself has another name that was not found;
            `offset` from it; `between` it and `other`.
        within: names that the phrase gives as containing it, nearest first.
        other: the second place of `between`.
        distance_km: of an offset.
        bearing: of an offset, degrees clockwise from north.
    """

    name: str
    role: str = ""
    relation: str = "at"
    within: tuple[str, ...] = ()
    other: str | None = None
    distance_km: float | None = None
    bearing: float | None = None


@cache
def _feature_words() -> dict[tuple[str, ...], str]:
    """Feature words, folded -> role."""
    text = files("geodata").joinpath("bundled/place_words.csv").read_text(encoding="utf-8")
    return {tuple(r["words"].split()): r["role"] for r in csv.DictReader(text.splitlines())}


_MOST_WORDS = 5
_RANK = ("", "settlement", "site", "part", "street", "area", "near", "admin2", "admin1")
ALL_ROLES = frozenset(_RANK)
_AROUND = frozenset(("near", "area"))
ADMIN_ROLES = frozenset(("admin1", "admin2"))
_INSIDE = frozenset(("part", "street"))
_BEARINGS = {
    "north": 0, "northeast": 45, "east": 90, "southeast": 135, "south": 180, "southwest": 225,
    "west": 270, "northwest": 315,
}  # fmt: skip
_OFFSET = re.compile(
    r"^(?:about |some |around |approximately |roughly )?(\d+(?:[.,]\d+)?)\s*"
    r"(km|kms|kilomet(?:er|re)s?|mi|miles?)\s+(?:to the\s+)?"
    r"(?:(north|south|east|west|north[ -]?east|north[ -]?west|south[ -]?east|south[ -]?west)\s+)?"
    r"(?:of|from|outside|off)\s+(.+)$",
    re.IGNORECASE,
)
# "Road between X and Y, near Z"; what stands before is a thing between them, of a few words.
_BETWEEN = re.compile(
    r"^(?:[^\W\d]+ ){0,4}?between\s+([^,]+?)\s+and\s+([^,]+)(?:,.*)?$"
    r"|^(?:on |along )?(?:the )?(?:main |desert )?(?:road|highway|route) from\s+([^,]+?)\s+to\s+"
    r"([^,]+)(?:,.*)?$",
    re.IGNORECASE,
)
# With a capital, "At" is the article of At Taybah.
_BETWEEN_WORDS = frozenset(("the", "of"))
"""What may stand between a feature word and the name: "the town of Manbij"."""
_LEADING = re.compile(r"^(?:(?:just|in|at|inside|within|the|on) )+(?=\S)")
_BESIDE = re.compile(
    r"\s+(?:near(?: to)?|close to|next to|in the vicinity of|on the outskirts of)\s+"
)
_PARENTHESIS = re.compile(r"^(.*?)\s*[(\[]([^()\[\]]+)[)\]]\s*(.*)$")
_COMMA = re.compile(r"\s*[,،]\s*")
_PARTS = re.compile(r"\s*[,،]\s*|\s+in\s+")
_SEVERAL = re.compile(r"\s*[;؛|]\s*|\s+(?:and|&|et|y|та|и)\s+|\s+و(?=\w)", re.IGNORECASE)
_DASH = re.compile(r"\s+[-–—]\s*|\s*[–—]\s+|\s*:\s+")
SHORTEST_NAME = 2
"""Letters of a longest word that are too few for a name of its own."""
_SLASH = re.compile(r"\s*/\s*|\s+(?:or|aka|a\.k\.a\.|also known as)\s+")
_RECKONED = re.compile(r"\d|between", re.IGNORECASE)
"""In every phrase that `readings` does not first read as it stands."""
_CONTAINER = re.compile(r"[,،(\[:–—-]|\sin\s")
"""What stands between a place and its container, in every phrase that names one."""
_KM_PER_MILE = 1.609344


def split_feature(name: str, roles: frozenset[str] = ALL_ROLES) -> tuple[str, str]:
    """A name without the feature words around it, and the vaguest of their roles.

    Leading words are looked for first ("camp de Kakuma"), then trailing ones ("Kakuma refugee
    camp"). The name comes back as it was written; "" if nothing but feature words is there.

    Args:
        name: as written.
        roles: only words with these roles are taken off.
    """
    table = _feature_words()
    tokens = name.split()
    role = ""
    changed = True
    while changed and tokens:
        changed = False
        if len(tokens) > 1 and (
            tokens[0] == "the" or (role and tokens[0].lower() in _BETWEEN_WORDS)
        ):
            tokens = tokens[1:]
        for size in range(min(_MOST_WORDS, len(tokens)), 0, -1):
            for leading in (True, False):
                part = tokens[:size] if leading else tokens[-size:]
                found = table.get(words(" ".join(part)))
                if found not in roles or (found == "near" and not leading):
                    continue
                role = _stronger(role, found)
                tokens = tokens[size:] if leading else tokens[:-size]
                changed = True
                break
            if changed:
                break
    return " ".join(tokens).strip(" -,"), role


def _stronger(first: str, second: str) -> str:
    """The vaguer of two roles: "countryside of X village" is not the village."""
    return max(first, second, key=_RANK.index)


def _offset(text: str) -> PlacePhrase | None:
    found = _OFFSET.match(text)
    if found is None:
        return None
    amount, unit, direction, rest = found.groups()
    distance = float(amount.replace(",", "."))
    if unit.lower().startswith("mi"):
        distance *= _KM_PER_MILE
    bearing = _BEARINGS[re.sub(r"[ -]", "", direction.lower())] if direction else None
    name = split_feature(rest)[0] or rest
    relation = "near" if bearing is None else "offset"
    return PlacePhrase(name, "near", relation, distance_km=distance, bearing=bearing)


def _single(name: str, within: tuple[str, ...]) -> list[PlacePhrase]:
    """Readings of a name without separators: as it stands, then without its feature words."""
    readings = [PlacePhrase(name, within=within)]
    bare, role = split_feature(name)
    # "Tal Abyad street" is a street in another town, named for Tal Abyad.
    if role and bare and role != "street":
        relation = "near" if role in _AROUND else "at"
        thing = split_feature(name, _AROUND)[0] if role in _AROUND else bare
        if thing != bare:
            # "Vicinity of Tishreen Dam" is near the dam, whose name may be known, or near Tishreen.
            readings.append(PlacePhrase(thing, role, relation, within))
        readings.append(PlacePhrase(bare, role, relation, within))
    return readings


def _outer(containers: tuple[str, ...], inner: str) -> list[PlacePhrase]:
    """Readings that fall back on what contains the thing, once the thing is not found.

    Args:
        containers: names given as containing it, nearest first.
        inner: the role of the thing; a street or a mosque lies in the town named after it, a
            village only in its district.
    """
    readings = []
    for position, container in enumerate(containers):
        bare, role = split_feature(container)
        if not bare:
            continue
        # A road "in the countryside of Hama" is not in Hama.
        of_town = (inner in _INSIDE and role != "area") or role == "settlement"
        relation = "in town" if of_town else "in district"
        if role == "near":
            relation = "near"
        outer = containers[position + 1 :]
        readings.append(PlacePhrase(bare, role, relation, within=outer))
    return readings


@lru_cache(maxsize=2048)
def several(text: str) -> tuple[str, ...]:
    """The places that one cell lists ("Homs; Hama", "Zardana and Binnish"); () for a single one."""
    text = " ".join(text.split())[:LONGEST_PHRASE]
    if _BETWEEN.match(text):
        return ()
    pieces = tuple(piece for piece in _SEVERAL.split(text) if words(piece))
    return pieces if len(pieces) > 1 else ()


@lru_cache(maxsize=2048)
def either(text: str) -> tuple[str, ...]:
    """The names that a slash parts ("Raqqa / Al-Raqqah"); () where it parts no two names."""
    pieces = tuple(text[:LONGEST_PHRASE].split("/"))
    whole = [piece for piece in pieces if max(map(len, words(piece)), default=0) > SHORTEST_NAME]
    return tuple(whole) if len(whole) == len(pieces) > 1 else ()


def by_commas(text: str) -> tuple[str, ...]:
    """The names that commas part ("Manbij, Aleppo"); () where they part none."""
    pieces = tuple(piece for piece in _COMMA.split(text[:LONGEST_PHRASE]) if words(piece))
    return pieces if len(pieces) > 1 else ()


def readings_in_turn(text: str) -> Iterator[PlacePhrase]:
    """As `readings`, each made when it is asked for: most names are found as they stand."""
    plain = _as_it_stands(text)
    if plain is not None:
        yield plain
    yield from readings(text)[plain is not None :]


@lru_cache(maxsize=2048)
def _as_it_stands(text: str) -> PlacePhrase | None:
    """The first reading of a phrase that is reckoned with in no other way; None without one."""
    whole = _evened(text)
    return PlacePhrase(whole) if words(whole) and not _RECKONED.search(whole) else None


def may_name_district(text: str) -> bool:
    """Whether one of the readings of a phrase may be `in district`; False is certain."""
    return _CONTAINER.search(text) is not None


def _evened(text: str) -> str:
    return " ".join(text.split())[:LONGEST_PHRASE].strip(" ,;.")


@lru_cache(maxsize=16384)
def readings(text: str) -> tuple[PlacePhrase, ...]:
    """The readings of a place phrase, the most exact first; () for an empty one."""
    text = _evened(text)
    if not words(text):
        return ()
    offset = _offset(text)
    if offset is not None:
        return (offset,)
    between = _BETWEEN.match(text)
    if between is not None:
        named = [part for part in between.groups() if part]
        first, second = (split_feature(part)[0] or part for part in named)
        return (PlacePhrase(first, "near", "between", other=second),)
    found: list[PlacePhrase] = [PlacePhrase(text)]
    bare = _LEADING.sub("", text)
    if bare != text:
        return (*found, *readings(bare))
    found += _parenthesis(text) or _parts(text)
    return tuple(dict.fromkeys(found))


def _parenthesis(text: str) -> list[PlacePhrase]:
    """Readings of "Jala'a (Al-Salakha)": the outer name, then the one in brackets."""
    found = _PARENTHESIS.match(text)
    if found is None:
        return []
    before, inside, after = found.groups()
    outer = f"{before} {after}".strip()
    if not words(outer):
        return _parts(inside)
    role = split_feature(outer)[1]
    if role in _INSIDE:
        return _contained(outer, (inside,))
    aliases = [replace(r, relation="alias") for r in _parts(inside) if r.relation == "at"]
    return [*_parts(outer), *aliases]


def _parts(text: str) -> list[PlacePhrase]:
    """Readings of a phrase split at commas, dashes and slashes."""
    pieces = [piece for piece in _PARTS.split(text) if words(piece)]
    if len(pieces) > 1:
        return _contained(pieces[0], tuple(pieces[1:]))
    pieces = [piece for piece in _DASH.split(text, maxsplit=1) if words(piece)]
    if len(pieces) > 1:
        return _city_and_part(pieces[0], pieces[1])
    pieces = [piece for piece in _SLASH.split(text) if words(piece)]
    if len(pieces) > 1:
        return [reading for piece in pieces for reading in _single(piece, ())]
    pieces = [piece for piece in _BESIDE.split(text, maxsplit=1) if words(piece)]
    if len(pieces) > 1:
        return _beside(pieces[0], pieces[1])
    return _single(text, ())


def _beside(thing: str, place: str) -> list[PlacePhrase]:
    """Readings of "thing near place": the thing itself, else near the place."""
    bare, _ = split_feature(place)
    if not bare:
        return _single(thing, ())
    return [*_single(thing, (bare,)), PlacePhrase(bare, "near", "near")]


def _contained(piece: str, within: tuple[str, ...]) -> list[PlacePhrase]:
    """Readings of "thing, container, container"."""
    found = [replace(reading, within=within) for reading in _parts(piece)]
    found += [reading for reading in map(_offset, within) if reading is not None]
    return [*found, *_outer(within, split_feature(piece)[1])]


def _city_and_part(city: str, part: str) -> list[PlacePhrase]:
    """Readings of "City - Neighbourhood", "City: the thing in it" and "Town - Town road"."""
    bare, role = split_feature(part)
    city_name = split_feature(city)[0] or city
    if role == "street" and bare:
        return [PlacePhrase(city_name, "near", "between", other=bare)]
    if not bare:
        named = PlacePhrase(f"{city_name} {part}")
        return [named, PlacePhrase(city_name, role, "in town")]
    inner = [replace(r, role=r.role or "part") for r in _single(part, (city,))]
    return [*inner, *_outer((city,), "part")]
