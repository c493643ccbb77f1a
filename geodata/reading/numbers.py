"""Quantities as news writes them: digits, words, ranges, hedges and vague words.

A vague word gives a lower bound and nothing else: "several" from 3, "dozens" from 24 (two dozen),
"scores" from 40, "hundreds" from 200. "More than 50" starts at 51, "up to 30" ends at 30 and
starts at 0, because no one vouches for a first victim.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geodata.reading.spans import Token

UNITS = {
    word: value
    for value, word in enumerate(
        [
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
            "sixteen",
            "seventeen",
            "eighteen",
            "nineteen",
        ]
    )
}
TENS = {
    word: 10 * value
    for value, word in enumerate(
        ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"], start=2
    )
} | {"fourty": 40}
SCALES = {"hundred": 100, "thousand": 1000, "million": 1_000_000}
ORDINALS = {
    "second": 2,
    "third": 3,
    "fourth": 4,
    "fifth": 5,
    "sixth": 6,
    "seventh": 7,
    "eighth": 8,
    "ninth": 9,
    "tenth": 10,
    "eleventh": 11,
    "twelfth": 12,
    "thirteenth": 13,
    "fourteenth": 14,
    "fifteenth": 15,
    "sixteenth": 16,
    "seventeenth": 17,
    "eighteenth": 18,
    "nineteenth": 19,
    "twentieth": 20,
}
VAGUE = {
    "several": 3,
    "dozens": 24,
    "scores": 40,
    "hundreds": 200,
    "thousands": 2000,
    "tens": 20,
    "many": 3,
    "numerous": 3,
    "multiple": 2,
    "various": 2,
    "countless": 3,
}
VAGUE_PHRASES = {
    ("a", "few"): 3,
    ("a", "handful", "of"): 3,
    ("a", "number", "of"): 2,
    ("a", "large", "number", "of"): 3,
    ("an", "unknown", "number", "of"): 1,
    ("an", "unspecified", "number", "of"): 1,
    ("an", "undetermined", "number", "of"): 1,
    ("unknown", "number", "of"): 1,
    ("a", "group", "of"): 2,
}
NONE_WORDS = {"no", "nobody", "none", "zero", "nil", "neither"}
LOWER = {
    ("at", "least"): 0,
    ("at", "the", "least"): 0,
    ("no", "fewer", "than"): 0,
    ("no", "less", "than"): 0,
    ("not", "less", "than"): 0,
    ("not", "fewer", "than"): 0,
    ("a", "minimum", "of"): 0,
    ("more", "than"): 1,
    ("over",): 1,
    ("upwards", "of"): 0,
    ("upward", "of"): 0,
    ("in", "excess", "of"): 1,
    ("well", "over"): 1,
    ("above",): 1,
}
UPPER = {
    ("up", "to"): 0,
    ("as", "many", "as"): 0,
    ("as", "much", "as"): 0,
    ("a", "maximum", "of"): 0,
    ("no", "more", "than"): 0,
    ("not", "more", "than"): 0,
    ("at", "most"): 0,
    ("fewer", "than"): 1,
    ("less", "than"): 1,
    ("under",): 1,
}
ABOUT = {
    ("about",),
    ("around",),
    ("approximately",),
    ("some",),
    ("roughly",),
    ("nearly",),
    ("almost",),
    ("close", "to"),
    ("an", "estimated"),
    ("estimated",),
    ("circa",),
    ("approx",),
    ("approx", "."),
    ("perhaps",),
    ("possibly",),
    ("probably",),
    ("just", "over"),
    ("just", "under"),
}
_NOT_PEOPLE_AFTER = {"%", "percent", "per", "°", "km", "kg", "mm", "$", "€"}
_FIRST_WORDS = frozenset(
    [*UNITS, *TENS, *VAGUE, "a", "an", "half", "between", "from"]
    + [words[0] for table in (VAGUE_PHRASES, LOWER, UPPER, ABOUT) for words in table]
)
_LONGEST = 4
_MAX_DIGITS = 9


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number of something, as far as the words say it.

    `best` is None where the words give no single figure, `high` is None where they leave the top
    open. `first` and `last` are token indices, `last` exclusive.
    """

    low: int
    best: int | None
    high: int | None
    qualifier: str
    first: int
    last: int
    vague: bool = False


def integer(tokens: Sequence[Token], i: int) -> tuple[int, int] | None:  # noqa: PLR0911 - a list of cases
    """The whole number that starts at token `i` and the index after it, or None."""
    if i >= len(tokens):
        return None
    word = tokens[i].word
    if word[0].isdecimal():
        return _from_digits(tokens, i)
    if word == "half" and _words(tokens, i + 1, 2) == ("a", "dozen"):
        return 6, i + 3
    if word in ("a", "one") and _word(tokens, i + 1) in ("hundred", "thousand", "million", "dozen"):
        return _from_words(tokens, i + 1, 1)
    if word == "a" and _words(tokens, i + 1, 2) == ("half", "dozen"):
        return 6, i + 3
    if word == "a" and _words(tokens, i + 1, 2) == ("couple", "of"):
        return 2, i + 3
    return _from_words(tokens, i, 0)


def _word(tokens: Sequence[Token], i: int) -> str:
    return tokens[i].word if 0 <= i < len(tokens) else ""


def _words(tokens: Sequence[Token], i: int, count: int) -> tuple[str, ...]:
    return tuple(token.word for token in tokens[i : i + count])


