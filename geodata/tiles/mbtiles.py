"""MBTiles 1.3: tiles in an SQLite file."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from geodata.errors import UnreadableFile
from geodata.guarded_sqlite import GuardedFile
from geodata.tiles.archive import MOST_BYTES, About, Tile, about, checked_tile, is_place

DEADLINE_S: Final = 2.0
_OPENING_S: Final = 20.0
"""Longer, since a file without an index is looked through once for its zooms."""
_RASTER: Final = frozenset({"png", "jpg", "jpeg", "webp"})
_WORDS = (
    "select name, value from metadata where name in ('name', 'format', 'bounds', 'attribution')"
)
_ZOOMS = "select (select min(zoom_level) from tiles), (select max(zoom_level) from tiles)"
_ANY = "select tile_data from tiles limit 1"
_ONE = "select tile_data from tiles where zoom_level = ? and tile_column = ? and tile_row = ?"


class MBTiles:
    """An open MBTiles file.

    Raises:
        UnreadableFile: it is none, it has vector tiles, or no tile at all.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = GuardedFile(path, "MBTiles", MOST_BYTES)
        try:
            self.about = self._about()
        except BaseException:
            self._file.close()
            raise

    def _about(self) -> About:
        with self._file.asking(_OPENING_S) as file:
            rows = file.execute(_WORDS).fetchmany(50)
        words = {str(name): str(value) for name, value in rows}
        kind = words.get("format", "").lower()
        if kind and kind not in _RASTER:
            raise UnreadableFile(
                self.path,
                f"its tiles are {kind[:20]!r}; only pictures (PNG, JPEG, WebP) can be shown. Turn "
                "vector tiles into raster tiles first.",
            )
        with self._file.asking(_OPENING_S) as file:
            any_tile = file.execute(_ANY).fetchone()
            zooms = file.execute(_ZOOMS).fetchone()
        if any_tile is None or not all(isinstance(zoom, int) for zoom in zooms):
            raise UnreadableFile(self.path, "has no tiles.")
        sample = checked_tile(self.path, _bytes(any_tile[0]))
        return about(
            self.path,
            words,
            zooms=zooms,
            bounds=_numbers(words.get("bounds")),
            photographs=sample.media_type == "image/jpeg",
        )

    def tile(self, zoom: int, x: int, y: int) -> Tile | None:
        """The tile of a place, y from the north; None where the file has none.

        Raises:
            UnreadableFile: what it has there is no picture, too large, or takes too long.
        """
        if not is_place(zoom, x, y):
            return None
        with self._file.asking(DEADLINE_S) as file:  # rows are counted from the south
            found = file.execute(_ONE, (zoom, x, (1 << zoom) - 1 - y)).fetchone()
        return None if found is None else checked_tile(self.path, _bytes(found[0]))

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()


def _bytes(value: object) -> bytes:
    return value if isinstance(value, bytes) else b""


def _numbers(text: str | None) -> tuple[float, ...] | None:
    try:
        return None if text is None else tuple(float(part) for part in text.split(",")[:5])
    except ValueError:
        return None
