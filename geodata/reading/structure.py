"""How a text is laid out: paragraphs, sentences, headline, dateline, captions, repetition.

A page that was pasted twice is read once: runs of sentences that stood before are marked, and the
other modules pass over them. Offsets are those of the original text throughout.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from geodata.reading import foreign_days
from geodata.reading.languages import Language, detect
from geodata.reading.spans import Span, fold

_BLANK_LINE = re.compile(r"\n[ \t\r]*\n")
_LINE = re.compile(r"[^\n]+")
_SENTENCE_END = re.compile(
    r"[.!?…。؟][.!?…\"'”’»)\]]{0,5}"
    r"(?=\s{1,8}(?:-{1,2}\s{1,3}|[•*]\s?)?[\"'“”‘’«(\[]{0,3}[^\Wa-z_])"
)
_ABBREVIATION = re.compile(
    r"(?:\b(?:mr|mrs|ms|dr|gen|col|maj|lt|sgt|capt|cmdr|brig|adm|rev|st|sen|rep|gov|pres|prof|no|"
    r"nos|vs|etc|jan|feb|mar|apr|jun|jul|aug|sept|sep|oct|nov|dec|approx|inc|ltd|dept|ft|mt|u\.s|"
    r"u\.n|u\.k|a\.m|p\.m|d\.c|e\.g|i\.e|jr|sr)|\b[a-z]|\.[a-z])\.$"
)
_LONGEST_SENTENCE = 1200
_WRAPPED = 90
_FEW = 0.15
_SHORTEST_REPEAT = 80
_LONGEST_HEADLINE = 160
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_MONTH = "(?i:" + "|".join(_MONTHS) + r")[A-Za-z]{0,6}\.?"
_DATE_IN_DATELINE = (
    r"(?:(?P<day>\d{1,2})\s+(?P<month>[A-Za-z]{3,9})\.?\s+(?P<year>(?:19|20)?\d{2})"
    rf"|(?P<day2>\d{{1,2}})\s+(?P<month2>{_MONTH})(?![\w.])"
    rf"|(?P<month3>{_MONTH})\s+(?P<day3>\d{{1,2}})(?!\w)(?:,\s+(?P<year3>(?:19|20)\d{{2}})(?!\d))?)"
)
_DATELINE = re.compile(
    r"\s*(?P<place>[^\W\d_][^\n()\[\]:;\"“”]{1,50}?(?:\s*\([^)\n]{2,30}\))?"
    rf"(?:,\s+(?!{_MONTH}\s+\d)[A-Z][^\n()\[\],]{{2,30}}?)?)(?:,?\s+{_DATE_IN_DATELINE})?"
    r"\s*(?P<agency>\([^)\n]{2,60}(?:\n[^)\n]{0,40})?\))?\s*(?P<dash>--|—|–|\s-\s)"
)
_HEAD = re.compile(
    r"\s*(?P<place>[^\W\d_][^\n()\[\]:;.\"“”«»،,\d]{1,40})[,،]\s*"
    r"(?P<rest>[^\n\[\];\"“”«»]{4,80}?)\s*(?:--|—|–|\s-\s|\.-\s)"
)
"""What may be a dateline in another language: a place, something that may be a day, a dash."""
_LONGEST_PLACE = 4
_AGENCY = re.compile(r"[\s,،/).]*(?:\(?[^\W\d_][\w .-]{1,30}\))?[\s,،/.]*")
_BRACKETS = re.compile(r"\s*(?:\[[^\]]{1,200}\]\s*)*")
_BOILERPLATE = re.compile(
    r"(?:advertisement|read more|read also|see also|follow us|copyright|all rights reserved|"
    r"subscribe|share this|sign up|click here|related (?:article|stor|topic)|most read|newsletter|"
    r"© |this article was|get the latest|download our|join us|related:)\b",
)
_CAPTION = re.compile(
    r"(?:photo|image|picture|video|file photo|caption|photograph)\s*[:/|(]|"
    r".*\((?:ap|afp|reuters|getty)"
    r"(?: photo[^)]*)?\)$|.*\b(?:ap photo|afp/getty|reuters/|getty images)\b.{0,60}$",
    re.DOTALL,
)
_CENTURY_TURN = 50
_REPRINTED = 7
"""Days after which a report that is published again is no longer dated by its dateline."""
_LEAP_YEAR_END = dt.date(2000, 12, 31)


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence and the number of its paragraph.

    `role` is body, headline, caption, boilerplate or repeated.
    """

    start: int
    end: int
    paragraph: int
    role: str = "body"


