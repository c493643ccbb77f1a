"""Days that a text counts from another that it names: "a day earlier", "the following day".

The day counted from is the last single one named before, in the sentence or a little back. A night
told of on a day ("said on Saturday that shells had hit the town overnight") ends on that day.
"""

from __future__ import annotations

import re
from collections import deque
from dataclasses import replace
from typing import TYPE_CHECKING

from geodata.reading.dates import dates_in, shifted
from geodata.reading.numbers import UNITS
from geodata.reading.spans import Span

if TYPE_CHECKING:
    import datetime as dt

    from geodata.reading.dates import DateMention

_APART = re.compile(
    r"\b(?:(?P<count>a|one|two|three|four|five|six)\s+days?\s+(?P<side>earlier|later|before(?!\s+\w))"
    r"|the\s+(?P<next>previous|preceding|following|next)\s+day"
    r"|the\s+day\s+(?:before|(?P<after>after))(?!\s+\w))\b"
)
_BACK = 600
_SINGLE = ("day", "weekday")


def with_days_apart(
    found: list[DateMention],
    text: str,
    folded: str,
    edges: tuple[int, int],
    published: dt.date | None,
) -> list[DateMention]:
    """The days `found` in `text[edges]`, and those that its words count from one named before."""
    start, end = edges
    days = _nights(found)
    named = deque(filter(_single, found))
    counted_from: DateMention | None = None
    for number, match in enumerate(_APART.finditer(folded, start, end)):
        if number == 0:
            before = dates_in(text, folded, max(0, start - _BACK), start, published)
            named.extendleft(reversed([*filter(_single, before)]))
        while named and named[0].span.end <= match.start():
            counted_from = named.popleft()
        if counted_from is None:
            continue
        moved = shifted(counted_from, Span.of(text, *match.span()), _steps(match))
        if moved is not None:
            days.append(replace(moved, reporting=False, explicit=False))
    return sorted(days, key=lambda day: day.span.start)


def _single(day: DateMention) -> bool:
    return day.precision in _SINGLE and not day.future and bool(day.start or day.weekday)


def _steps(match: re.Match[str]) -> int:
    count = match.group("count")
    number = 1 if count in (None, "a", "one") else UNITS[count]
    said = match.group("side") or match.group("next") or ""
    forward = said in ("later", "following", "next") or match.group("after") is not None
    return number if forward else -number


def _nights(found: list[DateMention]) -> list[DateMention]:
    """The same days, a night counted from the day of the report that tells of it."""
    told = next((d for d in found if d.reporting and d.precision == "day" and d.start), None)
    if told is None or told.start is None:
        return list(found)
    before = shifted(told, told.span, -1)
    return [
        replace(day, start=before.start, end=told.start)
        if before is not None and _is_later_night(day, told.start)
        else day
        for day in found
    ]


def _is_later_night(day: DateMention, told: dt.date) -> bool:
    return day.span.quote.lower() == "overnight" and day.end is not None and told < day.end
