"""What a layer is made of: shapes with a name, days on which they hold, and who says so."""

from __future__ import annotations

import calendar
import contextlib
import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Final

from geodata.errors import AttentionNeeded
from geodata.layers.geometry import shapes

MOST_WORDS: Final = 300
"""Characters of a name, source or the like that are kept."""

_DAY: Final = re.compile(r"(\d{4})(?:[-/](\d{2})(?:[-/](\d{2})(?:[T ].*)?)?)?", re.ASCII)
_SYMBOL: Final = re.compile(r"[0-9]{20}(?:[0-9]{10})?", re.ASCII)
_COLOUR: Final = re.compile(r"#[0-9a-fA-F]{6}")
# Databases write "no end" as a day far off.
_NO_END: Final = 9000
_NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "name": ("name", "title", "label"),
    "side": ("side", "actor", "controlled_by", "controller", "party"),
    "unit": ("unit", "unit_id"),
    "valid_from": ("valid_from", "begin", "start_date", "date_start"),
    "valid_to": ("valid_to", "end", "end_date", "date_end"),
    "as_of": ("as_of", "as_of_date", "observed", "when"),
    "source": ("source", "sources"),
    "confidence": ("confidence", "certainty"),
    "symbol": ("sidc", "symbol"),
    "colour": ("fill", "stroke", "marker-color", "colour", "color"),
}
"""The names under which files carry what we know of, in any case; the first found counts."""
_TEXTS: Final = ("name", "side", "unit", "source", "confidence")


@dataclass(frozen=True, slots=True)
class Feature:
    """One shape of a layer.

    Attributes:
        geometry: GeoJSON of one type without collections; WGS 84 degrees, longitude first.
        name: as the file has it; None where it has none.
        side: who holds it, or whose unit it is.
        unit: what the file calls a unit; of several positions of one unit the newest counts.
        valid_from: first day on which it holds; None where it has no beginning.
        valid_to: last day; None where it has no end.
        as_of: for positions, the day on which it was known to be there.
        source: who says so.
        confidence: how sure they are, in their words.
        symbol: code of an APP-6(D) or MIL-STD-2525D symbol, 20 or 30 digits.
        colour: ``#rrggbb`` that the file wishes for.
    """

    geometry: Mapping[str, Any]
    name: str | None = None
    side: str | None = None
    unit: str | None = None
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None
    as_of: dt.date | None = None
    source: str | None = None
    confidence: str | None = None
    symbol: str | None = None
    colour: str | None = None

    def to_json(self) -> dict[str, Any]:
        """What is known, days as ISO text; what is unknown is left out."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return {
            name: value.isoformat() if isinstance(value, dt.date) else value
            for name, value in values.items()
            if value is not None
        }

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Feature:
        """The feature that `to_json` wrote, every part of it checked anew.

        Raises:
            ValueError: it is none.
        """
        if not isinstance(values, Mapping):
            raise ValueError("a feature is an object")  # noqa: TRY004 - as of any other fault
        (geometry,) = shapes(values.get("geometry"), 0)
        return cls(
            geometry=geometry,
            **{name: words(values.get(name)) for name in _TEXTS},
            valid_from=_iso(values.get("valid_from")),
            valid_to=_iso(values.get("valid_to")),
            as_of=_iso(values.get("as_of")),
            **_drawing(values),
        )


@dataclass(frozen=True)
class ReadLayer:
    """A file as it was read.

    Attributes:
        file: its name.
        sha256: of its bytes.
        features: what can be drawn, in the file's order.
        left_out: what cannot, each with its row and its reason.
        rows: features that the file has; a row with several shapes gives several features.
    """

    file: str
    sha256: str
    features: tuple[Feature, ...]
    left_out: tuple[AttentionNeeded, ...]
    rows: int


def feature(geometry: Mapping[str, Any], properties: Mapping[str, object], row: int) -> Feature:
    """A feature from a file's properties.

    Args:
        geometry: checked.
        properties: as the file has them.
        row: 1-based place in the file, for the sentence of an error.

    Raises:
        AttentionNeeded: a day cannot be read, or it ends before it begins.
    """
    present = {str(key).casefold(): value for key, value in properties.items()}
    values = {name: _value(present, keys) for name, keys in _NAMES.items()}
    begins = day(values["valid_from"], row=row, column="valid_from")
    ends = day(values["valid_to"], row=row, column="valid_to", last=True)
    if begins is not None and ends is not None and ends < begins:
        raise AttentionNeeded(f"ends on {ends} before it begins on {begins}", row=row)
    return Feature(
        geometry=geometry,
        **{name: values[name] for name in _TEXTS},
        valid_from=begins,
        valid_to=ends,
        as_of=day(values["as_of"], row=row, column="as_of"),
        **_drawing(values),
    )


def _iso(text: object) -> dt.date | None:
    return None if text is None else dt.date.fromisoformat(str(text))


def _drawing(values: Mapping[str, Any]) -> dict[str, str | None]:
    """Symbol and colour, where they are such."""
    symbol, colour = (words(values.get(name)) for name in ("symbol", "colour"))
    return {
        "symbol": symbol if symbol is not None and _SYMBOL.fullmatch(symbol) else None,
        "colour": colour if colour is not None and _COLOUR.fullmatch(colour) else None,
    }


def _value(present: Mapping[str, object], keys: tuple[str, ...]) -> str | None:
    for key in keys:
        found = words(present.get(key))
        if found is not None:
            return found
    return None


def words(value: object) -> str | None:
    """A value as one line of plain text; None where it says nothing."""
    if value is None or isinstance(value, bytes | list | dict | bool):
        return None
    text = str(value)[: 4 * MOST_WORDS]
    text = "".join(sign if sign.isprintable() else " " for sign in text)
    return re.sub(r"\s+", " ", text).strip()[:MOST_WORDS] or None


def day(
    text: str | None, *, row: int | None = None, column: str | None = None, last: bool = False
) -> dt.date | None:
    """A day as ISO writes it; of a year or a month the first, or the last.

    Returns:
        None for no text, and for a last day in the year 9000 or later, which stands for no end.

    Raises:
        AttentionNeeded: it is no day.
    """
    if text is None:
        return None
    found = _DAY.fullmatch(text.strip())
    if found is not None:
        with contextlib.suppress(ValueError, calendar.IllegalMonthError):
            return _day(int(found[1]), found[2], found[3], last=last)
    raise AttentionNeeded(
        f"{text[:40]!r} is no day; write YYYY-MM-DD, YYYY-MM or YYYY", row=row, column=column
    )


def _day(year: int, month: str | None, number: str | None, *, last: bool) -> dt.date | None:
    if last and year >= _NO_END:
        return None
    in_year = int(month or (12 if last else 1))
    ends = calendar.monthrange(year, in_year)[1] if last else 1
    return dt.date(year, in_year, int(number or ends))
