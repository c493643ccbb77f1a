"""KML 2.2 and KMZ: placemarks with their time spans.

Read by expat without entities and without a document type. What a file links to is never fetched.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final
from xml.parsers import expat

from geodata.errors import UnreadableFile
from geodata.layers.geojson import Raw
from geodata.zip_faults import ZIP_FAULTS

_DEEPEST: Final = 200
_MOST_TEXT: Final = 50_000_000
_MOST_FILES: Final = 1_000
_AFTER_COMMA: Final = re.compile(r",\s+")
_PACKED: Final = b"PK\x03\x04"
_SHAPES: Final = frozenset({"Point", "LineString", "LinearRing", "Polygon", "MultiGeometry"})


def read(path: Path, content: bytes) -> Iterator[Raw]:
    """The placemarks of a KML or KMZ file.

    Raises:
        UnreadableFile: it is damaged, or no KML.
    """
    for document in _documents(path, content):
        reader = _Reader()
        try:
            reader.parser.Parse(document, True)
        except (expat.ExpatError, ValueError) as error:
            raise UnreadableFile(path, f"is no KML that can be read ({error}).") from error
        if reader.root != "kml":
            raise UnreadableFile(path, f"is XML, but no KML: it begins with {reader.root[:40]!r}.")
        yield from reader.found


def _documents(path: Path, content: bytes) -> list[bytes]:
    """The KML files inside a KMZ, which may be several that link to one another; else itself."""
    if not content.startswith(_PACKED):
        return [content]
    found: list[bytes] = []
    left = _MOST_TEXT
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as folder:
            for name in folder.namelist()[:_MOST_FILES]:
                if name.lower().endswith(".kml"):
                    with folder.open(name) as file:
                        found.append(file.read(left + 1))
                    left -= len(found[-1])
                if left < 0:
                    break
    except ZIP_FAULTS as error:
        raise UnreadableFile(path, f"is packed and cannot be unpacked ({error}).") from error
    if not found:
        raise UnreadableFile(path, "is a packed file without KML in it.")
    if left < 0:
        raise UnreadableFile(path, f"unpacks to more than {_MOST_TEXT // 1_000_000} MB.")
    return found


class _Reader:
    """Collects placemarks while expat reads."""

    def __init__(self) -> None:
        self.found: list[Raw] = []
        self.root = ""
        self._path: list[str] = []
        self._text: list[str] = []
        self._properties: dict[str, object] | None = None
        self._geometry: list[dict[str, Any]] = []
        self._shape: list[dict[str, Any]] = []
        self._key = ""
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text.append
        self.parser.StartDoctypeDeclHandler = self._refuse

    @staticmethod
    def _refuse(*_: object) -> None:
        raise ValueError("it declares a document type, which KML does not need")

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition(":")[2]
        self.root = self.root or name
        self._path.append(name)
        if len(self._path) > _DEEPEST:
            raise ValueError("its elements lie too deep in one another")
        self._text.clear()
        if name == "Placemark":
            self._properties, self._geometry, self._shape = {}, [], []
        elif name in _SHAPES and self._properties is not None and name != "LinearRing":
            self._shape.append({"kind": name, "rings": [], "points": []})
        elif name in {"Data", "SimpleData"}:
            self._key = attributes.get("name", "")

    def _end(self, _tag: str) -> None:
        name = self._path.pop()
        text = "".join(self._text).strip()
        self._text.clear()
        if self._properties is None:
            return
        if name == "Placemark":
            self.found.append((self._whole(), self._properties))
            self._properties = None
        elif name == "coordinates" and self._shape:
            self._coordinates(text)
        elif name in _SHAPES and name != "LinearRing" and self._shape:
            done = self._shape.pop()
            if name != "MultiGeometry":
                self._geometry.append(_geometry(done))
        else:
            self._property(name, text)

    def _coordinates(self, text: str) -> None:
        # Blanks part points; after a comma they part numbers, as people write it by hand.
        points = [_numbers(one) for one in _AFTER_COMMA.sub(",", text).split()]
        shape = self._shape[-1]
        if "innerBoundaryIs" in self._path or "outerBoundaryIs" in self._path:
            place = len(shape["rings"]) if "innerBoundaryIs" in self._path else 0
            shape["rings"].insert(place, points)
        else:
            shape["points"] += points

    def _property(self, name: str, text: str) -> None:
        parent = self._path[-1] if self._path else ""
        properties = self._properties
        if properties is None:
            return
        if name == "SimpleData" or (name == "value" and parent == "Data"):
            properties.setdefault(self._key, text)
        elif name in {"name", "description"} and parent == "Placemark":
            properties[name] = text
        elif self._path[-2:-1] != ["Placemark"]:
            return  # the time of a view says nothing of the place
        elif (name in {"begin", "end"} and parent == "TimeSpan") or (
            name == "when" and parent == "TimeStamp"
        ):
            properties[name] = text

    def _whole(self) -> object:
        if len(self._geometry) == 1:
            return self._geometry[0]
        return (
            {"type": "GeometryCollection", "geometries": self._geometry} if self._geometry else None
        )


def _numbers(text: str) -> list[float]:
    """A point; empty where it cannot be read, which is told with its row when it is checked."""
    try:
        return [float(part) for part in text.split(",")[:2]]
    except ValueError:
        return []


def _geometry(shape: dict[str, Any]) -> dict[str, Any]:
    kind, points = shape["kind"], shape["points"]
    if kind == "Point":
        return {"type": "Point", "coordinates": points[0] if points else []}
    if kind == "LineString":
        return {"type": "LineString", "coordinates": points}
    return {"type": "Polygon", "coordinates": shape["rings"]}
