"""Who says it, who did it and to whom, in languages other than English. Experimental.

The commonest forms alone: "X said that", ", said X", "according to X"; X denies or concedes; the
subject of a verb of attack, "by X" after a participle, a claim of responsibility; what an attack is
said to be against. Names stand as the text has them, in whichever case that is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from geodata.reading import foreign, foreign_days
from geodata.reading.accounts import AccountMention
from geodata.reading.actors import ActorMention
from geodata.reading.lexicons import lexicon
from geodata.reading.spans import Span

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from geodata.reading.structure import Sentence

_MOST_WORDS = 7
_ABOUT_LENGTH = 90
_LONGEST_NAME = 120
_CLAUSE = re.compile(r"[,،;؛:.!?()]|\s[-—–]\s")
_QUOTES = "«»\"'“”„ \n\t"
_NEVER = r"(?!)"


@dataclass(frozen=True, slots=True)
class _Forms:
    verb_first: bool
    stances: tuple[tuple[str, re.Pattern[str]], ...]
    said: re.Pattern[str]
    of_this: re.Pattern[str]
    according: re.Pattern[str]
    attack: re.Pattern[str]
    by: re.Pattern[str]
    against: re.Pattern[str]
    claim: re.Pattern[str]
    claimed_by: re.Pattern[str]
    stop: re.Pattern[str]
    leading: re.Pattern[str]
    no_actor: re.Pattern[str]
    touch: re.Pattern[str]


def languages() -> frozenset[str]:
    """ISO 639-1 codes of the languages whose speakers and actors are read."""
    return frozenset(lexicon("foreign_voices")) - {"provenance"}


@cache
def _forms(code: str) -> _Forms:
    entry = lexicon("foreign_voices")[code]

    def word(key: str) -> re.Pattern[str]:
        return re.compile(rf"(?<!\w)(?:{entry[key] or _NEVER})(?!\w)")

    at = rf"(?:\s+(?:{entry['said_at']}))?" if entry["said_at"] else ""
    said = rf"(?:{entry['said']}){at}(?!\w)"
    led = "|".join(part for part in (entry["articles"], entry["connectors"]) if part)
    return _Forms(
        entry["verb_first"],
        (("denies", word("deny")), ("concedes", word("concede")), ("asserts", word("say"))),
        re.compile(rf"[,،»\"]\s*{said}"),
        re.compile(rf"(?:{entry['of_this'] or _NEVER})\s+{said}"),
        word("according"),
        word("attack"),
        word("by"),
        word("against"),
        word("claim"),
        word("claimed_by"),
        re.compile(rf"\s*(?:[,،;؛:.!?()]|\s[-—–]\s|(?<!\w)(?:{entry['stop']})(?!\w)|$)"),
        re.compile(rf"(?:(?:{led})(?:\s+|(?<='))|[{_QUOTES}])+")
        if led
        else re.compile(r"[«\"\s]+"),
        re.compile(rf"(?:{entry['no_actor']})(?!\w)"),
        word("touch"),
    )


class VoiceFinder:
    """Finds speakers and actors in a text of one of `languages()`."""

    def __init__(self, code: str, text: str, folded: str) -> None:
        self.code = code
        self.text = text
        self.folded = folded
        self.forms = _forms(code)

    def accounts(self, sentences: Sequence[Sentence]) -> list[AccountMention]:
        """Who asserts, denies or concedes something of the act, in order, one of a sentence."""
        found: list[AccountMention] = []
        before: Sentence | None = None
        for sentence in sentences:
            if sentence.role not in ("body", "headline"):
                continue
            here = [*self._account(sentence.start, sentence.end)]
            found += here or self._of_before(before, sentence)
            before = sentence
        return found

    def _of_before(self, before: Sentence | None, sentence: Sentence) -> list[AccountMention]:
        """As in "Two people were killed. The governor reported this.", where "this" comes first."""
        match = self.forms.of_this.match(self.folded, sentence.start, sentence.end)
        if match is None or before is None or not self._touches(before.start, before.end):
            return []
        name = self._after(match.end(), sentence.end)
        if name is None:
            return []
        edges = (sentence.start, name.end)
        return [self._told(name, "asserts", (before.start, before.end), edges)]

    def actors(self, start: int, end: int) -> list[ActorMention]:
        """Perpetrators, then targets, that `text[start:end]` names; who claims it asserts it."""
        found = self.claims(start, end)
        for match in self.forms.attack.finditer(self.folded, start, end):
            found += self._actor(self._subject(match, start, end), "perpetrator")
        for match in self.forms.by.finditer(self.folded, start, end):
            found += self._actor(self._after(match.end(), end), "perpetrator")
        for match in self.forms.against.finditer(self.folded, start, end):
            found += self._actor(self._after(match.end(), end), "target")
        distinct: dict[tuple[str, str], ActorMention] = {}
        for actor in found:
            distinct.setdefault((actor.role, actor.name.lower()), actor)
        return list(distinct.values())

    def claims(self, start: int, end: int) -> list[ActorMention]:
        """Who claims responsibility."""
        found: list[ActorMention] = []
        for match in self.forms.claim.finditer(self.folded, start, end):
            found += self._actor(self._before(start, match.start()), "perpetrator", "asserts")
        for match in self.forms.claimed_by.finditer(self.folded, start, end):
            found += self._actor(self._after(match.end(), end), "perpetrator", "asserts")
        return found

    def _account(self, start: int, end: int) -> Iterator[AccountMention]:
        if not self._touches(start, end):
            return
        forms = self.forms
        for match in forms.said.finditer(self.folded, start, end):
            name = self._after(match.end(), end)
            if name is not None:
                yield self._told(name, "asserts", (start, match.start()), (start, name.end))
                return
        for stance, pattern in forms.stances:
            for match in pattern.finditer(self.folded, start, end):
                name = self._subject(match, start, end)
                rest = max(match.end(), name.end) if name else end
                if name is not None and self._touches(rest, end):
                    begin = min(name.start, match.start())
                    yield self._told(name, stance, (rest, end), (begin, end))
                    return
        for match in forms.according.finditer(self.folded, start, end):
            name = self._after(match.end(), end)
            if name is not None:
                led = not self.folded[start : match.start()].strip(_QUOTES)
                about = (name.end, end) if led else (start, match.start())
                edges = (start, end) if led else (start, name.end)
                yield self._told(name, "asserts", about, edges)
                return

    def _touches(self, start: int, end: int) -> bool:
        """Whether words of harm or of an attack stand there."""
        if self.forms.touch.search(self.folded, start, end):
            return True
        return foreign.harms(self.code, self.folded, start, end)

    def _told(
        self, name: Span, stance: str, about: tuple[int, int], edges: tuple[int, int]
    ) -> AccountMention:
        plain = " ".join(self.text[slice(*about)].split()).strip(' ,،.;:«»"“”')
        if len(plain) > _ABOUT_LENGTH:
            plain = plain[:_ABOUT_LENGTH].rsplit(" ", 1)[0]
        return AccountMention(
            " ".join(name.quote.split()), stance, plain, Span.of(self.text, *edges)
        )

    def _actor(self, name: Span | None, role: str, stance: str | None = None) -> list[ActorMention]:
        if name is None or self.forms.no_actor.match(self.folded, name.start):
            return []
        return [ActorMention(" ".join(name.quote.split()), role, name, stance)]

    def _subject(self, verb: re.Match[str], start: int, end: int) -> Span | None:
        if self.forms.verb_first:
            return self._after(verb.end(), end)
        return self._before(start, verb.start())

    def _after(self, start: int, end: int) -> Span | None:
        """The name that begins at `start`, up to the next mark or word that ends a name."""
        led = self.forms.leading.match(self.folded, start + self._gap(start), end)
        begin = led.end() if led else start + self._gap(start)
        stopped = self.forms.stop.search(self.folded, begin, min(end, begin + _LONGEST_NAME))
        return self._name(begin, stopped.start() if stopped else begin)

    def _gap(self, start: int) -> int:
        rest = self.folded[start : start + _LONGEST_NAME]
        return len(rest) - len(rest.lstrip())

    def _before(self, start: int, end: int) -> Span | None:
        """The name that ends at `end`, from the last mark of its clause on."""
        first = max(start, end - _LONGEST_NAME)
        begin = max([m.end() for m in _CLAUSE.finditer(self.folded, first, end)], default=first)
        # "On the night of 16 June Russian forces attacked": the day is no part of the name.
        days = foreign_days.spans(self.code, self.folded, begin, end)
        begin = max([last for _, last in days], default=begin)
        begin += self._gap(begin)
        led = self.forms.leading.match(self.folded, begin, end)
        return self._name(led.end() if led else begin, end)

    def _name(self, start: int, end: int) -> Span | None:
        """None where it is no name: too long, without a letter, or with a figure (not "M23")."""
        raw = self.text[start:end]
        start += len(raw) - len(raw.lstrip(_QUOTES))
        name = raw.strip(_QUOTES)
        plain = any(map(str.isalpha, name)) and not any(w[0].isdigit() for w in name.split())
        if not plain or len(name.split()) > _MOST_WORDS:
            return None
        return Span.of(self.text, start, start + len(name))
