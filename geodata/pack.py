"""The canonical table as one columnar binary that the browser filters, counts and draws from.

The layout is written down in `docs/pack-format.md`; `dashboard/folium_map/js/engine/columns.js`
reads it. Rows keep their order (`in_pack_order`), so a row's number is its identity inside one
version of the store. Only what a predicate, a sum or a symbol needs is carried: no titles, no
summaries, no names of people.
"""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from geodata.errors import ImpossibleValue, MissingColumn
from geodata.vocabulary import (
    DATE_PRECISION,
    EVENT_TYPE,
    GRADE,
    LIST_SEPARATOR,
    LOCATION_PRECISION,
    ROLE,
    STATUS,
    WEAPON,
    WEAPON_GROUP,
    Vocabulary,
    default_radius_km,
)

MAGIC: Final = b"CMPK"
FORMAT: Final = 1
"""Raised when an older reader would misread the bytes; the browser refuses another number."""

MICRO: Final = 1_000_000
"""Coordinates travel as whole millionths of a degree: `micro / 1e6` is the table's number."""

RADIUS_STEP_KM: Final = 0.01
_PREAMBLE: Final = struct.Struct("<4sHHIII")
_GZIP_LEVEL: Final = 6
_GZIP_HEADER: Final = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
"""RFC 1952: deflate, no name, no time, an unknown system."""
_LAST_BLOCK: Final = b"\x03\x00"
"""An empty block that ends a deflate stream."""
_SAMPLE: Final = 1 << 16
_MOST_ACCOUNTS: Final = 250
_MOST_RADIUS: Final = 2_000_000
_CELL_BITS: Final = 16
_IN_CELL: Final = (1 << _CELL_BITS) - 1

Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


def in_pack_order(incidents: pa.Table) -> pa.Table:
    """The same rows by first day, those without one last, then by incident_id."""
    keys = [("date_start", "ascending"), ("incident_id", "ascending")]
    return incidents.take(pc.sort_indices(incidents, sort_keys=keys))


def pack(incidents: pa.Table, *, version: str) -> bytes:
    """A canonical table, sorted by `in_pack_order`, as the browser's binary.

    Args:
        incidents: columns as `schema.INCIDENTS`; others are not looked at.
        version: the store's version token, carried so that the page can tell packs apart.

    Returns:
        Preamble (magic, format, lengths, CRC-32), JSON header, column bytes. Not compressed.

    Raises:
        MissingColumn: a column that the browser needs is not there.
        ImpossibleValue: the rows are not sorted, a count is negative, or a place is not on Earth.
    """
    return b"".join(_parts(incidents, version))


def pack_gzip(incidents: pa.Table, *, version: str) -> bytes:
    """`pack`, compressed once: to be sent with `Content-Encoding: gzip`; same bytes every time.

    Every byte plane is compressed by itself, several at once, in the way that suits it: most hold
    codes in no order, where looking for repetitions takes eight times as long and finds less than
    counting bytes does.
    """
    parts = _parts(incidents, version)
    checksum = length = 0
    for part in parts:
        checksum = zlib.crc32(part, checksum)
        length += len(part)
    with ThreadPoolExecutor() as pool:  # zlib works outside Python's lock
        packed = b"".join(pool.map(_deflated, parts))
    trailer = struct.pack("<II", checksum, length & 0xFFFFFFFF)
    return _GZIP_HEADER + packed + _LAST_BLOCK + trailer


def _deflated(part: bytes) -> bytes:
    """Whole blocks of a raw deflate stream (RFC 1951), none of them the last."""
    sample = part[:_SAMPLE]
    strategy = min(
        (zlib.Z_HUFFMAN_ONLY, zlib.Z_DEFAULT_STRATEGY), key=lambda one: len(_blocks(sample, one))
    )
    return _blocks(part, strategy)


def _blocks(part: bytes, strategy: int) -> bytes:
    compressor = zlib.compressobj(
        _GZIP_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS, zlib.DEF_MEM_LEVEL, strategy
    )
    return compressor.compress(part) + compressor.flush(zlib.Z_SYNC_FLUSH)


