"""Days as people write them, read by what their column shows.

A cell becomes the span of days that it allows. Whether 03/04/2016 is in March or in April is
decided by the other cells of the column, by the source's own custom or by the person who imports;
never guessed. A time of day or a zone never moves a day.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from geodata.sources.month_names import MONTHS

DAY_FIRST = "day-first"
MONTH_FIRST = "month-first"
ORDERS = (DAY_FIRST, MONTH_FIRST)

NOTHING = frozenset(
    ("", "?", "-", "--", ".", "n/a", "na", "nan", "nat", "none", "null", "unknown", "not known",
     "not reported", "unspecified")
)  # fmt: skip
"""Cells (lower case) that say that nothing is known; not used where 'none' means zero."""

_MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
_WEEKDAY = "|".join((*calendar.day_name, *calendar.day_abbr))
_CLOCK = r"(?:(?:[T ]\s*|,\s*)(?P<clock>\d{1,2}:\d{2}.*))?"

_YEAR_FIRST = re.compile(rf"(\d{{4}})([-/.])(\d{{1,2}})\2(\d{{1,2}}){_CLOCK}", re.IGNORECASE)
_RUN = re.compile(r"((?:19|20)\d{2})(\d{2})(\d{2})")
_YEAR_MONTH = re.compile(r"(\d{4})[-/.](\d{1,2})")
_YEAR = re.compile(r"((?:1[5-9]|20)\d{2})(?:\.0)?")
_NUMBERS = re.compile(rf"(\d{{1,2}})([-/.])(\d{{1,2}})\2(\d{{4}}|\d{{2}}){_CLOCK}", re.IGNORECASE)
_DAY_NAMED = re.compile(
    rf"(\d{{1,2}})(?:st|nd|rd|th)?[-/. ]+({_MONTH})\.?[-/., ]+(\d{{4}}|\d{{2}}){_CLOCK}",
    re.IGNORECASE,
)
_MONTH_NAMED = re.compile(
    rf"({_MONTH})\.?[-/. ]+(\d{{1,2}})(?:st|nd|rd|th)?[-/., ]+(\d{{4}}){_CLOCK}", re.IGNORECASE
)
_NAMED_MONTH = re.compile(rf"({_MONTH})\.?[-/., ]+(\d{{4}})", re.IGNORECASE)
_WEEKDAY_BEFORE = re.compile(rf"(?:{_WEEKDAY})\.?,?\s+(?=.*\d)", re.IGNORECASE)
_MONTH_YEAR = re.compile(r"(\d{1,2})[-/.](\d{4})")
_CLOCK_BEFORE = re.compile(r"(?P<clock>\d{1,2}:\d{2}(?::\d{2})?),?\s+(?P<day>.+)")
_SERIAL = re.compile(r"([2-5]\d{4})(?:\.\d+)?")
_SERIAL_START = dt.date(1899, 12, 30)
_FILLERS = re.compile(
    r"\b(?:de|del|of|the|le|el)\b|(?<=\d)\.(?=\s+[^\W\d])|\s+(?:г\.?|года|р\.?|року|م)$",
    re.IGNORECASE,
)
_FIRST_YEAR = 1500
_LONGEST_RANGE = 80

_DASH = r"\s*[-–—]\s*"
_FROM_TO = (
    re.compile(
        r"(?P<first>.*\d.*?)\s+(?:to|until|till|through|bis|au|al|hasta|[-–—])\s+(?P<last>.*\d.*)",
        re.IGNORECASE,
    ),
    re.compile(r"(?P<first>\d{4}-\d\d-\d\d\S*?)[/–—](?P<last>\d{4}-\d\d-\d\d\S*)"),
)
_DAYS_OF_MONTH = (
    re.compile(rf"(?P<a>\d{{1,2}}){_DASH}(?P<b>\d{{1,2}})(?P<rest>[/. ]\s*\D*\d.*)"),
    re.compile(
        rf"(?P<month>(?:{_MONTH})\.?)\s+(?P<a>\d{{1,2}}){_DASH}(?P<b>\d{{1,2}})"
        r"(?P<rest>,?\s+\d{4})",
        re.IGNORECASE,
    ),
)

_WORDS_ONLY = re.compile(r"[^\W\d_][^\d]*")


@dataclass(frozen=True, slots=True)
class Span:
    """What one cell says.

    Attributes:
        start: first day, or None where the cell names no day.
        end: last day, inclusive.
        precision: day, month, year or unknown.
        clock: the time of day in the cell, as written, or None.
        problem: why it cannot be read, as a sentence, or None.
        repair: what would help, or None.
        words: it holds words that name no day ("Thursday"): kept as text, not resolved.
    """

    start: dt.date | None = None
    end: dt.date | None = None
    precision: str = "unknown"
    clock: str | None = None
    problem: str | None = None
    repair: str | None = None
    words: bool = False


def order_of(cells: Iterable[str]) -> str | None:
    """Whether a column of cells like 25/12/2016 puts the day or the month first.

    None where nothing tells, or where cells contradict one another.
    """
    day = month = False
    for cell in cells:
        found = _NUMBERS.fullmatch(cell.strip())
        if found is None or found[2] == ".":
            continue
        day = day or int(found[1]) > 12
        month = month or int(found[3]) > 12
    if day == month:
        return None
    return DAY_FIRST if day else MONTH_FIRST


def read_days(cells: Sequence[str], order: str | None = None) -> list[Span]:
    """The spans of a column's distinct cells; `order` overrules what the column shows."""
    order = order or order_of(cells)
    return [read_day(cell, order) for cell in cells]


