"""A file full of map tiles, whatever its format: what it says of itself, and its pictures.

Such a file comes from outside. Its words are cut, freed of markup and only ever shown as text; a
tile is handed on only when it is a PNG, JPEG or WebP of a size that a map tile has.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Final, Protocol

from geodata.errors import UnreadableFile
from geodata.tiles.image import picture

LAST_ZOOM: Final = 24
MOST_BYTES: Final = 4_000_000
"""Largest tile that is read; common ones have 5 to 60 kB."""
MOST_PIXELS: Final = 1_024
"""Longest side of a tile: 256, or 512 for dense screens, and room for one step more."""
_MOST_NAME: Final = 80
_MOST_CREDIT: Final = 300
_WORLD: Final = (-180.0, -85.06, 180.0, 85.06)


@dataclass(frozen=True, slots=True)
class Tile:
    """One picture of a map.

    Attributes:
        content: the bytes, unaltered.
        media_type: told by the bytes, never by the file's own word.
    """

    content: bytes
    media_type: str


@dataclass(frozen=True, slots=True)
class About:
    """What a file says of itself; texts from outside.

    Attributes:
        name: its title, else the file's name.
        attribution: whom to credit, as plain text; None where it says nothing.
        first_zoom: the least zoom that has tiles.
        last_zoom: the greatest.
        bounds: west, south, east, north, WGS 84 degrees.
        photographs: whether it looks like imagery (JPEG), over which names are wanted.
    """

    name: str
    attribution: str | None
    first_zoom: int
    last_zoom: int
    bounds: tuple[float, float, float, float]
    photographs: bool


class TileArchive(Protocol):
    """An open file of tiles; may be asked by several threads."""

    path: Path
    about: About

    def tile(self, zoom: int, x: int, y: int) -> Tile | None:
        """The tile of a place, y from the north; None where the file has none."""

    def close(self) -> None:
        """Let go of the file."""


def checked_tile(path: Path, content: bytes) -> Tile:
    """A tile from bytes of a file.

    Raises:
        UnreadableFile: they are no picture, or one of an impossible size.
    """
    found = picture(content)
    if found is None:
        raise UnreadableFile(path, "a tile is neither PNG nor JPEG nor WebP; it is not shown.")
    if not 1 <= min(found.width, found.height) <= max(found.width, found.height) <= MOST_PIXELS:
        raise UnreadableFile(
            path,
            f"a tile has {found.width} x {found.height} pixels; at most {MOST_PIXELS} x "
            f"{MOST_PIXELS} are shown.",
        )
    return Tile(content, found.media_type)


def is_place(zoom: int, x: int, y: int) -> bool:
    """Whether a tile can lie there."""
    return 0 <= zoom <= LAST_ZOOM and 0 <= x < 1 << zoom and 0 <= y < 1 << zoom


def about(
    path: Path,
    words: Mapping[str, object],
    *,
    zooms: tuple[int, int],
    bounds: tuple[float, ...] | None,
    photographs: bool,
) -> About:
    """What a file says of itself, cut to what can be shown.

    Args:
        path: the file.
        words: its metadata; `name` and `attribution` are used.
        zooms: first and last.
        bounds: west, south, east, north as it claims; the world where they cannot be.
        photographs: whether its tiles are JPEG.
    """
    first, last = (min(LAST_ZOOM, max(0, zoom)) for zoom in zooms)
    return About(
        name=plain_text(words.get("name"), _MOST_NAME) or path.name[:_MOST_NAME],
        attribution=plain_text(words.get("attribution"), _MOST_CREDIT),
        first_zoom=min(first, last),
        last_zoom=max(first, last),
        bounds=_bounds(bounds),
        photographs=photographs,
    )


def plain_text(words: object, most: int) -> str | None:
    """Words without markup and control characters, at most so long; None where none are left.

    Credits are often links in HTML; their words are kept.
    """
    if not isinstance(words, str):
        return None
    reader = _Words()
    reader.feed(words[: 20 * most])
    reader.close()
    kept = "".join(sign if sign.isprintable() else " " for sign in "".join(reader.found))
    kept = re.sub(r"\s+", " ", kept).strip()
    return (kept if len(kept) <= most else f"{kept[: most - 1]}…") or None


class _Words(HTMLParser):
    """Collects the text between tags."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []

    def handle_data(self, data: str) -> None:
        self.found.append(data)


def _bounds(claimed: tuple[float, ...] | None) -> tuple[float, float, float, float]:
    if claimed is None or len(claimed) != 4 or not all(map(math.isfinite, claimed)):
        return _WORLD
    west, south, east, north = claimed
    kept = (max(west, -180.0), max(south, -85.06), min(east, 180.0), min(north, 85.06))
    return kept if kept[0] < kept[2] and kept[1] < kept[3] else _WORLD