def _parts(incidents: pa.Table, version: str) -> list[bytes]:
    """The pack in pieces: preamble with header, then one byte plane after the other."""
    writer = _Writer(incidents)
    _add_days(writer)
    _add_places(writer)
    _add_codes(writer)
    _add_actors(writer)
    _add_weapons(writer)
    for stem in ("killed", "injured"):
        _add_figures(writer, stem)
    return writer.finish(version)


class _Writer:
    """Collects sections and dictionaries, then joins them."""

    def __init__(self, incidents: pa.Table) -> None:
        self.table = incidents
        self.rows = incidents.num_rows
        self.dictionaries: dict[str, list[str]] = {}
        self.extra: dict[str, Any] = {}
        self._sections: dict[str, dict[str, Any]] = {}
        self._body: list[bytes] = []
        self._size = 0

    def column(self, name: str) -> pa.Array:
        if name not in self.table.column_names:
            raise MissingColumn(name, self.table.column_names)
        return self.table.column(name).combine_chunks()

    def numbers(self, name: str) -> tuple[Integers, Flags]:
        """Whole numbers and where they are known; 0 stands where they are not."""
        column = self.column(name)
        known = np.asarray(column.is_valid())
        values = pc.fill_null(column.cast(pa.int64()), 0).to_numpy(zero_copy_only=False)
        return values.astype(np.int64), known

    def days(self, name: str) -> tuple[Integers, Flags]:
        """Days since 1970-01-01 and where they are known."""
        column = self.column(name)
        known = np.asarray(column.is_valid())
        days = pc.fill_null(column.cast(pa.int32()), 0).to_numpy(zero_copy_only=False)
        return days.astype(np.int64), known

    def add(self, name: str, codes: Integers) -> None:
        """Non-negative whole numbers as byte planes of the smallest width; one value as none."""
        least = int(codes.min(initial=0)) if len(codes) else 0
        most = int(codes.max(initial=0))
        if least < 0 or most >= 2**32:
            raise ImpossibleValue(f"{name} runs from {least} to {most}, outside what is packed.")
        if not len(codes) or (codes == codes[0]).all():
            value = int(codes[0]) if len(codes) else 0
            self._sections[name] = {"n": len(codes), "width": 0, "value": value}
            return
        width = next(size for size in (1, 2, 3, 4) if most < 256**size)
        planes = codes.astype("<u4").view(np.uint8).reshape(-1, 4)[:, :width]
        self._sections[name] = {"n": len(codes), "width": width, "at": self._size}
        self._body += [planes[:, plane].tobytes() for plane in range(width)]
        self._size += width * len(codes)

    def finish(self, version: str) -> list[bytes]:
        header = json.dumps(
            {
                "rows": self.rows,
                "version": version,
                "sections": self._sections,
                "dictionaries": self.dictionaries,
                "roles": ROLE.codes,
                "vocabulary": _vocabulary(),
                **self.extra,
            },
            ensure_ascii=False,
            separators=(",", ":"),
        ).encode()
        checksum = 0
        for part in (header, *self._body):
            checksum = zlib.crc32(part, checksum)
        preamble = _PREAMBLE.pack(MAGIC, FORMAT, 0, len(header), self._size, checksum)
        return [preamble + header, *self._body]


def _vocabulary() -> dict[str, list[dict[str, Any]]]:
    """The code lists that symbols, legend and words in the browser follow."""
    lists: Mapping[str, Vocabulary] = {
        "event_type": EVENT_TYPE,
        "weapon_group": WEAPON_GROUP,
        "weapon": WEAPON,
        "location_precision": LOCATION_PRECISION,
        "date_precision": DATE_PRECISION,
        "grade": GRADE,
    }
    return {
        name: [
            {"code": term.code, "label": term.label, **_drawn_by(term.attributes)}
            for term in vocabulary.terms
        ]
        for name, vocabulary in lists.items()
    }


def _drawn_by(attributes: Mapping[str, Any]) -> dict[str, Any]:
    wanted = ("colour", "shape", "outline", "radius_km", "drawn", "pin", "group")
    return {name: attributes[name] for name in wanted if name in attributes}


