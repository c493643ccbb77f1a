"""Readers: one module a format or source, all into the canonical table.

`read(path)` is the one call; `SOURCES` lists what is read.
"""

from geodata.sources.builder import ATTENTION, Options, Reading
from geodata.sources.canonical import protect
from geodata.sources.flags import FLAGS
from geodata.sources.registry import SOURCES, Source, open_table, read, recognise

__all__ = [
    "ATTENTION",
    "FLAGS",
    "SOURCES",
    "Options",
    "Reading",
    "Source",
    "open_table",
    "protect",
    "read",
    "recognise",
]
