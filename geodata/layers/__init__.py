"""Layers from files, with the days on which they hold: areas of control, front lines, positions.

>>> from geodata.layers import LayerFolder, read_layer
>>> read = read_layer(Path("control.geojson"))  # doctest: +SKIP
>>> LayerFolder.beside(store).add(read, name="Control", who="a", why="")  # doctest: +SKIP
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from geodata.errors import AttentionNeeded, UnreadableFile
from geodata.guarded_sqlite import HEAD
from geodata.layers import geojson, geopackage, kml
from geodata.layers.folder import FRAMES, Layer, LayerFolder
from geodata.layers.geojson import Raw
from geodata.layers.geometry import shapes
from geodata.layers.model import Feature, ReadLayer, day, feature

__all__ = ["FRAMES", "Feature", "Layer", "LayerFolder", "ReadLayer", "day", "read_layer"]

LARGEST_FILE: Final = 50_000_000
"""Bytes of a file that are read at all."""
MOST_FEATURES: Final = 20_000
MOST_POINTS: Final = 500_000


def read_layer(path: Path) -> ReadLayer:
    """Read a GeoJSON, KML, KMZ or GeoPackage file.

    Args:
        path: the file; its kind is told by its first bytes.

    Raises:
        UnreadableFile: it cannot be read at all, or is too large to be drawn.
    """
    content = _content(path)
    features: list[Feature] = []
    left_out: list[AttentionNeeded] = []
    row = points = 0
    for row, (geometry, properties) in enumerate(_raws(path, content), start=1):
        try:
            # All shapes of a row or none: half a row would be a claim of ours.
            found = [feature(shape, properties, row) for shape in shapes(geometry, row)]
        except AttentionNeeded as error:
            left_out.append(error)
            continue
        features += found
        points += sum(_points(one.geometry["coordinates"]) for one in found)
        if len(features) > MOST_FEATURES or points > MOST_POINTS:
            raise UnreadableFile(
                path,
                f"has more than {MOST_FEATURES:,} shapes or {MOST_POINTS:,} points; cut it to the "
                "area you need or simplify it.",
            )
    digest = hashlib.sha256(content).hexdigest()
    return ReadLayer(path.name, digest, tuple(features), tuple(left_out), row)


def _content(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_FILE + 1)
    except IsADirectoryError as error:
        raise UnreadableFile(path, "is a folder; name the file with the layer.") from error
    except OSError as error:
        raise UnreadableFile(path, f"cannot be opened ({error.strerror}).") from error
    if len(content) > LARGEST_FILE:
        raise UnreadableFile(path, f"is larger than {LARGEST_FILE // 1_000_000} MB.")
    return content


def _raws(path: Path, content: bytes) -> Iterator[Raw]:
    begins = content.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    if content.startswith(HEAD):
        return geopackage.read(path)
    if content.startswith(b"PK\x03\x04") or begins == b"<":
        return kml.read(path, content)
    if begins == b"{":
        return geojson.read(path, content)
    raise UnreadableFile(path, "is neither GeoJSON nor KML, KMZ or GeoPackage.")


def _points(part: object) -> int:
    if isinstance(part, list) and part and isinstance(part[0], list):
        return sum(map(_points, part))
    return 1
