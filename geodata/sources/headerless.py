"""Tables that come without a header, told by what their first row holds."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

_GEO = ("Type", "FullName", "CountryCode", "ADM1Code", "ADM2Code", "Lat", "Long", "FeatureID")
_ACTOR = ("Code", "Name", "CountryCode", "KnownGroupCode", "EthnicCode", "Religion1Code",
          "Religion2Code", "Type1Code", "Type2Code", "Type3Code")  # fmt: skip

GDELT_COLUMNS: Final = (
    "GLOBALEVENTID", "SQLDATE", "MonthYear", "Year", "FractionDate",
    *(f"Actor{n}{name}" for n in (1, 2) for name in _ACTOR),
    "IsRootEvent", "EventCode", "EventBaseCode", "EventRootCode", "QuadClass", "GoldsteinScale",
    "NumMentions", "NumSources", "NumArticles", "AvgTone",
    *(f"{who}Geo_{name}" for who in ("Actor1", "Actor2", "Action") for name in _GEO),
    "DATEADDED", "SOURCEURL",
)  # fmt: skip
"""The 61 columns of GDELT 2.0's event files, in their order, as its codebook names them."""


@dataclass(frozen=True)
class Headerless:
    """A format without a header.

    Attributes:
        separator: between its cells; quotation marks mean nothing in it.
        columns: the names of its columns, in order.
        fits: whether a row of so many cells is of it.
    """

    separator: str
    columns: tuple[str, ...]
    fits: Callable[[Sequence[str]], bool]


def _is_gdelt(row: Sequence[str]) -> bool:
    """An id, a day, its month and year at the start, and the time of adding before the address."""
    day = row[1]
    return (
        re.fullmatch(r"\d{1,12}", row[0]) is not None
        and re.fullmatch(r"\d{8}", day) is not None
        and (row[2], row[3]) == (day[:6], day[:4])
        and re.fullmatch(r"\d{14}", row[59]) is not None
    )


_KNOWN: Final = (Headerless("\t", GDELT_COLUMNS, _is_gdelt),)


def headerless(first_line: str) -> Headerless | None:
    """The format that a file is of whose first line is a row; None where it is a header."""
    for known in _KNOWN:
        row = first_line.rstrip("\r").split(known.separator)
        if len(row) == len(known.columns) and known.fits(row):
            return known
    return None
