"""Which of several places a name means, or that it cannot be said.

A pin at a wrong place is worse than no pin. Measured on names from several data sets: places of
equal rank more than 25 km apart are namesakes between which nobody can choose, and a candidate
outside the stated province is nearly always another place.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Final, NamedTuple

from geodata.gazetteer import names
from geodata.gazetteer.admin import AdminMatch, admin1_name, lies_in
from geodata.gazetteer.index import EXACT, FORMER, MAIN, ROMANISED, SKELETON, PlaceIndex
from geodata.gazetteer.places import Candidate, distance_km

MOST_CANDIDATES: Final = 10
"""How many candidates an answer carries."""
NAMESAKE_KM: Final = 25.0
"""Places of one name nearer than this are one place in two layers, or cannot mislead."""
REACH_OF_PROVINCE: Final = 0.6
REACH_KM: Final = (40.0, 100.0, 150.0)
"""Least, usual and greatest distance from the seat of its district at which a place may lie; in
between, a share of the province's radius."""
BESIDE_KM: Final = 50.0
"""How near another place of the text must be to speak for a namesake."""
BESIDE_FACTOR: Final = 3.0
"""How many times farther from the text's places every other namesake must be."""
NEARER: Final = 1.5
"""How many times farther from a district's seat every namesake must be that the district's ring
need not reach."""
DOMINANCE: Final = 10.0
"""How many times larger a place must be to be meant before its namesakes."""
DOMINANT_IN_PROVINCE: Final = 15_000
DOMINANT_IN_COUNTRY: Final = 25_000
LARGE_ENOUGH_TO_SOUND: Final = 100_000
"""Inhabitants of a town that is meant by its sound alone, as Hodeidah is Al Ḩudaydah; of names that
towns half as large answered, asked without their province, one in three was another place's."""
SMALLEST_TOWN_RADIUS_KM: Final = 3.0
LIKE_TAUGHT: Final = "like a taught name"
"""The method of `like_taught`."""
LIKE_CONSONANTS: Final = {"arabic": 3}
LIKE_CONSONANTS_ELSEWHERE: Final = 4
"""Consonants that two spellings must share at least, by the customs of the country."""
LIKENESS: Final = {"arabic": 0.6}
LIKENESS_ELSEWHERE: Final = 0.8
"""Share of letters that a taught spelling must have in common with the one asked for."""
REPORTS_FOR_COMMON_NAME: Final = 10
REPORTS_FOR_LIKENESS: Final = 2
"""Incidents that must have taught a place whose name other places of the country bear too, before
another spelling of it, or one with other vowels, is taken for it. Of 24 answers of the first kind
with fewer, to names that one Syrian data set asked and others taught, 13 were within 25 km, and 4
of 8 of the second; of 168 whose name no other place bore, 96 %."""
_NAMES: Final = re.compile(r"[/(]")
_VOWELS: Final = frozenset("aiueoyI")


class Hit(NamedTuple):
    """A place of a layer that is filed under the key looked for.

    Attributes:
        layer: that has it.
        rank: of the layer.
        number: of the place in the layer.
        use: how the spelling names it, `index.MAIN` … `index.FORMER`.
        tier: how the key was made.
        key: under which it was found; "" where it was found by its point.
        point: latitude and longitude, WGS 84 degrees.
    """

    layer: PlaceIndex
    rank: int
    number: int
    use: int
    tier: str
    key: str
    point: tuple[float, float]

    @property
    def population(self) -> int:
        """Inhabitants; 0 unknown."""
        return self.layer.population(self.number)