def _from_digits(tokens: Sequence[Token], i: int) -> tuple[int, int] | None:
    digits = tokens[i].word.replace(",", "").replace(".", "")
    if len(digits) > _MAX_DIGITS or not digits.isascii():
        return None
    value, end = int(digits), i + 1
    if _word(tokens, end) == "." and _word(tokens, end + 1).isdecimal():
        return None  # "4.5 km": a measure, not a count
    following = _word(tokens, end)
    if following == "dozen":
        return value * 12, end + 1
    if following in ("thousand", "million"):
        return value * SCALES[following], end + 1
    if following in ("st", "nd", "rd", "th"):
        return None
    return value, end


def _from_words(tokens: Sequence[Token], i: int, start: int) -> tuple[int, int] | None:
    total, current, j, seen = 0, start, i, bool(start)
    while j < len(tokens):
        word = tokens[j].word
        if word in UNITS and (not current % 10 or not seen) and current % 100 not in range(10, 20):
            current += UNITS[word]
        elif word in TENS and current % 100 == 0:
            current += TENS[word]
        elif word == "hundred" and 0 < current < 100:
            current *= 100
        elif word in ("thousand", "million") and current:
            total, current = total + current * SCALES[word], 0
        elif word == "dozen" and current:
            return total + current * 12, j + 1
        elif word == "score" and current:
            return total + current * 20, j + 1
        elif _joins(tokens, j, total + current):
            j += 1
            continue
        else:
            break
        seen, j = True, j + 1
    return (total + current, j) if seen else None


def _joins(tokens: Sequence[Token], j: int, so_far: int) -> bool:
    """Whether "-" or "and" at `j` holds a number together ("twenty-two", "hundred and four")."""
    following = _word(tokens, j + 1)
    if tokens[j].word == "-":
        return (
            so_far % 10 == 0
            and so_far % 100 >= 20
            and following in UNITS
            and 0 < UNITS[following] < 10
            and tokens[j].start == tokens[j - 1].end
        )
    previous = _word(tokens, j - 1)
    return (
        tokens[j].word == "and"
        and previous in ("hundred", "thousand")
        and (following in UNITS or following in TENS)
    )


def quantity(tokens: Sequence[Token], i: int) -> Quantity | None:
    """The quantity that starts at token `i` with its hedge, or None.

    "A", "an" and "one of" are not read here: whether an article counts depends on the noun.
    """
    word = _word(tokens, i)
    if not word or (not word[0].isdecimal() and word not in _FIRST_WORDS):
        return None
    hedge, j = _hedge(tokens, i)
    found = _range(tokens, j) or _plain(tokens, j) or _vague(tokens, j)
    if found is None or _word(tokens, found.last) in _NOT_PEOPLE_AFTER:
        return None
    if _word(tokens, j - 1) in ("$", "€", "£", "№", "#", "no."):
        return None
    return _after(tokens, _hedged(replace(found, first=i), hedge, tokens, i, j))


def _hedge(tokens: Sequence[Token], i: int) -> tuple[str, int]:
    for length in range(_LONGEST, 0, -1):
        words = _words(tokens, i, length)
        if words in LOWER:
            return "at least", i + length
        if words in UPPER:
            return "up to", i + length
        if words in ABOUT:
            return "about", i + length
    return "exact", i


def _hedged(found: Quantity, hedge: str, tokens: Sequence[Token], i: int, j: int) -> Quantity:
    words = _words(tokens, i, j - i)
    if hedge == "at least":
        return replace(found, low=found.low + LOWER[words], best=None, high=None, qualifier=hedge)
    if hedge == "up to":
        top = found.high if found.high is not None else found.low
        high = max(0, top - UPPER[words])
        return replace(found, low=0, best=None, high=high, qualifier=hedge)
    if hedge == "about" and found.qualifier == "exact":
        return replace(found, qualifier=hedge)
    return found


def _after(tokens: Sequence[Token], found: Quantity) -> Quantity:
    """Hedges that follow the figure: "20 or more", "20+"."""
    if found.vague:
        return found
    for words in (("or", "more"), ("+",), ("and", "more"), ("plus",)):
        if _words(tokens, found.last, len(words)) == words:
            last = found.last + len(words)
            return replace(found, best=None, high=None, qualifier="at least", last=last)
    return found


def _range(tokens: Sequence[Token], i: int) -> Quantity | None:
    word, j = _word(tokens, i), i
    joints: tuple[str, ...] = ("to", "-", "or")
    if word in ("between", "from"):
        j, joints = i + 1, ("and", "to", "-")
    first = integer(tokens, j)
    if first is None or _word(tokens, first[1]) not in joints:
        return None
    second = integer(tokens, first[1] + 1)
    if second is None or second[0] <= first[0]:
        return None
    return Quantity(first[0], None, second[0], "range", i, second[1])


def _plain(tokens: Sequence[Token], i: int) -> Quantity | None:
    word = _word(tokens, i)
    found = integer(tokens, i)
    if found is None:
        return None
    value, last = found
    if word == "one" and _word(tokens, last) in ("-", "day", "of"):
        return Quantity(1, 1, 1, "exact", i, last)
    return Quantity(value, value, value, "exact", i, last)


def _vague(tokens: Sequence[Token], i: int) -> Quantity | None:
    for length in range(_LONGEST, 1, -1):
        low = VAGUE_PHRASES.get(_words(tokens, i, length))
        if low is not None:
            return Quantity(low, None, None, "at least", i, i + length, vague=True)
    word = _word(tokens, i)
    if word not in VAGUE:
        return None
    last, low = i + 1, VAGUE[word]
    if word == "tens" and _words(tokens, i + 1, 2) == ("of", "thousands"):
        last, low = i + 3, 20_000
    if word == "hundreds" and _words(tokens, i + 1, 2) == ("of", "thousands"):
        last, low = i + 3, 200_000
    if _word(tokens, last) == "of":
        last += 1
    return Quantity(low, None, None, "at least", i, last, vague=True)
