"""Parquet files, GeoParquet among them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from geodata.errors import UnreadableFile
from geodata.layers.wkb import shape_of
from geodata.sources.raw_table import RawTable, as_text, check_width, unique_names
from geodata.sources.shapes import LATITUDES, PLACE_COLUMNS, place_of

_MOST_UNPACKED = 8_000_000_000
_MOST_ROWS = 1_000_000
_MOST_ROWS_A_BYTE = 4
"""No incident packs into less: a few bytes of rows without end are made to harm."""


def read_parquet(path: Path) -> RawTable:
    """The table in a Parquet file, every value as text.

    Raises:
        UnreadableFile: damaged, too wide, unpacking to more than 8 GB, or in another reference
            system than WGS 84.
    """
    try:
        file = pq.ParquetFile(path)
        _check_size(path, file.metadata)
        table = file.read()
    except (pa.ArrowException, OSError, ValueError) as error:
        if isinstance(error, UnreadableFile):
            raise
        raise UnreadableFile(path, "it is no Parquet file, or it is damaged.") from error
    names = unique_names(table.column_names)
    columns = {
        name: _as_text(column)
        for name, column in zip(names, table.columns, strict=True)
        if not _is_bytes(column.type)
    }
    geometry = _geometry(path, table)
    if geometry is not None:
        columns = _with_places(columns, table.column(geometry))
    rows = np.arange(1, table.num_rows + 1, dtype=np.int64)
    return RawTable(pa.table(columns), rows)


def _is_bytes(kind: pa.DataType) -> bool:
    return bool(pa.types.is_binary(kind) or pa.types.is_large_binary(kind))


def _geometry(path: Path, table: pa.Table) -> str | None:
    """The column of a GeoParquet file's geometry as well-known binary; None where it has none."""
    try:
        about = json.loads((table.schema.metadata or {}).get(b"geo", b"{}"))
        name = about["primary_column"]
        told = about["columns"][name]
        encoding, system = told.get("encoding"), told.get("crs")
        code = str((system or {}).get("id", {}).get("code", "CRS84"))
    except (KeyError, TypeError, AttributeError, ValueError, RecursionError):
        return None
    if encoding != "WKB" or name not in table.column_names:
        return None
    if not _is_bytes(table.schema.field(name).type):
        return None
    if code not in {"CRS84", "4326"}:
        raise UnreadableFile(
            path, f"its geometry is in the system {code[:20]}; save it in WGS 84 (EPSG:4326)."
        )
    return str(name)


def _with_places(columns: dict[str, pa.Array], geometry: pa.ChunkedArray) -> dict[str, pa.Array]:
    """The columns with what the geometry of each row says that the row does not."""
    own = pa.table({n: c for n, c in columns.items() if n.casefold() in PLACE_COLUMNS})
    latitude = next((n for n in own.column_names if n.casefold() in LATITUDES), None)
    asked = np.asarray(geometry.is_valid())
    if latitude is not None:
        asked &= np.asarray(own.column(latitude).is_null())
    rows = np.flatnonzero(asked)  # those that have their point cost nothing
    cells = geometry.take(pa.array(rows)).to_pylist()
    beside = own.take(pa.array(rows)).to_pylist() if own.num_columns else [{}] * len(rows)
    places = [place_of(_shape(cell), row) for cell, row in zip(cells, beside, strict=True)]
    for name in dict.fromkeys(name for place in places for name in place):
        texts = np.full(len(asked), None, dtype=object)
        texts[rows] = [as_text(place.get(name)) for place in places]
        told = pa.array(texts, pa.string())
        columns[name] = pc.coalesce(columns[name], told) if name in columns else told
    return columns


def _shape(cell: bytes) -> object:
    try:
        return shape_of(cell, lambda x, y: (x, y))
    except ValueError as error:
        return {"type": str(error)}


def _check_size(path: Path, metadata: pq.FileMetaData) -> None:
    check_width(path, metadata.num_columns)
    groups = (metadata.row_group(number) for number in range(metadata.num_row_groups))
    unpacked = sum(group.total_byte_size for group in groups)
    cells = metadata.num_rows * max(metadata.num_columns, 1)
    if max(unpacked, cells) > _MOST_UNPACKED:
        raise UnreadableFile(path, f"it unpacks to more than {_MOST_UNPACKED / 1e9:.0f} GB.")
    if metadata.num_rows > _MOST_ROWS + _MOST_ROWS_A_BYTE * path.stat().st_size:
        raise UnreadableFile(
            path, f"it unpacks to {metadata.num_rows:,} rows, far more than a file of its size."
        )


def _as_text(column: pa.ChunkedArray) -> pa.Array:
    column = column.combine_chunks() if column.num_chunks != 1 else column.chunk(0)
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if pa.types.is_list(column.type) or pa.types.is_large_list(column.type):
        column = pa.array(
            [None if cell is None else " | ".join(as_text(v) or "" for v in cell)
             for cell in column.to_pylist()], pa.string()
        )  # fmt: skip
    if pa.types.is_nested(column.type):
        return pa.array([as_text(cell) for cell in column.to_pylist()], pa.string())
    if pa.types.is_timestamp(column.type) and column.type.tz is not None:
        column = column.cast(pa.timestamp("us", tz="UTC"))
    return pc.cast(column, pa.string())
