"""The record: add, find, edit, undo; kept in one DuckDB file that nobody holds open.

`record` has the door (`Store`), `imports` and `changes` what is written, `ledger` by whom and why,
`reads` and `snapshot` what is read, `rights` what one person may do with it, `file` and `lock` the
file itself, `tables` its tables.
"""

from geodata.store.changes import BY_HAND
from geodata.store.imports import ATTENTION_SCHEMA, Batch, no_attention, with_ids
from geodata.store.ledger import COUNTS, ImportRecord, Merge, counted
from geodata.store.reads import Placing
from geodata.store.record import Store
from geodata.store.rights import RestrictedStore, Rights
from geodata.store.snapshot import PAGE_COLUMNS, SOURCE_COORDINATES, Snapshot
from geodata.store.waiting import SetAside

__all__ = [
    "ATTENTION_SCHEMA",
    "BY_HAND",
    "COUNTS",
    "PAGE_COLUMNS",
    "SOURCE_COORDINATES",
    "Batch",
    "ImportRecord",
    "Merge",
    "Placing",
    "RestrictedStore",
    "Rights",
    "SetAside",
    "Snapshot",
    "Store",
    "counted",
    "no_attention",
    "with_ids",
]
