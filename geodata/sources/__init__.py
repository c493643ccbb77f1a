"""Readers: one module a format or source, all into the canonical table.

`read(path)` is the one call; `SOURCES` lists what is read.
"""

from geodata.sources.builder import ATTENTION, Options, Reading
from geodata.sources.canonical import protect
from geodata.sources.flags import FLAGS
from geodata.sources.profile import Profile
from geodata.sources.registry import (
    SOURCES,
    Source,
    is_clear,
    open_table,
    read,
    read_again,
    recognise,
)
from geodata.sources.said import Said, as_json, from_json

__all__ = [
    "ATTENTION",
    "FLAGS",
    "SOURCES",
    "Options",
    "Profile",
    "Reading",
    "Said",
    "Source",
    "as_json",
    "from_json",
    "is_clear",
    "open_table",
    "protect",
    "read",
    "read_again",
    "recognise",
]