def read_day(cell: str, order: str | None = None) -> Span:
    """The span of days that one cell allows."""
    text = _WEEKDAY_BEFORE.sub("", cell.strip(), count=1)
    if text.casefold() in NOTHING:
        return Span()
    try:
        span = _read(text, order) or _read(_FILLERS.sub(" ", text), order) or _range(text, order)
    except ValueError:
        return Span(problem=f"{cell!r} is no day of the calendar", repair="YYYY-MM-DD")
    if span is None:
        return _unread(cell, text)
    if span.start is not None and span.start.year < _FIRST_YEAR:
        return Span(problem=f"{cell!r} is long ago: a day of another calendar?")
    return span


def _unread(cell: str, text: str) -> Span:
    """What to make of a cell that is no day: words, a spreadsheet's number, or a problem."""
    if _WORDS_ONLY.fullmatch(text):
        return Span(words=True)
    if found := _SERIAL.fullmatch(text):
        day = _SERIAL_START + dt.timedelta(days=int(found[1]))
        return Span(problem=f"{cell!r} may be a spreadsheet's number of a day", repair=str(day))
    return Span(problem=f"{cell!r} cannot be read as a day", repair="YYYY-MM-DD")


def _read(text: str, order: str | None) -> Span | None:
    text = " ".join(text.split())
    found = _CLOCK_BEFORE.fullmatch(text)
    day = found["day"] if found else text
    span = _with_year_first(day) or _with_month_name(day) or _with_numbers(day, order)
    if span is None or found is None:
        return span
    return replace(span, clock=span.clock or found["clock"])


def _range(text: str, order: str | None) -> Span | None:
    """Days from one to another: "12-14 June 2016", "30 May - 2 June 2016", an ISO interval."""
    if len(text) > _LONGEST_RANGE:  # the patterns take their time over long cells
        return None
    for pattern in _DAYS_OF_MONTH:
        if found := pattern.fullmatch(text):
            month = found.groupdict().get("month", "")
            ends = (f"{month} {found[end]}{found['rest']}".strip() for end in ("a", "b"))
            # Only a day can stand before a dash and a day.
            return _from_to(*(_read(_FILLERS.sub(" ", end), DAY_FIRST) for end in ends))
    found = next(filter(None, (pattern.fullmatch(text) for pattern in _FROM_TO)), None)
    if found is None:
        return None
    last = _read(found["last"], order)
    first = _read(found["first"], order)
    if first is None and last is not None and last.start is not None:
        first = _read(f"{found['first']} {last.start.year}", order)
    return _from_to(first, last)


def _from_to(first: Span | None, last: Span | None) -> Span | None:
    if first is None or last is None:
        return None
    if first.problem or last.problem:
        return first if first.problem else last
    if first.start is None or last.end is None:
        return None
    if last.end < first.start:
        return Span(problem="it ends before it starts")
    coarse = {first.precision, last.precision} - {"day"}
    return Span(first.start, last.end, min(coarse, default="day"), first.clock)


def month_span(year: int, month: int) -> Span:
    """All days of a month."""
    last = calendar.monthrange(year, month)[1] if 1 <= month <= 12 else 0
    return Span(dt.date(year, month, 1), dt.date(year, month, last), "month")


def year_span(year: int) -> Span:
    """All days of a year."""
    return Span(dt.date(year, 1, 1), dt.date(year, 12, 31), "year")


def _one(year: int, month: int, day: int, clock: str | None = None) -> Span:
    date = dt.date(year, month, day)
    return Span(date, date, "day", _clock(clock))


def _clock(text: str | None) -> str | None:
    # Databases write a bare day as midnight; that says nothing of the hour.
    if text is None or re.fullmatch(r"0{1,2}:00(:00)?(\.0+)?\s*(Z|UTC|[+-]00:?00)?", text):
        return None
    return text


def _full_year(text: str) -> int:
    year = int(text)
    if len(text) == 4:
        return year
    return year + (1900 if year >= 69 else 2000)  # POSIX's reading of two digits


def _with_year_first(text: str) -> Span | None:
    if found := _YEAR_FIRST.fullmatch(text):
        return _one(int(found[1]), int(found[3]), int(found[4]), found["clock"])
    if found := _RUN.fullmatch(text):
        return _one(int(found[1]), int(found[2]), int(found[3]))
    if found := _YEAR_MONTH.fullmatch(text):
        return month_span(int(found[1]), int(found[2]))
    if found := _MONTH_YEAR.fullmatch(text):
        return month_span(int(found[2]), int(found[1]))
    if found := _YEAR.fullmatch(text):
        return year_span(int(found[1]))
    return None


def _with_month_name(text: str) -> Span | None:
    if found := _DAY_NAMED.fullmatch(text):
        month = MONTHS[found[2].casefold()]
        return _one(_full_year(found[3]), month, int(found[1]), found["clock"])
    if found := _MONTH_NAMED.fullmatch(text):
        return _one(int(found[3]), MONTHS[found[1].casefold()], int(found[2]), found["clock"])
    if found := _NAMED_MONTH.fullmatch(text):
        return month_span(int(found[2]), MONTHS[found[1].casefold()])
    return None


def _with_numbers(text: str, order: str | None) -> Span | None:
    found = _NUMBERS.fullmatch(text)
    if found is None:
        return None
    first, second, year = int(found[1]), int(found[3]), _full_year(found[4])
    if found[2] == ".":
        order = DAY_FIRST  # no one writes the month first with full stops
    elif order is None and first <= 12 and second <= 12 and first != second:
        days = dt.date(year, second, first), dt.date(year, first, second)
        return Span(
            problem=f"{text!r} may be {days[0]} or {days[1]}, and its column does not tell",
            repair="say whether the day or the month comes first",
        )
    month_first = second > 12 if order is None else order == MONTH_FIRST
    month, day = (first, second) if month_first else (second, first)
    return _one(year, month, day, found["clock"])
