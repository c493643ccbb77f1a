"""Who says what of an incident, in whose words, and whether they assert, deny or concede it.

An account is kept where its words touch the incident: the act, its target, its place or the blame
for it. A talk about better coordination is none.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from geodata.reading.actors import country_name, state_of
from geodata.reading.places import governments
from geodata.reading.spans import Span

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geodata.reading.structure import Sentence

_SAY = (
    r"(?:said|says|told|confirmed|confirms|stated|reported|reports|claimed|claims|added|announced|"
    r"insisted|declared|alleged|wrote|maintained|explained|noted|acknowledged|admitted|conceded|"
    r"denied|denies|accused|believes|believed|thinks|argues|argued|reiterated|indicated|disclosed|"
    r"charged|asserted|warned|tweeted|commented|pointed\s+out)"
)
_THE_ACT = (
    r"(?:the|that|this|it)\s*(?:air\s?)?"
    r"(?:strikes?|attacks?|bombings?|raids?|shelling|shooting|killings?|incident)?"
)
_OTHER = (
    r"(?:the\s+)?(?:[\w.'-]+\s+){1,5}?(?:claim(?:ed|s)|said|says|believ(?:es|ed)|insist(?:ed|s)|den(?:ied|ies)|"
    r"call(?:ed|s)|puts?|confirmed|admitted|blam(?:ed|es)|alleg(?:ed|es)|accus(?:ed|es))\b"
)
_CLAIM_CLAUSE = re.compile(
    r"(?P<who>(?:the\s+)?[\w.'-]+(?:\s+[\w.'-]+){0,5}?)\s+(?:has\s+|have\s+|had\s+|also\s+)*"
    r"(?P<verb>claim(?:ed|s)|said|says|believ(?:es|ed)|report(?:ed|s)|stated|insist(?:ed|s)|"
    r"alleg(?:ed|es)|announced|confirmed|admitted|acknowledged|conceded|maintain(?:ed|s)|accus(?:ed|es)|"
    r"puts?(?=\s+(?:the\s+)?(?:\w+\s+)?(?:toll|number|figure))|"
    rf"call(?:ed|s)(?=\s+{_THE_ACT}))\s+"
    r"(?P<what>(?:that\s+)?[^;]+?)"
    rf"(?=\s+(?:while|whereas)\s|;|,\s+(?:and|but)\s+{_OTHER}|[.!?]?[\"']*\s*$)"
)
_NEXT_CLAUSE = re.compile(r"(?:\s+(?:while|whereas)|;|,\s+(?:and|but))\s+")
_MISTAKE = re.compile(rf"{_THE_ACT}\s+(?:a|an)\s+(?:\w+\s+)?(?:mistake|error|accident)\b")
_ACCORDING = re.compile(
    r"[,\s]+according\s+to\s+(?P<who>(?:the\s+|an?\s+)?(?:(?!(?:who|which|that|on|in|and|but|after|"
    r"when|where|as|at|from|quoted|cited)\b)[\w.'-]+\s+){0,6}?[\w'-]+)(?=\s*[,;.]|\s*$|\s+(?:who|which|"
    r"on|in|and|but|after|when|where|at|from|quoted|cited)\b)"
)
_DENIAL = re.compile(
    r"(?P<deny>(?:denied|denies|denying|rejected|rejects|dismissed|refuted)\s+(?!that\b)"
    r"(?P<what>[^,;.\"]+?))(?=\s+(?:claiming|saying|insisting|adding|and|but|while)\b|[,;.\"]|$)"
)
_DENIAL_THAT = re.compile(
    r"(?P<deny>(?:denied|denies|denying)\s+that\s+(?P<what>[^;\"]+?))"
    r"(?=\s+(?:claiming|saying|insisting|adding|while|whereas)\b|;|\"|[.!?]?\s*$)"
)
_QUOTE = re.compile(r"\"[^\"]{8,1000}\"")
_AFTER_QUOTE = re.compile(
    rf"\s*(?:(?P<v1>{_SAY})\s+(?P<s1>[^.;,\"]{{2,90}})|(?P<s2>(?:(?!(?:and|or|in|on|at|throughout|during|while|which|that|but|with|by|for|to|of)\b)[\w.'-]+\s+){{1,5}}?)(?P<v2>{_SAY}))"
)
_ATTITUDE = re.compile(
    r"\"(?:(?:strong|deep|serious|grave|its|their|his|great)\s+)*(?:concerns?|regrets?|alarm|outrage|worr(?:y|ies)|"
    r"condemnation|condolences|sorrow)\s+(?:about|over|at|for|of)\s+(?:the|an?|this)?\s*"
    r"(?:attacks?|strikes?|bombing|raid|shelling|killing|incident)\s+(?:on|against|of)\s+(?:the\s+)?"
)
_TOUCHES = re.compile(
    r"\b(?:attack(?:s|ed)?|air ?strikes?|strikes?|bomb(?:s|ed|ing|ings)?|raid(?:s|ed)?|"
    r"shell(?:ed|ing)|"
    r"kill(?:ed|ing|s)?|"
    r"wounded|injured|casualt\w+|explosion|blast|deaths?|died|dead|targeted|shot|kidnapp?\w+|abduct\w+|"
    r"str(?:uck|icken)|carried\s+out|caught\s+fire|"
    r"massacre|murder\w*|assassinat\w+|wrongdoing|responsib\w+|ambush\w*|fired|hit|destroyed|"
    r"(?:fighters|rebels|opposition groups|victims|militants|hostages)(?:'s?)?)\b"
)
_TALK = re.compile(
    r"\b(?:exchange\s+of\s+opinions|coordinat(?:ion|e)\s+(?:was|in|more)|fighting\s+terror\w*)\b"
)
_CONCEDE = ("admitted", "acknowledged", "conceded")
_DENY = ("denied", "denies", "denying")
_HELPING = re.compile(r"(?:\s+(?:has|have|had|also|both|all|again|later|repeatedly|strongly))+\s*$")
_EMPTY = frozenset(["the", "a", "an", "also", "has", "had"])
_PRONOUNS = frozenset(["he", "she", "they", "it", "who"])
_TITLES = re.compile(
    r"(?P<title>spokes(?:man|woman|person)|spokesperson|minister|president|commander|chief|secretary|general|director)"
)
_PERSON = re.compile(r"[A-Z][\w'’-]+(?:\s+[A-Z][\w'’-]+)+")
_HOUSES = ("pentagon", "white house", "kremlin", "centcom")
_ABOUT_LENGTH = 90


@dataclass(frozen=True, slots=True)
class AccountMention:
    """What a speaker says of the incident.

    Attributes:
        speaker: name with the side it speaks for, such as "Russia (Igor Konashenkov)".
        stance: asserts, denies or concedes.
        about: the words that say of what, from the text, at most 90 characters.
        span: the words themselves.
    """

    speaker: str
    stance: str
    about: str
    span: Span


class AccountFinder:
    """Finds the accounts of one text; remembers who its speakers are."""

    def __init__(self, text: str, folded: str, sentences: Sequence[Sentence]) -> None:
        self.text = text
        self.folded = folded
        self.sentences = [s for s in sentences if s.role in ("body", "headline")]
        self.people = self._introduced()

    def find(self) -> list[AccountMention]:
        """Every account of harm in the text, in order, none inside another."""
        found: list[AccountMention] = []
        last_speaker: str | None = None
        for sentence in self.sentences:
            here = self._sentence(sentence, last_speaker)
            found += here
            last_speaker = self._subject_person(sentence) or last_speaker
        return found

    def _introduced(self) -> dict[str, str]:
        """Surname (folded) -> "Side (Full Name)" for people named with what they speak for."""
        known: dict[str, str] = {}
        for sentence in self.sentences:
            if not _TITLES.search(self.folded, sentence.start, sentence.end):
                continue
            for match in _PERSON.finditer(self.text, sentence.start, sentence.end):
                near = self.folded[max(sentence.start, match.start() - 60) : match.end() + 60]
                if not _TITLES.search(near):
                    continue
                name = self._without_title(match.group())
                side = self._side(near)
                if name and side and name.split()[-1].lower() not in known:
                    known[name.split()[-1].lower()] = f"{side} ({name})"
        return known

    @staticmethod
    def _without_title(name: str) -> str:
        parts = name.split()
        titles = {
            "Major",
            "General",
            "Colonel",
            "Captain",
            "Lieutenant",
            "President",
            "Minister",
            "Commander",
            "Foreign",
            "Defense",
            "Defence",
            "Prime",
            "Interior",
            "Brigadier",
            "Secretary",
        }
        while parts and parts[0] in titles:
            parts = parts[1:]
        joined = " ".join(parts)
        return "" if len(parts) < 2 or state_of(joined.lower()) else joined

    @staticmethod
    def _side(near: str) -> str | None:
        for name, code in governments().items():
            if name in _HOUSES and name in near:
                return f"{name.title()}, {country_name(code)}"
        state = state_of(near)
        return country_name(state) if state else None

    def _subject_person(self, sentence: Sentence) -> str | None:
        match = re.match(
            r"[\"']*(?:But\s+|However,?\s+)?([A-Z][\w'’-]+)",
            self.text[sentence.start : sentence.end],
        )
        return self.people.get(match.group(1).lower()) if match else None

    def _sentence(self, sentence: Sentence, last: str | None) -> list[AccountMention]:
        start, end = sentence.start, sentence.end
        if not _TOUCHES.search(self.folded, start, end):
            return []
        found = self._quotes(start, end, last)
        if not any(f.span.end - f.span.start > 0.8 * (end - start) for f in found):
            found = self._denials(start, end, last) + found
        clear = [
            claim
            for claim in self._clauses(start, end) + self._according(start, end)
            if not any(claim.span.overlaps(other.span) for other in found)
        ]
        return sorted(found + clear, key=lambda account: account.span.start)

    def _quotes(self, start: int, end: int, last: str | None) -> list[AccountMention]:
        found = []
        for match in _QUOTE.finditer(self.folded, start, end):
            inner = match.group()
            if not self._touches(match, start, end) or _TALK.search(inner):
                continue
            attitude = _ATTITUDE.match(self.folded, match.start(), match.end())
            first = attitude.end() if attitude else match.start()
            after = _AFTER_QUOTE.match(self.folded, match.end(), end)
            stop = after.end() if after else match.end()
            verb = (after.group("v1") or after.group("v2") or "") if after else ""
            speaker = self._speaker_of(after) if after else None
            speaker = speaker or self._before(start, match.start()) or last
            if speaker is None:
                continue
            if stop < end and not self.folded[stop:end].strip(" .!?") and first == start:
                stop = end
            about = self._about(match.start() + 1, match.end() - 1)
            found.append(
                AccountMention(speaker, _stance(verb), about, Span.of(self.text, first, stop))
            )
        return found

    def _touches(self, match: re.Match[str], start: int, end: int) -> bool:
        """Whether the quotation, or for a short one its sentence, is about the act."""
        if _TOUCHES.search(match.group()):
            return True
        short = match.end() - match.start() < 60
        return short and _TOUCHES.search(self.folded, start, end) is not None

    def _speaker_of(self, after: re.Match[str]) -> str | None:
        group = "s1" if after.group("s1") else "s2"
        return self._speaker(*after.span(group))

    def _speaker(self, start: int, end: int) -> str | None:
        folded = self.folded[start:end]
        for word in reversed(re.findall(r"[\w'-]+", folded)):
            if word in self.people:
                return self.people[word]
        trailing = _HELPING.search(folded)
        end = start + trailing.start() if trailing else end
        held = [word for word in self.folded[start:end].split() if word not in _EMPTY]
        if not held or held[-1] in _PRONOUNS:
            return None
        words = Span.of(self.text, start, end).quote
        return " ".join(words.split()).removeprefix("the ").removeprefix("The ") or None

    def _before(self, start: int, quote_start: int) -> str | None:
        """The speaker named before the quotation in its sentence."""
        for word in re.findall(r"[\w'-]+", self.folded[start:quote_start]):
            if word in self.people:
                return self.people[word]
        match = re.match(
            rf"(?:the\s+)?((?:[\w.'-]+\s+){{1,5}}?){_SAY}", self.folded[start:quote_start]
        )
        return self._speaker(start + match.start(1), start + match.end(1)) if match else None

    def _denials(self, start: int, end: int, last: str | None) -> list[AccountMention]:
        found = []
        matches = [*_DENIAL.finditer(self.folded, start, end)]
        matches += _DENIAL_THAT.finditer(self.folded, start, end)
        for match in matches:
            speaker = self._before(start, match.start()) or self._named_before(start, match.start())
            speaker = speaker or last
            if speaker is None or not _TOUCHES.search(match.group()):
                continue
            span = Span.of(self.text, *match.span("deny"))
            found.append(AccountMention(speaker, "denies", self._about(*match.span("what")), span))
        return found

    def _named_before(self, start: int, end: int) -> str | None:
        words = self.folded[start:end].split()
        return self._speaker(start, end) if 0 < len(words) <= 6 else None

    def _clauses(self, start: int, end: int) -> list[AccountMention]:
        """As in "Russia claimed …, while Washington believes …": each its own account."""
        found: list[AccountMention] = []
        position = start
        while position < end:
            match = _CLAIM_CLAUSE.match(self.folded, position, end)
            speaker = self._speaker(*match.span("who")) if match is not None else None
            if match is not None and speaker and _about_the_act(match):
                span = Span.of(self.text, position, match.end())
                about = self._about(*match.span("what"))
                stance = _stance(match.group("verb"))
                if _MISTAKE.match(match.group("what")):
                    stance = "concedes"
                found.append(AccountMention(speaker, stance, about, span))
            searched = match.end() if match is not None else position
            gap = _NEXT_CLAUSE.search(self.folded, searched, end)
            if gap is None:
                break
            position = gap.end()
        return found

    def _according(self, start: int, end: int) -> list[AccountMention]:
        """As in "Twenty people were killed, according to the Red Cross": what stands before it."""
        found = []
        for match in _ACCORDING.finditer(self.folded, start, end):
            speaker = self._speaker(*match.span("who"))
            if speaker is None or not _TOUCHES.search(self.folded, start, match.start()):
                continue
            about = self._about(start, match.start())
            span = Span.of(self.text, start, match.end())
            found.append(AccountMention(speaker, "asserts", about, span))
            break
        return found

    def _about(self, start: int, end: int) -> str:
        plain = " ".join(self.text[start:end].split()).removeprefix("that ").strip(' ,."“”')
        return plain if len(plain) <= _ABOUT_LENGTH else plain[:_ABOUT_LENGTH].rsplit(" ", 1)[0]


def _about_the_act(match: re.Match[str]) -> bool:
    """Whether a clause of speech tells of the act or its toll, not of better cooperation."""
    if _TALK.search(match.group()):
        return False
    put = match.group("verb").startswith("put")
    return put or _TOUCHES.search(match.group("what")) is not None


def _stance(verb: str | None) -> str:
    if verb in _CONCEDE:
        return "concedes"
    return "denies" if verb in _DENY else "asserts"
