"""Casualties and days in Arabic, French, Russian, Spanish and Ukrainian. Experimental.

A figure is the number nearest to a word of harm within the same clause; nothing is summed and no
parts are told apart, so every draft from these languages is flagged `experimental_language`.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from functools import cache

from geodata.reading.casualties import Mention
from geodata.reading.dates import DateMention
from geodata.reading.lexicons import lexicon
from geodata.reading.spans import Span

_ARABIC_DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩", "0123456789")
_REACH = 45
_CLAUSE_MARK = re.compile(r"[.;:،؛]|,\s")
_OTHER_SIDE = 100
_MOST = 6


@dataclass(frozen=True, slots=True)
class _Language:
    harm: re.Pattern[str]
    number: re.Pattern[str]
    hedge: re.Pattern[str]
    none: re.Pattern[str]
    day: re.Pattern[str]
    values: dict[str, int]
    order: str


def languages() -> frozenset[str]:
    """The codes of the languages that are read here."""
    return frozenset(lexicon("foreign")) - {"provenance"}


def _any(terms: list[str]) -> str:
    return "|".join(term.replace(" ", r"\s+") for term in sorted(terms, key=len, reverse=True))


@cache
def _language(code: str) -> _Language:
    entry = lexicon("foreign")[code]
    values = {str(word): int(number) for word, number in entry["numbers"].items()}
    named = [re.escape(word) for word in values]
    return _Language(
        re.compile(
            rf"(?<!\w){entry['prefix']}(?:(?P<killed>{_any(entry['killed'])})|(?P<injured>{_any(entry['injured'])}))(?!\w)"
        ),
        re.compile(
            rf"(?<![\w.,/-])(?:(?P<digits>\d{{1,4}})(?![\d%/.-])|(?P<word>{_any(named)})(?!\w))"
        ),
        re.compile(
            rf"(?:(?P<low>{_any(entry['at_least'])})|(?P<about>{_any(entry['about'])})"
            rf"|(?P<up>{_any(entry['up_to'])}))\s*$"
        ),
        re.compile(rf"(?<!\w)(?:{_any(entry['none'])})\s+(?:\w+\s+){{0,2}}$"),
        re.compile(
            "|".join(
                rf"(?P<d{number}>(?<!\w){term}(?!\w))"
                for number, term in enumerate(
                    [*entry["weekdays"], _any(entry["yesterday"]), _any(entry["today"])]
                )
            )
        ),
        values,
        str(entry["order"]),
    )


def mentions(code: str, folded: str, start: int, end: int) -> list[Mention]:
    """The casualties of `folded[start:end]`, one for each word of harm that a number stands by."""
    known = _language(code)
    found: list[Mention] = []
    taken: set[int] = set()
    for match in known.harm.finditer(folded, start, end):
        category = "killed" if match.group("killed") else "injured"
        if known.none.search(folded, max(start, match.start() - 25), match.start()):
            found.append(Mention(category, 0, 0, 0, "exact", match.start(), match.end()))
            continue
        number = _nearest(known, folded, (start, end), match.span(), taken)
        if number is None:
            continue
        taken.add(number.start())
        found.append(_mention(known, folded, category, number, match.span()))
        if len(found) >= _MOST:
            break
    return found


def _nearest(
    known: _Language,
    folded: str,
    edges: tuple[int, int],
    harm: tuple[int, int],
    taken: set[int],
) -> re.Match[str] | None:
    """The number next to the word of harm, on the side that the language puts it first."""
    first, last = max(edges[0], harm[0] - _REACH), min(edges[1], harm[1] + _REACH)
    best: tuple[int, re.Match[str]] | None = None
    for number in known.number.finditer(folded, first, last):
        between = sorted((number.end(), harm[0])) if number.end() <= harm[0] else (
            harm[1], number.start()
        )  # fmt: skip
        if number.start() in taken or _CLAUSE_MARK.search(folded, between[0], between[1]):
            continue
        if known.harm.search(folded, between[0], between[1]):
            continue
        distance = between[1] - between[0]
        side = "before" if number.end() <= harm[0] else "after"
        if known.order not in ("either", side):
            distance += _OTHER_SIDE
        if best is None or distance < best[0]:
            best = (distance, number)
    return best[1] if best else None


def _mention(
    known: _Language, folded: str, category: str, number: re.Match[str], harm: tuple[int, int]
) -> Mention:
    if number.group("digits"):
        value = int(number.group("digits").translate(_ARABIC_DIGITS))
    else:
        value = known.values[" ".join(number.group("word").split())]
    start, end = min(number.start(), harm[0]), max(number.end(), harm[1])
    hedge = known.hedge.search(folded, max(0, number.start() - 20), number.start())
    if hedge is not None and hedge.group("low"):
        return Mention(category, value, None, None, "at least", start, end)
    if hedge is not None and hedge.group("up"):
        return Mention(category, 0, None, value, "up to", start, end)
    return Mention(category, value, value, value, "about" if hedge else "exact", start, end)


def dates(
    code: str, text: str, folded: str, edges: tuple[int, int], published: dt.date | None
) -> list[DateMention]:
    """Weekdays, yesterday and today; unresolved without a day of publication."""
    found = []
    for match in _language(code).day.finditer(folded, *edges):
        span = Span.of(text, *match.span())
        number = int((match.lastgroup or "d0")[1:])
        if published is None:
            question = f"When was this published? The text says only “{span.quote}”."
            precision = "weekday" if number < 7 else "unknown"
            found.append(DateMention(span, None, None, precision, question))
            continue
        back = {7: 1, 8: 0}.get(number, (published.weekday() - number) % 7)
        day = published - dt.timedelta(days=back) if published.toordinal() > back else published
        found.append(DateMention(span, day, day, "day"))
    return found
