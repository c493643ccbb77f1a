"""Days in Arabic, French, Russian, Spanish and Ukrainian. Experimental.

A day with its year stands on its own; one without is the latest on or before publication, as is a
weekday. Arabic months go by their Gulf, Levantine and Maghrebi names, and digits of every script
are read. Nothing here knows today's date.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, replace
from functools import cache

from geodata.reading.dates import (
    WEEKDAYS,
    DateMention,
    day_in_month,
    days_in_month,
    unresolved,
    week_before,
    whole_month,
    whole_year,
)
from geodata.reading.lexicons import expression, lexicon
from geodata.reading.spans import Span

_YEAR = r"(?:1[89]|20|١٩|٢٠|۱۹|۲۰)\d\d(?![\d%])"


@dataclass(frozen=True, slots=True)
class _Days:
    pattern: re.Pattern[str]
    months: tuple[re.Pattern[str], ...]
    said: re.Pattern[str]


def languages() -> frozenset[str]:
    """ISO 639-1 codes of the languages whose days are read."""
    return frozenset(lexicon("foreign_days")) - {"provenance"}


def _any(terms: list[str]) -> str:
    return "|".join(map(expression, terms))


def _year_of(entry: dict[str, str], name: str) -> str:
    """The year after a month, as a group called `name`."""
    return rf"(?:{entry['year_before']}(?P<{name}>{_YEAR}){entry['year_after']})"


@cache
def _days(code: str) -> _Days:
    entry, words = lexicon("foreign_days")[code], lexicon("foreign")[code]
    month = "|".join(f"(?:{names})" for names in entry["months"])
    weekday = _any(words["weekdays"])
    named = "|".join(f"(?P<w{number}>{term})" for number, term in enumerate(words["weekdays"]))
    night = entry["night_into"].replace("{weekday}", f"(?:{weekday})")
    attached = r"[وبل]?(?:ال)?" if code == "ar" else ""
    twice = rf"(?:\s*[/(]\s*(?:{month})(?!\w)\)?)?" if code == "ar" else ""
    pattern = rf"""(?<!\w)(?:
        (?P<y>\d{{4}})/(?P<m>\d{{1,2}})/(?P<d>\d{{1,2}})(?![\d/])
      | (?P<night>{night})?(?:(?:{weekday})\s*[,،]?\s+(?:le\s+|el\s+)?)?
        (?P<d1>\d{{1,2}}){entry["ordinal"]}(?:(?:{entry["joiner"]})(?P<d2>\d{{1,2}}))?
        {entry["month_after"]}(?P<month>{month})(?![\w]){twice}{_year_of(entry, "year")}?
      | (?:{entry["in"]})\s+(?P<onlymonth>{month})(?!\w){twice}{_year_of(entry, "monthyear")}?
      | (?:{entry["year_in"]})\s+(?P<onlyyear>{_YEAR})(?:\s+(?:году?|року|році))?
      | (?P<beforeyesterday>{entry["before_yesterday"]})(?!\w)
      | (?P<lastweek>{entry["last_week"]})(?!\w)
      | (?P<nightw>{night})?{attached}(?:{named})(?!\w)
      | (?P<yesterday>{_any(words["yesterday"])})(?!\w)
      | (?P<today>{_any(words["today"])})(?!\w)
    )"""
    said = rf"(?<!\w)(?:{entry['said']})\s+(?:(?:le|el|este|в|во|у|в\s+эт|يوم)\s+)?$"
    return _Days(
        re.compile(pattern, re.VERBOSE),
        tuple(re.compile(names) for names in entry["months"]),
        re.compile(said),
    )


def spans(code: str, folded: str, start: int, end: int) -> list[tuple[int, int]]:
    """Where days and years stand, so that their figures are not taken for people."""
    return [match.span() for match in _days(code).pattern.finditer(folded, start, end)]


def dates(
    code: str, text: str, folded: str, edges: tuple[int, int], published: dt.date | None
) -> list[DateMention]:
    """Every day named between `edges`, in order; `published` resolves what needs it."""
    found = []
    known = _days(code)
    for match in known.pattern.finditer(folded, *edges):
        mention = _read(known, match, text, published)
        if mention is None:
            continue
        if (match.group("night") or match.group("nightw")) and mention.precision == "day":
            mention = _from_the_eve(mention)
        said = known.said.search(folded, max(edges[0], match.start() - 40), match.start())
        found.append(replace(mention, reporting=said is not None))
    return found


def _from_the_eve(mention: DateMention) -> DateMention:
    """As in "in the night to Tuesday": Monday or Tuesday."""
    if mention.start is None or mention.start == dt.date.min:
        return mention
    return replace(mention, start=mention.start - dt.timedelta(days=1), precision="days")


def _read(
    known: _Days, match: re.Match[str], text: str, published: dt.date | None
) -> DateMention | None:
    group = match.groupdict()
    span = Span.of(text, *match.span())
    if group["y"]:
        day, month = int(group["d"]), int(group["m"])
        return day_in_month(span, month, day, group["y"], published)
    if group["d1"]:
        month, first = _month(known, group["month"]), int(group["d1"])
        if group["d2"]:
            last = int(group["d2"])
            return days_in_month(span, month, (first, last), group["year"], published)
        return day_in_month(span, month, first, group["year"], published)
    if group["onlymonth"]:
        return whole_month(span, _month(known, group["onlymonth"]), group["monthyear"], published)
    if group["onlyyear"]:
        return whole_year(span, int(group["onlyyear"]))
    return _one_of_these_days(group, span, published)


def _one_of_these_days(
    group: dict[str, str | None], span: Span, published: dt.date | None
) -> DateMention:
    """A weekday, today, yesterday, the day before it, or last week."""
    if group["lastweek"]:
        return week_before(span, published)
    back = next((n for n, name in enumerate(_BACK) if group[name]), None)
    number = next((n for n in range(7) if group[f"w{n}"]), None)
    if published is None:
        if number is None:
            return unresolved(span)
        return unresolved(span, "weekday", WEEKDAYS[number])
    if back is None:
        back = (published.weekday() - (number or 0)) % 7
    day = published - dt.timedelta(days=back) if published.toordinal() > back else published
    return DateMention(span, day, day, "day")


_BACK = ("today", "yesterday", "beforeyesterday")


def _month(known: _Days, written: str | None) -> int:
    """The number of a month, 1 to 12, by any of its names."""
    return next(n for n, names in enumerate(known.months, 1) if names.fullmatch(written or ""))