@dataclass(frozen=True, slots=True)
class Dateline:
    """Where and when the report was filed: a place that is never an event's by itself.

    `date` is None where the dateline has no day, or one without its year; the month and day of the
    latter are `month_and_day`.
    """

    span: Span
    place: Span
    date: dt.date | None
    month_and_day: tuple[int, int] | None = None

    def filed(self, published: dt.date | None) -> dt.date | None:
        """The day that "today" is in the report; None where neither text nor caller knows it.

        That of the dateline, where it is at most a week before publication; a day without its
        year says nothing by itself.
        """
        if published is None:
            return self.date
        day = self.date or self._in_the_year_of(published)
        near = day is not None and 0 <= (published - day).days <= _REPRINTED
        return day if near else published

    def _in_the_year_of(self, published: dt.date) -> dt.date | None:
        """The latest such day on or before `published`, in its year or the one before."""
        for year in (published.year, published.year - 1):
            day = _calendar_day(year, *self.month_and_day) if self.month_and_day else None
            if day is not None and day <= published:
                return day
        return None


@dataclass(frozen=True, slots=True)
class Layout:
    """A text with its parts marked.

    Attributes:
        text: the original text.
        folded: the same in lower case with plain quotes, equal in length.
        sentences: in order, without those of the dateline itself.
        repeated: (start, end) of passages that stood before, in order, not overlapping.
        headline: the title line, or None.
        dateline: None where the text has none.
        language: code and script with the share of words that speak for it.
    """

    text: str
    folded: str
    sentences: tuple[Sentence, ...]
    repeated: tuple[tuple[int, int], ...]
    headline: Span | None
    dateline: Dateline | None
    language: Language


def layout(text: str) -> Layout:
    """The parts of `text`."""
    folded = fold(text)
    paragraphs = _paragraphs(text)
    headline = _headline(text, folded, paragraphs)
    body = 1 if headline and len(paragraphs) > 1 else 0
    language = detect(folded)
    dateline, body_start = _dateline(text, paragraphs[body:])
    if language.code in foreign_days.languages():
        filed = _filed_elsewhere(text, folded, paragraphs[body:], str(language.code))
        if filed is not None:
            dateline, body_start = filed
        elif dateline is not None and dateline.date is not None:
            # "Le 3 mars 2017 –" has a month that begins as an English one does, and no place.
            dateline, body_start = None, paragraphs[body][0]
    sentences: list[Sentence] = []
    for number, (start, end) in enumerate(paragraphs):
        role = _role(folded, start, end)
        if headline and number == 0:
            role = "headline"
        first = max(start, body_start) if number == body else start
        sentences += [
            Sentence(*edges, paragraph=number, role=role)
            for edges in _sentences(text, folded, first, end)
        ]
    marked, repeated = _repetition(folded, sentences)
    return Layout(text, folded, tuple(marked), repeated, headline, dateline, language)


def _paragraphs(text: str) -> list[tuple[int, int]]:
    """Blank lines part paragraphs in hard-wrapped text, line ends in text that is not wrapped."""
    lines = [match.span() for match in _LINE.finditer(text) if not match.group().isspace()]
    if not lines:
        return []
    long = sum(end - start > _WRAPPED for start, end in lines)
    if long > _FEW * len(lines) or not _BLANK_LINE.search(text):
        return [(lines[0][0], lines[-1][1])] if not long and _runs_on(text, lines) else lines
    edges, start = [], 0
    for match in _BLANK_LINE.finditer(text):
        edges.append((start, match.start()))
        start = match.end()
    edges.append((start, len(text)))
    return [
        (first, last) for first, last in edges if not text[first:last].isspace() and first < last
    ]


def _runs_on(text: str, lines: list[tuple[int, int]]) -> bool:
    """Whether the lines are one hard-wrapped paragraph: all but the last of one length."""
    lengths = [end - start for start, end in lines[:-1]]
    if len(lengths) < 2 or min(lengths) < _WRAPPED // 2:
        return False
    ends = sum(text[end - 1] in ".!?" for _, end in lines[:-1])
    return ends < len(lengths) / 2


def _sentences(text: str, folded: str, start: int, end: int) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    first = start
    for match in _SENTENCE_END.finditer(text, start, end):
        stop = match.end()
        if match.group()[0] == "." and _ABBREVIATION.search(folded, max(first, stop - 8), stop):
            continue
        found += _cut(text, first, stop)
        first = stop
    if text[first:end].strip():
        found += _cut(text, first, end)
    return found


