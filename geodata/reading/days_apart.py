"""Days that a text counts from another that it names: "a day earlier", "the following day".

The day counted from is the last single one named before, in the sentence or a little back. A night
told of on a day ("said on Saturday that shells had hit the town overnight") ends on that day.
"""

from __future__ import annotations

import re
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
    r"|(?P<before>the\s+day\s+before)(?!\s+(?:yesterday|\w+))|(?P<after>the\s+day\s+after)(?!\s+\w))\b"
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
    days = [_night_before(day, found) for day in found]
    for match in _APART.finditer(folded, start, end):
        earlier = [d for d in found if d.span.end <= match.start()]
        if not any(_single(d) for d in earlier):
            earlier = dates_in(text, folded, max(0, start - _BACK), start, published)
        named = [d for d in earlier if _single(d)]
        if not named:
            continue
        moved = shifted(named[-1], Span.of(text, *match.span()), _steps(match))
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


def _night_before(day: DateMention, found: list[DateMention]) -> DateMention:
    """A night, as it is counted from the day of the report that tells of it."""
    if day.span.quote.lower() != "overnight" or day.start is None or day.end is None:
        return day
    told = [d.start for d in found if d.reporting and d.precision == "day" and d.start is not None]
    if not told or told[0] >= day.end:
        return day
    return replace(day, start=told[0] - (day.end - day.start), end=told[0])
