"""PMTiles 3: tiles and their directory in one file.

Ids of tiles and the header are read by the package `pmtiles`. Directories are read here, since a
few kilobytes of gzip can hold gigabytes: each is bounded, and kept once read.
"""

from __future__ import annotations

import json
import threading
import zlib
from collections import OrderedDict
from pathlib import Path
from typing import Any, Final

from pmtiles.tile import (
    Compression,
    Entry,
    TileType,
    deserialize_header,
    find_tile,
    zxy_to_tileid,
)

from geodata.errors import UnreadableFile
from geodata.tiles.archive import MOST_BYTES, About, Tile, about, checked_tile, is_place

_HEADER: Final = 127
_MOST_DIRECTORY: Final = 4_000_000
"""Bytes of a directory, unpacked; writers keep them under a few hundred kilobytes."""
_MOST_ENTRIES: Final = 200_000
"""Of one directory, and of all those kept but the last."""
_MOST_WORDS: Final = 2_000_000
_DEPTH: Final = 4
_KEPT: Final = 32
_RASTER: Final = {TileType.PNG, TileType.JPEG, TileType.WEBP}


class PMTiles:
    """An open PMTiles file of version 3.

    Raises:
        UnreadableFile: it is none, it has vector tiles, or its head cannot be.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        self._directories: OrderedDict[tuple[int, int], list[Entry]] = OrderedDict()
        try:
            self._file = path.open("rb")
        except OSError as error:
            raise UnreadableFile(path, f"cannot be opened ({error.strerror}).") from error
        try:
            self._size = path.stat().st_size
            self._head = self._header()
            self.about = self._about()
            self._directory(self._head["root_offset"], self._head["root_length"])
        except BaseException:
            self._file.close()
            raise

    def _header(self) -> dict[str, Any]:
        head = self._bytes(0, _HEADER, _HEADER)
        try:
            found: dict[str, Any] = dict(deserialize_header(head))
        except Exception as error:  # the package raises several kinds of its own
            raise self._refused("is no PMTiles file of version 3.") from error
        if found["tile_type"] not in _RASTER:
            raise self._refused(
                f"its tiles are of the kind {found['tile_type'].name}; only pictures (PNG, JPEG, "
                "WebP) can be shown. Turn vector tiles into raster tiles first."
            )
        if found["internal_compression"] not in {Compression.NONE, Compression.GZIP}:
            raise self._refused("its directory is neither plain nor gzip; write it with gzip.")
        return found

    def _about(self) -> About:
        head = self._head
        packed = self._bytes(head["metadata_offset"], head["metadata_length"], _MOST_WORDS)
        try:
            words = json.loads(self._unpacked(packed, _MOST_WORDS) or b"{}")
        except (ValueError, RecursionError) as error:
            raise self._refused("its metadata is no JSON.") from error
        bounds = tuple(
            head[name] / 1e7 for name in ("min_lon_e7", "min_lat_e7", "max_lon_e7", "max_lat_e7")
        )
        return about(
            self.path,
            words if isinstance(words, dict) else {},
            zooms=(head["min_zoom"], head["max_zoom"]),
            bounds=bounds,
            photographs=head["tile_type"] is TileType.JPEG,
        )

    def tile(self, zoom: int, x: int, y: int) -> Tile | None:
        """The tile of a place, y from the north; None where the file has none.

        Raises:
            UnreadableFile: the file is damaged, or has no picture there.
        """
        if not is_place(zoom, x, y):
            return None
        head = self._head
        wanted = zxy_to_tileid(zoom, x, y)
        offset, length = head["root_offset"], head["root_length"]
        for _ in range(_DEPTH):
            entry = find_tile(self._directory(offset, length), wanted)
            if entry is None:
                return None
            if entry.run_length > 0:
                at = head["tile_data_offset"] + entry.offset
                return checked_tile(self.path, self._bytes(at, entry.length, MOST_BYTES))
            offset, length = head["leaf_directory_offset"] + entry.offset, entry.length
        raise self._refused("its directory has no end.")

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._file.close()

    def _refused(self, reason: str) -> UnreadableFile:
        return UnreadableFile(self.path, reason)

    def _bytes(self, offset: int, length: int, most: int) -> bytes:
        if length > most or offset + length > self._size:
            raise self._refused("it is cut off or damaged: a part lies beyond its end.")
        with self._lock:
            self._file.seek(offset)
            return self._file.read(length)

    def _unpacked(self, content: bytes, most: int) -> bytes:
        if self._head["internal_compression"] is Compression.NONE:
            return content
        reader = zlib.decompressobj(wbits=31)
        try:
            found = reader.decompress(content, most)
        except zlib.error as error:
            raise self._refused("it is damaged: a part cannot be unpacked.") from error
        if reader.unconsumed_tail:
            raise self._refused(f"a part unpacks to more than {most:,} bytes.")
        return found

    def _directory(self, offset: int, length: int) -> list[Entry]:
        key = (offset, length)
        with self._lock:
            if key in self._directories:
                self._directories.move_to_end(key)
                return self._directories[key]
        packed = self._bytes(offset, length, _MOST_DIRECTORY)
        try:
            found = _entries(self._unpacked(packed, _MOST_DIRECTORY))
        except (IndexError, ValueError) as error:
            raise self._refused("it is damaged: a directory breaks off.") from error
        with self._lock:
            self._directories[key] = found
            while len(self._directories) > 1 and (
                len(self._directories) > _KEPT
                or sum(map(len, self._directories.values())) > _MOST_ENTRIES
            ):
                self._directories.popitem(last=False)
        return found


def _entries(content: bytes) -> list[Entry]:
    """The entries of a directory: numbers in four columns, ids as differences."""
    numbers = iter(_varints(content))
    count = next(numbers, 0)
    if count > _MOST_ENTRIES:
        raise ValueError(count)
    columns = [[next(numbers, -1) for _ in range(count)] for _ in range(4)]
    found: list[Entry] = []
    identifier = 0
    for step, run, length, offset in zip(*columns, strict=True):
        if min(step, run, length, offset) < 0 or (offset == 0 and not found):
            raise ValueError(len(found))
        identifier += step
        # An offset of 0 says: right after the one before.
        before = found[-1].offset + found[-1].length if found else 0
        found.append(Entry(identifier, before if offset == 0 else offset - 1, length, run))
    return found


def _varints(content: bytes) -> list[int]:
    """Whole numbers of 7 bits a byte, the lowest first."""
    found: list[int] = []
    number = shift = 0
    for byte in content:
        number |= (byte & 0x7F) << shift
        if byte & 0x80:
            shift += 7
            if shift > 63:
                raise ValueError(shift)
        else:
            found.append(number)
            number = shift = 0
    return found