def _cut(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """The sentence without its outer blanks; one past all measure is cut at blanks."""
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    pieces: list[tuple[int, int]] = []
    while end - start > _LONGEST_SENTENCE:
        blank = text.rfind(" ", start + 1, start + _LONGEST_SENTENCE)
        stop = blank if blank > start else start + _LONGEST_SENTENCE
        pieces.append((start, stop))
        start = stop + 1 if stop == blank else stop
    if start < end:
        pieces.append((start, end))
    return pieces


def _headline(text: str, folded: str, paragraphs: list[tuple[int, int]]) -> Span | None:
    if len(paragraphs) < 2:
        return None
    start, end = paragraphs[0]
    line = text[start:end].strip()
    if len(line) > _LONGEST_HEADLINE or line.endswith((".", "!", "?", ":", '"', "”")):
        return None
    if _DATELINE.match(text, start, end) and "--" in line:
        return None
    if "\n" in line and len(folded) > 0 and len(line) > _WRAPPED:
        return None
    return Span.of(text, start, end)


def _dateline(text: str, paragraphs: list[tuple[int, int]]) -> tuple[Dateline | None, int]:
    """The dateline of the first paragraph and the offset at which its report begins."""
    if not paragraphs:
        return None, 0
    start, end = paragraphs[0]
    match = _DATELINE.match(text, start, min(end, start + 240))
    if match is None or not _looks_filed(match):
        return None, start
    place = Span.of(text, *match.span("place"))
    last = match.start("dash")
    after = _BRACKETS.match(text, match.end())
    body = after.end() if after else match.end()
    head = place.quote.split(",")[0].split("(")[0].strip()
    city = Span.of(text, place.start, place.start + len(head))
    whole = Span.of(text, place.start, last)
    return Dateline(whole, city, *_filed(match)), body


def _filed_elsewhere(
    text: str, folded: str, paragraphs: list[tuple[int, int]], code: str
) -> tuple[Dateline, int] | None:
    """As "NIAMEY, le 3 mars 2017 (AFP) –": a place and a day of a month, and nothing else."""
    start, end = paragraphs[0] if paragraphs else (0, 0)
    match = _HEAD.match(text, start, min(end, start + 160))
    if match is None:
        return None
    edges = match.span("rest")
    days = foreign_days.dates(code, text, folded, edges, _LEAP_YEAR_END)
    day = days[0] if len(days) == 1 and days[0].precision == "day" else None
    # A weekday alone, such as "Niamey, lundi –", is no day of a month.
    if day is None or day.start is None or not any(map(str.isdigit, day.span.quote)):
        return None
    before, after = text[edges[0] : day.span.start], text[day.span.end : edges[1]]
    place = Span.of(text, *match.span("place"))
    words = [word for word in place.quote.split() if len(word) > len("del")]
    named = len(words) <= _LONGEST_PLACE and not any(word[0].islower() for word in words)
    if not named or before.strip() not in ("", "le", "el") or not _AGENCY.fullmatch(after):
        return None
    whole = Span.of(text, place.start, edges[1])
    month_and_day = (day.start.month, day.start.day)
    dated = Dateline(whole, place, day.start if day.explicit else None, month_and_day)
    return dated, match.end()


def _looks_filed(match: re.Match[str]) -> bool:
    words = match.group("place").split()
    if len(words) > 7:
        return False
    first = words[0].strip(",.()")
    if match.group("year") or match.group("agency"):
        return first[:1].isupper()
    return len(first) > 1 and first.isupper() and match.group("dash") != "-"


def _filed(match: re.Match[str]) -> tuple[dt.date | None, tuple[int, int] | None]:
    """The day with its year, and its month and day without; None what is not there."""
    group = match.groupdict()
    number = group["day"] or group["day2"] or group["day3"]
    if number is None:
        return None, None
    name = (group["month"] or group["month2"] or group["month3"]).lower()[:3]
    if name not in _MONTHS:
        return None, None
    month, day = _MONTHS.index(name) + 1, int(number)
    if _calendar_day(_LEAP_YEAR_END.year, month, day) is None:
        return None, None
    written = group["year"] or group["year3"]
    if written is None:
        return None, (month, day)
    year = int(written)
    if year < 100:
        year += 1900 if year >= _CENTURY_TURN else 2000
    return _calendar_day(year, month, day), (month, day)


def _calendar_day(year: int, month: int, day: int) -> dt.date | None:
    """None where no calendar has it."""
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


def _role(folded: str, start: int, end: int) -> str:
    line = folded[start:end].strip()
    if len(line) < 240 and _BOILERPLATE.match(line):
        return "boilerplate"
    if len(line) < 400 and _CAPTION.match(line):
        return "caption"
    return "body"


def _repetition(
    folded: str, sentences: list[Sentence]
) -> tuple[list[Sentence], tuple[tuple[int, int], ...]]:
    """Sentences with those marked that run as they ran before, and the passages they make."""
    keys = [" ".join(folded[s.start : s.end].split()) for s in sentences]
    first_seen: dict[str, int] = {}
    marked, passages = list(sentences), []
    i = 0
    while i < len(sentences):
        j = first_seen.get(keys[i])
        run = 0
        if j is not None:
            while i + run < len(keys) and j + run < i and keys[j + run] == keys[i + run]:
                run += 1
        last = sentences[i + run - 1] if run else None
        if last is not None and last.end - sentences[i].start >= _SHORTEST_REPEAT:
            passages.append((sentences[i].start, last.end))
            for k in range(i, i + run):
                s = sentences[k]
                marked[k] = Sentence(s.start, s.end, s.paragraph, "repeated")
            i += run
            continue
        first_seen.setdefault(keys[i], i)
        i += 1
    return marked, tuple(passages)
