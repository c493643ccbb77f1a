"""Spans of a text, and a folded copy of it whose offsets are the same.

Everything that the reader finds is a `Span` of the original text. The rules themselves run over
`fold(text)`: lower case, straight quotes and plain hyphens, one character for one character, so
that an offset in the folded copy is an offset in the original.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TypedDict

_PLAIN = str.maketrans(
    {
        "‘": "'",
        "’": "'",
        "ʼ": "'",
        "‛": "'",
        "`": "'",
        "“": '"',
        "”": '"',
        "„": '"',
        "«": '"',
        "»": '"',
        "–": "-",
        "—": "-",
        "‐": "-",
        "‑": "-",
        "−": "-",
        "\u00a0": " ",
        "\u202f": " ",
        "\u2009": " ",
        "\t": " ",
    }
)


class SpanJson(TypedDict):
    """A span as JSON: offsets in code points, end exclusive, and the quotation itself."""

    start: int
    end: int
    quote: str


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Part of a text: `quote == text[start:end]`, offsets in code points, end exclusive."""

    start: int
    end: int
    quote: str

    @classmethod
    def of(cls, text: str, start: int, end: int) -> Span:
        """The span of `text` from `start` to `end`, without the white space at its ends."""
        while start < end and text[start].isspace():
            start += 1
        while end > start and text[end - 1].isspace():
            end -= 1
        return cls(start, end, text[start:end])

    def overlaps(self, other: Span) -> bool:
        """Whether both spans share a character."""
        return self.start < other.end and other.start < self.end

    def to_json(self) -> SpanJson:
        """The span as `{"start", "end", "quote"}`."""
        return {"start": self.start, "end": self.end, "quote": self.quote}


@dataclass(frozen=True, slots=True)
class Token:
    """A word, a number or a mark of the folded text, with offsets in the whole text."""

    word: str
    start: int
    end: int


_TOKEN = re.compile(r"\d+(?:[.,]\d{3})+(?!\d)|\d+|[^\W\d_]+(?:'[^\W\d_]+)*|[^\w\s]")


def fold(text: str) -> str:
    """`text` in lower case with plain quotes and hyphens; the length is kept."""
    plain = text.translate(_PLAIN)
    lowered = plain.lower()
    if len(lowered) == len(plain):
        return lowered
    # "İ" and a few others grow when lowered; they stay as they are.
    return "".join(low if len(low := char.lower()) == 1 else char for char in plain)


def tokens_of(folded: str, start: int, end: int) -> list[Token]:
    """The tokens of `folded[start:end]` in order; possessive 's is a token part of its word."""
    return [
        Token(match.group(), match.start(), match.end())
        for match in _TOKEN.finditer(folded, start, end)
    ]
