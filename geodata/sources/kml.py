"""KML and KMZ: a row a placemark, whatever program drew it.

A placemark's name becomes the title, its description the summary, its time stamp or time span the
day or days, unless its extended data say these themselves. A line or an area is held as a point
with a radius (`shapes`). Descriptions are often HTML: their tags are taken off, and the text as it
stood is kept in the record. Folders, styles, and what a file links to are not read.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from geodata.errors import UnreadableFile
from geodata.layers import kml
from geodata.sources.headers import canonical_name
from geodata.sources.raw_table import RawTable, from_records
from geodata.sources.records import flat

_MEANS: Final = (
    ("name", "title"), ("description", "summary"), ("begin", "date_start"),
    ("when", "date_start"), ("end", "date_end"),
)  # fmt: skip
"""Elements of a placemark to columns, the surer first."""
_BREAK: Final = re.compile(r"<(?:br|/p|/div|/tr|/li|/h\d)\b[^<>]*>", re.IGNORECASE)
_TAG: Final = re.compile(r"<[^<>]*>")


def read_kml(path: Path) -> RawTable:
    """The placemarks of a KML or KMZ file.

    Raises:
        UnreadableFile: damaged, no KML, without placemarks, nested beyond reason, or unpacking to
            too much.
    """
    table = from_records(path, _records(path))
    if not table.count:
        raise UnreadableFile(path, "it holds no placemarks.")
    return table


def _records(path: Path) -> Iterator[tuple[int, Mapping[str, object], str]]:
    for number, (geometry, told) in enumerate(kml.read(path, path.read_bytes()), start=1):
        feature = {"type": "Feature", "properties": _columns(told), "geometry": geometry}
        yield number, flat(feature), json.dumps(feature, ensure_ascii=False)


def _columns(told: Mapping[str, object]) -> dict[str, object]:
    """The extended data, and under one name in every row what they or its elements say."""
    elements = {name for name, _ in _MEANS}
    columns = {name: value for name, value in told.items() if name not in elements}
    for target in dict.fromkeys(target for _, target in _MEANS):
        own = [value for name, value in columns.items() if canonical_name(name) == target and value]
        said = [(name, told.get(name)) for name, meant in _MEANS if meant == target]
        name, value = next(((n, v) for n, v in said if isinstance(v, str) and v), ("", ""))
        text = _plain(value) if name == "description" else value
        if own or text:
            columns[target] = own[0] if own else text
        if value and columns[target] != value:
            columns[name] = value  # as it stood
    return columns


def _plain(text: str) -> str:
    """A text without HTML; every `<` that opens no tag stays."""
    if "<" not in text and "&" not in text:
        return text
    bare = html.unescape(_TAG.sub(" ", _BREAK.sub("\n", text)))
    lines = (" ".join(line.split()) for line in bare.splitlines())
    return "\n".join(line for line in lines if line)
