"""Well-known binary (ISO 13249-3 and PostGIS' extended form) -> GeoJSON's shapes."""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any, Final

Point = tuple[float, float]
_DEEPEST: Final = 8
_KINDS: Final = {
    1: "Point", 2: "LineString", 3: "Polygon", 4: "MultiPoint", 5: "MultiLineString",
    6: "MultiPolygon", 7: "GeometryCollection",
}  # fmt: skip


def shape_of(content: bytes, to_degrees: Callable[[float, float], Point]) -> dict[str, Any]:
    """A geometry; heights and measures are let go.

    Args:
        content: the bytes.
        to_degrees: makes longitude and latitude of a file's x and y.

    Raises:
        ValueError: they are no geometry, cut off, or of a kind that is not read (curves).
    """
    try:
        return _Reader(content, to_degrees).geometry(0)
    except struct.error as error:
        raise ValueError("its geometry is cut off") from error


class _Reader:
    def __init__(self, content: bytes, to_degrees: Callable[[float, float], Point]) -> None:
        self.content, self.to_degrees, self.at = content, to_degrees, 0
        self.order = "<"

    def _read(self, form: str) -> tuple[Any, ...]:
        found = struct.unpack_from(self.order + form, self.content, self.at)
        self.at += struct.calcsize(self.order + form)
        return found

    def geometry(self, depth: int) -> dict[str, Any]:
        self.order = "<" if struct.unpack_from("B", self.content, self.at)[0] else ">"
        self.at += 1
        (code,) = self._read("I")
        extended = code >> 28
        if extended & 2:
            self._read("I")
        plain = code & 0x0FFFFFFF
        kind = _KINDS.get(plain % 1000)
        numbers = 2 + (plain // 1000 in {1, 2, 3}) + (plain // 1000 == 3)
        numbers += bool(extended & 8) + bool(extended & 4)
        if kind is None or depth > _DEEPEST:
            raise ValueError(f"geometries of the kind {plain} are not read")
        return self._parts(kind, numbers, depth)

    def _parts(self, kind: str, numbers: int, depth: int) -> dict[str, Any]:
        if kind == "Point":
            return {"type": kind, "coordinates": self._points(1, numbers)[0]}
        (count,) = self._read("I")
        if kind == "LineString":
            return {"type": kind, "coordinates": self._points(count, numbers)}
        self._must_hold(count, 4)
        if kind == "Polygon":
            rings = [self._points(self._read("I")[0], numbers) for _ in range(count)]
            return {"type": kind, "coordinates": rings}
        parts = [self.geometry(depth + 1) for _ in range(count)]
        if kind == "GeometryCollection":
            return {"type": kind, "geometries": parts}
        return {"type": kind, "coordinates": [part.get("coordinates") for part in parts]}

    def _points(self, count: int, numbers: int) -> list[Point]:
        self._must_hold(count, 8 * numbers)
        values = self._read(f"{count * numbers}d")
        return [
            self.to_degrees(values[at], values[at + 1]) for at in range(0, len(values), numbers)
        ]

    def _must_hold(self, count: int, size: int) -> None:
        """A count that the bytes cannot hold would fill the memory first."""
        if count * size > len(self.content) - self.at:
            raise ValueError("its geometry is cut off")
