"""Parquet files, GeoParquet among them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from geodata.errors import UnreadableFile
from geodata.sources.raw_table import RawTable, as_text, check_width, unique_names

_MOST_UNPACKED = 8_000_000_000
_MOST_ROWS = 1_000_000
_MOST_ROWS_A_BYTE = 4
"""No incident packs into less: a few bytes of rows without end are made to harm."""


def read_parquet(path: Path) -> RawTable:
    """The table in a Parquet file, every value as text.

    Raises:
        UnreadableFile: damaged, too wide, or unpacking to more than 8 GB.
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
        if not pa.types.is_binary(column.type)  # geometry: its point stands in other columns
    }
    rows = np.arange(1, table.num_rows + 1, dtype=np.int64)
    return RawTable(pa.table(columns), rows)


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