@dataclass(frozen=True, slots=True)
class Context:
    """What is known of a place beside its name.

    Attributes:
        country: ISO 3166-1 alpha-3.
        admin: the units that its admin1 text means; None without one or unknown.
        seats: points that the district's name may stand for; empty without one or unknown.
        district: the district as written, and the layer that its seats are from; "" none.
        nearby: points of the same text that the place should be near; empty without any.
        beside: points of other places of the same text; they settle between namesakes.
        asks: the role of the phrase's feature word, such as `site` or `settlement`; "" none.
        stated: whether the units were given beside the phrase, not by the phrase itself.
    """

    country: str
    admin: AdminMatch | None = None
    seats: tuple[tuple[float, float], ...] = ()
    nearby: tuple[tuple[float, float], ...] = ()
    beside: tuple[tuple[float, float], ...] = ()
    asks: str = ""
    district: tuple[str, str] = ("", "")
    stated: bool = True

    def asking(self, role: str) -> Context:
        """The context of a phrase with a feature word, such as `site`; `replace` is slower."""
        if role == self.asks:
            return self
        return Context(
            self.country, self.admin, self.seats, self.nearby, self.beside, role, self.district,
            self.stated,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Choice:
    """The place chosen, or None, with the rule that said so and what it was chosen from."""

    hit: Hit | None
    method: str
    ranked: tuple[Hit, ...]


def apart_km(first: Hit, second: Hit) -> float:
    """The distance between two hits, kilometres."""
    return distance_km(*first.point, *second.point)


_LAND: Final = frozenset(("terrain", "area", "water", "spot", "admin1", "admin2"))
"""Kinds that bear a settlement's name so often that they are never meant without a word for it."""


def agrees(hit: Hit, context: Context) -> bool:
    """Whether nothing known of the place speaks against a hit."""
    point = hit.point
    if context.asks in ("", "settlement") and hit.layer.kind(hit.number) in _LAND:
        return False
    if context.admin is not None:
        admin1 = hit.layer.admin1(hit.number)
        if not lies_in(context.admin, context.country, admin1, *point):
            return False
    if context.seats and _from_seat_km(hit, context) > reach_km(context):
        return False
    return not context.nearby or min(distance_km(*point, *p) for p in context.nearby) <= NAMESAKE_KM


def _from_seat_km(hit: Hit, context: Context) -> float:
    return min(distance_km(*hit.point, *seat) for seat in context.seats)


def reach_km(context: Context) -> float:
    """How far from its district's seat a place of the context may lie."""
    least, usual, greatest = REACH_KM
    if context.admin is None:
        return usual
    return min(max(REACH_OF_PROVINCE * context.admin.circle()[2], least), greatest)


def choose(hits: Sequence[Hit], context: Context) -> Choice:
    """The one place meant, or none.

    Args:
        hits: places of the country under one key, best layer first.
        context: what is known of the place beside its name.
    """
    if len(hits) == 1 and hits[0].tier == EXACT and agrees(hits[0], context):
        return Choice(hits[0], _method(hits[0], context), tuple(hits))
    fitting = [hit for hit in hits if agrees(hit, context)]
    by_sound = hits[0].tier != EXACT and context.admin is None and not context.nearby
    if by_sound and not any(_is_large_by_name(hit) for hit in fitting):
        return Choice(None, "abstained: only like in sound", tuple(sorted(hits, key=_rank)))
    ranked = tuple(sorted(fitting, key=_rank)) + tuple(h for h in hits if h not in fitting)
    if not fitting:
        return Choice(None, f"abstained: {_namesakes(len(hits))} elsewhere", ranked)
    best = ranked[0]
    rivals = [hit for hit in ranked[1 : len(fitting)] if apart_km(best, hit) > NAMESAKE_KM]
    rivals = [hit for hit in rivals if not _outranks(best, hit, context)]
    doubt = _namesakes(1 + len(rivals)) if rivals else _thin(best, hits, context)
    if doubt:
        chosen = _beside(ranked[: len(fitting)], context)
        if chosen is not None:
            return Choice(chosen, f"{_method(chosen, context)}+beside other places", ranked)
        return Choice(None, f"abstained: {doubt}", ranked)
    return Choice(best, _method(best, context), ranked)


def _is_large_by_name(hit: Hit) -> bool:
    """Whether a hit is a large town by its main name, in Latin letters too."""
    return hit.use == MAIN and hit.tier == ROMANISED and hit.population >= LARGE_ENOUGH_TO_SOUND


def _thin(best: Hit, hits: Sequence[Hit], context: Context) -> str:
    """What is against another spelling of a common name; "" where something settles it."""
    settled = best.tier == EXACT or context.seats or context.nearby
    if settled or not _is_thin(best, hits, REPORTS_FOR_COMMON_NAME):
        return ""
    return "a common name, taught by few incidents"


def _is_thin(best: Hit, hits: Sequence[Hit], needed: int) -> bool:
    """Whether few incidents taught a place whose name is borne elsewhere in the country too.

    Never where another layer has the place as well.
    """
    near = [hit for hit in hits if apart_km(best, hit) <= NAMESAKE_KM]
    counts = [hit.layer.reports(hit.number) for hit in near]
    return len(near) < len(hits) and all(counts) and sum(counts) < needed


def like_taught(name: str, hits: Sequence[Hit], context: Context) -> Choice | None:
    """A taught place of the province that writes the same consonants with other vowels.

    "Kafr Sajnah" and "Kafar Sijna" are one town, and so are "Binnish" and "Bennish", for Arabic
    leaves short vowels to the reader. So in countries with its customs three consonants and little
    likeness will do, as long as both spellings begin and end alike, with a vowel or without: of 190
    such answers, to names that one Syrian data set asked and others taught, 174 were within 25 km.
    It is a ring of that size and never a pin. Without a province, with fewer consonants or with a
    second such place, nothing is chosen.

    Args:
        name: as asked.
        hits: places of the country with its consonants, of any layer.
        context: what is known of the place beside its name.
    """
    customs = names.customs_of(context.country)
    least = LIKE_CONSONANTS.get(customs, LIKE_CONSONANTS_ELSEWHERE)
    if context.admin is None or len(names.skeleton(name, context.country)) < least:
        return None
    fitting = [hit for hit in hits if agrees(hit, context)]
    taught = [hit for hit in fitting if hit.rank < CHOSEN_LAYERS]
    by_likeness = sorted(((_likeness(name, hit), -n) for n, hit in enumerate(taught)), reverse=True)
    if not by_likeness or by_likeness[0][0] < LIKENESS.get(customs, LIKENESS_ELSEWHERE):
        return None
    best = taught[-by_likeness[0][1]]
    if any(apart_km(best, hit) > NAMESAKE_KM for hit in fitting):
        return None
    if not context.nearby and _is_thin(best, hits, REPORTS_FOR_LIKENESS):
        return None
    return Choice(best, LIKE_TAUGHT, (best, *(hit for hit in hits if hit != best)))


def _likeness(name: str, hit: Hit) -> float:
    """How many letters two names share once their customs of spelling are evened out, 0..1.

    Of a place with two names, such as `Mashrafah/Miserfe`, the one more alike. 0 where, by the
    customs of Arabic, one begins or ends with a vowel and the other does not.
    """
    country = hit.layer.country(hit.number)
    own = [
        form
        for piece in _NAMES.split(hit.layer.name(hit.number))
        for form in names.romanised(piece, country)
    ]
    pairs = [(a, b) for a in names.romanised(name, country) for b in own]
    if names.customs_of(country) == "arabic":
        pairs = [(a, b) for a, b in pairs if _vowels_at_ends(a) == _vowels_at_ends(b)]
    return max((SequenceMatcher(None, a, b).ratio() for a, b in pairs), default=0.0)


def _vowels_at_ends(form: str) -> tuple[bool, bool]:
    last = form.rstrip("h")[-1:] or form[-1]  # silent behind a vowel: Sharshouh, Sharshou
    return form[0] in _VOWELS, last in _VOWELS


def _beside(hits: Sequence[Hit], context: Context) -> Hit | None:
    """The one namesake that lies by other places of the text, with every other far from them."""
    if not context.beside:
        return None
    by_distance = sorted(
        (min(distance_km(*hit.point, *point) for point in context.beside), number)
        for number, hit in enumerate(hits)
    )
    nearest, number = by_distance[0]
    chosen = hits[number]
    far = all(
        distance > BESIDE_FACTOR * max(nearest, NAMESAKE_KM)
        for distance, other in by_distance[1:]
        if apart_km(chosen, hits[other]) > NAMESAKE_KM
    )
    return chosen if nearest <= BESIDE_KM and far else None


def nearest(hits: Sequence[Hit], points: Sequence[tuple[float, float]]) -> Hit | None:
    """The one of several namesakes that is nearer to any of the points by half than another."""
    by_distance = sorted(
        (min(distance_km(*hit.point, *point) for point in points), number)
        for number, hit in enumerate(hits)
    )
    if not by_distance:
        return None
    least, number = by_distance[0]
    best = hits[number]
    others = [d for d, other in by_distance[1:] if apart_km(best, hits[other]) > NAMESAKE_KM]
    return best if all(distance > NEARER * least for distance in others) else None


def _namesakes(count: int) -> str:
    return f"{count} namesake{'s' if count != 1 else ''}"


def _rank(hit: Hit) -> tuple[int, bool, int, int]:
    """Sort key, best first: chosen layers, then settlements, then main names, then inhabitants."""
    settled = hit.layer.kind(hit.number) == "populated"
    return (min(hit.rank, CHOSEN_LAYERS), not settled, _RANK_OF_USE[hit.use], -hit.population)


_RANK_OF_USE: Final = (0, 1, 1, 2)
"""Of `MAIN`, `CURRENT`, `OTHER` and `FORMER`."""


def _outranks(best: Hit, rival: Hit, context: Context) -> bool:
    """Whether a place is so much more prominent that its namesake is not meant."""
    if best.rank < CHOSEN_LAYERS and rival.rank > best.rank:
        return True
    known = context.admin is not None or context.seats or context.nearby
    floor = DOMINANT_IN_PROVINCE if known else DOMINANT_IN_COUNTRY
    return best.population >= max(floor, DOMINANCE * rival.population)


CHOSEN_LAYERS: Final = 2
"""Layers above this rank were settled by a person or by coordinates in the data."""


_METHODS: Final = {ROMANISED: "romanised name", SKELETON: "consonants"}


def _method(best: Hit, context: Context) -> str:
    parts = [_METHODS.get(best.tier) or ("name" if best.use == MAIN else "alias")]
    if best.use == FORMER:
        parts = ["former name"]
    if context.admin is not None:
        parts.append("admin1")
    if context.seats:
        parts.append("admin2")
    if context.nearby:
        parts.append("nearness")
    return "+".join(parts)


# --- how exact a place is ---------------------------------------------------------------------


@lru_cache(maxsize=4096)
def town_radius_km(population: int) -> float:
    """A radius that holds a town's built-up ground, by its inhabitants (0 unknown)."""
    return round(max(SMALLEST_TOWN_RADIUS_KM, 0.012 * math.sqrt(population)), 1)


def precision_of(hit: Hit) -> tuple[str, float]:
    """The ladder's code for a pin at a hit, and its radius in kilometres."""
    layer, number = hit.layer, hit.number
    return _precision(layer.kind(number), layer.radius_km(number), layer.population(number))


def _precision(kind: str, radius: float | None, population: int) -> tuple[str, float]:
    if kind == "populated":
        own = town_radius_km(population)
        return "town", own if radius is None else max(radius, own)
    if kind.startswith("precision:"):
        return kind.partition(":")[2], radius if radius is not None else SMALLEST_TOWN_RADIUS_KM
    if kind == "neighbourhood":
        return "neighbourhood", 1.0 if radius is None else radius
    return ("site", radius) if radius is not None and radius <= SITE_KM else ("near", radius or 5.0)


SITE_KM: Final = 3.0
"""A site known no better than this is drawn as `near` it."""


def candidate(hit: Hit, context: Context | None) -> Candidate:
    """A hit as a candidate, with the reasons for and against it."""
    layer, number = hit.layer, hit.number
    latitude, longitude = hit.point
    kind, population, country = layer.kind(number), hit.population, layer.country(number)
    precision, radius = _precision(kind, layer.radius_km(number), population)
    reasons, score = _reasons(hit, population, context)
    return Candidate(
        name=layer.name(number),
        latitude=latitude,
        longitude=longitude,
        country=country,
        admin1=admin1_name(country, layer.admin1(number)),
        kind=kind,
        population=population or None,
        precision=precision,
        radius_km=radius,
        source=layer.source,
        score=score,
        reasons=reasons,
    )


def _reasons(hit: Hit, population: int, context: Context | None) -> tuple[tuple[str, ...], float]:
    said = [_name_reason(hit)]
    score = 0.6 if hit.tier == EXACT else 0.4
    if hit.tier != EXACT:
        said.append("like in sound")
    if context is not None:
        if context.admin is not None:
            admin1 = hit.layer.admin1(hit.number)
            inside = lies_in(context.admin, context.country, admin1, *hit.point)
            said.append(f"{'in' if inside else 'not in'} {context.admin.name}")
            score += 0.2 if inside else -0.3
        if context.seats:
            distance = _from_seat_km(hit, context)
            said.append(f"{distance:.0f} km from the district's seat")
            score += 0.1 if distance <= reach_km(context) else -0.2
    if population:
        said.append(f"{population:,} inhabitants")
    return tuple(said), round(min(max(score, 0.0), 1.0), 2)


def _name_reason(hit: Hit) -> str:
    """How a hit bears the name: "name", "other spelling", "former name Artemivsk (1924–2016)"."""
    if hit.use != FORMER:
        return "name" if hit.use == MAIN else "other spelling"
    country = hit.layer.country(hit.number)
    former = [s for s in hit.layer.spellings.of(hit.number) if s.is_former]
    # As it was asked, before another language's spelling that sounds alike.
    meant = [s for s in former if names.folded(s.name) == hit.key] or [
        s for s in former
        if hit.key in (*names.romanised(s.name, country), names.skeleton(s.name, country))
    ]  # fmt: skip
    if not meant:
        return "former name"
    years = f" ({meant[0].period})" if meant[0].period else ""
    return f"former name {meant[0].name}{years}"


def candidates_of(
    hits: Iterable[Hit], context: Context | None, limit: int
) -> tuple[Candidate, ...]:
    """The first hits as candidates, one for places of one name at one spot."""
    kept: list[Hit] = []
    for hit in hits:
        if len(kept) == limit:
            break
        if all(apart_km(hit, other) > 1.0 for other in kept):
            kept.append(hit)
    return tuple(candidate(hit, context) for hit in kept)
