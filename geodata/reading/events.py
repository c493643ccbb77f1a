"""Which sentences tell of an incident, and which only look like it.

A sentence is scored by cues (words of attack, harm, weapon, a figure, a day); background, threats,
suppositions, sentences of courts, meetings and calls are told apart by their own words. Every
score comes with the cues that made it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from geodata.reading.lexicons import expression, lexicon

_UNREAL_START = re.compile(r"\s*[\"']?(?:if|unless|should)\b")


_DONE = frozenset(
    name for name in lexicon("events")["cues"] if name not in ("harm_verb", "harm_plain", "day")
) - {"figure", "damage"}
"""Cues of what somebody did; deaths without one, beside a crash, are an accident."""


@dataclass(frozen=True, slots=True)
class Cue:
    """A word or phrase that counts for or against a sentence telling of an incident."""

    name: str
    weight: float
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class EventScore:
    """How strongly a sentence tells of an incident; `cues` say why, `kind` is its main kind.

    `kinds` holds every kind of harm that the sentence names, such as bombing or kidnapping.
    """

    score: float
    cues: tuple[Cue, ...]
    kinds: frozenset[str]
    excluded: str | None = None


@cache
def _table() -> tuple[re.Pattern[str], tuple[tuple[str, float, str], ...]]:
    """All cues as one expression; the n-th group stands for the n-th (name, weight, kind)."""
    alternatives, meaning = [], []
    for name, entry in lexicon("events")["cues"].items():
        terms = "|".join(expression(term) for term in entry["terms"])
        alternatives.append(f"({terms})")
        meaning.append((name, float(entry["weight"]), entry.get("kind", "")))
    return re.compile(r"\b(?:" + "|".join(alternatives) + r")(?![\w])"), tuple(meaning)


@cache
def _accidents() -> re.Pattern[str]:
    """Words of crashes, disasters and diseases."""
    terms = map(expression, lexicon("events")["accidents"])
    return re.compile(r"\b(?:" + "|".join(terms) + r")(?![\w])")


@cache
def _exclusions() -> tuple[re.Pattern[str], tuple[str, ...]]:
    """Words that take a sentence out, one group for each reason."""
    alternatives, names = [], []
    for name, terms in lexicon("events")["exclusions"].items():
        alternatives.append("(" + "|".join(map(expression, terms)) + ")")
        names.append(name)
    return re.compile(r"\b(?:" + "|".join(alternatives) + r")(?![\w])"), tuple(names)


def score(folded: str, start: int, end: int) -> EventScore:
    """The event score of `folded[start:end]`; each cue name counts once."""
    pattern, meaning = _table()
    seen: dict[str, Cue] = {}
    kinds = set()
    for match in pattern.finditer(folded, start, end):
        name, weight, kind = meaning[(match.lastindex or 1) - 1]
        if kind:
            kinds.add(kind)
        seen.setdefault(name, Cue(name, weight, match.start(), match.end()))
    if not kinds:
        return EventScore(0.0, tuple(seen.values()), frozenset())
    total = sum(cue.weight for cue in seen.values())
    why = excluded(folded, start, end)
    if why is None and _by_accident(folded, start, end, seen.values()):
        why = "accident"
    return EventScore(total, tuple(seen.values()), frozenset(kinds), why)


def _by_accident(folded: str, start: int, end: int, cues: Iterable[Cue]) -> bool:
    """Whether a crash or a disease is named and, outside its words, nothing that somebody did."""
    named = [match.span() for match in _accidents().finditer(folded, start, end)]
    done = [cue for cue in cues if cue.name in _DONE]
    return bool(named) and all(
        any(first <= cue.start < last for first, last in named) for cue in done
    )


def excluded(folded: str, start: int, end: int) -> str | None:
    """Why the sentence tells of no incident (threat, supposition, court, …), or None."""
    if _UNREAL_START.match(folded, start, end):
        return "hypothetical"
    pattern, names = _exclusions()
    match = pattern.search(folded, start, end)
    return None if match is None else names[(match.lastindex or 1) - 1]


_SINCE = re.compile(
    r"\bsince\s+(?:the\s+)?(?:\w+\s+){0,4}(?:war|conflict|uprising|fighting|crisis|insurgency|began|start\w*|"
    r"beginning|outbreak|violence|revolt|rebellion|(?:19|20)\d\d|(?:january|february|march|april|may|june|july|august|september|october|november|december))\b"
    r"|\b(?:so\s+far\s+this\s+(?:year|month)|in\s+recent\s+(?:years|months|decades)|"
    r"(?:over|in|during|for)\s+the\s+(?:past|last)\s+(?:\w+\s+){0,3}(?:years|months|decades?|year)|"
    r"(?:\w+\s+)?(?:years|decades)\s+ago|"
    r"(?:weeks|months|years|decades)\s+of\s+(?:\w+\s+){0,2}"
    r"(?:war|conflict|fighting|violence|bombardment|siege|insurgency|unrest|clashes)\b(?!\s+over)|"
    r"the\s+(?:19|20)\d\d\s+(?:\w+\s+){0,2}(?:massacre|genocide|war|attacks?|bombings?|killings?)\s+"
    r"(?:that|which|in\s+which)|"
    r"(?:\w+[- ])?year\s+(?:civil\s+)?(?:war|conflict|insurgency)|"
    r"every\s+(?:day|week|month|year)|each\s+(?:year|month|day)|throughout\s+the\s+(?:war|conflict)|"
    r"(?:years?|decades?|months?)\s+after\s+(?:the|a|an)\s+(?:\w+\s+){0,2}(?:bombing|attack|massacre|killings?|"
    r"shooting|blast|siege|assassination|murders?|raid|air\s?strike)s?\s+(?:that|which|in\s+which|by|of|on|at)\b|"
    r"in\s+(?:the\s+)?(?:19|20)\d0s|to\s+date|during\s+the\s+(?:civil\s+)?war)\b"
)


_CUMULATIVE = re.compile(
    r"\bin\s+(?:(?:more\s+than|over|some|about|around|at\s+least|nearly|almost)\s+)?"
    r"(?:\d{2,}|\d,\d{3}|hundreds\s+of|dozens\s+of|scores\s+of)\s+(?:\w+\s+)?"
    r"(?:clashes|attacks|incidents|operations|actions|combats|battles|bombings|raids)\b|"
    r"\b(?:over|in|during)\s+an?\s+\w+[- ](?:year|month|week)s?\s+period\b|"
    r"\b(?:an?|the)\s+average\s+of\b|\bper\s+(?:day|week|month|year)\b|"
    r"\bas\s+of\s+(?:today|now|\d)|"
    r"\b(?:killed|died|dead|martyred|bomb\w*|shell\w*|strikes?|raids|clashes|shoot\w*|gunfire|gunshots|"
    r"bullets|explosions?|mines|torture|executions?),?\s+(?:(?:and|in|by|under|due\s+to)\s+){1,2}"
    r"(?:several\s+)?(?:other|various|different)\s+(?:circumstances?|conditions)\b|"
    r"\bfrom\s+\d{1,2}\s+[a-z]{3,9}(?:\s+\d{4})?\s+(?:to|until|through)\s+\d{1,2}\s+[a-z]{3,9}\b"
)


def cumulative(folded: str, start: int, end: int) -> bool:
    """Whether a figure is the sum of many incidents.

    Such as "killed in 386 clashes", "54 a day", "by shelling and in other circumstances".
    """
    return _CUMULATIVE.search(folded, start, end) is not None


def background(folded: str, start: int, end: int) -> bool:
    """Whether the sentence sums up a longer past ("since the war began", "in recent years")."""
    return _SINCE.search(folded, start, end) is not None
