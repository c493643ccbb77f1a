"""Who did it, to whom, and who merely stands behind a side.

The subject of a verb of attack is the perpetrator, its object the target; "by" and a claim of
responsibility name perpetrators too. Backers and trainers are associates, and a group that is
fought elsewhere in the sentence is neither.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from geodata.reading.lexicons import lexicon, people, words
from geodata.reading.parties import AUXILIARIES
from geodata.reading.places import countries_by_name, demonyms, governments
from geodata.reading.spans import Span, Token, tokens_of

if TYPE_CHECKING:
    from collections.abc import Sequence

_STOP = words("grammar", "actors_stop")
_ACTIVE_STOP = _STOP | frozenset(
    [
        "have",
        "has",
        "had",
        "was",
        "were",
        "is",
        "are",
        "been",
        "being",
        "reportedly",
        "allegedly",
        "also",
    ]
)
_DETERMINERS = words("grammar", "actors_determiners")
_VICTIM_VERBS = frozenset(["exploded", "detonated", "opened", "went"])
_NO_SIDE = frozenset(
    ["people", "persons", "others", "dead", "wounded", "him", "her", "them", "lives"]
)
_BEFALLS = frozenset(
    (
        "killed",
        "wounded",
        "injured",
        "shot",
        "executed",
        "captured",
        "abducted",
        "kidnapped",
        "murdered",
        "assassinated",
    )
)
"""Verbs of harm whose past form is also the participle of who suffers it."""
_NP_REACH = 9
_RESPONSIBILITY = re.compile(
    r"(?P<who>(?:[\w'-]+\s+){1,6}?)(?:has\s+|have\s+|later\s+|immediately\s+)*"
    r"claim(?:ed|s|ing)?\s+(?:credit|responsibility)"
)
_CLAIMED_BY = re.compile(
    r"(?:responsibility|attacks?|bombings?|strikes?|raids?|blast|killings?|explosion)\s+(?:\w+\s+){0,6}claimed\s+by\s+(?P<who>(?:[\w'-]+\s*){1,6})"
)
_BLAMED = re.compile(
    r"(?:blamed|blames|blaming|accused|accuses)\s+(?:(?:the\s+)?attack\s+on\s+)?(?P<who>(?:[\w'-]+\s*){1,5})"
)
_HELD = re.compile(
    r"(?:hold|holds|held|holding)\s+(?P<who>(?:[\w'-]+\s+){1,5}?)(?:directly\s+|fully\s+)?responsible\b"
)
_ATTRIBUTED = re.compile(
    r"(?:attributed\s+to|blamed\s+on|suspected\s+of\s+being)\s+(?P<who>(?:[\w'-]+\s*){1,5})"
)
_BY = re.compile(
    r"(?:killed|wounded|injured|attacked|bombed|shelled|kidnapped|abducted|murdered|assassinated|ambushed|"
    r"executed|shot|hit|struck|destroyed|burned|carried\s+out|perpetrated|staged|launched|committed|conducted|"
    r"planted|placed|fired|claimed|attack|raid|ambush|strikes?|bombing|bombardment|shelling|murder|dynamited|detonated|gunned\s+down)\s+(?:\w+\s+)?by\s+"
)
_ON_TARGET = re.compile(
    r"(?:attacks?|strikes?|raids?|assaults?|bombs|bombing|rockets|shells|missiles|fire|bombardment|"
    r"ambush|grenades?|attempt|fired)\s+(?:on|against|at|upon)\s+"
)
_BACKING = re.compile(
    r"(?:^|\W)(?:the\s+)?(?P<who>(?:[\w.'-]+\s+){0,2}?[\w.'-]+(?:\s+and\s+(?:the\s+)?[\w.'-]+)?)\s+"
    r"(?:has|have|had)?\s*(?:been\s+)?(?:training|backing|arming|funding|supporting|advising)\b"
)
_BACKED = re.compile(
    r"(?P<who>[\w.]+(?:\s+and\s+[\w.]+)?)-(?:backed|led|supported|trained|funded|allied)\b"
)
_BACKED_BY = re.compile(
    r"(?:backed|supported|trained|armed|funded)\s+by\s+(?:the\s+)?(?P<who>[\w.]+(?:\s+and\s+(?:the\s+)?[\w.]+)?)"
)
_COUNTRY_NAMES = {"USA": "United States", "GBR": "United Kingdom"}
_DENIES_ACT = re.compile(
    r"(?:deni(?:ed|es)|denying)\s+(?:\w+\s+){0,4}(?:involvement|responsibility|(?:the\s+)?(?:attack|strike|bombing|"
    r"killing|raid|shelling)|carrying|bombing|attacking|targeting|killing|any\s+role|having|that\s+(?:its|their|they|it)\s+(?:[\w'-]+\s+){0,10}?"
    r"(?:carried|bomb|attack|str[iu]|kill|hit|target|shell|fired|launch|responsib|involv|raid|behind))"
)


@dataclass(frozen=True, slots=True)
class ActorMention:
    """An actor with its role: perpetrator, target or associate.

    `stance` is the actor's own about the act: asserts (claims it), denies, or None where the text
    does not say. `country` is ISO 3166-1 alpha-3 where the actor is a state's.
    """

    name: str
    role: str
    span: Span
    stance: str | None = None
    country: str | None = None
    score: float = 1.0


@cache
def _groups() -> re.Pattern[str]:
    names = sorted(lexicon("actors")["groups"], key=len, reverse=True)
    return re.compile(
        r"\b(?:" + "|".join(re.escape(n).replace(r"\ ", r"\s+") for n in names) + r")\b"
    )


@cache
def _actor_nouns() -> frozenset[str]:
    fighters = {noun for noun, (group, _) in people().items() if group == "combatant"}
    return words("actors", "nouns") | fighters


def state_of(words_: str) -> str | None:
    """The country whose state, forces or government the words name, or None."""
    for word in re.findall(r"[\w.]+", words_):
        bare = word.removesuffix("'s").rstrip(".")
        for table in (countries_by_name(), demonyms(), governments()):
            if bare in table:
                return table[bare]
    return None


def country_name(code: str) -> str:
    """The English name of a country code as the actors of a draft carry it."""
    if code in _COUNTRY_NAMES:
        return _COUNTRY_NAMES[code]
    return str(lexicon("countries")["countries"][code]["names"][0]).title()


class ActorFinder:
    """Finds the actors of one text, sentence by sentence."""

    def __init__(self, text: str, folded: str) -> None:
        self.text = text
        self.folded = folded

    def find(self, start: int, end: int) -> list[ActorMention]:
        """The actors of `text[start:end]`, perpetrators before targets before associates."""
        tokens = tokens_of(self.folded, start, end)
        found = self._active(tokens) + self._by(start, end) + self._claims(start, end)
        found += self._targets(start, end) + self._associates(start, end)
        return _distinct(found)

    def _active(self, tokens: Sequence[Token]) -> list[ActorMention]:
        """Subject and object of each verb of attack in the active voice."""
        found: list[ActorMention] = []
        verbs = words("actors", "attack_verbs")
        for i, token in enumerate(tokens):
            if token.word not in verbs or i == 0 or tokens[i - 1].word in AUXILIARIES:
                continue
            if self._suffered(tokens, i):
                continue
            subject = self._subject(tokens, i)
            if subject is None:
                continue
            found.append(self._actor(subject, "perpetrator", 1.0))
            target = self._object(tokens, i + 1)
            if target is not None:
                found.append(self._actor(target, "target", 0.8))
        return found

    @staticmethod
    def _suffered(tokens: Sequence[Token], i: int) -> bool:
        """As in "62 soldiers killed and 100 wounded", "two policemen wounded, …": no object."""
        if tokens[i].word not in _BEFALLS:
            return False
        after = [token.word for token in tokens[i + 1 : i + 3]]
        if after[:1] in (["and"], ["or"]):
            return after[1:] != [] and after[1] not in _BEFALLS
        return not after or (after[0] in _STOP and after[0] not in ("at", "on"))

    def _subject(self, tokens: Sequence[Token], i: int) -> Span | None:
        """The noun phrase before the verb at `i`, if it can act."""
        last = i
        while last > 0 and tokens[last - 1].word in (
            "have",
            "has",
            "had",
            "reportedly",
            "allegedly",
            "also",
            "then",
        ):
            last -= 1
        first = last
        while first > 0 and last - first < _NP_REACH and tokens[first - 1].word not in _ACTIVE_STOP:
            first -= 1
        while (
            first > 1
            and tokens[first - 1].word == "-"
            and tokens[first - 2].word not in _ACTIVE_STOP
        ):
            first -= 2
        while first < last and tokens[first].word in _DETERMINERS:
            first += 1
        span = self._span(tokens, first, last)
        return span if span is not None and self._can_act(tokens[first:last]) else None

    def _object(self, tokens: Sequence[Token], i: int) -> Span | None:
        # "Shot dead a judge": the judge. "The dead" has its article before it.
        first = i + (i < len(tokens) and tokens[i].word == "dead")
        while first < len(tokens) and tokens[first].word in _DETERMINERS:
            first += 1
        last = first
        while last < len(tokens) and last - first < _NP_REACH:
            if tokens[last].word in _STOP and not self._joint(tokens, last):
                break
            last += 1
        span = self._span(tokens, first, last)
        return span if span is not None and self._can_suffer(tokens[first:last]) else None

    @staticmethod
    def _joint(tokens: Sequence[Token], i: int) -> bool:
        """A hyphen inside a word."""
        return (
            tokens[i].word == "-"
            and 0 < i < len(tokens) - 1
            and tokens[i].start == tokens[i - 1].end
            and tokens[i + 1].start == tokens[i].end
        )

    def _span(self, tokens: Sequence[Token], first: int, last: int) -> Span | None:
        if first >= last:
            return None
        return Span.of(self.text, tokens[first].start, tokens[last - 1].end)

    def _can_act(self, tokens: Sequence[Token]) -> bool:
        held = [token.word.removesuffix("'s") for token in tokens]
        if not held or (held[-1] in people() and held[-1] not in _actor_nouns()):
            return bool(held) and held[-1] in ("men", "individuals", "people", "man", "suspects")
        joined = " ".join(held)
        return (
            held[-1] in _actor_nouns()
            or held[-1] in governments()
            or held[-1] in countries_by_name()
            or joined in countries_by_name()
            or _groups().search(joined) is not None
        )

    def _can_suffer(self, tokens: Sequence[Token]) -> bool:
        held = [token.word for token in tokens]
        joined = " ".join(held)
        if held[-1] in _NO_SIDE:
            return False
        known = any(word in people() or word in _actor_nouns() for word in held)
        places = lexicon("places")["site"] + lexicon("places")["settlement"]
        return known or _groups().search(joined) is not None or any(p in held for p in places)

    def _actor(
        self, span: Span, role: str, score: float, stance: str | None = None
    ) -> ActorMention:
        folded = self.folded[span.start : span.end]
        country = state_of(folded) if role == "perpetrator" else None
        return ActorMention(_named(span.quote, folded, country), role, span, stance, country, score)

    def _by(self, start: int, end: int) -> list[ActorMention]:
        found = []
        for match in _BY.finditer(self.folded, start, end):
            span = self._phrase(match.end(), end)
            if span is not None and self._can_act(tokens_of(self.folded, span.start, span.end)):
                found.append(self._actor(span, "perpetrator", 0.9))
        return found

    def _phrase(self, start: int, end: int) -> Span | None:
        """The noun phrase that starts at `start`, with one "of …" after "members"."""
        tokens = tokens_of(self.folded, start, min(end, start + 160))
        first = 0
        while first < len(tokens) and tokens[first].word in _DETERMINERS:
            first += 1
        last = first
        while last < len(tokens) and last - first < _NP_REACH:
            word = tokens[last].word
            if word in _STOP and not self._joint(tokens, last):
                break
            if word in AUXILIARIES or (
                word in _actor_nouns()
                and word != "members"
                and last + 1 < len(tokens)
                and tokens[last + 1].word == "of"
            ):
                last += word in _actor_nouns()
                break
            last += 1
        return self._span(tokens, first, last)

    def _claims(self, start: int, end: int) -> list[ActorMention]:
        """Who claimed it, who is blamed."""
        found = []
        for pattern, stance, score in (
            (_RESPONSIBILITY, "asserts", 1.2),
            (_CLAIMED_BY, "asserts", 1.2),
            (_ATTRIBUTED, None, 0.7),
            (_BLAMED, None, 0.6),
            (_HELD, None, 0.6),
        ):
            for match in pattern.finditer(self.folded, start, end):
                span = self._acting_part(*match.span("who"))
                if span is not None:
                    found.append(self._actor(span, "perpetrator", score, stance))
        return found

    def _acting_part(self, start: int, end: int) -> Span | None:
        """The named group, state or fighters within some words, or None."""
        group = _groups().search(self.folded, start, end)
        if group is not None:
            return Span.of(self.text, *group.span())
        tokens = tokens_of(self.folded, start, end)
        for i, token in enumerate(tokens):
            if token.word in _actor_nouns() or state_of(token.word):
                first = i
                while first > 0 and tokens[first - 1].word not in _ACTIVE_STOP | _DETERMINERS:
                    first -= 1
                return self._span(tokens, first, i + 1)
        return None

    def _targets(self, start: int, end: int) -> list[ActorMention]:
        found = []
        for match in _ON_TARGET.finditer(self.folded, start, end):
            span = self._phrase(match.end(), end)
            if span is not None and self._can_suffer(tokens_of(self.folded, span.start, span.end)):
                found.append(self._actor(span, "target", 1.0))
        return found

    def _associates(self, start: int, end: int) -> list[ActorMention]:
        found = []
        for pattern in (_BACKING, _BACKED, _BACKED_BY):
            for match in pattern.finditer(self.folded, start, end):
                first = match.start("who")
                for word in re.finditer(r"[\w.]+", match.group("who")):
                    code = state_of(word.group())
                    if code is None:
                        continue
                    span = Span.of(self.text, first + word.start(), first + word.end())
                    found.append(
                        ActorMention(country_name(code), "associate", span, None, code, 0.5)
                    )
        return found

    def denies(self, start: int, end: int) -> str | None:
        """The country or words of who denies the act itself; denying wrongdoing is not that."""
        match = _DENIES_ACT.search(self.folded, start, end)
        if match is None:
            return None
        before = self.folded[start : match.start()]
        return state_of(before) or " ".join(before.split()[-3:]) or None


def _named(quote: str, folded: str, country: str | None) -> str:
    """The name that an actor goes by: a state's air force for its planes, else its own words."""
    last = folded.rsplit(maxsplit=1)[-1] if folded.split() else ""
    if country and last in words("actors", "aircraft"):
        for demonym, code in demonyms().items():
            if code == country and demonym in folded:
                return f"{demonym.title()} Armed Forces (air force)"
    bare = re.sub(
        r"^(?:members?|fighters?|soldiers?|positions?|units?|elements?|bases?)\s+of\s+(?:the\s+)?",
        "",
        " ".join(quote.split()),
        flags=re.IGNORECASE,
    )
    return bare or quote


def _distinct(found: list[ActorMention]) -> list[ActorMention]:
    """One mention for each name and role, a perpetrator never its own target; surest first."""
    order = {"perpetrator": 0, "target": 1, "associate": 2}
    kept: dict[tuple[str, str], ActorMention] = {}
    for mention in sorted(found, key=lambda m: (order[m.role], -m.score, m.span.start)):
        key = (mention.role, mention.country or mention.name.lower())
        overlapping = any(mention.span.overlaps(m.span) for m in kept.values())
        if key not in kept and not overlapping:
            kept[key] = mention
    return list(kept.values())
