"""Places a whole table: each distinct place is looked up once, source coordinates always win."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final, Protocol

import numpy as np
import numpy.typing as npt
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
    rows = np.flatnonzero(_without_coordinates(frame))
    distinct, which = _questions(frame.take(rows))
    answers = _answers(distinct, gazetteer, progress)
    columns = {
        column: _filled(frame, column, rows, [getattr(place, field) for place in answers], which)
        for column, field in FILLED.items()
    }
    return frame.assign(**columns)


def _without_coordinates(frame: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Whether each row lacks a latitude or a longitude."""
    if not {"latitude", "longitude"} <= set(frame.columns):
        return np.ones(len(frame), np.bool_)
    missing = frame["latitude"].isna() | frame["longitude"].isna()
    return missing.to_numpy(dtype=np.bool_)


@dataclass(frozen=True, slots=True)
class _Question:
    """What a row asks; "" for unknown."""

    name: str
    admin1: str
    admin2: str
    country: str
    stated: str


_QUESTION: Final = ("name", "admin1", "admin2", "country", "location_precision")


def _questions(frame: pd.DataFrame) -> tuple[list[_Question], npt.NDArray[np.int64]]:
    """The distinct questions of a table, in the order of their first rows, and each row's."""
    name = _texts(frame, "place_name")
    fields = [name.where(name != "", _texts(frame, "place_text"))]
    fields += [_texts(frame, column) for column in _QUESTION[1:]]
    which = np.zeros(len(frame), np.int64)
    for texts in fields:
        codes, values = pd.factorize(texts)
        # Numbered anew after each column, so that the product of five never overflows.
        which, _ = pd.factorize(which * max(len(values), 1) + codes)
    _, first = np.unique(which, return_index=True)
    columns = [texts.to_numpy()[first].tolist() for texts in fields]
    return [_Question(*parts) for parts in zip(*columns, strict=True)], which.astype(np.int64)


def _texts(frame: pd.DataFrame, column: str) -> pd.Series[str]:
    """A column's texts without blanks around them; "" where it has none."""
    if column not in frame.columns:
        return pd.Series([""] * len(frame), dtype=object)
    codes, values = pd.factorize(frame[column])
    texts = [value.strip() if isinstance(value, str) else "" for value in [*values.tolist(), ""]]
    return pd.Series(np.array(texts, dtype=object)[codes])


def _answers(
    distinct: Sequence[_Question], gazetteer: Locator, progress: Progress | None
) -> list[Location]:
    answers = []
    for position, question in enumerate(distinct):
        if progress and position % _PROGRESS_STEP == 0:
            progress("Locating places", position / len(distinct))
        answers.append(_answer(question, gazetteer))
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


def _filled(
    frame: pd.DataFrame,
    column: str,
    rows: npt.NDArray[np.intp],
    found: list[Any],
    which: npt.NDArray[np.int64],
) -> Any:
    """A column with the found values in some rows, in the column's own type."""
    dtype: Any
    if column in frame.columns:
        values = frame[column].to_numpy(dtype=object, copy=True)
        own = frame[column].dtype
        dtype = None if own.kind == "O" and own.name == "object" else own
    else:
        values = np.full(len(frame), None, dtype=object)
        dtype = pd.StringDtype() if column.startswith("location_") else pd.Float64Dtype()
    values[rows] = _objects(found)[which]
    return pd.Series(values.tolist(), index=frame.index, dtype=dtype)


def _objects(values: list[Any]) -> npt.NDArray[np.object_]:
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array


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
    return NamesTable(gazetteer).geocoded(frame, progress)


class NamesTable:
    """Geocodes a long list of names part by part: what one part asked, the next need not ask."""

    def __init__(self, gazetteer: Locator, held: int = 100_000) -> None:
        """A table of names; so many answers of earlier parts are `held`, about 1 KB each."""
        self._gazetteer = gazetteer
        self._most = held
        self._held: dict[_Question, tuple[Any, ...]] = {}

    def geocoded(self, part: pd.DataFrame, progress: Progress | None = None) -> pd.DataFrame:
        """As `geocode_names`."""
        if "name" not in part.columns:
            raise MissingColumn("name", map(str, part.columns))
        asked = part.reindex(columns=list(NAMED)).rename(columns={"name": "place_name"})
        distinct, which = _questions(asked)
        new = [question for question in distinct if question not in self._held]
        answers = dict(zip(new, _answers(new, self._gazetteer, progress), strict=True))
        values = [
            _values(answers[question]) if question in answers else self._held[question]
            for question in distinct
        ]
        if len(self._held) + len(new) > self._most:
            self._held.clear()
        self._held |= dict(zip(distinct[: self._most], values, strict=False))
        columns = list(zip(*values, strict=True)) or [()] * len(_GIVEN)
        filled = {
            name: pd.Series(list(column), dtype=dtype).array.take(which)
            for (name, dtype), column in zip(_GIVEN.items(), columns, strict=True)
        }
        return part.assign(**filled)


_GIVEN: Final = {
    **{c: "string" if c.startswith("location_") else "Float64" for c in FILLED},
    "matched_name": "string",
    "score": "Float64",
    "candidates": "string",
}
"""Columns that a list of names gets, each with its type."""


def _values(place: Location) -> tuple[Any, ...]:
    """What the columns of `_GIVEN` hold of an answer."""
    filled = (getattr(place, field) for field in FILLED.values())
    return (*filled, place.matched_name, place.score, _json(place.candidates))


def _json(candidates: tuple[Candidate, ...]) -> str:
    return json.dumps([asdict(candidate) for candidate in candidates], ensure_ascii=False)
