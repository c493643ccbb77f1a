"""Casualties in Arabic, French, Russian, Spanish and Ukrainian. Experimental.

A figure is the number nearest to a word of harm within the same clause, shares ("among them two
children") left out. Nothing is summed, so every draft from these languages is flagged
`experimental_language`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

from geodata.reading import foreign_days
from geodata.reading.casualties import Mention
from geodata.reading.lexicons import expression, lexicon

_ARABIC_DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩", "0123456789")
_ARABIC_LETTER = re.compile(r"([\u0621-\u064a])(\?)?")
_MARKS = re.compile("[\u064b-\u0652]")
_REACH = 45
_CLAUSE_MARK = re.compile(r"[.;:،؛]|,\s")
_OTHER_SIDE = 100
_LONGEST_SHARE = 80
_MOST = 6


@dataclass(frozen=True, slots=True)
class _Language:
    harm: re.Pattern[str]
    number: re.Pattern[str]
    hedge: re.Pattern[str]
    none: re.Pattern[str]
    not_told: re.Pattern[str]
    share: re.Pattern[str]
    values: dict[str, int]
    vague: frozenset[str]
    order: str


def languages() -> frozenset[str]:
    """The codes of the languages that are read here."""
    return frozenset(lexicon("foreign")) - {"provenance"}


def _any(terms: list[str]) -> str:
    longest_first = sorted(terms, key=len, reverse=True)
    return "|".join(_vowelled(expression(term)) for term in longest_first)


def _vowelled(term: str) -> str:
    """A pattern that also holds where Arabic vowels are written: قُتل beside قتل."""
    mark = "[\u064b-\u0652]?"
    return _ARABIC_LETTER.sub(
        lambda found: f"(?:{found[1]}{mark})?" if found[2] else found[1] + mark, term
    )


def _numbers(entry: Mapping[str, Any], values: Mapping[str, int]) -> str:
    """A figure or a number word that counts people; an article counts only before people."""
    article = entry.get("article")
    alone = set(article["words"].split("|")) if article else set()
    named = _any([re.escape(word) for word in values if word not in alone])
    counted = rf"(?!\s+(?:{entry['no_people']})(?!\w))"
    single = (
        rf"|(?P<one>{article['words']})(?=\s+(?:\w+\s+)?(?:{article['people']})(?!\w))"
        if article
        else ""
    )
    return (
        rf"(?<![\w.,/-])(?:(?P<digits>\d{{1,4}})(?![\d%/.-]){counted}"
        rf"|(?P<word>{named})(?!\w){counted}{single})"
    )


@cache
def _language(code: str) -> _Language:
    entry = lexicon("foreign")[code]
    values = {str(word): int(number) for word, number in entry["numbers"].items()}
    values |= entry["vague"]
    return _Language(
        re.compile(
            rf"(?<!\w){entry['prefix']}(?:(?P<killed>{_any(entry['killed'])})|(?P<injured>{_any(entry['injured'])}))(?!\w)"
        ),
        re.compile(_numbers(entry, values)),
        re.compile(
            rf"(?:(?P<low>{_any(entry['at_least'])})|(?P<over>{_any(entry['more_than'])})|(?P<about>{_any(entry['about'])})"
            rf"|(?P<up>{_any(entry['up_to'])}))\s*$"
        ),
        re.compile(rf"(?<!\w)(?:{_any(entry['none'])})\s+(?:\w+\s+){{0,2}}$"),
        re.compile(rf"(?<!\w)(?:{entry['not_told']})(?!\w)"),
        re.compile(rf"(?:,\s*|(?<!\w))(?:{entry['share']})(?!\w)"),
        values,
        frozenset(entry["vague"]),
        str(entry["order"]),
    )


class _Sentence(NamedTuple):
    """`folded[start:end]`, and where shares of a figure are named in it."""

    known: _Language
    folded: str
    start: int
    end: int
    shares: list[tuple[int, int]]

    def between(self, first: int, last: int) -> str:
        """The words from `first` to `last` without the shares there."""
        kept = []
        for begun, ended in self.shares:
            if first <= begun and ended <= last:
                kept.append(self.folded[first:begun])
                first = ended
        return "".join([*kept, self.folded[first:last]])


def told_of(code: str, folded: str, start: int, end: int) -> bool:
    """Whether nothing speaks of a court, an exchange of prisoners or a remembrance."""
    return _language(code).not_told.search(folded, start, end) is None


def harms(code: str, folded: str, start: int, end: int) -> bool:
    """Whether a word for killed or injured people stands there."""
    return _language(code).harm.search(folded, start, end) is not None


def mentions(code: str, folded: str, start: int, end: int) -> list[Mention]:
    """The casualties of `folded[start:end]`, one for each word of harm that a number stands by."""
    known = _language(code)
    found: list[Mention] = []
    told = _Sentence(known, folded, start, end, _shares(known, folded, start, end))
    taken = {
        place
        for first, last in [*foreign_days.spans(code, folded, start, end), *told.shares]
        for place in range(first, last)
    }
    for match in known.harm.finditer(folded, start, end):
        category = "killed" if match.group("killed") else "injured"
        if known.none.search(folded, max(start, match.start() - 25), match.start()):
            found.append(Mention(category, 0, 0, 0, "exact", match.start(), match.end()))
            continue
        number = _nearest(told, match.span(), taken)
        if number is None:
            continue
        taken.add(number.start())
        found.append(_mention(known, folded, category, number, match.span()))
        if len(found) >= _MOST:
            break
    return found


def _shares(known: _Language, folded: str, start: int, end: int) -> list[tuple[int, int]]:
    """Where parts of a figure are named, each up to the next comma or word of harm."""
    found = []
    for match in known.share.finditer(folded, start, end):
        most = min(end, match.end() + _LONGEST_SHARE)
        comma = folded.find(",", match.end(), most)
        harm = known.harm.search(folded, match.end(), most)
        last = min(comma + 1 or most, harm.start() if harm else most)
        found.append((match.start(), last))
    return found


def _nearest(told: _Sentence, harm: tuple[int, int], taken: set[int]) -> re.Match[str] | None:
    """The number next to the word of harm, on the side that the language puts it first."""
    known = told.known
    first, last = max(told.start, harm[0] - _REACH), min(told.end, harm[1] + _REACH)
    for share in told.shares:
        if first <= share[1] <= harm[0]:
            first = max(told.start, first - (share[1] - share[0]))
    best: tuple[int, re.Match[str]] | None = None
    for number in known.number.finditer(told.folded, first, last):
        before = number.end() <= harm[0]
        if number.start() in taken:
            continue
        words = (
            told.between(number.end(), harm[0]) if before else told.between(harm[1], number.start())
        )
        if _CLAUSE_MARK.search(words) or known.harm.search(words):
            continue
        apart = len(words)
        if known.order not in ("either", "before" if before else "after"):
            apart += _OTHER_SIDE
        if best is None or apart < best[0]:
            best = (apart, number)
    return best[1] if best else None


def _mention(
    known: _Language, folded: str, category: str, number: re.Match[str], harm: tuple[int, int]
) -> Mention:
    if number.group("digits"):
        value = int(number.group("digits").translate(_ARABIC_DIGITS))
    elif number.groupdict().get("one"):
        value = 1
    else:
        word = " ".join(_MARKS.sub("", number.group("word")).split())
        value = known.values[word]
        if word in known.vague:
            first, last = min(number.start(), harm[0]), max(number.end(), harm[1])
            return Mention(category, value, None, None, "at least", first, last)
    start, end = min(number.start(), harm[0]), max(number.end(), harm[1])
    hedge = known.hedge.search(folded, max(0, number.start() - 20), number.start())
    if hedge is not None and hedge.group("low"):
        return Mention(category, value, None, None, "at least", start, end)
    if hedge is not None and hedge.group("over"):
        return Mention(category, value + 1, None, None, "at least", start, end)
    if hedge is not None and hedge.group("up"):
        return Mention(category, 0, None, value, "up to", start, end)
    return Mention(category, value, value, value, "about" if hedge else "exact", start, end)
