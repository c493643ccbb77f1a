"""Incidents as what is compared: when and where as arrays, names and words as sets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from geodata.dedupe.rare_words import ACTORS, TEXTS, Rarity, Reader, Words
from geodata.dedupe.word_sets import Numbers, Rows, Sets, codes_of
from geodata.vocabulary import LOCATION_PRECISION, default_radius_km

MOST_REACH_KM: Final = 50.0
_WHEN_AND_WHERE: Final = ("date_start", "date_end", "latitude", "longitude")
_COLUMNS: Final = (
    "incident_id", "dataset", *_WHEN_AND_WHERE, "radius_km",
    "location_precision", "country", "place_name", "event_type", "weapon_group", *ACTORS, *TEXTS,
    *(f"{stem}_{end}" for stem in ("killed", "injured") for end in ("low", "best", "high")),
)  # fmt: skip


@dataclass(frozen=True)
class Events:
    """When and where each incident was, as arrays beside the columns that they come from."""

    frame: pa.Table
    datasets: npt.NDArray[np.int64]
    start: Numbers
    end: Numbers
    latitude: Numbers
    longitude: Numbers
    reach_km: Numbers

    @classmethod
    def of(cls, incidents: pa.Table) -> Events:
        """The incidents of a table with the columns of `schema.INCIDENTS`."""
        frame = incidents.select(list(_COLUMNS))
        start, end, latitude, longitude = (number(frame, name) for name in _WHEN_AND_WHERE)
        datasets = _codes(frame.column("dataset"))
        return cls(frame, datasets, start, end, latitude, longitude, _reach(frame))

    def only(self, rows: Rows) -> dict[str, Any]:
        """The fields of the events of some rows."""
        numbers = {name: values[rows] for name, values in vars(self).items() if name != "frame"}
        return {"frame": self.frame.take(pa.array(rows)).combine_chunks(), **numbers}


@dataclass(frozen=True)
class Table(Events):
    """Candidates alone, with their names and words as folded sets."""

    ids: list[str]
    actors: Sets
    places: Sets
    texts: Sets
    weapons: Sets
    types: Sets
    rarity: Rarity

    @classmethod
    def among(cls, events: Events, rows: Rows, words: Words) -> Table:
        """The events of some rows; which words are rare is told by all of them."""
        held, read = events.only(rows), Reader(words)
        frame = held["frame"]
        actors, places, texts = map(Sets.of, read.sets(frame))
        return cls(
            **held,
            ids=frame.column("incident_id").to_pylist(),
            actors=actors,
            places=places,
            texts=texts,
            weapons=codes_of(frame.column("weapon_group")),
            types=codes_of(frame.column("event_type")),
            rarity=read.rarity(events.frame),
        )


def _codes(column: pa.ChunkedArray) -> npt.NDArray[np.int64]:
    """Data sets as numbers in the order of the alphabet."""
    names = column.to_pylist()
    order = {name: n for n, name in enumerate(sorted({str(name) for name in names}))}
    return np.array([order[str(name)] for name in names], dtype=np.int64)


def number(frame: pa.Table, name: str) -> Numbers:
    """A column as float64, days since 1970 for dates; not-a-number where it is empty."""
    column = frame.column(name)
    if pa.types.is_date(column.type):
        column = column.cast(pa.int32())
    return np.asarray(pc.cast(column, pa.float64()).to_numpy(), dtype=np.float64)


def _reach(frame: pa.Table) -> Numbers:
    """How far from its point an incident may have been, in kilometres, at most `MOST_REACH_KM`."""
    usual = {
        code: MOST_REACH_KM if (radius := default_radius_km(code)) is None else radius
        for code in LOCATION_PRECISION.codes
    }
    known = number(frame, "radius_km")
    codes = frame.column("location_precision").to_pylist()
    said = np.array([usual.get(code or "", MOST_REACH_KM) for code in codes])
    return np.minimum(np.where(np.isnan(known), said, known), MOST_REACH_KM)
