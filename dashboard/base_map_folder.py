"""Base maps that were added at the page: a folder `<store>.base_maps` beside the store.

The files in it are copies. They are offered at every start; one that is taken away is deleted.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Final

from geodata.errors import ImpossibleValue, UnreadableFile
from geodata.tiles import TileArchive, open_tiles

_SUFFIXES: Final = {"MBTiles": ".mbtiles", "PMTiles": ".pmtiles"}
_PLAIN: Final = re.compile(r"[^\w.-]+")
_MOST_NAME: Final = 80


@dataclass(frozen=True)
class BaseMapFolder:
    """The tile files of one store."""

    path: Path

    @classmethod
    def beside(cls, store: Path) -> BaseMapFolder:
        """The folder of a store's file; it is made when the first file is added."""
        return cls(store.absolute().with_name(f"{store.name}.base_maps"))

    def files(self) -> list[Path]:
        """The files in it, by name."""
        if not self.path.is_dir():
            return []
        return sorted(
            file for file in self.path.iterdir() if file.suffix in set(_SUFFIXES.values())
        )

    def add(self, name: str, content: bytes | memoryview) -> Path:
        """Keep a file, once it is seen to have tiles that can be shown.

        Args:
            name: what it is called, from outside.
            content: its bytes.

        Raises:
            UnreadableFile: it has no tiles that can be shown, or cannot be written; nothing stays.
            ImpossibleValue: a file of that name is there already.
        """
        with self._written(name, content) as part:
            place = self.path / f"{_plain(name)}{_kind(part)}"
            if place.exists():
                raise ImpossibleValue(
                    f"There is a base map {place.name} already; take it away first."
                )
            part.replace(place)
        return place

    @contextmanager
    def _written(self, name: str, content: bytes | memoryview) -> Iterator[Path]:
        part = self.path / f"{uuid.uuid4().hex}.part"
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            part.write_bytes(content)
            yield part
        except UnreadableFile as error:
            raise UnreadableFile(Path(_last(name)), error.reason) from error
        except OSError as error:
            reason = f"cannot be kept ({error.strerror})."
            raise UnreadableFile(Path(_last(name)), reason) from error
        finally:
            part.unlink(missing_ok=True)

    def remove(self, file: Path) -> None:
        """Delete a file of this folder.

        Raises:
            ImpossibleValue: it is none of them.
            UnreadableFile: it cannot be deleted.
        """
        if file not in self.files():
            raise ImpossibleValue(f"{file.name} was not added at the page.")
        try:
            file.unlink()
        except OSError as error:
            raise UnreadableFile(file, f"cannot be deleted ({error.strerror}).") from error


def _kind(file: Path) -> str:
    archive: TileArchive = open_tiles(file)
    archive.close()
    return _SUFFIXES[type(archive).__name__]


def _last(name: str) -> str:
    return PurePath(name.replace("\\", "/")).name[-_MOST_NAME:] or "file"


def _plain(name: str) -> str:
    """The name without its ending and without what a path could be made of."""
    return _PLAIN.sub("_", PurePath(_last(name)).stem).strip("._") or "map"
