"""Reviews on disk: a folder `<store>.reviews` beside the store, one JSON file for each text.

A file is written beside its place and moved there in one step, so that a crash leaves the former
or the new one. Files are kept after the last decision: they hold the text that the quotations of
accepted incidents point into. Two people who review one text at a time: the last one saved stays.
"""

from __future__ import annotations

import json
import os
import re
import uuid
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from geodata.errors import UnreadableFile
from geodata.review.record import Review, from_json, to_json

_NAME = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class ReviewFolder:
    """The reviews of one store."""

    path: Path

    @classmethod
    def beside(cls, store: Path) -> ReviewFolder:
        """The folder of a store's file; it is made when the first review is saved."""
        return cls(store.with_name(f"{store.name}.reviews"))

    def save(self, review: Review) -> None:
        """Keep a review as it is now.

        Raises:
            UnreadableFile: the folder cannot be written.
        """
        place = self._file(review.id)
        new = place.with_name(f"{place.name}.{uuid.uuid4().hex[:8]}.new")
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            with new.open("w", encoding="ascii") as file:
                json.dump(to_json(review), file)
                file.flush()
                os.fsync(file.fileno())
            new.replace(place)
        except OSError as error:
            raise UnreadableFile(place, f"cannot be written ({error.strerror}).") from error
        finally:
            new.unlink(missing_ok=True)

    def load(self, name: str) -> Review | None:
        """A review by its id; None where there is none.

        Raises:
            UnreadableFile: it is damaged, or of a later version.
        """
        if not _NAME.fullmatch(name):
            return None
        place = self._file(name)
        try:
            status = place.stat()
            review = _read(place, status.st_mtime_ns, status.st_size, status.st_ino)
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise UnreadableFile(place, f"is no review that can be read ({error}).") from error
        if review.id != name:
            raise UnreadableFile(place, "is named after another text.")
        return review

    def reviews(self) -> tuple[list[Review], list[UnreadableFile]]:
        """All reviews, the latest begun first, and what could not be read."""
        found: list[Review] = []
        damaged: list[UnreadableFile] = []
        for place in sorted(self.path.glob("*.json")) if self.path.is_dir() else ():
            try:
                review = self.load(place.stem)
            except UnreadableFile as error:
                damaged.append(error)
            else:
                found += [] if review is None else [review]
        return sorted(found, key=lambda review: review.started, reverse=True), damaged

    def _file(self, name: str) -> Path:
        return self.path / f"{name}.json"


@lru_cache(maxsize=2_000)
def _read(place: Path, _time: int, _size: int, _number: int) -> Review:
    """A file's review; read again when its time, size or number has changed."""
    return from_json(json.loads(place.read_text("ascii")))
