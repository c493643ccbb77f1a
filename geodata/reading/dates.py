"""Days that a text names, and the calendar days they stand for.

A weekday is the latest one on or before publication; without a publication date it stays
unresolved and a question is asked. "Last week" is read loosely: any of the thirteen days before
publication. Nothing here knows today's date.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from geodata.reading.numbers import UNITS
from geodata.reading.spans import Span

WEEKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
_MONTH_NAMES = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|"
    r"sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_WEEKDAY = "(?:" + "|".join(WEEKDAYS) + ")"
_NUMBER = r"(?:\d{1,3}|a|an|one|two|three|four|five|six|seven|eight|nine|ten|several|a\s+few)"
_PART = r"(?:morning|afternoon|evening|night|dawn|noon)"
_TH = r"(?:st|nd|rd|th|d)?"
_TWO_DIGITS = 100
_CENTURY_TURN = 50
_LOOSE_WEEK = 13

_PATTERN = re.compile(
    rf"""\b(?:
    (?P<iso>\d{{4}})-(?P<isom>\d{{2}})-(?P<isod>\d{{2}})\b
  | (?P<na>\d{{1,2}})[/.](?P<nb>\d{{1,2}})[/.](?P<ny>\d{{4}})\b
  | (?:{_WEEKDAY}\s*,?\s+(?:the\s+)?)?(?P<d1>\d{{1,2}}){_TH}
      \s*(?:-|to|and|until|through)\s*(?P<d2>\d{{1,2}}){_TH}
      \s+(?:of\s+)?(?P<rm>{_MONTH})\b\.?(?:,?\s+(?P<ry>(?:19|20)\d{{2}}|\d{{2}}(?![\d:]))\b)?
  | (?:{_WEEKDAY}\s*,?\s+(?:the\s+)?)?(?P<dd>\d{{1,2}}){_TH}\s+(?:of\s+)?(?P<dm>{_MONTH})\b\.?
      (?:,?\s+(?P<dy>(?:19|20)\d{{2}}|(?:[4-9]\d|[01]\d)(?![\d:,-]))\b)?
  | (?:{_WEEKDAY}\s*,?\s+)?(?P<mm>{_MONTH})\b\.?\s+(?P<md>\d{{1,2}}){_TH}\b
      (?!\s*(?:people|others|civilians))
      (?:\s*-\s*(?P<md2>\d{{1,2}}){_TH}\b)?(?:,?\s+(?P<my>(?:19|20)\d{{2}})\b)?
  | (?P<monthyear>{_MONTH})\b\.?,?\s+(?:of\s+)?(?P<yy>(?:19|20)\d{{2}})\b
  | (?:in|since|during|last|early|late|of|mid-?|until|through)\s+(?P<month>{_MONTH})\b(?!\s+have)
  | (?P<frm>from|between)\s+(?P<w1>{_WEEKDAY})(?:\s+{_PART})?
      \s+(?:to|and|through)\s+(?P<w2>{_WEEKDAY})\b
  | (?P<w3>{_WEEKDAY})(?:\s+{_PART})?\s+(?:and|to|into)\s+(?:on\s+|early\s+|late\s+)?
      (?P<w4>{_WEEKDAY})\b
  | (?P<next>next|coming)\s+(?:{_WEEKDAY}|week|month|year)\b
  | (?P<lastday>last\s+)?(?P<weekday>{_WEEKDAY})(?:'s)?(?:\s+{_PART})?\b
  | (?P<before>the\s+day\s+before\s+yesterday|the\s+night\s+before\s+last)\b
  | (?P<yesterday>yesterday)(?:'s)?(?:\s+{_PART})?\b
  | (?P<lastnight>last\s+(?:night|evening))\b
  | (?P<overnight>overnight)\b
  | (?P<today>(?:earlier\s+|early\s+|late\s+)?(?:today|tonight)(?:'s)?
      |this\s+(?:very\s+)?(?:morning|afternoon|evening|noon)
      |at\s+(?:dawn|noon)\s+today|early\s+this\s+{_PART})\b
  | (?:in|within|during|over)\s+the\s+(?P<fewhours>(?:past|last)\s+(?:few\s+|several\s+)?hours)\b
  | (?P<ago>{_NUMBER})\s+(?P<unit>day|week|month|year|hour|minute)s?\s+ago\b
      (?P<agotoday>\s+today\b)?
  | (?:the\s+|in\s+the\s+)?(?P<lastu>last|past|previous)\s+(?P<lastunit>week|weekend|month|year)\b
  | (?P<this>this|earlier\s+this|later\s+this)\s+(?P<thisunit>week|weekend|month|year)\b
  | (?:over|during|at)\s+the\s+(?P<weekend>weekend)\b
  | (?:the\s+)?year\s+(?P<year2>(?:19|20)\d{{2}})\b
  | (?:in|since|during|of|from|until|by|late|early)\s+(?P<year>(?:19|20)\d{{2}})\b
      (?!\s*(?:people|hrs|hours))
    )""",
    re.VERBOSE,
)
_DAYS_AFTER = re.compile(
    r"(?:\s+(?:morning|afternoon|evening|night))?\s*,?\s*(?:just\s+|only\s+)?"
    r"(?P<words>(?P<count>a|the|one|two|three|four|five|six|\d)\s+days?\s+(?P<side>after|before))\b"
    r"(?!\s+(?:that|this|it|he|she)\b)"
)
_NAMES = re.compile(
    r"\.?\s+(?:(?:revolutionary|popular|patriotic|student)\s+)?(?:movement|brigades?|battalion|front|"
    r"square|street|avenue|university|bridge|hospital|neighbou?rhood|revolution|division|command|park|"
    r"barracks|stadium|airport|foundation|coalition|group|prison|camp)\b"
)
"""What makes a name of a day: the 19 April Movement."""
_HINT = re.compile(
    r"\d|hours|day\b|day'|yester|night|overnight|week|month|year|this |ago\b|" + _MONTH
)


@dataclass(frozen=True, slots=True)
class DateMention:
    """A day or span of days that the text names.

    Attributes:
        start: first possible day, None while unresolved.
        end: last possible day, inclusive.
        precision: day, days, week, month, year, weekday (known only as such) or unknown.
        question: what an analyst has to answer first, or None.
        explicit: the words carry their own year, so that no publication date is needed.
        future: the words point past publication.
        reporting: the day of who reports it, not of the act ("said on Saturday that").
        weekday: the folded name of the day of the week, where only that is known.
    """

    span: Span
    start: dt.date | None
    end: dt.date | None
    precision: str
    question: str | None = None
    explicit: bool = False
    future: bool = False
    reporting: bool = False
    weekday: str | None = None

    def excludes(self, day: DateMention) -> bool:
        """Whether this is a known month or span of days that a known day does not lie in."""
        if self.start is None or self.end is None or day.start is None:
            return False
        return self.precision in ("month", "days") and not self.start <= day.start <= self.end

    @property
    def known_as(self) -> dt.date | str:
        """What two mentions of one day have in common: the day, its weekday, or the words."""
        return self.start or self.weekday or self.span.quote.lower()


_REPORTING = (
    r"(?:said|says|reported|announced|stated|told|confirmed|denied|condemned|accused|protested|demanded|"
    r"called|read|claimed|declared|revealed|indicated|disclosed|warned|urged|expressed|asked|met|"
    r"presented|released|issued|published|noted|added|rejected|blamed|admitted|sources|spokesm[ae]n|"
    r"spokesperson|statement|communique|conference|learned|identified|offered|described|repudiated|"
    r"interview|testified|buried|funeral|arrested|ordered|charged|explained|denounced|deplored|investigating|"
    r"termed|considered|commented|found|discovered|asserted|acknowledged|pointed\s+out|meeting|talks|speaking|promised|referred|participated|decided|attended|recalled|repeated|began|opened|approved|adopted|signed|voted|ratified)"
)
_REPORTED_BEFORE = re.compile(
    rf"\b{_REPORTING}(?:\s+(?:here|late|early|earlier|in|on|also|to\s+\w+|by\s+\w+|that|officially))*[\s,]+(?:on\s+|late\s+|early\s+)?$"
)
_REPORTED_AFTER = re.compile(
    rf"[\s,]+(?:(?:has|have|had|also|officially|strongly|again|it\s+was|was|were)\s+)*(?:(?:the\s+)?\w+\s+(?=sources|spokes|officials|authorities\s+(?:said|conf|rep)))?{_REPORTING}\b"
)


_LEADING = re.compile(r"[\s\"'(\[-]*(?:on\s+|late\s+|early\s+)?$")
_HARMED = re.compile(
    r"\b(?:killed|wounded|injured|attacked|shot|bombed|murdered|kidnapped|abducted|exploded|ambushed|"
    r"died|assassinated|struck|hit|destroyed|shelled)\b"
)
_THEN_SAID = re.compile(
    r"(?:(?!\b(?:kill|attack|bomb|explo|shot|shoot|wound|injur|kidnap|murder|ambush|destroy|died|set\s))"
    rf"[^.;]){{0,140}}?\b(?:{_REPORTING}|made\s+(?:\w+\s+)?statements?)\s+(?:\w+\s+){{0,4}}?"
    r"(?:that|regarding|about|concerning)\b"
)


_TOLL_BEFORE = re.compile(
    r"\b(?:toll|number\s+of\s+(?:dead|deaths|victims))\b[^.;]{0,160}?\b(?:rose|risen|climbed|increased|grew|reached)"
    r"\s+(?:to\s+|from\s+|by\s+|at\s+least\s+|[\d,]+\s+){0,5}(?:on\s+|late\s+|early\s+)?$"
)
"""A toll that rises on a day: the attack was before."""


_DIED_LATER = re.compile(
    r"\b(?:(?:died|dies|passed\s+away|succumbed)\s+(?:\w+\s+){0,2}?(?:(?:in|at)\s+(?:the\s+|an?\s+)?"
    r"(?:[\w'-]+\s+){0,4}?(?:hospital|clinic|medical\s+cent(?:er|re)|infirmary)|"
    r"(?:of|from|to)\s+(?:\w+\s+){0,3}?(?:wounds|injuries)))\s*,?\s+(?:on\s+|late\s+|early\s+)?$"
)
"""Who dies in hospital was attacked before."""


def _of_the_report(folded: str, start: int, first: int, last: int, end: int) -> bool:
    """Whether a day belongs to who reports, not to what happened: "said on Saturday that".

    Nor is the day of a death in hospital, or of a toll that rises, that of the attack.
    """
    if _DIED_LATER.search(folded, max(start, first - 110), first):
        return True
    if _REPORTED_BEFORE.search(folded, max(start, first - 45), first):
        return True
    if _TOLL_BEFORE.search(folded, start, first):
        return True
    if _LEADING.match(folded[start:first]) and _THEN_SAID.match(folded, last, end):
        return True
    # "Two men were killed on Sunday, police said": the comma parts the act from who reports it.
    told = folded[last : last + 1] == "," and _HARMED.search(folded, max(start, first - 60), first)
    return not told and _REPORTED_AFTER.match(folded, last, end) is not None


def dates_in(
    text: str, folded: str, start: int, end: int, published: dt.date | None
) -> list[DateMention]:
    """Every day named in `text[start:end]`, in order; `published` resolves what needs it."""
    if not _HINT.search(folded, start, end):
        return []
    found: list[DateMention] = []
    for match in _PATTERN.finditer(folded, start, end):
        mention = _read(match, text, published)
        if mention is not None and not _NAMES.match(folded, match.end(), end):
            of_report = _of_the_report(folded, start, match.start(), match.end(), end)
            found.append(replace(mention, reporting=of_report))
            found += _moved(mention, text, folded, end)
    return found


def _moved(mention: DateMention, text: str, folded: str, end: int) -> list[DateMention]:
    """The day of the act in "on Tuesday, a day after trucks were destroyed": one day before."""
    after = _DAYS_AFTER.match(folded, mention.span.end, end)
    if after is None or mention.precision not in ("day", "weekday") or mention.future:
        return []
    written = after.group("count")
    count = 1 if written in ("a", "one", "the") else UNITS.get(written) or int(written)
    back = count if after.group("side") == "after" else -count
    moved = shifted(mention, Span.of(text, mention.span.start, after.end("words")), -back)
    return [] if moved is None else [moved]


def shifted(mention: DateMention, span: Span, days: int) -> DateMention | None:
    """A single day moved by `days`, as the words at `span` say; None off the calendar."""
    if mention.start is not None:
        day = _shift(mention.start, days)
        return None if day is None else replace(mention, span=span, start=day, end=day)
    number = WEEKDAYS.index(mention.weekday or WEEKDAYS[0])
    return replace(mention, span=span, weekday=WEEKDAYS[(number + days) % 7])


def _read(match: re.Match[str], text: str, published: dt.date | None) -> DateMention | None:

    group = match.groupdict()
    core = _core(match)
    span = Span.of(text, *core)
    for name, rule in _RULES:
        if group[name] is not None:
            return rule(group, span, published)
    return None


def _core(match: re.Match[str]) -> tuple[int, int]:
    """The words of the day itself, without "in" or "since" before them."""
    for name in ("year", "month", "weekend"):
        if match.group(name) is not None:
            return match.span(name)
    if match.group("weekday") is not None and match.group("lastday") is None:
        return match.span("weekday")
    return match.span()


def unresolved(span: Span, precision: str = "unknown", weekday: str | None = None) -> DateMention:
    """A day that only the day of publication can tell."""
    question = f"When was this published? The text says only “{span.quote}”."
    return DateMention(span, None, None, precision, question, weekday=weekday)


def _one(span: Span, day: dt.date | None, *, explicit: bool = False) -> DateMention:
    if day is None:
        return unresolved(span)
    return DateMention(span, day, day, "day", explicit=explicit)


def _safe(year: int, month: int, day: int) -> dt.date | None:
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


def _month_number(name: str) -> int:
    return next(i for i, full in enumerate(_MONTH_NAMES, start=1) if full.startswith(name[:3]))


def _year(written: str) -> int:
    year = int(written)
    if year < _TWO_DIGITS:
        year += 1900 if year >= _CENTURY_TURN else 2000
    return year


def _latest(month: int, day: int, published: dt.date) -> dt.date | None:
    """The latest such day on or before publication."""
    for year in range(published.year, published.year - 5, -1):
        found = _safe(year, month, day)
        if found is not None and found <= published:
            return found
    return None


def _shift(day: dt.date, days: int) -> dt.date | None:
    try:
        return day + dt.timedelta(days=days)
    except OverflowError:
        return None


_Group = dict[str, str | None]
_Rule = Callable[[_Group, Span, dt.date | None], DateMention | None]


def _iso(group: _Group, span: Span, _: dt.date | None) -> DateMention | None:
    parts = (group["iso"] or "", group["isom"] or "", group["isod"] or "")
    found = _safe(*(int(part) for part in parts))
    return None if found is None else _one(span, found, explicit=True)


def _numeric(group: _Group, span: Span, _: dt.date | None) -> DateMention | None:
    a, b, year = (int(group[name] or 0) for name in ("na", "nb", "ny"))
    first, second = _safe(year, b, a), _safe(year, a, b)
    if first and second and first != second:
        low, high = sorted((first, second))
        question = f"Is “{span.quote}” {first:%d %B} or {second:%d %B}?"
        return DateMention(span, low, high, "unknown", question, explicit=True)
    found = first or second
    return None if found is None else _one(span, found, explicit=True)


def _day_month(group: _Group, span: Span, published: dt.date | None) -> DateMention | None:
    name, day = (group["dm"] or group["mm"]), int(group["dd"] or group["md"] or 0)
    written = group["dy"] or group["my"]
    month = _month_number(name or "")
    if group["md2"]:
        return days_in_month(span, month, (day, int(group["md2"])), written, published)
    return day_in_month(span, month, day, written, published)


def day_in_month(
    span: Span, month: int, day: int, written: str | None, published: dt.date | None
) -> DateMention | None:
    """That day of the year that is `written`, else the latest on or before publication.

    None where no calendar has it.
    """
    if written:
        found = _safe(_year(written), month, day)
        return None if found is None else _one(span, found, explicit=True)
    if _safe(2000, month, day) is None:
        return None
    return unresolved(span) if published is None else _one(span, _latest(month, day, published))


def _range(group: _Group, span: Span, published: dt.date | None) -> DateMention | None:
    days = (int(group["d1"] or 0), int(group["d2"] or 0))
    return days_in_month(span, _month_number(group["rm"] or ""), days, group["ry"], published)


def days_in_month(
    span: Span, month: int, days: tuple[int, int], written: str | None, published: dt.date | None
) -> DateMention | None:
    """From the first to the last of `days`, likewise."""
    if _safe(2000, month, days[0]) is None or _safe(2000, month, days[1]) is None:
        return None
    if written:
        first, last = (_safe(_year(written), month, day) for day in days)
    elif published is None:
        return unresolved(span)
    else:
        first, last = (_latest(month, day, published) for day in days)
    if first is None or last is None or last < first:
        return unresolved(span)
    return DateMention(span, first, last, "days", explicit=written is not None)


def _whole_month(span: Span, year: int, month: int, *, explicit: bool) -> DateMention:
    last = calendar.monthrange(year, month)[1]
    return DateMention(
        span, dt.date(year, month, 1), dt.date(year, month, last), "month", explicit=explicit
    )


def _month_year(group: _Group, span: Span, _: dt.date | None) -> DateMention:
    month = _month_number(group["monthyear"] or "")
    return _whole_month(span, int(group["yy"] or 0), month, explicit=True)


def _month_only(group: _Group, span: Span, published: dt.date | None) -> DateMention:
    return whole_month(span, _month_number(group["month"] or ""), None, published)


def whole_month(
    span: Span, month: int, written: str | None, published: dt.date | None
) -> DateMention:
    """That month of the year that is `written`, else the latest begun by publication."""
    if written:
        return _whole_month(span, int(written), month, explicit=True)
    if published is None:
        return unresolved(span)
    year = published.year if month <= published.month else published.year - 1
    return _whole_month(span, max(1, year), month, explicit=False)


def _weekdays(group: _Group, span: Span, published: dt.date | None) -> DateMention:
    if published is None:
        return unresolved(span, "weekday")
    last = _latest_weekday(group["w2"] or "", published)
    first = _latest_weekday(group["w1"] or "", last)
    return DateMention(span, first, last, "days")


def _following_days(group: _Group, span: Span, published: dt.date | None) -> DateMention | None:
    """As in "on Monday night and Tuesday"; of two days apart, the first."""
    first, last = group["w3"] or "", group["w4"] or ""
    if (WEEKDAYS.index(last) - WEEKDAYS.index(first)) % 7 == 1:
        return _weekdays({"w1": first, "w2": last}, span, published)
    return _weekday({"weekday": first, "lastday": None}, span, published)


def _latest_weekday(name: str, published: dt.date) -> dt.date:
    back = (published.weekday() - WEEKDAYS.index(name)) % 7
    return _shift(published, -back) or published


def _weekday(group: _Group, span: Span, published: dt.date | None) -> DateMention:
    if published is None:
        return unresolved(span, "weekday", group["weekday"])
    found = _latest_weekday(group["weekday"] or "", published)
    if group["lastday"] and found == published:
        found = _shift(found, -7) or found
    return _one(span, found)


def _relative(days: int) -> _Rule:
    def rule(_: _Group, span: Span, published: dt.date | None) -> DateMention:
        return unresolved(span) if published is None else _one(span, _shift(published, days))

    return rule


def _overnight(_: _Group, span: Span, published: dt.date | None) -> DateMention:
    before = None if published is None else _shift(published, -1)
    if published is None or before is None:
        return unresolved(span)
    return DateMention(span, before, published, "days")


def _ago(group: _Group, span: Span, published: dt.date | None) -> DateMention:
    if published is None:
        return unresolved(span)
    word = " ".join((group["ago"] or "").split())
    unit = group["unit"] or "day"
    if unit in ("hour", "minute"):
        return _one(span, published)
    vague = word in ("several", "a few")
    count = 1 if word in ("a", "an") else 3 if vague else UNITS.get(word) or int(word)
    if unit == "year" and group["agotoday"] and not vague:
        return _one(span, _safe(published.year - count, published.month, published.day))
    length = {"day": 1, "week": 7, "month": 30, "year": 365}[unit]
    day = _shift(published, -count * length)
    if day is None:
        return unresolved(span)
    if unit == "day" and not vague:
        return _one(span, day)
    slack = {"day": 3, "week": 4, "month": 20, "year": 200}[unit]
    first, last = _shift(day, -slack) or day, _shift(day, slack) or day
    name = {"day": "days", "week": "week", "month": "month", "year": "year"}[unit]
    return DateMention(span, first, min(last, published), name)


def _last(group: _Group, span: Span, published: dt.date | None) -> DateMention:
    return _unit_before(group["lastunit"] or "", span, published)


def _unit_before(unit: str, span: Span, published: dt.date | None) -> DateMention:
    if published is None:
        return unresolved(span)
    if unit == "week":
        return week_before(span, published)
    if unit == "weekend":
        return _weekend(span, published)
    if unit == "month":
        back = published.replace(day=1) - dt.timedelta(days=1) if published.year > 1 else published
        return _whole_month(span, back.year, back.month, explicit=False)
    year = max(1, published.year - 1)
    return DateMention(span, dt.date(year, 1, 1), dt.date(year, 12, 31), "year")


def week_before(span: Span, published: dt.date | None) -> DateMention:
    """Any of the thirteen days before publication."""
    if published is None:
        return unresolved(span)
    first, last = _shift(published, -_LOOSE_WEEK), _shift(published, -1)
    return DateMention(span, first, last, "week") if first and last else unresolved(span)


def _weekend(span: Span, published: dt.date) -> DateMention:
    sunday = _latest_weekday("sunday", published)
    saturday = _shift(sunday, -1) or sunday
    if published.weekday() == 5:
        saturday, sunday = published, published
    return DateMention(span, saturday, sunday, "days")


def _this(group: _Group, span: Span, published: dt.date | None) -> DateMention:
    if published is None:
        return unresolved(span)
    unit = group["thisunit"] or ""
    if (group["this"] or "").startswith("later"):
        return replace(unresolved(span), question=None, future=True)
    if unit == "week":
        monday = _shift(published, -published.weekday()) or published
        return DateMention(span, monday, published, "week")
    if unit == "weekend":
        return _weekend(span, published)
    if unit == "month":
        return DateMention(span, published.replace(day=1), published, "month")
    return DateMention(span, dt.date(published.year, 1, 1), published, "year")


def _the_weekend(_: _Group, span: Span, published: dt.date | None) -> DateMention:
    return unresolved(span) if published is None else _weekend(span, published)


def _in_year(group: _Group, span: Span, _: dt.date | None) -> DateMention:
    return whole_year(span, int(group["year"] or group["year2"] or 0))


def whole_year(span: Span, year: int) -> DateMention:
    """A year that is written out."""
    return DateMention(span, dt.date(year, 1, 1), dt.date(year, 12, 31), "year", explicit=True)


def _next(_: _Group, span: Span, __: dt.date | None) -> DateMention:
    return DateMention(span, None, None, "unknown", future=True)


_RULES: tuple[tuple[str, _Rule], ...] = (
    ("iso", _iso),
    ("na", _numeric),
    ("d1", _range),
    ("dd", _day_month),
    ("mm", _day_month),
    ("monthyear", _month_year),
    ("month", _month_only),
    ("w1", _weekdays),
    ("w3", _following_days),
    ("next", _next),
    ("weekday", _weekday),
    ("before", _relative(-2)),
    ("yesterday", _relative(-1)),
    ("lastnight", _relative(-1)),
    ("overnight", _overnight),
    ("today", _relative(0)),
    ("fewhours", _relative(0)),
    ("ago", _ago),
    ("lastu", _last),
    ("thisunit", _this),
    ("weekend", _the_weekend),
    ("year2", _in_year),
    ("year", _in_year),
)