def _add_days(writer: _Writer) -> None:
    """First days as steps from row to row, last days as the span after the first day."""
    start, dated = writer.days("date_start")
    end, ended = writer.days("date_end")
    last = int(dated.sum())
    if not dated[:last].all() or (np.diff(start[:last]) < 0).any():
        raise ImpossibleValue("The rows are not in pack order: by date_start, the undated last.")
    every = np.concatenate([start[dated], end[ended]])
    epoch = int(every.min()) if len(every) else 0
    writer.extra |= {"epoch": str(np.datetime64(epoch, "D")), "dated": last}
    writer.add("start_step", np.diff(start[:last] - epoch, prepend=0))
    # A row with both days holds the span; one with a last day only holds the day itself.
    span = np.where(dated, end - start, end - epoch)
    writer.add("end", np.where(ended, _zigzag(span) + 1, 0))


def _zigzag(values: Integers) -> Integers:
    """0, -1, 1, -2, 2 … as 0, 1, 2, 3, 4 …."""
    return np.where(values < 0, -2 * values - 1, 2 * values)


def _add_codes(writer: _Writer) -> None:
    for name, vocabulary in (
        ("event_type", EVENT_TYPE),
        ("date_precision", DATE_PRECISION),
        ("grade", GRADE),
        ("status", STATUS),
    ):
        writer.add(name, _coded(writer, name, vocabulary.codes))
    for name in ("disputed", "sensitive"):
        writer.add(name, writer.numbers(name)[0])
    accounts, known = writer.numbers("n_accounts")
    writer.add("n_accounts", np.where(known, accounts.clip(0, _MOST_ACCOUNTS) + 1, 0))


def _coded(writer: _Writer, name: str, first: Sequence[str] = ()) -> Integers:
    """A text column as 1 + its place in `dictionaries[name]`, null as 0; `first` come first."""
    codes, words = _dictionary(writer.column(name), first)
    writer.dictionaries[name] = words
    return codes


def _dictionary(column: pa.Array, first: Sequence[str] = ()) -> tuple[Integers, list[str]]:
    encoded = column.dictionary_encode()
    found = [str(word) for word in encoded.dictionary.to_pylist()]
    words = [*first, *sorted(set(found) - set(first))]
    place = {word: number for number, word in enumerate(words, start=1)}
    renamed = np.array([0, *(place[word] for word in found)], dtype=np.int64)
    indices = pc.fill_null(encoded.indices.cast(pa.int64()), -1)
    return renamed[indices.to_numpy(zero_copy_only=False) + 1], words


def _add_actors(writer: _Writer) -> None:
    """One dictionary of cells for all roles: a cell is the actors as joined in the table."""
    cells = [writer.column(role).cast(pa.string()) for role in ROLE.codes]
    codes, words = _dictionary(pa.concat_arrays(cells))
    writer.dictionaries["actor_cell"] = words
    for number, role in enumerate(ROLE.codes):
        writer.add(role, codes[number * writer.rows : (number + 1) * writer.rows])


def _add_weapons(writer: _Writer) -> None:
    """One dictionary of cells: weapon codes and launch groups together."""
    # Filled first: where both are null, pyarrow 25's `null_handling="skip"` drops the row.
    both = [
        pc.fill_null(writer.column(name).cast(pa.string()), "")
        for name in ("weapon", "weapon_group")
    ]
    bar = pa.scalar(LIST_SEPARATOR, pa.string())
    joined = pc.utf8_trim(pc.binary_join_element_wise(*both, bar), " |")
    codes, words = _dictionary(
        pc.if_else(pc.equal(joined, ""), pa.scalar(None, pa.string()), joined)
    )
    writer.dictionaries["weapon_cell"] = words
    writer.add("weapon_cell", codes)


def _add_figures(writer: _Writer, stem: str) -> None:
    """Which of low, best, high are known, the one to go by, and how far the others are from it."""
    ends = ("low", "best", "high")
    (low, has_low), (best, has_best), (high, has_high) = (
        writer.numbers(f"{stem}_{end}") for end in ends
    )
    for end, values in zip(ends, (low, best, high), strict=True):
        if (values < 0).any():
            raise ImpossibleValue(f"{stem}_{end} is {values.min()}; a count is never negative.")
    reference = np.where(has_best, best, np.where(has_low, low, high))
    writer.add(f"{stem}_known", has_low + 2 * has_best + 4 * has_high.astype(np.int64))
    writer.add(stem, reference)
    writer.add(f"{stem}_low", np.where(has_low, _zigzag(reference - low), 0))
    writer.add(f"{stem}_high", np.where(has_high, _zigzag(high - reference), 0))


