"""What must hold of any file whatever: a reading that adds up, or one sentence."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from geodata.documents import document_from_bytes
from geodata.errors import ConflictMapError
from geodata.layers import read_layer
from geodata.sources import Reading, read

CORPUS: Final = Path(__file__).parent / "corpus"
FORMATS: Final = {
    "csv": "commas.csv",
    "tsv": "tabs.tsv",
    "json": "list.json",
    "jsonl": "lines.jsonl",
    "geojson": "map.geojson",
    "kml": "map.kml",
    "gdelt": "20260314120000.export.CSV",
    "html": "page.html",
    "eml": "letter.eml",
    "txt": "report.txt",
}
"""Formats of text, and the name that a file of each goes by."""
_DOCUMENTS: Final = {"html", "eml", "txt"}
_LAYERS: Final = {"geojson", "kml"}


def check(kind: str, content: bytes, folder: Path) -> None:
    """Read content as a file of that format, in every way that we read one.

    Raises:
        AssertionError: the reading does not add up, or the sentence is none.
    """
    if kind in _DOCUMENTS:
        _check_document(FORMATS[kind], content)
        return
    path = folder / FORMATS[kind]
    path.write_bytes(content)
    check_table(path)
    if kind in _LAYERS:
        try:
            read_layer(path)
        except ConflictMapError as error:
            check_sentence(path.name, str(error))


def check_table(path: Path) -> Reading | None:
    """Read a table: every row must be accounted for. None where it cannot be read.

    Raises:
        AssertionError: as of `check`.
    """
    try:
        reading: Reading = read(path, dataset="d")
    except ConflictMapError as error:
        check_sentence(path.name, str(error))
        return None
    assert len(reading.incidents) + len(reading.attention) == reading.rows
    assert len(reading.raw) == len(reading.incidents)
    return reading


def check_sentence(name: str, said: str) -> None:
    """An error names its file, in one line.

    Raises:
        AssertionError: it does not.
    """
    assert said.startswith(f"{name}: "), said
    assert "\n" not in said, said


def _check_document(name: str, content: bytes) -> None:
    try:
        document = document_from_bytes(name, content)
    except ConflictMapError as error:
        check_sentence(name, str(error))
    else:
        document.text.encode()  # no half of a surrogate pair, which no file can hold
