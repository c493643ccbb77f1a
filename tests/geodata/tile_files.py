"""Small files of tiles, made for a test."""

from __future__ import annotations

import io
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from PIL import Image
from pmtiles.tile import Compression, TileType, zxy_to_tileid
from pmtiles.writer import Writer

Place = tuple[int, int, int]


def image(kind: str = "PNG", size: tuple[int, int] = (256, 256), colour: str = "#c2a26b") -> bytes:
    """A picture of one colour."""
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, kind)
    return out.getvalue()


def mbtiles(path: Path, tiles: dict[Place, bytes], **words: str) -> Path:
    """An MBTiles file; places count from the north, as in addresses."""
    with closing(sqlite3.connect(path)) as file, file:
        file.execute("create table metadata (name text, value text)")
        file.execute(
            "create table tiles (zoom_level integer, tile_column integer, tile_row integer, "
            "tile_data blob)"
        )
        file.execute("create unique index tile_index on tiles (zoom_level, tile_column, tile_row)")
        file.executemany("insert into metadata values (?, ?)", words.items())
        file.executemany(
            "insert into tiles values (?, ?, ?, ?)",
            [(z, x, (1 << z) - 1 - y, data) for (z, x, y), data in tiles.items()],
        )
    return path


def pmtiles(
    path: Path, tiles: dict[Place, bytes], kind: TileType = TileType.PNG, **words: Any
) -> Path:
    """A PMTiles file, as the format's own package writes it."""
    zooms = [z for z, _, _ in tiles]
    with path.open("wb") as file:
        writer = Writer(file)
        for place, data in sorted(tiles.items(), key=lambda pair: zxy_to_tileid(*pair[0])):
            writer.write_tile(zxy_to_tileid(*place), data)
        writer.finalize(
            {
                "tile_type": kind,
                "tile_compression": Compression.NONE,
                "min_zoom": min(zooms),
                "max_zoom": max(zooms),
                "min_lon_e7": int(35e7), "min_lat_e7": int(32e7),
                "max_lon_e7": int(43e7), "max_lat_e7": int(38e7),
                "center_zoom": min(zooms), "center_lon_e7": int(38e7), "center_lat_e7": int(35e7),
            },
            words,
        )  # fmt: skip
    return path