def _add_places(writer: _Writer) -> None:
    """Rows name a place, places an area: what is common to many is written once.

    A place is an area and 16 bits of latitude and of longitude inside its cell; an area is a
    cell of 65,536 micro-degrees with precision, radius, country and admin1. Places met often come
    first. A row whose place is met only once says 0 ("the next one"), so that scattered points
    cost their coordinates and little else.
    """
    latitude, longitude = _micro(writer, "latitude", 90), _micro(writer, "longitude", 180)
    area_of_row, areas = _areas(writer, latitude, longitude)
    columns = [area_of_row, latitude & _IN_CELL, longitude & _IN_CELL]
    of_row, first_row = _distinct(columns)
    met = np.bincount(of_row, minlength=len(first_row))
    shared = np.flatnonzero(met > 1)
    shared = shared[np.lexsort((shared, -met[shared]))]
    number = np.zeros(len(first_row), dtype=np.int64)
    number[shared] = np.arange(1, len(shared) + 1)
    writer.add("place", number[of_row])
    writer.extra["shared_places"] = len(shared)
    rows = first_row[np.concatenate([shared, np.flatnonzero(met == 1)])]
    for name, values in zip(("area", "latitude", "longitude"), columns, strict=True):
        writer.add(f"place_{name}", values[rows])
    for name, values in areas.items():
        writer.add(f"area_{name}", values)


def _areas(
    writer: _Writer, latitude: Integers, longitude: Integers
) -> tuple[Integers, dict[str, Integers]]:
    """For every row its area, and the areas' columns; coordinates as `_micro` gives them."""
    precision = _coded(writer, "location_precision", LOCATION_PRECISION.codes)
    of_row = {
        "latitude": latitude >> _CELL_BITS,
        "longitude": longitude >> _CELL_BITS,
        "precision": precision,
        "radius": _radius(writer, precision),
        "country": _coded(writer, "country"),
        "admin1": _coded(writer, "admin1"),
    }
    number, first_row = _distinct(list(of_row.values()))
    return number, {name: values[first_row] for name, values in of_row.items()}


def _distinct(columns: Sequence[Integers]) -> tuple[Integers, Integers]:
    """For every row the number of its combination, and for every combination its first row."""
    combined: Integers = np.zeros(len(columns[0]), dtype=np.int64)
    for values in columns:
        codes, _ = pd.factorize(values)
        merged = combined * (int(codes.max(initial=0)) + 1) + codes
        combined = pd.factorize(merged)[0].astype(np.int64)
    count = int(combined.max(initial=-1)) + 1
    first = np.empty(count, dtype=np.int64)
    # Where a number is met again, what is written last stays: backwards, that is the first row.
    first[combined[::-1]] = np.arange(len(combined) - 1, -1, -1)
    return combined, first


def _micro(writer: _Writer, name: str, most: int) -> Integers:
    """Micro-degrees east or north of the cell before the first; null is 0, in cell 0."""
    column = writer.column(name)
    degrees = pc.fill_null(column.cast(pa.float64()), 0.0).to_numpy(zero_copy_only=False)
    if not (np.abs(degrees) <= most).all():
        raise ImpossibleValue(f"A {name} is beyond {most} degrees; mend the row first.")
    micro = np.rint(degrees * MICRO).astype(np.int64) + most * MICRO + (1 << _CELL_BITS)
    return np.where(np.asarray(column.is_valid()), micro, 0)


def _radius(writer: _Writer, precision: Integers) -> Integers:
    """Radii in steps of 10 m, plus 1; the precision's own where the row has none, 0 for neither."""
    column = writer.column("radius_km").cast(pa.float64())
    given = pc.fill_null(column, np.nan).to_numpy(zero_copy_only=False)
    usual = [np.nan]
    for code in writer.dictionaries["location_precision"]:
        radius = default_radius_km(code) if code in LOCATION_PRECISION else None
        usual.append(np.nan if radius is None else radius)
    radius_km = np.where(np.isnan(given), np.array(usual)[precision], given)
    steps = np.nan_to_num(np.rint(radius_km / RADIUS_STEP_KM), nan=-1, posinf=_MOST_RADIUS)
    return np.asarray(steps.clip(-1, _MOST_RADIUS).astype(np.int64) + 1)
