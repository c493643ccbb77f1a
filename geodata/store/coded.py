"""Texts that many rows share, kept once: what a snapshot holds in memory instead of its table.

Types, places, actors and grades say the same few things in hundreds of thousands of rows. Each
such column is kept as Arrow's dictionary: its distinct texts, and for each row a number of one to
four bytes, which also holds for columns that say nothing at all. DuckDB reads it as it lies.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
import pyarrow as pa

_OWN: Final = frozenset({"incident_id", "source_record_id", "title", "summary"})
"""Texts that each row has for itself."""
_WIDTHS: Final = ((pa.int8(), np.iinfo(np.int8).max), (pa.int16(), np.iinfo(np.int16).max))


def code(incidents: pa.Table) -> pa.Table:
    """The same rows in one chunk with shared texts kept once; what is so already is left.

    All others are copied: as long as one column of a table that DuckDB handed out is in use, the
    memory of all of them is.
    """
    columns = []
    for field, column in zip(incidents.schema, incidents.columns, strict=True):
        held = column.combine_chunks()
        if field.name not in _OWN and pa.types.is_string(field.type):
            columns.append(_numbered_by(held.dictionary_encode(), None))
        else:
            columns.append(held.copy_to(pa.default_cpu_memory_manager()))
    return pa.table(columns, names=incidents.column_names)


def plain(incidents: pa.Table) -> pa.Table:
    """The same rows with every text in its row, in the types that `code` was given."""
    for at, field in enumerate(incidents.schema):
        if pa.types.is_dictionary(field.type):
            texts = incidents.column(at).cast(field.type.value_type)
            incidents = incidents.set_column(at, field.name, texts)
    return incidents


def joined(pieces: Sequence[pa.Table]) -> pa.Table:
    """Tables made by `code`, or slices of them, as one in one chunk, one after the other."""
    alike = [_each(piece, lambda shared: _numbered_by(shared, pa.int32())) for piece in pieces]
    whole = pa.concat_tables(alike).unify_dictionaries().combine_chunks()
    return _each(whole, lambda shared: _numbered_by(shared, None))


def _each(table: pa.Table, change: Callable[[pa.DictionaryArray], pa.DictionaryArray]) -> pa.Table:
    for at, field in enumerate(table.schema):
        if pa.types.is_dictionary(field.type):
            changed = change(table.column(at).combine_chunks())
            table = table.set_column(at, field.name, changed)
    return table


def _numbered_by(shared: pa.DictionaryArray, width: pa.DataType | None) -> pa.DictionaryArray:
    """The column with numbers of a width; None takes the least that its texts need."""
    if width is None:
        texts = len(shared.dictionary)
        width = next((one for one, most in _WIDTHS if texts <= most), pa.int32())
    return pa.DictionaryArray.from_arrays(shared.indices.cast(width), shared.dictionary)
