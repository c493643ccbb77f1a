"""Places that a text names, each with its role: where it happened, or why it is only mentioned.

A dateline, a government called by its capital ("Moscow bombed"), a border that only helps to find
the place, where fighters were trained or come from: none of these is a place to pin.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Protocol

from geodata.reading.lexicons import lexicon, people, words
from geodata.reading.numbers import quantity
from geodata.reading.spans import Span, Token, tokens_of

if TYPE_CHECKING:
    from collections.abc import Sequence

_LOCATIVE = words("grammar", "places_locative")
_SOURCEWARD = frozenset(["from"])
_GOALWARD = frozenset(["to", "toward", "towards", "for"])
_NEAR = frozenset(["near", "outside", "off", "around", "beside", "surrounding"])
_CONNECTORS = words("grammar", "places_connectors")
_PREFIXES = words("grammar", "places_prefixes")
_TRAIN = re.compile(r"\b(?:train(?:ed|ing|s)?|exercis(?:e|es)|graduated)\b")
_CARED_FOR = re.compile(
    r"\b(?:taken|rushed|evacuated|transferred|transported|admitted|treated|flown|brought)\s+"
    r"(?:\w+\s+){0,5}(?:hospitals?|clinics?)\s+(?:\w+\s+){0,2}$"
)
_LEAD_REACH = 8
_LETTER = re.compile(r"[^\W\d_]")
_MONTHS = "|".join(f"{name[:3]}[a-z]*\\.?" for name in words("grammar", "parties_months"))
_DAY_FIRST = re.compile(
    rf"\W*(?:\d{{1,2}}\s+(?:{_MONTHS})|(?:{_MONTHS})\s+\d{{1,2}}),?\s*(?:\d{{4}},?\s*)?"
)
"""A line of a digest begins with its day."""
_OVERRUN = re.compile(
    r"\b(?:shelled|bombed|bombarded|raided|stormed|overran|besieged|torched|razed|pounded|looted|strafed|"
    r"shelling|bombing|bombarding|raiding|storming|torching|razing|looting)\s+(?:the\s+|nearby\s+)?$"
)
_ATTACKED = re.compile(
    r"\b(?:attack(?:ed|ing)|hit|struck|target(?:ed|ing))\s+(?:the\s+|nearby\s+)?$"
)
_AFTER_PLACE = frozenset(
    ["(", ",", "on", "in", "at", "with", "killing", "late", "early", "overnight"]
)
_SPEAKS = re.compile(
    r"\s*(?:,?\s*(?:which|who)\s+)?(?:has |have |had |also |reportedly )?"
    r"(?:sa(?:id|ys)|claim|deni|den(?:y|ies)|believ|bomb|accus|insist|warn|announc|agree|back|support|"
    r"want|call|blam|condemn|reject|confirm|carr|launch|conduct|struck|attack|deploy|sent|sends|urg|"
    r"admit|acknowledg|respond|is backing|is supporting|was backing|vow|demand|plan)"
)
_WORDLIKE = re.compile(
    r"\w{3}(?:ly|tion|tions|ing|ings|ed|ness|ment|ments|ities|ous|able|ible|ive|ism|ists?|ized|ence|ances?|"
    r"ership|wards?|self|selves|ative|ical|ically|ation|ations)$"
)
_MOST_WORDS = 5
_UPPER_SHARE = 0.7


class Located(Protocol):
    """What a gazetteer answers; `geodata.gazetteer.Location` is one."""

    @property
    def latitude(self) -> float | None:
        """WGS 84 degrees, None where there is nothing to draw at."""

    @property
    def longitude(self) -> float | None:
        """WGS 84 degrees, likewise."""

    @property
    def precision(self) -> str:
        """Code of the ladder of location precision."""

    @property
    def radius_km(self) -> float | None:
        """The ring within which it is meant to lie."""

    @property
    def country(self) -> str | None:
        """ISO 3166-1 alpha-3."""


class PlaceResolver(Protocol):
    """Whatever finds places by name; `geodata.gazetteer.Gazetteer` does."""

    def locate(
        self, name: str, *, country: str | None = None, admin1: str | None = None
    ) -> Located:
        """The place that `name` means in that country and state or province."""


@dataclass(frozen=True, slots=True)
class PlaceMention:
    """A place that the text names.

    Attributes:
        name: as written, with its kind ("al-Tanaf border crossing").
        core: folded name without the kind, to tell whether two mentions are one place.
        kind: site, street, neighbourhood, settlement, area, admin1, country or "" where unsaid.
        role: event, dateline, metonym, origin, border, training, people or mention.
        relation: at or near.
        within: the names that follow it as containing it ("Duma, Rif Dimashq").
        country: ISO 3166-1 alpha-3 where the name is a country's.
        region: ISO 3166-1 alpha-3 of the country in which a well-known province or city lies.
        forms: other forms under which a gazetteer may list it, the likeliest first.
    """

    name: str
    core: str
    kind: str
    role: str
    relation: str
    span: Span
    within: tuple[str, ...] = ()
    country: str | None = None
    region: str | None = None
    forms: tuple[str, ...] = ()


@cache
def _kinds() -> dict[tuple[str, ...], str]:
    order = ("area", "admin1", "settlement", "neighbourhood", "street", "site")
    return {
        tuple(term.replace("-", " - ").split()): kind
        for kind in order
        for term in lexicon("places")[kind]
    }


@cache
def _leads() -> frozenset[tuple[str, ...]]:
    return frozenset(tuple(term.split()) for term in lexicon("places")["lead"])


@cache
def countries_by_name() -> dict[str, str]:
    """Folded country name -> ISO 3166-1 alpha-3."""
    return {
        name: code
        for code, entry in lexicon("countries")["countries"].items()
        for name in entry["names"]
        if len(name) > 2 or name in ("us", "uk")
    }


@cache
def demonyms() -> dict[str, str]:
    """Folded demonym ("russian") -> ISO 3166-1 alpha-3."""
    return {
        name: code
        for code, entry in lexicon("countries")["countries"].items()
        for name in entry["demonyms"]
    }


@cache
def governments() -> dict[str, str]:
    """Words that stand for a government ("moscow", "pentagon") -> ISO 3166-1 alpha-3."""
    return {
        name: code
        for code, entry in lexicon("countries")["countries"].items()
        for name in entry["governments"]
    }


@cache
def _armed_groups() -> frozenset[str]:
    return words("actors", "groups")


@cache
def units() -> dict[str, str]:
    """Folded names of well-known states and provinces -> ISO 3166-1 alpha-3 of their country."""
    return dict(lexicon("countries")["units"])


@cache
def _common() -> frozenset[str]:
    return (
        words("common", "words")
        | words("common", "seen")
        | frozenset(people())
        | words("persons", "not_people")
    )


@dataclass(frozen=True, slots=True)
class CaseOfText:
    """Whether capital letters tell names from words in this text."""

    telling: bool

    @classmethod
    def of(cls, text: str) -> CaseOfText:
        """Texts wholly in capitals, or without any, tell nothing."""
        sample = text[:4000]
        letters, upper = sum(map(str.isalpha, sample)), sum(map(str.isupper, sample))
        return cls(0 < upper < _UPPER_SHARE * letters)


class PlaceFinder:
    """Finds the places of one text, sentence by sentence."""

    def __init__(self, text: str, folded: str) -> None:
        self.text = text
        self.folded = folded
        self.case = CaseOfText.of(text)

    def find(self, start: int, end: int) -> list[PlaceMention]:
        """The places named in `text[start:end]`, in order."""
        tokens = tokens_of(self.folded, start, end)
        found: list[PlaceMention] = []
        i = 0
        while i < len(tokens):
            last = self._name_end(tokens, i)
            if last == i:
                i += 1
                continue
            mention, after = self._mention(tokens, i, last)
            if mention is not None:
                found.append(mention)
            i = max(after, i + 1)
        return _contained(found, self.folded)

    def _is_name(self, tokens: Sequence[Token], i: int) -> bool:
        token = tokens[i]
        word = token.word.removesuffix("'s")
        if not word[0].isalpha() or word in words("places", "never"):
            return False
        if self.case.telling:
            first = self.text[token.start]
            if not first.isupper():
                return False
            return i > 0 or word not in _common()
        if _WORDLIKE.search(word) is not None:
            return False
        return word not in _common() and len(word) > 1 and word not in demonyms()

    def _name_end(self, tokens: Sequence[Token], i: int) -> int:
        """The index after the name that starts at `i`; `i` itself where none does."""
        j, seen = i, False
        while j < len(tokens) and j - i < 2 * _MOST_WORDS:
            word = tokens[j].word
            if self._is_name(tokens, j):
                seen, j = True, j + 1
                if word.endswith("'s"):
                    break
            elif (
                (word in ("-", "'") and i < j < len(tokens) - 1 and self._glued(tokens, j))
                or (word in _CONNECTORS | _PREFIXES and self._leads_to_name(tokens, j, seen=seen))
                or (seen and self._between_hyphens(tokens, j))
                or (word == "." and seen and tokens[j - 1].word in ("st", "mt", "ft"))
            ):
                j += 1
            else:
                break
        while j > i and not self._is_name(tokens, j - 1) and seen:
            j -= 1
        return j if seen else i

    @staticmethod
    def _glued(tokens: Sequence[Token], j: int) -> bool:
        return tokens[j].start == tokens[j - 1].end and tokens[j + 1].start == tokens[j].end

    def _between_hyphens(self, tokens: Sequence[Token], j: int) -> bool:
        """As in "Port-au-Prince", "Dar-es-Salaam"."""
        return (
            j + 2 < len(tokens)
            and tokens[j - 1].word == tokens[j + 1].word == "-"
            and self._glued(tokens, j - 1)
            and self._glued(tokens, j + 1)
            and self._is_name(tokens, j + 2)
        )

    def _leads_to_name(self, tokens: Sequence[Token], j: int, *, seen: bool) -> bool:
        word = tokens[j].word
        if j + 1 >= len(tokens):
            return False
        if tokens[j + 1].word == "-" and word in _PREFIXES:
            return j + 2 < len(tokens) and self._is_name(tokens, j + 2)
        if word in _CONNECTORS and (seen or not self.case.telling):
            following = j + 2 if tokens[j + 1].word in ("la", "las", "los", "el") else j + 1
            return following < len(tokens) and self._is_name(tokens, following)
        return False

    def _mention(
        self, tokens: Sequence[Token], i: int, last: int
    ) -> tuple[PlaceMention | None, int]:
        name_end = last
        kind, last = _kind_after(tokens, last)
        lead, first = _lead_before(tokens, i)
        kind = kind or lead_kind(lead)
        core = self.folded[tokens[i].start : tokens[name_end - 1].end].removesuffix("'s")
        core = " ".join(core.split())
        preposition = _preposition(tokens, first)
        country = countries_by_name().get(core) or countries_by_name().get(
            core.removeprefix("the ")
        )
        role = self._role(tokens, (i, name_end, last), preposition, core, kind)
        if role is None:
            return None, last
        if country and kind:
            country = None  # "Guatemala City"
        kind = "country" if country else kind
        start = tokens[i].start
        end = tokens[last - 1].end
        if last == name_end and self.folded[start:end].endswith("'s"):
            end -= 2
        span = Span.of(self.text, start, end)
        relation = "near" if preposition in _NEAR or lead in _NEARBY else "at"
        name = " ".join(span.quote.split())
        return PlaceMention(name, core, kind, role, relation, span, (), country), last

    def _role(  # noqa: C901, PLR0911 - a list of cases
        self,
        tokens: Sequence[Token],
        edges: tuple[int, int, int],
        preposition: str,
        core: str,
        kind: str,
    ) -> str | None:
        i, name_end, last = edges
        following = tokens[last].word if last < len(tokens) else ""
        named = core in countries_by_name() or core in demonyms() or core in governments()
        if following in ("border", "borders", "frontier") or self._border(tokens, last):
            return "border"
        if core in demonyms() and core not in countries_by_name():
            return None
        if core in _armed_groups():
            return None
        if preposition in _LOCATIVE:
            before = self.folded[tokens[max(0, i - 8)].start : tokens[i].start]
            if _CARED_FOR.search(before):
                return "mention"
            return "training" if _TRAIN.search(before) else "event"
        if not preposition and not named and self._headed(tokens, i, last):
            return "event"
        if named and (not preposition) and _SPEAKS.match(self.folded, tokens[name_end - 1].end):
            return "metonym"
        if preposition in _SOURCEWARD:
            return "origin"
        if preposition in _GOALWARD:
            return "mention"
        if kind:
            return (
                "event" if kind != "country" and not self._is_body(tokens, i, kind) else "mention"
            )
        if core in governments() and not preposition:
            return "metonym"
        return "mention"

    def _headed(self, tokens: Sequence[Token], i: int, last: int) -> bool:
        """As in "Kharkiv: 6 killed", "- 2 May, Bria: a grenade", "attacked Ardamata (Geneina"."""
        before = self.folded[tokens[max(0, i - _LEAD_REACH)].start : tokens[i].start]
        following = tokens[last].word if last < len(tokens) else ""
        if following == ":":
            if i > _LEAD_REACH:
                return False
            told = quantity(tokens, last + 1) is not None
            return bool(_DAY_FIRST.fullmatch(before)) or (told and not _LETTER.search(before))
        if _OVERRUN.search(before):
            return True
        return following in _AFTER_PLACE and _ATTACKED.search(before) is not None

    def _is_body(self, tokens: Sequence[Token], i: int, kind: str) -> bool:
        """As in "The State Department said": a name with a kind is not always a place."""
        return kind == "admin1" and i > 0 and tokens[i].word in ("state", "justice", "interior")

    @staticmethod
    def _border(tokens: Sequence[Token], last: int) -> bool:
        """As in "The Syrian-Turkish border"."""
        return [token.word for token in tokens[last : last + 1]] == ["'s"] and [
            token.word for token in tokens[last + 1 : last + 2]
        ] == ["border"]


_NEARBY = {
    ("south", "of"), ("north", "of"), ("east", "of"), ("west", "of"), ("northeast", "of"),
    ("northwest", "of"), ("southeast", "of"), ("southwest", "of"), ("outskirts", "of"),
    ("vicinity", "of"),
}  # fmt: skip
_LEAD_KINDS = {
    "city": "settlement", "town": "settlement", "village": "settlement", "province": "admin1",
    "department": "admin1", "state": "admin1", "district": "area", "region": "admin1",
    "municipality": "settlement", "hamlet": "settlement", "governorate": "admin1",
    "suburb": "neighbourhood", "neighborhood": "neighbourhood", "neighbourhood": "neighbourhood",
}  # fmt: skip


def lead_kind(lead: tuple[str, ...]) -> str:
    """What "the town of" before a name says of its kind; "" where nothing."""
    return _LEAD_KINDS.get(lead[0], "") if lead else ""


def _kind_after(tokens: Sequence[Token], last: int) -> tuple[str, int]:
    for length in (3, 2, 1):
        kind = _kinds().get(tuple(token.word for token in tokens[last : last + length]))
        if kind is not None and last + length <= len(tokens):
            return kind, last + length
    return "", last


def _lead_before(tokens: Sequence[Token], i: int) -> tuple[tuple[str, ...], int]:
    """As in "The town of" before a name, and the index at which it starts."""
    for length in (3, 2):
        lead = tuple(token.word for token in tokens[max(0, i - length) : i])
        if lead in _leads():
            return lead, i - length
    return (), i


def _preposition(tokens: Sequence[Token], first: int) -> str:
    """The preposition that governs a name, over articles and points of the compass."""
    for j in range(first - 1, max(-1, first - 6), -1):
        word = tokens[j].word
        if word in _LOCATIVE or word in _SOURCEWARD or word in _GOALWARD or word == "of":
            return word
        if word not in words("places", "adjectives") and word != "-" and word not in demonyms():
            return ""
    return ""


def _contained(found: list[PlaceMention], folded: str) -> list[PlaceMention]:
    """The places, each with the names after commas that contain it ("Duma, Syria")."""
    result: list[PlaceMention] = []
    for number, mention in enumerate(found):
        within: list[str] = []
        end = mention.span.end
        for later in found[number + 1 :]:
            gap = " ".join(folded[end : later.span.start].split())
            if gap not in (",", ", in", ", in the", "in", ", the", "(", "in the"):
                break
            within.append(later.name)
            end = later.span.end
        if not _holds(found[number + 1 :][: len(within)], folded, end):
            within = []
        role = mention.role
        if result and role == "mention" and _enumerated(result[-1], mention, folded):
            role = result[-1].role
        result.append(replace(mention, within=tuple(within), role=role))
    return result


def _holds(containers: list[PlaceMention], folded: str, end: int) -> bool:
    """Whether names after commas contain the first; in "Duma, Homs and Hama" they do not."""
    if any(
        place.country or place.core in units() or place.kind in ("admin1", "area")
        for place in containers
    ):
        return True
    enumerated = folded[end : end + 5].lstrip().startswith((",", "and", "or"))
    return len(containers) == 1 and not enumerated


def _enumerated(before: PlaceMention, mention: PlaceMention, folded: str) -> bool:
    gap = " ".join(folded[before.span.end : mention.span.start].split())
    return before.role == "event" and gap in (",", "and", ", and", "(", "or", "and the", ", the")


def same_place(first: PlaceMention, second: PlaceMention) -> bool:
    """Whether two mentions name one place: one core name holds the other's words."""
    a = {word for word in re.findall(r"\w+", first.core) if word not in _PREFIXES | _CONNECTORS}
    b = {word for word in re.findall(r"\w+", second.core) if word not in _PREFIXES | _CONNECTORS}
    return bool(a and b) and (a <= b or b <= a)
