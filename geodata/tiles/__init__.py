"""Files of map tiles that a person brings along: street maps and imagery without a network.

>>> from geodata.tiles import open_tiles
>>> archive = open_tiles(Path("syria.pmtiles"))  # doctest: +SKIP
>>> archive.tile(6, 38, 25)  # doctest: +SKIP
"""

from __future__ import annotations

from pathlib import Path

from geodata.errors import UnreadableFile
from geodata.guarded_sqlite import HEAD
from geodata.tiles.archive import About, Tile, TileArchive, plain_text
from geodata.tiles.mbtiles import MBTiles
from geodata.tiles.pmtiles_file import PMTiles

__all__ = ["About", "Tile", "TileArchive", "open_tiles", "plain_text"]


def open_tiles(path: Path) -> TileArchive:
    """Open an MBTiles or PMTiles file with raster tiles, told by its first bytes.

    Raises:
        UnreadableFile: it is neither, damaged, or has no pictures; says what to do.
    """
    try:
        with path.open("rb") as file:
            head = file.read(16)
    except IsADirectoryError as error:
        raise UnreadableFile(path, "is a folder; name the file with the tiles.") from error
    except OSError as error:
        raise UnreadableFile(path, f"cannot be opened ({error.strerror}).") from error
    if head.startswith(b"PMTiles"):
        return PMTiles(path)
    if head == HEAD:
        return MBTiles(path)
    raise UnreadableFile(path, "is neither an MBTiles nor a PMTiles file with tiles.")
