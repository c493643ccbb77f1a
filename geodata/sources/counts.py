"""Numbers of people as people write them: "4-6", "Dozens", "At least 1", "?", "4-Mar".

What a word leaves open stays open: "dozens" is 24 or more, never 24. The lower bounds of
"several" (3), "dozens" (24) and "scores" (40) are those of the sentences this project reads news
with; "hundreds" is 200, "thousands" 2,000. "Más de 2" and "не менее 5" are read with the words of
the same reader's other languages.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache

import pyarrow as pa
import pyarrow.compute as pc

from geodata.reading.foreign import languages
from geodata.reading.lexicons import lexicon
from geodata.reading.numbers import UNITS
from geodata.sources.column_words import folded
from geodata.sources.days import NOTHING
from geodata.sources.month_names import MONTHS

MOST = 2**31 - 1
"""The largest number that a count column holds."""

_LEAST_OF = {
    "few": 3, "a few": 3, "several": 3, "some": 2, "many": 3, "numerous": 3, "multiple": 2,
    "dozen": 12, "a dozen": 12, "dozens": 24, "scores": 40, "tens": 20,
    "hundreds": 200, "thousands": 2000,
}  # fmt: skip
_WORDS = UNITS | {"twenty": 20, "none": 0, "no": 0, "nil": 0, "no one": 0, "a": 1, "an": 1}

# Three noughts behind a full stop may be decimals or thousands; nobody is counted by guess.
_N = r"(\d{1,3}(?:[, \u00a0\u202f]\d{3})+|\d+)(?:\.0{1,2}|\.0{4,})?"
_PLAIN = re.compile(_N)
_OR = "-|–|—|to|and|or|/|à|a|o|ou|bis|oder|до|или|або|أو"
_RANGE = re.compile(rf"(?:between |from )?{_N}\s*(?:{_OR})\s*{_N}", re.IGNORECASE)
_AT_LEAST = re.compile(rf"(?:at least|min(?:imum)?\.?|>=|≥)\s*{_N}|{_N}\s*(?:\+|or more|plus)")
_OVER = re.compile(rf"(?:over|more than|>)\s*{_N}")
_UP_TO = re.compile(rf"(?:up to|at most|max(?:imum)?\.?|<=|≤|as many as)\s*{_N}")
_UNDER = re.compile(rf"(?:under|less than|fewer than|<)\s*{_N}")
_ABOUT = re.compile(
    rf"(?:about|around|approx(?:imately)?\.?|circa|c\.?|ca\.?|nearly|almost|some|~|≈)\s*{_N}"
)
_DAY_MONTH = re.compile(rf"(\d{{1,2}})[- ]({'|'.join(MONTHS)})", re.IGNORECASE)
_MONTH_DAY = re.compile(rf"({'|'.join(MONTHS)})[- ](\d{{1,2}})", re.IGNORECASE)
_AFTER = re.compile(
    r"\s*(?:\((?:incl[^()]*|[^()\d]*)\)|\*|\b(?:people|persons?|individuals|civilians?)\b)$"
)
"""What people write behind a number without changing what is counted: "3 injured" and
"10 (3 killed)" stay problems in a column of the killed."""
_LONGEST = 80
_TENS = {"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70,
         "eighty": 80, "ninety": 90}  # fmt: skip
_COMPOUND = re.compile(rf"({'|'.join(_TENS)})(?:[- ](\w+))?")
_NOT_SAID = frozenset(("unknown number", "n.d.", "n.a.", "nd", "tbc", "tbd", "unk", "not available",
                       "not specified", "unclear", "–", "—", "--"))  # fmt: skip
_ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, slots=True)
class Figure:
    """What one cell says of a number of people; all None where it says nothing.

    Attributes:
        low: at least so many.
        best: the figure itself, where the cell is one.
        high: at most so many.
        problem: why it cannot be read, or None.
        mark: a quality flag that the reading earns, or None.
    """

    low: int | None = None
    best: int | None = None
    high: int | None = None
    problem: str | None = None
    mark: str | None = None


def read_count(cell: str) -> Figure:
    """The figure in one cell."""
    text = " ".join(cell.split()).casefold()
    if text in _NOT_SAID or (text != "none" and text in NOTHING):
        return Figure()
    figure = _figure(text)
    bare = _AFTER.sub("", text) if len(text) <= _LONGEST else text
    if figure is None and bare != text and (figure := _figure(bare)) is not None:
        figure = replace(figure, mark=figure.mark or "count-in-words")
    if figure is None:
        return Figure(problem=f"{cell!r} is no number of people")
    if any(n is not None and n > MOST for n in (figure.low, figure.best, figure.high)):
        return Figure(problem=f"{cell!r} is no number of people: too large")
    return figure


def _figure(text: str) -> Figure | None:
    return (
        _digits(text) or _hedged(text) or _worded(text) or _spoilt(text)
        or _in_other_languages(text)
    )  # fmt: skip


def together(some: pa.Array, others: pa.Array) -> pa.Array:
    """Two columns of people added up (int32), null where either is; no more than `MOST`."""
    wide = pc.add(pc.cast(some, pa.int64()), pc.cast(others, pa.int64()))
    return pc.cast(pc.if_else(pc.greater(wide, MOST), MOST, wide), pa.int32())


def _number(text: str) -> int:
    digits = re.sub(r"\D", "", text.split(".", maxsplit=1)[0])
    # Python refuses to read absurdly long digits; ten say all that matters here.
    return int(digits[:10]) if len(digits) > 10 else int(digits)


def _digits(text: str) -> Figure | None:
    if found := _PLAIN.fullmatch(text):
        return Figure(best=_number(found[1]))
    if found := _RANGE.fullmatch(text):
        low, high = sorted((_number(found[1]), _number(found[2])))
        return Figure(low, None, high, mark="count-in-words")
    return None


def _hedged(text: str) -> Figure | None:
    mark = "count-in-words"
    if found := _AT_LEAST.fullmatch(text):
        return Figure(low=_number(found[1] or found[2]), mark=mark)
    if found := _OVER.fullmatch(text):
        return Figure(low=_number(found[1]) + 1, mark=mark)
    if found := _UP_TO.fullmatch(text):
        return Figure(high=_number(found[1]), mark=mark)
    if found := _UNDER.fullmatch(text):
        return Figure(high=max(_number(found[1]) - 1, 0), mark=mark)
    if found := _ABOUT.fullmatch(text):
        return Figure(best=_number(found[1]), mark="count-approximate")
    return None


def _worded(text: str) -> Figure | None:
    if (number := _number_in_words(text)) is not None:
        return Figure(best=number, mark="count-in-words")
    at_least = re.sub(r"^(at least|over|more than) ", "", text)
    if (number := _number_in_words(at_least)) is not None:
        over = 0 if text.startswith("at least") else 1
        return Figure(low=number + over, mark="count-in-words")
    if at_least in _LEAST_OF:
        return Figure(low=_LEAST_OF[at_least], mark="count-in-words")
    return None


def _number_in_words(text: str) -> int | None:
    if text in _WORDS:
        return _WORDS[text]
    found = _COMPOUND.fullmatch(text)
    unit = UNITS.get(found[2], 0) if found and found[2] else 0
    if found is None or (found[2] and not 0 < unit < 10):
        return None
    return _TENS[found[1]] + unit


@dataclass(frozen=True, slots=True)
class _OtherWords:
    numbers: Mapping[str, int]
    vague: Mapping[str, int]
    hedges: tuple[tuple[re.Pattern[str], Callable[[int], Figure]], ...]


_HEDGES: Mapping[str, Callable[[int], Figure]] = {
    "at_least": lambda n: Figure(low=n, mark="count-in-words"),
    "more_than": lambda n: Figure(low=n + 1, mark="count-in-words"),
    "up_to": lambda n: Figure(high=n, mark="count-in-words"),
    "about": lambda n: Figure(best=n, mark="count-approximate"),
}


@cache
def _other_words() -> _OtherWords:
    """Words of `lexicon("foreign")`, without accents, which tables often leave out."""
    entries = [lexicon("foreign")[code] for code in sorted(languages())]
    hedges = []
    for key, figure in _HEDGES.items():
        phrases = "|".join(folded(phrase) for entry in entries for phrase in entry[key])
        before_or_after = rf"(?:{phrases})\s*(?P<after>.+)|(?P<before>.+?)\s+(?:{phrases})"
        hedges.append((re.compile(before_or_after), figure))
    numbers, vague = (
        {folded(word): n for entry in entries for word, n in entry[key].items()}
        for key in ("numbers", "vague")
    )
    return _OtherWords(numbers, vague, tuple(hedges))


def _in_other_languages(text: str) -> Figure | None:
    if len(text) > _LONGEST:
        return None
    words, plain = _other_words(), folded(text)
    if plain in words.vague:
        return Figure(low=words.vague[plain], mark="count-in-words")
    if plain in words.numbers:
        return Figure(best=words.numbers[plain], mark="count-in-words")
    for pattern, figure in words.hedges:
        found = pattern.fullmatch(plain)
        told = (found["after"] or found["before"]) if found else ""
        if _PLAIN.fullmatch(told):
            return figure(_number(told))
        if told in words.numbers:
            return figure(words.numbers[told])
    return None


def _spoilt(text: str) -> Figure | None:
    """A range that a spreadsheet took for a day: 3-4 became 4-Mar."""
    day = month = 0
    if found := _DAY_MONTH.fullmatch(text):
        day, month = int(found[1]), MONTHS[found[2].casefold()]
    elif found := _MONTH_DAY.fullmatch(text):
        month, day = MONTHS[found[1].casefold()], int(found[2])
    elif _ISO_DAY.fullmatch(text):
        try:
            date = dt.date.fromisoformat(text)
        except ValueError:
            return None
        day, month = date.day, date.month
    if not day:
        return None
    low, high = sorted((day, month))
    return Figure(low, None, high, mark="count-spoilt-by-spreadsheet")
