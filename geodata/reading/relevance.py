"""Whether a text tells of an incident at all, or only talks of violence.

A logistic regression over some dozens of facts that rules find (who or what was harmed, whether a
crime is a definite one, whether a day, a place and a figure stand beside it, how much of the text
is talk of politics or of oneself) and over general words that stand anywhere in the text. The words
are sorted into themes; those of harm and of whom it befalls may only speak for an incident, those
of courts, elections, talks, the economy or sport only against one. Names and words for the sides
of a war are none of them, so that the weights carry to other wars. Words and weights are bundled
(`lexicons/relevance.json`); the weights come from `benchmarks/reading_fit.py`. Every judgement
names the facts that made it.

What is told with a figure and a day or a place is an incident whatever the model says: fighting
between armed forces is left out of the texts that it was fitted on, and belongs on the map.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from geodata.reading.evidence import TELLS, Evidence
from geodata.reading.grouping import LEAST_SUBSTANCE, Group, richness, substance
from geodata.reading.lexicons import expression, lexicon

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from geodata.reading.structure import Layout, Sentence

_MANY = 60
_OLD_DAYS = 60
_RECENT_DAYS = 14
_BEFORE = 80
_AFTER = 45
_VICTIMS = ("civilian", "force", "object")
_CUES = ("harm_noun", "attack_on", "attack_noun", "seizure", "blast")
_REASONS = 3
_TOKEN = re.compile(r"[a-z]+")

Features = dict[str, float]


@dataclass(frozen=True, slots=True)
class Relevance:
    """How likely it is that a text tells of an incident, and the facts that speak most.

    Attributes:
        probability: 0 to 1.
        reasons: up to three phrases, those that speak for the judgement, the strongest first.
    """

    probability: float
    reasons: tuple[str, ...]

    @property
    def tells(self) -> bool:
        """Whether it is more likely than the bundled threshold."""
        return self.probability >= float(lexicon("relevance")["threshold"])


def judge(features: Features) -> Relevance:
    """The probability that the bundled weights give to what `features_of` found."""
    table: Mapping[str, Any] = lexicon("relevance")
    parts = {
        name: weight * (features.get(name, 0.0) - mean) / spread
        for name, (weight, mean, spread) in table["weights"].items()
    }
    total = float(table["bias"]) + sum(parts.values())
    tells = Relevance(_logistic(total), ()).tells
    spoken: dict[str, float] = {}
    for name, part in parts.items():
        phrase = _phrase(name, table["weights"][name][0] > 0, tells)
        spoken[phrase] = spoken.get(phrase, 0.0) + part
    reasons = sorted(spoken, key=lambda phrase: spoken[phrase], reverse=tells)[:_REASONS]
    return Relevance(round(_logistic(total), 3), tuple(reasons))


def _logistic(total: float) -> float:
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))


def _phrase(name: str, speaks_for: bool, tells: bool) -> str:
    """The fact behind a feature as words, with "little of" where its lack speaks.

    All words of a theme have one phrase, since a single one weighs little.
    """
    kind, _, fact = name.partition(".")
    if kind == "word":
        words = f"words of {_themes()[fact]}"
    else:
        words = str(lexicon("relevance")["phrases"][fact])
    return words if speaks_for == tells else f"little of: {words}"


def stands(known: Group, published: dt.date | None) -> bool:
    """Whether an incident is told so plainly that no model is asked: a figure, and a day or place.

    Figures over 60 are seldom of one incident.
    """
    main = known.primary()
    if main.background or main.event.excluded is not None or main.score < TELLS:
        return False
    counted = [s.mention.best for s in main.said if s.mention.category in ("killed", "injured")]
    figure = any(best is not None and 0 < best < _MANY for best in counted)
    return figure and (_recent(main, published) or bool(main.specific))


def sift(
    groups: Sequence[Group],
    evidence: Sequence[Evidence],
    relevance: Relevance,
    published: dt.date | None,
) -> list[Group]:
    """The incidents to propose: where a text tells of one, those of substance, or the fullest.

    Where it does not, only those that stand without a model.
    """
    full = [known for known in groups if substance(known) >= LEAST_SUBSTANCE]
    if not relevance.tells:
        return [known for known in full if stands(known, published)]
    if full or not evidence:
        return full
    fullest = max(evidence, key=richness)
    home = next((known for known in groups if fullest in known.members), Group([fullest]))
    return [home]


def features_of(
    layout: Layout, published: dt.date | None, evidence: Sequence[Evidence], groups: Sequence[Group]
) -> Features:
    """The facts of a text, counted; names are those of the bundled weights.

    `all.` counts sentences (as a logarithm), `told.` says whether a sentence that tells has it,
    `main.` and `first.` whether the fullest and the first sentence of harm have it, `word.` whether
    the text has a form of the word.
    """
    bodies = [s for s in layout.sentences if s.role in ("body", "headline")]
    found: Features = {
        "text.length": math.log(max(1, len(bodies))),
        "text.share": len(evidence) / max(1, len(bodies)),
        "text.harm": math.log1p(len(evidence)),
        "text.own": math.log1p(_count("first_person", layout.folded))
        / (1 + math.log(max(1, len(bodies)))),
    }
    main = max((g.primary() for g in groups), key=richness) if groups else None
    for member in evidence:
        real = member.event.excluded is None and not member.background
        facts = _facts(member, layout.folded, published)
        for name, value in facts.items():
            found[f"all.{name}"] = found.get(f"all.{name}", 0.0) + value
            if real and member.score >= TELLS:
                found[f"told.{name}"] = max(found.get(f"told.{name}", 0.0), value)
            if member is main:
                found[f"main.{name}"] = value
            found.setdefault(f"first.{name}", value)
    found |= {f"word.{word}": 1.0 for word in _words(layout.folded, bodies)}
    if groups:
        found["text.substance"] = float(max(substance(known) for known in groups))
    return {
        name: math.log1p(value) if name.startswith("all.") else value
        for name, value in found.items()
    }


def _words(folded: str, sentences: Sequence[Sentence]) -> set[str]:
    """The words of the vocabulary that the sentences have in any form."""
    known = _forms()
    tokens = {token for s in sentences for token in _TOKEN.findall(folded, s.start, s.end)}
    return {known[token] for token in tokens if token in known}


@cache
def _forms() -> Mapping[str, str]:
    """Form -> word, such as "bombings" -> "bomb"."""
    themes = lexicon("relevance")["vocabulary"].values()
    held = (item for theme in themes for item in theme["words"].items())
    return {form: word for word, forms in held for form in forms.split()}


@cache
def _themes() -> Mapping[str, str]:
    """Word -> its theme."""
    themes = lexicon("relevance")["vocabulary"].items()
    return {word: name for name, theme in themes for word in theme["words"]}


def _facts(member: Evidence, folded: str, published: dt.date | None) -> Features:
    """Fact -> 0 or 1 of one sentence."""
    start, end = member.sentence.start, member.sentence.end
    harmed = _harmed(folded, start, end)
    real = member.event.excluded is None and not member.background
    cues = {cue.name for cue in member.event.cues}
    facts = {f"cue_{name}": name in cues for name in _CUES}
    facts |= {name: _has(name, folded, start, end) for name in ("act", "plural", "politics")}
    facts |= {f"harmed_{who}": real and who in harmed for who in (*_VICTIMS, "named")}
    facts |= {f"beside_{who}": _has(who, folded, start, end) for who in _VICTIMS}
    definite = _has("definite", folded, start, end)
    passive = _has("was_harmed", folded, start, end)
    facts["definite"] = definite
    facts["passive"] = passive
    crime = passive or definite or bool(cues & {"harm_noun", "seizure"})
    facts["civilian_and_crime"] = facts["beside_civilian"] and crime
    facts["forces_alone"] = facts["beside_force"] and not (
        facts["beside_civilian"] or facts["beside_object"]
    )
    facts["quoted"] = '"' in folded[max(0, start - 3) : end]
    facts["own"] = _has("first_person", folded, start, end)
    facts |= _figures(member) | _when(member, published)
    facts["place"] = bool(member.specific)
    facts["perpetrator"] = any(actor.role == "perpetrator" for actor in member.actors)
    facts["background"] = member.background
    facts["excluded"] = member.event.excluded is not None
    return {name: float(value) for name, value in facts.items()}


def _figures(member: Evidence) -> dict[str, bool]:
    dead = [s.mention.best for s in member.said if s.mention.category == "killed"]
    return {
        "killed": any(dead),
        "killed_one": 1 in dead,
        "injured": any(s.mention.category == "injured" for s in member.said),
        "many": any(s.mention.low >= _MANY for s in member.said),
    }


def _when(member: Evidence, published: dt.date | None) -> dict[str, bool]:
    day = member.day
    old = day is not None and day.end is not None and published is not None
    return {
        "recent": _recent(member, published),
        "old": old and (published - day.end).days > _OLD_DAYS,  # type: ignore[operator, union-attr]
    }


def _recent(member: Evidence, published: dt.date | None) -> bool:
    day = member.day
    if day is None or day.start is None or day.precision != "day" or published is None:
        return False
    return 0 <= (published - day.start).days <= _RECENT_DAYS


@cache
def _pattern(name: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{_terms(name)})\b")


def _terms(name: str) -> str:
    terms = lexicon("relevance")["words"][name]
    joined = terms if isinstance(terms, str) else "|".join(terms)
    return expression(joined)


@cache
def _victims() -> re.Pattern[str]:
    return re.compile(r"\b(?:" + "|".join(f"(?P<{who}>{_terms(who)})" for who in _VICTIMS) + r")\b")


def _has(name: str, folded: str, start: int, end: int) -> bool:
    return _pattern(name).search(folded, start, end) is not None


def _count(name: str, folded: str) -> int:
    return sum(1 for _ in _pattern(name).finditer(folded))


def _harmed(folded: str, start: int, end: int) -> set[str]:
    """Who or what the verbs and nouns of harm are about; "named" where no known word stands."""
    found: set[str] = set()
    for match in _pattern("was_harmed").finditer(folded, start, end):
        before = list(
            _victims().finditer(folded, max(start, match.start() - _BEFORE), match.start())
        )
        found.add(str(before[-1].lastgroup) if before else "named")
    for name in ("crime_of", "harmed"):
        for match in _pattern(name).finditer(folded, start, end):
            after = _victims().search(folded, match.end(), min(end, match.end() + _AFTER))
            found.add(str(after.lastgroup) if after else "named")
    return found
