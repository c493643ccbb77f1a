"""Places a whole table: each distinct place is looked up once, source coordinates always win."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from typing import Any, Final, Protocol

import pandas as pd

from geodata.errors import MissingColumn
from geodata.gazetteer import Candidate, Location

ASKED: Final = ("place_name", "place_text", "admin1", "admin2", "country")
"""Columns that say where a row is; those that a table lacks count as unknown."""

FILLED: Final = {
    "latitude": "latitude",
    "longitude": "longitude",
    "location_precision": "precision",
    "radius_km": "radius_km",
    "location_method": "method",
    "location_source": "source",
}
"""Columns that are filled in, each with the attribute of `Location` that it takes."""

NAMED: Final = ("name", "country", "admin1", "admin2")
"""Columns of a list of names; all but the first may be absent."""

_COARSE: Final = frozenset(("admin1", "country", "sea", "unknown"))
_PROGRESS_STEP: Final = 500

Progress = Callable[[str, float], None]


class Locator(Protocol):
    """Whatever answers as `Gazetteer` does, such as `GeocoderChain` with online services."""

    def locate(
        self,
        name: str,
        *,
        country: str | None = None,
        admin1: str | None = None,
        admin2: str | None = None,
    ) -> Location:
        """Where a name is."""


def locate_table(
    frame: pd.DataFrame, gazetteer: Locator, progress: Progress | None = None
) -> pd.DataFrame:
    """The table with places filled in for the rows that had no coordinates.

    A row whose source gives both coordinates is left as it is. Any other gets the columns of
    `FILLED`: a named point, or its administrative unit with the unit's extent, or null coordinates
    with precision `country` or `unknown`. What is already stated as known no better than the
    province or the country stays so, whatever its name.

    Args:
        frame: canonical incidents, or any table with a column `country` or `place_name`.
        gazetteer: asked once for each distinct place.
        progress: told the share of distinct places done, 0..1.

    Returns:
        A new frame with the same rows, index and columns, those of `FILLED` added where absent.

    Raises:
        MissingColumn: the table has neither a place column nor a country column.
    """
    if not any(column in frame.columns for column in ASKED):
        raise MissingColumn("place_name", map(str, frame.columns))
    missing = _without_coordinates(frame)
    rows = [position for position, gone in enumerate(missing) if gone]
    questions = _questions(frame, rows)
    answers = _answers(dict.fromkeys(questions), gazetteer, progress)
    located = [answers[question] for question in questions]
    columns = {
        column: _filled(frame, column, rows, [getattr(place, field) for place in located])
        for column, field in FILLED.items()
    }
    return frame.assign(**columns)


def _without_coordinates(frame: pd.DataFrame) -> list[bool]:
    """Whether each row lacks a latitude or a longitude."""
    if not {"latitude", "longitude"} <= set(frame.columns):
        return [True] * len(frame)
    missing: list[bool] = (frame["latitude"].isna() | frame["longitude"].isna()).tolist()
    return missing


@dataclass(frozen=True, slots=True)
class _Question:
    """What a row asks; "" for unknown."""

    name: str
    admin1: str
    admin2: str
    country: str
    stated: str


def _questions(frame: pd.DataFrame, rows: list[int]) -> list[_Question]:
    """The questions of some rows, by position."""

    def texts(column: str) -> list[str]:
        if column not in frame.columns:
            return [""] * len(rows)
        values = frame[column].tolist()
        found = (values[row] for row in rows)
        return [value.strip() if isinstance(value, str) else "" for value in found]

    names = [
        name or text for name, text in zip(texts("place_name"), texts("place_text"), strict=True)
    ]
    others = (texts(column) for column in ("admin1", "admin2", "country", "location_precision"))
    return [_Question(*parts) for parts in zip(names, *others, strict=True)]


def _answers(
    questions: Iterable[_Question], gazetteer: Locator, progress: Progress | None
) -> dict[_Question, Location]:
    distinct = list(questions)
    answers = {}
    for position, question in enumerate(distinct):
        if progress and position % _PROGRESS_STEP == 0:
            progress("Locating places", position / len(distinct))
        answers[question] = _answer(question, gazetteer)
    if progress:
        progress("Locating places", 1.0)
    return answers


def _answer(question: _Question, gazetteer: Locator) -> Location:
    """The location of one question, never finer than the source says it knows."""
    if question.stated in _COARSE:
        admin1 = question.admin1 if question.stated == "admin1" else None
        return gazetteer.locate("", country=question.country, admin1=admin1)
    return gazetteer.locate(
        question.name,
        country=question.country or None,
        admin1=question.admin1 or None,
        admin2=question.admin2 or None,
    )


def _filled(frame: pd.DataFrame, column: str, rows: list[int], found: list[Any]) -> Any:
    """A column with the found values in some rows, in the column's own type."""
    dtype: Any
    if column in frame.columns:
        values = frame[column].tolist()
        own = frame[column].dtype
        dtype = None if own.kind == "O" and own.name == "object" else own
    else:
        values = [None] * len(frame)
        dtype = pd.StringDtype() if column.startswith("location_") else pd.Float64Dtype()
    for row, value in zip(rows, found, strict=True):
        values[row] = value
    return pd.Series(values, index=frame.index, dtype=dtype)


def geocode_names(
    frame: pd.DataFrame, gazetteer: Locator, progress: Progress | None = None
) -> pd.DataFrame:
    """A list of names with what each one means; other columns pass through.

    Args:
        frame: columns of `NAMED`.
        gazetteer: asked once for each distinct row.
        progress: told the share of distinct names done, 0..1.

    Returns:
        The same rows with `latitude, longitude, location_precision, radius_km, location_method,
        location_source, matched_name, score, candidates` added or replaced; null coordinates mean
        that it abstained; `candidates` is a JSON list of objects, best first.

    Raises:
        MissingColumn: there is no column `name`.
    """
    if "name" not in frame.columns:
        raise MissingColumn("name", map(str, frame.columns))
    asked = frame.rename(columns={"name": "place_name"})
    asked = asked.drop(columns=[c for c in ("place_text", "location_precision") if c in asked])
    questions = _questions(asked, list(range(len(frame))))
    answers = _answers(dict.fromkeys(questions), gazetteer, progress)
    located = [answers[question] for question in questions]
    written = {question: _json(place.candidates) for question, place in answers.items()}
    columns: dict[str, Any] = {
        column: pd.array(
            [getattr(place, field) for place in located],
            dtype="string" if column.startswith("location_") else "Float64",
        )
        for column, field in FILLED.items()
    }
    columns["matched_name"] = pd.array([place.matched_name for place in located], dtype="string")
    columns["score"] = pd.array([place.score for place in located], dtype="Float64")
    columns["candidates"] = pd.array([written[q] for q in questions], dtype="string")
    return frame.assign(**columns)


def _json(candidates: tuple[Candidate, ...]) -> str:
    return json.dumps([asdict(candidate) for candidate in candidates], ensure_ascii=False)
