"""Weapons by a scored lexicon: words that name a weapon outrank words that only imply one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from geodata.reading.lexicons import expression, lexicon
from geodata.reading.spans import Span
from geodata.vocabulary import weapon_group_of

_MODIFIERS = frozenset(("cluster-munition", "incendiary", "chemical"))
_FROM_THE_AIR = re.compile(
    r"\b(?:war ?planes?|jets?|aircraft|planes?|helicopters?|air ?-?(?:strikes?|raids?|force)|"
    r"aerial|"
    r"dropp(?:ed|ing)|bombers?|drones?)\b"
)
_FROM_THE_GROUND = re.compile(
    r"\b(?:artillery|rockets?|grad|howitzers?|mortars?|missiles?|smerch|uragan|shell(?:ed|ing))\b"
)
_NOT_A_WEAPON = re.compile(
    r"(?:sky ?rocket|rocket(?:ing|ed) (?:prices|inflation)|"
    r"(?:under|cease|shoot a|shot in the) ?fire|"
    r"bombshell|population explosion|screen ?shots?|coal mines?|gold mines?|"
    r"(?:gold|coal|copper|emerald)"
    r"[- ]mines?|football clubs?|night ?clubs?|golf clubs?|social clubs?|shots? (?:of|at goal)|"
    r"shooting (?:star|guard)|gun (?:law|control|laws)|"
    r"arms? (?:deal|sale|embargo)|land mines treaty|"
    r"bomb (?:disposal|squad|shelter|threat|experts?)|mine (?:workers?|clearance)|clubs? )"
)


@dataclass(frozen=True, slots=True)
class WeaponMention:
    """A weapon that a text names.

    Attributes:
        code: of the weapon vocabulary.
        group: launch group; that of a modifier (cluster, incendiary, chemical) from its sentence.
        score: 3 names it, 2 implies it, 1 hints at it.
    """

    code: str
    group: str
    score: int
    span: Span


_Known = tuple[re.Pattern[str], tuple[tuple[str, int], ...]]


@cache
def _pattern(language: str, *, modifiers: bool) -> _Known | None:
    """One expression for a language; the n-th group stands for the n-th (code, score).

    Modifiers have their own, because their words lie inside other terms ("dropped cluster bombs").
    """
    entries = lexicon("weapons").get(language)
    if not isinstance(entries, list):
        return None
    attached = "[وبلفك]?(?:ال)?" if language == "ar" else ""  # Arabic writes "by the" onto the word
    alternatives, meaning = [], []
    for code, score, terms in entries:
        if (code in _MODIFIERS) != modifiers:
            continue
        alternatives.append("(" + "|".join(map(expression, terms)) + ")")
        meaning.append((code, score))
    return re.compile(
        r"(?<![\w])" + attached + r"(?:" + "|".join(alternatives) + r")(?![\w])"
    ), tuple(meaning)


def weapons_in(
    text: str, folded: str, start: int, end: int, language: str = "en"
) -> list[WeaponMention]:
    """Every weapon named in `text[start:end]`, in order of the text."""
    code = language if language in lexicon("weapons") else "en"
    found = [
        mention
        for modifiers in (True, False)
        for mention in _named(text, folded, (start, end), _pattern(code, modifiers=modifiers))
    ]
    return sorted(found, key=lambda mention: mention.span.start)


def _named(
    text: str, folded: str, edges: tuple[int, int], known: _Known | None
) -> list[WeaponMention]:
    if known is None:
        return []
    (start, end), (pattern, meaning) = edges, known
    found = []
    for match in pattern.finditer(folded, start, end):
        if match.lastindex is None or _NOT_A_WEAPON.search(
            folded, max(start, match.start() - 12), min(end, match.end() + 14)
        ):
            continue
        code, score = meaning[match.lastindex - 1]
        span = Span.of(text, *match.span())
        found.append(WeaponMention(code, _group(code, folded, start, end), score, span))
    return found


def _group(code: str, folded: str, start: int, end: int) -> str:
    if code not in _MODIFIERS:
        return weapon_group_of(code)
    if _FROM_THE_AIR.search(folded, start, end):
        return "air-launched"
    if _FROM_THE_GROUND.search(folded, start, end):
        return "ground-launched"
    return weapon_group_of(code)


def strongest(mentions: list[WeaponMention]) -> list[WeaponMention]:
    """One mention for each weapon in the order given; implied ones fall to named ones.

    "Russian warplanes dropped cluster bombs" is the cluster munition: the plane that brings a named
    modifier is not a second weapon.
    """
    best: dict[str, WeaponMention] = {}
    for mention in mentions:
        held = best.get(mention.code)
        if held is None or mention.score > held.score:
            best[mention.code] = mention
    kept = list(best.values())
    if any(mention.code in _MODIFIERS for mention in kept):
        carried = {mention.group for mention in kept if mention.code in _MODIFIERS}
        kept = [m for m in kept if m.code in _MODIFIERS or m.group not in carried]
    explosive = {"air-launched", "ground-launched", "ied", "directly-emplaced", "naval-launched"}
    if any(m.score == 3 and m.group in explosive for m in kept):
        kept = [m for m in kept if m.code != "explosive-unclear"]
    if any(m.group == "ground-launched" and m.code != "shelling" for m in kept):
        kept = [m for m in kept if m.code != "shelling"]
    specific = {m.code for m in kept} & {"car-bomb", "roadside-bomb", "suicide-bomb", "landmine"}
    if specific or any(m.group == "air-launched" for m in kept):
        kept = [m for m in kept if m.code != "ied"]
    return kept
