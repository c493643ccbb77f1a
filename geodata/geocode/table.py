"""Places a whole table: each distinct place is looked up once, source coordinates always win."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import pandas as pd

from geodata.errors import MissingColumn
from geodata.gazetteer import Gazetteer, Location

ASKED: Final = ("place_name", "place_text", "admin1", "admin2", "country")
"""Columns that say where a row is; those that a table lacks count as unknown."""

FILLED: Final = (
    "latitude", "longitude", "location_precision", "radius_km", "location_method",
    "location_source",
)  # fmt: skip
"""Columns that are filled in."""

_COARSE: Final = frozenset(("admin1", "country", "sea", "unknown"))
_PROGRESS_STEP: Final = 500

Progress = Callable[[str, float], None]


def locate_table(
    frame: pd.DataFrame, gazetteer: Gazetteer, progress: Progress | None = None
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
    result = frame.copy(deep=False)
    for column in FILLED:
        if column not in result.columns:
            kind = "string" if column.startswith("location") else "Float64"
            result[column] = pd.Series(pd.NA, index=result.index, dtype=kind)
    missing = result["latitude"].isna() | result["longitude"].isna()
    if not missing.any():
        return result
    rows = _questions(result[missing])
    number = rows.groupby(list(rows.columns), sort=False).ngroup().to_numpy()
    locations = _answers(rows.drop_duplicates(), gazetteer, progress)
    for column, values in _columns(locations).items():
        found = pd.Series([values[n] for n in number], index=rows.index, dtype=object)
        result[column] = _filled(result[column], missing, found)
    return result


def _questions(frame: pd.DataFrame) -> pd.DataFrame:
    """What each row asks: name, admin1, admin2, country, stated precision; "" for unknown."""
    parts = {}
    for column in (*ASKED, "location_precision"):
        if column in frame.columns:
            parts[column] = frame[column].astype(object).where(frame[column].notna(), "")
        else:
            parts[column] = pd.Series("", index=frame.index, dtype=object)
    asked = pd.DataFrame(parts).astype(str)
    name = asked["place_name"].where(asked["place_name"].str.strip() != "", asked["place_text"])
    return asked.assign(name=name)[["name", "admin1", "admin2", "country", "location_precision"]]


def _answers(
    questions: pd.DataFrame, gazetteer: Gazetteer, progress: Progress | None
) -> list[Location]:
    answers = []
    for position, question in enumerate(questions.itertuples(index=False)):
        if progress and position % _PROGRESS_STEP == 0:
            progress("Locating places", position / len(questions))
        answers.append(_answer(question, gazetteer))
    if progress:
        progress("Locating places", 1.0)
    return answers


def _answer(question: Any, gazetteer: Gazetteer) -> Location:
    """The location of one question, never finer than the source says it knows."""
    stated = question.location_precision
    if stated in _COARSE:
        admin1 = question.admin1 if stated == "admin1" else None
        return gazetteer.locate("", country=question.country, admin1=admin1)
    return gazetteer.locate(
        question.name,
        country=question.country or None,
        admin1=question.admin1 or None,
        admin2=question.admin2 or None,
    )


def _columns(locations: list[Location]) -> dict[str, list[Any]]:
    return {
        "latitude": [place.latitude for place in locations],
        "longitude": [place.longitude for place in locations],
        "location_precision": [place.precision for place in locations],
        "radius_km": [place.radius_km for place in locations],
        "location_method": [place.method for place in locations],
        "location_source": [place.source for place in locations],
    }


def _filled(column: pd.Series[Any], missing: pd.Series[Any], found: pd.Series[Any]) -> Any:
    """A column with the found values where they were missing, in the column's own type."""
    dtype = column.dtype if str(column.dtype) != "object" else None
    values = column.astype(object).copy()
    values[missing] = found
    values = values.where(values.notna(), None)
    return pd.Series(values.tolist(), index=column.index, dtype=dtype, name=column.name)
